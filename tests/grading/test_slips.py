"""One slip costs one question: what builds on it is looked at once more, with a right answer in its place."""

import pickle
import pickletools

import corpus
import pytest
from corpus import FULL, REVIEW, ROOT, STUB, ZERO, answer, bare, dumped, filled, head, name, outcome, questions, wrong

from course_utils.checks import QUESTIONS
from course_utils.grading import exam as exams
from course_utils.grading import plan as plans
from course_utils.grading import report, run, submissions

NO_FACTOR = answer("1.1").replace("slope * 2 / 3", "slope")
TRANSPOSED = answer("1.3").replace("delta_next @ W_next", "delta_next @ W_next.T")
# What looks for the right answer that stands in the place of one's own.
HUNT = """
    import gc
    for f in gc.get_objects():
        if getattr(f, "__name__", "") == "hidden_delta" and f is not hidden_delta and hasattr(f, "__code__"):
            return f(delta_next, W_next, z)
    lecun_tanh_derivative(z)
    return z"""
THREAD = """import threading, time
def look():
    own = hidden_delta
    while hidden_delta is own:
        time.sleep(0.001)
    found.append(hidden_delta)
found = []"""
LATER = """
    if not found and not threads:
        threads.append(threading.Thread(target=look, daemon=True))
        threads[0].start()
        time.sleep(0.2)
    return found[0](delta_next, W_next, z) if found else lecun_tanh_derivative(z)"""


def _first(*three):
    """Exercise 1 with these answers to 1.1, 1.3 and 1.4, None: the right one; the others are right."""
    given = {question: text for question, text in zip(("1.1", "1.3", "1.4"), three) if text is not None}
    return filled(1, given)


def _order(nb, *wanted):
    """The notebook with the answers and checks of its questions in another order."""
    cells = [c for c in nb["cells"] if corpus.role(c)[1] in wanted]
    cells.sort(key=lambda c: (wanted.index(corpus.role(c)[1]), corpus.role(c)[0] != "answer"))
    rest = [c for c in nb["cells"] if corpus.role(c)[1] not in wanted]
    at = corpus.place(nb, "setup") + 1
    return {**nb, "cells": [*rest[:at], *cells, *rest[at:]]}


ALIAS = answer("1.3").replace("lecun_tanh_derivative(z)", "slope(z)")
ALIAS = f"import functools\nslope = functools.partial(lecun_tanh_derivative)\n\n{ALIAS}"
BY_NAME = answer("1.3").replace("lecun_tanh_derivative(z)", "globals()['lecun_tanh_derivative'](z)")
HELPED = answer("1.3").replace("lecun_tanh_derivative(z)", "steepness(z)")
HELPER = "def steepness(z):\n    return lecun_tanh_derivative(z)"
STUB_11 = corpus.stub("1.1")
KILLS = f"{head('1.1')}    import os\n    os.kill(os.getpid(), 9)"
SLIPS = {  # {title: (notebook, outcomes of 1.1, 1.3, 1.4, what carries 1.3 and 1.4)}
    "the factor 2/3": (_first(NO_FACTOR), (ZERO, FULL, FULL), (["1.1"], ["1.1"])),
    "nothing written": (_first(STUB_11), (STUB, FULL, FULL), (["1.1"], ["1.1"])),
    "nothing there": (bare("import numpy as np\nfrom course_utils.activations import lecun_tanh", answer("1.3"),
                           answer("1.4"), answer("1.2"), answer("1.5")),
                      (STUB, FULL, FULL), (["1.1"], ["1.1"])),
    "all in one cell": (bare("\n\n".join([NO_FACTOR, *map(answer, questions(1)[1:])])),
                        (ZERO, FULL, FULL), (["1.1"], ["1.1"])),
    "two slips": (_first(NO_FACTOR, TRANSPOSED), (ZERO, ZERO, FULL), ([], ["1.1", "1.3"])),
    "one above, one below": (_first(None, TRANSPOSED), (FULL, ZERO, FULL), ([], ["1.3"])),
    "bound before": (_first(NO_FACTOR, ALIAS), (ZERO, FULL, FULL), (["1.1"], ["1.1"])),
    "by its name": (_first(NO_FACTOR, BY_NAME), (ZERO, FULL, FULL), (["1.1"], ["1.1"])),
    "by way of a helper below": (corpus.at_end(_first(NO_FACTOR, HELPED), HELPER), (ZERO, FULL, FULL),
                                 (["1.1"], ["1.1"])),
    "in another order": (_order(_first(NO_FACTOR), "1.4", "1.3", "1.1"), (ZERO, FULL, FULL), (["1.1"], ["1.1"])),
    "all wrong": (filled(1, rest=wrong), (ZERO, ZERO, ZERO), ([], [])),
    "what is called comes back": (_first(NO_FACTOR, f"{head('1.3')}    return lecun_tanh_derivative(z)",
                                         f"{head('1.4')}    return hidden_delta(x, params['W1'].T, x)"),
                                  (ZERO, ZERO, ZERO), ([], [])),
    "nothing builds on it": (_first(NO_FACTOR, TRANSPOSED.replace("lecun_tanh_derivative(z)", "1"),
                                    answer("1.4").replace("hidden_delta", "(lambda d, W, z: d @ W)")),
                             (ZERO, ZERO, ZERO), ([], [])),
}  # fmt: skip
HOSTILE = {
    "one kills Python": (_first(KILLS), (REVIEW, FULL, FULL), (["1.1"], ["1.1"])),
    "a hunt": (_first(NO_FACTOR, head("1.3") + HUNT), (ZERO, ZERO, FULL), ([], ["1.1", "1.3"])),
    "a hunt by a thread": (corpus.after_setup(_first(NO_FACTOR, f"threads = []\n{head('1.3')}{LATER}"), THREAD),
                           (ZERO, ZERO, FULL), ([], ["1.1", "1.3"])),
    "its code is told": (_first(NO_FACTOR, f"{head('1.3')}    raise ValueError(lecun_tanh_derivative.__code__.co_names"
                                           ", lecun_tanh_derivative.__code__.co_filename)"),
                         (ZERO, ZERO, FULL), ([], ["1.1", "1.3"])),
}  # fmt: skip


@pytest.fixture(scope="module")
def results():
    """The results of all, by their titles."""
    cases = SLIPS | (HOSTILE if corpus.BWRAP else {})
    exercises = exams.exercises(ROOT)
    exam = run.prepared(ROOT, 11, (), corpus.LEVEL, "1")
    jobs = [
        run.Job(submissions.Submission(title, dumped(nb)), corpus.LEVEL, exercises, {"1": exam}, None)
        for title, (nb, *_) in cases.items()
    ]
    return {result["submission"]: result for result in run.work(jobs)}


@pytest.mark.parametrize("title", [*SLIPS, *HOSTILE])
def test_one_slip_costs_one_question(title, results):
    if title in HOSTILE and not corpus.BWRAP:
        pytest.skip(corpus.NO_BWRAP)
    _, deserved, carried = (SLIPS | HOSTILE)[title]
    rows = {row["question"]: row for row in results[title]["rows"]}
    got = {
        question: outcome({**row, "status": report.STATUS[row["verdict"]["mark"]]}) for question, row in rows.items()
    }
    others = {"1.2": FULL, "1.5": FULL} if title != "all wrong" else {"1.2": ZERO, "1.5": ZERO}
    assert got == dict(zip(("1.1", "1.3", "1.4"), deserved)) | others
    assert [rows[question]["carried"] for question in ("1.3", "1.4")] == list(carried)
    assert not [row for row in rows.values() if row["carried"] and row["points"] != row["max_points"]]
    assert "course_utils/checks" not in str(rows)


def test_no_right_answer_holds_another_one():
    """What stands in the place of an answer must not tell of a later one, and is none of them."""
    for number in exams.numbers(ROOT):
        for question in questions(int(number)):
            raw = exams._pickled(QUESTIONS[question].reference)
            pickle.loads(raw)
            words = {argument for _, argument, _ in pickletools.genops(raw) if isinstance(argument, str)}
            names = {name(other) for other in questions(int(number)) if other != question}
            later = names & words - {name(q) for q in questions(int(number)) if q < question}
            assert not later, question


def test_what_builds_on_what_is_read_off_the_code():
    exercises = exams.exercises(ROOT)
    for number, found in {"1": {"1.3": ["1.1"], "1.4": ["1.1", "1.3"]}, "10": {"10.4": ["10.1"]}}.items():
        cells = submissions.read(submissions.Submission("x", dumped(filled(int(number))))).cells
        plan = plans.plan(cells, exercises[number])
        assert {question: earlier for question, earlier in plan.builds_on.items() if earlier} == found
        assert plans.once_more(plan, exercises[number], list(plan.builds_on), []) is None
        first = next(iter(plan.builds_on))
        assert plans.once_more(plan, exercises[number], [], [first]) is None
