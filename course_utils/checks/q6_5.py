"""Question 6.5, on the edge of chaos."""

import math

import numpy as np

from course_utils import theory
from course_utils.activations import lecun_tanh, sigmoid, tanh
from course_utils.checks.core import Mistake, Question
from course_utils.checks.values import close, different


def edge_of_chaos(q, activation):
    """(sigma_w, sigma_b) with chi_1 = 1 and q* = q: q gives the first, the fixed point then the second."""
    return _edge()(q, activation)


def _places(rng):
    for activation, low, high in ((tanh, 0.5, 2), (lecun_tanh, 1, 4), (tanh, 3, 8), (sigmoid, 60, 90)):
        yield float(rng.uniform(low, high)), activation


def _edge(
    slope=lambda phi, z: phi.derivative(z) ** 2,
    square=lambda phi, z: phi(z) ** 2,
    variance=lambda q: q,
    of_slope=lambda mean: mean,
    of_square=lambda mean: mean,
    result=lambda w2, b2: np.sqrt([w2, b2]),
    bias=lambda q, w2, m: q - w2 * m,
):
    """An answer by these rules for the two means and for what is made of them."""

    def function(q, activation):
        w2 = 1 / of_slope(theory.gaussian_mean(lambda z: slope(activation, z), variance(q)))
        m = of_square(theory.gaussian_mean(lambda z: square(activation, z), variance(q)))
        return np.array(result(w2, bias(q, w2, m)))

    return function


def _edge_by_variance(q, activation):
    mean = theory.gaussian_mean(activation, q)
    return _edge(of_square=lambda m: m - mean**2)(q, activation)


def _wrong_edge(calls):
    """What is wrong with a point on the edge: numbers off by less than 2 % come from too coarse a mean."""
    if all(close(call.value, call.expected, 1e-5) for call in calls):
        return None
    if all(np.allclose(call.value, call.expected, rtol=0.02) for call in calls):
        return "nearly: the means are not exact enough, take theory.gaussian_mean, or a finer grid"
    return different(calls)


MISTAKES = {
    "order": Mistake("the order is wrong: sigma_w first", _edge(result=lambda w2, b2: np.sqrt([b2, w2]))),
    "both-variances": Mistake("these are the variances: take the roots of both", _edge(result=lambda w2, b2: [w2, b2])),
    "weight-variance": Mistake(
        "sigma_w^2 is a variance: take its root, too", _edge(result=lambda w2, b2: [w2, math.sqrt(b2)])
    ),
    "bias-variance": Mistake(
        "sigma_b^2 is a variance: take its root, too", _edge(result=lambda w2, b2: [math.sqrt(w2), b2])
    ),
    "slope-not-squared": Mistake(
        "chi has the mean of the squared slope: phi' must be squared", _edge(slope=lambda phi, z: phi.derivative(z))
    ),
    "slope-mean-first": Mistake(
        "first square, then take the mean: E[phi'^2], not E[phi']^2",
        _edge(slope=lambda phi, z: phi.derivative(z), of_slope=np.square),
    ),
    "phi-not-squared": Mistake(
        "the q-map has the second moment: phi must be squared", _edge(square=lambda phi, z: phi(z))
    ),
    "phi-mean-first": Mistake(
        "the q-map has the second moment E[phi^2], not E[phi]^2",
        _edge(square=lambda phi, z: phi(z), of_square=np.square),
    ),
    "variance-of-phi": Mistake("the q-map has E[phi^2]; E[phi]^2 is not subtracted", _edge_by_variance),
    "tanh-only": Mistake(
        "this is right for tanh only: use `activation`",
        _edge(slope=lambda phi, z: tanh.derivative(z) ** 2, square=lambda phi, z: tanh(z) ** 2),
    ),
    "root-of-q": Mistake("gaussian_mean takes the variance q, not its root", _edge(variance=math.sqrt)),
    "q-squared": Mistake("gaussian_mean takes the variance q, not its square", _edge(variance=lambda q: q**2)),
    "no-weight-variance": Mistake(
        "in the q-map E[phi^2] is multiplied by sigma_w^2", _edge(bias=lambda q, w2, m: q - m)
    ),
    "weight-deviation": Mistake(
        "in the q-map E[phi^2] is multiplied by sigma_w^2, the square",
        _edge(bias=lambda q, w2, m: q - math.sqrt(w2) * m),
    ),
    "no-chi": Mistake(
        "sigma_w comes from chi = 1, not from a q-map without biases",
        lambda q, activation: np.array([math.sqrt(q / theory.gaussian_mean(lambda z: activation(z) ** 2, q)), 0]),
    ),
    "no-bias": Mistake(
        "biases are needed: at this q a net without them is not critical",
        _edge(result=lambda w2, b2: [math.sqrt(w2), 0]),
    ),
    "exchanged": Mistake(
        "phi and phi' are exchanged: chi has the slopes, the q-map the values",
        _edge(slope=lambda phi, z: phi(z) ** 2, square=lambda phi, z: phi.derivative(z) ** 2),
    ),
}

QUESTION = Question(
    "6.5",
    2,
    "On the edge of chaos",
    edge_of_chaos,
    _places,
    MISTAKES,
    _wrong_edge,
    advice=(
        (r"math domain error", "the root of a negative number: sigma_b^2 = q - sigma_w^2 E[phi^2]"),
        (r"unsupported operand|bad operand", "gaussian_mean takes a function of z, such as lambda z: activation(z)**2"),
        (r"is not callable|missing .* positional", "theory.gaussian_mean(f, q): first a function of z, then q"),
    ),
)
