"""Answers in words: found wherever a student typed them, read without a name, decided like all else."""

import json
import re

import pytest
import strategies  # noqa: F401 (no deadline: others may be at work on this machine)
from corpus import ROOT
from hypothesis import given
from hypothesis import strategies as st
from lab import in_chromium
from made import Words, solved, table
from pages import barriers, chromium, visit

from course_utils.checks.verdict import OPEN, REVIEW
from course_utils.grading import answers, decisions, report, run, submissions
from course_utils.grading import exam as exams
from course_utils.grading.results import doubtful, mark, points_of, who

MINE = "Because <b>random weights</b> tell the neurons apart.\n\nSo biases need not."
MOST = {"9.1": 2, "9.2": 2, "9.3": 3, "9.4": 5, "9.5": 5}
PLACES = ["in", "over", "below", "unmarked", "code"]


@pytest.fixture(scope="module")
def exercises():
    return exams.exercises(ROOT)


def notebook():
    return json.loads((ROOT / "exercises" / "09_the_answer.ipynb").read_text(encoding="utf-8"))


def cells_of(nb):
    return submissions.read(submissions.Submission("a", json.dumps(nb).encode())).cells


def typed(nb, text, where="in"):
    """The notebook with a text in place of the invitation, or beside it."""
    cell = nb["cells"][-1]
    source = "".join(cell["source"])
    assert "*Your answer here.*" in source
    match where:
        case "in":
            cell["source"] = source.replace("*Your answer here.*", text)
        case "over":
            cell["source"] = text
        case "below":
            nb["cells"].append({"cell_type": "markdown", "metadata": {}, "source": text})
        case "unmarked":
            for each in nb["cells"]:
                each["metadata"] = {}
                each.pop("id", None)
            cell["source"] = source.replace("*Your answer here.*", text)
        case "code":
            cell |= {"cell_type": "code", "source": text, "outputs": [], "execution_count": None}
    return nb


@pytest.mark.parametrize("where", PLACES)
def test_what_was_written_is_found(where, exercises):
    assert answers.of(cells_of(typed(notebook(), MINE, where)), exercises["9"])["9.5"] == MINE


def test_what_was_handed_out_is_no_answer(exercises):
    assert "9.5" not in answers.of(cells_of(notebook()), exercises["9"])
    assert "9.5" not in answers.of(cells_of(typed(notebook(), "  \n")), exercises["9"])


def test_the_solution_says_what_the_lesson_says(exercises):
    lesson = json.loads((ROOT / "notebooks" / "09_the_answer.ipynb").read_text(encoding="utf-8"))
    (said,) = ("".join(cell["source"]) for cell in lesson["cells"] if cell["id"] == "answer-title")
    assert exercises["9"].written["9.5"].rubric == said.partition("\n\n")[2]
    assert exercises["9"].written["9.5"].points == len(said.partition("\n\n")[2].splitlines()) == 5


def result(name, text, exercises):
    """What a run makes of somebody who solved all, and wrote that."""
    job = run.Job(submissions.Submission(name, b""), "bwrap", exercises, {}, "9")
    made = {**run._begun(job), "seconds": 1.0, "code": {"9.5": text} if text else {}, "rows": solved("9")}
    run._add_words(job, made)
    return {**made, "student": {"Student": name}}


def test_words_are_read_without_names_and_decided_like_all_else(exercises, tmp_path):
    written = {"Zelda": MINE, "Bob": "No idea, <script>", "Cy": ""}
    results = [result(name, text, exercises) for name, text in written.items()]
    assert [mark(each["rows"][-1]) for each in results] == [REVIEW, REVIEW, OPEN]
    page = dict(report.files(results, exercises))["words.html"]
    text = Words(page).text
    told = Words(dict(report.files(results, exercises))["report.html"])
    assert "2 answers in words" in told.text and {"words.html"} <= set(told.links)
    assert MINE in text and "Bob" not in page and "Zelda" not in page and "Cy" not in page
    assert "script" not in Words(page).tags and "1/√n_in for tanh" in text and "√2 times that" in text
    assert "Two hidden neurons with " in text and not re.search(r"[$\\]", text[text.index("A point for each") :])

    path = tmp_path / decisions.NAME
    path.write_bytes(decisions.written(decisions.read(path), results))
    rows = table(path.read_text(encoding="utf-8"))
    assert sorted(each["submission"] for each in rows) == sorted(map(decisions.blind, ("Zelda", "Bob")))
    assert {(each["student"], each["question"]) for each in rows} == {("", "9.5 In your own words")}
    lines = path.read_bytes().replace(b",,\r", b",4,well said\r")
    path.write_bytes(lines.replace(b"4,well", b"0,well", 1))
    sheet = decisions.read(path)
    people = {each["submission"]: who(each) for each in results}
    done = decisions.applied(results, decisions.typed(sheet, people, MOST, dict.fromkeys(people, "9")))
    assert sorted(map(points_of, done)) == [(12, 17, []), (12, 17, []), (16, 17, [])]
    assert decisions.written(sheet, done) == path.read_bytes() and not any(map(doubtful, done))
    found = dict(report.files(done, exercises))
    assert found["words.html"].count("well said") == 2
    assert "well said" in found["feedback/Zelda.html"] and "In your own words" in found["feedback/Zelda.html"]
    assert MINE not in Words(found["report.html"]).text  # a name stands beside it there


@in_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_read_by_everybody(scheme, exercises, tmp_path):
    path = tmp_path / "words.html"
    texts = {"a": MINE, "b": "x" * 5000, "c": "\u202e</blockquote><script>document.body.remove()</script>"}
    path.write_text(
        report.words_page([result(*each, exercises) for each in texts.items()], exercises), encoding="utf-8"
    )
    with chromium() as browser:
        for width in (1280, 390):
            ready = "document.readyState === 'complete'"
            with visit(browser, path, ready, width=width, scheme=scheme) as (page, wrong):
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wrong + barriers(page) == [] and wide <= 0
                assert page.locator("article").count() == 3


def test_without_words_there_is_no_such_page(exercises):
    assert "words.html" not in dict(report.files([result("Cy", "", exercises)], exercises))


@given(st.text(max_size=60))
def test_any_words_stay_whole(exercises, text):
    nb = notebook()
    given = "".join(nb["cells"][-1]["source"])
    nb["cells"][-1]["source"] = f"{text}\n\n*Your answer here.*"
    found = answers.of(cells_of(nb), exercises["9"]).get("9.5", "")
    for word in text.encode("utf-8", "replace").decode().split():
        assert word in found or word in given
