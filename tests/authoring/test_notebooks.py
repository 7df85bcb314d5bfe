"""The stored notebooks: up to date, readable at 1280 px, with the anatomy of a lesson and links that lead somewhere."""

import re
import tomllib
from pathlib import Path
from statistics import median

import pytest

from course_utils.authoring import release, stored

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("notebooks", "notebooks/deeper", "solutions", "exercises")
NOTEBOOKS = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.ipynb"))]
LESSONS = [path for path in NOTEBOOKS if path.parent.name in ("notebooks", "deeper") and path.name[:2].isdigit()]
WIDEST = 104  # characters of code that JupyterLab shows at 1280 px beside its file browser, without scrolling
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.name}")
every_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)


def cells(path, kind):
    return [cell for cell in stored.read(path).cells if cell.cell_type == kind]


def test_there_are_notebooks():
    assert [len(list((ROOT / folder).glob("*.ipynb"))) >= 2 for folder in FOLDERS] == [True] * 4


@every_notebook
def test_is_stored_as_course_store_leaves_it(path):
    assert stored.problems(path) == []


def test_a_text_made_of_a_cell_must_be_that_cell(tmp_path):
    (tmp_path / "notebooks").mkdir()
    path = tmp_path / "notebooks" / "a.ipynb"
    cell = stored.nbformat.v4.new_markdown_cell("# Card", id="card", metadata={"course": {"text": "docs/card.md"}})
    path.write_text(stored.to_text(stored.normalise(stored.nbformat.v4.new_notebook(cells=[cell]))), encoding="utf-8")
    assert stored.problems(path) == ["card.md is not what its cell holds"]
    stored.execute(path)
    assert (tmp_path / "docs" / "card.md").read_text(encoding="utf-8") == "# Card\n"
    assert stored.problems(path) == []


@pytest.mark.parametrize("name", ["../elsewhere.md", "docs/../../elsewhere.md", "/tmp/elsewhere.md"])
def test_nothing_is_made_of_a_cell_outside_the_repository(tmp_path, name):
    cell = stored.nbformat.v4.new_markdown_cell("One\n", metadata={"course": {"text": name}})
    notebook = stored.nbformat.v4.new_notebook(cells=[cell])
    with pytest.raises(ValueError, match=f"names {name}, which is not in"):
        stored.exported(notebook, tmp_path / "notebooks" / "00.ipynb")


def test_exercises_are_up_to_date():
    assert release.out_of_date(ROOT) == []


@every_notebook
def test_code_fits_the_window(path):
    wide = [line for cell in cells(path, "code") for line in cell.source.splitlines() if len(line) > WIDEST]
    assert wide == []


@every_lesson
def test_cells_are_short(path):
    lines = [stored.code_lines(cell.source) for cell in cells(path, "code")]
    assert max(lines) <= 20
    assert median(lines) <= 6


@pytest.mark.parametrize(
    "path", [path for path in LESSONS if path.parent.name == "notebooks"], ids=lambda path: path.name
)
def test_the_core_of_a_lesson_is_for_an_evening(path):
    """At most 45 minutes: what is for the curious stands in notebooks/deeper."""
    assert sum(len(cell.source.split()) for cell in cells(path, "markdown")) <= 2200  # formulas and tables, too
    assert len(stored.read(path).cells) <= 55
    assert sum(stored.code_lines(cell.source) for cell in cells(path, "code")) <= 170


@every_lesson
def test_has_the_anatomy_of_a_lesson(path):
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    code = "\n".join(cell.source for cell in cells(path, "code"))
    for part in ("After this lesson you can", "## What to remember", "### Sources"):
        assert part in text, part
    assert re.search(r"^(predict|prequiz)\(", code, re.MULTILINE), "no prediction"
    assert len(re.findall(r"^- ", text.split("After this lesson you can")[1].split("*About")[0], re.MULTILINE)) == 3


@every_lesson
def test_a_later_prediction_is_asked_before_and_met_again_after(path):
    questions = tomllib.loads((ROOT / "course_utils/data/predictions.toml").read_text(encoding="utf-8"))["question"]
    later = {question["id"] for question in questions if question["reveal"] == "later"}
    code = "\n".join(cell.source for cell in cells(path, "code"))
    asked = re.findall(r'^predict\("(.*)"\)', code, re.MULTILINE)
    recalled = re.findall(r'^recall\("(.*)"\)', code, re.MULTILINE)
    assert set(recalled) == later & set(asked)
    assert all(code.index(f'predict("{name}")') < code.index(f'recall("{name}")') for name in recalled)


def test_every_question_is_asked_in_a_lesson():
    questions = tomllib.loads((ROOT / "course_utils/data/predictions.toml").read_text(encoding="utf-8"))["question"]
    code = "\n".join(cell.source for path in LESSONS for cell in cells(path, "code"))
    assert [question["id"] for question in questions if f'predict("{question["id"]}")' not in code] == []


@every_notebook
def test_links_lead_somewhere(path):
    targets = [target for cell in cells(path, "markdown") for target in LINK.findall(cell.source)]
    files = [(path.parent / t.split("#")[0]).resolve() for t in targets if "://" not in t and t[0] != "#"]
    assert [file for file in files if not file.exists()] == []
    # A learner's copy holds lessons and exercises only.
    assert [file for file in files if file.parent.name not in ("notebooks", "deeper", "exercises")] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_of_the_texts_lead_somewhere(name):
    targets = LINK.findall((ROOT / name).read_text(encoding="utf-8"))
    assert [t for t in targets if "://" not in t and not (ROOT / t.split("#")[0]).exists()] == []


def test_the_verdicts_of_lesson_9_are_the_measured_ones():
    """Lesson 9 measures three statements and states the other seven; its deeper notebook measures those."""
    said, measured = {}, {}
    for path in (ROOT / "notebooks/09_the_answer.ipynb", ROOT / "notebooks/deeper/09_seven_verdicts.ipynb"):
        for output in (output for cell in cells(path, "code") for output in cell.outputs):
            measured |= re.findall(r"^(T\d+): (.+)$", output.get("text", ""), re.MULTILINE)
            plain = " ".join(output.get("data", {}).get("text/plain", "").split())
            said |= re.findall(r"\b(T\d+)\. (?:(?!T\d+\. ).)* - (true under a condition|half true|true|false)\b", plain)
    assert len(said) == 10
    assert said == measured


def test_a_question_that_people_ask_has_a_short_answer_its_condition_a_number_and_a_place_to_read_on():
    found = stored.read(ROOT / "notebooks" / "questions.ipynb").cells
    asked = [i for i, cell in enumerate(found) if cell.source.startswith("### ")]
    assert len(asked) >= 40
    for text, code in ((found[i].source, found[i + 1]) for i in asked):
        heading, answer = text.split("\n\n", 1)
        assert heading.endswith(("?", ".")), heading
        assert "*Condition:*" in answer, heading
        assert "*Read on:*" in answer, heading
        said = answer.split("*Condition:*")[0]
        assert len(re.findall(r"[.!?](?=\s|$)", said)) <= 3, heading
        assert code.cell_type == "code", heading
        assert stored.code_lines(code.source) <= 8, heading
        assert re.search(r"\d", "".join(output.get("text", "") for output in code.outputs)), heading
