"""Answers to 3.3, how many directions count."""

import numpy as np


def shares(W):
    s = np.linalg.svd(W, compute_uv=False)
    s = s[s > 0]
    return s / s.sum() if s.size else s


def entropy(p):
    return -sum(p * np.log(p))


def no_exp(W):
    return entropy(shares(W))


def squares(W):
    p = shares(W) ** 2
    return np.exp(entropy(p / p.sum())) if p.size else 0.0


def log2(W):
    p = shares(W)
    return np.exp(-(p * np.log2(p)).sum()) if p.size else 0.0


def two_to_the(W):
    return 2 ** entropy(shares(W)) if W.any() else 0.0


def minus_forgotten(W):
    return np.exp(-entropy(shares(W))) if W.any() else 0.0


def by_the_largest(W):
    s = np.linalg.svd(W)[1]
    return np.exp(entropy(s[s > 0] / s.max())) if W.any() else 0


def not_scaled(W):
    s = np.linalg.svd(W)[1]
    return np.exp(entropy(s[s > 0])) if W.any() else 0


def plain_rank(W):
    return np.linalg.matrix_rank(W)


def participation(W):
    s = np.linalg.svd(W)[1]
    return (s**2).sum() ** 2 / (s**4).sum() if W.any() else 0


def stable(W):
    return np.linalg.norm(W) ** 2 / np.linalg.norm(W, 2) ** 2 if W.any() else 0


def nan_at_zero(W):
    s = np.linalg.svd(W, compute_uv=False)
    return np.exp(entropy(s / s.sum()))


def zero_matrix_forgotten(W):
    return np.exp(entropy(shares(W)))


def eigenvalues(W):
    s = abs(np.linalg.eigvals(W))
    return np.exp(entropy(s[s > 0] / s.sum()))


def all_three(W):
    s = np.linalg.svd(W)
    return np.exp(entropy(s / sum(s)))


def rounded(W):
    return round(right_loop(W), 3)


def epsilon(W):
    s = np.linalg.svd(W, compute_uv=False)
    p = s / s.sum() if s.any() else s
    return np.exp(-(p * np.log(p + 1e-6)).sum()) if s.any() else 0.0


def tiny_in_the_logarithm(W):
    s = np.linalg.svd(W, compute_uv=False)
    p = s / s.sum() if s.any() else s
    return np.exp(-(p * np.log(p + 1e-7)).sum()) if s.any() else 0.0


def small_ones_dropped(W):
    s = np.linalg.svd(W, compute_uv=False)
    s = s[s > 1e-3]
    return np.exp(entropy(s / s.sum())) if s.size else 0.0


def all_values(W):
    return np.exp(-shares(W) * np.log(shares(W)))


WRONG = {
    "no exp": (no_exp, "this is the entropy"),
    "squares": (squares, "not of their squares"),
    "log2": (log2, "not to log2"),
    "2 to the": (two_to_the, "2 ** H belongs"),
    "minus forgotten": (minus_forgotten, "minus of the entropy"),
    "divided by the largest": (by_the_largest, "not by the largest"),
    "not scaled": (not_scaled, "divide the singular values by their sum"),
    "plain rank": (plain_rank, "plain rank"),
    "participation ratio": (participation, "participation ratio of the lesson"),
    "stable rank": (stable, "stable rank of the lesson"),
    "nan": (nan_at_zero, "0 log 0"),
    "the zero matrix": (zero_matrix_forgotten, "return 0 for it"),
    "eigenvalues": (eigenvalues, "not eigenvalues"),
    "all of svd": (all_three, "compute_uv=False"),
    "rounded": (rounded, "values wrong"),
    "1e-7 in the logarithm": (tiny_in_the_logarithm, "nearly right, to"),
    "small ones dropped": (small_ones_dropped, "small is not zero"),
    "1e-6 in the logarithm": (epsilon, "leave singular values of 0 out"),
    "not summed": (all_values, "wrong shape"),
}


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


RIGHT = {"a loop": right_loop, "base two": base_two, "a product": as_a_product}
