"""Run by Pyodide, see pack.js: what the explorers import, compiled, and the files that they open, as few archives."""

import gzip
import importlib
import json
import os
import py_compile
import shutil
import sys
import zipfile
from pathlib import Path

SITE = Path(importlib.import_module("numpy").__file__).parents[1]
WORK, OUT = Path("/packed"), Path("/from/out")
STEPS = 3  # of each animation
KEPT = ("encodings", "pyodide", "_pyodide")  # parts of the standard library that are taken whole
DOCUMENTED = ("numpy", "course_utils")  # which do not run without their docstrings
opened = set()
sys.addaudithook(lambda event, found: event == "open" and isinstance(found[0], str) and opened.add(found[0]))


def use():
    """Do with the explorers what a page does with them, so that all is imported and opened that they need."""
    for name in ("course_utils", "tqdm"):
        shutil.copytree(f"/from/{name}", SITE / name, ignore=shutil.ignore_patterns("__pycache__", "*.ipynb"))
    importlib.invalidate_caches()
    importlib.import_module("matplotlib.font_manager")  # looks at all fonts there are
    opened.difference_update({name for name in opened if name.endswith((".afm", ".ttf"))})
    explorers = importlib.import_module("course_utils.explorers")
    importlib.import_module("course_utils.explorers.web")
    for name in explorers.NAMES:
        explorer = importlib.import_module(f"course_utils.explorers._{name}").explorer()
        options = [{k: option} for k, c in explorer.controls.items() for option in getattr(c, "options", ())]
        for changes in [*explorer.presets.values(), *options]:
            explorer.set(**changes)
            for word in (None,) * STEPS + (*explorer.actions,):
                explorer.spec["plays"] and explorer.step(word)


def compiled(source, optimize=0):
    """The bytes of a module's code; of level 2 without docstrings."""
    py_compile.compile(
        str(source),
        cfile="/tmp/packed.pyc",
        dfile=source.name,
        doraise=True,
        optimize=optimize,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    return Path("/tmp/packed.pyc").read_bytes()


def modules():
    """{path: bytes} of what has been imported beside the standard library, and of the files that were opened there."""
    files = {
        Path(m.__file__) for m in list(sys.modules.values()) if str(getattr(m, "__file__", "")).startswith(str(SITE))
    }
    data = {path for path in map(Path, opened) if path.is_relative_to(SITE) and path.suffix not in (".py", ".pyc")}
    fonts = Path(os.environ["HOME"]).rglob("fontlist-*.json")  # else matplotlib looks at all fonts at each start
    for path in sorted({*files, *data, *fonts}):
        if path.is_file():
            code = path.suffix == ".py"
            level = 0 if not code or path.relative_to(SITE).parts[0] in DOCUMENTED else 2
            yield (path.with_suffix(".pyc"), compiled(path, level)) if code else (path, path.read_bytes())


def library():
    """The standard library's archive with what has been imported of it, compiled."""
    used = {str(getattr(module, "__file__", "")) for module in list(sys.modules.values())}
    with zipfile.ZipFile("/lib/python312.zip") as old, zipfile.ZipFile("/library.zip", "w", zipfile.ZIP_STORED) as new:
        old.extractall(WORK)
        for name in old.namelist():
            path = WORK / name
            if not (f"/lib/python312.zip/{name}" in used or name.startswith(KEPT)):
                continue
            if path.suffix == ".py":
                new.writestr(name + "c", compiled(path))
            elif path.is_file():
                new.writestr(name, path.read_bytes())
    return Path("/library.zip").read_bytes()


use()
held = list(modules())
head = json.dumps([[str(path), len(content)] for path, content in held]).encode()
archives = {
    "modules": head + b"\n" + b"".join(content for _, content in held),
    "python_stdlib.zip": library(),
}
for name, content in archives.items():
    (OUT / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
