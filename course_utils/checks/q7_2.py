"""Question 7.2."""

import numpy as np

from course_utils import mlp
from course_utils.checks.core import Question, known


def step_sizes(params, grads, target):
    """The step size with which SGD changes each weight matrix by that share of its RMS."""
    return {name: target * _rms(params[name]) / _rms(grads[name]) for name in params if name[0] == "W"}


def _rms(a):
    return np.sqrt((a**2).mean())


def _nets_with_gradients(rng):
    for sizes, target in (
        ([3, 5, 2], 0.001),
        ([4, 3, 6, 2], 0.01),
        ([2, 7, 3], 0.003),
        (rng.integers(1, 9, size=rng.integers(2, 7)).tolist(), 0.002),
    ):
        params = mlp.initialize(sizes, "normal", sigma_w=2.0, sigma_b=1.0, rng=rng)
        params = {name: p + 0.4 for name, p in params.items()}
        grads = {name: 0.1 * (rng.normal(size=p.shape) - 0.3) * rng.uniform(0.5, 2) for name, p in params.items()}
        yield params, grads, target


def _by_sizes(of_weights, of_gradients=None):
    """A wrong answer from other measures of size."""
    of_gradients = of_gradients or of_weights

    def function(params, grads, target):
        names = [name for name in params if name[0] == "W"]
        return {name: target * of_weights(params[name]) / of_gradients(grads[name]) for name in names}

    return function


def _ratios(params, grads, target):
    return {name: target * _rms(grads[name]) / _rms(params[name]) for name in params if name[0] == "W"}


def _one_for_all(params, grads, target):
    names = [name for name in params if name[0] == "W"]
    w, g = (np.concatenate([arrays[name].ravel() for name in names]) for arrays in (params, grads))
    return dict.fromkeys(names, target * _rms(w) / _rms(g))


def _smallest_for_all(params, grads, target):
    rates = step_sizes(params, grads, target)
    return dict.fromkeys(rates, min(rates.values()))


def _mean_of_quotients(params, grads, target):
    names = [name for name in params if name[0] == "W"]
    return {name: target * np.mean(np.abs(params[name] / grads[name])) for name in names}


def _norm(a):
    return np.sqrt((a**2).sum())


MISTAKES = known(
    "upside-down: upside down: a large gradient needs a small step size",
    _ratios,
    "no-target: the target is missing: these change every matrix by 100 % of its size",
    lambda params, grads, target: step_sizes(params, grads, 1.0),
    "target-divides: target is a factor: a larger share needs larger steps",
    lambda params, grads, target: {name: rate / target**2 for name, rate in step_sizes(params, grads, target).items()},
    "mean-size: RMS is the root of the mean square, this takes the mean of the sizes |W|",
    _by_sizes(lambda a: np.abs(a).mean()),
    "standard-deviation: RMS does not subtract the mean: np.std does",
    _by_sizes(np.std),
    "no-root: RMS is the root of the mean square: the root is missing",
    _by_sizes(lambda a: (a**2).mean()),
    "largest: this goes by the largest entries: RMS takes the mean square of all",
    _by_sizes(lambda a: np.abs(a).max()),
    "mean: the mean lets positive and negative entries cancel: square first",
    _by_sizes(lambda a: abs(a.mean())),
    "sum-over-mean: W's size is a sum here, the gradient's a mean: divide both by the number of entries, or neither",
    _by_sizes(_norm, _rms),
    "mean-over-sum: W's size is a mean here, the gradient's a sum: divide both by the number of entries, or neither",
    _by_sizes(_rms, _norm),
    "one-for-all: each matrix needs a step size of its own: this is one for all",
    _one_for_all,
    "smallest-for-all: each matrix needs a step size of its own: this is the smallest for all",
    _smallest_for_all,
    "mean-of-quotients: divide the sizes, not entry by entry: a mean of quotients is another number",
    _mean_of_quotients,
)

ADVICE = {
    r"^KeyError: '[Wb]": "the weight matrices are those whose name begins with W, in params and in grads",
}

QUESTION = Question("7.2", 2, "A step size for each matrix", step_sizes, _nets_with_gradients, MISTAKES, advice=ADVICE)
