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


WRONG = {
    "names": (
        lambda zero, activation: [f"W{l}" for l, moves in enumerate(by_rules(zero, activation), start=1) if moves],
        "True, it moves, or False",
    ),
    "numbered from one": (lambda zero, activation: [zero[l] for l in range(1, len(zero) + 1)], "zero[l - 1]"),
}

RIGHT = {
    "by experiment": by_experiment,
    "0 and 1": lambda zero, activation: tuple(int(moves) for moves in by_rules(zero, activation)),
}
