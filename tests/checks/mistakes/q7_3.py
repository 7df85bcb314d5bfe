"""Answers to 7.3, pulled apart."""

import itertools

import numpy as np

from course_utils import mlp


def both(params, x, nudge):
    a, b = mlp.forward(params, x), mlp.forward(params, x + nudge)
    return a, b, range(1, mlp.depth(params) + 1)


def not_squared(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = [np.linalg.norm(b.z[l] - a.z[l]) for l in layers]
    return np.array(d[1:]) / np.array(d[:-1])


def sizes(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([abs(b.z[l] - a.z[l]).sum() for l in layers])
    return d[1:] / d[:-1]


def signed(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([np.sum(b.z[l] - a.z[l]) ** 2 for l in layers])
    return d[1:] / d[:-1]


def squares_apart(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([abs(np.sum(b.z[l] ** 2) - np.sum(a.z[l] ** 2)) for l in layers])
    return d[1:] / d[:-1]


def mean_over_units(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([np.mean((b.z[l] - a.z[l]) ** 2) for l in layers])
    return d[1:] / d[:-1]


def upside_down(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([np.sum((b.z[l] - a.z[l]) ** 2) for l in layers])
    return d[:-1] / d[1:]


def to_the_first(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([np.sum((b.z[l] - a.z[l]) ** 2) for l in layers])
    return d[1:] / d[0]


def outputs(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    f = [(np.tanh(b.z[l]) - np.tanh(a.z[l])) if l < len(layers) else b.z[l] - a.z[l] for l in layers]
    d = np.array([np.sum(g**2) for g in f])
    return d[1:] / d[:-1]


def each_sample(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([((b.z[l] - a.z[l]) ** 2).sum(axis=-1) for l in layers])
    return np.mean(d[1:] / d[:-1], axis=1)


def from_the_inputs(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([np.sum(nudge**2)] + [np.sum((b.z[l] - a.z[l]) ** 2) for l in layers])
    return d[1:] / d[:-1]


def without_the_output(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([np.sum((b.z[l] - a.z[l]) ** 2) for l in layers][:-1])
    return d[1:] / d[:-1]


def nudge_alone(params, x, nudge):
    z = mlp.forward(params, nudge).z
    d = np.array([np.sum(z[l] ** 2) for l in sorted(z)])
    return d[1:] / d[:-1]


def differences(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    return np.diff([np.sum((b.z[l] - a.z[l]) ** 2) for l in layers])


def dicts(params, x, nudge):
    a, b, _ = both(params, x, nudge)
    d = ((b.z - a.z) ** 2).sum()
    return d[1:] / d[:-1]


def from_zero(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    d = np.array([np.sum((b.z[l] - a.z[l]) ** 2) for l in range(len(layers))])
    return d[1:] / d[:-1]


def of_the_correlation(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    far = [1 - np.sum(a.z[l] * b.z[l]) / np.linalg.norm(a.z[l]) / np.linalg.norm(b.z[l]) for l in layers]
    return [after / before for before, after in itertools.pairwise(far)]


def distances(params, x, nudge):
    a, b, layers = both(params, x, nudge)
    return [np.sum((b.z[l] - a.z[l]) ** 2) for l in layers]


WRONG = {
    "not squared": (not_squared, "distance is not squared"),
    "sizes": (sizes, "these are sizes"),
    "signed": (signed, "square the differences before adding"),
    "difference of squares": (squares_apart, "square the difference"),
    "mean over units": (mean_over_units, "layers have different widths"),
    "upside down": (upside_down, "upside down"),
    "against the first": (to_the_first, "not all against the first"),
    "outputs h": (outputs, "take z, before the activation"),
    "each sample": (each_sample, "a mean of quotients"),
    "from the inputs": (from_the_inputs, "one number too many"),
    "without the output": (without_the_output, "wrong shape: got (1,), expected (2,)"),
    "nudge alone": (nudge_alone, "nudge moves x"),
    "of the correlation": (of_the_correlation, "the growth of 1 - c"),
    "the distances": (distances, "neither D^1 itself"),
    "differences": (differences, "a quotient is asked"),
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
