"""Answers to 3.1, dead for ever."""

import numpy as np


def mask(W, b):
    return (W <= 0).all(axis=1) & (b <= 0)


def entries(W, b):
    return np.argwhere(W <= 0).tolist()


def unsorted(W, b):
    return right_loop(W, b)[::-1]


def how_many(W, b):
    return len(right_loop(W, b))


def as_set(W, b):
    return set(right_loop(W, b))


def without_all(W, b):
    return [i for i in range(len(b)) if W[i] <= 0 and b[i] <= 0]


WRONG = {
    "a mask": (mask, "a list of indices was expected"),
    "entries": (entries, "a list of indices was expected"),
    "unsorted": (unsorted, "in increasing order"),
    "their number": (how_many, "a list was expected"),
    "a set": (as_set, "a list was expected"),
    "all() forgotten": (without_all, "take .all() of it"),
}


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


def vectorised(W, b):
    return np.flatnonzero((W <= 0).all(axis=1) & (b <= 0))


def largest(W, b):
    return tuple(np.where(np.maximum(np.float32(W).max(axis=1), b) <= 0)[0])


RIGHT = {"a loop": right_loop, "vectorised, an array": vectorised, "the largest number, a tuple": largest}
