"""Mean-field theory: against other ways to integrate, against wide networks of `mlp`, and where its facts are known."""

import functools
import math

import numpy as np
import properties
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ACTIVATIONS

from course_utils import activations, mlp, theory

PHI = activations.ACTIVATIONS
SATURATING = [name for name in ACTIVATIONS if PHI[name].bounded]  # those whose map bends down
NAMES = pytest.mark.parametrize("name", ACTIVATIONS)
ONE_END = [name for name in ACTIVATIONS if PHI[name].bounded or PHI[name].homogeneous]  # whatever q they start from
CURVED = pytest.mark.parametrize("name", SATURATING)
weights = st.just(0.0) | st.floats(1e-6, 5)
biases = st.just(0.0) | st.floats(1e-6, 3)


# The error function: it saturates as tanh does, and every mean has a closed form (Williams 1997).
ERF = activations.Activation(
    "erf", np.vectorize(math.erf, otypes=[float]), lambda z: 2 / math.sqrt(math.pi) * np.exp(-(z**2))
)


def erf_product(q, c):
    """E[erf(z) erf(z')], written with arctan2 because arcsin is blind near 1."""
    return 2 / math.pi * np.arctan2(2 * q * c, np.sqrt((1 + 2 * q * (1 - c)) * (1 + 2 * q * (1 + c))))


def relu_product(q, c):
    """E[ReLU(z) ReLU(z')]: Cho & Saul 2009, the arc-cosine kernel of degree 1."""
    return q * (np.sqrt((1 - c) * (1 + c)) + c * np.arccos(-c)) / (2 * math.pi)


def dense_mean(f, q):
    """E[f(z)] by 40 Gauss-Legendre nodes in each of 300 panels on either side of 0, summed exactly."""
    x, w = np.polynomial.legendre.leggauss(40)
    edges = np.array([0, *np.geomspace(1e-20 / max(math.sqrt(q), 1), 12, 300)])
    u = (edges[1:] + edges[:-1])[:, None] / 2 + np.diff(edges)[:, None] / 2 * x
    weight = np.diff(edges)[:, None] / 2 * w * np.exp(-(u**2) / 2) / math.sqrt(2 * math.pi)
    z = math.sqrt(q) * u
    return math.fsum(((f(z) + f(-z)) * weight).ravel())


# means


@NAMES
def test_means_agree_with_a_dense_rule(name):
    phi, q = PHI[name], 10.0 ** np.arange(-8, 25, 2)
    for f, square in [
        (phi, lambda z: phi(z) ** 2),
        (lambda z: phi(z) ** 2, lambda z: phi(z) ** 4),
        (lambda z: phi.derivative(z) ** 2, lambda z: phi.derivative(z) ** 4),
    ]:
        for value, at in zip(theory.gaussian_mean(f, q), q):
            assert abs(value - dense_mean(f, at)) <= 3e-15 * math.sqrt(dense_mean(square, at)), at


def test_means_with_a_closed_form():
    q = np.array([[0.0, 1e-3, 0.5], [1.0, 7.0, 30.0]])
    root = np.sqrt(2 * q / math.pi)
    for f, mean in [
        (np.ones_like, np.ones_like(q)),
        (lambda z: z, 0 * q),
        (lambda z: z**2, q),
        (lambda z: z**4, 3 * q**2),
        (lambda z: z**6, 15 * q**3),
        (np.abs, root),
        (lambda z: np.exp(z / 4), np.exp(q / 32)),
        (lambda z: np.exp(-(z**2)), 1 / np.sqrt(1 + 2 * q)),
        (lambda z: np.cos(z / 2), np.exp(-q / 8)),
    ]:
        properties.close(theory.gaussian_mean(f, q), mean, 1e-13)


def test_gauss_hermite_is_as_far_off_as_the_docstring_says():
    x, w = np.polynomial.hermite_e.hermegauss(100)

    def error(f, q):
        exact = theory.gaussian_mean(f, q)
        return abs((w * f(math.sqrt(q) * x)).sum() / math.sqrt(2 * math.pi) - exact) / exact

    def square(z):
        return PHI["tanh"].derivative(z) ** 2

    assert error(square, 1) < 1e-8
    assert 0.015 < error(square, 10) < 0.025 and 0.85 < error(square, 100) < 0.95
    assert 0.003 < error(PHI["relu"], 1) < 0.005


def test_pair_means_agree_with_closed_forms():
    c = np.array([-1, -1 + 1e-8, -0.9, -0.4, 0, 0.3, 0.8, 1 - 1e-3, 1 - 1e-6, 1 - 1e-10, 1])
    for q in (1e-20, 1e-6, 0.1, 1.0, 30.0, 1e4, 1e12, 1e24):
        full = np.full(c.shape, q)
        exact = {
            PHI["relu"]: relu_product(q, c),
            PHI["relu"].derivative: np.arccos(-c) / (2 * math.pi),
            PHI["identity"]: q * c,
        }
        if q <= 30:  # our erf takes a number at a time
            exact[ERF] = erf_product(q, c)
        for f, value in exact.items():
            properties.close(theory._pair_mean(f, full, c), value, 3e-15)
        slope = theory._pair_mean(ERF.derivative, full, c) * np.sqrt((1 + 2 * q * (1 - c)) * (1 + 2 * q * (1 + c)))
        properties.close(slope, np.full(c.shape, 4 / math.pi), 4e-15)


@NAMES
@pytest.mark.parametrize("q", [0.01, 2.0, 1e5])
def test_pair_means_join_up_with_means(name, q):
    phi, q = PHI[name], np.full(3, q)
    for f, square, mirrored in [
        (phi, lambda z: phi(z) ** 2, lambda z: phi(z) * phi(-z)),
        (phi.derivative, lambda z: phi.derivative(z) ** 2, lambda z: phi.derivative(z) * phi.derivative(-z)),
    ]:
        same, none, opposite = (theory.gaussian_mean(g, q[0]) for g in (square, f, mirrored))
        got = theory._pair_mean(f, q, np.array([1.0, 0.0, -1.0]))
        assert np.abs(got - [same, none**2, opposite]).max() <= 1e-14 * same


# the maps, where a formula is known


def test_erf_has_the_known_maps():
    w, b = np.array([0.3, 1.0, 2.0, 5.0]), np.array([0.2, 0.0, 0.5, 1.0])
    q = np.array([0.7, 0.1, 3.0, 1e3])
    properties.close(theory.q_map(q, w, b, ERF), w**2 * erf_product(q, 1.0) + b**2, 1e-14)
    settled = theory.q_fixed_point(w, b, ERF)
    properties.close(w**2 * erf_product(settled, 1.0) + b**2, settled, 1e-14)
    properties.close(theory.chi_1(w, b, ERF), w**2 * 4 / math.pi / np.sqrt(1 + 4 * settled), 1e-14)
    properties.close(theory.chi_path(1, q, w, 0, ERF)[:, 0], w**2 * 4 / math.pi / np.sqrt(1 + 4 * w**2 * q), 1e-14)
    c = 0.4
    properties.close(theory.correlation_map(c, w, b, ERF), (w**2 * erf_product(settled, c) + b**2) / settled, 1e-14)


def test_relu_and_identity_multiply_q():
    w, q = np.array([0.5, 1.0, math.sqrt(2), 3.0]), 0.8
    properties.close(theory.q_map(q, w, 0.3, "relu"), w**2 * q / 2 + 0.09)
    properties.close(theory.q_map(q, w, 0.3, "identity"), w**2 * q + 0.09)
    properties.close(theory.chi_1(w, 0.3, "relu"), w**2 / 2)
    properties.close(theory.chi_path(7, q, w, 0.3, "relu"), np.tile(w[:, None] ** 2 / 2, 7))
    assert np.array_equal(theory.q_fixed_point(w, 0, "relu"), [0, 0, math.nan, math.inf], equal_nan=True)
    assert np.array_equal(theory.q_fixed_point(w, 0, "identity"), [0, math.nan, math.inf, math.inf], equal_nan=True)
    properties.close(theory.q_fixed_point(w[:2], 0.3, "relu"), np.array([0.09 / 0.875, 0.18]))
    assert np.array_equal(theory.q_fixed_point(w[2:], 0.3, "relu"), [math.inf, math.inf])
    c = np.linspace(-1, 1, 9)
    for sigma_w in w:  # without biases ReLU keeps no memory of the scale: one map for all
        properties.close(theory.correlation_map(c, sigma_w, 0, "relu"), 2 * relu_product(1, c), 1e-13)
    assert np.array_equal(theory.critical_line([0, 0.5, 2], "identity"), [1, 1, 1])
    properties.close(theory.critical_line([0, 0.5, 2], "relu"), np.full(3, math.sqrt(2)))


# the facts that the lessons state


def test_plain_tanh_is_critical_at_one_exactly():
    assert theory.chi_1(1, 0) == 1 and theory.q_fixed_point(1, 0) == 0 and theory.critical_line(0) == 1
    assert theory.chi_1(0.999, 0) < 1 < theory.chi_1(1.001, 0)


def test_at_criticality_q_falls_like_one_over_two_l():
    times = theory.variance_path(10_000, 1.0, 1, 0)[[9, 99, 999, 9_999]] * 2 * 10.0 ** np.arange(1, 5)
    assert (times > 1).all() and (np.diff(times) < 0).all()
    assert np.abs(times - [1.1602, 1.0241, 1.00333, 1.00043]).max() < 1e-4


def test_lecun_scale():
    f = PHI["lecun_tanh"]
    assert abs(theory.gaussian_mean(lambda u: f(u) ** 2, 1) - 0.75043) < 1e-5
    assert abs(theory.q_fixed_point(1, 0, f) - 0.38244) < 1e-5
    assert abs(theory.chi_1(1, 0, f) - 1.01925) < 1e-5
    assert np.abs(theory.chi_path(2, 0, 1, 0, f) - 1.30858).max() < 1e-5  # at q = 0
    assert abs(theory.critical_line(0, f) - 0.87418) < 1e-5


def test_the_sigmoid_is_ordered_far_out():
    line = theory.critical_line(0, "sigmoid")
    assert abs(line - 10.14926) < 1e-5 and abs(theory.q_fixed_point(line, 0, "sigmoid") - 45.62428) < 1e-5
    assert abs(theory.chi_1(1, 0, "sigmoid") - 0.05572) < 1e-5


def test_for_large_weights_chi_is_proportional_to_them():
    sigma_w = np.array([3, 10, 100, 1e3, 1e6, 1e12])
    ratio = theory.chi_1(sigma_w, 0) / (4 / 3 * sigma_w / math.sqrt(2 * math.pi))
    assert np.abs(ratio - [1.16549, 1.04242, 1.004013, 1.000399, 1, 1]).max() < 1e-5


def test_near_its_end_the_critical_line_of_tanh_is_a_cusp():
    """sigma_b^2 = (sigma_w^2 - 1)^3 / 6 to leading order, from tanh(z) = z - z^3/3 + 2 z^5/15."""
    sigma_b = np.array([1e-8, 1e-7, 1e-6])
    assert np.abs((theory.critical_line(sigma_b) ** 2 - 1) ** 3 / (6 * sigma_b**2) - 1).max() < 1e-3


# simulation: networks of `mlp`, one sample of mean square q0, a random error of the last layer

NETWORKS, WIDTH, LAYERS = 20, 500, 3
# Means over the networks must lie within 5 standard errors, themselves measured on 20 networks (about 1 in 12 000 to
# miss); and 3/WIDTH for what the theory leaves out, which falls as 1 / WIDTH.
SPREAD, FINITE_WIDTH = 5, 3 / WIDTH


def agrees(measured, predicted, what):
    """Assert that predicted, of shape (...), is the mean of measured, of shape (networks, ...), within its error."""
    ratio = measured / predicted
    error, allowed = np.abs(ratio.mean(0) - 1), SPREAD * ratio.std(0, ddof=1) / math.sqrt(len(ratio)) + FINITE_WIDTH
    assert (error <= allowed).all(), f"{what}: {measured.mean(0)} for {predicted}, errors {error}, allowed {allowed}"
    assert (allowed < 0.25).all(), f"{what}: too few networks to tell anything, {allowed}"


@functools.cache
def standard():
    """Networks with sigma_w = sigma_b = 1, drawn once."""
    rng, sizes = np.random.default_rng(2), [WIDTH] * (LAYERS + 2)
    return mlp.initialize(sizes, "normal", sigma_w=1, sigma_b=1, rng=rng, networks=NETWORKS)


def wide(sigma_w, sigma_b):
    """The same networks at another place of the plane."""
    return {name: p * (sigma_w if name[0] == "W" else sigma_b) for name, p in standard().items()}


def sample(q0, rng):
    """One input of mean square q0."""
    x = rng.normal(size=(1, WIDTH))
    return x * math.sqrt(q0 / (x**2).mean())


def growth(params, trace, error, name):
    """Mean square of delta^l over that of delta^(l+1), of shape (networks, layers); error: of one sample only."""
    grads = mlp.backward(params, trace, error, name)
    # with one sample the gradient of b^l is delta^l
    delta = np.stack([(grads[f"b{l}"] ** 2).mean(-1) for l in range(1, LAYERS + 2)], axis=-1)
    return delta[:, :-1] / delta[:, 1:]


POINTS = [
    ("tanh", 1.0, 0.0, 1.0),
    ("tanh", 2.5, 0.5, 0.3),
    ("lecun_tanh", 0.7, 0.2, 1.0),
    ("sigmoid", 4.0, 0.3, 2.0),
    ("relu", math.sqrt(2), 0.0, 1.0),
    ("relu", 1.0, 0.5, 0.5),
    ("identity", 1.2, 0.1, 1.0),
    ("gelu", 1.4, 0.6, 1.0),
    ("silu", 1.4, 0.8, 1.0),
    ("softplus", 1.2, 0.3, 1.0),
    ("leaky_relu", 1.4, 0.1, 1.0),
]


@pytest.mark.parametrize("name, sigma_w, sigma_b, q0", POINTS)
def test_wide_networks_do_as_predicted(name, sigma_w, sigma_b, q0):
    rng = np.random.default_rng(1)
    params, x = wide(sigma_w, sigma_b), sample(q0, rng)
    trace = mlp.forward(params, x, name)
    q = np.stack([(trace.z[l] ** 2).mean((-2, -1)) for l in range(1, LAYERS + 1)], axis=-1)
    agrees(q, theory.variance_path(LAYERS, q0, sigma_w, sigma_b, name), "q")
    measured = growth(params, trace, rng.normal(size=(NETWORKS, 1, WIDTH)), name)
    agrees(measured, theory.chi_path(LAYERS, q0, sigma_w, sigma_b, name), "chi")


@pytest.mark.parametrize("name, sigma_w, sigma_b", [("tanh", 1.5, 0.3), ("sigmoid", 5.0, 0.5), ("relu", 1.1, 0.4)])
def test_wide_networks_settle_as_predicted(name, sigma_w, sigma_b):
    """Two inputs that start at q* and correlation 0.6: q stays, the correlations follow, chi_1 is the growth."""
    q = theory.q_fixed_point(sigma_w, sigma_b, name)
    q0, rng = (q - sigma_b**2) / sigma_w**2, np.random.default_rng(3)
    rho = (0.6 * q - sigma_b**2) / sigma_w**2 / q0  # of the inputs, so that the first layer has 0.6
    x = np.linalg.qr(rng.normal(size=(WIDTH, 2)))[0].T * math.sqrt(WIDTH * q0)  # orthogonal, of mean square q0
    x[1] = rho * x[0] + math.sqrt(1 - rho**2) * x[1]
    params = wide(sigma_w, sigma_b)
    trace = mlp.forward(params, x, name)
    z = np.stack([trace.z[l] for l in range(1, LAYERS + 1)], axis=1)  # networks, layers, inputs, units
    size = (z**2).mean(-1)
    agrees(size, np.full(size.shape[1:], q), "q*")
    c = [0.6]
    for _ in range(LAYERS - 1):
        c.append(theory.correlation_map(c[-1], sigma_w, sigma_b, name))
    agrees((z[:, :, 0] * z[:, :, 1]).mean(-1) / np.sqrt(size.prod(-1)), np.array(c), "c")
    error = rng.normal(size=(NETWORKS, 2, WIDTH)) * np.array([[1], [0]])  # of the first input only
    measured = growth(params, trace, error, name)
    agrees(measured, np.full(LAYERS, theory.chi_1(sigma_w, sigma_b, name)), "chi_1")


@CURVED
def test_on_the_critical_line_squared_gradients_neither_grow_nor_fall(name):
    sigma_b, rng = 0.4, np.random.default_rng(5)
    sigma_w = theory.critical_line(sigma_b, name)
    q0 = (theory.q_fixed_point(sigma_w, sigma_b, name) - sigma_b**2) / sigma_w**2
    params, x = wide(sigma_w, sigma_b), sample(q0, rng)
    measured = growth(params, mlp.forward(params, x, name), rng.normal(size=(NETWORKS, 1, WIDTH)), name)
    agrees(measured, np.ones(LAYERS), "chi on the line")


# properties


@NAMES
@given(sigma_w=weights, sigma_b=biases)
def test_the_fixed_point_is_one(name, sigma_w, sigma_b):
    q = theory.q_fixed_point(sigma_w, sigma_b, name)
    if np.isfinite(q):
        assert abs(theory.q_map(q, sigma_w, sigma_b, name) - q) <= 1e-14 * q
        if sigma_b == 0 and name in ONE_END and PHI[name].odd:  # 0 is always one, and the stable one up to here
            assert (q > 0) == (sigma_w > theory.critical_line(0, name))
    else:
        assert not PHI[name].bounded


@NAMES
@given(sigma_w=weights, sigma_b=biases, q0=st.floats(0.01, 10))
def test_deep_down_the_path_arrives_at_the_fixed_point(name, sigma_w, sigma_b, q0):
    q = theory.q_fixed_point(sigma_w, sigma_b, name)
    finite = np.isfinite(q)
    if finite and theory._next_slope(PHI[name], np.array(q), sigma_w) <= 0.7:  # then 0.7^120 is left of the start
        path = theory.variance_path(120, q0, sigma_w, sigma_b, name)
        assert abs(path[-1] - q) <= 1e-13 * max(q, q0)
        growth = theory.chi_path(120, q0, sigma_w, sigma_b, name)
        assert abs(growth[-1] - theory.chi_1(sigma_w, sigma_b, name)) <= 1e-12


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name not in ONE_END])
@given(sigma_w=st.floats(0.1, 3), sigma_b=biases)
def test_q_from_below_and_from_above_end_where_the_fixed_point_says(name, sigma_w, sigma_b):
    q = theory.q_fixed_point(sigma_w, sigma_b, name)
    low, high = (theory.variance_path(400, q0 / sigma_w**2, sigma_w, sigma_b, name) for q0 in (1e-6, 1e9))
    if math.isnan(q):
        assert low[-1] < 20 and high[-1] > 1e6
    elif math.isinf(q):
        assert (np.diff(low) > 0).all() and high[-1] > 1e6
    else:
        assert (low <= q * (1 + 1e-12) + 1e-6).all() and (high >= q * (1 - 1e-12)).all()
        assert (np.diff(np.abs(low - q)) <= 1e-12 * q).all() and (np.diff(high) <= 1e-12 * high[:-1]).all()


def test_gelu_and_silu_without_biases_die_out_or_explode():
    """There q = 1 can be made a fixed point, but not a stable one: the slope of the map is 1.14 and 1.17."""
    for name, slope in (("gelu", 1.14), ("silu", 1.17)):
        sigma_w = 1 / math.sqrt(theory.gaussian_mean(lambda z, phi=PHI[name]: phi(z) ** 2, 1))
        assert math.isclose(theory.q_map(1, sigma_w, 0, name), 1)
        assert abs(theory._next_slope(PHI[name], np.array(1.0), sigma_w) - slope) < 0.005
        ends = theory.q_fixed_point([1.4, sigma_w, 1.9, 2.1], 0, name)
        assert np.array_equal(ends, [0, math.nan, math.nan, math.inf], equal_nan=True)


@CURVED
def test_maps_rise_and_bend_down(name):
    """What the search for the fixed point stands on."""
    slope = theory._next_slope(PHI[name], np.geomspace(1e-6, 1e6, 2000), 1.0)
    assert (slope > 0).all() and (np.diff(slope) < 1e-10).all()


@CURVED
@given(q=st.floats(0.01, 100))
def test_slope_of_the_q_map(name, q):
    h = 1e-4 * q
    there, back = theory.q_map([q + h, q - h], 1.5, 0, name)
    assert abs((there - back) / (2 * h) - theory._next_slope(PHI[name], np.array(q), 1.5)) <= 1e-7


@NAMES
@given(low=st.floats(0, 20), step=st.floats(0.01, 5))
def test_without_biases_chi_grows_with_the_weights(name, low, step):
    below, above = theory.chi_1([low, low + step], 0, name)
    assert math.isnan(below) or math.isnan(above) or below < above


@CURVED
@given(sigma_w=st.floats(0.1, 4), sigma_b=st.floats(0.1, 3))
def test_slope_of_the_correlation_map_at_one_is_chi(name, sigma_w, sigma_b):
    h = 1e-4
    one, near, far = theory.correlation_map([1, 1 - h, 1 - 2 * h], sigma_w, sigma_b, name)
    slope = 2 * (one - near) / h - (one - far) / (2 * h)  # the error of h^2 and more
    assert abs(slope - theory.chi_1(sigma_w, sigma_b, name)) <= 1e-4 * (1 + slope)


@pytest.mark.parametrize("name", ONE_END)
def test_on_the_critical_line_chi_is_one(name):
    sigma_b = np.array([0, 1e-10, 1e-6, 1e-3, 0.1, 1, 30, 1e6])
    line = theory.critical_line(sigma_b, name)
    assert np.abs(theory.chi_1(line, sigma_b, name) - 1).max() < 1e-14
    assert (np.diff(line) >= 0).all()


@pytest.mark.parametrize("name, start", [("gelu", 0.42), ("silu", 0.75), ("softplus", math.inf)])
def test_where_there_is_no_critical_line_it_says_so(name, start):
    """chi_1 never is 1 there: over a fine grid of sigma_w it jumps past, or there is no q* to take it at."""
    sigma_b = np.array([0, 0.1, 0.3, 0.4, 0.43, 0.7, 0.76, 1, 10])
    line = theory.critical_line(sigma_b, name)
    assert np.array_equal(np.isfinite(line), sigma_b >= start)
    on = np.isfinite(line)
    if on.any():
        assert np.abs(theory.chi_1(line[on], sigma_b[on], name) - 1).max() < 1e-9
    chi = theory.chi_1(np.linspace(0.5, 3, 501)[:, None], sigma_b[~on], name)
    q = theory.q_fixed_point(np.linspace(0.5, 3, 501)[:, None], sigma_b[~on], name)
    assert (chi[np.isfinite(q)] < 1).all()


# shapes, extremes, errors


@NAMES
def test_arrays_give_what_numbers_give(name):
    w, b = np.array([[0.5], [1.3], [4.0]]), np.array([0.0, 0.4])
    calls = [
        lambda w, b: theory.q_map(0.7, w, b, name),
        lambda w, b: theory.q_fixed_point(w, b, name),
        lambda w, b: theory.chi_1(w, b, name),
        lambda w, b: theory.correlation_map(0.2, w, b, name),
        lambda w, b: theory.variance_path(3, 0.7, w, b, name),
        lambda w, b: theory.chi_path(3, 0.7, w, b, name),
        lambda w, b: theory.critical_line(b + 0 * w, name),
    ]
    for call in calls:
        table = call(w, b)
        assert table.shape[:2] == (3, 2)
        for i, j in np.ndindex(3, 2):
            one = call(float(w[i, 0]), float(b[j]))
            assert isinstance(one, np.floating) or one.shape == (3,)
            assert np.allclose(table[i, j], one, rtol=1e-12, atol=1e-15, equal_nan=True)


@NAMES
def test_extremes_give_sensible_values_without_a_warning(name):  # warnings are errors in this suite
    phi = PHI[name]
    assert theory.q_fixed_point(0, 0, phi) == 0 and theory.q_fixed_point(0, 2, phi) == 4
    assert theory.chi_1(0, 0, phi) == theory.chi_1(0, 2, phi) == 0
    beside_0 = (phi.derivative(np.array([-1e-9, 1e-9])) ** 2).mean()
    assert np.allclose(theory.chi_path(2, 0, 1, 0, phi)[0], beside_0)
    assert math.isclose(theory.q_map(0, 3, 0.5, phi), 9 * phi.at_zero**2 + 0.25)
    q, chi = theory.q_fixed_point(1e6, 0, phi), theory.chi_1(1e6, 0, phi)
    if name in SATURATING:
        largest = (phi(np.array([-1e9, 1e9])) ** 2).mean()
        assert math.isclose(q, 1e12 * largest, rel_tol=1e-5)
        growth = dense_mean(lambda z: phi.derivative(z) ** 2, q)
        assert math.isclose(chi, 1e12 * growth, rel_tol=1e-12)
    else:
        far = (phi.derivative(np.array([-1e9, 1e9])) ** 2).mean()
        assert q == math.inf and math.isclose(chi, 1e12 * far)
    for b in (0, 1e-10, 1e-3, 1e6):
        for w in (0, 1e-10, 1 - 1e-15, 1, 1 + 1e-15, math.sqrt(2), 1e6):
            q = theory.q_fixed_point(w, b, phi)
            assert q >= b**2 or math.isnan(q)
            assert theory.chi_1(w, b, phi) >= 0 or (math.isnan(q) and not phi.homogeneous)
    path = theory.variance_path(60, 1, 1e6, 0, phi)
    assert (np.diff(path[:3]) != 0).any() and not np.isnan(path).any()
    assert np.isfinite(theory.chi_path(60, 1, 1e6, 0, phi)).all()
    assert theory.gaussian_mean(phi, 0) == pytest.approx(phi.at_zero)


def test_the_critical_line_is_nan_beyond_what_is_searched():
    assert np.array_equal(np.isnan(theory.critical_line([1e13, 1e16])), [False, True])


@pytest.mark.parametrize(
    "error, message, call",
    [
        (ValueError, "sigma_w must not be negative, got -1", lambda: theory.chi_1(-1, 0)),
        (ValueError, "sigma_b must not be negative, got -0.5", lambda: theory.q_fixed_point(1, [0, -0.5])),
        (ValueError, "sigma_b must not be negative", lambda: theory.critical_line(-1)),
        (ValueError, "q must not be negative", lambda: theory.q_map(-1, 1, 0)),
        (ValueError, "q must be finite, got 1 nan", lambda: theory.gaussian_mean(np.tanh, math.inf)),
        (ValueError, "q0 must not be negative", lambda: theory.variance_path(3, -1, 1, 0)),
        (ValueError, "sigma_w must be finite, got 1 nan", lambda: theory.chi_1(math.nan, 0)),
        (TypeError, "sigma_w must hold numbers, got str", lambda: theory.chi_path(3, 1, "1", 0)),
        (TypeError, "sigma_w must be real, got 1j", lambda: theory.correlation_map(0, 1j, 0)),
        (ValueError, "depth must be at least 1, got 0", lambda: theory.variance_path(0, 1, 1, 0)),
        (TypeError, "depth must be a whole number, got 2.5", lambda: theory.chi_path(2.5, 1, 1, 0)),
        (ValueError, "activation 'tan' .*did you mean 'tanh'", lambda: theory.chi_1(1, 0, "tan")),
        (ValueError, "activation None is not known", lambda: theory.critical_line(0, None)),
        (ValueError, r"c must be a correlation, between -1 and 1, got 1.5", lambda: theory.correlation_map(1.5, 1, 0)),
        (ValueError, "c must be finite", lambda: theory.correlation_map(math.nan, 1, 0)),
        (
            ValueError,
            r"shapes must fit together, got sigma_w \(2,\), sigma_b \(3,\)",
            lambda: theory.chi_1([1, 2], [0, 0, 0]),
        ),
    ],
)
def test_bad_input_is_named(error, message, call):
    with properties.says(error, message):
        call()
