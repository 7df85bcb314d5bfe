"""Question 8.4."""

import numpy as np

from course_utils.checks.core import Question, known
from course_utils.checks.q8_3 import logit
from course_utils.checks.values import different


def weighted_start(labels, weights):
    """The best first output bias under a class-weighted cross-entropy, and its loss."""
    share = weights * np.bincount(labels, minlength=len(weights))
    share = share / share.sum()
    return {"b": np.log(share), "loss": -(share * np.log(share)).sum()}


def _weighted(rng):
    for n, classes in [(20, 3), (30, 5), (12, 2), rng.integers((10, 2), (40, 9))]:
        labels = np.concatenate([np.arange(classes), rng.integers(classes, size=n) // 2])
        yield rng.permutation(labels), rng.uniform(0.5, 4, size=classes)


def _up_to_a_constant(calls):
    """`different`, where a bias with the same number added to all entries is the same: softmax sees no other."""

    def centred(values):
        return {**values, "b": values["b"] - values["b"].mean()}

    return different([call._replace(value=centred(call.value), expected=centred(call.expected)) for call in calls])


def _start(share=None, b=np.log, loss=None):
    """A wrong answer from other shares (of counts and weights), another bias or another loss."""

    def function(labels, weights):
        counts = np.bincount(labels, minlength=len(weights))
        q = (share or np.multiply)(counts, weights)
        q = q / q.sum()
        return {"b": b(q), "loss": (loss or (lambda q, counts, weights: -(q * np.log(q)).sum()))(q, counts, weights)}

    return function


def _entropy(counts):
    p = counts / counts.sum()
    return -(p * np.log(p)).sum()


MISTAKES = known(
    "no-weights: the weights are left out: they count as if class k had w_k times as many samples",
    _start(lambda n, w: n),
    "bias-no-weights: the bias leaves the weights out, the loss does not: the best q_k is the weighted share, w_k "
    "n_k / sum",
    _start(lambda n, w: n, loss=lambda q, n, w: _entropy(n * w)),
    "bias-no-weights-cross: the bias leaves the weights out: the best q_k is the weighted share, w_k n_k / sum",
    _start(lambda n, w: n, loss=lambda q, n, w: -(n * w * np.log(q)).sum() / (n * w).sum()),
    "weights-divide: a large weight makes a class count more, not less: multiply",
    _start(lambda n, w: n / w),
    "no-counts: the numbers of samples are left out: q_k goes by w_k n_k",
    _start(lambda n, w: w),
    "weights-squared: the weights enter once, not squared",
    _start(lambda n, w: n * w**2),
    "loss-no-weights: the bias is right, the loss is not: samples of class k weigh w_k in it, too",
    _start(loss=lambda q, n, w: -(n * np.log(q)).sum() / n.sum()),
    _start(loss=lambda q, n, w: _entropy(n)),
    "loss-by-number: the bias is right, the loss must be divided by the sum of the weights of all samples, not by "
    "their number",
    _start(loss=lambda q, n, w: -(n * w * np.log(q)).sum() / n.sum()),
    "loss-not-divided: the bias is right, the loss must be divided by the sum of the weights of all samples",
    _start(loss=lambda q, n, w: -(n * w * np.log(q)).sum()),
    "loss-at-zero: the bias is right, log K is the loss at bias zero",
    _start(loss=lambda q, n, w: np.log(len(w))),
    "loss-zero: the bias is right, the loss is an entropy, not zero: nobody can know each label from the shares",
    _start(loss=lambda q, n, w: 0.0),
    "loss-sign: the bias is right, the sign of the loss is flipped",
    _start(loss=lambda q, n, w: (q * np.log(q)).sum()),
    "loss-over-classes: the bias is right, the loss is the mean with the weighted shares, not over the classes",
    _start(loss=lambda q, n, w: -np.log(q).mean()),
    "bias-share: the loss is right, the bias is not: it goes through exp, so take the logarithm",
    _start(b=lambda q: q),
    "bias-log-odds: the loss is right, log odds are for a sigmoid: a softmax needs log q_k",
    _start(b=logit),
    "bias-zero: the loss is right, the bias is not: zero is best for equal weighted shares only",
    _start(b=lambda q: 0 * q),
    "bias-sign: the loss is right, the sign of the bias is flipped",
    _start(b=lambda q: -np.log(q)),
)

QUESTION = Question("8.4", 2, "With class weights", weighted_start, _weighted, MISTAKES, _up_to_a_constant)
