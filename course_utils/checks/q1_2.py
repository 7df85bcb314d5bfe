"""Question 1.2."""

import numpy as np

from course_utils import activations, losses
from course_utils.checks.core import Question, known
from course_utils.checks.values import within
from course_utils.losses import softmax


def output_delta(logits, targets):
    """dL/dz^L of the mean binary cross-entropy, with sigmoid outputs."""
    return losses.binary_cross_entropy.gradient(logits, targets)


def _logits(rng):
    for n, n_out in [(4, 4), (5, 3), (3, 6), (1, 2), (7, 1), rng.integers(2, 20, size=2)]:
        targets = rng.random((n, n_out))
        targets[0, 0], targets[-1, -1] = 0, 1
        yield rng.normal(size=(n, n_out)) * 2, targets


sigmoid = activations.sigmoid.function
_sign = "the sign is flipped: it is p - t, not t - p"


MISTAKES = known(
    "sum-not-mean: this is for the sum over the batch: the loss is the mean, so divide by the number of samples",
    lambda a, t: sigmoid(a) - t,
    "per-entry: divided by the number of entries: the mean is over the samples only, so divide by n",
    lambda a, t: (sigmoid(a) - t) / a.size,
    "per-output: divided by the number of outputs: it must be the number of samples",
    lambda a, t: (sigmoid(a) - t) / a.shape[1],
    "sign: the sign is flipped: it is p - t, not t - p",
    lambda a, t: (t - sigmoid(a)) / len(a),
    f"sign-and-sum: {_sign}; and it is the sum, not the mean, over the batch",
    lambda a, t: t - sigmoid(a),
    "softmax: this is the softmax: here each output goes through a sigmoid of its own",
    lambda a, t: (softmax(a) - t) / len(a),
    "softmax-and-sum: this is the softmax, and the sum over the batch: here each output has a sigmoid, and the loss "
    "is a mean",
    lambda a, t: softmax(a) - t,
    "sigmoid-slope-too-much: the factor p (1 - p) is too much: it cancels against the denominator of dL/dp",
    lambda a, t: (sigmoid(a) - t) * sigmoid(a) * (1 - sigmoid(a)) / len(a),
    "by-p: this is dL/dp: multiply by dp/dz = p (1 - p), the derivative of the sigmoid",
    lambda a, t: (sigmoid(a) - t) / (sigmoid(a) * (1 - sigmoid(a))) / len(a),
    "no-sigmoid: the sigmoid is missing: this compares the targets with the logits",
    lambda a, t: (a - t) / len(a),
    "no-targets: the targets are not subtracted: p is only half of it",
    lambda a, t: sigmoid(a) / len(a),
    "probabilities: these are the probabilities p: subtract the targets, divide by n",
    lambda a, t: sigmoid(a),
    "sigmoid-turned: the sigmoid is turned round: it is 1 / (1 + exp(-z)), with a minus",
    lambda a, t: (sigmoid(-a) - t) / len(a),
    "averaged-away: this is averaged over the samples: each sample keeps its row, divided by n",
    lambda a, t: (sigmoid(a) - t).mean(axis=0),
    "one-number: this is one number, as the loss is: its gradient has an entry for each output",
    lambda a, t: 0.0,
    "tanh-outputs: tanh is no probability: the outputs have sigmoids",
    lambda a, t: (np.tanh(a) - t) / len(a),
    "first-term-only: only the first term of the loss is differentiated: (1 - t) log(1 - p) depends on z, too",
    lambda a, t: t * (sigmoid(a) - 1) / len(a),
    "targets-rounded: the targets are rounded to 0 or 1: they may be any numbers between",
    lambda a, t: (sigmoid(a) - (t > 0.5)) / len(a),
    "p-rounded: the p are rounded to 0 or 1: they may be any numbers between",
    lambda a, t: ((a > 0) - t) / len(a),
)

ADVICE = {
    r"arrays used as indices must be of integer|could not be broadcast.*\(\d+,\d+,\d+\)": (
        "the targets are a number for each output, of the shape of the logits, not labels: no one-hot rows here"
    ),
}

QUESTION = Question("1.2", 2, "The error at the output", output_delta, _logits, MISTAKES, within(1e-12), advice=ADVICE)
