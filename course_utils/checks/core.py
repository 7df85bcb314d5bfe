"""The machinery of the checks: run a learner's function on random inputs and say what is wrong first, in one line."""

import contextlib
import inspect
import io
import os
import re
import signal
import textwrap
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from course_utils.checks.values import Problem, Run, described, different, read, same, type_name, values_wrong

SECONDS = 10  # how long an answer may take by default
SEED = 20  # of the random inputs: fixed, so that a message is the same whenever the answer is
MATMUL = re.compile(r"matmul: .*\((size \d+ is different from \d+)\)")  # the rest is only for those who know gufuncs
STUB = re.compile(r"[\w.]+: write \w+")  # what a stub raises NotImplementedError with
BROADCAST = re.compile(r"could not be broadcast together with shapes \((\d+),(\d+)\) \((\d+),(\d*)\)")
HIDDEN = " (what your function printed is hidden here: call it yourself to see it)"


class Mistake(NamedTuple):
    """A wrong answer that learners give, and the words that name it."""

    message: str
    function: Callable


@dataclass(frozen=True)
class Question:
    """A question of an exercise, as data.

    `reference` is a right answer: its name and its parameters are those the learner was asked for. `cases(rng)` yields
    tuples of arguments, newly made each time, so that nobody can spoil them for anybody else. `compare(runs)` returns
    None if all values are right, else a fact about them in words. `advice` are pairs of a regular expression and the
    words to add to an error that it is found in. `builds_on` are pairs of an earlier question and a function that makes
    an answer to this one from the learner's answer to that one, so that a mistake made there is sought there.
    """

    id: str
    points: int
    title: str
    reference: Callable
    cases: Callable
    mistakes: tuple = ()
    compare: Callable = different
    advice: tuple = ()
    builds_on: tuple = ()

    @property
    def parameters(self):
        """The names of the arguments."""
        return list(inspect.signature(self.reference).parameters)

    def inputs(self, seed=SEED):
        """The cases of that seed, each a dict of the arguments by name."""
        return [dict(zip(self.parameters, case, strict=True)) for case in self.cases(np.random.default_rng(seed))]


class Unwritten(Exception):
    """There is no answer yet; the argument is the text of the stub that was called, or "..." for an Ellipsis."""


class TimeUp(BaseException):
    """The time is up. No `except Exception` in an answer stops this one."""


def verdict(question, answer, seconds=SECONDS):
    """The line to print for an answer: solved, not attempted yet, or what is wrong first."""
    hidden = _Hidden()
    try:
        wrong = _misfit(question, answer) or _first_wrong(question, answer, seconds, hidden)
    except Unwritten as stub:
        if str(stub) == "..." or str(stub).startswith(f"{question.id}:"):
            return f"– {question.id} not attempted yet"
        wrong = f"it calls an answer that is still missing ({stub})"
    except TimeUp:
        wrong = f"no result after {seconds:g} s: is it slow, or is there a loop that never ends?"
    finally:
        hidden.close()
    if wrong:
        return f"✗ {question.id} not yet: {wrong}{HIDDEN if hidden.used else ''}"
    return f"✓ {question.id} solved ({question.points} point{'s' if question.points != 1 else ''})"


def _misfit(question, answer):
    """Why the answer cannot be called with the question's arguments; None if it can."""
    names = ", ".join(question.parameters)
    if answer is Ellipsis:
        raise Unwritten("...")
    if not callable(answer):
        return f"the function {question.reference.__name__}({names}) was expected, got {type_name(answer)}"
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # some functions written in C do not tell theirs
        return None
    try:
        signature.bind(*question.parameters)
    except TypeError:
        return f"wrong number of arguments: it takes {signature}, it must take ({names})"
    return None


def _first_wrong(question, answer, seconds, hidden):
    """What is wrong first with the results of a function; None if nothing is."""
    inputs = question.inputs()
    expected = [question.reference(*args.values()) for args in question.inputs()]
    with _limited(seconds):
        found = _outcomes(answer, inputs, question.inputs(), expected, hidden)
    return explain(
        question,
        question.inputs,
        found,
        expected,
        _names(getattr(answer, "__code__", None)),
        lambda: _cause(question, answer, inputs, found, expected, seconds),
        inputs,
    )


def explain(question, fresh_inputs, found, expected, names=frozenset(), cause=lambda: None, seen=None):
    """What is wrong first with what an answer made of the cases: values or problems; None if nothing is.

    fresh_inputs() makes the cases anew; names are those the answer mentions; cause() may know an earlier question to
    look at first; seen are the cases as the answer left them, where that tells something.
    """
    inputs = seen or fresh_inputs()
    problem = next((outcome for outcome in found if isinstance(outcome, Problem)), None)
    if not problem and (fact := question.compare([Run(*run, names) for run in zip(inputs, found, expected)])) is None:
        return None
    if reason := cause():
        return f"{problem}; {reason}" if problem else values_wrong(expected[0]) + reason
    for mistake in question.mistakes:
        theirs = _outcomes(mistake.function, fresh_inputs(), fresh_inputs(), expected)
        if _alike(question, inputs, found, theirs, expected):
            return f"{problem}; {mistake.message}" if problem else values_wrong(expected[0]) + mistake.message
    return f"{problem}{_advice(question, problem)}" if problem else fact


def _names(code):
    """The names that a piece of code mentions, with those of the functions defined in it."""
    if not inspect.iscode(code):
        return frozenset()
    return frozenset(code.co_names).union(*map(_names, code.co_consts))


def _cause(question, answer, inputs, found, expected, seconds):
    """Where to look first if the learner's answer to an earlier question explains these outcomes; else None."""
    for earlier, made_from in question.builds_on:
        name = earlier.reference.__name__
        theirs = answer.__globals__.get(name) if inspect.isfunction(answer) else None
        if not callable(theirs):
            continue
        # It may be missing still, or never end: then it is not what was called here.
        with contextlib.suppress(Unwritten, TimeUp), _limited(seconds):
            outcomes = _outcomes(made_from(theirs), question.inputs(), question.inputs(), expected)
            if any(_alike(question, inputs, found, outcomes, expected, by_text) for by_text in (False, True)):
                return f"this comes from your {name}, check {earlier.id} first"
    return None


def _advice(question, problem):
    """What may help with an error, beginning with "; ", or nothing."""
    if problem.kind[0] != "raised":
        return ""
    for pattern, words in question.advice:
        if re.search(pattern, str(problem)):
            return f"; {words}"
    if shapes := BROADCAST.search(str(problem)):
        a, b, c, d = shapes.groups()
        if not d and a == c:
            return f"; an array ({c},) is taken for a row: make it a column with [:, None], or sum with keepdims=True"
        if (a, b) == (d, c):
            return "; one of these two is the transpose of what fits"
    return ""


def _alike(question, inputs, found, theirs, expected, by_text=False):
    """Whether two answers went the same way in all cases: the same kinds (or texts) of problems, the same values."""
    if [_kind(outcome, by_text) for outcome in found] != [_kind(outcome, by_text) for outcome in theirs]:
        return False
    if not all(a.read_alike(b) for a, b in zip(found, theirs) if isinstance(a, Problem)):
        return False
    runs = [Run(*run) for run in zip(inputs, found, theirs) if not isinstance(run[1], Problem)]
    if ("raised",) in map(_kind, found) and not by_text:
        # Many mistakes raise an error: one tells them apart only together with wrong values in the other cases.
        others = [Run(*run) for run in zip(inputs, found, expected) if not isinstance(run[1], Problem)]
        if not others or question.compare(others) is None:
            return False
    return not runs or question.compare(runs) is None


def _kind(outcome, by_text=False):
    """The kind, or the text, of a problem; None for a value."""
    if not isinstance(outcome, Problem):
        return None
    return str(outcome) if by_text else outcome.kind


def _outcomes(function, inputs, untouched, expected, hidden=None):
    """What a function makes of each case: a value to compare, or a `Problem`. What it prints goes to `hidden`."""
    with _quiet(hidden):
        return [_outcome(function, *case) for case in zip(inputs, untouched, expected, strict=True)]


def _outcome(function, args, untouched, expected):
    """What a function makes of one case."""
    try:
        return received(function(*args.values()), args, untouched, expected)
    except (KeyboardInterrupt, TimeUp, Unwritten):
        raise
    except BaseException as error:  # SystemExit, too
        return raised(type(error).__name__, error, untouched, isinstance(error, NotImplementedError))


def received(value, args, untouched, expected):
    """A value, read; or a `Problem`, if it cannot be read or the arguments are not what they were."""
    if value is Ellipsis:
        raise Unwritten("...")
    try:
        value = read(value, expected)
    except Problem as problem:
        return problem
    changed = [name for name, before in untouched.items() if not same(before, args[name])]
    if changed:
        return Problem(("in place", *changed), f"it changes its input {changed[0]} in place: work on a copy")
    return value


def raised(name, error, untouched, may_be_stub=False):
    """The `Problem` of an error of that class, or that text, in one case; `Unwritten` if a stub raised it."""
    text = _one_line(error)
    if may_be_stub and STUB.fullmatch(text):
        raise Unwritten(text)
    given = f", given {described(untouched)}"
    # Which error it is depends on how a mistake is written down: in which cases there is one tells more.
    return Problem(("raised",), f"{name}: {text}{given}" if text else f"{name}{given}")


def _one_line(error):
    """The text of an error, short, on one line, without addresses that change from run to run."""
    try:
        text = str(error)
    except Exception:  # a class of the learner's own may be broken, too
        return ""
    text = MATMUL.sub(r"matmul: \1", re.sub(r" at 0x[0-9a-fA-F]+", "", text))
    return textwrap.shorten(text, 120, placeholder=" ...")


class _Hidden(io.TextIOWrapper):
    """Where all that is printed goes: nowhere. It remembers only whether that was anything."""

    def __init__(self):
        super().__init__(open(os.devnull, "wb"), encoding="utf-8")  # noqa: SIM115
        self.used = False

    def write(self, text):
        self.used |= bool(text) and not text.isspace()
        return len(text)


@contextlib.contextmanager
def _quiet(hidden=None):
    """Send what is printed to `hidden`; throw away what is warned of."""
    with (
        contextlib.nullcontext(hidden) if hidden else contextlib.closing(_Hidden()) as hidden,
        contextlib.redirect_stdout(hidden),
        contextlib.redirect_stderr(hidden),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _limited(seconds):
    """Raise TimeUp in the block after that time, where alarm signals exist and reach us: in the main thread."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(signum, frame):
        raise TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    # It rings again: a bare `except:` in the answer may stop the first.
    rest = signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)  # first: a ring between these lines would meet the wrong handler
        signal.signal(signal.SIGALRM, before or signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, *rest)
