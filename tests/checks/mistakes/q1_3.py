"""Answers to 1.3, the error one layer down."""

import numpy as np


def f(z):
    return 1.7159 * np.tanh(2 * z / 3)


def by_einsum(delta_next, W_next, z):
    return np.einsum("si,ij,sj->sj", delta_next, W_next, 2 / 3 * (1.7159 - f(z) ** 2 / 1.7159)).tolist()


RIGHT = {
    "einsum, nested lists": by_einsum,
}
