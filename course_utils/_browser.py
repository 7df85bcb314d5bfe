"""Whether Python runs in a browser (Pyodide): it has no threads and no processes there, and everything is slower."""

import sys

from tqdm.auto import tqdm

HERE = sys.platform == "emscripten"

if HERE:
    tqdm.monitor_interval = 0  # the bar's watcher is a thread: tqdm would warn at each bar that it cannot start it
