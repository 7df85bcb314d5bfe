"""Question 6.3."""

import numpy as np

from course_utils.checks.core import Question, known


def relu_variance(negative, positive):
    """sigma_w^2 that keeps the signal: one over the mean of the squared slopes."""
    return 2 / (negative**2 + positive**2)


def _slopes(rng):
    yield 0.0, 1.0
    for _ in range(5):
        yield tuple(float(slope) for slope in rng.uniform(0.1, 3, size=2) * rng.choice([-1, 1], size=2))


MISTAKES = known(
    "deviation: this is the standard deviation sigma_w (the gain): its square is asked for",
    lambda a, c: np.sqrt(2 / (a**2 + c**2)),
    "no-two: the 2 is missing: each half of the line holds half of the mean square",
    lambda a, c: 1 / (a**2 + c**2),
    "no-negative: the negative half counts, too: it gives negative^2 q / 2",
    lambda a, c: 2 / c**2,
    "no-positive: the slope of the positive half is not always 1",
    lambda a, c: 2 / (1 + a**2),
    "not-squared: the slopes must be squared: h^2 = slope^2 z^2",
    lambda a, c: 2 / (abs(a) + abs(c)),
    lambda a, c: 2 / (a + c),
    "mean-first: first square, then take the mean: the mean of the slopes, squared, is another number",
    lambda a, c: 4 / (a + c) ** 2,
    lambda a, c: 4 / (abs(a) + abs(c)) ** 2,
    "variance: the next layer sees the second moment of h, mean and all: do not subtract the square of its mean",
    lambda a, c: 1 / ((a**2 + c**2) / 2 - (c - a) ** 2 / (2 * np.pi)),
    "upside-down: upside down: this is what one layer does to q, sigma_w^2 must undo it",
    lambda a, c: (a**2 + c**2) / 2,
    "difference: both halves of the line add to the mean square, whatever the signs of z and of the slopes",
    lambda a, c: 2 / (c**2 - a**2),
    "he: He's 2 is for slopes 0 and 1 only",
    lambda a, c: 2.0,
)

QUESTION = Question("6.3", 2, "He's number for another activation", relu_variance, _slopes, MISTAKES)
