"""Answers to 2.2, neurons in another order."""

import copy

import numpy as np


def rows_only(params, layer, order):
    new = {name: p.copy() for name, p in params.items()}
    new[f"W{layer}"] = new[f"W{layer}"][order, :]
    return new


def no_columns(params, layer, order):
    new = {name: p.copy() for name, p in params.items()}
    new[f"W{layer}"] = new[f"W{layer}"][order]
    new[f"b{layer}"] = new[f"b{layer}"][order]
    return new


def columns_only(params, layer, order):
    new = {name: p.copy() for name, p in params.items()}
    new[f"W{layer + 1}"] = new[f"W{layer + 1}"][:, order]
    return new


def no_bias(params, layer, order):
    new = columns_only(params, layer, order)
    new[f"W{layer}"] = params[f"W{layer}"][order]
    return new


def columns_back(params, layer, order):
    new = no_columns(params, layer, order)
    new[f"W{layer + 1}"] = params[f"W{layer + 1}"][:, np.argsort(order)]
    return new


def other_way_round(params, layer, order):
    new = {name: p.copy() for name, p in params.items()}
    for i, j in enumerate(order):
        new[f"W{layer}"][j] = params[f"W{layer}"][i]
        new[f"b{layer}"][j] = params[f"b{layer}"][i]
        new[f"W{layer + 1}"][:, j] = params[f"W{layer + 1}"][:, i]
    return new


def in_place(params, layer, order):
    params[f"W{layer}"] = params[f"W{layer}"][order]
    params[f"b{layer}"] = params[f"b{layer}"][order]
    params[f"W{layer + 1}"] = params[f"W{layer + 1}"][:, order]
    return params


def next_rows(params, layer, order):
    new = no_columns(params, layer, order)
    new[f"W{layer + 1}"] = params[f"W{layer + 1}"][order]
    return new


def layer_off_by_one(params, layer, order):
    return right_loops(params, layer - 1, order)


def only_what_changed(params, layer, order):
    new = right_loops(params, layer, order)
    return {name: new[name] for name in (f"W{layer}", f"b{layer}", f"W{layer + 1}")}


WRONG = {
    "rows only": (rows_only, "only the rows"),
    "rows and bias, no columns": (no_columns, "must move along"),
    "columns only": (columns_only, "only the columns"),
    "bias left behind": (no_bias, "bias has stayed behind"),
    "columns by the inverse": (columns_back, "inverse order"),
    "inverse throughout": (other_way_round, "inverse order throughout"),
    "in place": (in_place, "params in place"),
    "rows of the next matrix": (next_rows, "this layer's neurons are its columns"),
    "one layer too low": (layer_off_by_one, "KeyError"),
    "only the changed ones returned": (only_what_changed, "has no 'b2'"),
}


def right_loops(params, layer, order):
    new = copy.deepcopy(params)
    for i in range(len(order)):
        new[f"W{layer}"][i] = params[f"W{layer}"][order[i]]
        new[f"b{layer}"][i] = params[f"b{layer}"][order[i]]
        for k in range(len(new[f"W{layer + 1}"])):
            new[f"W{layer + 1}"][k, i] = params[f"W{layer + 1}"][k, order[i]]
    return new


def with_matrices(params, layer, order):
    P = np.eye(len(order))[order]
    W, b, W_next = f"W{layer}", f"b{layer}", f"W{layer + 1}"
    return params | {W: P @ params[W], b: P @ params[b], W_next: params[W_next] @ P.T}


def single_precision(params, layer, order):
    return {name: p.astype(np.float32) for name, p in right_loops(params, layer, order).items()}


RIGHT = {"loops": right_loops, "permutation matrices": with_matrices, "float32": single_precision}
