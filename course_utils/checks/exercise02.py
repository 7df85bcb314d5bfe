"""The questions of exercise 02, zero weights."""

import itertools

import numpy as np

from course_utils import mlp
from course_utils.activations import Activation, identity, lecun_tanh, relu, sigmoid, softplus, tanh
from course_utils.checks.core import Mistake, Question


def first_moves(activation, L):
    """From all-zero parameters: the first step at which each W^l has a gradient."""
    return [L - l if activation.at_zero else None for l in range(1, L + 1)]


def permute(params, orders):
    """The same network with the neurons of some hidden layers in another order."""
    new = dict(params)
    for layer, order in orders.items():
        W, b, W_next = f"W{layer}", f"b{layer}", f"W{layer + 1}"
        new |= {W: new[W][order], b: new[b][order], W_next: new[W_next][:, order]}
    return new


def exchangeable(params, layer):
    """The classes of identical neurons of a hidden layer."""
    return _classes(params[f"W{layer}"], params[f"b{layer}"][:, None], params[f"W{layer + 1}"].T)


def wide_rates(widths, lr):
    """The step sizes with which layers of identical neurons follow one neuron a layer."""
    n = [1, *widths, 1]
    rates = {f"W{l}": lr * n[l] / n[l - 1] for l in range(1, len(n))}
    return rates | {f"b{l}": lr * n[l] for l in range(1, len(n))}


def poke(params, x):
    """A copy with one entry of W1, which belongs to an input in use, moved to the neighbouring number."""
    poked = {name: p.copy() for name, p in params.items()}
    j = (np.abs(params["W1"][0]) * np.abs(x).max(axis=0)).argmax()
    poked["W1"][0, j] = np.nextafter(poked["W1"][0, j], np.inf)
    return poked


# 2.1

# Not in the course: an answer must go by phi(0), not by the activation's name.
_shifted = Activation("shifted softplus", lambda z: softplus(z) + 1, sigmoid)


def _deep_nets(rng):
    fixed = [(sigmoid, 3), (tanh, 3), (relu, 2), (sigmoid, 5), (identity, 4), (lecun_tanh, 2), (_shifted, 4)]
    return fixed + [(phi, int(rng.integers(2, 8))) for phi in (sigmoid, tanh, _shifted)]


def _wrong_moves(calls):
    """Which first moves are wrong; None if none are."""
    for (activation, L), value, expected in ((call.args.values(), call.value, call.expected) for call in calls):
        where = f"for {activation.name} and L = {L}"
        if len(value) != len(expected):
            return f"the list needs one entry for each of the L layers: {where} it has {len(value)}"
        if any(isinstance(t, str) for t in value):
            return "each entry must be a step 0, 1, 2, ..., or None for never, both without quotes"
        if any(t is not None and not (isinstance(t, int | float) and 0 <= t < np.inf) for t in value):
            return "each entry must be a step 0, 1, 2, ..., or None for never"
        wrong = [f"W{l}" for l, (a, b) in enumerate(zip(value, expected, strict=True), start=1) if a != b]
        if wrong:
            return f"values wrong: {where}, look again at {', '.join(wrong)}"
    return None


def _moves(when):
    """A wrong answer from a rule for one layer."""
    return lambda activation, L: [when(activation, L, l) for l in range(1, L + 1)]


FIRST_MOVES = Question(
    "2.1",
    2,
    "Who moves first?",
    first_moves,
    _deep_nets,
    (
        Mistake(
            "off-by-one",
            "off by one: the first step is t = 0, and W^L moves in it",
            _moves(lambda phi, L, l: L - l + 1 if phi.at_zero else None),
        ),
        Mistake(
            "off-by-one-below",
            "off by one: W^(L-1) moves at step 1, after W^L has",
            _moves(lambda phi, L, l: max(L - l - 1, 0) if phi.at_zero else None),
        ),
        Mistake(
            "reversed",
            "the order is reversed: errors come from the output, so W^L moves first",
            _moves(lambda phi, L, l: l - 1 if phi.at_zero else None),
        ),
        Mistake(
            "reversed-off-by-one",
            "the order is reversed and off by one: errors come from the output, W^L moves at t = 0",
            _moves(lambda phi, L, l: l if phi.at_zero else None),
        ),
        Mistake(
            "all-at-once",
            "not all at once: at t = 0 the error cannot pass W^L = 0, so the layers below wait",
            _moves(lambda phi, L, l: 0 if phi.at_zero else None),
        ),
        Mistake(
            "phi-zero-ignored",
            "phi(0) = 0 changes everything: all h are 0, and so are all weight gradients, for ever",
            _moves(lambda phi, L, l: L - l),
        ),
        Mistake(
            "output-layer-moves",
            "with phi(0) = 0 the output layer never moves either: its gradient is delta^L times h = 0",
            _moves(lambda phi, L, l: L - l if phi.at_zero else (0 if l == L else None)),
        ),
        Mistake(
            "first-layer-moves",
            "with phi(0) = 0 the first layer never moves either: x is not 0, but delta^1 is",
            _moves(lambda phi, L, l: L - l if phi.at_zero else (0 if l == 1 else None)),
        ),
        Mistake(
            "never",
            "not never: with phi(0) not 0 the weights do move, one layer after the other",
            _moves(lambda *_: None),
        ),
        Mistake(
            "output-layer-only",
            "with phi(0) not 0 it is not only the output layer: once W^L has moved, it sends errors back",
            _moves(lambda phi, L, l: 0 if phi.at_zero and l == L else None),
        ),
        Mistake(
            "by-name",
            "it is not the name that counts: other activations have phi(0) not 0, too",
            _moves(lambda phi, L, l: L - l if phi.name == "sigmoid" else None),
        ),
        Mistake(
            "by-slope",
            "it is phi(0) that counts, not phi'(0)",
            _moves(lambda phi, L, l: L - l if phi.slope_at_zero else None),
        ),
        Mistake(
            "kinds-swapped",
            "the two kinds are swapped: phi(0) = 0 means never",
            _moves(lambda phi, L, l: None if phi.at_zero else L - l),
        ),
    ),
    _wrong_moves,
)


# 2.2


def _nets_to_permute(rng):
    cases = [([4, 4, 4, 4], [1, 2]), ([2, 5, 3], [1]), ([3, 4, 6, 2], [2, 1]), ([2, 3, 5, 4, 3], [1, 3])]
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
_wrong_layer = "rows and columns go by the wrong layer's order: rows of W^l by orders[l], its columns by orders[l - 1]"

PERMUTE = Question(
    "2.2",
    2,
    "Neurons in another order",
    permute,
    _nets_to_permute,
    (
        Mistake(
            "columns-stay",
            "the columns of the next matrix must move along: the output has changed",
            _reordered(rows=_as_given, bias=_as_given),
        ),
        Mistake(
            "rows-only",
            "only the rows of W have moved: a neuron is its bias and its outgoing column, too",
            _reordered(rows=_as_given),
        ),
        Mistake(
            "bias-stays",
            "the bias has stayed behind: it belongs to the neuron",
            _reordered(rows=_as_given, columns=_as_given),
        ),
        Mistake(
            "columns-only",
            "only the columns of the next matrix have moved: rows of W and biases belong to the neurons, too",
            _reordered(columns=_as_given),
        ),
        Mistake("biases-only", "only the biases have moved", _reordered(bias=_as_given)),
        Mistake("rows-stay", "the rows of W have stayed behind", _reordered(bias=_as_given, columns=_as_given)),
        Mistake(
            "columns-inverse",
            "the columns have moved by the inverse order: they need the same order as the rows",
            _reordered(rows=_as_given, bias=_as_given, columns=_inverse),
        ),
        Mistake(
            "inverse-throughout",
            "this is the inverse order throughout: neuron i must be the old neuron order[i]",
            _reordered(rows=_inverse, bias=_inverse, columns=_inverse),
        ),
        Mistake(
            "first-layer-only",
            "only the first layer in orders has been done: `return` must come after the loop",
            _one_of(0),
        ),
        Mistake(
            "last-layer-only",
            "only the last layer in orders has been done: begin with one copy, before the loop",
            _one_of(-1),
        ),
        Mistake(
            "second-change-only",
            "a matrix between two relabelled layers keeps only the second change: go on from new, not from params",
            _each_from_the_old,
        ),
        Mistake(
            "wrong-layers-order",
            _wrong_layer,
            _by_orders(rows=lambda l: l - 1, columns=lambda l: l),
            (_by_orders(rows=lambda l: l - 1, columns=lambda l: l, bias=lambda l: l - 1),),
        ),
        Mistake(
            "columns-by-own-order",
            "the columns of W^l go by orders[l - 1], the layer they come from: orders[l] is for its rows",
            _middle_by_its_own,
            (_by_orders(columns=lambda l: l),),
        ),
        Mistake(
            "inputs-moved",
            "the columns of W have moved: those are its inputs, the neurons are its rows",
            _reordered(inputs=_as_given, bias=_as_given, columns=_as_given),
        ),
        Mistake(
            "next-rows-moved",
            "the rows of the next matrix have moved: this layer's neurons are its columns",
            _next_rows,
        ),
        Mistake("nothing-moved", "nothing has moved", _reordered()),
    ),
    advice=(
        (
            r"^TypeError: cannot unpack|only integers, slices|unhashable",
            "orders is a dict {layer: order}: use .items()",
        ),
        (r"^KeyError: '[Wb]", "layer l has the rows of W^l, b^l and the columns of W^(l+1), for the l in orders only"),
        (r"^KeyError: \d", "orders holds only the layers that change: go through orders.items()"),
        (
            r"^IndexError: index \d+ is out of bounds",
            "the rows of W^l go by orders[l], its columns by orders[l - 1]; both lengths must fit",
        ),
    ),
)


# 2.3


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
    yield mlp.initialize([3, 4, 2], "zeros"), 1
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
_exactly = "equal means exactly: two neurons one last digit apart are different"
_sums = "equal sums are not enough: every single number must be equal"
_next_row = "the rows of the next matrix are compared: this layer's neurons are its columns"


EXCHANGEABLE = Question(
    "2.3",
    3,
    "Which neurons are the same?",
    exchangeable,
    _nets_with_twins,
    (
        Mistake("rows-only", "equal rows of W are not enough: bias and outgoing column must be equal, too", _by("row")),
        Mistake(
            "no-columns", "row and bias are not enough: the outgoing columns must be equal, too", _by("row", "bias")
        ),
        Mistake("no-bias", "the biases must be equal, too", _by("row", "column")),
        Mistake("no-rows", "the rows of W must be equal, too", _by("bias", "column")),
        Mistake("biases-only", "equal biases are not enough: row and outgoing column must be equal, too", _by("bias")),
        Mistake(
            "columns-only", "equal outgoing columns are not enough: row and bias must be equal, too", _by("column")
        ),
        Mistake(
            "inputs", "these are equal columns of W, its inputs: the neurons of the layer are its rows", _by("input")
        ),
        Mistake(
            "inputs-and-bias",
            "these are equal columns of W, with the biases: the neurons of the layer are its rows",
            _by("input", "bias"),
        ),
        Mistake(
            "next-rows-only", "these are rows of the next matrix: this layer's neurons are its columns", _by("next row")
        ),
        Mistake(
            "next-rows",
            _next_row,
            _by("row", "bias", "next row"),
            (
                _by("bias", "next row"),
                _by("row", "next row"),
            ),
        ),
        Mistake(
            "not-exact",
            _exactly,
            _by(*_neuron, change=lambda part: part.round(9)),
            (_by(*_neuron, change=lambda part: part.astype(np.float32)),),
        ),
        Mistake("sums", _sums, _by(*_neuron, change=_sum), (_sum_of_everything,)),
        Mistake(
            "order-ignored",
            "the order of the numbers counts: rows that are rearrangements of each other are different",
            _by(*_neuron, change=lambda part: np.sort(part, axis=1)),
        ),
        Mistake(
            "all-together",
            "not all neurons are the same",
            lambda params, layer: [list(range(len(params[f"b{layer}"])))],
        ),
        Mistake(
            "all-apart",
            "some neurons are the same",
            lambda params, layer: [[i] for i in range(len(params[f"b{layer}"]))],
        ),
        Mistake(
            "no-singles",
            "classes of a single neuron are missing: they count, too",
            lambda params, layer: [c for c in exchangeable(params, layer) if len(c) > 1],
        ),
    ),
    _wrong_classes,
    advice=(
        (
            r"^IndexError: index \d+ is out of bounds",
            "neuron i is row i of its own W, but column i of the next matrix, W_next[:, i]",
        ),
        (r"^IndexError: list index", "the layer has len(b) neurons: is every index below that?"),
        (r"unhashable type: '(numpy.ndarray|list)'", "a key of a dict must be a tuple: tuple(row)"),
        (r"truth value of an array", "== compares entry by entry: use np.array_equal, or tuples"),
        (r"^KeyError: '[Wb]", "a neuron of hidden layer l has its column in W^(l+1), and layer goes from 1"),
    ),
)


# 2.4


def _widths(rng):
    fixed = [([4], 0.1), ([3, 5], 0.5), ([2, 7, 3], 0.05), ([6, 6], 0.2)]
    return fixed + [(rng.integers(2, 20, size=n).tolist(), round(rng.uniform(0.01, 1), 3)) for n in (1, 2, 4)]


def _rates(weight, bias, first=(1,), last=(1,)):
    """A wrong answer from rules (n_in, n_out, lr) for weights and for biases."""

    def function(widths, lr):
        n = [*first, *widths, *last]
        pairs = list(enumerate(itertools.pairwise(n), start=1))
        return {f"W{l}": weight(*pair, lr) for l, pair in pairs} | {f"b{l}": bias(*pair, lr) for l, pair in pairs}

    return function


def _numbered_from_zero(widths, lr):
    return {f"{name[0]}{int(name[1:]) - 1}": rate for name, rate in wide_rates(widths, lr).items()}


WIDTH_ONE = Question(
    "2.4",
    2,
    "Many neurons follow one",
    wide_rates,
    _widths,
    (
        Mistake(
            "other-way-round",
            "these are the step sizes of the narrow network that follows a wide one: here it is the other way round",
            _rates(lambda i, o, lr: lr * i / o, lambda i, o, lr: lr / o),
        ),
        Mistake(
            "no-inputs",
            "the number of inputs n_(l-1) is missing for the weights: omega^l = n_(l-1) W^l moves n_(l-1) times as far",
            _rates(lambda i, o, lr: lr * o, lambda i, o, lr: lr * o),
        ),
        Mistake(
            "weights-upside-down",
            "the weights' factor is upside down: it is n_l / n_(l-1)",
            _rates(lambda i, o, lr: lr * i / o, lambda i, o, lr: lr * o),
        ),
        Mistake(
            "same-everywhere",
            "not the same lr everywhere: the step sizes change with the widths",
            _rates(*[lambda i, o, lr: lr] * 2),
        ),
        Mistake(
            "biases-like-weights",
            "the biases are treated like the weights: their value is the same in both networks, so lr * n_l",
            _rates(*[lambda i, o, lr: lr * o / i] * 2),
        ),
        Mistake(
            "biases-unscaled",
            "the biases need lr * n_l: the error of each of the n_l neurons is only a share of the one neuron's",
            _rates(lambda i, o, lr: lr * o / i, lambda i, o, lr: lr),
        ),
        Mistake(
            "biases-upside-down",
            "the biases' factor is upside down: it is n_l",
            _rates(lambda i, o, lr: lr * o / i, lambda i, o, lr: lr / o),
        ),
        Mistake(
            "no-width",
            "the factor n_l is missing: the error of each of the n_l neurons is only a share of the one neuron's",
            _rates(lambda i, o, lr: lr / i, lambda i, o, lr: lr),
        ),
        Mistake(
            "no-width-for-weights",
            "the factor n_l is missing for the weights: each neuron's error is only a share of the one neuron's",
            _rates(lambda i, o, lr: lr / i, lambda i, o, lr: lr * o),
        ),
        Mistake("no-lr", "the factor lr is missing", _rates(lambda i, o, lr: o / i, lambda i, o, lr: o)),
        Mistake(
            "square-roots",
            "no square roots here: the factors are n_l / n_(l-1) and n_l",
            _rates(lambda i, o, lr: lr * np.sqrt(o / i), lambda i, o, lr: lr * np.sqrt(o)),
        ),
        Mistake(
            "product",
            "the product n_(l-1) n_l is wrong for the weights: divide by n_(l-1)",
            _rates(lambda i, o, lr: lr * i * o, lambda i, o, lr: lr * o),
        ),
        Mistake(
            "output-forgotten",
            "n_L = 1 is forgotten: the output layer needs step sizes, too",
            _rates(lambda i, o, lr: lr * o / i, lambda i, o, lr: lr * o, last=()),
        ),
        Mistake(
            "input-forgotten",
            "n_0 = 1 is forgotten: W1 leads from n_0 = 1 to n_1, so all of these are one layer too low",
            _rates(lambda i, o, lr: lr * o / i, lambda i, o, lr: lr * o, first=()),
        ),
        Mistake("from-zero", "layers count from 1: W1, b1, ..., WL, bL", _numbered_from_zero),
    ),
    advice=(
        (
            r"^IndexError: list index|^IndexError: index \d+ is out of bounds",
            "with n_0 = n_L = 1 there are L + 1 widths: n = [1, *widths, 1]",
        ),
    ),
)


# 2.5


def _nets_to_poke(rng):
    for n, sizes, used in [(6, [5, 3, 2], [2, 4]), (4, [3, 4, 3], [0, 1]), (5, [4, 2, 2], [3])]:
        x = np.zeros((n, sizes[0]))
        x[1:, used] = rng.normal(size=(n - 1, len(used)))  # the first sample is blank everywhere
        params = mlp.initialize(sizes, "zeros")
        params["W1"] += rng.normal(size=sizes[0])
        params["b1"] += rng.normal()
        params["W2"] += rng.normal(size=(sizes[2], 1))
        params["b2"] += rng.normal(size=sizes[2])
        yield params, x


def _bad_poke(calls):
    """What is wrong with a poke; None if nothing is."""
    return next(filter(None, (_bad_poke_of(call.value, call.names, **call.args) for call in calls)), None)


def _bad_poke_of(poked, names, params, x):
    """What is wrong with one poke, by a function that mentions these names."""
    moved = [(name, *index) for name in params for index in np.argwhere(poked[name] != params[name]).tolist()]
    if not moved and "nextafter" in names:
        return "nothing has changed: did you assign the result? np.nextafter returns a number, put it into your copy"
    if not moved:
        return "nothing has changed: a number as small as 1e-17 is lost in rounding when it is added, use np.nextafter"
    if len(moved) > 1:
        names = ", ".join(sorted({entry[0] for entry in moved}))
        return f"{len(moved)} entries have changed (in {names}): exactly one entry of W1 must"
    name, *index = moved[0]
    if name != "W1":
        return f"an entry of {name} has changed: it must be one of W1"
    i, j = index
    before, after = params["W1"][i, j], poked["W1"][i, j]
    if after not in (np.nextafter(before, np.inf), np.nextafter(before, -np.inf)):
        unit = np.spacing(abs(before))
        return f"W1[{i}, {j}] has moved by {abs(after - before):.1e}: the neighbouring number is {unit:.1e} away"
    if not x[:, j].any():
        return f"input {j} is blank, 0 in every sample: W1[{i}, {j}] is never used, and the symmetry stays"
    return None


POKE = Question(
    "2.5",
    3,
    "One unit in the last place",
    poke,
    _nets_to_poke,
    compare=_bad_poke,
    advice=(
        (
            r"^IndexError: index \d+ is out of bounds",
            "W1[i, j]: i is a neuron, a row of W1, and j an input, a column of x",
        ),
    ),
)

QUESTIONS = (FIRST_MOVES, PERMUTE, EXCHANGEABLE, WIDTH_ONE, POKE)
