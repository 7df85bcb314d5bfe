"""What is predicted of a wide random network: mean-field theory, exact as the width goes to infinity.

W_ij ~ N(0, sigma_w^2 / n_in), b_i ~ N(0, sigma_b^2). In a wide layer every z_i is then a normal number with mean 0 and
variance q, and the next layer's q follows from this one's (Poole, Lahiri, Raghu, Sohl-Dickstein, Ganguli 2016):

    q^1 = sigma_w^2 mean(x^2) + sigma_b^2,    q^(l+1) = sigma_w^2 E[phi(z)^2] + sigma_b^2,    z ~ N(0, q^l)

Going back, the mean square of delta is multiplied in each layer by chi = sigma_w^2 E[phi'(z)^2] (Schoenholz, Gilmer,
Ganguli, Sohl-Dickstein 2017). It is the second moment E[phi^2] that counts, not the variance of phi.

sigma_w, sigma_b and q are numbers, or arrays whose shapes fit together: the result has their common shape. sigma_w and
sigma_b may be 0, or from 1e-10 to 1e12. The results hold for every activation for which q -> E[phi^2] does not fall.
"""

import functools

import numpy as np

from course_utils import _validate, activations

_FAR = 1e30  # a q so large that only one that goes to infinity gets there
_SAME = 1e-12  # nearer to 1 than this, a slope is 1: rounding can tell no more


def _fitting(**arrays):
    try:
        return [np.array(a, dtype=float) for a in np.broadcast_arrays(*arrays.values())]
    except ValueError:
        shapes = ", ".join(f"{name} {np.shape(a)}" for name, a in arrays.items())
        raise ValueError(f"the shapes must fit together, got {shapes}.") from None


def _non_negative(**values):
    return _fitting(**{name: _validate.non_negative(name, value) for name, value in values.items()})


# means over one normal number, or over two correlated ones


@functools.cache
def _nodes():
    """Nodes and steps for an integral over u > 0: the trapezoidal rule in s, with u = exp(s - exp(-s))."""
    s = np.arange(-3.8, 35, 0.1)
    u = np.exp(s - np.exp(-s))
    return u, 0.1 * (1 + np.exp(-s)) * u


def _half_line(scale):
    """Nodes u > 0 and weights for the mean of f(scale |u|), u ~ N(0, 1), on a new last axis."""
    nodes, steps = _nodes()
    # f may change where scale * u is about 1: the rule starts there. Past u = 10 the normal density is below 1e-22.
    start = 1 / np.clip(scale, 1, 1e14)[..., None]
    needed = nodes * start.min(initial=1) <= 10
    u = start * nodes[needed]
    return u, start * steps[needed] * np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)


def _mean(f, q):
    scale = np.sqrt(q)
    u, weights = _half_line(scale)
    z = scale[..., None] * u
    return ((f(z) + f(-z)) * weights).sum(axis=-1)


def gaussian_mean(f, q):
    """E[f(z)] for z ~ N(0, q), of q's shape; f works element by element.

    Double exponential quadrature (Takahasi & Mori 1974) on each side of 0. Measured against a dense rule: below 3e-15
    of sqrt(E[f^2]) for phi, phi^2 and phi'^2 of all activations here, q from 1e-8 to 1e24. The usual Gauss-Hermite rule
    is not used: with 100 nodes it misses E[tanh'^2] by 2 % at q = 10 and 90 % at q = 100, where tanh is nearly a step,
    and E[ReLU] by 0.4 %, for its kink.
    """
    return _mean(f, *_non_negative(q=q))[()]


@functools.cache
def _angles(panels):
    """Nodes and weights on (0, 1), ever denser towards 0: 16 Gauss-Legendre nodes in each of the panels."""
    x, w = np.polynomial.legendre.leggauss(16)
    edges = np.array([0, *4.0 ** np.arange(1 - panels, 1)])
    middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    return (middle[:, None] + half[:, None] * x).ravel(), (half[:, None] * w).ravel()


def _pair_mean(f, q, c):
    """E[f(z) f(z')] for z, z' ~ N(0, q) with correlation c.

    z = R sin(t), z' = c z + sqrt(1 - c^2) R cos(t): polar coordinates, the plane cut where z or z' is 0. There ReLU has
    a kink and tanh of a large z a step.
    """
    scale = np.sqrt(q)
    r, weights = _half_line(scale)
    weights = np.sqrt(2 * np.pi) * r * weights
    y, dy = _angles(2 + int(np.ceil(np.log2(np.clip(scale, 1, 1e14).max(initial=1)) / 2)))
    radius = (scale[..., None] * r)[..., None]
    total = 0.0
    for sign in (-1, 1):  # the wedge where z' has the other sign than z, and the one where it has the same
        angle = np.arccos(-sign * c)
        t = angle[..., None, None] / 2 * y  # half of the wedge: the other is its mirror image
        z = radius * np.sin(t)
        other = c[..., None, None] * z + sign * np.sqrt((1 - c) * (1 + c))[..., None, None] * radius * np.cos(t)
        total += angle * ((f(z) * f(other) + f(-z) * f(-other)) @ dy * weights).sum(axis=-1)
    return total / (2 * np.pi)


# forward: the map q -> q


def _slope_square(phi, q):
    """E[phi'(z)^2]; at q = 0 its limit, for ReLU has a kink there."""
    beside_0 = (phi.derivative(np.array([-1e-150, 1e-150])) ** 2).mean()
    if phi.homogeneous:
        return np.full(np.shape(q), beside_0)
    unknown, known = np.isnan(q), np.where(np.isnan(q), 0, np.minimum(q, _FAR))
    mean = np.where(known == 0, beside_0, _mean(lambda z: phi.derivative(z) ** 2, known))
    return np.where(unknown, np.nan, mean)


def _square(phi, q):
    """E[phi(z)^2]."""
    if phi.homogeneous:
        return _slope_square(phi, q) * q
    mean = _mean(lambda z: phi(z) ** 2, np.minimum(q, _FAR))
    return mean if phi.bounded else np.where(q > _FAR, mean * (q / _FAR), mean)  # far out GELU is all but ReLU


def _next(phi, q, sigma_w, sigma_b):
    return sigma_w**2 * _square(phi, q) + sigma_b**2


def _next_slope(phi, q, sigma_w):
    """The slope of the map q -> q': sigma_w^2 E[z phi phi'] / q, which is d/dq of it; at q = 0 its limit."""
    if phi.homogeneous:
        return sigma_w**2 * _slope_square(phi, q)
    q = np.maximum(q, 1e-300)
    return sigma_w**2 * _mean(lambda z: z * phi(z) * phi.derivative(z), q) / q


def q_map(q, sigma_w, sigma_b, activation="tanh"):
    """q^(l+1) from q^l: sigma_w^2 E[phi(z)^2] + sigma_b^2 (Poole et al. 2016, the length map)."""
    return _next(activations.get(activation), *_non_negative(q=q, sigma_w=sigma_w, sigma_b=sigma_b))[()]


def q_fixed_point(sigma_w, sigma_b, activation="tanh"):
    """q*, what q^l tends to from any q > 0: q_map(q*) = q*, to about 1e-15 / |1 - slope of the map|.

    inf where q grows forever: ReLU from sigma_w^2 / 2 = 1 on, the identity from sigma_w = 1 on. nan where it depends
    on q^1: at exactly those with sigma_b = 0 every q stays as it is; GELU and SiLU without biases die out from a small
    q and explode from a large one at sqrt(2) < sigma_w < 2.
    """
    phi = activations.get(activation)
    sigma_w, sigma_b = _non_negative(sigma_w=sigma_w, sigma_b=sigma_b)
    return _fixed_point(phi, sigma_w, sigma_b)[()]


def _fixed_point(phi, sigma_w, sigma_b):
    growth_at_0 = sigma_w**2 * _slope_square(phi, np.zeros_like(sigma_w))
    if phi.homogeneous:
        neutral, grows = np.abs(growth_at_0 - 1) < _SAME, growth_at_0 > 1
        q = sigma_b**2 / np.where(neutral | grows, 1, 1 - growth_at_0)
        return np.where(neutral & (sigma_b**2 == 0), np.nan, np.where(neutral | grows, np.inf, q))
    if not _bends_down(phi):
        return _only_stable_point(phi, sigma_w, sigma_b)
    # The map rises and bends down: from above Newton's steps lead down to the only stable point and never past it.
    q = _next(phi, np.full_like(sigma_w, _FAR), sigma_w, sigma_b)
    q = np.where(q >= _FAR, np.inf, q)
    # Where 0 is that point say so: the steps only come near, and rounding decides how near.
    q = np.where((sigma_b**2 == 0) & (phi.at_zero == 0) & (growth_at_0 <= 1), 0.0, q)
    open_ = np.array(np.isfinite(q) & (q > 0))
    for _ in range(200):  # at the critical point a step only halves q; elsewhere about 8 are enough
        at, w, b = q[open_], sigma_w[open_], sigma_b[open_]
        if not at.size:
            break
        fall = (at - _next(phi, at, w, b)) / np.maximum(1 - _next_slope(phi, at, w), 1e-16)
        q[open_] = np.where(fall > 0, np.maximum(at - fall, b**2), at)
        open_[open_] = q[open_] < at
    return q


def _scales():
    """Values of q, each 1.26 times the one before, from the smallest to the largest that is looked at."""
    return 10.0 ** np.arange(-30, 30.05, 0.1)


@functools.cache
def _bends_down(phi):
    """Whether the slope of q -> E[phi^2] nowhere grows."""
    return bool((np.diff(_next_slope(phi, np.geomspace(1e-6, 1e6, 500), 1.0)) < 1e-10).all())


@functools.cache
def _squares_at_scales(phi):
    return _square(phi, _scales())


def _only_stable_point(phi, sigma_w, sigma_b):
    """`_fixed_point` of a map that may bend either way: by where it rises above q' = q, and where it falls below."""
    shape, scales = sigma_w.shape, _scales()
    sigma_w, sigma_b = sigma_w.ravel(), sigma_b.ravel()
    rise = sigma_w[:, None] ** 2 * _squares_at_scales(phi) + sigma_b[:, None] ** 2 - scales
    rises, falls = rise > 1e-13 * scales, rise < -1e-13 * scales  # between them rounding decides
    last_rise = scales.size - 1 - np.argmax(rises[:, ::-1], axis=1)
    first_fall = np.argmax(falls, axis=1)
    once = rises.any(axis=1) & falls.any(axis=1) & (last_rise < first_fall)
    q = np.where(rises.any(axis=1), np.where(falls.any(axis=1), np.nan, np.inf), np.where(falls.any(axis=1), 0, np.nan))
    low, high, w, b = scales[last_rise[once]], scales[first_fall[once]], sigma_w[once], sigma_b[once]
    for _ in range(60):
        middle = (low + high) / 2
        above = _next(phi, middle, w, b) > middle
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    q[once] = high
    return q.reshape(shape)


def variance_path(depth, q0, sigma_w, sigma_b, activation="tanh"):
    """q^1, ..., q^depth on a new last axis, from q0, the mean square of the inputs.

    inf where ReLU or the identity outgrow floating point numbers.
    """
    phi, depth = activations.get(activation), _validate.whole("depth", depth)
    q, sigma_w, sigma_b = _non_negative(q0=q0, sigma_w=sigma_w, sigma_b=sigma_b)
    path = []
    with np.errstate(over="ignore"):
        for _ in range(depth):
            q = _next(phi, q, sigma_w, sigma_b) if path else sigma_w**2 * q + sigma_b**2
            path.append(q)
    return np.stack(path, axis=-1)


# backward: the growth of squared gradients


def chi_1(sigma_w, sigma_b, activation="tanh"):
    """sigma_w^2 E[phi'(z)^2] at q*: the mean square of delta is multiplied by it in each layer, going back.

    Above 1 chaotic (gradients grow), below 1 ordered (they vanish): Schoenholz et al. 2017. At q* = 0 its limit,
    sigma_w^2 phi'(0)^2; for ReLU sigma_w^2 / 2 at every q.
    """
    phi = activations.get(activation)
    sigma_w, sigma_b = _non_negative(sigma_w=sigma_w, sigma_b=sigma_b)
    return (sigma_w**2 * _slope_square(phi, _fixed_point(phi, sigma_w, sigma_b)))[()]


def chi_path(depth, q0, sigma_w, sigma_b, activation="tanh"):
    """sigma_w^2 E[phi'(z^l)^2] at q^1, ..., q^depth of `variance_path`, on a new last axis.

    With hidden layers of one width, entry l - 1 is the mean square of delta^l over that of delta^(l+1).
    """
    q = variance_path(depth, q0, sigma_w, sigma_b, activation)
    sigma_w = np.broadcast_to(sigma_w, q.shape[:-1])[..., None]
    return sigma_w**2 * _slope_square(activations.get(activation), q)


def critical_line(sigma_b, activation="tanh"):
    """The sigma_w at which chi_1 = 1, for each sigma_b, to 1e-8, and from sigma_b = 1e-6 on to 1e-12 of itself.

    At sigma_b = 0 it is 1 for tanh and 0.874 for LeCun's. The sigmoid's slopes are at most 1/4, and its outputs lie
    around 1/2 and so spread z even without biases: 10.149, at q* = 45.6. ReLU has sqrt(2), leaky ReLU 1.41414 and the
    identity 1 for every sigma_b, although with biases q grows forever there.

    nan where there is no such sigma_w, or where q does not stay: softplus never has one (where chi_1 would be 1 q grows
    forever), GELU only from sigma_b = 0.42 on, SiLU from 0.75. Up to q = 1e28, which is sigma_b = 1e14 for tanh.
    """
    phi = activations.get(activation)
    (sigma_b,) = _non_negative(sigma_b=sigma_b)

    def bias_square(q):
        # On the line q alone gives both: sigma_w^2 = 1 / E[phi'^2], and then sigma_b^2 is what the fixed point leaves.
        return q - _square(phi, q) / _slope_square(phi, q)

    if phi.homogeneous:
        return (1 / np.sqrt(_slope_square(phi, sigma_b)))[()]
    low, high = np.full(sigma_b.shape, -70.0), np.full(sigma_b.shape, np.log(1e28))  # of log q
    exists = bias_square(np.exp(high)) >= sigma_b**2
    for _ in range(60):
        middle = (low + high) / 2
        right = bias_square(np.exp(middle)) >= sigma_b**2
        low, high = np.where(right, low, middle), np.where(right, middle, high)
    q = np.where((sigma_b == 0) & (phi.at_zero == 0), 0.0, np.exp(high))
    sigma_w = 1 / np.sqrt(_slope_square(phi, q))
    if not _bends_down(phi):
        exists = exists & np.isfinite(_fixed_point(phi, sigma_w, sigma_b))
    return np.where(exists, sigma_w, np.nan)[()]


# two inputs: the map c -> c


def _settled(phi, sigma_w, sigma_b):
    """A q at which the correlation map may be taken: q*, or one near its limit 0 or infinity."""
    q = _fixed_point(phi, sigma_w, sigma_b)
    return np.where(np.isnan(q), 1.0, np.clip(q, 1e-100, 1e28))


def correlation_map(c, sigma_w, sigma_b, activation="tanh"):
    """The correlation of z^(l+1) for two inputs whose z^l have correlation c and variance q* (Poole et al. 2016).

    Its slope at c = 1 is chi_1. Where q* is 0 or inf this is the limit of the map, whose slope at 1 is 1: the signal
    dies out or explodes, correlations last. nan at sigma_w = sigma_b = 0. Measured against closed forms (ReLU, erf): to
    3e-15, up to q = 1e24.
    """
    phi = activations.get(activation)
    if _validate.finite("c", c).dtype.kind == "c" or (np.abs(c) > 1).any():
        raise ValueError(f"c must be a correlation, between -1 and 1, got {_validate.shown(c)}.")
    _non_negative(sigma_w=sigma_w, sigma_b=sigma_b)
    c, sigma_w, sigma_b = _fitting(c=c, sigma_w=sigma_w, sigma_b=sigma_b)
    q = _settled(phi, sigma_w, sigma_b)
    size = _next(phi, q, sigma_w, sigma_b)
    size = np.where(size > 0, size, np.nan)  # where the next layer is constant 0
    return np.clip((sigma_w**2 * _pair_mean(phi, q, c) + sigma_b**2) / size, -1, 1)[()]
