"""The machinery of the checks: run a learner's function on random inputs and say what is wrong first, in one line."""

import contextlib
import inspect
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

from course_utils.checks.values import Problem, Run, different, read, same, type_name, values_wrong

SECONDS = 10  # how long an answer may take by default
SEED = 20  # of the random inputs: fixed, so that a message is the same whenever the answer is
MATMUL = re.compile(r"matmul: .*\((size \d+ is different from \d+)\)")  # the rest is only for those who know gufuncs
STUB = re.compile(r"[\w.]+: write \w+")  # what a stub raises NotImplementedError with


class Mistake(NamedTuple):
    """A wrong answer that learners give, and the words that name it."""

    message: str
    function: Callable


@dataclass(frozen=True)
class Question:
    """A question of an exercise, as data.

    `reference` is a right answer: its name and its parameters are those the learner was asked for. `cases(rng)` yields
    tuples of arguments, newly made each time, so that nobody can spoil them for anybody else. `compare(runs)` returns
    None if all values are right, else a fact about them in words.
    """

    id: str
    points: int
    title: str
    reference: Callable
    cases: Callable
    mistakes: tuple = ()
    compare: Callable = different

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
    try:
        wrong = _misfit(question, answer) or _first_wrong(question, answer, seconds)
    except Unwritten as stub:
        if str(stub) == "..." or str(stub).startswith(f"{question.id}:"):
            return f"– {question.id} not attempted yet"
        wrong = f"it calls an answer that is still missing ({stub})"
    except TimeUp:
        wrong = f"no result after {seconds:g} s: is there a loop that never ends?"
    if wrong:
        return f"✗ {question.id} not yet: {wrong}"
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


def _first_wrong(question, answer, seconds):
    """What is wrong first with the results of a function; None if nothing is."""
    inputs = question.inputs()
    expected = [question.reference(*args.values()) for args in question.inputs()]
    with _limited(seconds):
        found = _outcomes(question, answer, inputs, expected)
    problem = next((outcome for outcome in found if isinstance(outcome, Problem)), None)
    if not problem and (fact := question.compare(list(map(Run, inputs, found, expected)))) is None:
        return None
    for mistake in question.mistakes:
        theirs = _outcomes(question, mistake.function, question.inputs(), expected)
        if _alike(question, inputs, found, theirs):
            return f"{problem}; {mistake.message}" if problem else values_wrong(expected[0]) + mistake.message
    return str(problem or fact)


def _alike(question, inputs, found, theirs):
    """Whether two answers went the same way in all cases: the same kinds of problems, and the same values."""
    kinds = [[outcome.kind if isinstance(outcome, Problem) else None for outcome in them] for them in (found, theirs)]
    if kinds[0] != kinds[1]:
        return False
    runs = [Run(args, a, b) for args, a, b in zip(inputs, found, theirs, strict=True) if not isinstance(a, Problem)]
    if not runs:  # many mistakes raise the same error: that alone tells them apart too little
        return not any(kind[0] == "raised" for kind in kinds[0])
    return question.compare(runs) is None


def _outcomes(question, function, inputs, expected):
    """What a function makes of each case: a value to compare, or a `Problem`. What it prints is thrown away."""
    with _quiet():
        return [
            _outcome(function, args, untouched, right)
            for args, untouched, right in zip(inputs, question.inputs(), expected, strict=True)
        ]


def _outcome(function, args, untouched, expected):
    """What a function makes of one case."""
    given = ", given " + ", ".join(f"{name} {_described(arg)}" for name, arg in untouched.items())
    try:
        value = function(*args.values())
        if value is Ellipsis:
            raise Unwritten("...")
        value = read(value, expected)
        changed = [name for name, before in untouched.items() if not same(before, args[name])]
    except (KeyboardInterrupt, TimeUp, Unwritten):
        raise
    except Problem as problem:
        return problem
    except BaseException as error:  # SystemExit, too
        text = _one_line(error)
        if isinstance(error, NotImplementedError) and STUB.fullmatch(text):
            raise Unwritten(text) from None
        name = type(error).__name__
        return Problem(("raised", name), f"{name}: {text}{given}" if text else f"{name}{given}")
    if changed:
        return Problem(("in place", *changed), f"it changes its input {changed[0]} in place: work on a copy")
    return value


def _described(arg):
    """An argument in a few characters."""
    if isinstance(arg, dict):
        return f"{{{', '.join(f'{name} {_described(value)}' for name, value in arg.items())}}}"
    if isinstance(arg, np.ndarray):
        return str(arg.shape)
    return getattr(arg, "name", "") or ("a function" if callable(arg) else repr(arg))


def _one_line(error):
    """The text of an error, short, on one line, without addresses that change from run to run."""
    try:
        text = str(error)
    except Exception:  # a class of the learner's own may be broken, too
        return ""
    text = MATMUL.sub(r"matmul: \1", re.sub(r" at 0x[0-9a-fA-F]+", "", text))
    return textwrap.shorten(text, 120, placeholder=" ...")


@contextlib.contextmanager
def _quiet():
    """Throw away what is printed or warned of."""
    with (
        open(os.devnull, "w", encoding="utf-8", errors="ignore") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
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
