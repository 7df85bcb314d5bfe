"""Answers to 5.1, the standard deviation of the weights."""

import math

import numpy as np


def normalised_inputs(x, sigma_z, sigma_b):
    return math.sqrt(sigma_z**2 - sigma_b**2) / math.sqrt(x.shape[1])


def lecun(x, sigma_z, sigma_b):
    return x.shape[1] ** -0.5


def variance(x, sigma_z, sigma_b):
    return (sigma_z**2 - sigma_b**2) / np.mean(np.sum(x * x, axis=1))


def by_variance_of_x(x, sigma_z, sigma_b):
    return ((sigma_z**2 - sigma_b**2) / x.shape[1] / np.var(x)) ** 0.5


def by_std_of_each_input(x, sigma_z, sigma_b):
    return np.sqrt((sigma_z**2 - sigma_b**2) / np.sum(x.std(axis=0) ** 2))


def samples_for_inputs(x, sigma_z, sigma_b):
    m = len(x)
    return np.sqrt((sigma_z**2 - sigma_b**2) / (m * np.mean(x**2)))


def all_squares(x, sigma_z, sigma_b):
    return np.sqrt(sigma_z**2 - sigma_b**2) / np.linalg.norm(x)


def without_m(x, sigma_z, sigma_b):
    return np.sqrt(sigma_z**2 - sigma_b**2) / np.sqrt(np.mean(x**2))


def m_outside(x, sigma_z, sigma_b):
    return np.sqrt(sigma_z**2 - sigma_b**2) / np.sqrt(np.mean(x**2)) / x.shape[1]


def no_bias(x, sigma_z, sigma_b):
    return sigma_z / np.sqrt(x.shape[1] * np.mean(x**2))


def bias_added(x, sigma_z, sigma_b):
    return np.hypot(sigma_z, sigma_b) / np.sqrt(np.mean((x**2).sum(axis=1)))


def stds_subtracted(x, sigma_z, sigma_b):
    return (sigma_z - sigma_b) / np.sqrt(np.mean((x**2).sum(axis=1)))


def squares_forgotten(x, sigma_z, sigma_b):
    return np.sqrt((sigma_z - sigma_b) / np.mean((x**2).sum(axis=1)))


def for_each_input(x, sigma_z, sigma_b):
    return np.sqrt((sigma_z**2 - sigma_b**2) / (x**2).mean(axis=0))


WRONG = {
    "inputs taken as normalised": (normalised_inputs, "mean square of the inputs is missing"),
    "LeCun's rule as it stands": (lecun, "LeCun's rule as it stands"),
    "variance": (variance, "take the root"),
    "variance of x": (by_variance_of_x, "the variance of x stands for its mean square"),
    "variances of the inputs": (by_std_of_each_input, "the variance of x stands for its mean square"),
    "samples for inputs": (samples_for_inputs, "m is the number of samples here"),
    "all squares": (all_squares, "over the samples a mean"),
    "without m": (without_m, "the number of inputs m is missing"),
    "m outside the root": (m_outside, "m stands outside the root"),
    "bias forgotten": (no_bias, "the bias is forgotten"),
    "bias added": (bias_added, "the bias is added"),
    "standard deviations subtracted": (stds_subtracted, "only variances add"),
    "squares forgotten": (squares_forgotten, "must be squared"),
    "one for each input": (for_each_input, "wrong shape"),
}


def loops(x, sigma_z, sigma_b):
    total = 0.0
    for row in x:
        for entry in row:
            total += entry**2 / len(x)
    return math.sqrt((sigma_z - sigma_b) * (sigma_z + sigma_b) / total)


def by_mean_and_variance(x, sigma_z, sigma_b):
    second_moments = x.mean(axis=0) ** 2 + x.var(axis=0)
    return np.sqrt((sigma_z**2 - sigma_b**2) / second_moments.sum())


def single_precision(x, sigma_z, sigma_b):
    return np.float32(loops(x, sigma_z, sigma_b))


RIGHT = {"loops": loops, "mean and variance": by_mean_and_variance, "float32": single_precision}
