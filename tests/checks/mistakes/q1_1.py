"""Answers to 1.1, the derivative of LeCun's tanh."""

import math

import numpy as np


def f(z):
    return 1.7159 * np.tanh(2 / 3 * z)


def upside_down(z):
    return 1.7159 * 3 / 2 * (1 - np.tanh(2 * z / 3) ** 2)


def first_row_only(z):
    return 1.7159 * 2 / 3 * (1 - np.tanh(2 * z[0] / 3) ** 2)


WRONG = {
    "inner derivative upside down": (upside_down, "off by the factor 2.25"),
    "only the first row": (first_row_only, "wrong shape"),
}


def with_cosh(z):
    return 1.7159 * 2 / 3 / np.cosh(2 * z / 3) ** 2


def through_h(z):
    """(2/3) (1.7159 - f^2 / 1.7159)."""
    return 2 / 3 * (1.7159 - f(z) ** 2 / 1.7159)


def loop_to_lists(z):
    if np.ndim(z):
        return [loop_to_lists(row) for row in z]
    return 1.7159 * 2 / 3 * (1 - math.tanh(2 * z / 3) ** 2)


def single_precision(z):
    z = z.astype(np.float32)
    return np.float32(1.7159 * 2 / 3) * (1 - np.tanh(np.float32(2 / 3) * z) ** 2)


def complex_step(z):
    return f(z + 1e-30j).imag / 1e-30


RIGHT = {
    "with cosh": with_cosh,
    "through h": through_h,
    "a loop, nested lists": loop_to_lists,
    "float32": single_precision,
    "complex step": complex_step,
}
