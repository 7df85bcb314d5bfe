"""Answers to 4.7, step, then turn."""

import numpy as np


def right(step, maps, theta, gradient):
    """The difference, relative to the step."""
    found = {}
    for name, Q in maps.items():
        apart = step(Q @ theta, Q @ gradient) - Q @ step(theta, gradient)
        found[name] = np.linalg.norm(apart) < 1e-9 * np.linalg.norm(theta)
    return found


def differences(step, maps, theta, gradient):
    return {name: abs(step(Q @ theta, Q @ gradient) - Q @ step(theta, gradient)).max() for name, Q in maps.items()}


def columns(step, maps, theta, gradient):
    return {name: np.allclose(step(theta @ Q, gradient @ Q), step(theta, gradient) @ Q) for name, Q in maps.items()}


WRONG = {
    "from the right": (columns, "neurons are rows"),
    "differences": (differences, "True or False"),
    "a list": (lambda *args: list(right(*args).values()), "a dict with"),
}

RIGHT = {
    "by the norm": right,
    "as numbers": lambda *args: {name: int(value) for name, value in right(*args).items()},
}
