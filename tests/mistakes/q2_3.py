"""Answers to 2.3, which neurons are the same."""

import numpy as np


def group(vectors):
    classes = []
    for i in range(len(vectors)):
        for members in classes:
            if np.array_equal(vectors[members[0]], vectors[i]):
                members.append(i)
                break
        else:
            classes.append([i])
    return classes


def rows_only(params, layer):
    return group(params[f"W{layer}"])


def rows_and_bias(params, layer):
    return group(np.column_stack([params[f"W{layer}"], params[f"b{layer}"]]))


def columns_of_w(params, layer):
    return group(params[f"W{layer}"].T)


def outgoing_only(params, layer):
    return group(params[f"W{layer + 1}"].T)


def no_bias(params, layer):
    return group(np.hstack([params[f"W{layer}"], params[f"W{layer + 1}"].T]))


def bias_only(params, layer):
    return group(params[f"b{layer}"][:, None])


def no_singles(params, layer):
    return [c for c in by_pairs(params, layer) if len(c) != 1]


def unsorted(params, layer):
    return by_pairs(params, layer)[::-1]


def pairs(params, layer):
    classes = by_pairs(params, layer)
    return [[c[0], other] for c in classes for other in c[1:]]


def one_class(params, layer):
    return [list(range(len(params[f"b{layer}"])))]


def every_neuron_alone(params, layer):
    return [[i] for i in range(len(params[f"b{layer}"]))]


def rows_of_both(params, layer):
    return group(np.hstack([params[f"W{layer}"], params[f"W{layer + 1}"]]))


WRONG = {
    "rows only": (rows_only, "equal rows of W are not enough"),
    "row and bias only": (rows_and_bias, "row and bias are not enough"),
    "columns of W": (columns_of_w, "columns of W, its inputs"),
    "outgoing columns only": (outgoing_only, "outgoing columns are not enough"),
    "bias forgotten": (no_bias, "biases must be equal, too"),
    "bias only": (bias_only, "equal biases are not enough"),
    "no classes of one": (no_singles, "single neuron are missing"),
    "in reverse order": (unsorted, "not sorted"),
    "pairs": (pairs, "exactly one class"),
    "all one class": (one_class, "not all neurons are the same"),
    "each alone": (every_neuron_alone, "some neurons are the same"),
    "rows of both matrices": (rows_of_both, "rows of the next matrix"),
}


def by_pairs(params, layer):
    W, b, V = params[f"W{layer}"], params[f"b{layer}"], params[f"W{layer + 1}"]

    def same(i, j):
        return (W[i] == W[j]).all() and b[i] == b[j] and (V[:, i] == V[:, j]).all()

    classes = {}
    for i in range(len(b)):
        twin = next(j for j in range(i + 1) if same(i, j))
        classes[twin] = [*classes.get(twin, []), i]
    return [classes[twin] for twin in sorted(classes)]


def by_unique(params, layer):
    vectors = np.hstack([params[f"W{layer}"], params[f"b{layer}"][:, None], params[f"W{layer + 1}"].T])
    _, inverse = np.unique(vectors, axis=0, return_inverse=True)
    classes = [np.flatnonzero(inverse == k) for k in range(inverse.max() + 1)]
    return sorted(classes, key=lambda members: members[0])


def tuples(params, layer):
    return tuple(map(tuple, by_pairs(params, layer)))


RIGHT = {"pair by pair": by_pairs, "np.unique, arrays": by_unique, "tuples": tuples}
