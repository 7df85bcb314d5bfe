"""An environment in which everything that may be set leads elsewhere."""

import json
import os
import sys

import pytest


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
