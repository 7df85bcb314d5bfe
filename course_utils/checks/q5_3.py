"""Question 5.3."""

import math

import numpy as np

from course_utils.checks.core import Question, known


def share_saturated(b, q, least):
    """The probability that LeCun's sigmoid has at most `least` of its largest slope, at z ~ N(b, q)."""
    c = 1.5 * np.arctanh(np.sqrt(1 - least))
    return (math.erfc((c - b) / math.sqrt(2 * q)) + math.erfc((c + b) / math.sqrt(2 * q))) / 2


def _sums(rng):
    for b, q, least in [(0.0, 1.0, 0.05), (0.8, 2.5, 0.1), (-1.7, 0.6, 0.2), (2.0, 4.0, 0.02)]:
        yield b + 0.1 * float(rng.random()), q + float(rng.random()), least


def _tails(c=lambda least: 1.5 * np.arctanh(np.sqrt(1 - least)), lower=1, upper=1, shift=1, spread=math.sqrt, root=2):
    """A wrong answer: other borders c, one tail only, another centre, another spread."""

    def function(b, q, least):
        s = spread(q) * math.sqrt(root)
        tails = upper * math.erfc((c(least) - shift * b) / s) + lower * math.erfc((c(least) + shift * b) / s)
        return tails / 2

    return function


def _both_above(b, q, least):
    c = 1.5 * np.arctanh(np.sqrt(1 - least))
    return math.erfc((c - b) / math.sqrt(2 * q))


MISTAKES = known(
    "plain-tanh: the border is that of plain tanh: here its argument is 2z/3",
    _tails(lambda least: np.arctanh(np.sqrt(1 - least))),
    "border-divided: the border is divided by 3/2 where it must be multiplied: 2c/3 = artanh(...)",
    _tails(lambda least: np.arctanh(np.sqrt(1 - least)) / 1.5),
    "no-root: the root is missing: the slope is 1 - tanh^2, so tanh = root of (1 - least) at the border",
    _tails(lambda least: 1.5 * np.arctanh(1 - least)),
    "tanh-is-least: the border is where tanh itself, not its slope, has the value least",
    _tails(lambda least: 1.5 * np.arctanh(least)),
    "slope-complement: the border is where tanh = root of least: there the slope is 1 - least",
    _tails(lambda least: 1.5 * np.arctanh(np.sqrt(least))),
    "absolute-slope: `least` is a share of the largest slope, f'(0), not a slope",
    _tails(lambda least: 1.5 * np.arctanh(np.sqrt(1 - least / (1.7159 * 2 / 3)))),
    "no-bias: the bias is forgotten: z has mean b",
    _tails(shift=0),
    "upper-only: only the upper tail: below -c it is saturated, too",
    _tails(lower=0),
    "lower-only: only the lower tail: above c it is saturated, too",
    _tails(upper=0),
    "upper-twice: the upper tail is taken twice: with a bias the two differ",
    _both_above,
    "lower-twice: both tails lie c + b away from the mean here: the upper one lies c - b away",
    lambda b, q, least: _both_above(-b, q, least),
    "not-saturated: this is the share that is not saturated",
    lambda b, q, least: 1 - share_saturated(b, q, least),
    "twice: twice as much: erfc(u) is both tails already",
    lambda b, q, least: 2 * share_saturated(b, q, least),
    "variance-as-deviation: q is the variance of z: take its root",
    _tails(spread=float),
    "no-two: the 2 in the root is missing: P(u > c) = erfc(c / sqrt(2)) / 2 for a standard normal u",
    _tails(root=1),
)

QUESTION = Question("5.3", 2, "How much saturates?", share_saturated, _sums, MISTAKES)
