"""Lesson 7: two arms, neighbours, the ratio of update to weight, batch normalisation and residual connections."""

import itertools

import numpy as np
from claim import claim
from drawn import digits_after, seeds, small_data
from hypothesis import strategies as st

from course_utils import activations, datasets, diagnostics, gradcheck, losses, mlp, optimizers, theory, training

HOMOGENEOUS = ["leaky_relu", "relu"]


def start(hidden, sigma_w, seed):
    return mlp.initialize([64, *[32] * hidden, 10], "normal", sigma_w=sigma_w, rng=np.random.default_rng(seed))


@claim(
    "07-arms",
    condition="tanh or ReLU, at a fifth of its scale, six or more hidden layers, SGD, lr 0.1, 600 steps",
    inside={
        "activation": st.sampled_from(["tanh", "relu"]),
        "hidden": st.integers(6, 8),
        "scale": st.floats(0.05, 0.2),
        "seed": seeds,
    },
    outside={
        "one hidden layer": {"activation": "tanh", "hidden": 1, "scale": 0.2, "seed": 0},
        "the right scale": {"activation": "tanh", "hidden": 6, "scale": 1.0, "seed": 0},
        "Adam": {"activation": "tanh", "hidden": 6, "scale": 0.2, "seed": 0, "rule": optimizers.adam(0.003)},
    },
)
def too_small_a_scale_costs_training(activation, hidden, scale, seed, rule=None):
    sigma_w = scale * (2**0.5 if activation == "relu" else 1)
    _, train, test = digits_after(start(hidden, sigma_w, seed), rule or optimizers.sgd(0.1), 600, activation, seed)
    assert train < 0.5 and abs(train - test) < 0.1


@claim(
    "07-arms/relu",
    condition="ReLU, six or more hidden layers, twice He's scale or more, SGD, lr 0.1",
    inside={"hidden": st.integers(6, 8), "times": st.floats(2, 6), "seed": seeds},
    outside={
        "He's scale": {"hidden": 6, "times": 1.0, "seed": 0},
        "one hidden layer": {"hidden": 1, "times": 2.0, "seed": 0},
        "a bounded activation": {"hidden": 6, "times": 2.0, "seed": 0, "activation": "tanh"},
        "a tenth of the step size": {"hidden": 6, "times": 2.0, "seed": 0, "lr": 0.01},
    },
)
def too_large_a_scale_costs_relu_training(hidden, times, seed, activation="relu", lr=0.1):
    params = start(hidden, times * 2**0.5, seed)
    with np.errstate(over="ignore", invalid="ignore"):
        _, train, _ = digits_after(params, optimizers.sgd(lr), 300, activation, seed)
    assert train < 0.5


@claim(
    "07-arms/relu-small-steps",
    condition="ReLU, six hidden layers, 1.8 to 2 times He's scale, SGD with step size 0.005 or 0.01, 1000 steps, four "
    "draws on average: it trains, and reads new images worse",
    inside={"times": st.floats(1.8, 2), "lr": st.sampled_from([0.005, 0.01]), "seed": seeds},
    outside={
        "He's scale": {"times": 1.0, "lr": 0.01, "seed": 0},
        "step size 0.1, which overflows": {"times": 2.0, "lr": 0.1, "seed": 0},
    },
)
def with_small_steps_it_costs_relu_generalization(times, lr, seed):
    rng = np.random.default_rng(seed)
    params = mlp.initialize([64, *[32] * 6, 10], "normal", sigma_w=times * 2**0.5, networks=(4,), rng=rng)
    with np.errstate(over="ignore", invalid="ignore"):
        _, train, test = digits_after(params, optimizers.sgd(lr), 1000, "relu", seed)
    assert train.mean() > 0.6 and (train - test).mean() > 0.1


@claim(
    "07-why",
    condition="two near inputs, tanh or sigmoid with chi_1 > 1, wide layers, q at its fixed point",
    inside={
        "activation": st.sampled_from(["tanh", "sigmoid"]),
        "times": st.floats(1.6, 6),
        "sigma_b": st.floats(0, 0.5),
    },
    outside={
        "ReLU": {"activation": "relu", "times": 1.6, "sigma_b": 0.0},
        "inputs that are not near": {"activation": "tanh", "times": 2.0, "sigma_b": 0.0, "c": 0.3},
        "chi_1 below 1": {"activation": "tanh", "times": 0.8, "sigma_b": 0.0},
    },
)
def chi_pulls_neighbours_apart(activation, times, sigma_b, c=1 - 1e-5):
    sigma_w = times * theory.critical_line(0.0, activation)
    grown = (1 - theory.correlation_map(c, sigma_w, sigma_b, activation)) / (1 - c)
    chi = theory.chi_1(sigma_w, sigma_b, activation)
    assert chi > 1 and abs(grown / chi - 1) < 0.02


@claim(
    "07-why/relu",
    condition="no biases, an activation that is homogeneous",
    inside={"activation": st.sampled_from(HOMOGENEOUS), "sigma_w": st.floats(0.2, 6), "seed": seeds},
    outside={"tanh": {"activation": "tanh", "sigma_w": 4.0, "seed": 0}},
)
def their_correlation_does_not_depend_on_the_scale(activation, sigma_w, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, 1, 30))
    x = np.concatenate([a, a + 0.5 * b])
    net = mlp.initialize([30] * 8, rng=rng)
    scaled = {name: sigma_w * p if name[0] == "W" else p for name, p in net.items()}
    here, there = (np.corrcoef(mlp.forward(p, x, activation).z[5]) for p in (net, scaled))
    assert np.allclose(here, there, atol=1e-9)


@claim(
    "07-ratio",
    condition="three hidden layers of 32, tanh, LeCun's start, SGD, lr from 0.03 to 0.3, 90 % on training images: "
    "to a factor of two and a half",
    inside={"lr": st.floats(0.03, 0.3), "seed": seeds},
    outside={
        "lr 3": {"lr": 3.0, "seed": 0},
        "Adam, and weights on a smaller scale": {"lr": 0.001, "seed": 0, "sigma_w": 0.3, "rule": optimizers.adam},
    },
)
def steps_times_ratio(lr, seed, sigma_w=1.0, rule=optimizers.sgd):
    data = datasets.digits()
    params = start(3, sigma_w, seed)
    path = training.descend(params, data.x_train, data.y_train, rule(lr))
    next(path)
    ratio = min(diagnostics.update_to_weight(params, next(path)).values())
    path = training.descend(
        params, data.x_train, data.y_train, rule(lr), batch_size=64, rng=np.random.default_rng(seed)
    )
    reached = (mlp.accuracy(p, data.x_train, data.y_train) >= 0.9 for p in itertools.islice(path, 400))
    steps = next((step for step, there in enumerate(reached) if there), 400)
    assert 0.16 < steps * ratio < 1  # 400 draws: 0.40 at the median, 98 % from 0.28 to 0.57; some lucky one at 0.18


@claim(
    "07-ratio/blind",
    condition="Adam's first step, every gradient well above its eps",
    inside={"sigma_w": st.floats(0.5, 4), "lr": st.floats(1e-4, 1e-2), "seed": seeds},
    outside={
        "SGD": {"sigma_w": 1.0, "lr": 0.001, "seed": 0, "rule": optimizers.sgd},
        "gradients that have vanished": {"sigma_w": 0.05, "lr": 0.001, "seed": 0, "hidden": 8},
    },
)
def adams_first_ratio_is_the_step_over_the_weight(sigma_w, lr, seed, hidden=3, rule=optimizers.adam):
    data = datasets.digits()
    params = start(hidden, sigma_w, seed)
    path = training.descend(params, data.x_train, data.y_train, rule(lr))
    next(path)
    ratio = diagnostics.update_to_weight(params, next(path))["W2"]
    assert abs(ratio * diagnostics.rms(params)["W2"] / lr - 1) < 0.02


def normalised(W, x):
    """A tanh network whose z are normalised over the batch, without gain or shift."""
    h = x
    for l in range(1, len(W)):
        z = h @ W[l].T
        centred = z - z.mean(axis=0)
        h = np.tanh(centred / np.sqrt((centred**2).mean(axis=0)))
    return h @ W[len(W)].T


def descended(W, x, y, lr, steps):
    """W after some steps of full-batch descent; lr has a step size for each matrix."""
    for _ in range(steps):
        grads = gradcheck.complex_step(lambda w: losses.cross_entropy(normalised(w, x), y), W)
        W = {l: W[l] - lr[l] * grads[l] for l in W}
    return W


@claim(
    "07-batchnorm",
    condition="normalised matrices, no eps, SGD without decay",
    inside={"times": st.floats(0.1, 10), "lr": st.floats(0.01, 0.3), "seed": seeds},
    outside={
        "the output matrix, which is not normalised": {"times": 3.0, "lr": 0.1, "seed": 0, "which": (3,)},
        "the step size left as it was": {"times": 3.0, "lr": 0.1, "seed": 0, "power": 0},
        "weight decay": {"times": 3.0, "lr": 0.1, "seed": 0, "decay": 0.1},
    },
)
def the_scale_is_a_step_size(times, lr, seed, which=(1, 2), power=2, decay=0.0):
    rng = np.random.default_rng(seed)
    W = {1: rng.normal(size=(4, 3)), 2: rng.normal(size=(4, 4)), 3: rng.normal(size=(3, 4))}
    x, y = small_data(seed, n=8)
    scale = {l: times if l in which else 1.0 for l in W}
    small, large = W, {l: scale[l] * W[l] for l in W}
    for _ in range(3):
        small = {l: w * (1 - lr * decay) for l, w in descended(small, x, y, dict.fromkeys(W, lr), 1).items()}
        rates = {l: lr * scale[l] ** power for l in W}
        large = {l: w * (1 - rates[l] * decay) for l, w in descended(large, x, y, rates, 1).items()}
    assert all(np.allclose(large[l], scale[l] * small[l], rtol=1e-6, atol=1e-9) for l in W)


@claim(
    "07-batchnorm/residual",
    condition="residual branches of tanh, width 200 or more, any sigma_w, before training",
    inside={"sigma_w": st.floats(0, 4), "seed": seeds},
    outside={"no way round": {"sigma_w": 0.5, "seed": 0, "round": 0.0}},
)
def the_backward_factor_is_one_plus_chi(sigma_w, seed, round=1.0):
    data, rng = datasets.digits(), np.random.default_rng(seed)
    n, x, y = 250, data.x_train[:100], data.y_train[:100]
    h = [x @ rng.normal(size=(64, n)) / 8]
    V = [sigma_w * rng.normal(size=(n, n)) / np.sqrt(n) for _ in range(5)]
    for v in V:
        h.append(round * h[-1] + np.tanh(h[-1]) @ v.T)
    U = rng.normal(size=(10, n)) / np.sqrt(n)
    e = losses.cross_entropy.gradient(h[-1] @ U.T, y) @ U
    for v, below in zip(reversed(V), reversed(h[:-1]), strict=True):
        slope = activations.tanh.derivative(below)
        before, e = np.mean(e**2), round * e + (e @ v) * slope
        assert abs(np.mean(e**2) / before / (1 + sigma_w**2 * np.mean(slope**2)) - 1) < 0.25
        assert np.mean(e**2) > 0.99 * before


@claim(
    "07-repair",
    condition="twins below a normalised layer: equal rows and equal outgoing columns, any batch",
    inside={"seed": seeds, "steps": st.integers(1, 4)},
    outside={"the outgoing columns differ": {"seed": 0, "steps": 2, "columns": False}},
)
def normalisation_does_not_part_twins(seed, steps, columns=True):
    rng = np.random.default_rng(seed)
    W = {1: rng.normal(size=(4, 3)), 2: rng.normal(size=(4, 4)), 3: rng.normal(size=(3, 4))}
    W[1][1] = W[1][0]
    if columns:
        W[2][:, 1] = W[2][:, 0]
    x, y = small_data(seed, n=8)
    end = descended(W, x, y, dict.fromkeys(W, 0.1), steps)
    assert np.allclose(end[1][0], end[1][1], rtol=1e-9, atol=1e-11)


@claim(
    "07-repair/scale",
    condition="residual branches of tanh, sigma_w from 0.01 to 10, eight layers, SGD, lr 0.1, 300 steps",
    inside={"sigma_w": st.sampled_from([0.01, 0.1, 1.0, 4.0, 10.0]), "seed": seeds},
    outside={
        "branches of ReLU": {"sigma_w": 4.0, "seed": 0, "activation": "relu"},
        "no way round": {"sigma_w": 0.1, "seed": 0, "round": 0.0},
    },
)
def bounded_residual_branches_forgive_the_scale(sigma_w, seed, activation="tanh", round=1.0):
    data, rng, phi = datasets.digits(), np.random.default_rng(seed), activations.get(activation)
    V = [sigma_w * rng.normal(size=(32, 32)) / np.sqrt(32) for _ in range(7)]
    W = [rng.normal(size=(32, 64)) / 8, *V, rng.normal(size=(10, 32)) / np.sqrt(32)]

    def forward(x):
        h = [x @ W[0].T]
        for v in W[1:-1]:
            h.append(round * h[-1] + phi(h[-1]) @ v.T)
        return h

    with np.errstate(all="ignore"):
        for batch, _ in zip(training.batches(1297, 64, rng=rng), range(300), strict=False):
            x, h = data.x_train[batch], forward(data.x_train[batch])
            delta = losses.cross_entropy.gradient(h[-1] @ W[-1].T, data.y_train[batch])
            e, grads = delta @ W[-1], [delta.T @ h[-1]]
            for v, below in zip(reversed(W[1:-1]), reversed(h[:-1]), strict=True):
                grads.append(e.T @ phi(below))
                e = round * e + (e @ v) * phi.derivative(below)
            for w, g in zip(W, [e.T @ x, *reversed(grads)], strict=True):
                w -= 0.1 * g
        right = [(forward(x)[-1] @ W[-1].T).argmax(axis=1) == y for x, y in
                 ((data.x_train, data.y_train), (data.x_test, data.y_test))]  # fmt: skip
    assert min(np.mean(r) for r in right) > 0.75
