"""Plain, normalised and residual chains: gradients, stacks of networks, what does not count; and the path rule."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import seeds
from test_mutations import planted

from course_utils import datasets, gradcheck, losses, mlp, wirings

ANY = {"wiring": st.sampled_from(wirings.WIRINGS), "activation": st.sampled_from(["tanh", "relu", "gelu"])}


def case(seed=0, inner=1.0):
    rng = np.random.default_rng(seed)
    W = wirings.initialize([4, 5, 5, 5, 3], inner=inner, rng=rng)
    return W, rng.normal(size=(7, 4)), rng.integers(3, size=7)


def gradients_are_the_derivatives(module, wiring, activation="tanh", seed=0):
    W, x, y = case(seed)

    def loss(p):
        return losses.cross_entropy(module.forward([*p.values()], x, wiring, activation)[0], y)

    exact = gradcheck.complex_step(loss, dict(enumerate(W)))
    found = dict(enumerate(module.gradients(W, x, y, wiring, activation)))
    assert gradcheck.relative_error(found, exact) < 1e-10


@settings(max_examples=12)
@given(**ANY, seed=seeds)
def test_gradients_are_the_derivatives(wiring, activation, seed):
    gradients_are_the_derivatives(wirings, wiring, activation, seed)


MISTAKES = {
    "no way round": ("error = error + (error", "error = (error"),
    "the mean of d left out": ("d - d.mean(axis=-2, keepdims=True) - z", "d - z"),
    "the size left out": ("keepdims=True)) / size", "keepdims=True))"),
    "phi' left out": ("d = error * phi.derivative(z)", "d = error"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_seen(mistake):
    module = planted("wirings", *MISTAKES[mistake])
    with pytest.raises(AssertionError):
        for wiring in wirings.WIRINGS:
            gradients_are_the_derivatives(module, wiring)


@settings(max_examples=10)
@given(**ANY, seed=seeds)
def test_a_stack_of_networks_is_each_of_them(wiring, activation, seed):
    scales = np.array([0.5, 1.0, 2.0])
    W, x, y = case(seed, inner=scales)
    together = wirings.train(W, x, y, 0.1, wiring, activation, steps=3, batch_size=4, rng=np.random.default_rng(seed))
    for i, scale in enumerate(scales):
        alone, _, _ = case(seed, inner=scale)
        alone = wirings.train(alone, x, y, 0.1, wiring, activation, steps=3, batch_size=4,
                              rng=np.random.default_rng(seed))  # fmt: skip
        for w, of_stack in zip(alone, together):
            np.testing.assert_allclose(of_stack[i], w, rtol=1e-9, atol=1e-12)


def test_plain_is_the_network_of_lesson_1():
    W, x, y = case()
    params = {f"W{l}": w for l, w in enumerate(W, start=1)} | {f"b{l}": np.zeros(len(w)) for l, w in enumerate(W, 1)}
    _, expected = mlp.loss_and_gradients(params, x, y)
    for l, grad in enumerate(wirings.gradients(W, x, y), start=1):
        np.testing.assert_allclose(grad, expected[f"W{l}"], rtol=1e-12, atol=1e-15)


def test_test_images_do_not_count_towards_the_norm():
    data, (W, _, _) = datasets.digits(), ([*wirings.initialize([64, 8, 10], rng=np.random.default_rng(0))], 0, 0)
    alone, _ = wirings.forward(W, data.x_train, "normalised")
    both, _ = wirings.forward(W, np.concatenate([data.x_train, data.x_test]), "normalised", counted=len(data.x_train))
    np.testing.assert_allclose(both[: len(alone)], alone, rtol=1e-12)
    train, test = wirings.accuracies(W, data, "normalised")
    assert 0 < train < 0.5 and 0 < test < 0.5


@pytest.mark.parametrize(
    ("paths", "zero", "first"),
    [
        ("W1 W2 W3", "W3", {"W1": 1, "W2": 1, "W3": 0}),
        ("W1 W2 W3", "W1 W3", {"W1": "never", "W2": "never", "W3": "never"}),
        ("A B", "B", {"A": 1, "B": 0}),
        ("U W, U V1 V2 W", "V2 W", {"U": 1, "V1": 2, "V2": 1, "W": 0}),
        ("C Z2, Z1 C Z2", "Z1 Z2", {"C": 1, "Z1": 1, "Z2": 0}),
        ("", "", {}),
    ],
)
def test_the_path_rule(paths, zero, first):
    assert wirings.path_rule([path.split() for path in paths.split(", ")], zero.split()) == first
