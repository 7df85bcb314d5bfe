"""Answers to 3.1, dead for ever."""

import numpy as np


def right_loop(W, b):
    dead = []
    for i in range(W.shape[0]):
        best = b[i]
        for w in W[i]:
            if w > 0:
                best = np.inf
        if best <= 0:
            dead.append(i)
    return dead


WRONG = {
    "a mask": (lambda W, b: (W <= 0).all(axis=1) & (b <= 0), "a list of indices was expected"),
    "entries": (lambda W, b: np.argwhere(W <= 0).tolist(), "a list of indices was expected"),
    "unsorted": (lambda W, b: right_loop(W, b)[::-1], "in increasing order"),
    "all() forgotten": (lambda W, b: [i for i in range(len(b)) if W[i] <= 0 and b[i] <= 0], "take .all() of it"),
}

RIGHT = {
    "vectorised, an array": lambda W, b: np.flatnonzero((W <= 0).all(axis=1) & (b <= 0)),
}
