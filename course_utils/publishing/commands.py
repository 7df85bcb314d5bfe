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
    site.add_argument("--out", type=Path, metavar="FOLDER", help="default: build/site in the repository")
    site.add_argument("--repository", metavar="URL", help="on GitHub: adds buttons that lead there and to Binder")

    slides = _command.add(
        commands,
        _slides,
        "slides",
        help="make a lesson's slides (needs the extra: pip install -e .[site])",
        description="Make the slides of lessons. In a deck press S for the speaker notes, F for full screen.",
    )
    authoring.add_lessons(slides)
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
    lite.add_argument(
        "--pyodide", type=Path, metavar="FOLDER", help="Pyodide's files, for a site that needs no other server"
    )


def _site(options):
    """`course site`: the exit status."""
    from course_utils.publishing import site

    root, start = _command.find_root(), time.perf_counter()
    front = site.build(root, options.out or root / "build" / "site", options.repository)
    print(f"{front}  {time.perf_counter() - start:.1f} s")
    return 0


def _slides(options):
    """`course slides`: the exit status."""
    from course_utils.publishing import slides

    root = _command.find_root()
    out = options.out or root / "build" / "slides"
    decks = {str(out / f"{number}.html"): number for number in authoring.lessons(root, options.lessons)}
    _files.claim(out, "course slides")
    failed = _command.each(decks, lambda name: slides.make(root, decks[name], out))
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
