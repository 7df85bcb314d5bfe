"""What a result says: of one submission, as `run.work` makes it and as `decisions.applied` completes it."""

from course_utils import checks
from course_utils.checks.verdict import OPEN, REVIEW, RIGHT, WRONG, Verdict, words

DECIDED = "decided"  # by a person, whatever the grader says
OUTCOMES = {RIGHT: "solved", WRONG: "wrong", OPEN: "not attempted", REVIEW: "needs review", DECIDED: "decided"}
STATUS = {RIGHT: "graded", WRONG: "graded", OPEN: "not attempted", REVIEW: "needs review", DECIDED: "decided"}
WHOLE = "all"  # what stands for the question where something is the matter with a whole notebook
TWICE = "two notebooks"
IN_WORDS = "it is answered in words"
RIVALS = "this student has another notebook to this exercise, too: decide which counts"


def mark(row):
    """Return the mark of a row's verdict."""
    return row["verdict"]["mark"]


def in_words(row):
    """Return whether a row is of an answer in words, which a person reads without a name."""
    return mark(row) == REVIEW and said_of(row) == IN_WORDS


def title(question):
    """Return a question's number and title."""
    if question in checks.QUESTIONS:
        return f"{question} {checks.QUESTIONS[question].title}"
    return question if question in ("", WHOLE) else f"{question} In your own words"


def state(row):
    """Return the mark of a row's verdict, or that a person has decided."""
    return DECIDED if row.get("decision", {}).get("points") is not None else mark(row)


def states(result):
    """Return the state of each row; a decision on the whole notebook, or for another one, is one on all of them."""
    done = whole(result) or result.get("passed_over")
    return [DECIDED if done else state(row) for row in result["rows"]]


def said_of(row):
    """Return what a row's verdict says, in words."""
    return words(Verdict.of(row["verdict"]))


def who(result):
    """Return whose it is: the name that an LMS told, else that of the submission."""
    return result["student"].get("Student") or result["submission"]


def whole(result):
    """Return the decision on a whole notebook that gives points, or {}."""
    decision = result.get("decision", {})
    return decision if decision.get("points") is not None else {}


def points_of(result):
    """Return the points of a submission, the most there are, and the questions that need review ("all": the whole)."""
    most = sum(row["max_points"] or 0 for row in result["rows"])
    if whole(result):
        return whole(result)["points"], most, []
    if result.get("passed_over"):
        return 0, most, []
    review = [row["question"] or WHOLE for row in result["rows"] if state(row) == REVIEW]
    review += [TWICE] if result.get("twice") else []
    return sum(row["points"] for row in result["rows"]), most, review


def doubtful(result):
    """Return [(question, why, points at stake), ...] for a person to decide; "all" where all of it has one reason."""
    rows = result["rows"]
    if whole(result) or result.get("passed_over"):
        return []
    if result.get("twice"):
        return [(WHOLE, RIVALS, points_of(result)[1])]
    left = [row for row in rows if state(row) == REVIEW]
    if (
        rows
        and len(left) == len(rows)
        and len({said_of(row) for row in left}) == 1
        and (len(left) > 1 or not left[0]["question"])
    ):
        return [(WHOLE, said_of(left[0]), points_of(result)[1])]
    return [(row["question"], said_of(row), row["max_points"]) for row in left]
