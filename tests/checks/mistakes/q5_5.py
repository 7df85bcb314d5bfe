"""Answers to 5.5, the factor that keeps the size of the errors."""

import numpy as np


def trapezoids(a, q):
    t = np.linspace(-12, 12, 1_000_001)
    weights = np.exp(-(t**2) / 2)

    def mean(v):
        return np.sum(weights / np.cosh(np.sqrt(v) * t) ** 4)

    return np.sqrt(mean(q) / mean(a**2 * q))


RIGHT = {
    "trapezoids": trapezoids,
}
