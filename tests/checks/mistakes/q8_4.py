"""Answers to 8.4, with class weights."""

import numpy as np


def _counts(labels, weights):
    return np.bincount(labels, minlength=len(weights))


def _right_bias(labels, weights):
    q = weights * _counts(labels, weights)
    q /= q.sum()
    return np.log(q), q


def a_pair(labels, weights):
    b, q = _right_bias(labels, weights)
    return b, -(q @ np.log(q))


WRONG = {
    "a pair": (a_pair, "a dict"),
}


def sample_by_sample(labels, weights):
    mass = np.zeros(len(weights))
    for y in labels:
        mass[y] += weights[y]
    b = np.log(mass)  # not normalised: softmax does that
    log_q = b - np.log(np.exp(b).sum())
    return {"b": b, "loss": sum(-weights[y] * log_q[y] for y in labels) / mass.sum()}


def repeated(labels, weights):
    q = np.bincount(labels, weights=weights[labels])
    q = q / q.sum()
    return {"loss": float(np.log(1 / q) @ q), "b": list(np.log(q) - np.log(q).max())}


def in_float32(labels, weights):
    q = np.float32(weights) * np.float32(_counts(labels, weights))
    q = q / q.sum()
    return {"b": np.log(q), "loss": -(q * np.log(q)).sum()}


RIGHT = {"sample by sample": sample_by_sample, "weighted counts, largest 0": repeated, "float32": in_float32}
