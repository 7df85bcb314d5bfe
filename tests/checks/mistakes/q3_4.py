"""Answers to 3.4, which matrices ever move."""

import numpy as np

from course_utils import losses, mlp


def by_rules(zero, activation, sleeps=lambda phi: phi.at_zero == 0, dies=lambda phi: phi.slope_at_zero == 0):
    L, where = len(zero), [l for l in range(len(zero)) if zero[l]]
    if not sleeps(activation) or not where or where == [L - 1]:
        return [True] * L
    if dies(activation):
        return [False] * L
    return [True] * L if len(where) == 1 else [l > where[-1] for l in range(L)]


def names(zero, activation):
    return [f"W{l}" for l, moves in enumerate(by_rules(zero, activation), start=1) if moves]


def one_number(zero, activation):
    return all(by_rules(zero, activation))


def numbered_from_one(zero, activation):
    return [zero[l] for l in range(1, len(zero) + 1)]


WRONG = {
    "names": (names, "True, it moves, or False"),
    "one number": (one_number, "a list was expected"),
    "numbered from one": (numbered_from_one, "zero[l - 1]"),
}


def by_experiment(zero, activation):
    """Train a little network, and look."""
    rng = np.random.default_rng(0)
    L = len(zero)
    x, labels = rng.normal(size=(30, 3)), rng.integers(3, size=30)
    params = mlp.initialize([3, *[6] * (L - 1), 3], "normal", sigma_w=1.5, rng=rng)
    params |= {f"W{l}": 0 * params[f"W{l}"] for l in range(1, L + 1) if zero[l - 1]}
    now = params
    for _ in range(3 * L):
        trace = mlp.forward(now, x, activation)
        grads = mlp.backward(now, trace, losses.cross_entropy.gradient(trace.output, labels), activation)
        now = {name: p - 0.1 * grads[name] for name, p in now.items()}
    return [bool((now[f"W{l}"] != params[f"W{l}"]).any()) for l in range(1, L + 1)]


def with_arrays(zero, activation):
    zeros = np.flatnonzero(zero)
    free = activation(np.zeros(1))[0] != 0 or len(zeros) <= (activation.slope_at_zero != 0)
    if free or (len(zeros) == 1 and zero[-1]):
        return np.ones(len(zero), dtype=bool)
    return (np.arange(len(zero)) > zeros.max()) & (activation.slope_at_zero != 0)


def zeros_and_ones(zero, activation):
    return tuple(int(moves) for moves in by_rules(zero, activation))


RIGHT = {"by experiment": by_experiment, "arrays": with_arrays, "0 and 1": zeros_and_ones}
