"""Activation functions, each with its derivative and with its value and slope at zero.

All work element by element on arrays of any shape. They are written so that a complex argument passes through
(`gradcheck.complex_step` needs that); ReLU, which has a kink, goes by the real part.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_utils import _validate


@dataclass(frozen=True)
class Activation:
    """A function phi applied to every unit: call it for phi(z), `.derivative(z)` for phi'(z)."""

    name: str
    function: Callable
    slope: Callable  # phi'(z) as a function of the output h = phi(z): the backward pass has h at hand already
    at_zero: float  # phi(0): what a unit with zero weights and zero bias sends on
    slope_at_zero: float  # phi'(0): how much of the error such a unit lets back through

    def __call__(self, z):
        return self.function(z)

    def __reduce_ex__(self, protocol):
        # The course's own are the same objects in another process, too.
        own = ACTIVATIONS.get(self.name) is self
        return (get, (self.name,)) if own else super().__reduce_ex__(protocol)

    def derivative(self, z):
        return self.slope(self.function(z))


def _sigmoid(z):
    # 1 / (1 + exp(-z)), written with tanh because exp(-z) overflows for very negative z.
    return 0.5 * (1 + np.tanh(0.5 * z))


tanh = Activation("tanh", np.tanh, lambda h: 1 - np.square(h), at_zero=0.0, slope_at_zero=1.0)

lecun_tanh = Activation(  # LeCun, Bottou, Orr, Müller 1998, section 4.4
    "lecun_tanh",
    lambda z: 1.7159 * np.tanh(2 * z / 3),
    lambda h: (2 / 3) * (1.7159 - h * h / 1.7159),
    at_zero=0.0,
    slope_at_zero=1.7159 * 2 / 3,
)

sigmoid = Activation("sigmoid", _sigmoid, lambda h: h * (1 - h), at_zero=0.5, slope_at_zero=0.25)

relu = Activation(  # phi'(0) is a convention: we take 0, as PyTorch and JAX do
    "relu",
    lambda z: np.where(np.real(z) <= 0, 0, z),  # nan stays nan
    lambda h: np.heaviside(np.real(h), 0.0),
    at_zero=0.0,
    slope_at_zero=0.0,
)

identity = Activation("identity", lambda z: z, np.ones_like, at_zero=0.0, slope_at_zero=1.0)

ACTIVATIONS = {phi.name: phi for phi in (tanh, lecun_tanh, sigmoid, relu, identity)}


def get(activation):
    """Return the activation of that name; an `Activation` is passed through."""
    if isinstance(activation, Activation):
        return activation
    return _validate.one_of("activation", activation, ACTIVATIONS)
