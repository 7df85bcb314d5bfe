"""Question 4.5."""

from types import SimpleNamespace

import numpy as np

from course_utils.checks.core import Question, known
from course_utils.checks.values import within
from course_utils.losses import softmax


def second_order(params, x, labels, direction):
    """The coefficient of eps^2 in the loss along a direction from a critical point, one hidden tanh layer."""
    h, p = np.tanh(params["b1"]), softmax(params["b2"])
    C = (p - np.eye(len(p))[labels]).T @ x / len(x)
    bend = ((1 - h**2) * (direction["W2"].T @ C * direction["W1"]).sum(axis=1)).sum()
    d = direction["b2"] + direction["W2"] @ h
    return bend + (p @ d**2 - (p @ d) ** 2) / 2


def _critical_points(rng):
    counts = rng.integers(1, 5, size=rng.integers(2, 5)).tolist()
    drawn = (sum(counts), *rng.integers(2, 9, size=2), counts)
    for n, inputs, width, counts in [
        (8, 4, 3, [4, 3, 1]),
        (6, 3, 5, [2, 4]),
        (9, 2, 4, [1, 3, 3, 2]),
        (8, 3, 1, [5, 3]),
        drawn,
    ]:
        classes = len(counts)
        labels = rng.permutation(np.repeat(np.arange(classes), counts))
        x = rng.normal(size=(n, inputs)) + np.eye(classes, inputs)[labels]
        shapes = {"W1": (width, inputs), "b1": (width,), "W2": (classes, width), "b2": (classes,)}
        params = {name: np.zeros(shape) for name, shape in shapes.items()}
        params |= {"b1": rng.normal(size=width), "b2": np.log(np.bincount(labels) / n) + rng.normal()}
        yield params, x, labels, {name: rng.normal(size=shape) for name, shape in shapes.items()}


def _curve(p, d):
    """Half of d^T (diag(p) - p p^T) d, the second order of the loss in a shift d of the logits."""
    return (p @ d**2 - (p @ d) ** 2) / 2


def _from_parts(rule):
    """A wrong answer from the parts of the right one: rule(parts)."""

    def function(params, x, labels, direction):
        b, h, p = params["b1"], np.tanh(params["b1"]), softmax(params["b2"])
        A, B, c = (direction[name] for name in ("W1", "W2", "b2"))
        each = (B.T @ ((p - np.eye(len(p))[labels]).T @ x / len(x)) * A).sum(axis=1)
        parts = {"b": b, "h": h, "p": p, "B": B, "c": c, "each": each, "d": c + B @ h, "change_of_b": direction["b1"]}
        bend, curve = ((1 - h**2) * each).sum(), _curve(p, c + B @ h)
        return rule(SimpleNamespace(**parts, bend=bend, curve=curve, shape=x.shape))

    return function


MISTAKES = known(
    "no-constant-part: the effect of the constant part d is missing: d^T (diag(p) - p p^T) d / 2",
    _from_parts(lambda of: of.bend),
    "constant-part-only: only the constant part is there: the image comes in through W1 and W2, B_i^T C A_i",
    _from_parts(lambda of: of.curve),
    "no-half: the factor 1/2 of the constant part is missing",
    _from_parts(lambda of: of.bend + 2 * of.curve),
    "second-derivative: twice too large: this is the second derivative, the coefficient of eps^2 is half of it",
    _from_parts(lambda of: 2 * (of.bend + of.curve)),
    "half-too-much: the first part needs no factor 1/2: it is a product of two first orders",
    _from_parts(lambda of: of.bend / 2 + of.curve),
    "sign: the sign of C is flipped: the residual is p - y",
    _from_parts(lambda of: -of.bend + of.curve),
    "sum-not-mean: the loss is the mean over the samples: divide C by n",
    _from_parts(lambda of: of.shape[0] * of.bend + of.curve),
    "per-entry: the mean is over the samples only: C is divided by the number of entries",
    _from_parts(lambda of: of.bend / of.shape[1] + of.curve),
    "no-slope: phi'(b1) is missing in the first part",
    _from_parts(lambda of: of.each.sum() + of.curve),
    "at-h: phi' is taken at h instead of b1",
    _from_parts(lambda of: (1 - np.tanh(of.h) ** 2) @ of.each + of.curve),
    "times-h: h is multiplied where phi'(b1) belongs",
    _from_parts(lambda of: of.h @ of.each + of.curve),
    "bias-change-only: the constant part d is not only the change of b2: W2 reads phi(b1), d = c + B phi(b1)",
    _from_parts(lambda of: of.bend + _curve(of.p, of.c)),
    "no-bias-change: the change of b2 is missing in the constant part: d = c + B phi(b1)",
    _from_parts(lambda of: of.bend + _curve(of.p, of.B @ of.h)),
    "constant-sign: the sign in the constant part is wrong: d = c + B phi(b1), nothing is undone here",
    _from_parts(lambda of: of.bend + _curve(of.p, of.c - of.B @ of.h)),
    "first-bias-counted: the change of b1 does not count: B phi'(b1) beta is the same for all images and of order "
    "eps^2",
    _from_parts(lambda of: of.bend + _curve(of.p, of.d + of.B @ ((1 - of.h**2) * of.change_of_b))),
    "no-outer-product: - p p^T is missing in the constant part",
    _from_parts(lambda of: of.bend + of.p @ of.d**2 / 2),
    "no-diagonal: diag(p) is missing in the constant part: it is diag(p) - p p^T",
    _from_parts(lambda of: of.bend - (of.p @ of.d) ** 2 / 2),
    "unit-matrix: diag(p) - p p^T is taken for the unit matrix",
    _from_parts(lambda of: of.bend + of.d @ of.d / 2),
    "one-class-slope: diag(p) (1 - p) is the softmax's slope for one class alone: p p^T has entries off the "
    "diagonal, too",
    _from_parts(lambda of: of.bend + (of.p * (1 - of.p)) @ of.d**2 / 2),
    "bias-not-activated: W2 reads phi(b1), not b1",
    _from_parts(lambda of: of.bend + _curve(of.p, of.c + of.B @ of.b)),
    "at-h-and-bias: phi' is taken at h, and d uses b1 in place of phi(b1)",
    _from_parts(lambda of: (1 - of.b**2) @ of.each + _curve(of.p, of.c + of.B @ of.b)),
)

ADVICE = {
    r"matmul": "the shapes: C (classes, inputs), W1 (neurons, inputs), W2 (classes, neurons): W2.T @ C is like W1",
    r"could not be broadcast": "one factor phi'(b1_i) for each neuron: sum over the inputs first",
}

QUESTION = Question(
    "4.5", 2, "Which way is down?", second_order, _critical_points, MISTAKES, within(1e-9), advice=ADVICE
)
