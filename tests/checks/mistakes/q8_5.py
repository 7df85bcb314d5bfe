"""Answers to 8.5, a memory of the right length."""

import numpy as np


def keras(T, share):
    return np.ones(np.shape(T))


def whole_division(T, share):
    f = share ** (1 // T)
    return np.log(f / (1 - f))


WRONG = {
    "always 1": (keras, "entries are off"),
    "whole division": (whole_division, "infinite"),
}


def with_log(T, share):
    return -np.log(np.expm1(-np.log(share) / T))


def minus_log(T, share):
    return -np.log(share ** (-1 / np.asarray(T)) - 1)


@np.vectorize
def one_by_one(T, share):
    low, high = -50.0, 50.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-middle))) ** T < share else (low, middle)
    return low


RIGHT = {"expm1": with_log, "minus log": minus_log, "by bisection": lambda T, share: one_by_one(T, share)}
