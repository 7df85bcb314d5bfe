"""nbval as the judge: it runs a notebook of checks in a kernel of the grader's own, and compares it with the reference.

The notebook's stored outputs are what the judge prints of the reference solution; what it prints of a submission must
be the same, or the question is not solved.
"""

import contextlib
import io
import json
import os
import pickle
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest

TRIES = 4  # to start a kernel
# The machine's own pytest plugins and settings are no part of a grade; one of pytest's own collects garbage for a third
# of the time.
ARGUMENTS = ["-q", "-c", os.devnull, "--noconftest", "-p", "no:cacheprovider", "-p", "nbval.plugin", "--nbval",
             "--nbval-current-env", "--nbval-cell-timeout=600", "--nbval-kernel-startup-timeout=30",
             "--color=no", "-p", "no:junitxml", "-p", "no:unraisableexception"]  # fmt: skip


class Outcomes:
    """A pytest plugin that keeps, for each cell, whether nbval passed it and what it printed."""

    def __init__(self):
        self.of_cells = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Note the outcome of a cell."""
        report = yield
        if call.when == "call":
            text = "".join(out.get("text", "") for out in item.test_outputs or [] if out.output_type == "stream")
            self.of_cells.append((report.passed, text.strip()))
        return report


class Validator:
    """Runs notebooks of checks through nbval, one after the other, in a kernel that is started once. A context."""

    def __enter__(self):
        self._folder = tempfile.mkdtemp(prefix=f"course-grading-{os.getpid()}-")
        self._kernel = None
        return self

    def __exit__(self, *_):
        if self._kernel:
            self._kernel.km.shutdown_kernel(now=True)
            self._kernel.kc.stop_channels()
        shutil.rmtree(self._folder, ignore_errors=True)

    def warm(self):
        """Start the kernel, for those who come later."""
        self.run(pickle.dumps(None), {})

    def run(self, exam, record, printed=None):
        """Return {question: (whether nbval passes it, what the judge printed)} for a record (see `judge.Judge`).

        exam: the bytes of a pickled `exam.Exam`
        printed: {question: text} of the reference; None to get these: then nbval has nothing to compare with
        RuntimeError if nbval did not run a cell for each question.
        """
        folder = Path(self._folder)
        (folder / "exam.pickle").write_bytes(exam)
        (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")
        path = folder / "checks.ipynb"
        nbformat.write(_notebook(folder, record, printed), path)
        outcomes, said = Outcomes(), io.StringIO()
        with self._one_kernel(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            pytest.main([*ARGUMENTS, f"--rootdir={folder}", str(path)], plugins=[outcomes])
        if len(outcomes.of_cells) != len(record) + 1 or not outcomes.of_cells[0][0]:
            raise RuntimeError(f"nbval did not run all checks: ... {said.getvalue()[-500:]}")
        return dict(zip(record, outcomes.of_cells[1:], strict=True))  # the first cell only sets up

    @contextlib.contextmanager
    def _one_kernel(self):
        """Let nbval use our kernel, and leave it running."""
        from nbval import plugin

        started, autoload = plugin.RunningKernel, os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"

        def kept(*args, **kwargs):
            if self._kernel is None or not self._kernel.is_alive():
                self._kernel = _patiently(started, *args, **kwargs)
                self._kernel.stop = lambda: None
            return self._kernel

        plugin.RunningKernel = kept
        try:
            yield
        finally:
            plugin.RunningKernel = started
            if autoload is None:
                del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
            else:
                os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = autoload


def _patiently(start, *args, **kwargs):
    """Start a kernel; once more if it does not answer, for two that start at once may choose the same port."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(RuntimeError):
            return start(*args, **kwargs)
    return start(*args, **kwargs)


def _notebook(folder, questions, printed):
    """A notebook with a check for each question; what is printed of the reference are its stored outputs."""
    new = nbformat.v4
    begin = f"from course_utils.grading.judge import Judge\n\nsay = Judge({str(folder)!r})"
    cells = [new.new_code_cell(begin, id="begin", execution_count=1)]
    for n, question in enumerate(questions, start=2):
        cell = new.new_code_cell(f"say({question!r})", id=f"check-{n}")
        if printed is not None:
            cell.execution_count = n
            cell.outputs = [new.new_output("stream", name="stdout", text=printed[question] + "\n")]
        cells.append(cell)
    return new.new_notebook(cells=cells)
