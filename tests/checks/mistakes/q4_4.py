"""Answers to 4.4, the start that never moves."""

import numpy as np


def frequencies(labels, classes):
    return np.array([np.mean(labels == k) for k in range(classes)])


def of_frequencies(change):
    """An answer made from the class frequencies."""
    return lambda labels, classes: change(frequencies(labels, classes))


def normalised_not_centred(labels, classes):
    b = np.log(frequencies(labels, classes))
    return b / abs(b.sum())


def geometric_mean(labels, classes):
    f = frequencies(labels, classes)
    return np.log(f / np.prod(f) ** (1 / classes))


WRONG = {
    "not centred": (of_frequencies(np.log), "must sum to zero"),
    "log of counts": (lambda labels, classes: np.log(np.unique(labels, return_counts=True)[1]), "must sum to zero"),
    "largest is zero": (of_frequencies(lambda f: np.log(f / f.max())), "must sum to zero"),
    "last is zero": (of_frequencies(lambda f: np.log(f) - np.log(f)[-1]), "must sum to zero"),
    "the sum subtracted": (of_frequencies(lambda f: np.log(f) - np.log(f).sum()), "must sum to zero"),
    "mean of the frequencies": (of_frequencies(lambda f: np.log(f) - f.mean()), "subtract their mean"),
    "divided by the sum": (normalised_not_centred, "values wrong"),
}

RIGHT = {
    "geometric mean": geometric_mean,
}
