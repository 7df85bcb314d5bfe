"""Answers to 5.5, the factor that keeps the size of the errors."""

import numpy as np

from course_utils import theory


def slope(z):
    return 1 - np.tanh(z) ** 2


def passed(q):
    return theory.gaussian_mean(lambda z: slope(z) ** 2, q)


WRONG = {}


def trapezoids(a, q):
    t = np.linspace(-12, 12, 1_000_001)
    weights = np.exp(-(t**2) / 2)

    def mean(v):
        return np.sum(weights / np.cosh(np.sqrt(v) * t) ** 4)

    return np.sqrt(mean(q) / mean(a**2 * q))


def two_errors(a, q):
    before, after = np.sqrt(theory.gaussian_mean(lambda z: slope(z) ** 2, np.array([q, q * a**2])))
    return before / after


def scaled_function(a, q):
    after = theory.gaussian_mean(lambda z: slope(a * z) ** 2, q)
    return np.float32((passed(q) / after) ** 0.5)


RIGHT = {"trapezoids": trapezoids, "both at once": two_errors, "scaled function, float32": scaled_function}
