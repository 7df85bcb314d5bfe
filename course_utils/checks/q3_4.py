"""Question 3.4."""

import numpy as np

from course_utils.activations import Activation, identity, relu, sigmoid, softplus, tanh
from course_utils.checks.core import Question, known


def ever_move(zero, activation):
    """Which weight matrices ever move, where some start at zero and the others are random."""
    zeros = [l for l, is_zero in enumerate(zero) if is_zero]
    errors_pass = bool(activation.slope_at_zero)  # units above a zero matrix, which are at z = 0
    if not zeros or activation.at_zero or zeros == [len(zero) - 1] or (len(zeros) == 1 and errors_pass):
        return [True] * len(zero)
    return [errors_pass and l > zeros[-1] for l in range(len(zero))]  # constants are learned there


# Not in the course: an answer must go by phi(0) and phi'(0), not by the activation's name.
_shifted = Activation("shifted softplus", lambda z: softplus(z) + 1, sigmoid)
_squared_relu = Activation("squared_relu", lambda z: np.maximum(z, 0) ** 2, lambda z: 2 * np.maximum(z, 0))


_PATTERNS = [
    (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0, 0), (0, 1, 0, 1), (1, 0, 1, 0, 0), (0, 1, 1, 0),
    (1, 1, 1), (0, 1, 0, 0, 0), (0, 0, 1, 1), (1, 0, 0, 1, 0),
]  # fmt: skip


def _starts(rng):
    for activation in (tanh, relu, sigmoid, identity, _shifted, _squared_relu):
        for pattern in (*_PATTERNS, *(rng.random((2, 5)) < 0.3), rng.random(rng.integers(6, 8)) < 0.3, (1,)):
            yield [bool(z) for z in pattern], activation


def _movers(zero, activation, *, wakes=None, passes=None, above=max, last_is_free=True):
    """A wrong answer where a keyword says otherwise than `ever_move`."""
    L, zeros = len(zero), [l for l, z in enumerate(zero) if z]
    wakes = bool(activation.at_zero) if wakes is None else wakes
    passes = bool(activation.slope_at_zero) if passes is None else passes
    if wakes or not zeros:
        return [True] * L
    if (passes and len(zeros) == 1) or (last_is_free and zeros == [L - 1]):
        return [True] * L
    return [passes and l > above(zeros) for l in range(L)]


def _if_two(rule):
    """A wrong answer that goes by its own rule from two zero matrices on, where phi(0) = 0 and phi'(0) is not."""

    def function(zero, activation):
        if activation.at_zero == 0 and activation.slope_at_zero and sum(zero) > 1:
            return [bool(rule(zero, l)) for l in range(len(zero))]
        return ever_move(zero, activation)

    return function


def _wrong_movers(calls):
    """Which matrices are wrong; None if none are."""
    for (zero, activation), value, expected in ((call.args.values(), call.value, call.expected) for call in calls):
        where = f"for {activation.name} and zero = {zero}"
        if len(value) != len(expected):
            return f"the list needs one entry for each matrix: {where} it has {len(value)}"
        if not all(v is True or v is False or (isinstance(v, int) and v in (0, 1)) for v in value):
            return "each entry must be True, it moves, or False, it never does"
        wrong = [f"W{l}" for l, (a, b) in enumerate(zip(value, expected, strict=True), start=1) if a != b]
        if wrong:
            return f"values wrong: {where}, look again at {', '.join(wrong)}"
    return None


MISTAKES = known(
    "nothing-above: above the highest zero matrix something moves if phi'(0) is not 0: biases, then weights, learn "
    "constants",
    _if_two(lambda zero, l: False),
    "above-lowest: between two zero matrices nothing moves: above the *highest* zero, not above the lowest",
    lambda zero, phi: _movers(zero, phi, above=min),
    "highest-stays: the highest zero matrix does not move either: the h that it is fed with is 0",
    _if_two(lambda zero, l: l >= len(zero) - 1 - zero[::-1].index(True)),
    "below-lowest: it is not below the lowest zero that something moves: no error arrives there",
    _if_two(lambda zero, l: l < zero.index(True)),
    "random-moves: random is not enough: below a second zero matrix no error arrives",
    _if_two(lambda zero, l: not zero[l]),
    "two-harmless: two zero matrices are not harmless: each waits for the other",
    _if_two(lambda zero, l: True),
    "output-only: with two zero matrices not only the output layer moves",
    _if_two(lambda zero, l: l == len(zero) - 1),
    "relu-ignored: phi'(0) counts: for ReLU, 0 at z = 0, no error passes units above a zero matrix",
    lambda zero, phi: _movers(zero, phi, passes=True),
    "last-zero-stuck: if only the last matrix is zero, the hidden units are alive: it moves, and all others after it",
    lambda zero, phi: _movers(zero, phi, last_is_free=False),
    "wakes-ignored: with phi(0) not 0 no zero matrix stops anything: h and then the errors wake up",
    lambda zero, phi: _movers(zero, phi, wakes=False),
    "by-name: it is not the name that counts: other activations have phi(0) not 0, or phi'(0) = 0",
    lambda zero, phi: _movers(zero, phi, wakes=phi.name == "sigmoid", passes=phi.name != "relu"),
    "slope-by-name: it is not the name that counts: other activations have phi'(0) = 0, too",
    lambda zero, phi: _movers(zero, phi, passes=phi.name != "relu"),
    "wakes-by-name: it is not the name that counts: other activations have phi(0) not 0, too",
    lambda zero, phi: _movers(zero, phi, wakes=phi.name == "sigmoid"),
    "complement: the other way round: these are the matrices that stay",
    lambda zero, phi: [not m for m in ever_move(zero, phi)],
    "zero-is-stuck: a zero matrix is not stuck as such: alone it has a gradient, h from below times an error from "
    "above",
    lambda zero, phi: [not z for z in zero],
    "all-move: not all move: two zero matrices stop each other if phi(0) = 0",
    lambda zero, phi: [True] * len(zero),
    "single-stops: a single zero matrix stops nothing if phi'(0) is not 0",
    lambda zero, phi: [phi.at_zero != 0 or not any(zero)] * len(zero),
)

ADVICE = {
    r"^IndexError": "zero has L entries, for W^1, ..., W^L: zero[l - 1] says whether W^l is zero",
}

QUESTION = Question("3.4", 3, "Which matrices ever move?", ever_move, _starts, MISTAKES, _wrong_movers, advice=ADVICE)
