"""Answers to 4.6, how many neurons."""

import numpy as np


def right(b, activation):
    """Normal forms of the neurons, collected in a set."""
    found = set()
    for bias in b.tolist():
        if activation(bias) == 0:
            continue
        if activation.homogeneous:
            bias /= abs(bias)
        found.add(abs(bias) if activation.odd else bias)
    return len(found)


def hasty(b, activation):
    """With a homogeneous phi one or two, dead or not."""
    if activation.homogeneous:
        return np.unique(np.sign(b)).size
    return len(np.unique(b))


WRONG = {
    "hasty": (hasty, "values wrong"),
    "whole array": (lambda b, activation: len(b) if activation(b) != 0 else 0, "truth value of an array"),
}

RIGHT = {
    "a set": right,
    "a NumPy number": lambda b, activation: np.int64(right(b, activation)),
}
