"""Answers to 9.4, initialize a network you have never seen."""

import itertools

import numpy as np

Z = np.linspace(-9, 9, 4001)
P = np.exp(-(Z**2) / 2) / np.exp(-(Z**2) / 2).sum()


def gain(activation):
    return 1 / np.sqrt(np.sum(P * activation(Z) ** 2))


def start(layer_sizes, draw, bias=np.zeros):
    params = {}
    for l, (n_in, n_out) in enumerate(itertools.pairwise(layer_sizes), start=1):
        params |= {f"W{l}": draw(n_in, n_out), f"b{l}": bias(n_out)}
    return params


def lecun_for_all(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) / np.sqrt(i))


def large_biases(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) / np.sqrt(i), lambda n: 3 * rng.normal(size=n))


def by_name(layer_sizes, activation, rng):
    scale = {"tanh": 1.0, "relu": 2.0, "lecun_tanh": 1.0}[activation.name]
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * np.sqrt(scale / i))


def kind(activation):
    """sqrt(2) for what goes on growing to the right and is much smaller to the left, else 1."""
    right, left = activation(np.array([50.0, -50.0]))
    return np.sqrt(2) if right > 10 and abs(left) < 0.5 * right else 1.0


def he_and_random_biases(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * np.sqrt(2 / i), lambda n: rng.normal(size=n))


def gain_squared(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * gain(activation) ** 2 / np.sqrt(i))


def zero_in_the_middle(layer_sizes, activation, rng):
    params = right(layer_sizes, activation, rng)
    last = len(layer_sizes) - 2
    return params | {f"W{last}": 0 * params[f"W{last}"]}


def right(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * gain(activation) / np.sqrt(i))


def uniform(layer_sizes, activation, rng):
    return start(
        layer_sizes,
        lambda i, o: rng.uniform(-1, 1, (o, i)) * gain(activation) * np.sqrt(3 / i),
        lambda n: np.full(n, 0.01),
    )


def orthogonal(layer_sizes, activation, rng):
    def draw(i, o):
        q = np.linalg.qr(rng.normal(size=(max(i, o), min(i, o))))[0]
        return gain(activation) * (q if o >= i else q.T)

    return start(layer_sizes, draw)


def zero_output(layer_sizes, activation, rng):
    params = right(layer_sizes, activation, rng)
    return params | {f"W{len(layer_sizes) - 1}": np.zeros((layer_sizes[-1], layer_sizes[-2]))}


def hidden_to_hidden(layer_sizes, activation, rng):
    """The first matrix reads x, not phi(z), and nothing reads the outputs."""
    params = right(layer_sizes, activation, rng)
    for l in {1, len(layer_sizes) - 1}:
        params[f"W{l}"] /= gain(activation)
    return params


def by_slopes(layer_sizes, activation, rng):
    """What keeps errors on their way back."""
    slopes = (activation(Z + 1e-5) - activation(Z - 1e-5)) / 2e-5
    scale = 1 / np.sqrt(np.sum(P * slopes**2))
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * scale / np.sqrt(i))


WRONG = {
    "zeros": (
        lambda layer_sizes, activation, rng: start(layer_sizes, lambda i, o: np.zeros((o, i))),
        "W1 is zero, and lets no error through",
    ),
    "the opposite": (
        lambda layer_sizes, activation, rng: start(
            layer_sizes, lambda i, o: np.zeros((o, i)), lambda n: rng.normal(size=n)
        ),
        "is zero, and lets no error through",
    ),
    "constant": (
        lambda layer_sizes, activation, rng: start(layer_sizes, lambda i, o: np.full((o, i), i**-0.5)),
        "equal neurons",
    ),
    "one row for all": (
        lambda layer_sizes, activation, rng: start(
            layer_sizes, lambda i, o: np.tile(rng.normal(size=i) / np.sqrt(i), (o, 1))
        ),
        "equal rows",
    ),
    "LeCun for all": (lecun_for_all, "12 hidden layers of relu: what tells images apart shrinks"),
    "standard deviation 1": (
        lambda layer_sizes, activation, rng: start(layer_sizes, lambda i, o: rng.normal(size=(o, i))),
        "saturated, the scale is too large",
    ),
    "standard deviation 0.01": (
        lambda layer_sizes, activation, rng: start(layer_sizes, lambda i, o: 0.01 * rng.normal(size=(o, i))),
        "weights too small",
    ),
    "variance for standard deviation": (
        lambda layer_sizes, activation, rng: start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * 2 / i),
        "weights too small",
    ),
    "positive": (
        lambda layer_sizes, activation, rng: start(layer_sizes, lambda i, o: rng.uniform(size=(o, i)) / np.sqrt(i)),
        "mean is not 0",
    ),
    "numbers of its own": (
        lambda layer_sizes, activation, rng: right(layer_sizes, activation, np.random.default_rng()),
        "draw every random number from rng",
    ),
    "a fixed seed": (
        lambda layer_sizes, activation, rng: right(layer_sizes, activation, np.random.default_rng(0)),
        "another rng gives the same start",
    ),
    "large biases": (large_biases, "saturated"),
    "by name": (by_name, "you have not met"),
    "He or LeCun": (
        lambda layer_sizes, activation, rng: start(
            layer_sizes, lambda i, o: rng.normal(size=(o, i)) * kind(activation) / np.sqrt(i)
        ),
        "12 hidden layers of wide_tanh: what tells images apart shrinks",
    ),
    "He for all": (
        lambda layer_sizes, activation, rng: start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * np.sqrt(2 / i)),
        "Each needs its own scale (9.1)",
    ),
    "one number for all": (
        lambda layer_sizes, activation, rng: start(
            layer_sizes, lambda i, o: rng.normal(size=(o, i)) * 1.8 / np.sqrt(i)
        ),
        "Each needs its own scale (9.1)",
    ),
    "He, and random biases": (he_and_random_biases, "Each needs its own scale (9.1)"),
    "gain squared": (gain_squared, "grows from"),
    "a zero in the middle": (zero_in_the_middle, "is zero, and lets no error through"),
}

RIGHT = {
    "gain": right,
    "uniform": uniform,
    "orthogonal": orthogonal,
    "float32": lambda layer_sizes, activation, rng: {
        k: p.astype(np.float32) for k, p in right(layer_sizes, activation, rng).items()
    },
    "zero output": zero_output,
    "gain in between": hidden_to_hidden,
    "by slopes": by_slopes,
}
