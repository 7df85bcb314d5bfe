"""Ways to fill a weight matrix before training.

`shape` is (..., n_out, n_in): row i holds the incoming weights of neuron i, so fan_in = n_in is the number of columns
and fan_out = n_out the number of rows. Leading axes stand for independent networks.
"""

import math

import numpy as np

from course_utils import _validate


def fans(shape):
    """Return (fan_in, fan_out) of a weight shape (..., n_out, n_in)."""
    try:
        *networks, n_out, n_in = shape
    except (TypeError, ValueError):
        raise ValueError(f"shape must be (..., n_out, n_in), got {_validate.shown(shape)}.") from None
    for size in networks:
        _validate.whole("a leading axis of shape", size)
    return _validate.whole("n_in (last axis of shape)", n_in), _validate.whole("n_out (last axis but one)", n_out)


def zeros(shape, *, rng=None):
    """All weights 0."""
    fans(shape)
    return np.zeros(shape)


def constant(shape, *, value=0.5, rng=None):
    """All weights equal to `value`."""
    fans(shape)
    return np.full(shape, _validate.number("value", value))


def normal(shape, *, sigma_w=1.0, rng):
    """W_ij ~ N(0, sigma_w^2 / fan_in); `sigma_w` is one number or one for each network (the leading axes)."""
    fan_in, _ = fans(shape)
    sigma_w = _validate.per_network("sigma_w", sigma_w, shape[:-2])
    return _validate.generator(rng).normal(size=shape) * (sigma_w[..., None, None] / math.sqrt(fan_in))


def variance_scaling(shape, *, scale, mode, distribution, rng):
    """Zero-mean weights with Var[W_ij] = scale / n, where n is fan_in, fan_out or fan_avg by `mode`.

    `distribution` is "normal", "uniform" on +-sqrt(3 scale / n), or "truncated_normal": a normal cut off at two of its
    own standard deviations, widened so that after the cut the variance is scale / n (Keras's and Flax's normal rules).
    """
    fan_in, fan_out = fans(shape)
    scale = _validate.number("scale", _validate.non_negative("scale", scale))
    n = _validate.one_of("mode", mode, {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2})
    std = math.sqrt(scale / n)
    rng = _validate.generator(rng)
    limit = math.sqrt(3) * std
    draws = {
        "normal": lambda: rng.normal(0, std, size=shape),
        "uniform": lambda: rng.uniform(-limit, limit, size=shape),
        "truncated_normal": lambda: _truncated(shape, rng) * (std / _TRUNCATED_STD),
    }
    return _validate.one_of("distribution", distribution, draws)()


# z ~ N(0, 1) given |z| <= 2: by parts Var[z] = 1 - 2 * 2 p(2) / P(|z| <= 2), so the standard deviation is 0.8796.
_TRUNCATED_STD = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))


def _truncated(shape, rng):
    """Draws from N(0, 1), drawn again where they are beyond +-2."""
    z = rng.normal(size=shape)
    while (far := np.abs(z) > 2).any():
        z[far] = rng.normal(size=far.sum())
    return z


def lecun_normal(shape, *, rng):
    """Var[W] = 1 / fan_in, normal: LeCun et al. 1998, section 4.6, Eq. 16."""
    return variance_scaling(shape, scale=1, mode="fan_in", distribution="normal", rng=rng)


def lecun_uniform(shape, *, rng):
    """Var[W] = 1 / fan_in, uniform: LeCun et al. 1998, section 4.6, Eq. 16."""
    return variance_scaling(shape, scale=1, mode="fan_in", distribution="uniform", rng=rng)


def glorot_normal(shape, *, rng):
    """Var[W] = 2 / (fan_in + fan_out), normal ("Xavier"): Glorot & Bengio 2010, Eq. 12."""
    return variance_scaling(shape, scale=1, mode="fan_avg", distribution="normal", rng=rng)


def glorot_uniform(shape, *, rng):
    """Var[W] = 2 / (fan_in + fan_out), uniform ("Xavier"): Glorot & Bengio 2010, Eq. 16."""
    return variance_scaling(shape, scale=1, mode="fan_avg", distribution="uniform", rng=rng)


def he_normal(shape, *, rng):
    """Var[W] = 2 / fan_in, normal ("Kaiming"): He, Zhang, Ren, Sun 2015, section 2.2."""
    return variance_scaling(shape, scale=2, mode="fan_in", distribution="normal", rng=rng)


def he_uniform(shape, *, rng):
    """Var[W] = 2 / fan_in, uniform ("Kaiming"): He, Zhang, Ren, Sun 2015, section 2.2."""
    return variance_scaling(shape, scale=2, mode="fan_in", distribution="uniform", rng=rng)


def orthogonal(shape, *, gain=1.0, rng):
    """Random matrix with orthonormal rows or columns (whichever are fewer), times `gain`: Saxe et al. 2013.

    Uniform over such matrices: the signs of the QR factor's diagonal are fixed to +.
    """
    n_in, n_out = fans(shape)
    gain = _validate.number("gain", gain)
    tall = (*shape[:-2], max(n_in, n_out), min(n_in, n_out))
    q, r = np.linalg.qr(_validate.generator(rng).normal(size=tall))
    signs = np.where(np.diagonal(r, axis1=-2, axis2=-1) < 0, -1.0, 1.0)
    q = q * signs[..., None, :]
    return gain * (q if n_out >= n_in else q.mT)


INITIALIZERS = {
    rule.__name__: rule
    for rule in (
        zeros, constant, normal, lecun_normal, lecun_uniform, glorot_normal, glorot_uniform, he_normal, he_uniform,
        orthogonal,
    )
}  # fmt: skip


def get(initializer):
    """Return the initializer of that name; a function (shape, *, rng) is passed through."""
    if callable(initializer):
        return initializer
    theirs = {"xavier": "glorot", "kaiming": "he", "random": ""}  # PyTorch's and Keras's names
    return _validate.one_of("initializer", initializer, INITIALIZERS, theirs)
