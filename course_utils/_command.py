"""What the commands of `course` share: where the course is, how a list of work is shown, what an argument must be."""

import argparse
import os
import re
import sys
import time
import tomllib
import warnings
from pathlib import Path

NAME = "zero-init-course"
SURROUNDINGS = re.compile(
    "PYTHON(?!UTF8$|IOENCODING$|UNBUFFERED$|DONTWRITEBYTECODE$|PYCACHEPREFIX$|HASHSEED$)|PYTEST_|"
    "JUPYTER(_PATH|_CONFIG_PATH|_PREFER_ENV_PATH|LAB_DIR)$"
)


def find_root(folder=None):
    """The course repository: the folder itself or one above it, else where an editable installation points.

    ValueError if neither is the course repository.
    """
    folder = Path(folder or Path.cwd()).resolve()
    for candidate in (folder, *folder.parents, Path(__file__).resolve().parents[1]):
        if _is_root(candidate):
            return candidate
    raise ValueError(f"{folder} is not in the course repository: change into it first.")


def _is_root(folder):
    """Whether a folder's pyproject.toml is the course's."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return project.get("project", {}).get("name") == NAME


def alone(environment):
    """An environment without what would make another Python, kernel or pytest of ours, or our words an error.

    Of Python's own settings only those on encodings, buffers and hashes stay.
    """
    return {name: value for name, value in environment.items() if not SURROUNDINGS.match(name)}


def settle():
    """Prepare this process for a command: whatever surrounds it, it finds its own packages and can say what it says."""
    for number in range(3):  # a closed one would be given to the next file that is opened
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console that lacks a letter shows a ? for it
    if "PYTHONWARNINGS" in os.environ:
        warnings.resetwarnings()
        for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", category)
    own = str(Path(__file__).resolve().parents[1])
    strange = {os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path} - {own}
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) not in strange]
    kept = alone(os.environ)
    for name in set(os.environ) - set(kept):
        del os.environ[name]
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"


def add(commands, work, name, help, description):
    """The parser of a new command, which ends in work(options): its exit status."""
    parser = commands.add_parser(name, help=help, description=description)
    parser.set_defaults(command=work)
    return parser


def whole(text):
    """A whole number, 0 or more."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def positive(text):
    """A whole number, 1 or more."""
    if not whole(text):
        raise argparse.ArgumentTypeError("0 is too few: 1 or more was expected")
    return int(text)


def each(names, work):
    """Do the work on each name, with a line for each and a bar if there are several; 1 if any failed, else 0."""
    from tqdm import tqdm

    failed = 0
    # None: no bar either where standard error is no terminal, such as in a log.
    for name in tqdm(names, unit="notebook", disable=True if len(names) < 2 else None, leave=False):
        start = time.perf_counter()
        try:
            changed = work(name)
        except (OSError, RuntimeError, ValueError) as error:
            failed = 1
            with tqdm.external_write_mode():
                complain(error)
        else:
            seconds = time.perf_counter() - start
            tqdm.write(f"{name}  {seconds:.1f} s  {'changed' if changed else 'unchanged'}")
    return failed


def report(problems):
    """Print the problems, one a line; 1 if there are any, else 0."""
    found = list(problems)
    for problem in found:
        print(problem)
    return 1 if found else 0


def complain(error):
    """Print an error in one line."""
    print("course:", " ".join(str(error).split()), file=sys.stderr)
