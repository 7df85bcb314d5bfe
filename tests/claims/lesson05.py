"""Lesson 5: the size of a sum, what saturates, what is learned first, what is odd."""

import numpy as np
from claim import claim
from drawn import seeds
from hypothesis import strategies as st

from course_utils import activations, datasets, diagnostics, mlp, optimizers, training


def rms(a, axis=None):
    return np.sqrt(np.mean(np.square(a), axis=axis))


def pixels(centred=True):
    """The training images, or the pixels as they were scanned, on the same scale."""
    data = datasets.digits()
    return data.x_train if centred else data.x_train + data.pixel_mean / data.pixel_scale


@claim(
    "05-variance",
    condition="independent weights of mean 0 and variance sigma_w^2 / m, normal, uniform or +-1; any inputs at all",
    inside={
        "draw": st.sampled_from(["normal", "uniform", "signs"]),
        "m": st.integers(1, 60),
        "sigma_w": st.floats(0.01, 10),
        "mean": st.floats(-3, 3),
        "seed": seeds,
    },
    outside={
        "weights whose mean is not 0": {"draw": "positive", "m": 30, "sigma_w": 1.0, "mean": 2.0, "seed": 0},
        "weights that are equal": {"draw": "equal", "m": 30, "sigma_w": 1.0, "mean": 2.0, "seed": 0},
    },
)
def mean_square_of_a_sum(draw, m, sigma_w, mean, seed, n=20_000):
    rng = np.random.default_rng(seed)
    unit = {
        "normal": lambda: rng.normal(size=(n, m)),
        "uniform": lambda: rng.uniform(-np.sqrt(3), np.sqrt(3), size=(n, m)),
        "signs": lambda: rng.choice([-1.0, 1.0], size=(n, m)),
        "positive": lambda: np.abs(rng.normal(size=(n, m))),
        "equal": lambda: np.repeat(rng.normal(size=(n, 1)), m, axis=1),
    }[draw]()
    x = mean + rng.normal(size=m)  # one image, many neurons
    found = (sigma_w / np.sqrt(m) * unit @ x) ** 2
    assert abs(found.mean() - sigma_w**2 * np.mean(x**2)) <= 6 * found.std() / np.sqrt(n) + 1e-12 * found.mean()


@claim(
    "05-variance/inputs",
    condition="centred inputs; any random weights",
    inside={"sigma_w": st.floats(0.1, 10), "seed": seeds},
    outside={"inputs that are not centred": {"sigma_w": 1.0, "seed": 0, "centred": False}},
)
def no_bias_that_nobody_asked_for(sigma_w, seed, centred=True):
    x = pixels(centred)
    z = x @ (sigma_w / 8 * np.random.default_rng(seed).normal(size=(64, 30)))
    assert rms(z.mean(axis=0)) < 1e-12 * rms(z)
    first, second = np.linalg.eigvalsh(x.T @ x)[[-1, -2]]
    assert first < 2 * second, "one direction learns many times faster than the others"


BOUNDED = sorted(name for name, phi in activations.ACTIVATIONS.items() if phi.bounded)
START = {"activation": "tanh", "hidden": 1, "times": 8.0, "seed": 0}


def enlarged(activation, hidden, times, seed, enlarge):
    """By how much the gradient of W1 changes, and its ratio to the weight, if some matrices are `times` as large."""
    data = datasets.digits()
    before = mlp.initialize([64, *[48] * hidden, 10], rng=np.random.default_rng(seed))
    after = {name: p * (times if name in enlarge(hidden) else 1) for name, p in before.items()}
    sizes = []
    for params in (before, after):
        _, grads = mlp.loss_and_gradients(params, data.x_train, data.y_train, activation)
        sizes.append((rms(grads["W1"]), rms(params["W1"])))
    (g, w), (big_g, big_w) = sizes
    return big_g / g, (big_g / big_w) / (g / w)


def first(hidden):
    return {"W1"}


def every(hidden):
    return {f"W{l}" for l in range(1, hidden + 2)}


@claim(
    "05-saturation",
    condition="a bounded activation, W1 alone at least five times LeCun's scale, one to four hidden layers",
    inside={
        "activation": st.sampled_from(BOUNDED),
        "hidden": st.integers(1, 4),
        "times": st.floats(5, 20),
        "seed": seeds,
    },
    outside={
        "all matrices enlarged": START | {"enlarge": every},
        "all matrices enlarged, six layers": START | {"hidden": 6, "enlarge": every},
        "ReLU": START | {"activation": "relu"},
        "GELU": START | {"activation": "gelu"},
    },
)
def saturation_shrinks_the_gradient(activation, hidden, times, seed, enlarge=first):
    gradient, ratio = enlarged(activation, hidden, times, seed, enlarge)
    assert gradient < 0.9 and ratio < 0.9


@claim(
    "05-saturation/both",
    condition="a bounded activation, one hidden layer, both matrices at least five times LeCun's scale, first step",
    inside={"activation": st.sampled_from(BOUNDED), "times": st.floats(5, 20), "seed": seeds},
    outside={"only the first matrix": {"activation": "tanh", "times": 8.0, "seed": 0, "enlarge": first}},
)
def with_all_weights_it_grows_and_the_ratio_falls(activation, times, seed, enlarge=every):
    gradient, ratio = enlarged(activation, 1, times, seed, enlarge)
    assert gradient > 1.1 and ratio < 0.9


@claim(
    "05-linear",
    condition="tanh, one hidden layer of 32 to 64, sigma_w up to 1, SGD, lr 0.1, odd or even digits, step 20",
    inside={"width": st.integers(32, 64), "sigma_w": st.floats(0.06, 1), "seed": seeds},
    outside={
        "sigma_w = 4": {"width": 64, "sigma_w": 4.0, "seed": 0},
        "ReLU, for the smaller the more linear": {"width": 32, "sigma_w": 0.06, "seed": 0, "activation": "relu"},
    },
)
def the_linear_part_is_learned_first(width, sigma_w, seed, activation="tanh"):
    data = datasets.digits()
    x, even = data.x_train, data.y_train % 2
    start = mlp.initialize([64, width, 2], "normal", sigma_w=sigma_w, rng=np.random.default_rng(seed))
    columns = np.column_stack([x, np.ones(len(x))])
    onto = columns @ np.linalg.pinv(columns)
    share = []
    for steps in (20, 400):
        settings = {"activation": activation, "batch_size": 64, "rng": np.random.default_rng(seed), "progress": False}
        end = training.train(start, x, even, optimizers.sgd(0.1), steps=steps, **settings).params
        Z = np.diff(mlp.forward(end, x, activation).output)[:, 0]
        share.append(1 - np.var(Z - onto @ Z) / np.var(Z))
    assert share[0] > 1 - 0.03 * max(sigma_w, 0.2) and share[1] < share[0] - 0.002


@claim(
    "05-odd",
    condition="an odd activation, all biases zero, any weights, width and depth",
    inside={
        "activation": st.sampled_from(sorted(n for n, phi in activations.ACTIVATIONS.items() if phi.odd)),
        "hidden": st.integers(1, 5),
        "sigma_w": st.floats(0.1, 5),
        "seed": seeds,
    },
    outside={
        "one bias": {"activation": "tanh", "hidden": 2, "sigma_w": 1.0, "seed": 0, "bias": 0.1},
        "ReLU": {"activation": "relu", "hidden": 2, "sigma_w": 1.0, "seed": 0},
        "sigmoid": {"activation": "sigmoid", "hidden": 2, "sigma_w": 1.0, "seed": 0},
    },
)
def without_biases_the_network_is_odd(activation, hidden, sigma_w, seed, bias=0.0):
    rng = np.random.default_rng(seed)
    params = mlp.initialize([5, *[7] * hidden, 3], "normal", sigma_w=sigma_w, rng=rng)
    params["b1"][0] = bias
    x, y = rng.normal(size=(40, 5)), rng.integers(3, size=40)
    there, back = (mlp.forward(params, sign * x, activation).output for sign in (1, -1))
    assert np.allclose(there, -back, rtol=1e-10, atol=1e-12)
    right = np.sum(there.argmax(axis=1) == y) + np.sum(back.argmax(axis=1) == y)
    assert right <= len(y), "more than half of x and -x"


@claim(
    "05-odd/linear",
    condition="tanh, zero biases, centred inputs, sigma_w up to 1",
    inside={"sigma_w": st.floats(0.05, 1), "seed": seeds},
    outside={
        "sigma_w = 3": {"sigma_w": 3.0, "seed": 0},
        "inputs not centred": {"sigma_w": 1.0, "seed": 0, "centred": False},
        "random biases": {"sigma_w": 1.0, "seed": 0, "sigma_b": 2.0},
        "ReLU": {"sigma_w": 1.0, "seed": 0, "activation": "relu"},
    },
)
def zero_biases_keep_the_layer_straight(sigma_w, seed, centred=True, sigma_b=0.0, activation="tanh"):
    rng = np.random.default_rng(seed)
    z = pixels(centred) @ (sigma_w / 8 * rng.normal(size=(64, 200))) + sigma_b * rng.normal(size=200)
    h = activations.get(activation)(z)
    z, h = z - z.mean(axis=0), h - h.mean(axis=0)
    straight = np.mean(z * h, axis=0) ** 2 / (np.mean(z**2, axis=0) * np.mean(h**2, axis=0))
    assert straight.mean() > 0.9
    assert diagnostics.saturation(z, activation) < 0.1
