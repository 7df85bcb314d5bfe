"""Answers to 8.5, a memory of the right length."""

import numpy as np


@np.vectorize
def one_by_one(T, share):
    low, high = -50.0, 50.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-middle))) ** T < share else (low, middle)
    return low


WRONG = {
    "always 1": (lambda T, share: np.ones(np.shape(T)), "entries are off"),
}

RIGHT = {
    "expm1": lambda T, share: -np.log(np.expm1(-np.log(share) / T)),
    "by bisection": lambda T, share: one_by_one(T, share),
}
