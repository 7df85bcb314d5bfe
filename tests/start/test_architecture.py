"""Who may import whom, what an import loads, and ruff's opinion."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEAVES = ["activations", "initializers", "losses"]
MATHEMATICS = [*LEAVES, "mlp", "optimizers", "training", "sweep", "datasets", "gradcheck", "diagnostics", "theory"]


def python(*arguments):
    """Run this Python on the repository and return the finished process."""
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_the_import_contracts_of_pyproject_hold():
    pytest.importorskip("importlinter", reason="import-linter is not installed: `pip install -e .[dev]` installs it")
    done = python("-c", "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])")
    assert done.returncode == 0 and "0 broken" in done.stdout, done.stdout + done.stderr


def test_a_forbidden_import_breaks_the_contracts(tmp_path):
    """They do look at the code: the same contracts on a copy in which mlp imports a plotting library."""
    pytest.importorskip("importlinter", reason="import-linter is not installed: `pip install -e .[dev]` installs it")
    package = tmp_path / "course_utils"
    package.mkdir()
    for source in (ROOT / "course_utils").glob("*.py"):
        (package / source.name).write_bytes(source.read_bytes())
    for name in ("grading", "explorers", "checks"):
        (package / name).mkdir()
        (package / name / "__init__.py").touch()
    (package / "mlp.py").write_text("import matplotlib\n")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    code = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120, env={"PYTHONPATH": "."}
    )
    assert done.returncode == 1 and "course_utils.mlp -> matplotlib" in done.stdout, done.stdout + done.stderr


def loaded(module):
    """The names of all modules that importing `module` loads."""
    done = python("-X", "importtime", "-c", f"import {module}")
    assert done.returncode == 0, done.stderr
    return {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def test_importing_the_package_loads_nothing_heavy():
    names = loaded("course_utils")
    assert "course_utils" in names
    assert not {"numpy", "matplotlib", "ipywidgets", "IPython", "tqdm"} & names


@pytest.mark.parametrize("module", MATHEMATICS)
def test_the_mathematics_loads_no_plot_and_no_widget(module):
    names = loaded(f"course_utils.{module}")
    assert "numpy" in names
    assert not {"matplotlib", "ipywidgets", "IPython", "nbval", "nbformat"} & names


def test_ruff_is_content():
    pytest.importorskip("ruff", reason="ruff is not installed: `pip install -e .[dev]` installs it")
    for what in (["check"], ["format", "--check"]):
        done = python("-m", "ruff", *what, "--no-cache", ".")
        assert done.returncode == 0, done.stdout + done.stderr
