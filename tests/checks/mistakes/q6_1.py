"""Answers to 6.1, the signal through a ReLU network."""

import numpy as np


def too_many_layers(power, widths, variances, sigma_b):
    path = []
    for l in range(len(widths)):
        power = widths[l] * variances[l] * power + sigma_b**2
        path.append(power)
        power = power / 2
    return path


def simulated(power, widths, variances, sigma_b):
    """A network drawn at random: right on average only."""
    rng = np.random.default_rng(0)
    h, path = np.sqrt(power) * rng.normal(size=(100, widths[0])), []
    for n_in, n_out, v in zip(widths, widths[1:], variances):
        z = h @ (np.sqrt(v) * rng.normal(size=(n_out, n_in))).T + sigma_b * rng.normal(size=n_out)
        path.append((z**2).mean())
        h = np.maximum(z, 0)
    return path


def first_bias_only(power, widths, variances, sigma_b):
    path = []
    for l, (n, v) in enumerate(zip(widths, variances)):
        power = n * v * power + (sigma_b**2 if l == 0 else 0)
        path.append(power)
        power /= 2
    return path


def halves_in_the_weights(power, widths, variances, sigma_b):
    """The half moved into every matrix but the first."""
    factors = np.array(widths[:-1]) * variances / np.array([1] + [2] * (len(variances) - 1))
    path = np.empty(len(variances))
    for l, factor in enumerate(factors):
        path[l] = factor * (path[l - 1] if l else power) + sigma_b**2
    return path


WRONG = {
    "too many layers": (too_many_layers, "there are L + 1 widths"),
    "simulated": (simulated, "values wrong"),
    "bias in the first layer only": (first_bias_only, "values wrong"),
}

RIGHT = {
    "halves in the weights": halves_in_the_weights,
}
