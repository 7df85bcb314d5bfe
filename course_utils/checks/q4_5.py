"""Question 4.5, which way is down?."""

from functools import partial

import numpy as np

from course_utils.checks.core import Mistake, Question
from course_utils.losses import softmax


def second_order(params, x, labels, direction):
    """The coefficient of eps^2 in the loss along a direction from a critical point, one hidden tanh layer."""
    h, p = np.tanh(params["b1"]), softmax(params["b2"])
    C = (p - np.eye(len(p))[labels]).T @ x / len(x)
    bend = ((1 - h**2) * (direction["W2"].T @ C * direction["W1"]).sum(axis=1)).sum()
    d = direction["b2"] + direction["W2"] @ h
    return bend + (p @ d**2 - (p @ d) ** 2) / 2


def _critical_points(rng):
    for n, inputs, width, counts in [(8, 4, 3, [4, 3, 1]), (6, 3, 5, [2, 4]), (9, 2, 4, [1, 3, 3, 2])]:
        classes = len(counts)
        labels = rng.permutation(np.repeat(np.arange(classes), counts))
        x = rng.normal(size=(n, inputs)) + np.eye(classes, inputs)[labels]
        shapes = {"W1": (width, inputs), "b1": (width,), "W2": (classes, width), "b2": (classes,)}
        params = {name: np.zeros(shape) for name, shape in shapes.items()}
        params |= {"b1": rng.normal(size=width), "b2": np.log(np.bincount(labels) / n) + rng.normal()}
        yield params, x, labels, {name: rng.normal(size=shape) for name, shape in shapes.items()}


def _bent(
    params,
    x,
    labels,
    direction,
    *,
    slope=lambda b, h: 1 - h**2,
    residual=lambda p, y: p - y,
    share=lambda x: 1 / len(x),
    bend=1.0,
    shift=lambda direction, h: direction["b2"] + direction["W2"] @ h,
    flat=lambda p, d: (p @ d**2 - (p @ d) ** 2) / 2,
    h_of=np.tanh,
    times=1.0,
):
    """The answer to 4.5 with a mistake in one of its parts."""
    h, p = h_of(params["b1"]), softmax(params["b2"])
    C = residual(p, np.eye(len(p))[labels]).T @ x * share(x)
    first = (slope(params["b1"], h) * (direction["W2"].T @ C * direction["W1"]).sum(axis=1)).sum()
    return times * (bend * first + flat(p, shift(direction, h)))


QUESTION = Question(
    "4.5",
    3,
    "Which way is down?",
    second_order,
    _critical_points,
    tuple(
        Mistake(id, message, partial(_bent, **parts))
        for id, message, parts in [
            (
                "no-constant-part",
                "the effect of the constant part d is missing: d^T (diag(p) - p p^T) d / 2",
                {"flat": lambda p, d: 0.0},
            ),
            (
                "constant-part-only",
                "only the constant part is there: the image comes in through W1 and W2, B_i^T C A_i",
                {"bend": 0.0},
            ),
            (
                "no-half",
                "the factor 1/2 of the constant part is missing",
                {"flat": lambda p, d: p @ d**2 - (p @ d) ** 2},
            ),
            (
                "second-derivative",
                "twice too large: this is the second derivative, the coefficient of eps^2 is half of it",
                {"times": 2.0},
            ),
            ("half-too-much", "the first part needs no factor 1/2: it is a product of two first orders", {"bend": 0.5}),
            ("sign", "the sign of C is flipped: the residual is p - y", {"residual": lambda p, y: y - p}),
            ("sum-not-mean", "the loss is the mean over the samples: divide C by n", {"share": lambda x: 1.0}),
            (
                "per-entry",
                "the mean is over the samples only: C is divided by the number of entries",
                {"share": lambda x: 1 / x.size},
            ),
            ("no-slope", "phi'(b1) is missing in the first part", {"slope": lambda b, h: np.ones_like(b)}),
            ("at-h", "phi' is taken at h instead of b1", {"slope": lambda b, h: 1 - np.tanh(h) ** 2}),
            ("times-h", "h is multiplied where phi'(b1) belongs", {"slope": lambda b, h: h}),
            (
                "bias-change-only",
                "the constant part d is not only the change of b2: W2 reads phi(b1), d = c + B phi(b1)",
                {"shift": lambda direction, h: direction["b2"]},
            ),
            (
                "no-bias-change",
                "the change of b2 is missing in the constant part: d = c + B phi(b1)",
                {"shift": lambda direction, h: direction["W2"] @ h},
            ),
            (
                "constant-sign",
                "the sign in the constant part is wrong: d = c + B phi(b1), nothing is undone here",
                {"shift": lambda direction, h: direction["b2"] - direction["W2"] @ h},
            ),
            (
                "first-bias-counted",
                "the change of b1 does not count: B phi'(b1) beta is the same for all images and of order eps^2",
                {"shift": lambda d, h: d["b2"] + d["W2"] @ (h + (1 - h**2) * d["b1"])},
            ),
            ("no-outer-product", "- p p^T is missing in the constant part", {"flat": lambda p, d: p @ d**2 / 2}),
            (
                "no-diagonal",
                "diag(p) is missing in the constant part: it is diag(p) - p p^T",
                {"flat": lambda p, d: -((p @ d) ** 2) / 2},
            ),
            ("unit-matrix", "diag(p) - p p^T is taken for the unit matrix", {"flat": lambda p, d: d @ d / 2}),
            (
                "one-class-slope",
                "diag(p) (1 - p) is the softmax's slope for one class alone: p p^T has entries off the diagonal, too",
                {"flat": lambda p, d: (p * (1 - p)) @ d**2 / 2},
            ),
            (
                "bias-not-activated",
                "W2 reads phi(b1), not b1",
                {"shift": lambda direction, h: direction["b2"] + direction["W2"] @ np.arctanh(h)},
            ),
            (
                "at-h-and-bias",
                "phi' is taken at h, and d uses b1 in place of phi(b1)",
                {"slope": lambda b, h: 1 - h**2, "h_of": lambda b: b},
            ),
        ]
    ),
    advice=(
        (
            r"matmul",
            "the shapes: C (classes, inputs), W1 (neurons, inputs), W2 (classes, neurons): W2.T @ C is like W1",
        ),
        (r"could not be broadcast", "one factor phi'(b1_i) for each neuron: sum over the inputs first"),
    ),
)
