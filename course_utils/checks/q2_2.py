"""Question 2.2."""

import numpy as np

from course_utils import mlp
from course_utils.checks.core import Question, known


def permute(params, orders):
    """The same network with the neurons of some hidden layers in another order."""
    new = dict(params)
    for layer, order in orders.items():
        W, b, W_next = f"W{layer}", f"b{layer}", f"W{layer + 1}"
        new |= {W: new[W][order], b: new[b][order], W_next: new[W_next][:, order]}
    return new


def _nets_to_permute(rng):
    cases = [
        ([4, 4, 4, 4], [1, 2]),
        ([2, 5, 3], [1]),
        ([3, 4, 6, 2], [2, 1]),
        ([2, 3, 5, 4, 3], [1, 3]),
        ([2, 4, 3, 5, 1], [3, 1, 2]),
    ]
    cases.append((rng.integers(4, 9, size=4).tolist(), [1, 2]))  # of 3 neurons there are not orders enough
    for sizes, layers in cases:
        params = mlp.initialize(sizes, "normal", sigma_b=1.0, rng=rng)
        orders = {}
        for layer in layers:
            orders[layer] = _one_way(rng, sizes[layer], orders.values())
        yield params, orders


def _one_way(rng, n, others):
    """A random order that is not its own inverse, nor one of the others or its inverse: they must be told apart."""
    others = [list(order) for other in others for order in (other, np.argsort(other))]
    while True:
        order = rng.permutation(n)
        if (order[order] != np.arange(n)).any() and list(order) not in others:
            return order


def _reordered(*, rows=None, bias=None, columns=None, inputs=None):
    """A wrong answer: in each layer each part in an order made from that layer's `order`, or left alone."""

    def function(params, orders):
        new = dict(params)
        for layer, order in orders.items():
            W, b, W_next = f"W{layer}", f"b{layer}", f"W{layer + 1}"
            new[W] = new[W][rows(order)] if rows else new[W]
            new[W] = new[W][:, inputs(order)] if inputs else new[W]
            new[b] = new[b][bias(order)] if bias else new[b]
            new[W_next] = new[W_next][:, columns(order)] if columns else new[W_next]
        return new

    return function


def _next_rows(params, orders):
    new = dict(params)
    for layer, order in orders.items():
        for name in (f"W{layer}", f"b{layer}", f"W{layer + 1}"):
            new[name] = new[name][order]
    return new


def _one_of(which):
    """A wrong answer that does only one of the layers."""
    return lambda params, orders: permute(params, dict([list(orders.items())[which]]))


def _each_from_the_old(params, orders):
    new = dict(params)
    for layer, order in orders.items():
        W, b, W_next = f"W{layer}", f"b{layer}", f"W{layer + 1}"
        new |= {W: params[W][order], b: params[b][order], W_next: params[W_next][:, order]}
    return new


def _by_orders(*, rows=lambda l: l, columns=lambda l: l - 1, bias=lambda l: l):
    """A wrong answer: rows, columns and biases of layer l in the orders of the layers that these rules name."""

    def function(params, orders):
        def taken(length, layer):
            return orders.get(layer, np.arange(length))

        new = {}
        for l in range(1, mlp.depth(params) + 1):
            W, b = params[f"W{l}"], params[f"b{l}"]
            W = W[taken(len(W), rows(l))]
            new[f"W{l}"] = W[:, taken(W.shape[1], columns(l))]
            new[f"b{l}"] = b[taken(len(b), bias(l))]
        return new

    return function


def _middle_by_its_own(params, orders):
    """Rows and columns of W^l by orders[l] where both its layers are relabelled, else right."""
    return _by_orders(columns=lambda l: l if l in orders and l - 1 in orders else l - 1)(params, orders)


_as_given, _inverse = np.asarray, np.argsort


MISTAKES = known(
    "columns-stay: the columns of the next matrix must move along: the output has changed",
    _reordered(rows=_as_given, bias=_as_given),
    "rows-only: only the rows of W have moved: a neuron is its bias and its outgoing column, too",
    _reordered(rows=_as_given),
    "bias-stays: the bias has stayed behind: it belongs to the neuron",
    _reordered(rows=_as_given, columns=_as_given),
    "columns-only: only the columns of the next matrix have moved: rows of W and biases belong to the neurons, too",
    _reordered(columns=_as_given),
    "biases-only: only the biases have moved",
    _reordered(bias=_as_given),
    "rows-stay: the rows of W have stayed behind",
    _reordered(bias=_as_given, columns=_as_given),
    "columns-inverse: the columns have moved by the inverse order: they need the same order as the rows",
    _reordered(rows=_as_given, bias=_as_given, columns=_inverse),
    "inverse-throughout: this is the inverse order throughout: neuron i must be the old neuron order[i]",
    _reordered(rows=_inverse, bias=_inverse, columns=_inverse),
    "first-layer-only: only the first layer in orders has been done: `return` must come after the loop",
    _one_of(0),
    "last-layer-only: only the last layer in orders has been done: begin with one copy, before the loop",
    _one_of(-1),
    "second-change-only: a matrix between two relabelled layers keeps only the second change: go on from new, not "
    "from params",
    _each_from_the_old,
    "wrong-layers-order: rows and columns go by the wrong layer's order: rows of W^l by orders[l], its columns by "
    "orders[l - 1]",
    _by_orders(rows=lambda l: l - 1, columns=lambda l: l),
    _by_orders(rows=lambda l: l - 1, columns=lambda l: l, bias=lambda l: l - 1),
    "columns-by-own-order: the columns of W^l go by orders[l - 1], the layer they come from: orders[l] is for its rows",
    _middle_by_its_own,
    _by_orders(columns=lambda l: l),
    "inputs-moved: the columns of W have moved: those are its inputs, the neurons are its rows",
    _reordered(inputs=_as_given, bias=_as_given, columns=_as_given),
    "next-rows-moved: the rows of the next matrix have moved: this layer's neurons are its columns",
    _next_rows,
    "nothing-moved: nothing has moved",
    _reordered(),
)

ADVICE = {
    r"^TypeError: cannot unpack|only integers, slices|unhashable": "orders is a dict {layer: order}: use .items()",
    r"^KeyError: '[Wb]": "layer l has the rows of W^l, b^l and the columns of W^(l+1), for the l in orders only",
    r"^KeyError: \d": "orders holds only the layers that change: go through orders.items()",
    r"^IndexError: index \d+ is out of bounds": (
        "the rows of W^l go by orders[l], its columns by orders[l - 1]; both lengths must fit"
    ),
}

QUESTION = Question("2.2", 2, "Neurons in another order", permute, _nets_to_permute, MISTAKES, advice=ADVICE)
