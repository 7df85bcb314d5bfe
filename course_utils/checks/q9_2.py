"""Question 9.2."""

import itertools

import numpy as np

from course_utils import mlp
from course_utils.checks.core import Question, known
from course_utils.checks.values import close


def merge_copies(params):
    """A network that computes the same, with one neuron in place of all with equal row and bias."""
    new = {name: p.copy() for name, p in params.items()}
    for l in range(1, mlp.depth(params)):
        neurons = [tuple(row) for row in np.column_stack([new[f"W{l}"], new[f"b{l}"]])]
        kept = [i for i, neuron in enumerate(neurons) if neuron not in neurons[:i]]
        copies = np.array([[float(neuron == neurons[i]) for i in kept] for neuron in neurons])
        new |= {f"W{l}": new[f"W{l}"][kept], f"b{l}": new[f"b{l}"][kept], f"W{l + 1}": new[f"W{l + 1}"] @ copies}
    return new


def _eighths(rng, sizes):
    """A network whose entries are multiples of 1/8, all different enough to have no copies."""
    params = {}
    for l, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        params |= {f"W{l}": rng.integers(-12, 13, size=(n_out, n_in)) / 8, f"b{l}": rng.integers(-8, 9, size=n_out) / 8}
        params[f"W{l}"][:, 0] = rng.permutation(n_out) / 8  # no two rows are equal, nor do they sum to the same
    return params


def _copied(params, l, neuron, copies, share=True):
    """Give some neurons the row and the bias of another one, and its outgoing weights to all, or not."""
    for copy in copies:
        params[f"W{l}"][copy], params[f"b{l}"][copy] = params[f"W{l}"][neuron], params[f"b{l}"][neuron]
        if share:
            params[f"W{l + 1}"][:, copy] = params[f"W{l + 1}"][:, neuron]


def _crowds(rng):
    alone = _eighths(rng, [3, 4, 2])
    yield (alone,)
    twins, parted = _eighths(rng, [3, 5, 2]), _eighths(rng, [4, 6, 3])
    _copied(twins, 1, 0, [3, 4])
    _copied(parted, 1, 4, [1, 2], share=False)
    yield (twins,)
    yield (parted,)
    other_bias, other_row, columns = (_eighths(rng, [3, 4, 2]) for _ in range(3))
    _copied(other_bias, 1, 2, [0, 1])
    other_bias["b1"][:3] = [0.5, 0.25, 0.5]
    _copied(other_row, 1, 2, [0])
    other_row["W1"][0] = other_row["W1"][2][::-1] + np.array([1, 0, -1]) / 8  # the same sum
    columns["W2"][:, 1] = columns["W2"][:, 3]
    columns["b1"][:] = 0.5
    yield (other_bias,)
    yield (other_row,)
    yield (columns,)
    deep = _eighths(rng, [3, 5, 4, 3, 2])
    _copied(deep, 1, 1, [3], share=False)
    _copied(deep, 2, 0, [2], share=False)
    deep["W2"][2, [1, 3]] += [0.25, -0.25]  # equal only when the copies below are one neuron
    _copied(deep, 3, 1, [2], share=False)
    deep["W3"][2, [0, 2]] += [-0.5, 0.5]
    yield (deep,)
    inputs = _eighths(rng, [4, 3, 3])
    inputs["W1"][:, 3] = inputs["W1"][:, 1]  # inputs stay inputs,
    inputs["W2"][2], inputs["b2"][2] = inputs["W2"][0], inputs["b2"][0]  # and outputs outputs
    yield (inputs,)
    yield (mlp.initialize([2, 3, 4, 2], "zeros"),)
    drawn = _eighths(rng, rng.integers(4, 9, size=rng.integers(3, 6)).tolist())
    _copied(drawn, 1, 2, [0, 3], share=False)
    yield (drawn,)


def _merged(key=lambda W, b, V: np.column_stack([W, b]), add=lambda V, member: V @ member, layers=None, upwards=True):
    """A wrong answer from what makes two neurons copies, and what becomes of outgoing weights, in these layers."""

    def function(params):
        new = {name: p.copy() for name, p in params.items()}
        order = range(1, mlp.depth(params))[:layers]
        for l in order if upwards else reversed(order):
            keys = list(map(tuple, key(new[f"W{l}"], new[f"b{l}"], new[f"W{l + 1}"])))
            kept = [i for i, k in enumerate(keys) if k not in keys[:i]]
            member = np.array([[float(k == keys[i]) for i in kept] for k in keys])
            new |= {f"W{l}": new[f"W{l}"][kept], f"b{l}": new[f"b{l}"][kept]}
            new[f"W{l + 1}"] = add(new[f"W{l + 1}"], member)
        return new

    return function


def _inputs_too(params):
    columns = params["W1"].T.tolist()
    kept = [i for i, c in enumerate(columns) if c not in columns[:i]]
    return merge_copies(params | {"W1": params["W1"][:, kept]})


def _outputs_too(params):
    new, L = merge_copies(params), mlp.depth(params)
    rows = np.column_stack([new[f"W{L}"], new[f"b{L}"]]).tolist()
    kept = [i for i, row in enumerate(rows) if row not in rows[:i]]
    return new | {f"W{L}": new[f"W{L}"][kept], f"b{L}": new[f"b{L}"][kept]}


def _computes_else(calls):
    """What is wrong with networks of the right sizes: they must compute the same."""
    for call in calls:
        x = 2 * np.random.default_rng(0).normal(size=(20, call.expected["W1"].shape[1]))
        value, right = (mlp.forward(params, x).output for params in (call.value, call.expected))
        if not close(value, right):
            sizes = [x.shape[1], *(len(p) for name, p in call.args["params"].items() if name[0] == "b")]
            return (
                f"shape right, values wrong: it computes something else, for a network with layers of {sizes} its "
                f"outputs are off by up to {np.abs(value - right).max():.1g}"
            )
    return None


MISTAKES = known(
    "first-copy: what the copies sent is lost: the one that stays must send the sum of it, so add their outgoing "
    "weights",
    _merged(add=lambda V, member: V[:, member.argmax(axis=0)]),
    "averaged: the outgoing weights are averaged: the layer above added what the copies sent, so add them",
    _merged(add=lambda V, member: V @ member / member.sum(axis=0)),
    "times-copies: outgoing weights are multiplied by the number of copies: they need not be equal, add them",
    _merged(add=lambda V, member: V[:, member.argmax(axis=0)] * member.sum(axis=0)),
    "equal-columns-too: equal outgoing weights are not needed: neurons compute the same if row and bias are equal",
    _merged(lambda W, b, V: np.column_stack([W, b, V.T])),
    "bias-ignored: the bias belongs to a neuron, too: with another one it computes something else",
    _merged(lambda W, b, V: W),
    "bias-only: equal biases alone make no copies: the rows must be equal, too",
    _merged(lambda W, b, V: b[:, None]),
    "columns-only: neurons with equal outgoing weights need not compute the same: compare rows and biases",
    _merged(lambda W, b, V: V.T),
    "sums: rows are equal entry by entry: an equal sum is not enough",
    _merged(lambda W, b, V: np.column_stack([W.sum(axis=1), b])),
    "from-the-top: when copies below are one neuron, rows of the next matrix can become equal: go from the first "
    "layer up, and compare the new rows",
    _merged(upwards=False),
    "first-layer-only: only the first hidden layer is done: all have copies",
    _merged(layers=1),
    "nothing: nothing is merged",
    lambda params: {name: p.copy() for name, p in params.items()},
    "inputs-too: inputs stay as they are: only hidden neurons are merged",
    _inputs_too,
    "outputs-too: outputs stay as they are, even if two are equal: only hidden neurons are merged",
    _outputs_too,
)

ADVICE = {
    r"^KeyError": "hidden layers are 1, ..., L - 1, with L = len(params) // 2: the output layer has no next one",
    r"truth value of an array": "== compares entry by entry: use np.array_equal",
    r"matmul|broadcast": "W_next has a column for each neuron of the layer: add the columns of the copies",
    r"^IndexError": "a neuron taken out of a layer takes with it a row of W, an entry of b and a column of W_next",
}

QUESTION = Question(
    "9.2", 2, "One neuron for all its copies", merge_copies, _crowds, MISTAKES, _computes_else, advice=ADVICE
)
