"""Answers to 7.4, a way round."""

import numpy as np

from course_utils.theory import gaussian_mean


def square(z):
    return np.tanh(z) ** 2


def slope_square(z):
    return (1 - np.tanh(z) ** 2) ** 2


def a_number_for_a_function(q, sigma_w, branches):
    factor = 1
    for _ in range(branches):
        factor *= 1 + sigma_w**2 * gaussian_mean(slope_square(q), q)
        q += sigma_w**2 * gaussian_mean(square(q), q)
    return {"forward": q, "backward": factor}


def by_many_numbers(q, sigma_w, branches):
    """A quadrature of one's own."""
    u = np.linspace(-9, 9, 4001)
    weights = np.exp(-(u**2) / 2)
    weights /= weights.sum()
    factors = []
    for _ in range(branches):
        z = np.sqrt(q) * u
        factors.append(1 + sigma_w**2 * (weights / np.cosh(z) ** 4).sum())
        q = q + sigma_w**2 * (weights * np.tanh(z) ** 2).sum()
    return {"forward": np.array(q), "backward": np.prod(factors)}


WRONG = {
    "a number": (a_number_for_a_function, "needs a function of z"),
}

RIGHT = {
    "own quadrature": by_many_numbers,
}
