"""Question 10.3, a wider network."""

import numpy as np

from course_utils.checks.core import Question, known


def wider(lr, base, width):
    """Adam's step sizes, and the factor on the readout's start, by the maximal-update rules."""
    m = width / base
    return {"W1": lr, "b1": lr, "W2": lr / m, "b2": lr, "W3": lr / m, "b3": lr, "start": m**-0.5}


def _widths(rng):
    for base, width in [(32, 128), (64, 48), (16, 400), rng.integers((8, 100), (99, 999)).tolist()]:
        yield float(rng.uniform(0.001, 0.03)), base, width


def _rules(start=lambda m: m**-0.5, **rates):
    """A wrong answer: for these parameters lr times another function of width / base."""

    def function(lr, base, width):
        m = width / base
        return wider(lr, base, width) | {"start": start(m)} | {name: lr * rate(m) for name, rate in rates.items()}

    return function


def _over(m):
    return 1 / m


def _same(m):
    return 1.0


def _root(m):
    return m**-0.5


def _times(m):
    return m


MISTAKES = known(
    "nothing: one step size for all is what does not carry over: divide that of W2 and W3 by how much wider it is",
    _rules(_same, W2=_same, W3=_same),
    "all-divided: only matrices that read hidden units are divided: W1 reads 64 pixels at any width, biases read a 1",
    _rules(W1=_over, b1=_over, b2=_over, b3=_over),
    "biases-divided: a bias reads one input, the number 1, at any width: its step size stays",
    _rules(b1=_over, b2=_over, b3=_over),
    "w1-divided: W1 reads 64 pixels at any width: its step size stays",
    _rules(W1=_over),
    "readout-not-divided: W3 reads hidden units as well: divide its step size, too",
    _rules(W3=_same),
    "hidden-not-divided: W2 reads hidden units as well: divide its step size, too",
    _rules(W2=_same),
    "root: Adam's steps add up with one sign: divide by how much wider it is, not by the root",
    _rules(W2=_root, W3=_root),
    "multiplied: wider means smaller steps: divide, do not multiply",
    _rules(W2=_times, W3=_times),
    "by-width: lr was found at width `base`: divide by width / base, not by the width",
    lambda lr, base, width: wider(lr, base, width) | {"W2": lr / width, "W3": lr / width},
    "squared: divide once, not twice",
    _rules(W2=lambda m: m**-2, W3=lambda m: m**-2),
    "start-not-changed: the readout starts smaller, too: He's scale times 1/sqrt(width/base)",
    _rules(_same),
    "start-by-width: He's start has one 1/sqrt(width) in it already: only the other root is missing",
    _rules(_over),
    "start-larger: the readout of the wider network starts smaller, not larger",
    _rules(np.sqrt),
)

QUESTION = Question("10.3", 3, "A wider network", wider, _widths, MISTAKES)
