"""Planted answers of tests/mistakes go through sandbox and judge: wrong ones get 0, right ones all points."""

import pytest
from corpus import LEVEL, ROOT, name, number

from course_utils.checks import QUESTIONS
from course_utils.checks.verdict import line
from course_utils.grading import exam, judge
from course_utils.grading import plan as plans
from course_utils.grading.sandbox import host


def _path(question):
    return ROOT / "tests" / "checks" / "mistakes" / f"q{question.replace('.', '_')}.py"


ASKED = [question for question in QUESTIONS if _path(question).exists()]


def _planted(question):
    """The source of a module of planted answers, and {(kind, title): expression} of them."""
    source = _path(question).read_text(encoding="utf-8")
    scope = {"__name__": "planted"}
    exec(compile(source, name(question), "exec"), scope)  # the tests' own
    some = list(scope.get("WRONG", {}))[::4]  # test_checks.py has all of them on the notebook's inputs
    found = {("WRONG", title): f"WRONG[{title!r}][0]" for title in some}
    return source, found | {("RIGHT", title): f"RIGHT[{title!r}]" for title in scope["RIGHT"]}


@pytest.mark.parametrize("n", sorted(set(map(number, ASKED))))
def test_planted_answers_are_told_apart_on_hidden_inputs(n):
    asked = exam.make(ROOT, str(n), seed=7)
    steps, places = [{"code": source} for source in asked.released.setup], {}
    for question in (question for question in ASKED if number(question) == n):
        source, found = _planted(question)
        steps.append({"code": source})
        for key, expression in found.items():
            steps += [{"code": f"answer = {expression}"}, {"check": question, "function": "answer"}]
            places[question, *key] = len(steps) - 1
    for step in steps:
        step["seconds"] = 60
    facts = host.run(exam.steps(asked, plans.Plan(steps, [], set(), {})), LEVEL)
    wrong = []
    for (question, kind, title), place in places.items():
        verdict = judge.judged(asked, question, [facts[place]], False, {}, "")
        if verdict.mark != kind.lower():
            wrong.append(f"{title}: {line(verdict)}")
    assert wrong == []
