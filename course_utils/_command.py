"""What the commands of `course` share: where the course is, how a list of work is shown, what an argument must be."""

import argparse
import sys
import time
import tomllib
from pathlib import Path

NAME = "zero-init-course"


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
