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


def group_if(same, vectors):
    classes = []
    for i in range(len(vectors)):
        for members in classes:
            if same(vectors[members[0]], vectors[i]):
                members.append(i)
                break
        else:
            classes.append([i])
    return classes


def neurons(params, layer):
    return np.hstack([params[f"W{layer}"], params[f"b{layer}"][:, None], params[f"W{layer + 1}"].T])


def close_ones(params, layer):
    return group_if(np.allclose, neurons(params, layer))


def roughly_close_ones(params, layer):
    return group_if(lambda a, b: np.allclose(a, b, atol=0.01), neurons(params, layer))


def to_twelve_digits(params, layer):
    return group_if(lambda a, b: abs(a - b).max() < 1e-12, neurons(params, layer))


def equal_sums(params, layer):
    return group(np.sum(neurons(params, layer), axis=1)[:, None])


def equal_sums_of_each(params, layer):
    W, b, V = params[f"W{layer}"], params[f"b{layer}"], params[f"W{layer + 1}"]
    return group(np.column_stack([W.sum(axis=1), b, V.sum(axis=0)]))


def equal_sets(params, layer):
    W, b, V = params[f"W{layer}"], params[f"b{layer}"], params[f"W{layer + 1}"]
    return group(np.hstack([np.sort(W, axis=1), b[:, None], np.sort(V.T, axis=1)]))


def next_rows_one_by_one(params, layer):
    W, b, V = params[f"W{layer}"], params[f"b{layer}"], params[f"W{layer + 1}"]
    return group([(*W[i], b[i], *V[i]) for i in range(len(b))])


def next_rows_alone(params, layer):
    V = params[f"W{layer + 1}"]
    return [[i for i in range(len(V[0])) if (V[i] == V[j]).all()] for j in range(len(V[0]))]


def arrays_as_keys(params, layer):
    classes = {}
    for i, row in enumerate(params[f"W{layer}"]):
        classes.setdefault(row, []).append(i)
    return list(classes.values())


def arrays_compared(params, layer):
    W = params[f"W{layer}"]
    return [[j for j in range(len(W)) if W[i] == W[j]] for i in range(len(W))]


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
    "allclose": (close_ones, "equal means exactly: two neurons one last digit apart are different"),
    "allclose(atol=0.01)": (roughly_close_ones, "equal means exactly"),
    "to twelve digits": (to_twelve_digits, "equal means exactly"),
    "sums": (equal_sums, "equal sums are not enough"),
    "sums of row and column": (equal_sums_of_each, "equal sums are not enough"),
    "sorted rows": (equal_sets, "order of the numbers counts"),
    "V[i] for V[:, i]": (next_rows_one_by_one, "neurons are its columns"),
    "V[i] alone": (next_rows_alone, "neurons are its columns"),
    "arrays as keys": (arrays_as_keys, "tuple(row)"),
    "arrays compared by ==": (arrays_compared, "np.array_equal"),
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
