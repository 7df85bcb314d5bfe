"""The command `course`: makes exercises, stores notebooks, trains the plane, and makes book, slides and figures."""

import argparse
import sys
import time
import tomllib
from pathlib import Path

NAME = "zero-init-course"
DESCRIPTION = """Look after the notebooks, book and slides of the course. Run it anywhere in the course repository."""
EPILOG = """After an edit in solutions/:  course store solutions && course release
Before a commit:              course store --check && course release --check"""


class Parser(argparse.ArgumentParser):
    """An argument parser that reports a usage error in one line."""

    def error(self, message):
        """Exit with status 2."""
        self.exit(2, f"course: {message} (see {self.prog} --help)\n")


def main(arguments=None):
    """Run the command; returns its exit status: 0 all is well, 1 something is not, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
    except (OSError, RuntimeError, ValueError) as error:
        _complain(error)
        return 1
    except KeyboardInterrupt:
        _complain("stopped")
        return 130


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


def _parser():
    """What the command understands."""
    parser = Parser(
        prog="course",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    release = commands.add_parser(
        "release",
        help="make exercises/ from solutions/ and run them",
        description="Make exercises/*.ipynb from solutions/*.ipynb, and run them so that their outputs are stored.",
    )
    release.add_argument(
        "--check", action="store_true", help="write nothing; say which exercises are out of date, and exit 1 if any is"
    )
    release.set_defaults(command=_release)

    grade = commands.add_parser(
        "grade",
        help="grade submitted notebooks",
        description="Grade submitted notebooks: run each apart from everything that knows an answer, and let nbval "
        "compare what its functions return on random inputs with what is right. docs/grading.md says more.",
    )
    grade.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="notebooks, folders, or zip files of an LMS")
    grade.add_argument("--out", type=Path, metavar="DIR", help="where the grades go (default: grades, grades-2, ...)")
    grade.add_argument(
        "--exercise", type=_whole, metavar="NN", help="the exercise; by default each notebook's content tells"
    )
    grade.add_argument("--seed", type=_whole, metavar="N", help="of the random inputs (default: another each time)")
    grade.add_argument("--workers", type=_positive, metavar="N", help="processes at once (default: one for each core)")
    grade.add_argument("--isolation", choices=("auto", "bwrap", "rlimit", "none"), default="auto")
    grade.add_argument("--checks", type=Path, metavar="DIR", help="a folder with checks of your own")
    grade.add_argument("--dask", metavar="ADDRESS", help="grade on the workers of this Dask scheduler")
    grade.add_argument("--resume", action="store_true", help="go on with a run that stopped in --out DIR")
    grade.set_defaults(command=_grade)

    store = commands.add_parser(
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
    store.set_defaults(command=_store)

    plane = commands.add_parser(
        "plane",
        help="train a network at every point of the initialization plane, and draw it",
        description="Train a network at every point of the plane of weight and bias scales, for several depths and "
        "seeds, and draw its accuracies. Stopped or killed, it goes on where it was when it is called again.",
    )
    plane.add_argument("--depths", nargs="+", type=int, default=[1, 2, 3, 5, 8], metavar="H", help="hidden layers")
    plane.add_argument("--grid", type=_grid, default=(25, 13), metavar="AxB", help="points: sigma_w x sigma_b")
    plane.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="S")
    plane.add_argument("--steps", type=int, default=600, help="steps of SGD, lr 0.1, batches of 64")
    plane.add_argument("--out", type=Path, metavar="FILE", help="write the figure (.png, .svg, .pdf), do not show it")
    plane.add_argument("--data", type=Path, metavar="FILE", help="write the numbers (.npz) as well")
    plane.set_defaults(command=_plane)

    site = commands.add_parser(
        "site",
        help="make the web book (needs the extra: pip install -e .[site])",
        description="Make the web book of the stored notebooks and docs/: static pages that need no network.",
    )
    site.add_argument("--out", type=Path, metavar="FOLDER", help="default: build/site in the repository")
    site.add_argument("--repository", metavar="URL", help="on GitHub: adds buttons that lead there and to Binder")
    site.set_defaults(command=_site)

    slides = commands.add_parser(
        "slides",
        help="make a lesson's slides (needs the extra: pip install -e .[site])",
        description="Make the slides of lessons. In a deck press S for the speaker notes, F for full screen.",
    )
    _add_lessons(slides)
    slides.add_argument("--out", type=Path, metavar="FOLDER", help="default: build/slides in the repository")
    slides.add_argument("--pdf", action="store_true", help="print each deck as a PDF too; needs Chromium or Chrome")
    slides.set_defaults(command=_slides)

    lite = commands.add_parser(
        "lite",
        help="make a site on which the course runs in the browser",
        description="Make a JupyterLite site of lessons and exercises. The first time it makes build/lite-env, which "
        "needs a network. Serve the site from any web server: python -m http.server -d build/lite",
    )
    lite.add_argument("--out", type=Path, metavar="FOLDER", help="default: build/lite in the repository")
    lite.add_argument(
        "--pyodide", type=Path, metavar="FOLDER", help="Pyodide's files, for a site that needs no other server"
    )
    lite.set_defaults(command=_lite)

    figures = commands.add_parser(
        "figures",
        help="write the figures of lessons as files",
        description="Write the figures of lessons as files: PNG as they are stored, SVG and PDF by running the lesson.",
    )
    _add_lessons(figures)
    figures.add_argument("--format", choices=("png", "svg", "pdf"), default="png")
    figures.add_argument("--out", type=Path, metavar="FOLDER", help="default: build/figures in the repository")
    figures.set_defaults(command=_figures)

    app = commands.add_parser(
        "app",
        help="show one explorer alone, for a lecture hall",
        description="Show one explorer alone in the browser, through Voila (extra `apps`), until Ctrl-C.",
    )
    app.add_argument("name", metavar="NAME", help="symmetry_lab, saturation, depth, plane or training_theatre")
    app.add_argument("--port", type=int, default=8866)
    app.add_argument("--no-browser", action="store_true", help="only serve it")
    app.set_defaults(command=_app)
    return parser


def _add_lessons(parser):
    """Let a command take lessons."""
    parser.add_argument("lessons", nargs="+", metavar="NN|all", help="a lesson's number, such as 02, or all")


def _grid(text):
    """The two numbers of "12x7"."""
    sizes = text.lower().split("x")
    if len(sizes) != 2 or not all(size.isdigit() and int(size) > 0 for size in sizes):
        raise argparse.ArgumentTypeError(f"{text!r} is not a grid: two whole numbers from 1 on were expected, as 12x7")
    return int(sizes[0]), int(sizes[1])


def _whole(text):
    """A whole number, 0 or more."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def _positive(text):
    """A whole number, 1 or more."""
    if not _whole(text):
        raise argparse.ArgumentTypeError("0 is too few: 1 or more was expected")
    return int(text)


def _grade(options):
    """`course grade`: the exit status."""
    import contextlib
    import itertools

    from course_utils.grading import report, run
    from course_utils.grading.sandbox import host

    root = find_root()
    out = options.out
    if out is None:
        if options.resume:
            raise ValueError("--resume needs --out DIR: which run is to go on?")
        names = itertools.chain(["grades"], (f"grades-{n}" for n in itertools.count(2)))
        out = next(path for path in map(Path, names) if not path.exists())
    private = ()
    if options.checks:
        private = tuple((path.name, path.read_text(encoding="utf-8")) for path in sorted(options.checks.glob("*.py")))
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
        )
    print(report.summary(results, out))
    return 0


def _plane(options):
    """`course plane`: the exit status."""
    import shutil

    import matplotlib
    import numpy as np
    from matplotlib import pyplot as plt

    from course_utils import datasets, plotting, sweep
    from course_utils.questions import predictions

    if options.out and options.out.suffix not in (".png", ".svg", ".pdf"):
        raise ValueError(f"--out {options.out} must end in .png, .svg or .pdf.")
    if not options.out and not options.data and matplotlib.get_backend().lower() == "agg":
        raise ValueError("there is no screen here to show the figure on: name a file with --out.")
    points = {"sigma_w": np.linspace(0, 4, options.grid[0]), "sigma_b": np.linspace(0, 3, options.grid[1])}
    folder = predictions.answers_path().parent / "plane"  # in the learner's work folder
    found = sweep.sweep(
        datasets.digits(),
        **points,
        hidden_layers=options.depths,
        seed=options.seeds,
        steps=options.steps,
        folder=folder,
    )
    if np.isnan(found.results["train"]).any():
        return 130
    if options.data:
        sweep.save(found, options.data)
    plotting.style()
    fig, axes = plt.subplots(2, len(options.depths), figsize=(2 + 2.6 * len(options.depths), 5.4), squeeze=False)
    plotting.planes(found, axes)
    if options.out:
        fig.savefig(options.out)
    elif not options.data:
        plt.show()
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _app(options):
    """`course app`: the exit status."""
    from course_utils.explorers import app

    return app.run(options.name, options.port, browser=not options.no_browser)


def _site(options):
    """`course site`: the exit status."""
    from course_utils.publishing import site

    root, start = find_root(), time.perf_counter()
    front = site.build(root, options.out or root / "build" / "site", options.repository)
    print(f"{front}  {time.perf_counter() - start:.1f} s")
    return 0


def _slides(options):
    """`course slides`: the exit status."""
    from course_utils.publishing import slides

    root = find_root()
    out = options.out or root / "build" / "slides"
    decks = {str(out / f"{number}.html"): number for number in _lessons(root, options.lessons)}
    failed = _each(decks, lambda name: slides.make(root, decks[name], out))
    if options.pdf and not failed:
        pdfs = {Path(deck): Path(deck).with_suffix(".pdf") for deck in decks}
        return _each(["PDF"], lambda _: slides.print_pdf(pdfs))
    return failed


def _lite(options):
    """`course lite`: the exit status."""
    from course_utils.publishing import lite

    root, start = find_root(), time.perf_counter()
    front = lite.build(root, options.out or root / "build" / "lite", options.pyodide)
    print(f"{front}  {time.perf_counter() - start:.1f} s")
    return 0


def _figures(options):
    """`course figures`: the exit status."""
    from course_utils.authoring import figures

    root = find_root()
    out = options.out or root / "build" / "figures"
    chosen = {f"lesson {number}": number for number in _lessons(root, options.lessons)}
    return _each(chosen, lambda name: figures.export(root, chosen[name], options.format, out))


def _lessons(root, asked):
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


def _release(options):
    """`course release`: the exit status."""
    from course_utils.authoring import release

    root = find_root()
    if options.check:
        return _report(release.out_of_date(root))
    sources = {f"exercises/{source.name}": source for source in release.sources(root)}
    return _each(sources, lambda name: release.make(root, sources[name]))


def _store(options):
    """`course store`: the exit status."""
    from course_utils.authoring import stored

    notebooks = _notebooks(options.paths)
    if options.check:
        return _report(f"{name}: {problem}" for name, path in notebooks.items() for problem in stored.problems(path))
    return _each(notebooks, lambda name: stored.execute(notebooks[name], name))


def _notebooks(paths):
    """The notebooks in files and folders, by the name to print; by default the lessons and the solutions.

    ValueError if a path does not exist or is no notebook, or if there are none.
    """
    root = None
    if not paths:
        root = find_root()
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


def _each(names, work):
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
                _complain(error)
        else:
            seconds = time.perf_counter() - start
            tqdm.write(f"{name}  {seconds:.1f} s  {'changed' if changed else 'unchanged'}")
    return failed


def _report(problems):
    """Print the problems, one a line; 1 if there are any, else 0."""
    found = list(problems)
    for problem in found:
        print(problem)
    return 1 if found else 0


def _complain(error):
    """Print an error in one line."""
    print("course:", " ".join(str(error).split()), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
