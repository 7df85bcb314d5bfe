"""Question 1.4, all the gradients."""

from functools import partial

import numpy as np

from course_utils import activations, mlp
from course_utils.activations import lecun_tanh
from course_utils.checks import q1_1, q1_2, q1_3
from course_utils.checks.core import Mistake, Question
from course_utils.losses import softmax


def gradients(params, x, targets):
    """All gradients of a network with LeCun's tanh and the squared error."""
    return mlp.loss_and_gradients(params, x, targets, "lecun_tanh", "squared_error")[1]


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
    slope=q1_1.slope,
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


QUESTION = Question(
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
                {"begin": lambda z, y: (q1_2.sigmoid(z) - y) / len(y)},
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
            ("at-h", "phi' is taken at h instead of z on the way back", {"slope": lambda z: q1_1.slope(lecun_tanh(z))}),
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
                for mistake in q1_1.WRONG_SLOPES
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
                f"phi'(z) multiplies wrongly: {q1_3.ENTRY_BY_ENTRY}",
                {"one_down": lambda delta, W, z: delta @ W @ q1_1.slope(z)},
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
        (q1_3.QUESTION, lambda theirs: partial(_faulty, one_down=theirs)),
        (q1_1.QUESTION, lambda theirs: partial(_faulty, slope=theirs)),
    ),
)
