"""Answers to 1.5, the complex step."""

import cmath

import numpy as np


def entry_by_entry(derivative):
    """The gradient from a rule derivative(g) for the derivative at 0 of g(step), f with one entry moved."""

    def gradient(f, x):
        def moved(j):
            def g(step):
                z = x.astype(complex) if isinstance(step, complex) else x.copy()
                z[j] += step
                return f(z)

            return g

        return np.array([derivative(moved(j)) for j in range(len(x))])

    return gradient


def forward(g, h=1e-8):
    return (g(h) - g(0)) / h


def central(g, h=1e-5):
    return (g(h) - g(-h)) / (2 * h)


def fourth_order(g, h=1e-3):
    return (8 * (g(h) - g(-h)) - (g(2 * h) - g(-2 * h))) / (12 * h)


def not_divided(g):
    return g(1e-20j).imag


def real_part(g):
    return g(1e-30j).real / 1e-30


def real_part_not_divided(g):
    return g(1e-30j).real


def step_too_large(g, h=1e-5):
    return g(h * 1j).imag / h


def step_much_too_large(g):
    return g(1e-3j).imag / 1e-3


def two_h(g):
    return g(1e-30j).imag / 2e-30


def modulus(g):
    return abs(g(1e-30j)) / 1e-30


def not_restored(f, x):
    z, gradient = x.astype(complex), np.zeros(len(x))
    for j in range(len(x)):
        z[j] += 1e-30j
        gradient[j] = f(z).imag / 1e-30
    return gradient


def stored_without_imag(f, x):
    gradient = np.zeros(len(x))
    for j, unit in enumerate(np.eye(len(x))):
        gradient[j] = f(x + 1e-30j * unit) / 1e-30
    return gradient


def kept_real(f, x):
    gradient = np.zeros(len(x))
    for j in range(len(x)):
        z = x.copy()
        z[j] = x[j] + 1e-30j
        gradient[j] = f(z).imag / 1e-30
    return gradient


def cannot_hold(f, x):
    z, h = x.copy(), 1e-30
    z += 1j * h
    return f(z).imag / h


def loop(f, x):
    z, gradient = x.astype(complex), []
    for j in range(len(x)):
        z[j] += 1e-200j
        gradient.append(f(z).imag / 1e-200)
        z[j] = x[j]
    return gradient


def quotient(g, h=1e-100):
    return ((g(1j * h) - g(0)) / (1j * h)).real


def circle(g, n=32, r=0.1):
    """Cauchy's integral over a circle of radius r."""
    points = [cmath.exp(2j * cmath.pi * k / n) for k in range(n)]
    return (sum(g(r * p) / p for p in points) / (n * r)).real


WRONG = {
    "forward difference": (entry_by_entry(forward), "forward difference"),
    "backward difference": (
        lambda f, x: np.array([(f(x) - f(x - 1e-7 * unit)) / 1e-7 for unit in np.eye(len(x))]),
        "backward difference",
    ),
    "central difference": (entry_by_entry(central), "central difference"),
    "fourth-order difference": (entry_by_entry(fourth_order), "difference, where values of f are subtracted"),
    "not divided by h": (entry_by_entry(not_divided), "not divided by h"),
    "real part": (entry_by_entry(real_part), "real part"),
    "real part, not divided": (entry_by_entry(real_part_not_divided), "real part"),
    "h = 1e-5": (entry_by_entry(step_too_large), "at h = 1e-05: the step h is too large"),
    "h = 1e-3": (entry_by_entry(step_much_too_large), "at h = 1e-03: the step h is too large"),
    "no .imag, into an array of floats": (stored_without_imag, "take the imaginary part, .imag"),
    "divided by 2h": (entry_by_entry(two_h), "divided by 2h"),
    "modulus": (entry_by_entry(modulus), "modulus"),
    "not put back": (not_restored, "stays moved"),
    "a copy that stays real": (kept_real, "x.astype(complex)"),
    "a real array cannot hold ih": (cannot_hold, "x.astype(complex)"),
    "one entry alone": (lambda f, x: [f(x[j] + 1e-30j).imag / 1e-30 for j in range(len(x))], "f takes a whole array"),
}

RIGHT = {
    "a loop that puts back": loop,
    "quotient, real part": entry_by_entry(quotient),
    "a step down": lambda f, x: [-f(x - 1e-40j * unit).imag / 1e-40 for unit in np.eye(len(x))],
    "Cauchy's integral": entry_by_entry(circle),
}
