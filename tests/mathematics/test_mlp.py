"""The network: forward by plain loops, backward by complex steps, stacks of networks, shapes that do not fit."""

import math

import numpy as np
import properties
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ACTIVATIONS, LOSSES, layer_sizes, leading_axes, seeds

from course_utils import mlp


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@given(
    sizes=layer_sizes(),
    n=st.integers(1, 6),
    networks=leading_axes,
    own_x=st.booleans(),
    masked=st.booleans(),
    seed=seeds,
)
def test_gradients_are_the_derivatives(activation, loss, sizes, n, networks, own_x, masked, seed):
    properties.gradients_are_the_derivatives(
        mlp,
        sizes=sizes,
        n=n,
        activation=activation,
        loss=loss,
        networks=networks,
        own_x=own_x,
        masked=masked,
        seed=seed,
    )


@given(sizes=layer_sizes(), n=st.integers(1, 3), seed=seeds)
def test_forward_is_the_formula(sizes, n, seed):
    properties.forward_is_the_formula(mlp, sizes, n, seed)


@given(
    sizes=layer_sizes(), networks=leading_axes, own_x=st.booleans(), activation=st.sampled_from(ACTIVATIONS), seed=seeds
)
def test_a_stack_is_its_networks(sizes, networks, own_x, activation, seed):
    rng = np.random.default_rng(seed)
    params = properties.random_params(sizes, rng, networks)
    x, y = rng.normal(size=(*(networks if own_x else ()), 5, sizes[0])), rng.integers(sizes[-1], size=5)
    masks = properties.random_masks(sizes, 5, rng, networks)
    loss, grads = mlp.loss_and_gradients(params, x, y, activation, masks=masks)
    accuracy = mlp.accuracy(params, x, y, activation)
    assert loss.shape == accuracy.shape == networks
    for index in np.ndindex(networks):
        single = {name: p[index] for name, p in params.items()}
        x1 = x[index] if own_x else x
        loss1, grads1 = mlp.loss_and_gradients(single, x1, y, activation, masks={l: m[index] for l, m in masks.items()})
        properties.close(loss[index], loss1)
        properties.close({name: g[index] for name, g in grads.items()}, grads1, rounding=properties.RESIDUAL)
        assert accuracy[index] == mlp.accuracy(single, x1, y, activation)


def test_the_trace_holds_every_layer():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 3))
    trace = mlp.forward(properties.random_params((3, 4, 2), rng), x)
    assert list(trace.z) == [1, 2] and list(trace.h) == [0, 1]
    assert trace.h[0] is x and trace.output is trace.z[2]
    assert np.array_equal(trace.h[1], np.tanh(trace.z[1]))


def test_a_network_of_one_matrix_is_linear_whatever_the_activation():
    rng = np.random.default_rng(0)
    params, x = properties.random_params((3, 2), rng), rng.normal(size=(5, 3))
    for activation in ACTIVATIONS:
        assert np.array_equal(mlp.forward(params, x, activation).output, x @ params["W1"].T + params["b1"])


def test_accuracy_counts_the_largest_output():
    params = {"W1": np.eye(3), "b1": np.zeros(3)}
    x = np.array([[3.0, 1, 2], [1, 3, 2], [1, 2, 3], [3, 2, 1]])
    assert mlp.accuracy(params, x, np.array([0, 1, 2, 2])) == 0.75
    stack = {"W1": np.stack([np.eye(3), -np.eye(3)]), "b1": np.zeros((2, 3))}
    assert np.array_equal(mlp.accuracy(stack, x, np.array([0, 1, 2, 2])), [0.75, 0.25])


@given(sizes=layer_sizes(), networks=leading_axes, seed=seeds)
def test_initialize_gives_the_shapes_of_the_layers_and_zero_biases(sizes, networks, seed):
    params = mlp.initialize(sizes, rng=np.random.default_rng(seed), networks=networks)
    assert mlp.depth(params) == len(sizes) - 1
    for l in range(1, len(sizes)):
        assert params[f"W{l}"].shape == (*networks, sizes[l], sizes[l - 1])
        assert np.array_equal(params[f"b{l}"], np.zeros((*networks, sizes[l])))


def test_sigma_b_is_the_spread_of_hidden_biases_and_output_biases_are_zero():
    sigma_b = np.array([0.0, 0.5, 2.0])
    params = mlp.initialize([2, 5000, 5000, 3], "zeros", sigma_b=sigma_b, rng=np.random.default_rng(0), networks=3)
    for name in ("b1", "b2"):
        measured = (params[name] ** 2).mean(axis=-1)
        assert (np.abs(measured - sigma_b**2) <= 5 * sigma_b**2 * math.sqrt(2 / 5000)).all()
    assert not np.array_equal(params["b1"], params["b2"])
    assert not params["b3"].any() and not params["W2"].any()


def test_initialize_hands_options_to_the_rule_and_takes_a_function():
    sigma_w = np.array([0.0, 2.0])
    params = mlp.initialize([3, 4, 2], "normal", sigma_w=sigma_w, rng=np.random.default_rng(0), networks=(2,))
    assert not params["W1"][0].any() and params["W1"][1].all()
    params = mlp.initialize([3, 2], lambda shape, *, rng: np.full(shape, 7.0))
    assert np.array_equal(params["W1"], np.full((2, 3), 7))


def test_masks_of_ones_change_nothing_and_one_mask_may_serve_all_samples():
    rng = np.random.default_rng(0)
    params, x, y = properties.random_params((3, 4, 2), rng), rng.normal(size=(5, 3)), rng.integers(2, size=5)
    plain = mlp.loss_and_gradients(params, x, y)
    ones = mlp.loss_and_gradients(params, x, y, masks={0: np.ones((5, 3)), 1: np.ones((5, 4))})
    assert plain[0] == ones[0]
    properties.close(ones[1], plain[1])
    without = {name: p.copy() for name, p in params.items()}
    without["W2"][:, 2] = 0  # switching a unit off is cutting what it sends on
    mask = np.array([1.0, 1, 0, 1])
    properties.close(mlp.forward(params, x, masks={1: mask}).output, mlp.forward(without, x).output)


RNG = np.random.default_rng(0)
P = properties.frozen(properties.random_params((3, 4, 2), RNG))
X = RNG.normal(size=(5, 3))
Y = np.array([0, 1, 1, 0, 1])


@pytest.mark.parametrize(
    "error, message, call",
    [
        (ValueError, r"W1 has shape \(4, 3\), but x has 2 columns", lambda: mlp.forward(P, X[:, :2])),
        (ValueError, r"W1 has shape \(3, 4\), but x has 3 columns", lambda: mlp.forward({**P, "W1": P["W1"].T}, X)),
        (
            ValueError,
            r"W2 has shape \(4, 2\), but layer 1 has 4 columns",
            lambda: mlp.forward({**P, "W2": P["W2"].T}, X),
        ),
        (
            ValueError,
            r"W1 must have shape \(\.\.\., n_out, n_in\), got \(3,\)",
            lambda: mlp.forward({**P, "W1": np.zeros(3)}, X),
        ),
        (ValueError, r"b1 has shape \(3,\), but W1 has 4 rows", lambda: mlp.forward({**P, "b1": np.zeros(3)}, X)),
        (
            ValueError,
            r"b1 has shape \(4, 1\), but W1 has 4 rows",
            lambda: mlp.forward({**P, "b1": np.zeros((4, 1))}, X),
        ),
        (ValueError, r"b2 has shape \(\)", lambda: mlp.forward({**P, "b2": np.float64(0)}, X)),
        (
            ValueError,
            r"leading axes .*W1 \(2,\), b1 \(\), W2 \(3,\)",
            lambda: mlp.forward({**P, "W1": np.zeros((2, 4, 3)), "W2": np.zeros((3, 2, 4))}, X),
        ),
        (ValueError, r"x must have shape .*got \(3,\)", lambda: mlp.forward(P, X[0])),
        (ValueError, r"x must have .*at least one sample .*got \(0, 3\)", lambda: mlp.forward(P, X[:0])),
        (ValueError, "x must be finite, got 15 nan or infinite of 15", lambda: mlp.forward(P, X + math.nan)),
        (TypeError, "x must hold numbers", lambda: mlp.forward(P, X.astype(str))),
        (ValueError, "params must have the keys W1, b1.*got W1$|got W1\\.", lambda: mlp.forward({"W1": P["W1"]}, X)),
        (ValueError, "params must have the keys .*got none", lambda: mlp.forward({}, X)),
        (ValueError, "params must have the keys .*got 1, b1", lambda: mlp.forward({1: P["W1"], "b1": P["b1"]}, X)),
        (ValueError, "activation 'rellu' .*did you mean 'relu'", lambda: mlp.forward(P, X, "rellu")),
        (ValueError, "loss 'mse' .*choose one of", lambda: mlp.loss_and_gradients(P, X, Y, loss="mse")),
        (ValueError, r"labels must lie in 0\.\.1", lambda: mlp.loss_and_gradients(P, X, Y + 1)),
        (
            ValueError,
            r"masks\[1\] must have shape \(\.\.\., 5, 4\).*got \(5, 3\)",
            lambda: mlp.forward(P, X, masks={1: np.ones((5, 3))}),
        ),
        (
            ValueError,
            r"masks must have layers among 0\.\.1 as keys, got \[2\]",
            lambda: mlp.forward(P, X, masks={2: np.ones((5, 2))}),
        ),
        (
            ValueError,
            r"delta must have the shape of the output, \(5, 2\), got \(5, 3\)",
            lambda: mlp.backward(P, mlp.forward(P, X), X),
        ),
        (
            ValueError,
            r"labels must have shape \(5,\), one a sample, got \(5, 1\)",
            lambda: mlp.accuracy(P, X, Y[:, None]),
        ),
        (ValueError, r"labels must have shape \(5,\).*got \(3,\)", lambda: mlp.accuracy(P, X, Y[:3])),
        (
            ValueError,
            r"sizes must name at least the inputs and the outputs.*got \[3\]",
            lambda: mlp.initialize([3], rng=RNG),
        ),
        (ValueError, "sizes must list .*got 5", lambda: mlp.initialize(5, rng=RNG)),
        (ValueError, r"sizes\[1\] must be at least 1, got 0", lambda: mlp.initialize([3, 0, 2], rng=RNG)),
        (ValueError, r"sizes\[0\] must be at least 1, got -3", lambda: mlp.initialize([-3, 2], rng=RNG)),
        (TypeError, r"sizes\[1\] must be a whole number, got True", lambda: mlp.initialize([3, True, 2], rng=RNG)),
        (TypeError, r"sizes\[1\] must be a whole number, got 2.5", lambda: mlp.initialize([3, 2.5, 2], rng=RNG)),
        (ValueError, "networks must be at least 1, got 0", lambda: mlp.initialize([3, 2], rng=RNG, networks=0)),
        (
            TypeError,
            "networks must be a whole number, got True",
            lambda: mlp.initialize([3, 2], rng=RNG, networks=True),
        ),
        (
            ValueError,
            "initializer 'he_norml' .*did you mean 'he_normal'",
            lambda: mlp.initialize([3, 2], "he_norml", rng=RNG),
        ),
        (TypeError, "rng must be a numpy Generator, got None", lambda: mlp.initialize([3, 2])),
        (TypeError, "rng must be a numpy Generator, got None", lambda: mlp.initialize([3, 4, 2], "zeros", sigma_b=1)),
        (ValueError, "sigma_b must not be negative, got -1", lambda: mlp.initialize([3, 2], sigma_b=-1, rng=RNG)),
        (
            ValueError,
            r"sigma_b has shape \(3,\).*leading axes \(2,\)",
            lambda: mlp.initialize([3, 4, 2], sigma_b=[1, 2, 3], rng=RNG, networks=2),
        ),
        (TypeError, "sigma_w", lambda: mlp.initialize([3, 2], "he_normal", sigma_w=2, rng=RNG)),
    ],
)
def test_bad_input_is_named(error, message, call):
    with properties.says(error, message):
        call()


def test_whole_numbers_and_one_complex_bias_are_taken():
    params = {"W1": np.array([[1, 2]]), "b1": np.array([0.5])}
    assert mlp.forward(params, np.array([[1, 1]])).output == 3.5
    assert mlp.forward({**params, "b1": np.array([0.5 + 1j])}, np.array([[1, 1]])).output == 3.5 + 1j
