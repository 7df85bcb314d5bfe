"""Answers to 5.3, the share saturated."""

import math
from statistics import NormalDist

import numpy as np


def tails(c, b, q):
    z = NormalDist(b, math.sqrt(q))
    return z.cdf(-c) + 1 - z.cdf(c)


def border(least):
    return 1.5 * math.atanh(math.sqrt(1 - least))


def by_erf(b, q, least):
    c = np.log((1 + np.sqrt(1 - least)) / (1 - np.sqrt(1 - least))) * 0.75
    high, low = ((edge - b) / np.sqrt(2 * q) for edge in (c, -c))
    return 1 - (math.erf(high) - math.erf(low)) / 2


def on_a_grid(b, q, least):
    t = np.linspace(-12, 12, 2_400_001)
    z = b + np.sqrt(q) * t
    density = np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
    return np.float32(np.sum(density[1 - np.tanh(2 * z / 3) ** 2 <= least]) * (t[1] - t[0]))


RIGHT = {
    "NormalDist": lambda b, q, least: tails(border(least), b, q),
    "erf": by_erf,
    "a grid, float32": on_a_grid,
}
