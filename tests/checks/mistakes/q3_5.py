"""Answers to 3.5, who moves together."""

import numpy as np


def sorted_out(params, rounds=None, key=lambda b, below, above: (b, *below, *above), ends=(range, range)):
    """Start with one class a layer and split by `key` until nothing changes, or for that many rounds."""
    L = len(params) // 2
    sizes = [params["W1"].shape[1]] + [len(params[f"b{l}"]) for l in range(1, L + 1)]
    label = [list(ends[0](sizes[0])), *([0] * n for n in sizes[1:L]), list(ends[1](sizes[L]))]
    while rounds is None or rounds > 0:
        new = [label[0]]
        for l in range(1, L):
            new.append(relabelled([
                (label[l][i], *key(params[f"b{l}"][i], totals(params[f"W{l}"][i], label[l - 1]),
                                   totals(params[f"W{l + 1}"][:, i], label[l + 1])))
                for i in range(sizes[l])
            ]))  # fmt: skip
        new.append(label[L])
        if new == label:
            break
        label, rounds = new, rounds and rounds - 1
    return [classes(label[l]) for l in range(1, L)]


def totals(weights, label):
    return [sum(w for w, k in zip(weights, label, strict=True) if k == which) for which in range(max(label) + 1)]


def relabelled(keys):
    order = list(dict.fromkeys(keys))
    return [order.index(key) for key in keys]


def classes(label):
    return [[i for i, k in enumerate(label) if k == which] for which in dict.fromkeys(label)]


def labels(params):
    return [[next(k for k, members in enumerate(layer) if i in members) for i in range(sum(map(len, layer)))]
            for layer in sorted_out(params)]  # fmt: skip


def outputs_too(params):
    L = len(params) // 2
    return [*sorted_out(params), [[k] for k in range(len(params[f"b{L}"]))]]


def rows_of_the_next(params):
    layers = []
    for l in range(1, len(params) // 2):
        W, b, V = params[f"W{l}"], params[f"b{l}"], params[f"W{l + 1}"]
        keys = np.column_stack([W, b, V @ np.ones((V.shape[1], 1))])
        layers.append(classes(relabelled([tuple(key) for key in keys])))
    return layers


def with_one_hot(params):
    L = len(params) // 2
    n = [params["W1"].shape[1]] + [params[f"b{l}"].size for l in range(1, L + 1)]
    member = [np.ones((k, 1)) for k in n]
    member[0], member[L] = np.eye(n[0]), np.eye(n[L])
    for _ in range(sum(n)):
        for l in range(1, L):
            keys = np.column_stack([params[f"b{l}"], params[f"W{l}"] @ member[l - 1],
                                    params[f"W{l + 1}"].T @ member[l + 1], member[l]])  # fmt: skip
            which = np.unique(keys, axis=0, return_inverse=True)[1].ravel()
            member[l] = np.eye(which.max() + 1)[which]
    return [sorted(np.flatnonzero(column).tolist() for column in member[l].T) for l in range(1, L)]


WRONG = {
    "in reverse order": (lambda params: [layer[::-1] for layer in sorted_out(params)], "not sorted"),
    "no single neurons": (
        lambda params: [[members for members in layer if len(members) > 1] for layer in sorted_out(params)],
        "exactly one class",
    ),
    "labels": (labels, "a list of classes was expected"),
    "outputs as well": (outputs_too, "one entry for each hidden layer"),
    "arrays as keys": (
        lambda params: [{params[f"W{l}"].sum(axis=1): 0} for l in range(1, len(params) // 2)],
        "tuple(totals)",
    ),
    "rows of the next": (rows_of_the_next, "columns of W^(l+1)"),
}

RIGHT = {
    "one-hot matrices": with_one_hot,
}
