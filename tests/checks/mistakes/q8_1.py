"""Answers to 8.1, what a framework's argument does."""

import math

import numpy as np


def not_squared(sigma_w):
    return np.sqrt(2 / sigma_w - 1)


def no_root(sigma_w):
    return 2 / sigma_w**2 - 1


def one_forgotten(sigma_w):
    return np.sqrt(2) / sigma_w


def one_added(sigma_w):
    return (1 + 2 / sigma_w**2) ** 0.5


def bound_for_std(sigma_w):
    gain = sigma_w / np.sqrt(3)
    return np.sqrt(2 / gain**2 - 1)


def other_way_round(sigma_w):
    return np.sqrt(2 / (1 + sigma_w**2))


def two_forgotten(sigma_w):
    return np.sqrt(1 / np.square(sigma_w) - 1)


def always_five(sigma_w):
    return np.sqrt(5) + 0 * sigma_w


def as_list(sigma_w):
    return [np.sqrt(2 / s**2 - 1) for s in sigma_w]


WRONG = {
    "not squared": (not_squared, "its square is 2 / (1 + a^2)"),
    "no root": (no_root, "this is a^2"),
    "1 forgotten": (one_forgotten, "must be subtracted from"),
    "1 added": (one_added, "must be subtracted, not added"),
    "bound taken for std": (bound_for_std, "is the bound"),
    "the gain of a": (other_way_round, "solve for a"),
    "2 forgotten": (two_forgotten, "the 2 of the gain"),
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
