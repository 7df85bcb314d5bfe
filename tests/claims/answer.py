"""The answer: random weights alone, random biases alone, and the size of the weights."""

import numpy as np
from claim import claim
from drawn import LINEAR, RELABELLING, after, digits_after, seeds
from hypothesis import strategies as st

from course_utils import activations, diagnostics, mlp, optimizers

OWN_SCALE = {"tanh": 1.0, "relu": 2**0.5, "leaky_relu": 2**0.5, "gelu": 2**0.5, "silu": 2**0.5}
CURVED = sorted(n for n, phi in activations.ACTIVATIONS.items() if not phi.homogeneous)
RULES = {"sgd": optimizers.sgd(0.1), "momentum": optimizers.momentum(0.01), "adam": optimizers.adam(0.002)}


@claim(
    "09-random",
    condition="independent random weights at the activation's scale, one to four hidden layers, zero biases, digits",
    inside={
        "activation": st.sampled_from(sorted(OWN_SCALE)),
        "hidden": st.integers(1, 4),
        "rule": st.sampled_from(sorted(RULES)),
        "seed": seeds,
    },
    outside={
        "constant weights": {"activation": "tanh", "hidden": 2, "rule": "sgd", "seed": 0, "weights": "constant"},
        "zero weights": {"activation": "relu", "hidden": 1, "rule": "adam", "seed": 0, "weights": "zeros"},
    },
)
def random_weights_break_the_symmetry_alone(activation, hidden, rule, seed, weights="normal"):
    sizes, options = [64, *[32] * hidden, 10], {"constant": {"value": 0.05}, "zeros": {}}.get(weights)
    options = {"sigma_w": OWN_SCALE[activation], "rng": np.random.default_rng(seed)} if options is None else options
    start = mlp.initialize(sizes, weights, **options)
    assert not any(start[f"b{l}"].any() for l in range(1, hidden + 2))
    end, train, test = digits_after(start, RULES[rule], 600, activation, seed)
    assert all(diagnostics.distinct_neurons(end, l) == 32 for l in range(1, hidden + 1))
    assert train > 0.95 and test > 0.9


@claim(
    "09-random/gate",
    condition="a memory over at most 10 steps, 20 000 steps of gradient descent with step size 0.5",
    inside={"T": st.integers(2, 10)},
    outside={"a memory over 50 steps": {"T": 50}},
)
def a_gate_with_a_short_memory_may_start_at_zero(T, b=0.0):
    for _ in range(20_000):
        f = 1 / (1 + np.exp(-b))
        if f**T > 0.5:
            return
        b += 0.5 * (1 - f**T) * T * f**T * (1 - f)
    raise AssertionError(f"the gate forgets: it keeps {f**T:.0e} over {T} steps")


def opposite(activation, hidden, rule, seed, steps, powers=False):
    """The opposite, trained on the digits: zero weights, random hidden biases."""
    rng = np.random.default_rng(seed)
    start = mlp.initialize([64, *[32] * hidden, 10], "zeros")
    for l in range(1, hidden + 1):
        start[f"b{l}"] = rng.choice([-1, 1], 32) * 2.0 ** rng.integers(-4, 3, 32) if powers else rng.normal(size=32)
    return digits_after(start, rule, steps, activation, seed)


@claim(
    "09-opposite",
    condition="tanh, sigmoid, GELU, SiLU, softplus (phi bends at the biases), one hidden layer, any rule, 2000 steps",
    inside={"activation": st.sampled_from(CURVED), "rule": st.sampled_from(sorted(RULES)), "seed": seeds},
    outside={
        "ReLU under SGD": {"activation": "relu", "rule": "sgd", "seed": 0, "powers": True},
        "leaky ReLU under momentum": {"activation": "leaky_relu", "rule": "momentum", "seed": 0, "powers": True},
        "two hidden layers, 600 steps of SGD": {
            "activation": "tanh", "rule": "sgd", "seed": 0, "hidden": 2, "steps": 600,
        },
    },
)  # fmt: skip
def random_biases_make_curved_neurons_differ_and_one_layer_learns(
    activation, rule, seed, hidden=1, steps=2000, powers=False
):
    end, train, test = opposite(activation, hidden, RULES[rule], seed, steps, powers)
    assert diagnostics.distinct_rays(diagnostics.neurons(end, 1)) == 32
    assert train > 0.9 and test > 0.85


@claim(
    "09-opposite/relu",
    condition="ReLU, biases that are signed powers of two (no rounding), SGD or momentum, with or without decay",
    inside={"hidden": st.integers(1, 2), "rule": st.sampled_from(sorted(LINEAR)), "seed": seeds},
    outside={
        "Adam": {"hidden": 1, "rule": "adam", "seed": 0},
        "tanh": {"hidden": 1, "rule": "sgd", "seed": 0, "activation": "tanh"},
        "normal biases, whose rounding parts them": {
            "hidden": 1, "rule": "sgd", "seed": 0, "powers": False, "steps": 900,
        },
    },
)  # fmt: skip
def relu_neurons_stay_multiples_of_one(hidden, rule, seed, activation="relu", powers=True, steps=300):
    end, _, test = opposite(activation, hidden, RELABELLING[rule], seed, steps, powers)
    for l in range(1, hidden + 1):
        awake = end[f"b{l}"] > 0
        assert diagnostics.distinct_rays(diagnostics.neurons(end, l)[awake]) == 1
    assert test < 0.6


@claim(
    "09-opposite/later",
    condition="zero weights, any hidden biases, activation, loss: the matrix l has no gradient before step L - l",
    inside={
        "activation": st.sampled_from(sorted(activations.ACTIVATIONS)),
        "hidden": st.integers(1, 4),
        "rule": st.sampled_from(sorted(RELABELLING)),
        "seed": seeds,
    },
    outside={"random weights": {"activation": "tanh", "hidden": 3, "rule": "sgd", "seed": 0, "sigma_w": 1.0}},
)
def each_layer_wakes_a_step_later(activation, hidden, rule, seed, sigma_w=0.0):
    rng = np.random.default_rng(seed)
    start = mlp.initialize([3, *[5] * hidden, 3], "normal", sigma_w=sigma_w, sigma_b=1.0, rng=rng)
    x, y = rng.normal(size=(7, 3)), rng.integers(3, size=7)
    for step in range(hidden):
        params = after(start, x, y, rule, step, activation=activation)
        _, grads = mlp.loss_and_gradients(params, x, y, activation)
        for l in range(1, hidden + 1 - step):
            assert not grads[f"W{l}"].any()


@claim(
    "09-scale",
    condition="1/sqrt(n) for tanh, sqrt(2/n) for ReLU, up to eight hidden layers of 32, 600 steps of SGD or Adam",
    inside={
        "activation": st.sampled_from(["tanh", "relu"]),
        "hidden": st.integers(1, 8),
        "rule": st.sampled_from(["sgd", "adam"]),
        "seed": seeds,
    },
    outside={
        "a fifth of it": {"activation": "tanh", "hidden": 8, "rule": "sgd", "seed": 0, "times": 0.2},
        "four times it": {"activation": "tanh", "hidden": 8, "rule": "sgd", "seed": 0, "times": 4.0},
        "twice it, ReLU": {"activation": "relu", "hidden": 8, "rule": "sgd", "seed": 0, "times": 2.0},
    },
)
def at_their_own_scale_they_learn_and_generalize(activation, hidden, rule, seed, times=1.0):
    sizes, sigma_w = [64, *[32] * hidden, 10], times * OWN_SCALE[activation]
    start = mlp.initialize(sizes, "normal", sigma_w=sigma_w, rng=np.random.default_rng(seed))
    with np.errstate(over="ignore", invalid="ignore"):
        _, train, test = digits_after(start, RULES[rule], 600, activation, seed)
    assert train > 0.95 and test > 0.88
