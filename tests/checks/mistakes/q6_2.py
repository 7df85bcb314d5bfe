"""Answers to 6.2, there and back."""

import numpy as np


def variance(n_in, n_out, mode):
    if mode == "fan_in":
        return 1 / n_in
    return 1 / n_out if mode == "fan_out" else 2 / (n_in + n_out)


def answer(variance=variance, there=lambda i, o: i, back=lambda i, o: o, first=1, first_back=2, last_back=0):
    """An answer from rules for the variance and the terms of a sum, and the layers from and to which they count."""

    def function(widths, mode):
        L = len(widths) - 1
        forward = backward = 1.0
        for l in range(1, L + 1):
            i, o = widths[l - 1], widths[l]
            v = variance(i, o, mode)
            if l >= first:
                forward *= there(i, o) * v
            if first_back <= l <= L - last_back:
                backward *= back(i, o) * v
        return forward, backward

    return function


def beyond_the_end(widths, mode):
    forward = backward = 1
    for l in range(1, len(widths) + 1):
        v = variance(widths[l - 1], widths[l], mode)
        forward, backward = forward * widths[l - 1] * v, backward * widths[l] * v
    return forward, backward


def telescoped(widths, mode):
    """The widths cancel, but for the first and the last."""
    n = np.array(widths, dtype=float)
    if mode == "fan_in":
        return [1.0, n[-1] / n[1]]
    if mode == "fan_out":
        return [n[0] / n[-1], 1.0]
    means = (n[1:] + n[:-1]) / 2
    return [(n[:-1] / means).prod(), (n[2:] / means[1:]).prod()]


WRONG = {
    "beyond the end": (beyond_the_end, "there are L + 1 widths"),
}

RIGHT = {
    "telescoped": telescoped,
}
