"""Answers to 2.1, who moves first."""

import numpy as np

from course_utils import losses, mlp


def by_experiment(activation, L):
    """Train a little network, and look."""
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(7, 3)), np.array([0, 0, 0, 0, 1, 1, 2])
    params = mlp.initialize([3, *[2] * (L - 1), 3], "zeros")
    first = [None] * L
    for t in range(L):
        trace = mlp.forward(params, x, activation)
        grads = mlp.backward(params, trace, losses.cross_entropy.gradient(trace.output, labels), activation)
        for l in range(1, L + 1):
            if first[l - 1] is None and grads[f"W{l}"].any():
                first[l - 1] = t
        params = {name: p - 0.5 * grads[name] for name, p in params.items()}
    return first


WRONG = {
    "one entry missing": (
        lambda activation, L: [L - l if activation.at_zero else None for l in range(1, L)],
        "one entry for each of the L layers",
    ),
    "infinity for never": (
        lambda activation, L: [L - l if activation.at_zero else np.inf for l in range(1, L + 1)],
        "None for never",
    ),
    "None in quotes": (
        lambda activation, L: [L - l if activation.at_zero else "None" for l in range(1, L + 1)],
        "without quotes",
    ),
    "all hidden layers at 1": (lambda activation, L: [1] * (L - 1) + [0] if activation.at_zero else [None] * L, "W1"),
}

RIGHT = {
    "NumPy integers": lambda activation, L: np.arange(L)[::-1] if activation(np.zeros(1))[0] else np.full(L, None),
    "by experiment": by_experiment,
}
