"""The grading run: what survives a kill, a full disk and other machines, and what each level of isolation keeps."""

import csv
import json
import os
import pickletools
import random
import shutil
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path

import corpus
import pytest

from course_utils.authoring import stored
from course_utils.grading import exam as exams
from course_utils.grading import plan as plans
from course_utils.grading import run, submissions
from course_utils.grading.sandbox import host

ROOT = Path(__file__).parents[2]
COURSE = [sys.executable, "-m", "course_utils.cli", "grade"]
SOLUTION = ROOT / "solutions" / "02_zero_weights.ipynb"
EXERCISE = ROOT / "exercises" / "02_zero_weights.ipynb"
KILLS = 6  # 20 take two minutes more, and end as well
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounts a small disk: needs root")
in_bwrap = pytest.mark.skipif(not corpus.BWRAP, reason=corpus.NO_BWRAP)


def course_grade(*arguments, **options):
    """Run `course grade`, at the best level to be had if none is asked for; returns what it said."""
    level = [] if "--isolation" in arguments else ["--isolation", corpus.LEVEL]
    return subprocess.run(
        [*COURSE, *level, *map(str, arguments)], capture_output=True, text=True, timeout=600, **options
    )


def sentences(said):
    """The lines that a run printed as errors, without that on the level of isolation.

    Nor with those of loky's resource tracker: where a run stops on a busy machine it may miss a file that is gone.
    """
    lines = said.stderr.splitlines()
    return [line for line in lines if not line.startswith("Isolation ") and "resource_tracker" not in line]


def grades(out):
    """The rows of a run's grades, without the times."""
    with open(out / "grades.csv", encoding="utf-8", newline="") as file:
        return [{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)]


def answered(*sources):
    """The bytes of a notebook to exercise 02 with these code cells."""
    nb = stored.read(EXERCISE)
    extra = [{"cell_type": "code", "id": f"own-{n}", "metadata": {}, "source": s} for n, s in enumerate(sources)]
    for cell in extra:
        cell |= {"outputs": [], "execution_count": None}
    return json.dumps({**nb, "cells": [*nb.cells, *extra]}).encode()


@pytest.fixture
def handed_in(tmp_path):
    """A folder with a few submissions: solved, untouched, wrong in one place, and broken."""
    folder = tmp_path / "handed in"
    folder.mkdir()
    shutil.copy(SOLUTION, folder / "Ada.ipynb")
    shutil.copy(EXERCISE, folder / "Bo Ö.ipynb")
    wrong = SOLUTION.read_text(encoding="utf-8").replace("return rates", "return {}")
    assert wrong != SOLUTION.read_text(encoding="utf-8")
    (folder / "Cy.ipynb").write_text(wrong, encoding="utf-8")
    (folder / "Di.ipynb").write_bytes(SOLUTION.read_bytes()[:5000])
    return folder


def test_grades_in_a_table_and_words_in_a_page(handed_in, tmp_path):
    said = course_grade(handed_in, "--out", tmp_path / "out", "--seed", "1")
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("4 submissions, 16 questions: 10 graded, 5 not attempted, 1 needs review.")
    rows = grades(tmp_path / "out")
    points = {}
    for row in rows:
        points.setdefault(row["submission"], []).append(row["points"])
    assert points == {"Ada": list("22323"), "Bo Ö": list("00000"), "Cy": list("22303"), "Di": ["0"]}
    assert {row["status"] for row in rows if row["submission"] == "Ada"} == {"graded"}
    assert {row["status"] for row in rows if row["submission"] == "Bo Ö"} == {"not attempted"}
    assert rows[-1]["status"].startswith("needs review: it is no notebook")
    if os.name == "posix":
        assert (tmp_path / "out").stat().st_mode & 0o077 == 0  # nobody else can look


def test_nothing_is_graded_twice_nor_overwritten(handed_in, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    said = course_grade(handed_in, "--out", out)
    assert said.returncode == 1 and "is there already: go on with that run by --resume" in said.stderr
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["nowhere"], "nowhere does not exist."),
        (["."], "there are no notebooks in ."),
        ([SOLUTION, "--exercise", "12"], "there is no exercise 12: choose from 1, 2, 3"),
        ([SOLUTION, "--exercise", "two"], "'two' is not a whole number"),
        ([SOLUTION, "--workers", "0"], "0 is too few"),
        ([SOLUTION, "--seed", "-1"], "'-1' is not a whole number"),
        ([SOLUTION, "--resume"], "--resume needs --out DIR"),
        ([SOLUTION, "--resume", "--out", "none"], "there is no run to resume in none."),
        ([SOLUTION, "--checks", "."], "there are no checks (*.py) in ."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(arguments, sentence, tmp_path):
    said = course_grade(*arguments, cwd=tmp_path)
    assert said.returncode in (1, 2)
    assert len(sentences(said)) == 1 and sentence in said.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["{}", "[1]", "", '{"seed": 7, "isolation": "bwrap"}'])
def test_a_run_of_another_version_is_not_resumed_and_the_sentence_says_so(text, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text(text)
    said = course_grade(SOLUTION, "--resume", "--out", out)
    assert said.returncode == 1
    assert sentences(said)[0].endswith("go on with that version, or grade anew into another --out.")
    assert len(sentences(said)) == 1 and (out / "run.json").read_text() == text


def test_isolation_that_is_asked_for_and_not_to_be_had_is_an_error(tmp_path):
    environment = {**os.environ, "PATH": str(tmp_path)}
    said = course_grade(SOLUTION, "--out", tmp_path / "out", "--isolation", "bwrap", env=environment)
    assert said.returncode == 1 and "isolation bwrap is not to be had here: there is no bwrap: install" in said.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("level", ["rlimit", "none"])
def test_at_other_levels_the_promise_is_said_and_honest_work_is_graded(level, handed_in, tmp_path):
    if not host.available(level):
        pytest.skip(host._why_not(level))
    said = course_grade(handed_in, "--out", tmp_path / "out", "--isolation", level)
    assert said.returncode == 0, said.stderr
    assert {row["isolation"] for row in grades(tmp_path / "out")} == {level}
    assert f"Isolation {level}: submissions can read this machine's files" in said.stderr
    assert [row["points"] for row in grades(tmp_path / "out")][:5] == list("22323")


def test_auto_takes_bubblewrap_then_rlimit_and_never_none(monkeypatch):
    host.level.cache_clear()
    try:
        monkeypatch.setattr(host, "_why_not", lambda name: {"bwrap": "it is not there.", "rlimit": ""}[name])
        assert host.level("auto") == "rlimit"
        host.level.cache_clear()
        monkeypatch.setattr(host, "_why_not", lambda name: f"there is no {name}.")
        with pytest.raises(host.Unavailable, match=r"bwrap is not to be had here: there is no bwrap\..*no rlimit\."):
            host.level("auto")
        assert host.level("none") == "none"
    finally:
        host.level.cache_clear()


def test_where_auto_finds_nothing_nothing_is_graded_and_the_sentence_says_why(tmp_path):
    environment = {**os.environ, "COURSE_WITHOUT": "bwrap"}
    said = course_grade(SOLUTION, "--out", tmp_path / "out", "--isolation", "auto", env=environment)
    if host.available("rlimit"):
        assert said.returncode == 0 and "Isolation rlimit" in said.stderr
    else:
        assert said.returncode == 1 and not (tmp_path / "out").exists()
        assert (
            "there is no bwrap: install bubblewrap" in said.stderr
            and "isolation rlimit is not to be had" in said.stderr
        )


def why_not(python, level="bwrap"):
    """Why another Python says that a level is not to be had."""
    code = f"from course_utils.grading.sandbox import host; print(host._why_not({level!r}))"
    return subprocess.run([python, "-P", "-c", code], capture_output=True, text=True, cwd=python.parents[2]).stdout


def environment_in(folder, course):
    """An environment in a folder, which has our packages and the course from another folder; returns its Python."""
    venv.create(folder, with_pip=False, symlinks=os.name == "posix")
    (packages,) = folder.glob("lib/python*/site-packages")
    places = [course, *(path for path in sys.path if path.endswith("-packages"))]
    (packages / "places.pth").write_text("\n".join(map(str, places)))
    return folder / "bin" / "python"


@in_bwrap
def test_an_environment_below_the_temporary_folder_is_seen_in_the_sandbox(tmp_path):
    shutil.copytree(ROOT / "course_utils", tmp_path / "course_utils", ignore=shutil.ignore_patterns("__pycache__"))
    assert why_not(environment_in(tmp_path / "env", ROOT)).strip() == ""
    assert why_not(environment_in(tmp_path / "env2", tmp_path)).strip() == ""


@in_bwrap
@as_root
def test_a_course_that_only_root_can_read_is_named(tmp_path):
    shutil.copytree(ROOT / "course_utils", tmp_path / "course_utils", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (tmp_path / "course_utils").rglob("*"):
        path.chmod(0o700)
    said = why_not(environment_in(tmp_path / "env", tmp_path))
    assert "PermissionError" in said and "make it readable for all (chmod -R go+rX)" in said


@pytest.mark.skipif(os.name != "posix", reason="elsewhere nothing is swept up")
def test_only_folders_of_the_graders_own_dead_processes_are_swept_up(tmp_path, monkeypatch):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead = f"course-grading-{gone.pid}-abc_1"
    others = [
        f"course-grading-{owner}" for owner in (f"{os.getpid()}-abc", gone.pid, "autumn", "autumn-2", "0-x", "-5-x")
    ]
    others += [f"{dead} (copy)", f"course-grading-{9**30}-x"]
    for name in (dead, *others):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(run.tempfile, "tempdir", str(tmp_path))
    run._sweep_up()
    assert {path.name for path in tmp_path.iterdir()} == set(others)


def test_a_fault_of_the_graders_own_is_said_of_the_submission_that_meets_it(monkeypatch):
    def which(cells, exercises):
        raise RecursionError("too deep")

    monkeypatch.setattr(plans, "which", which)
    submission = submissions.Submission("Ada", EXERCISE.read_bytes(), "", {})
    assert run._number(submission, {}) is None  # so the run goes on, and then
    (result,) = run.work([run.Job(submission, "none", {}, {}, None)])
    (row,) = result["rows"]
    assert row["verdict"]["fact"]["parts"]["text"] == "the grader failed: RecursionError: too deep"


@in_bwrap
def test_a_run_that_is_killed_again_and_again_ends_with_the_same_grades(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(12):
        shutil.copy((SOLUTION, EXERCISE)[n % 3 == 0], folder / f"{n}.ipynb")
    calm = tmp_path / "calm"
    assert course_grade(folder, "--out", calm, "--seed", "7").returncode == 0
    out, chance, kills = tmp_path / "out", random.Random(0), 0
    while kills < KILLS:
        arguments = ["--resume"] if (out / "run.json").exists() else ["--seed", "7"]
        process = subprocess.Popen([*COURSE, folder, "--out", out, *arguments], stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(1, 5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        for path in out.rglob("*.json"):
            json.loads(path.read_text(encoding="utf-8"))
    said = course_grade(folder, "--out", out, "--resume")
    assert said.returncode == 0, said.stderr
    assert grades(out) == grades(calm)
    assert (out / "totals.csv").read_bytes() == (calm / "totals.csv").read_bytes()


@as_root
def test_a_full_disk_stops_the_run_with_one_sentence_and_nothing_is_half_written(handed_in, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        (disk / "other").write_bytes(b"x" * (64 * 1024 - 4096 * 5))  # pages left for the run's settings and two results
        said = course_grade(handed_in, "--out", disk / "out", "--seed", "1")
        assert said.returncode == 1
        assert "cannot be written (No space left on device): nothing is lost" in said.stderr
        assert len(sentences(said)) == 1
        for path in (disk / "out").rglob("*.*"):
            assert path.suffix == ".json" and json.loads(path.read_text(encoding="utf-8"))
        (disk / "other").unlink()
        subprocess.run(["mount", "-o", "remount,size=4m", disk], check=True)
        assert course_grade(handed_in, "--out", disk / "out", "--resume").returncode == 0
        assert len(grades(disk / "out")) == 16
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_folder_that_cannot_be_written_is_said(handed_in, tmp_path):
    (tmp_path / "file").write_text("")
    said = course_grade(handed_in, "--out", tmp_path / "file" / "out")
    assert said.returncode == 1 and "cannot be written" in said.stderr and len(sentences(said)) == 1


def test_an_instructors_own_check_counts_as_well(tmp_path):
    checks = tmp_path / "checks"
    checks.mkdir()
    (checks / "large.py").write_text(
        "from course_utils.checks.core import Question\n"
        "def wide_rates(widths, lr):\n"
        "    n = [1, *widths, 1]\n"
        "    rates = {f'W{l}': lr * n[l] / n[l - 1] for l in range(1, len(n))}\n"
        "    return rates | {f'b{l}': lr * n[l] for l in range(1, len(n))}\n"
        "QUESTIONS = (Question('2.4', 2, 'Very wide', wide_rates, lambda rng: [([1000], 0.1)]),)\n"
    )
    right = "def wide_rates(widths, lr):\n    n = [1, *widths, 1]\n    r = {f'W{l}': lr * n[l] / n[l - 1] for l in range(1, len(n))}\n    return r | {f'b{l}': lr * n[l] for l in range(1, len(n))}"  # noqa: E501
    narrow = right.replace("    n =", "    assert max(widths) < 100\n    n =", 1)
    for name, source in {"right": right, "narrow": narrow}.items():
        (tmp_path / f"{name}.ipynb").write_bytes(answered(source))
    for more, points in (([], "22"), (["--checks", checks], "02")):
        out = tmp_path / f"out{points}"
        said = course_grade(tmp_path / "narrow.ipynb", tmp_path / "right.ipynb", "--out", out, *more)
        assert said.returncode == 0, said.stderr
        assert [row["points"] for row in grades(out) if row["question"] == "2.4"] == list(points)


def test_a_private_check_may_begin_with_a_mark_and_a_broken_one_leaves_nothing_behind(tmp_path):
    (tmp_path / "checks").mkdir()
    good = (
        "from course_utils.checks.core import Question\n"
        "def wide_rates(widths, lr):\n"
        "    n = [1, *widths, 1]\n"
        "    rates = {f'W{l}': lr * n[l] / n[l - 1] for l in range(1, len(n))}\n"
        "    return rates | {f'b{l}': lr * n[l] for l in range(1, len(n))}\n"
        "QUESTIONS = (Question('2.4', 2, 'Very wide', wide_rates, lambda rng: [([1000], 0.1)]),)\n"
    )
    for broken in ("x = (", good.replace("2.4", "2.9"), good.replace("wide_rates", "other")):
        (tmp_path / "checks" / "a.py").write_text(broken)
        said = course_grade(SOLUTION, "--checks", tmp_path / "checks", "--out", tmp_path / "out")
        assert said.returncode == 1 and len(sentences(said)) == 1, said.stderr
        assert not (tmp_path / "out").exists()
    (tmp_path / "checks" / "a.py").write_text("\ufeff" + good, encoding="utf-8")
    said = course_grade(SOLUTION, "--checks", tmp_path / "checks", "--out", tmp_path / "out")
    assert said.returncode == 0, said.stderr
    assert [row["points"] for row in grades(tmp_path / "out")] == list("22323")


def test_the_inputs_of_no_question_hold_its_answer_and_hidden_ones_differ():
    for number in exams.numbers(ROOT):
        exam = exams.make(ROOT, number, 5)
        for question, (public, hidden) in exam.trials.items():
            assert public.public and not hidden.public
            assert public.inputs != hidden.inputs, question
            found = (argument for raw in hidden.inputs for _, argument, _ in pickletools.genops(raw))
            texts = {argument for argument in found if isinstance(argument, str)}
            assert exam.released.names[question] not in texts, question


@in_bwrap
def test_expected_values_are_nowhere_in_the_sandbox():
    looked = (
        "import os\n"
        "system = ('proc', 'usr', 'dev', 'sys', 'bin', 'sbin', 'lib', 'lib64')\n"
        "tops = set(os.listdir('/')) - set(system)\n"
        "files = [f'{d}/{f}' for top in tops for d, _, names in os.walk(f'/{top}') for f in names]\n"
        "assert len(files) > 1000\n"
        "found = [p for p in files if 'solutions' in p or p.endswith('q2_1.py')]\n"
        "try:\n    import course_utils.checks.q2_1\n    found.append('imported')\nexcept ImportError:\n    pass\n"
        "from course_utils import checks\n"
        "found += [name for name in ('QUESTIONS', 'PAGES', 'q2_1') if hasattr(checks, name)]\n"
        "raise ValueError(found)"
    )
    assert host.run([{"code": looked, "seconds": 60}], "bwrap") == {0: {"error": "ValueError: []"}}


@in_bwrap
def test_a_cell_that_ends_python_costs_only_itself():
    steps = [
        {"code": "import os\ndef first_moves(activation, L): os.kill(os.getpid(), 9)", "seconds": 10},
        {"check": "2.1", "function": "first_moves", "parameters": ["activation", "L"], "inputs": [], "seconds": 10},
        {"code": "os.abort()", "seconds": 10},
        {"code": "1 / 0", "seconds": 10},
    ]
    said = host.run(steps, "bwrap")
    looks = {"check": "2.1", "calls": [], "names": ["getpid", "kill", "os"], "takes": ["activation", "L"]}
    assert said[1] == looks
    assert "SIGABRT" in said[2]["ended"]
    assert said[3] == {"error": "ZeroDivisionError: division by zero"}


def test_dask_gives_the_same_grades_and_a_killed_worker_loses_nothing(handed_in, tmp_path):
    distributed = pytest.importorskip(
        "distributed", reason="Dask is not installed: `pip install -e .[dask]` installs it"
    )
    out = {name: tmp_path / name for name in ("here", "dask")}
    for n in range(6):
        shutil.copy(SOLUTION, handed_in / f"{n}.ipynb")
    assert course_grade(handed_in, "--out", out["here"], "--seed", "3").returncode == 0
    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--dashboard-address", ":0"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1",
              "--no-dashboard", "--no-nanny"]  # fmt: skip
    running = [subprocess.Popen([*scheduler, "--scheduler-file", str(file)], **quiet)]
    try:
        running += [subprocess.Popen(worker, **quiet) for _ in range(2)]
        with distributed.Client(scheduler_file=str(file), timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        arguments = ["--out", out["dask"], "--seed", "3", "--dask", address, "--isolation", corpus.LEVEL]
        process = subprocess.Popen([*COURSE, handed_in, *arguments])
        while not list(out["dask"].glob("results/*")) and process.poll() is None:
            time.sleep(0.1)
        running[1].kill()
        assert process.wait(300) == 0
    finally:
        for one in running:
            one.kill()
            one.wait()
    assert grades(out["dask"]) == grades(out["here"])


def test_which_exercise_a_notebook_answers_is_found_from_its_content():
    exercises = exams.exercises(ROOT)
    for number, path in exams.numbers(ROOT).items():
        for folder in ("exercises", "solutions"):
            data = (ROOT / folder / path.name).read_bytes()
            assert run._number(submissions.Submission("x", data), exercises) == number
    for path in (ROOT / "notebooks").glob("00*.ipynb"):
        assert run._number(submissions.Submission("x", path.read_bytes()), exercises) is None


def test_cells_made_to_be_slow_to_read_are_not():
    """With patterns that look again at each place, or a cell parsed anew for each question, this takes hours."""
    sources = "#" * 10**6, "(" + "\n" * 10**6, "a = 1\n" * 10**5, "check(" + " " * 10**6, "def" * 10**5
    cells = [submissions.Cell(kind, "", {}, source) for source in sources for kind in ("code", "markdown")]
    assert plans.which(cells, exams.exercises(ROOT)) is None


@in_bwrap
def test_python_may_be_called_by_any_path(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", os.path.join(tmp_path, os.path.relpath(sys.executable, tmp_path)))
    assert host._why_not("bwrap") == ""
