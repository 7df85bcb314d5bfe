"""Answers and cells that never end are stopped, however they cling, and the answers beside them are graded."""

import abuse
import pytest
from corpus import BWRAP, NO_BWRAP, ROOT, code, dumped, filled, head, questions

from course_utils.checks import verdict
from course_utils.grading import exam as exams
from course_utils.grading import judge, run, submissions
from course_utils.grading.sandbox import host

SECONDS = 1.5  # for a cell, and for an answer
pytestmark = pytest.mark.skipif(not BWRAP, reason=NO_BWRAP)


@pytest.fixture(scope="module")
def exam():
    """An exam of exercise 5."""
    return exams.make(ROOT, "5", 3)


def _marks(nb, exam):
    """The mark of each answer of a notebook."""
    cells = submissions.read(submissions.Submission("x", dumped(nb)))
    record = run.recorded(cells, exam, "bwrap")
    return {question: judge.judged(exam, question, **record[question]).mark for question in exam.points}


@pytest.mark.parametrize("words", abuse.FOREVER)
def test_it_is_stopped(words, exam, monkeypatch):
    monkeypatch.setattr(host, "CELL_SECONDS", SECONDS)
    monkeypatch.setattr(host, "CHECK_SECONDS", SECONDS)
    monkeypatch.setattr(host, "GRACE", 1)
    first, *others = questions(5)
    body = "".join(f"    {line}\n" for line in abuse.FOREVER[words].splitlines())
    nb = filled(5, {first: head(first) + body})
    marks = _marks(nb, exam)
    assert marks.pop(first) in (verdict.WRONG, verdict.REVIEW)
    assert marks == dict.fromkeys(others, verdict.RIGHT)


def test_a_cell_that_swallows_interrupts_takes_nothing_from_the_answers(exam, monkeypatch):
    monkeypatch.setattr(host, "CELL_SECONDS", SECONDS)
    monkeypatch.setattr(host, "GRACE", 1)
    nb = filled(5)
    nb["cells"].insert(2, code(abuse.ENDLESS_CELL))
    assert set(_marks(nb, exam).values()) == {verdict.RIGHT}
