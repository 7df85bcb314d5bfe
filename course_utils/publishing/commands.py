"""The commands `course site`, `course slides` and `course lite`."""

import time
from pathlib import Path

from course_utils import _command, _files
from course_utils.authoring import commands as authoring


def add_to(commands):
    """Add them to the command line."""
    site = _command.add(
        commands,
        _site,
        "site",
        help="make the web book (needs the extra: pip install -e .[site])",
        description="Make the web book of the stored notebooks and docs/: static pages that need no network.",
    )
    site.add_argument(
        "--lite", action="store_true", help="with a page for each notebook to run it in, see `course lite`"
    )
    site.add_argument("--out", type=Path, metavar="FOLDER", help="default: build/site in the repository")
    site.add_argument("--repository", metavar="URL", help="on GitHub: adds buttons that lead there and to Binder")

    slides = _command.add(
        commands,
        _slides,
        "slides",
        help="make a lesson's slides (needs the extra: pip install -e .[site])",
        description="Make the slides of lessons. In a deck press S for the speaker notes, F for full screen.",
    )
    authoring.add_lessons(slides, nargs="*")
    slides.add_argument(
        "--plan", type=int, metavar="MINUTES", help="instead: one deck for the room, by the instructor guide's plan"
    )
    slides.add_argument("--out", type=Path, metavar="FOLDER", help="default: build/slides in the repository")
    slides.add_argument("--pdf", action="store_true", help="print each deck as a PDF too; needs Chromium or Chrome")

    lite = _command.add(
        commands,
        _lite,
        "lite",
        help="make a site on which the course runs in the browser",
        description="Make a JupyterLite site of lessons and exercises. The first time it makes build/lite-env, which "
        "needs a network. Serve the site from any web server: python -m http.server -d build/lite",
    )
    lite.add_argument("--out", type=Path, metavar="FOLDER", help="default: build/lite in the repository")
    for command in (site, lite):
        command.add_argument(
            "--pyodide", type=Path, metavar="FOLDER", help="Pyodide's files, for a site that needs no other server"
        )


def _site(options):
    """`course site`: the exit status."""
    from course_utils.publishing import site

    root, start = _command.find_root(), time.perf_counter()
    out = options.out or root / "build" / "site"
    front = site.build(root, out, options.repository, live=options.lite, pyodide=options.pyodide)
    print(f"{front}  {time.perf_counter() - start:.1f} s")
    return 0


def _slides(options):
    """`course slides`: the exit status."""
    from course_utils.publishing import slides

    root = _command.find_root()
    out = options.out or root / "build" / "slides"
    if bool(options.lessons) == (options.plan is not None):
        raise ValueError("name lessons, such as 02, or all; or a plan, --plan 50.")
    if options.plan is None:
        numbers = authoring.lessons(root, options.lessons)
        decks = {str(out / f"{n}.html"): lambda n=n: slides.make(root, n, out) for n in numbers}
    else:
        decks = {str(out / f"plan-{options.plan}.html"): lambda: slides.make_plan(root, options.plan, out)}
    _files.claim(out, "course slides")
    failed = _command.each(decks, lambda name: decks[name]())
    if options.pdf and not failed:
        pdfs = {Path(deck): Path(deck).with_suffix(".pdf") for deck in decks}
        return _command.each(["PDF"], lambda _: slides.print_pdf(pdfs))
    return failed


def _lite(options):
    """`course lite`: the exit status."""
    from course_utils.publishing import lite

    root, start = _command.find_root(), time.perf_counter()
    front = lite.build(root, options.out or root / "build" / "lite", options.pyodide)
    print(f"{front}  {time.perf_counter() - start:.1f} s")
    return 0
