"""Run tests and notebooks alike on every machine and away from the learner's work/, however pytest is called."""

import os
import shutil
import tempfile

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
