"""Question 8.5."""

import numpy as np

from course_utils.checks.core import Question, known
from course_utils.checks.q8_3 import logit


def forget_bias(T, share):
    """The bias of a forget gate that keeps this share of the memory over T steps."""
    f = share ** (1 / T)
    return np.log(f / (1 - f))


def _memories(rng):
    return [
        (np.array([2, 5, 20, 100]), 0.5),
        (np.array([[10, 40], [1, 1000]]), float(rng.uniform(0.2, 0.9))),
        (7, float(rng.uniform(0.05, 0.3))),
        (rng.integers(1, 99, size=rng.integers(3, 9, size=2)), 0.4),
    ]


MISTAKES = known(
    "log-t: log(T - 1) is for a share of about 1/e: here f^T must be `share`",
    lambda T, share: np.log(np.maximum(np.asarray(T) - 1.0, 0)),
    "share-of-one-step: `share` is left after all T steps: one step keeps share^(1/T)",
    lambda T, share: logit(share) + 0.0 * T,
    "t-missing: T does not appear: one step keeps share^(1/T)",
    lambda T, share: logit(share),
    "added: the gates multiply, they do not add: one step keeps share^(1/T)",
    lambda T, share: logit(share / T),
    "linear: the gates multiply: losing (1 - share)/T in each step is only nearly the same",
    lambda T, share: logit(1 - (1 - share) / T),
    "power: the root is taken the wrong way: f^T = share, so f = share^(1/T)",
    lambda T, share: logit(share**T),
    "sign: the sign is flipped: a gate that stays open needs a positive bias",
    lambda T, share: -forget_bias(T, share),
    "gate: this is the gate f: the bias is what the sigmoid turns into it",
    lambda T, share: share ** (1 / T),
    "log: the logarithm is not the inverse of the sigmoid: b = log(f / (1 - f))",
    lambda T, share: np.log(share) / T,
    "odds: these are the odds f / (1 - f): take their logarithm",
    lambda T, share: np.exp(forget_bias(T, share)),
    "sigmoid: the sigmoid of f is not its inverse: solve sigmoid(b) = f for b",
    lambda T, share: 1 / (1 + np.exp(-(share ** (1 / T)))),
    "one-over-e: exp(-1/T) keeps 1/e over T steps, not `share`",
    lambda T, share: logit(np.exp(-1 / np.asarray(T))),
    "one-over-e-nearly: 1 - 1/T keeps about 1/e over T steps, not `share`",
    lambda T, share: logit((1 - 1 / np.asarray(T)) * share),
)

QUESTION = Question("8.5", 2, "A memory of the right length", forget_bias, _memories, MISTAKES)
