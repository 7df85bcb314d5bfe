"""A grading run: submissions in, results out. `work` grades one, on any `concurrent.futures.Executor`."""

import concurrent.futures
import contextlib
import errno
import functools
import hashlib
import itertools
import json
import os
import pickle
import re
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from course_utils import _files, _workers, checks
from course_utils.checks.verdict import OPEN, REVIEW, RIGHT, WRONG, Verdict, review
from course_utils.grading import answers, decisions, exam, judge, report, submissions, validate
from course_utils.grading import plan as plans
from course_utils.grading.results import IN_WORDS, who
from course_utils.grading.sandbox import host

FULL = (errno.ENOSPC, errno.EDQUOT)
MOST_MEMORY = 2 * 2**30  # bytes that reading, planning and hearing a submission may take
TOGETHER = 24  # submissions at most that are judged in one notebook
OURS = re.compile(r"course-grading-([1-9]\d{0,8})-\w+")  # a temporary folder, with its process in the name
WAITING = 64  # batches at most that are given to the workers at a time
STOPPED = 20  # seconds after which a worker that was stopped is given up
PREPARING = 600  # seconds in which all exams must be made
SEEDS = 3  # that are tried before the grader says that a reference solution fails


class Job(NamedTuple):
    """All that one machine needs to grade a submission: data only, to be sent anywhere."""

    submission: submissions.Submission
    isolation: str
    exercises: dict  # {number: plans.Released}
    exams: dict  # {number: (digest, a pickled exam.Exam, what the judge prints of the reference)}
    asked: str | None  # the exercise it must be, if that was said


def work(jobs):
    """Grade submissions, and judge them together; return the result of each as JSON data.

    {"submission", "student", "exercise", "isolation", "seconds", "code": {question: what the student wrote}, "rows":
    [{"question", "points", "max_points", "verdict"}]}: the verdict is the data of a `Verdict`. A submission that cannot
    be read has one row, without a question.
    """
    results, seated = [], []
    with validate.Sitting() as sitting:
        for job in jobs:
            start = time.monotonic()
            result = _begun(job)
            results.append(result)
            with _contained(job, result), _bounded():
                notebook = submissions.read(job.submission)
                number = plans.which(notebook.cells, job.exercises)
                if number is None:
                    raise submissions.Broken("it belongs to none of the exercises: nothing in it says which")
                if number != job.asked and job.asked and not plans.votes(notebook.cells, job.exercises)[job.asked]:
                    raise submissions.Broken(f"it belongs to exercise {number}: nothing in it is of {job.asked}")
                result["exercise"] = number = job.asked or number
                result["code"] = answers.of(notebook.cells, job.exercises[number])
                digest, raw, printed = job.exams[number]
                if printed is None:
                    raise RuntimeError(f"the reference solution of exercise {number} does not pass its own checks")
                asked = _loaded(digest, raw)
                record, plan = _recorded(plans.plan(notebook.cells, asked.released), notebook, asked, job.isolation,
                                         start + host.MOST_SECONDS)  # fmt: skip
                sitting.add(digest, raw, record, printed)
                seated.append((job, result, notebook, plan))
            result["seconds"] = round(time.monotonic() - start, 2)
        told = _told(sitting, seated)
    for (job, result, _, _), verdicts in zip(seated, told, strict=True):
        with _contained(job, result):
            result["rows"] = _rows(job, result["exercise"], verdicts())
    _once_more(seated)
    for job, result, _, _ in seated:
        _add_words(job, result)
    return results


@contextlib.contextmanager
def _bounded():
    """Let this process take no more than MOST_MEMORY bytes of addresses beside what it has, where the system tells."""
    try:
        import resource

        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        yield
        return
    before, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = now + MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit if most < 0 else min(limit, most), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))


def _told(sitting, seated):
    """For each seated submission a function that returns what the judge told of it, or raises why it told nothing."""
    try:
        return [functools.partial(dict, told) for told in sitting.verdicts()]
    except RuntimeError as error:
        return [functools.partial(_raise, error)] * len(seated)


def _raise(error):
    raise error


def _once_more(seated):
    """Give full points to what failed and is right with right answers to the earlier questions that it builds on.

    One slip costs one question. The rows of `seated`, (job, result, notebook, plan), are changed in place.
    """
    with validate.Sitting() as sitting:
        looked = []
        for job, result, notebook, plan in seated:
            start = time.monotonic()
            asked = _loaded(*job.exams[result["exercise"]][:2])
            marks = {row["question"]: row["verdict"]["mark"] for row in result["rows"]}
            failed = [question for question, mark in marks.items() if mark in (WRONG, REVIEW)]
            right = [question for question, mark in marks.items() if mark == RIGHT]
            again = plans.once_more(plan, asked.released, right, failed)
            left = host.MOST_SECONDS - result["seconds"]
            if again is None:
                continue
            with _contained_once_more(result, again), _bounded():
                record, _ = _recorded(again, notebook, asked, job.isolation, start + left)
                digest, raw, printed = job.exams[result["exercise"]]
                sitting.add(digest, raw, record, {question: printed[question] for question in record})
                looked.append((job, result, again))
            result["seconds"] = round(result["seconds"] + time.monotonic() - start, 2)
        if looked:
            for (job, result, again), verdicts in zip(looked, _told(sitting, looked), strict=True):
                with _contained_once_more(result, again):
                    _carry(result, again, _rows(job, result["exercise"], verdicts()))


@contextlib.contextmanager
def _contained_once_more(result, again):
    """What goes wrong with a second look leaves in doubt what the first found wrong."""
    try:
        yield
    except Exception as error:
        _doubt(result, again.asked, f"the grader failed: {type(error).__name__}")


def _carry(result, again, rows):
    """Change the rows of a result by those of the second look."""
    marks, carried = {row["question"]: row["verdict"]["mark"] for row in rows}, set()
    for i, row in enumerate(rows):
        question = row["question"]
        if question in again.asked and marks[question] == RIGHT:
            names = [e for e in again.builds_on[question] if e not in carried]
            result["rows"][i] = {**row, "carried": names}
            carried.add(question)
    doubtful = [question for question in again.asked if marks[question] == REVIEW]
    _doubt(result, doubtful, "with right answers to those it cannot be told, either")


def _doubt(result, questions, why):
    """A person must look at what of these was found wrong."""
    for i, row in enumerate(result["rows"]):
        if row["question"] in questions and row["verdict"]["mark"] == WRONG:
            needs = "it builds on answers that are not right, and"
            result["rows"][i] = _row(review(row["question"], f"{needs} {why}"), row["max_points"])


def _begun(job):
    """The result of a job of which nothing is known yet."""
    name, student = job.submission.name, job.submission.student
    return {"submission": name, "student": student, "exercise": job.asked or "", "isolation": job.isolation}


@contextlib.contextmanager
def _contained(job, result):
    """What goes wrong with a submission is its own: a person must look, and the others go on."""
    try:
        yield
    except submissions.Broken as broken:
        result["rows"] = _all(job, result["exercise"], str(broken))
    except OSError as error:
        if error.errno in FULL:
            raise  # no fault of the submission's: the run stops, and goes on when there is room
        result["rows"] = _all(job, result["exercise"], f"the grader failed: {error}")
    except Exception as error:  # the grader's own fault
        result["rows"] = _all(job, result["exercise"], f"the grader failed: {type(error).__name__}: {error}")


def _rows(job, number, told):
    """The rows of a submission of which the judge told that, {question: (whether nbval passes it, what it printed)}."""
    digest, raw, _ = job.exams[number]
    rows = []
    for question, most in _loaded(digest, raw).points.items():
        passed, text = told.get(question, (False, ""))
        try:
            verdict = Verdict.of(json.loads(text))
        except ValueError:
            verdict = review(question, "the judge did not survive it")
        if passed != (verdict.mark == RIGHT):  # only the reference's own text passes
            verdict = review(question, "nbval and the judge do not agree on it")
        rows.append(_row(verdict, most))
    return rows


def _add_words(job, result):
    """Add rows for the questions that are answered in words, where there are none: a person reads what is there."""
    there = {row["question"] for row in result["rows"]}
    for question, asked in job.exercises[result["exercise"]].written.items():
        if question not in there:
            verdict = review(question, IN_WORDS) if question in result["code"] else Verdict(question, OPEN)
            result["rows"].append(_row(verdict, asked.points))


def _row(verdict, most):
    """The row of a result for one question, of so many points."""
    return {
        "question": verdict.question,
        "points": most if verdict.mark == RIGHT else 0,
        "max_points": most,
        "verdict": verdict.data(),
        "carried": [],  # the earlier questions with right answers to which alone it is right: see `_once_more`
    }


def _all(job, number, reason):
    """Rows that say of every question, or of the exercise if it is not known, why a person must look."""
    if number not in job.exams:
        return [_row(review("", reason), "")]
    points = dict(_loaded(*job.exams[number][:2]).points)
    points |= {question: asked.points for question, asked in job.exercises[number].written.items()}
    return [_row(review(question, reason), most) for question, most in points.items()]


def recorded(notebook, asked, isolation):
    """Run the cells of a `submissions.Notebook`, and return what came of it: the record that `judge.Judge` reads."""
    return _recorded(plans.plan(notebook.cells, asked.released), notebook, asked, isolation)[0]


def _recorded(plan, notebook, asked, isolation, deadline=None):
    """Run a plan; return the record of it, and the plan without what ended Python."""
    found = host.run(exam.steps(asked, plan), isolation, deadline)
    for fact in found.values():
        if notebook.python > sys.version_info[:2] and str(fact.get("error", "")).startswith("SyntaxError"):
            version = ".".join(map(str, notebook.python))
            fact |= {"error": f"its Python is {version}: {fact['error']}", "lacks": 1}
    record = {}
    shaken = [fact.get("ended") or fact.get("error") for i, fact in sorted(found.items()) if "code" in plan.steps[i]
              and (fact.get("lacks") or "ended" in fact)]  # fmt: skip
    for question in plan.asked:
        looks = [(found[i], step["again"]) for i, step in enumerate(plan.steps) if step.get("check") == question]
        places = [{**fact, "again": bool(again)} for fact, again in looks if not (again and "settled" in fact)]
        cells_of_it = [i for i, step in enumerate(plan.steps) if "code" in step and question in plan.origins[i]]
        trouble = [found[i] for i in cells_of_it if i in found]
        record[question] = {
            "places": places,
            "untouched": question in plan.untouched,
            "trouble": trouble[-1] if trouble else {},
            "odd": plan.odd.get(question, ""),
            "shaken": str(shaken[0]) if shaken else "",
            "content": question in plan.content,
        }
    stays = [i for i, step in enumerate(plan.steps) if not ("code" in step and "ended" in found.get(i, ()))]
    return record, plan._replace(steps=[plan.steps[i] for i in stays], origins=[plan.origins[i] for i in stays])


@functools.lru_cache(maxsize=16)
def _loaded(digest, raw):
    """An exam; kept, for the next submission has the same."""
    return pickle.loads(raw)


def run(root, paths, out, *, asked=None, seed=None, workers=None, isolation="auto", client=None, resume=False,
        private=(), again=None):  # fmt: skip
    """Grade all submissions in the paths and write grades, feedback and report to the folder `out`; return the results.

    asked: the number of the exercise, if all submissions answer the same
    client: a Dask client whose workers are to do it; by default processes here
    resume: go on with a run that stopped in `out`
    private: ((file name, source), ...) of an instructor's own checks
    again: a question that is graded anew in the run that ended in `out`; nothing else changes there

    ValueError if something is not as it must be; OSError if `out` cannot be written.
    """
    out = Path(out)
    found = submissions.find(paths)
    exercises = exam.exercises(root)
    if asked is not None and asked not in exercises:
        raise ValueError(f"there is no exercise {asked}: choose from {', '.join(exercises)}.")
    exam.private_questions(tuple(private))  # what is wrong with them is said before the work
    if again is not None and again not in checks.QUESTIONS:
        raise ValueError(f"there is no question {again} to grade again: choose from {', '.join(checks.QUESTIONS)}.")
    settings = _settings(out, resume or again, seed, host.level(isolation), asked, private, again)
    results, left = _done(out, found)
    _completed(
        out, found, list(results.values()), exercises
    )  # what is wrong with decisions is said before the work, too
    if again:
        if left:
            raise ValueError(f"{left[0].name} has no result in {out} yet: finish that run by --resume first.")
        asked = again.split(".")[0]
        left = [submission for submission in found if results[submission.name]["exercise"] == asked]
    numbers = {asked} if asked else {_number(submission, exercises) for submission in left} - {None}
    bar = {"unit": "submission", "total": len(found), "initial": len(found) - len(left), "disable": None}
    workers = workers or _workers.cores()
    with tqdm(desc="Preparing", **bar) as progress, _executors(client, workers) as start:
        prepare = functools.partial(prepared, root, settings["seed"], private, settings["isolation"])
        try:
            # Here, for Dask's machines need not have the course's repository.
            exams = _in_time((lambda: _workers.processes(workers)) if client else start, prepare, sorted(numbers))
        except ValueError:  # private checks that ask for what the exercise does not, or that never end
            if not (resume or again):
                (out / "run.json").unlink()
                out.rmdir()
            raise
        _write(out / "run.json", json.dumps(settings))
        progress.set_description("Grading")
        jobs = [Job(submission, settings["isolation"], exercises, exams, asked) for submission in left]
        for job, result in _each(start, _together(jobs, workers), client is not None):
            if again:
                result = _renewed(results[job.submission.name], result, again)
            results[job.submission.name] = result
            _write(out / "results" / f"{submissions.key(job.submission)}.json", json.dumps(result, ensure_ascii=False))
            progress.update()
    complete, sheet = _completed(out, found, [results[submission.name] for submission in found], exercises)
    _write(out / decisions.NAME, decisions.written(sheet, complete))
    for name, text in report.files(complete, exercises):
        _write(out / name, text)
    return complete


def _renewed(old, new, question):
    """A result with a new row for one question."""
    rows = {row["question"]: row for row in new["rows"]}
    return {**old, "rows": [rows[question] if row["question"] == question else row for row in old["rows"]]}


def _completed(out, found, results, exercises):
    """The results with what people have decided on them, and the `decisions.Sheet` in which they did; ValueError."""
    results = [dict(result) for result in results]
    _mark_twice(results)
    sheet = decisions.read(out / decisions.NAME)
    people = {each.name: who({"submission": each.name, "student": each.student}) for each in found}
    most = {id: question.points for id, question in checks.QUESTIONS.items()}
    most |= {id: asked.points for released in exercises.values() for id, asked in released.written.items()}
    lines = decisions.typed(sheet, people, most, {each["submission"]: each["exercise"] for each in results})
    return decisions.applied(results, lines), sheet


def _mark_twice(results):
    """Note of each result whether its student handed in another notebook to its exercise, as far as is known."""
    theirs = {}
    for result in results:
        if result["student"]:
            theirs.setdefault(tuple(result["student"].items()), []).append(result["exercise"])
    for result in results:
        exercises = theirs.get(tuple(result["student"].items()), [])
        rivals = [other for other in exercises if "" in (other, result["exercise"]) or other == result["exercise"]]
        result["twice"] = len(rivals) > 1


def _number(submission, exercises):
    """The exercise that a submission answers; None if that cannot be told."""
    try:
        return plans.which(submissions.read(submission).cells, exercises)
    except Exception:  # `work` meets the same again, and says it of this submission; the others are graded
        return None


def _settings(out, resume, seed, isolation, asked, private, again=None):
    """What a run was begun with: for one that is resumed, what is kept in its folder."""
    digest = hashlib.sha256(repr(list(private)).encode()).hexdigest()
    seed_of_it = secrets.randbits(32) if seed is None else seed
    new = {"seed": seed_of_it, "isolation": isolation, "exercise": asked, "checks": digest}
    path = out / "run.json"
    if not resume:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise ValueError(f"{out} is there already: go on with that run by --resume, or name another with --out.")
        _write(path, json.dumps(new))
        if os.name == "posix":
            out.chmod(0o700)  # the seed is in it, and what people got
        return new
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"there is no run to resume in {out}.") from None
    except ValueError:
        old = None
    if not isinstance(old, dict) or old.keys() != new.keys():
        raise ValueError(
            f"{path} is of another version of the course: go on with that version, or grade anew into another --out."
        )
    if seed not in (None, old["seed"]):
        raise ValueError(f"the run in {out} has another seed: leave --seed out to resume it.")
    kept = ("isolation",) if again else ("isolation", "exercise", "checks")  # a check may have been mended
    if any(old.get(name) != new[name] for name in kept):
        raise ValueError(f"the run in {out} was begun with another isolation, exercise or checks: give the same again.")
    return old | {"checks": digest}


def _done(out, found):
    """The results that an earlier run left, by name, and the submissions that have none."""
    results, left = {}, []
    for submission in found:
        path = out / "results" / f"{submissions.key(submission)}.json"
        try:
            results[submission.name] = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            left.append(submission)
    return results, left


def _write(path, text):
    """Write a file of the run, whole or not at all; OSError with a sentence."""
    try:
        _files.write(text, path)
    except OSError as error:
        raise OSError(f"{path} cannot be written ({error.strerror}): nothing is lost, go on with --resume.") from None


def _in_time(start, prepare, numbers, again=True):
    """{number of an exercise: its exam}; ValueError if one takes too long: inputs drawn until they fit may never do."""
    executor = start()
    futures = {number: executor.submit(prepare, number) for number in numbers}
    done, late = concurrent.futures.wait(futures.values(), PREPARING, concurrent.futures.FIRST_EXCEPTION)
    try:
        for future in done:
            future.result()  # its error is more than that others are late
    except concurrent.futures.BrokenExecutor:  # somebody else ended it
        if again:
            return _in_time(start, prepare, numbers, again=False)
        raise
    if late:
        numbers = " and ".join(number for number, future in futures.items() if future in late)
        executor.shutdown(kill_workers=True)
        raise ValueError(
            f"the inputs of exercise {numbers} were not ready after {PREPARING} s: try another --seed, and if you gave "
            "checks of your own look there for a loop that never ends."
        )
    return {number: future.result() for number, future in futures.items()}


@contextlib.contextmanager
def _executors(client, workers):
    """A function that gives where submissions are graded, also if the last one broke: Dask, or processes here."""
    if client is not None:
        yield lambda: client.get_executor(pure=False)
        return
    executors = []

    def start():
        executors.append(_workers.processes(workers))
        return executors[-1]

    try:
        with _watching():
            yield start
        for executor in executors[-1:]:
            executor.shutdown()
    except BaseException:
        for executor in executors[-1:]:  # none, if the first could not be made: it is that error that counts
            executor.shutdown(kill_workers=True)
        raise
    finally:
        _sweep_up()


def _together(jobs, workers):
    """Yield lists of jobs that share a kernel, as many for each worker, of the same length."""
    lists = workers * -(-len(jobs) // (workers * TOGETHER))
    for n in range(min(lists, len(jobs))):
        yield jobs[n::lists]


@contextlib.contextmanager
def _watching():
    """End those processes of ours that stand still for STOPPED seconds, so that others go on; where /proc tells."""
    over = threading.Event()

    def watch():
        stopped = {}  # since when
        while not over.wait(STOPPED / 5):
            now = time.monotonic()
            stopped = {number: stopped.get(number, now) for number in host.children() if _stands_still(number)}
            for number, since in stopped.items():
                if now - since > STOPPED:
                    with contextlib.suppress(OSError):
                        os.kill(number, signal.SIGKILL)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _stands_still(number):
    """Whether a process has been stopped by a signal."""
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] in ("T", "t")
    return False


def _each(start, batches, sent=False):
    """Yield each job with its result, as the batches end; start(): an executor; sent: whether files must go along.

    Where a worker process does not survive a batch, its submissions are graded once more, each alone, and the one that
    ends its process again is for a person.
    """
    executor, lost, futures, batches = start(), [], {}, iter(batches)
    try:
        while True:
            # Not all at once: what is sent is kept in memory until it has been graded.
            for jobs in itertools.islice(batches, WAITING - len(futures)):
                try:
                    futures[executor.submit(work, _packed(jobs) if sent else jobs)] = jobs
                except concurrent.futures.BrokenExecutor:  # by what it does already
                    lost += jobs
            if not futures:
                break
            done, _ = concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                jobs = futures.pop(future)
                try:
                    results = future.result()
                except concurrent.futures.BrokenExecutor:
                    lost += jobs
                    executor = start()
                    continue
                yield from zip(jobs, results, strict=True)
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    for job in lost:
        try:
            (result,) = start().submit(work, _packed([job]) if sent else [job]).result()
        except concurrent.futures.BrokenExecutor:
            result = _begun(job)
            result |= {
                "seconds": 0.0,
                "rows": _all(job, result["exercise"], "the grader's own process did not survive it"),
            }
        yield job, result


def _packed(jobs):
    """The same jobs, with the files in them: other machines do not have ours."""
    packed = []
    for job in jobs:
        submission = job.submission
        with contextlib.suppress(submissions.Broken):  # `work` says why
            submission = submission._replace(data=submissions.content(submission))
        packed.append(job._replace(submission=submission))
    return packed


def _sweep_up():
    """Remove the temporary folders of the grader's processes that were killed before they could, and no others."""
    if os.name != "posix":
        return  # elsewhere one cannot ask for a process without hurting it
    for path in Path(tempfile.gettempdir()).glob("course-grading-*"):
        if made := OURS.fullmatch(path.name):
            try:
                os.kill(int(made[1]), 0)
            except ProcessLookupError:
                shutil.rmtree(path, ignore_errors=True)
            except PermissionError:
                pass  # it lives, and is somebody else's


def prepared(root, seed, private, isolation, number):
    """Return of an exercise (digest, pickled exam, what the judge prints of the reference, by question).

    The reference solution goes the same way as every submission. Where it fails on the inputs of a seed, these are
    refused; where it fails on those of several, nothing is printed, and every submission needs review.
    """
    for attempt in range(SEEDS):
        asked = exam.make(root, number, seed + attempt, private)
        raw = pickle.dumps(asked)
        solution = [submissions.Cell("code", "", {}, source) for source in asked.solution]
        record = recorded(submissions.Notebook(solution), asked, isolation)
        printed = {question: judge.said(asked, question, record) for question in record}
        if all(Verdict.of(json.loads(text)).mark == RIGHT for text in printed.values()):
            return hashlib.sha256(raw).hexdigest(), raw, printed
    return hashlib.sha256(raw).hexdigest(), raw, None
