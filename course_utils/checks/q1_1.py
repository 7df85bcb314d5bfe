"""Question 1.1."""

import numpy as np

from course_utils.activations import lecun_tanh
from course_utils.checks.core import Question, known
from course_utils.checks.values import within


def lecun_tanh_derivative(z):
    """f'(z) for f(z) = 1.7159 tanh(2z/3)."""
    return lecun_tanh.derivative(z)


def _points(rng):
    for shape in [(6,), (3, 4), (5, 2), (1,), tuple(rng.integers(2, 20, size=2))]:
        yield (rng.normal(size=shape) * 1.5,)


_SLOPE = 1.7159 * 2 / 3
slope = lecun_tanh.derivative


# Wrong formulas for f'(z), which may turn up wherever f' is needed.
WRONG_SLOPES = known(
    "no-inner-factor: the inner derivative 2/3 is missing (chain rule)",
    lambda z: 1.7159 * (1 - np.tanh(2 * z / 3) ** 2),
    "no-outer-factor: the outer factor 1.7159 is missing",
    lambda z: 2 / 3 * (1 - np.tanh(2 * z / 3) ** 2),
    "no-factors: both factors, 1.7159 and the inner derivative 2/3, are missing",
    lambda z: 1 - np.tanh(2 * z / 3) ** 2,
    "h-squared-scaled: 1 - h^2 is wrong here: the square is that of tanh(2z/3), without the factor 1.7159",
    lambda z: _SLOPE * (1 - lecun_tanh(z) ** 2),
    "h-squared-plain: 1 - h^2 is the derivative of plain tanh, not of this f",
    lambda z: 1 - lecun_tanh(z) ** 2,
    "tanh-of-z: the tanh must be taken of 2z/3, not of z",
    lambda z: _SLOPE * (1 - np.tanh(z) ** 2),
    "plain-tanh: this is the derivative of plain tanh",
    lambda z: 1 - np.tanh(z) ** 2,
    "tanh-not-squared: the tanh is not squared: its derivative is 1 - tanh^2",
    lambda z: _SLOPE * (1 - np.tanh(2 * z / 3)),
)


MISTAKES = (
    known(
        "at-h: this is f' evaluated at h = f(z): z itself goes into f'",
        lambda z: slope(lecun_tanh(z)),
        "f-itself: this is f itself, not its derivative",
        lecun_tanh,
    )
    | WRONG_SLOPES
)

QUESTION = Question("1.1", 2, "The derivative of LeCun's tanh", lecun_tanh_derivative, _points, MISTAKES, within(1e-12))
