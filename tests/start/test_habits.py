"""What keeps the course in order: what a run of the tests says at its end, and that one thing is said in one place."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest

import course_utils

ROOT = Path(__file__).parents[2]
FAST = "-p course_utils._nbformat"  # as in pyproject.toml


def python(*arguments, cwd=ROOT, **environment):
    """Run this Python there and return the finished process."""
    environment = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300
    )


SKIPS = """
import pytest
pytestmark = pytest.mark.filterwarnings("default")

@pytest.mark.skipif(True, reason="Chromium is not installed: install it")
@pytest.mark.parametrize("n", range({}))
def test_browser(n): pass

def test_inside(): pytest.importorskip("no_such_module", reason="npm is not there")

def test_runs(): pass
"""


@pytest.mark.slow
@pytest.mark.parametrize("at_once", [[], ["-n", "2"]], ids=["alone", "at once"])
def test_what_was_skipped_is_said_at_the_end_each_cause_once(tmp_path, at_once):
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "test_one.py").write_text(SKIPS.format(3))
    (tmp_path / "test_two.py").write_text(SKIPS.format(2))
    (tmp_path / "test_three.py").write_text("import pytest\npytest.importorskip('no_such', reason='npm is not there')")
    cells = [nbformat.v4.new_code_cell("# NBVAL_SKIP\n1 / 0"), nbformat.v4.new_code_cell("6 * 7")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "lesson.ipynb")
    done = python("-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", *at_once, cwd=tmp_path, PYTEST_ADDOPTS=FAST)
    *_, title, first, second, third, last = filter(None, done.stdout.splitlines())
    assert done.returncode == 0 and " skipped here " in title, done.stdout
    assert [first, second, third] == [
        "    5  Chromium is not installed: install it",
        "    3  npm is not there",
        "    1  marked to be skipped",
    ]
    assert " 3 passed, 9 skipped in " in last


def test_nothing_is_said_of_skips_where_there_are_none(tmp_path):
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "test_one.py").write_text("def test_runs(): pass")
    done = python("-m", "pytest", "-p", "no:cacheprovider", cwd=tmp_path, PYTEST_ADDOPTS=FAST)
    assert done.returncode == 0 and "skipped" not in done.stdout


def test_the_version_stands_in_one_place():
    assert "version" in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dynamic"]
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)[1]
    changes = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert cited == changes == course_utils.__version__


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.stem)
def test_workflows_are_pinned_and_may_do_little(path):
    text = path.read_text(encoding="utf-8")
    actions = re.findall(r"uses: (.+)", text)
    assert actions and all(re.fullmatch(r"\S+@[0-9a-f]{40} # v[\d.]+|\./\S+", action) for action in actions)
    assert re.search(r"^permissions:\n  contents: read\n(?! )", text, re.MULTILINE)
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")


def test_pages_are_deployed_after_the_tests():
    text = (ROOT / ".github" / "workflows" / "pages.yml").read_text(encoding="utf-8")
    assert re.search(r"tests:\n    uses: \./\.github/workflows/tests\.yml\n  build:\n    needs: tests\n", text)
    assert re.search(r"  deploy:\n    needs: build\n", text)


def test_the_map_names_what_is_there():
    """Each file and function that docs/ARCHITECTURE.md names is there, and it names each module of the contract."""
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    tracked = [path for folder in ("course_utils", "docs", "tests") for path in (ROOT / folder).rglob("*")]
    tracked += [ROOT / "start.py", ROOT / "pyproject.toml"]
    for name in re.findall(r"`([\w./]+\.(?:py|js|toml|md|txt))`", text):
        assert any(path.as_posix().endswith(f"/{name}") for path in tracked), name
    sources = {path.stem: path.read_text(encoding="utf-8") for path in tracked if path.suffix == ".py"}
    for module, function in re.findall(r"`([a-z_]+)\.([A-Za-z_]+)`", text):
        if module in sources and function not in ("py", "js", "md"):
            assert re.search(rf"(def|class) {function}\b", sources[module]), f"{module}.{function}"
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    modules = re.findall(r"\((\w+)\)", " ".join(contract["contracts"][0]["layers"]))
    missing = [name for name in modules if f"`{name}.py`" not in text and f"`{name}/`" not in text]
    assert missing == []
    for title in ("From a slider to the picture", "From a notebook to a grade"):
        stops = re.findall(r"^(\d+)\. ", text.partition(f"## {title}")[2].partition("\n## ")[0], re.MULTILINE)
        assert 5 < len(stops) < 12 and stops == [str(n) for n in range(1, len(stops) + 1)]
