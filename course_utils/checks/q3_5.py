"""Question 3.5."""

import itertools

import numpy as np

from course_utils import mlp
from course_utils.checks.core import Question, known


def balanced_classes(params):
    """The largest balanced classes of the neurons of each hidden layer."""
    return _sorted_by(_biases_and_totals)(params)


def _biases_and_totals(b, W, below, V, above):
    return [b, W @ below, V @ above]


def _partition(keys, before):
    """New labels 0, 1, ..., by the order of first appearance of (old label, key)."""
    seen = {}
    return [seen.setdefault((label, *np.ravel(key)), len(seen)) for label, key in zip(before, keys, strict=True)]


def _sorted_by(keys, most=99, inputs_alone=True, outputs_alone=True):
    """An answer that parts neurons, from all in one class, as long as members of a class have different keys.

    keys(b, W, below, V, above) gives a neuron's keys in the rows of arrays, from its bias (a column), the matrix W to
    the layer and V = W_next^T from it; below and above have a row for each neuron there, with a 1 at its class.
    """

    def function(params):
        L = mlp.depth(params)
        sizes = [params["W1"].shape[1], *(len(params[f"b{l}"]) for l in range(1, L + 1))]
        labels = [[0] * n for n in sizes]
        labels[0] = list(range(sizes[0])) if inputs_alone else labels[0]
        labels[L] = list(range(sizes[L])) if outputs_alone else labels[L]
        for _ in range(most):
            before = list(labels)
            members = [np.eye(max(label) + 1)[label] for label in before]
            for l in range(1, L):
                parts = params[f"W{l}"], members[l - 1], params[f"W{l + 1}"].T, members[l + 1]
                labels[l] = _partition(np.hstack(keys(params[f"b{l}"][:, None], *parts)), before[l])
            if labels == before:
                break
        return [_as_classes(label) for label in labels[1:L]]

    return function


def _as_classes(label):
    """The members of each label, in the order of their smallest ones."""
    return [[i for i, k in enumerate(label) if k == which] for which in range(max(label) + 1)]


def _switched(params, labels, rng):
    """Add to each matrix what changes no total between classes: +k, -k over -k, +k within a block."""
    for l in range(1, mlp.depth(params) + 1):
        for rows, columns in itertools.product(_as_classes(labels[l]), _as_classes(labels[l - 1])):
            for _ in range(3 * (len(rows) > 1 and len(columns) > 1)):
                (i, j), (p, q) = (rng.choice(group, 2, replace=False) for group in (rows, columns))
                k = float(rng.integers(1, 4))
                params[f"W{l}"][[i, j, i, j], [p, q, q, p]] += [k, k, -k, -k]


def _net_of(labels, rng):
    """A net of whole numbers whose neurons are balanced in these classes."""
    params = {}
    for l, (below, here) in enumerate(itertools.pairwise(labels), start=1):
        between = rng.integers(-5, 6, size=(max(here) + 1, max(below) + 1)).astype(float)
        params[f"W{l}"] = between[np.ix_(here, below)]
        params[f"b{l}"] = rng.integers(-3, 4, size=max(here) + 1).astype(float)[here]
    _switched(params, labels, rng)
    return params


def _chain(rng):
    """All is equal but one bias of the third layer: that parts layer 2, and layer 2 parts layer 1."""
    params = _net_of([[0, 1], [0] * 4, [0] * 4, [0] * 4, [0, 1]], rng)
    pairs = np.kron(np.eye(2), np.ones((2, 2)))
    params |= {"W2": pairs.copy(), "W3": np.eye(4), "b3": np.array([0.0, 0.0, 0.0, 1.0])}
    return params


def _nets_to_sort(rng):
    identity_net = _net_of([[0, 1, 2], [0] * 4, [0] * 4, [0, 1]], rng)
    identity_net["W2"] = np.eye(4)
    yield (identity_net,)
    mixed = rng.permutation
    yield (_net_of([[0, 1], mixed([0, 1, 0, 1, 0]), mixed([0, 0, 0, 1]), [0, 1, 2]], rng),)
    yield (_chain(rng),)
    yield (_net_of([[0, 1, 2], mixed([0, 1, 2, 0, 2, 1]), [0, 1]], rng),)
    yield (_net_of([[0, 1], mixed([0, 0, 1, 1, 2]), mixed([0, 1, 0, 1]), mixed([0, 0, 1]), [0, 1]], rng),)
    same_row_sums, same_column_sums = (_net_of([[0, 1, 2], [0] * 3, [0] * 3, [0, 1, 2]], rng) for _ in range(2))
    same_row_sums["W1"][1] = np.roll(same_row_sums["W1"][1], 1)
    same_column_sums["W3"][:, 2] = np.roll(same_column_sums["W3"][:, 2], 1)
    yield (same_row_sums,)
    yield (same_column_sums,)
    one_bias = _net_of([[0, 1], [0] * 4, [0] * 3, [0, 1]], rng)
    one_bias["b1"][2] += 1
    yield (one_bias,)
    yield (mlp.initialize([2, 3, 4, 2], "zeros"),)
    only_above = _net_of([[0, 1], [0] * 4, [0] * 4, [0, 1]], rng)
    only_above["W2"] += np.outer([1, -1, 0, 0], [2, 0, 0, -2])
    only_above["W2"][0] += [1.0, 0, 0, -1]
    yield (only_above,)
    n_in, *widths = rng.integers(2, 8, size=4)
    yield (_net_of([list(range(n_in)), *(mixed(np.arange(n) % 3) for n in widths), [0]], rng),)


def _wrong_sorting(calls):
    """What is wrong with the classes of all layers; None if nothing is."""
    for call in calls:
        if call.value == call.expected:
            continue
        params = call.args["params"]
        hidden = mlp.depth(params) - 1
        if len(call.value) != hidden:
            return f"one entry for each hidden layer was expected, here {hidden}, got {len(call.value)}"
        for l, (classes, right) in enumerate(zip(call.value, call.expected, strict=True), start=1):
            if not (isinstance(classes, list) and all(_indices(group) for group in classes)):
                return f"layer {l}: a list of classes was expected, each a list of indices, such as [[0, 2], [1]]"
            n, members = len(params[f"b{l}"]), sorted(itertools.chain(*classes))
            if members != list(range(n)):
                return f"layer {l}: each of its {n} neurons must be in exactly one class, the members are {members}"
            if classes != right and sorted(map(sorted, classes)) == right:
                return "the classes are right, but not sorted: each by index, the list by its smallest members"
        l = next(l for l, right in enumerate(call.expected) if call.value[l] != right)
        sizes = [params["W1"].shape[1], *(len(params[f"b{k}"]) for k in range(1, hidden + 2))]
        return (
            f"values wrong: for layers of {sizes}, layer {l + 1} has {len(call.value[l])} "
            f"class{'es' * (len(call.value[l]) != 1)} where there should be {len(call.expected[l])}"
        )
    return None


def _indices(group):
    return isinstance(group, list) and all(isinstance(i, int) and not isinstance(i, bool) for i in group)


MISTAKES = known(
    "single-weights: single weights are compared: equal totals to and from each class are enough, the weights may "
    "differ",
    _sorted_by(lambda b, W, below, V, above: [b, W, V]),
    "one-round: one round is not enough: neurons that part may part those above and below, go on until nothing changes",
    _sorted_by(_biases_and_totals, most=1),
    "two-rounds: two rounds are not enough: go on until a round changes nothing",
    _sorted_by(_biases_and_totals, most=2),
    "not-above: what neurons send to the layer above counts, too: different errors come back",
    _sorted_by(lambda b, W, below, V, above: [b, W @ below]),
    "not-below: what neurons get from the layer below counts, too",
    _sorted_by(lambda b, W, below, V, above: [b, V @ above]),
    "no-bias: neurons of a class must have equal biases, too",
    _sorted_by(lambda b, W, below, V, above: [W @ below, V @ above]),
    "bias-only: only the biases are compared: the totals to and from the classes count, too",
    _sorted_by(lambda b, W, below, V, above: [b]),
    "inputs-together: each input is a class of its own: rows of W1 must agree entry by entry",
    _sorted_by(_biases_and_totals, inputs_alone=False),
    "outputs-together: each output is a class of its own: columns of W^L must agree entry by entry",
    _sorted_by(_biases_and_totals, outputs_alone=False),
    "ends-together: inputs and outputs are classes of their own, each of them",
    _sorted_by(_biases_and_totals, inputs_alone=False, outputs_alone=False),
    "whole-layers: totals over a whole layer are compared: take one total for each class, and again when classes split",
    _sorted_by(lambda b, W, below, V, above: [b, W.sum(axis=1, keepdims=True), V.sum(axis=1, keepdims=True)]),
    "each-alone: not every neuron is alone: begin with all of a layer in one class, and split only where you must",
    lambda params: [[[i] for i in range(len(params[f"b{l}"]))] for l in range(1, mlp.depth(params))],
    "all-together: some neurons must part: split a class where biases or totals differ",
    lambda params: [[list(range(len(params[f"b{l}"])))] for l in range(1, mlp.depth(params))],
)

ADVICE = {
    r"unhashable type: '(numpy.ndarray|list)'": "a key of a dict must be a tuple: tuple(totals)",
    r"truth value of an array": "== compares entry by entry: use np.array_equal, or tuples",
    r"^KeyError: '[Wb]": "there are W1, b1, ..., WL, bL: layer l sends its h through W^(l+1)",
    r"matmul|broadcast|concatenation": (
        "W^l has shape (n_l, n_(l-1)): what neurons send up stands in the columns of W^(l+1)"
    ),
}

QUESTION = Question(
    "3.5", 3, "Who moves together?", balanced_classes, _nets_to_sort, MISTAKES, _wrong_sorting, advice=ADVICE
)
