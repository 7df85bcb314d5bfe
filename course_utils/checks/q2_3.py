"""Question 2.3."""

import itertools

import numpy as np

from course_utils import mlp
from course_utils.checks.core import Question, known


def exchangeable(params, layer):
    """The classes of identical neurons of a hidden layer."""
    return _classes(params[f"W{layer}"], params[f"b{layer}"][:, None], params[f"W{layer + 1}"].T)


def _classes(*parts):
    """The rows that are equal in all parts, as lists of indices."""
    classes = {}
    for i, row in enumerate(np.concatenate(parts, axis=1)):
        classes.setdefault(tuple(row), []).append(i)
    return list(classes.values())


def _nets_with_twins(rng):
    for sizes, layer in [([6, 6, 6], 1), ([3, 7, 2], 1), ([4, 5, 8, 3], 2), ([2, 3, 2], 1)]:
        params = mlp.initialize(sizes, "normal", sigma_b=1.0, rng=rng)
        n = sizes[layer]
        # Copies of rows, biases and columns that often, not always, fall on the same neurons.
        twin = rng.integers(2, size=n)
        rows, bias, columns, inputs = (np.where(rng.random(n) < 0.2, np.arange(n), twin) for _ in range(4))
        params[f"W{layer}"] = params[f"W{layer}"][rows]
        params[f"b{layer}"] = params[f"b{layer}"][bias]
        params[f"W{layer + 1}"] = params[f"W{layer + 1}"][:, columns]
        if sizes[layer - 1] == n:  # equal inputs as well, for those who take columns for rows
            params[f"W{layer}"] = params[f"W{layer}"][:, inputs]
        yield params, layer
    n_in, n = rng.integers(2, 6), rng.integers(6, 12)
    drawn = mlp.initialize([n_in, n, 2], "normal", sigma_b=1.0, rng=rng)
    kinds = rng.integers(n - 2, size=n)
    yield {"W1": drawn["W1"][kinds], "b1": drawn["b1"][kinds], "W2": drawn["W2"][:, kinds], "b2": drawn["b2"]}, 1
    yield mlp.initialize([3, 4, 2], "zeros"), 1
    yield mlp.initialize([2, 1, 2], "normal", rng=rng), 1
    signed = mlp.initialize([2, 3, 2], "zeros")
    signed["W1"][1], signed["b1"][2], signed["W2"][:, 1] = -0.0, -0.0, -0.0  # equal to 0.0
    yield signed, 1
    yield _one_digit_apart(rng), 1
    yield _equal_sums(rng), 1


def _one_digit_apart(rng):
    """Six neurons: the first two are the same, the next three differ from them in the last digit of one number."""
    params = mlp.initialize([3, 2, 3], "normal", sigma_b=1.0, rng=rng)
    copies = [0, 0, 0, 0, 0, 1]
    params |= {"W1": params["W1"][copies], "b1": params["b1"][copies], "W2": params["W2"][:, copies]}
    for array, index in ((params["W1"], (2, 1)), (params["b1"], 3), (params["W2"], (2, 4))):
        array[index] = np.nextafter(array[index], np.inf)
    return params


def _equal_sums(rng):
    """Six neurons: the first and the last are the same, the others are not, but have the same sums."""
    row, column = rng.integers(1, 30, size=(2, 3)) / 8 + [0, 4, 8]  # eighths, added without rounding
    rows, columns, bias = np.tile(row, (6, 1)), np.tile(column[:, None], 6), np.full(6, 0.25)
    rows[1] = np.roll(row, 1)
    rows[2] += [0.125, -0.125, 0]
    columns[:, 3] = np.roll(column, 1)
    rows[4, 0] += 0.125
    bias[4] -= 0.125  # only the sum of everything is the same
    return {"W1": rows, "b1": bias, "W2": columns, "b2": np.zeros(3)}


def _wrong_classes(calls):
    """What is wrong with the classes of neurons; None if nothing is."""
    for call in calls:
        if call.value == call.expected:
            continue
        if not all(isinstance(group, list) and all(isinstance(i, int) for i in group) for group in call.value):
            return "each class must be a list of indices, also a class of one neuron"
        if sorted(map(sorted, call.value)) == call.expected:
            return "the classes are right, but not sorted: each by index, the list by its smallest members"
        n, members = len(call.args["params"][f"b{call.args['layer']}"]), sorted(itertools.chain(*call.value))
        if members != list(range(n)):
            return f"values wrong: each of the {n} neurons must be in exactly one class, the members are {members}"
        return f"values wrong: {len(call.value)} classes of the {n} neurons, where there are {len(call.expected)}"
    return None


def _by(*names, change=lambda part: part):
    """A wrong answer that compares only some parts of a neuron, or what `change` makes of them."""

    def function(params, layer):
        W, b, W_next = params[f"W{layer}"], params[f"b{layer}"], params[f"W{layer + 1}"]
        parts = {"row": W, "bias": b[:, None], "column": W_next.T, "input": W.T, "next row": W_next}
        return _classes(*(change(parts[name]) for name in names))

    return function


def _sum(part):
    return part.sum(axis=1, keepdims=True)


def _sum_of_everything(params, layer):
    W, b, W_next = params[f"W{layer}"], params[f"b{layer}"], params[f"W{layer + 1}"]
    return _classes(_sum(W) + b[:, None] + _sum(W_next.T))


_neuron = ("row", "bias", "column")


MISTAKES = known(
    "rows-only: equal rows of W are not enough: bias and outgoing column must be equal, too",
    _by("row"),
    "no-columns: row and bias are not enough: the outgoing columns must be equal, too",
    _by("row", "bias"),
    "no-bias: the biases must be equal, too",
    _by("row", "column"),
    "no-rows: the rows of W must be equal, too",
    _by("bias", "column"),
    "biases-only: equal biases are not enough: row and outgoing column must be equal, too",
    _by("bias"),
    "columns-only: equal outgoing columns are not enough: row and bias must be equal, too",
    _by("column"),
    "inputs: these are equal columns of W, its inputs: the neurons of the layer are its rows",
    _by("input"),
    "inputs-and-bias: these are equal columns of W, with the biases: the neurons of the layer are its rows",
    _by("input", "bias"),
    "next-rows-only: these are rows of the next matrix: this layer's neurons are its columns",
    _by("next row"),
    "next-rows: the rows of the next matrix are compared: this layer's neurons are its columns",
    _by("row", "bias", "next row"),
    _by("bias", "next row"),
    _by("row", "next row"),
    "not-exact: equal means exactly: two neurons one last digit apart are different",
    _by(*_neuron, change=lambda part: part.round(9)),
    _by(*_neuron, change=lambda part: part.astype(np.float32)),
    "sums: equal sums are not enough: every single number must be equal",
    _by(*_neuron, change=_sum),
    _sum_of_everything,
    "order-ignored: the order of the numbers counts: rows that are rearrangements of each other are different",
    _by(*_neuron, change=lambda part: np.sort(part, axis=1)),
    "all-together: not all neurons are the same",
    lambda params, layer: [list(range(len(params[f"b{layer}"])))],
    "all-apart: some neurons are the same",
    lambda params, layer: [[i] for i in range(len(params[f"b{layer}"]))],
    "no-singles: classes of a single neuron are missing: they count, too",
    lambda params, layer: [c for c in exchangeable(params, layer) if len(c) > 1],
)

ADVICE = {
    r"^IndexError: index \d+ is out of bounds": (
        "neuron i is row i of its own W, but column i of the next matrix, W_next[:, i]"
    ),
    r"^IndexError: list index": "the layer has len(b) neurons: is every index below that?",
    r"unhashable type: '(numpy.ndarray|list)'": "a key of a dict must be a tuple: tuple(row)",
    r"truth value of an array": "== compares entry by entry: use np.array_equal, or tuples",
    r"^KeyError: '[Wb]": "a neuron of hidden layer l has its column in W^(l+1), and layer goes from 1",
}

QUESTION = Question(
    "2.3", 3, "Which neurons are the same?", exchangeable, _nets_with_twins, MISTAKES, _wrong_classes, advice=ADVICE
)
