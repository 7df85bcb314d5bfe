"""One explorer alone on the screen of a lecture hall, through Voila (extra `apps`)."""

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from course_utils import _validate
from course_utils._nbformat import nbformat
from course_utils.explorers import NAMES

PAGE = """from IPython.display import HTML, display

from course_utils import explorers

display(HTML('<style>body, .jp-Notebook { background: white; }</style>'))
explorers.%s()"""


def run(name, port, browser=True):
    """Serve the explorer at that port until Ctrl-C; returns Voila's exit status. ValueError if that cannot be."""
    _validate.one_of("the explorer", name, dict.fromkeys(NAMES))
    if not importlib.util.find_spec("voila"):
        raise ValueError("Voila is not installed here: pip install -e .[apps]")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.ipynb")
        cell = nbformat.v4.new_code_cell(PAGE % name, id="explorer")
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)
        command = [sys.executable, "-m", "voila", str(path), f"--port={port}", "--strip_sources=True"]
        try:
            return subprocess.run([*command, *([] if browser else ["--no-browser"])], check=False).returncode
        except KeyboardInterrupt:
            return 0
