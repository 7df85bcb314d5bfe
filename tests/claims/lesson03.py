"""Lesson 3: rows, columns, layers, and how many zeros."""

import numpy as np
import properties
from claim import claim
from drawn import LINEAR, RELABELLING, after, batch_sizes, digits_after, in_fixed_order, seeds, small_data, xor
from hypothesis import strategies as st

from course_utils import activations, diagnostics, mlp, optimizers

KINDS = ("zero", "constant", "random")
CURVED = ("tanh", "sigmoid", "gelu", "softplus")
FORGIVING = sorted(n for n, p in activations.ACTIVATIONS.items() if p.at_zero == 0 and p.slope_at_zero != 0)
SILENT = sorted(name for name, phi in activations.ACTIVATIONS.items() if phi.at_zero == 0)


def rays(params):
    """On how many rays the rows and biases of the first layer lie."""
    return diagnostics.distinct_rays(np.hstack([params["W1"], params["b1"][:, None]]), 1e-7)


@claim(
    "03-neuron",
    condition="one hidden layer, tanh, sigmoid, GELU or softplus; the digits; 60 steps of SGD or Adam",
    inside={
        "kinds": st.tuples(*[st.sampled_from(KINDS)] * 3).filter(lambda kinds: "random" in kinds),
        "activation": st.sampled_from(CURVED),
        "rule": st.sampled_from([optimizers.sgd(0.1), optimizers.adam(0.003)]),
        "seed": seeds,
    },
    outside={
        "nothing random": {
            "kinds": ("constant",) * 3, "activation": "tanh", "rule": optimizers.sgd(0.1), "seed": 0,
        },
        "ReLU over zero weights": {
            "kinds": ("zero", "random", "zero"), "activation": "relu", "rule": optimizers.sgd(0.1), "seed": 0,
        },
        "ReLU with every unit off": {
            "kinds": ("zero", "zero", "random"), "activation": "relu", "rule": optimizers.sgd(0.1), "seed": 0,
        },
    },
)  # fmt: skip
def one_random_place_frees_all_neurons(kinds, activation, rule, seed):
    rng = np.random.default_rng(seed)
    shapes, scales = {"W1": (16, 64), "b1": (16,), "W2": (10, 16)}, {"W1": 1 / 8, "b1": 1 / 2, "W2": 1 / 4}
    values = {"zero": lambda *_: 0.0, "constant": lambda *_: 0.1, "random": lambda s, d: d * rng.normal(size=s)}
    start = {n: np.zeros(shapes[n]) + values[k](shapes[n], scales[n]) for n, k in zip(shapes, kinds)}
    end, _, _ = digits_after(start | {"b2": np.zeros(10)}, rule, 60, activation, seed)
    assert rays(end) == 16


@claim(
    "03-rows",
    condition="one hidden layer, softmax cross-entropy, outgoing columns u + a_i 1; any rule linear in the gradient",
    inside={
        "width": st.integers(2, 6),
        "activation": st.sampled_from(sorted(activations.ACTIVATIONS)),
        "optimizer": st.sampled_from(sorted(LINEAR)),
        "batch": batch_sizes,
        "seed": seeds,
    },
    outside={
        "columns that differ between the classes": {
            "width": 4, "activation": "tanh", "optimizer": "sgd", "batch": None, "seed": 0, "alike": False,
        },
        "squared error, whose residuals do not sum to zero": {
            "width": 4, "activation": "tanh", "optimizer": "sgd", "batch": None, "seed": 0, "loss": "squared_error",
        },
    },
)  # fmt: skip
def equal_rows_stay_equal_under_what_softmax_cannot_see(
    width, activation, optimizer, batch, seed, alike=True, loss="cross_entropy"
):
    rng = np.random.default_rng(seed)
    one = properties.random_params((3, 1, 3), rng)
    W2 = one["W2"] + rng.normal(size=(1 if alike else 3, width))
    start = {"W1": np.repeat(one["W1"], width, 0), "b1": np.repeat(one["b1"], width), "W2": W2, "b2": one["b2"]}
    x, y = small_data(seed, loss=loss)
    settings = {"activation": activation, "loss": loss, "batch_size": batch, "rng": np.random.default_rng(seed)}
    end = after(in_fixed_order(start), x, y, optimizer, 12, **settings)
    assert diagnostics.spread(end["W1"]) < 1e-12


@claim(
    "03-sums",
    condition="equal rows below, equal columns above, zero biases; the middle matrix with equal row and column sums; "
    "SGD, momentum, Adam, SGD with decay; any activation",
    inside={
        "width": st.integers(2, 6),
        "activation": st.sampled_from(sorted(activations.ACTIVATIONS)),
        "optimizer": st.sampled_from([*LINEAR, "adam"]),
        "sums": st.sampled_from(["identity", "both"]),
        "seed": seeds,
    },
    outside={
        "equal row sums only": {"width": 5, "activation": "tanh", "optimizer": "sgd", "sums": "rows", "seed": 0},
        "equal column sums only": {"width": 5, "activation": "tanh", "optimizer": "sgd", "sums": "columns", "seed": 0},
        "Adam with L2 decay": {"width": 5, "activation": "tanh", "optimizer": "adam, decay", "sums": "both", "seed": 0},
    },
)
def equal_sums_are_enough_for_a_trap(width, activation, optimizer, sums, seed):
    rng = np.random.default_rng(seed)
    A = np.eye(width) if sums == "identity" else rng.normal(size=(width, width))
    for axis, name in ((1, "rows"), (0, "columns")):
        if sums in ("both", name):
            A = A - A.mean(axis=axis, keepdims=True) + 1 / width
    row, column = rng.normal(size=(1, 3)), rng.normal(size=(3, 1))
    start = {
        "W1": np.repeat(row, width, 0), "b1": np.zeros(width), "W2": A, "b2": np.zeros(width),
        "W3": np.repeat(column, width, 1), "b3": np.zeros(3),
    }  # fmt: skip
    x, y = small_data(seed)
    end = after(in_fixed_order(start), x, y, optimizer, 8, activation=activation)
    assert diagnostics.spread(end["W1"]) < 1e-12


@claim(
    "03-columns",
    condition="ReLU below and in the layer, row of equal entries c < 0, bias at most 0, rules without decay; "
    "any data and batches",
    inside={
        "width": st.integers(2, 6),
        "optimizer": st.sampled_from(["sgd", "momentum", "adam"]),
        "bias": st.sampled_from([0.0, -0.5]),
        "batch": batch_sizes,
        "seed": seeds,
    },
    outside={
        "tanh": {"width": 4, "optimizer": "sgd", "bias": 0.0, "batch": None, "seed": 0, "activation": "tanh"},
        "a positive bias": {"width": 4, "optimizer": "sgd", "bias": 2.0, "batch": None, "seed": 0},
        "momentum with strong decay": {
            "width": 4, "optimizer": optimizers.momentum(0.1, weight_decay=0.03), "bias": -0.5, "batch": None,
            "seed": 0, "steps": 400,
        },
    },
)  # fmt: skip
def equal_columns_kill_half_of_a_relu_layer(width, optimizer, bias, batch, seed, activation="relu", steps=15):
    rng = np.random.default_rng(seed)
    start = properties.random_params((3, width, width, 3), rng)
    c = np.append(-abs(rng.normal(size=width - 1)) - 0.01, 1.0)
    start |= {"W2": np.repeat(c[:, None], width, 1), "b2": np.full(width, bias)}
    x, y = small_data(seed)
    settings = {"activation": activation, "batch_size": batch, "rng": np.random.default_rng(seed)}
    end = after(start, x, y, optimizer, steps, **settings)
    for name in ("W2", "b2"):
        assert (end[name][:-1] == start[name][:-1]).all()
    anything = np.random.default_rng([seed, 3]).normal(size=(50, 3))
    assert (mlp.forward(end, anything, activation).h[2][:, :-1] == 0).all()


@claim(
    "03-columns/tanh",
    condition="tanh, equal columns in one of three matrices, all else LeCun's; SGD 0.1, batches of 64, 600 steps",
    inside={"places": st.sampled_from([(1,), (2,), (3,)]), "seed": seeds},
    outside={"equal columns in all matrices": {"places": (1, 2, 3), "seed": 0}},
)
def equal_columns_in_one_matrix_do_tanh_no_harm(places, seed):
    start = mlp.initialize([64, 32, 32, 10], rng=np.random.default_rng(seed))
    for l in places:
        start[f"W{l}"] = np.repeat(start[f"W{l}"][:, :1], start[f"W{l}"].shape[1], 1)
    _, train, test = digits_after(start, optimizers.sgd(0.1), 600, "tanh", seed)
    assert train > 0.97 and test > 0.93


def chain(L, seed, zeros, bias):
    """L random matrices with biases, zeros at some, and no bias from the first zero to the last."""
    rng = np.random.default_rng(seed)
    params = properties.random_params((3, *[4] * (L - 1), 3), rng)
    for l in zeros:
        params[f"W{l}"][:] = 0
    for l in range(min(zeros), max(zeros) if len(zeros) > 1 else L):
        params[f"b{l}"][:] = bias
    return params


@claim(
    "03-zeros/two",
    condition="phi(0) = 0, two zero matrices, zero biases between them; any rule, loss, batch",
    inside={
        "L": st.integers(2, 5),
        "seed": seeds,
        "activation": st.sampled_from(SILENT),
        "optimizer": st.sampled_from(sorted(RELABELLING)),
        "batch": batch_sizes,
    },
    outside={
        "a bias between them": {
            "L": 3, "seed": 0, "activation": "tanh", "optimizer": "sgd", "batch": None, "bias": 0.1,
        },
        "phi(0) is not 0": {"L": 3, "seed": 0, "activation": "sigmoid", "optimizer": "sgd", "batch": None},
    },
)  # fmt: skip
def two_zero_matrices_never_move(L, seed, activation, optimizer, batch, bias=0.0):
    i, j = sorted(np.random.default_rng([seed, 4]).choice(np.arange(1, L + 1), 2, replace=False).tolist())
    start, (x, y) = chain(L, seed, (i, j), bias), small_data(seed)
    settings = {"activation": activation, "batch_size": batch, "rng": np.random.default_rng(seed)}
    end = after(start, x, y, optimizer, 15, **settings)
    assert not end[f"W{i}"].any() and not end[f"W{j}"].any()
    assert np.ptp(mlp.forward(end, x, activation).output, axis=0).max() == 0


@claim(
    "03-zeros/one",
    condition="phi(0) = 0 and phi'(0) not 0, one zero matrix anywhere, zero biases above it, the others random; data "
    "on which the sum of error times activity below is not 0",
    inside={
        "L": st.integers(2, 5),
        "seed": seeds,
        "activation": st.sampled_from(FORGIVING),
        "optimizer": st.sampled_from(["sgd", "momentum", "adam"]),
        "last": st.booleans(),
    },
    outside={
        "ReLU, not the last": {"L": 3, "seed": 0, "activation": "relu", "optimizer": "sgd", "last": False},
        "XOR, the first": {
            "L": 2, "seed": 0, "activation": "tanh", "optimizer": "sgd", "last": False, "data": xor(3),
        },
    },
)  # fmt: skip
def one_zero_matrix_wakes(L, seed, activation, optimizer, last, data=None):
    k = L if last else int(np.random.default_rng([seed, 5]).integers(1, L))
    start, (x, y) = chain(L, seed, (k,), 0.0), data or small_data(seed)
    end = after(start, x, y, optimizer, 2, activation=activation)
    assert all((end[f"W{l}"] != start[f"W{l}"]).any() for l in range(1, L + 1))


@claim(
    "03-zeros/relu",
    condition="ReLU, only the last matrix zero, the others He's: wakes, and learns the digits in 600 steps of SGD",
    inside={"hidden": st.integers(1, 3), "seed": seeds},
    outside={"the first matrix zero": {"hidden": 2, "seed": 0, "zero": 1}},
)
def relu_forgives_a_zero_last_matrix(hidden, seed, zero=None):
    start = mlp.initialize([64, *[32] * hidden, 10], "he_normal", rng=np.random.default_rng(seed))
    start[f"W{zero or hidden + 1}"][:] = 0
    _, train, test = digits_after(start, optimizers.sgd(0.1), 600, "relu", seed)
    assert train > 0.95 and test > 0.9
