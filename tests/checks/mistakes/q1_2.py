"""Answers to 1.2, the error at the output."""

import math

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


def summed(logits, targets):
    return sigmoid(logits) - targets


def mean_of_everything(logits, targets):
    return (sigmoid(logits) - targets) / logits.size


def per_output(logits, targets):
    return (sigmoid(logits) - targets) / targets.shape[1]


def sign(logits, targets):
    return (targets - sigmoid(logits)) / logits.shape[0]


def sign_and_sum(logits, targets):
    return targets - sigmoid(logits)


def with_softmax(logits, targets):
    return (softmax(logits) - targets) / len(logits)


def softmax_summed(logits, targets):
    return softmax(logits) - targets


def not_cancelled(logits, targets):
    p = sigmoid(logits)
    return (p - targets) * p * (1 - p) / len(logits)


def by_p(logits, targets):
    p = sigmoid(logits)
    return (-targets / p + (1 - targets) / (1 - p)) / len(p)


def no_sigmoid(logits, targets):
    return (logits - targets) / len(logits)


def no_targets(logits, targets):
    return sigmoid(logits) / len(logits)


def probabilities(logits, targets):
    return sigmoid(logits)


def sigmoid_without_minus(logits, targets):
    return (1 / (1 + np.exp(logits)) - targets) / len(logits)


def first_term_only(logits, targets):
    return -targets * (1 - sigmoid(logits)) / len(logits)


def targets_as_labels(logits, targets):
    return (sigmoid(logits) - np.round(targets)) / len(logits)


def mean_over_batch(logits, targets):
    return (sigmoid(logits) - targets).mean(axis=0)


def the_loss_itself(logits, targets):
    p = sigmoid(logits)
    return -(targets * np.log(p) + (1 - targets) * np.log(1 - p)).sum(axis=1).mean()


def per_sample_sum(logits, targets):
    return (sigmoid(logits) - targets) / targets.sum(axis=1)


def as_in_the_lesson(logits, labels):
    return (softmax(logits) - np.eye(logits.shape[1])[labels]) / len(labels)


WRONG = {
    "sum over the batch": (summed, "the loss is the mean"),
    "divided by all entries": (mean_of_everything, "divided by the number of entries"),
    "divided by the outputs": (per_output, "divided by the number of outputs"),
    "t - p": (sign, "sign is flipped"),
    "t - p, summed": (sign_and_sum, "sum, not the mean"),
    "softmax for sigmoid": (with_softmax, "this is the softmax"),
    "softmax, summed": (softmax_summed, "this is the softmax, and the sum"),
    "p (1 - p) not cancelled": (not_cancelled, "factor p (1 - p) is too much"),
    "dL/dp": (by_p, "this is dL/dp"),
    "targets compared with logits": (no_sigmoid, "compares the targets with the logits"),
    "forgot the targets": (no_targets, "targets are not subtracted"),
    "the probabilities only": (probabilities, "these are the probabilities"),
    "sigmoid turned round": (sigmoid_without_minus, "with a minus"),
    "first term only": (first_term_only, "only the first term"),
    "targets rounded": (targets_as_labels, "targets are rounded"),
    "averaged over the batch": (mean_over_batch, "each sample keeps its row"),
    "one-hot rows": (as_in_the_lesson, "no one-hot rows here"),
    "the loss": (the_loss_itself, "one number, as the loss is"),
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
