"""Question 10.2, branches for any depth."""

import numpy as np

from course_utils.checks.core import Question, known


def branch_scale(wiring, N, v, q0, q_end):
    """The factor on each branch with which the stream's mean square goes from q0 to q_end in N branches."""
    if wiring == "pre-LN":
        return np.sqrt((q_end - q0) / (N * v))
    return np.sqrt(((q_end / q0) ** (1 / N) - 1) / v)


def _streams(rng):
    for wiring in ("pre-LN", "no norm", "pre-LN", "no norm"):
        q0 = float(rng.uniform(0.3, 0.8))
        yield wiring, int(rng.integers(6, 60)), float(rng.uniform(0.3, 0.7)), q0, q0 * float(rng.uniform(2, 6))
    yield "no norm", 1, 0.25, 2.0, 3.0
    yield "pre-LN", 1, 0.25, 2.0, 3.0


def _scale(pre=lambda N, v, q0, q1: (q1 - q0) / (N * v), none=None, last=np.sqrt):
    """A wrong answer with another square for pre-LN or without a norm, or without the root."""
    none = none or (lambda N, v, q0, q1: ((q1 / q0) ** (1 / N) - 1) / v)

    def function(wiring, N, v, q0, q_end):
        return last((pre if wiring == "pre-LN" else none)(N, v, q0, q_end))

    return function


def _right_pre(N, v, q0, q1):
    return (q1 - q0) / (N * v)


def _right_none(N, v, q0, q1):
    return ((q1 / q0) ** (1 / N) - 1) / v


MISTAKES = known(
    "no-root: the factor multiplies h, its square the mean square: a root is missing",
    _scale(last=lambda s: s),
    "wirings-exchanged: the two wirings are exchanged: pre-LN adds the same in every block, without a norm each "
    "block multiplies",
    _scale(_right_none, _right_pre),
    "always-added: without a norm a branch reads what has grown already: its part is a multiple of q, not always v",
    _scale(none=_right_pre),
    "always-multiplied: with pre-LN a branch reads norm(h), of mean square 1, however large h is: v is added each time",
    _scale(pre=_right_none),
    "start-forgotten: with pre-LN the branches together add q_end - q0, not q_end",
    _scale(pre=lambda N, v, q0, q1: q1 / (N * v)),
    "ratio-for-difference: with pre-LN what is added does not depend on q0: take the difference q_end - q0, not the "
    "ratio",
    _scale(pre=lambda N, v, q0, q1: (q1 / q0 - 1) / (N * v)),
    "exponential: e^(s^2 v N) is (1 + s^2 v)^N for small steps only: solve the power",
    _scale(none=lambda N, v, q0, q1: np.log(q1 / q0) / (N * v)),
    "one-not-taken-off: without a norm a block multiplies by 1 + s^2 v: take the 1 off",
    _scale(none=lambda N, v, q0, q1: (q1 / q0) ** (1 / N) / v),
    "ratio-forgotten: without a norm it is the ratio q_end / q0 that the N blocks make together",
    _scale(none=lambda N, v, q0, q1: (np.maximum(q1, 1) ** (1 / N) - 1) / v),
    "v-forgotten: the branches put out v, not 1",
    _scale(*(lambda N, v, q0, q1, f=f: f(N, 1, q0, q1) for f in (_right_pre, _right_none))),
    "two-a-block: N counts branches, not blocks: no factor 2",
    _scale(*(lambda N, v, q0, q1, f=f: f(2 * N, v, q0, q1) for f in (_right_pre, _right_none))),
    "gpt-2: 1/sqrt(N) is for v = 1 and a stream that may grow by 1",
    lambda wiring, N, v, q0, q_end: N**-0.5,
)

QUESTION = Question("10.2", 3, "Branches for any depth", branch_scale, _streams, MISTAKES)
