"""Question 7.3."""

import numpy as np

from course_utils import mlp
from course_utils.checks.core import Question, known


def stretching(params, x, nudge):
    """The factors by which the squared distance of two inputs grows from z^l to z^(l+1)."""
    there, here = mlp.forward(params, x + nudge).z, mlp.forward(params, x).z
    distance = np.array([((there[l] - here[l]) ** 2).sum() for l in sorted(here)])
    return distance[1:] / distance[:-1]


def _near_inputs(rng):
    drawn = (rng.integers(2, 9, size=rng.integers(3, 8)).tolist(), int(rng.integers(2, 9)), 2.0)
    for sizes, n, sigma_w in (
        ([3, 6, 5, 2], 4, 3.0),
        ([5, 4, 7, 6, 3], 6, 2.0),
        ([2, 8, 3], 5, 1.5),
        drawn,
        ([3, 4, 1], 1, 1.5),
    ):
        params = mlp.initialize(sizes, "normal", sigma_w=sigma_w, sigma_b=0.3, rng=rng)
        yield params, rng.normal(size=(n, sizes[0])), 0.3 * rng.normal(size=(n, sizes[0]))


def _stretched(distance, ratio=lambda d: d[1:] / d[:-1], values=lambda trace: [trace.z[l] for l in sorted(trace.z)]):
    """A wrong answer: from another distance, another quotient, or at other places."""

    def function(params, x, nudge):
        there, here = (values(mlp.forward(params, inputs)) for inputs in (x + nudge, x))
        return ratio(np.array([distance(a, b) for a, b in zip(there, here, strict=True)]))

    return function


def _square(a, b):
    return ((a - b) ** 2).sum()


def _each_sample(params, x, nudge):
    there, here = (mlp.forward(params, inputs).z for inputs in (x + nudge, x))
    d = np.array([((there[l] - here[l]) ** 2).sum(axis=1) for l in sorted(here)])
    return (d[1:] / d[:-1]).mean(axis=1)


def _nudge_alone(params, x, nudge):
    z = mlp.forward(params, nudge).z
    d = np.array([(z[l] ** 2).sum() for l in sorted(z)])
    return d[1:] / d[:-1]


MISTAKES = known(
    "not-squared: the distance is not squared here",
    _stretched(lambda a, b: np.sqrt(_square(a, b))),
    "sizes: squares are asked, these are sizes |z' - z|",
    _stretched(lambda a, b: np.abs(a - b).sum()),
    "sum-first: square the differences before adding: positive and negative ones cancel here",
    _stretched(lambda a, b: (a - b).sum() ** 2),
    "difference-of-squares: this is the difference of two squares: square the difference",
    _stretched(lambda a, b: abs((a**2).sum() - (b**2).sum())),
    "mean-over-units: a sum over units is asked, this is their mean: layers have different widths",
    _stretched(lambda a, b: ((a - b) ** 2).mean()),
    "outputs: these are distances of h = tanh(z): take z, before the activation",
    _stretched(_square, values=lambda trace: [*(trace.h[l] for l in sorted(trace.h) if l), trace.output]),
    "upside-down: upside down: the later layer's distance over the earlier one's",
    _stretched(_square, lambda d: d[:-1] / d[1:]),
    "against-first: each layer against the one before, not all against the first",
    _stretched(_square, lambda d: d[1:] / d[0]),
    "difference: a quotient is asked: this subtracts",
    _stretched(_square, np.diff),
    "cosine: this is the growth of 1 - c; D is the squared distance itself",
    _stretched(lambda a, b: 1 - (a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum())),
    "one-too-many: one number too many: the first is D^2 / D^1; neither D^1 itself nor D^1 over that of the inputs "
    "is asked",
    _stretched(_square, values=lambda trace: [trace.h[0], *(trace.z[l] for l in sorted(trace.z))]),
    "mean-of-quotients: first add over the samples, then divide: a mean of quotients is another number",
    _each_sample,
    "nudge-alone: nudge moves x: compare x + nudge with x, not nudge with nothing",
    _nudge_alone,
)

ADVICE = {
    r"^TypeError: unsupported operand type.*dict": "forward(...).z is a dict {layer: z}: take z[1], z[2], ...",
    r"^KeyError: 0": "z has the layers 1, ..., L: there is no z[0]",
    r"^KeyError: \d": "z has the layers 1, ..., L, as many as there are weight matrices",
}

QUESTION = Question("7.3", 2, "Pulled apart", stretching, _near_inputs, MISTAKES, advice=ADVICE)
