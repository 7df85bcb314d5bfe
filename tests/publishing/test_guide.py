"""The instructor guide: its plans add up, and what it names is there."""

import os
import re
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

if not os.environ.get("CI"):
    for module in ("markdown_it", "mdit_py_plugins", "sphinx_revealjs"):
        pytest.importorskip(module, reason="Sphinx is not installed: `pip install -e .[site]` installs it")

from course_utils.authoring import content
from course_utils.publishing import slides  # needs what was asked for above only when it is used

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "instructor_guide.md"
TEXT = GUIDE.read_text(encoding="utf-8")
LESSONS = {int(number): content.read(path) for number, path in content.lessons(ROOT).items()}
NOTES = {number: slides.notes(GUIDE, number) for number in LESSONS}
LISTED = tomllib.loads((ROOT / "docs" / "plans.toml").read_text(encoding="utf-8"))


def rows(heading):
    """The rows of the first table below a heading, each a list of its cells."""
    table = re.search(rf"^### {heading}.*?(?=^#)", TEXT, re.MULTILINE | re.DOTALL)[0]
    return [line.strip("| ").split(" | ") for line in re.findall(r"^\|.*", table, re.MULTILINE)][2:]


def places(where):
    """(lesson, section, whether in full) for each section in "lesson 0: Start, The data" or "4.2, 4.3 in full"."""
    lesson, _, names = where.rpartition(": ")
    for name in names.split(", "):
        section = name.removesuffix(" in full")
        yield int(lesson.removeprefix("lesson ") or section.split(".")[0]), section, section != name


def minutes(lesson, section, full):
    """What a section takes; its short form must be there, and shorter."""
    long, short, said = NOTES[lesson][section]
    if full:
        return long
    assert short and short <= long and "Short:" in said, f"lesson {lesson}, {section} has no short form"
    return short


def session(lessons):
    """What is told, (lesson, section), of "3, 4.1 to 4.3" or "6 without 6.5": a lesson's start and recap go along."""
    for part in lessons.split(", "):
        kept, _, left_out = part.partition(" without ")
        first, _, last = kept.partition(" to ")
        number = int(first.split(".")[0])
        names = list(NOTES[number])
        begin, end = 0, len(names) - 1
        if last:
            begin = names.index(first) - (names.index(first) == 1)
            end = names.index(last) + (names.index(last) == len(names) - 2)
        assert not left_out or left_out in names
        yield from ((number, name) for name in names[begin : end + 1] if name != left_out)


def section_of(lesson, cell_id):
    """The key of the section that a cell of a lesson stands in."""
    cells = LESSONS[lesson].cells
    i = [cell.id for cell in cells].index(cell_id)
    return slides.sections(SimpleNamespace(cells=cells[: i + 1]))[-1] if i else "Start"


@pytest.mark.parametrize("plan", LISTED)
def test_a_row_of_a_plan_takes_what_its_sections_take(plan):
    told = {where: sum(minutes(*place) for place in places(where)) for _, _, where in rows(f"{plan} minutes")}
    assert told == {where: int(said) for said, _, where in rows(f"{plan} minutes")}
    assert sum(told.values()) <= int(plan)


@pytest.mark.parametrize("plan", LISTED)
def test_the_slides_of_a_row_are_of_its_sections(plan):
    strays = []
    for (_, _, where), part in zip(rows(f"{plan} minutes"), LISTED[plan], strict=True):
        told = {(lesson, section) for lesson, section, _ in places(where)}
        for lesson, cell in (place.split(":")[0].split(" ") for slide in part for place in slide["show"]):
            if (int(lesson), section_of(int(lesson), cell)) not in told:
                strays.append(f"{where}: {lesson} {cell}")
    assert strays == []


def test_a_session_is_90_minutes_at_most_and_together_they_are_all_lessons_but_the_last():
    table = rows("Three weeks")
    told = [list(session(lessons)) for _, lessons, _, _ in table]
    assert [sum(NOTES[lesson][section][0] for lesson, section in one) <= 90 for one in told] == [True] * 6
    at_home = re.findall(r"\d+\.\d+", " ".join(row[3] for row in table))
    everything = [place for one in told for place in one] + [(int(name.split(".")[0]), name) for name in at_home]
    assert sorted(everything) == sorted((lesson, section) for lesson in range(10) for section in NOTES[lesson])
    assert f"Lesson 10 ({sum(long for long, _, _ in NOTES[10].values())} minutes) is in no plan" in TEXT


def test_a_note_is_called_as_its_section_begins():
    wrong = []
    for number, nb in LESSONS.items():
        source = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
        headings = ["Start", "Recap", *re.findall(r"^## (.+)$", source, re.MULTILINE)]
        part = TEXT.split(f"### Lesson {number}.")[1].split("\n##")[0]
        for label, _, _, _ in slides.NOTE.findall(part):
            if not any(re.match(rf"{re.escape(label.rstrip('?'))}(?!\w)", heading) for heading in headings):
                wrong.append(label)
    assert wrong == []


def test_every_section_that_the_guide_names_is_there():
    there = {key for nb in LESSONS.values() for key in slides.sections(nb) if slides.NUMBER.match(key)}
    misconceptions = re.findall(r"^\|.*\| (.+) \|$", TEXT.split("## Misconceptions")[1].split("\n## ")[0], re.MULTILINE)
    named = " ".join([*misconceptions, *re.findall(r"[Ss]ections? [\d., ]+(?:and [\d.]+)?", TEXT)])
    named = re.sub(r"LeCun's section 4\.6", "", named)
    numbers = set(re.findall(r"\d+\.\d+", named))
    assert len(numbers) > 20
    assert sorted(numbers - there) == []


def test_letters_mean_several_things_where_the_notation_says():
    """A letter that a lesson no longer uses leaves the table."""
    table = (ROOT / "docs" / "notation.md").read_text(encoding="utf-8").split("## Letters with")[1].split("\n## ")[0]
    named = re.findall(r"^\| \$(\\?\w+)\$ \| (.+) \|$", table, re.MULTILINE)
    assert len(named) > 10
    absent = []
    for letter, meanings in named:
        used = re.compile(rf"(?<![a-zA-Z\\]){re.escape(letter)}(?![a-zA-Z])")
        for section in re.findall(r"\((\d+\.\d+)\)", meanings):
            nb = LESSONS[int(section.split(".")[0])]
            text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
            part = re.split(rf"^## {re.escape(section)} ", text, flags=re.MULTILINE)[1:]
            if not part or not any(used.search(f) for f in re.findall(r"\$\$?([^$]+)\$\$?", part[0].split("\n## ")[0])):
                absent.append(f"{letter} in {section}")
    assert absent == []
