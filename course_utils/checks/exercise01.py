"""The questions of exercise 01, backpropagation by hand."""

from functools import partial

import numpy as np

from course_utils import activations, gradcheck, losses, mlp
from course_utils.activations import lecun_tanh
from course_utils.checks.core import Mistake, Question
from course_utils.losses import softmax


def lecun_tanh_derivative(z):
    """f'(z) for f(z) = 1.7159 tanh(2z/3)."""
    return lecun_tanh.derivative(z)


def output_delta(logits, labels):
    """dL/dz^L of the mean softmax cross-entropy."""
    return losses.cross_entropy.gradient(logits, labels)


def hidden_delta(delta_next, W_next, z):
    """delta^l from delta^(l+1), for tanh."""
    return (delta_next @ W_next) * activations.tanh.derivative(z)


def gradients(params, x, labels):
    """All gradients of a tanh network with softmax cross-entropy."""
    return mlp.loss_and_gradients(params, x, labels)[1]


def complex_step_derivative(f, x):
    """f'(x) as Im f(x + ih) / h."""
    return gradcheck.complex_step(f, x)[()]


# 1.1


def _points(rng):
    for shape in [(6,), (3, 4), (5, 2)]:
        yield (rng.normal(size=shape) * 1.5,)


_SLOPE = 1.7159 * 2 / 3

DERIVATIVE = Question(
    "1.1",
    2,
    "The derivative of LeCun's tanh",
    lecun_tanh_derivative,
    _points,
    (
        Mistake("the inner derivative 2/3 is missing (chain rule)", lambda z: 1.7159 * (1 - np.tanh(2 * z / 3) ** 2)),
        Mistake("the outer factor 1.7159 is missing", lambda z: 2 / 3 * (1 - np.tanh(2 * z / 3) ** 2)),
        Mistake(
            "both factors, 1.7159 and the inner derivative 2/3, are missing", lambda z: 1 - np.tanh(2 * z / 3) ** 2
        ),
        Mistake(
            "this is f' evaluated at h = f(z): z itself goes into f'", lambda z: lecun_tanh.derivative(lecun_tanh(z))
        ),
        Mistake("1 - h^2 is the derivative of plain tanh, not of this f", lambda z: 1 - lecun_tanh(z) ** 2),
        Mistake(
            "1 - h^2 is wrong here: the square is that of tanh(2z/3), without the factor 1.7159",
            lambda z: _SLOPE * (1 - lecun_tanh(z) ** 2),
        ),
        Mistake("the tanh must be taken of 2z/3, not of z", lambda z: _SLOPE * (1 - np.tanh(z) ** 2)),
        Mistake("this is the derivative of plain tanh", lambda z: 1 - np.tanh(z) ** 2),
        Mistake("the tanh is not squared: its derivative is 1 - tanh^2", lambda z: _SLOPE * (1 - np.tanh(2 * z / 3))),
        Mistake("this is f itself, not its derivative", lecun_tanh),
    ),
)


# 1.2


def _logits(rng):
    for n, classes in [(4, 4), (5, 3), (3, 6), (1, 2), (7, 2)]:
        yield rng.normal(size=(n, classes)) * 2, rng.integers(classes, size=n)


def _one_hot(logits, labels):
    return np.eye(logits.shape[1])[labels]


def _softmax_of_columns(logits, labels):
    return (softmax(logits.T).T - _one_hot(logits, labels)) / len(labels)


def _softmax_without_keepdims(logits, labels):
    e = np.exp(logits)
    return (e / e.sum(axis=1) - _one_hot(logits, labels)) / len(labels)


def _softmax_of_all(logits, labels):
    e = np.exp(logits)
    return (e / e.sum() - _one_hot(logits, labels)) / len(labels)


def _whole_columns(logits, labels):
    p = softmax(logits)
    p[:, labels] -= 1
    return p / len(labels)


OUTPUT_DELTA = Question(
    "1.2",
    2,
    "The error at the output",
    output_delta,
    _logits,
    (
        Mistake(
            "this is for the sum over the batch: the loss is the mean, so divide by the number of samples",
            lambda a, y: softmax(a) - _one_hot(a, y),
        ),
        Mistake("the sign is flipped: it is p - y, not y - p", lambda a, y: (_one_hot(a, y) - softmax(a)) / len(y)),
        Mistake(
            "the sign is flipped, and it is divided by the number of classes, not of samples",
            lambda a, y: (_one_hot(a, y) - softmax(a)) / a.shape[1],
        ),
        Mistake(
            "the sign is flipped, and it is the sum, not the mean, over the batch",
            lambda a, y: _one_hot(a, y) - softmax(a),
        ),
        Mistake("the softmax runs over the wrong axis: each row, a sample, must sum to 1", _softmax_of_columns),
        Mistake(
            "the softmax divides by the wrong sums: use keepdims=True, so that each row is divided by its own",
            _softmax_without_keepdims,
        ),
        Mistake("the one-hot labels are not subtracted: p is only half of it", lambda a, y: softmax(a) / len(y)),
        Mistake("these are the probabilities p: subtract the one-hot labels, divide by n", lambda a, y: softmax(a)),
        Mistake(
            "divided by the number of classes: it must be the number of samples",
            lambda a, y: (softmax(a) - _one_hot(a, y)) / a.shape[1],
        ),
        Mistake(
            "divided by the number of entries: it must be the number of samples",
            lambda a, y: (softmax(a) - _one_hot(a, y)) / a.size,
        ),
        Mistake(
            "the softmax is missing: this subtracts the labels from the logits",
            lambda a, y: (a - _one_hot(a, y)) / len(y),
        ),
        Mistake(
            "the softmax is not normalised: divide by the sum of each row",
            lambda a, y: (np.exp(a) - _one_hot(a, y)) / len(y),
        ),
        Mistake(
            "the softmax divides by the sum of the whole batch: each row, a sample, must sum to 1", _softmax_of_all
        ),
        Mistake("1 is subtracted in whole columns: use p[np.arange(n), labels], one entry a row", _whole_columns),
        Mistake(
            "the labels are subtracted as numbers: they must be one-hot rows",
            lambda a, y: (softmax(a) - y[:, None]) / len(y),
        ),
        Mistake("1 is subtracted from every entry: only the label's gets it", lambda a, y: (softmax(a) - 1) / len(y)),
        Mistake(
            "the factor p (1 - p) is too much: softmax and cross-entropy together give p - y",
            lambda a, y: (softmax(a) - _one_hot(a, y)) * softmax(a) * (1 - softmax(a)) / len(y),
        ),
    ),
)


# 1.3


def _layer(rng):
    for n, n_next, n_here in [(3, 3, 3), (5, 2, 4), (4, 6, 3), (2, 3, 1)]:
        yield rng.normal(size=(n, n_next)), rng.normal(size=(n_next, n_here)), rng.normal(size=(n, n_here))


_slope = activations.tanh.derivative

HIDDEN_DELTA = Question(
    "1.3",
    3,
    "The error one layer down",
    hidden_delta,
    _layer,
    (
        Mistake(
            "phi' is taken at h = tanh(z): it must be taken at z (1 - h^2, not 1 - tanh(h)^2)",
            lambda d, W, z: (d @ W) * _slope(np.tanh(z)),
        ),
        Mistake("the factor phi'(z) is missing: the error must also pass back through tanh", lambda d, W, z: d @ W),
        Mistake(
            "W and its transpose are mixed up: with samples in rows it is delta W, not delta W^T",
            lambda d, W, z: (d @ W.T) * _slope(z),
        ),
        Mistake("W and its transpose are mixed up, and the factor phi'(z) is missing", lambda d, W, z: d @ W.T),
        Mistake("multiplied by h = tanh(z) instead of phi'(z)", lambda d, W, z: (d @ W) * np.tanh(z)),
        Mistake("1 - z^2 takes z for h: phi'(z) is 1 - tanh(z)^2", lambda d, W, z: (d @ W) * (1 - z**2)),
        Mistake("the tanh is not squared: phi'(z) is 1 - tanh(z)^2", lambda d, W, z: (d @ W) * (1 - np.tanh(z))),
        Mistake(
            "the factor h (1 - h) is the sigmoid's: for tanh it is 1 - h^2",
            lambda d, W, z: (d @ W) * np.tanh(z) * (1 - np.tanh(z)),
        ),
        Mistake(
            "W^T delta is the formula for samples in columns: here they are rows, so it is delta W",
            lambda d, W, z: (W.T @ d) * _slope(z),
        ),
        Mistake("phi'(z) is added, it must multiply", lambda d, W, z: d @ W + _slope(z)),
        Mistake(
            "divided by the number of samples: the mean is already in delta",
            lambda d, W, z: (d @ W) * _slope(z) / len(z),
        ),
        Mistake("multiplied by z instead of phi'(z)", lambda d, W, z: (d @ W) * z),
        Mistake(
            "this is phi' of LeCun's f: this network has plain tanh", lambda d, W, z: (d @ W) * lecun_tanh.derivative(z)
        ),
    ),
)


# 1.4


def _networks(rng):
    for n, sizes in [(3, [3, 3, 3]), (5, [4, 3, 2]), (4, [2, 5, 3, 2]), (6, [3, 4]), (2, [3, 2, 4, 3, 2])]:
        params = mlp.initialize(sizes, "normal", sigma_w=1.5, sigma_b=0.5, rng=rng)
        params[f"b{len(sizes) - 1}"] += rng.normal(size=sizes[-1])
        yield params, rng.normal(size=(n, sizes[0])), rng.integers(sizes[-1], size=n)


def _faulty(
    params,
    x,
    labels,
    *,
    forward=lambda h, W, b: h @ W.T + b,
    end=lambda z: z,
    begin=output_delta,
    weights=lambda delta, below, here: delta.T @ below,
    bias=lambda delta: delta.sum(axis=0),
    back=lambda delta, W, W_below: delta @ W,
    slope=_slope,
):
    """Backpropagation with a mistake in one of its parts."""
    L = len(params) // 2
    z, h, grads = {}, {0: x}, {}
    for l in range(1, L + 1):
        z[l] = forward(h[l - 1], params[f"W{l}"], params[f"b{l}"])
        h[l] = np.tanh(z[l]) if l < L else end(z[l])
    delta = begin(h[L], labels)
    for l in range(L, 0, -1):
        grads[f"W{l}"], grads[f"b{l}"] = weights(delta, h[l - 1], h[l]), bias(delta)
        if l > 1:
            delta = back(delta, params[f"W{l}"], params[f"W{l - 1}"]) * slope(z[l - 1])
    return grads


def _tanh_output_differentiated(params, x, labels):
    def begin(h, labels):
        return output_delta(h, labels) * (1 - h**2)

    return _faulty(params, x, labels, end=np.tanh, begin=begin)


def _summed(logits, labels):
    return output_delta(logits, labels) * len(labels)


GRADIENTS = Question(
    "1.4",
    3,
    "All the gradients",
    gradients,
    _networks,
    tuple(
        Mistake(message, partial(_faulty, **parts) if isinstance(parts, dict) else parts)
        for message, parts in {
            "the bias gradient is averaged over the samples: sum it, the mean is already in delta": {
                "bias": lambda delta: delta.mean(axis=0)
            },
            "both gradients are divided by the number of samples once too often: the mean is already in delta": {
                "begin": lambda a, y: output_delta(a, y) / len(y)
            },
            "the weight gradients are divided by the number of samples: the mean is already in delta": {
                "weights": lambda delta, below, here: delta.T @ below / len(delta)
            },
            "this is the gradient of the sum over the batch: the loss is the mean": {"begin": _summed},
            "the weight gradient is transposed: it is delta^T h, of the shape of W": {
                "weights": lambda delta, below, here: below.T @ delta
            },
            "phi'(z) is missing on the way back: every hidden delta is multiplied by it": {"slope": np.ones_like},
            "phi' is taken at h instead of z on the way back": {"slope": lambda z: _slope(np.tanh(z))},
            "multiplied by h instead of phi'(z) on the way back": {"slope": np.tanh},
            "dW^l uses h^l, the layer's own output: it needs its input h^(l-1)": {
                "weights": lambda delta, below, here: delta.T @ here
            },
            "the output layer has no tanh: its z goes straight into the softmax": {"end": np.tanh},
            "the output layer has no tanh, neither on the way forward nor back": _tanh_output_differentiated,
            "W and its transpose are mixed up on the way back: with samples in rows it is delta W": {
                "back": lambda delta, W, W_below: delta @ W.T
            },
            "delta^l is sent back through W^l: it must come through W^(l+1)": {
                "back": lambda delta, W, W_below: delta @ W_below
            },
            "the bias is missing in the forward pass": {"forward": lambda h, W, b: h @ W.T},
            "W and its transpose are mixed up in the forward pass: z = h W^T + b": {
                "forward": lambda h, W, b: h @ W + b
            },
            "the bias gradient is not summed over the samples": {"bias": lambda delta: delta},
            "the bias gradient is summed over the wrong axis: over the samples, axis 0": {
                "bias": lambda delta: delta.sum(axis=1)
            },
            "the sign is flipped: delta at the output is p - y": {"begin": lambda a, y: -output_delta(a, y)},
        }.items()
    ),
)


# 1.5


class _Watched:
    """A function that remembers at which points it was evaluated."""

    name = "f"

    def __init__(self, function):
        self.function, self.points = function, []

    def __call__(self, x):
        self.points.append(complex(np.ravel(x)[0]))
        return self.function(x)


def _analytic(rng):
    functions = [
        lambda t: np.exp(t) / (np.sin(t) ** 3 + np.cos(t) ** 3),  # the example of Squire & Trapp 1998
        lecun_tanh,
        lambda t: np.sin(20 * t),
        lambda t: t**4 - 3 * t,
    ]
    for function in functions:
        yield _Watched(function), round(float(rng.uniform(0.4, 0.7)), 3)


def _inexact(runs):
    """What is wrong with a derivative that must be right to 1e-12; None if nothing is."""
    worst = max(runs, key=_relative_error)
    if _relative_error(worst) <= 1e-12:
        return None
    steps = [abs(point.imag) for point in worst.args["f"].points if point.imag]
    reason = _from_complex_points(worst, steps[0]) if steps else _from_real_points(worst)
    return f"the value is off by {_relative_error(worst):.0e} (relative): {reason}"


def _relative_error(run):
    return abs(run.value - run.expected) / abs(run.expected)


def _from_real_points(run):
    """What was done instead, if f was never called with a complex number."""
    points = run.args["f"].points
    if len(set(points)) < 2:
        return "f must be called at x + ih, with a small h"
    kind = "forward difference" if run.args["x"] in points else "central difference"
    return f"this is a {kind}, where values of f are subtracted and their digits cancel; call f(x + ih) instead"


def _from_complex_points(run, h):
    """What was done with f(x + ih)."""
    at_step = complex(run.args["f"].function(run.args["x"] + 1j * h))
    wrong = {
        "this is the real part of f(x + ih): take the imaginary part": at_step.real,
        "this is the real part of f(x + ih), divided by h: take the imaginary part": at_step.real / h,
        "this is the modulus of f(x + ih): take the imaginary part": abs(at_step),
        "this is the modulus of f(x + ih), divided by h: take the imaginary part": abs(at_step) / h,
        "the imaginary part is not divided by h": at_step.imag,
        "the imaginary part is divided by 2h: there is only one step, h": at_step.imag / (2 * h),
        "the sign is flipped": -at_step.imag / h,
        f"the step h = {h:.0e} is too large, the error is about h^2; nothing cancels here, so take 1e-30": at_step.imag
        / h,
    }
    near = (message for message, value in wrong.items() if np.isclose(run.value, value, rtol=1e-9, atol=0))
    return next(near, "take the imaginary part of f(x + ih) and divide it by h")


COMPLEX_STEP = Question("1.5", 2, "The complex step", complex_step_derivative, _analytic, compare=_inexact)

QUESTIONS = (DERIVATIVE, OUTPUT_DELTA, HIDDEN_DELTA, GRADIENTS, COMPLEX_STEP)
