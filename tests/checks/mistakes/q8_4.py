"""Answers to 8.4, with class weights."""

import numpy as np


def _counts(labels, weights):
    return np.bincount(labels, minlength=len(weights))


def unweighted(labels, weights):
    q = _counts(labels, weights) / len(labels)
    return {"b": np.log(q), "loss": -(q * np.log(q)).sum()}


def bias_unweighted(labels, weights):
    q = _counts(labels, weights) / len(labels)
    each = weights[labels]
    return {"b": np.log(q), "loss": -(each * np.log(q[labels])).sum() / each.sum()}


def bias_unweighted_entropy(labels, weights):
    n = _counts(labels, weights)
    q = n * weights / (n @ weights)
    return {"b": np.log(n), "loss": -(q * np.log(q)).sum()}


def divided(labels, weights):
    q = _counts(labels, weights) / weights
    q /= q.sum()
    return {"b": np.log(q), "loss": -(q * np.log(q)).sum()}


def only_weights(labels, weights):
    q = weights / weights.sum()
    return {"b": np.log(q), "loss": -(q * np.log(q)).sum()}


def squared(labels, weights):
    q = _counts(labels, weights) * weights * weights
    q /= q.sum()
    return {"b": np.log(q), "loss": -(q * np.log(q)).sum()}


def _right_bias(labels, weights):
    q = weights * _counts(labels, weights)
    q /= q.sum()
    return np.log(q), q


def plain_mean(labels, weights):
    b, q = _right_bias(labels, weights)
    return {"b": b, "loss": -np.log(q[labels]).mean()}


def plain_entropy(labels, weights):
    p = _counts(labels, weights) / len(labels)
    return {"b": _right_bias(labels, weights)[0], "loss": -(p * np.log(p)).sum()}


def by_number(labels, weights):
    b, q = _right_bias(labels, weights)
    return {"b": b, "loss": -(weights[labels] * np.log(q[labels])).mean()}


def summed(labels, weights):
    b, q = _right_bias(labels, weights)
    return {"b": b, "loss": -(weights[labels] * np.log(q[labels])).sum()}


def log_k(labels, weights):
    return {"b": _right_bias(labels, weights)[0], "loss": np.log(len(weights))}


def no_loss(labels, weights):
    return {"b": _right_bias(labels, weights)[0], "loss": 0}


def negative(labels, weights):
    b, q = _right_bias(labels, weights)
    return {"b": b, "loss": q @ np.log(q)}


def shares_for_logits(labels, weights):
    _, q = _right_bias(labels, weights)
    return {"b": q, "loss": -(q @ np.log(q))}


def log_odds(labels, weights):
    _, q = _right_bias(labels, weights)
    return {"b": np.log(q / (1 - q)), "loss": -(q @ np.log(q))}


def bias_negative(labels, weights):
    b, q = _right_bias(labels, weights)
    return {"b": -b, "loss": -(q @ np.log(q))}


def a_pair(labels, weights):
    b, q = _right_bias(labels, weights)
    return b, -(q @ np.log(q))


WRONG = {
    "unweighted": (unweighted, "weights are left out"),
    "bias unweighted": (bias_unweighted, "the bias leaves the weights out"),
    "bias unweighted, right loss": (bias_unweighted_entropy, "the bias leaves the weights out, the loss does not"),
    "divided by the weights": (divided, "multiply"),
    "weights alone": (only_weights, "numbers of samples"),
    "weights squared": (squared, "not squared"),
    "plain mean": (plain_mean, "weigh w_k in it"),
    "plain entropy": (plain_entropy, "weigh w_k in it"),
    "divided by the number of samples": (by_number, "not by their number"),
    "summed": (summed, "sum of the weights"),
    "log K": (log_k, "log K"),
    "no loss": (no_loss, "not zero"),
    "negative loss": (negative, "sign of the loss"),
    "shares for logits": (shares_for_logits, "take the logarithm"),
    "log odds": (log_odds, "log odds"),
    "bias negative": (bias_negative, "sign of the bias"),
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
