"""Answers to 2.1, who moves first."""

import numpy as np

from course_utils import losses, mlp


def hidden_layers_only(activation, L):
    return [L - l if activation.at_zero else None for l in range(1, L)]


def infinity_for_never(activation, L):
    return [L - l if activation.at_zero else np.inf for l in range(1, L + 1)]


def as_dict(activation, L):
    return {f"W{l}": L - l if activation.at_zero else None for l in range(1, L + 1)}


def all_at_once_one_later(activation, L):
    return [1] * (L - 1) + [0] if activation.at_zero else [None] * L


def in_quotes(activation, L):
    return [L - l if activation.at_zero else "None" for l in range(1, L + 1)]


WRONG = {
    "one entry missing": (hidden_layers_only, "one entry for each of the L layers"),
    "infinity for never": (infinity_for_never, "None for never"),
    "a dict": (as_dict, "a list was expected"),
    "None in quotes": (in_quotes, "without quotes"),
    "all hidden layers at 1": (all_at_once_one_later, "W1"),
}


def reversed_range(activation, L):
    return tuple(reversed(range(L))) if activation.at_zero else (None,) * L


def numpy_integers(activation, L):
    return np.arange(L)[::-1] if activation(np.zeros(1))[0] else np.full(L, None)


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


RIGHT = {"a tuple": reversed_range, "NumPy integers": numpy_integers, "by experiment": by_experiment}
