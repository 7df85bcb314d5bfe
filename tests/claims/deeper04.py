"""What lesson 4 leaves to the curious: what holds a ray, how fast it is left, and the law of waiting."""

import numpy as np
from claim import claim
from drawn import LINEAR, RELABELLING, after, batch_sizes, hidden_sizes, in_fixed_order, seeds, small_data, xor
from hypothesis import strategies as st
from lesson04 import CURVED, first_gradients, off_their_rays, opposite

from course_utils import activations, datasets, diagnostics, initializers, losses, mlp, optimizers, training


def normal(n, rng):
    """Biases from N(0, 1)."""
    return rng.normal(size=n)


def on_digits(params, rule, steps, activation="relu", batch_size=None):
    """The parameters after training on the training digits, full batch unless said."""
    data = datasets.digits()
    settings = {"activation": activation, "batch_size": batch_size, "rng": np.random.default_rng(0)}
    return after(params, data.x_train, data.y_train, rule, steps, **settings)


@claim(
    "04r-rotations",
    condition="SGD, momentum, L2 decay: any orthogonal map; Adam: relabellings and changes of sign",
    inside={
        "optimizer": st.sampled_from(sorted(RELABELLING)),
        "map": st.sampled_from(["relabelling", "signs", "rotation"]),
        "seed": seeds,
    },
    outside={"Adam and a rotation": {"optimizer": "adam", "map": "rotation", "seed": 0, "drawn": False}},
)
def the_rule_commutes_with_the_map(optimizer, map, seed, drawn=True):
    if drawn and map == "rotation" and optimizer not in LINEAR:
        map = "signs"
    rng, n = np.random.default_rng(seed), 6
    maps = {
        "relabelling": np.eye(n)[rng.permutation(n)],
        "signs": np.diag(rng.choice([-1.0, 1.0], n)),
        "rotation": initializers.orthogonal((n, n), rng=rng),
    }
    theta, gradients, rule = rng.normal(size=(n, 4)), rng.normal(size=(8, n, 4)), RELABELLING[optimizer]

    def descended(Q):
        params = {"W1": Q @ theta}
        state = rule.init(params)
        for g in gradients:
            rule.step(params, {"W1": Q @ g}, state)
        return params["W1"]

    assert np.abs(descended(maps[map]) - maps[map] @ descended(np.eye(n))).max() < 1e-12


@claim(
    "04r-growth",
    condition="ReLU, full batch, the digits, one settled neuron, a deviation above rounding, but so small that "
    "all neurons are on for the same images",
    inside={
        "seed": seeds,
        "lr": st.just(0.1),  # with 0.05 a hundred steps are too few for the fastest direction to lead
        "decay": st.sampled_from([0.0, 0.01, 0.1]),
    },
    outside={
        "a neuron that has not settled": {"seed": 0, "lr": 0.1, "decay": 0.0, "settle": 20},
        "neurons that are on for different images": {"seed": 0, "lr": 0.1, "decay": 0.0, "poke": 1e-5},
    },
)
def a_deviation_grows_by_its_factor(seed, lr, decay, settle=1000, poke=1e-13):
    rng, rule, data = np.random.default_rng(seed), optimizers.sgd(lr, weight_decay=decay), datasets.digits()
    powers = 2.0 ** np.arange(-6, 2)
    biases = rng.permutation(np.concatenate([powers, -powers]))
    alive = biases > 0
    share = biases[alive] / np.linalg.norm(biases[alive])
    settled = on_digits(mlp.initialize([64, 16, 10], "zeros") | {"b1": biases}, rule, settle)
    trace = mlp.forward(settled, data.x_train, "relu")
    gate = trace.h[1][:, alive][:, :1] > 0
    delta = losses.cross_entropy.gradient(trace.output, data.y_train)
    M = (gate * delta).T @ np.hstack([data.x_train, np.ones((len(data.x_train), 1))])
    predicted = 1 + lr * (np.linalg.svd(M, compute_uv=False)[0] - decay)
    poked = {name: p.copy() for name, p in settled.items()}
    poked["W1"][alive] += poke * rng.normal(size=(8, 64))
    sizes = []
    for steps in (100, 160):
        neurons = diagnostics.neurons(on_digits(poked, rule, steps), 1)[alive]
        sizes.append(np.linalg.norm(neurons - np.outer(share, share @ neurons)))
    assert abs((sizes[1] / sizes[0]) ** (1 / 60) - predicted) < 0.1 * (predicted - 1)


@claim(
    "04r-second",
    condition="ReLU, first matrix random, zero weights above, SGD, momentum, L2 decay; any data and batch; no rounding",
    inside={
        "widths": st.tuples(st.integers(2, 5), st.integers(2, 5)),
        "optimizer": st.sampled_from(sorted(LINEAR)),
        "batch": batch_sizes,
        "seed": seeds,
    },
    outside={
        "W2 random as well": {"widths": (4, 5), "optimizer": "sgd", "batch": None, "seed": 0, "zero": False},
        "tanh": {"widths": (4, 5), "optimizer": "sgd", "batch": None, "seed": 0, "activation": "tanh"},
    },
)
def behind_a_random_layer_there_is_one_ray(widths, optimizer, batch, seed, zero=True, activation="relu"):
    rng, start = np.random.default_rng([seed, 1]), opposite([3, *widths, 3], seed)
    start["W1"] = rng.normal(size=start["W1"].shape)
    if not zero:
        start["W2"] = rng.normal(size=start["W2"].shape)
    x, y = small_data(seed)
    settings = {"activation": activation, "batch_size": batch, "rng": np.random.default_rng(seed)}
    end = after(in_fixed_order(start), x, y, optimizer, 20, **settings)
    spread, largest = off_their_rays(start, end, 2)
    assert spread == 0
    assert largest == 0


def normalised_gradients(p, x, y):
    """Gradients of a ReLU network of one hidden layer with layer normalisation before the bias."""
    z = x @ p["W1"].T
    centred = z - z.mean(axis=1, keepdims=True)
    size = np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
    u = centred / size
    h = np.maximum(u + p["b1"], 0)
    delta = losses.cross_entropy.gradient(h @ p["W2"].T + p["b2"], y)
    back = (delta @ p["W2"]) * (h > 0)
    through = back - back.mean(axis=1, keepdims=True) - u * (back * u).mean(axis=1, keepdims=True)
    return {"W1": (through / size).T @ x, "b1": back.sum(axis=0), "W2": delta.T @ h, "b2": delta.sum(axis=0)}


@claim(
    "04r-norm",
    condition="ReLU, layer normalisation, zero weights, positive biases all different, SGD 0.1, the digits, 50 steps",
    inside={"width": st.sampled_from([8, 16]), "seed": seeds},
    outside={
        "equal biases: twins": {"width": 8, "seed": 0, "draw": lambda n, rng: np.ones(n)},
    },
)
def layer_normalisation_breaks_a_ray(width, seed, draw=lambda n, rng: rng.uniform(0.1, 2, n)):
    data, p = datasets.digits(), opposite([64, width, 10], seed, draw)
    for _, batch in zip(range(50), training.batches(len(data.x_train), 64, rng=np.random.default_rng(seed))):
        optimizers.sgd(0.1).step(p, normalised_gradients(p, data.x_train[batch], data.y_train[batch]), {})
    assert diagnostics.distinct_rays(diagnostics.neurons(p, 1), 1e-7) > 1


@claim(
    "04w-blocked",
    condition="phi(b) = 0 in one hidden layer (tanh and GELU: b = 0; ReLU: b <= 0), zero weights; SGD, momentum, "
    "Adam without decay",
    inside={
        "hidden": hidden_sizes(smallest=2),
        "case": st.sampled_from([("tanh", 0.0), ("gelu", 0.0), ("relu", 0.0), ("relu", -0.5)]),
        "optimizer": st.sampled_from(["sgd", "momentum", "adam"]),
        "batch": batch_sizes,
        "seed": seeds,
    },
    outside={
        "momentum with strong decay": {
            "hidden": (3, 3), "case": ("relu", -0.5), "optimizer": optimizers.momentum(0.1, weight_decay=0.03),
            "batch": None, "seed": 0, "steps": 400,
        },
        "phi(b) is not 0": {"hidden": (3, 3), "case": ("tanh", 0.5), "optimizer": "sgd", "batch": None, "seed": 0},
    },
)  # fmt: skip
def a_layer_of_zeros_blocks_what_is_below(hidden, case, optimizer, batch, seed, steps=12):
    activation, bias = case
    layer = 1 + int(np.random.default_rng([seed, 2]).integers(len(hidden)))
    start = opposite([3, *hidden, 3], seed, lambda n, rng: abs(rng.normal(size=n)))
    start[f"b{layer}"][:] = bias
    x, y = small_data(seed)
    settings = {"activation": activation, "batch_size": batch, "rng": np.random.default_rng(seed)}
    end = after(start, x, y, optimizer, steps, **settings)
    assert not any(end[f"W{l}"].any() for l in range(1, layer + 2))


@claim(
    "04w-xor",
    condition="full batch, classes shared by x and -x, zero weights, one hidden layer; any activation, biases, rule",
    inside={
        "width": st.integers(1, 6),
        "activation": st.sampled_from(sorted(activations.ACTIVATIONS)),
        "optimizer": st.sampled_from(sorted(RELABELLING)),
        "seed": seeds,
    },
    outside={
        "batches of one": {"width": 4, "activation": "tanh", "optimizer": "sgd", "seed": 0, "batch": 1},
        "AND in place of XOR": {
            "width": 4, "activation": "tanh", "optimizer": "sgd", "seed": 0, "labels": np.array([0, 1, 0, 0]),
        },
    },
)  # fmt: skip
def on_xor_the_first_matrix_never_moves(width, activation, optimizer, seed, batch=None, labels=None):
    corners, classes = xor()
    start = opposite([2, width, 2], seed, normal) | {"b2": np.random.default_rng([seed, 1]).normal(size=2)}
    settings = {"activation": activation, "batch_size": batch, "rng": np.random.default_rng(seed)}
    end = after(in_fixed_order(start), corners, classes if labels is None else labels, optimizer, 15, **settings)
    assert not end["W1"].any()


def constant_of_the_square(start, lr, x, y, rule):
    """c = G_l / (kappa_l lr G_(l+1)^2) from the top down, tanh."""
    L, size = mlp.depth(start), np.linalg.norm
    h = {l: np.tanh(start[f"b{l}"]) for l in range(1, L)}
    kappa = [size(h[l] * (1 - h[l] ** 2)) * size(h[l - 1]) / size(h[l]) ** 2 for l in range(L - 1, 1, -1)]
    G = first_gradients(start, rule, x, y)
    return G[1:] / (np.array(kappa) * lr * G[:-1] ** 2)


@claim(
    "04w-square",
    condition="plain SGD, full batch, step size 0.001, tanh, zero weights, biases N(0, 1), output bias drawn",
    inside={"hidden": st.integers(2, 4), "width": st.sampled_from([16, 32]), "seed": seeds},
    outside={
        "step size 0.5": {"hidden": 4, "width": 32, "seed": 0, "lr": 0.5},
        "momentum": {"hidden": 4, "width": 32, "seed": 0, "rule": "momentum"},
    },
)
def the_constant_of_the_square_is_known(hidden, width, seed, lr=0.001, rule="sgd"):
    start = opposite([64, *[width] * hidden, 10], seed, normal)
    start[f"b{hidden + 1}"] = np.random.default_rng([seed, 1]).normal(size=10)
    data = datasets.digits()
    c = constant_of_the_square(start, lr, data.x_train, data.y_train, getattr(optimizers, rule)(lr))
    expected = np.array([1, 2, 9 / 2])[: len(c)]
    assert np.abs(c / expected - 1).max() < 0.05, c


@claim(
    "04w-adam",
    condition="Adam, gradients far above eps, full batch, tanh, zero weights, output bias drawn",
    inside={"width": st.sampled_from([16, 32, 64]), "lr": st.sampled_from([3e-4, 1e-3]), "seed": seeds},
    outside={"eps above the gradients": {"width": 32, "lr": 1e-3, "seed": 0, "eps": 1.0}},
)
def adam_costs_one_factor_a_layer(width, lr, seed, eps=1e-8):
    start = opposite([64, *[width] * 4, 10], seed, normal)
    start["b5"] = np.random.default_rng([seed, 1]).normal(size=10)
    data = datasets.digits()
    path = training.descend(start, data.x_train, data.y_train, optimizers.adam(lr, eps=eps))
    for t, p in zip(range(3), path):
        if t:
            grads = mlp.loss_and_gradients(p, data.x_train, data.y_train)[1]
            measured = np.abs(grads[f"b{5 - t}"]).sum() / np.abs(grads[f"b{6 - t}"]).sum()
            a = (1 - 0.9) / (1 - 0.9**t) / np.sqrt((1 - 0.999) / (1 - 0.999**t))
            factor = a * lr * (1 - np.tanh(start[f"b{5 - t}"]) ** 2).sum()
            assert abs(measured / factor - 1) < 0.1  # among thousands of gradients one or the other lies below eps


@claim(
    "04w-critical",
    condition="zero weights, full batch, softmax cross-entropy, output bias = log of the class frequencies; any depth, "
    "hidden biases, activation",
    inside={
        "hidden": hidden_sizes(),
        "activation": st.sampled_from(sorted(activations.ACTIVATIONS)),
        "seed": seeds,
        "shift": st.floats(-3, 3),
    },
    outside={
        "another output bias": {"hidden": (3,), "activation": "tanh", "seed": 0, "shift": 0.0, "tilt": 1e-3},
        "weights that are not zero": {"hidden": (3,), "activation": "tanh", "seed": 0, "shift": 0.0, "weight": 0.1},
    },
)
def nothing_moves_at_the_class_frequencies(hidden, activation, seed, shift, tilt=0.0, weight=0.0):
    x, y = small_data(seed, n=8)
    y[:3] = [0, 1, 2]
    start, L = opposite([3, *hidden, 3], seed, normal), len(hidden) + 1
    start["W1"][:] = start[f"W{L}"][:] = weight
    start[f"b{L}"] = np.log(np.bincount(y) / 8) + shift + tilt * np.array([1, 0, 0])
    _, grads = mlp.loss_and_gradients(start, x, y, activation)
    assert max(np.abs(g).max() for g in grads.values()) < 1e-14


def lowest_curvature(params, x, y, activation, step=1e-4):
    """The smallest eigenvalue of the matrix of second derivatives, by central differences of the gradient."""
    shapes = {name: p.shape for name, p in params.items()}
    cuts = np.cumsum([p.size for p in params.values()])[:-1]
    theta = np.concatenate([p.ravel() for p in params.values()])

    def gradient(theta):
        parts = {n: part.reshape(shapes[n]) for n, part in zip(shapes, np.split(theta, cuts))}
        grads = mlp.loss_and_gradients(parts, x, y, activation)[1]
        return np.concatenate([grads[name].ravel() for name in shapes])

    H = [(gradient(theta + step * e) - gradient(theta - step * e)) / (2 * step) for e in np.eye(len(theta))]
    return np.linalg.eigvalsh((np.array(H) + np.transpose(H)) / 2)[0]


@claim(
    "04w-saddle",
    condition="at the critical point: one hidden layer, C not 0, some phi'(b) not 0: negative curvature; two or three: "
    "none. Curved activations",
    inside={"layers": st.integers(1, 3), "activation": st.sampled_from(CURVED), "seed": seeds},
    outside={
        "C = 0: XOR": {"layers": 1, "activation": "tanh", "seed": 0, "data": "xor"},
        "weights that are not zero": {"layers": 2, "activation": "tanh", "seed": 0, "weight": 0.3},
    },
)
def one_hidden_layer_is_a_strict_saddle(layers, activation, seed, data="drawn", weight=0.0):
    x, y = small_data(seed, n=12)
    y[:3] = [0, 1, 2]
    if data == "xor":
        x, y = xor(3)
    classes = int(y.max()) + 1
    start = opposite([3, *[2] * layers, classes], seed, normal)
    for l in range(1, layers + 2):
        start[f"W{l}"] += weight * np.random.default_rng([seed, l]).normal(size=start[f"W{l}"].shape)
    start[f"b{layers + 1}"] = np.log(np.bincount(y) / len(y))
    lowest = lowest_curvature(start, x, y, activation)
    assert lowest < -1e-4 if layers == 1 else lowest > -1e-6
