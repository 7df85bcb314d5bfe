"""decisions.csv: what a person decides on answers that the grader could not, or had better not, decide.

The run writes a line for each doubt; points and comments are typed in by hand, and what is there is never changed.
"""

import csv
import hashlib
import io
import re
import unicodedata
from typing import NamedTuple

from course_utils.checks.verdict import REVIEW
from course_utils.grading import answers
from course_utils.grading.results import WHOLE, doubtful, in_words, mark, said_of, state, title, who, whole
from course_utils.grading.tables import BOM, cell, table

NAME = "decisions.csv"
COLUMNS = ("submission", "student", "question", "points", "comment")
NUMBER = re.compile(r"\d{1,6}([.,]\d{0,6})?", re.ASCII)  # a spreadsheet may write a decimal comma
LONGEST = 5000  # characters of a comment
MOST_BYTES = 10 * 2**20


class Sheet(NamedTuple):
    """The file as it lies there: its bytes, how they are to be read, and its lines, {column: text} by their numbers."""

    data: bytes = b""
    encoding: str = "utf-8"
    delimiter: str = ","
    header: tuple = COLUMNS
    lines: dict = {}  # noqa: RUF012 (never changed)


class Line(NamedTuple):
    """What somebody typed of one question of a submission; points are None if it is a comment alone."""

    number: int
    points: float | None
    comment: str


def read(path):
    """Return the `Sheet` in a file, an empty one if there is none; ValueError if it is no table of these columns.

    Semicolons, tabs, byte order marks and encodings are those that a spreadsheet chose when it saved the file.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Sheet()
    if not data.strip():
        return Sheet(data)
    if len(data) > MOST_BYTES:
        raise ValueError(f"{NAME} is larger than {MOST_BYTES >> 20} MB: is it another file?")
    encoding = _encoding(data)
    text = data.decode(encoding)
    first = text.removeprefix(BOM).lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    table = csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=delimiter, strict=True)
    header, lines, begun = None, {}, 1
    try:
        for fields in table:
            number, begun = begun, table.line_num + 1
            if not any(field.strip() for field in fields) or (header is None and fields[0].startswith("sep=")):
                continue
            if header is None:
                header = tuple(field.strip().lower() for field in fields)
                if missing := [name for name in COLUMNS if name != "student" and name not in header]:
                    raise ValueError(
                        f"{NAME}, line {number}: there is no column {missing[0]!r}; the first line must be "
                        f"{delimiter.join(COLUMNS)}."
                    )
                continue
            if len(fields) > len(header):  # a decimal comma may have made one more
                raise ValueError(
                    f"{NAME}, line {number}: it has {len(fields)} cells instead of {len(header)}: put quotation marks "
                    f"around a cell that holds {delimiter!r}."
                )
            lines[number] = dict.fromkeys(COLUMNS, "") | dict(zip(header, fields, strict=False))
    except csv.Error as error:
        raise ValueError(f"{NAME}, line {begun}: it is no line of a table ({error}).") from None
    return Sheet(data, encoding, delimiter, header or COLUMNS, lines)


def _encoding(data):
    """How a file of a spreadsheet is encoded: UTF-16 with its mark, UTF-8, else as old Windows programs do."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for name in ("utf-8", "cp1252"):
        try:
            data.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    return "latin-1"


def typed(sheet, people, most, exercises):
    """Return {(submission, question): Line} of what was typed; ValueError names the line that cannot be meant.

    people: {name of a submission: its student's name}
    most: {question: points}
    exercises: {name of a submission: the number of its exercise}, as far as it is known
    """
    named = {}
    for name in people:
        for spelled in (name, cell(name), _as_stored(cell(name), sheet.encoding), blind(name)):
            named.setdefault(_folded(spelled), []).append(name)
    found = {}
    for number, row in sheet.lines.items():
        if not row["points"].strip() and not row["comment"].strip():
            continue
        try:
            key = _whose(row, named, people, sheet.encoding), _question(row["question"], most)
            line = Line(number, _points(row["points"], _most(*key, most, exercises), key[1]), _comment(row["comment"]))
        except ValueError as error:
            raise ValueError(f"{NAME}, line {number}: {error}") from None
        if key in found and found[key][1:] != line[1:]:
            raise ValueError(
                f"{NAME}, line {number}: line {found[key].number} says otherwise of the same answer: keep one of them."
            )
        found.setdefault(key, line)
    return found


def blind(submission):
    """Return the name that a submission has where a person reads what was written in words."""
    return f"words-{hashlib.sha256(submission.encode(errors='surrogatepass')).hexdigest()[:10]}"


def _folded(text):
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def _as_stored(text, encoding):
    """A text as that encoding can say it."""
    return text.encode(encoding, "replace").decode(encoding)


def _whose(row, named, people, encoding):
    """The submission that a line is about: the one it names, or the only one of the student it names."""
    student = _folded(row["student"])

    def is_of(name):
        return student in {
            _folded(s) for s in (people[name], cell(people[name]), _as_stored(cell(people[name]), encoding))
        }

    if row["submission"].strip():
        names = sorted(set(named.get(_folded(row["submission"]), ())))
        if not names:
            raise ValueError(f"there is no submission {row['submission'].strip()!r}: copy its name from grades.csv.")
        if student and not any(map(is_of, names)):
            raise ValueError(
                f"{names[0]!r} is of {people[names[0]]}, not of {row['student'].strip()}: was one column sorted alone?"
            )
    else:
        names = [name for name in people if student and is_of(name)]
        if not names:
            raise ValueError(
                f"there is no student {row['student'].strip()!r}: copy the submission's name from grades.csv."
            )
    if len(names) > 1:
        raise ValueError(f"several submissions can be meant: {', '.join(map(repr, names[:3]))}. Say which.")
    return names[0]


def _question(text, most):
    """The question that a cell names by its number, with its title or without; "all" is the whole notebook."""
    question = _number(text)
    if question != WHOLE and question not in most:
        raise ValueError(
            f"there is no question {text.strip()!r}: it must begin with a number such as {next(iter(most))}, or be "
            f'"{WHOLE}". A spreadsheet may have taken a number for a date.'
        )
    return question


def _number(text):
    """The number that a cell's text begins with, "" if it is blank."""
    return (text.split() or [""])[0].rstrip(":").lower()


def _most(submission, question, most, exercises):
    """The points that can be given for a question of a submission."""
    exercise = exercises.get(submission)
    if question == WHOLE:
        sums = {}
        for id, points in most.items():
            sums[id.split(".")[0]] = sums.get(id.split(".")[0], 0) + points
        return sums.get(exercise) or max(sums.values())
    if exercise and question.split(".")[0] != exercise:
        raise ValueError(f"{submission!r} answers exercise {exercise}, which has no question {question}.")
    return most[question]


def _points(text, most, question):
    """A cell's number of points; None if it is blank."""
    text = text.strip()
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise ValueError(f"the points are {text!r}: a number from 0 to {most:g} was expected.")
    points = float(text.replace(",", "."))
    if points > most:
        what = "the whole notebook" if question == WHOLE else f"question {question}"
        raise ValueError(f"{points:g} points are more than {what} has: {most:g}.")
    return int(points) if points == int(points) else points


def _comment(text):
    """A cell's comment, with line ends of one kind."""
    text = "\n".join(text.strip().splitlines())
    if len(text) > LONGEST:
        raise ValueError(f"the comment has {len(text)} characters: it may have {LONGEST}.")
    return text


def applied(results, lines):
    """Return results with what was decided; ValueError where that contradicts itself. What came in stays as it is.

    A row, or a whole result, gets "decision": {"points", "comment", "like"}. A doubtful answer for which no points were
    typed goes the way of one that is alike, which "like" names: the same code, but for comments and spaces, and
    the same doubt. Where one of a student's two notebooks gets its points as a whole, the other is "passed_over".
    """
    results = [_decided(result, lines) for result in results]
    _choose(results, lines)
    models = {}
    for result in results:
        for row in result["rows"]:
            if state(row) != mark(row) and (key := _likeness(result, row)):
                models.setdefault(key, []).append((result, row))
    for result in results:
        for i, row in enumerate(result["rows"]):
            alike = models.get(_likeness(result, row), ()) if state(row) == REVIEW else ()
            if len({other["points"] for _, other in alike}) == 1:
                model, other = alike[0]
                decision = other["decision"] | {"like": who(model)}
                if own := row.get("decision", {}).get("comment"):
                    decision["comment"] = own
                result["rows"][i] = row | {"points": decision["points"], "decision": decision}
    return results


def _decided(result, lines):
    """A result with the decisions that were typed for it."""
    rows = []
    for row in result["rows"]:
        line = lines.get((result["submission"], row["question"]))
        rows.append(row | _decision(line) if line else row)
    line = lines.get((result["submission"], WHOLE))
    whole = {"decision": _decision(line)["decision"]} if line else {}
    return {**result, "rows": rows, **whole}


def _decision(line):
    """What a line adds to a row."""
    points = {} if line.points is None else {"points": line.points}
    return {"decision": {"points": line.points, "comment": line.comment, "like": ""}, **points}


def _choose(results, lines):
    """Of the notebooks of a student to an exercise, the one that got points as a whole counts."""
    rivals = {}
    for result in results:
        if result.get("twice"):
            rivals.setdefault(tuple(result["student"].items()), []).append(result)
    for theirs in rivals.values():
        for one in theirs:
            for other in theirs:
                pair = {one["exercise"], other["exercise"]}
                if one is other or not whole(other) or (len(pair) > 1 and "" not in pair):
                    continue
                if whole(one):
                    one_line, other_line = (lines[each["submission"], WHOLE].number for each in (one, other))
                    raise ValueError(
                        f"{NAME}, line {max(one_line, other_line)}: one notebook of {who(one)} counts, and line "
                        f"{min(one_line, other_line)} gives points to another: clear the points of one."
                    )
                one["passed_over"] = True


def _likeness(result, row):
    """What answers have in common that one decision serves; None if there is nothing to compare."""
    source = result.get("code", {}).get(row["question"], "")
    return (row["question"], said_of(row), answers.plain(source)) if source.strip() else None


def written(sheet, results):
    """Return the bytes of the file with a line for each doubt that has none yet; what was there stays as it was."""
    there = {(_folded(row["submission"]), _number(row["question"])) for row in sheet.lines.values()}
    rows = []
    for name, result, question in _in_order(results):
        spellings = {name, _as_stored(cell(name), sheet.encoding), blind(name)}
        if not {(_folded(each), question) for each in spellings} & there:
            # A number alone would be a date in half of Europe's spreadsheets.
            row = {"submission": name, "student": who(result), "question": title(question)}
            if any(in_words(row) for row in result["rows"] if row["question"] == question):
                row |= {"submission": blind(name), "student": ""}
            rows.append(row)
    if not sheet.data:
        return (BOM + table(COLUMNS, rows)).encode()
    text = table(sheet.header, rows, head=not sheet.lines and not sheet.data.strip(), delimiter=sheet.delimiter)
    ended = not text or sheet.data.decode(sheet.encoding).endswith(("\n", "\r"))
    codec = {"utf-16": "utf-16-le" if sheet.data[:1] == b"\xff" else "utf-16-be"}.get(sheet.encoding, sheet.encoding)
    return sheet.data + ("" if ended else "\r\n").encode(codec) + text.encode(codec, "replace")


def _in_order(results):
    """Yield (submission, result, question) of the doubts: the most points first, alike ones together."""
    doubts = []
    for result in results:
        for question, why, stake in doubtful(result):
            alike = answers.plain(result.get("code", {}).get(question, ""))
            doubts.append(((-(stake or 1000), question, why, alike, result["submission"]), result))
    for (_, question, _, _, name), result in sorted(doubts, key=lambda doubt: doubt[0]):
        yield name, result, question
