"""Question 1.3."""

import numpy as np

from course_utils.activations import lecun_tanh
from course_utils.checks import q1_1
from course_utils.checks.core import Mistake, Question, known
from course_utils.checks.q1_1 import WRONG_SLOPES, slope
from course_utils.checks.values import within


def hidden_delta(delta_next, W_next, z):
    """delta^l from delta^(l+1), for LeCun's tanh."""
    return (delta_next @ W_next) * lecun_tanh.derivative(z)


def _layer(rng):
    for n, n_next, n_here in [(3, 3, 3), (5, 2, 4), (4, 6, 3), (2, 3, 1), (1, 2, 3), rng.integers(1, 9, size=3)]:
        yield rng.normal(size=(n, n_next)), rng.normal(size=(n_next, n_here)), rng.normal(size=(n, n_here))


ENTRY_BY_ENTRY = "multiply entry by entry with *: @ is the matrix product"
MISTAKES = known(
    "at-h: phi' is taken at h = f(z): it must be taken at z",
    lambda d, W, z: (d @ W) * slope(lecun_tanh(z)),
    "no-slope: the factor phi'(z) is missing: the error must also pass back through phi",
    lambda d, W, z: d @ W,
    "transposed: W and its transpose are mixed up: with samples in rows it is delta W, not delta W^T",
    lambda d, W, z: (d @ W.T) * slope(z),
    "transposed-no-slope: W and its transpose are mixed up, and the factor phi'(z) is missing",
    lambda d, W, z: d @ W.T,
    f"matrix-product: phi'(z) multiplies wrongly: {ENTRY_BY_ENTRY}",
    lambda d, W, z: d @ W @ slope(z),
    lambda d, W, z: d @ W @ slope(z).T,
    f"matrix-product-columns: phi'(z) multiplies wrongly: {ENTRY_BY_ENTRY}, "
    "and with samples in rows delta W stands before it",
    lambda d, W, z: W.T @ d @ slope(z),
    "w-entry-by-entry: delta and W are multiplied entry by entry: it is a matrix product, @",
    lambda d, W, z: d * W * slope(z),
    "plain-tanh: the derivative of plain tanh, 1 - tanh(z)^2, is taken: here phi is LeCun's f, so it is f' of "
    "question 1.1",
    lambda d, W, z: (d @ W) * (1 - np.tanh(z) ** 2),
    "times-h: multiplied by h = f(z) instead of phi'(z)",
    lambda d, W, z: (d @ W) * lecun_tanh(z),
    "times-tanh: multiplied by tanh(z) instead of phi'(z), and phi is LeCun's f",
    lambda d, W, z: (d @ W) * np.tanh(z),
    "z-for-tanh: 1 - z^2 takes z for tanh(z)",
    lambda d, W, z: (d @ W) * (1 - z**2),
    "h-squared-plain: phi'(z) is wrong: 1 - h^2 is for plain tanh, with h = tanh(z)",
    lambda d, W, z: (d @ W) * (1 - lecun_tanh(z) ** 2),
    "sigmoid-slope: h (1 - h) is for the sigmoid: here phi' is f' of question 1.1",
    lambda d, W, z: (d @ W) * lecun_tanh(z) * (1 - lecun_tanh(z)),
    "column-formula: W^T delta is the formula for one sample as a column: here samples are rows, so it is delta W",
    lambda d, W, z: (W.T @ d) * slope(z),
    "slope-added: phi'(z) is added, it must multiply",
    lambda d, W, z: d @ W + slope(z),
    "divided-by-n: divided by the number of samples: the mean is already in delta",
    lambda d, W, z: (d @ W) * slope(z) / len(z),
    "times-z: multiplied by z instead of phi'(z)",
    lambda d, W, z: (d @ W) * z,
) | {
    id: Mistake(f"phi'(z) is wrong: {message}", [lambda d, W, z, f=wrong: (d @ W) * f(z)])
    for id, (message, [wrong]) in WRONG_SLOPES.items()
    if "plain" not in id
}

BUILDS_ON = ((q1_1.QUESTION, lambda theirs: lambda d, W, z: (d @ W) * theirs(z)),)
QUESTION = Question(
    "1.3", 3, "The error one layer down", hidden_delta, _layer, MISTAKES, within(1e-12), builds_on=BUILDS_ON
)
