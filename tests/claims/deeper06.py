"""The deeper notebook of lesson 6: widths that differ, truncated and orthogonal matrices, GELU."""

import itertools

import numpy as np
from claim import claim
from drawn import seeds
from hypothesis import strategies as st

from course_utils import activations, initializers, mlp, theory


@claim(
    "06m-widths",
    condition="a linear network, LeCun's rule, any widths: the mean over many draws",
    inside={"widths": st.lists(st.integers(4, 12), min_size=2, max_size=5), "seed": seeds},
    outside={
        "Glorot's rule": {"widths": [4, 12, 4, 12, 4], "seed": 0, "rule": "glorot_normal"},
        "He's rule": {"widths": [8, 8, 8], "seed": 0, "rule": "he_normal"},
    },
)
def the_error_is_off_by_one_ratio_of_widths(widths, seed, rule="lecun_normal"):
    error = carried(widths, seed, rule)
    expected = widths[-1] / widths[0]
    assert abs(error.mean() / expected - 1) < 6 * error.std() / expected / np.sqrt(len(error))


@claim(
    "06m-widths/glorot",
    condition="a linear network, Glorot's rule, widths in turn a and b, each pair of layers times 4 a b / (a + b)^2",
    inside={"a": st.integers(4, 12), "b": st.integers(4, 12), "seed": seeds},
    outside={"LeCun's rule": {"a": 4, "b": 12, "seed": 0, "rule": "lecun_normal"}},
)
def the_compromise_loses_a_factor_at_every_pair(a, b, seed, rule="glorot_normal"):
    error = carried([a, b, a, b, a], seed, rule)
    expected = (4 * a * b / (a + b) ** 2) ** 2
    assert abs(error.mean() / expected - 1) < 6 * error.std() / expected / np.sqrt(len(error))


def carried(widths, seed, rule):
    """Mean square of the error in the first of these layers, from 1 in the last: a number for each of many draws."""
    rng = np.random.default_rng(seed)
    back = rng.normal(size=(4000, 1, widths[-1]))
    for n_in, n_out in reversed(list(itertools.pairwise(widths))):
        W = getattr(initializers, rule)((4000, n_out, n_in), rng=rng)
        back = back @ W
    return np.mean(back**2, axis=(1, 2))


@claim(
    "06m-truncated",
    condition="a standard normal, truncated at 2 standard deviations",
    inside={"seed": seeds},
    outside={"at 1": {"seed": 0, "at": 1.0}, "at 3": {"seed": 0, "at": 3.0}},
)
def truncation_takes_a_quarter(seed, at=2.0):
    z = np.random.default_rng(seed).normal(size=400_000)
    assert abs(z[abs(z) <= at].var() - 0.774) < 0.01
    assert abs(0.8796**2 - 0.774) < 1e-3


@claim(
    "06m-gelu",
    condition="GELU, biases at sigma_b = 0.57, sigma_w = 1.4: from any size of the image",
    inside={"q0": st.floats(0.05, 20)},
    outside={
        "no biases": {"q0": 1.0, "sigma_b": 0.0, "sigma_w": 2**0.5},
        "no biases, larger weights": {"q0": 1.0, "sigma_b": 0.0, "sigma_w": 1.6},
    },
)
def gelu_settles_with_biases_only(q0, sigma_w=1.4, sigma_b=0.57):
    q = theory.variance_path(400, q0, sigma_w, sigma_b, "gelu")
    assert 1 < q[-1] < 20 and abs(q[-1] / q[-2] - 1) < 1e-3
    assert abs(theory.chi_path(400, q0, sigma_w, sigma_b, "gelu")[-1] - 1) < 0.02


@claim(
    "06-orthogonal",
    condition="square orthogonal matrices, a linear network, any depth",
    inside={"layers": st.integers(1, 40), "seed": seeds},
    outside={
        "normal weights": {"layers": 20, "seed": 0, "kind": "normal"},
        "ReLU": {"layers": 20, "seed": 0, "activation": "relu"},
        "tanh far from critical": {"layers": 20, "seed": 0, "activation": "tanh", "sigma_w": 2.0},
    },
)
def orthogonal_matrices_keep_every_direction(layers, seed, kind="orthogonal", activation="identity", sigma_w=1.0):
    stretches = singular_values(layers, seed, kind, activation, sigma_w)
    assert stretches.max() < 1 + 1e-9 and stretches.min() > 1 - 1e-9


@claim(
    "06-orthogonal/tanh",
    condition="thirty layers of tanh at sigma_w = 1, zero biases, small inputs of mean square up to 0.3",
    inside={"size": st.floats(0.05, 0.3), "seed": seeds},
    outside={
        "normal weights": {"size": 0.3, "seed": 0, "kind": "normal"},
        "sigma_w = 1.5": {"size": 0.3, "seed": 0, "sigma_w": 1.5},
        "ReLU": {"size": 0.3, "seed": 0, "activation": "relu", "sigma_w": 2**0.5},
    },
)
def near_criticality_nearly_so(size, seed, kind="orthogonal", activation="tanh", sigma_w=1.0):
    stretches = singular_values(30, seed, kind, activation, sigma_w, size)
    assert np.mean(stretches > stretches.max() / 10) > 0.6


def singular_values(layers, seed, kind, activation, sigma_w, size=1.0):
    rng, phi = np.random.default_rng(seed), activations.get(activation)
    scale = {"gain": sigma_w} if kind == "orthogonal" else {"sigma_w": sigma_w}
    params = mlp.initialize([40] * (layers + 1), kind, rng=rng, **scale)
    z = mlp.forward(params, np.sqrt(size) * rng.normal(size=(1, 40)), phi).z
    J = params["W1"]
    for l in range(2, layers + 1):
        J = params[f"W{l}"] @ (phi.derivative(z[l - 1]).T * J)
    return np.linalg.svd(J, compute_uv=False)
