"""Answers to 9.4, initialize a network you have never seen."""

import itertools

import numpy as np

Z = np.linspace(-9, 9, 4001)
P = np.exp(-(Z**2) / 2) / np.exp(-(Z**2) / 2).sum()


def gain(phi):
    return 1 / np.sqrt(np.sum(P * phi(Z) ** 2))


def critical(phi):
    """What keeps errors on their way back, where sums are small."""
    right, left = phi(1e-5) - phi(0.0), phi(0.0) - phi(-1e-5)
    return 1e-5 / np.sqrt((right**2 + left**2) / 2)


def kind(phi):
    """sqrt(2) for what goes on growing to the right and is much smaller to the left, else 1."""
    right, left = phi(np.array([50.0, -50.0]))
    return np.sqrt(2) if right > 10 and abs(left) < 0.5 * right else 1.0


def drawn(weights, biases=lambda rng, n: np.zeros(n)):
    """An answer from rules for each layer: weights(rng, n_in, n_out, phi) and biases(rng, n_out)."""

    def answer(layer_sizes, activation, rng):
        params = {}
        for l, (n_in, n_out) in enumerate(itertools.pairwise(layer_sizes), start=1):
            params |= {f"W{l}": weights(rng, n_in, n_out, activation), f"b{l}": biases(rng, n_out)}
        return params

    return answer


def normal(scale, *biases):
    """Normal weights of the standard deviation scale(n_in, phi)."""
    return drawn(lambda rng, i, o, phi: rng.normal(size=(o, i)) * scale(i, phi), *biases)


right = normal(lambda i, phi: critical(phi) / np.sqrt(i))


def orthogonal(rng, i, o, phi):
    q = np.linalg.qr(rng.normal(size=(max(i, o), min(i, o))))[0]
    return critical(phi) * (q if o >= i else q.T)


def times(factor):
    """The right start with each matrix times factor(l, L, phi)."""

    def answer(layer_sizes, activation, rng):
        params, L = right(layer_sizes, activation, rng), len(layer_sizes) - 1
        return params | {f"W{l}": factor(l, L, activation) * params[f"W{l}"] for l in range(1, L + 1)}

    return answer


BY_NAME = {"tanh": 1.0, "relu": 2.0, "lecun_tanh": 1.0}

WRONG = {
    "zeros": (drawn(lambda rng, i, o, phi: np.zeros((o, i))), "W1 is zero, and lets no error through"),
    "constant": (drawn(lambda rng, i, o, phi: np.full((o, i), i**-0.5)), "equal neurons"),
    "one row": (drawn(lambda rng, i, o, phi: np.tile(rng.normal(size=i) / np.sqrt(i), (o, 1))), "equal rows"),
    "positive": (drawn(lambda rng, i, o, phi: rng.uniform(size=(o, i)) / np.sqrt(i)), "mean is not 0"),
    "LeCun for all": (normal(lambda i, phi: i**-0.5), "12 hidden layers of relu: what tells images apart shrinks"),
    "standard deviation 1": (normal(lambda i, phi: 1), "saturated, the scale is too large"),
    "standard deviation 0.01": (normal(lambda i, phi: 0.01), "weights too small"),
    "gain": (normal(lambda i, phi: gain(phi) / np.sqrt(i)), "12 hidden layers of tanh: what tells two like images"),
    "gain / n": (normal(lambda i, phi: gain(phi) / i), "the gain is divided by the number of inputs"),
    "gain squared": (normal(lambda i, phi: gain(phi) ** 2 / np.sqrt(i)), "grows from"),
    "by name": (normal(lambda i, phi: np.sqrt(BY_NAME[phi.name] / i)), "you have not met"),
    "He or LeCun": (
        normal(lambda i, phi: kind(phi) / np.sqrt(i)),
        "12 hidden layers of wide_tanh: what tells images apart shrinks",
    ),
    "one number for all": (normal(lambda i, phi: 1.8 / np.sqrt(i)), "Each needs its own scale (9.1)"),
    "numbers of its own": (
        lambda layer_sizes, activation, rng: right(layer_sizes, activation, np.random.default_rng()),
        "draw every random number from rng",
    ),
    "a fixed seed": (
        lambda layer_sizes, activation, rng: right(layer_sizes, activation, np.random.default_rng(0)),
        "another rng gives the same start",
    ),
    "a zero in the middle": (times(lambda l, L, phi: l != L - 1), "is zero, and lets no error through"),
}

RIGHT = {
    "critical": right,
    "uniform": drawn(
        lambda rng, i, o, phi: rng.uniform(-1, 1, (o, i)) * critical(phi) * np.sqrt(3 / i),
        lambda rng, n: np.full(n, 0.01),
    ),
    "orthogonal": drawn(orthogonal),
    "zero output": times(lambda l, L, phi: l < L),
    # The first matrix reads x, not phi(z), and nothing reads the outputs.
    "critical in between": times(lambda l, L, phi: 1 if 1 < l < L else 1 / critical(phi)),
}
