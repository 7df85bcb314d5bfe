"""What a grading run leaves to read: tables for a gradebook, a page for each student, a page for the teacher."""

import csv
import hashlib
import html
import io
import math
import re
import statistics
from collections import Counter
from pathlib import Path
from urllib.parse import quote

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
UNKNOWN = '<span class="quiet">Another mistake, none of the known ones, such as:</span> '
LONGEST = 240  # bytes of a name that becomes a file's
OUTCOMES = {RIGHT: "solved", WRONG: "wrong", OPEN: "not attempted", REVIEW: "needs review"}
STATUS = {RIGHT: "graded", WRONG: "graded", OPEN: "not attempted", REVIEW: "needs review"}
TWICE = "two notebooks"
RIVALS = "this student has another notebook to this exercise, too: decide which counts"
PERSON = "The grader could not decide, so a person will"
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


# a page for the student


def _feedback(result, exercises):
    """The page of one submission: what was asked, what was wrong in the checks' words, and what to do next."""
    title, lesson = _titles(result["exercise"], exercises)
    points, most, review = points_of(result)
    total = f"<strong>{points:g} of {most:g} points</strong>"
    if review:
        total = f"<strong>{points:g} points so far</strong>, of {most:g}. Needs review: {_text(', '.join(review))}."
    if not most:
        total = f"<strong>Needs review.</strong> {PERSON} look at this notebook. There is nothing to do for you now."
    parts = [f"<h1>{title}</h1>", f'<p class="total">{total}</p>']
    parts.append(f'<p class="quiet">Submission: {_text(result["submission"])}</p>')
    if not most:
        return _page(f"{title}: feedback", parts)
    parts += map(_answer, result["rows"])
    parts += ["<h2>What to do next</h2>", "<ul>", *_next(result, lesson), "</ul>"]
    parts += ['<p class="quiet">Each answer was called with random inputs, also others than those of the notebook.</p>']
    return _page(f"{title}: feedback", parts)


def _answer(row):
    """The part of the page on one question."""
    question, most = checks.QUESTIONS.get(row["question"]), row["max_points"]
    points = f"{row['points']:g} of {most:g}" if mark(row) != REVIEW else f"? of {most:g}"
    parts = [f'<section><h2 class="question">{_question(row["question"])} <span class="points">{points}</span></h2>']
    if question:
        call = f"{question.reference.__name__}({', '.join(question.parameters)})"
        parts.append(f"<p>Asked for: the function <code>{_text(call)}</code></p>")
    said = {
        RIGHT: "<strong>Solved.</strong>",
        WRONG: f"<strong>Not yet:</strong> {_words(said_of(row))}",
        OPEN: "<strong>Not attempted.</strong>",
        REVIEW: f"<strong>Needs review.</strong> {PERSON} look at this answer before it is given points, or none.",
    }
    parts.append(f'<p class="verdict {mark(row)}">{said[mark(row)]}</p>')
    if row["verdict"]["only_hidden"]:
        parts.append("<p>Try it with other sizes, other numbers and special cases such as zeros.</p>")
    return "\n".join([*parts, "</section>"])


def _next(result, lesson):
    """The items on what to do next."""
    first_of = {mark(row): row["question"] for row in reversed(result["rows"])}
    first = first_of.get(WRONG) or first_of.get(OPEN)
    if set(first_of) == {RIGHT}:
        yield "<li>All questions are solved. Go on with the next exercise.</li>"
    if first:
        yield f"<li>Begin with {_text(first)}: the three hints above the answer go from a nudge to nearly all.</li>"
        yield "<li>Run the check below the answer after each change: it says at once what is wrong first.</li>"
        if lesson:
            yield f"<li>Read again: lesson {lesson}.</li>"
    if REVIEW in first_of:
        yield "<li>For what needs review there is nothing to do, unless you are asked.</li>"


# a page for the teacher


def _report(results, exercises):
    """The page of the whole run."""
    rows = [row for result in results for row in result["rows"]]
    counts = Counter(map(mark, rows))
    numbers = sorted({result["exercise"] for result in results} - {""}, key=lambda number: (len(number), number))
    said = ", ".join(f"{counts[key]} {name}" for key, name in OUTCOMES.items())
    levels = sorted({result["isolation"] for result in results})
    titles = {number: _titles(number, exercises)[0] for number in numbers}
    parts = [
        "<h1>Grades</h1>",
        f'<p class="total">{_many(len(results), "submission")}, {_many(len(rows), "question")}: {said}.</p>',
        *(f"<p>{_text(host.promise(level) or ISOLATED)}</p>" for level in levels),
        '<p>Tables: <a href="grades.csv">grades.csv</a>, a row for each question; <a href="totals.csv">totals.csv</a>, '
        "a row for each submission, for the gradebook.</p>",
        "<ul>",
        '<li><a href="#review">Needs review</a></li>',
        *(f'<li><a href="#exercise-{number}">{title}</a></li>' for number, title in titles.items()),
        '<li><a href="#submissions">Submissions</a></li>',
        "</ul>",
        '<h2 id="review">Needs review</h2>',
        *_waiting(results),
    ]
    for number, title in titles.items():
        parts += _exercise(number, title, [result for result in results if result["exercise"] == number])
    return _page("Grades", [*parts, '<h2 id="submissions">Submissions</h2>', _submissions(results)])


def _waiting(results):
    """What a person must look at, the most points at stake first."""
    groups = {}  # what is the matter with all of a notebook is said once
    for result in results:
        if result.get("twice"):
            groups[result["submission"], RIVALS] = (result, result["rows"])
        for row in result["rows"]:
            if mark(row) == REVIEW:
                groups.setdefault((result["submission"], said_of(row)), (result, []))[1].append(row)
    if not groups:
        return ["<p>Nothing: every answer was graded.</p>"]
    stakes = {key: sum(row["max_points"] or math.inf for row in rows) for key, (_, rows) in groups.items()}
    rows = []
    for key in sorted(groups, key=stakes.get, reverse=True):
        result, group = groups[key]
        which = " ".join(row["question"] for row in group) if len(group) < len(result["rows"]) else "all"
        points = f"{stakes[key]:g}" if stakes[key] < math.inf else "?"
        rows.append((_link(result["submission"]), _text(which), points, _text(key[1])))
    return [
        "<p>No points are in totals.csv for these. Open the notebook, decide, and type the points in.</p>",
        _rows("What needs review", ("Submission", "Question", "Points", "Why"), rows, numbers={2}),
    ]


def _exercise(number, title, results):
    """The section on one exercise: how the totals are spread, how hard each question was, and what went wrong."""
    known = [points for points, _, review in map(points_of, results) if not review]
    most = max(points_of(result)[1] for result in results)
    left = f" {_many(len(results) - len(known), 'submission')} with something to review left out."
    told = (
        f"Mean {statistics.mean(known):.1f}, median {statistics.median(known):g} of {most:g} points." if known else ""
    )
    by_question, mistakes = {}, {}
    for result in results:
        for row in result["rows"]:
            by_question.setdefault(row["question"], Counter())[mark(row)] += 1
            if mark(row) == WRONG:
                mistakes.setdefault((row["question"], _mistake(row)), []).append(row)
    rows = [(_question(id), *_shares(counts)) for id, counts in by_question.items()]
    key = [f'<span class="key"><span class="is-{name}"></span> {said}</span>' for name, said in OUTCOMES.items()]
    yield f'<section><h2 id="exercise-{number}">{title}</h2>'
    yield f"<h3>Points of {_many(len(known), 'submission')}</h3>"
    yield f"<p>{told}{left if len(known) < len(results) else ''}</p>"
    yield _histogram(known, int(most)) if known else ""
    yield "</section><h3>Questions</h3>"
    yield f"<p>{' '.join(key)}</p>"
    heads = ("Question", "", *map(str.capitalize, OUTCOMES.values()))
    yield _rows(f"Questions of exercise {number}", heads, rows, numbers={2, 3, 4, 5})
    yield "<h3>Common mistakes</h3>"
    if not mistakes:
        yield "<p>None.</p>"
        return
    common = sorted(mistakes.items(), key=lambda item: (item[0][1] is None, -len(item[1])))
    rows = [(_question(id), str(len(group)), _told(group)) for (id, _), group in common]
    yield _rows(
        f"Mistakes in exercise {number}", ("Question", "Answers", "What the student is told"), rows, numbers={1}
    )


def _mistake(row):
    """The id of the known mistake that a row's verdict names; None if it names none."""
    known = Verdict.of(row["verdict"]).mistake
    return known and known.id


def _told(rows):
    """What the students are told whose answers make the same known mistake, or another one each, as HTML."""
    known = Verdict.of(rows[0]["verdict"]).mistake
    return _words(known.message) if known else f"{UNKNOWN}{_words(said_of(rows[0]))}"


def _shares(counts):
    """The cells on one question: a bar, and the shares it shows."""
    total = counts.total()
    parts = [f'<span class="is-{name}" style="width:{100 * counts[name] / total:.2f}%"></span>' for name in OUTCOMES]
    yield f'<div class="bar" aria-hidden="true">{"".join(parts)}</div>'
    for name in OUTCOMES:
        yield f"{counts[name]} ({100 * counts[name] / total:.0f} %)" if counts[name] else "0"


def _histogram(values, most):
    """A picture of how many submissions have how many points."""
    wide = math.ceil((most + 1) / 25)  # points that share a bar
    counts = Counter(int(value // wide) for value in values)
    bars = range(most // wide + 1)
    ends = [(i * wide, min(i * wide + wide - 1, most)) for i in bars]
    labels = [f"{first}–{last}" if first < last else str(first) for first, last in ends]
    parts, spoken = [], ", ".join(f"{counts[i]} with {labels[i]}" for i in bars if counts[i])
    for i in bars:
        height, x = 100 * counts[i] / max(counts.values()), 40 * i
        parts.append(f'<rect class="is-right" x="{x + 3}" y="{120 - height:.1f}" width="34" height="{height:.1f}"/>')
        parts.append(f'<text x="{x + 20}" y="137">{labels[i]}</text>')
        if counts[i]:
            parts.append(f'<text x="{x + 20}" y="{115 - height:.1f}">{counts[i]}</text>')
    size = f'width="{40 * len(bars)}" height="160" viewBox="0 0 {40 * len(bars)} 160"'
    return (
        f'<svg role="img" aria-label="Submissions by points: {spoken}." {size}>{"".join(parts)}'
        f'<text x="{20 * len(bars)}" y="156">points</text></svg>'
    )


def _submissions(results):
    """The table of all submissions."""
    rows = []
    for result in results:
        points, most, review = points_of(result)
        told = f"{points:g}" if not review else "" if "all" in review else f"{points:g} + ?"
        rows.append(
            (_link(result["submission"]), _text(result["exercise"]), told, f"{most:g}" if most else "?",
             _text(" ".join(review)))
        )  # fmt: skip
    return _rows("Submissions", ("Submission", "Exercise", "Points", "Of", "Needs review"), rows, numbers={1, 2, 3})


def _question(id):
    """A question's number and title."""
    return _text(f"{id} {checks.QUESTIONS[id].title}" if id in checks.QUESTIONS else f"Question {id}")


def _link(submission):
    """A link to the page of feedback."""
    return f'<a href="{quote(page_of(submission))}">{_text(submission)}</a>'


# pieces of pages


def _page(title, parts):
    """A whole page, which needs no other file."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>",
            *parts,
            "</main>\n</body>\n</html>\n",
        ]
    )


def _rows(label, heads, rows, numbers=()):
    """A table of cells that are HTML already; it may be scrolled sideways where the screen is narrow."""
    kinds = ["number" if i in numbers else "name" if i == 0 else "" for i in range(len(heads))]
    lines = [f'<div class="scroll" role="region" tabindex="0" aria-label="{_text(label)}"><table>', "<thead><tr>"]
    for head, kind in zip(heads, kinds, strict=True):
        lines.append(f'<th scope="col" class="{kind}">{head}</th>' if head else "<td></td>")
    lines.append("</tr></thead><tbody>")
    for row in rows:
        cells = [f'<td class="{kind}">{cell}</td>' for cell, kind in zip(row, kinds, strict=True)]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody></table></div>"])


def _titles(number, exercises):
    """The title of an exercise and, if it is known, of its lesson ("2, Zero weights"), as HTML."""
    if number not in exercises:
        return ("Your notebook" if not number else f"Exercise {_text(number)}"), ""
    intro = exercises[number].intro
    title = re.match(r"# Exercise \d+: (.+)", intro)
    lesson = re.search(r"lesson \[([^\]]+)\]\(\.\./notebooks/0*(\d+)_", intro)
    said = f"Exercise {number}: {title[1].strip()}" if title else f"Exercise {number}"
    return _text(said), f"{lesson[2]}, <em>{_text(lesson[1])}</em>" if lesson else ""


def _text(text):
    """A text as HTML, whoever wrote it."""
    return html.escape(UNSEEN.sub("\ufffd", text))


def _words(text):
    """Words of a check as HTML: what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _text(text))


def _many(n, word):
    return f"{n} {word}{'s' if n != 1 else ''}"
