"""Residual networks with a norm in three places: gradients, and how the stream grows."""

import math

import numpy as np
import properties
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import leading_axes, seeds
from test_mutations import planted
from test_oracles import torch  # noqa: F401  a fixture: the package, or a reason to skip

from course_utils import gradcheck, losses, residual

SIZES = {"blocks": 3, "width": 5, "n_in": 4, "classes": 3}


def case(seed=0, n=6, networks=()):
    rng = np.random.default_rng(seed)
    params = residual.initialize(**SIZES, networks=networks, rng=rng)
    return params, rng.normal(size=(n, 4)), rng.integers(3, size=n)


def gradients_are_the_derivatives(module, wiring, activation="tanh", seed=0):
    params, x, y = case(seed)
    exact = gradcheck.complex_step(
        lambda p: losses.cross_entropy(module.forward(p, x, wiring, activation).logits, y), params
    )
    properties.close(module.loss_and_gradients(params, x, y, wiring, activation)[1], exact, tolerance=1e-11)


@settings(max_examples=12)
@given(wiring=st.sampled_from(residual.WIRINGS), activation=st.sampled_from(["relu", "tanh", "gelu"]), seed=seeds)
def test_gradients_are_the_derivatives(wiring, activation, seed):
    gradients_are_the_derivatives(residual, wiring, activation, seed)


MISTAKES = {
    "no way round": ("delta = delta + (transformer", "delta = (transformer"),
    "phi' left out": (" * phi.derivative(z)", ""),
    "norm not undone before a branch": ("transformer.norm_back(branch, read, size)", "branch"),
    "norm not undone after a block": ("delta = transformer.norm_back(delta, trace.stream[k + 1], size)", "pass"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_seen(mistake):
    module = planted("residual", *MISTAKES[mistake])
    with pytest.raises(AssertionError):
        for wiring in residual.WIRINGS:
            gradients_are_the_derivatives(module, wiring)


@settings(max_examples=10)
@given(seed=seeds, networks=leading_axes, wiring=st.sampled_from(residual.WIRINGS))
def test_a_stack_of_networks_is_each_of_them(seed, networks, wiring):
    params, x, y = case(seed, networks=networks)
    value, grads = residual.loss_and_gradients(params, x, y, wiring)
    for i in np.ndindex(networks):
        at = {name: (slice(None), *i) if name in ("V1", "V2") else i for name in params}
        alone, own = residual.loss_and_gradients({name: params[name][at[name]] for name in params}, x, y, wiring)
        properties.close(value[i], alone)
        properties.close({name: g[at[name]] for name, g in grads.items()}, own)


@settings(max_examples=5)
@given(seed=seeds, blocks=st.integers(8, 32))
def test_the_stream_grows_as_the_formulas_say(seed, blocks):
    """Within a third in the logarithm, or in what is added, at width 128."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(50, 64))
    for last in (1.0, 1 / math.sqrt(blocks)):
        params = residual.initialize(blocks, last=last, rng=rng)
        q = {w: [float(np.mean(h**2)) for h in residual.forward(params, x, w).stream] for w in residual.WIRINGS}
        assert math.log(q["no norm"][-1] / q["no norm"][0]) == pytest.approx(blocks * math.log1p(last**2), rel=0.33)
        assert q["pre-LN"][-1] - q["pre-LN"][0] == pytest.approx(blocks * last**2, rel=0.33)
        assert q["post-LN"][-1] == pytest.approx(1, abs=1e-3)


def test_wirings_have_names():
    params, x, _ = case()
    with properties.says(ValueError, "wiring 'preLN' is not known: did you mean 'pre-LN'"):
        residual.forward(params, x, "preLN")


@pytest.mark.parametrize("wiring", residual.WIRINGS)
def test_gradients_agree_with_torch(torch, wiring):  # noqa: F811
    params, x, y = case(seed=1)
    theta, F = {name: torch.tensor(p, requires_grad=True) for name, p in params.items()}, torch.nn.functional
    h = torch.tensor(x) @ theta["U"].T
    for V1, V2 in zip(theta["V1"], theta["V2"]):
        read = F.layer_norm(h, h.shape[-1:]) if wiring == "pre-LN" else h
        h = h + F.relu(read @ V1.T) @ V2.T
        h = F.layer_norm(h, h.shape[-1:]) if wiring == "post-LN" else h
    value = F.cross_entropy(h @ theta["W"].T, torch.tensor(y))
    value.backward()
    ours, grads = residual.loss_and_gradients(params, x, y, wiring)
    properties.close(ours, value.item())
    properties.close(grads, {name: t.grad.numpy() for name, t in theta.items()}, tolerance=1e-10)
