"""The tables of a grading run: `grades.csv` for you, `totals.csv` for a gradebook."""

import csv
import io
import re

from course_utils.checks.verdict import REVIEW
from course_utils.grading.results import DECIDED, STATUS, WHOLE, points_of, said_of, state, whole

COLUMNS = ("submission", "exercise", "question", "points", "max_points", "status", "isolation", "seconds")
# The first five are what Canvas wants; "Identifier", "Grade" and "Last modified (grade)" are of Moodle's worksheet.
TOTALS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Identifier", "Grade", "Maximum Grade",
          "Last modified (grade)", "submission", "exercise", "needs review")  # fmt: skip
FORMULA = re.compile(r"(^|;\s*[\"']*\s*)([=+\-@＝＋－＠])")  # what a spreadsheet takes for the beginning of one
# What is not to be shown, or makes its neighbours show elsewhere: control characters, halves of characters, directions.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069]")
BOM = "\ufeff"  # without this mark Excel takes UTF-8 for something else


def grades(results):
    """Return the table of all questions of all submissions."""
    rows = []
    for result in results:
        decision = whole(result)
        instead = "decided as a whole" if decision else "another notebook counts"
        for row in result["rows"]:
            if decision or result.get("passed_over"):
                row = row | {"points": "", "status": instead}
            else:
                why = said_of(row) if state(row) == REVIEW else row.get("decision", {}).get("comment")
                row = row | {"status": STATUS[state(row)] + (f": {' '.join(why.split())}" if why else "")}
            rows.append({**result, **row})
        if decision:
            said = f"{STATUS[DECIDED]}: {' '.join(decision['comment'].split())}".removesuffix(": ")
            most = points_of(result)[1] or ""
            rows.append({**result, "question": WHOLE, "points": decision["points"], "max_points": most, "status": said})
    return table(COLUMNS, rows)


def totals(results):
    """Return the table of all submissions; no points where a person must look first, so that nobody gets a silent 0.

    Where a person has decided which of two notebooks counts, the other one has no row.
    """
    rows = []
    for result in results:
        if result.get("passed_over"):
            continue
        points, most, review = points_of(result)
        row = {
            **result,
            "Grade": "" if review else points,
            "Maximum Grade": most or "",
            "needs review": " ".join(review),
        }
        rows.append(row | result["student"])
    return BOM + table(TOTALS, rows)


def table(columns, rows, head=True, delimiter=","):
    """Return rows as CSV; a text that a spreadsheet would compute begins with an apostrophe."""
    text = io.StringIO()
    written = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\r\n", delimiter=delimiter)
    if head:
        written.writeheader()
    for row in rows:
        written.writerow({key: cell(value) if isinstance(value, str) else value for key, value in row.items()})
    return text.getvalue()


def cell(text):
    """Return a text that stays one, also where semicolons part the cells."""
    return FORMULA.sub(r"\1'\2", UNSEEN.sub("\ufffd", text))
