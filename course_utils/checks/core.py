"""The machinery of the checks: call a learner's function on random inputs and find out what is wrong first."""

import contextlib
import inspect
import io
import itertools
import os
import re
import signal
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from course_utils.checks.values import Call, NoValue, Recognised, described, different, read, same, shaped, type_name
from course_utils.checks.verdict import OPEN, RIGHT, WRONG, Fact, Known, Verdict, shortened, words

SECONDS = 10  # how long an answer may take by default
SEED = 20  # of the random inputs: fixed, so that a message is the same whenever the answer is
MATMUL = re.compile(r"matmul: .*\((size \d+ is different from \d+)\)")  # the rest is only for those who know gufuncs
STUB = re.compile(r"[\w.]+: write \w+")  # what a stub raises NotImplementedError with
BROADCAST = re.compile(r"could not be broadcast together with shapes \((\d+),(\d+)\) \((\d+),(\d*)\)")


class Mistake(NamedTuple):
    """What learners do wrong: the words that name it, and the wrong answers that come of it."""

    message: str
    answers: list


def known(*parts):
    """Return {id: Mistake} from texts "id: what is wrong", each followed by the wrong answers that it names."""
    mistakes = {}
    for part in parts:
        if isinstance(part, str):
            id, message = part.split(": ", 1)
            mistakes[id] = Mistake(message, [])
        else:
            mistakes[id].answers.append(part)
    return mistakes


@dataclass(frozen=True)
class Question:
    """A question of an exercise, as data.

    `reference` is a right answer: its name and its parameters are those the learner was asked for. `cases(rng)` yields
    tuples of arguments, newly made each time, so that nobody can spoil them for anybody else. `mistakes` are the known
    ones by their ids. `compare(calls)` returns None if all values are right, else what is wrong: a sentence, a `Fact`,
    or a mistake `Recognised`. `advice` has regular expressions and the words to add to an error that each is found in.
    `builds_on` are pairs of an earlier question and a function that makes an answer to this one from the
    learner's answer to that one, so that a mistake made there is sought there.
    """

    id: str
    points: int
    title: str
    reference: Callable
    cases: Callable
    mistakes: dict = field(default_factory=dict)
    compare: Callable = different
    advice: dict = field(default_factory=dict)
    builds_on: tuple = ()

    @property
    def parameters(self):
        """The names of the arguments."""
        return _parameters(self.reference)

    def inputs(self, seed=SEED):
        """The cases of that seed, each a dict of the arguments by name."""
        return [dict(zip(self.parameters, case, strict=True)) for case in self.cases(np.random.default_rng(seed))]


class Unwritten(Exception):
    """There is no answer yet; the argument is the text of the stub that was called, or "..." for an Ellipsis."""


class TimeUp(BaseException):
    """The time is up. No `except Exception` in an answer stops this one."""


def verdict_on(question, answer, seconds=SECONDS):
    """The `Verdict` on an answer to a question."""
    return examined(question, answer, seconds)[0]


def examined(question, answer, seconds=SECONDS):
    """The `Verdict` on an answer, and its first calls: a list of `Call`, with a value or a `NoValue` of each."""
    calls = []
    return _verdict(question, answer, seconds, calls), calls


def _verdict(question, answer, seconds, calls):
    hidden = _Hidden()
    try:
        verdict = _misfit(question, answer) or _first_wrong(question, answer, seconds, hidden, calls)
    except Unwritten as stub:
        verdict = unwritten(question.id, str(stub))
    except TimeUp:
        verdict = Verdict(question.id, WRONG, fact=Fact("late", {"seconds": seconds}))
    finally:
        hidden.close()
    if verdict is None:
        return Verdict(question.id, RIGHT, question.points)
    verdict = in_order(question, _parameters(answer), verdict)
    if verdict.fact and verdict.fact.kind == "raised" and not (verdict.mistake or verdict.earlier):
        verdict = _right_if_swapped(question, answer, seconds, verdict)
    return replace(verdict, printed=hidden.used and verdict.mark == WRONG)


def unwritten(question_id, stub):
    """The verdict on an answer that came upon a stub of that text: its own, or that of another question."""
    if stub == "..." or stub.startswith(f"{question_id}:"):
        return Verdict(question_id, OPEN)
    return Verdict(question_id, WRONG, fact=Fact("unwritten", {"stub": stub}))


def _misfit(question, answer):
    """The verdict on an answer that cannot be called with the question's arguments; None if it can."""
    names = ", ".join(question.parameters)
    if answer is Ellipsis:
        raise Unwritten("...")
    if not callable(answer):
        wanted = f"{question.reference.__name__}({names})"
        return Verdict(question.id, WRONG, fact=Fact("not a function", {"wanted": wanted, "got": type_name(answer)}))
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # some functions written in C do not tell theirs
        return None
    try:
        signature.bind(*question.parameters)
    except TypeError:
        parts = {"wanted": f"({names})", "got": shortened(str(signature), 120)}
        return Verdict(question.id, WRONG, fact=Fact("arguments", parts))
    return None


def in_order(question, mine, verdict):
    """Return the verdict on an answer that takes these arguments; if they are the right ones, in another order, so."""
    names = question.parameters
    if mine == names or sorted(mine) != sorted(names) or verdict.mark != WRONG:
        return verdict
    order = f"the arguments stand in another order: it takes ({', '.join(mine)}), it must take ({', '.join(names)})"
    return replace(verdict, mistake=Known("swapped-arguments", order), advice="")


def _right_if_swapped(question, answer, seconds, verdict):
    """The verdict on an answer that raises an error; if it is right with two arguments swapped, that it is so."""
    expected = [question.reference(*args.values()) for args in question.inputs()]
    for pair in itertools.combinations(question.parameters, 2):
        with contextlib.suppress(Unwritten, TimeUp), limited(seconds):
            made = _outcomes(_swapped(question, answer, *pair), question.inputs(), question.inputs(), expected)
            calls = [Call(*call) for call in zip(question.inputs(), made, expected)]
            if not any(isinstance(value, NoValue) for value in made) and question.compare(calls) is None:
                return replace(verdict, mistake=_are_swapped(question, *pair), advice="")
    return verdict


def _parameters(function):
    """The names of a function's arguments, as far as it tells them."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # no function, or one written in C
        return []


def _first_wrong(question, answer, seconds, hidden, calls):
    """The verdict on an answer from what it makes of the inputs, noted in `calls`; None if nothing is wrong."""
    inputs = question.inputs()
    expected = [question.reference(*args.values()) for args in question.inputs()]
    with limited(seconds):
        outcomes = _outcomes(answer, inputs, question.inputs(), expected, hidden)
    calls += [Call(*call) for call in zip(inputs, outcomes, expected)]
    verdict = explain(
        question,
        question.inputs,
        outcomes,
        expected,
        _names(getattr(answer, "__code__", None)),
        lambda: _cause(question, answer, inputs, outcomes, expected, seconds),
        inputs,
    )
    return verdict or _second_time(question, answer, outcomes, expected, seconds, hidden)


def _second_time(question, answer, first, expected, seconds, hidden):
    """The verdict on an answer that was right, called again the other way round; None if it still is.

    Here shows what an answer has kept from call to call, or drawn by chance.
    """
    inputs = question.inputs()
    with limited(seconds):
        outcomes = _outcomes(answer, inputs[::-1], question.inputs()[::-1], expected[::-1], hidden)[::-1]
    if all(map(same, first, outcomes)):
        return None
    calls = [Call(*call) for call in zip(inputs, outcomes, expected)]
    if any(isinstance(outcome, NoValue) for outcome in outcomes) or question.compare(calls) is not None:
        return Verdict(question.id, WRONG, fact=Fact("again"))
    return None


def explain(question, fresh_inputs, outcomes, expected, names=frozenset(), cause=lambda: None, seen=None):
    """The verdict on what an answer made of the cases, a value or a `NoValue` of each; None if nothing is wrong.

    fresh_inputs() makes the cases anew; names are those the answer mentions; cause() may know an earlier question to
    look at first; seen are the cases as the answer left them, where that tells something.
    """
    inputs = seen or fresh_inputs()
    broken = next((outcome for outcome in outcomes if isinstance(outcome, NoValue)), None)
    mistake = None
    if broken:
        fact = broken.fact
    else:
        wrong = question.compare([Call(*call, names) for call in zip(inputs, outcomes, expected)])
        if wrong is None:
            return None
        fact, mistake = _fact(wrong, expected[0])
    if earlier := cause():
        return Verdict(question.id, WRONG, fact=fact, earlier=earlier)
    for id, (message, answers) in question.mistakes.items():
        for function in answers:
            theirs = _outcomes(function, fresh_inputs(), fresh_inputs(), expected)
            if _alike(question, inputs, outcomes, theirs, expected):
                fact = Fact(fact.kind, {name: part for name, part in fact.parts.items() if name != "lead"})
                return Verdict(question.id, WRONG, fact=fact, mistake=Known(id, message))
    for pair in itertools.combinations(question.parameters, 2) if mistake is None else ():
        theirs = _outcomes(_swapped(question, question.reference, *pair), fresh_inputs(), fresh_inputs(), expected)
        if _alike(question, inputs, outcomes, theirs, expected):
            return Verdict(question.id, WRONG, fact=fact, mistake=_are_swapped(question, *pair))
    advice = _advice(question, fact) if fact.kind == "raised" else ""
    return Verdict(question.id, WRONG, fact=fact, mistake=mistake, advice=advice)


def _swapped(question, answer, one, other):
    """An answer to a question, but that it gets two arguments in each other's place."""
    names = question.parameters
    order = [names.index({one: other, other: one}.get(name, name)) for name in names]
    return lambda *args: answer(*(args[i] for i in order))


def _are_swapped(question, one, other):
    order = f"{one} and {other} are swapped: the arguments are ({', '.join(question.parameters)})"
    return Known("swapped-arguments", order)


def _fact(wrong, expected):
    """What a question's `compare` found, as a `Fact`, and the `Known` mistake that it recognised or None."""
    if isinstance(wrong, Fact):
        return wrong, None
    if isinstance(wrong, Recognised):
        return Fact("values", {"shaped": shaped(expected), "lead": wrong.lead}), Known(wrong.id, wrong.message)
    return Fact("values", {"shaped": shaped(expected), "text": shortened(wrong)}), None


def _names(code):
    """The names that a piece of code mentions, with those of the functions defined in it."""
    if not inspect.iscode(code):
        return frozenset()
    return frozenset(code.co_names).union(*map(_names, code.co_consts))


def _cause(question, answer, inputs, outcomes, expected, seconds):
    """(id, name) of an earlier question if the learner's answer to it explains these outcomes; else None."""
    for earlier, made_from in question.builds_on:
        name = earlier.reference.__name__
        theirs = answer.__globals__.get(name) if inspect.isfunction(answer) else None
        if not callable(theirs):
            continue
        # It may be missing still, or never end: then it is not what was called here.
        with contextlib.suppress(Unwritten, TimeUp), limited(seconds):
            made = _outcomes(made_from(theirs), question.inputs(), question.inputs(), expected)
            if any(_alike(question, inputs, outcomes, made, expected, by_text) for by_text in (False, True)):
                return earlier.id, name
    return None


def _advice(question, error):
    """What may help with an error, or ""."""
    told = words(Verdict(question.id, WRONG, fact=error))
    for pattern, advice in question.advice.items():
        if re.search(pattern, told):
            return advice
    if shapes := BROADCAST.search(told):
        a, b, c, d = shapes.groups()
        if not d and a == c:
            return f"an array ({c},) is taken for a row: make it a column with [:, None], or sum with keepdims=True"
        if (a, b) == (d, c):
            return "one of these two is the transpose of what fits"
    return ""


def _alike(question, inputs, outcomes, theirs, expected, by_text=False):
    """Whether two answers went the same way in all cases: the same kinds (or texts) of errors, the same values."""
    if [_kind(outcome, by_text) for outcome in outcomes] != [_kind(outcome, by_text) for outcome in theirs]:
        return False
    if not all(a.read_alike(b) for a, b in zip(outcomes, theirs) if isinstance(a, NoValue)):
        return False
    calls = [Call(*call) for call in zip(inputs, outcomes, theirs) if not isinstance(call[1], NoValue)]
    if any(isinstance(a, NoValue) and a.fact.kind == "raised" for a in outcomes) and not by_text:
        # Many mistakes raise an error: one tells them apart only together with wrong values in the other cases.
        others = [Call(*call) for call in zip(inputs, outcomes, expected) if not isinstance(call[1], NoValue)]
        if not others or question.compare(others) is None:
            return False
    return not calls or question.compare(calls) is None


def _kind(outcome, by_text=False):
    """The kind, or all, of why there is no value; None for a value."""
    if not isinstance(outcome, NoValue):
        return None
    return outcome.fact if by_text else outcome.kind


def _outcomes(function, inputs, untouched, expected, hidden=None):
    """What a function makes of each case: a value to compare, or a `NoValue`. What it prints goes to `hidden`."""
    with _quiet(hidden):
        return [_outcome(function, *case) for case in zip(inputs, untouched, expected, strict=True)]


def _outcome(function, args, untouched, expected):
    """What a function makes of one case."""
    try:
        return received(function(*args.values()), args, untouched, expected)
    except (KeyboardInterrupt, TimeUp, Unwritten):
        raise
    except BaseException as error:  # SystemExit, too
        reason = raised(type(error).__name__, error, untouched, isinstance(error, NotImplementedError))
        reason.__cause__ = error
        return reason


def received(value, args, untouched, expected):
    """A value, read; or a `NoValue`, if it cannot be read or the arguments are not what they were."""
    if value is Ellipsis:
        raise Unwritten("...")
    try:
        value = read(value, expected)
    except NoValue as reason:
        return reason
    names = [name for name, before in untouched.items() if not same(before, args[name])]
    return NoValue("changed", names=names) if names else value


def raised(name, error, untouched, may_be_stub=False):
    """The `NoValue` of an error of that class, or that text, in one case; `Unwritten` if a stub raised it."""
    text = _one_line(error)
    if may_be_stub and STUB.fullmatch(text):
        raise Unwritten(text)
    # Which error it is depends on how a mistake is written down: in which cases there is one tells more.
    return NoValue("raised", error=name, text=text, given=described(untouched))


def _one_line(error):
    """The text of an error, short, on one line, without addresses that change from run to run."""
    try:
        text = str(error)
    except Exception:  # a class of the learner's own may be broken, too
        return ""
    return shortened(MATMUL.sub(r"matmul: \1", re.sub(r" at 0x[0-9a-fA-F]+", "", text)), 120)


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
def limited(seconds):
    """Raise `TimeUp` in the block after that time, where alarm signals exist and reach us: in the main thread."""
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
