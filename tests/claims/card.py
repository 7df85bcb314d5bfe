"""The card: each activation's own scale, a factor for depth, and what to look at first."""

import numpy as np
from claim import claim
from drawn import digits_after, scaled, seeds
from hypothesis import strategies as st

from course_utils import activations, datasets, diagnostics, mlp, optimizers, residual, theory, training
from course_utils.activations import Activation

SATURATING = sorted(n for n, phi in activations.ACTIVATIONS.items() if phi.odd and phi.bounded)


@claim(
    "card-tanh",
    condition="odd, bounded, steepest at 0; sigma_w is 1 over the slope there; plain layers, no biases",
    inside={"activation": st.sampled_from(SATURATING), "depth": st.integers(10, 60)},
    outside={
        "GELU": {"activation": "gelu", "depth": 40},
        "the sigmoid, which is not odd": {"activation": "sigmoid", "depth": 40},
        "twice as large": {"activation": "tanh", "depth": 40, "times": 2.0},
        "nine tenths of it": {"activation": "tanh", "depth": 60, "times": 0.9},
    },
)
def one_over_the_slope_is_critical(activation, depth, times=1.0):
    phi = activations.get(activation)
    chi = theory.chi_path(depth, 1.0, times / phi.slope_at_zero, 0.0, phi)
    assert 0.99 > chi[0] > 0.2, "the first layers have still to come down to small sums"
    assert 0.9 < chi[-1] <= 1.001, "then nothing grows, and errors are kept"


@claim(
    "card-relu",
    condition="ReLU or leaky ReLU of any slope, no biases",
    inside={"slope": st.floats(-1, 1), "q": st.floats(1e-6, 1e6)},
    outside={"LeCun's scale": {"slope": 0.0, "q": 1.0, "numerator": 1.0}},
)
def hes_scale_keeps_signal_and_error(slope, q, numerator=2.0):
    phi = Activation("leaky", lambda z: np.where(z > 0, z, slope * z), prime=lambda z: np.where(z > 0, 1.0, slope))
    sigma_w = np.sqrt(numerator / (1 + slope**2))
    assert abs(theory.gaussian_mean(lambda z: phi(z) ** 2, q) * sigma_w**2 / q - 1) < 1e-9
    assert abs(theory.gaussian_mean(lambda z: phi.derivative(z) ** 2, q) * sigma_w**2 - 1) < 1e-9


@claim(
    "card-gelu",
    condition="up to ten layers without biases; any depth with them; inputs of mean square 0.5 to 2",
    inside={
        "activation": st.sampled_from(["gelu", "silu"]),
        "start": st.sampled_from(["plain, 10 layers", "biases, 50 layers", "biases, 200 layers"]),
        "q0": st.floats(0.5, 2),
    },
    outside={
        "no biases, 50 layers": {"activation": "gelu", "start": "plain, 50 layers", "q0": 1.0},
        "no biases, 50 layers, a larger scale": {
            "activation": "silu", "start": "plain, 50 layers", "q0": 1.0, "sigma_w": 1.75,
        },
    },
)  # fmt: skip
def gelu_needs_biases_when_deep(activation, start, q0, sigma_w=None):
    biases, depth = start.startswith("biases"), int(start.split()[1])
    sigma_w = sigma_w or 1.4
    sigma_b = {"gelu": 0.6, "silu": 0.8}[activation] if biases else 0.0
    q = theory.variance_path(depth, q0, sigma_w, sigma_b, activation)
    chi = theory.chi_path(depth, q0, sigma_w, sigma_b, activation)
    assert q[-1] > 1e-3 and q[-1] < 100
    assert np.exp(np.log(chi[5:]).mean()) > (0.9 if biases else 0.5)
    assert chi.max() < 1.2


@claim(
    "card-residual",
    condition="N ReLU branches of two matrices, He and LeCun, the last times 1/sqrt(N), or zero; width 100 or more; at "
    "the start",
    inside={"branches": st.integers(2, 60), "factor": st.sampled_from(["root", "zero"]), "seed": seeds},
    outside={"no factor": {"branches": 20, "factor": "none", "seed": 0}},
)
def the_stream_keeps_its_size(branches, factor, seed):
    rng, n = np.random.default_rng(seed), 120
    scale = {"root": branches**-0.5, "zero": 0.0, "none": 1.0}[factor]
    h = start = rng.normal(size=(20, n))
    for _ in range(branches):
        V1, V2 = rng.normal(size=(2, n, n)) / np.sqrt(n)
        h = h + scale * np.maximum(h @ (2**0.5 * V1).T, 0) @ V2.T
    assert 0.8 < np.mean(h**2) / np.mean(start**2) < 6


@claim(
    "card-residual/steps",
    condition="24 branches or more of ReLU, width 64, no norm, SGD with step size 0.1: both matrices times 1/sqrt(N), "
    "or the first and the last at 0 (Fixup)",
    inside={"branches": st.integers(24, 40), "last": st.sampled_from(["root", "zero"]), "seed": seeds},
    outside={
        "the last times 1/sqrt(N) alone": {"branches": 32, "last": "root", "seed": 0, "first": 1.0},
        "the last at 0 alone": {"branches": 32, "last": "zero", "seed": 0, "first": 1.0},
    },
)
def many_branches_ask_for_small_first_matrices_too(branches, last, seed, first=None):
    rng, root = np.random.default_rng(seed), branches**-0.5
    params = residual.initialize(branches, 64, first=first or root, last={"root": root, "zero": 0.0}[last], rng=rng)
    x, y, rule = rng.normal(size=(64, 64)), rng.integers(10, size=64), optimizers.sgd(0.1)
    size = np.mean(residual.forward(params, x).stream[-1] ** 2)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(6):
            rule.step(params, residual.loss_and_gradients(params, x, y)[1], {})
        assert np.mean(residual.forward(params, x).stream[-1] ** 2) < 2 * size


@claim(
    "card-depth",
    condition="tanh, twelve hidden layers of 40, SGD 0.05 or Adam 0.001, 300 steps, four draws on average",
    inside={"rule": st.sampled_from(["SGD", "Adam"]), "seed": st.integers(0, 50)},
    outside={
        "one hidden layer": {"rule": "SGD", "seed": 0, "hidden": 1},
        "the other way round": {"rule": "SGD", "seed": 0, "scales": (1.593, 1.0)},
    },
)
def keep_the_factor_of_errors(rule, seed, hidden=12, scales=(1.0, 1.593)):
    rules = {"SGD": optimizers.sgd(0.05), "Adam": optimizers.adam(0.001)}
    four = mlp.initialize([64, *[40] * hidden, 10], networks=(4,), rng=np.random.default_rng(seed))
    _, train, test = digits_after(scaled(four, scales), rules[rule], 300, seed=seed)
    chi_kept, q_kept = test.mean(axis=1)
    assert train.min() > 0.9 and chi_kept > q_kept + 0.01


STARTS = {
    "zero or equal weights": {"weights": "constant", "value": 0.0},
    "all weights 0.05": {"weights": "constant", "value": 0.05},
    "far too small": {"sigma_w": 0.1},
    "far too large": {"sigma_w": 5.0},
    "two zeros in a row": {"zero": (2, 3)},
    "dead units": {"activation": "relu", "bias": -5.0},
}


def looked_at(rule=None, activation="tanh", weights="normal", sigma_w=None, value=None, zero=(), bias=0.0, seed=0):
    """What the card says to look at: first loss, how layers differ from image to image, what moves, ratios, neurons."""
    data = datasets.digits()
    own = 2**0.5 if activation == "relu" else 1.0
    options = {"value": value} if weights == "constant" else {"sigma_w": sigma_w or own}
    start = mlp.initialize([64, *[32] * 6, 10], weights, rng=np.random.default_rng(seed), **options)
    start["W7"] /= own  # the output layer has no activation: 1/sqrt(n)
    start |= {f"W{l}": 0 * start[f"W{l}"] for l in zero}
    start |= {f"b{l}": start[f"b{l}"] + bias for l in range(1, 7)}
    loss, _ = mlp.loss_and_gradients(start, data.x_train, data.y_train, activation)
    z = mlp.forward(start, data.x_train, activation).z
    varies = [np.sqrt(z[l].var(axis=0).mean()) for l in (1, 6)]
    path = training.descend(
        start, data.x_train, data.y_train, rule or optimizers.sgd(0.1), activation=activation, batch_size=64,
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    before = {name: p.copy() for name, p in next(path).items()}
    ratio = diagnostics.update_to_weight(before, next(path))
    for _ in range(4):
        end = next(path)
    moved = [not np.array_equal(before[f"W{l}"], end[f"W{l}"]) for l in range(1, 8)]
    alike = [diagnostics.distinct_rays(end[f"W{l}"]) < 32 for l in range(1, 7) if before[f"W{l}"].any()]
    return loss, varies, moved, list(ratio.values()), alike


def complaints(loss, varies, moved, ratio, alike, sgd):
    """The card's questions that get a bad answer."""
    found = []
    if not 2 < loss < 4.5:
        found.append("first loss")
    if not varies[0] / 6 < varies[1] < 6 * varies[0]:
        found.append("shrinks or grows")
    if not all(moved):
        found.append("never moves")
    if any(alike):
        found.append("alike")
    if sgd and not all(1e-3 < r < 1e-1 for r in ratio[:-1] if np.isfinite(r)):  # the hidden matrices
        found.append("ratio")
    return found


@claim(
    "card-first",
    condition="tanh and ReLU at their scales, six hidden layers, SGD 0.1 or Adam 0.001: no question has a bad answer",
    inside={
        "rule": st.sampled_from(["SGD", "Adam"]),
        "activation": st.sampled_from(["tanh", "relu"]),
        "seed": seeds,
    },
    outside={words: {"rule": "SGD", "activation": "tanh", "seed": 0} | {"sick": words} for words in STARTS}
    | {f"{words}, Adam": {"rule": "Adam", "activation": "tanh", "seed": 0} | {"sick": words} for words in STARTS},
)
def a_good_start_gives_good_answers(rule, activation, seed, sick=None):
    optimizer = {"SGD": optimizers.sgd(0.1), "Adam": optimizers.adam(0.001)}[rule]
    found = looked_at(optimizer, **({"activation": activation} | STARTS.get(sick, {})), seed=seed)
    assert complaints(*found, rule == "SGD") == []


SYMPTOM = {
    "zero or equal weights": "never moves",
    "far too small": "shrinks or grows",
    "two zeros in a row": "never moves",
    "dead units": "never moves",
    "all weights 0.05": "alike",
}


@claim(
    "card-sick",
    condition="six hidden layers, SGD or Adam",
    inside={"sick": st.sampled_from(sorted(SYMPTOM)), "rule": st.sampled_from(["SGD", "Adam"]), "seed": seeds},
    outside={
        "a good start": {"sick": None, "rule": "SGD", "seed": 0},
        "a good start, Adam": {"sick": None, "rule": "Adam", "seed": 0},
    },
)
def a_bad_start_shows(sick, rule, seed):
    optimizer = {"SGD": optimizers.sgd(0.1), "Adam": optimizers.adam(0.001)}[rule]
    found = looked_at(optimizer, **STARTS.get(sick, {}), seed=seed)
    assert SYMPTOM.get(sick, "never moves") in complaints(*found, False)


@claim(
    "card-sick/large",
    condition="tanh, six hidden layers, sigma_w of 3 to 4, SGD 0.1 or Adam 0.001, 500 steps: train far above test, and "
    "half the scale is better",
    inside={"sigma_w": st.floats(3, 4), "rule": st.sampled_from(["SGD", "Adam"]), "seed": seeds},
    outside={
        "LeCun's scale": {"sigma_w": 1.0, "rule": "SGD", "seed": 0},
        "LeCun's scale, Adam": {"sigma_w": 1.0, "rule": "Adam", "seed": 0},
        "ReLU, which does not train": {"sigma_w": 3.0, "rule": "SGD", "seed": 0, "activation": "relu"},
    },
)
def too_large_shows_on_test_images(sigma_w, rule, seed, activation="tanh"):
    optimizer = {"SGD": optimizers.sgd(0.1), "Adam": optimizers.adam(0.001)}[rule]
    start = scaled(mlp.initialize([64, *[32] * 6, 10], rng=np.random.default_rng(seed)), [sigma_w, sigma_w / 2])
    with np.errstate(over="ignore", invalid="ignore"):
        _, (train, _), (test, better) = digits_after(start, optimizer, 500, activation, seed)
    assert train > (0.9 if rule == "SGD" else 0.6) and test < train - 0.06 and better > test + 0.02
