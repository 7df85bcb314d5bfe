"""Question 3.3."""

import numpy as np

from course_utils import diagnostics
from course_utils.checks.core import Question, known
from course_utils.checks.values import within


def effective_rank(W):
    """exp of the entropy of the singular values, scaled to sum 1 (Roy & Vetterli 2007); 0 for a zero matrix."""
    s = np.linalg.svd(W, compute_uv=False)
    p = s[s > 0] / (s.sum() or 1)
    return float(np.exp(-(p * np.log(p)).sum())) if s.any() else 0.0


def _entropy_rank(W, weigh=lambda s: s, total=np.sum, log=np.log, back=np.exp):
    """A wrong effective rank, from other parts."""
    s = weigh(np.linalg.svd(W, compute_uv=False))
    if not s.any():
        return 0.0
    p = s[s > 0] / total(s)
    return float(back(-(p * log(p)).sum()))


def _matrices(rng):
    yield (rng.normal(size=(4, 6)),)
    yield (rng.normal(size=(5, 3)) * [3, 1, 0.1],)
    yield (np.outer(rng.normal(size=4), rng.normal(size=3)),)
    yield (np.diag([2.0, 1.0, 1.0, 0.0]),)
    yield (np.zeros((3, 2)),)
    yield (np.eye(3)[:, [1, 2, 0]],)
    yield (rng.normal(size=rng.integers(2, 9, size=2)),)
    yield (rng.normal(size=(1, 4)),)
    yield (np.diag([1.0, 5e-4]),)  # small is not zero


def _nan_for_zeros(W):
    s = np.linalg.svd(W, compute_uv=False)
    p = s / s.sum()
    return np.exp(-(p * np.log(p)).sum())


def _padded(W, pad=1e-3):
    s = np.linalg.svd(W, compute_uv=False)
    p = s / (s.sum() or 1)
    return float(np.exp(-(p * np.log(p + pad)).sum())) if s.any() else 0.0


MISTAKES = known(
    "entropy: this is the entropy: the effective rank is its exponential",
    lambda W: _entropy_rank(W, back=float),
    "squares: p is made of the singular values themselves, not of their squares",
    lambda W: _entropy_rank(W, np.square),
    "log2: exp belongs to the natural logarithm np.log, not to log2",
    lambda W: _entropy_rank(W, log=np.log2),
    "exp2: 2 ** H belongs to the logarithm with base 2, np.log2: with np.log take np.exp",
    lambda W: _entropy_rank(W, back=np.exp2),
    "log10: exp belongs to np.log, not to log10",
    lambda W: _entropy_rank(W, log=np.log10),
    "no-minus: the minus of the entropy is missing: this is one over the effective rank",
    lambda W: _entropy_rank(W, back=lambda h: np.exp(-h)),
    "by-largest: p must sum to 1: divide by the sum, not by the largest",
    lambda W: _entropy_rank(W, total=np.max),
    "not-normalised: p must sum to 1: divide the singular values by their sum",
    lambda W: _entropy_rank(W, total=lambda s: 1.0),
    "by-length: p must sum to 1: divide by the sum, not by the length sqrt(sum s^2)",
    lambda W: _entropy_rank(W, total=np.linalg.norm),
    "plain-rank: this is the plain rank, which a tiny change makes jump",
    lambda W: float(np.linalg.matrix_rank(W)),
    "participation-ratio: this is the participation ratio of the lesson, another effective rank",
    diagnostics.participation_ratio,
    "stable-rank: this is the stable rank of the lesson, another effective rank",
    diagnostics.stable_rank,
    "nan-for-zeros: a singular value of 0 counts nothing: leave it out, or 0 log 0 gives nan",
    _nan_for_zeros,
    "small-left-out: small is not zero: leave out singular values of 0 only",
    lambda W: _entropy_rank(W, lambda s: s * (s > 1e-3)),
    "one-for-zero-matrix: a zero matrix has no direction at all: return 0 for it",
    lambda W: effective_rank(W) or 1.0,
    "added-little: a number added inside the logarithm changes the result: leave singular values of 0 out instead",
    lambda W: _padded(W, 1e-6),
    "added-more: a number added inside the logarithm changes the result: leave the singular values of 0 out instead",
    _padded,
)

ADVICE = {
    r"must be square": "singular values, np.linalg.svd(W, compute_uv=False), not eigenvalues: W need not be square",
    r"inhomogeneous|unpack|tuple|SVDResult|broadcast together": (
        "np.linalg.svd returns three things: with compute_uv=False only the singular values"
    ),
}

QUESTION = Question(
    "3.3", 2, "How many directions count?", effective_rank, _matrices, MISTAKES, within(1e-7), advice=ADVICE
)
