"""What lesson 3 leaves to the curious: what a layer can hear, equal sums, ranks, and one zero matrix."""

import numpy as np
import properties
from claim import claim
from drawn import LINEAR, any_activation, seeds, small_data
from hypothesis import strategies as st
from lesson03 import SILENT, chain, equal_sums_are_enough_for_a_trap

from course_utils import activations, diagnostics, losses, mlp


@claim(
    "03d-hear",
    condition="one hidden layer, equal rows and biases; M 1 = 0 under softmax cross-entropy; any activation",
    inside={"width": st.integers(2, 6), "activation": any_activation, "seed": seeds},
    outside={
        "rows that differ": {"width": 4, "activation": "tanh", "seed": 0, "equal": False},
        "squared error": {"width": 4, "activation": "tanh", "seed": 0, "loss": "squared_error"},
    },
)
def the_gradient_of_row_i_is_M_v_i(width, activation, seed, equal=True, loss="cross_entropy"):
    params = properties.random_params((3, width, 3), np.random.default_rng(seed))
    if equal:
        params["W1"][:], params["b1"][:] = params["W1"][0], params["b1"][0]
    x, y = small_data(seed, loss=loss)
    trace, phi = mlp.forward(params, x, activation), activations.get(activation)
    delta = losses.get(loss).gradient(trace.output, y)
    M = x.T @ (phi.derivative(trace.z[1][:, :1]) * delta)
    grads = mlp.backward(params, trace, delta, activation)
    assert np.abs(grads["W1"] - (M @ params["W2"]).T).max() < 1e-12 and np.abs(M.sum(axis=1)).max() < 1e-12


@claim(
    "03d-sums",
    condition="equal biases, equal totals from below and to above; SGD (with decay), momentum, Adam",
    inside={
        "width": st.integers(2, 6),
        "activation": any_activation,
        "optimizer": st.sampled_from([*LINEAR, "adam"]),
        "seed": seeds,
    },
    outside={
        "equal totals from below only": {
            "width": 5, "activation": "tanh", "optimizer": "sgd", "seed": 0, "sums": "rows",
        },
        "Adam with L2 decay": {"width": 5, "activation": "tanh", "optimizer": "adam, decay", "seed": 0},
    },
)  # fmt: skip
def balanced_classes_stay_balanced(width, activation, optimizer, seed, sums="both"):
    equal_sums_are_enough_for_a_trap(width, activation, optimizer, sums, seed)


@claim(
    "03d-rank",
    condition="any matrix with n different rows; effective ranks: not zero, and changed by far less than its size",
    inside={"n": st.integers(1, 4), "copies": st.integers(1, 4), "columns": st.integers(1, 6), "seed": seeds},
    outside={"the rank itself jumps": {"n": 1, "copies": 4, "columns": 5, "seed": 0, "measure": np.linalg.matrix_rank}},
)
def rank_is_at_most_the_number_of_different_rows(n, copies, columns, seed, measure=None):
    rng = np.random.default_rng(seed)
    W = np.repeat(rng.normal(size=(n, columns)), copies, axis=0)
    assert np.linalg.matrix_rank(W, tol=1e-10) <= n
    for effective in [measure] if measure else [diagnostics.participation_ratio, diagnostics.stable_rank]:
        before, after = effective(W), effective(W + 1e-9 * rng.normal(size=W.shape))
        assert before <= np.linalg.matrix_rank(W, tol=1e-10) + 1e-9 and abs(after - before) < 1e-6


@claim(
    "03d-one-zero",
    condition="phi(0) = 0, one zero matrix W^k, zero biases from layer k up to the last hidden one; any depth and data",
    inside={"L": st.integers(2, 5), "activation": st.sampled_from(SILENT), "seed": seeds},
    outside={
        "biases above it": {"L": 4, "activation": "tanh", "seed": 0, "bias": 0.5},
        "phi(0) is not 0": {"L": 4, "activation": "sigmoid", "seed": 0},
    },
)
def its_first_gradient_is_a_product(L, activation, seed, bias=0.0):
    k = 1 + int(np.random.default_rng([seed, 6]).integers(L))
    k = min(k, L - 1) if bias or activation == "sigmoid" else k
    params, (x, y) = chain(L, seed, (k,), bias), small_data(seed)
    trace, phi = mlp.forward(params, x, activation), activations.get(activation)
    delta = losses.cross_entropy.gradient(trace.output, y)
    grads = mlp.backward(params, trace, delta, activation)
    for l in range(L, k, -1):
        delta = delta @ params[f"W{l}"]
    predicted = phi.slope_at_zero ** (L - k) * delta.T @ trace.h[k - 1]
    assert np.abs(grads[f"W{k}"] - predicted).max() < 1e-12
