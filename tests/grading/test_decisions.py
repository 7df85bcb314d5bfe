"""decisions.csv: what a person types stays, counts, and is refused in one sentence where it cannot be meant."""

import codecs
import copy
import re

import pytest
import strategies  # noqa: F401 (no deadline: others may be at work on this machine)
from hypothesis import given
from hypothesis import strategies as st
from made import CANVAS, MOODLE, known, result, row, solved, table

from course_utils import checks
from course_utils.checks.verdict import review
from course_utils.grading import answers, decisions, report, tables
from course_utils.grading.results import WHOLE, points_of, title, who

MOST = {id: question.points for id, question in checks.QUESTIONS.items()}
WHY = "another function that its check was given is right, and the last f is not"
CODE = "def f(x):\n    return x\n"
LIKE_IT = 'def f(x):\n    """Words."""\n    return x   # the same\n'.replace('    """Words."""\n', "")


def doubtful(name, code=CODE, **more):
    """A result with two doubts, 2.1 and 2.3."""
    rows = [row(review("2.1", WHY)), *solved()[1:2], row(review("2.3", "it waited for something")), *solved()[3:]]
    return {**result(name, *rows), "code": {"2.1": code, "2.3": "def g(): pass"}, **more}


def run_of():
    return [doubtful(MOODLE), doubtful(CANVAS, LIKE_IT), doubtful("=x;=y", "def f(x):\n    return 2 * x"),
            result("easy", *solved()), result("broken", row(review("", "the file is empty")), exercise="")]  # fmt: skip


def read(tmp_path, data):
    path = tmp_path / decisions.NAME
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return decisions.read(path)


def applied(sheet, results):
    """What a run makes of a sheet."""
    people = {each["submission"]: who(each) for each in results}
    lines = decisions.typed(sheet, people, MOST, {each["submission"]: each["exercise"] for each in results})
    return decisions.applied(results, lines)


def fresh(results):
    return decisions.written(decisions.Sheet(), decisions.applied(results, {}))


def filled(data, answers):
    """The file with points and comments: {(submission, question): "points,comment"}."""
    text = data.decode()
    for (submission, question), typed in answers.items():
        pattern = re.compile(rf"(?m)^(\"?{re.escape(tables.cell(submission))}\"?,.*,\"?{re.escape(question)}\b.*),,\r$")
        text, count = pattern.subn(lambda found, typed=typed: f"{found[1]},{typed}\r", text)
        assert count == 1, (submission, question, text)
    return text.encode()


def test_each_doubt_has_a_line_and_alike_ones_stand_together(tmp_path):
    rows = table(fresh(run_of()).decode())
    assert list(rows[0]) == list(decisions.COLUMNS)
    assert rows[0]["submission"] == "broken" and rows[0]["question"] == WHOLE  # who knows how much is at stake
    assert len(rows) == 7 and {(each["points"], each["comment"]) for each in rows} == {("", "")}
    first = [each for each in rows if each["question"].startswith("2.1 ")]
    assert [each["student"] for each in first if "x" not in each["student"]] == ["Ada O'Neil", "smithbob"]
    assert first[0]["question"] == title("2.1")  # "2.1" alone is a date in half of Europe's spreadsheets
    assert "easy" not in {each["submission"] for each in rows}


def test_points_complete_the_tables_and_the_comment_stands_in_the_feedback(tmp_path):
    results = run_of()
    before = copy.deepcopy(results)
    data = filled(
        fresh(results), {(MOODLE, "2.1"): '"1,5",a good try', (MOODLE, "2.3"): "0,", ("broken", WHOLE): "7,by mail"}
    )
    done = applied(read(tmp_path, data), results)
    assert results == before  # what the grader found stays
    ada, bob, *_, broken = done
    most = points_of(ada)[1]
    assert points_of(ada) == (most - MOST["2.1"] - MOST["2.3"] + 1.5, most, [])
    assert points_of(broken) == (7, 0, [])
    files = dict(report.files(done, {}))
    grades = {(each["submission"], each["question"]): each for each in table(files["grades.csv"])}
    assert grades[MOODLE, "2.1"]["points"] == "1.5" and grades[MOODLE, "2.1"]["status"] == "decided: a good try"
    totals = {each["submission"]: each for each in table(files["totals.csv"])}
    assert totals[MOODLE]["Grade"] == f"{points_of(ada)[0]:g}" and totals[MOODLE]["needs review"] == ""
    assert totals["broken"]["Grade"] == "7"
    page = files[f"feedback/{MOODLE}.html"]
    assert "a good try" in page and "Your assistant writes" in page and "as your assistant has decided" in page
    assert "Your assistant writes" not in files["feedback/easy.html"]
    assert bob["rows"][2].get("decision") is not None  # "it waited" for the same code: 0 as well


def test_one_decision_serves_alike_answers_and_no_others(tmp_path):
    results = run_of()
    done = applied(read(tmp_path, filled(fresh(results), {(MOODLE, "2.1"): "1,so"})), results)
    ada, bob, other, *_ = (each["rows"][0] for each in done)
    assert ada["decision"] == {"points": 1, "comment": "so", "like": ""}
    assert bob["decision"] == {"points": 1, "comment": "so", "like": "Ada O'Neil"} and bob["points"] == 1
    assert "decision" not in other and points_of(done[2])[2] == ["2.1", "2.3"]
    # its own points count first, and where two say otherwise nobody is led by either
    both = filled(fresh(results), {(MOODLE, "2.1"): "1,", (CANVAS, "2.1"): "2,"})
    third = [*results, doubtful("third")]
    done = applied(read(tmp_path, both), third)
    assert [each["rows"][0]["points"] for each in done[:2]] == [1, 2] and "decision" not in done[-1]["rows"][0]


def test_a_graded_answer_can_be_decided_as_well_and_a_comment_alone_changes_no_points(tmp_path):
    results = [result("a", row(known("2.1")), *solved()[1:]), result("b", row(known("2.1")), *solved()[1:])]
    text = "submission,student,question,points,comment\r\na,,2.1,1,half of it\r\n,b,2.1,,read 2.3\r\n"
    a, b = applied(read(tmp_path, text), results)
    assert a["rows"][0]["points"] == 1 and b["rows"][0]["points"] == 0
    assert "read 2.3" in dict(report.files([b], {}))["feedback/b.html"]


def test_of_two_notebooks_the_one_that_gets_points_counts(tmp_path):
    ann = {"Student": "Ann", "ID": "1"}
    results = [{**result(name, *solved()), "student": ann, "twice": True} for name in "ab"]
    rows = table(fresh(results).decode())
    assert [(each["submission"], each["question"]) for each in rows] == [("a", WHOLE), ("b", WHOLE)]
    done = applied(read(tmp_path, filled(fresh(results), {("b", WHOLE): "12,"})), results)
    files = dict(report.files(done, {}))
    assert [(each["submission"], each["Grade"]) for each in table(files["totals.csv"])] == [("b", "12")]
    assert "Another notebook of yours counts" in files["feedback/a.html"]
    assert decisions.written(decisions.Sheet(b"x"), done)[1:] == b""  # nothing is left to decide
    with pytest.raises(ValueError, match=r"line 3: one notebook of Ann counts, and line 2 gives points"):
        applied(read(tmp_path, filled(fresh(results), {("a", WHOLE): "12,", ("b", WHOLE): "12,"})), results)


SPREADSHEETS = {
    "as it is": lambda text: text.encode(),
    "semicolons, decimal commas": lambda text: codecs.BOM_UTF8 + text.replace(",", ";").replace("1.5", "1,5").encode(),
    "old Windows": lambda text: text.replace(",", ";").replace("1.5", "1,5").encode("cp1252"),
    "tabs, UTF-16": lambda text: text.replace(",", "\t").encode("utf-16"),
    "no line end, blank lines": lambda text: ("\r\n" + text.replace("\r\n", "\n\n")).rstrip().encode(),
    "told how it is parted": lambda text: ("sep=;\r\n" + text.replace(",", ";")).encode(),
    "other columns, another order": lambda text: "".join(
        f"{','.join([c[3], 'seen', *c[:3], *c[4:]])}\r\n" for c in (line.split(",") for line in text.splitlines())
    ).replace("points,seen", "Points,mine", 1).encode(),
}  # fmt: skip


@pytest.mark.parametrize("save", SPREADSHEETS.values(), ids=SPREADSHEETS)
def test_what_a_spreadsheet_makes_of_it_is_read_and_kept_byte_for_byte(save, tmp_path):
    results = [doubtful("Zoë"), result("easy", *solved())]
    data = save("submission,student,question,points,comment\r\nZoë,Zoë,2.1 x,1.5,für dich\r\n")
    sheet = read(tmp_path, data)
    done = applied(sheet, results)
    assert done[0]["rows"][0]["decision"] == {"points": 1.5, "comment": "für dich", "like": ""}
    more = decisions.written(sheet, done)
    assert more.startswith(data) and more != data
    again = read(tmp_path, more)
    assert [each["question"] for each in again.lines.values()][1:] == [title("2.3")]
    assert decisions.written(again, applied(again, results)) == more  # no line twice


WRONG = {
    "nobody,,2.1,1,": "there is no submission 'nobody'",
    ",nobody,2.1,1,": "there is no student 'nobody'",
    "a,B,2.1,1,": "'a' is of A, not of B: was one column sorted alone?",
    "a,A,9.9,1,": "there is no question '9.9'",
    "a,A,02. Jan,1,": "there is no question '02. Jan'",
    "a,A,,1,": "there is no question ''",
    "a,A,5.1,1,": "'a' answers exercise 2, which has no question 5.1",
    "a,A,2.1,99,": "99 points are more than question 2.1 has: 2",
    "a,A,all,99,": "99 points are more than the whole notebook has: 12",
    "a,A,2.1,good,": "the points are 'good': a number from 0 to 2 was expected",
    "a,A,2.1,-1,": "the points are '-1': a number from 0",
    "a,A,2.1,nan,": "the points are 'nan'",
    "a,A,2.1,1,5,": "it has 6 cells instead of 5: put quotation marks around a cell that holds ','",
    'a,A,2.1,1,"x"y': "it is no line of a table",
}


@pytest.mark.parametrize(("line", "sentence"), WRONG.items())
def test_what_cannot_be_meant_is_said_with_its_line(line, sentence, tmp_path):
    results = [{**doubtful("a"), "student": {"Student": "A"}}, {**doubtful("b"), "student": {"Student": "B"}}]
    head = 'submission,student,question,points,comment\nb,B,2.1,0,"two\nlines"\n'
    with pytest.raises(ValueError, match=re.escape(f"decisions.csv, line 4: {sentence}")) as said:
        applied(read(tmp_path, head + line + "\n"), results)
    assert "\n" not in str(said.value) and len(str(said.value)) < 300


def test_other_ways_to_be_wrong(tmp_path):
    with pytest.raises(ValueError, match="line 1: there is no column 'question'"):
        read(tmp_path, "submission;points;comment\n")
    twice = "submission,student,question,points,comment\na,,2.1,1,\na,,2.1,2,\n"
    with pytest.raises(ValueError, match="line 3: line 2 says otherwise of the same answer"):
        applied(read(tmp_path, twice), [doubtful("a")])
    names = [{**doubtful(name), "student": {"Student": "Lee"}} for name in "ab"]
    with pytest.raises(ValueError, match=r"line 2: several submissions can be meant: 'a', 'b'\. Say which\."):
        applied(read(tmp_path, "submission,student,question,points,comment\n,Lee,2.1,1,\n"), names)


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=5))
def test_no_cell_is_a_formula_whatever_the_names_are(names):
    results = [doubtful(name) for name in dict.fromkeys(" ".join(name.split()) or "x" for name in names)]
    data = fresh(results)
    for line in re.split(r"[\r\n]+", data.decode().removeprefix("\ufeff")):
        assert not [part for part in re.split("[,;]", line) if re.match(r"[\s\"]*[=+\-@＝＋－＠]", part)]


@given(st.binary(max_size=80))
def test_any_file_is_read_or_refused_in_one_sentence(tmp_path_factory, junk):
    path = tmp_path_factory.mktemp("x") / decisions.NAME
    for data in (junk, b"submission,student,question,points,comment\n" + junk):
        path.write_bytes(data)
        try:
            sheet = decisions.read(path)
            lines = applied(sheet, [doubtful("a")])
            more = decisions.written(sheet, lines)
            assert more.startswith(data)
        except ValueError as error:
            assert str(error).startswith("decisions.csv") and "\n" not in str(error)


def test_what_is_alike_differs_by_words_and_spaces_alone():
    same = "def f(x):\n  # a thought\n  'Words.'\n  return (x)\n"
    other = 'def f(x):\n    """Other words."""\n    return x'
    assert answers.plain(same) == answers.plain(other) != answers.plain(other.replace("return x", "return -x"))
    for odd in ("def f(:", "x" * 9, "(" * 5000, "\0", "-" * 5000 + "1"):
        assert isinstance(answers.plain(odd), str)
    assert len(answers.cut("x" * 10**6)) < answers.MOST + 100
