"""Answers to 1.2, the error at the output."""

import math

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


def by_p(logits, targets):
    p = sigmoid(logits)
    return (-targets / p + (1 - targets) / (1 - p)) / len(p)


def per_sample_sum(logits, targets):
    return (sigmoid(logits) - targets) / targets.sum(axis=1)


def as_in_the_lesson(logits, labels):
    return (softmax(logits) - np.eye(logits.shape[1])[labels]) / len(labels)


WRONG = {
    "one-hot rows": (as_in_the_lesson, "no one-hot rows here"),
    "a row for a column": (per_sample_sum, "make it a column with [:, None]"),
}


def loops(logits, targets):
    n, n_out = logits.shape
    delta = np.zeros((n, n_out))
    for s in range(n):
        for i in range(n_out):
            delta[s, i] = (1 / (1 + math.exp(-logits[s, i])) - targets[s, i]) / n
    return delta


def uncancelled(logits, targets):
    p = sigmoid(logits)
    by_p = (1 - targets) / (1 - p) - targets / p
    return by_p * p * (1 - p) / len(p)


def nested_lists(logits, targets):
    return ((0.5 + 0.5 * np.tanh(logits / 2)) / len(logits) - targets / len(logits)).tolist()


def single_precision(logits, targets):
    return (sigmoid(logits.astype(np.float32)) - targets.astype(np.float32)) / np.float32(len(logits))


RIGHT = {
    "loops": loops,
    "chain rule, written out": uncancelled,
    "tanh, nested lists": nested_lists,
    "float32": single_precision,
}
