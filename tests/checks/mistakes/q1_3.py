"""Answers to 1.3, the error one layer down."""

import numpy as np


def f(z):
    return 1.7159 * np.tanh(2 * z / 3)


def slope(z):
    return 1.7159 * 2 / 3 / np.cosh(2 * z / 3) ** 2


def slope_at_h(delta_next, W_next, z):
    h = f(z)
    return (delta_next @ W_next) * slope(h)


def no_slope(delta_next, W_next, z):
    return np.dot(delta_next, W_next)


def transposed(delta_next, W_next, z):
    return np.dot(delta_next, W_next.T) * slope(z)


def matrix_product(delta_next, W_next, z):
    return delta_next @ W_next @ slope(z)


def matrix_product_for_columns(delta_next, W_next, z):
    return W_next.T @ delta_next @ slope(z)


def entry_by_entry_throughout(delta_next, W_next, z):
    return delta_next * W_next * slope(z)


def times_h(delta_next, W_next, z):
    return delta_next @ W_next * f(z)


def plain_tanh(delta_next, W_next, z):
    return delta_next @ W_next * (1 - np.tanh(z) ** 2)


def plain_rule(delta_next, W_next, z):
    h = f(z)
    return delta_next @ W_next * (1 - h**2)


def no_inner_derivative(delta_next, W_next, z):
    return delta_next @ W_next * 1.7159 * (1 - np.tanh(2 * z / 3) ** 2)


def mean_again(delta_next, W_next, z):
    return delta_next @ W_next * slope(z) / len(z)


def as_for_columns(delta_next, W_next, z):
    return (W_next.T @ delta_next) * slope(z)


def in_place(delta_next, W_next, z):
    np.tanh(2 * z / 3, out=z)
    return (delta_next @ W_next) * 1.7159 * 2 / 3 * (1 - z * z)


def sigmoid_slope(delta_next, W_next, z):
    h = f(z)
    return (delta_next @ W_next) * h * (1 - h)


def no_return(delta_next, W_next, z):
    delta = (delta_next @ W_next) * slope(z)  # noqa: F841


WRONG = {
    "phi' of h": (slope_at_h, "taken at h"),
    "forgot phi'": (no_slope, "phi'(z) is missing"),
    "W transposed": (transposed, "transpose"),
    "@ for *": (matrix_product, "multiply entry by entry with *"),
    "@ for *, for columns": (matrix_product_for_columns, "multiply entry by entry with *"),
    "* for @": (entry_by_entry_throughout, "it is a matrix product, @"),
    "h instead of phi'": (times_h, "h = f(z) instead of phi'"),
    "slope of plain tanh": (plain_tanh, "derivative of plain tanh"),
    "1 - h^2": (plain_rule, "1 - h^2 is for plain tanh"),
    "no inner derivative": (no_inner_derivative, "inner derivative 2/3 is missing"),
    "mean taken twice": (mean_again, "the mean is already in delta"),
    "the formula for columns": (as_for_columns, "one sample as a column"),
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
            delta[s, j] = back * slope(z[s, j])
    return delta


def by_columns(delta_next, W_next, z):
    return ((W_next.T @ delta_next.T) * slope(z.T)).T


def by_einsum(delta_next, W_next, z):
    return np.einsum("si,ij,sj->sj", delta_next, W_next, 2 / 3 * (1.7159 - f(z) ** 2 / 1.7159)).tolist()


def single_precision(delta_next, W_next, z):
    delta_next, W_next, z = (a.astype("float32") for a in (delta_next, W_next, z))
    return (delta_next @ W_next) * slope(z)


RIGHT = {"loops": loops, "by columns": by_columns, "einsum, nested lists": by_einsum, "float32": single_precision}
