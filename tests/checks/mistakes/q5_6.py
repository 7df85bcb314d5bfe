"""Answers to 5.6, what an odd network can get right."""

import numpy as np


def arrays_compared(x, y):
    n = len(x)
    return 1 - sum(x[i] == -x[j] and y[i] == y[j] for j in range(n) for i in range(j)) / n


def by_class(x, y):
    return 1 / len(np.unique(y))


WRONG = {
    "arrays compared": (arrays_compared, "np.array_equal"),
    "chance": (by_class, "which is too small"),
}


def dictionary(x, y):
    right, seen = 0, {}
    for row, label in zip(x.tolist(), y.tolist(), strict=True):
        partner = seen.get(tuple(-v for v in row))
        right += partner != label
        seen[tuple(row)] = label
    return right / len(x)


def broadcast(x, y):
    opposite = (x[:, None] == -x[None]).all(axis=-1)
    return np.float32(1 - (opposite & (y[:, None] == y)).sum() / 2 / len(y))


def one_by_one(x, y):
    n = len(x)
    costs = [any((x[i] == -x[j]).all() and y[i] == y[j] for j in range(n)) / 2 for i in range(n)]
    return 1 - np.mean(costs)


RIGHT = {"a dictionary": dictionary, "broadcast, float32": broadcast, "half a sample each": one_by_one}
