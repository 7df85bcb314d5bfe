"""A claim: a sentence that a learner takes home, its condition, and what must hold inside it and fails just outside.

The sentence itself stands in one place only, the notebook or README.md. There each statement has an id, or
"definition" if it claims nothing that could be false:

    a list item of "What to remember"          the cell's metadata: "course": {"claims": ["02-twins", ...]}, in order
    any statement of the card, of the answer   the same: list items, rows of tables and paragraphs, in order
    a paragraph or picture of README.md before
        "## Start"                             a comment above it: <!-- claims: id -->

The test of an id is a function in lesson02.py, card.py, readme.py, ...: see `claim`. A statement that says several
things has a function for each, "02-twins/relabelling".
"""

import importlib
import itertools
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from course_utils.authoring import content, stored

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
REMEMBER = "## What to remember"
ANSWER = ("09_the_answer", "answer-title")
NO_CLAIM = "definition"


class Claim(NamedTuple):
    """What `claim` was told, and the function it stands above."""

    id: str
    condition: str
    inside: dict
    outside: dict
    holds: Callable


CLAIMS = {}


def claim(id, *, condition, inside, outside):
    """Register the decorated function, which asserts the claim for one case, under the statement's id.

    `condition` is the claim's condition in words, `inside` {argument: hypothesis strategy} draws cases that meet it,
    `outside` {words: arguments} names cases just outside, for which the same function must raise AssertionError.
    """

    def register(holds):
        if id in CLAIMS:
            raise ValueError(f"there are two claims {id}: call the second {id}/<what it is about>.")
        CLAIMS[id] = Claim(id, condition, inside, outside, holds)
        return holds

    return register


def load():
    """Import every module of claims beside this one; return {id: Claim}."""
    for path in sorted(HERE.glob("*.py")):
        if not path.stem.startswith(("_", "test_", "claim")):
            importlib.import_module(path.stem)
    return CLAIMS


class Statement(NamedTuple):
    """One sentence or more that must have a claim: where it stands, the words, the id it is given there (or None)."""

    place: str
    text: str
    id: str | None


def statements():
    """Every statement that must have a claim, in the course's order."""
    found = list(_of_readme())
    for path in (path for folder in content.LESSONS for path in content.notebooks(ROOT, folder)):
        for cell in stored.read(path).cells:
            course = cell.metadata.get("course", {})
            must = REMEMBER in cell.source or "text" in course or (path.stem, cell.id) == ANSWER
            if cell.cell_type == "markdown" and must:
                place = f"{path.stem} {cell.id}"
                found += paired(place, texts(cell.source), course.get("claims", []))
    return found


def paired(place, texts, ids):
    if len(ids) > len(texts):
        raise ValueError(f"{place} has {len(texts)} statements, but claims for {len(ids)}: {', '.join(ids)}.")
    return [Statement(place, text, id) for text, id in itertools.zip_longest(texts, ids)]


ITEM = re.compile(r"(?:- |\d+\. |\([a-z]\) )")


def texts(markdown):
    """The statements of a cell: the list items of "What to remember", or else all of it but headings and head rows."""
    if REMEMBER in markdown:
        section = re.split(r"^#+ .*$", markdown.split(REMEMBER)[1], flags=re.MULTILINE)[0]
        return [text for is_item, text in _blocks(section) if is_item]
    return [text for _, text in _blocks(markdown)]


def _blocks(markdown):
    """(whether it is a list item, its text) of every list item, row of a table below its head, and paragraph."""
    blocks, open_block, below_head = [], False, False
    for line in markdown.splitlines():
        line = line.removeprefix(">").strip()
        if not line or line.startswith("#"):
            open_block = below_head = False
        elif line.startswith("|"):
            if below_head:
                blocks.append((False, line))
            below_head = below_head or set(line) <= set("|-: ")
        elif ITEM.match(line) or not open_block:
            blocks.append((bool(ITEM.match(line)), ITEM.sub("", line, count=1) if ITEM.match(line) else line))
            open_block = True
        else:
            blocks[-1] = (blocks[-1][0], f"{blocks[-1][1]} {line}")
    return blocks


def _of_readme():
    promises = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## Start")[0]
    for block in re.split(r"\n\s*\n", promises):
        given = re.search(r"<!-- claims: (\S+) -->", block)
        text = re.sub(r"<!--.*?-->", "", block).strip()
        if text and not text.startswith("#"):
            yield Statement("README.md", text, given and given[1])


def table():
    """Claim, condition and counter-examples, as a Markdown table."""
    sentences = {statement.id: statement.text for statement in statements()}
    lines = ["| claim | it says | condition | fails outside |", "|---|---|---|---|"]
    for _, c in sorted(load().items()):
        says = sentences.get(c.id.split("/")[0], "").replace("|", "\\|")
        lines.append(f"| {c.id} | {says} | {c.condition} | {'; '.join(c.outside)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    sys.modules["claim"] = sys.modules["__main__"]  # the modules of claims register here
    print(table())
