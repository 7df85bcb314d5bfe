"""Answers to 7.3, pulled apart."""

import numpy as np

from course_utils import mlp


def both(params, x, nudge):
    a, b = mlp.forward(params, x), mlp.forward(params, x + nudge)
    return a, b, range(1, mlp.depth(params) + 1)


def dicts(params, x, nudge):
    a, b, _ = both(params, x, nudge)
    d = ((b.z - a.z) ** 2).sum()
    return d[1:] / d[:-1]


def from_zero(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([np.sum((b.z[l] - a.z[l]) ** 2) for l in range(len(layers))])
    return d[1:] / d[:-1]


def means_over_samples(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = [((b.z[l] - a.z[l]) ** 2).sum(axis=1).mean() for l in layers]
    return [d[i + 1] / d[i] for i in range(len(d) - 1)]


WRONG = {
    "dicts": (dicts, "is a dict {layer: z}"),
    "from zero": (from_zero, "there is no z[0]"),
}

RIGHT = {
    "means over samples, a list": means_over_samples,
}
