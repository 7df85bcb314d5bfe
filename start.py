#!/usr/bin/env python3
"""Set the course up and open it. Needs nothing but Python 3.11 or newer.

    python3 start.py                            open the course in JupyterLab
    python3 start.py --no-browser --port 8890   the same, for a hub or a script
    python3 start.py test                       run all the tests; what follows `test` goes to pytest
    python3 start.py test --oracles             the same, with PyTorch and JAX to compare with

The first start makes .venv and installs what requirements.lock pins; later ones find it done. The lessons and
exercises are copied to work/, where they are yours: a file that is there already is never changed. To get a fresh
copy of one, delete or rename yours and start again.
"""

import sys

# An older Python reads this file too, and gets no further than here. Hence no f-strings below.
if sys.version_info < (3, 11):
    sys.exit(
        "This course needs Python 3.11 or newer, and this is Python %d.%d: install a newer one and start again, "
        "for example with `python3.12 start.py`." % sys.version_info[:2]
    )

import argparse
import ast
import contextlib
import errno
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent
WORK = ROOT / "work"
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "course-setup.json"
FIRST_LESSON = "notebooks/00_the_question.ipynb"
THIS_PYTHON = "%d.%d" % sys.version_info[:2]

DISK_FULL = "The disk is full: the course needs about 1 GB free in %s. Make room and start again." % ROOT
NOT_WRITABLE = "Cannot write to %s: copy the course to a folder of your own and start it there."

# Settings of this machine that would lead .venv's Python, Jupyter and pytest to another Python, kernel or test. Of
# Python's own only those on encodings, buffers and hashes stay.
SURROUNDINGS = re.compile(
    "PYTHON(?!UTF8$|IOENCODING$|UNBUFFERED$|DONTWRITEBYTECODE$|PYCACHEPREFIX$|HASHSEED$)|PYTEST_|"
    "JUPYTER(_PATH|_CONFIG_PATH|_PREFER_ENV_PATH|LAB_DIR)$"
)
# Of an installer's settings those stay that say how packages are reached, not where to and which.
REACH = re.compile(
    "INDEX|FIND_LINKS|UV_CONFIG_FILE|CERT|TRUSTED_HOST|INSECURE_HOST|PROXY|CACHE|TIMEOUT|RETRIES|KEYRING|TLS|OFFLINE|HTTP|LINK_MODE"
)

# What an installer prints when it fails, and what that means. The first line that fits counts.
CAUSES = [
    (("No space left on device", "os error 28", "Disk quota exceeded", "not enough space on the disk"), DISK_FULL),
    (("Permission denied", "Read-only file system", "Access is denied"), NOT_WRITABLE % VENV),
    (
        ("DO NOT MATCH THE HASHES", "Hash mismatch"),
        "A downloaded package is not the one this course was tested with (its hash differs): nothing of it was "
        "installed. Start again, and if this stays, tell the course's authors.",
    ),
    (
        ("Retrying (", "ConnectionError", "name resolution", "dns error", "error sending request", "Failed to fetch"),
        "The packages could not be downloaded: check the network (and the proxy, if you need one) and start again.",
    ),
    (
        ("No matching distribution", "no wheels", "no usable wheels"),
        "A package has no build for Python %s on this system: use a CPython from 3.11 to 3.14." % THIS_PYTHON,
    ),
]


class Problem(Exception):
    """One sentence for the person at the keyboard: what is wrong, and what to do."""


# --- The environment ---------------------------------------------------------------------------------------------


def set_up(dev):
    """Make .venv hold what the lock pins, and the course; do nothing if it does."""
    stamp = read_stamp()
    reason = why_anew(stamp)
    wanted = {"finished": True, "root": str(ROOT), "content": fingerprint(), "dev": dev or stamp.get("dev", False)}
    if not reason and stamp == wanted:
        return
    if reason and VENV.exists():
        say("Making .venv anew, because %s." % reason)
        shutil.rmtree(VENV)
        stamp = {}
        wanted["dev"] = dev
    how_long = "about half a minute with uv" if shutil.which("uv") else "one or two minutes with pip"
    say("Installing the course into .venv, which takes %s on a good network." % how_long)
    VENV.mkdir(exist_ok=True)
    write_stamp({"finished": False})
    try:
        if reason:
            make_environment()
        lock = "requirements-dev.lock" if wanted["dev"] else "requirements.lock"
        # The lock is complete (--no-deps), and of built packages only: nothing is compiled on a learner's machine.
        install("--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", lock)
        install("--no-deps", "--no-build-isolation", "-e", ".")
        quiet_lab()
        fill_startup()
    except Problem:
        if stamp:  # the installers undo what failed: what was there before is still whole
            write_stamp(stamp)
        raise
    write_stamp(wanted)


def fingerprint():
    """Changes when what has to be installed changes."""
    files = ("requirements.lock", "requirements-dev.lock", "pyproject.toml")
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in files)).hexdigest()


def read_stamp():
    """What the last set-up wrote: {} if none ran here, unfinished if it did not reach its end."""
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        return {"finished": False}


def write_stamp(stamp):
    write_whole(STAMP, json.dumps(stamp).encode())


def why_anew(stamp):
    """Why .venv must be made anew, or "" if it can be used."""
    if not VENV.exists():
        return "there is none"
    if stamp and not stamp["finished"]:
        return "the last set-up did not finish"
    if stamp and stamp["root"] != str(ROOT):
        return "the course folder was moved or copied"
    ask = [str(PYTHON), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        version = subprocess.run(ask, capture_output=True, text=True, timeout=60, env=alone()).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        version = ""
    if not version:
        return "its Python does not run"
    if version != THIS_PYTHON:
        return "it holds Python %s, and this is Python %s" % (version, THIS_PYTHON)
    return ""


def make_environment():
    """An empty virtual environment in .venv, with pip."""
    base = sys._base_executable  # not a Python of .venv itself, should that be the active environment
    uv = shutil.which("uv")
    if uv:
        run([uv, "venv", "--quiet", "--seed", "--allow-existing", "--python", base, str(VENV)])
    elif all(getattr(importlib.util.find_spec(name), "origin", None) for name in ("venv", "ensurepip")):
        run([base, "-m", "venv", "--without-pip", str(VENV)])
        run([str(PYTHON), "-m", "ensurepip", "--default-pip"])  # by ourselves, for venv would hide what goes wrong
    elif os.path.exists("/etc/debian_version"):
        raise Problem(
            "Python's venv module is missing here: run `sudo apt install python%s-venv` (or python3-venv) "
            "and start again." % THIS_PYTHON
        )
    else:
        raise Problem(
            "Python's venv or ensurepip module is missing here: install a complete Python, or uv, and start again."
        )


def install(*what):
    """Install into .venv: with uv where it is to be had, with pip otherwise."""
    uv = shutil.which("uv")
    installer = [uv, "pip", "install", "--python", str(PYTHON)] if uv else [str(PYTHON), "-m", "pip", "install"]
    run(installer + list(what))


def quiet_lab():
    """JupyterLab's defaults in .venv: it neither asks about news nor looks for updates, which the lock decides."""
    settings = VENV / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    choice = {"fetchNews": "false", "checkForUpdates": False}
    write_whole(settings, json.dumps({"@jupyterlab/apputils-extension:notification": choice}).encode())


def fill_startup():
    """A sitecustomize.py that does nothing: every Python of .venv runs the first it finds, and would look here next."""
    startup = Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)})) / "sitecustomize.py"
    startup.parent.mkdir(parents=True, exist_ok=True)
    if not startup.exists():
        write_whole(startup, b"")


def install_oracles():
    """PyTorch and JAX, to compare with: by pip and without hashes, because their builds differ between machines."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        oracles = tomllib.load(file)["project"]["optional-dependencies"]["oracles"]
    for requirement in oracles:
        name, version = requirement.split(";")[0].split(" ==")
        have = "import importlib.metadata as m, sys; sys.exit(m.version(sys.argv[1]).split('+')[0] != sys.argv[2])"
        there = [str(PYTHON), "-c", have, name, version]
        if subprocess.run(there, capture_output=True, env=alone()).returncode == 0:
            continue
        say("Installing %s %s, to compare with." % (name, version))
        try:
            run([str(PYTHON), "-m", "pip", "install", "--only-binary", ":all:", requirement])
        except Problem as problem:
            say("Going on without %s. %s" % (name, problem))
            continue
        if subprocess.run(there, capture_output=True, env=alone()).returncode != 0:
            say("Going on without %s: %s has no build for Python %s." % (name, version, THIS_PYTHON))


def run(command):
    """Run an installer, show where it is, and if it fails say why in one sentence."""
    start, lines = time.monotonic(), []
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=installing(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    try:
        for line in process.stdout:
            lines.append(line.strip())
            show_progress(time.monotonic() - start, lines[-1])
    except BaseException:
        process.terminate()
        raise
    finally:
        process.stdout.close()
        process.wait()
        show_progress(0, "")
    if process.returncode:
        raise Problem(explain(lines))


def alone():
    """This environment, without what would lead .venv astray."""
    return {name: value for name, value in os.environ.items() if not SURROUNDINGS.match(name)}


def installing(command):
    """The environment of an installer: of its own settings, only how packages are reached."""
    own = {name: value for name, value in alone().items() if name.startswith(("PIP_", "UV_"))}
    environment = {name: value for name, value in alone().items() if name not in own}
    reach = {name: value for name, value in own.items() if REACH.search(name)}
    if command[1:3] == ["-m", "pip"]:  # its settings may stand in files, too: it is asked for them, and then reads none
        bare = dict(environment, PIP_CONFIG_FILE=own["PIP_CONFIG_FILE"]) if "PIP_CONFIG_FILE" in own else environment
        ask = command[:3] + ["config", "list"]
        for line in subprocess.run(ask, capture_output=True, text=True, cwd=ROOT, env=bare).stdout.splitlines():
            name, _, value = line.partition("=")
            name = "PIP_" + name.rpartition(".")[2].upper().replace("-", "_")
            if REACH.search(name):
                reach.setdefault(name, ast.literal_eval(value))
        reach["PIP_CONFIG_FILE"] = os.devnull
    settings = {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment.update(reach)
    environment.update(settings)
    return environment


def show_progress(seconds, line):
    """The installer's last line: rewritten in place on a screen, and the telling ones in a log."""
    line = line.split(" (from ")[0]
    if sys.stdout.isatty():
        text = "%5.0f s  %s" % (seconds, line) if line else ""
        width = shutil.get_terminal_size().columns - 1
        sys.stdout.write("\r" + text[:width].ljust(width) + "\r")
        sys.stdout.flush()
    elif line.startswith(("Collecting", "Resolved", "Prepared", "Installed")):
        say("  " + line)


def explain(lines):
    """Why an installer failed, from what it printed."""
    output = "\n".join(lines)
    for signs, meaning in CAUSES:
        if any(sign in output for sign in signs):
            return meaning
    errors = [line for line in lines if line.lower().startswith(("error", "fatal"))] or lines[-1:]
    return "The installation failed, and the installer says: %s" % " ".join(errors)


# --- The learner's copy -------------------------------------------------------------------------------------------


def lay_out():
    """Copy lessons and exercises to work/, outputs cleared; a file that is there stays as it is."""
    for folder in ("notebooks", "exercises"):
        for source in sorted((ROOT / folder).rglob("*")):
            parts = source.relative_to(ROOT).parts
            copy = WORK.joinpath(*parts)
            if source.is_file() and not os.path.lexists(copy) and not any(part.startswith(".") for part in parts):
                content = source.read_bytes()
                if copy.suffix == ".ipynb":
                    content = without_outputs(content, source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                write_whole(copy, content)


def without_outputs(content, source):
    """The notebook as if it had never been run: nobody's prediction is spoiled by the answer below it."""
    try:
        notebook = json.loads(content)
    except ValueError:
        raise Problem("%s is not a whole notebook: restore it with `git checkout` and start again." % source)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def write_whole(path, content):
    """Write the file under another name first: whenever we are stopped, it is whole or not there."""
    part = path.with_name(".%s.%d.part" % (path.name, os.getpid()))
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


# --- Running ------------------------------------------------------------------------------------------------------


def open_lab(port, browser):
    """JupyterLab on the learner's copy, with Jupyter's own token, on this computer only."""
    lay_out()
    arguments = ["-m", "jupyterlab", "--ServerApp.root_dir=%s" % WORK, "--LabApp.default_url=/lab/tree/" + FIRST_LESSON]
    # No kernel but .venv's own, whatever a hub or somebody's settings call python3.
    arguments += ["--ServerApp.kernel_spec_manager_class=jupyter_client.kernelspec.KernelSpecManager"]
    arguments += ["--KernelSpecManager.kernel_dirs=%s" % (VENV / "share" / "jupyter" / "kernels")]
    arguments += ["--MappingKernelManager.default_kernel_name=python3"]
    if port:
        arguments += ["--ServerApp.port=%d" % port, "--ServerApp.port_retries=0"]
    if not browser:
        arguments += ["--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments += ["--allow-root"]  # whoever starts this as root, in a container say, has decided so
    arguments += ["-y"]  # one Ctrl-C stops it, without asking back
    say("Opening the course. Your copy is in %s; Ctrl-C stops JupyterLab." % WORK)
    become(arguments)


def port_is_free(port):
    """Whether a server could listen on this port of this computer."""
    with socket.socket() as probe:
        if os.name != "nt":  # as the server does: the port of a server just stopped counts as free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def become(arguments):
    """Hand over to a Python of .venv; its exit code is ours."""
    path = str(BIN) + os.pathsep + os.environ.get("PATH", "")
    environment = dict(alone(), JUPYTER_PREFER_ENV_PATH="1", COURSE_WORK=str(WORK), VIRTUAL_ENV=str(VENV), PATH=path)
    # The matrices here are small: on several cores their products win little alone, and beside others lose much.
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")
    command = [str(PYTHON)] + arguments
    sys.stdout.flush()
    if os.name != "nt":
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a script's `start.py &` would have it ignored
        os.chdir(ROOT)
        os.execve(PYTHON, command, environment)
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    while True:  # Windows sends Ctrl-C to both of us: leave the stopping to Jupyter
        with contextlib.suppress(KeyboardInterrupt):
            sys.exit(process.wait())


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def port_number(text):
    if not (text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError("%r is not a port: give a number from 1 to 65535" % text)
    return int(text)


def main(arguments):
    if arguments[:1] == ["test"]:
        set_up(dev=True)
        if "--oracles" in arguments:
            install_oracles()
        rest = [argument for argument in arguments[1:] if argument != "--oracles"]
        # Three files at a time, on two cores too: a third of the time goes by in waiting for browsers and sandboxes.
        # In their order: with the largest files first, one process would be left with the slowest at the end.
        at_once = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
        become(["-m", "pytest", "tests", "--nbval", "notebooks", "solutions", "exercises"] + at_once + rest)
    else:
        parser = argparse.ArgumentParser(
            description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        parser.add_argument("--no-browser", action="store_true", help="start the server only, and print its address")
        parser.add_argument("--port", type=port_number, help="the port to listen on (default: 8888, or the next free)")
        options = parser.parse_args(arguments)
        if options.port and not port_is_free(options.port):  # said now, not after the set-up
            raise Problem("Port %d is taken: stop what uses it, or choose another with --port." % options.port)
        set_up(dev=False)
        open_lab(options.port, not options.no_browser)


def open_streams():
    """Stand in for streams that are closed: the next file that is opened would be taken for one of them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


if __name__ == "__main__":
    open_streams()
    sys.stdout.reconfigure(errors="replace")  # a console that lacks a letter of a path shows a ? for it
    sys.stderr.reconfigure(errors="replace")
    try:
        main(sys.argv[1:])
    except Problem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit("Stopped. The next start goes on from here.")
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            sys.exit(DISK_FULL)
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            sys.exit(NOT_WRITABLE % (error.filename or ROOT))
        sys.exit("start.py cannot go on: %s." % error)
