"""What an exercise says to the learner at once: `check("1.3", hidden_delta)` prints one line.

A question is data (`core.Question`): an exercise is a module with a tuple QUESTIONS, listed here.
"""

from course_utils.checks import exercise01, exercise02
from course_utils.checks.core import SECONDS, verdict

QUESTIONS = {question.id: question for exercise in (exercise01, exercise02) for question in exercise.QUESTIONS}


def check(question_id, answer, *, seconds=SECONDS):
    """Print in one line whether `answer`, your function, solves that question, and if not, what is wrong first.

    A function still running after `seconds` seconds is stopped: where the system has alarm signals (not on Windows),
    in the main thread, and between two steps of Python. Elsewhere there is no limit: interrupt the kernel.
    """
    question = QUESTIONS.get(question_id) if isinstance(question_id, str) else None
    print(verdict(question, answer, seconds) if question else _unknown(question_id))


def _unknown(question_id):
    """One sentence for an id that no question has."""
    if not isinstance(question_id, str):
        return 'The question must stand in quotes, such as check("1.3", hidden_delta).'
    known = [name for name in QUESTIONS if name.split(".")[0] == question_id.split(".")[0]] or list(QUESTIONS)
    return f'There is no question "{question_id}": choose one of {", ".join(known)}.'
