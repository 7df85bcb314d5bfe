"""Answers to 1.3, the error one layer down."""

import numpy as np


def slope_at_h(delta_next, W_next, z):
    h = np.tanh(z)
    return (delta_next @ W_next) * (1 - np.tanh(h) ** 2)


def no_slope(delta_next, W_next, z):
    return np.dot(delta_next, W_next)


def transposed(delta_next, W_next, z):
    return np.dot(delta_next, W_next.T) * (1 - np.tanh(z) ** 2)


def times_h(delta_next, W_next, z):
    h = np.tanh(z)
    return delta_next @ W_next * h


def z_for_h(delta_next, W_next, z):
    return delta_next @ W_next * (1 - z**2)


def not_squared(delta_next, W_next, z):
    return delta_next @ W_next * (1 - np.tanh(z))


def mean_again(delta_next, W_next, z):
    return delta_next @ W_next * (1 - np.tanh(z) ** 2) / len(z)


def as_for_columns(delta_next, W_next, z):
    return (W_next.T @ delta_next) * (1 - np.tanh(z) ** 2)


def in_place(delta_next, W_next, z):
    np.tanh(z, out=z)
    return (delta_next @ W_next) * (1 - z * z)


def sigmoid_slope(delta_next, W_next, z):
    h = np.tanh(z)
    return (delta_next @ W_next) * h * (1 - h)


def no_return(delta_next, W_next, z):
    delta = (delta_next @ W_next) * (1 - np.tanh(z) ** 2)  # noqa: F841


WRONG = {
    "phi' of h": (slope_at_h, "taken at h"),
    "forgot phi'": (no_slope, "phi'(z) is missing"),
    "W transposed": (transposed, "transpose"),
    "h instead of phi'": (times_h, "h = tanh(z) instead of phi'"),
    "1 - z^2": (z_for_h, "takes z for h"),
    "tanh not squared": (not_squared, "not squared"),
    "mean taken twice": (mean_again, "the mean is already in delta"),
    "the formula for columns": (as_for_columns, "samples in columns"),
    "changes z": (in_place, "input z in place"),
    "h (1 - h), the sigmoid's": (sigmoid_slope, "sigmoid"),
    "no return": (no_return, "forget `return`"),
}


def loops(delta_next, W_next, z):
    n, n_here = z.shape
    delta = np.zeros((n, n_here))
    for s in range(n):
        for j in range(n_here):
            back = sum(delta_next[s, i] * W_next[i, j] for i in range(W_next.shape[0]))
            delta[s, j] = back * (1 - np.tanh(z[s, j]) ** 2)
    return delta


def by_columns(delta_next, W_next, z):
    return ((W_next.T @ delta_next.T) / np.cosh(z.T) ** 2).T


def by_einsum(delta_next, W_next, z):
    return np.einsum("si,ij,sj->sj", delta_next, W_next, 1 - np.tanh(z) ** 2).tolist()


def single_precision(delta_next, W_next, z):
    delta_next, W_next, z = (a.astype("float32") for a in (delta_next, W_next, z))
    return (delta_next @ W_next) * (1 - np.tanh(z) ** 2)


RIGHT = {"loops": loops, "by columns": by_columns, "einsum, nested lists": by_einsum, "float32": single_precision}
