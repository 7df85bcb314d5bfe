"""Answers to 1.5, the complex step."""

import cmath

import numpy as np


def forward(f, x):
    h = 1e-8
    return (f(x + h) - f(x)) / h


def backward(f, x):
    return (f(x) - f(x - 1e-7)) / 1e-7


def central(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


def fourth_order(f, x, h=1e-3):
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)


def not_divided(f, x):
    return np.imag(f(x + 1e-20j))


def real_part(f, x):
    h = 1e-30
    return f(x + 1j * h).real / h


def real_part_not_divided(f, x):
    return f(complex(x, 1e-30)).real


def step_too_large(f, x):
    h = 1e-5
    return f(x + h * 1j).imag / h


def step_much_too_large(f, x):
    return f(x + 1e-3j).imag / 1e-3


def still_complex(f, x):
    return f(x + 1e-30j) / 1e-30


def two_h(f, x):
    return f(x + 1e-30j).imag / 2e-30


def modulus(f, x):
    return abs(f(x + 1e-30j)) / 1e-30


WRONG = {
    "forward difference": (forward, "forward difference"),
    "backward difference": (backward, "difference, where values of f are subtracted"),
    "central difference": (central, "central difference"),
    "fourth-order difference": (fourth_order, "difference, where values of f are subtracted"),
    "not divided by h": (not_divided, "not divided by h"),
    "real part": (real_part, "real part"),
    "real part, not divided": (real_part_not_divided, "real part"),
    "h = 1e-5": (step_too_large, "h = 1e-05 is too large"),
    "h = 1e-3": (step_much_too_large, "h = 1e-03 is too large"),
    "complex result": (still_complex, "got complex ones"),
    "divided by 2h": (two_h, "divided by 2h"),
    "modulus": (modulus, "modulus"),
}


def with_numpy(f, x):
    h = np.finfo(float).tiny
    return np.imag(f(np.complex128(complex(x, h)))) / h


def quotient(f, x):
    h = 1e-100
    return ((f(x + 1j * h) - f(x)) / (1j * h)).real


def step_down(f, x):
    return -np.asarray(f(np.array(x) - 1e-40j)).imag / 1e-40


def circle(f, x, n=32, r=0.1):
    """Cauchy's integral over a circle of radius r."""
    points = [cmath.exp(2j * cmath.pi * k / n) for k in range(n)]
    return (sum(f(x + r * p) / p for p in points) / (n * r)).real


RIGHT = {"numpy": with_numpy, "quotient, real part": quotient, "a step down": step_down, "Cauchy's integral": circle}
