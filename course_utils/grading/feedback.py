"""The page of feedback on one submission, for its student: no right values, no hidden inputs, no seed."""

from course_utils import checks
from course_utils.checks.verdict import OPEN, REVIEW, RIGHT, WRONG, Verdict
from course_utils.grading import answers, pages
from course_utils.grading.results import points_of, state, states, title, whole


def page(result, exercises):
    """Return it: what was asked, what came of it in the checks' words, and what to do next."""
    heading, lesson = pages.titles(result["exercise"], exercises)
    points, most, review = points_of(result)
    settled = bool(whole(result) or result.get("passed_over"))
    first_of = {each: row["question"] for each, row in reversed(list(zip(states(result), result["rows"], strict=True)))}
    return pages.page(
        "feedback.html",
        title=heading,
        lesson=lesson,
        submission=result["submission"],
        points=points,
        most=most,
        review=review,
        answers=[_answer(row, result) for row in result["rows"]] if most and not settled else (),
        decided=bool(whole(result)),
        passed_over=bool(result.get("passed_over")),
        comment=result.get("decision", {}).get("comment", ""),
        solved=set(first_of) == {RIGHT},
        first=first_of.get(WRONG) or first_of.get(OPEN),
        waiting=REVIEW in first_of,
    )


def _answer(row, result):
    """What the page says of one question."""
    question = checks.QUESTIONS.get(row["question"])
    return {
        "question": title(row["question"]),
        "call": f"{question.reference.__name__}({', '.join(question.parameters)})" if question else "",
        "points": row["points"],
        "most": row["max_points"],
        "mark": state(row),
        "words": pages.said(row),
        "only_hidden": row["verdict"]["only_hidden"],
        # What is right for the inputs of the notebook's check, the check says; here it would be one more way to leak.
        "example": [] if row["verdict"]["only_hidden"] else [(n, text) for n, text in example(row) if n[:5] != "right"],
        "comment": row.get("decision", {}).get("comment", ""),
        "carried": row.get("carried", []),
        "waits": waits(row, result) if state(row) in (WRONG, OPEN) else [],
    }


def example(row):
    """Return rows (name, text) of one case that shows what is wrong."""
    return Verdict.of(row["verdict"]).example


def waits(row, result):
    """Return [(question, name of its function), ...]: not right yet, and called in the code of a row's answer."""
    missing = {
        checks.QUESTIONS[other["question"]].reference.__name__: other["question"]
        for other in result["rows"]
        if other is not row and state(other) in (WRONG, OPEN) and other["question"] in checks.QUESTIONS
    }
    used = answers.names(result.get("code", {}).get(row["question"], ""))
    return [(question, name) for name, question in missing.items() if name in used]
