"""What a submission may cost the grader, in all: memory, time, and processes that stand still."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zipfile

import corpus
import psutil
import pytest
from corpus import ROOT, answer, bare, dumped, filled

from course_utils import _workers
from course_utils.grading import exam as exams
from course_utils.grading import judge, run, submissions
from course_utils.grading.sandbox import host

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="what a process takes is asked as Linux tells it")
# How much memory a Python takes at most that runs this, in MB above what it takes for its imports.
PEAK = """
import sys, time
from pathlib import Path
from course_utils.grading import exam, plan, run, submissions
peak = lambda: int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) >> 10
before, start = peak(), time.process_time()
{}
print(peak() - before, time.process_time() - start)
"""


def _cost(code, *arguments):
    """(MB, seconds of the processor) that a piece of code takes in a Python of its own."""
    command = [sys.executable, "-c", PEAK.format(textwrap.dedent(code)), *map(str, arguments)]
    said = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return tuple(map(float, said.stdout.split()))


@on_linux
def test_not_all_submissions_are_kept_in_memory(tmp_path):
    """40 of 10 MB, half of them in the zip files of students."""
    folder = tmp_path / "in"
    folder.mkdir()
    nb = filled(2)
    nb["metadata"]["padding"] = "x" * (10 << 20)
    data = dumped(nb)
    for n in range(20):
        (folder / f"{n}.ipynb").write_bytes(data)
        with zipfile.ZipFile(folder / f"z{n}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("02.ipynb", data)
    megabytes, _ = _cost(
        """
        found = submissions.find([sys.argv[1]])
        assert len(found) == 40 and len(submissions.content(found[-1])) > 10 << 20
        """,
        folder,
    )
    assert megabytes < 100


def test_what_is_read_later_is_what_was_found(tmp_path):
    (tmp_path / "a.ipynb").write_bytes(dumped(bare("a = 1")))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("notes.txt", "x")
        archive.writestr("b.ipynb", dumped(bare("b = 1")))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.write(tmp_path / "b.zip", "inner.zip")
    found = submissions.find([tmp_path])
    assert [(each.name, submissions.read(each).cells[0].source) for each in found] == [
        ("a", "a = 1"), ("b/b", "b = 1"), ("c/inner/b", "b = 1")]  # fmt: skip
    keys = [submissions.key(each) for each in found]
    assert keys == [submissions.key(each) for each in submissions.find([tmp_path])] and len(set(keys)) == 3
    (tmp_path / "a.ipynb").write_bytes(dumped(bare("a = 2")))
    with pytest.raises(submissions.Broken, match="changed while it was graded"):
        submissions.read(found[0])
    (tmp_path / "b.zip").unlink()
    with pytest.raises(submissions.Broken, match="cannot be read any more"):
        submissions.read(found[1])
    assert submissions.key(submissions.find([tmp_path])[0]) != keys[0]


COSTLY = {
    "values": lambda: b'{"cells": [], "x": [' + b"{}," * (submissions.MOST_VALUES // 2 - 10) + b"0]}",
    "code": lambda: dumped(bare(*["a = [1]\n" * (submissions.MOST_TOKENS // 50)] * 9)),
    "long words": lambda: dumped(bare(*["x" * 990_000] * 10)),
    "cells": lambda: dumped(bare(*["x = 1"] * (submissions.MOST_CELLS - 1))),
    "names": lambda: dumped(bare(*[f"def f{n}(a): return f{n + 1}(a)" for n in range(1900)], answer("2.1"))),
}


@on_linux
@pytest.mark.parametrize("title", COSTLY)
def test_what_is_read_and_planned_is_bounded_in_memory_and_time(title, tmp_path):
    path = tmp_path / "x.ipynb"
    path.write_bytes(COSTLY[title]())
    megabytes, seconds = _cost(
        """
        exercises = exam.exercises(Path())
        notebook = submissions.read(submissions.find([sys.argv[1]])[0])
        plan.which(notebook.cells, exercises)
        plan.plan(notebook.cells, exercises["2"])
        """,
        path,
    )
    print(title, megabytes, seconds)
    assert megabytes < 1000 and seconds < 60


@on_linux
def test_a_worker_that_was_stopped_is_given_up(monkeypatch):
    monkeypatch.setattr(run, "STOPPED", 1)
    done = []
    with run._watching():
        stopped = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        going = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        os.kill(stopped.pid, signal.SIGSTOP)
        try:
            done.append(stopped.wait(30))
            assert going.poll() is None
        finally:
            for each in (stopped, going):
                each.kill()
                each.wait()
    assert done == [-signal.SIGKILL]


@on_linux
@pytest.mark.parametrize("at", ["preparing", "grading"])
def test_a_run_goes_on_when_a_worker_is_stopped(at, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "STOPPED", 2)
    if at == "grading":
        exam = run.prepared(ROOT, 1, (), corpus.LEVEL, "2")
        monkeypatch.setattr(run, "_in_time", lambda *_: {"2": exam})
    stopped = []
    for n in range(2):
        (tmp_path / f"{n}.ipynb").write_bytes(dumped(filled(2)))

    def stop():
        while True:
            time.sleep(0.1)
            for child in psutil.Process().children():
                with contextlib.suppress(psutil.Error):  # one that has ended meanwhile
                    if "loky" in " ".join(child.cmdline()) and child.children():
                        child.suspend()  # it has begun
                        stopped.append(child)
                        return

    threading.Thread(target=stop, daemon=True).start()
    results = run.run(ROOT, [tmp_path], tmp_path / "out", seed=1, workers=1, isolation=corpus.LEVEL)
    assert [sum(row["points"] for row in result["rows"]) for result in results] == [12, 12]
    assert stopped


HANGS = """
from course_utils.checks.core import Question
def wide_rates(widths, lr):
    return {}
def cases(rng):
    while True:
        pass
    yield
QUESTIONS = (Question("2.4", 2, "Never", wide_rates, cases),)
"""


def test_inputs_that_are_never_ready_end_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "PREPARING", 8)
    (tmp_path / "x.ipynb").write_bytes(dumped(filled(2)))
    with pytest.raises(ValueError, match=r"the inputs of exercise 2 were not ready after 8 s: try another --seed"):
        run.run(ROOT, [tmp_path / "x.ipynb"], tmp_path / "out", seed=1, workers=1, isolation=corpus.LEVEL,
                private=(("never.py", HANGS),))  # fmt: skip
    assert not (tmp_path / "out").exists()
    assert _workers.processes(1).submit(int).result(60) == 0


@on_linux
def test_a_submission_that_takes_the_graders_memory_is_its_own_trouble(monkeypatch):
    """What is read, planned and heard has one limit in all, and the next submission is graded."""
    exercises, exam = exams.exercises(ROOT), run.prepared(ROOT, 1, (), corpus.LEVEL, "2")
    read = submissions.read

    def reads(submission):
        block = bytes(300 << 20) if submission.name == "large" else b""
        return read(submission) if len(block) >= 0 else None

    monkeypatch.setattr(submissions, "read", reads)
    monkeypatch.setattr(run, "MOST_MEMORY", 200 << 20)
    names = ("large", "other")
    made = [submissions.Submission(name, dumped(filled(2))) for name in names]
    first, second = run.work([run.Job(each, corpus.LEVEL, exercises, {"2": exam}, None) for each in made])
    assert {row["verdict"]["mark"] for row in first["rows"]} == {"review"} and "MemoryError" in str(first["rows"])
    assert sum(row["points"] for row in second["rows"]) == 12


@on_linux
@pytest.mark.skipif(not corpus.BWRAP, reason=corpus.NO_BWRAP)
def test_one_deadline_is_for_all_runs_of_a_submission(monkeypatch):
    """Cells that end Python again and again, and a second look: none begins anew when the time is over."""
    monkeypatch.setattr(host, "MOST_SECONDS", 8)
    ends = "import os, time\ntime.sleep(3)\nos._exit(1)"
    nb = corpus.after_setup(filled(2), *[ends] * 8)
    exercises, exam = exams.exercises(ROOT), run.prepared(ROOT, 1, (), corpus.LEVEL, "2")
    start = time.monotonic()
    job = run.Job(submissions.Submission("x", dumped(nb)), corpus.LEVEL, exercises, {"2": exam}, None)
    (result,) = run.work([job])
    assert result["seconds"] < 8 + 3 * host.GRACE and time.monotonic() - start < 120
    assert {row["verdict"]["mark"] for row in result["rows"]} == {"review"}


def test_runs_and_both_looks_of_the_judge_take_what_the_documentation_says():
    """Each part has a test that measures it: the runs above, the judge in test_validate."""
    row = re.search(r"one submission, in all \| (\d+) minutes: (\d+) from", (ROOT / "docs" / "grading.md").read_text())
    whole, runs = (60 * int(minutes) for minutes in row.groups())
    assert (runs, whole) == (host.MOST_SECONDS, host.MOST_SECONDS + 2 * judge.MOST_SECONDS)
