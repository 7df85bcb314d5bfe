"""Question 8.1."""

import numpy as np

from course_utils.checks.core import Question, known


def slope_for(sigma_w):
    """The slope `a` with which PyTorch's kaiming_uniform_ draws weights of this scale."""
    return np.sqrt(2 / sigma_w**2 - 1)


def _scales(rng):
    return [
        (rng.uniform(0.2, 0.9, size=3),),
        (rng.uniform(1, 1.4, size=(2, 3)),),
        (np.float64(0.5),),
        (rng.uniform(0.2, 1.4, size=rng.integers(1, 9, size=2)),),
    ]


MISTAKES = known(
    "not-squared: the gain is sigma_w, a standard deviation: its square is 2 / (1 + a^2)",
    lambda s: np.sqrt(2 / s - 1),
    "no-root: this is a^2: take the root",
    lambda s: 2 / s**2 - 1,
    "one-not-subtracted: the 1 of 1 + a^2 must be subtracted from 2 / sigma_w^2",
    lambda s: np.sqrt(2 / s**2),
    "one-added: the 1 of 1 + a^2 must be subtracted, not added",
    lambda s: np.sqrt(2 / s**2 + 1),
    "bound: sqrt(3) gain / sqrt(n_in) is the bound: the standard deviation is gain / sqrt(n_in)",
    lambda s: np.sqrt(6 / s**2 - 1),
    "gain-of-a: this is the gain of a = sigma_w: solve for a",
    lambda s: np.sqrt(2 / (1 + s**2)),
    "no-two: the 2 of the gain, sqrt(2 / (1 + a^2)), is missing",
    lambda s: np.sqrt(1 / s**2 - 1),
)

QUESTION = Question("8.1", 1, "What a framework's argument does", slope_for, _scales, MISTAKES)
