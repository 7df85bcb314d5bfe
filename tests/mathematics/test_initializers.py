"""Initializers: variances within their standard error, bounds, fans, orthogonality, one sigma_w for each network."""

import math

import numpy as np
import properties
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import leading_axes, seeds

from course_utils import initializers

SHAPE = (400, 100)  # fan_out, fan_in: far from square, so that one cannot pass for the other
NORMAL = 3.0  # kurtosis
UNIFORM = 1.8
TRUNCATED = 2.3655  # E[z^4] / E[z^2]^2 of a standard normal cut off at +-2


@pytest.mark.parametrize("shape", [(400, 100), (100, 400), (3, 50, 200)])
@pytest.mark.parametrize(
    "rule, numerator, mode, kurtosis",
    [
        ("normal", 1, "fan_in", NORMAL),
        ("lecun_normal", 1, "fan_in", NORMAL),
        ("lecun_uniform", 1, "fan_in", UNIFORM),
        ("glorot_normal", 1, "fan_avg", NORMAL),
        ("glorot_uniform", 1, "fan_avg", UNIFORM),
        ("he_normal", 2, "fan_in", NORMAL),
        ("he_uniform", 2, "fan_in", UNIFORM),
    ],
)
def test_variances(rule, numerator, mode, kurtosis, shape):
    fan_out, fan_in = shape[-2:]
    n = {"fan_in": fan_in, "fan_avg": (fan_in + fan_out) / 2}[mode]
    properties.variance_is(initializers, rule, shape, numerator / n, kurtosis)


@pytest.mark.parametrize(
    "check",
    [
        properties.lecun_variance,
        properties.he_variance,
        properties.glorot_variance,
        properties.he_uniform_variance,
        properties.orthogonal_is_uniform,
    ],
)
def test_named_rules(check):
    check(initializers)


@pytest.mark.parametrize("mode, n", [("fan_in", 100), ("fan_out", 400), ("fan_avg", 250)])
@pytest.mark.parametrize(
    "distribution, kurtosis", [("normal", NORMAL), ("uniform", UNIFORM), ("truncated_normal", TRUNCATED)]
)
def test_variance_scaling(mode, n, distribution, kurtosis):
    options = {"scale": 1.7, "mode": mode, "distribution": distribution}

    class Rules:
        @staticmethod
        def get(name):
            return initializers.variance_scaling

    properties.variance_is(Rules, mode, SHAPE, 1.7 / n, kurtosis, **options)


@pytest.mark.parametrize(
    "rule, limit", [("lecun_uniform", 3 / 100), ("glorot_uniform", 6 / 500), ("he_uniform", 6 / 100)]
)
def test_uniform_bounds(rule, limit):
    W = initializers.get(rule)(SHAPE, rng=np.random.default_rng(0))
    assert 0.999 * math.sqrt(limit) < np.abs(W).max() <= math.sqrt(limit)


def test_truncated_normal_is_cut_at_two_of_the_wider_standard_deviations():
    properties.truncated_normal_has_its_variance_and_bounds(initializers)
    W = initializers.variance_scaling(
        SHAPE, scale=SHAPE[1], mode="fan_in", distribution="truncated_normal", rng=np.random.default_rng(0)
    )
    assert abs((W**4).mean() - TRUNCATED) < 5 * math.sqrt((W**4).var() / W.size), "not the shape of a cut normal"
    assert math.isclose(initializers._TRUNCATED_STD, 0.87962566103423978, rel_tol=1e-15)  # the constant in JAX


def test_normal_draws_are_normal():
    W = initializers.lecun_normal(SHAPE, rng=np.random.default_rng(0)) * math.sqrt(SHAPE[1])
    assert abs((W**4).mean() - 3) < 5 * math.sqrt(96 / W.size)


@given(networks=leading_axes, n_out=st.integers(1, 9), n_in=st.integers(1, 9))
def test_fans_read_rows_as_neurons(networks, n_out, n_in):
    assert initializers.fans((*networks, n_out, n_in)) == (n_in, n_out)


@given(networks=leading_axes, n_out=st.integers(1, 6), n_in=st.integers(1, 6), seed=seeds)
def test_orthogonal_has_orthonormal_rows_or_columns(networks, n_out, n_in, seed):
    W = initializers.orthogonal((*networks, n_out, n_in), gain=1.5, rng=np.random.default_rng(seed))
    assert W.shape == (*networks, n_out, n_in)
    gram = W @ W.mT if n_out <= n_in else W.mT @ W
    assert np.abs(gram - 1.5**2 * np.eye(min(n_out, n_in))).max() < 1e-13


def test_sigma_w_is_one_number_or_one_for_each_network():
    sigma_w = np.array([0.0, 0.5, 1.0, 4.0])
    W = initializers.normal((4, 300, 200), sigma_w=sigma_w, rng=np.random.default_rng(0))
    alone = initializers.normal((4, 300, 200), rng=np.random.default_rng(0))
    assert np.array_equal(W[0], np.zeros((300, 200)))
    properties.close(W, sigma_w[:, None, None] * alone)
    measured = (W**2).mean(axis=(1, 2)) * 200
    assert (np.abs(measured - sigma_w**2) <= 5 * sigma_w**2 * math.sqrt(2 / 60000)).all()


def test_sigma_w_goes_by_the_last_network_axes_as_numpy_broadcasts():
    sigma_w = np.array([0.0, 0.0, 1.0])
    W = initializers.normal((2, 3, 4, 4), sigma_w=sigma_w, rng=np.random.default_rng(0))
    assert not W[:, :2].any() and W[:, 2].all()
    W = initializers.normal((2, 3, 4, 4), sigma_w=[[0], [1]], rng=np.random.default_rng(0))
    assert not W[0].any() and W[1].all()


@pytest.mark.parametrize("name", sorted(initializers.INITIALIZERS))
def test_every_rule_is_found_by_name_fills_the_shape_and_repeats_from_a_seed(name):
    rule = initializers.get(name)
    first, again = (rule((2, 4, 3), rng=np.random.default_rng(5)) for _ in range(2))
    assert first.shape == (2, 4, 3) and first.dtype == float
    assert np.array_equal(first, again)
    assert initializers.get(rule) is rule
    if name not in ("zeros", "constant"):
        assert not np.array_equal(first[0], first[1]), "two networks got the same weights"


def test_zeros_and_constant():
    assert np.array_equal(initializers.zeros((2, 3)), np.zeros((2, 3)))
    assert np.array_equal(initializers.constant((2, 3), value=-0.3), np.full((2, 3), -0.3))


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "error, message, call",
    [
        (ValueError, "initializer 'he_norml' .*did you mean 'he_normal'", lambda: initializers.get("he_norml")),
        (ValueError, "initializer None .*choose one of", lambda: initializers.get(None)),
        (ValueError, r"shape must be \(\.\.\., n_out, n_in\), got 3", lambda: initializers.zeros(3)),
        (ValueError, r"shape must be .*got \(3,\)", lambda: initializers.zeros((3,))),
        (ValueError, "n_out .*at least 1, got 0", lambda: initializers.zeros((0, 3))),
        (ValueError, "n_in .*at least 1, got -2", lambda: initializers.zeros((3, -2))),
        (ValueError, "leading axis of shape .*at least 1, got 0", lambda: initializers.zeros((0, 3, 3))),
        (TypeError, "n_in .*whole number, got 2.5", lambda: initializers.zeros((3, 2.5))),
        (TypeError, "n_out .*whole number, got True", lambda: initializers.zeros((True, 3))),
        (TypeError, "rng", lambda: initializers.normal((2, 3))),
        (
            TypeError,
            r"rng must be a numpy Generator, got None: pass .*default_rng",
            lambda: initializers.he_normal((2, 3), rng=None),
        ),
        (TypeError, "rng must be .*got 0", lambda: initializers.orthogonal((2, 3), rng=0)),
        (TypeError, "rng must be .*RandomState", lambda: initializers.normal((2, 3), rng=np.random.RandomState(0))),
        (ValueError, "sigma_w must not be negative, got -1", lambda: initializers.normal((2, 3), sigma_w=-1, rng=RNG)),
        (
            ValueError,
            "sigma_w must be finite, got 1 nan",
            lambda: initializers.normal((2, 3), sigma_w=math.nan, rng=RNG),
        ),
        (TypeError, "sigma_w must hold numbers, got str", lambda: initializers.normal((2, 3), sigma_w="1", rng=RNG)),
        (TypeError, "sigma_w must be real, got 1j", lambda: initializers.normal((2, 3), sigma_w=1j, rng=RNG)),
        (
            ValueError,
            r"sigma_w has shape \(2,\).*networks",
            lambda: initializers.normal((2, 3), sigma_w=[1, 2], rng=RNG),
        ),
        (
            ValueError,
            r"sigma_w has shape \(2,\).*\(5,\)",
            lambda: initializers.normal((5, 2, 3), sigma_w=[1, 2], rng=RNG),
        ),
        (ValueError, "value must be finite", lambda: initializers.constant((2, 3), value=math.inf)),
        (
            TypeError,
            r"value must be one real number, got \[1, 2, 3\]",
            lambda: initializers.constant((2, 3), value=[1, 2, 3]),
        ),
        (TypeError, "gain must be one real number", lambda: initializers.orthogonal((2, 3), gain=[1, 2], rng=RNG)),
        (
            ValueError,
            "mode 'fanin' .*did you mean 'fan_in'",
            lambda: initializers.variance_scaling((2, 3), scale=1, mode="fanin", distribution="normal", rng=RNG),
        ),
        (
            ValueError,
            "distribution 'gauss' .*'normal', 'uniform'",
            lambda: initializers.variance_scaling((2, 3), scale=1, mode="fan_in", distribution="gauss", rng=RNG),
        ),
        (
            ValueError,
            "scale must not be negative, got -1",
            lambda: initializers.variance_scaling((2, 3), scale=-1, mode="fan_in", distribution="normal", rng=RNG),
        ),
    ],
)
def test_bad_input_is_named(error, message, call):
    with properties.says(error, message):
        call()


@pytest.mark.parametrize(
    "theirs, ours",
    [
        ("xavier_normal", "glorot_normal"),
        ("xavier_uniform_", "glorot_uniform"),
        ("kaiming_normal", "he_normal"),
        ("kaiming_uniform_", "he_uniform"),
        ("GlorotUniform", "glorot_uniform"),
        ("HeNormal", "he_normal"),
        ("LecunNormal", "lecun_normal"),
        ("RandomNormal", "normal"),
        ("Zeros", "zeros"),
        ("Constant", "constant"),
        ("orthogonal_", "orthogonal"),
        ("OrthogonalInitializer", "orthogonal"),
    ],
)
def test_the_names_of_pytorch_and_keras_lead_to_the_right_rule(theirs, ours):
    with properties.says(ValueError, f"initializer .* is not known: did you mean '{ours}'"):
        initializers.get(theirs)
