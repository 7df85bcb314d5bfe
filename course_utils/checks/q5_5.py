"""Question 5.5."""

import numpy as np

from course_utils import theory
from course_utils.activations import tanh
from course_utils.checks.core import Question, known


def balance(a, q):
    """The factor for W2 that keeps the size of delta^1 when W1 is multiplied by a."""
    return np.sqrt(_mean_square_slope(q) / _mean_square_slope(a**2 * q))


def _mean_square_slope(q):
    return theory.gaussian_mean(lambda z: tanh.derivative(z) ** 2, q)


def _scalings(rng):
    for a, q in [(2.0, 1.0), (10.0, 0.5), (0.3, 3.0), (5.0, 2.0)]:
        yield a + 0.1 * float(rng.random()), q + 0.1 * float(rng.random())
    yield 1.0, 1.0 + float(rng.random())


def _ratio(mean, at=lambda a, q: a**2 * q):
    return lambda a, q: np.sqrt(mean(q) / mean(at(a, q)))


MISTAKES = known(
    "upside-down: the ratio is upside down: W2 must make up for what phi' has lost",
    lambda a, q: 1 / balance(a, q),
    "no-root: mean squares are balanced, not their roots: take the root",
    lambda a, q: balance(a, q) ** 2,
    "a-not-squared: q is a variance: with a times the weights it is a^2 q",
    _ratio(_mean_square_slope, lambda a, q: a * q),
    "q-squared: the variance of z is q already: it goes with a^2",
    _ratio(_mean_square_slope, lambda a, q: a**2 * q**2),
    "root-of-q: the root of q is passed on: q is a variance, and gaussian_mean takes the variance",
    lambda a, q: np.sqrt(_mean_square_slope(np.sqrt(q)) / _mean_square_slope(a * np.sqrt(q))),
    "means: these are the means of phi': an rms needs the mean of phi'^2",
    lambda a, q: balance_of_means(a, q),
    "roots-of-means: these are roots of the means of phi': an rms needs the mean of phi'^2",
    lambda a, q: np.sqrt(balance_of_means(a, q)),
    "phi-for-slope: this is phi where it must be phi': going back, an error is multiplied by the slope",
    _ratio(lambda q: theory.gaussian_mean(lambda z: np.tanh(z) ** 2, q)),
    "at-h: phi' is taken at h, not at z",
    _ratio(lambda q: theory.gaussian_mean(lambda z: tanh.derivative(np.tanh(z)) ** 2, q)),
    "one-over-a: 1/a: errors do not shrink or grow in proportion to W1, it acts through phi' only",
    lambda a, q: 1 / a,
    "a: a: errors do not shrink or grow in proportion to W1, it acts through phi' only",
    lambda a, q: a,
    "divided-by-a: 1/a times too small: W1 is not on the way back from the output to delta^1",
    lambda a, q: balance(a, q) / a,
    "root-of-a: root of a: that is the law for very large weights only",
    lambda a, q: np.sqrt(a),
    "one: not 1: with other weights W1 gives other z and other slopes",
    lambda a, q: 1.0,
)

QUESTION = Question("5.5", 2, "Saturated, and no smaller", balance, _scalings, MISTAKES)


def balance_of_means(a, q):
    """A wrong answer: the ratio of the means of phi'."""
    return theory.gaussian_mean(tanh.derivative, q) / theory.gaussian_mean(tanh.derivative, a**2 * q)
