"""Answers to 2.5, one unit in the last place."""

import copy

import numpy as np


def copied(params):
    return {name: p.copy() for name, p in params.items()}


def first_entry(params, x):
    new = copied(params)
    new["W1"][0, 0] = np.nextafter(new["W1"][0, 0], np.inf)
    return new


def last_entry(params, x):
    new = copied(params)
    new["W1"][-1, -1] = np.nextafter(new["W1"][-1, -1], 1e9)
    return new


def too_far(params, x):
    new = copied(params)
    new["W1"][0, np.flatnonzero(x.any(axis=0))[0]] += 1e-6
    return new


def lost(params, x):
    new = copied(params)
    new["W1"][0, np.flatnonzero(x.any(axis=0))[0]] += 1e-17
    return new


def whole_row(params, x):
    new = copied(params)
    new["W1"][0] = np.nextafter(new["W1"][0], np.inf)
    return new


def every_neuron(params, x):
    new = copied(params)
    j = np.flatnonzero(x.any(axis=0))[0]
    new["W1"][:, j] = np.nextafter(new["W1"][:, j], np.inf)
    return new


def bias(params, x):
    new = copied(params)
    new["b1"][0] = np.nextafter(new["b1"][0], np.inf)
    return new


def by_sample(params, x):
    new = copied(params)
    j = x.any(axis=1).argmax()
    new["W1"][0, j] = np.nextafter(new["W1"][0, j], np.inf)
    return new


def axes_swapped(params, x):
    new = copied(params)
    j = x.any(axis=0).argmax()
    new["W1"][j, 0] = np.nextafter(new["W1"][j, 0], np.inf)
    return new


def not_assigned(params, x):
    new = copied(params)
    j = x.any(axis=0).argmax()
    np.nextafter(new["W1"][0, j], np.inf)
    return new


def assigned_to_a_number(params, x):
    new = copied(params)
    w = new["W1"][0, x.any(axis=0).argmax()]
    w = np.nextafter(w, np.inf)
    return new


def right_loop(params, x):
    new = copy.deepcopy(params)
    for j in range(x.shape[1]):
        if any(x[s, j] != 0 for s in range(len(x))):
            new["W1"][-1, j] = np.nextafter(new["W1"][-1, j], -np.inf)
            return new


def brightest(params, x):
    W1 = params["W1"].copy()
    j = np.abs(x).max(axis=0).argmax()
    W1[0, j] += np.spacing(W1[0, j])
    return params | {"W1": W1}


def last_used(params, x):
    W1 = params["W1"].tolist()
    W1[1][np.nonzero(x)[1].max()] = np.nextafter(W1[1][np.nonzero(x)[1].max()], 100)
    return {**params, "W1": W1}


WRONG = {
    "the first entry": (first_entry, "is blank"),
    "the last entry": (last_entry, "is blank"),
    "1e-6": (too_far, "has moved by 1.0e-06"),
    "1e-17": (lost, "lost in rounding"),
    "a whole row": (whole_row, "exactly one entry"),
    "every neuron": (every_neuron, "exactly one entry"),
    "the bias": (bias, "must be one of W1"),
    "a sample taken for an input": (by_sample, "is blank"),
    "row and column mixed up": (axes_swapped, "i is a neuron"),
    "not assigned": (not_assigned, "did you assign the result?"),
    "assigned to a number of its own": (assigned_to_a_number, "did you assign the result?"),
}

RIGHT = {
    "loop, downwards": right_loop,
    "the brightest input": brightest,
    "nested lists": last_used,
}
