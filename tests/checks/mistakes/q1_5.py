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


def not_restored(f, x):
    z, gradient = x.astype(complex), np.zeros(len(x))
    for j in range(len(x)):
        z[j] += 1e-30j
        gradient[j] = f(z).imag / 1e-30
    return gradient


def kept_real(f, x):
    gradient = np.zeros(len(x))
    for j in range(len(x)):
        z = x.copy()
        z[j] = x[j] + 1e-30j
        gradient[j] = f(z).imag / 1e-30
    return gradient


def circle(g, n=32, r=0.1):
    """Cauchy's integral over a circle of radius r."""
    points = [cmath.exp(2j * cmath.pi * k / n) for k in range(n)]
    return (sum(g(r * p) / p for p in points) / (n * r)).real


WRONG = {
    "forward difference": (entry_by_entry(lambda g: (g(1e-8) - g(0)) / 1e-8), "forward difference"),
    "backward difference": (
        lambda f, x: np.array([(f(x) - f(x - 1e-7 * unit)) / 1e-7 for unit in np.eye(len(x))]),
        "backward difference",
    ),
    "central difference": (entry_by_entry(lambda g: (g(1e-5) - g(-1e-5)) / 2e-5), "central difference"),
    "not divided by h": (entry_by_entry(lambda g: g(1e-20j).imag), "not divided by h"),
    "real part": (entry_by_entry(lambda g: g(1e-30j).real / 1e-30), "real part"),
    "real part, not divided": (entry_by_entry(lambda g: g(1e-30j).real), "real part"),
    "h = 1e-5": (entry_by_entry(lambda g: g(1e-5j).imag / 1e-5), "at h = 1e-05: the step h is too large"),
    "divided by 2h": (entry_by_entry(lambda g: g(1e-30j).imag / 2e-30), "divided by 2h"),
    "modulus": (entry_by_entry(lambda g: abs(g(1e-30j)) / 1e-30), "modulus"),
    "not put back": (not_restored, "stays moved"),
    "a copy that stays real": (kept_real, "x.astype(complex)"),
    "a real array cannot hold ih": (lambda f, x: f(np.add(x, 1e-30j, out=x.copy())).imag / 1e-30, "x.astype(complex)"),
    "one entry alone": (lambda f, x: [f(x[j] + 1e-30j).imag / 1e-30 for j in range(len(x))], "f takes a whole array"),
}

RIGHT = {
    "quotient, real part": entry_by_entry(lambda g: ((g(1e-100j) - g(0)) / 1e-100j).real),
    "Cauchy's integral": entry_by_entry(circle),
}
