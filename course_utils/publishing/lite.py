"""The course in the browser, nothing installed: a JupyterLite site of lessons, exercises and the course's wheel."""

import os
import shutil
import subprocess
import tempfile
import venv
from pathlib import Path

from course_utils import _files
from course_utils._nbformat import nbformat
from course_utils.authoring import content, stored
from course_utils.publishing.pyodide import VERSION

PINS = Path(__file__).with_name("lite.txt")

# Pure Python that comes with the site; pinned, else Pyodide would ask its own server for its own tqdm.
WHEELS = ("anywidget==0.11.0", "comm==0.2.3", "ipywidgets==8.1.7", "jupyterlab_widgets==3.0.15", "psygnal==0.16.1",
          "tqdm==4.67.1", "typing_extensions==4.16.0")  # fmt: skip
PURE = ("--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none", "--python-version=312")
# The first cell of each notebook there.
INSTALL = f"""# Only in the browser: fetch the course. Run this cell first; it takes a while.
import piplite

await piplite.install(["numpy", "matplotlib", "threadpoolctl", {", ".join(f'"{wheel}"' for wheel in WHEELS)}])
await piplite.install("zero-init-course", deps=False)"""
# On the page of the site: a link to the book's page of the notebook in the address.
HOME = """<a id="course-home" href="%s" style="position: fixed; z-index: 10000; right: 16px; top: 6px">The book</a>
<script>
  const open = /^[\\w/]+(?=[.]ipynb$)/.exec(new URLSearchParams(location.search).get("path"));
  if (open) document.getElementById("course-home").href += open[0] + ".html";
</script>
"""
SETTINGS = """{
  "jupyter-lite-schema-version": 0,
  "jupyter-config-data": {
    "appName": "Zero biases, random weights",
    "defaultKernelName": "python",
    "disabledExtensions": ["@jupyterlab/server-proxy", "jupyterlab-server-proxy"],
    "litePluginSettings": {
      "@jupyterlite/pyodide-kernel-extension:kernel": {
        "pyodideUrl": "https://cdn.jsdelivr.net/pyodide/v%s/full/pyodide.js"
      }
    }
  }
}
"""


def build(root, out, pyodide=None):
    """Write the site into a folder, in place of an earlier one; RuntimeError if it could not be built.

    pyodide: see `fill`.
    """
    root, out = Path(root), Path(out)
    _files.claim(out, "course lite")  # said now, not after the installation
    with _files.replacing(out, "course lite") as site:
        fill(root, site, pyodide)
    return out / "lab" / "index.html"


def fill(root, site, pyodide=None, home=None):
    """Write the site into an empty folder; RuntimeError if it could not be built.

    The first call makes build/lite-env, which needs a network; later ones need none. pyodide: a folder with Pyodide's
    own files, to be put on the site, which then asks no other server for anything. home: the address of the web book,
    from the folder `lab` of the site, for a link to the page of what is open.
    """
    bin = _environment(Path(root) / "build" / "lite-env")
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        lay_out(root, work / "content")
        wheel = "from flit_core import buildapi; buildapi.build_wheel({!r})"
        shutil.copytree(bin.parent / "wheels", work / "wheels")
        if pyodide:
            shutil.copytree(pyodide, work / "static" / "pyodide")  # where JupyterLite looks for it
        _run([bin / "python", "-c", wheel.format(str(work / "wheels"))], root)
        (work / "jupyter-lite.json").write_text(SETTINGS % VERSION, encoding="utf-8")
        options = [
            "--contents=content",
            "--piplite-wheels=wheels",
            f"--output-dir={site}",
            "--no-unused-shared-packages",
        ]
        _run([bin / "jupyter-lite", "build", "--lite-dir=.", *options], work)
    if home:
        page = site / "lab" / "index.html"
        page.write_text(linked(page.read_text(encoding="utf-8"), home), encoding="utf-8")


def linked(page, home):
    """The HTML of the site's page with a link to the web book, there to the page of the notebook that is open."""
    return page.replace("</body>", HOME % home + "</body>")


def lay_out(root, folder):
    """Write what the site holds: lessons and exercises, each with a first cell that fetches the course, and a page."""
    for name in (*content.LESSONS, "exercises"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for path in content.notebooks(root, name):
            nb = stored.read(path)
            # Whether the environment is right is no question where the page brings it along.
            nb.cells = [cell for cell in nb.cells if not cell.id.startswith("environment")]
            nb.cells.insert(0, nbformat.v4.new_code_cell(INSTALL, id="install"))
            nb.metadata["kernelspec"] = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
            (folder / name / path.name).write_text(stored.to_text(nb, path.name), encoding="utf-8")
    shutil.copy(Path(root) / "docs" / "browser.md", folder / "README.md")


def _environment(folder):
    """The programs of an environment that holds what lite.txt pins, beside its wheels; made if it is not there."""
    bin = folder / ("Scripts" if os.name == "nt" else "bin")
    pins, mark = "\n".join([PINS.read_text(encoding="utf-8"), *WHEELS]), folder / "pins.txt"
    if mark.is_file() and mark.read_text(encoding="utf-8") == pins:
        return bin
    _files.emptied(folder, "course lite")
    venv.create(folder, with_pip=True)
    pip = [bin / ("python.exe" if os.name == "nt" else "python"), "-m", "pip", "--quiet"]
    _run([*pip, "install", "-r", PINS], folder)
    _run([*pip, "download", "--no-deps", "--dest", "wheels", *PURE, *WHEELS], folder)
    _files.write(pins, mark)
    return bin


def _run(command, folder):
    """Run a command in a folder; RuntimeError with the end of what it says if it fails."""
    clean = {name: value for name, value in os.environ.items() if name not in ("JUPYTER_PATH", "PYTHONPATH")}
    clean["PATH"] = os.pathsep.join([str(Path(command[0]).parent), clean.get("PATH", os.defpath)])
    done = subprocess.run([str(part) for part in command], cwd=folder, env=clean, capture_output=True, text=True)
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).strip().splitlines()[-3:])
        raise RuntimeError(f"{Path(command[0]).name} failed: {said}")
