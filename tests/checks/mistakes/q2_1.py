"""Answers to 2.1, who moves first."""

import numpy as np

from course_utils import losses, mlp


def off_by_one(activation, L):
    return [L - l + 1 if activation.at_zero != 0 else None for l in range(1, L + 1)]


def from_the_inputs(activation, L):
    return list(range(L)) if activation.at_zero else [None] * L


def all_at_once(activation, L):
    return [0] * L if activation.at_zero else [None] * L


def whatever_the_activation(activation, L):
    return [L - l for l in range(1, L + 1)]


def output_moves(activation, L):
    if activation.at_zero == 0:
        return [None] * (L - 1) + [0]
    return [L - l for l in range(1, L + 1)]


def never(activation, L):
    return [None for _ in range(L)]


def by_name(activation, L):
    return [L - l if activation.name == "sigmoid" else None for l in range(1, L + 1)]


def by_slope(activation, L):
    return [L - l if activation.slope_at_zero else None for l in range(1, L + 1)]


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
    "off by one": (off_by_one, "off by one"),
    "from the inputs up": (from_the_inputs, "order is reversed"),
    "all at once": (all_at_once, "not all at once"),
    "numbers for tanh": (whatever_the_activation, "phi(0) = 0 changes everything"),
    "the output moves for tanh": (output_moves, "output layer never moves either"),
    "never": (never, "not never"),
    "by name": (by_name, "not the name"),
    "by phi'(0)": (by_slope, "not phi'(0)"),
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
