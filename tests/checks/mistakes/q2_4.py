"""Answers to 2.4, many neurons follow one."""

import numpy as np


def widths_too_short(widths, lr):
    n = [*widths, 1]
    return {f"{k}{l}": lr * n[l] / (n[l - 1] if k == "W" else 1) for l in range(1, len(widths) + 2) for k in "Wb"}


def with_arrays(widths, lr):
    n = np.array([1, *widths, 1])
    weights, biases = lr * n[1:] / n[:-1], lr * n[1:]
    return {f"{k}{l + 1}": rate[l] for l in range(len(biases)) for k, rate in (("W", weights), ("b", biases))}


WRONG = {
    "n has an entry too few": (widths_too_short, "n = [1, *widths, 1]"),
}

RIGHT = {
    "arrays": with_arrays,
}
