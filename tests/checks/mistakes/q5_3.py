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


RIGHT = {
    "NormalDist": lambda b, q, least: tails(border(least), b, q),
    "erf": by_erf,
}
