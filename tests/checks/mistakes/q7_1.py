"""Answers to 7.1, steps to 90 %."""

import math

import numpy as np


def no_columns(steps, accuracy, level):
    for step, a in zip(steps, accuracy, strict=True):
        if a >= level:
            return step
    return math.inf


def vectorised(steps, accuracy, level):
    reached = np.asarray(accuracy) >= level
    return np.where(reached.any(axis=0), steps[reached.argmax(axis=0)], np.inf)


WRONG = {
    "rows": (
        lambda steps, accuracy, level: [
            steps[np.argmax(row >= level)] if (row >= level).any() else np.inf for row in accuracy
        ],
        "one entry for each of the 6 networks (columns)",
    ),
    "as one network": (no_columns, "go through accuracy.T"),
    "empty": (
        lambda steps, accuracy, level: [steps[np.flatnonzero(column >= level)[0]] for column in accuracy.T],
        "may never reach the level",
    ),
    "min of nothing": (
        lambda steps, accuracy, level: [min(steps[column >= level]) for column in accuracy.T],
        "may never reach the level",
    ),
}

RIGHT = {
    "where and argmax": vectorised,
}
