"""The deeper notebook of lesson 5: one neuron over many images, LeCun's sigmoid, how straight a layer is."""

import numpy as np
from claim import claim
from drawn import seeds
from hypothesis import strategies as st

from course_utils import activations, theory


@claim(
    "05l-single",
    condition="inputs that are uncorrelated over the samples and have mean 0 and variance 1; any weights",
    inside={"m": st.integers(2, 30), "size": st.floats(0.01, 10), "seed": seeds},
    outside={
        "correlated inputs": {"m": 30, "size": 1.0, "seed": 0, "shared": 0.5},
        "inputs that are not centred": {"m": 30, "size": 1.0, "seed": 0, "mean": 1.0},
    },
)
def each_single_neuron_has_the_length_of_its_row(m, size, seed, shared=0.0, mean=0.0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(200, m))
    x = np.linalg.qr(x - x.mean(axis=0))[0] * np.sqrt(200)  # uncorrelated to the last digit
    x = mean + np.sqrt(1 - shared) * x + np.sqrt(shared) * rng.normal(size=(200, 1))
    w = size * rng.normal(size=m)
    assert np.isclose(np.sqrt(np.mean((x @ w) ** 2)), np.linalg.norm(w), rtol=1e-9)


@claim(
    "05l-single/layer",
    condition="random weights of mean 0; any inputs at all; the mean over many neurons",
    inside={"m": st.integers(2, 30), "shared": st.floats(0, 0.9), "mean": st.floats(-2, 2), "seed": seeds},
    outside={"weights whose mean is not 0": {"m": 30, "shared": 0.5, "mean": 1.0, "seed": 0, "centre": 1.0}},
)
def the_layer_asks_nothing_of_its_inputs(m, shared, mean, seed, centre=0.0):
    rng = np.random.default_rng(seed)
    x = mean + np.sqrt(1 - shared) * rng.normal(size=(50, m)) + np.sqrt(shared) * rng.normal(size=(50, 1))
    squares = np.mean((x @ (centre + rng.normal(size=(m, 20_000))) / np.sqrt(m)) ** 2, axis=0)  # a neuron each
    assert abs(squares.mean() - np.mean(x**2)) < 6 * squares.std() / np.sqrt(len(squares))


@claim(
    "05-lecun",
    condition="a standard normal sum, LeCun's f",
    inside={"scale": st.just(1.0)},
    outside={"plain tanh": {"scale": 1.0, "name": "tanh"}, "a sum of variance 2": {"scale": 2**0.5}},
)
def lecuns_sigmoid_is_loose(scale, name="lecun_tanh"):
    phi = activations.get(name)
    z = scale * np.linspace(0, 3, 300_001)
    assert abs(theory.gaussian_mean(lambda z: phi(z) ** 2, scale**2) - 0.750) < 5e-4
    assert abs(z[np.abs(np.gradient(phi.derivative(z), z)).argmax()] - 0.988) < 5e-4


@claim(
    "05l-straight",
    condition="ReLU, normal sums of mean 0, any variance",
    inside={"q": st.floats(1e-4, 1e4), "seed": seeds},
    outside={
        "tanh": {"q": 1.0, "seed": 0, "activation": "tanh"},
        "sums whose mean is not 0": {"q": 1.0, "seed": 0, "mean": 1.0},
    },
)
def relu_is_equally_straight_at_every_scale(q, seed, activation="relu", mean=0.0):
    z = np.sqrt(q) * (mean + np.random.default_rng(seed).normal(size=200_000))
    assert abs(np.corrcoef(z, activations.get(activation)(z))[0, 1] ** 2 - 1 / (2 - 2 / np.pi)) < 0.01
