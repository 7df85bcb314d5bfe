"""Lesson 0: three starts and what to look at. Measured on the digits: tanh, SGD 0.1, batches of 64, 600 steps."""

import numpy as np
from claim import claim
from drawn import SILENT_AT_ZERO, digits_after, seeds
from hypothesis import strategies as st

from course_utils import mlp, optimizers

SGD, ADAM = optimizers.sgd(0.1), optimizers.adam(0.01)
widths = st.sampled_from([24, 32, 48])


def start(hidden, width, seed, sigma_w, sigma_b):
    """A point of the initialization plane."""
    rng = np.random.default_rng(seed)
    return mlp.initialize([64, *[width] * hidden, 10], "normal", sigma_w=sigma_w, sigma_b=sigma_b, rng=rng)


@claim(
    "00-starts/zero",
    condition="all zero, phi(0) = 0; any depth from one hidden layer, SGD or Adam, 300 steps",
    inside={
        "hidden": st.integers(1, 3),
        "width": widths,
        "activation": st.sampled_from(SILENT_AT_ZERO),
        "rule": st.sampled_from([SGD, ADAM]),
        "seed": seeds,
    },
    outside={
        "sigmoid": {"hidden": 1, "width": 32, "activation": "sigmoid", "rule": ADAM, "seed": 0},
        "random weights": {"hidden": 1, "width": 32, "activation": "tanh", "rule": SGD, "seed": 0, "sigma_w": 1.0},
    },
)
def all_zero_learns_only_which_digit_is_most_frequent(hidden, width, activation, rule, seed, sigma_w=0.0):
    params = start(hidden, width, seed, sigma_w, 0.0)
    end, train, test = digits_after(params, rule, 300, activation, seed)
    outputs = mlp.forward(end, np.eye(64), activation).output
    assert (outputs == outputs[0]).all() and train < 0.11 and test < 0.11


@claim(
    "00-starts/random",
    condition="tanh, sigma_w near 1, up to three hidden layers, SGD 0.1, 600 steps",
    inside={
        "hidden": st.integers(1, 3),
        "width": widths,
        "seed": seeds,
        "sigma_w": st.floats(0.8, 1.3),
    },
    outside={"sigma_w = 0.02, three hidden layers": {"hidden": 3, "width": 32, "seed": 0, "sigma_w": 0.02}},
)
def random_weights_with_zero_biases_learn_well(hidden, width, seed, sigma_w):
    _, train, test = digits_after(start(hidden, width, seed, sigma_w, 0.0), SGD, 600, "tanh", seed)
    assert train > 0.97 and test > 0.93


@claim(
    "00-starts/opposite",
    condition="tanh, SGD 0.1, 600 steps, sigma_b near 1, output bias 0",
    inside={"hidden": st.sampled_from([1, 2]), "width": widths, "seed": seeds, "sigma_b": st.floats(0.8, 1.2)},
    outside={
        "ReLU": {"hidden": 1, "width": 32, "seed": 0, "sigma_b": 1.0, "activation": "relu"},
        "Adam": {"hidden": 2, "width": 32, "seed": 0, "sigma_b": 1.0, "rule": ADAM},
    },
)
def the_opposite_learns_with_one_hidden_layer_and_not_with_two(
    hidden, width, seed, sigma_b, activation="tanh", rule=SGD
):
    _, train, test = digits_after(start(hidden, width, seed, 0.0, sigma_b), rule, 600, activation, seed)
    assert min(train, test) > 0.9 if hidden == 1 else max(train, test) < 0.3


@claim(
    "00-both",
    condition="tanh, two or three hidden layers, sigma_w = 4, zero biases, SGD 0.1, 600 steps",
    inside={"hidden": st.sampled_from([2, 3]), "width": widths, "seed": seeds, "sigma_w": st.floats(3.8, 4.5)},
    outside={"sigma_w = 1": {"hidden": 2, "width": 32, "seed": 0, "sigma_w": 1.0}},
)
def large_weights_fit_and_do_not_carry_over(hidden, width, seed, sigma_w):
    _, train, test = digits_after(start(hidden, width, seed, sigma_w, 0.0), SGD, 600, "tanh", seed)
    assert train > 0.95 and test < 0.92
