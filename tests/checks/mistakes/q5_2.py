"""Answers to 5.2, normalised by the training set."""

import numpy as np


def epsilon(x_train, x_new):
    return (x_new - x_train.mean(axis=0)) / (np.std(x_train, axis=0) + 1e-8)


def tiny_epsilon(x_train, x_new):
    return (x_new - x_train.mean(axis=0)) / (np.std(x_train, axis=0) + 1e-12)


def at_least(x_train, x_new):
    return (x_new - x_train.mean(axis=0)) / np.maximum(np.std(x_train, axis=0), 1e-9)


def positive_std(x_train, x_new):
    """Where the std of a constant is 1e-17 by rounding, this divides by it."""
    std = x_train.std(axis=0)
    return (x_new - x_train.mean(axis=0)) / np.where(std > 0, std, 1)


def along_rows(x_train, x_new):
    return (x_new - x_train.mean(axis=1)) / x_train.std(axis=1)


def training_set_returned(x_train, x_new):
    std = x_train.std(axis=0)
    return (x_train - x_train.mean(axis=0)) / np.where(std > 0, std, 1)


def in_place(x_train, x_new):
    std = x_train.std(axis=0)
    x_new -= x_train.mean(axis=0)
    x_new /= np.where(std > 0, std, 1)
    return x_new


WRONG = {
    "epsilon": (epsilon, "divide by 1 there"),
    "epsilon 1e-12": (tiny_epsilon, "is blown up"),
    "at least 1e-9": (at_least, "is blown up"),
    "std > 0": (positive_std, "Rounding makes the std of a constant 1e-17"),
    "along the rows": (along_rows, "axis=0"),
    "the training set returned": (training_set_returned, "wrong shape"),
    "in place": (in_place, "in place"),
}


def loops(x_train, x_new):
    out = x_new.copy()
    for j in range(x_train.shape[1]):
        mean = sum(x_train[:, j]) / len(x_train)
        c = sum((v - mean) ** 2 for v in x_train[:, j]) / len(x_train)
        out[:, j] = (x_new[:, j] - mean) / (c**0.5 if c > 1e-20 else 1)
    return out


def assigned(x_train, x_new):
    mean, std = np.mean(x_train, axis=0), np.std(x_train, axis=0)
    std[(x_train == x_train[0]).all(axis=0)] = 1.0
    return [[(v - m) / s for v, m, s in zip(row, mean, std, strict=True)] for row in x_new]


def single_precision(x_train, x_new):
    return loops(x_train, x_new).astype(np.float32)


RIGHT = {"loops": loops, "nested lists": assigned, "float32": single_precision}
