"""Answers to 8.1, what a framework's argument does."""

import math

import numpy as np


def of_the_variance(sigma_w):
    gain_squared = sigma_w**2
    return ((2 - gain_squared) / gain_squared) ** 0.5


@np.vectorize
def one_by_one(s):
    return math.sqrt(2 / s**2 - 1)


WRONG = {
    "always the default": (lambda sigma_w: np.sqrt(5) + 0 * sigma_w, "entries are off"),
    "a loop over one number": (lambda sigma_w: [np.sqrt(2 / s**2 - 1) for s in sigma_w], "TypeError"),
}

RIGHT = {
    "of the variance": of_the_variance,
    "one by one": lambda sigma_w: one_by_one(sigma_w),
}
