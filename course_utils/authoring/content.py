"""What book, slides and figures share: the notebooks, the words for each picture, and files that others wrote."""

import ast
import html
import importlib.util
import json
import re
from pathlib import Path

from course_utils.authoring import stored

PROMPT = re.compile(r"^(predict|recall|prequiz|verdicts)\(", re.MULTILINE)
EXPLORER = re.compile(r"^explorers\.\w+\(", re.MULTILINE)
MATHJAX = ("sphinx-mathjax-offline", "static/mathjax/tex-svg-full.js")  # one file, fonts and all
LESSONS = ("notebooks", "notebooks/deeper")  # core lessons, and what is for the curious
REVEAL = ("sphinx_revealjs", "_static/revealjs")
# What an explorer is in a page: its recording, and where its controls stand. explorers/front/recording.js reads it.
LIVE = '<div class="course-live" data-explorer="{}" data-start="{}"{}></div>'


def lessons(root):
    """The lessons' files, by their two digits."""
    return {path.name[:2]: path for path in notebooks(root, "notebooks") if path.name[:2].isdigit()}


def notebooks(root, folder):
    """The notebooks in a folder of the repository, in order."""
    return sorted(path for path in (Path(root) / folder).glob("*.ipynb") if not path.name.startswith("."))


def title(nb):
    """The first heading of a notebook, without its marks."""
    found = re.search(r"^# (.+)$", "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown"), re.M)
    return found[1].strip() if found else "Untitled"


def pictures(cell):
    """The bundles of a code cell's outputs that hold a picture."""
    return [output.data for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]


def alternatives(path, cell):
    """For each picture of a cell, the words that stand for it where it cannot be seen.

    An explorer says what it shows itself; a figure's words are in its cell's metadata, course.alt: a text, or a list of
    one for each picture. ValueError if they are not.
    """
    shown = pictures(cell)
    if EXPLORER.search(cell.source):
        return [" ".join(bundle["text/plain"].split()) for bundle in shown]
    words = cell.metadata.get("course", {}).get("alt", [])
    words = [words] if isinstance(words, str) else words
    if len(words) != len(shown):
        found = len(words) or "no"
        raise ValueError(
            f"the metadata of {cell.id} in {path.name} has {found} words (course.alt) for {len(shown)} pictures."
        )
    return words


def live(source, more=""):
    """The place in a page of the explorer that a cell opens, as `explorers.plane(sigma_w=4)`."""
    call = next(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    start = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    return LIVE.format(call.func.attr, html.escape(json.dumps(start)), more)


def vendored(package, file):
    """A file or folder in an installed package, which need not be imported; ValueError if it is not installed."""
    found = importlib.util.find_spec(package)
    if found is None:
        raise ValueError(f"{package} is not installed: `pip install -e .[site]` installs it.")
    return Path(found.submodule_search_locations[0]) / file


def read(path):
    """A stored notebook; ValueError if it is none, or if a cell has not run."""
    nb = stored.read(path)
    for cell in nb.cells:
        skipped = "skip-execution" in cell.metadata.get("tags", [])
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None and not skipped:
            raise ValueError(f"{path.name} has not run: `course store` runs it (cell {cell.id}).")
    return nb
