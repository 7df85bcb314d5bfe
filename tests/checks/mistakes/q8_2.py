"""Answers to 8.2, what moves first in LoRA."""

import numpy as np


def no_scale(x, delta, A, B, alpha):
    G = delta.T @ x
    return {"A": B.T @ G, "B": G @ A.T}


def alpha_only(x, delta, A, B, alpha):
    G = alpha * delta.T @ x
    return {"A": B.T @ G, "B": G @ A.T}


def upside_down(x, delta, A, B, alpha):
    G = A.shape[0] / alpha * delta.T @ x
    return {"A": B.T @ G, "B": G @ A.T}


def root_of_r(x, delta, A, B, alpha):
    G = alpha / A.shape[0] ** 0.5 * delta.T @ x
    return {"A": B.T @ G, "B": G @ A.T}


def scale_twice(x, delta, A, B, alpha):
    s = alpha / len(A)
    G = s * delta.T @ x
    return {"A": s * B.T @ G, "B": s * G @ A.T}


def mean_again(x, delta, A, B, alpha):
    s, n = alpha / len(A), len(x)
    return {"A": s * (delta @ B).T @ x / n, "B": s * delta.T @ (x @ A.T) / n}


def frozen_a(x, delta, A, B, alpha):
    return {"A": np.zeros_like(A), "B": alpha / len(A) * delta.T @ x @ A.T}


def frozen_b(x, delta, A, B, alpha):
    return {"A": alpha / len(A) * B.T @ delta.T @ x, "B": np.zeros(B.shape)}


def b_not_turned(x, delta, A, B, alpha):
    G = alpha / len(A) * delta.T @ x
    return {"A": B @ G, "B": G @ A.T}


def a_not_turned(x, delta, A, B, alpha):
    G = alpha / len(A) * delta.T @ x
    return {"A": B.T @ G, "B": G @ A}


def exchanged(x, delta, A, B, alpha):
    G = alpha / len(A) * delta.T @ x
    return {"B": B.T @ G, "A": G @ A.T}


def x_first(x, delta, A, B, alpha):
    G = alpha / len(A) * x.T @ delta
    return {"A": B.T @ G, "B": G @ A.T}


def one_after_the_other(x, delta, A, B, alpha):
    G = alpha / len(A) * delta.T @ x
    grad_b = G @ A.T
    B = B - grad_b
    return {"A": B.T @ G, "B": grad_b}


def a_pair(x, delta, A, B, alpha):
    G = alpha / len(A) * delta.T @ x
    return B.T @ G, G @ A.T


def rows_of_b(x, delta, A, B, alpha):
    G = alpha / B.shape[0] * delta.T @ x
    return {"A": B.T @ G, "B": G @ A.T}


WRONG = {
    "no scale": (no_scale, "alpha / r belongs to both"),
    "alpha without r": (alpha_only, "alpha is divided by r"),
    "rows of B": (rows_of_b, "r is the number of rows of A"),
    "scale upside down": (upside_down, "upside down"),
    "root of r": (root_of_r, "without a root"),
    "scale twice": (scale_twice, "not squared"),
    "mean again": (mean_again, "do not divide again"),
    "A never moves": (frozen_a, "A's gradient needs B"),
    "B never moves": (frozen_b, "B's gradient needs A"),
    "B not transposed": (b_not_turned, "B's transpose is missing"),
    "A not transposed": (a_not_turned, "A's transpose is missing"),
    "exchanged": (exchanged, "exchanged"),
    "x first": (x_first, "delta^T x"),
    "one after the other": (one_after_the_other, "the same moment"),
    "a pair": (a_pair, "a dict"),
}


def as_two_layers(x, delta, A, B, alpha):
    """LoRA as a network of two linear layers."""
    s = alpha / B.shape[1]
    hidden = x @ A.T
    return {"B": s * delta.T @ hidden, "A": s * (delta @ B).T @ x}


def with_einsum(x, delta, A, B, alpha):
    s = alpha / len(A)
    return {"A": s * np.einsum("nk,kr,nj->rj", delta, B, x), "B": s * np.einsum("nk,nj,rj->kr", delta, x, A)}


def loops(x, delta, A, B, alpha):
    grads = {"A": np.zeros(A.shape), "B": np.zeros(B.shape)}
    for row, error in zip(x, delta, strict=True):
        G = np.outer(error, row) * (alpha / len(A))
        grads["A"] += B.T @ G
        grads["B"] += G @ A.T
    return grads


RIGHT = {
    "two layers": as_two_layers,
    "einsum": with_einsum,
    "sample by sample": loops,
    "float32": lambda x, delta, A, B, alpha: as_two_layers(*(np.float32(v) for v in (x, delta, A, B)), alpha),
}
