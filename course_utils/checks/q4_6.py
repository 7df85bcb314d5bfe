"""Question 4.6."""

import numpy as np

from course_utils.activations import Activation, gelu, identity, leaky_relu, relu, sigmoid, tanh
from course_utils.checks.core import Question, known


def different_neurons(b, activation):
    """How many different neurons come of zero weights and these hidden biases, under SGD and without rounding."""
    return _count()(b, activation)


# Not in the course: an answer must ask the activation, not know it by its name.
_two_slopes = Activation("two slopes", lambda z: np.where(z > 0, 2 * z, z / 2), lambda z: np.where(z > 0, 2.0, 0.5))
_arctan = Activation("arctan", lambda z: np.arctan(z), lambda z: 1 / (1 + z**2))


def _biases(rng):
    some = np.array([0.5, -1.0, 2.0, 0.5, 0.0, -0.5, 4.0, 0.0, -1.0])
    for phi in (relu, tanh, leaky_relu, gelu, sigmoid, identity, _two_slopes, _arctan):
        yield some, phi
    yield np.array([-1.0, -2.0, 0.0]), relu
    yield np.zeros(3), sigmoid
    for phi in (relu, _two_slopes, _arctan, gelu, sigmoid, tanh):
        yield rng.integers(-8, 9, size=rng.integers(6, 30)) / 4, phi


def _count(
    alive=lambda b, phi: phi(b) != 0, rays=lambda phi: phi.homogeneous, flips=lambda phi: phi.odd, beside=np.sign
):
    """An answer: which neurons are alive, and for which activations multiples and opposite signs are one."""

    def function(b, activation):
        b = b[alive(b, activation)]
        b = beside(b) if rays(activation) else b
        return len(np.unique(np.abs(b) if flips(activation) else b))

    return function


def _never(phi):
    return False


MISTAKES = known(
    "all: neurons with equal biases are twins, and multiples or dead neurons do not count as more",
    lambda b, activation: len(b),
    "biases: not every bias makes a neuron of its own: ask what is dead, and what phi cannot tell apart",
    lambda b, activation: len(np.unique(b)),
    "one: not always one: a curved phi lets different biases go different ways",
    lambda b, activation: int(any(b)),
    "dead: with zero weights a neuron with phi(b) = 0 never moves: it says nothing, so its column has no gradient, "
    "and no error comes back",
    _count(alive=lambda b, phi: b == b),
    "negative: a negative bias is dead only where phi(b) = 0, as for ReLU",
    _count(alive=lambda b, phi: b > 0),
    "no-rays: where phi(c z) = c phi(z) for c > 0, neurons whose biases have one sign stay multiples of one neuron",
    _count(rays=_never),
    "no-flips: where phi is odd, the neurons of b and -b differ in all their signs, and so say the same",
    _count(flips=_never),
    "one-ray: a homogeneous phi has another slope on the left: biases above and below 0 lie on two rays",
    _count(beside=np.ones_like),
    "by-name: it is not the name that counts: ask activation.homogeneous and activation.odd",
    _count(rays=lambda phi: phi.name in ("relu", "leaky_relu", "identity")),
    _count(rays=lambda phi: phi.name == "relu"),
    _count(flips=lambda phi: phi.name in ("tanh", "identity")),
)

QUESTION = Question("4.6", 2, "How many neurons?", different_neurons, _biases, MISTAKES)
