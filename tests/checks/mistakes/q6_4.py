"""Answers to 6.4, how deep is too deep."""

import math

import numpy as np


def counted(rms, chi):
    layers = 0
    while float(np.finfo(np.float32).smallest_subnormal) <= rms <= float(np.finfo(np.float32).max):
        rms, layers = rms * math.sqrt(chi), layers + 1
    return layers


def in_bits(rms, chi):
    """Powers of two: float32 ends at 2^128 (nearly) and 2^-149."""
    bits = math.log2(float(np.finfo(np.float32).max)) if chi > 1 else -149
    return math.floor((bits - math.log2(rms)) / (0.5 * math.log2(chi))) + 1


RIGHT = {"counted": counted, "in bits": in_bits}
