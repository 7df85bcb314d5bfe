"""What tests in a browser share: Chromium, free ports, servers that answer, and a JupyterLab whose kernel is idle."""

import socket
import urllib.error
import urllib.request

import pytest

from course_utils import _programs

CHROMIUM = _programs.find(*_programs.CHROMIUM)
IDLE = "jupyterapp.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"

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
