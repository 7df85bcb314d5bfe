"""Answers to 6.3, He's number for another activation."""

import numpy as np

WRONG = {
    "4": (lambda negative, positive: 4 / (negative**2 + positive**2), "off by the factor 2"),
    "a list": (lambda negative, positive: [2 / (negative**2 + positive**2)], "one number"),
}


def by_quadrature(negative, positive):
    z = np.linspace(-12, 12, 400_001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    h = np.where(z < 0, negative * z, positive * z)
    return 1 / np.trapezoid(h**2 * density, z)


def by_the_slopes(negative, positive):
    """Backward the same number: one over the mean of the squared slopes."""
    return 1 / np.mean(np.square([negative, positive]))


RIGHT = {
    "formula": lambda negative, positive: 2 / (negative * negative + positive * positive),
    "by the slopes": by_the_slopes,
    "by quadrature": by_quadrature,
    "float32": lambda negative, positive: np.float32(2 / (negative**2 + positive**2)),
}
