"""Answers to 3.1, dead for ever."""

import numpy as np


def no_bias(W, b):
    return [i for i in range(len(W)) if np.all(W[i] <= 0)]


def negative_sums(W, b):
    return [i for i in range(len(b)) if sum(W[i]) <= 0 and b[i] <= 0]


def sum_and_bias(W, b):
    return list(np.flatnonzero(W @ np.ones(W.shape[1]) + b <= 0))


def strictly_negative_weights(W, b):
    return [i for i in range(len(b)) if np.max(W[i]) < 0 and b[i] <= 0]


def strictly_negative_bias(W, b):
    return [i for i in range(len(b)) if np.max(W[i]) <= 0 and b[i] < 0]


def both_strict(W, b):
    return [i for i in range(len(b)) if max(*W[i], b[i]) < 0]


def some_weight(W, b):
    return [i for i, row in enumerate(W) if row.min() <= 0 and b[i] <= 0]


def first_weight(W, b):
    return [i for i, row in enumerate(W) if row[0] <= 0 and b[i] <= 0]


def columns(W, b):
    return np.flatnonzero(W.max(axis=0) <= 0)


def bias_alone(W, b):
    return [i for i, bias in enumerate(b) if bias <= 0]


def alive(W, b):
    return [i for i in range(len(b)) if not (W[i] <= 0).all() or b[i] > 0]


def either(W, b):
    return [i for i in range(len(b)) if (W[i] <= 0).all() or b[i] <= 0]


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
    "bias forgotten": (no_bias, "the bias counts, too"),
    "negative sums": (negative_sums, "negative sum is not enough"),
    "negative sum with the bias": (sum_and_bias, "negative sum is not enough"),
    "weights < 0": (strictly_negative_weights, "weight of exactly 0"),
    "bias < 0": (strictly_negative_bias, "bias of exactly 0 is dead"),
    "both < 0": (both_strict, "weights and biases of exactly 0"),
    "one weight": (some_weight, "one negative weight is not enough"),
    "the first weight": (first_weight, "only the first column"),
    "columns": (columns, "neuron i is row i"),
    "bias alone": (bias_alone, "the weights count, too"),
    "the living": (alive, "the other way round"),
    "either": (either, "either is not enough"),
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
