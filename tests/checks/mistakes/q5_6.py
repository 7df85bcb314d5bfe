"""Answers to 5.6, what an odd network can get right."""

import numpy as np


def arrays_compared(x, y):
    n = len(x)
    return 1 - sum(x[i] == -x[j] and y[i] == y[j] for j in range(n) for i in range(j)) / n


def one_by_one(x, y):
    n = len(x)
    costs = [any((x[i] == -x[j]).all() and y[i] == y[j] for j in range(n)) / 2 for i in range(n)]
    return 1 - np.mean(costs)


WRONG = {
    "arrays compared": (arrays_compared, "np.array_equal"),
    "chance": (lambda x, y: 1 / len(np.unique(y)), "which is too small"),
}

RIGHT = {
    "half a sample each": one_by_one,
}
