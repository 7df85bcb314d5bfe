"""Answers to 5.1, the standard deviation of the weights."""

import numpy as np


def by_mean_and_variance(x, sigma_z, sigma_b):
    second_moments = x.mean(axis=0) ** 2 + x.var(axis=0)
    return np.sqrt((sigma_z**2 - sigma_b**2) / second_moments.sum())


RIGHT = {
    "mean and variance": by_mean_and_variance,
}
