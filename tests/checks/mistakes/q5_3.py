"""Answers to 5.3, the share saturated."""

import math
from statistics import NormalDist

import numpy as np


def tails(c, b, q):
    z = NormalDist(b, math.sqrt(q))
    return z.cdf(-c) + 1 - z.cdf(c)


def plain_tanh(b, q, least):
    return tails(math.atanh(math.sqrt(1 - least)), b, q)


def two_thirds(b, q, least):
    return tails(math.atanh(math.sqrt(1 - least)) * 2 / 3, b, q)


def no_root(b, q, least):
    return tails(math.atanh(1 - least) * 1.5, b, q)


def of_tanh(b, q, least):
    return tails(math.atanh(least) * 1.5, b, q)


def root_of_least(b, q, least):
    return tails(math.atanh(math.sqrt(least)) * 1.5, b, q)


def absolute_slope(b, q, least):
    return tails(1.5 * math.atanh(math.sqrt(1 - least / (1.7159 * 2 / 3))), b, q)


def border(least):
    return 1.5 * math.atanh(math.sqrt(1 - least))


def no_bias(b, q, least):
    return math.erfc(border(least) / math.sqrt(2 * q))


def upper_only(b, q, least):
    return 1 - NormalDist(b, math.sqrt(q)).cdf(border(least))


def lower_only(b, q, least):
    return NormalDist(b, math.sqrt(q)).cdf(-border(least))


def upper_twice(b, q, least):
    return 2 * upper_only(b, q, least)


def not_saturated(b, q, least):
    z = NormalDist(b, math.sqrt(q))
    return z.cdf(border(least)) - z.cdf(-border(least))


def no_half(b, q, least):
    c = border(least)
    return math.erfc((c - b) / math.sqrt(2 * q)) + math.erfc((c + b) / math.sqrt(2 * q))


def q_as_std(b, q, least):
    return tails(border(least), b, q * q)


def no_two(b, q, least):
    c = border(least)
    return 0.5 * (math.erfc((c - b) / math.sqrt(q)) + math.erfc((c + b) / math.sqrt(q)))


def bias_added(b, q, least):
    return math.erfc((border(least) + b) / math.sqrt(2 * q))


WRONG = {
    "plain tanh": (plain_tanh, "plain tanh"),
    "two thirds": (two_thirds, "divided by 3/2"),
    "no root": (no_root, "the root is missing"),
    "tanh for its slope": (of_tanh, "not its slope"),
    "root of least": (root_of_least, "the slope is 1 - least"),
    "absolute slope": (absolute_slope, "a share of the largest slope"),
    "no bias": (no_bias, "the bias is forgotten"),
    "upper tail only": (upper_only, "only the upper tail"),
    "lower tail only": (lower_only, "only the lower tail"),
    "upper tail twice": (upper_twice, "taken twice"),
    "not saturated": (not_saturated, "not saturated"),
    "no half": (no_half, "twice as much"),
    "q as a standard deviation": (q_as_std, "q is the variance"),
    "no 2 in the root": (no_two, "the 2 in the root is missing"),
    "the bias added": (bias_added, "c + b away"),
}


def normal_distribution(b, q, least):
    return tails(border(least), b, q)


def by_erf(b, q, least):
    c = np.log((1 + np.sqrt(1 - least)) / (1 - np.sqrt(1 - least))) * 0.75
    high, low = ((edge - b) / np.sqrt(2 * q) for edge in (c, -c))
    return 1 - (math.erf(high) - math.erf(low)) / 2


def on_a_grid(b, q, least):
    t = np.linspace(-12, 12, 2_400_001)
    z = b + np.sqrt(q) * t
    density = np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
    return np.float32(np.sum(density[1 - np.tanh(2 * z / 3) ** 2 <= least]) * (t[1] - t[0]))


RIGHT = {"NormalDist": normal_distribution, "erf": by_erf, "a grid, float32": on_a_grid}
