"""Answers to 9.2, one neuron for all its copies."""

import numpy as np


def merged(params, same=None, send=lambda columns: columns.sum(axis=1), order=None):
    """Neuron by neuron: a copy of an earlier one is taken out, and what it sends is `send` of their columns."""
    same = same or (lambda W, b, V, i, j: np.array_equal(W[i], W[j]) and b[i] == b[j])
    new = {name: p.copy() for name, p in params.items()}
    for l in order or range(1, len(params) // 2):
        W, b, V = new[f"W{l}"], new[f"b{l}"], new[f"W{l + 1}"]
        groups = []
        for i in range(len(b)):
            for group in groups:
                if same(W, b, V, i, group[0]):
                    group.append(i)
                    break
            else:
                groups.append([i])
        first = [group[0] for group in groups]
        new[f"W{l}"], new[f"b{l}"] = W[first], b[first]
        new[f"W{l + 1}"] = np.column_stack([send(V[:, group]) for group in groups])
    return new


def dropped(params):
    return merged(params, send=lambda columns: columns[:, 0])


def averaged(params):
    return merged(params, send=lambda columns: columns.mean(axis=1))


def times_their_number(params):
    return merged(params, send=lambda columns: columns[:, 0] * columns.shape[1])


def twins_only(params):
    return merged(
        params,
        lambda W, b, V, i, j: np.array_equal(W[i], W[j]) and b[i] == b[j] and np.array_equal(V[:, i], V[:, j]),
    )


def bias_forgotten(params):
    return merged(params, lambda W, b, V, i, j: np.array_equal(W[i], W[j]))


def bias_alone(params):
    return merged(params, lambda W, b, V, i, j: b[i] == b[j])


def by_columns(params):
    return merged(params, lambda W, b, V, i, j: (V[:, i] == V[:, j]).all())


def by_sums(params):
    return merged(params, lambda W, b, V, i, j: W[i].sum() == W[j].sum() and b[i] == b[j])


def from_the_top(params):
    return merged(params, order=range(len(params) // 2 - 1, 0, -1))


def first_layer(params):
    return merged(params, order=[1])


def nothing(params):
    return dict(params)


def outputs_too(params):
    new, L = merged(params), len(params) // 2
    kept = np.array(list(dict.fromkeys(map(tuple, np.column_stack([new[f"W{L}"], new[f"b{L}"]])))))
    return new | {f"W{L}": kept[:, :-1], f"b{L}": kept[:, -1]}


def layer_too_many(params):
    return merged(params, order=range(1, len(params) // 2 + 1))


def columns_kept(params):
    new = {name: p.copy() for name, p in params.items()}
    for l in range(1, len(params) // 2):
        kept = np.unique(np.column_stack([new[f"W{l}"], new[f"b{l}"]]), axis=0)
        new[f"W{l}"], new[f"b{l}"] = kept[:, :-1], kept[:, -1]
    return new


def sorted_apart(params):
    """np.unique sorts the rows, and the columns above stay in the old order."""
    new = merged(params)
    for l in range(1, len(params) // 2):
        order = np.lexsort(new[f"W{l}"].T)
        new |= {f"W{l}": new[f"W{l}"][order], f"b{l}": new[f"b{l}"][order]}
    return new


def in_place(params):
    for name, p in merged(params).items():
        params[name] = p
    return params


def one_neuron(params):
    """The hundred are taken for equal, whatever they are."""
    return merged(params, lambda W, b, V, i, j: True)


WRONG = {
    "dropped": (dropped, "is lost"),
    "averaged": (averaged, "are averaged"),
    "times their number": (times_their_number, "multiplied by the number of copies"),
    "twins only": (twins_only, "equal outgoing weights are not needed"),
    "bias forgotten": (bias_forgotten, "the bias belongs to a neuron"),
    "bias alone": (bias_alone, "equal biases alone"),
    "by columns": (by_columns, "compare rows and biases"),
    "by sums": (by_sums, "entry by entry"),
    "from the top": (from_the_top, "go from the first layer up"),
    "first layer only": (first_layer, "only the first hidden layer"),
    "nothing": (nothing, "nothing is merged"),
    "outputs too": (outputs_too, "outputs stay as they are"),
    "a layer too many": (layer_too_many, "the output layer has no next one"),
    "columns kept": (columns_kept, "wrong shape"),
    "sorted apart": (sorted_apart, "it computes something else"),
    "in place": (in_place, "in place"),
    "one neuron": (one_neuron, "wrong shape"),
}


def by_dictionary(params):
    new = {name: p.tolist() for name, p in params.items()}
    for l in range(1, len(params) // 2):
        sums = {}
        for row, bias, *column in zip(new[f"W{l}"], new[f"b{l}"], *new[f"W{l + 1}"], strict=True):
            before = sums.get((*row, bias), [0.0] * len(column))
            sums[(*row, bias)] = [a + b for a, b in zip(before, column, strict=True)]
        new[f"W{l}"], new[f"b{l}"] = [list(key[:-1]) for key in sums], [key[-1] for key in sums]
        new[f"W{l + 1}"] = [list(row) for row in zip(*sums.values(), strict=True)]
    return new


def one_hot(params):
    new = {name: p.astype(np.float32) for name, p in params.items()}
    for l in range(1, len(params) // 2):
        rows = np.column_stack([new[f"W{l}"], new[f"b{l}"]])
        kept, which = np.unique(rows, axis=0, return_inverse=True)
        new |= {f"W{l}": kept[:, :-1], f"b{l}": kept[:, -1]}
        new[f"W{l + 1}"] = new[f"W{l + 1}"] @ np.eye(len(kept), dtype=np.float32)[which.ravel()]
    return new


RIGHT = {"one by one": merged, "a dictionary, lists": by_dictionary, "np.unique, float32": one_hot}
