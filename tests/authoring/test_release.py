"""Exercises made from solutions, notebooks stored executed, and the command that does both."""

import base64
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib.image
import nbformat
import numpy as np
import pytest
from matplotlib import pyplot as plt

from course_utils import _command, cli, plotting
from course_utils.authoring import release, stored

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))

ANSWER = '''\
import numpy as np


def delta_hidden(back, W, z):
    """The error of a hidden layer.

    Shape (n_samples, n_hidden).
    """
    given = np.tanh(z)
    ### BEGIN SOLUTION
    # 1. Send the error back through W.
    sent = back @ W
    # a remark that gives the solution away
    if sent.ndim:
        # 2. Multiply by phi'(z).
        sent = sent * (1 - given**2)

    return sent
    ### END SOLUTION'''

STUB = '''\
import numpy as np


def delta_hidden(back, W, z):
    """The error of a hidden layer.

    Shape (n_samples, n_hidden).
    """
    given = np.tanh(z)
    # 1. Send the error back through W.
    # 2. Multiply by phi'(z).
    raise NotImplementedError("1.2: write delta_hidden")'''

VALUE = """\
### BEGIN SOLUTION
# 1. Count them.
entries = [n for n in range(3)]
secret: int = len(entries)
### END SOLUTION
"""

CHECK = """\
try:
    delta_hidden(np.ones((1, 1)), np.ones((1, 1)), np.zeros((1, 1)))
    print("correct")
except NotImplementedError as error:
    print("not attempted yet:", error)"""

WRITTEN = "Why?\n\n<!-- BEGIN SOLUTION -->\nBecause of symmetry.\n<!-- END SOLUTION -->\n\nOne sentence."

EXPLORE = """\
import ipywidgets, os
print(sorted(os.listdir(".")))
print(os.environ["TQDM_DISABLE"], os.listdir(os.environ["COURSE_WORK"]) == ["ipython"])
ipywidgets.IntSlider(value=3)"""

PLOT = "import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.show()"


def code(cell_id, source, role, tags=(), **course):
    """A code cell of a solution notebook."""
    cell = nbformat.v4.new_code_cell(source, id=cell_id, metadata={"course": {"role": role, **course}})
    cell.metadata.update({"tags": list(tags)} if tags else {})
    return cell


def text(cell_id, source, role="text", tags=(), **course):
    """A Markdown cell of a solution notebook."""
    cell = nbformat.v4.new_markdown_cell(source, id=cell_id, metadata={"course": {"role": role, **course}})
    cell.metadata.update({"tags": list(tags)} if tags else {})
    return cell


def notebook(*cells):
    """A notebook of these cells."""
    return nbformat.v4.new_notebook(cells=list(cells))


def tiny():
    """A solution notebook with a cell of each kind."""
    return notebook(
        text("title", "# Tiny\n\nTwo blanks  \nend a line."),
        code("setup", "import numpy as np", "setup"),
        code("answer-b", ANSWER, "answer", question="1.2"),
        code("check-b", CHECK, "check", question="1.2", points=2),
        text("written-c", WRITTEN, "answer", question="1.3"),
        text("aside", "For teachers only.", tags=["solution-only"]),
    )


def put(nb, path):
    """Write a notebook as JupyterLab would, not normalised."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, path)
    return path


def by_id(nb):
    """The cells of a notebook by their id."""
    return {cell.id: cell for cell in nb.cells}


def files(folder):
    """The bytes of each file under a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def png(pixels, note):
    """A picture as a notebook holds it; the note changes its bytes, not its pixels."""
    data = io.BytesIO()
    matplotlib.image.imsave(data, pixels, format="png", metadata={"Software": note})
    return base64.b64encode(data.getvalue()).decode()


def picture(data):
    """A notebook with one stored picture."""
    cell = code("plot", "plot()", "text")
    cell.execution_count = 1
    cell.outputs = [nbformat.v4.new_output("display_data", {"image/png": data, "text/plain": "<Figure>"})]
    return notebook(cell)


def save_picture_by_another_program(nb):
    """Write a notebook's picture anew, with the same pixels in other bytes."""
    data = by_id(nb)["plot"].outputs[0].data
    before = data["image/png"]
    data["image/png"] = png(matplotlib.image.imread(io.BytesIO(base64.b64decode(before))), "another")
    assert data["image/png"] != before


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A small course repository after `course release`."""
    root = tmp_path_factory.mktemp("released")
    (root / "pyproject.toml").write_text('[project]\nname = "zero-init-course"\n')
    put(tiny(), root / "solutions/01_tiny.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        before = files(root)
        assert cli.main(["release"]) == 0
    return root, before


@pytest.fixture
def course(released, tmp_path, monkeypatch):
    """A copy of that repository to spoil, as the current folder."""
    root = tmp_path / "course"
    shutil.copytree(released[0], root)
    monkeypatch.chdir(root)
    return root


# The exercise of a solution


def test_stub_keeps_signature_docstring_and_steps_and_nothing_else():
    assert by_id(release.release(tiny()))["answer-b"].source == STUB


def test_stub_raises_with_the_question():
    namespace = {}
    exec(by_id(release.release(tiny()))["answer-b"].source, namespace)
    with pytest.raises(NotImplementedError, match=r"^1\.2: write delta_hidden$"):
        namespace["delta_hidden"](1, 1, 1)


def test_each_block_names_its_innermost_function():
    source = (
        "def outer(x):\n    def inner(y):\n        ### BEGIN SOLUTION\n        return y\n        ### END SOLUTION\n"
        "    return inner(x)\n\n\ndef other(x):\n    ### BEGIN SOLUTION\n    return -x\n    ### END SOLUTION\n"
    )
    stub = release.release(notebook(code("a", source, "answer", question="2.1"))).cells[0].source
    assert re.findall(r'"(.*)"', stub) == ["2.1: write inner", "2.1: write other"]
    assert "return y" not in stub and "return -x" not in stub and "return inner(x)" in stub


def test_block_at_module_level_leaves_one_name_to_assign():
    source = VALUE.replace("entries = [n for n in range(3)]\n", "").replace("len(entries)", "max(n for n in range(3))")
    stub = release.release(notebook(code("a", source, "answer", question="1.3"))).cells[0].source
    assert stub == "# 1. Count them.\nsecret = ...  # 1.3: your answer"
    namespace = {}
    exec(stub, namespace)
    assert namespace["secret"] is ...


def test_other_cells_are_carried_over_with_their_ids():
    solution, exercise = by_id(tiny()), by_id(release.release(tiny()))
    assert list(exercise) == ["title", "setup", "answer-b", "check-b", "written-c"]
    for cell_id in ("title", "setup", "check-b"):
        assert exercise[cell_id].source == solution[cell_id].source
        assert exercise[cell_id].metadata.course == solution[cell_id].metadata.course
    assert exercise["written-c"].source == "Why?\n\n*Your answer here.*\n\nOne sentence."


def test_exercise_of_a_solved_notebook_holds_none_of_its_outputs():
    solution = tiny()
    solution.cells[3].outputs = [nbformat.v4.new_output("stream", text="correct\n")]
    solution.cells[3].execution_count = 3
    before = stored.to_text(solution)
    assert "correct\\n" not in stored.to_text(release.release(solution))
    assert stored.to_text(solution) == before, "release changed the notebook it was given"


def test_nbgrader_metadata():
    meta = {cell_id: cell.metadata.get("nbgrader") for cell_id, cell in by_id(release.release(tiny())).items()}
    same = {"schema_version": 3, "task": False}
    assert meta == {
        "title": None,
        "setup": {**same, "grade": False, "grade_id": "setup-setup", "locked": True, "solution": False},
        "answer-b": {**same, "grade": False, "grade_id": "answer-1-2", "locked": False, "solution": True},
        "check-b": {**same, "grade": True, "grade_id": "check-1-2", "locked": True, "points": 2, "solution": False},
        # nbgrader: "Markdown solution cell is not marked as a grade cell" would be an error.
        "written-c": {
            **same, "grade": True, "grade_id": "answer-1-3", "locked": False, "points": 0, "solution": True
        },
    }  # fmt: skip


def solution_lines(source):
    """The lines of code inside solution blocks, and the lines outside, comments left out of both."""
    inside, outside, solving = set(), set(), False
    for line in map(str.strip, source.splitlines()):
        if line in ("### BEGIN SOLUTION", "### END SOLUTION"):
            solving = "BEGIN" in line
        elif line and not line.startswith("#"):
            (inside if solving else outside).add(line)
    return inside, outside


def assert_no_leak(solution):
    exercise = by_id(release.release(solution))
    for cell in stored.normalise(solution).cells:
        if cell.cell_type == "code" and cell.metadata.course.role == "answer":
            inside, outside = solution_lines(cell.source)
            shown = set(map(str.strip, exercise[cell.id].source.splitlines()))
            assert inside, f"no solution found in cell {cell.id}"
            assert not (inside - outside) & shown


def test_no_solution_line_leaks():
    assert_no_leak(tiny())
    shown = stored.to_text(release.release(tiny()))
    for line in ("sent =", "gives the solution away", "BEGIN SOLUTION", "Because of symmetry", "For teachers only"):
        assert line in stored.to_text(tiny())
        assert line not in shown


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.name)
def test_no_solution_line_of_the_course_leaks(path):
    assert_no_leak(stored.read(path))


def with_answer(source):
    return notebook(code("bad", source, "answer", question="1.1"))


MALFORMED = {
    "no END": (with_answer("### BEGIN SOLUTION\nx = 1"), "BEGIN SOLUTION in line 1 has no END SOLUTION."),
    "no BEGIN": (with_answer("x = 1\n### END SOLUTION"), "END SOLUTION in line 2 has no BEGIN SOLUTION."),
    "nested": (
        with_answer("### BEGIN SOLUTION\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n### END SOLUTION"),
        "BEGIN SOLUTION in line 2 stands inside the block begun in line 1.",
    ),
    "no block": (with_answer("x = 1"), "an answer cell needs a block between BEGIN SOLUTION and END SOLUTION."),
    "empty block": (
        with_answer("### BEGIN SOLUTION\n\n### END SOLUTION"),
        "the solution block in line 1 is empty.",
    ),
    "two names": (
        with_answer(VALUE),
        "the solution block in line 1 must stand in a function, or assign exactly one name.",
    ),
    "whole function": (
        with_answer("### BEGIN SOLUTION\ndef f():\n    return 1\nx = f()\n### END SOLUTION"),
        "the solution block in line 1 must stand in a function, or assign exactly one name.",
    ),
    "not Python": (
        with_answer("x = (\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
        "the solution is not valid Python, line 1: '(' was never closed.",
    ),
    "half a statement": (
        with_answer("def f():\n    y = (\n        ### BEGIN SOLUTION\n        1\n        ### END SOLUTION\n    )"),
        "what is left without the solution is not valid Python, line .*",
    ),
    "marker in a line": (
        with_answer("### BEGIN SOLUTION\nx = 1\n### END SOLUTION\ny = 2  ### begin solution"),
        "a solution marker must stand on a line of its own, in an answer cell.",
    ),
    "marker in a set-up": (
        notebook(code("bad", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "setup")),
        "a solution marker must stand on a line of its own, in an answer cell.",
    ),
    "written, no block": (
        notebook(text("bad", "Because.", "answer", question="1.1")),
        "an answer cell needs a block between BEGIN SOLUTION and END SOLUTION.",
    ),
    "second answer": (
        notebook(*tiny().cells, code("bad", ANSWER, "answer", question="1.2")),
        "question 1.2 has a second answer cell.",
    ),
    "second check": (
        notebook(*tiny().cells, code("bad", CHECK, "check", question="1.2", points=1)),
        "question 1.2 has a second check cell.",
    ),
    "role": (
        notebook(code("bad", "", "quiz")),
        "its role is 'quiz': it must be one of setup, answer, check, text.",
    ),
    "no question": (
        notebook(code("bad", ANSWER, "answer")),
        'its question is None: it must be a text such as "1.2".',
    ),
    "question of a text": (notebook(text("bad", "", question="1.1")), "a text cell has no question and no points."),
    "points on an answer": (
        notebook(code("bad", ANSWER, "answer", question="1.2", points=1)),
        "the points belong on the check, not on the answer.",
    ),
    "no points": (
        notebook(*tiny().cells[:3], code("bad", CHECK, "check", question="1.2")),
        "the check of question 1.2 has no points.",
    ),
    "odd points": (
        notebook(*tiny().cells[:3], code("bad", CHECK, "check", question="1.2", points="2")),
        "its points are '2': they must be a number, 0 or more.",
    ),
    "check without answer": (
        notebook(code("bad", CHECK, "check", question="1.2", points=2), *tiny().cells[:3]),
        "the check of question 1.2 has no answer cell before it.",
    ),
    "check in words": (
        notebook(*tiny().cells[:3], text("bad", CHECK, "check", question="1.2", points=2)),
        "a check must be a code cell.",
    ),
    "no metadata": (
        notebook(nbformat.v4.new_code_cell("x", id="bad")),
        'it has no "course" metadata: give it {"role": ...}.',
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_solution_gives_one_clear_sentence(case):
    nb, sentence = MALFORMED[case]
    pattern = sentence if sentence.endswith(".*") else re.escape(sentence) + "$"
    with pytest.raises(ValueError, match="^solutions/01.ipynb, cell bad: " + pattern):
        release.release(nb, "solutions/01.ipynb")


# course release


def test_release_writes_only_into_exercises(released):
    root, before = released
    after = files(root)
    assert set(after) - set(before) == {"exercises/01_tiny.ipynb"}
    assert {name: after[name] for name in before} == before


def test_release_stores_what_the_checks_say_at_first(released):
    exercise = stored.read(released[0] / "exercises/01_tiny.ipynb")
    assert by_id(exercise)["check-b"].outputs[0].text == "not attempted yet: 1.2: write delta_hidden\n"
    assert stored.problems(released[0] / "exercises/01_tiny.ipynb") == []


def test_release_twice_gives_identical_bytes(course, capsys):
    before = files(course)
    assert cli.main(["release"]) == 0
    assert files(course) == before
    assert re.fullmatch(r"exercises/01_tiny.ipynb  \d+\.\d s  unchanged\n", capsys.readouterr().out)
    assert cli.main(["release", "--check"]) == 0


def edit(path, change):
    nb = stored.read(path)
    change(nb)
    path.write_text(stored.to_text(nb), encoding="utf-8")


SPOILED = {
    "source": (lambda nb: nb.cells[0].update(source="# Mine"), "differs in cell title"),
    "solution": (lambda nb: nb.cells[2].update(source=ANSWER), "differs in cell answer-b"),
    "points": (lambda nb: nb.cells[3].metadata.course.update(points=1), "differs in cell check-b"),
    "nbgrader": (lambda nb: nb.cells[3].metadata.pop("nbgrader"), "differs in cell check-b"),
    "deleted": (lambda nb: nb.cells.pop(), "differs in cell written-c"),
    "added": (lambda nb: nb.cells.append(text("more", "more")), "differs in cell more"),
    "id": (lambda nb: nb.cells[1].update(id="renamed"), "differs in cell setup"),
    "metadata": (lambda nb: nb.metadata.language_info.update(version="3"), "differs in its metadata or its layout"),
    "not run": (lambda nb: nb.cells[3].update(outputs=[]), "has no output stored for cell check-b"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_check_goes_red_when_an_exercise_is_edited(course, capsys, case):
    change, reason = SPOILED[case]
    edit(course / "exercises/01_tiny.ipynb", change)
    before = files(course)
    assert cli.main(["release", "--check"]) == 1
    assert capsys.readouterr().out == f"exercises/01_tiny.ipynb {reason}; run: course release\n"
    assert files(course) == before


def test_check_goes_red_when_the_solution_moves_on(course, capsys):
    edit(course / "solutions/01_tiny.ipynb", lambda nb: nb.cells[0].update(source="# New"))
    assert cli.main(["release", "--check"]) == 1
    assert "differs in cell title" in capsys.readouterr().out


def test_check_does_not_mind_other_outputs(course):
    def run_again(nb):
        nb.cells[3].outputs[0].text = "something else\n"
        nb.cells[3].execution_count = 17

    edit(course / "exercises/01_tiny.ipynb", run_again)
    assert cli.main(["release", "--check"]) == 0


def test_check_names_missing_extra_and_broken_exercises(course, capsys):
    put(tiny(), course / "solutions/02_more.ipynb")
    put(tiny(), course / "exercises/03_extra.ipynb")
    (course / "exercises/01_tiny.ipynb").write_text("<<<<<<< HEAD\n")
    put(MALFORMED["no END"][0], course / "solutions/04_bad.ipynb")
    assert cli.main(["release", "--check"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "exercises/01_tiny.ipynb is not a notebook; run: course release",
        "exercises/02_more.ipynb is missing; run: course release",
        "exercises/03_extra.ipynb has no solutions/03_extra.ipynb; run: rm exercises/03_extra.ipynb",
        "exercises/04_bad.ipynb cannot be made: solutions/04_bad.ipynb, cell bad: "
        "BEGIN SOLUTION in line 1 has no END SOLUTION.",
    ]


def test_release_mends_a_broken_exercise_and_reports_a_bad_solution(course, capsys):
    right = (course / "exercises/01_tiny.ipynb").read_bytes()
    (course / "exercises/01_tiny.ipynb").write_text("<<<<<<< HEAD\n")
    put(MALFORMED["no END"][0], course / "solutions/04_bad.ipynb")
    put(notebook(code("boom", "1 / 0", "setup")), course / "solutions/05_boom.ipynb")
    assert cli.main(["release"]) == 1
    assert (course / "exercises/01_tiny.ipynb").read_bytes() == right
    assert sorted(path.name for path in (course / "exercises").iterdir()) == ["01_tiny.ipynb"]
    assert capsys.readouterr().err.splitlines() == [
        "course: solutions/04_bad.ipynb, cell bad: BEGIN SOLUTION in line 1 has no END SOLUTION.",
        "course: exercises/05_boom.ipynb, cell boom: ZeroDivisionError: division by zero",
    ]


def test_release_without_solutions_says_so(course, capsys):
    shutil.rmtree(course / "solutions")
    assert cli.main(["release", "--check"]) == 1
    assert capsys.readouterr().err == "course: there are no notebooks in solutions/.\n"


# course store


def test_storing_twice_gives_identical_bytes(course, capsys, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    cells = [code("explore", EXPLORE, "text"), code("plot", PLOT, "text"), code("empty", "", "text")]
    path = put(notebook(*cells), course / "lab" / "explore.ipynb")
    assert cli.main(["store", "lab"]) == 0
    edit(path, save_picture_by_another_program)
    first = path.read_bytes()
    assert cli.main(["store", "lab/explore.ipynb"]) == 0
    assert path.read_bytes() == first
    assert re.findall(r"^(\S+)  \d+\.\d s  (\w+)$", capsys.readouterr().out, re.MULTILINE) == [
        ("lab/explore.ipynb", "changed"),
        ("lab/explore.ipynb", "unchanged"),
    ]
    assert cli.main(["store", "--check", "lab"]) == 0
    cells = by_id(stored.read(path))
    assert cells["explore"].outputs[0].text == "['explore.ipynb']\n1 True\n"
    assert cells["explore"].outputs[1].data == {"text/plain": "IntSlider(value=3)"}
    assert set(cells["plot"].outputs[0].data) == {"image/png", "text/plain"}


def test_a_failing_cell_is_one_line_and_leaves_the_file(course, capsys):
    cells = [code("fine", "x = 0", "text"), code("boom", "raise KeyError('two\\nlines')", "text", ["raises-exception"])]
    path = put(notebook(*cells), course / "notebooks/00.ipynb")
    before = path.read_bytes()
    assert cli.main(["store", "notebooks"]) == 1
    assert capsys.readouterr().err == "course: notebooks/00.ipynb, cell boom: KeyError: 'two\\nlines'\n"
    assert path.read_bytes() == before
    assert [path.name for path in path.parent.iterdir()] == ["00.ipynb"]


def test_a_killed_kernel_is_one_line(course, capsys):
    put(notebook(code("quit", "import os\nos._exit(1)", "text")), course / "notebooks/00.ipynb")
    assert cli.main(["store", "notebooks"]) == 1
    assert "course: notebooks/00.ipynb, cell quit: the kernel died" in capsys.readouterr().err


def test_a_hanging_cell_is_one_line(course, capsys, monkeypatch):
    monkeypatch.setattr(stored, "CELL_SECONDS", 1)
    put(notebook(code("wait", "import time\ntime.sleep(30)", "text")), course / "notebooks/00.ipynb")
    assert cli.main(["store", "notebooks"]) == 1
    assert "course: notebooks/00.ipynb, cell wait: still running after 1 seconds" in capsys.readouterr().err


def messy():
    """A notebook as a person leaves it."""
    cell = code("long", "x = 1  \nx\n\n", "text", scrolled=True)
    cell.metadata.update({"scrolled": True, "collapsed": False, "execution": {"iopub.status.busy": "now"}})
    cell.metadata.update({"slideshow": {"slide_type": "slide"}, "tags": ["a"], "nbgrader": {"grade": False}})
    cell.execution_count = 12
    bundle = {stored.WIDGET: {"model_id": "12ab"}, "text/plain": "IntSlider()"}
    cell.outputs = [
        nbformat.v4.new_output("stream", text="one\n"),
        nbformat.v4.new_output("stream", text="two \n"),
        nbformat.v4.new_output("stream", name="stderr", text="three\n"),
        nbformat.v4.new_output("execute_result", bundle, execution_count=12),
        nbformat.v4.new_output("display_data", {stored.WIDGET: {"model_id": "34cd"}}),
    ]
    nb = notebook(text("words", "two  \nlines  \n"), cell, code("unrun", "", "text"))
    nb.metadata.update({"widgets": {"state": {}}, "kernelspec": {"name": "mine", "display_name": "Mine"}})
    nb.metadata.update({"title": "Kept", "language_info": {"name": "python", "version": "3.11.1"}})
    return nb


def test_normalise():
    before = messy()
    nb = stored.normalise(before)
    assert nb.metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "title": "Kept",
    }
    words, cell, unrun = nb.cells
    assert words.source == "two  \nlines"
    assert (cell.source, cell.execution_count, unrun.execution_count) == ("x = 1\nx", 1, None)
    assert set(cell.metadata) == {"course", "nbgrader", "slideshow", "tags"}
    one, two, three, four = cell.outputs
    assert (one.text, two.text) == ("one\ntwo \n", "three\n")
    assert (three.data, three.execution_count) == ({"text/plain": "IntSlider()"}, 1)
    assert set(four.data) == {stored.WIDGET}, "nothing else would be left of this output"
    assert before == messy(), "normalise changed the notebook it was given"


def test_normalise_again_changes_nothing():
    once = stored.to_text(stored.normalise(messy()))
    assert stored.to_text(stored.normalise(stored.parse(once, "it"))) == once
    assert once.endswith("}\n") and "\n " in once


def test_missing_and_double_ids_are_derived_not_drawn():
    nb = notebook(text("same", "a"), text("b", "b"), text("c", "c"), text("d", "d"))
    nb.cells[1].id = "same"
    nb.cells[2].pop("id")
    nb.cells[3].id = "no id!"
    first, *rest = [cell.id for cell in stored.normalise(nb).cells]
    assert first == "same"
    assert [re.sub("[0-9a-f]{8}$", "#", cell_id) for cell_id in rest] == ["text-2-#", "text-3-#", "text-4-#"]
    assert rest == [cell.id for cell in stored.normalise(nb).cells][1:]
    nb.cells[2].source = "another"
    assert stored.normalise(nb).cells[2].id != rest[1]


def test_picture_with_the_same_pixels_keeps_its_old_bytes():
    pixels = np.linspace(0, 1, 12).reshape(3, 4)
    old, same, other = png(pixels, "old"), png(pixels, "new"), png(pixels.T, "new")
    assert old != same
    for new, kept in ((same, old), (other, other)):
        nb = picture(new)
        stored.keep_pictures(nb, picture(old))
        assert nb.cells[0].outputs[0].data["image/png"] == kept
    films = [plotting.film(plt.figure(), plt.figtext(0, 0, "").set_text, "ab"[:n]).data for n in (1, 2)]
    one, two = (base64.b64encode(film).decode() for film in films)
    nb = picture(two)
    stored.keep_pictures(nb, picture(one))
    assert nb.cells[0].outputs[0].data["image/png"] == two, "what moves is more than its first picture"
    nb = picture(same)
    stored.keep_pictures(nb, picture("bm90IGEgcGljdHVyZQ=="))
    assert nb.cells[0].outputs[0].data["image/png"] == same


def long_cell(n):
    return "\n".join(['"""A docstring."""', "# a comment", "", *(f"x{i} = {i}" for i in range(n))])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda cell, nb: cell.update(execution_count=2), "not normalised"),
        (lambda cell, nb: cell.update(execution_count=None), "cell one: not executed"),
        (lambda cell, nb: cell.update(source=long_cell(21)), "cell one: 21 lines of code, more than 20"),
        (lambda cell, nb: nb.metadata.update(widgets={}), "widget state in the notebook's metadata"),
        (
            lambda cell, nb: cell.outputs.append(nbformat.v4.new_output("display_data", {stored.WIDGET: {}})),
            "cell one: widget state in an output",
        ),
        (
            lambda cell, nb: cell.outputs.append(nbformat.v4.new_output("error", ename="KeyError", evalue="x")),
            "cell one: its output is an error, KeyError",
        ),
        (
            lambda cell, nb: cell.outputs.append(
                nbformat.v4.new_output("stream", name="stderr", text="/some/x.py:3: RuntimeWarning: overflow\n")
            ),
            "cell one: its output is a warning, which names a folder of one machine",
        ),
    ],
)
def test_store_check_names_each_problem(course, capsys, change, problem):
    cell = code("one", long_cell(20), "text")
    cell.execution_count = 1
    nb = stored.normalise(notebook(cell))
    path = course / "notebooks/00.ipynb"
    path.parent.mkdir()
    path.write_text(stored.to_text(nb), encoding="utf-8")
    assert cli.main(["store", "--check", "notebooks"]) == 0
    edit(path, lambda nb: change(nb.cells[0], nb))
    before = files(course)
    assert cli.main(["store", "--check", "notebooks"]) == 1
    assert f"notebooks/00.ipynb: {problem}\n" in capsys.readouterr().out
    assert files(course) == before


def test_store_check_of_what_is_no_notebook(course, capsys):
    for name, content in {"a": b"<<<<<<<", "b": b"\xff\xfe", "c": b"[]", "d": b'{"nbformat": 4}'}.items():
        (course / f"{name}.ipynb").write_bytes(content)
        assert cli.main(["store", "--check", f"{name}.ipynb"]) == 1
        assert capsys.readouterr().out.startswith(f"{name}.ipynb: ")


def test_store_takes_lessons_and_solutions_by_default_and_no_checkpoints(course, capsys):
    put(tiny(), course / "notebooks/.ipynb_checkpoints/00-checkpoint.ipynb")
    put(tiny(), course / "notebooks/00.ipynb")
    put(tiny(), course / "work/notebooks/00.ipynb")
    os.chdir(course / "notebooks")
    assert cli.main(["store", "--check"]) == 1
    names = {line.split(":")[0] for line in capsys.readouterr().out.splitlines()}
    assert names == {"notebooks/00.ipynb", "solutions/01_tiny.ipynb"}
    os.chdir(course)
    assert cli.main(["store", "--check", "."]) == 1
    assert "work/" not in capsys.readouterr().out


def test_code_lines_of_a_cell_with_magic():
    assert stored.code_lines("%matplotlib inline\n# comment\nx = 1\n") == 2


# The command line


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["store", "--fast"], ["release", "01"]], ids=lambda arguments: " ".join(arguments)
)
def test_wrong_usage_is_one_line_and_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert re.fullmatch(r"course: .*\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["store", "nowhere"], "nowhere does not exist."),
        (["store", "pyproject.toml"], "pyproject.toml is not a notebook."),
        (["store", "empty"], "there are no notebooks in empty."),
    ],
)
def test_expected_failures_are_one_line_and_status_1(course, capsys, arguments, sentence):
    (course / "empty").mkdir()
    assert cli.main(arguments) == 1
    assert capsys.readouterr().err == f"course: {sentence}\n"


def test_root_is_found_from_below_then_beside_the_package_or_not_at_all(course, tmp_path, monkeypatch, capsys):
    deep = course / "notebooks" / "deep"
    deep.mkdir(parents=True)
    assert _command.find_root(deep) == course
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "pyproject.toml").write_text('[project]\nname = "something-else"\n')
    monkeypatch.setattr(_command, "__file__", str(course / "course_utils" / "_command.py"))
    assert _command.find_root(elsewhere) == course
    monkeypatch.setattr(_command, "__file__", str(elsewhere / "course_utils" / "_command.py"))
    monkeypatch.chdir(elsewhere)
    assert cli.main(["release"]) == 1
    assert capsys.readouterr().err == f"course: {elsewhere} is not in the course repository: change into it first.\n"


def test_command_starts_without_heavy_imports():
    heavy = "{'numpy', 'nbformat', 'nbclient', 'matplotlib', 'tqdm', 'IPython'}"
    script = f"""
import sys
from course_utils import cli
try:
    cli.main(["--help"])
finally:
    print(*{heavy} & set(sys.modules), file=sys.stderr)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "\n", done.stderr
    assert all(f"\n    {command} " in done.stdout for command in ("store", "release", "grade", "plane", "site", "app"))
