"""An evening of an assistant's: a run with doubts, decisions typed, the run resumed, a question graded again."""

import csv
import json
import re
import shutil

import pytest
from test_grade import SOLUTION, course_grade, grades, sentences

CHECK = """
from course_utils.checks.core import Question

def wide_rates(widths, lr):
    n = [1, *widths, 1]
    return {f"W{l}": lr * n[l] / n[l - 1] for l in range(1, len(n))} | {f"b{l}": lr * n[l] for l in range(1, len(n))}

def cases(rng):
    yield rng.integers(2, 50, size=LAYERS).tolist(), 0.5

QUESTIONS = (Question("2.4", 2, "Many neurons follow one", wide_rates, cases),)
"""


def with_cell(source):
    """The solution of exercise 2 with one more cell at its end."""
    nb = json.loads(SOLUTION.read_text(encoding="utf-8"))
    cell = {"cell_type": "code", "id": "own", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    return json.dumps({**nb, "cells": [*nb["cells"], cell]})


@pytest.fixture(scope="module")
def evening(tmp_path_factory):
    """A folder with submissions, private checks, and a run of both."""
    place = tmp_path_factory.mktemp("evening")
    folder, checks = place / "in", place / "checks"
    folder.mkdir()
    checks.mkdir()
    shutil.copy(SOLUTION, folder / "Ada.ipynb")
    for name, source in {
        "Bo": "def first_moves(activation, L):\n    return None",
        "Cy": "def first_moves(activation, L):\n    return None  # again",
        "Di": "def first_moves(activation, L):\n    return {}",
    }.items():
        (folder / f"{name}.ipynb").write_text(with_cell(source), encoding="utf-8")
    narrow = SOLUTION.read_text(encoding="utf-8").replace(
        "    rates = {}", "    rates = {} if len(widths) < 9 else None"
    )
    (folder / "Ed.ipynb").write_text(narrow, encoding="utf-8")
    (checks / "wide.py").write_text(CHECK.replace("LAYERS", "3"), encoding="utf-8")
    said = course_grade(folder, "--checks", checks, "--out", place / "out", "--seed", "1")
    assert said.returncode == 0, said.stderr
    return folder, checks, place / "out", said.stdout


def decided(path, decisions):
    """Type points and comments into the file as a German spreadsheet saves it: {(submission, question): [...]}."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    for row in rows[1:]:
        row[3:] = decisions.get((row[0], row[2].split()[0]), row[3:])
    with open(path, "w", encoding="cp1252", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)


def files(out):
    """All texts of a run, without the times."""
    found = {
        str(path.relative_to(out)): path.read_text(encoding="utf-8", errors="replace") for path in out.rglob("*.*")
    }
    return {name: re.sub(r"\"seconds\": [\d.]+", "", re.sub(r",[\d.]+\n", "\n", text)) for name, text in found.items()}


def test_decisions_complete_the_tables_and_a_question_can_be_graded_again(evening):
    folder, checks, out, said = evening
    assert "3 needs review" in said and "decisions.csv" in said
    path = out / "decisions.csv"
    again = ["--checks", checks, "--out", out]

    # a wrong line is said before any work
    fresh = path.read_bytes()
    decided(path, {("Bo", "2.1"): ["3 or so", ""]})
    said = course_grade(folder, *again, "--resume")
    assert said.returncode == 1 and len(sentences(said)) == 1 and "decisions.csv, line 2: the points" in said.stderr

    # two decisions are enough for three doubts
    path.write_bytes(fresh)
    decided(path, {("Bo", "2.1"): ["1,5", "für beide"], ("Di", "2.1"): ["0", ""]})
    typed = path.read_bytes()
    said = course_grade(folder, *again, "--resume")
    assert said.returncode == 0 and "3 decided" in said.stdout and path.read_bytes() == typed
    points = {(row["submission"], row["question"]): row["points"] for row in grades(out)}
    assert [points[name, "2.1"] for name in ("Bo", "Cy", "Di")] == ["1.5", "1.5", "0"]
    assert "für beide" in (out / "feedback" / "Cy.html").read_text(encoding="utf-8")
    assert points["Ed", "2.4"] != "0"

    # a corrected check: 2.4 anew, and nothing else
    before = files(out)
    (checks / "wide.py").write_text(CHECK.replace("LAYERS", "9"), encoding="utf-8")
    said = course_grade(folder, *again, "--again", "2.4")
    assert said.returncode == 0, said.stderr
    after = files(out)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    (result,) = (name for name in changed if name.startswith("results"))
    assert changed == {"run.json", result, "grades.csv", "totals.csv", "report.html", "feedback/Ed.html"}
    new = {(row["submission"], row["question"]): row["points"] for row in grades(out)}
    assert {key for key in points if points[key] != new[key]} == {("Ed", "2.4")} and new["Ed", "2.4"] == "0"
    old, new = (re.split(r"<section>|</section>", text["feedback/Ed.html"]) for text in (before, after))
    assert [part[:60] for part, other in zip(old[1:-1], new[1:-1], strict=True) if part != other] == [
        part[:60] for part in old[1:-1] if "2.4 " in part[:60]
    ]
    assert course_grade(folder, *again, "--resume").returncode == 0  # with the corrected check


def test_what_cannot_be_graded_again_is_said(evening, tmp_path):
    folder, checks, out, _ = evening
    for arguments, sentence in {
        ("--again", "9.9"): "there is no question 9.9 to grade again: choose from 1.1",
        ("--again", "2.1", "--seed", "5"): "has another seed",
    }.items():
        said = course_grade(folder, "--checks", checks, "--out", out, *arguments)
        assert said.returncode == 1 and sentence in sentences(said)[0]
    said = course_grade(folder, "--again", "2.1")
    assert said.returncode == 1 and "--again needs --out DIR" in said.stderr
    said = course_grade(folder, SOLUTION, "--checks", checks, "--out", out, "--again", "2.1")
    assert said.returncode == 1 and "has no result" in said.stderr and "--resume" in said.stderr
