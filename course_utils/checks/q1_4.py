"""Question 1.4."""

from functools import partial

import numpy as np

from course_utils import activations, mlp
from course_utils.activations import lecun_tanh
from course_utils.checks import q1_1, q1_3
from course_utils.checks.core import Mistake, Question, known
from course_utils.checks.q1_1 import WRONG_SLOPES
from course_utils.checks.values import within
from course_utils.losses import softmax


def gradients(params, x, targets):
    """All gradients of a network with LeCun's tanh and the squared error."""
    return mlp.loss_and_gradients(params, x, targets, "lecun_tanh", "squared_error")[1]


def _networks(rng):
    fixed = [(3, [3, 3, 3, 3]), (5, [4, 3, 2]), (4, [2, 5, 3, 2]), (6, [3, 4]), (2, [3, 2, 4, 3, 2]), (1, [2, 1, 3])]
    drawn = (int(rng.integers(2, 8)), rng.integers(1, 6, size=rng.integers(3, 6)).tolist())
    for n, sizes in [*fixed, drawn]:
        params = mlp.initialize(sizes, "normal", sigma_w=1.5, sigma_b=0.5, rng=rng)
        params[f"b{len(sizes) - 1}"] += rng.normal(size=sizes[-1])
        order = rng.permutation(list(params)) if (n, sizes) == drawn else params  # the order of a dict says nothing
        yield {str(name): params[name] for name in order}, *(rng.normal(size=(n, sizes[i])) for i in (0, -1))


def _residual(output, targets):
    return (output - targets) / len(output)


def _down(delta, W, z):
    return delta @ W * lecun_tanh.derivative(z)


def _forward(params, x, phi=lecun_tanh):
    """z and h of all layers; the last layer has no h."""
    L = len(params) // 2
    z, h = {}, {0: x}
    for l in range(1, L + 1):
        z[l] = h[l - 1] @ params[f"W{l}"].T + params[f"b{l}"]
        h[l] = phi(z[l])
    return z, h


def _errors(params, z, delta, down=_down):
    """delta of all layers, from that of the last; down(delta, W, z) takes one a layer down."""
    deltas = {len(params) // 2: delta}
    for l in range(len(params) // 2, 1, -1):
        deltas[l - 1] = down(deltas[l], params[f"W{l}"], z[l - 1])
    return deltas


def _products(deltas, h):
    """The gradients from delta and h of all layers."""
    weights = {f"W{l}": delta.T @ h[l - 1] for l, delta in deltas.items()}
    return weights | {f"b{l}": delta.sum(axis=0) for l, delta in deltas.items()}


def _by_hand(params, x, targets, phi=lecun_tanh, start=_residual, down=_down):
    """The gradients, or wrong ones: with another activation, error at the output, or way down."""
    z, h = _forward(params, x, phi)
    return _products(_errors(params, z, start(z[max(z)], targets), down), h)


def _starting(start):
    """A wrong answer with another error at the output, from its z and the targets."""
    return partial(_by_hand, start=start)


def _sloping(slope, phi=lecun_tanh):
    """A wrong answer with another slope."""
    return partial(_by_hand, phi=phi, down=lambda delta, W, z: delta @ W * slope(z))


def _in_the_end(change):
    """A wrong answer made of the right gradients: change(name, gradient, targets)."""
    return lambda params, x, y: {name: change(name, g, y) for name, g in gradients(params, x, y).items()}


def _of_trace(rule):
    """A wrong answer from the right z, h and output errors: rule(params, z, h, delta)."""

    def function(params, x, targets):
        z, h = _forward(params, x)
        return rule(params, z, h, _residual(z[max(z)], targets))

    return function


def _biases(rule):
    """A wrong answer that makes the bias gradients of delta by another rule."""

    def function(params, z, h, delta):
        deltas = _errors(params, z, delta)
        return _products(deltas, h) | {f"b{l}": rule(delta) for l, delta in deltas.items()}

    return _of_trace(function)


def _own_output(params, z, h, delta):
    return _products(_errors(params, z, delta), {l - 1: h[l] if l < max(z) else z[l] for l in z})


def _through_the_layer_below(params, z, h, delta):
    return _products(_errors(params | {f"W{l + 1}": params[f"W{l}"] for l in range(1, max(z))}, z, delta), h)


def _transposed_forward(params, x, targets):
    z, h = _forward({name: p.T for name, p in params.items()}, x)
    return _products(_errors(params, z, _residual(z[max(z)], targets)), h)


MISTAKES = known(
    "bias-averaged: the bias gradient is averaged over the samples: sum it, the mean is already in delta",
    _in_the_end(lambda name, g, y: g / len(y) if name[0] == "b" else g),
    "both-divided: both gradients are divided by the number of samples once too often: the mean is already in delta",
    _in_the_end(lambda name, g, y: g / len(y)),
    "weights-divided: the weight gradients are divided by the number of samples: the mean is already in delta",
    _in_the_end(lambda name, g, y: g / len(y) if name[0] == "W" else g),
    "sum-not-mean: this is the gradient of the sum over the batch: the loss is the mean",
    _in_the_end(lambda name, g, y: g * len(y)),
    "two-of-the-square: twice too large: the loss is half the squared distance, so the 2 of the square cancels",
    _in_the_end(lambda name, g, y: 2 * g),
    "per-entry: the residual is divided by the number of entries: the mean is over the samples only",
    _in_the_end(lambda name, g, y: g / y.shape[1]),
    "mean-square: twice too large, and divided by the number of entries: delta^L is (z^L - y) / n",
    _in_the_end(lambda name, g, y: 2 * g / y.shape[1]),
    "sign: the sign is flipped: delta at the output is (z^L - y) / n",
    _in_the_end(lambda name, g, y: -g),
    "sigmoid-output: delta^L is that of question 1.2: with the squared error there is no sigmoid, it is (z^L - y) / n",
    _starting(lambda z, y: (activations.sigmoid(z) - y) / len(y)),
    "softmax-output: delta^L is that of a softmax: with the squared error it is (z^L - y) / n",
    _starting(lambda z, y: (softmax(z) - y) / len(y)),
    "weights-transposed: the weight gradient is transposed: it is delta^T h, of the shape of W",
    _in_the_end(lambda name, g, y: g.T),
    "no-slope: phi'(z) is missing on the way back: every hidden delta is multiplied by it",
    _sloping(np.ones_like),
    "at-h: phi' is taken at h instead of z on the way back",
    _sloping(lambda z: lecun_tanh.derivative(lecun_tanh(z))),
    "times-h: multiplied by h instead of phi'(z) on the way back",
    _sloping(lecun_tanh),
    "own-output: dW^l uses h^l, the layer's own output: it needs its input h^(l-1), h[l - 1]",
    _of_trace(_own_output),
    _of_trace(lambda params, z, h, delta: _products(_errors(params, z, delta), {l - 1: h[l] for l in z})),
    "z-for-h: dW^l uses z^(l-1): what goes into the layer is h^(l-1), after the activation",
    _of_trace(lambda params, z, h, delta: _products(_errors(params, z, delta), {**z, 0: h[0]})),
    "wrong-z: phi' is taken at the wrong z on the way back: delta^(l-1) = ... * phi'(z^(l-1)), z[l - 1]",
    _of_trace(lambda params, z, h, delta: _products(_errors(params, {l - 1: z[l] for l in z}, delta), h)),
    _of_trace(lambda params, z, h, delta: _products(_errors(params, dict.fromkeys(z, z[1]), delta), h)),
    "plain-tanh: plain tanh is used throughout: this network has LeCun's f",
    _sloping(activations.tanh.derivative, np.tanh),
    "plain-tanh-forward: plain tanh is used on the way forward: this network has LeCun's f",
    partial(_by_hand, phi=np.tanh),
    "plain-tanh-back: the slope on the way back is that of plain tanh: this network has LeCun's f",
    _sloping(activations.tanh.derivative),
    "h-squared-plain: 1 - h^2 is the slope of plain tanh only: on the way back take f' of question 1.1",
    _sloping(lambda z: 1 - lecun_tanh(z) ** 2),
    "output-activated: the output layer has no activation: its z goes straight into the loss",
    _starting(lambda z, y: _residual(lecun_tanh(z), y)),
    "output-activated-and-back: the output layer has no activation, neither on the way forward nor back",
    _starting(lambda z, y: _residual(lecun_tanh(z), y) * lecun_tanh.derivative(z)),
    "transposed-back: W and its transpose are mixed up on the way back: with samples in rows it is delta W",
    partial(_by_hand, down=lambda delta, W, z: _down(delta, W.T, z)),
    "wrong-layer-back: delta^l is sent back through W^l: it must come through W^(l+1)",
    _of_trace(_through_the_layer_below),
    f"matrix-product: phi'(z) multiplies wrongly: {q1_3.ENTRY_BY_ENTRY}",
    partial(_by_hand, down=lambda delta, W, z: delta @ W @ lecun_tanh.derivative(z)),
    "no-bias: the bias is missing in the forward pass",
    lambda params, x, targets: _by_hand({name: p * (name[0] == "W") for name, p in params.items()}, x, targets),
    "transposed-forward: W and its transpose are mixed up in the forward pass: z = h W^T + b",
    _transposed_forward,
    "bias-not-summed: the bias gradient is not summed over the samples",
    _biases(lambda delta: delta),
    "bias-wrong-axis: the bias gradient is summed over the wrong axis: over the samples, axis 0",
    _biases(lambda delta: delta.sum(axis=1)),
) | {
    id: Mistake(f"phi'(z) is wrong on the way back: {message}", [_sloping(wrong)])
    for id, (message, [wrong]) in WRONG_SLOPES.items()
    if "plain" not in id
}

ADVICE = {
    r"^KeyError: '[Wb]\d+'": "count the layers from 1 to L = len(params) // 2: the depth is not always the same",
    r"^KeyError: 0,": "there is no z^0, only h^0 = x: one layer below layer l it is z[l - 1], and only if l > 1",
    r"^KeyError: \d+,": "look at the layer's number: z^l and h^l exist for l = 1, ..., L, and h^0 is x",
    r"^IndexError: list index": (
        "lists count from 0: with z^1 in z[0] everything is one off, a dict z = {} with z[l] is easier"
    ),
}

BUILDS_ON = ((q1_3.QUESTION, lambda theirs: partial(_by_hand, down=theirs)), (q1_1.QUESTION, _sloping))
QUESTION = Question(
    "1.4", 3, "All the gradients", gradients, _networks, MISTAKES, within(1e-11), advice=ADVICE, builds_on=BUILDS_ON
)
