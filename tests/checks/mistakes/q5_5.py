"""Answers to 5.5, the factor that keeps the size of the errors."""

import numpy as np

from course_utils import theory


def slope(z):
    return 1 - np.tanh(z) ** 2


def passed(q):
    return theory.gaussian_mean(lambda z: slope(z) ** 2, q)


def upside_down(a, q):
    return np.sqrt(passed(a * a * q) / passed(q))


def no_root(a, q):
    return passed(q) / passed(a * a * q)


def a_for_its_square(a, q):
    return np.sqrt(passed(q) / passed(a * q))


def q_squared(a, q):
    return np.sqrt(passed(q) / passed((a * q) ** 2))


def means(a, q):
    return theory.gaussian_mean(slope, q) / theory.gaussian_mean(slope, a * a * q)


def roots_of_means(a, q):
    return np.sqrt(means(a, q))


def phi(a, q):
    def square(v):
        return theory.gaussian_mean(lambda z: np.tanh(z) ** 2, v)

    return np.sqrt(square(q) / square(a * a * q))


def slope_at_h(a, q):
    def square(v):
        return theory.gaussian_mean(lambda z: slope(np.tanh(z)) ** 2, v)

    return np.sqrt(square(q) / square(a * a * q))


def one_over_a(a, q):
    return 1 / a


def the_same(a, q):
    return a


def divided_by_a(a, q):
    return np.sqrt(passed(q) / passed(a * a * q)) / a


def root_of_a(a, q):
    return np.sqrt(a)


def nothing(a, q):
    return 1


def standard_deviation(a, q):
    return np.sqrt(passed(np.sqrt(q)) / passed(a * np.sqrt(q)))


WRONG = {
    "upside down": (upside_down, "upside down"),
    "no root": (no_root, "take the root"),
    "a for its square": (a_for_its_square, "it is a^2 q"),
    "q squared": (q_squared, "the variance of z is q already"),
    "means of the slope": (means, "the means of phi'"),
    "roots of means": (roots_of_means, "roots of the means of phi'"),
    "phi for phi'": (phi, "must be phi'"),
    "slope at h": (slope_at_h, "at h, not at z"),
    "1/a": (one_over_a, "in proportion to W1"),
    "a": (the_same, "in proportion to W1"),
    "divided by a": (divided_by_a, "not on the way back"),
    "root of a": (root_of_a, "for very large weights only"),
    "1": (nothing, "not 1"),
    "q as a standard deviation": (standard_deviation, "the root of q is passed on"),
}


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
