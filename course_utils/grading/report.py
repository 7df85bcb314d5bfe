"""What a grading run leaves to read: tables for a gradebook, a page for each student, a page for the teacher."""

import csv
import hashlib
import io
import math
import re
import statistics
from collections import Counter
from pathlib import Path

import jinja2

from course_utils import checks
from course_utils.checks.verdict import OPEN, REVIEW, RIGHT, WRONG, Verdict, words
from course_utils.grading.sandbox import host

COLUMNS = ("submission", "exercise", "question", "points", "max_points", "status", "isolation", "seconds")
# The first five are what Canvas wants; "Identifier", "Grade" and "Last modified (grade)" are of Moodle's worksheet.
TOTALS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Identifier", "Grade", "Maximum Grade",
          "Last modified (grade)", "submission", "exercise", "needs review")  # fmt: skip
FORMULA = re.compile(r"(^|;\s*[\"']*\s*)([=+\-@＝＋－＠])")  # what a spreadsheet takes for the beginning of one
# What is not to be shown, or makes its neighbours show elsewhere: control characters, halves of characters, directions.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
UNKNOWN = "Another mistake, none of the known ones, such as:"
LONGEST = 240  # bytes of a name that becomes a file's
OUTCOMES = {RIGHT: "solved", WRONG: "wrong", OPEN: "not attempted", REVIEW: "needs review"}
STATUS = {RIGHT: "graded", WRONG: "graded", OPEN: "not attempted", REVIEW: "needs review"}
TWICE = "two notebooks"
RIVALS = "this student has another notebook to this exercise, too: decide which counts"
ISOLATED = "Isolation bwrap: each submission ran apart from this machine's files, the answers and the network."


def files(results, exercises):
    """Yield (name, text) of all files of a run.

    results: as `run.work` makes them
    exercises: {number: plans.Released}
    """
    yield "grades.csv", _grades(results)
    yield "totals.csv", _totals(results)
    for result in results:
        yield page_of(result["submission"]), _feedback(result, exercises)
    yield "report.html", _report(results, exercises)


def summary(results, out):
    """Return the run in a line."""
    rows = [row for result in results for row in result["rows"]]
    counts = Counter(STATUS[mark(row)] for row in rows)
    said = ", ".join(f"{counts[status]} {status}" for status in dict.fromkeys(STATUS.values()))
    many = f"{_many(len(results), 'submission')}, {_many(len(rows), 'question')}"
    return f"{many}: {said}. Isolation: {isolation(results)}. See {Path(out) / 'report.html'}."


def isolation(results):
    """Return the level, or levels, at which the submissions ran."""
    return ", ".join(sorted({result["isolation"] for result in results}))


def page_of(submission):
    """Return the name of a submission's page of feedback: its own, if a file can be called so everywhere."""
    name = UNSEEN.sub("\ufffd", submission)
    if name == submission and len(name.encode()) <= LONGEST and ".html/" not in name.lower():
        return f"feedback/{name}.html"
    digest = hashlib.sha256(submission.encode(errors="surrogatepass")).hexdigest()[:16]
    short = name.replace("/", "_").encode()[: LONGEST - 20].decode(errors="ignore")
    return f"feedback/{short}-{digest}.html"


def mark(row):
    """Return the mark of a row's verdict."""
    return row["verdict"]["mark"]


def said_of(row):
    """Return what a row's verdict says, in words."""
    return words(Verdict.of(row["verdict"]))


def points_of(result):
    """Return the points of a submission, the most there are, and the questions that need review ("all": the whole)."""
    review = [row["question"] or "all" for row in result["rows"] if mark(row) == REVIEW]
    review += [TWICE] if result.get("twice") else []
    return sum(row["points"] for row in result["rows"]), sum(row["max_points"] or 0 for row in result["rows"]), review


# tables


def _grades(results):
    """The table of all questions of all submissions."""
    rows = []
    for result in results:
        for row in result["rows"]:
            status = STATUS[mark(row)] + (f": {said_of(row)}" if mark(row) == REVIEW else "")
            rows.append({**result, **row, "status": status})
    return _table(COLUMNS, rows)


def _totals(results):
    """The table of all submissions; no points where a person must look first, so that nobody gets a silent 0."""
    rows = []
    for result in results:
        points, most, review = points_of(result)
        row = {
            **result,
            "Grade": "" if review else points,
            "Maximum Grade": most or "",
            "needs review": " ".join(review),
        }
        rows.append(row | result["student"])
    return "\ufeff" + _table(TOTALS, rows)  # without this mark Excel takes UTF-8 for something else


def _table(columns, rows):
    """Rows as CSV; a text that a spreadsheet would compute begins with an apostrophe."""
    text = io.StringIO()
    table = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\r\n")
    table.writeheader()
    for row in rows:
        table.writerow({key: _cell(value) if isinstance(value, str) else value for key, value in row.items()})
    return text.getvalue()


def _cell(text):
    """A text that stays one, also where semicolons part the cells."""
    return FORMULA.sub(r"\1'\2", UNSEEN.sub("\ufffd", text))


# pages


def _feedback(result, exercises):
    """The page of one submission: what was asked, what was wrong in the checks' words, and what to do next."""
    title, lesson = _titles(result["exercise"], exercises)
    points, most, review = points_of(result)
    first_of = {mark(row): row["question"] for row in reversed(result["rows"])}
    return _page(
        "feedback.html",
        title=title,
        lesson=lesson,
        submission=result["submission"],
        points=points,
        most=most,
        review=review,
        answers=map(_answer, result["rows"]) if most else (),
        solved=set(first_of) == {RIGHT},
        first=first_of.get(WRONG) or first_of.get(OPEN),
        waiting=REVIEW in first_of,
    )


def _answer(row):
    """What the page says of one question."""
    question = checks.QUESTIONS.get(row["question"])
    return {
        "question": _question(row["question"]),
        "call": f"{question.reference.__name__}({', '.join(question.parameters)})" if question else "",
        "points": row["points"],
        "most": row["max_points"],
        "mark": mark(row),
        "words": _parts(said_of(row)),
        "only_hidden": row["verdict"]["only_hidden"],
    }


def _report(results, exercises):
    """The page of the whole run."""
    by_exercise = {}
    for result in results:
        by_exercise.setdefault(result["exercise"], []).append(result)
    numbers = sorted(by_exercise.keys() - {""}, key=lambda number: (len(number), number))
    levels = sorted({result["isolation"] for result in results})
    return _page(
        "report.html",
        outcomes=OUTCOMES,
        columns={"Question": "name", "": "", **{name.capitalize(): "number" for name in OUTCOMES.values()}},
        unknown=UNKNOWN,
        counts=Counter(mark(row) for result in results for row in result["rows"]),
        promises=[host.promise(level) or ISOLATED for level in levels],
        waiting=_waiting(results),
        exercises=[_exercise(number, _titles(number, exercises)[0], by_exercise[number]) for number in numbers],
        totals=[(result["submission"], result["exercise"], *points_of(result)) for result in results],
    )


def _waiting(results):
    """What a person must look at, the most points at stake first."""
    groups = {}  # what is the matter with all of a notebook is said once
    for result in results:
        if result.get("twice"):
            groups[result["submission"], RIVALS] = (result, result["rows"])
        for row in result["rows"]:
            if mark(row) == REVIEW:
                groups.setdefault((result["submission"], said_of(row)), (result, []))[1].append(row)
    waiting = [
        {
            "submission": submission,
            "questions": [row["question"] for row in rows] if len(rows) < len(result["rows"]) else ["all"],
            "stake": sum(row["max_points"] or 0 for row in rows),  # 0: nobody knows, so it may be the most
            "why": why,
        }
        for (submission, why), (result, rows) in groups.items()
    ]
    return sorted(waiting, key=lambda group: -(group["stake"] or math.inf))


def _exercise(number, title, results):
    """What the report says of one exercise: how the totals are spread, how hard each question was, what went wrong."""
    known = [points for points, _, review in map(points_of, results) if not review]
    most = max(points_of(result)[1] for result in results)
    by_question, mistakes = {}, {}
    for result in results:
        for row in result["rows"]:
            by_question.setdefault(row["question"], Counter())[mark(row)] += 1
            if mark(row) == WRONG:
                known_one = Verdict.of(row["verdict"]).mistake
                mistakes.setdefault((row["question"], known_one and known_one.id), []).append(row)
    common = sorted(mistakes.items(), key=lambda item: (item[0][1] is None, -len(item[1])))
    return {
        "number": number,
        "title": title,
        "known": len(known),
        "left": len(results) - len(known),
        "mean": statistics.mean(known) if known else None,
        "median": statistics.median(known) if known else None,
        "most": most,
        "bars": _bars(known, int(most)),
        "questions": [(_question(id), counts) for id, counts in by_question.items()],
        "mistakes": [_mistake(rows) for _, rows in common],
    }


def _mistake(rows):
    """What the report says of wrong answers that make the same known mistake, or other ones."""
    known = Verdict.of(rows[0]["verdict"]).mistake
    words = _parts(known.message if known else said_of(rows[0]))
    return {"question": _question(rows[0]["question"]), "answers": len(rows), "known": bool(known), "words": words}


def _bars(values, most):
    """How many submissions have how many points: (which points, how many submissions) of each bar."""
    wide = math.ceil((most + 1) / 25)  # points that share a bar
    counts = Counter(int(value // wide) for value in values)
    ends = [(i * wide, min(i * wide + wide - 1, most)) for i in range(most // wide + 1)]
    return [(f"{a}–{b}" if a < b else str(a), counts[i]) for i, (a, b) in enumerate(ends)]


def _titles(number, exercises):
    """The title of an exercise and, if it is known, its lesson's number and title."""
    if number not in exercises:
        return (f"Exercise {number}" if number else "Your notebook"), None
    intro = exercises[number].intro
    title = re.match(r"# Exercise \d+: (.+)", intro)
    lesson = re.search(r"lesson \[([^\]]+)\]\(\.\./notebooks/0*(\d+)_", intro)
    said = f"Exercise {number}: {title[1].strip()}" if title else f"Exercise {number}"
    return said, {"number": lesson[2], "title": lesson[1]} if lesson else None


def _question(id):
    """A question's number and title."""
    return f"{id} {checks.QUESTIONS[id].title}" if id in checks.QUESTIONS else f"Question {id}"


def _parts(text):
    """The words of a check in parts: text, code (what stands between backticks), text, code, ..., text."""
    return re.split(r"`([^`]+)`", text)


def _many(n, word):
    return f"{n} {word}{'s' if n != 1 else ''}"


def _seen(value):
    """What a page shows of a value, before it is escaped."""
    theirs = isinstance(value, str) and not hasattr(value, "__html__")  # what has it, a template of ours has made
    return UNSEEN.sub("\ufffd", value) if theirs else value


def _page(name, **facts):
    """A whole page, which needs no other file."""
    return TEMPLATES.get_template(name).render(facts)


TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    finalize=_seen,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
TEMPLATES.filters |= {"many": _many, "number": "{:g}".format, "page": page_of}
