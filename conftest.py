"""Run tests and notebooks alike on every machine and away from the learner's work/, however pytest is called."""

import os
import shutil
import tempfile
from collections import Counter

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
