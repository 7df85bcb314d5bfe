"""Many submissions are judged in one notebook, and one that upsets the judge, or ends its kernel, costs only itself."""

import concurrent.futures.process
import json
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from course_utils.grading import judge, run, submissions, validate
from course_utils.grading.sandbox import host

ROOT = Path(__file__).parents[2]
LEVEL = next(level for level in ("bwrap", "rlimit", "none") if host.available(level))


@pytest.fixture(scope="module")
def paper():
    """(digest, exam, record of the reference, what is printed of it) of exercise 2."""
    digest, raw, printed = run.prepared(ROOT, 7, (), LEVEL, "2")
    exam = pickle.loads(raw)
    solution = [submissions.Cell("code", "", {}, source) for source in exam.solution]
    return digest, raw, run.recorded(submissions.Notebook(solution), exam, LEVEL), printed


class Fatal:
    """Ends the Python that loads it."""

    def __reduce__(self):
        return os._exit, (3,)


def passed(told):
    return [ok for ok, _ in told.values()]


def test_each_submission_is_compared_with_the_reference(paper):
    digest, raw, record, printed = paper
    wrong = {**record, "2.1": {**record["2.1"], "places": [{"check": "2.1", "missing": 1}]}}
    with validate.Sitting() as sitting:
        for each in (record, wrong, record):
            sitting.add(digest, raw, each, printed)
        first, second, third = sitting.verdicts()
    assert first == third and passed(first) == [True] * 5
    assert passed(second) == [False, True, True, True, True]
    assert {question: text for question, (_, text) in first.items()} == printed
    assert "first_moves" in second["2.1"][1] or "2.1" in second["2.1"][1]
    assert not sitting.folder.exists()


@pytest.mark.parametrize("places", [(1,), (0, 1)])
def test_a_kernel_that_ends_costs_only_the_submission_that_ended_it(paper, places, monkeypatch):
    monkeypatch.setattr(validate, "MOST_SECONDS", 3)  # nbval waits twice as long for a kernel that has ended
    digest, raw, record, printed = paper
    with validate.Sitting() as sitting:
        for n in range(2):
            bad = ("fatal", pickle.dumps(Fatal())) if n in places else (digest, raw)
            sitting.add(*bad, record, printed)
        told = sitting.verdicts()
    assert [len(each) for each in told] == [0 if n in places else 5 for n in range(2)]
    assert all(ok for each in told for ok in passed(each))


class Still:
    """Stops the Python that loads it."""

    def __reduce__(self):
        return eval, ("__import__('os').kill(__import__('os').getpid(), 19)",)


@pytest.mark.skipif(sys.platform != "linux", reason="19 is Linux's number of SIGSTOP")
def test_a_kernel_that_stands_still_is_given_up_and_gone(paper, monkeypatch):
    monkeypatch.setattr(validate, "MOST_SECONDS", 4)
    monkeypatch.setattr(validate, "START_SECONDS", 20)
    digest, raw, record, printed = paper
    with validate.Sitting() as sitting:
        sitting.add("still", pickle.dumps(Still()), record, printed)
        sitting.add(digest, raw, record, printed)
        start = time.monotonic()
        told = sitting.verdicts()
    assert [len(each) for each in told] == [0, 5] and time.monotonic() - start < 150
    assert not [p for p in psutil.Process().children(recursive=True) if p.status() == psutil.STATUS_STOPPED]


def test_a_record_that_the_judge_cannot_read_costs_only_itself(paper):
    digest, raw, record, printed = paper
    with validate.Sitting() as sitting:
        for _ in range(3):
            sitting.add(digest, raw, record, printed)
        (sitting.folder / "1.json").write_text("[" * 100_000)
        told = sitting.verdicts()
    assert [len(each) for each in told] == [5, 0, 5]


def test_where_no_kernel_starts_it_is_the_graders_fault(paper, monkeypatch):
    monkeypatch.setattr(validate, "TRIES", 2)
    monkeypatch.setattr(validate.Sitting, "_environment", lambda self: {"PATH": "/nowhere", "PYTHONHOME": "/nowhere"})
    with validate.Sitting() as sitting, pytest.raises(RuntimeError, match="nbval does not start a kernel here"):
        sitting.add(*paper)
        sitting.verdicts()


def test_what_is_printed_of_an_answer_says_what_the_judge_found(paper):
    _, raw, record, printed = paper
    assert judge.said(pickle.loads(raw), "2.1", record) == printed["2.1"]


def test_batches_are_of_one_length_and_lose_nothing():
    for many in (0, 1, 5, 47, 300):
        lists = list(run._together(list(range(many)), 2))
        assert sorted(n for each in lists for n in each) == list(range(many))
        assert all(1 <= len(each) <= run.TOGETHER for each in lists)
        assert not lists or max(map(len, lists)) - min(map(len, lists)) <= 1


def test_a_worker_that_ends_costs_only_the_submission_that_ended_it():
    """The others of its batch, and of other workers' that went down with it, are graded once more, each alone."""
    tried = []

    class Executor:
        def submit(self, work, jobs):
            future, names = concurrent.futures.Future(), [job.submission.name for job in jobs]
            tried.append(names)
            if "bad" in names:
                future.set_exception(concurrent.futures.process.BrokenProcessPool("it ended"))
            else:
                future.set_result([{"submission": name} for name in names])
            return future

    jobs = [run.Job(submissions.Submission(name, b""), "none", {}, {}, None) for name in ("a", "bad", "b", "c")]
    told = {job.submission.name: result for job, result in run._each(Executor, [jobs[:3], jobs[3:]])}
    assert tried == [["a", "bad", "b"], ["c"], ["a"], ["bad"], ["b"]]
    assert {name for name, result in told.items() if "rows" not in result} == {"a", "b", "c"}
    (row,) = told["bad"]["rows"]
    assert row["verdict"]["mark"] == "review" and "did not survive it" in str(row["verdict"])


def test_arguments_in_another_order_are_called_so_where_the_errors_alone_say_little(paper):
    _, raw, record, _ = paper
    exam = pickle.loads(raw)
    for changed, mistake in ((["lr", "widths"], "swapped-arguments"), (["a", "b"], None)):
        (place,) = [place for place in record["2.4"]["places"] if "calls" in place][:1]
        failed = {"raised": "TypeError", "text": "'float' object is not iterable", "stub": False, "lacks": 0}
        calls = [[failed for _ in trial] for trial in place["calls"]]
        told = {**record["2.4"], "places": [{**place, "calls": calls, "takes": changed}]}
        verdict = judge.judged(exam, "2.4", **told)
        assert (verdict.mark, verdict.mistake and verdict.mistake.id) == ("wrong", mistake)


@pytest.mark.parametrize(("outcome", "mark"), [("raised", "review"), ("late", "review"), ("value", "wrong")])
def test_an_answer_that_fails_here_and_was_solved_where_it_was_saved_is_a_doubt(paper, outcome, mark):
    _, raw, record, _ = paper
    (place,) = [place for place in record["2.1"]["places"] if "calls" in place][:1]
    outcomes = {
        "raised": {"raised": "AttributeError", "text": "no such name", "stub": False, "lacks": 0},
        "value": {"value": {"none": 0}, "after": {}, "seen": {}},
    }
    calls = [[outcomes.get(outcome) for _ in trial] for trial in place["calls"]]
    place = {"check": "2.1", "again": False, **({"late": 1, "waited": 0} if outcome == "late" else {"calls": calls})}
    told = {**record["2.1"], "places": [place]}
    assert judge.judged(pickle.loads(raw), "2.1", **told).mark == "wrong"
    verdict = judge.judged(pickle.loads(raw), "2.1", **{**told, "content": True})
    assert verdict.mark == mark


SLOW = """
import json, pathlib, sys, time
from course_utils.grading import judge
folder = pathlib.Path(sys.argv[1])
judge.MOST_SECONDS = 0.5
def slow(exam, question, record):
    end = time.monotonic() + record[question]
    while time.monotonic() < end:
        pass
    return json.dumps({"mark": "right"})
judge.said = slow
(folder / "1.json").write_text(json.dumps({"2.1": 0, "2.2": 60, "2.3": 60, "2.4": 0}))
(folder / "2.json").write_text(json.dumps({"2.1": 0}))
say = judge.Judge(folder)
say.exam = lambda digest: None
for n, question in enumerate(("2.1", "2.2", "2.3")):
    say(n, 1, "", question)
say(4, 2, "", "2.1")
"""


@pytest.mark.skipif(os.name != "posix", reason="there are no alarm signals")
def test_what_the_judge_needs_for_a_submission_is_bounded_in_all(tmp_path):
    command = [sys.executable, "-c", SLOW, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=30).stdout.splitlines()
    assert [json.loads(line)["mark"] for line in said] == ["right", "review", "review", "right"]
