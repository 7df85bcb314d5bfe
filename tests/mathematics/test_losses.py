"""Losses: gradients by complex steps, values by their definitions, and logits as large as they come."""

import math

import numpy as np
import properties
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import LOSSES, leading_axes, seeds

from course_utils import losses


@pytest.mark.parametrize("name", LOSSES)
@given(networks=leading_axes, n=st.integers(1, 6), n_out=st.integers(1, 5), seed=seeds, scale=st.floats(0.1, 10))
def test_gradient_is_the_derivative(name, networks, n, n_out, seed, scale):
    rng = np.random.default_rng(seed)
    outputs = scale * rng.normal(size=(*networks, n, n_out + 1))
    targets = properties.random_targets(name, n, n_out + 1, rng)
    properties.loss_gradient_is_the_derivative(losses, name, outputs, targets)


@pytest.mark.parametrize("name", LOSSES)
@given(networks=leading_axes, seed=seeds)
def test_a_stack_has_the_losses_of_its_networks(name, networks, seed):
    rng = np.random.default_rng(seed)
    outputs, targets = rng.normal(size=(*networks, 4, 3)), properties.random_targets(name, 4, 3, rng)
    loss = losses.get(name)
    value, gradient = loss(outputs, targets), loss.gradient(outputs, targets)
    assert value.shape == networks and gradient.shape == outputs.shape
    for index in np.ndindex(networks):
        properties.close(value[index], loss(outputs[index], targets))
        properties.close(gradient[index], loss.gradient(outputs[index], targets))


def test_values_by_definition():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(4, 3)), np.array([0, 2, 1, 2])
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    properties.close(losses.softmax(logits), p)
    properties.close(losses.cross_entropy(logits, labels), np.mean([-math.log(p[i, c]) for i, c in enumerate(labels)]))
    targets = rng.random((4, 3))
    properties.close(losses.squared_error(logits, targets), 0.5 * ((logits - targets) ** 2).sum() / 4)
    q = 1 / (1 + np.exp(-logits))
    entropy = -(targets * np.log(q) + (1 - targets) * np.log(1 - q)).sum() / 4
    properties.close(losses.binary_cross_entropy(logits, targets), entropy)


@given(seed=seeds, shift=st.floats(-50, 50))
def test_softmax_is_a_distribution_that_no_shift_changes_and_its_residuals_sum_to_zero(seed, shift):
    rng = np.random.default_rng(seed)
    logits, labels = 3 * rng.normal(size=(2, 5, 4)), rng.integers(4, size=5)
    p = losses.softmax(logits)
    assert (p > 0).all() and np.abs(p.sum(axis=-1) - 1).max() < 1e-14
    properties.close(losses.softmax(logits + shift), p)
    # why an output matrix with equal rows sends nothing back
    assert np.abs(losses.cross_entropy.gradient(logits, labels).sum(axis=-1)).max() < 1e-15


def test_equal_logits_cost_the_entropy_of_a_guess():
    assert math.isclose(losses.cross_entropy(np.zeros((7, 10)), np.arange(7)), math.log(10))
    assert math.isclose(losses.binary_cross_entropy(np.zeros((7, 3)), np.ones((7, 3))), 3 * math.log(2))


def test_huge_logits_give_finite_losses_without_a_warning():
    logits = np.array([[1e300, -1e300, 0.0], [-1000.0, 1000.0, 0.0]])
    labels, targets = np.array([0, 1]), np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])
    assert losses.cross_entropy(logits, labels) == 0
    assert math.isclose(losses.binary_cross_entropy(logits, targets), math.log(2))
    assert losses.cross_entropy(-logits[1:], labels[1:]) == 2000
    assert np.array_equal(losses.cross_entropy.gradient(logits, labels), np.zeros((2, 3)))
    assert np.isfinite(losses.binary_cross_entropy.gradient(logits, targets)).all()


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_writes_to_no_argument(name):
    rng = np.random.default_rng(0)
    arrays = properties.frozen(
        {"outputs": rng.normal(size=(3, 2)), "targets": properties.random_targets(name, 3, 2, rng)}
    )
    losses.get(name).gradient(arrays["outputs"], arrays["targets"])
    assert losses.get(losses.get(name)) is losses.get(name)


def test_lists_will_do():
    assert losses.cross_entropy([[0.0, 0.0]], [1]) == math.log(2)
    assert losses.squared_error([[1, 2]], [[1, 0]]) == 2


Z = np.zeros((4, 3))


@pytest.mark.parametrize("call", ["value", "gradient"])
@pytest.mark.parametrize(
    "loss, outputs, targets, message",
    [
        ("cross_entropy", Z, [0, 1, 2, 3], r"labels must lie in 0\.\.2 for 3 outputs, got 0\.\.3"),
        ("cross_entropy", Z, [0, 1, 2, -1], r"labels must lie in 0\.\.2 .*got -1\.\.2"),
        ("cross_entropy", Z, [0, 1], r"labels must be 4 whole numbers, one a sample, got int[0-9]* of shape \(2,\)"),
        ("cross_entropy", Z, [0.0, 1, 2, 1], "labels must be 4 whole numbers.*float64"),
        ("cross_entropy", Z, [True, False, True, True], "labels must be 4 whole numbers.*bool"),
        ("cross_entropy", Z, np.eye(3)[[0, 1, 2, 1]], r"labels must be .*shape \(4, 3\)"),
        ("cross_entropy", Z, [[0], [1], [2], [1]], r"labels must be .*shape \(4, 1\)"),
        ("cross_entropy", Z[0], [0], r"outputs must have shape \(\.\.\., n, n_out\).*got \(3,\)"),
        ("cross_entropy", Z[:0], [], r"at least one sample as a row, got \(0, 3\)"),
        ("squared_error", Z, Z[:2], r"targets must have shape \(4, 3\) like the outputs, got \(2, 3\)"),
        ("squared_error", Z, Z + math.nan, "targets must be finite, got 12 nan or infinite of 12"),
        ("squared_error", Z[:0], Z[:0], "at least one sample"),
        ("binary_cross_entropy", Z, Z[:, 0], r"targets must have shape \(4, 3\)"),
        ("binary_cross_entropy", Z, Z + 7, r"targets must lie between 0 and 1, got 7\.0\.\.7\.0"),
        ("binary_cross_entropy", Z, Z - 1, "targets must lie between 0 and 1"),
    ],
)
def test_bad_targets_are_named(call, loss, outputs, targets, message):
    loss = losses.get(loss)
    with properties.says(ValueError, message):
        (loss if call == "value" else loss.gradient)(outputs, targets)


@pytest.mark.parametrize(
    "wrong, hint", [("cros_entropy", "did you mean 'cross_entropy'"), ("mse", "choose one of"), (3, "3")]
)
def test_an_unknown_loss_is_named_with_a_hint(wrong, hint):
    with properties.says(ValueError, f"loss .*{hint}"):
        losses.get(wrong)
