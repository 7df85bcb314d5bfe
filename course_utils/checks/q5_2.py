"""Question 5.2."""

from functools import partial

import numpy as np

from course_utils.checks.core import Mistake, Question, known
from course_utils.checks.values import Recognised, different


def normalize(x_train, x_new):
    """New inputs, each centred and scaled by what the training set says of it."""
    varies = np.ptp(x_train, axis=0) > 0  # rounding can make the std of a constant 1e-17
    return (x_new - x_train.mean(axis=0)) / np.where(varies, x_train.std(axis=0), 1)


def _training_and_new(rng):
    for n, n_new, m, constant in [
        (8, 5, 4, {1: 3.0, 2: 0.1}),
        (16, 3, 6, {0: 0.0, 4: 16.0}),
        (4, 6, 3, {}),
        (5, 1, 2, {}),
        (*rng.integers(3, 12, size=3), {1: 0.5}),
    ]:
        train, new = (rng.normal(size=(rows, m)) * np.arange(1, m + 1) + 4 for rows in (n, n_new))
        for column, value in constant.items():  # the same in all training samples: blank or full
            train[:, column] = value
        yield train, new + rng.normal(size=m)


def _normalized(mean=lambda t, x: t.mean(axis=0), std=lambda t, x: t.std(axis=0), otherwise=1.0):
    """A wrong answer from rules (x_train, x_new) for what is subtracted and what divides."""

    def function(x_train, x_new, least=1e-12):
        scale = std(x_train, x_new)
        return (x_new - mean(x_train, x_new)) / np.where(scale > least, scale, otherwise)

    return function


def _constants_as_they_are(x_train, x_new, least=1e-12):
    return np.where(x_train.std(axis=0) > least, _normalized()(x_train, x_new, least), x_new)


def _not_blown_up(calls):
    """`different`, with a word for inputs divided by next to nothing."""
    fact = different(calls)
    if fact and any(np.abs(call.value).max() > 1e4 * np.abs(call.expected).max() for call in calls):
        return Recognised(
            "blown-up",
            "what is constant in the training set is blown up, divided by a tiny number: divide by 1 there. Rounding "
            "makes the std of a constant 1e-17: ask np.ptp(x_train, axis=0) > 0",
        )
    return fact


GUARDED = known(
    "own-statistics: the new inputs are normalised by their own statistics: take those of x_train, for any input "
    "ever to come",
    _normalized(lambda t, x: x.mean(axis=0), lambda t, x: x.std(axis=0)),
    "pooled: the statistics are of training and new inputs together: the new ones must not be used",
    _normalized(lambda t, x: np.vstack([t, x]).mean(axis=0), lambda t, x: np.vstack([t, x]).std(axis=0)),
    "own-mean: the mean is that of the new inputs: take that of x_train",
    _normalized(lambda t, x: x.mean(axis=0)),
    "own-scale: the scale is that of the new inputs: take that of x_train",
    _normalized(std=lambda t, x: x.std(axis=0)),
    "one-scale: one scale for all inputs: here each has its own",
    _normalized(std=lambda x_train, x_new: np.sqrt(x_train.var(axis=0).mean())),
    _normalized(std=lambda t, x: t.std()),
    "one-mean: one mean for all inputs: each has its own, axis=0",
    _normalized(lambda t, x: t.mean()),
    "one-mean-and-scale: one mean and one scale for all inputs: each has its own, axis=0",
    _normalized(lambda t, x: t.mean(), lambda t, x: t.std()),
    "variance: divided by the variance: it is its root that has the unit of x",
    _normalized(std=lambda t, x: t.var(axis=0)),
    "ddof: ddof=1 estimates a population; C_i is the plain mean over the training samples",
    _normalized(std=lambda t, x: t.std(axis=0, ddof=1)),
    "not-centred: not centred: subtract the mean of x_train first",
    _normalized(lambda t, x: 0.0),
    "not-scaled: centred, but not scaled",
    _normalized(std=lambda t, x: np.ones(t.shape[1])),
    "scale-not-centred: the scale is that of the inputs before they are centred: C_i is the mean square after it",
    _normalized(std=lambda t, x: np.sqrt((t**2).mean(axis=0))),
    "constant-to-zero: what is constant in the training set has been set to 0: centre it like the others, and divide "
    "by 1",
    lambda x_train, x_new, least=1e-12: np.where(x_train.std(axis=0) > least, _normalized()(x_train, x_new, least), 0),
    "constant-as-is: what is constant in the training set must be centred, too",
    _constants_as_they_are,
    "range: scaled to the range 0 to 1: the mean must be 0 and the mean square 1",
    _normalized(lambda t, x: t.min(axis=0), lambda t, x: np.ptp(t, axis=0)),
)
# Each of these, and the same where inputs with a std of 1e-17 are taken for inputs that vary.
MISTAKES = {
    id: Mistake(message, [*answers, *(partial(answer, least=0) for answer in answers)])
    for id, (message, answers) in GUARDED.items()
} | known(
    "constant-divides: what is constant in the training set has the standard deviation 0: divide by 1 there",
    lambda x_train, x_new: (x_new - x_train.mean(axis=0)) / x_train.std(axis=0),
)

ADVICE = {
    r"could not be broadcast": "the statistics are of the inputs, over the samples: axis=0",
}

QUESTION = Question(
    "5.2", 2, "Normalise, by the training set", normalize, _training_and_new, MISTAKES, _not_blown_up, advice=ADVICE
)
