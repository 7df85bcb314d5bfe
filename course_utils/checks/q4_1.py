"""Question 4.1."""

from course_utils.checks.core import Question, known
from course_utils.checks.values import wrong_steps


def first_steps(zero):
    """The first step at which each W^l has a gradient, if some of the matrices start at zero."""
    return [sum(zero[l:]) for l in range(1, len(zero) + 1)]


def _patterns(rng):
    patterns = ["TTTT", "FTFT", "TFFT", "FFTF", "TTF", "FTTFT", "TF", "FFF", "FTTFFTF"]
    drawn = [rng.random(n) < 0.5 for n in (1, 6, *rng.integers(7, 20, size=2))]
    return [([letter == "T" for letter in pattern],) for pattern in patterns] + [(draw.tolist(),) for draw in drawn]


def _each(rule):
    """A wrong answer from a rule (zero, l, L) for one matrix."""
    return lambda zero: [rule(zero, l, len(zero)) for l in range(1, len(zero) + 1)]


MISTAKES = known(
    "all-counted: L - l is right only if all matrices are zero: matrices that are not zero send the error on at once",
    _each(lambda zero, l, L: L - l),
    "zero-counted: L - l is not the step of every zero matrix: what counts is how many matrices above it are zero",
    _each(lambda zero, l, L: L - l if zero[l - 1] else 0),
    "itself-counted: W^l itself need not be different from zero to get a gradient: count the zero matrices above it "
    "only",
    _each(lambda zero, l, L: sum(zero[l - 1 :])),
    "random-at-once: a random matrix may have to wait, too: its error comes through the zero matrices above it",
    _each(lambda zero, l, L: sum(zero[l:]) if zero[l - 1] else 0),
    "below: these are the zero matrices below: the error comes from above, from the output",
    _each(lambda zero, l, L: sum(zero[: l - 1])),
    "below-and-itself: these are the zero matrices below, and W^l itself: the error comes from above, from the output",
    _each(lambda zero, l, L: sum(zero[:l])),
    "at-most-one: each zero matrix above costs a step of its own: they wake one after the other, not all at once",
    _each(lambda zero, l, L: int(any(zero[l:]))),
    "all-zeros: not every zero matrix counts, only those above W^l",
    _each(lambda zero, l, L: sum(zero)),
    "not-zeros: this counts the matrices that are not zero: those let the error through without a wait",
    _each(lambda zero, l, L: L - l - sum(zero[l:])),
    "from-one: steps are counted from 0: with no zero matrix above there is a gradient at step 0",
    _each(lambda zero, l, L: sum(zero[l:]) + 1),
    "next-only: only the matrix next above is looked at: the error comes through all matrices above",
    _each(lambda zero, l, L: int(l < L and zero[l])),
    "reversed: the order is reversed: the list begins with W^1",
    lambda zero: first_steps(zero)[::-1],
    "never: not never: the last matrix has a gradient at step 0, and what it wakes wakes the others",
    _each(lambda zero, l, L: None if any(zero[l:]) else 0),
    "no-wait: a zero matrix above lets no error through, until it has moved: W^l waits",
    _each(lambda zero, l, L: 0),
)

COMPARE = wrong_steps("matrix", lambda zero: f"for zero = {zero}")
QUESTION = Question("4.1", 1, "What a zero matrix costs", first_steps, _patterns, MISTAKES, COMPARE)
