"""Results as a run makes them, and what stands in a page."""

import csv
import io
from html.parser import HTMLParser

from course_utils import checks
from course_utils.checks.verdict import OPEN, RIGHT, WRONG, Fact, Known, Verdict, review
from course_utils.grading import submissions

EVIL = '<script>alert(1)</script> & "quoted"'
CANVAS = "submissions/smithbob_LATE_340934_208490284_02_zero_weights"
MOODLE = "Ada O'Neil_1000037_assignsubmission_file_/02_zero_weights"


def row(verdict):
    """A row of a result; the points of the question are those of the course."""
    most = checks.QUESTIONS[verdict.question].points if verdict.question else ""
    points = most if verdict.mark == RIGHT else 0
    return {"question": verdict.question, "points": points, "max_points": most, "verdict": verdict.data()}


def right(question):
    return Verdict(question, RIGHT, checks.QUESTIONS[question].points)


def known(question):
    """Values that are those of the question's first mistake."""
    id, mistake = next(iter(checks.QUESTIONS[question].mistakes.items()))
    return Verdict(question, WRONG, fact=Fact("values", {"shaped": True}), mistake=Known(id, mistake.message))


def result(name, *rows, exercise="2", isolation="bwrap"):
    (student,) = submissions._students([name.removeprefix("submissions/").split("/")])
    parts = {"submission": name, "student": student, "exercise": exercise, "isolation": isolation}
    return {**parts, "seconds": 1.5, "rows": list(rows)}


def solved(number="2"):
    return [row(right(id)) for id in checks.QUESTIONS if id.split(".")[0] == number]


def everything():
    """A run in which there is one of everything."""
    error = Fact("raised", {"error": "ValueError", "text": EVIL, "given": "L 3"})
    return [
        result(MOODLE, row(known("2.1")), *solved()[1:]),
        result(CANVAS, row(Verdict("2.1", WRONG, fact=error, advice="did you forget `return`?")),
               row(Verdict("2.2", OPEN)),
               row(review("2.3", f"its cell did not end well: it ended Python (SIGKILL) {EVIL}")),
               *solved()[3:]),
        result(EVIL, *solved()),
        result("=HYPERLINK(1)", *solved("5"), exercise="5", isolation="none"),
        result("broken", row(review("", "the file is empty")), exercise=""),
    ]  # fmt: skip


def table(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


class Words(HTMLParser):
    """The text of a page, its tags in order, and what it would load."""

    def __init__(self, text):
        super().__init__()
        self.text, self.tags, self.loaded, self.ids, self.links = "", [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        self.ids.add(attributes.get("id"))
        self.links += [attributes["href"]] if tag == "a" else []
        self.loaded += [attributes[key] for key in ("src", "srcset", "data") if key in attributes]

    def handle_data(self, data):
        self.text += data
