"""The judge: what a submission's answers came to, in one line for each question, from data alone.

It runs in a kernel of the grader's own, where no code of a submission ever runs; nbval compares its lines with those
that the reference solution got on the same inputs (see `validate`).
"""

import json
import pickle
import re
from pathlib import Path

from threadpoolctl import threadpool_limits

from course_utils.checks import core
from course_utils.checks.values import Problem
from course_utils.grading import exam as exams
from course_utils.grading.sandbox.wire import decoded

CELL = re.compile(r"<ipython-input-[\w-]+>")  # how IPython calls the file that a cell is in
RIGHT, WRONG, STUB, REVIEW = "✓", "✗", "–", "?"


class Judge:
    """Prints the line of a question: `say = Judge(folder)`, then `say("2.1")`.

    The folder holds exam.pickle, an `exam.Exam`, and record.json: {question: {"places": what the sandbox said of the
    answer after each cell that defines it, and "again" further down, "untouched": whether no code is there,
    "trouble": what went wrong in its cells or {}, "odd": why a person must look or ""}}.
    """

    def __init__(self, folder):
        threadpool_limits(1, user_api="blas")  # the other cores are busy with other submissions
        self.exam = _exam(Path(folder, "exam.pickle"))
        self.record = json.loads(Path(folder, "record.json").read_text(encoding="utf-8"))

    def __call__(self, question):
        """Print the line."""
        mark, words = judged(self.exam, question, **self.record[question])
        print(f"{mark} {question} {words}".rstrip())


_exams = {}


def _exam(path):
    """The exam in a file; kept, for the next submission has the same."""
    raw = path.read_bytes()
    if raw not in _exams:
        _exams.clear()
        _exams[raw] = pickle.loads(raw)
    return _exams[raw]


def judged(exam, question, places, untouched, trouble, odd):
    """Return the mark and the words for an answer."""
    if odd and untouched:
        return REVIEW, odd
    answers = []
    for fact in places:
        if fact.get("again") and answers:
            answers[-1].append(fact)
        else:
            answers.append([fact])
    # The last function of that name counts: later the name may have become something else.
    last = max((i for i, facts in enumerate(answers) if _there(facts)), default=len(answers) - 1)
    mark, words = _of_places(exam, question, answers[last])
    if mark in (WRONG, STUB) and any(_of_places(exam, question, facts)[0] == RIGHT for facts in answers[:last]):
        return REVIEW, "it is defined more than once: an earlier answer is right, and the last one is not"
    if mark == STUB and odd:
        return REVIEW, odd
    if all("missing" in fact for fact in answers[last]):
        if untouched:
            return STUB, "not attempted"
        if "ended" in trouble:
            return REVIEW, f"its cell did not end well: {_short(trouble['ended'])}"
        if "error" in trouble:
            return WRONG, f"not yet: its cell fails: {_short(trouble['error'])}"
        return REVIEW, f"no function {exam.released.names[question]} is defined, but there is code for this question"
    return mark, words


def _there(facts):
    """The facts that are of a function."""
    return [fact for fact in facts if not fact.keys() & {"missing", "type"}]


def _of_places(exam, question, facts):
    """The mark and the words for one answer that was looked at in several places: right if it is in one of them."""
    for fact in _there(facts) or facts:
        mark, words = _or_given(exam, question, fact)
        if mark == RIGHT:
            break
    return mark, _line(words)


def _or_given(exam, question, fact):
    """The mark and the words for an answer, or for another function that its check was given."""
    mark, words = _verdict(exam, question, fact)
    given = fact.get("given")
    if mark != RIGHT and isinstance(given, dict):
        other, praise = _verdict(exam, question, given)
        if other == RIGHT and given.get("now") is True:
            return RIGHT, praise
        if other == RIGHT:
            name = exam.released.names[question]
            return REVIEW, f"another function that its check was given is right, and the last {name} is not"
    return mark, words


def _verdict(exam, question, fact):
    """The mark and the words for what the sandbox said of one function."""
    name = f"{exam.released.names[question]}({', '.join(exam.parameters[question])})"
    match fact:
        case {"calls": list(calls)} if len(calls) == len(exam.trials[question]):
            return _of_calls(exam, question, calls, fact)
        case {"missing": _}:
            return WRONG, f"not yet: there is no function {name}"
        case {"stub": _}:
            return STUB, "not attempted"
        case {"late": _}:
            return WRONG, "not yet: no result in time: is it slow, or is there a loop that never ends?"
        case {"misfit": "arguments", "signature": str(signature)}:
            return WRONG, f"not yet: wrong number of arguments: it takes {_short(signature)}, it must take {name}"
        case {"misfit": _, "type": str(kind)}:
            return WRONG, f"not yet: the function {name} was expected, got {_short(kind)}"
        case {"ended": str(how)}:
            return REVIEW, f"Python did not survive its answer: {_short(how)}"
    return REVIEW, "what came back from the sandbox is not whole"


def _of_calls(exam, question, calls, fact):
    """The mark and the words for the outcomes of all trials."""
    found = {}
    names = frozenset(name for name in fact.get("names", []) if isinstance(name, str))
    try:
        for trial, outcomes in zip(exam.trials[question], calls, strict=True):
            asked = exams.question(trial, exam.private)
            if wrong := _wrong(asked, trial, outcomes, names):
                found.setdefault("public" if trial.public else "hidden", (asked, wrong))
    except core.Unwritten as stub:
        if str(stub) == "..." or str(stub).startswith(f"{question}:"):
            return STUB, "not attempted"
        return WRONG, f"not yet: it calls an answer that is still missing ({stub})"
    except Exception as error:  # what no check foresaw must not pass, and must not fail unseen
        return REVIEW, f"its value is so odd that the check itself failed ({type(error).__name__})"
    if "public" in found:
        return WRONG, f"not yet: {found['public'][1]}"
    if "hidden" in found:
        # Only words that hold no number: they would tell of inputs and values that are nobody's business.
        known = [m.message for m in found["hidden"][0].mistakes if found["hidden"][1].endswith(m.message)]
        return WRONG, "; ".join(["not yet: right for the inputs of the notebook's check, but not for others", *known])
    points = exam.points[question]
    return RIGHT, f"solved ({points} point{'s' if points != 1 else ''})"


def _wrong(question, trial, outcomes, names):
    """What is wrong with the outcomes of one trial, in words; None if nothing is."""
    cases, untouched = exams.cases(trial), exams.cases(trial)
    outcomes = exams.sorted_back(outcomes, trial)
    found = [_outcome(*parts) for parts in zip(outcomes, cases, untouched, trial.expected, strict=True)]
    return core.explain(question, lambda: exams.cases(trial), found, trial.expected, names, seen=cases)


def _outcome(outcome, case, untouched, expected):
    """The value, read, or the `Problem` of one call; `case` becomes what the call left of it, as far as was watched."""
    match outcome:
        case {"raised": str(kind), "text": str(text), "stub": bool(stub)}:
            return core.raised(_short(kind), _short(text), untouched, stub)
        case {"value": value, "changed": list(changed), "seen": dict(seen)}:
            for name, points in seen.items():
                case[name].points = [decoded(point) for point in points[:1000]]
            answer = core.received(decoded(value), case, case, expected)
            names = [name for name in case if name in changed]
            if names and not isinstance(answer, Problem):
                return Problem(("in place", *names), f"it changes its input {names[0]} in place: work on a copy")
            return answer
    raise ValueError("this is no outcome.")


def _line(words):
    """Words as one line that every program can store: a value may have got into them."""
    return " ".join(words.encode("utf-8", "backslashreplace").decode().split())[:400]


def _short(text):
    """A text of the submission's own, on one line that every console can print."""
    text = CELL.sub("the cell", text).encode("ascii", "backslashreplace").decode()
    return " ".join(text.split())[:120]
