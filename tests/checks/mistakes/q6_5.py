"""Answers to 6.5, on the edge of chaos."""

import math

import numpy as np

from course_utils import theory

E = theory.gaussian_mean


def squared_slope(activation):
    return lambda z: activation.derivative(z) ** 2


def squared(activation):
    return lambda z: activation(z) ** 2


def pair(sigma_w2, sigma_b2):
    return np.sqrt([sigma_w2, sigma_b2])


def draws(q, activation):
    z = math.sqrt(q) * np.random.default_rng(0).normal(size=100_000)
    sigma_w2 = 1 / np.mean(activation.derivative(z) ** 2)
    return pair(sigma_w2, q - sigma_w2 * np.mean(activation(z) ** 2))


def root_of_a_negative(q, activation):
    sigma_w2 = 1 / E(squared_slope(activation), q)
    return math.sqrt(sigma_w2), math.sqrt(sigma_w2 * E(squared(activation), q) - q)


def own_quadrature(q, activation):
    z = math.sqrt(q) * np.linspace(-9, 9, 200_001)
    density = np.exp(-(z**2) / (2 * q))
    density /= density.sum()
    slope, square = density @ activation.derivative(z) ** 2, density @ activation(z) ** 2
    return [1 / math.sqrt(slope), math.sqrt(q - square / slope)]


WRONG = {
    "critical without biases": (lambda q, activation: (theory.critical_line(0.0, activation), 0.0), "values wrong"),
    "random draws": (draws, "the means are not exact enough"),
    "a number for a function": (
        lambda q, activation: pair(1 / E(activation.derivative(q) ** 2, q), q),
        "first a function of z, then q",
    ),
    "sign": (root_of_a_negative, "the root of a negative number"),
}

RIGHT = {
    "own quadrature, a list": own_quadrature,
}
