"""Activation functions: an entry each, of which everything else is worked out or measured.

All work element by element on whatever NumPy takes: a number, a list, an array of any shape. They are written so that a
complex argument passes through (`gradcheck.complex_step` needs that); one with a kink goes by the real part.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_utils import _validate

BLOCK = 2**15  # numbers: a longer formula goes through so many at once, which stay in the cache, in half the time


@dataclass(frozen=True)
class Activation:
    """A function phi applied to every unit: call it for phi(z), `.derivative(z)` for phi'(z).

    Give phi' as `prime`, a function of z; or, where it can be read off the output h = phi(z), as `slope`, a function of
    h. The second is a shortcut that some have: the backward pass has h at hand already. All three get arrays.
    """

    name: str
    function: Callable
    prime: Callable | None = None
    slope: Callable | None = None

    def __post_init__(self):
        if self.prime is None and self.slope is None:
            raise TypeError(f"{self.name} needs its derivative: prime, a function of z, or slope, a function of h.")

    def __call__(self, z):
        return self.function(np.asarray(z))[()]

    def derivative(self, z):
        """phi'(z), of the shape of z."""
        z = np.asarray(z)
        return (self.slope(self.function(z)) if self.prime is None else self.prime(z))[()]

    def __reduce_ex__(self, protocol):
        # The course's own are the same objects in another process, too.
        own = ACTIVATIONS.get(self.name) is self
        return (get, (self.name,)) if own else super().__reduce_ex__(protocol)

    # What is so of phi, found by asking it

    @property
    def at_zero(self):
        """phi(0): what a unit with zero weights and zero bias sends on."""
        return float(self(np.zeros(1))[0])

    @property
    def slope_at_zero(self):
        """phi'(0): how much of the error such a unit lets back through."""
        return float(self.derivative(np.zeros(1))[0])

    @property
    def steepest(self):
        """The largest |phi'(z)|, over z from -40 to 40 in steps of 1/64."""
        return float(np.abs(self.derivative(np.arange(-2560, 2561) / 64)).max())

    @property
    def odd(self):
        """Whether phi(-z) = -phi(z): then flipping the signs around a unit changes nothing."""
        z = np.array([0.0, 0.3, 1.0, 2.7, 40.0])
        return np.array_equal(self(-z), -self(z))

    @property
    def homogeneous(self):
        """Whether phi(a z) = a phi(z) for a > 0: then scaling into a unit and out of it changes nothing."""
        z = np.array([-1.0, 1.0])
        return np.array_equal(self(1024 * z), 1024 * self(z))

    @property
    def bounded(self):
        """Whether phi(z) stays within bounds however large z is."""
        return np.abs(self(np.array([-1e9, 1e9]))).max() < 1e6


def _sigmoid(z):
    # 1 / (1 + exp(-z)), written with tanh because exp(-z) overflows for very negative z.
    return 0.5 * (1 + np.tanh(0.5 * z))


def _softplus(z):
    # log(1 + exp(z)), with exp of negative numbers only
    return _relu(z) + np.log1p(np.exp(-_size(z, np.real(z) > 0)))


def _size(z, positive):
    """z where its real part is positive, elsewhere -z. (`np.where` would take ten times as long.)"""
    return z * (2 * positive.astype(np.real(z).dtype) - 1)


def _relu(z):
    if np.iscomplexobj(z):
        return np.where(np.real(z) <= 0, 0, z)
    return np.maximum(z, 0)  # a tenth of the time; nan stays nan


def _step(h):
    return np.maximum(np.sign(np.real(h)), 0)  # phi'(0) of ReLU is a convention: 0, as in PyTorch and JAX


def _scaled_erfc(x):
    """exp(x^2) erfc(x) of a number x >= 0: by the library near 0, by the continued fraction of Laplace further out."""
    if x < 2:
        return math.exp(x * x) * math.erfc(x)
    below = x
    for k in range(120, 0, -1):
        below = x + k / 2 / below
    return 1 / (below * math.sqrt(math.pi))


@functools.cache
def _tail_series(dtype):
    """Coefficients in s, from the highest, of exp(x^2) erfc(x) / t, where t = 2 / (2 + x) and s = 2 t - 1."""
    n = 13 if dtype == np.float32 else 25  # Chebyshev interpolation at s = cos(angle), where x = 2 tan(angle / 2)^2
    angles = [(k + 0.5) * math.pi / n for k in range(n)]
    values = [_scaled_erfc(2 * math.tan(angle / 2) ** 2) / math.cos(angle / 2) ** 2 for angle in angles]
    chebyshev = [2 / n * math.fsum(v * math.cos(k * a) for v, a in zip(values, angles)) for k in range(n)]
    series = np.polynomial.chebyshev.cheb2poly([chebyshev[0] / 2, *chebyshev[1:]])[::-1].astype(dtype)
    series[-1] += 1 - np.cumsum(series)[-1]  # 1 at x = 0, to the last bit
    return series


def _normal_share(z):
    """The share of a standard normal number below z, erfc(-z / sqrt 2) / 2, to 2e-15 (single precision: 2e-7).

    NumPy has no erf. This is a formula in z on each side of 0, and complex numbers go through it: complex_step
    differentiates what is really computed, and no derivative is put in by hand.
    """
    if z.size > BLOCK:
        parts = np.array_split(z.ravel(), -(-z.size // BLOCK))
        return np.concatenate([_normal_share(part) for part in parts]).reshape(z.shape)
    positive = np.real(z) > 0
    x = np.minimum(_size(z, positive), 40) * math.sqrt(0.5)  # further out exp(-x^2) is 0, and x^2 might overflow
    tail = 1 / (2 + x)  # t / 2
    s = 4 * tail
    s -= 1
    first, *others = _tail_series(np.real(s).dtype)
    series = np.full_like(s, first)
    for coefficient in others:
        series *= s
        series += coefficient
    tail *= series
    x *= -x
    tail *= np.exp(x)
    positive = positive.astype(np.real(s).dtype)
    tail *= 1 - 2 * positive
    tail += positive  # where z is positive 1 - tail
    return tail


def _normal_density(z):
    return np.exp(-0.5 * np.square(np.clip(z, -40, 40))) * (1 / math.sqrt(2 * math.pi))


def _silu_prime(z):
    share = _sigmoid(z)
    return share * (1 + z * (1 - share))


tanh = Activation("tanh", np.tanh, slope=lambda h: 1 - np.square(h))
lecun_tanh = Activation(  # LeCun, Bottou, Orr, Müller 1998, section 4.4
    "lecun_tanh", lambda z: 1.7159 * np.tanh(2 * z / 3), slope=lambda h: (2 / 3) * (1.7159 - h * h / 1.7159)
)
sigmoid = Activation("sigmoid", _sigmoid, slope=lambda h: h * (1 - h))
relu = Activation("relu", _relu, slope=_step)
leaky_relu = Activation(  # Maas, Hannun, Ng 2013, section 2; 0.01 below 0 as in PyTorch
    "leaky_relu", lambda z: z * np.maximum(_step(z), 0.01), slope=lambda h: np.maximum(_step(h), 0.01)
)
gelu = Activation(  # Hendrycks & Gimpel 2016: z times the normal share, by erf and not by their tanh formula
    "gelu", lambda z: z * _normal_share(z), lambda z: _normal_share(z) + z * _normal_density(z)
)
silu = Activation("silu", lambda z: z * _sigmoid(z), _silu_prime)  # also called swish
softplus = Activation("softplus", _softplus, slope=lambda h: -np.expm1(-h))
identity = Activation("identity", lambda z: z, slope=np.ones_like)

ACTIVATIONS = {
    phi.name: phi for phi in (tanh, lecun_tanh, sigmoid, relu, leaky_relu, gelu, silu, softplus, identity)
}  # fmt: skip


def get(activation):
    """Return the activation of that name; an `Activation` is passed through."""
    if isinstance(activation, Activation):
        return activation
    return _validate.one_of("activation", activation, ACTIVATIONS, {"swish": "silu", "linear": "identity"})
