"""What tests in a browser share: Chromium, free ports, servers that answer, and a JupyterLab whose kernel is idle."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

from course_utils import _programs

CHROMIUM = _programs.find(*_programs.CHROMIUM)
IDLE = "jupyterapp.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"

LAB_SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # keep what is out of sight
}
# Runs code in the kernel of the notebook that is open; returns when it has ended.
EXECUTE = "code => jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.requestExecute({code}).done"
BUSY = "import time\nend = time.perf_counter() + 2\nwhile time.perf_counter() < end: pass"

in_chromium = pytest.mark.browser  # conftest.py skips it where there is none


def free_port():
    """A port of this computer that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(address):
    """Whether a server answers there."""
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


@contextlib.contextmanager
def jupyterlab(folder, cells, environment=None):
    """The address of a JupyterLab that opens a notebook of these cells, not run yet, in an empty folder."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    (folder / "work").mkdir()
    nbformat.write(notebook, folder / "work" / "cells.ipynb")
    for file, content in LAB_SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{file}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content))
    port = free_port()
    settings = {
        "ServerApp.root_dir": folder / "work", "ServerApp.port": port, "ServerApp.port_retries": 0,
        "IdentityProvider.token": "t", "LabApp.expose_app_in_browser": True,
        "LabApp.user_settings_dir": folder / "settings", "LabApp.workspaces_dir": folder / "workspaces",
    }  # fmt: skip
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in settings.items()]
    with open(folder / "lab.log", "wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=os.environ | (environment or {}))
        try:
            deadline = time.monotonic() + 300  # on a busy machine
            while not answers(f"http://127.0.0.1:{port}/api"):
                assert server.poll() is None and time.monotonic() < deadline, (folder / "lab.log").read_text()
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}/lab/tree/cells.ipynb?token=t"
        finally:
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:  # it waits for a kernel that is busy
                server.kill()
                server.wait()


def run_all(page, address):
    """Open the notebook there, and run it once its kernel waits."""
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_function(IDLE, timeout=60_000)
    page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells') }")
