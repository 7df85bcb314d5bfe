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


def in_float32(rms, chi):
    limit = INFO.max if chi > 1 else INFO.smallest_subnormal
    return math.ceil(math.log(limit / rms) / math.log(math.sqrt(chi)))


def upside_down(rms, chi):
    limit = float(INFO.max if chi < 1 else INFO.smallest_subnormal)
    return math.ceil(math.log(limit / rms) / math.log(math.sqrt(chi)))


def in_bits(rms, chi):
    """Powers of two: float32 ends at 2^128 (nearly) and 2^-149."""
    bits = math.log2(float(INFO.max)) if chi > 1 else -149
    return math.floor((bits - math.log2(rms)) / (0.5 * math.log2(chi))) + 1


WRONG = {
    "in float32": (in_float32, "make the limit a float"),
    "limits exchanged": (upside_down, "it returned"),
}

RIGHT = {
    "counted": counted(),
    "in bits": in_bits,
    "by logarithms": by_logarithms(lambda x: math.floor(x) + 1),
}
