"""Answers to 8.2, what moves first in LoRA."""

import numpy as np


def a_pair(x, delta, A, B, alpha):
    G = alpha / len(A) * delta.T @ x
    return B.T @ G, G @ A.T


WRONG = {
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
