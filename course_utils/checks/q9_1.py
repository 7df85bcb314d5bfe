"""Question 9.1."""

import numpy as np

from course_utils import theory
from course_utils.activations import Activation, identity, lecun_tanh, relu, sigmoid, softplus, tanh
from course_utils.checks.core import Question, known

# Not in the course: an answer must go by what the activation does, not by its name.
leakier = Activation("leakier", lambda z: np.where(z > 0, z, 0.3 * z), lambda z: np.where(z > 0, 1.0, 0.3))


def gain(phi):
    """sigma_w with which z ~ N(0, 1) has mean square 1 again in the next layer: 1 / sqrt(E[phi^2])."""
    return float(1 / np.sqrt(theory.gaussian_mean(lambda z: phi(z) ** 2, 1.0)))


def _gains(rng):
    a, c = rng.uniform(0.1, 0.8), rng.uniform(0.5, 3)
    kinked = Activation("kinked", lambda z: np.where(z > 0, z, a * z), lambda z: np.where(z > 0, 1.0, a))
    steep = Activation("steep", lambda z: np.tanh(c * z), slope=lambda h: c * (1 - h**2))
    return [(phi,) for phi in (relu, tanh, sigmoid, leakier, softplus, lecun_tanh, identity, kinked, steep)]


def _not_near(calls):
    """`different`, with a tolerance that a mean over a million draws, or a plain sum over a grid, meets."""
    if all(abs(call.value - call.expected) <= 0.02 * abs(call.expected) for call in calls):
        return None
    call = next(call for call in calls if abs(call.value - call.expected) > 0.02 * abs(call.expected))
    return f"values wrong: for {call.args['phi'].name} it is off by {abs(call.value / call.expected - 1):.0%}"


def _moment(f, of=lambda m: 1 / np.sqrt(m)):
    """A wrong answer from another mean: f(phi) is the function of z whose mean is taken."""
    return lambda phi: float(of(theory.gaussian_mean(f(phi), 1.0)))


def _by_variance(phi):
    first = theory.gaussian_mean(phi, 1.0)
    return float(1 / np.sqrt(theory.gaussian_mean(lambda z: phi(z) ** 2, 1.0) - first**2))


def _flat_mean(reach):
    z = np.linspace(-reach, reach, 2001)
    return lambda phi: float(1 / np.sqrt(np.mean(phi(z) ** 2)))


MISTAKES = known(
    "variance: it is the second moment E[phi(z)^2] that goes through, not the variance of phi(z)",
    _by_variance,
    "no-root: the root is missing: sigma_w^2 is 1 / E[phi^2]",
    _moment(lambda phi: lambda z: phi(z) ** 2, lambda m: 1 / m),
    "upside-down: upside down: a small E[phi^2] asks for large weights",
    _moment(lambda phi: lambda z: phi(z) ** 2, np.sqrt),
    "upside-down-no-root: upside down, and without the root: sigma_w^2 = 1 / E[phi^2]",
    _moment(lambda phi: lambda z: phi(z) ** 2, lambda m: m),
    "errors: this keeps the errors on their way back; the signal needs E[phi^2]",
    _moment(lambda phi: lambda z: phi.derivative(z) ** 2),
    "mean-size: the mean of |phi| is no mean square",
    _moment(lambda phi: lambda z: np.abs(phi(z)), lambda m: 1 / m),
    "linear: 1 / phi'(0) is right in the linear region only",
    lambda phi: 1 / phi.slope_at_zero if phi.slope_at_zero else 1.0,
    "one: one number does not fit all activations",
    lambda phi: 1.0,
    "he: He's root of 2 is ReLU's: other activations need others",
    lambda phi: float(np.sqrt(2)),
    "uniform: z is normal, not uniform: weigh each z by its density",
    _flat_mean(3),
    _flat_mean(5),
    _flat_mean(1),
)

QUESTION = Question("9.1", 2, "The right scale for any activation", gain, _gains, MISTAKES, _not_near)
