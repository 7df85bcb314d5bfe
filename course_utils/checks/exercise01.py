"""The questions of exercise 01, backpropagation by hand."""

from functools import partial

import numpy as np

from course_utils import activations, gradcheck, losses, mlp
from course_utils.activations import lecun_tanh
from course_utils.checks.core import Mistake, Question
from course_utils.checks.values import Recognised
from course_utils.losses import softmax


def lecun_tanh_derivative(z):
    """f'(z) for f(z) = 1.7159 tanh(2z/3)."""
    return lecun_tanh.derivative(z)


def output_delta(logits, targets):
    """dL/dz^L of the mean binary cross-entropy, with sigmoid outputs."""
    return losses.binary_cross_entropy.gradient(logits, targets)


def hidden_delta(delta_next, W_next, z):
    """delta^l from delta^(l+1), for LeCun's tanh."""
    return (delta_next @ W_next) * lecun_tanh.derivative(z)


def gradients(params, x, targets):
    """All gradients of a network with LeCun's tanh and the squared error."""
    return mlp.loss_and_gradients(params, x, targets, "lecun_tanh", "squared_error")[1]


def complex_step_gradient(f, x):
    """The gradient of f at x: Im f(x + ih) / h, one entry after the other."""
    return gradcheck.complex_step(f, x)


# 1.1


def _points(rng):
    for shape in [(6,), (3, 4), (5, 2)]:
        yield (rng.normal(size=shape) * 1.5,)


_SLOPE = 1.7159 * 2 / 3
_slope = lecun_tanh.derivative

# Wrong formulas for f'(z), which may turn up wherever f' is needed.
_WRONG_SLOPES = (
    Mistake(
        "no-inner-factor",
        "the inner derivative 2/3 is missing (chain rule)",
        lambda z: 1.7159 * (1 - np.tanh(2 * z / 3) ** 2),
    ),
    Mistake("no-outer-factor", "the outer factor 1.7159 is missing", lambda z: 2 / 3 * (1 - np.tanh(2 * z / 3) ** 2)),
    Mistake(
        "no-factors",
        "both factors, 1.7159 and the inner derivative 2/3, are missing",
        lambda z: 1 - np.tanh(2 * z / 3) ** 2,
    ),
    Mistake(
        "h-squared-scaled",
        "1 - h^2 is wrong here: the square is that of tanh(2z/3), without the factor 1.7159",
        lambda z: _SLOPE * (1 - lecun_tanh(z) ** 2),
    ),
    Mistake(
        "h-squared-plain", "1 - h^2 is the derivative of plain tanh, not of this f", lambda z: 1 - lecun_tanh(z) ** 2
    ),
    Mistake("tanh-of-z", "the tanh must be taken of 2z/3, not of z", lambda z: _SLOPE * (1 - np.tanh(z) ** 2)),
    Mistake("plain-tanh", "this is the derivative of plain tanh", lambda z: 1 - np.tanh(z) ** 2),
    Mistake(
        "tanh-not-squared",
        "the tanh is not squared: its derivative is 1 - tanh^2",
        lambda z: _SLOPE * (1 - np.tanh(2 * z / 3)),
    ),
)

DERIVATIVE = Question(
    "1.1",
    2,
    "The derivative of LeCun's tanh",
    lecun_tanh_derivative,
    _points,
    (
        *_WRONG_SLOPES,
        Mistake("at-h", "this is f' evaluated at h = f(z): z itself goes into f'", lambda z: _slope(lecun_tanh(z))),
        Mistake("f-itself", "this is f itself, not its derivative", lecun_tanh),
    ),
)


# 1.2


def _logits(rng):
    for n, n_out in [(4, 4), (5, 3), (3, 6), (1, 2), (7, 1)]:
        targets = rng.random((n, n_out))
        targets[0, 0], targets[-1, -1] = 0, 1
        yield rng.normal(size=(n, n_out)) * 2, targets


_sigmoid = activations.sigmoid.function
_sign = "the sign is flipped: it is p - t, not t - p"

OUTPUT_DELTA = Question(
    "1.2",
    2,
    "The error at the output",
    output_delta,
    _logits,
    (
        Mistake(
            "sum-not-mean",
            "this is for the sum over the batch: the loss is the mean, so divide by the number of samples",
            lambda a, t: _sigmoid(a) - t,
        ),
        Mistake(
            "per-entry",
            "divided by the number of entries: the mean is over the samples only, so divide by n",
            lambda a, t: (_sigmoid(a) - t) / a.size,
        ),
        Mistake(
            "per-output",
            "divided by the number of outputs: it must be the number of samples",
            lambda a, t: (_sigmoid(a) - t) / a.shape[1],
        ),
        Mistake("sign", _sign, lambda a, t: (t - _sigmoid(a)) / len(a)),
        Mistake(
            "sign-and-sum", f"{_sign}; and it is the sum, not the mean, over the batch", lambda a, t: t - _sigmoid(a)
        ),
        Mistake(
            "softmax",
            "this is the softmax: here each output goes through a sigmoid of its own",
            lambda a, t: (softmax(a) - t) / len(a),
        ),
        Mistake(
            "softmax-and-sum",
            "this is the softmax, and the sum over the batch: here each output has a sigmoid, and the loss is a mean",
            lambda a, t: softmax(a) - t,
        ),
        Mistake(
            "sigmoid-slope-too-much",
            "the factor p (1 - p) is too much: it cancels against the denominator of dL/dp",
            lambda a, t: (_sigmoid(a) - t) * _sigmoid(a) * (1 - _sigmoid(a)) / len(a),
        ),
        Mistake(
            "by-p",
            "this is dL/dp: multiply by dp/dz = p (1 - p), the derivative of the sigmoid",
            lambda a, t: (_sigmoid(a) - t) / (_sigmoid(a) * (1 - _sigmoid(a))) / len(a),
        ),
        Mistake(
            "no-sigmoid",
            "the sigmoid is missing: this compares the targets with the logits",
            lambda a, t: (a - t) / len(a),
        ),
        Mistake(
            "no-targets", "the targets are not subtracted: p is only half of it", lambda a, t: _sigmoid(a) / len(a)
        ),
        Mistake(
            "probabilities",
            "these are the probabilities p: subtract the targets, divide by n",
            lambda a, t: _sigmoid(a),
        ),
        Mistake(
            "sigmoid-turned",
            "the sigmoid is turned round: it is 1 / (1 + exp(-z)), with a minus",
            lambda a, t: (_sigmoid(-a) - t) / len(a),
        ),
        Mistake(
            "averaged-away",
            "this is averaged over the samples: each sample keeps its row, divided by n",
            lambda a, t: (_sigmoid(a) - t).mean(axis=0),
        ),
        Mistake(
            "one-number",
            "this is one number, as the loss is: its gradient has an entry for each output",
            lambda a, t: 0.0,
        ),
        Mistake(
            "tanh-outputs", "tanh is no probability: the outputs have sigmoids", lambda a, t: (np.tanh(a) - t) / len(a)
        ),
        Mistake(
            "first-term-only",
            "only the first term of the loss is differentiated: (1 - t) log(1 - p) depends on z, too",
            lambda a, t: t * (_sigmoid(a) - 1) / len(a),
        ),
        Mistake(
            "targets-rounded",
            "the targets are rounded to 0 or 1: they may be any numbers between",
            lambda a, t: (_sigmoid(a) - (t > 0.5)) / len(a),
        ),
        Mistake(
            "p-rounded",
            "the p are rounded to 0 or 1: they may be any numbers between",
            lambda a, t: ((a > 0) - t) / len(a),
        ),
    ),
    advice=(
        (
            r"arrays used as indices must be of integer|could not be broadcast.*\(\d+,\d+,\d+\)",
            "the targets are a number for each output, of the shape of the logits, not labels: no one-hot rows here",
        ),
    ),
)


# 1.3


def _layer(rng):
    for n, n_next, n_here in [(3, 3, 3), (5, 2, 4), (4, 6, 3), (2, 3, 1)]:
        yield rng.normal(size=(n, n_next)), rng.normal(size=(n_next, n_here)), rng.normal(size=(n, n_here))


_entry_by_entry = "multiply entry by entry with *: @ is the matrix product"

HIDDEN_DELTA = Question(
    "1.3",
    3,
    "The error one layer down",
    hidden_delta,
    _layer,
    (
        Mistake(
            "at-h", "phi' is taken at h = f(z): it must be taken at z", lambda d, W, z: (d @ W) * _slope(lecun_tanh(z))
        ),
        Mistake(
            "no-slope",
            "the factor phi'(z) is missing: the error must also pass back through phi",
            lambda d, W, z: d @ W,
        ),
        Mistake(
            "transposed",
            "W and its transpose are mixed up: with samples in rows it is delta W, not delta W^T",
            lambda d, W, z: (d @ W.T) * _slope(z),
        ),
        Mistake(
            "transposed-no-slope",
            "W and its transpose are mixed up, and the factor phi'(z) is missing",
            lambda d, W, z: d @ W.T,
        ),
        Mistake(
            "matrix-product",
            f"phi'(z) multiplies wrongly: {_entry_by_entry}",
            lambda d, W, z: d @ W @ _slope(z),
            (lambda d, W, z: d @ W @ _slope(z).T,),
        ),
        Mistake(
            "matrix-product-columns",
            f"phi'(z) multiplies wrongly: {_entry_by_entry}, and with samples in rows delta W stands before it",
            lambda d, W, z: W.T @ d @ _slope(z),
        ),
        Mistake(
            "w-entry-by-entry",
            "delta and W are multiplied entry by entry: it is a matrix product, @",
            lambda d, W, z: d * W * _slope(z),
        ),
        Mistake(
            "plain-tanh",
            "the derivative of plain tanh, 1 - tanh(z)^2, is taken: here phi is LeCun's f, so it is f' of question 1.1",
            lambda d, W, z: (d @ W) * (1 - np.tanh(z) ** 2),
        ),
        Mistake("times-h", "multiplied by h = f(z) instead of phi'(z)", lambda d, W, z: (d @ W) * lecun_tanh(z)),
        Mistake(
            "times-tanh",
            "multiplied by tanh(z) instead of phi'(z), and phi is LeCun's f",
            lambda d, W, z: (d @ W) * np.tanh(z),
        ),
        Mistake("z-for-tanh", "1 - z^2 takes z for tanh(z)", lambda d, W, z: (d @ W) * (1 - z**2)),
        *(
            Mistake(
                mistake.id, f"phi'(z) is wrong: {mistake.message}", lambda d, W, z, f=mistake.function: (d @ W) * f(z)
            )
            for mistake in _WRONG_SLOPES
            if "plain tanh" not in mistake.message
        ),
        Mistake(
            "h-squared-plain",
            "phi'(z) is wrong: 1 - h^2 is for plain tanh, with h = tanh(z)",
            lambda d, W, z: (d @ W) * (1 - lecun_tanh(z) ** 2),
        ),
        Mistake(
            "sigmoid-slope",
            "h (1 - h) is for the sigmoid: here phi' is f' of question 1.1",
            lambda d, W, z: (d @ W) * lecun_tanh(z) * (1 - lecun_tanh(z)),
        ),
        Mistake(
            "column-formula",
            "W^T delta is the formula for one sample as a column: here samples are rows, so it is delta W",
            lambda d, W, z: (W.T @ d) * _slope(z),
        ),
        Mistake("slope-added", "phi'(z) is added, it must multiply", lambda d, W, z: d @ W + _slope(z)),
        Mistake(
            "divided-by-n",
            "divided by the number of samples: the mean is already in delta",
            lambda d, W, z: (d @ W) * _slope(z) / len(z),
        ),
        Mistake("times-z", "multiplied by z instead of phi'(z)", lambda d, W, z: (d @ W) * z),
    ),
    builds_on=((DERIVATIVE, lambda theirs: lambda d, W, z: (d @ W) * theirs(z)),),
)


# 1.4


def _networks(rng):
    for n, sizes in [(3, [3, 3, 3, 3]), (5, [4, 3, 2]), (4, [2, 5, 3, 2]), (6, [3, 4]), (2, [3, 2, 4, 3, 2])]:
        params = mlp.initialize(sizes, "normal", sigma_w=1.5, sigma_b=0.5, rng=rng)
        params[f"b{len(sizes) - 1}"] += rng.normal(size=sizes[-1])
        yield params, rng.normal(size=(n, sizes[0])), rng.normal(size=(n, sizes[-1]))


def _residual(output, targets):
    return (output - targets) / len(output)


def _faulty(
    params,
    x,
    targets,
    *,
    forward=lambda h, W, b: h @ W.T + b,
    phi=lecun_tanh,
    end=lambda z: z,
    begin=_residual,
    weights=lambda delta, below, here: delta.T @ below,
    bias=lambda delta: delta.sum(axis=0),
    back=lambda delta, W, W_below: delta @ W,
    slope=_slope,
    at=lambda z, l: z[l - 1],
    keep=lambda output: output,
    one_down=None,
):
    """Backpropagation with a mistake in one of its parts."""
    L = len(params) // 2
    z, h, grads = {}, {0: x}, {}
    for l in range(1, L + 1):
        z[l] = forward(h[l - 1], params[f"W{l}"], params[f"b{l}"])
        h[l] = phi(z[l]) if l < L else end(z[l])
    delta = begin(h[L], targets)
    h[L] = keep(h[L])
    for l in range(L, 0, -1):
        grads[f"W{l}"], grads[f"b{l}"] = weights(delta, h[l - 1], h[l]), bias(delta)
        if l > 1 and one_down:
            delta = one_down(delta, params[f"W{l}"], z[l - 1])
        elif l > 1:
            delta = back(delta, params[f"W{l}"], params[f"W{l - 1}"]) * slope(at(z, l))
    return grads


def _f_at_the_output_differentiated(params, x, targets):
    def begin(h, targets):
        return _residual(h, targets) * (2 / 3) * (1.7159 - h**2 / 1.7159)

    return _faulty(params, x, targets, end=lecun_tanh, begin=begin)


def _own_output(delta, below, here):
    return delta.T @ here


_wrong_layer = "dW^l uses h^l, the layer's own output: it needs its input h^(l-1), h[l - 1]"
_wrong_z = "phi' is taken at the wrong z on the way back: delta^(l-1) = ... * phi'(z^(l-1)), z[l - 1]"

GRADIENTS = Question(
    "1.4",
    3,
    "All the gradients",
    gradients,
    _networks,
    tuple(
        Mistake(id, message, partial(_faulty, **parts) if isinstance(parts, dict) else parts)
        for id, message, parts in [
            (
                "bias-averaged",
                "the bias gradient is averaged over the samples: sum it, the mean is already in delta",
                {"bias": lambda delta: delta.mean(axis=0)},
            ),
            (
                "both-divided",
                "both gradients are divided by the number of samples once too often: the mean is already in delta",
                {"begin": lambda z, y: (z - y) / len(y) ** 2},
            ),
            (
                "weights-divided",
                "the weight gradients are divided by the number of samples: the mean is already in delta",
                {"weights": lambda delta, below, here: delta.T @ below / len(delta)},
            ),
            (
                "sum-not-mean",
                "this is the gradient of the sum over the batch: the loss is the mean",
                {"begin": lambda z, y: z - y},
            ),
            (
                "two-of-the-square",
                "twice too large: the loss is half the squared distance, so the 2 of the square cancels",
                {"begin": lambda z, y: 2 * (z - y) / len(y)},
            ),
            (
                "per-entry",
                "the residual is divided by the number of entries: the mean is over the samples only",
                {"begin": lambda z, y: (z - y) / y.size},
            ),
            (
                "mean-square",
                "twice too large, and divided by the number of entries: delta^L is (z^L - y) / n",
                {"begin": lambda z, y: 2 * (z - y) / y.size},
            ),
            (
                "sign",
                "the sign is flipped: delta at the output is (z^L - y) / n",
                {"begin": lambda z, y: (y - z) / len(y)},
            ),
            (
                "sigmoid-output",
                "delta^L is that of question 1.2: with the squared error there is no sigmoid, it is (z^L - y) / n",
                {"begin": lambda z, y: (_sigmoid(z) - y) / len(y)},
            ),
            (
                "softmax-output",
                "delta^L is that of a softmax: with the squared error it is (z^L - y) / n",
                {"begin": lambda z, y: (softmax(z) - y) / len(y)},
            ),
            (
                "weights-transposed",
                "the weight gradient is transposed: it is delta^T h, of the shape of W",
                {"weights": lambda delta, below, here: below.T @ delta},
            ),
            (
                "no-slope",
                "phi'(z) is missing on the way back: every hidden delta is multiplied by it",
                {"slope": np.ones_like},
            ),
            ("at-h", "phi' is taken at h instead of z on the way back", {"slope": lambda z: _slope(lecun_tanh(z))}),
            ("times-h", "multiplied by h instead of phi'(z) on the way back", {"slope": lecun_tanh}),
            ("own-output", _wrong_layer, {"weights": _own_output}),
            ("own-output-activated", _wrong_layer, {"weights": _own_output, "keep": lecun_tanh}),
            ("wrong-z", _wrong_z, {"at": lambda z, l: z[l]}),
            ("first-z", _wrong_z, {"at": lambda z, l: z[1]}),
            (
                "plain-tanh",
                "plain tanh is used throughout: this network has LeCun's f",
                {"phi": np.tanh, "slope": activations.tanh.derivative},
            ),
            (
                "plain-tanh-forward",
                "plain tanh is used on the way forward: this network has LeCun's f",
                {"phi": np.tanh},
            ),
            (
                "plain-tanh-back",
                "the slope on the way back is that of plain tanh: this network has LeCun's f",
                {"slope": activations.tanh.derivative},
            ),
            (
                "h-squared-plain",
                "1 - h^2 is the slope of plain tanh only: on the way back take f' of question 1.1",
                {"slope": lambda z: 1 - lecun_tanh(z) ** 2},
            ),
            *(
                (mistake.id, f"phi'(z) is wrong on the way back: {mistake.message}", {"slope": mistake.function})
                for mistake in _WRONG_SLOPES
                if "plain tanh" not in mistake.message
            ),
            (
                "output-activated",
                "the output layer has no activation: its z goes straight into the loss",
                {"end": lecun_tanh},
            ),
            (
                "output-activated-and-back",
                "the output layer has no activation, neither on the way forward nor back",
                _f_at_the_output_differentiated,
            ),
            (
                "transposed-back",
                "W and its transpose are mixed up on the way back: with samples in rows it is delta W",
                {"back": lambda delta, W, W_below: delta @ W.T},
            ),
            (
                "wrong-layer-back",
                "delta^l is sent back through W^l: it must come through W^(l+1)",
                {"back": lambda delta, W, W_below: delta @ W_below},
            ),
            (
                "matrix-product",
                f"phi'(z) multiplies wrongly: {_entry_by_entry}",
                {"one_down": lambda delta, W, z: delta @ W @ _slope(z)},
            ),
            ("no-bias", "the bias is missing in the forward pass", {"forward": lambda h, W, b: h @ W.T}),
            (
                "transposed-forward",
                "W and its transpose are mixed up in the forward pass: z = h W^T + b",
                {"forward": lambda h, W, b: h @ W + b},
            ),
            ("bias-not-summed", "the bias gradient is not summed over the samples", {"bias": lambda delta: delta}),
            (
                "bias-wrong-axis",
                "the bias gradient is summed over the wrong axis: over the samples, axis 0",
                {"bias": lambda delta: delta.sum(axis=1)},
            ),
        ]
    ),
    advice=(
        (r"^KeyError: '[Wb]\d+'", "count the layers from 1 to L = len(params) // 2: the depth is not always the same"),
        (r"^KeyError: 0,", "there is no z^0, only h^0 = x: one layer below layer l it is z[l - 1], and only if l > 1"),
        (r"^KeyError: \d+,", "look at the layer's number: z^l and h^l exist for l = 1, ..., L, and h^0 is x"),
        (
            r"^IndexError: list index",
            "lists count from 0: with z^1 in z[0] everything is one off, a dict z = {} with z[l] is easier",
        ),
    ),
    builds_on=(
        (HIDDEN_DELTA, lambda theirs: partial(_faulty, one_down=theirs)),
        (DERIVATIVE, lambda theirs: partial(_faulty, slope=theirs)),
    ),
)


# 1.5


class _Watched:
    """A function that remembers at which points it was evaluated, the first thousand of them."""

    def __init__(self, function):
        self.function, self.points = function, []

    def __call__(self, x):
        value = self.function(x)
        if len(self.points) < 1000:
            self.points.append(np.array(x, dtype=complex))
        return value


def _small_net(t):
    """The loss of a neuron layer as a function of its four biases."""
    return 0.5 * ((np.array([1.0, -2.0, 0.5, 3.0]) * np.tanh(t + np.array([0.3, -0.2, 0.8, 0.1]))).sum() - 4) ** 2


def _analytic(rng):
    functions = {
        lambda t: np.exp(t[0]) / (np.sin(t[1]) ** 3 + np.cos(t[1]) ** 3) + t[0] * t[2] ** 2: 3,  # Squire & Trapp 1998
        _small_net: 4,
        lambda t: np.sin(20 * t[0]) * (1 + t[1]) + t[1] ** 3: 2,
        lambda t: (t**4 - 3 * t).sum(): 1,
        lambda t: np.prod(1 + t) + (t**3 * np.arange(1, 6)).sum(): 5,
    }
    for function, n in functions.items():
        yield _Watched(function), rng.uniform(0.4, 0.7, size=n).round(3)


def _inexact(calls):
    """What is wrong with a gradient that must be right to 1e-12; None if nothing is."""
    worst = max(calls, key=_relative_error)
    if _relative_error(worst) <= 1e-12:
        return None
    steps = [_step(call) for call in calls]
    id, reason = _from_complex_points(calls, steps) if all(steps) else _from_real_points(worst)
    at = f", at h = {max(steps):.0e}" if all(steps) else ""
    return Recognised(id, reason, f"the gradient is off by {_relative_error(worst):.0e} (relative){at}")


def _relative_error(call):
    return float(np.abs(call.value - call.expected).max() / np.abs(call.expected).max())


def _step(call):
    """The h of the first complex point at which f was called; 0 if there was none."""
    return next((float(np.abs(p.imag).max()) for p in call.args["f"].points if p.imag.any()), 0.0)


def _from_real_points(call):
    """What was done instead, with its id, if f was never called with a complex number."""
    points = [point.real for point in call.args["f"].points]
    moved = [point for point in points if not np.array_equal(point, call.args["x"])]
    if points and not moved and not call.value.any():
        return (
            "real-array",
            "f got real numbers only, for an array of real numbers cannot hold ih: copy x with x.astype(complex)",
        )
    if not moved:
        return "never-moved", "f must be called at x + ih, with a small h in one entry of x"
    kind = "central"
    if len(moved) < len(points):
        kind = "forward" if (moved[0] - call.args["x"]).sum() > 0 else "backward"
    return (
        f"{kind}-difference",
        f"this is a {kind} difference, where values of f are subtracted and their digits cancel; step by ih instead",
    )


def _from_complex_points(calls, steps):
    """What was done with f(x + ih), with its id."""
    explained = [_explanations(call, h) for call, h in zip(calls, steps)]
    for id, (message, _) in explained[0].items():
        if all(np.allclose(call.value, e[id][1], rtol=1e-9, atol=0) for call, e in zip(calls, explained)):
            return id, message
    return "not-the-quotient", "take the imaginary part of f(x + ih), with one entry moved, and divide it by h"


def _explanations(call, h):
    """What f(x + ih) leads to if something is done wrong: {id: (the words that say so, the result)}."""
    f, x = call.args["f"].function, call.args["x"]
    at_step = np.array([f(x + 1j * h * unit) for unit in np.eye(len(x))])
    right, together = at_step.imag / h, f(x + 1j * h).imag
    stays, imag = "put it back, or begin with a new copy", "take the imaginary part, .imag"
    return {
        "all-at-once": (_all_at_once, together / h),
        "all-at-once-not-divided": (
            "all entries have moved at once, and the result is not divided by h: move one at a time, divide by h",
            together,
        ),
        "not-put-back": (f"each entry stays moved while the next ones move: {stays}", np.cumsum(right)),
        "not-put-back-backwards": (
            f"each entry stays moved while the others move: {stays}",
            np.cumsum(right[::-1])[::-1],
        ),
        "real-part": (f"this is the real part of f(x + ih): {imag}", at_step.real),
        "real-part-divided": (f"this is the real part of f(x + ih), divided by h: {imag}", at_step.real / h),
        "modulus": (f"this is the modulus of f(x + ih): {imag}", abs(at_step)),
        "modulus-divided": (f"this is the modulus of f(x + ih), divided by h: {imag}", abs(at_step) / h),
        "not-divided": ("the imaginary part is not divided by h", at_step.imag),
        "two-steps": ("the imaginary part is divided by 2h: there is only one step, h", right / 2),
        "sign": ("the sign is flipped", -right),
        "large-step": (
            "the step h is too large, the error is about h^2; nothing cancels here, so take 1e-30",
            right,
        ),
    }


def _at_complex_step(part):
    """A wrong answer that makes something of f(x + ih) with one entry moved."""
    return lambda f, x: np.array([part(f(x + 1e-30j * unit), f(x)) for unit in np.eye(len(x))])


_all_at_once = "all entries have moved at once, which gives the sum of the derivatives: move one at a time"
_take_imag = "f(x + ih) is complex: only its imaginary part is wanted, f(z).imag / h"

COMPLEX_STEP = Question(
    "1.5",
    2,
    "The complex step",
    complex_step_gradient,
    _analytic,
    (
        Mistake("complex-result", _take_imag, _at_complex_step(lambda moved, start: moved / 1e-30)),
        Mistake(
            "all-at-once",
            _all_at_once,
            lambda f, x: f(x + 1e-30j).imag / 1e-30,
        ),
    ),
    compare=_inexact,
    advice=(
        (
            r"invalid index to scalar|not subscriptable|too many indices|must be real number, not complex",
            "f takes a whole array: copy x with x.astype(complex), move one entry of the copy by ih, and call f on it",
        ),
        (r"Cannot cast|not .?complex", "x holds real numbers and cannot hold ih: copy it with x.astype(complex)"),
    ),
)

QUESTIONS = (DERIVATIVE, OUTPUT_DELTA, HIDDEN_DELTA, GRADIENTS, COMPLEX_STEP)
