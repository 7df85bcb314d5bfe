"""Answers to 6.4, how deep is too deep."""

import math

import numpy as np

INFO = np.finfo(np.float32)


def counted(step=math.sqrt, low=INFO.smallest_subnormal, high=INFO.max, start=None, end=0):
    """An answer that counts, with the factor step(chi) a layer."""

    def function(rms, chi):
        size, layers = start or rms, 0
        while float(low) <= size <= float(high):
            size *= step(chi)
            layers += 1
        return layers + end

    return function


def by_logarithms(whole, info=INFO):
    def function(rms, chi):
        limit = float(info.max if chi > 1 else info.smallest_subnormal)
        return whole(2 * math.log(limit / rms) / math.log(chi))

    return function


def only_down(rms, chi):
    return math.ceil(math.log(float(INFO.smallest_subnormal) / rms) / math.log(math.sqrt(chi)))


def only_down_positive(rms, chi):
    return abs(only_down(rms, chi))


def in_float32(rms, chi):
    limit = INFO.max if chi > 1 else INFO.smallest_subnormal
    return math.ceil(math.log(limit / rms) / math.log(math.sqrt(chi)))


def in_float32_by_numpy(rms, chi):
    limit = INFO.max if chi > 1 else INFO.smallest_subnormal
    return np.ceil(np.log(limit / rms) / np.log(np.sqrt(chi)))


def compared_in_float32(rms, chi):
    """The limits as finfo has them: NumPy rounds rms to float32 for the comparison."""
    n = 0
    while INFO.smallest_subnormal <= rms <= INFO.max:
        rms, n = rms * math.sqrt(chi), n + 1
    return n


def bottom_only(rms, chi):
    return 0 if chi > 1 else counted()(rms, chi)


def before_the_step(rms, chi):
    """The last layer that is still inside."""
    layers = 0
    while float(INFO.smallest_subnormal) <= rms * math.sqrt(chi) <= float(INFO.max):
        rms *= math.sqrt(chi)
        layers += 1
    return layers


def upside_down(rms, chi):
    limit = float(INFO.max if chi < 1 else INFO.smallest_subnormal)
    return math.ceil(math.log(limit / rms) / math.log(math.sqrt(chi)))


WRONG = {
    "chi for its root": (counted(step=lambda chi: chi), "chi is the factor of the squares"),
    "chi squared": (counted(step=lambda chi: chi**2), "not by chi^2"),
    "tiny": (counted(low=INFO.tiny), "finfo.tiny"),
    "tiny and its inverse": (counted(low=INFO.tiny, high=1 / INFO.tiny), "finfo.tiny"),
    "eps": (counted(low=INFO.eps), "finfo.eps"),
    "eps and its inverse": (counted(low=INFO.eps, high=1 / float(INFO.eps)), "finfo.eps"),
    "float64": (by_logarithms(math.ceil, np.finfo(float)), "this is for float64"),
    "rounded down": (by_logarithms(math.floor), "one too few"),
    "cut off by int": (by_logarithms(int), "one too few"),
    "the last inside": (before_the_step, "one too few"),
    "rounded": (by_logarithms(round), "rounded to the nearest"),
    "not rounded": (by_logarithms(float), "a whole number of layers"),
    "one too many": (counted(end=1), "one too many"),
    "starts at 1": (counted(start=1.0), "it starts with rms"),
    "only underflow": (only_down, "its limit is then finfo.max"),
    "only underflow, made positive": (only_down_positive, "its limit is then finfo.max"),
    "in float32": (in_float32, "make the limit a float"),
    "in float32, by NumPy": (in_float32_by_numpy, "make the limit a float"),
    "compared in float32": (compared_in_float32, "compared in float32"),
    "bottom only": (bottom_only, "leaves at the top"),
    "limits exchanged": (upside_down, "it returned"),
}


def in_bits(rms, chi):
    """Powers of two: float32 ends at 2^128 (nearly) and 2^-149."""
    bits = math.log2(float(INFO.max)) if chi > 1 else -149
    return math.ceil((bits - math.log2(rms)) / (0.5 * math.log2(chi)))


def with_squares(rms, chi):
    layers, square = 0, rms**2
    while float(INFO.smallest_subnormal) ** 2 <= square <= float(INFO.max) ** 2:
        square, layers = square * chi, layers + 1
    return np.int64(layers)


RIGHT = {"counted": counted(), "in bits": in_bits, "squares": with_squares, "by logarithms": by_logarithms(math.ceil)}
