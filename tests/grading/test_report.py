"""What a grading run leaves to read: pages that tell nothing they must not, and tables that a gradebook can import."""

import contextlib
import csv
import functools
import io
import itertools
import re
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from made import CANVAS, EVIL, MOODLE, Words, everything, known, result, right, row, solved, table

from course_utils import checks
from course_utils.checks.verdict import OPEN, RIGHT, WRONG, Fact, Verdict, review
from course_utils.grading import decisions, judge, pages, report, run, tables
from course_utils.grading import exam as exams
from course_utils.grading.results import RIVALS
from course_utils.grading.sandbox.wire import digest, encoded

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from lab import in_chromium  # noqa: E402
from pages import barriers, chromium, unreadable, visit  # noqa: E402

SEED = 987654321
DOCUMENTATION = ROOT / "docs" / "grading.md"


@pytest.fixture(scope="module")
def exercises():
    return exams.exercises(ROOT)


def test_a_run_leaves_two_tables_a_page_each_and_a_report(exercises):
    found = dict(report.files(everything(), exercises))
    pages = [f"feedback/{each['submission']}.html" for each in everything()]
    assert list(found) == ["grades.csv", "totals.csv", *pages, "report.html"]


def test_grades_have_a_row_for_each_question(exercises):
    text = dict(report.files(everything(), exercises))["grades.csv"]
    assert text.splitlines()[0] == "submission,exercise,question,points,max_points,status,isolation,seconds"
    rows = table(text)
    assert len(rows) == sum(len(each["rows"]) for each in everything())
    assert {r["status"].partition(":")[0] for r in rows} == {"graded", "not attempted", "needs review"}
    assert rows[-1]["status"] == "needs review: the file is empty"
    assert [r["question"] for r in rows if r["submission"] == EVIL] == ["2.1", "2.2", "2.3", "2.4", "2.5"]


def test_totals_tell_the_gradebook_who_it_is_and_give_nobody_a_silent_zero(exercises):
    rows = table(dict(report.files(everything(), exercises))["totals.csv"])
    moodle, canvas, _, _, broken = rows
    assert (moodle["Student"], moodle["Identifier"], moodle["Grade"]) == ("Ada O'Neil", "Participant 1000037", "10")
    assert (moodle["Maximum Grade"], moodle["exercise"], moodle["needs review"]) == ("12", "2", "")
    assert (canvas["Student"], canvas["ID"]) == ("smithbob", "340934")
    assert (canvas["Grade"], canvas["needs review"]) == ("", "2.3")
    assert (broken["Grade"], broken["needs review"], broken["Student"], broken["ID"]) == ("", "all", "", "")


def test_canvas_and_moodle_find_the_columns_that_they_look_for(exercises):
    """Canvas: Student, ID, ..., Section first. Moodle's worksheet: three names, anywhere. No second header row."""
    text = dict(report.files(everything(), exercises))["totals.csv"].removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0][:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert {"Identifier", "Grade", "Last modified (grade)"} < set(rows[0])
    assert len(rows) == 1 + len(everything()) and {len(r) for r in rows} == {len(rows[0])}


def test_a_student_with_two_notebooks_to_an_exercise_has_no_grade_until_a_person_decides(exercises):
    ann, bo = {"Student": "Ann", "ID": "1"}, {"Student": "Bo", "ID": "2"}
    results = [
        {**result("a", *solved()), "student": ann},
        {**result("b", *solved()), "student": ann},
        {**result("c", *solved("5"), exercise="5"), "student": ann},
        {**result("d", *solved()), "student": bo},
        {**result("e", row(review("", "the file is empty")), exercise=""), "student": bo},
        {**result("f", *solved()), "student": {}},
        {**result("g", *solved()), "student": {}},
    ]
    run._mark_twice(results)
    found = dict(report.files(results, exercises))
    grades = {row["submission"]: (row["Grade"], row["needs review"]) for row in table(found["totals.csv"])}
    assert grades["a"] == grades["b"] == grades["d"] == ("", "two notebooks") and grades["e"] == (
        "",
        "all two notebooks",
    )
    assert [grades[name][0] for name in "cfg"] == ["12", "12", "12"]
    page = Words(found["report.html"]).text
    assert page.count(RIVALS) == 1 and "Ann (a): 12 points" in page and "Ann (b): 12 points" in page


def test_no_cell_becomes_a_formula_where_semicolons_part_them():
    for name in ("a;=1+1", "a; =1+1", 'a;"=1+1"', "a;-1", "=1;@x"):
        text = tables.totals([result(name, *solved())])
        for line in text.splitlines():
            assert not [part for part in line.split(";")[1:] if re.match(r"[\s\"]*[=+@-]", part)]
    assert "'=1" in tables.cell("a;=1") and tables.cell("a;b=1") == "a;b=1"


def test_excel_is_told_that_totals_are_in_utf_8(exercises):
    found = dict(report.files(everything(), exercises))
    assert found["totals.csv"].startswith("\ufeffStudent,ID,")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "=a/=b"])
def test_no_name_becomes_a_formula(name):
    for text in (tables.totals([result(name, *solved())]), tables.grades([result(name, *solved())])):
        assert table(text)[0]["submission"] == f"'{name}"


@pytest.mark.parametrize("name", ["a,b", 'a "b"', "a\nb", "Ærø; ß", "a'b", "1-1", "a=b"])
def test_other_names_come_back_from_the_table_as_they_were(name):
    assert table(tables.grades([result(name, *solved())]))[0]["submission"] == name.replace("\n", "\ufffd")


def test_what_a_student_wrote_is_text_and_nothing_else(exercises):
    for name, text in report.files(everything(), exercises):
        if not name.endswith(".html"):
            continue
        page = Words(text)
        assert not {"img", "iframe", "object", "link"} & set(page.tags) and page.loaded == []
        assert page.tags.count("script") == (name == "report.html") and "script-src" in text
        assert "http:" not in text and "https" not in text and "@import" not in text and "url(" not in text
        headings = [int(tag[1]) for tag in page.tags if re.fullmatch(r"h\d", tag)]
        assert headings[0] == 1 and all(b - a <= 1 for a, b in itertools.pairwise(headings))
    found = dict(report.files(everything(), exercises))
    assert EVIL in Words(found[f"feedback/{EVIL}.html"]).text
    assert f"ValueError: {EVIL}, given L 3" in Words(found[f"feedback/{CANVAS}.html"]).text
    assert "<code>return</code>" in found[f"feedback/{CANVAS}.html"]
    assert "(SIGKILL) " + EVIL in Words(found["report.html"]).text


def test_nothing_unseen_turns_the_words_around(exercises):
    name = "a\u202eb\ud800\x1bc"
    found = dict(report.files([result(name, *solved())], exercises))
    for path, text in found.items():
        assert not tables.UNSEEN.search(path) and not tables.UNSEEN.search(re.sub(r"[\r\n]", "", text))
    assert "می‌خواهم" in dict(report.files([result("می‌خواهم", *solved())], exercises))["report.html"]


def test_each_page_has_a_name_that_can_be_a_file_and_links_lead_to_it(exercises, tmp_path):
    names = ["x" * 300, "Ж" * 200, "a.html/b", "a", "100 % #1", "A.HTML/c/" + "d" * 100]
    results = [result(name, *solved()) for name in names]
    for name, text in report.files(results, exercises):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / decisions.NAME).touch()
    page = Words((tmp_path / "report.html").read_text(encoding="utf-8"))
    links = [unquote(link) for link in page.links if not link.startswith("#")]
    assert len({link for link in links if link.startswith("feedback")}) == len(names)
    assert all((tmp_path / link).is_file() for link in links)
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids


def test_feedback_says_what_was_asked_what_was_wrong_and_what_to_do(exercises):
    found = dict(report.files(everything(), exercises))
    page = Words(found[f"feedback/{MOODLE}.html"]).text
    for words in ("Exercise 2: Zero weights", "10 of 12 points", "2.1 Who moves first?", "first_moves(activation, L)",
                  known("2.1").mistake.message, "Begin with 2.1", "lesson 2, Zero weights"):  # fmt: skip
        assert words in page
    page = Words(found[f"feedback/{CANVAS}.html"]).text
    assert "5 points so far, of 12. Needs review: 2.3." in page and "Not attempted." in page
    assert "Needs review. The grader could not decide" in page
    assert "SIGKILL" not in page and "bwrap" not in page  # how it is kept apart is no business of the student's


def parts_of(value):
    """What a value would look like in a text, in its parts: numbers as they may be printed."""
    if isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from parts_of(part)
    elif isinstance(value, np.ndarray | np.generic | float):
        for number in np.ravel(value)[:50]:
            if len(text := f"{float(number):.6g}") > 6:
                yield text


@pytest.mark.parametrize("number", ["1", "2", "5"])
def test_no_feedback_tells_an_expected_value_a_seed_or_a_hidden_input(number, exercises):
    """Wrong answers, some of them right for the public inputs, go through the judge, and their pages are searched."""
    exam = exams.make(ROOT, number, SEED)
    secrets = {str(SEED)}
    for trials in exam.trials.values():
        for trial in trials:
            secrets |= set(parts_of(trial.expected))
            if not trial.public:
                secrets |= {text for case in exams.cases(trial) for text in parts_of(case)}
    shown = {
        text for trials in exam.trials.values() for trial in trials if trial.public
        for case in exams.cases(trial) for text in parts_of(case)
    }  # fmt: skip
    results = []
    for kind in ("hidden only", "doubled", "mistakes", "raised"):
        rows = []
        for id, trials in exam.trials.items():
            calls = []
            for trial in trials:
                outcomes = [outcome(exam, id, trial, case, value, kind) for case, value in _pairs(trial)]
                calls.append(outcomes)
            verdict = judge.judged(exam, id, [{"calls": calls, "names": []}], False, {}, "")
            assert verdict.mark != OPEN
            rows.append(row(verdict))
        results.append(result(kind, *rows, exercise=number))
    told = [Words(text).text for name, text in report.files(results, exercises) if name.startswith("feedback/")]
    assert len(told) == 4 and any("but not for others" in text for text in told)
    leaked = [
        secret for secret in secrets - shown for text in told if re.search(rf"(?<![\d.]){re.escape(secret)}", text)
    ]
    assert len(secrets) > 5 and leaked == []


def _pairs(trial):
    return zip(exams.cases(trial), trial.expected, strict=True)


def outcome(exam, id, trial, case, value, kind):
    """What the sandbox would say of an answer of that kind."""
    wrong = kind != "hidden only" or not trial.public
    if kind == "raised" and not trial.public:
        return {"raised": "ValueError", "text": repr(case), "stub": False}
    if kind == "mistakes" and (mistakes := checks.QUESTIONS[id].mistakes):
        with contextlib.suppress(Exception):
            value, wrong = next(iter(mistakes.values())).answers[0](*case.values()), False
    return returned(doubled(value) if wrong else value, case)


def returned(value, case, seen=()):
    """What the sandbox says of a call that returned, and left its inputs as they were."""
    return {"value": encoded(value), "after": {name: digest(arg) for name, arg in case.items()}, "seen": dict(seen)}


def doubled(value):
    """A wrong value of the same kind."""
    if isinstance(value, dict):
        return {key: doubled(part) for key, part in value.items()}
    if isinstance(value, list):
        return value[::-1]
    return f"not {value}" if isinstance(value, str) else 2 * np.asarray(value) + 1


def test_the_report_says_what_was_common_and_what_comes_first(exercises):
    text = dict(report.files(everything(), exercises))["report.html"]
    page = Words(text)
    assert page.tags.count("svg") == 2 and "Exercise 5" in page.text  # a picture of the totals for each exercise
    assert "Submissions by points: 1 with 10, 1 with 12." in text
    assert page.text.index("the file is empty") < page.text.index("SIGKILL")  # all points at stake come first
    assert known("2.1").mistake.message in page.text and report.UNKNOWN in text
    assert "Isolation none" in page.text and "Isolation bwrap" in page.text
    assert "1 submission with something to review left out" in page.text
    assert "<Macro" not in page.text and "answers in words" not in page.text


@pytest.mark.parametrize("id", checks.QUESTIONS)
def test_report_and_feedback_name_the_same_mistake(id, exercises):
    """Whatever the judge recognises, in a list of mistakes or by the question's own comparison."""
    exam = _exam(id.split(".")[0])
    for key, mistake in list(checks.QUESTIONS[id].mistakes.items())[:3]:
        calls = [[_called(mistake.answers[0], case) for case in exams.cases(trial)] for trial in exam.trials[id]]
        calls = [[outcomes[i] for i in trial.order] for outcomes, trial in zip(calls, exam.trials[id], strict=True)]
        verdict = judge.judged(exam, id, [{"calls": calls, "names": []}], False, {}, "")
        assert verdict.mark == WRONG and verdict.mistake == (key, mistake.message)
        found = dict(report.files([result("a", row(verdict), exercise=id.split(".")[0])], exercises))
        told = [Words(found[name]).text for name in ("report.html", "feedback/a.html")]
        assert all(mistake.message.replace("`", "") in text for text in told)


@functools.cache
def _exam(number):
    return exams.make(ROOT, number, SEED)


def _called(function, case):
    """What the sandbox says of a call."""
    try:
        with np.errstate(all="ignore"):
            value = function(*case.values())
    except Exception as error:
        return {"raised": type(error).__name__, "text": str(error), "stub": False}
    points = {name: [encoded(p) for p in arg.points] for name, arg in case.items() if hasattr(arg, "points")}
    return returned(value, case, points)


def test_a_difference_quotient_is_called_so_in_the_report_too(exercises):
    """Exercise 1.5 recognises it by the points where f was called, not in a list of mistakes."""
    exam = _exam("1")

    def forward(f, x):
        return np.array([(f(x + 1e-6 * unit) - f(x)) / 1e-6 for unit in np.eye(len(x))])

    calls = [[None] * len(trial.order) for trial in exam.trials["1.5"]]
    for outcomes, trial in zip(calls, exam.trials["1.5"], strict=True):
        cases = exams.cases(trial)
        outcomes[:] = [_called(forward, cases[i]) for i in trial.order]
    verdict = judge.judged(exam, "1.5", [{"calls": calls, "names": []}], False, {}, "")
    assert verdict.mistake.id == "forward-difference"
    found = dict(report.files([result("a", row(verdict), exercise="1")], exercises))
    assert all("this is a forward difference" in found[name] for name in ("report.html", "feedback/a.html"))
    assert report.UNKNOWN not in found["report.html"]


@pytest.mark.parametrize("many", [1, 300, 3000])
def test_a_run_of_any_size_is_written_soon(many, exercises):
    results = [
        {**each, "submission": f"{each['submission']} {i}"} for i in range(many) for each in everything()[i % 5 :][:1]
    ]
    start = time.process_time()  # others may be at work on this machine
    found = dict(report.files(results, exercises))
    seconds = time.process_time() - start
    print(f"\n{many} submissions: {seconds:.2f} s, report.html {len(found['report.html']) / 1e6:.2f} MB")
    assert len(found) == many + 3 and seconds < 5


def test_totals_of_many_points_share_bars(exercises):
    results = [result(str(n), {**solved()[0], "points": n, "max_points": 100}) for n in (0, 30, 99, 100)]
    text = dict(report.files(results, exercises))["report.html"]
    assert text.count("<rect") <= 26 and "1 with 95–99, 1 with 100." in text


def test_the_closing_line_counts():
    line = report.summary(everything(), "out")
    assert line == (
        "5 submissions, 22 questions: 19 graded, 1 not attempted, 2 needs review. Isolation: bwrap, none. "
        f"See {Path('out', 'report.html')}. Type points into decisions.csv, and run it again with --resume."
    )


def test_the_private_check_in_the_documentation_works():
    source = re.search(
        r"```python\n(from course_utils.checks.core.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.S
    )
    exam = exams.make(ROOT, "2", SEED, [("wide.py", source[1])])
    *_, private = exam.trials["2.4"]
    assert [len(case["widths"]) for case in exams.cases(private)] == [6, 9, 12] and private.private == 0
    right = [[returned(t.expected[case], exams.cases(t)[case]) for case in t.order] for t in exam.trials["2.4"]]
    wrong = [*right[:2], [returned({}, case) for case in exams.cases(private)]]
    for calls, said in ((right, Verdict("2.4", RIGHT, 2)), (wrong, Verdict("2.4", WRONG, only_hidden=True))):
        assert judge.judged(exam, "2.4", [{"calls": calls, "names": []}], False, {}, "") == said


WRITTEN = {
    "markup": "</pre></figure></script><script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'>",
    "turned round": "admin = 'x\u202e\u2066 # only for admins\u2069 \u2066'  # \u200b\u200b\u200bzero width",
    "backslashes": 'a = "\\\\" + \'\\\'\' + """unclosed\\',
    "long line": "x = " + "1 + " * 1400 + "1",
    "deep": "(" * 5900,
    "empty": "   \n",
    "zalgo": "def f():\n    return 'Z" + "\u0301\u0489" * 500 + "'",
}


def hostile(many=1):
    """Results whose students wrote all kinds of things."""
    found = []
    for i in range(many):
        for name, source in WRITTEN.items():
            error = Fact("raised", {"error": "ValueError", "text": f"</p>{EVIL}\u202e", "given": "L 3"})
            rows = [row(Verdict("2.1", WRONG, fact=error)), row(known("2.2")), *solved()[2:]]
            code = {each["question"]: source + f"  # {i}" * (many > 1) for each in rows}
            found.append({**result(f"{name} {EVIL} \u202e{i}", *rows), "code": code})
    return found


def test_the_grid_has_a_sign_a_word_and_a_place_for_each_answer(exercises):
    text = dict(report.files(everything(), exercises))["report.html"]
    page = Words(text)
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids
    cells = re.findall(r'<td class="is-(\w+)"[^>]*><a href="#(answer-\d+)" aria-label="([^"]+)">(.)', text)
    counts = Counter(mark for mark, *_ in cells)
    assert counts == {"right": 17, "wrong": 2, "open": 1, "review": 1}
    assert all((report.OUTCOMES[mark], report.SIGNS[mark]) == (word, sign) for mark, _, word, sign in cells)
    grid = text[text.index("<tbody>") :]
    assert grid.index("smithbob") < grid.index("Ada O&#39;Neil")  # the doubtful one first


def test_alike_answers_share_a_frame_and_it_says_what_they_build_on(exercises):
    def of(name, code, *rows):
        return {**result(name, *rows, exercise="1"), "code": code}

    fact = Fact("values", {"shaped": True, "text": "the sign is flipped"})
    first = {"1.1": "def lecun_tanh_derivative(z):\n    return z"}
    other = {"1.1": "def lecun_tanh_derivative(z):  # mine\n\n    return z"}
    name = checks.QUESTIONS["1.1"].reference.__name__
    calls = {"1.3": f"def g(x):\n    return {name}(x)"}
    wrong = row(Verdict("1.1", WRONG, fact=fact)), row(Verdict("1.3", WRONG, fact=fact))
    results = [of("a", first | calls, *wrong), of("b", other | calls, *wrong),
               of("c", first, wrong[0], row(right("1.3")) | {"carried": ["1.1"]})]  # fmt: skip
    found = dict(report.files(results, exercises))
    page = Words(found["report.html"])
    assert re.search(r"3 ×\s+a,\s+b,\s+c", page.text) and re.search(r"2 ×\s+a,\s+b", page.text)
    assert f"It waits for 1.1: it calls your {name}, which is not right yet." in Words(found["feedback/a.html"]).text
    assert "carried" in found["report.html"] and "Counted with the right 1.1" in page.text
    assert "With a right answer there it is right, so it counts" in " ".join(
        Words(found["feedback/c.html"]).text.split()
    )
    assert "a\ta\t1.1 " in found["report.html"]  # lines to paste into decisions.csv


def test_a_case_shows_what_is_wrong_and_a_hidden_one_is_for_the_report_alone(exercises):
    example = (("widths", "[31, 7]"), ("your W1", "77.5"), ("right W1", "99.5"))
    public = Verdict("2.4", WRONG, fact=Fact("values", {"shaped": True, "text": "wrong"}), example=example)
    hidden = Verdict("2.4", WRONG, only_hidden=True, example=example)
    found = dict(report.files([result("a", row(public)), result("b", row(hidden))], exercises))
    told, kept = (" ".join(Words(found[f"feedback/{name}.html"]).text.split()) for name in "ab")
    assert "widths: [31, 7]" in told and "your W1: 77.5" in told and "99.5" not in told
    assert not any(part in kept for _, part in example)
    page = " ".join(Words(found["report.html"]).text.split())
    assert page.count("right W1: 99.5") == 2 and "A hidden case that shows it:" in page


def test_the_judge_keeps_a_case_of_what_it_compared(exercises):
    exam, kept = _exam("2"), {}
    for kind in ("doubled", "hidden only"):
        calls = [[outcome(exam, "2.4", t, case, value, kind) for case, value in _pairs(t)] for t in exam.trials["2.4"]]
        calls = [[outcomes[i] for i in t.order] for outcomes, t in zip(calls, exam.trials["2.4"], strict=True)]
        kept[kind] = judge.judged(exam, "2.4", [{"calls": calls, "names": []}], False, {}, "")
        assert Verdict.of(kept[kind].data()).example == kept[kind].example
    assert kept["hidden only"].only_hidden and not kept["doubled"].only_hidden
    for verdict in kept.values():
        names = [name.split()[0] for name, _ in verdict.example]
        assert names == ["widths", "lr", "your", "right"], verdict.example


def test_code_is_shown_as_it_is_and_what_cannot_be_seen_is_named(exercises):
    text = dict(report.files(hostile(), exercises))["report.html"]
    page = Words(text)
    assert page.tags.count("script") == 1 and "img" not in page.tags
    assert WRITTEN["markup"] in page.text and "U+202E" in page.text and "U+200B × 3" in page.text
    assert not re.search(pages.HIDDEN, text)
    for source in WRITTEN.values():
        pieces = pages.coloured(source)
        assert "".join(t for kind, t in pieces if kind != "hidden") == re.sub(pages.HIDDEN, "", source)


def test_a_report_of_300_has_a_size_that_a_browser_opens(exercises):
    """However long the answers are: what is too much is cut, the longest ones first."""
    sizes = {}
    usual = [{**each, "code": {id: "    x = y & z  # so\n" * 20 + f"# {i}" for id in checks.QUESTIONS if id[0] == "2"}}
             for i in range(300) for each in [result(str(i), *solved())]]  # fmt: skip
    worst = [{**each, "code": {id: f"{i}" + "&\u202e\u200b" * 2000 for id in checks.QUESTIONS if id[0] == "2"}}
             for i in range(300) for each in [result(f"{i}" + "&" * 5000, *solved())]]  # fmt: skip
    for name, results in {"usual": usual, "worst": worst}.items():
        start = time.process_time()
        sizes[name] = len(report.page(results, exercises).encode()) / 1e6
        print(f"\n300 submissions, {name}: {sizes[name]:.1f} MB, {time.process_time() - start:.1f} s")
    assert sizes["usual"] < 3 and sizes["worst"] < 30


@in_chromium
def test_nothing_breaks_out_and_a_grid_is_sorted_and_used_without_a_script(exercises, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(report.page(hostile() + everything(), exercises), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page()
        page.goto(path.as_uri())
        assert page.evaluate("window.pwned") is None
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'pwned = 1'}))")
        assert page.evaluate("window.pwned") is None  # the page's policy lets no other script in
        outside = """() => [...document.querySelectorAll('.theirs, .wrote')].filter(e => {
          const box = e.getBoundingClientRect(), around = e.parentElement.getBoundingClientRect();
          return box.width && (box.right > innerWidth + 1 || box.left < around.left - 1);
        }).map(e => e.textContent.slice(0, 40))"""
        assert page.evaluate(outside) == []
        names = "[...document.querySelectorAll('.grid')[0].tBodies[0].rows].map(r => r.cells[0].textContent.trim())"
        page.get_by_role("button", name="Student").first.click()
        ordered = page.evaluate(names)
        page.get_by_role("button", name="Student").first.click()
        assert page.evaluate(names) == ordered[::-1] and len(ordered) == 10
        bare = browser.new_page(java_script_enabled=False)
        bare.goto(path.as_uri())
        cell = bare.locator("tr:has-text('long line') td.is-right a").first
        target = cell.get_attribute("href")
        cell.click()
        assert bare.locator(f"{target} .wrote").first.is_visible()


@in_chromium
def test_pages_can_be_read_by_everybody(exercises, tmp_path):
    """No barrier for a screen reader, no request, nothing to scroll sideways but tables, on a phone too."""
    found = dict(report.files(everything(), exercises))
    for name in (f"feedback/{CANVAS}.html", "feedback/broken.html", "report.html"):
        (tmp_path / Path(name).name).write_text(found[name], encoding="utf-8")
    opened = report.page(hostile() + everything(), exercises).replace("<details", "<details open")
    (tmp_path / "opened.html").write_text(opened, encoding="utf-8")
    problems = {}
    with chromium() as browser:
        for path in sorted(tmp_path.iterdir()):
            for width, scheme in itertools.product((1280, 360), ("light", "dark")):
                with visit(browser, path, "document.readyState === 'complete'", width=width, scheme=scheme) as (
                    page,
                    wrong,
                ):
                    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    found = wrong + unreadable(page) + barriers(page) + [f"{wide} px too wide"] * (wide > 0)
                    assert page.evaluate("document.documentElement.lang") == "en"
                    narrow = "[...document.querySelectorAll('.grid th.name')].filter(e => e.offsetWidth < 100).length"
                    assert page.evaluate(narrow) == 0
                if found:
                    problems[path.name, width, scheme] = found
    assert problems == {}


def test_two_files_of_one_student_are_told_apart_by_no_more_than_is_needed():
    for names, shown in (
        (("a/Ann_1/02", "a/Ann_1/old", "a/Bo_2/02"), ["Ann (02)", "Ann (old)", "Bo"]),
        (("a/Ann_1/02", "b/Ann_1/02", "a/Bo_2/02"), ["Ann (a/Ann_1/02)", "Ann (b/Ann_1/02)", "Bo"]),
    ):
        results = [result(name, row(review("", "the file is empty")), exercise="") for name in names]
        for each in results:
            each["student"] = {"Student": "Ann" if "Ann" in each["submission"] else "Bo"}
        words = Words(report.page(results, {})).text
        assert all(name in words for name in shown) and "File: 02" in words


@in_chromium
def test_on_paper_nothing_is_cut_off_and_the_ground_is_white(exercises, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(report.page(everything(), exercises), encoding="utf-8")
    wide = """[...document.querySelectorAll('main *')]
      .filter(e => e.tagName !== 'PRE' && !e.closest('svg, .hidden-head'))
      .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + e.textContent.slice(0, 30))"""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 700, "height": 1000}, color_scheme="dark")  # A4, less its margins
        page.goto(path.as_uri())
        page.emulate_media(media="print")
        assert page.evaluate(wide) == []
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
