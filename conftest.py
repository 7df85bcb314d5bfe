"""Run tests and notebooks alike on every machine and away from the learner's work/, however pytest is called."""

import os
import shutil
import tempfile
import time
from collections import Counter

import pytest

from course_utils import _command, _programs

TEMPORARY = tempfile.mkdtemp(prefix="course-tests-")

# Kernels inherit this. nbval compares all they print, stderr too, so they must print the same everywhere.
os.environ.update(
    COURSE_WORK=os.path.join(TEMPORARY, "work"),
    IPYTHONDIR=os.path.join(TEMPORARY, "ipython"),  # nobody's start-up files or history
    TQDM_DISABLE="1",
    PYTHONHASHSEED="0",
    COLUMNS="80",
    PYDEVD_DISABLE_FILE_VALIDATION="1",  # else the debugger may warn of frozen modules
)
os.environ.pop("MPLBACKEND", None)  # with another back-end figures would not be shown in the notebook
for name in [name for name in os.environ if _command.SURROUNDINGS.match(name) and not name.startswith("PYTEST_")]:
    del os.environ[name]  # another numpy, another kernel called python3
os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"


BEGAN = time.monotonic()
SECONDS = float(os.environ.pop("COURSE_SECONDS", "inf"))  # after which `course test` begins no other test
left = []


def pytest_runtest_protocol(item):
    """Leave a test out when the time is over."""
    if time.monotonic() - BEGAN > SECONDS:
        left.append(item)
        return True


def pytest_collection_modifyitems(items):
    """Skip what needs Chromium where there is none; tests in a browser or a sandbox are slow."""
    none = "Chromium is not installed: install Chromium or Chrome (Debian: apt install chromium)"
    lacking = [] if _programs.find(*_programs.CHROMIUM) else [pytest.mark.skip(reason=none)]
    for item in items:
        if item.get_closest_marker("browser"):
            for mark in [pytest.mark.slow, *lacking]:
                item.add_marker(mark)
        if item.get_closest_marker("sandbox"):
            item.add_marker(pytest.mark.slow)


def pytest_sessionstart(session):
    """Let matplotlib find its fonts before a kernel does, for it would say so on stderr."""
    if session.config.getoption("nbval", False):
        import matplotlib.font_manager  # noqa: F401


def pytest_unconfigure(config):
    """Take the temporary folder away."""
    shutil.rmtree(TEMPORARY, ignore_errors=True)


def pytest_terminal_summary(terminalreporter):
    """Name at the end what was skipped, each cause once: it says what is missing, and what to install."""
    causes = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple | list) else report.longreprtext
        causes[" ".join(reason.removeprefix("Skipped").lstrip(": ").split()) or "marked to be skipped"] += 1
    if causes:
        terminalreporter.section("skipped here")
        for cause, count in causes.most_common():
            terminalreporter.write_line(f"{count:5}  {cause}")
    if left:
        files = {item.location[0] for item in left}
        words = f"{len(left)} tests of {len(files)} files: `python3 start.py test` runs all"
        terminalreporter.write_line(f"The time is over. Left for the whole run: {words}.")
