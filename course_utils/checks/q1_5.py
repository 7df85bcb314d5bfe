"""Question 1.5."""

import numpy as np

from course_utils import gradcheck
from course_utils.checks.core import Question, known
from course_utils.checks.values import Recognised


def complex_step_gradient(f, x):
    """The gradient of f at x: Im f(x + ih) / h, one entry after the other."""
    return gradcheck.complex_step(f, x)


class _Watched:
    """A function that remembers at which points it was evaluated, the first thousand of them."""

    def __init__(self, function):
        self.function, self.points = function, []

    def __call__(self, x):
        value = self.function(x)
        if len(self.points) < 1000:
            self.points.append(np.array(x, dtype=complex))
        return value


def _small_net(t):
    """The loss of a neuron layer as a function of its four biases."""
    return 0.5 * ((np.array([1.0, -2.0, 0.5, 3.0]) * np.tanh(t + np.array([0.3, -0.2, 0.8, 0.1]))).sum() - 4) ** 2


def _analytic(rng):
    functions = {
        lambda t: np.exp(t[0]) / (np.sin(t[1]) ** 3 + np.cos(t[1]) ** 3) + t[0] * t[2] ** 2: 3,  # Squire & Trapp 1998
        _small_net: 4,
        lambda t: np.sin(20 * t[0]) * (1 + t[1]) + t[1] ** 3: 2,
        lambda t: (t**4 - 3 * t).sum(): 1,
        lambda t: np.prod(1 + t) + (t**3 * np.arange(1, 6)).sum(): 5,
        lambda t: (np.sin(t) * np.arange(1, len(t) + 1)).sum(): rng.integers(6, 40),
    }
    for function, n in functions.items():
        yield _Watched(function), rng.uniform(0.4, 0.7, size=n).round(3)


def _inexact(calls):
    """What is wrong with a gradient that must be right to 1e-12; None if nothing is."""
    worst = max(calls, key=_relative_error)
    if _relative_error(worst) <= 1e-12:
        return None
    steps = [_step(call) for call in calls]
    id, reason = _from_complex_points(calls, steps) if all(steps) else _from_real_points(worst)
    at = f", at h = {max(steps):.0e}" if all(steps) else ""
    return Recognised(id, reason, f"the gradient is off by {_relative_error(worst):.0e} (relative){at}")


def _relative_error(call):
    return float(np.abs(call.value - call.expected).max() / np.abs(call.expected).max())


def _step(call):
    """The h of the first complex point at which f was called; 0 if there was none."""
    return next((float(np.abs(p.imag).max()) for p in call.args["f"].points if p.imag.any()), 0.0)


def _from_real_points(call):
    """What was done instead, with its id, if f was never called with a complex number."""
    points = [point.real for point in call.args["f"].points]
    moved = [point for point in points if not np.array_equal(point, call.args["x"])]
    if points and not moved and not call.value.any():
        return (
            "real-array",
            "f got real numbers only, for an array of real numbers cannot hold ih: copy x with x.astype(complex)",
        )
    if not moved:
        return "never-moved", "f must be called at x + ih, with a small h in one entry of x"
    kind = "central"
    if len(moved) < len(points):
        kind = "forward" if (moved[0] - call.args["x"]).sum() > 0 else "backward"
    return (
        f"{kind}-difference",
        f"this is a {kind} difference, where values of f are subtracted and their digits cancel; step by ih instead",
    )


def _from_complex_points(calls, steps):
    """What was done with f(x + ih), with its id."""
    explained = [_explanations(call, h) for call, h in zip(calls, steps)]
    for id, (message, _) in explained[0].items():
        if all(np.allclose(call.value, e[id][1], rtol=1e-9, atol=0) for call, e in zip(calls, explained)):
            return id, message
    return "not-the-quotient", "take the imaginary part of f(x + ih), with one entry moved, and divide it by h"


def _explanations(call, h):
    """What f(x + ih) leads to if something is done wrong: {id: (the words that say so, the result)}."""
    f, x = call.args["f"].function, call.args["x"]
    at_step = np.array([f(x + 1j * h * unit) for unit in np.eye(len(x))])
    right, together = at_step.imag / h, f(x + 1j * h).imag
    stays, imag = "put it back, or begin with a new copy", "take the imaginary part, .imag"
    return {
        "all-at-once": (_ALL_AT_ONCE, together / h),
        "all-at-once-not-divided": (
            "all entries have moved at once, and the result is not divided by h: move one at a time, divide by h",
            together,
        ),
        "not-put-back": (f"each entry stays moved while the next ones move: {stays}", np.cumsum(right)),
        "not-put-back-backwards": (
            f"each entry stays moved while the others move: {stays}",
            np.cumsum(right[::-1])[::-1],
        ),
        "real-part": (f"this is the real part of f(x + ih): {imag}", at_step.real),
        "real-part-divided": (f"this is the real part of f(x + ih), divided by h: {imag}", at_step.real / h),
        "modulus": (f"this is the modulus of f(x + ih): {imag}", abs(at_step)),
        "modulus-divided": (f"this is the modulus of f(x + ih), divided by h: {imag}", abs(at_step) / h),
        "not-divided": ("the imaginary part is not divided by h", at_step.imag),
        "two-steps": ("the imaginary part is divided by 2h: there is only one step, h", right / 2),
        "sign": ("the sign is flipped", -right),
        "large-step": (
            "the step h is too large, the error is about h^2; nothing cancels here, so take 1e-30",
            right,
        ),
    }


def _at_complex_step(part):
    """A wrong answer that makes something of f(x + ih) with one entry moved."""
    return lambda f, x: np.array([part(f(x + 1e-30j * unit), f(x)) for unit in np.eye(len(x))])


_ALL_AT_ONCE = "all entries have moved at once, which gives the sum of the derivatives: move one at a time"
MISTAKES = known(
    "complex-result: f(x + ih) is complex: only its imaginary part is wanted, f(z).imag / h",
    _at_complex_step(lambda moved, start: moved / 1e-30),
    f"all-at-once: {_ALL_AT_ONCE}",
    lambda f, x: f(x + 1e-30j).imag / 1e-30,
)

ADVICE = {
    r"invalid index to scalar|not subscriptable|too many indices|must be real number, not complex": (
        "f takes a whole array: copy x with x.astype(complex), move one entry of the copy by ih, and call f on it"
    ),
    r"Cannot cast|not .?complex": "x holds real numbers and cannot hold ih: copy it with x.astype(complex)",
}

QUESTION = Question(
    "1.5", 2, "The complex step", complex_step_gradient, _analytic, MISTAKES, compare=_inexact, advice=ADVICE
)
