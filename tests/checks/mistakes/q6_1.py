"""Answers to 6.1, the signal through a ReLU network."""

import numpy as np


def by_rule(rule, relu=lambda q: q / 2, first=lambda power: power):
    """An answer from rules: q from (n_in, n_out, variance, mean square of its inputs, sigma_b); what ReLU leaves."""

    def function(power, widths, variances, sigma_b):
        m, path = first(power), []
        for l in range(1, len(widths)):
            q = rule(widths[l - 1], widths[l], variances[l - 1], m, sigma_b)
            path.append(q)
            m = relu(q)
        return np.array(path)

    return function


def right_rule(n_in, n_out, variance, m, sigma_b):
    return n_in * variance * m + sigma_b**2


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


WRONG = {
    "too many layers": (too_many_layers, "there are L + 1 widths"),
    "simulated": (simulated, "values wrong"),
    "bias in the first layer only": (first_bias_only, "values wrong"),
}


def recursive(power, widths, variances, sigma_b):
    if len(widths) == 1:
        return []
    q = np.float32(widths[0] * variances[0] * power + sigma_b * sigma_b)
    return [q, *recursive(q / 2, widths[1:], variances[1:], sigma_b)]


def halves_in_the_weights(power, widths, variances, sigma_b):
    """The half moved into every matrix but the first."""
    factors = np.array(widths[:-1]) * variances / np.array([1] + [2] * (len(variances) - 1))
    path = np.empty(len(variances))
    for l, factor in enumerate(factors):
        path[l] = factor * (path[l - 1] if l else power) + sigma_b**2
    return path


RIGHT = {
    "loop": by_rule(right_rule),
    "recursive, a list of float32": recursive,
    "halves in the weights": halves_in_the_weights,
}
