"""Pages: whether Python runs in one (Pyodide), and the scripts that a widget brings to one."""

import os
import re
import sys

from tqdm.auto import tqdm

HERE = sys.platform == "emscripten"  # there are no threads and no processes there, and everything is slower
# Where a widget's script runs only once the widget is shown, what a cell keeps cannot come alive by itself.
SHOWN_FIRST = HERE or "VSCODE_PID" in os.environ or "google.colab" in sys.modules

if HERE:
    tqdm.monitor_interval = 0  # the bar's watcher is a thread: tqdm would warn at each bar that it cannot start it


def script(folder, *names):
    """The JavaScript modules of those names in a folder, each after what it imports, as one module."""
    texts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in names]
    return re.sub(r"(?m)^import .*\n|^export (?!default)", "", "\n".join(texts))
