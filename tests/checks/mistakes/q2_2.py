"""Answers to 2.2, neurons in another order."""

import copy

import numpy as np


def in_place(params, orders):
    for l, order in orders.items():
        params[f"W{l}"] = params[f"W{l}"][order]
        params[f"b{l}"] = params[f"b{l}"][order]
        params[f"W{l + 1}"] = params[f"W{l + 1}"][:, order]
    return params


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


def dict_as_an_order(params, orders):
    return {name: p[orders] for name, p in params.items()}


def every_layer(params, orders):
    return first_layer_only(params, {l: orders[l] for l in range(1, len(params) // 2 + 1)})


def layer_off_by_one(params, orders):
    return right_loops(params, {l - 1: order for l, order in orders.items()})


def only_what_changed(params, orders):
    new = right_loops(params, orders)
    return {name: p for name, p in new.items() if any(name in (f"W{l}", f"b{l}", f"W{l + 1}") for l in orders)}


WRONG = {
    "in place": (in_place, "params in place"),
    "without .items()": (without_items, "use .items()"),
    "the dict as an index": (dict_as_an_order, "use .items()"),
    "every layer has an order": (every_layer, "go through orders.items()"),
    "one layer too low": (layer_off_by_one, "layer l has the rows of W^l"),
    "only the changed ones returned": (only_what_changed, "has no 'b3'"),
}


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


def all_at_once(params, orders):
    """Matrix by matrix, rows and columns together."""
    new = {}
    for l in range(1, len(params) // 2 + 1):
        n_out, n_in = params[f"W{l}"].shape
        rows, columns = orders.get(l, range(n_out)), orders.get(l - 1, range(n_in))
        new[f"W{l}"], new[f"b{l}"] = params[f"W{l}"][np.ix_(rows, columns)], params[f"b{l}"][list(rows)]
    return new


def single_precision(params, orders):
    return {name: p.astype(np.float32) for name, p in right_loops(params, orders).items()}


RIGHT = {
    "loops": right_loops,
    "permutation matrices": with_matrices,
    "rows and columns together": all_at_once,
    "float32": single_precision,
}
