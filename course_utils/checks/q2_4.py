"""Question 2.4."""

import itertools

import numpy as np

from course_utils.checks.core import Question, known


def wide_rates(widths, lr):
    """The step sizes with which layers of identical neurons follow one neuron a layer."""
    n = [1, *widths, 1]
    rates = {f"W{l}": lr * n[l] / n[l - 1] for l in range(1, len(n))}
    return rates | {f"b{l}": lr * n[l] for l in range(1, len(n))}


def _widths(rng):
    fixed = [([4], 0.1), ([3, 5], 0.5), ([2, 7, 3], 0.05), ([6, 6], 0.2)]
    return fixed + [(rng.integers(2, 20, size=n).tolist(), round(rng.uniform(0.01, 1), 3)) for n in (1, 2, 4)]


def _rates(weight, bias, first=(1,), last=(1,)):
    """A wrong answer from rules (n_in, n_out, lr) for weights and for biases."""

    def function(widths, lr):
        n = [*first, *widths, *last]
        pairs = list(enumerate(itertools.pairwise(n), start=1))
        return {f"W{l}": weight(*pair, lr) for l, pair in pairs} | {f"b{l}": bias(*pair, lr) for l, pair in pairs}

    return function


MISTAKES = known(
    "other-way-round: these are the step sizes of the narrow network that follows a wide one: here it is the other "
    "way round",
    _rates(lambda i, o, lr: lr * i / o, lambda i, o, lr: lr / o),
    "no-inputs: the number of inputs n_(l-1) is missing for the weights: omega^l = n_(l-1) W^l moves n_(l-1) times "
    "as far",
    _rates(lambda i, o, lr: lr * o, lambda i, o, lr: lr * o),
    "weights-upside-down: the weights' factor is upside down: it is n_l / n_(l-1)",
    _rates(lambda i, o, lr: lr * i / o, lambda i, o, lr: lr * o),
    "same-everywhere: not the same lr everywhere: the step sizes change with the widths",
    _rates(*[lambda i, o, lr: lr] * 2),
    "biases-like-weights: the biases are treated like the weights: their value is the same in both networks, so lr * "
    "n_l",
    _rates(*[lambda i, o, lr: lr * o / i] * 2),
    "biases-unscaled: the biases need lr * n_l: the error of each of the n_l neurons is only a share of the one "
    "neuron's",
    _rates(lambda i, o, lr: lr * o / i, lambda i, o, lr: lr),
    "biases-upside-down: the biases' factor is upside down: it is n_l",
    _rates(lambda i, o, lr: lr * o / i, lambda i, o, lr: lr / o),
    "no-width: the factor n_l is missing: the error of each of the n_l neurons is only a share of the one neuron's",
    _rates(lambda i, o, lr: lr / i, lambda i, o, lr: lr),
    "no-width-for-weights: the factor n_l is missing for the weights: each neuron's error is only a share of the one "
    "neuron's",
    _rates(lambda i, o, lr: lr / i, lambda i, o, lr: lr * o),
    "no-lr: the factor lr is missing",
    _rates(lambda i, o, lr: o / i, lambda i, o, lr: o),
    "square-roots: no square roots here: the factors are n_l / n_(l-1) and n_l",
    _rates(lambda i, o, lr: lr * np.sqrt(o / i), lambda i, o, lr: lr * np.sqrt(o)),
    "product: the product n_(l-1) n_l is wrong for the weights: divide by n_(l-1)",
    _rates(lambda i, o, lr: lr * i * o, lambda i, o, lr: lr * o),
    "output-forgotten: n_L = 1 is forgotten: the output layer needs step sizes, too",
    _rates(lambda i, o, lr: lr * o / i, lambda i, o, lr: lr * o, last=()),
    "input-forgotten: n_0 = 1 is forgotten: W1 leads from n_0 = 1 to n_1, so all of these are one layer too low",
    _rates(lambda i, o, lr: lr * o / i, lambda i, o, lr: lr * o, first=()),
    "from-zero: layers count from 1: W1, b1, ..., WL, bL",
    lambda widths, lr: {f"{name[0]}{int(name[1:]) - 1}": rate for name, rate in wide_rates(widths, lr).items()},
)

ADVICE = {
    r"^IndexError: list index|^IndexError: index \d+ is out of bounds": (
        "with n_0 = n_L = 1 there are L + 1 widths: n = [1, *widths, 1]"
    ),
}

QUESTION = Question("2.4", 2, "Many neurons follow one", wide_rates, _widths, MISTAKES, advice=ADVICE)
