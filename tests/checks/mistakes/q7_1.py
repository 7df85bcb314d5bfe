"""Answers to 7.1, steps to 90 %."""

import math

import numpy as np


def argmax_alone(steps, accuracy, level):
    return [steps[np.argmax(column >= level)] for column in accuracy.T]


def last_step_for_never(steps, accuracy, level):
    out = []
    for j in range(accuracy.shape[1]):
        t = 0
        while t < len(steps) - 1 and accuracy[t, j] < level:
            t += 1
        out.append(steps[t])
    return out


def none_for_never(steps, accuracy, level):
    out = []
    for j in range(accuracy.shape[1]):
        out.append(next((step for step, a in zip(steps, accuracy[:, j], strict=True) if a >= level), None))
    return out


def nan_for_never(steps, accuracy, level):
    reached = accuracy >= level
    return np.where(reached.any(axis=0), steps[reached.argmax(axis=0)], np.nan)


def above(steps, accuracy, level):
    reached = accuracy > level
    return np.where(reached.any(axis=0), steps[reached.argmax(axis=0)], np.inf)


def index(steps, accuracy, level):
    return [int(np.flatnonzero(a >= level)[0]) if (a >= level).any() else math.inf for a in accuracy.T]


def bisected(steps, accuracy, level):
    out = []
    for column in accuracy.T:
        i = np.searchsorted(column, level)
        out.append(steps[i] if i < len(steps) else math.inf)
    return out


def from_then_on(steps, accuracy, level):
    out = []
    for a in accuracy.T:
        good = [t for t in range(len(a)) if (a[t:] >= level).all()]
        out.append(steps[good[0]] if good else math.inf)
    return out


def best(steps, accuracy, level):
    return [steps[a.argmax()] if a.max() >= level else np.inf for a in accuracy.T]


def last(steps, accuracy, level):
    return [steps[np.where(a >= level)[0][-1]] if max(a) >= level else np.inf for a in accuracy.T]


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
    "argmax alone": (argmax_alone, "argmax of a row without True is 0"),
    "last step for never": (last_step_for_never, "not the last step"),
    "None for never": (none_for_never, "not None"),
    "nan for never": (nan_for_never, "not nan"),
    "> for >=": (above, "so >=, not >"),
    "index": (index, "the index in the array, not the step"),
    "bisected": (bisected, "searchsorted needs a rising series"),
    "for good": (from_then_on, "even if it falls back"),
    "best": (best, "highest accuracy"),
    "last time": (last, "the last step with that accuracy"),
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
