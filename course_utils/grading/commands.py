"""The command `course grade`."""

import contextlib
import itertools
import sys
from pathlib import Path

from course_utils import _command


def add_to(commands):
    """Add it to the command line."""
    grade = _command.add(
        commands,
        _grade,
        "grade",
        help="grade submitted notebooks",
        description="Grade submitted notebooks: run each apart from everything that knows an answer, and let nbval "
        "compare what its functions return on random inputs with what is right. docs/grading.md says more.",
    )
    grade.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="notebooks, folders, or zip files of an LMS")
    grade.add_argument("--out", type=Path, metavar="DIR", help="where the grades go (default: grades, grades-2, ...)")
    grade.add_argument(
        "--exercise", type=_command.whole, metavar="NN", help="the exercise; by default each notebook's content tells"
    )
    grade.add_argument(
        "--seed", type=_command.whole, metavar="N", help="of the random inputs (default: another each time)"
    )
    grade.add_argument(
        "--workers", type=_command.positive, metavar="N", help="processes at once (default: one for each core)"
    )
    grade.add_argument("--isolation", choices=("auto", "bwrap", "rlimit", "none"), default="auto")
    grade.add_argument("--checks", type=Path, metavar="DIR", help="a folder with checks of your own")
    grade.add_argument("--dask", metavar="ADDRESS", help="grade on the workers of this Dask scheduler")
    grade.add_argument(
        "--resume", action="store_true", help="go on with a run that stopped in --out DIR, and read its decisions.csv"
    )
    grade.add_argument(
        "--again", metavar="Q", help="grade question Q anew for everybody in --out DIR, and nothing else"
    )


def _grade(options):
    """`course grade`: the exit status."""
    from course_utils.grading import report, run
    from course_utils.grading.sandbox import host

    root = _command.find_root()
    out = options.out
    if out is None:
        if options.resume or options.again:
            flag = "--resume" if options.resume else "--again"
            raise ValueError(f"{flag} needs --out DIR: which run is to go on?")
        names = itertools.chain(["grades"], (f"grades-{n}" for n in itertools.count(2)))
        out = next(path for path in map(Path, names) if not path.exists())
    private = ()
    if options.checks:
        private = tuple(
            (path.name, path.read_text(encoding="utf-8-sig")) for path in sorted(options.checks.glob("*.py"))
        )
        if not private:
            raise ValueError(f"there are no checks (*.py) in {options.checks}.")
    level = host.level(options.isolation)
    if level != "bwrap":
        print(host.promise(level), file=sys.stderr)
    with contextlib.ExitStack() as stack:
        client = None
        if options.dask:
            try:
                from distributed import Client
            except ImportError:
                raise ValueError("--dask needs Dask: pip install -e .[dask].") from None
            client = stack.enter_context(Client(options.dask, timeout=30))
        results = run.run(
            root,
            options.paths,
            out,
            asked=None if options.exercise is None else str(options.exercise),
            seed=options.seed,
            workers=options.workers,
            isolation=options.isolation,
            client=client,
            resume=options.resume,
            private=private,
            again=options.again,
        )
    print(report.summary(results, out))
    return 0
