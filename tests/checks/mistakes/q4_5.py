"""Answers to 4.5, which way is down."""

import numpy as np

from course_utils import mlp


def parts(params, x, labels, direction):
    """h, p, the one-hot labels, and the parts of the direction."""
    h = np.tanh(params["b1"])
    p = np.bincount(labels) / len(labels)
    return h, p, np.eye(len(p))[labels], direction["W1"], direction["W2"], direction["b2"]


def made(*, C=lambda p, Y, x: (p - Y).T @ x / len(x), slope=lambda h: 1 - h**2, d=None, flat=None, image=1, all_=1):
    """An answer with some of its parts replaced."""

    def answer(params, x, labels, direction):
        h, p, Y, A, B, c = parts(params, x, labels, direction)
        bend = sum(slope(h)[i] * B[:, i] @ C(p, Y, x) @ A[i] for i in range(len(h)))
        shift = d(h, B, c) if d else c + B @ h
        cost = flat(p, shift) if flat else shift @ (np.diag(p) - np.outer(p, p)) @ shift / 2
        return all_ * (image * bend + cost)

    return answer


def steepest_only(params, x, labels, direction):
    h, p, Y, *_ = parts(params, x, labels, direction)
    s = np.linalg.svd((p - Y).T @ x / len(x))[1][0]
    return -(1 - h**2).max() * s


def transposed(params, x, labels, direction):
    h, p, Y, A, B, _ = parts(params, x, labels, direction)
    C = x.T @ (p - Y) / len(x)
    return ((1 - h**2) * (B.T @ C * A).sum(axis=1)).sum()


def for_each_neuron(params, x, labels, direction):
    h, p, Y, A, B, _ = parts(params, x, labels, direction)
    C = (p - Y).T @ x / len(x)
    return (1 - h**2) * (B.T @ C * A).sum(axis=1)


def forward_difference(params, x, labels, direction, eps=1e-3):
    """A numerical value, with an error of the order of eps."""
    moved = {name: p + eps * direction[name] for name, p in params.items()}
    return (mlp.loss_and_gradients(moved, x, labels)[0] - mlp.loss_and_gradients(params, x, labels)[0]) / eps**2


def central_difference(params, x, labels, direction, eps=1e-3):
    """A numerical value, with an error of the order of eps^2."""

    def loss(e):
        return mlp.loss_and_gradients({k: p + e * direction[k] for k, p in params.items()}, x, labels)[0]

    return (loss(eps) - 2 * loss(0) + loss(-eps)) / (2 * eps**2)


WRONG = {
    "C transposed": (transposed, "the shapes"),
    "one number for each neuron": (for_each_neuron, "wrong shape"),
    "the steepest direction": (steepest_only, "values wrong"),
    "a fine difference": (central_difference, "nearly right"),
    "a rough difference": (forward_difference, "values wrong"),
}


def right_loops(params, x, labels, direction):
    """The definition, sample by sample."""
    total, h = 0.0, np.tanh(params["b1"])
    p = np.exp(params["b2"]) / np.exp(params["b2"]).sum()
    d = direction["b2"] + direction["W2"] @ h
    for image, label in zip(x, labels, strict=True):
        y = np.arange(len(p)) == label
        second = direction["W2"] @ ((1 - h**2) * (direction["W1"] @ image + direction["b1"]))
        total += (p - y) @ second + d @ (np.diag(p) - np.outer(p, p)) @ d / 2
    return total / len(x)


def einsum(params, x, labels, direction):
    h, p, Y, A, B, c = parts(params, x, labels, direction)
    d = c + B @ h
    image = np.einsum("sk,ki,i,ij,sj->", p - Y, B, 1 - h**2, A, x) / len(x)
    return np.array(image + 0.5 * np.sum(p * (d - p @ d) ** 2))


def single_precision(params, x, labels, direction):
    return np.float32(right_loops(params, x, labels, direction))


RIGHT = {"sample by sample": right_loops, "einsum": einsum, "float32": single_precision, "made": made()}
