"""The judge: the verdicts on a submission's answers, from data alone.

It runs in a kernel of the grader's own, where no code of a submission ever runs; nbval compares what it prints with
what it prints of the reference solution on the same inputs (see `validate`).
"""

import contextlib
import functools
import json
import os
import pickle
import re
import time
from dataclasses import replace
from pathlib import Path

from threadpoolctl import threadpool_limits

from course_utils import checks
from course_utils.checks import card, core
from course_utils.checks.values import Call, NoValue
from course_utils.checks.verdict import OPEN, RIGHT, WRONG, Fact, Verdict, line, review, shortened
from course_utils.grading import exam as exams
from course_utils.grading.sandbox.wire import decoded, digest

MOST_MEMORY = 4 * 2**30  # bytes of addresses
MOST_SECONDS = 60  # for all questions of a submission, and once more for its second look
CELL = re.compile(r"<ipython-input-[\w-]+>")  # how IPython calls the file that a cell is in


class Lacking(Exception):
    """An answer failed for want of something that is there elsewhere."""


class Judge:
    """Prints the verdict on an answer, as JSON: `say = Judge(folder)`, then `say(1, 0, digest, "2.1")`.

    The folder holds <digest>.exam, a pickled `exam.Exam`, and for each submission <number>.json: {question: {"places":
    what the sandbox said of the answer after each cell that defines it, and "again" further down, "untouched": whether
    no code is there, "trouble": what went wrong in its cells or {}, "odd": why a person must look or ""}}. What is
    printed goes into said.jsonl, too: [number of the cell, text] a line.
    """

    def __init__(self, folder):
        threadpool_limits(1, user_api="blas")  # the other cores are busy with other submissions
        if os.name == "posix":
            import resource

            _, most = resource.getrlimit(resource.RLIMIT_AS)
            with contextlib.suppress(OSError, ValueError):  # macOS refuses some
                resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY if most < 0 else min(MOST_MEMORY, most), most))
        self.folder = Path(folder)
        self.exam = functools.lru_cache(maxsize=4)(self._exam)
        self.record = functools.lru_cache(maxsize=1)(self._record)
        self.left = {}  # {number of a submission: seconds}

    def __call__(self, cell, number, digest, question):
        """Print it."""
        began, left = time.monotonic(), self.left.setdefault(number, MOST_SECONDS)
        try:
            with core.limited(max(left, 0.001)):
                text = said(self.exam(digest), question, self.record(number))
        except core.TimeUp:
            text = json.dumps(review(question, "the judge needed too long for this submission").data())
        self.left[number] -= time.monotonic() - began
        with open(self.folder / "said.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps([cell, text]) + "\n")
        print(text)

    def _exam(self, digest):
        return pickle.loads((self.folder / f"{digest}.exam").read_bytes())

    def _record(self, number):
        return json.loads((self.folder / f"{number}.json").read_text(encoding="utf-8"))


def said(exam, question, record):
    """Return what is printed of an answer: its verdict as JSON, on one line."""
    return json.dumps(judged(exam, question, **record[question]).data())


def judged(exam, question, places, untouched, trouble, odd, shaken="", content=False):
    """Return the `Verdict` on an answer.

    shaken: what of the notebook did not run as it may elsewhere, or ""
    content: whether its check was content with it elsewhere, as the notebook's outputs say
    """
    verdict = _judged(exam, question, places, untouched, trouble, odd)
    fact = verdict.fact.kind if verdict.fact else ""
    fails = verdict.mark == WRONG and fact in ("raised", "cell failed", "no function", "not a function")
    if shaken and fails:
        return review(question, f"it may need a cell that did not run here ({_short(shaken)}): {line(verdict)}")
    if content and (fails or fact == "late"):
        return review(question, f"its check was content where the notebook was saved, and here: {line(verdict)}")
    return verdict


def _judged(exam, question, places, untouched, trouble, odd):
    """The verdict on an answer, as far as it alone tells."""
    if odd and untouched:
        return review(question, odd)
    answers = []
    for fact in places:
        if fact.get("again") and answers:
            answers[-1].append(fact)
        else:
            answers.append([fact])
    # The last function of that name counts: later the name may have become something else.
    last = max((i for i, facts in enumerate(answers) if _there(facts)), default=len(answers) - 1)
    verdict = _of_places(exam, question, answers[last])
    if verdict.mark in (WRONG, OPEN) and any(
        _of_places(exam, question, facts).mark == RIGHT for facts in answers[:last]
    ):
        return review(question, "it is defined more than once: an earlier answer is right, and the last one is not")
    if verdict.mark == OPEN and odd:
        return review(question, odd)
    if all("missing" in fact for fact in answers[last]):
        if untouched:
            return Verdict(question, OPEN)
        if "ended" in trouble:
            return review(question, f"its cell did not end well: {_short(trouble['ended'])}")
        if trouble.get("lacks"):
            return review(question, f"its cell may run elsewhere, and does not here: {_short(trouble['error'])}")
        if "error" in trouble:
            return Verdict(question, WRONG, fact=Fact("cell failed", {"error": _short(trouble["error"])}))
        name = exam.released.names[question]
        return review(question, f"no function {name} is defined, but there is code for this question")
    return verdict


def _there(facts):
    """The facts that are of a function."""
    return [fact for fact in facts if not fact.keys() & {"missing", "type"}]


def _of_places(exam, question, facts):
    """The verdict on one answer that was looked at in several places: that in the last place where it gave values.

    Where it failed it may have waited for code further down. But it has one try: of two values the last counts.
    """
    there = _there(facts) or facts
    verdicts = [_or_given(exam, question, fact) for fact in there]
    counts = next((v for fact, v in zip(there[::-1], verdicts[::-1]) if v.mark == RIGHT or _whole(fact)), verdicts[-1])
    if counts.mark == WRONG and any(verdict.mark == RIGHT for verdict in verdicts):
        return review(question, "it is right in one place of the notebook, and gives other values further down")
    return counts


def _whole(fact):
    """Whether an answer gave a value in all cases."""
    outcomes = [outcome for trial in fact.get("calls", []) for outcome in trial]
    return bool(outcomes) and all("value" in outcome for outcome in outcomes)


def _or_given(exam, question, fact):
    """The verdict on an answer, or on another function that its check was given."""
    verdict, given = _verdict(exam, question, fact), fact.get("given")
    if not isinstance(given, dict):
        return verdict
    other = _verdict(exam, question, given)
    if verdict.mark == RIGHT and given.get("now") is True and other.mark == WRONG and _whole(given):
        return review(question, "it is right, and the function that its check was given is not")
    if verdict.mark == RIGHT:
        return verdict
    if other.mark != RIGHT or given.get("now") is True:
        return other if other.mark == RIGHT else verdict
    name = exam.released.names[question]
    return review(question, f"another function that its check was given is right, and the last {name} is not")


def _verdict(exam, question, told):
    """The verdict on one function from what the sandbox said of it."""
    parameters = f"({', '.join(exam.parameters[question])})"
    wanted = f"{exam.released.names[question]}{parameters}"
    match told:
        case {"calls": list(calls)} if len(calls) == len(exam.trials[question]):
            return _of_calls(exam, question, calls, told)
        case {"missing": _}:
            fact = Fact("no function", {"wanted": wanted})
        case {"stub": _}:
            return Verdict(question, OPEN)
        case {"late": _, "waited": 1}:
            return review(question, "it waited for something, or this machine was too busy: it had no result in time")
        case {"late": _}:
            fact = Fact("late")
        case {"misfit": "arguments", "signature": str(signature)}:
            fact = Fact("arguments", {"wanted": parameters, "got": _short(signature)})
        case {"misfit": _, "type": str(kind)}:
            fact = Fact("not a function", {"wanted": wanted, "got": _short(kind)})
        case {"ended": str(how)}:
            return review(question, f"Python did not survive its answer: {_short(how)}")
        case _:
            return review(question, "what came back from the sandbox is not whole")
    return Verdict(question, WRONG, fact=fact)


def _of_calls(exam, question, calls, fact):
    """The verdict on the outcomes of all trials."""
    wrong = {}
    names, takes = ([name for name in fact.get(key) or () if isinstance(name, str)] for key in ("names", "takes"))
    try:
        for trial, outcomes in zip(exam.trials[question], calls, strict=True):
            asked = exams.question(trial, exam.private)
            if verdict := _wrong(asked, trial, outcomes, frozenset(names)):
                wrong.setdefault("public" if trial.public else "hidden", verdict)
    except Lacking as lacks:
        return review(question, f"it needs what is not here: {lacks}")
    except core.Unwritten as stub:
        return core.unwritten(question, str(stub))
    except Exception as error:  # what no check foresaw must not pass, and must not fail unseen
        return review(question, f"its value is so odd that the check itself failed ({type(error).__name__})")
    if "public" in wrong:
        return core.in_order(checks.QUESTIONS[question], takes, wrong["public"])
    if "hidden" in wrong:
        # The mistake alone: a fact would tell of inputs and values that are nobody's business.
        hidden = wrong["hidden"]
        return Verdict(question, WRONG, mistake=hidden.mistake, only_hidden=True, example=hidden.example)
    return Verdict(question, RIGHT, exam.points[question])


def _wrong(question, trial, outcomes, names):
    """The verdict on the outcomes of one trial; None if nothing is wrong."""
    cases, untouched = exams.cases(trial), exams.cases(trial)
    outcomes = exams.sorted_back(outcomes, trial)
    outcomes = [_outcome(*parts) for parts in zip(outcomes, cases, untouched, trial.expected, strict=True)]
    verdict = core.explain(question, lambda: exams.cases(trial), outcomes, trial.expected, names, seen=cases)
    calls = zip(cases, outcomes, trial.expected, strict=True)
    return verdict and replace(verdict, example=_example(question, verdict, calls))


def _example(question, verdict, calls):
    """Rows that show what is wrong in one case; none if the verdict's words have their numbers with them."""
    if verdict.fact.kind != "values":
        return ()
    try:
        return tuple(card.example(question, verdict, [Call(*call) for call in calls], None))
    except Exception:  # a case alone may be right, or compare with nothing
        return ()


def _outcome(outcome, case, untouched, expected):
    """The value, read, or the `NoValue` of one call; `case` becomes what the call left of it, as far as was watched."""
    match outcome:
        case {"raised": str(kind), "text": str(text), "lacks": 1}:
            raise Lacking(f"{_short(kind)}: {_short(text)}")
        case {"raised": str(kind), "text": str(text), "stub": bool(stub)}:
            return core.raised(_short(kind), _short(text), untouched, stub)
        case {"value": value, "after": dict(after), "seen": dict(seen)}:
            for name, points in seen.items():
                case[name].points = [decoded(point) for point in points[:1000]]
            answer = core.received(decoded(value), case, case, expected)
            names = [name for name, before in untouched.items() if after.get(name) != digest(before)]
            return NoValue("changed", names=names) if names and not isinstance(answer, NoValue) else answer
    raise ValueError("this is no outcome.")


def _short(text):
    """A text of the submission's own, on one line that every console can print."""
    return shortened(CELL.sub("the cell", text).encode("ascii", "backslashreplace").decode(), 120)
