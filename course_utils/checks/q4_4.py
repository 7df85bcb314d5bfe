"""Question 4.4."""

import numpy as np

from course_utils.checks.core import Question, known
from course_utils.checks.values import Recognised, different
from course_utils.losses import softmax


def critical_bias(labels, classes):
    """The output bias, with entries that sum to zero, at which zero weights are a critical point."""
    b = np.log(np.bincount(labels, minlength=classes))
    return b - b.mean()


def _label_sets(rng):
    for counts in map(
        rng.permutation, ([4, 3, 1], [1, 2], [5, 1, 1, 3], [2, 7, 4, 1, 3], rng.integers(1, 9, size=rng.integers(2, 9)))
    ):
        yield rng.permutation(np.repeat(np.arange(len(counts)), counts)), len(counts)


def _centred(b):
    return b - b.mean()


def _from_frequencies(f):
    """A wrong answer made from the class frequencies."""
    return lambda labels, classes: f(np.bincount(labels, minlength=classes) / len(labels))


def _wrong_bias(calls):
    """`different`, with a word for biases that are right up to a constant."""
    fact = different(calls)
    if fact and different([call._replace(value=_centred(call.value)) for call in calls]) is None:
        return Recognised("not-centred", "softmax(b) is right, but the entries must sum to zero: subtract their mean")
    return fact


MISTAKES = known(
    "frequencies: these are the frequencies themselves: b must be such that softmax(b) gives them",
    _from_frequencies(lambda f: f),
    "softmax-of-them: softmax of the frequencies is not their inverse: take the logarithm",
    _from_frequencies(softmax),
    "centred-frequencies: centred frequencies are not enough: softmax takes exponentials, so take the logarithm",
    _from_frequencies(_centred),
    "centred-counts: centred counts are not enough: softmax takes exponentials, so take the logarithm",
    lambda labels, classes: _centred(np.bincount(labels).astype(float)),
    "log-odds: log(f / (1 - f)) inverts the sigmoid: a softmax needs log(f)",
    _from_frequencies(lambda f: np.log(f / (1 - f))),
    "centred-log-odds: log(f / (1 - f)) inverts the sigmoid: a softmax needs log(f), centred",
    _from_frequencies(lambda f: _centred(np.log(f / (1 - f)))),
    "sign: the sign is flipped: a frequent class needs a large bias",
    _from_frequencies(lambda f: -_centred(np.log(f))),
    "other-logarithm: the natural logarithm is needed: softmax uses e",
    _from_frequencies(lambda f: _centred(np.log2(f))),
    _from_frequencies(lambda f: _centred(np.log10(f))),
    "zero: b = 0 is critical only if the classes are equally frequent",
    lambda labels, classes: np.zeros(classes),
)

ADVICE = {
    r"could not be broadcast|shape mismatch": "the result has one entry for each class",
}

QUESTION = Question(
    "4.4", 2, "The start that never moves", critical_bias, _label_sets, MISTAKES, _wrong_bias, advice=ADVICE
)
