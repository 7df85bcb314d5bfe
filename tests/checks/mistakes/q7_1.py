"""Answers to 7.1, steps to 90 %."""

import math

import numpy as np


def rows(steps, accuracy, level):
    return [steps[np.argmax(row >= level)] if (row >= level).any() else np.inf for row in accuracy]


def no_columns(steps, accuracy, level):
    for step, a in zip(steps, accuracy, strict=True):
        if a >= level:
            return step
    return math.inf


def empty(steps, accuracy, level):
    return [steps[np.flatnonzero(column >= level)[0]] for column in accuracy.T]


def least(steps, accuracy, level):
    return [min(steps[column >= level]) for column in accuracy.T]


WRONG = {
    "rows": (rows, "one entry for each of the 6 networks (columns)"),
    "as one network": (no_columns, "go through accuracy.T"),
    "empty": (empty, "may never reach the level"),
    "min of nothing": (least, "may never reach the level"),
}


def loops(steps, accuracy, level):
    found = []
    for j in range(len(accuracy[0])):
        first = float("inf")
        for i in range(len(steps) - 1, -1, -1):
            if accuracy[i, j] >= level:
                first = float(steps[i])
        found.append(first)
    return found


def vectorised(steps, accuracy, level):
    reached = np.asarray(accuracy) >= level
    return np.where(reached.any(axis=0), steps[reached.argmax(axis=0)], np.inf)


def by_minimum(steps, accuracy, level):
    return tuple(np.where(accuracy >= level, steps[:, None], np.inf).min(axis=0).astype(np.float32))


RIGHT = {"loops": loops, "where and argmax": vectorised, "minimum, float32": by_minimum}
