"""Nothing in the folder one stands in, nor where settings of pytest, IPython or Jupyter point, runs in the grader."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import corpus
import pytest

# All names that Python, its packages or these programs look for by themselves.
PACKAGES = (
    "numpy psutil IPython ipykernel ipykernel_launcher jupyter_client nbval nbformat pytest _pytest loky zmq trio"
)
PACKAGES += (
    " cloudpickle threadpoolctl tqdm pandas cupy matplotlib sitecustomize usercustomize conftest evil course_utils"
)
NAMES = sorted(sys.stdlib_module_names | set(PACKAGES.split()))
SETTINGS = {
    "pytest.ini": "[pytest]\naddopts = -p evil\n",
    "tox.ini": "[pytest]\naddopts = -p evil\n",
    "setup.cfg": "[tool:pytest]\naddopts = -p evil\n",
    "evil.pth": "import evil\n",
    "share/kernels/python3/kernel.json": '{"argv": ["EVIL"], "display_name": "x", "language": "python"}',
}
CODE = [
    "ipython_config.py",
    "ipython_kernel_config.py",
    "jupyter_config.py",
    "profile_default/ipython_config.py",
    "profile_default/startup/00.py",
    "ipython/profile_default/startup/00.py",
    "ipython/profile_default/ipython_kernel_config.py",
    "config/jupyter_config.py",
]


@pytest.fixture
def folder(tmp_path):
    """A folder with a file of each of these names, which writes its name and its process into the file `ran`."""
    folder = tmp_path / "here"
    for name in [f"{name}.py" for name in NAMES] + CODE:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"import posix\nposix.write({_opened(tmp_path)}, b'%d {name}\\n' % posix.getpid())\n")
    for name, text in SETTINGS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("EVIL", str(_program(tmp_path))))
    return folder


def _opened(tmp_path):
    """An expression for the file `ran`, opened; needs no other module."""
    return f"posix.open({str(tmp_path / 'ran')!r}, posix.O_WRONLY | posix.O_CREAT | posix.O_APPEND)"


def _program(tmp_path):
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho 0 kernel.json >> {tmp_path}/ran\n")
    program.chmod(0o755)
    return program


def ran(folder, own=None):
    """What of the folder ran, but in the process `own`."""
    file = folder.parent / "ran"
    lines = file.read_text().splitlines() if file.exists() else []
    return sorted({line.split()[1] for line in lines if line.split()[0] != str(own)})


def settings(folder):
    """Settings of a person's own that point to what must not run."""
    return {
        **os.environ,
        "PYTHONSTARTUP": str(folder / "evil.py"),
        "PYTEST_ADDOPTS": "-p evil",
        "PYTEST_PLUGINS": "evil",
        "JUPYTER_PATH": str(folder / "share"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "IPYTHONDIR": str(folder / "ipython"),
    }


def test_the_files_would_run(folder):
    """Else the others could not fail."""
    subprocess.run([sys.executable, "-c", "import random, evil"], cwd=folder, check=True)
    assert {"random.py", "evil.py"} <= set(ran(folder))


@pytest.mark.parametrize("level", ["bwrap", "rlimit", "none"])
def test_nothing_in_the_folder_one_stands_in_runs_in_the_grader(level, folder, tmp_path):
    if not corpus.host.available(level):
        pytest.skip(f"{level} is not to be had here")
    (folder / "good.ipynb").write_bytes(corpus.dumped(corpus.filled(2)))
    command = [sys.executable, "-P", "-m", "course_utils.cli", "grade", "good.ipynb", "--out", str(tmp_path / "out")]
    command += ["--isolation", level, "--workers", "1"]
    done = subprocess.run(command, cwd=folder, env=settings(folder), capture_output=True, text=True, timeout=300)
    assert ran(folder) == []
    assert done.returncode == 0 and "5 graded" in done.stdout, done.stderr


@pytest.mark.skipif(not Path(sys.executable).with_name("course").exists(), reason="the command is not installed")
def test_nor_in_the_command_itself(folder):
    course = Path(sys.executable).with_name("course")
    command = [course, "grade", "good.ipynb", "--isolation", "none"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert ran(folder) == []
    assert done.stderr.endswith("\ncourse: good.ipynb does not exist.\n")


WORKERS = {
    "sweep": """
        from course_utils import sweep, datasets
        data = datasets.digits()
        here()
        found = sweep.sweep(data, seed=[0, 1], steps=2, width=4, progress=False)
        """,
    "explorers": """
        from course_utils.explorers import apart, stage
        import course_utils.sweep
        here()
        still = stage.Stage(lambda figure: lambda data, **values: (), lambda data: "", ())
        pictures = apart.Pictures(frames, {}, still)
        apart.prepare()
        assert apart._process.ready.wait(60)
        pictures.send(None, {})
        """,
}


@pytest.mark.parametrize("what", WORKERS)
@pytest.mark.parametrize("python_path", ["", ":/nowhere", "."])
def test_nor_in_the_workers_of_a_notebook_whose_kernel_looks_there(what, python_path, folder):
    begin = f"""
        import os, random, secrets, sys
        import loky, numpy, multiprocessing.resource_tracker, loky.backend.resource_tracker

        def here():  # as IPython does
            os.environ["PYTHONPATH"] = {python_path!r}
            sys.path.insert(0, "")

        def frames():
            yield {{}}
            yield {{}}

        """
    code = textwrap.dedent(begin) + textwrap.dedent(WORKERS[what])
    code += "\nprint(os.getpid(), 'PYTHONSAFEPATH' in os.environ, os.environ['PYTHONPATH'])\nos._exit(0)\n"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-P", "-u", "-c", code]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    own, *rest = done.stdout.split()
    assert ran(folder, own) == []
    assert rest == ["False", *python_path.split()]  # what was set is as it was
