"""Lesson 2: twins, zeros, and what breaks a symmetry. Exact claims, in sums of one order: equal is equal."""

import numpy as np
import properties
from claim import claim
from drawn import (
    LOUD_AT_ZERO,
    RELABELLING,
    SILENT_AT_ZERO,
    after,
    any_activation,
    any_loss,
    any_optimizer,
    batch_sizes,
    digits_after,
    hidden_sizes,
    in_fixed_order,
    seeds,
    small_data,
)
from hypothesis import strategies as st

from course_utils import datasets, diagnostics, mlp, optimizers

STEPS = 12
NET = {
    "hidden": hidden_sizes(smallest=2),
    "activation": any_activation,
    "optimizer": any_optimizer,
    "loss": any_loss,
    "batch": batch_sizes,
    "seed": seeds,
}
EXAMPLE = {
    "hidden": (4, 3),
    "activation": "tanh",
    "optimizer": "sgd",
    "loss": "cross_entropy",
    "batch": None,
    "seed": 0,
}


def random_net(hidden, seed, n_in=3, n_out=3):
    """A network whose weights and biases are all random."""
    return properties.random_params((n_in, *hidden, n_out), np.random.default_rng(seed))


def unequal_state(name):
    """The optimizer of that name, its momentum of neuron 0 given a push before the first step."""

    def init(params):
        state = RELABELLING[name].init(params)
        state["b1"][..., 0] = 1
        return state

    return RELABELLING[name]._replace(init=init)


@claim(
    "02-twins",
    condition="equal row, bias and column; one rule, one decay and equal state for both; any activation, loss, batch",
    inside=NET | {"layer": st.integers(1, 3)},
    outside={
        "the outgoing columns differ": EXAMPLE | {"layer": 1, "but": "column"},
        "the biases differ": EXAMPLE | {"layer": 1, "but": "bias"},
        "the rows differ": EXAMPLE | {"layer": 1, "but": "row"},
        "momentum that starts unequal": EXAMPLE | {"layer": 1, "optimizer": "momentum", "but": "state"},
    },
)
def twins_stay_twins(hidden, activation, optimizer, loss, batch, seed, layer, but=None):
    layer = min(layer, len(hidden))
    params = random_net(hidden, seed)
    parts = {"row": (f"W{layer}", 0), "bias": (f"b{layer}", 0), "column": (f"W{layer + 1}", 1)}
    for part, (name, axis) in parts.items():
        if part != but:
            neurons = np.moveaxis(params[name], axis, 0)
            neurons[1] = neurons[0]
    x, y = small_data(seed, loss=loss)
    rule = unequal_state(optimizer) if but == "state" else optimizer
    settings = {"activation": activation, "loss": loss, "batch_size": batch, "rng": np.random.default_rng(seed)}
    end = after(in_fixed_order(params), x, y, rule, STEPS, **settings)
    twins = diagnostics.neurons(end, layer)[:2]
    incoming = hidden[layer - 2] if layer > 1 else 3
    assert (twins[0, : incoming + 1] == twins[1, : incoming + 1]).all(), "row or bias"
    if but is None:
        assert (twins[0] == twins[1]).all()


@claim(
    "02-twins/relabelling",
    condition="the relabelling, of several layers at once if need be, fixes the start; any activation and rule",
    inside=NET | {"width": st.integers(2, 5)},
    outside={"it does not fix the start": EXAMPLE | {"width": 4, "fixed": False}},
)
def what_a_relabelling_fixes_stays_fixed(hidden, activation, optimizer, loss, batch, seed, width, fixed=True):
    """Every hidden layer has `width` neurons and is turned by one place: middle matrices are circulant."""
    hidden = (width,) * len(hidden)
    params = random_net(hidden, seed)
    turned = {l: np.roll(np.arange(width), 1) for l in range(1, len(hidden) + 1)}
    if fixed:
        orbit = [params]
        for _ in range(width - 1):
            orbit.append(properties.permuted(orbit[-1], turned))
        params = {name: np.mean([p[name] for p in orbit], axis=0) for name in params}
    x, y = small_data(seed, loss=loss)
    settings = {"activation": activation, "loss": loss, "batch_size": batch, "rng": np.random.default_rng(seed)}
    end = after(params, x, y, optimizer, 5, **settings)
    properties.close(properties.permuted(end, turned), end, 1e-7)


@claim(
    "02-zero",
    condition="all weights and hidden biases zero; phi(0) = 0; any rule that leaves a zero weight at gradient zero",
    inside=NET | {"activation": st.sampled_from(SILENT_AT_ZERO)},
    outside={
        "phi(0) is not 0": EXAMPLE | {"activation": LOUD_AT_ZERO[0]},
        "one hidden bias is not 0": EXAMPLE | {"hidden": (4,), "bias": 0.5},
    },
)
def from_zero_only_the_output_bias_moves(hidden, activation, optimizer, loss, batch, seed, bias=0.0):
    x, y = small_data(seed, loss=loss)
    start = mlp.initialize([3, *hidden, 3], "zeros")
    start["b1"][0] = bias
    last = f"b{len(hidden) + 1}"
    settings = {"activation": activation, "loss": loss, "batch_size": batch, "rng": np.random.default_rng(seed)}
    end = after(start, x, y, optimizer, STEPS, **settings)
    assert all(np.array_equal(end[name], start[name]) for name in end if name != last)


@claim(
    "02-zero/equal",
    condition="all weights zero, the biases of each hidden layer equal; any activation, loss, rule, batch",
    inside=NET | {"bias": st.sampled_from([0.0, 0.5, -1.0])},
    outside={"the biases of a layer differ": EXAMPLE | {"bias": 0.5, "differ": 1.0}},
)
def zero_weights_with_equal_biases_stay_one_neuron_a_layer(
    hidden, activation, optimizer, loss, batch, seed, bias, differ=0.0
):
    x, y = small_data(seed, loss=loss)
    start = mlp.initialize([3, *hidden, 3], "zeros")
    for l, n in enumerate(hidden, start=1):
        start[f"b{l}"] += bias + differ * np.arange(n)
    settings = {"activation": activation, "loss": loss, "batch_size": batch, "rng": np.random.default_rng(seed)}
    end = after(in_fixed_order(start), x, y, optimizer, STEPS, **settings)
    for l in range(1, len(hidden) + 1):
        assert diagnostics.spread(diagnostics.neurons(end, l)) == 0


def copies(one, widths):
    """The network of widths[l] twins in each layer that computes what a network of one neuron a layer does."""
    n, out = [1, *widths, 1], {}
    for l in range(1, mlp.depth(one) + 1):
        columns = n[l - 1] if l > 1 else 1
        W = np.repeat(one[f"W{l}"] / columns, columns, axis=1)
        out[f"W{l}"] = np.repeat(W, n[l], axis=0)
        out[f"b{l}"] = np.repeat(one[f"b{l}"], n[l], axis=0)
    return out


@claim(
    "02-one-neuron",
    condition="SGD or momentum without decay; any activation, loss, batch, depth",
    inside=NET | {"hidden": hidden_sizes(), "optimizer": st.sampled_from(["sgd", "momentum"])},
    outside={
        "Adam": EXAMPLE | {"optimizer": "adam"},
        "one step size for all": EXAMPLE | {"scaled": False},
    },
)
def twins_are_one_neuron_with_other_step_sizes(hidden, activation, optimizer, loss, batch, seed, scaled=True):
    one = random_net((1,) * len(hidden), seed)
    x, y = small_data(seed, loss=loss)
    n = [1, *hidden, 1]
    lr = {f"W{l}": 0.02 * (n[l - 1] / n[l] if scaled else 1) for l in range(1, len(n))}
    lr |= {f"b{l}": 0.02 / (n[l] if scaled else 1) for l in range(1, len(n))}
    rule = getattr(optimizers, optimizer)
    settings = {"activation": activation, "loss": loss, "batch_size": batch}
    wide, narrow = (
        after(start, x, y, rule(rate), STEPS, rng=np.random.default_rng(seed), **settings)
        for start, rate in ((copies(one, hidden), 0.02), (one, lr))
    )
    properties.close(copies(narrow, hidden), wide, 1e-9, rounding=1e-12)


@claim(
    "02-different",
    condition="nothing treats the neurons of the layer differently: batches, input dropout, any rule, any width",
    inside=NET | {"dropped": st.sampled_from([{}, {0: 0.3}])},
    outside={
        "dropout of the layer itself": EXAMPLE | {"hidden": (6,), "dropped": {1: 0.3}},
        "noise of its own on every gradient": EXAMPLE | {"dropped": {}, "noise": 1e-6},
    },
)
def only_what_treats_twins_differently_parts_them(hidden, activation, optimizer, loss, batch, seed, dropped, noise=0.0):
    x, y = small_data(seed, loss=loss)
    start = in_fixed_order(copies(random_net((1,) * len(hidden), seed), hidden))
    rule, rng = RELABELLING[optimizer], np.random.default_rng([seed, 2])

    def step(params, grads, state):
        noisy = {name: g + noise * rng.normal(size=g.shape) for name, g in grads.items()} if noise else grads
        rule.step(params, noisy, state)

    settings = {"activation": activation, "loss": loss, "batch_size": batch, "rng": np.random.default_rng(seed)}
    end = after(start, x, y, rule._replace(step=step), STEPS, dropout=dropped or None, **settings)
    for l in range(1, len(hidden) + 1):
        assert diagnostics.spread(diagnostics.neurons(end, l)) == 0


def poked(params):
    """The same with the weight of neuron 0 that matters most moved to the next float64."""
    moved = {name: p.copy() for name, p in params.items()}
    w = moved["W1"][0]
    j = np.argmax(np.abs(w) * datasets.digits().x_train.std(axis=0))
    w[j] = np.nextafter(w[j], np.inf)
    return moved


@claim(
    "02-pencil",
    condition="the digits, which need more than one neuron; one hidden layer of 4 to 16 equal tanh neurons, "
    "full-batch descent, lr 0.5, no decay, 1000 steps",
    inside={"width": st.sampled_from([4, 8, 16]), "seed": seeds},
    outside={
        "L2 decay stronger than the growth": {"width": 8, "seed": 0, "decay": 0.7},
        "one neuron a layer: nothing to part": {"width": 1, "seed": 0},
    },
)
def one_last_digit_tips_the_balance(width, seed, decay=0.0):
    one = mlp.initialize([64, 1, 10], rng=np.random.default_rng(seed))
    rule = optimizers.sgd(0.5, weight_decay=decay)
    end, _, _ = digits_after(poked(copies(one, [width])), rule, 1000, batch_size=None)
    assert diagnostics.spread(diagnostics.neurons(end, 1)) > 0.1
