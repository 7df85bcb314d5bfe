"""The clinic: networks with a known ailment, and the chart that a learner diagnoses them from.

A chart is a dict of arrays, measured every few steps of training (T times) on every hidden layer (H of them):

    "step" (T,)                    "loss", "train", "test" (T,): training loss, accuracies
    "ratio" (T, H + 1): size of the step's change of W^l over the size of W^l (RMS); nan where W^l is zero
    "varies" (T, H): how much h^l differs from image to image, the RMS over units of its standard deviation
    "flat" (T, H): the share of activations where phi' is below 5 % of its largest value (tanh: saturated, ReLU: off)
    "neurons" (T, H): neurons; "distinct": different ones; two are the same if row, bias and outgoing column agree
"""

import itertools

import numpy as np

from course_utils import _validate, _workers, diagnostics, losses, mlp, optimizers, training

AILMENTS = {
    "healthy": "nothing is wrong",
    "all zero": "every weight and bias started at zero",
    "equal weights": "all weights started at one and the same number, not zero",
    "zero weights, random biases": "all weights started at zero, the hidden biases at random",
    "two zero matrices": "two of the weight matrices started at zero, the others at random",
    "weights too small": "random weights on too small a scale for this depth",
    "weights too large": "random weights on too large a scale",
    "step size too small": "a good start, but steps a thousand times too short",
    "step size too large": "a good start, but steps too long",
    "dead ReLUs": "ReLU, biases so far below zero that nearly all units are off",
    "raw inputs": "pixels as they are in the file, 0 to 16, neither centred nor scaled",
}

# The patients of lesson 7, in three rounds: letter, ailment.
WARD = {
    "A": "step size too small",
    "B": "weights too small",
    "C": "healthy",
    "D": "raw inputs",
    "E": "two zero matrices",
    "F": "all zero",
    "G": "zero weights, random biases",
    "H": "equal weights",
    "I": "weights too large",
    "J": "step size too large",
    "K": "dead ReLUs",
}


def patient(letter, data):
    """The chart of a patient of lesson 7."""
    ailment = _validate.one_of("letter", letter, WARD)
    return admit(ailment, data, rng=np.random.default_rng(ord(letter)))


def chart(params, data, optimizer, *, activation="tanh", steps=300, every=20, batch_size=64, rng):
    """Train on `data` (as `datasets.digits()` gives it) by SGD on the cross-entropy and return the chart."""
    every = _validate.whole("every", every)
    path = training.descend(
        params, data.x_train, data.y_train, optimizer, activation=activation, batch_size=batch_size, rng=rng
    )
    rows, before = [], params
    with _workers.one_blas_thread, np.errstate(over="ignore", invalid="ignore"):
        for step, current in enumerate(itertools.islice(path, _validate.whole("steps", steps) + 2)):
            if rows and "ratio" not in rows[-1]:
                rows[-1]["ratio"] = [*diagnostics.update_to_weight(before, current).values()]
            if step % every == 0 and step <= steps:
                rows.append({"step": step, **_measured(current, data, activation)})
                before = {name: p.copy() for name, p in current.items()}
    return {name: np.array([row[name] for row in rows], dtype=float) for name in rows[0]}


def _measured(params, data, activation):
    """One row of a chart, without the ratio."""
    layers = range(1, mlp.depth(params))
    trace = mlp.forward(params, data.x_train, activation)
    return {
        "loss": losses.cross_entropy(trace.output, data.y_train),
        "train": (trace.output.argmax(axis=-1) == data.y_train).mean(),
        "test": mlp.accuracy(params, data.x_test, data.y_test, activation),
        "varies": [np.sqrt(trace.h[l].var(axis=0).mean()) for l in layers],
        "flat": [diagnostics.saturation(trace.z[l], activation) for l in layers],
        "neurons": [params[f"b{l}"].size for l in layers],
        "distinct": [diagnostics.distinct_neurons(params, l) for l in layers],
    }


def admit(ailment, data, *, rng, hidden_layers=4, width=32, steps=300, every=20, sigma_w=None, lr=None, zero=None):
    """The chart of a network with that ailment, a key of AILMENTS.

    sigma_w, lr and, of two zero matrices, the layers `zero` may be given; else they are such as go with the ailment.
    """
    _validate.one_of("ailment", ailment, AILMENTS)
    sizes = [data.x_train.shape[1], *[width] * hidden_layers, int(data.y_train.max()) + 1]
    activation = "relu" if ailment == "dead ReLUs" else "tanh"
    sigma_w = sigma_w or {"weights too small": 0.25, "weights too large": 5.0, "dead ReLUs": np.sqrt(2)}.get(
        ailment, 1.0
    )
    lr = lr or {"step size too small": 1e-4, "step size too large": 6.0}.get(ailment, 0.1)
    params = mlp.initialize(sizes, "normal", sigma_w=sigma_w, rng=rng)
    hidden = [f"b{l}" for l in range(1, hidden_layers + 1)]
    if ailment in ("all zero", "zero weights, random biases"):
        params = mlp.initialize(sizes, "zeros")
    if ailment == "zero weights, random biases":
        params |= {name: rng.normal(size=width) for name in hidden}
    if ailment == "equal weights":
        params = mlp.initialize(sizes, "constant", value=rng.uniform(0.03, 0.06))
    if ailment == "two zero matrices":
        chosen = zero or rng.choice(np.arange(2, hidden_layers + 2), size=2, replace=False)
        params |= {f"W{l}": np.zeros_like(params[f"W{l}"]) for l in chosen}
    if ailment == "dead ReLUs":
        params |= {name: np.full(width, -3.0) for name in hidden}
    if ailment == "raw inputs":
        raw = [x * data.pixel_scale + data.pixel_mean for x in (data.x_train, data.x_test)]
        data = data._replace(x_train=raw[0], x_test=raw[1])
    return chart(params, data, optimizers.sgd(lr), activation=activation, steps=steps, every=every, rng=rng)
