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


def right(q, activation):
    sigma_w2 = 1 / E(squared_slope(activation), q)
    return pair(sigma_w2, q - sigma_w2 * E(squared(activation), q))


def order(q, activation):
    sigma_w, sigma_b = right(q, activation)
    return sigma_b, sigma_w


def variances(q, activation):
    return right(q, activation) ** 2


def sigma_w_squared(q, activation):
    return right(q, activation) ** [2, 1]


def sigma_b_squared(q, activation):
    return right(q, activation) ** [1, 2]


def slope_not_squared(q, activation):
    sigma_w2 = 1 / E(activation.derivative, q)
    return pair(sigma_w2, q - sigma_w2 * E(squared(activation), q))


def mean_slope_squared(q, activation):
    sigma_w2 = 1 / E(activation.derivative, q) ** 2
    return pair(sigma_w2, q - sigma_w2 * E(squared(activation), q))


def value_not_squared(q, activation):
    sigma_w2 = 1 / E(squared_slope(activation), q)
    return pair(sigma_w2, q - sigma_w2 * E(activation, q))


def mean_value_squared(q, activation):
    sigma_w2 = 1 / E(squared_slope(activation), q)
    return pair(sigma_w2, q - sigma_w2 * E(activation, q) ** 2)


def variance_of_value(q, activation):
    sigma_w2 = 1 / E(squared_slope(activation), q)
    return pair(sigma_w2, q - sigma_w2 * (E(squared(activation), q) - E(activation, q) ** 2))


def tanh_for_all(q, activation):
    sigma_w2 = 1 / E(lambda z: (1 - np.tanh(z) ** 2) ** 2, q)
    return pair(sigma_w2, q - sigma_w2 * E(lambda z: np.tanh(z) ** 2, q))


def root_of_q(q, activation):
    sigma_w2 = 1 / E(squared_slope(activation), np.sqrt(q))
    return pair(sigma_w2, q - sigma_w2 * E(squared(activation), np.sqrt(q)))


def no_sigma_w(q, activation):
    return pair(1 / E(squared_slope(activation), q), q - E(squared(activation), q))


def sigma_w_not_squared(q, activation):
    sigma_w = math.sqrt(1 / E(squared_slope(activation), q))
    return sigma_w, math.sqrt(q - sigma_w * E(squared(activation), q))


def without_biases(q, activation):
    return math.sqrt(q / E(squared(activation), q)), 0.0


def no_bias_after_all(q, activation):
    return math.sqrt(1 / E(squared_slope(activation), q)), 0.0


def exchanged(q, activation):
    sigma_w2 = 1 / E(squared(activation), q)
    return pair(sigma_w2, q - sigma_w2 * E(squared_slope(activation), q))


def at_zero(q, activation):
    """The critical point without biases, whatever q is."""
    return theory.critical_line(0.0, activation), 0.0


def draws(q, activation):
    z = math.sqrt(q) * np.random.default_rng(0).normal(size=100_000)
    sigma_w2 = 1 / np.mean(activation.derivative(z) ** 2)
    return pair(sigma_w2, q - sigma_w2 * np.mean(activation(z) ** 2))


def a_number_for_a_function(q, activation):
    return pair(1 / E(activation.derivative(q) ** 2, q), q)


def arguments_exchanged(q, activation):
    return pair(1 / E(q, squared_slope(activation)), q)


def root_of_a_negative(q, activation):
    sigma_w2 = 1 / E(squared_slope(activation), q)
    return math.sqrt(sigma_w2), math.sqrt(sigma_w2 * E(squared(activation), q) - q)


WRONG = {
    "order": (order, "sigma_w first"),
    "variances": (variances, "take the roots of both"),
    "sigma_w^2": (sigma_w_squared, "sigma_w^2 is a variance"),
    "sigma_b^2": (sigma_b_squared, "sigma_b^2 is a variance"),
    "slope not squared": (slope_not_squared, "phi' must be squared"),
    "mean slope, squared": (mean_slope_squared, "not E[phi']^2"),
    "value not squared": (value_not_squared, "phi must be squared"),
    "mean value, squared": (mean_value_squared, "not E[phi]^2"),
    "variance of the value": (variance_of_value, "E[phi]^2 is not subtracted"),
    "tanh for all": (tanh_for_all, "use `activation`"),
    "root of q": (root_of_q, "gaussian_mean takes the variance q, not its root"),
    "no sigma_w in the q-map": (no_sigma_w, "E[phi^2] is multiplied by sigma_w^2"),
    "sigma_w not squared": (sigma_w_not_squared, "sigma_w^2, the square"),
    "q-map without biases": (without_biases, "sigma_w comes from chi = 1"),
    "no biases": (no_bias_after_all, "biases are needed"),
    "exchanged": (exchanged, "phi and phi' are exchanged"),
    "critical without biases": (at_zero, "values wrong"),
    "random draws": (draws, "the means are not exact enough"),
    "a number for a function": (a_number_for_a_function, "first a function of z, then q"),
    "sign": (root_of_a_negative, "the root of a negative number"),
}


def own_quadrature(q, activation):
    z = math.sqrt(q) * np.linspace(-9, 9, 200_001)
    density = np.exp(-(z**2) / (2 * q))
    density /= density.sum()
    slope, square = density @ activation.derivative(z) ** 2, density @ activation(z) ** 2
    return [1 / math.sqrt(slope), math.sqrt(q - square / slope)]


def single(q, activation):
    return right(q, activation).astype(np.float32)


RIGHT = {"gaussian_mean": right, "own quadrature, a list": own_quadrature, "float32": single}
