"""Answers to 4.5, which way is down."""

import numpy as np

from course_utils import mlp


def parts(params, x, labels, direction):
    """h, p, the one-hot labels, and the parts of the direction."""
    h = np.tanh(params["b1"])
    p = np.bincount(labels) / len(labels)
    return h, p, np.eye(len(p))[labels], direction["W1"], direction["W2"], direction["b2"]


def steepest_only(params, x, labels, direction):
    h, p, Y, *_ = parts(params, x, labels, direction)
    s = np.linalg.svd((p - Y).T @ x / len(x))[1][0]
    return -(1 - h**2).max() * s


def transposed(params, x, labels, direction):
    h, p, Y, A, B, _ = parts(params, x, labels, direction)
    C = x.T @ (p - Y) / len(x)
    return ((1 - h**2) * (B.T @ C * A).sum(axis=1)).sum()


def forward_difference(params, x, labels, direction, eps=1e-3):
    """A numerical value, with an error of the order of eps."""
    moved = {name: p + eps * direction[name] for name, p in params.items()}
    return (mlp.loss_and_gradients(moved, x, labels)[0] - mlp.loss_and_gradients(params, x, labels)[0]) / eps**2


def central_difference(params, x, labels, direction, eps=1e-3):
    """A numerical value, with an error of the order of eps^2."""

    def loss(e):
        return mlp.loss_and_gradients({k: p + e * direction[k] for k, p in params.items()}, x, labels)[0]

    return (loss(eps) - 2 * loss(0) + loss(-eps)) / (2 * eps**2)


def einsum(params, x, labels, direction):
    h, p, Y, A, B, c = parts(params, x, labels, direction)
    d = c + B @ h
    image = np.einsum("sk,ki,i,ij,sj->", p - Y, B, 1 - h**2, A, x) / len(x)
    return np.array(image + 0.5 * np.sum(p * (d - p @ d) ** 2))


WRONG = {
    "C transposed": (transposed, "the shapes"),
    "the steepest direction": (steepest_only, "values wrong"),
    "a fine difference": (central_difference, "nearly right"),
    "a rough difference": (forward_difference, "values wrong"),
}

RIGHT = {
    "einsum": einsum,
}
