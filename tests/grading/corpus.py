"""Submissions to try the grader with: notebooks made from the course's, and what each question deserves."""

import copy
import functools
import json
import re
import zipfile
from pathlib import Path
from typing import NamedTuple

from course_utils.checks import QUESTIONS
from course_utils.grading.sandbox import host

ROOT = Path(__file__).parents[2]
NO_BWRAP = "bubblewrap is not to be had here: install it (Debian: apt install bubblewrap)"
BWRAP = host.available("bwrap")  # hostile submissions run nowhere else: what they break would be this machine
LEVEL = next(level for level in ("bwrap", "rlimit", "none") if host.available(level))  # for what harms nobody
FULL, ZERO, STUB, REVIEW = "full marks", "0", "not attempted", "needs review"
RIGHT, WRONG, NOTHING = {FULL}, {ZERO}, {ZERO, STUB, REVIEW}
NEVER = {ZERO, REVIEW}  # of an answer that harms the run: either is fair


class Case(NamedTuple):
    """A file that is handed in, and what each trick in it deserves.

    file: where it stands in the folder that is graded; "x.zip/y.ipynb" stands in a zip file
    data: its bytes, or a function that makes what stands at a path
    tricks: {title: {question: outcomes that are fair}}; the question "" is that of a file that cannot be read
    hostile: whether it may only run inside bubblewrap
    named: what the grader calls it
    """

    category: str
    file: str
    data: object
    tricks: dict
    hostile: bool = False
    named: str = ""

    @property
    def name(self):
        """The submission's name in the tables."""
        return self.named or self.file.removesuffix(".ipynb").replace(".zip", "")


def number(question):
    """The exercise of a question."""
    return int(question.split(".")[0])


def questions(n):
    """The questions of an exercise."""
    return [question for question in QUESTIONS if number(question) == n]


def name(question):
    """The function that a question asks for."""
    return QUESTIONS[question].reference.__name__


def all_of(n, outcomes):
    """What is fair if all questions of an exercise deserve the same."""
    return dict.fromkeys(questions(n), outcomes)


@functools.cache
def _read(folder, n):
    (path,) = (ROOT / folder).glob(f"{n:02}_*.ipynb")
    return json.loads(path.read_text(encoding="utf-8"))


def released(n):
    """An exercise as it is handed out."""
    return copy.deepcopy(_read("exercises", n))


def source(cell):
    """A cell's source as one text."""
    return "".join(cell["source"])


def role(cell):
    """The role and the question of a cell of the course's."""
    course = cell["metadata"].get("course", {})
    return course.get("role"), course.get("question")


@functools.cache
def answer(question):
    """The course's own answer to a question, as a student would type it."""
    cell = next(c for c in _read("solutions", number(question))["cells"] if role(c) == ("answer", question))
    return re.sub(r"\n *### (BEGIN|END) SOLUTION", "", source(cell))


def stub(question):
    """The cell for an answer as it was handed out."""
    return source(next(c for c in _read("exercises", number(question))["cells"] if role(c) == ("answer", question)))


def renamed(question, new):
    """The course's own answer under another name."""
    return re.sub(rf"\bdef {name(question)}\b", f"def {new}", answer(question))


def snippets(file):
    """The pieces of code in a file of snippets/, by their titles."""
    text = (Path(__file__).parent / "snippets" / f"{file}.txt").read_text(encoding="utf-8")
    text = text.replace("REPOSITORY", ROOT.resolve().as_posix())
    return dict(part.split("\n", 1) for part in re.split(r"^%%%% ", text, flags=re.MULTILINE)[1:])


def head(question):
    """The line that begins an answer."""
    return f"def {name(question)}({', '.join(QUESTIONS[question].parameters)}):\n"


def wrong(question):
    """An answer that can be called, and is wrong."""
    return f"{head(question)}    return 12345.0\n"


def code(text, **parts):
    """A code cell."""
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text, **parts}


def filled(n, answers=None, rest=answer):
    """An exercise with answers, {question: source}, in the cells for them; the others are rest(question)."""
    nb = released(n)
    for cell in nb["cells"]:
        what, question = role(cell)
        if what == "answer" and question in QUESTIONS:  # one in words has no check
            cell["source"] = (answers or {}).get(question) or rest(question)
    return nb


def bare(*sources):
    """A notebook of code cells alone."""
    return {"cells": [code(text) for text in sources], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def dumped(nb):
    """A notebook as bytes."""
    return json.dumps(nb, ensure_ascii=False, indent=1).encode()


def place(nb, role_, question=None):
    """Where in a notebook the cell of a role stands."""
    return next(i for i, cell in enumerate(nb["cells"]) if role(cell) == (role_, question))


def after_setup(nb, *sources):
    """The notebook with cells put after its set-up."""
    at = place(nb, "setup") + 1
    nb["cells"][at:at] = [code(text) for text in sources]
    return nb


def at_end(nb, *sources):
    """The notebook with cells put at its end."""
    nb["cells"] += [code(text) for text in sources]
    return nb


def write(cases, folder):
    """Put the files of the cases into a folder."""
    for case in cases:
        inside, _, member = case.file.partition(".zip/")
        path = folder / (f"{inside}.zip" if member else case.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(case.data):
            case.data(path)
        elif member:
            with zipfile.ZipFile(path, "a") as archive:
                archive.writestr(member, case.data)
        else:
            path.write_bytes(case.data)


def outcome(row):
    """The outcome that a row of results says."""
    status, points = row["status"].split(":")[0], float(row["points"] or 0)
    if status != "graded":
        return f"{status} and {points} points" if points else status
    return FULL if points == float(row["max_points"]) else ZERO if points == 0 else f"{points} points"
