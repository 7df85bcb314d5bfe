"""The corpus goes through `course grade` once: no wrong grade, nothing that hangs, nothing left behind."""

import csv
import ctypes
import os
import re
import subprocess
import sys
import time
from typing import NamedTuple

import abuse
import broken
import cheats
import corpus
import doubts
import faulty
import honest
import odd
import psutil
import pytest
import tricks

from course_utils.grading.sandbox import host

PARTS = (honest, odd, doubts, faulty, broken, tricks, cheats, abuse)
CASES = tuple(case for part in PARTS for case in part.CASES)
if not os.environ.get("COURSE_WHOLE_CORPUS"):  # the whole takes five minutes
    CASES = CASES[::4]
RUN = [case for case in CASES if corpus.BWRAP or not case.hostile]
# Run again without bubblewrap: nothing in these does harm.
SAMPLE = [case for case in CASES if not case.hostile and case.category in ("honest", "faulty")][::8]
MOST_SECONDS = 240  # of one submission; the grader's own limit is 480, and 120 for the judge
PR_SET_CHILD_SUBREAPER = 36

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is left behind is only known on Linux")


class Graded(NamedTuple):
    """What a run of the grader gave: {submission: {question: row}}, what it printed, its folder, what it left."""

    rows: dict
    printed: str
    folder: object
    left: list


def _graded(cases, folder, level):
    """Grade the cases with the command line, at that level of isolation."""
    submissions, out, temporary = folder / "submissions", folder / "out", folder / "tmp"
    submissions.mkdir()
    temporary.mkdir()
    corpus.write(cases, submissions)
    command = [sys.executable, "-W", "ignore", "-m", "course_utils.cli", "grade", str(submissions), "--out", str(out)]
    environment = os.environ | {"TMPDIR": str(temporary)}
    own = psutil.Process()
    before = set(own.children(recursive=True))
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what the grader leaves behind becomes our child
    try:
        done = subprocess.run(
            [*command, "--workers", "2", "--isolation", level],
            cwd=corpus.ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        left = _left(own, before) + [path.name for path in temporary.glob("course-grading-*")]
    finally:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = {}
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            name = re.sub(r"^'(?=[=+@-])", "", row["submission"])  # a spreadsheet must not run it
            rows.setdefault(name, {})[row["question"]] = row
    return Graded(rows, done.stdout + done.stderr, out, left)


def _left(own, before):
    """What is still there some seconds after the grader has ended; not what Python itself ends last, its trackers."""
    for _ in range(20):
        found = [process for process in own.children(recursive=True) if process not in before]
        found = [p for p in found if p.status() != psutil.STATUS_ZOMBIE or not p.name().startswith("python")]
        if not found:
            return []
        time.sleep(0.5)
    names = [f"{process.name()} ({process.status()})" for process in found]
    for process in found:
        process.kill()
    psutil.wait_procs(found, timeout=5)
    return names


@pytest.fixture(scope="session")
def graded(tmp_path_factory):
    """The whole corpus, graded once."""
    return _graded(RUN, tmp_path_factory.mktemp("corpus"), corpus.LEVEL)


@pytest.fixture(scope="session", params=["rlimit", "none"])
def graded_without(request, tmp_path_factory):
    """A part of the corpus that harms nobody, graded at a level that promises less."""
    if not host.available(request.param):
        pytest.skip(host._why_not(request.param))
    return _graded(SAMPLE, tmp_path_factory.mktemp("sample"), request.param)


def _wrong(case, rows):
    """What of a case was not graded as it deserves, a line each."""
    if case.name not in rows:
        return [f"{case.name}: lost"]
    got = {question: corpus.outcome(row) for question, row in rows[case.name].items()}
    wrong = []
    for title, deserved in case.tricks.items():
        for question, fair in deserved.items():
            outcome = got.get(question, f"no row, but {got}")
            if outcome not in fair:
                status = rows[case.name].get(question, {}).get("status", "")
                wrong.append(f"{title}: {question} got {outcome} ({status}), deserves {' or '.join(sorted(fair))}")
    return wrong


def _seconds(case, rows):
    return max((float(row["seconds"]) for row in rows.get(case.name, {}).values()), default=0.0)


def test_the_table(graded, capsys):
    """Cases, wrong grades, hangs, what was left behind."""
    table, total = [], [0] * 5
    for category in dict.fromkeys(case.category for case in RUN):
        cases = [case for case in RUN if case.category == category]
        wrong = sum(len(_wrong(case, graded.rows)) for case in cases)
        hung = sum(_seconds(case, graded.rows) > MOST_SECONDS for case in cases)
        tricks = sum(len(case.tricks) for case in cases)
        questions = sum(len(graded.rows.get(case.name, ())) for case in cases)
        row = [len(cases), tricks, questions, wrong, hung]
        table.append((category, *row))
        total = [a + b for a, b in zip(total, row)]
    with capsys.disabled():
        print(f"\n{'':12}{'submissions':>12}{'cases':>8}{'questions':>11}{'wrong':>7}{'hung':>6}{'left behind':>13}")
        for category, submissions, tricks, questions, wrong, hung in table:
            print(f"{category:12}{submissions:12}{tricks:8}{questions:11}{wrong:7}{hung:6}")
        print(f"{'all':12}{total[0]:12}{total[1]:8}{total[2]:11}{total[3]:7}{total[4]:6}{len(graded.left):13}")
        skipped = len(CASES) - len(RUN)
        if skipped:
            print(f"There is no bubblewrap here: {skipped} hostile submissions were not run.")
    assert graded.left == []
    assert total[1] >= 90
    assert total[3:] == [0, 0]


@pytest.mark.parametrize("case", CASES, ids=[case.file for case in CASES])
def test_each_question_gets_what_it_deserves(case, request):
    if case not in RUN:
        pytest.skip(corpus.NO_BWRAP)
    assert _wrong(case, request.getfixturevalue("graded").rows) == []


def test_every_submission_has_a_result_and_no_other_has_one(graded):
    assert sorted(graded.rows) == sorted(case.name for case in RUN)


def test_what_students_write_is_shown_to_people_as_text(graded):
    pages = list(graded.folder.rglob("*.html"))
    assert len(pages) > len(RUN) / 2
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_no_cell_of_a_table_is_a_formula(graded):
    for path in graded.folder.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                assert not [entry for entry in row if re.match(r"[=+@\t\r]|-\D", entry)]


def test_all_files_stay_in_the_folder_of_the_run(graded):
    assert {path.name for path in graded.folder.parent.iterdir()} == {"submissions", "out", "tmp"}
    assert not [path for path in graded.folder.rglob("*") if path.is_symlink()]


def test_without_bubblewrap_honest_and_faulty_answers_get_the_same(graded_without):
    wrong = [line for case in SAMPLE for line in _wrong(case, graded_without.rows)]
    assert wrong == []
    assert graded_without.left == []
    (level,) = {row["isolation"] for rows in graded_without.rows.values() for row in rows.values()}
    assert f"Isolation {level}" in graded_without.printed
