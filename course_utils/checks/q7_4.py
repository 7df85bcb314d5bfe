"""Question 7.4, a way round."""

import functools

import numpy as np

from course_utils import theory
from course_utils.checks.core import Mistake, Question


def residual_growth(q, sigma_w, branches):
    """The mean square of h after that many branches, and the growth of squared errors on the way back."""
    return _growth(q, sigma_w, branches)


def _residual_nets(rng):
    return [
        (float(q), float(s), n)
        for q, s, n in zip(rng.uniform(0.3, 2, 4), rng.uniform(0.4, 2.5, 4), (1, 4, 7, 3), strict=True)
    ]


def _slope(z):
    return 1 - np.tanh(z) ** 2


def _growth(q, sigma_w, branches, *, power=2, way_round=1, keep=1, both=lambda s: s**2, mean=None, update="after"):
    """The answer, and wrong ones: what is not standard names a mistake."""
    mean = mean or (lambda f, q, power: theory.gaussian_mean(lambda z: f(z) ** power, q))
    factor = 1.0
    for _ in range(branches):
        after = keep * q + both(sigma_w) * mean(np.tanh, q, 2)
        at = {"after": q, "before": after}[update]
        factor *= way_round + both(sigma_w) * mean(_slope, at, power)
        q = after
    return {"forward": q, "backward": factor}


def _frozen(q, sigma_w, branches):
    one = _growth(q, sigma_w, 1)
    return {"forward": q + branches * (one["forward"] - q), "backward": one["backward"] ** branches}


def _summed(q, sigma_w, branches):
    total, right = 0.0, _growth(q, sigma_w, branches)
    for _ in range(branches):
        step = _growth(q, sigma_w, 1)
        total, q = total + step["backward"], step["forward"]
    return {"forward": right["forward"], "backward": total}


def _summed_from_one(q, sigma_w, branches):
    found = _summed(q, sigma_w, branches)
    return {**found, "backward": found["backward"] + 1 - branches}


def _product_and_first_q(q, sigma_w, branches):
    """q stays what it was, in both."""
    return {"forward": q, "backward": _growth(q, sigma_w, 1)["backward"] ** branches}


def _never_updated(q, sigma_w, branches):
    one = _growth(q, sigma_w, 1)
    return {"forward": one["forward"], "backward": one["backward"] ** branches}


def _forward_kept(q, sigma_w, branches):
    return {**_growth(q, sigma_w, branches), "forward": q}


def _exchanged(q, sigma_w, branches):
    found = _growth(q, sigma_w, branches)
    return {"forward": found["backward"], "backward": found["forward"]}


def _last_factor(q, sigma_w, branches):
    path = _growth(q, sigma_w, branches - 1) if branches > 1 else {"forward": q}
    return _growth(path["forward"], sigma_w, 1)


def _mean_first(f, q, power):
    return theory.gaussian_mean(f, q) ** power


def _at_root(f, q, power):
    return f(np.sqrt(q)) ** power


def _root_as_variance(f, q, power):
    return theory.gaussian_mean(lambda z: f(z) ** power, np.sqrt(q))


MISTAKES = {
    "no-way-round": Mistake(
        "the way round is missing in both: h + ... keeps q, and the error keeps 1",
        functools.partial(_growth, way_round=0, keep=0),
    ),
    "no-one-back": Mistake("backward, the 1 of the way round is missing", functools.partial(_growth, way_round=0)),
    "no-q-forward": Mistake(
        "forward, the q of the way round is missing: E[h^2] keeps what it was", functools.partial(_growth, keep=0)
    ),
    "deviation": Mistake(
        "sigma_w enters squared: it is a standard deviation", functools.partial(_growth, both=lambda s: s)
    ),
    "slope-not-squared": Mistake("tanh' enters squared: E[tanh'(z)^2]", functools.partial(_growth, power=1)),
    "q-frozen": Mistake("q changes from branch to branch: each factor belongs to the q before its branch", _frozen),
    "q-after": Mistake("each branch sees the q before it, not after", functools.partial(_growth, update="before")),
    "q-not-updated": Mistake(
        "q must grow from branch to branch: replace it after each, by q + sigma_w^2 E[tanh^2]",
        _never_updated,
        (_product_and_first_q,),
    ),
    "forward-first-q": Mistake(
        "forward, this is the q from before the first branch: q must grow from branch to branch", _forward_kept
    ),
    "exchanged": Mistake("forward and backward are exchanged", _exchanged),
    "added": Mistake("factors of one branch after the other multiply, they do not add", _summed, (_summed_from_one,)),
    "last-factor": Mistake("backward, this is the last branch's factor alone: multiply those of all", _last_factor),
    "one-branch": Mistake(
        "this is the first branch alone: go through all branches", lambda q, s, branches: _growth(q, s, 1)
    ),
    "mean-first": Mistake(
        "square inside the mean: E[tanh^2] is not E[tanh]^2", functools.partial(_growth, mean=_mean_first)
    ),
    "one-point": Mistake(
        "a mean over h is asked, not the value at one h = sqrt(q)", functools.partial(_growth, mean=_at_root)
    ),
    "root-of-q": Mistake(
        "gaussian_mean takes the variance q, not the standard deviation",
        functools.partial(_growth, mean=_root_as_variance),
    ),
}

QUESTION = Question(
    "7.4",
    2,
    "A way round",
    residual_growth,
    _residual_nets,
    MISTAKES,
    advice=((r"not callable", "gaussian_mean needs a function of z: lambda z: np.tanh(z)**2"),),
)
