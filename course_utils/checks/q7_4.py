"""Question 7.4."""

import math

import numpy as np

from course_utils import theory
from course_utils.checks.core import Question, known


def residual_growth(q, sigma_w, branches):
    """The mean square of h after that many branches, and the growth of squared errors on the way back."""
    factor = 1.0
    for _ in range(branches):
        factor *= 1 + sigma_w**2 * _slopes(q)
        q += sigma_w**2 * _squares(q)
    return {"forward": q, "backward": factor}


def _slopes(q):
    """E[tanh'(h)^2] for h ~ N(0, q)."""
    return theory.gaussian_mean(lambda h: (1 - np.tanh(h) ** 2) ** 2, q)


def _squares(q):
    """E[tanh(h)^2] for h ~ N(0, q)."""
    return theory.gaussian_mean(lambda h: np.tanh(h) ** 2, q)


def _residual_nets(rng):
    for branches in (1, 4, *rng.integers(5, 50, size=2).tolist()):
        yield float(rng.uniform(0.3, 2)), float(rng.uniform(0.4, 2.5)), branches


def _stepwise(step):
    """A wrong answer from a rule for one branch: step(q, s), where s is sigma_w, gives the next q and the factor."""

    def function(q, sigma_w, branches):
        factor = 1.0
        for _ in range(branches):
            q, factor_here = step(q, sigma_w)
            factor *= factor_here
        return {"forward": q, "backward": factor}

    return function


def _in_the_end(rule):
    """A wrong answer from the q before each branch, and after the last, and the factors: rule(path, factors)."""

    def function(q, sigma_w, branches):
        path, factors = [q], []
        for _ in range(branches):
            factors.append(1 + sigma_w**2 * _slopes(path[-1]))
            path.append(path[-1] + sigma_w**2 * _squares(path[-1]))
        forward, backward = rule(path, factors)
        return {"forward": forward, "backward": backward}

    return function


def _slope(h):
    return 1 - np.tanh(h) ** 2


MISTAKES = known(
    "no-way-round: the way round is missing in both: h + ... keeps q, and the error keeps 1",
    _stepwise(lambda q, s: (s**2 * _squares(q), s**2 * _slopes(q))),
    "no-one-back: backward, the 1 of the way round is missing",
    _stepwise(lambda q, s: (q + s**2 * _squares(q), s**2 * _slopes(q))),
    "no-q-forward: forward, the q of the way round is missing: E[h^2] keeps what it was",
    _stepwise(lambda q, s: (s**2 * _squares(q), 1 + s**2 * _slopes(q))),
    "deviation: sigma_w enters squared: it is a standard deviation",
    _stepwise(lambda q, s: (q + s * _squares(q), 1 + s * _slopes(q))),
    "slope-not-squared: tanh' enters squared: E[tanh'(z)^2]",
    _stepwise(lambda q, s: (q + s**2 * _squares(q), 1 + s**2 * theory.gaussian_mean(_slope, q))),
    "q-frozen: q changes from branch to branch: each factor belongs to the q before its branch",
    _in_the_end(lambda qs, f: (qs[0] + len(f) * (qs[1] - qs[0]), f[0] ** len(f))),
    "q-after: each branch sees the q before it, not after",
    _stepwise(lambda q, s: (after := q + s**2 * _squares(q), 1 + s**2 * _slopes(after))),
    "q-not-updated: q must grow from branch to branch: replace it after each, by q + sigma_w^2 E[tanh^2]",
    _in_the_end(lambda qs, f: (qs[1], f[0] ** len(f))),
    _in_the_end(lambda qs, f: (qs[0], f[0] ** len(f))),
    "forward-first-q: forward, this is the q from before the first branch: q must grow from branch to branch",
    _in_the_end(lambda qs, f: (qs[0], math.prod(f))),
    "exchanged: forward and backward are exchanged",
    _in_the_end(lambda qs, f: (math.prod(f), qs[-1])),
    "added: factors of one branch after the other multiply, they do not add",
    _in_the_end(lambda qs, f: (qs[-1], sum(f))),
    _in_the_end(lambda qs, f: (qs[-1], 1 + sum(f) - len(f))),
    "last-factor: backward, this is the last branch's factor alone: multiply those of all",
    _in_the_end(lambda qs, f: (qs[-1], f[-1])),
    "one-branch: this is the first branch alone: go through all branches",
    _in_the_end(lambda qs, f: (qs[1], f[0])),
    "mean-first: square inside the mean: E[tanh^2] is not E[tanh]^2",
    _stepwise(lambda q, s: (q, 1 + s**2 * theory.gaussian_mean(_slope, q) ** 2)),
    "one-point: a mean over h is asked, not the value at one h = sqrt(q)",
    _stepwise(lambda q, s: (q + s**2 * np.tanh(np.sqrt(q)) ** 2, 1 + s**2 * _slope(np.sqrt(q)) ** 2)),
    "root-of-q: gaussian_mean takes the variance q, not the standard deviation",
    _stepwise(lambda q, s: (q + s**2 * _squares(np.sqrt(q)), 1 + s**2 * _slopes(np.sqrt(q)))),
)

ADVICE = {
    r"not callable": "gaussian_mean needs a function of z: lambda z: np.tanh(z)**2",
}

QUESTION = Question("7.4", 2, "A way round", residual_growth, _residual_nets, MISTAKES, advice=ADVICE)
