"""Answers to 5.6, what an odd network can get right."""

import numpy as np


def pairs(x):
    return [(i, j) for j in range(len(x)) for i in range(j) if (x[i] == -x[j]).all()]


def both_lost(x, y):
    lost = {k for i, j in pairs(x) if y[i] == y[j] for k in (i, j)}
    return 1 - len(lost) / len(x)


def counted_twice(x, y):
    n = len(x)
    return 1 - sum((x[i] == -x[j]).all() and y[i] == y[j] for i in range(n) for j in range(n)) / n


def labels_ignored(x, y):
    return 1 - len(pairs(x)) / len(x)


def labels_ignored_both_lost(x, y):
    return 1 - 2 * len(pairs(x)) / len(x)


def other_way_round(x, y):
    return 1 - sum(y[i] != y[j] for i, j in pairs(x)) / len(x)


def always_half(x, y):
    return 0.5


def always_all(x, y):
    return 1


def only_the_pairs(x, y):
    found = pairs(x)
    if not found:
        return 1.0
    return np.mean([0.5 if y[i] == y[j] else 1.0 for i, j in found])


def a_number(x, y):
    return len(x) - sum(y[i] == y[j] for i, j in pairs(x))


def lost(x, y):
    return sum(y[i] == y[j] for i, j in pairs(x)) / len(x)


def sizes(x, y):
    n = len(x)
    same = [np.array_equal(np.abs(x[i]), np.abs(x[j])) and y[i] == y[j] for j in range(n) for i in range(j)]
    return 1 - sum(same) / n


def neighbours(x, y):
    return 1 - sum((x[i] == -x[i + 1]).all() and y[i] == y[i + 1] for i in range(len(x) - 1)) / len(x)


def arrays_compared(x, y):
    n = len(x)
    return 1 - sum(x[i] == -x[j] and y[i] == y[j] for j in range(n) for i in range(j)) / n


def sums(x, y):
    n = len(x)
    return 1 - sum((x[i] + x[j]).sum() == 0 and y[i] == y[j] for i in range(n) for j in range(i)) / n


def by_class(x, y):
    return 1 / len(np.unique(y))


WRONG = {
    "both lost": (both_lost, "only the other one is lost"),
    "counted twice": (counted_twice, "only the other one is lost"),
    "labels ignored": (labels_ignored, "a pair with different labels loses none"),
    "labels ignored, both lost": (labels_ignored_both_lost, "and none if they differ"),
    "other way round": (other_way_round, "the other way round"),
    "always one half": (always_half, "not always one half"),
    "always 1": (always_all, "not always 1"),
    "only the pairs": (only_the_pairs, "they count, too"),
    "a number": (a_number, "divide by how many"),
    "the share lost": (lost, "the share that is lost"),
    "sizes": (sizes, "every sign changed"),
    "neighbours": (neighbours, "only neighbours"),
    "arrays compared": (arrays_compared, "np.array_equal"),
    "sums": (sums, "opposite in every entry"),
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
