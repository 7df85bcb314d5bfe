"""Measures of a network: on matrices whose answer is known, and the same for a stack as for its networks."""

import math

import numpy as np
import properties
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from strategies import leading_axes, seeds

from course_utils import diagnostics, mlp

tables = hnp.arrays(int, st.tuples(st.integers(1, 7), st.integers(1, 3)), elements=st.integers(0, 2))


@pytest.mark.parametrize(
    "check",
    [
        properties.neurons_are_told_apart_by_every_part,
        properties.rows_are_counted_as_a_set_would,
        properties.ranks_of_known_matrices,
        properties.rays_are_counted_by_direction,
        properties.update_to_weight_is_a_ratio,
    ],
)
def test_named_checks(check):
    check(diagnostics)


@given(rows=tables)
def test_rows_are_counted_as_a_set_would(rows):
    properties.rows_are_counted_as_a_set_would(diagnostics, rows)
    assert (diagnostics.spread(rows) == 0) == (diagnostics.distinct_rows(rows) == 1)


def test_tolerance_is_the_largest_difference_that_still_counts_as_equal():
    rows = np.array([[0.0, 1.0], [0.5, 1.0]])
    assert diagnostics.distinct_rows(rows, tolerance=0.5) == 1
    assert diagnostics.distinct_rows(rows, tolerance=0.499) == 2
    assert diagnostics.spread(rows) == 0.5
    assert diagnostics.distinct_rows(np.array([[0.0], [1e-10], [1e-8]])) == 2  # 1e-9 unless said


def test_a_neuron_is_its_row_its_bias_and_its_column():
    params = properties.random_params((3, 4, 2), np.random.default_rng(0))
    expected = [[*params["W1"][i], params["b1"][i], *params["W2"][:, i]] for i in range(4)]
    assert np.array_equal(diagnostics.neurons(params, 1), expected)


def test_random_neurons_are_all_distinct_and_constant_ones_all_the_same():
    params = mlp.initialize([5, 7, 6, 2], rng=np.random.default_rng(0))
    assert [diagnostics.distinct_neurons(params, l) for l in (1, 2)] == [7, 6]
    params = mlp.initialize([5, 7, 6, 2], "constant")
    assert [diagnostics.distinct_neurons(params, l) for l in (1, 2)] == [1, 1]


@given(networks=leading_axes, seed=seeds)
def test_a_stack_has_the_measures_of_its_networks(networks, seed):
    rng = np.random.default_rng(seed)
    before = {name: np.rint(p) for name, p in properties.random_params((2, 5, 3), rng, networks).items()}
    after = {name: p + rng.normal(size=p.shape) for name, p in before.items()}
    measures = {
        "distinct": lambda p, q: diagnostics.distinct_neurons(p, 1),
        "spread": lambda p, q: diagnostics.spread(diagnostics.neurons(p, 1)),
        "participation": lambda p, q: diagnostics.participation_ratio(p["W1"]),
        "stable": lambda p, q: diagnostics.stable_rank(p["W1"]),
        "saturation": lambda p, q: diagnostics.saturation(p["W1"], "tanh", 0.5),
        "rms W": lambda p, q: diagnostics.rms(p)["W1"],
        "rms b": lambda p, q: diagnostics.rms(p)["b1"],
        "ratio": lambda p, q: diagnostics.update_to_weight(p, q)["W2"],
    }
    for name, measure in measures.items():
        together = measure(before, after)
        assert np.shape(together) == networks, name
        for i in np.ndindex(networks):
            alone = measure({k: p[i] for k, p in before.items()}, {k: p[i] for k, p in after.items()})
            assert np.isclose(together[i], alone, rtol=1e-12, atol=0, equal_nan=True), name


@given(n=st.integers(1, 6), m=st.integers(1, 6), rank=st.integers(1, 6), scale=st.integers(-300, 300), seed=seeds)
def test_effective_ranks_lie_between_one_and_the_rank_and_know_no_scale(n, m, rank, scale, seed):
    rng, rank = np.random.default_rng(seed), min(rank, n, m)
    W = rng.normal(size=(n, rank)) @ rng.normal(size=(rank, m))
    stable, ratio = diagnostics.stable_rank(W), diagnostics.participation_ratio(W)
    assert 1 - 1e-12 <= stable <= ratio * (1 + 1e-12) <= rank * (1 + 1e-11)
    assert np.isclose(diagnostics.stable_rank(2.0**scale * W), stable, rtol=1e-12)
    assert np.isclose(diagnostics.participation_ratio(2.0**scale * W), ratio, rtol=1e-12)


def test_ranks_by_their_definitions():
    W = np.random.default_rng(0).normal(size=(4, 6))
    assert math.isclose(diagnostics.stable_rank(W), (W**2).sum() / np.linalg.norm(W, 2) ** 2)
    gram = W @ W.T
    assert math.isclose(diagnostics.participation_ratio(W), np.trace(gram) ** 2 / (gram**2).sum())


def test_saturation_counts_units_with_little_slope():
    z = np.array([[-9.0, -2.19, -2.17, 0.0, 2.17, 2.19, 9.0, 0.1]])  # phi' = 0.05 at |h| = sqrt(0.95), |z| = 2.18
    assert diagnostics.saturation(z) == 0.5
    assert diagnostics.saturation(z, "tanh", 1.0) == 1
    assert diagnostics.saturation(z, "identity") == 0
    assert diagnostics.saturation(z, "relu") == 4 / 8
    s = np.log((1 - 0.5 + math.sqrt(0.25 - 0.0125)) / (0.5 - math.sqrt(0.25 - 0.0125)))  # s (1 - s) = 0.05 / 4
    assert diagnostics.saturation(np.array([[s - 0.01, s + 0.01]]), "sigmoid") == 0.5


RNG = np.random.default_rng(0)
P = properties.frozen(properties.random_params((3, 4, 2), RNG))


@pytest.mark.parametrize(
    "error, message, call",
    [
        (ValueError, "layer must be at least 1, got 0", lambda: diagnostics.neurons(P, 0)),
        (ValueError, r"layer must be a hidden layer, 1\.\.1, got 2", lambda: diagnostics.distinct_neurons(P, 2)),
        (TypeError, "layer must be a whole number, got True", lambda: diagnostics.distinct_neurons(P, True)),
        (ValueError, "tolerance must not be negative, got -1", lambda: diagnostics.distinct_neurons(P, 1, -1)),
        (ValueError, r"vectors must be rows, .*got \(3,\)", lambda: diagnostics.distinct_rows(np.ones(3))),
        (ValueError, r"vectors must be rows, .*got \(0, 3\)", lambda: diagnostics.spread(np.ones((0, 3)))),
        (ValueError, "W must be finite, got 4 nan", lambda: diagnostics.stable_rank(np.full((2, 2), math.nan))),
        (ValueError, r"W must be a matrix, .*got \(3,\)", lambda: diagnostics.participation_ratio(np.ones(3))),
        (ValueError, "activation 'tan' .*did you mean 'tanh'", lambda: diagnostics.saturation(P["W1"], "tan")),
    ],
)
def test_bad_input_is_named(error, message, call):
    with properties.says(error, message):
        call()
