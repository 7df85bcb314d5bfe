"""Question 5.1."""

import numpy as np

from course_utils.checks.core import Question, known


def weight_std(x, sigma_z, sigma_b):
    """The standard deviation of the weights at which z = w x + b has the root mean square sigma_z."""
    return np.sqrt((sigma_z**2 - sigma_b**2) / (x.shape[1] * (x**2).mean()))


def _inputs(rng):
    drawn = (*rng.integers(2, 20, size=2), 1.0, 1.5, 0.4)
    for n, m, mean, sigma_z, sigma_b in [
        (9, 4, 1.0, 1.0, 0.0),
        (5, 7, -2.0, 2.0, 0.5),
        (12, 3, 0.5, 0.7, 0.6),
        drawn,
        (1, 5, 1.0, 1.0, 0.3),
    ]:
        scales = rng.uniform(0.5, 3, size=m)
        yield mean + rng.normal(size=m) + scales * rng.normal(size=(n, m)), sigma_z, sigma_b


def _std(rule):
    """A wrong answer from m and the mean square of x."""
    return lambda x, sigma_z, sigma_b: rule(x.shape[1], (x**2).mean(), sigma_z, sigma_b)


MISTAKES = known(
    "no-mean-square: the mean square of the inputs is missing: these are not normalised",
    _std(lambda m, q, s, b: np.sqrt((s**2 - b**2) / m)),
    "variance: this is the variance of the weights: take the root",
    _std(lambda m, q, s, b: (s**2 - b**2) / (m * q)),
    "centred: the variance of x stands for its mean square: these inputs do not have mean 0",
    lambda x, s, b: np.sqrt((s**2 - b**2) / (x.shape[1] * x.var())),
    lambda x, s, b: np.sqrt((s**2 - b**2) / x.var(axis=0).sum()),
    "samples-counted: m is the number of samples here: a sum z has one term for each input, a column of x",
    lambda x, s, b: np.sqrt((s**2 - b**2) / (len(x) * (x**2).mean())),
    "sum-over-samples: the squares are added over the samples, too: over the inputs it is a sum, over the samples a "
    "mean",
    lambda x, s, b: np.sqrt((s**2 - b**2) / (x**2).sum()),
    "no-inputs: the number of inputs m is missing: z has m terms (this is the course's sigma_w, root of m times as "
    "large)",
    _std(lambda m, q, s, b: np.sqrt((s**2 - b**2) / q)),
    "inputs-outside-root: m stands outside the root: sums of m terms grow like the root of m",
    _std(lambda m, q, s, b: np.sqrt((s**2 - b**2) / q) / m),
    "no-bias: the bias is forgotten: it makes part of z",
    _std(lambda m, q, s, b: s / np.sqrt(m * q)),
    "bias-added: the bias is added: it makes part of z, so what is left for the weights is less",
    _std(lambda m, q, s, b: np.sqrt((s**2 + b**2) / (m * q))),
    "deviations-subtracted: standard deviations are subtracted: of independent parts only variances add",
    _std(lambda m, q, s, b: (s - b) / np.sqrt(m * q)),
    "not-squared: sigma_z and sigma_b must be squared: mean squares add",
    _std(lambda m, q, s, b: np.sqrt((s - b) / (m * q))),
    "mean-square-outside-root: the mean square of x belongs under the root",
    _std(lambda m, q, s, b: np.sqrt((s**2 - b**2) / m) / q),
    "lecun: LeCun's rule as it stands is for normalised inputs, sigma_z = 1 and no bias",
    _std(lambda m, q, s, b: 1 / np.sqrt(m)),
    "mean-squared: the square of the mean is not the mean of the squares",
    lambda x, s, b: np.sqrt((s**2 - b**2) / (x.shape[1] * x.mean() ** 2)),
)

QUESTION = Question("5.1", 2, "From the variance of a sum", weight_std, _inputs, MISTAKES)
