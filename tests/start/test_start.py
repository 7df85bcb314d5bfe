"""start.py: what it copies, when it installs, what it says when it cannot go on, and the lab it opens."""

import errno
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import psutil
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LESSON = "notebooks/00_the_question.ipynb"
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SET_UP_BY = ("requirements.lock", "requirements-dev.lock", "pyproject.toml")
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "id": "one", "metadata": {}, "source": ["May \N{GREEK SMALL LETTER SIGMA}_b be 0?"]},
        {
            "cell_type": "code",
            "id": "two",
            "metadata": {"tags": ["keep"]},
            "execution_count": 7,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["42\n"]}],
            "source": ["print(6 * 7)"],
        },
    ],
    "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def load(course):
    """Import start.py from this folder, as a module of its own."""
    spec = importlib.util.spec_from_file_location("start", course / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_course(folder):
    """Make a small course: start.py, what it installs by, and one lesson and one exercise that have been run."""
    for name in ("start.py", *SET_UP_BY):
        folder.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / name, folder / name)
    for name in (LESSON, "exercises/01_backprop.ipynb"):
        (folder / name).parent.mkdir()
        (folder / name).write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    return folder


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "a course")


# --- The learner's copy ---


def test_the_copy_has_no_outputs_and_all_else(course):
    load(course).lay_out()
    for name in (LESSON, "exercises/01_backprop.ipynb"):
        copy = json.loads((course / "work" / name).read_text(encoding="utf-8"))
        assert copy["cells"][1]["outputs"] == []
        assert copy["cells"][1]["execution_count"] is None
        copy["cells"][1].update(outputs=NOTEBOOK["cells"][1]["outputs"], execution_count=7)
        assert copy == NOTEBOOK
        assert json.loads((course / name).read_text(encoding="utf-8")) == NOTEBOOK, "the original has changed"


@pytest.mark.parametrize("mine", [b"", b"not a notebook", json.dumps(NOTEBOOK).encode() + b"  "])
def test_a_file_that_is_there_is_never_changed(course, mine):
    copy = course / "work" / LESSON
    copy.parent.mkdir(parents=True)
    copy.write_bytes(mine)
    os.utime(copy, (1e9, 1e9))
    load(course).lay_out()
    assert copy.read_bytes() == mine
    assert copy.stat().st_mtime == 1e9
    assert (course / "work/exercises/01_backprop.ipynb").exists(), "what is not there yet is still copied"


def test_pictures_come_along_and_hidden_files_do_not(course):
    (course / "notebooks/plane.png").write_bytes(b"\x89PNG\r\n")
    (course / "notebooks/.ipynb_checkpoints").mkdir()
    (course / "notebooks/.ipynb_checkpoints/old.ipynb").write_text("{}")
    load(course).lay_out()
    assert sorted(path.name for path in (course / "work/notebooks").iterdir()) == ["00_the_question.ipynb", "plane.png"]
    assert (course / "work/notebooks/plane.png").read_bytes() == b"\x89PNG\r\n"


def test_an_interrupted_copy_leaves_no_half_file(course, monkeypatch):
    start = load(course)

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "replace", interrupt)
        start.lay_out()
    assert list((course / "work/notebooks").iterdir()) == []
    start.lay_out()
    assert json.loads((course / "work" / LESSON).read_text(encoding="utf-8"))["cells"]


def test_a_broken_lesson_is_named(course):
    (course / LESSON).write_text('{"cells": [')
    start = load(course)
    with pytest.raises(start.Problem, match=r"00_the_question\.ipynb is not a whole notebook: restore it"):
        start.lay_out()


# --- When it installs ---


class Installer:
    """Stands in for pip and uv: makes real but empty environments, and notes what it was asked to install."""

    def __init__(self):
        self.commands = []
        self.failure = None

    def __call__(self, command):
        if "venv" in command:
            subprocess.run(command, check=True)
            self.commands.append("venv")
        elif "install" in command:
            if self.failure:
                raise self.failure
            self.commands.append(command[-1])


class Failure(Exception):
    """Stands in for start.Problem, of which each module that is loaded has its own."""


@pytest.fixture
def installer():
    return Installer()


@pytest.fixture
def set_up(course, installer, monkeypatch):
    """One start's set-up: returns what it installed."""
    monkeypatch.setattr(shutil, "which", lambda name: None)

    def set_up(dev=False, folder=course):
        start = load(folder)
        monkeypatch.setattr(start, "run", installer)
        monkeypatch.setattr(start, "Problem", Failure)
        installer.commands = []
        start.set_up(dev)
        return installer.commands

    return set_up


def test_the_second_set_up_does_nothing(set_up):
    assert set_up() == ["venv", "requirements.lock", "."]
    assert set_up() == []


def test_no_python_runs_what_lies_beside_the_course(set_up, course):
    """The course is on .venv's path, and each Python runs a sitecustomize.py as it starts: the first on its path."""
    set_up()
    environment = load(course)
    (packages,) = environment.VENV.rglob("site-packages")
    (packages / "course_utils.pth").write_text(str(course))
    (course / "sitecustomize.py").write_text("print('it runs')")
    ask = [environment.PYTHON, "-c", "import sys; print(sys.path[-1])"]
    printed = subprocess.run(ask, capture_output=True, text=True, env=environment.alone()).stdout.split("\n")
    assert printed == [str(course), ""]


def test_tests_need_more_and_a_learner_then_has_enough(set_up):
    set_up()
    assert set_up(dev=True) == ["requirements-dev.lock", "."]
    assert set_up(dev=True) == []
    assert set_up(dev=False) == []


@pytest.mark.parametrize("name", SET_UP_BY)
def test_what_changes_is_installed_again(set_up, course, name):
    set_up()
    with open(course / name, "a") as file:
        file.write("# changed\n")
    assert set_up() == ["requirements.lock", "."]
    assert set_up() == []


def test_an_interrupted_set_up_is_repaired(set_up, installer, capsys):
    installer.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        set_up()
    installer.failure = None
    assert set_up() == ["venv", "requirements.lock", "."]
    assert "Making .venv anew, because the last set-up did not finish." in capsys.readouterr().out
    assert set_up() == []


def test_an_interrupted_update_is_repaired(set_up, installer, course):
    set_up()
    (course / "requirements.lock").write_text("changed")
    installer.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        set_up()
    installer.failure = None
    assert set_up() == ["venv", "requirements.lock", "."]


def test_an_update_without_network_leaves_the_environment_whole(set_up, installer, course):
    set_up()
    lock = (course / "requirements.lock").read_bytes()
    (course / "requirements.lock").write_text("changed")
    installer.failure = Failure("no network")
    with pytest.raises(Failure):
        set_up()
    (course / "requirements.lock").write_bytes(lock)
    assert set_up() == []


def test_a_moved_folder_is_set_up_anew(set_up, course, capsys):
    set_up()
    moved = course.rename(course.with_name("elsewhere"))
    assert set_up(folder=moved) == ["venv", "requirements.lock", "."]
    assert "Making .venv anew, because the course folder was moved or copied." in capsys.readouterr().out


def test_a_broken_environment_is_made_anew(set_up, course, capsys):
    set_up()
    load(course).PYTHON.unlink()
    assert set_up() == ["venv", "requirements.lock", "."]
    assert "Making .venv anew, because its Python does not run." in capsys.readouterr().out


def test_an_environment_of_another_python_is_made_anew(set_up, course, monkeypatch):
    set_up()
    start = load(course)
    monkeypatch.setattr(start, "THIS_PYTHON", "3.99")
    assert start.why_anew(start.read_stamp()) == f"it holds Python {THIS_PYTHON}, and this is Python 3.99"


def test_installing_always_checks_hashes(course, monkeypatch):
    for uv in (None, "/somewhere/uv"):
        start, commands = load(course), []
        monkeypatch.setattr(shutil, "which", lambda name, uv=uv: uv)
        monkeypatch.setattr(start, "run", commands.append)
        shutil.rmtree(course / ".venv", ignore_errors=True)
        start.set_up(dev=False)
        assert {command[0] == uv for command in commands} == {bool(uv)}
        lock, package = commands[-2:]
        assert "--require-hashes" in lock
        assert "--no-deps" in package


def test_every_pin_of_the_locks_has_a_hash_and_agrees():
    pins = {}
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = re.sub(r"\\\n", " ", (REPOSITORY / name).read_text())
        lines = [line for line in text.splitlines() if re.match(r"\w", line)]
        assert all("--hash=sha256:" in line for line in lines)
        assert not re.search(r"https?:|file:|index-url", text)
        pins[name] = {re.match(r"[^ ;]+", line)[0] for line in lines}
    assert pins["requirements.lock"] < pins["requirements-dev.lock"]
    direct = re.findall(r"^[\w-]+==\S+", (REPOSITORY / "requirements.txt").read_text(), re.MULTILINE)
    assert {line.replace("_", "-") for line in direct} <= pins["requirements.lock"]


# --- What it says when it cannot go on ---


def run_start(course, *arguments, python=sys.executable, before="", **environment):
    """Run start.py as a person does; `before` is code that makes its Python as bad as the test needs."""
    script = [str(course / "start.py")]
    if before:
        code = f"{before}\nimport runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
        script = ["-c", code, *script]
    bare = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_"))}
    environment = {**bare, "PATH": os.defpath, "PIP_CONFIG_FILE": os.devnull, **environment}
    return subprocess.run([python, *script, *arguments], capture_output=True, text=True, timeout=300, env=environment)


def assert_one_sentence(result, *words, code=1):
    """Check that it failed with one line that says all these words."""
    assert result.returncode == code, result.stdout + result.stderr
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for word in words:
        assert word in result.stderr


def old_pythons():
    """The Pythons older than 3.11 on this machine."""
    folder = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    found = [shutil.which(f"python3.{minor}") for minor in range(4, 11)] + sorted(folder.glob("[23].*/bin/python"))
    version = "import sys; sys.exit(sys.version_info >= (3, 11))"
    return [str(path) for path in found if path and subprocess.run([path, "-c", version]).returncode == 0]


def test_an_old_python_is_told_so(course):
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no Python older than 3.11 on this machine")
    for python in pythons:
        result = subprocess.run([python, str(course / "start.py")], capture_output=True, text=True)
        assert_one_sentence(result, "needs Python 3.11 or newer", "install a newer one")
    assert not (course / ".venv").exists()


@pytest.mark.parametrize("arguments", [["--port", "99999"], ["--port", "x"], ["--prot", "8888"], ["tets"]])
def test_wrong_usage(course, arguments):
    result = run_start(course, *arguments)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert arguments[-1] in result.stderr
    assert not (course / ".venv").exists()


def test_a_taken_port(course):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        assert_one_sentence(run_start(course, "--port", port), f"Port {port} is taken", "choose another with --port")
    assert not (course / ".venv").exists(), "said before the set-up"


def test_no_venv_module(course):
    result = run_start(course, before="import sys; sys.modules['ensurepip'] = None")
    assert_one_sentence(result, "venv", "start again")
    if os.path.exists("/etc/debian_version"):
        assert f"sudo apt install python{THIS_PYTHON}-venv" in result.stderr


def test_no_network(course):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1", "PIP_NO_CACHE_DIR": "1"}
    assert_one_sentence(run_start(course, **nowhere), "could not be downloaded", "check the network")


@pytest.mark.parametrize(
    "code, words",
    [
        (errno.ENOSPC, ["The disk is full", "1 GB", "Make room"]),
        (errno.EACCES, ["Cannot write to", "copy the course to a folder of your own"]),
        (errno.EROFS, ["Cannot write to", "copy the course to a folder of your own"]),
    ],
)
def test_a_folder_that_takes_no_files(course, code, words):
    refuse = f"import os\ndef mkdir(path, *_): raise OSError({code}, 'refused', path)\nos.mkdir = mkdir"
    assert_one_sentence(run_start(course, before=refuse), *words)


def test_a_disk_that_fills_up_while_installing(tmp_path):
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    small = tmp_path / "small"
    small.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(small)], capture_output=True)
    if mount.returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        result = run_start(make_course(small / "course"))
        assert_one_sentence(result, "The disk is full", "Make room and start again")
    finally:
        subprocess.run(["umount", "--lazy", str(small)], check=True)


@pytest.mark.parametrize(
    "line, words",
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
        ("  Caused by: failed to write to file `x`: No space left on device (os error 28)", "The disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "its hash differs"),
        ("  Hash mismatch for `six==1.17.0`", "its hash differs"),
        ("WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError", "check the network"),
        ("  dns error: failed to lookup address information: Name or service not known", "check the network"),
        ("ERROR: No matching distribution found for numpy==2.4.6", "no build for Python"),
        ("ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: 'x'", "Cannot write to"),
        ("ERROR: something nobody has thought of", "the installer says: ERROR: something nobody has thought of"),
    ],
)
def test_what_an_installer_says_is_explained(line, words):
    explanation = load(REPOSITORY).explain(["Collecting six==1.17.0", line])
    assert words in explanation
    assert "\n" not in explanation


def test_ctrl_c_while_installing(course):
    interrupt = "import subprocess\ndef popen(*_, **__): raise KeyboardInterrupt\nsubprocess.Popen = popen"
    assert_one_sentence(run_start(course, before=interrupt), "Stopped")


# --- The tests and the lab, with an environment that is ready ---


@pytest.fixture(scope="module")
def ready_course(tmp_path_factory):
    """A course with an environment in it that needs no set-up: the one that runs this test, linked file by file."""
    if sys.prefix == sys.base_prefix:
        pytest.skip("the tests do not run in a virtual environment")
    course = make_course(tmp_path_factory.mktemp("ready") / "course")
    if (REPOSITORY / LESSON).exists():
        shutil.copy(REPOSITORY / LESSON, course / LESSON)
    start = load(course)
    shutil.copytree(sys.prefix, start.VENV, symlinks=True, copy_function=link)
    start.STAMP.unlink(missing_ok=True)
    start.write_stamp({"finished": True, "root": str(course), "content": start.fingerprint(), "dev": True})
    return course


def link(source, target):
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target)


def give_tests(course):
    """The folders that pytest is called with."""
    for folder in ("tests", "solutions"):
        (course / folder).mkdir(exist_ok=True)


@pytest.mark.slow
def test_test_runs_pytest_and_hands_its_result_on(ready_course):
    give_tests(ready_course)
    (ready_course / "tests/test_one.py").write_text("def test_right(): pass\ndef test_wrong(): assert 6 * 7 == 43\n")
    (ready_course / LESSON).rename(ready_course / "lesson")  # it is long; the exercise stands for it
    (ready_course / "tests/test_surrounded.py").unlink(missing_ok=True)
    result = run_start(ready_course, "test", "--deselect", "tests/test_one.py::test_wrong")
    assert result.returncode == 0, result.stdout
    assert re.search(r" 2 passed in .*s", result.stdout.splitlines()[-1])
    result = run_start(ready_course, "test", "-n", "0")
    assert result.returncode == 1
    assert re.search(r"1 failed, 2 passed in .*s", result.stdout.splitlines()[-1])
    (ready_course / "lesson").rename(ready_course / LESSON)


@pytest.mark.skipif(os.name == "nt", reason="hands over as POSIX does")
@pytest.mark.parametrize("asked, has", [({}, "1"), ({"OPENBLAS_NUM_THREADS": "4"}, "4")])
def test_kernels_and_tests_have_one_blas_thread_unless_asked_otherwise(course, monkeypatch, asked, has):
    start, environments = load(course), []

    def hand_over(program, command, environment):
        environments.append(environment)
        raise SystemExit

    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    for name, value in asked.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(os, "chdir", lambda folder: None)
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(os, "execve", hand_over)
    with pytest.raises(SystemExit):
        start.become(["-m", "jupyterlab"])
    assert [environment["OPENBLAS_NUM_THREADS"] for environment in environments] == [has]


def test_oracles_are_installed_by_pip_and_what_is_missing_is_said(course, monkeypatch, capsys):
    start, commands = load(course), []
    monkeypatch.setattr(start, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(start, "set_up", lambda dev: None)
    monkeypatch.setattr(start, "run", commands.append)
    monkeypatch.setattr(start, "become", commands.append)
    monkeypatch.setattr(shutil, "which", lambda name: "/somewhere/uv")
    (course / "pyproject.toml").write_text('[project.optional-dependencies]\noracles = ["no-such-thing ==1.0"]\n')
    start.main(["test", "--oracles", "-k", "mlp"])
    install, pytest_run = commands
    assert install[:4] == [sys.executable, "-m", "pip", "install"]
    assert install[-1] == "no-such-thing ==1.0"
    assert "Going on without no-such-thing: 1.0 has no build for Python" in capsys.readouterr().out
    assert pytest_run == [
        "-m", "pytest", "tests", "--nbval", "notebooks", "solutions", "exercises", "-n", "3", "--dist", "loadfile",
        "--no-loadscope-reorder", "-k", "mlp",
    ]  # fmt: skip


def other_kernel(folder):
    """A folder for JUPYTER_PATH whose kernel python3 ends at once."""
    kernel = folder / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-c", "raise SystemExit('another kernel')", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "Python 3", "language": "python"}))
    return folder / "jupyter"


@pytest.mark.slow
def test_surroundings_do_not_reach_the_tests(ready_course, tmp_path):
    """Settings of pytest, another numpy, another kernel, a console that lacks letters."""
    (tmp_path / "numpy.py").write_text("raise ImportError('another numpy')")
    environment = {
        "PYTEST_ADDOPTS": "--no-such-option", "PYTEST_PLUGINS": "no_such", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONHOME": sys.base_prefix, "PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "2", "PYTHONPATH": str(tmp_path),
        "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "JUPYTER_PATH": str(other_kernel(tmp_path)),
    }  # fmt: skip
    give_tests(ready_course)
    test = "import numpy, sys\ndef test_numpy(): assert numpy.__file__.startswith(sys.prefix)\n"
    (ready_course / "tests" / "test_surrounded.py").write_text(test)
    arguments = ["test", "-n", "0", "-k", "surrounded or exercises"]
    result = run_start(ready_course, *arguments, python=sys._base_executable, **environment)
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 2 passed" in result.stdout.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="closes streams by a shell of POSIX")
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_trouble(ready_course, closed):
    give_tests(ready_course)
    (ready_course / "tests" / "test_surrounded.py").write_text("def test_right(): pass\n")
    command = [sys.executable, "start.py", "test", "-n", "0", "-k", "surrounded"]
    script = ["sh", "-c", f'exec "$@" {closed}', "sh", *command]
    result = subprocess.run(script, cwd=ready_course, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_an_installer_installs_here_and_what_it_is_told(course, tmp_path, monkeypatch, installer):
    """Whatever its own settings say, in the environment or in a file; but how packages are reached is theirs to say."""
    if installer == "uv" and not shutil.which("uv"):
        pytest.skip("uv is not installed: see docs.astral.sh/uv")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "tiny_one-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_one.py", "")
        wheel.writestr("tiny_one-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-one\nVersion: 1.0\n")
        wheel.writestr("tiny_one-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tiny_one-1.0.dist-info/RECORD", "")
    elsewhere = tmp_path / "elsewhere"
    file = tmp_path / "pip.conf"
    file.write_text(f"[global]\nfind-links = {wheels}\n[install]\ntarget = {elsewhere}\nrequire-hashes = true\n")
    wrong = {"TARGET": elsewhere, "PREFIX": elsewhere, "ROOT": elsewhere, "REQUIRE_HASHES": "1", "NO_BINARY": ":all:",
             "CONSTRAINT": tmp_path / "none", "NO_INDEX": "1", "SYSTEM_PYTHON": "1", "PYTHON": "2.7"}  # fmt: skip
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    for name, value in wrong.items():
        monkeypatch.setenv(f"{installer.upper()}_{name}", str(value))
    monkeypatch.setenv("UV_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    monkeypatch.setenv("PYTHONPATH", str(elsewhere))
    start = load(course)
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "uv" and installer == "pip" else which(name))
    start.make_environment()
    start.install("tiny-one")
    assert list(start.VENV.rglob("tiny_one.py")) and not elsewhere.exists()


def get(url):
    """The page's status, its address after redirection, and its text."""
    try:
        with urllib.request.urlopen(url, timeout=30) as page:
            return page.status, page.url, page.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.url, ""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send Ctrl-C to one process")
def test_the_lab_opens_the_first_lesson_and_stops(ready_course, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    home = {name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR")}
    # Somebody's other kernels, and settings that ask for them.
    home["JUPYTER_PATH"] = home["JUPYTER_DATA_DIR"] = str(other_kernel(tmp_path))
    home |= {"JUPYTER_PREFER_ENV_PATH": "0", "PYTHONWARNINGS": "error", "IPYTHONDIR": str(tmp_path / "log" / "ipython")}
    settings = {
        "ServerApp": {"kernel_spec_manager_class": "nb_conda_kernels.CondaKernelSpecManager"},
        "MappingKernelManager": {"default_kernel_name": "ir"},
    }
    (tmp_path / "JUPYTER_CONFIG_DIR").mkdir()
    (tmp_path / "JUPYTER_CONFIG_DIR" / "jupyter_server_config.json").write_text(json.dumps(settings))
    log = tmp_path / "log"
    with open(log, "w") as file:
        command = [sys.executable, "start.py", "--no-browser", "--port", str(port)]
        lab = subprocess.Popen(command, cwd=ready_course, env={**os.environ, **home}, stdout=file, stderr=file)
    process = psutil.Process(lab.pid)
    try:
        deadline, address = time.monotonic() + 60, None
        while not address and time.monotonic() < deadline and lab.poll() is None:
            time.sleep(0.1)
            address = re.search(rf"(http://127\.0\.0\.1:{port})(/\S*)\?token=(\w{{20,}})", log.read_text())
        assert address, log.read_text()
        server, page, token = address.groups()
        assert page == "/lab/tree/" + LESSON
        assert "Installing" not in log.read_text()

        status, url, text = get(f"{server}{page}?token={token}")
        assert status == 200 and url.startswith(server + page) and "jupyter-config-data" in text
        status, _, text = get(f"{server}/api/contents/{LESSON}?token={token}")
        cells = json.loads(text)["content"]["cells"]
        assert status == 200 and cells and not any(cell.get("outputs") for cell in cells)

        assert get(f"{server}/api/contents/{LESSON}")[0] == 403
        assert "/login" in get(server + page)[1]
        listening = [c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert listening and set(listening) <= {"127.0.0.1", "::1"}

        request = urllib.request.Request(f"{server}/api/kernels?token={token}", data=b"{}", method="POST")
        urllib.request.urlopen(request, timeout=30).close()
        family = [process, *process.children(recursive=True)]
        kernels = [child for child in family[1:] if "ipykernel_launcher" in child.cmdline()]  # the lab asks npm, too
        assert len(kernels) == 1, "the kernel is a child of the lab"
        assert kernels[0].environ()["COURSE_WORK"] == str(ready_course / "work")
        assert kernels[0].cmdline()[0] == str(load(ready_course).PYTHON)
        known = json.loads(get(f"{server}/api/kernelspecs?token={token}")[2])
        assert list(known["kernelspecs"]) == [known["default"]] == ["python3"]

        lab.send_signal(signal.SIGINT)
        assert lab.wait(30) == 0
        assert psutil.wait_procs(family[1:], timeout=60)[1] == []
        assert "Traceback" not in log.read_text()
    finally:
        if lab.poll() is None:
            lab.kill()
            lab.wait()
