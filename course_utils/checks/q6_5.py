"""Question 6.5."""

import math

import numpy as np

from course_utils import theory
from course_utils.activations import lecun_tanh, sigmoid, tanh
from course_utils.checks.core import Question, known
from course_utils.checks.values import close, different


def edge_of_chaos(q, activation):
    """(sigma_w, sigma_b) with chi_1 = 1 and q* = q: q gives the first, the fixed point then the second."""
    slopes = theory.gaussian_mean(lambda z: activation.derivative(z) ** 2, q)
    squares = theory.gaussian_mean(lambda z: activation(z) ** 2, q)
    return np.sqrt([1 / slopes, q - squares / slopes])


def _places(rng):
    for activation, low, high in ((tanh, 0.5, 2), (lecun_tanh, 1, 4), (tanh, 3, 8), (sigmoid, 60, 90)):
        yield float(rng.uniform(low, high)), activation


def _from_means(rule, variance=lambda q: q):
    """A wrong answer: rule(q, S, P) from the right means, S = E[phi'^2] and P = E[phi^2], at that variance of z."""

    def function(q, activation):
        S = theory.gaussian_mean(lambda z: activation.derivative(z) ** 2, variance(q))
        P = theory.gaussian_mean(lambda z: activation(z) ** 2, variance(q))
        return np.array(rule(q, S, P))

    return function


def _point(q, S, P):
    return np.sqrt([1 / S, q - P / S])


def _with_means(S=None, P=None, point=_point):
    """A wrong answer: the right formula with another mean, of a rule (E, phi), in the place of S or of P."""

    def function(q, activation):
        def mean(f):
            return theory.gaussian_mean(f, q)

        slopes = (S or (lambda E, phi: E(lambda z: phi.derivative(z) ** 2)))(mean, activation)
        squares = (P or (lambda E, phi: E(lambda z: phi(z) ** 2)))(mean, activation)
        return point(q, slopes, squares)

    return function


def _mean_slope_squared(E, phi):
    return E(phi.derivative) ** 2


def _wrong_edge(calls):
    """What is wrong with a point on the edge: numbers off by less than 2 % come from too coarse a mean."""
    if all(close(call.value, call.expected, 1e-5) for call in calls):
        return None
    if all(np.allclose(call.value, call.expected, rtol=0.02) for call in calls):
        return "nearly: the means are not exact enough, take theory.gaussian_mean, or a finer grid"
    return different(calls)


MISTAKES = known(
    "order: the order is wrong: sigma_w first",
    _from_means(lambda q, S, P: _point(q, S, P)[::-1]),
    "both-variances: these are the variances: take the roots of both",
    _from_means(lambda q, S, P: [1 / S, q - P / S]),
    "weight-variance: sigma_w^2 is a variance: take its root, too",
    _from_means(lambda q, S, P: [1 / S, math.sqrt(q - P / S)]),
    "bias-variance: sigma_b^2 is a variance: take its root, too",
    _from_means(lambda q, S, P: [math.sqrt(1 / S), q - P / S]),
    "slope-not-squared: chi has the mean of the squared slope: phi' must be squared",
    _with_means(lambda E, phi: E(phi.derivative)),
    "slope-mean-first: first square, then take the mean: E[phi'^2], not E[phi']^2",
    _with_means(_mean_slope_squared),  # sigma_b^2 may become negative, and is made positive
    _with_means(_mean_slope_squared, point=lambda q, S, P: np.sqrt([1 / S, abs(q - P / S)])),
    _with_means(_mean_slope_squared, point=lambda q, S, P: np.sqrt([1 / S, max(0, q - P / S)])),
    "at-h: phi' is taken at h = phi(z) instead of z",
    _with_means(lambda E, phi: E(lambda z: phi.derivative(phi(z)) ** 2)),
    "phi-not-squared: the q-map has the second moment: phi must be squared",
    _with_means(P=lambda E, phi: E(phi)),
    "phi-mean-first: the q-map has the second moment E[phi^2], not E[phi]^2",
    _with_means(P=lambda E, phi: E(phi) ** 2),
    "variance-of-phi: the q-map has E[phi^2]; E[phi]^2 is not subtracted",
    _with_means(P=lambda E, phi: E(lambda z: phi(z) ** 2) - E(phi) ** 2),
    "tanh-only: this is right for tanh only: use `activation`",
    lambda q, activation: edge_of_chaos(q, tanh),
    "root-of-q: gaussian_mean takes the variance q, not its root",
    _from_means(_point, math.sqrt),
    "q-squared: gaussian_mean takes the variance q, not its square",
    _from_means(_point, np.square),
    "no-weight-variance: in the q-map E[phi^2] is multiplied by sigma_w^2",
    _from_means(lambda q, S, P: np.sqrt([1 / S, q - P])),
    "weight-deviation: in the q-map E[phi^2] is multiplied by sigma_w^2, the square",
    _from_means(lambda q, S, P: np.sqrt([1 / S, q - P / np.sqrt(S)])),
    "no-chi: sigma_w comes from chi = 1, not from a q-map without biases",
    _from_means(lambda q, S, P: [np.sqrt(q / P), 0]),
    "no-bias: biases are needed: at this q a net without them is not critical",
    _from_means(lambda q, S, P: [np.sqrt(1 / S), 0]),
    "exchanged: phi and phi' are exchanged: chi has the slopes, the q-map the values",
    _from_means(lambda q, S, P: _point(q, P, S)),
)

ADVICE = {
    r"math domain error": "the root of a negative number: sigma_b^2 = q - sigma_w^2 E[phi^2]",
    r"unsupported operand|bad operand": "gaussian_mean takes a function of z, such as lambda z: activation(z)**2",
    r"is not callable|missing .* positional": "theory.gaussian_mean(f, q): first a function of z, then q",
}

QUESTION = Question("6.5", 2, "On the edge of chaos", edge_of_chaos, _places, MISTAKES, _wrong_edge, advice=ADVICE)
