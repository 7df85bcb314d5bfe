"""Question 6.1."""

import numpy as np

from course_utils.checks.core import Question, known


def signal_path(power, widths, variances, sigma_b):
    """q^1, ..., q^L of a ReLU network: half of each q goes on to the next layer."""
    path = []
    for n_in, variance in zip(widths, variances, strict=False):
        path.append(n_in * variance * power + sigma_b**2)
        power = path[-1] / 2
    return np.array(path)


def _relu_nets(rng):
    for widths in (
        [5, 3, 7],
        [4, 9, 2, 6, 3],
        [3, 8],
        [6, 2, 5, 4],
        rng.integers(1, 9, size=rng.integers(6, 12)).tolist(),
    ):
        variances = rng.uniform(0.5, 3, size=len(widths) - 1) / widths[:-1]
        yield float(rng.uniform(0.5, 2)), widths, variances, float(rng.uniform(0.3, 0.9))


def _path(
    share=0.5, first=1.0, fan=lambda widths: widths[:-1], spread=lambda v: v, bias=lambda b: b**2, of_z=True, start=0
):
    """A wrong answer by other rules."""

    def function(power, widths, variances, sigma_b):
        power, path = power * first, [power] * start
        for n, variance in zip(fan(widths), variances, strict=True):
            q = n * spread(variance) * power + bias(sigma_b)
            power = share * q
            path.append(q if of_z else power)
        return np.array(path)

    return function


MISTAKES = known(
    "fan-out: n is the number of a layer's inputs, n_(l-1), its fan-in: here it is the fan-out",
    _path(fan=lambda w: w[1:]),
    "no-half: the half is missing: ReLU passes on half of the mean square",
    _path(share=1.0),
    "half-of-inputs: the inputs x have not been through a ReLU: no half in the first layer",
    _path(first=0.5),
    "deviation: sigma_b is a standard deviation: the biases add sigma_b^2",
    _path(bias=lambda b: b),
    "no-bias: the biases are missing: they add sigma_b^2 in every layer",
    _path(bias=lambda b: 0),
    "variance-of-h: the next layer sees the second moment of h, q / 2, not its variance, 0.34 q",
    _path(share=0.5 - 0.5 / np.pi),
    "variance-changed: variances are variances already: no square root, no square",
    _path(spread=np.sqrt),
    _path(spread=np.square),
    "no-inputs: the n_(l-1) is missing: z is a sum of that many terms",
    _path(fan=lambda widths: [1] * (len(widths) - 1)),
    "after-relu: these are the mean squares of h: those of z are asked for, before the ReLU",
    _path(of_z=False),
    "quarter: a half, not a quarter: half of the neurons are off, the others are unchanged",
    _path(share=0.25),
    "begins-with-inputs: the path begins with q^1: the mean square of the inputs is not part of it",
    _path(start=1),
    "last-only: only the last q is here: return q^1, ..., q^L, all of them",
    lambda *args: signal_path(*args)[-1],
)

ADVICE = {
    r"^IndexError|^ValueError: zip|could not be broadcast": (
        "there are L + 1 widths, n_0, ..., n_L, but L variances: layer l has the inputs widths[l - 1]"
    ),
}

QUESTION = Question("6.1", 2, "The signal through a ReLU network", signal_path, _relu_nets, MISTAKES, advice=ADVICE)
