"""Answers to 2.2, neurons in another order."""

import copy

import numpy as np


def first_layer_only(params, orders):
    new = dict(params)
    for l, order in orders.items():
        new[f"W{l}"], new[f"b{l}"] = new[f"W{l}"][order], new[f"b{l}"][order]
        new[f"W{l + 1}"] = new[f"W{l + 1}"][:, order]
        return new


def without_items(params, orders):
    new = dict(params)
    for l, order in orders:
        new[f"W{l}"], new[f"b{l}"] = new[f"W{l}"][order], new[f"b{l}"][order]
        new[f"W{l + 1}"] = new[f"W{l + 1}"][:, order]
    return new


def right_loops(params, orders):
    new = copy.deepcopy(params)
    for l in orders:
        old = copy.deepcopy(new)
        for i, j in enumerate(orders[l]):
            new[f"W{l}"][i] = old[f"W{l}"][j]
            new[f"b{l}"][i] = old[f"b{l}"][j]
            for k in range(len(new[f"W{l + 1}"])):
                new[f"W{l + 1}"][k, i] = old[f"W{l + 1}"][k, j]
    return new


def with_matrices(params, orders):
    L = len(params) // 2
    P = {l: np.eye(len(params[f"b{l}"])) for l in range(1, L + 1)} | {0: np.eye(params["W1"].shape[1])}
    P |= {l: P[l][order] for l, order in orders.items()}
    new = {f"W{l}": P[l] @ params[f"W{l}"] @ P[l - 1].T for l in range(1, L + 1)}
    return new | {f"b{l}": P[l] @ params[f"b{l}"] for l in range(1, L + 1)}


WRONG = {
    "without .items()": (without_items, "use .items()"),
    "the dict as an index": (lambda params, orders: {name: p[orders] for name, p in params.items()}, "use .items()"),
    "every layer has an order": (
        lambda params, orders: first_layer_only(params, {l: orders[l] for l in range(1, len(params) // 2 + 1)}),
        "go through orders.items()",
    ),
    "one layer too low": (
        lambda params, orders: right_loops(params, {l - 1: order for l, order in orders.items()}),
        "layer l has the rows of W^l",
    ),
}

RIGHT = {
    "permutation matrices": with_matrices,
}
