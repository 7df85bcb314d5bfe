"""Lesson 8, deeper: convexity, a start without chance, the loss of random outputs, gates and kinks."""

import numpy as np
from claim import claim
from drawn import after, digits_after, scaled, seeds
from hypothesis import strategies as st

from course_utils import diagnostics, losses, mlp, optimizers
from course_utils.activations import sigmoid


@claim(
    "08n-convex",
    condition="softmax and cross-entropy, no hidden layer; any two points",
    inside={"classes": st.integers(2, 6), "size": st.floats(0.1, 5), "seed": seeds},
    outside={"a hidden layer": {"classes": 3, "size": 3.0, "seed": 0, "hidden": (6,)}},
)
def the_middle_is_never_worse(classes, size, seed, hidden=()):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(8, 4)), rng.integers(classes, size=8)
    for _ in range(40):
        a, b = (mlp.initialize([4, *hidden, classes], "normal", sigma_w=size, rng=rng) for _ in range(2))
        middle = {name: (a[name] + b[name]) / 2 for name in a}
        at_a, at_b, between = (losses.cross_entropy(mlp.forward(p, x).output, y) for p in (a, b, middle))
        assert between <= (at_a + at_b) / 2 + 1e-12


def identity(sizes):
    params = mlp.initialize(sizes, "zeros")
    return params | {f"W{l}": np.eye(sizes[l], sizes[l - 1]) for l in range(1, len(sizes))}


@claim(
    "08n-identity",
    condition="tanh, SGD, digits, hidden layers of the inputs' width or more, 600 steps",
    inside={"hidden": st.integers(1, 2), "width": st.sampled_from([64, 70, 80]), "seed": seeds},
    outside={
        "all weights equal": {"hidden": 1, "width": 64, "seed": 0, "start": "equal"},
        "a small random part": {"hidden": 1, "width": 80, "seed": 0, "start": "random"},
    },
)
def the_identity_trains_and_the_rest_stays_zero(hidden, width, seed, start="identity"):
    sizes = [64, *[width] * hidden, 10]
    params = mlp.initialize(sizes, "constant", value=0.1) if start == "equal" else identity(sizes)
    if start == "random":
        rng = np.random.default_rng(seed)
        params = {name: p + 0.01 * rng.normal(size=p.shape) for name, p in params.items()}
    end, train, test = digits_after(params, optimizers.sgd(0.1), 600, "tanh", seed)
    assert train > 0.95 and test > 0.9
    assert diagnostics.distinct_rows(end["W1"][:64]) == 64
    assert not end["W1"][64:].any()  # the rest hears nothing and says 0


@claim(
    "08n-second-order",
    condition="logits of mean 0 and small variance, independent between classes; mean over many draws",
    inside={"classes": st.integers(2, 8), "size": st.floats(0.05, 0.5), "seed": seeds},
    outside={"large": {"classes": 4, "size": 6.0, "seed": 0}, "one number for all": {
        "classes": 4, "size": 0.5, "seed": 0, "shared": True}},
)  # fmt: skip
def what_random_logits_cost(classes, size, seed, shared=False):
    rng = np.random.default_rng(seed)
    b = rng.normal(size=classes)
    u = size * rng.normal(size=(40_000, 1 if shared else classes)) * np.ones(classes)
    u = np.concatenate([u, -u])  # the linear term is zero exactly
    cost = np.mean(np.log(np.exp(b + u).sum(axis=1))) - np.log(np.exp(b).sum())
    q = losses.softmax(b)
    assert abs(cost / (size**2 / 2 * (1 - (q**2).sum())) - 1) < 0.2


@claim(
    "08n-gate",
    condition="gradient descent, step size 0.5, loss (c_T - c_0)^2 / 2, from b = 0, 2000 steps",
    inside={"T": st.integers(20, 200)},
    outside={"a short memory": {"T": 5}, "b = log(T - 1)": {"T": 50, "b": np.log(49)}},
)
def it_does_not_learn_to_stay_open(T, b=0.0):
    for _ in range(2000):
        f = sigmoid(b)
        b += 0.5 * (1 - f**T) * T * f**T * (1 - f)
    assert sigmoid(b) ** T < 0.5


@claim(
    "08n-kinks",
    condition="ReLU, 32 neurons, one input, sin 2 pi x, full batch, lr 0.05, 3000 steps; mean of five draws",
    inside={"seed": seeds},
    outside={"spread less than a tenth": {"seed": 0, "spread": 0.05}},
)
def spread_kinks_fit_better(seed, spread=1.0):
    rng = np.random.default_rng(seed)
    x = np.linspace(-1, 1, 64)[:, None]
    y = np.sin(2 * np.pi * x)
    net = mlp.initialize([1, 32, 1], "he_normal", networks=(5,), rng=rng)
    places = spread * rng.uniform(-1, 1, size=(5, 32))
    b1 = np.stack([0 * places, 0.01 + 0 * places, -net["W1"][..., 0] * places])
    end = after(
        scaled(net, [1, 1, 1]) | {"b1": b1}, x, y, optimizers.sgd(0.05), 3000, activation="relu", loss="squared_error"
    )
    zero, small, spread_out = np.mean((mlp.forward(end, x, "relu").output - y) ** 2, axis=(1, 2, 3))
    assert abs(small / zero - 1) < 0.2
    assert spread_out < 0.6 * zero
