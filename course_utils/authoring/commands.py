"""The commands `course store`, `course release`, `course figures` and `course test`."""

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

from course_utils import _command, _files


def add_to(commands):
    """Add them to the command line."""
    store = _command.add(
        commands,
        _store,
        "store",
        help="run notebooks and store them executed",
        description="Run notebooks from top to bottom, and store them executed: again, and nothing changes.",
    )
    store.add_argument(
        "--check",
        action="store_true",
        help="run and write nothing; say which notebooks are not stored so, or have too long cells, and exit 1 if any",
    )
    store.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="notebook or folder (default: notebooks/ and solutions/)"
    )

    release = _command.add(
        commands,
        _release,
        "release",
        help="make exercises/ from solutions/ and run them",
        description="Make exercises/*.ipynb from solutions/*.ipynb, and run them so that their outputs are stored.",
    )
    release.add_argument(
        "--check", action="store_true", help="write nothing; say which exercises are out of date, and exit 1 if any is"
    )

    figures = _command.add(
        commands,
        _figures,
        "figures",
        help="write the figures of lessons as files",
        description="Write the figures of lessons as files: PNG as they are stored, SVG and PDF by running the lesson.",
    )
    add_lessons(figures)
    figures.add_argument("--format", choices=("png", "svg", "pdf"), default="png")
    figures.add_argument("--out", type=Path, metavar="FOLDER", help="default: build/figures in the repository")

    test = _command.add(
        commands,
        _test,
        "test",
        help="run what a change touches, within a minute",
        description="Run the tests and notebooks that a change touches, the nearest first, as many as fit in a minute. "
        "`python3 start.py test` runs all of them.",
    )
    test.add_argument(
        "--since", metavar="REVISION", help="changed since when (default: since the branch left main, or HEAD)"
    )
    test.add_argument(
        "--seconds", type=_command.positive, default=50, metavar="N", help="begin no test after N seconds (default: 50)"
    )


def add_lessons(parser, nargs="+"):
    """Let a command take lessons; `lessons` reads what it was given."""
    parser.add_argument("lessons", nargs=nargs, metavar="NN|all", help="a lesson's number, such as 02, or all")


def lessons(root, asked):
    """The numbers of the lessons asked for, as two digits; ValueError if there is no such lesson."""
    from course_utils.authoring import content

    there = content.lessons(root)
    if "all" in asked:
        return list(there)
    numbers = [text.zfill(2) for text in asked]
    for number in numbers:
        if number not in there:
            raise ValueError(f"there is no lesson {number}: choose from {', '.join(there)}, or all.")
    return numbers


def _store(options):
    """`course store`: the exit status."""
    from course_utils.authoring import stored

    notebooks = _notebooks(options.paths)
    if options.check:
        return _command.report(
            f"{name}: {fault}" for name, path in notebooks.items() for fault in stored.problems(path)
        )
    return _command.each(notebooks, lambda name: stored.execute(notebooks[name], name))


def _notebooks(paths):
    """The notebooks in files and folders, by the name to print; by default the lessons and the solutions.

    ValueError if a path does not exist or is no notebook, or if there are none.
    """
    root = None
    if not paths:
        root = _command.find_root()
        paths = [folder for folder in (root / "notebooks", root / "solutions") if folder.is_dir()]
    found = {}
    for path in paths:
        if not path.exists():
            raise ValueError(f"{path} does not exist.")
        if path.is_file() and path.suffix != ".ipynb":
            raise ValueError(f"{path} is not a notebook.")
        for notebook in [path] if path.is_file() else sorted(path.rglob("*.ipynb")):
            # Hidden folders hold JupyterLab's checkpoints, work/ the learner's own copies.
            if not any(part.startswith(".") or part == "work" for part in notebook.relative_to(path).parts):
                found[str(notebook.relative_to(root) if root else notebook)] = notebook
    if not found:
        raise ValueError(f"there are no notebooks in {' or '.join(map(str, paths)) or 'notebooks/ or solutions/'}.")
    return found


def _release(options):
    """`course release`: the exit status."""
    from course_utils.authoring import release

    root = _command.find_root()
    if options.check:
        return _command.report(release.out_of_date(root))
    sources = {f"exercises/{source.name}": source for source in release.sources(root)}
    return _command.each(sources, lambda name: release.make(root, sources[name]))


def _figures(options):
    """`course figures`: the exit status."""
    from course_utils.authoring import figures

    root = _command.find_root()
    out = options.out or root / "build" / "figures"
    chosen = {f"lesson {number}": number for number in lessons(root, options.lessons)}
    _files.claim(out, "course figures")
    return _command.each(chosen, lambda name: figures.export(root, chosen[name], options.format, out))


def _test(options):
    """`course test`: the exit status."""
    from course_utils.authoring import touched

    began, root = time.monotonic(), _command.find_root()
    files = touched.changed(root, options.since)
    found = touched.touched(root, files)
    changed = ", ".join(files) if len(files) < 6 else f"{len(files)} files"
    print(f"Changed: {changed or 'nothing'}. Touched: {len(found)} files of tests and notebooks.")
    failed = 0
    for steps, ring in itertools.groupby(found, key=lambda pair: pair[0]):  # collecting all of them may take a minute
        left = options.seconds - (time.monotonic() - began)
        paths = [str(path.relative_to(root)) for _, path in ring]
        if left < 0:
            print(f"{steps} imports away: {len(paths)} files are left to the whole run, python3 start.py test.")
            continue
        print(f"{steps} imports away: {len(paths)} files.", flush=True)
        command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-m", "not slow", *paths]
        environment = {**os.environ, "COURSE_SECONDS": str(left)}
        status = subprocess.run(command, cwd=root, env=environment).returncode
        failed |= status not in (0, 5)  # 5: all of them are slow
    return int(failed)
