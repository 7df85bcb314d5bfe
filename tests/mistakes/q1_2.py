"""Answers to 1.2, the error at the output."""

import numpy as np


def softmax(z, axis=1):
    e = np.exp(z - z.max())
    return e / e.sum(axis=axis, keepdims=True)


def one_hot(labels, classes):
    y = np.zeros((len(labels), classes))
    y[np.arange(len(labels)), labels] = 1
    return y


def summed(logits, labels):
    p = softmax(logits)
    p[np.arange(len(labels)), labels] -= 1
    return p


def sign(logits, labels):
    return (one_hot(labels, logits.shape[1]) - softmax(logits)) / logits.shape[0]


def axis(logits, labels):
    return (softmax(logits, axis=0) - one_hot(labels, logits.shape[1])) / len(logits)


def no_one_hot(logits, labels):
    return softmax(logits) / len(labels)


def probabilities(logits, labels):
    return softmax(logits)


def per_class(logits, labels):
    return (softmax(logits) - one_hot(labels, logits.shape[1])) / logits.shape[1]


def mean_of_everything(logits, labels):
    return (softmax(logits) - one_hot(labels, logits.shape[1])) / logits.size


def no_keepdims(logits, labels):
    e = np.exp(logits)
    p = e / np.sum(e, axis=1)
    return (p - one_hot(labels, logits.shape[1])) / len(labels)


def squared_error(logits, labels):
    return (logits - one_hot(labels, logits.shape[1])) / len(labels)


def labels_as_numbers(logits, labels):
    return (softmax(logits) - labels[:, None]) / len(labels)


def columns_of_labels(logits, labels):
    p = softmax(logits)
    p[:, labels] -= 1
    return p / len(labels)


def mean_over_batch(logits, labels):
    return (softmax(logits) - one_hot(labels, logits.shape[1])).mean(axis=0)


def total(logits, labels):
    e = np.exp(logits)
    return (e / e.sum() - one_hot(labels, logits.shape[1])) / len(labels)


WRONG = {
    "sum over the batch": (summed, "the loss is the mean"),
    "y - p": (sign, "sign is flipped"),
    "softmax over the samples": (axis, "wrong axis"),
    "forgot the one-hot": (no_one_hot, "one-hot labels are not subtracted"),
    "the probabilities only": (probabilities, "these are the probabilities"),
    "divided by the classes": (per_class, "divided by the number of classes"),
    "divided by all entries": (mean_of_everything, "divided by the number of entries"),
    "forgot keepdims": (no_keepdims, "keepdims"),
    "no softmax": (squared_error, "softmax is missing"),
    "labels not as one-hot": (labels_as_numbers, "subtracted as numbers"),
    "1 subtracted in whole columns": (columns_of_labels, "whole columns"),
    "averaged over the batch": (mean_over_batch, "wrong shape"),
    "divided by the sum of all": (total, "sum of the whole batch"),
}


def loops(logits, labels):
    n, classes = logits.shape
    delta = np.zeros((n, classes))
    for s in range(n):
        e = [np.exp(logits[s, i]) for i in range(classes)]
        for i in range(classes):
            delta[s, i] = (e[i] / sum(e) - (labels[s] == i)) / n
    return delta


def nested_lists(logits, labels):
    n = len(labels)
    return [
        [(p - (i == label)) / n for i, p in enumerate(row)]
        for row, label in zip(softmax(logits).tolist(), labels, strict=True)
    ]


def other_order(logits, labels):
    n = logits.shape[0]
    return softmax(logits) / n - np.eye(logits.shape[1])[labels] / n


def single_precision(logits, labels):
    p = softmax(logits.astype(np.float32))
    p[np.arange(len(p)), labels] -= 1
    return p / np.float32(len(p))


RIGHT = {
    "loops": loops,
    "nested lists": nested_lists,
    "another order": other_order,
    "float32": single_precision,
}
