"""Answers to 8.1, what a framework's argument does."""

import math

import numpy as np


def always_five(sigma_w):
    return np.sqrt(5) + 0 * sigma_w


def as_list(sigma_w):
    return [np.sqrt(2 / s**2 - 1) for s in sigma_w]


WRONG = {
    "always the default": (always_five, "entries are off"),
    "a loop over one number": (as_list, "TypeError"),
}


def of_the_variance(sigma_w):
    gain_squared = sigma_w**2
    return ((2 - gain_squared) / gain_squared) ** 0.5


@np.vectorize
def one_by_one(s):
    return math.sqrt(2 / s**2 - 1)


RIGHT = {
    "of the variance": of_the_variance,
    "one by one": lambda sigma_w: one_by_one(sigma_w),
    "float32": lambda sigma_w: np.sqrt(2 / np.float32(sigma_w) ** 2 - 1),
}
