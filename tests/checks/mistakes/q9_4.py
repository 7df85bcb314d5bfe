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


def zeros(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: np.zeros((o, i)))


def random_biases(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: np.zeros((o, i)), lambda n: rng.normal(size=n))


def constant(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: np.full((o, i), i**-0.5))


def one_row_for_all(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: np.tile(rng.normal(size=i) / np.sqrt(i), (o, 1)))


def lecun_for_all(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) / np.sqrt(i))


def standard(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)))


def small(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: 0.01 * rng.normal(size=(o, i)))


def variance(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * 2 / i)


def positive(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.uniform(size=(o, i)) / np.sqrt(i))


def global_numbers(layer_sizes, activation, rng):
    return right(layer_sizes, activation, np.random.default_rng())


def fixed_seed(layer_sizes, activation, rng):
    return right(layer_sizes, activation, np.random.default_rng(0))


def large_biases(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) / np.sqrt(i), lambda n: 3 * rng.normal(size=n))


def transposed(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(i, o)) / np.sqrt(i))


def no_biases(layer_sizes, activation, rng):
    return {k: p for k, p in lecun_for_all(layer_sizes, activation, rng).items() if k[0] == "W"}


def by_name(layer_sizes, activation, rng):
    scale = {"tanh": 1.0, "relu": 2.0, "lecun_tanh": 1.0}[activation.name]
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * np.sqrt(scale / i))


def from_zero(layer_sizes, activation, rng):
    return {f"{k[0]}{int(k[1:]) - 1}": p for k, p in lecun_for_all(layer_sizes, activation, rng).items()}


def kind(activation):
    """sqrt(2) for what goes on growing to the right and is much smaller to the left, else 1."""
    right, left = activation(np.array([50.0, -50.0]))
    return np.sqrt(2) if right > 10 and abs(left) < 0.5 * right else 1.0


def he_or_lecun(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * kind(activation) / np.sqrt(i))


def he_for_all(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * np.sqrt(2 / i))


def number_for_all(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * 1.8 / np.sqrt(i))


def he_and_random_biases(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * np.sqrt(2 / i), lambda n: rng.normal(size=n))


def gain_squared(layer_sizes, activation, rng):
    return start(layer_sizes, lambda i, o: rng.normal(size=(o, i)) * gain(activation) ** 2 / np.sqrt(i))


def zero_in_the_middle(layer_sizes, activation, rng):
    params = right(layer_sizes, activation, rng)
    last = len(layer_sizes) - 2
    return params | {f"W{last}": 0 * params[f"W{last}"]}


WRONG = {
    "zeros": (zeros, "W1 is zero, and lets no error through"),
    "the opposite": (random_biases, "is zero, and lets no error through"),
    "constant": (constant, "equal neurons"),
    "one row for all": (one_row_for_all, "equal rows"),
    "LeCun for all": (lecun_for_all, "12 hidden layers of relu: what tells images apart shrinks"),
    "standard deviation 1": (standard, "saturated, the scale is too large"),
    "standard deviation 0.01": (small, "weights too small"),
    "variance for standard deviation": (variance, "weights too small"),
    "positive": (positive, "mean is not 0"),
    "numbers of its own": (global_numbers, "draw every random number from rng"),
    "a fixed seed": (fixed_seed, "another rng gives the same start"),
    "large biases": (large_biases, "saturated"),
    "transposed": (transposed, "transpose"),
    "no biases": (no_biases, "the dict has no 'b1'"),
    "by name": (by_name, "you have not met"),
    "numbered from 0": (from_zero, "the dict has no"),
    "He or LeCun": (he_or_lecun, "12 hidden layers of wide_tanh: what tells images apart shrinks"),
    "He for all": (he_for_all, "Each needs its own scale (9.1)"),
    "one number for all": (number_for_all, "Each needs its own scale (9.1)"),
    "He, and random biases": (he_and_random_biases, "Each needs its own scale (9.1)"),
    "gain squared": (gain_squared, "grows from"),
    "a zero in the middle": (zero_in_the_middle, "is zero, and lets no error through"),
}


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


def in_float32(layer_sizes, activation, rng):
    return {k: p.astype(np.float32) for k, p in right(layer_sizes, activation, rng).items()}


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


RIGHT = {
    "gain": right,
    "uniform": uniform,
    "orthogonal": orthogonal,
    "float32": in_float32,
    "zero output": zero_output,
    "gain in between": hidden_to_hidden,
    "by slopes": by_slopes,
}
