"""Planted answers that no page has: what is said of values of a wrong form, and of errors that learners meet.

Mistakes that have a name are planted on their question's page; answers of more than a line are in mistakes/.
"""

import math

import numpy as np

from course_utils import mlp, theory
from course_utils.checks.q6_6 import make_orthogonal
from course_utils.checks.q7_5 import diagnose


def drawn(like):
    """Random numbers in an array of the same shape."""
    return np.random.default_rng(1).normal(size=np.shape(like))


def moved(change):
    """An answer to 2.5: change(W1, the first input in use) is made in a copy."""

    def answer(params, x):
        new = {name: p.copy() for name, p in params.items()}
        change(new["W1"], x.any(axis=0).argmax())
        return new

    return answer


def up(array, where, to=np.inf):
    array[where] = np.nextafter(array[where], to)


def by_gap(chart, name):
    """Large weights by the gap alone: small healthy networks overfit a little, too."""
    return "weights too large" if name == "healthy" and chart["train"][-1] - chart["test"][-1] > 0.01 else name


def flat_in_the_end(chart, name):
    """Flat in the end: a step size too large does that, too."""
    return "weights too large" if name == "step size too large" and chart["flat"][-1].min() > 0.3 else name


# (question, what becomes of the right value, words that are said of it)
CHANGED = [
    ("1.1", lambda slope: 2.25 * slope, "off by the factor 2.25"),
    ("2.1", lambda steps: steps[:-1], "one entry for each layer: it has 2 for 3"),
    ("2.1", lambda steps: [np.inf if t is None else t for t in steps], "None for never"),
    ("2.1", lambda steps: [str(t) for t in steps], "without quotes"),
    ("2.1", lambda steps: [t and 1 for t in steps], "look again at W1"),
    ("2.3", lambda classes: classes[::-1], "not sorted"),
    ("2.3", lambda classes: [[members[0], other] for members in classes for other in members[1:]], "exactly one class"),
    ("2.3", lambda classes: [tuple(members) if len(members) > 1 else members[0] for members in classes], "a list of"),
    ("3.1", lambda dead: dead[::-1], "in increasing order"),
    ("3.2", lambda p: p | {"W1": drawn(p["W1"])}, "rows of W1 must all be equal"),
    ("3.2", lambda p: p | {"W1": drawn(p["b1"])[:, None] + 0 * p["W1"]}, "columns of W1 are equal, not its rows"),
    ("3.2", lambda p: p | {"W1": 0 * p["W1"]}, "W1 is zero"),
    ("3.2", lambda p: p | {"W2": 0 * p["W2"]}, "W2 is zero"),
    ("3.2", lambda p: p | {"W2": 0 * p["W2"] + 1}, "only 1 different column for"),
    ("3.2", lambda p: p | {"W2": np.eye(*p["W2"].shape)}, "different columns for"),
    ("3.2", lambda p: p | {"W2": drawn(p["W2"])}, "must consist of zeros and ones"),
    ("3.2", lambda p: p | {"W2": np.column_stack([p["W2"][:, :-1], 1 + 0 * p["b2"]])}, "ones and a column of zeros"),
    ("3.2", lambda p: p | {"b1": drawn(p["b1"])}, "b1 must be zero"),
    ("3.3", lambda rank: rank * (1 + 3e-7), "nearly right, to"),
    ("3.4", lambda moves: [f"W{l}" for l, moved in enumerate(moves, start=1) if moved], "True, it moves, or False"),
    ("3.5", lambda layers: [classes[::-1] for classes in layers], "not sorted"),
    ("3.5", lambda layers: [[c for c in classes if len(c) > 1] for classes in layers], "exactly one class"),
    ("3.5", lambda layers: [[i for c in classes for i in c] for classes in layers], "a list of classes was expected"),
    ("3.5", lambda layers: [*layers, [[0]]], "one entry for each hidden layer"),
    ("4.1", lambda steps: steps[:-1], "one entry for each matrix: it has 3 for 4"),
    ("4.1", lambda steps: [str(t) for t in steps], "without quotes"),
    ("4.2", lambda steps: [-1 if t is None else t for t in steps], "or None for never"),
    ("4.3", lambda n: min(n, 2), "it returned 2, which is too small, given size 0.02, lr 0.1, smallest 1.4e-45"),
    ("4.4", lambda b: b + 1, "must sum to zero"),
    ("4.4", lambda b: b / 3, "off by the factor 0.333333"),
    ("4.5", lambda second: second * (1 + 1e-7), "nearly right, to 6 digits"),
    ("4.7", lambda same: list(same.values()), "a dict with"),
    ("4.7", lambda same: {name: 0.5 for name in same}, "True or False"),
    ("6.6", lambda W: 2 * W, "length 2 gain, not gain"),
    ("6.6", lambda W: W * np.linspace(1, 2, len(W))[:, None], "lengths are not all gain"),
    ("7.1", lambda steps: steps[:-1], "one entry for each of the 6 networks (columns)"),
    ("7.5", lambda name: "healthy", 'every patient is called "healthy"'),
    ("7.5", lambda name: name.replace("dead ReLUs", "dead units"), '"dead units" is not one of the names'),
    ("7.5", lambda name: {"weights too small": "healthy"}.get(name, name), '"weights too small" is called "healthy"'),
    ("8.6", lambda steps: [None if t is None or t > 9 else t for t in steps], "look again at wire"),
    ("8.6", lambda steps: ["never" if t is None else t for t in steps], "without quotes"),
    ("8.6", lambda steps: steps[:-1], "one entry for each wire"),
    ("9.1", lambda gain: 1.1 * gain, "off by 10%"),
    ("9.2", lambda p: p | {"W1": p["W1"][::-1]}, "it computes something else"),
    ("10.1", lambda steps: [None if t is None or t > 2 else t for t in steps], "look again at matrix"),
    ("10.1", lambda steps: ["never" if t is None else t for t in steps], "without quotes"),
    ("10.1", lambda steps: steps[1:], "one entry for each matrix 0, 1, ...: it has 2 for 3"),
    ("10.3", lambda rules: {name: rate for name, rate in rules.items() if name != "start"}, "the dict has no 'start'"),
    ("10.4", lambda names: ["queries"], "the names are"),
]

# (question, answer, words that are said of it)
WRONG = [
    ("1.2", lambda logits, targets: logits - np.eye(3)[targets], "no one-hot rows here"),
    ("1.2", lambda logits, targets: logits / targets.sum(axis=1), "make it a column with [:, None]"),
    ("1.4", lambda params, x, targets: {}[0], "there is no z^0"),
    ("1.4", lambda params, x, targets: [x][3], "lists count from 0"),
    ("1.4", lambda params, x, targets: params["W9"], "count the layers from 1 to L"),
    ("2.2", lambda params, orders: [params[f"W{l}"][order] for l, order in orders], "use .items()"),
    ("2.2", lambda params, orders: params["W1"][orders], "use .items()"),
    ("2.2", lambda params, orders: [orders[l] for l in range(1, len(params))], "go through orders.items()"),
    ("2.2", lambda params, orders: params["W0"], "layer l has the rows of W^l"),
    ("2.2", lambda params, orders: params["W1"][np.arange(9)], "both lengths must fit"),
    ("2.3", lambda params, layer: {row: 0 for row in params["W1"]}, "tuple(row)"),
    ("2.3", lambda params, layer: params["W1"][0] == params["W1"][1] and [[0, 1]], "np.array_equal"),
    ("2.4", lambda widths, lr: [*widths, 1][len(widths) + 1], "n = [1, *widths, 1]"),
    ("2.5", moved(lambda W1, j: up(W1, (0, 0))), "is blank"),
    ("2.5", moved(lambda W1, j: up(W1, 0)), "exactly one entry"),
    ("2.5", moved(lambda W1, j: up(W1, (j, 0))), "i is a neuron"),
    ("2.5", moved(lambda W1, j: W1.__setitem__((0, j), W1[0, j] + 1e-6)), "has moved by 1.0e-06"),
    ("2.5", moved(lambda W1, j: W1.__setitem__((0, j), W1[0, j] + 1e-17)), "lost in rounding"),
    ("2.5", lambda params, x: params | {"W1": params["W1"] + 0 * np.nextafter(params["W1"], 9)}, "did you assign the"),
    ("2.5", lambda params, x: params | {"b1": np.nextafter(params["b1"], [9, *params["b1"][1:]])}, "must be one of W1"),
    ("3.1", lambda W, b: (W <= 0).all(axis=1) & (b <= 0), "a list of indices was expected, not of True and False"),
    ("3.1", lambda W, b: np.argwhere(W <= 0).tolist(), "a list of indices was expected, whole numbers"),
    ("3.1", lambda W, b: [i for i in range(len(b)) if W[i] <= 0], "take .all() of it"),
    ("3.2", lambda n_in, n, n_out: np.zeros((n_out, n)) + np.zeros(n_out), "W2[:, i]"),
    ("3.3", lambda W: np.linalg.eigvals(W), "not eigenvalues"),
    ("3.3", lambda W: np.linalg.svd(W) / 2, "compute_uv=False"),
    ("3.4", lambda zero, activation: [zero[l] for l in range(1, len(zero) + 1)], "zero[l - 1]"),
    ("3.5", lambda params: {params["W1"].sum(axis=1): 0}, "tuple(totals)"),
    ("3.5", lambda params: params["W1"] @ params["W2"], "columns of W^(l+1)"),
    ("4.2", lambda biases, activation: biases[0], "the input has none"),
    ("4.2", lambda biases, activation: activation(biases[1]) == 0 and None, ".any()"),
    ("4.5", lambda params, x, labels, direction: direction["W1"] @ direction["W2"], "the shapes"),
    ("4.6", lambda b, activation: len(b) if activation(b) != 0 else 0, "truth value of an array"),
    ("4.7", lambda step, maps, theta, gradient: theta @ maps["Q1"], "neurons are rows"),
    ("5.2", lambda train, new: (new - train.mean(axis=0)) / (train.std(axis=0) + 1e-8), "divide by 1 there"),
    ("5.2", lambda t, x: (x - t.mean(axis=0)) / np.where((s := t.std(axis=0)) > 0, s, 1), "std of a constant 1e-17"),
    ("5.2", lambda train, new: (new - train.mean(axis=1)) / train.std(axis=1), "axis=0"),
    ("5.6", lambda x, y: 1.0 * (x[0] == -x[1] and y[0] == y[1]), "np.array_equal"),
    ("6.1", lambda power, widths, variances, sigma_b: variances[len(widths) - 1], "there are L + 1 widths"),
    ("6.2", lambda widths, mode: widths[len(widths)], "there are L + 1 widths"),
    ("6.4", lambda rms, chi: int(np.finfo(np.float32).max * np.float32(9)), "make the limit a float"),
    ("6.5", lambda q, phi: theory.gaussian_mean(phi.derivative(q) ** 2, q), "first a function of z, then q"),
    ("6.5", lambda q, activation: math.sqrt(-q), "the root of a negative number"),
    ("6.6", lambda A, gain: make_orthogonal(A, 1.0), "the gain is missing"),
    ("6.6", lambda A, gain: make_orthogonal(A, gain**2), "gain, not its square"),
    ("6.6", lambda A, gain: make_orthogonal(A, np.sqrt(gain)), "gain, not its root"),
    ("6.6", lambda A, gain: gain * A, "this is A itself"),
    ("6.6", lambda A, gain: gain * A / np.sqrt(A.shape[1]), "are not at right angles"),
    ("6.6", lambda A, gain: gain * A / np.linalg.norm(A, axis=1)[:, None], "lengths, but are not at right angles"),
    ("6.6", lambda A, gain: gain * np.eye(*A.shape), "do not span the same space as those of A"),
    ("6.6", lambda A, gain: gain * np.linalg.eigh(A)[1], "A is not always square"),
    ("7.1", lambda steps, accuracy, level: [a >= level and 1 for a in accuracy], "go through accuracy.T"),
    ("7.1", lambda s, a, level: [s[np.flatnonzero(k >= level)[0]] for k in a.T], "may never reach the level"),
    ("7.1", lambda s, a, level: [min(s[k >= level]) for k in a.T], "may never reach the level"),
    ("7.3", lambda params, x, nudge: mlp.forward(params, x).z - x, "is a dict {layer: z}"),
    ("7.3", lambda params, x, nudge: mlp.forward(params, x).z[0], "there is no z[0]"),
    ("7.4", lambda q, sigma_w, branches: theory.gaussian_mean(np.tanh(q), q), "needs a function of z"),
    ("7.5", lambda chart: by_gap(chart, diagnose(chart)), '"healthy" is called "weights too large"'),
    ("7.5", lambda chart: flat_in_the_end(chart, diagnose(chart)), "it starts well"),
    ("7.5", lambda c: "equal weights" if c["distinct"].min() == 1 else diagnose(c), "two matrices have the ratio"),
    ("7.5", lambda c: "weights too large" if c["flat"][0].min() > 0.4 else diagnose(c), "do not vary at all"),
    ("7.5", lambda chart: "dead ReLUs" if chart["flat"][0] > 0.9 else "healthy", "use .all(), .any()"),
    ("7.5", lambda chart: f"healthy {chart['varies'][0, 3]}", "count from the end"),
    ("7.5", lambda chart: chart["accuracy"], "the chart has step, loss"),
    ("9.1", lambda phi: 1 / np.sqrt(np.mean(phi(np.random.default_rng(1).normal(size=20)) ** 2)), "off by"),
    ("9.2", lambda params: params[f"W{len(params) // 2 + 1}"], "the output layer has no next one"),
    ("1.4", lambda params, x, targets: {1: x}[4], "look at the layer's number"),
    ("2.3", lambda params, layer: params[f"W{layer + 1}"][9], "column i of the next matrix"),
    ("2.3", lambda params, layer: [0][9], "is every index below that?"),
    ("2.3", lambda params, layer: params["W0"], "layer goes from 1"),
    ("3.1", lambda W, b: W[len(b) + 9], "and entry i of b"),
    ("3.1", lambda W, b: (W <= 0).all(axis=0) & (b[:-1] <= 0), "entry i of b: axis=1"),
    ("3.2", lambda n_in, n, n_out: list(n), "the sizes are whole numbers"),
    ("3.5", lambda params: params["W1"][0] == params["W1"][1] and [], "use np.array_equal, or tuples"),
    ("3.5", lambda params: params["W9"], "layer l sends its h through"),
    ("4.4", lambda labels, classes: np.zeros(classes) + np.zeros(classes + 1), "one entry for each class"),
    ("4.5", lambda params, x, labels, direction: direction["W1"] * direction["b1"], "sum over the inputs first"),
    ("5.4", lambda x, z, x_new, z_new: np.linalg.inv(0 * x.T @ x), "use np.linalg.lstsq"),
    ("6.5", lambda q, activation: activation**2, "such as lambda z: activation(z)**2"),
    ("6.6", lambda A, gain: gain * np.linalg.qr(A), "only Q is wanted"),
    ("7.1", lambda s, a, level: [next(t for t, k in zip(s, c) if k >= level) for c in a.T], "has an answer for that"),
    ("7.2", lambda params, grads, target: grads["W9"], "whose name begins with W"),
    ("7.3", lambda params, x, nudge: mlp.forward(params, x).z[9], "as many as there are weight matrices"),
    ("8.2", lambda x, delta, A, B, alpha: x @ np.ones(9), "shapes: delta^T x"),
    ("8.6", lambda wires: (lambda f: f(f))(lambda f: f(f)), "ask which nodes are reached"),
    ("9.2", lambda params: params["W1"][0] == params["W1"][1] and {}, "use np.array_equal"),
    ("9.2", lambda params: params["W1"] @ params["W2"], "add the columns of the copies"),
    ("9.2", lambda params: params["W1"][99], "takes with it a row of W"),
]

# (question, what becomes of the right value and is as right), and (question, answer)
AS_RIGHT = [
    ("2.1", lambda steps: np.array(steps, dtype=object)),
    ("2.3", lambda classes: tuple(map(np.array, classes))),
    ("2.5", lambda p: p | {"W1": p["W1"].tolist()}),
    ("3.2", lambda p: p | {"W1": drawn(p["W1"][:1]) + 0 * p["W1"], "W2": (1 - p["W2"]).astype(int), "b2": p["b2"] + 3}),
    ("3.4", lambda moves: tuple(map(int, moves))),
    ("4.6", np.int64),
    ("4.7", lambda same: {name: int(value) for name, value in same.items()}),
    ("6.6", lambda W: -W),
    ("7.5", lambda name: np.array([name])[0]),
    ("8.4", lambda start: {"loss": float(start["loss"]), "b": list(start["b"] - start["b"].max())}),
]
RIGHT = [
    ("1.1", lambda z: 1.7159 * np.tanh(2 / 3 * (z + 1e-30j)).imag / 1e-30),
    ("2.5", moved(lambda W1, j: up(W1, (-1, j), -np.inf))),
    ("4.4", lambda labels, classes: np.log(f := np.bincount(labels)) - np.log(f).mean()),
    ("6.3", lambda a, c: 1 / theory.gaussian_mean(lambda z: np.where(z < 0, a * z, c * z) ** 2, 1.0)),
    ("6.6", lambda A, gain: gain * np.matmul(*np.linalg.svd(A, full_matrices=False)[::2])),
    ("7.1", lambda s, a, level: np.where((k := a >= level).any(axis=0), s[k.argmax(axis=0)], np.inf)),
    ("9.1", lambda phi: (phi(np.random.default_rng(7).normal(size=10**6)) ** 2).mean() ** -0.5),
]
