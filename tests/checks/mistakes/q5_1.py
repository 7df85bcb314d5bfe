"""Answers to 5.1, the standard deviation of the weights."""

import math

import numpy as np


def for_each_input(x, sigma_z, sigma_b):
    return np.sqrt((sigma_z**2 - sigma_b**2) / (x**2).mean(axis=0))


WRONG = {
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
