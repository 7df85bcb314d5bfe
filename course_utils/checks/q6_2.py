"""Question 6.2."""

import itertools
import math

import numpy as np

from course_utils.checks.core import Question, known


def there_and_back(widths, mode):
    """The factors of the signal, over all layers, and of the error, over all but the first, of a linear network."""
    layers = [(n_in, n_out, _variance(n_in, n_out, mode)) for n_in, n_out in itertools.pairwise(widths)]
    forward = math.prod(n_in * v for n_in, _, v in layers)
    backward = math.prod(n_out * v for _, n_out, v in layers[1:])
    return np.array([forward, backward])


def _chains(rng):
    for mode in ("fan_in", "fan_avg", "fan_out"):
        for L in (2, 3, 5, int(rng.integers(6, 12))):
            yield [int(n) for n in rng.choice(np.arange(1, 40), size=L + 1, replace=False)], mode


def _variance(n_in, n_out, mode):
    return {"fan_in": 1 / n_in, "fan_avg": 2 / (n_in + n_out), "fan_out": 1 / n_out}[mode]


def _chain(
    variance=_variance,
    there=slice(None),
    back=slice(1, None),
    forward=lambda i, o: i,
    backward=lambda i, o: o,
    total=math.prod,
):
    """A wrong answer: another variance, other layers there and back, other numbers of terms, another way to combine."""

    def function(widths, mode):
        layers = list(itertools.pairwise(widths))
        ways = [(layers[there], forward), (layers[back], backward)]
        return np.array([total(terms(i, o) * variance(i, o, mode) for i, o in some) for some, terms in ways])

    return function


MISTAKES = known(
    "order: the order is wrong: forward first, backward second",
    lambda *args: there_and_back(*args)[::-1],
    "backward-one-more: one layer too many on the way back: from delta^L to delta^1 the error passes W^L, ..., W^2, "
    "not W^1",
    _chain(back=slice(None)),
    "forward-one-fewer: one layer too few on the way there: the signal passes W^1, ..., W^L, and W^1 too",
    _chain(there=slice(1, None)),
    "backward-one-fewer: one layer too few on the way back: the error passes W^L, too",
    _chain(back=slice(1, -1)),
    "backward-last-left-out: the last matrix is left out on the way back instead of the first",
    _chain(back=slice(-1)),
    'sum-of-fans: "fan_avg" is 2 / (n_in + n_out): one over the mean of the two, not over their sum',
    _chain(lambda n_in, n_out, mode: 1 / (n_in + n_out) if mode == "fan_avg" else _variance(n_in, n_out, mode)),
    'mean-of-variances: "fan_avg" takes one over the mean of the two fans, not the mean of 1 / n_in and 1 / n_out',
    _chain(lambda n_in, n_out, mode: (1 / n_in + 1 / n_out) / 2 if mode == "fan_avg" else _variance(n_in, n_out, mode)),
    "fans-exchanged: n_in and n_out of a layer are exchanged: W^l has n_(l-1) inputs and n_l outputs",
    _chain(lambda n_in, n_out, mode: _variance(n_out, n_in, mode)),
    "he: He's 2 is for ReLU: this network is linear",
    _chain(lambda n_in, n_out, mode: 2 * _variance(n_in, n_out, mode)),
    "deviation: the variance belongs here, not the standard deviation",
    _chain(lambda n_in, n_out, mode: math.sqrt(_variance(n_in, n_out, mode))),
    "sizes: these are the factors of the sizes: of the mean squares they are the squares of that",
    lambda widths, mode: np.sqrt(there_and_back(widths, mode)),
    "backward-terms: on the way back each sum runs over the layer's n_l outputs (the rows of W), not over its inputs",
    _chain(backward=lambda i, o: i),
    "forward-terms: on the way there each sum runs over the layer's n_(l-1) inputs (the columns of W), not over its "
    "outputs",
    _chain(forward=lambda i, o: o),
    "both-terms: both sums run over the wrong fan: n_(l-1) terms on the way there, n_l on the way back",
    _chain(forward=lambda i, o: o, backward=lambda i, o: i),
    "added: the factors of the layers multiply, they do not add",
    _chain(total=sum),
    "variances-only: only the variances are multiplied: each sum has as many terms as the layer has inputs, or outputs",
    _chain(forward=lambda i, o: 1, backward=lambda i, o: 1),
)

ADVICE = {
    r"^IndexError": "there are L + 1 widths: W^l lies between widths[l - 1] and widths[l]",
}

QUESTION = Question("6.2", 2, "There and back", there_and_back, _chains, MISTAKES, advice=ADVICE)
