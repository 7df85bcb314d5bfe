"""What an exercise says to the learner at once: `check("1.3", hidden_delta)` shows a card, `progress()` prints a line.

A question is data (`core.Question`), and has a page, a module of its own here: that of 1.3 is q1_3.
"""

import importlib
import itertools
import pkgutil
import re

from course_utils.checks import card, cells
from course_utils.checks.core import SECONDS, examined
from course_utils.checks.core import verdict_on as verdict_on  # for those who want data, not a card
from course_utils.checks.verdict import RIGHT, WRONG, Fact, Verdict
from course_utils.questions.predictions import answers, record

EXERCISE = "exercise "  # how a key of the stored answers begins that means a question


def _pages():
    """The pages of all questions, in the order of their numbers."""
    names = [re.fullmatch(r"q(\d+)_(\d+)", module.name) for module in pkgutil.iter_modules(__path__)]
    numbers = sorted((int(match[1]), int(match[2])) for match in names if match)
    return [importlib.import_module(f"{__name__}.q{exercise}_{n}") for exercise, n in numbers]


PAGES = _pages()
QUESTIONS = {page.QUESTION.id: page.QUESTION for page in PAGES}
cells.watch()


def check(question_id, answer=None, *, seconds=SECONDS):
    """Show whether `answer`, your function, solves that question, and if not, what is wrong first, with an example.

    A function still running after `seconds` seconds is stopped: where the system has alarm signals (not on Windows),
    in the main thread, and between two steps of Python. Elsewhere there is no limit: interrupt the kernel.
    """
    question = QUESTIONS.get(question_id) if isinstance(question_id, str) else None
    if question is None:
        print(_unknown(question_id))
        return
    if stale := cells.why_stale(answer):
        name, error = stale
        card.show(card.Card(Verdict(question_id, WRONG, fact=Fact("stale", {"name": name, "error": error}))))
        return
    verdict, calls = examined(question, answer, seconds)
    card.show(card.Card(verdict, card.example(question, verdict, calls, answer)))
    if verdict.mark == RIGHT and question_id not in _solved()[0]:
        note = record(f"{EXERCISE}{question_id}", "solved")
        if note:  # it could not be stored
            print(note)


def progress():
    """Print in one line which questions of the course have been solved on this machine, and the points."""
    solved, note = _solved()
    by_exercise = itertools.groupby(QUESTIONS.values(), key=lambda question: question.id.split(".")[0])
    marks = [f"{n} {''.join('✓' if q.id in solved else '·' for q in questions)}" for n, questions in by_exercise]
    points = sum(question.points for question in QUESTIONS.values() if question.id in solved)
    total = sum(question.points for question in QUESTIONS.values())
    print(f"{points} of {total} points: {'  '.join(marks)}")
    if note:
        print(note)


def _solved():
    """The ids of the questions solved so far, kept beside the predictions; and a sentence if they cannot be read."""
    kept, note = answers()
    return {key.removeprefix(EXERCISE) for key in kept if key.startswith(EXERCISE)}, note


def _unknown(question_id):
    """One sentence for an id that no question has."""
    if not isinstance(question_id, str):
        return 'The question must stand in quotes, such as check("1.3", hidden_delta).'
    known = [name for name in QUESTIONS if name.split(".")[0] == question_id.split(".")[0]] or list(QUESTIONS)
    return f'There is no question "{question_id}": choose one of {", ".join(known)}.'
