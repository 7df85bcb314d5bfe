"""What surrounds a command - other kernels, another numpy, settings, closed streams - does not reach the notebooks."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_utils.authoring import stored

ROOT = Path(__file__).resolve().parents[2]
SOURCE = """\
import sys, warnings
import numpy, matplotlib
warnings.warn("one's own", DeprecationWarning)
print(numpy.__file__.startswith(sys.prefix), matplotlib.rcParams["lines.linewidth"], "σ")"""


def notebook(path):
    """Write a notebook that tells what it met."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE, id="tell")]), path)
    return path


def course(*arguments, **options):
    """Run the command as a person does."""
    command = [sys.executable, "-m", "course_utils.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, **options)


def test_store_runs_this_python_and_nothing_else(tmp_path, strange):
    path = notebook(tmp_path / "σ.ipynb")
    done = course("store", path, env=strange, cwd=ROOT)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert "/?.ipynb  " in done.stdout and done.stdout.endswith(" s  changed\n")
    (cell,) = stored.read(path).cells
    assert [output.text for output in cell.outputs if output.name == "stdout"] == ["True 1.5 σ\n"]
    assert "another" not in path.read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="closes streams by a shell of POSIX")
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_trouble(tmp_path, closed):
    path = notebook(tmp_path / "one.ipynb")
    command = [sys.executable, "-m", "course_utils.cli", "store", str(path)]
    done = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", *command], cwd=ROOT, timeout=300)
    assert done.returncode == 0
    assert "True 1.5 σ" in path.read_text(encoding="utf-8")


def test_a_module_that_is_hidden_to_save_time_can_be_imported_afterwards():
    code = "from course_utils.authoring import stored; import sys; sys.exit('rfc3987_syntax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT)
    assert done.returncode == 0
    code = "from course_utils.authoring import stored; from rfc3987_syntax import is_valid_syntax"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
