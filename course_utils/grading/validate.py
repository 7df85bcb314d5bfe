"""nbval as the judge's clerk: one notebook holds the checks of many submissions, and `pytest --nbval` runs it.

The stored outputs are what the judge prints of the reference solution. What it prints of a submission must be the same,
or the question is not solved. All of it runs apart from where one stands, from settings of pytest, IPython and Jupyter,
and from the machine's own plugins.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

from course_utils import _workers
from course_utils._nbformat import nbformat
from course_utils.grading.sandbox import host

TRIES = 4  # to start a kernel: two that start at once may choose the same port
START_SECONDS = 60  # for a kernel to start
MOST_SECONDS = 60  # for one question: so long nbval waits for a kernel that has ended, too
ARGUMENTS = ["-q", "-c", os.devnull, "--noconftest", "-p", "no:cacheprovider",
             "-p", "course_utils._nbformat",  # before nbval, which then begins in a third of the time
             "-p", "nbval.plugin", "--nbval", "--nbval-current-env", f"--nbval-kernel-startup-timeout={START_SECONDS}",
             "--color=no", "-p", "no:unraisableexception"]  # fmt: skip
FOREIGN = ("PYTEST", "PYTHON", "IPYTHON", "JUPYTER", "COV_")  # how variables begin that are settings of a person's own


class Sitting:
    """Submissions to be judged together, in a folder of their own. A context."""

    def __enter__(self):
        """Make the folder."""
        prefix = f"course-grading-{os.getpid()}-"
        self._place = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
        self.folder, self._papers = Path(self._place.name), []
        return self

    def __exit__(self, *_):
        """Remove it."""
        self._place.cleanup()

    def add(self, digest, exam, record, printed):
        """Take one more submission.

        digest, exam: of a pickled `exam.Exam`, and its bytes
        record: as `judge.Judge` reads it
        printed: {question: what the judge prints of the reference}
        """
        path = self.folder / f"{digest}.exam"
        if not path.exists():
            path.write_bytes(exam)
        (self.folder / f"{len(self._papers)}.json").write_text(json.dumps(record), encoding="utf-8")
        self._papers.append((digest, printed))

    def verdicts(self):
        """Return for each submission {question: (whether nbval passes it, what the judge printed)}.

        A question is not in it if the judge failed at it. Where it did not survive a submission, the others are judged
        once more without that one.
        """
        told, left, tries = [{} for _ in self._papers], list(range(len(self._papers))), 0
        while left:
            begun, new = self._run(left)
            for n, question, passed, text in new:
                told[n][question] = passed, text
            if not begun:
                tries += 1
                if tries == TRIES:
                    raise RuntimeError("nbval does not start a kernel here")
                continue
            silent = [n for n in left if not told[n]]
            left = silent[1:] if silent == left else silent  # the first is what it does not survive
        return told

    def _run(self, numbers):
        """Judge these; return whether the kernel started, and [(number, question, whether it passes, text), ...]."""
        cells = [(n, question, text) for n in numbers for question, text in self._papers[n][1].items()]
        said, report = self.folder / "said.jsonl", self.folder / "report.xml"
        for path in (said, report):
            path.unlink(missing_ok=True)
        nbformat.write(self._notebook(cells), self.folder / "checks.ipynb")
        command = [sys.executable, "-m", "pytest", *ARGUMENTS, f"--nbval-cell-timeout={MOST_SECONDS}"]
        command += [f"--junit-xml={report}", f"--rootdir={self.folder}"]
        _until_quiet([*command, self.folder / "checks.ipynb"], said, cwd=self.folder, env=self._environment())
        passed = _passed(report)
        texts = {}
        with contextlib.suppress(FileNotFoundError):
            for line in said.read_text(encoding="utf-8").splitlines():
                at, text = json.loads(line)
                texts[at] = text
        new = [(n, q, passed.get(at, False), texts[at]) for at, (n, q, _) in enumerate(cells, 1) if at in texts]
        return passed.get(0, False), new

    def _environment(self):
        """Nobody's settings; folders of our own."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        homes = {
            name: str(self.folder / "home") for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")
        }
        return own | _workers.environment() | homes | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def _notebook(self, cells):
        """A notebook with a cell for each (number of a submission, question, what is printed of the reference)."""
        new = nbformat.v4
        begin = f"from course_utils.grading.judge import Judge\n\nsay = Judge({str(self.folder)!r})"
        made = [new.new_code_cell(begin, id="begin", execution_count=1)]
        for at, (n, question, text) in enumerate(cells, 1):
            source = f"say({at}, {n}, {self._papers[n][0]!r}, {question!r})"
            stored = [new.new_output("stream", name="stdout", text=text + "\n")]
            made.append(new.new_code_cell(source, id=f"check-{at}", execution_count=at + 1, outputs=stored))
        return new.new_notebook(cells=made)


def _until_quiet(command, file, **options):
    """Run a command until it ends, or until a file has not grown for so long that its kernel must stand still."""
    quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    with subprocess.Popen(command, **quiet, **options) as process:
        size, since = -1, time.monotonic()
        while time.monotonic() - since < START_SECONDS + 2 * MOST_SECONDS:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.5)
                return
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_size != size:
                    size, since = file.stat().st_size, time.monotonic()
        for number in host.family(process.pid)[1:]:  # a kernel that was stopped does not end with its parent
            with contextlib.suppress(OSError):
                os.kill(number, signal.SIGKILL)
        process.kill()


def _passed(report):
    """{number of a cell: whether it passed} from pytest's report in XML; {} if there is none."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return {}
    return {int(case.get("name").split()[-1]): len(case) == 0 for case in cases}
