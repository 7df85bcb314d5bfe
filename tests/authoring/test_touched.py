"""What a change touches is found by the imports, and what does not fit in the time is named."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils import cli
from course_utils.authoring import touched

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "pyproject.toml": '[project]\nname = "zero-init-course"\n',
    "course_utils/__init__.py": "",
    "course_utils/leaf.py": "",
    "course_utils/middle.py": "from course_utils import leaf",
    "course_utils/lazy.py": "def f():\n    from course_utils.leaf import x",
    "course_utils/data.py": 'FILE = "numbers.npz"',
    "course_utils/explorers/__init__.py": "def one():\n    from course_utils.explorers import _one\n"
    "def two():\n    from course_utils.explorers import _two",
    "course_utils/explorers/_one.py": "import course_utils.middle",
    "course_utils/explorers/_two.py": "",
    "course_utils/wing/commands.py": "def _grade(options):\n    from course_utils import data",
    "course_utils/cli.py": "from course_utils.wing import commands",
    "course_utils/checks/__init__.py": "import pkgutil\nPAGES = pkgutil.iter_modules(__path__)",
    "course_utils/checks/q1_1.py": "from course_utils.checks import core",
    "course_utils/checks/q1_2.py": "from course_utils.checks import core",
    "course_utils/checks/core.py": "",
    "tests/checks/mistakes/q1_1.py": "",
    "tests/checks/test_all.py": "from course_utils.checks import PAGES",
    "tests/checks/test_named.py": "NAME = f'course_utils.explorers._{1}'\ndef test_named(): pass",
    "exercises/01_one.ipynb": ["from course_utils.checks import check\ncheck('1.1', f)"],
    "tests/shared.py": "from course_utils import middle",
    "tests/a/test_leaf.py": "import course_utils.leaf\ndef test_leaf(): pass",
    "tests/a/test_far.py": "import shared\ndef test_far(): pass",
    "tests/a/test_lazy.py": "from course_utils import lazy\ndef test_lazy(): pass",
    "tests/a/test_command.py": 'WORDS = ["-m", "course_utils.cli", "grade"]\ndef test_command(): pass',
    "tests/a/test_none.py": "def test_none(): pass",
    "notebooks/00_one.ipynb": ["%matplotlib inline\nfrom course_utils import explorers", "explorers.one()"],
    "notebooks/01_two.ipynb": ["from course_utils import explorers\nexplorers.two()"],
    "notebooks/.ipynb_checkpoints/00.ipynb": ["from course_utils import leaf"],
}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A small repository under git, with the tests' own conftest.py, as the current folder."""
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            cells = [{"cell_type": "code", "source": text, "metadata": {}, "outputs": []} for text in content]
            content = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        path.write_text(content)
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def git(folder, *arguments):
    if not shutil.which("git"):
        pytest.skip("git is not installed: apt install git")
    subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e", *arguments], cwd=folder, check=True)


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "one")


LEAF = {"a/test_leaf.py": 1, "a/test_lazy.py": 2, "a/test_far.py": 3, "checks/test_named.py": 3, "00_one.ipynb": 4}


@pytest.mark.parametrize(
    "file, found",
    [
        ("course_utils/leaf.py", LEAF),
        ("course_utils/explorers/_one.py", {"checks/test_named.py": 1, "00_one.ipynb": 2}),
        ("course_utils/explorers/_two.py", {"checks/test_named.py": 1, "01_two.ipynb": 2}),
        ("course_utils/checks/q1_1.py", {"checks/test_all.py": 2, "01_one.ipynb": 2}),
        ("course_utils/checks/q1_2.py", {"checks/test_all.py": 2}),
        ("course_utils/checks/core.py", {"checks/test_all.py": 3, "01_one.ipynb": 3}),
        ("tests/checks/mistakes/q1_1.py", {"checks/test_all.py": 1, "checks/test_named.py": 1}),
        ("course_utils/explorers/__init__.py", {"checks/test_named.py": 1, "00_one.ipynb": 1, "01_two.ipynb": 1}),
        ("course_utils/data/numbers.npz", {"a/test_command.py": 4}),
        ("notebooks/01_two.ipynb", {"01_two.ipynb": 0}),
        ("tests/shared.py", {"a/test_far.py": 1}),
        ("tests/a/test_none.py", {"a/test_none.py": 0}),
        ("docs/nobody.md", {}),
    ],
)
def test_who_imports_a_file_is_touched_and_nobody_else(course, file, found):
    steps = {path.relative_to(course).as_posix(): n for n, path in touched.touched(course, [file])}
    assert {name.partition("/")[2]: n for name, n in steps.items()} == found
    assert list(steps.values()) == sorted(steps.values())


def test_what_has_changed_is_what_git_says(course):
    assert touched.changed(course) == []
    (course / "course_utils/leaf.py").write_text("x = 1")
    (course / "tests/new.py").write_text("")
    assert touched.changed(course) == ["course_utils/leaf.py", "tests/new.py"]
    git(course, "checkout", "-q", "-b", "branch")
    commit(course)
    assert touched.changed(course) == ["course_utils/leaf.py", "tests/new.py"], "since the branch left main"
    assert touched.changed(course, "HEAD") == []
    with pytest.raises(ValueError, match=r"git cannot tell what has changed: .*no-such"):
        touched.changed(course, "no-such")


@pytest.mark.slow
def test_the_command_runs_what_is_touched_as_long_as_there_is_time(course, capfd, monkeypatch):
    assert cli.main(["test"]) == 0
    assert capfd.readouterr().out == "Changed: nothing. Touched: 0 files of tests and notebooks.\n"
    monkeypatch.setenv("PYTHONPATH", f"{course}:{course / 'tests'}")
    (course / "course_utils/leaf.py").write_text("x = 1\n")
    (course / "notebooks/00_one.ipynb").unlink()
    (course / "pytest.ini").write_text("[pytest]\nmarkers = slow\n")
    (course / "tests/a/test_lazy.py").write_text("from course_utils import lazy\ndef test_lazy(): assert False\n")
    git(course, "add", "-A")
    assert cli.main(["test", "--since", "HEAD", "--seconds", "250"]) == 1
    said = capfd.readouterr().out
    assert "FAILED tests/a/test_lazy.py::test_lazy" in said and said.count(" passed in ") == 2


def test_no_test_begins_when_the_time_is_over(tmp_path):
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "test_slow.py").write_text("def test_one(): assert False\ndef test_two(): assert False\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    environment = {**os.environ, "COURSE_SECONDS": "0"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert "Left for the whole run: 2 tests of 1 files" in done.stdout and "failed" not in done.stdout
