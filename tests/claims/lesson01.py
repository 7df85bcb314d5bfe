"""Lesson 1: what the four equations say, checked without them: by complex steps through the forward pass."""

import numpy as np
import properties
from claim import claim
from drawn import any_activation, any_loss, hidden_sizes, seeds, small_data
from hypothesis import strategies as st

from course_utils import gradcheck, losses, mlp

NET = {"hidden": hidden_sizes(), "activation": any_activation, "seed": seeds}
EXAMPLE = {"hidden": (4, 3), "activation": "tanh", "seed": 0}


def net(hidden, seed, n):
    """A random network with three inputs and three classes, and n samples."""
    rng = np.random.default_rng(seed)
    return properties.random_params((3, *hidden, 3), rng), rng.normal(size=(n, 3)), rng.integers(3, size=n)


def by_complex_steps(params, x, y, activation, loss="cross_entropy"):
    """Every gradient, from the forward pass alone."""
    loss = losses.get(loss)
    return gradcheck.complex_step(lambda p: loss(mlp.forward(p, x, activation).output, y), params)


@claim(
    "01-weight",
    condition="one sample; the error is the gradient of the bias; any depth and activation",
    inside=NET | {"n": st.just(1)},
    outside={"several samples: a sum of such products": EXAMPLE | {"n": 3}},
)
def the_gradient_of_a_weight_is_error_above_times_activity_below(hidden, activation, seed, n):
    params, x, y = net(hidden, seed, n)
    grads, h = by_complex_steps(params, x, y, activation), mlp.forward(params, x, activation).h
    for l in range(1, mlp.depth(params) + 1):
        properties.close(np.outer(grads[f"b{l}"], h[l - 1].sum(axis=0)), grads[f"W{l}"], 1e-10, rounding=1e-13)


@claim(
    "01-row-column",
    condition="the errors of the layer above are given; any depth and activation",
    inside=NET | {"n": st.integers(1, 4)},
    outside={
        "its own row": EXAMPLE | {"n": 2, "change": ("row", 0)},
        "its own column": EXAMPLE | {"n": 2, "change": ("column", 0)},
    },
)
def only_its_row_and_its_column_reach_a_neuron(hidden, activation, seed, n, change=None):
    """All rows of W1 but that of neuron 0, all columns of W2 but that of neuron 0, are drawn anew."""
    params, x, _ = net((max(hidden[0], 2), *hidden[1:]), seed, n)
    rng, other = np.random.default_rng([seed, 1]), {name: p.copy() for name, p in params.items()}
    other["W1"][1:] = rng.normal(size=other["W1"][1:].shape)
    other["W2"][:, 1:] = rng.normal(size=other["W2"][:, 1:].shape)
    if change and change[0] == "row":
        other["W1"][0] += 1
    if change and change[0] == "column":
        other["W2"][:, 0] += 1
    above = rng.normal(size=(n, len(params["W2"])))
    z, errors = [], []
    for p in (params, other):
        two = {name: p[name] for name in ("W1", "b1", "W2", "b2")}
        trace = mlp.forward(two, x, activation)
        z.append(trace.z[1][:, 0])
        errors.append(mlp.backward(two, trace, above, activation)["b1"][0])
    assert np.allclose(z[0], z[1], rtol=1e-12, atol=1e-12) and abs(errors[0] - errors[1]) < 1e-12


@claim(
    "01-vanish",
    condition="one sample; any depth and activation, ReLU with its exact zeros too",
    inside=NET | {"n": st.just(1), "zero": st.sampled_from(["none", "column", "input"])},
    outside={"two samples whose terms cancel": EXAMPLE | {"n": 2, "zero": "cancel"}},
)
def a_weight_gradient_vanishes_iff_error_or_activity_does(hidden, activation, seed, n, zero):
    params, x, y = net(hidden, seed, n)
    if zero == "column":  # neuron 0 hears no error
        params["W2"][:, 0] = 0
    if zero == "input":  # input 0 says nothing
        x[:, 0] = 0
    if zero == "cancel":  # two samples that differ in the sign of an input that nobody else sees, same class
        params["W1"][:, 0], y[:], x[0, 0] = 0, y[0], 1
        x[1] = x[0] * [-1, 1, 1]
    trace = mlp.forward(params, x, activation)
    grads = mlp.backward(params, trace, losses.get("cross_entropy").gradient(trace.output, y), activation)
    for l in range(1, mlp.depth(params) + 1):
        silent = (trace.h[l - 1] == 0).all(axis=0)
        deaf = grads[f"b{l}"] == 0
        assert np.array_equal(grads[f"W{l}"] == 0, deaf[:, None] | silent)


@claim(
    "01-complex",
    condition="an activation made of power series, or a kink that goes by the real part; any depth and loss",
    inside=NET | {"loss": any_loss, "n": st.integers(1, 4)},
    outside={
        "the modulus, which is no power series": EXAMPLE
        | {"loss": "cross_entropy", "n": 2, "function": lambda x: np.sqrt(x * np.conj(x))},
    },
)
def the_complex_step_is_right_to_the_last_digits(hidden, activation, loss, seed, n, function=None):
    if function:
        found = gradcheck.complex_step(lambda x: function(x).sum(), np.array([-0.7, 1.3]))
        assert np.allclose(found, [-1, 1])
        return
    params, x, _ = net(hidden, seed, n)
    _, y = small_data(seed, n, loss=loss)
    _, grads = mlp.loss_and_gradients(params, x, y, activation, loss)
    properties.close(by_complex_steps(params, x, y, activation, loss), grads, 1e-11, rounding=1e-14)
