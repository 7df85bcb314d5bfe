"""Lesson 6: one factor a layer, forward and back, measured in wide networks and followed through the theory."""

import numpy as np
from claim import claim
from drawn import seeds
from hypothesis import strategies as st

from course_utils import activations, datasets, diagnostics, losses, mlp, theory

ALL = sorted(activations.ACTIVATIONS)
HOMOGENEOUS = sorted(name for name, phi in activations.ACTIVATIONS.items() if phi.homogeneous)
WIDE = {"activation": st.sampled_from(ALL), "sigma_w": st.floats(0.5, 3), "sigma_b": st.floats(0, 1), "seed": seeds}


def deep(sigma_w, sigma_b, seed, widths):
    return mlp.initialize(
        [64, *widths, 10], "normal", sigma_w=sigma_w, sigma_b=sigma_b, rng=np.random.default_rng(seed)
    )


@claim(
    "06-factor",
    condition="a homogeneous activation, no biases: the factor is the same in every layer",
    inside={"activation": st.sampled_from(HOMOGENEOUS), "sigma_w": st.floats(0.3, 3), "depth": st.integers(2, 50)},
    outside={"tanh, whose factor depends on q": {"activation": "tanh", "sigma_w": 1.0, "depth": 20}},
)
def depth_multiplies(activation, sigma_w, depth):
    q = theory.variance_path(depth, 1.0, sigma_w, 0.0, activation)
    factor = theory.q_map(1.0, sigma_w, 0.0, activation)
    assert np.allclose(np.log(q), np.log(sigma_w**2) + np.arange(depth) * np.log(factor), atol=1e-9)


def mean_square(h, axis=None):
    return np.mean(h**2, axis=axis)


@claim(
    "06-second-moment",
    condition="layers of 300 or more, independent weights of mean 0, any activation and biases; images on average",
    inside=WIDE,
    outside={
        "weights whose mean is not 0": {"activation": "relu", "sigma_w": 1.0, "sigma_b": 0.0, "seed": 0, "mean": 0.01},
        "the variance of h in its place": {
            "activation": "relu", "sigma_w": 1.0, "sigma_b": 0.0, "seed": 0, "moment": np.var,
        },
    },
)  # fmt: skip
def the_second_moment_goes_through(activation, sigma_w, sigma_b, seed, mean=0.0, moment=mean_square):
    params = deep(sigma_w, sigma_b, seed, [400, 400])
    params["W2"] += mean
    trace = mlp.forward(params, datasets.digits().x_train[:100], activation)
    q = np.mean(trace.z[2] ** 2)
    assert abs(q / (sigma_w**2 * moment(trace.h[1], axis=1).mean() + sigma_b**2) - 1) < 0.3


@claim(
    "06-second-moment/relu",
    condition="sums symmetric about 0, of any distribution",
    inside={"law": st.sampled_from(["normal", "uniform", "laplace"]), "seed": seeds},
    outside={
        "sums that are not symmetric": {"law": "exponential", "seed": 0},
        "the variance in its place": {"law": "normal", "seed": 0, "moment": np.var},
    },
)
def relu_halves_it(law, seed, moment=mean_square):
    z = getattr(np.random.default_rng(seed), law)(*((-1, 1) if law == "uniform" else ()), size=100_000)
    assert abs(moment(np.maximum(z, 0)) / np.mean(z**2) - 0.5) < 0.03


@claim(
    "06-chi",
    condition="hidden layers of one width, 300 or more; any activation, sigma_w, sigma_b; before training",
    inside=WIDE,
    outside={
        "widths that differ": {"activation": "tanh", "sigma_w": 1.0, "sigma_b": 0.0, "seed": 0, "widths": (300, 75)},
    },
)
def errors_and_small_differences_grow_by_chi(activation, sigma_w, sigma_b, seed, widths=(300, 300)):
    data, phi = datasets.digits(), activations.get(activation)
    x, y = data.x_train[:100], data.y_train[:100]
    params = deep(sigma_w, sigma_b, seed, widths)
    trace = mlp.forward(params, x, phi)
    delta = losses.cross_entropy.gradient(trace.output, y) @ params["W3"] * phi.derivative(trace.z[2])
    back = np.mean((delta @ params["W2"] * phi.derivative(trace.z[1])) ** 2) / np.mean(delta**2)
    nudged = mlp.forward(params, x + 1e-6 * np.random.default_rng(seed).normal(size=x.shape), phi)
    there = np.mean((nudged.z[2] - trace.z[2]) ** 2) / np.mean((nudged.z[1] - trace.z[1]) ** 2)
    chi = sigma_w**2 * np.mean(phi.derivative(trace.z[1]) ** 2)
    assert abs(back / chi - 1) < 0.4 and abs(there / chi - 1) < 0.4


@claim(
    "06-edge",
    condition="plain tanh, no biases, sigma_w = 1, wide layers",
    inside={"q0": st.floats(0.2, 5)},
    outside={
        "LeCun's own tanh": {"q0": 1.0, "activation": "lecun_tanh"},
        "random biases": {"q0": 1.0, "sigma_b": 0.3},
        "sigma_w = 0.98": {"q0": 1.0, "sigma_w": 0.98},
        "sigma_w = 1.02": {"q0": 1.0, "sigma_w": 1.02},
    },
)
def lecuns_scale_is_critical(q0, activation="tanh", sigma_w=1.0, sigma_b=0.0):
    assert abs(theory.chi_1(sigma_w, sigma_b, activation) - 1) < 1e-6
    q = theory.variance_path(2000, q0, sigma_w, sigma_b, activation)
    assert abs(2 * 2000 * q[-1] - 1) < 0.02


@claim(
    "06-saturated",
    condition="tanh, no biases, all matrices at sigma_w of 3 or more",
    inside={"sigma_w": st.floats(3, 20)},
    outside={"ReLU": {"sigma_w": 4.0, "activation": "relu"}, "sigma_w = 1": {"sigma_w": 1.0}},
)
def saturated_and_growing(sigma_w, activation="tanh"):
    chi = theory.chi_1(sigma_w, 0.0, activation)
    assert chi > 1 and 0 < chi / (4 / 3 * sigma_w / np.sqrt(2 * np.pi)) - 1 < 0.2
    rng = np.random.default_rng(0)
    z = np.sqrt(theory.q_fixed_point(sigma_w, 0.0, activation)) * rng.normal(size=(100, 100))
    assert diagnostics.saturation(z, activation) > 0.35
