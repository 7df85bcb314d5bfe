"""What surrounds a command - other kernels, another numpy, settings, closed streams - does not reach the notebooks."""

import json
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


@pytest.fixture
def strange(tmp_path):
    """An environment in which everything that may be set leads elsewhere."""
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-c", "raise SystemExit('another kernel')", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "Python 3", "language": "python"}))
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "numpy.py").write_text("raise ImportError('another numpy')")
    (tmp_path / "startup.py").write_text("print('another start')")
    (tmp_path / "path" / "matplotlibrc").write_text("lines.linewidth: 7\n")
    return os.environ | {
        "JUPYTER_PATH": str(tmp_path / "jupyter"),
        "JUPYTER_DATA_DIR": str(tmp_path / "jupyter"),
        "JUPYTER_PREFER_ENV_PATH": "0",
        "PYTHONPATH": str(tmp_path / "path"),
        "PYTHONSTARTUP": str(tmp_path / "startup.py"),
        "PYTHONWARNINGS": "error",
        "PYTHONIOENCODING": "ascii",
        "IPYTHONDIR": str(tmp_path / "startup.py" / "no folder"),
        "MATPLOTLIBRC": str(tmp_path / "path" / "matplotlibrc"),
    }


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


def test_figures_are_drawn_by_this_python(tmp_path, strange):
    done = course("figures", "01", "--format", "svg", "--out", tmp_path / "out", env=strange, cwd=ROOT)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert [path.name for path in (tmp_path / "out").glob("*.svg")] == ["01-three-rules-figure.svg"]


@pytest.mark.skipif(os.name == "nt", reason="closes streams by a shell of POSIX")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
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
