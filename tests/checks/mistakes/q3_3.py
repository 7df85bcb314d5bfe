"""Answers to 3.3, how many directions count."""

import numpy as np


def shares(W):
    s = np.linalg.svd(W, compute_uv=False)
    s = s[s > 0]
    return s / s.sum() if s.size else s


def entropy(p):
    return -sum(p * np.log(p))


def eigenvalues(W):
    s = abs(np.linalg.eigvals(W))
    return np.exp(entropy(s[s > 0] / s.sum()))


def all_three(W):
    s = np.linalg.svd(W)
    return np.exp(entropy(s / sum(s)))


def tiny_in_the_logarithm(W):
    s = np.linalg.svd(W, compute_uv=False)
    p = s / s.sum() if s.any() else s
    return np.exp(-(p * np.log(p + 1e-7)).sum()) if s.any() else 0.0


def right_loop(W):
    H = 0.0
    for p in shares(W):
        H -= p * np.log(p)
    return float(np.exp(H)) if len(shares(W)) else 0.0


def base_two(W):
    p = shares(W)
    return 2 ** -(p * np.log2(p)).sum() if len(p) else 0


def as_a_product(W):
    p = np.array([*shares(W.T)])
    return np.prod(p**-p) if p.size else np.float64(0)


WRONG = {
    "eigenvalues": (eigenvalues, "not eigenvalues"),
    "all of svd": (all_three, "compute_uv=False"),
    "rounded": (lambda W: round(right_loop(W), 3), "values wrong"),
    "1e-7 in the logarithm": (tiny_in_the_logarithm, "nearly right, to"),
}

RIGHT = {
    "base two": base_two,
    "a product": as_a_product,
}
