"""Question 9.4."""

import numpy as np

from course_utils import datasets, diagnostics, mlp, optimizers, training
from course_utils.activations import Activation, lecun_tanh, relu, tanh
from course_utils.checks.core import Question
from course_utils.checks.q9_1 import gain, leakier
from course_utils.checks.q9_3 import rms
from course_utils.checks.values import Recognised

elu = Activation("elu", lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z: np.exp(np.minimum(z, 0)))
wide_tanh = Activation("wide_tanh", lambda z: 2 * np.tanh(z / 4), slope=lambda h: (1 - (h / 2) ** 2) / 2)


half_relu = Activation("half_relu", lambda z: np.maximum(z, 0) / 2, lambda z: np.where(z > 0, 0.5, 0.0))


def critical(phi):
    """The sigma_w that keeps errors where sums are small: one over the RMS of phi's slopes right and left of 0.

    For tanh-like units 1 / phi'(0), for ReLU-like ones He's rule (lesson 6).
    """
    z = 1e-4
    right, left = (phi(np.array([z, 0.0])) - phi(np.array([0.0, -z]))) / z
    return float(1 / np.sqrt((right**2 + left**2) / 2))


def initialize(layer_sizes, activation, rng):
    """Normal weights that keep the errors' factor chi at 1, the output matrix at 1, biases zero."""
    params, L = {}, len(layer_sizes) - 1
    for l in range(1, L + 1):
        n_in, n_out = layer_sizes[l - 1 : l + 1]
        scale = critical(activation) if l < L else 1.0
        params |= {f"W{l}": rng.normal(size=(n_out, n_in)) * scale / np.sqrt(n_in), f"b{l}": np.zeros(n_out)}
    return params


NETS = (
    ([64, 40, 24, 10], tanh),
    ([64, *[48, 32] * 6, 10], relu),
    ([64, *[32, 48] * 5, 10], lecun_tanh),
    ([64, *[48] * 10, 10], leakier),
    ([64, *[40, 32] * 5, 10], elu),
    ([64, *[40] * 12, 10], wide_tanh),
    ([64, *[48, 40] * 5, 10], half_relu),
    ([64, *[40] * 12, 10], tanh),
)


def _unseen(rng):
    seed = int(rng.integers(2**32))
    yield [64, 20, 10], tanh, np.random.default_rng(seed)
    yield [64, 20, 10], tanh, np.random.default_rng(seed)
    yield [64, 20, 10], tanh, np.random.default_rng(seed + 1)
    for sizes, phi in NETS:
        yield sizes, phi, np.random.default_rng(int(rng.integers(2**32)))
    yield [64, *rng.integers(32, 49, size=6).tolist(), 10], tanh, np.random.default_rng(int(rng.integers(2**32)))


def _not_ready(calls):
    """Why the starts are no good: from the draws alone, from one pass forward and back, from training. None if fine."""
    one, again, other, *nets = calls
    equal = [all(np.array_equal(one.value[name], call.value[name]) for name in one.value) for call in (again, other)]
    if one.value["W1"].any() and not equal[0]:
        return "the same rng state gives another start each time: draw every random number from rng"
    faults = (_drawn_wrong, _passes_nothing, _does_not_train)
    all_faults = (fault(call.value, call.args["activation"]) for fault in faults for call in (one, *nets))
    fault = next(filter(None, all_faults), None)
    if fault is None and equal[1]:
        return "another rng gives the same start: draw from rng"
    return fault


def _called(params, phi):
    hidden = mlp.depth(params) - 1
    return f"{hidden} hidden layer{'s' if hidden > 1 else ''} of {phi.name}"


def _drawn_wrong(params, phi):
    for l in range(1, mlp.depth(params)):
        W = params[f"W{l}"]
        if not W.any():
            return f"{_called(params, phi)}: W{l} is zero, and lets no error through"
        if diagnostics.distinct_neurons(params, l) < len(W):
            return f"{_called(params, phi)}: layer {l} has equal neurons, and they stay equal forever"
        if diagnostics.distinct_rows(W) < len(W):
            return f"{_called(params, phi)}: W{l} has equal rows, so neurons begin as copies: draw each row for itself"
        if abs(W.mean()) * np.sqrt(W.size) > 6 * rms(W):
            return f"{_called(params, phi)}: the weights' mean is not 0, so sums are large, and alike for all images"
    return None


def _back_and_forth(params, x, labels, phi):
    """The trace of these images and the gradients, for an output that says one tenth to each class."""
    trace = mlp.propagate(params, x, phi, {})
    return trace, mlp.backward(params, trace, (0.1 - np.eye(10)[labels]) / len(x), phi)


def _passes_nothing(params, phi):
    data, L = datasets.digits(), mlp.depth(params)
    x, y = data.x_train[:100], data.y_train[:100]
    with np.errstate(over="ignore", invalid="ignore"):
        trace, grads = _back_and_forth(params, x, y, phi)
    if not np.isfinite(trace.output).all():
        return f"{_called(params, phi)}: the signal overflows, the weights are too large"
    # What tells images apart: a part that is the same for all of them says nothing.
    first, last = (np.sqrt(np.var(trace.z[l], axis=0).mean()) for l in (1, L - 1))
    if np.abs(trace.output).max() > 1e3:
        return (
            f"{_called(params, phi)}: outputs as large as {np.abs(trace.output).max():.0e}, the weights are too large"
        )
    if last < first / 12:
        if np.isclose(rms(params["W1"]) * params["W1"].shape[1], [gain(phi), critical(phi)], rtol=0.1).any():
            return Recognised(
                "by-fan-in",
                "the gain is divided by the number of inputs: a sum of n_in terms grows like their root, np.sqrt(n_in)",
                f"{_called(params, phi)}: what tells images apart shrinks from {first:.1g} to {last:.1g}",
            )
        return (
            f"{_called(params, phi)}: what tells images apart shrinks from {first:.1g} in layer 1 to {last:.1g} in the "
            "last: weights too small, or not centred, for this activation. Each needs its own scale (9.1)"
        )
    if last > 12 * first:
        return (
            f"{_called(params, phi)}: what tells images apart grows from {first:.1g} in layer 1 to {last:.1g} in the "
            "last: weights too large for this activation. Each needs its own scale (9.1)"
        )
    if phi.name in ("tanh", "lecun_tanh") and diagnostics.saturation(trace.z[1], phi) > 0.4:
        share = diagnostics.saturation(trace.z[1], phi)
        return (
            f"{_called(params, phi)}: {share:.0%} of the units are saturated, the scale is too large (W is divided by "
            "the root of its number of inputs, fan_in)"
        )
    growth = _chi(params, trace, phi)
    if phi.bounded and L > 12 and growth > 1.08:  # a mean over twelve layers, to 2 %; at the edge of chaos below 1
        return (
            f"{_called(params, phi)}: what tells two like images apart grows by {growth:.2f}, in square, from layer to "
            "layer: chi is above 1 (lesson 6). Such a start fits and reads new images badly: keep chi at 1, not the "
            "size of the signal (section 6.7)"
        )
    if not params[f"W{L}"].any():  # right, as lesson 8 has shown: it lets errors through after the first step
        params = {name: p - 0.1 * grads[name] for name, p in params.items()}
        _, grads = _back_and_forth(params, x, y, phi)
    if not grads["W1"].any():
        return f"{_called(params, phi)}: the gradient of W1 is 0"
    back = rms(grads["W1"]) / max(rms(grads[f"W{L - 1}"]), 1e-300)
    if not 1 / 40 < back < 40:
        return (
            f"{_called(params, phi)}: the gradient of W1 is {back:.1g} times that of W{L - 1}: the scale does not fit "
            "this activation"
        )
    return None


def _chi(params, trace, phi):
    """sigma_w^2 times the mean of phi'^2, measured, as the geometric mean over the hidden layers from the second on."""
    factors = [
        params[f"W{l}"].shape[1] * params[f"W{l}"].var() * np.mean(phi.derivative(trace.z[l - 1]) ** 2)
        for l in range(2, mlp.depth(params))
    ]
    return np.exp(np.log(factors).mean()) if factors and min(factors) > 0 else 0.0


def _does_not_train(params, phi):
    data = datasets.digits()
    if (phi.name, mlp.depth(params)) not in (("tanh", 3), ("lecun_tanh", 11)):
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        run = training.train(
            params, data.x_train, data.y_train, optimizers.sgd(0.05), steps=250, batch_size=64, activation=phi,
            rng=np.random.default_rng(0), progress=False,
        )  # fmt: skip
        train, test = (
            mlp.accuracy(run.params, x, y, phi) if np.isfinite(run.params["W1"]).all() else 0.0
            for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test))
        )
    if train < 0.85 or test < 0.8:
        return f"{_called(params, phi)}: train {train:.0%}, test {test:.0%} after 250 steps, not yet 85 % and 80 %"
    return None


ADVICE = {
    r"^KeyError|^AttributeError: 'Activation'": "the activation may be one you have not met: use activation(z) only",
}

QUESTION = Question(
    "9.4", 5, "Initialize a network you have never seen", initialize, _unseen, compare=_not_ready, advice=ADVICE
)
