"""Lesson 4: safe biases, the opposite by activation and optimizer, rays, and waiting."""

import numpy as np
import properties
from claim import claim
from drawn import (
    LINEAR,
    RELABELLING,
    after,
    any_activation,
    any_loss,
    batch_sizes,
    digits_after,
    hidden_sizes,
    in_fixed_order,
    seeds,
    small_data,
)
from hypothesis import strategies as st

from course_utils import activations, datasets, diagnostics, mlp, optimizers, training

CURVED = sorted(set(activations.ACTIVATIONS) - {"relu", "leaky_relu", "identity"})
HOMOGENEOUS = sorted(name for name, phi in activations.ACTIVATIONS.items() if phi.homogeneous)
POWERS = 2.0 ** np.arange(-6, 2)


def powers_of_two(n, rng):
    """n biases of either sign, which a computer multiplies by without rounding; the first is positive."""
    return np.append(rng.choice(POWERS), rng.choice([-1.0, 1.0], n - 1) * rng.choice(POWERS, n - 1))


def opposite(sizes, seed, draw=powers_of_two):
    """Zero weights, drawn hidden biases, output bias 0."""
    rng, params = np.random.default_rng(seed), mlp.initialize(sizes, "zeros")
    for l, n in enumerate(sizes[1:-1], start=1):
        params[f"b{l}"] = draw(n, rng)
    return params


def off_their_rays(start, end, layer):
    """How far the neurons with a positive bias are from multiples of one another, and the largest row of the others."""
    b = start[f"b{layer}"]
    on_ray = diagnostics.neurons(end, layer)[b > 0] / b[b > 0, None]
    return diagnostics.spread(on_ray), np.abs(end[f"W{layer}"][b <= 0]).max(initial=0)


@claim(
    "04-safe",
    condition="random weights, zero biases, activations without a flat half; any data, full batch, SGD or momentum",
    inside={
        "hidden": hidden_sizes(layers=(1, 2), smallest=2),
        "activation": st.sampled_from(CURVED),
        "optimizer": st.sampled_from(["sgd", "momentum"]),
        "zero_output": st.booleans(),
        "seed": seeds,
    },
    outside={
        "constant weights": {
            "hidden": (4,), "activation": "tanh", "optimizer": "sgd", "zero_output": False, "seed": 0,
            "weights": "constant",
        },
        "one step, output layer zero": {
            "hidden": (4,), "activation": "tanh", "optimizer": "sgd", "zero_output": True, "seed": 0, "steps": 1,
        },
    },
)  # fmt: skip
def random_weights_part_the_biases(hidden, activation, optimizer, zero_output, seed, weights="random", steps=None):
    params = properties.random_params((5, *hidden, 3), np.random.default_rng(seed))
    for name, p in params.items():
        p[:] = 0 if name[0] == "b" else p if weights == "random" else 0.1
    if zero_output:
        params[f"W{len(hidden) + 1}"][:] = 0
    x, y = small_data(seed, n=12, n_in=5)
    steps = steps or (2 if zero_output else 1)
    end = after(params, x, y, optimizer, steps, activation=activation)
    for l, n in enumerate(hidden, start=1):
        assert len(np.unique(end[f"b{l}"])) == n


@claim(
    "04-curved",
    condition="tanh, sigmoid, GELU, SiLU, softplus; one hidden layer, different biases, output bias 0; the digits, "
    "100 steps of SGD, momentum or Adam",
    inside={
        "activation": st.sampled_from(CURVED),
        "rule": st.sampled_from([optimizers.sgd(0.1), optimizers.momentum(0.02), optimizers.adam(0.003)]),
        "width": st.sampled_from([8, 16, 32]),
        "seed": seeds,
    },
    outside={
        "ReLU": {"activation": "relu", "rule": optimizers.sgd(0.1), "width": 16, "seed": 0},
        "leaky ReLU": {"activation": "leaky_relu", "rule": optimizers.sgd(0.1), "width": 16, "seed": 0},
        "equal biases": {
            "activation": "tanh", "rule": optimizers.sgd(0.1), "width": 16, "seed": 0,
            "draw": lambda n, rng: np.ones(n),
        },
    },
)  # fmt: skip
def random_biases_break_the_symmetry(activation, rule, width, seed, draw=lambda n, rng: rng.normal(size=n)):
    end, _, _ = digits_after(opposite([64, width, 10], seed, draw), rule, 100, activation, seed)
    # Two of 32 biases may be 1e-5 apart, and part in proportion.
    assert diagnostics.distinct_rays(np.hstack([end["W1"], end["b1"][:, None]]), 1e-11) == width


@claim(
    "04-curved/learns",
    condition="tanh or GELU, one hidden layer of 32, biases N(0, 1), SGD 0.1, batches of 64, 1000 steps",
    inside={"activation": st.sampled_from(["tanh", "gelu"]), "seed": seeds},
    outside={
        "two hidden layers": {"activation": "tanh", "seed": 0, "hidden": 2},
        "fifty steps: it learns later": {"activation": "tanh", "seed": 0, "steps": 50},
    },
)
def the_opposite_learns_about_as_well(activation, seed, hidden=1, steps=1000):
    start = opposite([64, *[32] * hidden, 10], seed, lambda n, rng: rng.normal(size=n))
    _, train, test = digits_after(start, optimizers.sgd(0.1), steps, activation, seed)
    assert train > 0.97 and test > 0.93


@claim(
    "04-ray",
    condition="ReLU, zero weights, any biases and depth; SGD, momentum, L2 decay; any data, loss, batch; no rounding",
    inside={
        "hidden": hidden_sizes(smallest=2),
        "optimizer": st.sampled_from(sorted(LINEAR)),
        "loss": any_loss,
        "batch": batch_sizes,
        "seed": seeds,
    },
    outside={
        "tanh": {
            "hidden": (5,), "optimizer": "sgd", "loss": "cross_entropy", "batch": None, "seed": 0,
            "activation": "tanh",
        },
        "Adam": {"hidden": (5,), "optimizer": "adam", "loss": "cross_entropy", "batch": None, "seed": 0},
        "constant weights": {
            "hidden": (5,), "optimizer": "sgd", "loss": "cross_entropy", "batch": None, "seed": 0, "weight": 0.1,
        },
        "dropout of the layer": {
            "hidden": (5,), "optimizer": "sgd", "loss": "cross_entropy", "batch": None, "seed": 0,
            "dropout": {1: 0.25},
        },
        "rounding: biases that are no powers of two": {
            "hidden": (5,), "optimizer": "sgd", "loss": "cross_entropy", "batch": None, "seed": 0,
            "draw": lambda n, rng: np.linspace(0.3, 1, n),
        },
    },
)  # fmt: skip
def under_relu_the_opposite_is_one_neuron(
    hidden, optimizer, loss, batch, seed, activation="relu", weight=0.0, draw=powers_of_two, **settings
):
    start = opposite([3, *hidden, 3], seed, draw)
    for l in range(1, len(hidden) + 2):
        start[f"W{l}"][:] = weight
    x, y = small_data(seed, loss=loss)
    settings |= {"activation": activation, "loss": loss, "batch_size": batch, "rng": np.random.default_rng(seed)}
    end = after(in_fixed_order(start), x, y, optimizer, 25, **settings)
    for l in range(1, len(hidden) + 1):
        assert off_their_rays(start, end, l) == (0, 0)


@claim(
    "04-ray/one",
    condition="ReLU, one hidden layer, zero weights, SGD or momentum without decay; steps eta / S in and eta S out",
    inside={
        "width": st.integers(2, 6),
        "rule": st.sampled_from(["sgd", "momentum"]),
        "loss": any_loss,
        "batch": batch_sizes,
        "seed": seeds,
    },
    outside={
        "Adam": {"width": 5, "rule": "adam", "loss": "cross_entropy", "batch": None, "seed": 0},
        "one step size for all": {
            "width": 5, "rule": "sgd", "loss": "cross_entropy", "batch": None, "seed": 0, "scaled": False,
        },
    },
)  # fmt: skip
def the_layer_computes_what_one_neuron_does(width, rule, loss, batch, seed, scaled=True):
    start = opposite([3, width, 3], seed)
    S = (start["b1"][start["b1"] > 0] ** 2).sum() if scaled else 1.0
    alone = mlp.initialize([3, 1, 3], "zeros") | {"b1": np.ones(1)}
    rates = {"W1": 0.02 / S, "b1": 0.02 / S, "W2": 0.02 * S, "b2": 0.02}
    x, y = small_data(seed, loss=loss)
    settings = {"activation": "relu", "loss": loss, "batch_size": batch}
    make = getattr(optimizers, rule)
    ends = [
        after(params, x, y, make(lr), 25, rng=np.random.default_rng(seed), **settings)
        for params, lr in ((start, 0.02), (alone, rates))
    ]
    outputs = [mlp.forward(end, x, "relu").output for end in ends]
    assert np.abs(outputs[0] - outputs[1]).max() < 1e-10


@claim(
    "04-adam",
    condition="ReLU, zero weights, positive biases all different, gradients far above eps; the digits, ten steps",
    inside={"width": st.sampled_from([8, 16, 32]), "lr": st.sampled_from([0.001, 0.003, 0.01]), "seed": seeds},
    outside={
        "SGD": {"width": 16, "lr": 0.1, "seed": 0, "rule": "sgd"},
        "equal biases": {"width": 16, "lr": 0.003, "seed": 0, "draw": lambda n, rng: np.ones(n)},
    },
)
def adam_frees_the_living(width, lr, seed, rule="adam", draw=lambda n, rng: rng.uniform(0.1, 2, n)):
    start = opposite([64, width, 10], seed, draw)
    end, _, _ = digits_after(start, getattr(optimizers, rule)(lr), 10, "relu", seed)
    # Two of 32 biases may be 1e-7 apart, and part in proportion.
    assert diagnostics.distinct_rays(diagnostics.neurons(end, 1), 1e-11) == width


@claim(
    "04-lag",
    condition="all weights zero; any biases, activation, loss, batch, and any rule that leaves zeros without gradient",
    inside={
        "hidden": hidden_sizes(),
        "activation": any_activation,
        "optimizer": st.sampled_from(sorted(RELABELLING)),
        "loss": any_loss,
        "batch": batch_sizes,
        "seed": seeds,
    },
    outside={
        "one entry of W2 is not zero": {
            "hidden": (3, 3), "activation": "tanh", "optimizer": "sgd", "loss": "cross_entropy", "batch": None,
            "seed": 0, "entry": 1e-3,
        },
        "one step more": {
            "hidden": (3, 3), "activation": "tanh", "optimizer": "sgd", "loss": "cross_entropy", "batch": None,
            "seed": 0, "late": 1,
        },
    },
)  # fmt: skip
def layer_l_has_no_gradient_before_step_L_minus_l(hidden, activation, optimizer, loss, batch, seed, entry=0.0, late=0):
    start = opposite([3, *hidden, 3], seed, lambda n, rng: rng.normal(size=n))
    start["W2"][0, 0] = entry
    x, y = small_data(seed, loss=loss)
    L = mlp.depth(start)
    settings = {"activation": activation, "loss": loss, "batch_size": batch, "rng": np.random.default_rng(seed)}
    path = training.descend(start, x, y, RELABELLING[optimizer], **settings)
    for step, params in zip(range(L - 1), path):
        _, grads = mlp.loss_and_gradients(params, x, y, activation, loss)
        for l in range(1, min(L - step + late, L)):
            assert not grads[f"W{l}"].any() and not grads[f"b{l}"].any()


def first_gradients(params, optimizer, x, y, activation="tanh"):
    """The size of each matrix's gradient at its step L - l, full batch, from W^L down."""
    L, sizes = mlp.depth(params), []
    path = training.descend(params, x, y, optimizer, activation=activation)
    for step, p in zip(range(L - 1), path):
        sizes.append(np.linalg.norm(mlp.loss_and_gradients(p, x, y, activation)[1][f"W{L - step}"]))
    return np.array(sizes)


@claim(
    "04-square",
    condition="plain SGD, full batch, zero weights, biases N(0, 1), curved activation, three to five hidden layers",
    inside={
        "hidden": st.integers(3, 5),
        "width": st.sampled_from([16, 32, 64]),
        "activation": st.sampled_from(["tanh", "gelu"]),
        "lr": st.sampled_from([0.01, 0.1]),
        "seed": seeds,
    },
    outside={"Adam": {"hidden": 4, "width": 32, "activation": "tanh", "lr": 0.01, "seed": 0, "rule": "adam"}},
)
def the_first_gradient_is_about_the_square_of_the_one_above(hidden, width, activation, lr, seed, rule="sgd"):
    start = opposite([64, *[width] * hidden, 10], seed, lambda n, rng: rng.normal(size=n))
    data = datasets.digits()
    G = first_gradients(start, getattr(optimizers, rule)(lr), data.x_train, data.y_train, activation)
    ratio = G[1:] / (lr * G[:-1] ** 2)
    assert ((ratio > 0.05) & (ratio < 100)).all(), ratio  # 44/3 times kappa, and more for W1 of narrow layers
