"""Answers to 7.3, pulled apart."""

import itertools

import numpy as np

from course_utils import mlp


def both(params, x, nudge):
    a, b = mlp.forward(params, x), mlp.forward(params, x + nudge)
    return a, b, range(1, mlp.depth(params) + 1)


def without_the_output(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([np.sum((b.z[l] - a.z[l]) ** 2) for l in layers][:-1])
    return d[1:] / d[:-1]


def dicts(params, x, nudge):
    a, b, _ = both(params, x, nudge)
    d = ((b.z - a.z) ** 2).sum()
    return d[1:] / d[:-1]


def from_zero(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([np.sum((b.z[l] - a.z[l]) ** 2) for l in range(len(layers))])
    return d[1:] / d[:-1]


WRONG = {
    "without the output": (without_the_output, "wrong shape: got (1,), expected (2,)"),
    "dicts": (dicts, "is a dict {layer: z}"),
    "from zero": (from_zero, "there is no z[0]"),
}


def by_hand(params, x, nudge):
    here, there, squares = x, x + nudge, []
    for l in range(1, len(params) // 2 + 1):
        here = here @ params[f"W{l}"].T + params[f"b{l}"]
        there = there @ params[f"W{l}"].T + params[f"b{l}"]
        squares.append(((there - here) ** 2).sum())
        here, there = np.tanh(here), np.tanh(there)
    return np.array([after / before for before, after in itertools.pairwise(squares)])


def means_over_samples(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = [((b.z[l] - a.z[l]) ** 2).sum(axis=1).mean() for l in layers]
    return [d[i + 1] / d[i] for i in range(len(d) - 1)]


def single(params, x, nudge):
    params = {name: p.astype(np.float32) for name, p in params.items()}
    return by_hand(params, x.astype(np.float32), nudge.astype(np.float32))


RIGHT = {"by hand": by_hand, "means over samples, a list": means_over_samples, "float32": single}
