"""Question 8.3."""

import numpy as np

from course_utils.checks.core import Question, known


def tagging_bias(targets):
    """The output bias of several yes-or-no questions at which the first loss is smallest."""
    share = targets.mean(axis=0)
    return np.log(share / (1 - share))


def _tags(rng):
    for n, classes in [(4, 4), (20, 3), (30, 5), (6, 1), rng.integers((8, 2), (40, 9))]:
        targets = (rng.random((n, classes)) < rng.uniform(0.1, 0.7, size=classes)).astype(float)
        targets[0], targets[1] = 1, 0  # every answer occurs
        yield (rng.permutation(targets),)


def _from_share(function):
    """A wrong answer from another function of the shares."""
    return lambda targets: function(targets.mean(axis=0))


MISTAKES = known(
    "softmax: log of the share is for a softmax: a sigmoid needs log(share / (1 - share))",
    _from_share(np.log),
    "shares-of-all: the shares of all questions do not sum to 1 here: each has its own yes and no",
    lambda targets: np.log(targets.sum(axis=0) / targets.sum()),
    lambda t: np.log((q := t.sum(axis=0) / t.sum()) / (1 - q)),
    "sign: the sign is flipped: a rare yes needs a negative bias",
    _from_share(lambda p: np.log((1 - p) / p)),
    "share: this is the share: the bias goes through the sigmoid first, so invert it",
    _from_share(lambda p: p),
    "odds: these are the odds: take their logarithm",
    _from_share(lambda p: p / (1 - p)),
    "sigmoid: the sigmoid of the share is not its inverse: solve sigmoid(b) = share for b",
    _from_share(lambda p: 1 / (1 + np.exp(-p))),
    "one-share: each column is a question of its own, with its own share",
    lambda t: np.full(t.shape[1], logit(t.mean())),
    "rows: each column is a question, each row a sample: take the mean over axis 0",
    lambda t: logit(t.mean(axis=1)),
    "smoothed: no smoothing: every question has both answers in the data",
    lambda t: np.log((t.sum(axis=0) + 1) / (len(t) - t.sum(axis=0) + 1)),
    "one-percent: 0.01 is what detectors assume: here the data tell the shares",
    lambda t: np.full(t.shape[1], logit(0.01)),
    "log2: the natural logarithm is needed, not log2",
    _from_share(lambda p: np.log2(p / (1 - p))),
    "zero: zero answers every question with one half",
    lambda t: np.zeros(t.shape[1]),
)

QUESTION = Question("8.3", 2, "Several questions at once", tagging_bias, _tags, MISTAKES)


def logit(p):
    return np.log(p / (1 - p))
