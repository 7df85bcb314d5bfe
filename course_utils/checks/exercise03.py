"""The questions of exercise 03, rows, columns, layers."""

import itertools

import numpy as np

from course_utils import diagnostics, mlp
from course_utils.activations import Activation, identity, relu, sigmoid, softplus, tanh
from course_utils.checks.core import Mistake, Question


def dead_for_ever(W, b):
    """The ReLU neurons that no input h >= 0 can switch on."""
    return [i for i in range(len(b)) if (W[i] <= 0).all() and b[i] <= 0]


def effective_rank(W):
    """exp of the entropy of the singular values, scaled to sum 1 (Roy & Vetterli 2007); 0 for a zero matrix."""
    return _entropy_rank(W)


def equal_rows_start(n_in, n, n_out):
    """A tanh network whose rows of W1 start equal, W2 of zeros and ones, and whose neurons part at the first step."""
    W2 = (np.arange(n) >> np.arange(n_out)[:, None]) % 2  # column i is the number i in binary digits
    return {"W1": np.full((n, n_in), 0.1), "b1": np.zeros(n), "W2": W2.astype(float), "b2": np.zeros(n_out)}


def ever_move(zero, activation):
    """Which weight matrices ever move, where some start at zero and the others are random."""
    return _movers(zero, activation)


def balanced_classes(params):
    """The largest balanced classes of the neurons of each hidden layer."""
    return _refined(params)


# 3.1


def _layers(rng):
    for n_out, n_in in [(6, 6), (7, 3), (5, 8)]:
        W, b = rng.normal(size=(n_out, n_in)), rng.normal(size=n_out)
        W[:3], b[:3] = -np.abs(W[:3]), [-0.3, 0.0, 0.2]
        W[0, -1] = W[1, 0] = 0.0  # a blocked input leaves the neuron as dead as a negative weight
        W[3] = -np.abs(W[3]) - 1
        W[3, 1], b[3] = 0.1, -0.5  # the sum is negative, but one input alone switches it on
        W[4], b[4] = np.abs(W[4]), -3.0
        W[4, -1] = -0.1
        W[-1], b[-1] = np.abs(W[-1]), -2.0
        order = rng.permutation(n_out)
        yield W[order], b[order]
    yield -np.abs(rng.normal(size=(4, 1))) * np.ones(3), np.array([0.0, 1.0, -1.0, 0.0])  # equal columns
    square = np.eye(4) - np.abs(rng.normal(size=(4, 4)))
    square[:, 2], square[1] = -1, -2
    yield square, np.zeros(4)


def _wrong_indices(calls):
    """What is wrong with a list of neurons; None if nothing is."""
    for value, expected in ((call.value, call.expected) for call in calls):
        if all(isinstance(i, bool) for i in value) and value:
            return "a list of indices was expected, not of True and False: np.flatnonzero turns one into the other"
        if not all(isinstance(i, int) and not isinstance(i, bool) for i in value):
            return "a list of indices was expected, whole numbers such as [0, 3]"
        if value != expected and sorted(set(value)) == expected:
            return "the neurons are right, but each must be named once, in increasing order"
        if value != expected:
            return f"values wrong: {value} for a layer where it is {expected}"
    return None


def _dead(weights=lambda W: (W <= 0).all(axis=1), biases=lambda b: b <= 0):
    """A wrong answer from a rule for the rows and one for the biases."""
    return lambda W, b: np.flatnonzero(weights(W) & biases(b)).tolist()


DEAD = Question(
    "3.1",
    2,
    "Dead for ever",
    dead_for_ever,
    _layers,
    (
        Mistake(
            "no-bias",
            "the bias counts, too: a positive one switches the neuron on where h = 0",
            _dead(biases=np.isfinite),
        ),
        Mistake(
            "row-sum",
            "a row of negative sum is not enough: if only the input with the positive weight is on, z is positive",
            _dead(lambda W: W.sum(axis=1) <= 0),
            (lambda W, b: np.flatnonzero(W.sum(axis=1) + b <= 0).tolist(),),
        ),
        Mistake(
            "weight-zero",
            "a weight of exactly 0 does not switch a neuron on either: <= 0, not < 0",
            _dead(lambda W: (W < 0).all(axis=1)),
        ),
        Mistake(
            "bias-zero",
            "z = 0 is off, since phi'(0) = 0: a bias of exactly 0 is dead, too",
            _dead(biases=lambda b: b < 0),
        ),
        Mistake(
            "both-zero",
            "z = 0 is off, since phi'(0) = 0: weights and biases of exactly 0 are dead, too",
            _dead(lambda W: (W < 0).all(axis=1), lambda b: b < 0),
        ),
        Mistake(
            "any-weight",
            "one negative weight is not enough: all of the row must be",
            _dead(lambda W: (W <= 0).any(axis=1)),
        ),
        Mistake(
            "first-column",
            "only the first column is looked at: here the columns need not be equal",
            _dead(lambda W: W[:, 0] <= 0),
        ),
        Mistake(
            "columns",
            "these are columns, the inputs of the layer: neuron i is row i",
            lambda W, b: [j for j in range(W.shape[1]) if (W[:, j] <= 0).all() and b[j % len(b)] <= 0],
            (lambda W, b: np.flatnonzero((W <= 0).all(axis=0)).tolist(),),
        ),
        Mistake("bias-only", "the weights count, too, not only the bias", _dead(lambda W: np.isfinite(W).all(axis=1))),
        Mistake(
            "other-way-round",
            "this is the other way round: these neurons can be switched on",
            lambda W, b: np.flatnonzero((W > 0).any(axis=1) | (b > 0)).tolist(),
        ),
        Mistake(
            "either",
            "either is not enough: weights and bias must both be at most 0",
            lambda W, b: np.flatnonzero((W <= 0).all(axis=1) | (b <= 0)).tolist(),
        ),
    ),
    _wrong_indices,
    advice=(
        (r"truth value of an array", "a whole row is compared at once: take .all() of it"),
        (r"^IndexError", "neuron i is row i of W, of shape (n_out, n_in), and entry i of b"),
        (r"could not be broadcast", "neuron i is row i of W, of shape (n_out, n_in), and entry i of b: axis=1"),
    ),
)


# 3.2


def _sizes(rng):
    fixed = [(5, 4, 3), (3, 6, 10), (4, 16, 5), (7, 3, 2), (4, 4, 4), (2, 31, 5)]
    return fixed + [tuple(rng.integers((2, 2, 3), (12, 8, 9)).tolist()) for _ in range(2)]


def _bad_start(calls):
    """What is wrong with a start of equal rows; None if nothing is."""
    return next(filter(None, (_bad_start_of(call.value) for call in calls)), None)


def _bad_start_of(params):
    """What is wrong with one start."""
    W1, b1, W2 = (np.asarray(params[name], dtype=float) for name in ("W1", "b1", "W2"))
    if not W1.any():
        return "W1 is zero: its rows must be equal to each other, but not zero"
    if (W1[0] != W1).any():
        if (W1[:, :1] == W1).all():
            return "the columns of W1 are equal, not its rows: row i belongs to neuron i"
        return "the rows of W1 must all be equal, that is the point: neuron i is row i"
    if b1.any():
        return "b1 must be zero: here the outgoing weights have to tell the neurons apart"
    if not np.isin(W2, (0, 1)).all():
        return "W2 must consist of zeros and ones: there are enough different columns of these"
    if not W2.any():
        return "W2 is zero: it sends no error back, its columns are equal, and all neurons are twins"
    n = W2.shape[1]
    if (columns := int(diagnostics.distinct_rows(W2.T))) < n:
        return f"W2 has only {columns} different column{'s' * (columns > 1)} for {n} neurons: the others are twins"
    seen = W2 - W2.mean(axis=0)  # what is the same for all classes, softmax cannot see
    if (columns := int(diagnostics.distinct_rows(seen.T))) < n:
        return (
            "a column of ones and a column of zeros differ by the same number for all classes, and send back the same "
            f"error: softmax sees {columns} different column{'s' * (columns > 1)} for {n} neurons"
        )
    return None


EQUAL_ROWS = Question(
    "3.2",
    2,
    "Equal rows, and free",
    equal_rows_start,
    _sizes,
    compare=_bad_start,
    advice=(
        (r"^TypeError: '?(cannot|'int')", "the sizes are whole numbers: W1 has shape (n, n_in), W2 (n_out, n)"),
        (r"could not (be )?broadcast", "column i of W2, with n_out entries, belongs to neuron i: W2[:, i]"),
    ),
)


# 3.3


def _entropy_rank(W, weigh=lambda s: s, total=np.sum, log=np.log, back=np.exp):
    """The effective rank, or a wrong one from other parts."""
    s = weigh(np.linalg.svd(W, compute_uv=False))
    if not s.any():
        return 0.0
    p = s[s > 0] / total(s)
    return float(back(-(p * log(p)).sum()))


def _matrices(rng):
    yield (rng.normal(size=(4, 6)),)
    yield (rng.normal(size=(5, 3)) * [3, 1, 0.1],)
    yield (np.outer(rng.normal(size=4), rng.normal(size=3)),)
    yield (np.diag([2.0, 1.0, 1.0, 0.0]),)
    yield (np.zeros((3, 2)),)
    yield (np.eye(3)[:, [1, 2, 0]],)
    yield (np.diag([1.0, 5e-4]),)  # small is not zero


def _nan_for_zeros(W):
    s = np.linalg.svd(W, compute_uv=False)
    p = s / s.sum()
    return np.exp(-(p * np.log(p)).sum())


def _one_for_zero_matrix(W):
    return effective_rank(W) or 1.0


def _padded(W, pad=1e-3):
    s = np.linalg.svd(W, compute_uv=False)
    p = s / (s.sum() or 1)
    return float(np.exp(-(p * np.log(p + pad)).sum())) if s.any() else 0.0


EFFECTIVE_RANK = Question(
    "3.3",
    2,
    "How many directions count?",
    effective_rank,
    _matrices,
    (
        Mistake(
            "entropy",
            "this is the entropy: the effective rank is its exponential",
            lambda W: _entropy_rank(W, back=float),
        ),
        Mistake(
            "squares",
            "p is made of the singular values themselves, not of their squares",
            lambda W: _entropy_rank(W, np.square),
        ),
        Mistake(
            "log2", "exp belongs to the natural logarithm np.log, not to log2", lambda W: _entropy_rank(W, log=np.log2)
        ),
        Mistake(
            "exp2",
            "2 ** H belongs to the logarithm with base 2, np.log2: with np.log take np.exp",
            lambda W: _entropy_rank(W, back=np.exp2),
        ),
        Mistake("log10", "exp belongs to np.log, not to log10", lambda W: _entropy_rank(W, log=np.log10)),
        Mistake(
            "no-minus",
            "the minus of the entropy is missing: this is one over the effective rank",
            lambda W: _entropy_rank(W, back=lambda h: np.exp(-h)),
        ),
        Mistake(
            "by-largest",
            "p must sum to 1: divide by the sum, not by the largest",
            lambda W: _entropy_rank(W, total=np.max),
        ),
        Mistake(
            "not-normalised",
            "p must sum to 1: divide the singular values by their sum",
            lambda W: _entropy_rank(W, total=lambda s: 1.0),
        ),
        Mistake(
            "by-length",
            "p must sum to 1: divide by the sum, not by the length sqrt(sum s^2)",
            lambda W: _entropy_rank(W, total=np.linalg.norm),
        ),
        Mistake(
            "plain-rank",
            "this is the plain rank, which a tiny change makes jump",
            lambda W: float(np.linalg.matrix_rank(W)),
        ),
        Mistake(
            "participation-ratio",
            "this is the participation ratio of the lesson, another effective rank",
            diagnostics.participation_ratio,
        ),
        Mistake(
            "stable-rank", "this is the stable rank of the lesson, another effective rank", diagnostics.stable_rank
        ),
        Mistake(
            "nan-for-zeros", "a singular value of 0 counts nothing: leave it out, or 0 log 0 gives nan", _nan_for_zeros
        ),
        Mistake(
            "small-left-out",
            "small is not zero: leave out singular values of 0 only",
            lambda W: _entropy_rank(W, lambda s: s * (s > 1e-3)),
        ),
        Mistake("one-for-zero-matrix", "a zero matrix has no direction at all: return 0 for it", _one_for_zero_matrix),
        Mistake(
            "added-little",
            "a number added inside the logarithm changes the result: leave singular values of 0 out instead",
            lambda W: _padded(W, 1e-6),
        ),
        Mistake(
            "added-more",
            "a number added inside the logarithm changes the result: leave the singular values of 0 out instead",
            _padded,
        ),
    ),
    advice=(
        (
            r"must be square",
            "singular values, np.linalg.svd(W, compute_uv=False), not eigenvalues: W need not be square",
        ),
        (
            r"inhomogeneous|unpack|tuple|SVDResult|broadcast together",
            "np.linalg.svd returns three things: with compute_uv=False only the singular values",
        ),
    ),
)


# 3.4

# Not in the course: an answer must go by phi(0) and phi'(0), not by the activation's name.
_shifted = Activation("shifted softplus", lambda z: softplus(z) + 1, sigmoid)
_squared_relu = Activation("squared_relu", lambda z: np.maximum(z, 0) ** 2, lambda z: 2 * np.maximum(z, 0))

_PATTERNS = [
    (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0, 0), (0, 1, 0, 1), (1, 0, 1, 0, 0), (0, 1, 1, 0),
    (1, 1, 1), (0, 1, 0, 0, 0), (0, 0, 1, 1), (1, 0, 0, 1, 0),
]  # fmt: skip


def _starts(rng):
    for activation in (tanh, relu, sigmoid, identity, _shifted, _squared_relu):
        for pattern in (*_PATTERNS, *(rng.random((2, 5)) < 0.3)):
            yield [bool(z) for z in pattern], activation


def _movers(zero, activation, *, wakes=None, passes=None, above=max, last_is_free=True):
    """Which matrices move; the keywords make wrong answers of it."""
    L, zeros = len(zero), [l for l, z in enumerate(zero) if z]
    wakes = bool(activation.at_zero) if wakes is None else wakes
    passes = bool(activation.slope_at_zero) if passes is None else passes
    if wakes or not zeros:
        return [True] * L
    if (passes and len(zeros) == 1) or (last_is_free and zeros == [L - 1]):
        return [True] * L
    return [passes and l > above(zeros) for l in range(L)]


def _if_two(rule):
    """A wrong answer that goes by its own rule from two zero matrices on, where phi(0) = 0 and phi'(0) is not."""

    def function(zero, activation):
        if activation.at_zero == 0 and activation.slope_at_zero and sum(zero) > 1:
            return [bool(rule(zero, l)) for l in range(len(zero))]
        return _movers(zero, activation)

    return function


def _wrong_movers(calls):
    """Which matrices are wrong; None if none are."""
    for (zero, activation), value, expected in ((call.args.values(), call.value, call.expected) for call in calls):
        where = f"for {activation.name} and zero = {zero}"
        if len(value) != len(expected):
            return f"the list needs one entry for each matrix: {where} it has {len(value)}"
        if not all(v is True or v is False or (isinstance(v, int) and v in (0, 1)) for v in value):
            return "each entry must be True, it moves, or False, it never does"
        wrong = [f"W{l}" for l, (a, b) in enumerate(zip(value, expected, strict=True), start=1) if a != b]
        if wrong:
            return f"values wrong: {where}, look again at {', '.join(wrong)}"
    return None


MOVERS = Question(
    "3.4",
    3,
    "Which matrices ever move?",
    ever_move,
    _starts,
    (
        Mistake(
            "nothing-above",
            "above the highest zero matrix something moves if phi'(0) is not 0: biases, then weights, learn constants",
            _if_two(lambda zero, l: False),
        ),
        Mistake(
            "above-lowest",
            "between two zero matrices nothing moves: above the *highest* zero, not above the lowest",
            lambda zero, phi: _movers(zero, phi, above=min),
        ),
        Mistake(
            "highest-stays",
            "the highest zero matrix does not move either: the h that it is fed with is 0",
            _if_two(lambda zero, l: l >= len(zero) - 1 - zero[::-1].index(True)),
        ),
        Mistake(
            "below-lowest",
            "it is not below the lowest zero that something moves: no error arrives there",
            _if_two(lambda zero, l: l < zero.index(True)),
        ),
        Mistake(
            "random-moves",
            "random is not enough: below a second zero matrix no error arrives",
            _if_two(lambda zero, l: not zero[l]),
        ),
        Mistake(
            "two-harmless",
            "two zero matrices are not harmless: each waits for the other",
            _if_two(lambda zero, l: True),
        ),
        Mistake(
            "output-only",
            "with two zero matrices not only the output layer moves",
            _if_two(lambda zero, l: l == len(zero) - 1),
        ),
        Mistake(
            "relu-ignored",
            "phi'(0) counts: for ReLU, 0 at z = 0, no error passes units above a zero matrix",
            lambda zero, phi: _movers(zero, phi, passes=True),
        ),
        Mistake(
            "last-zero-stuck",
            "if only the last matrix is zero, the hidden units are alive: it moves, and all others after it",
            lambda zero, phi: _movers(zero, phi, last_is_free=False),
        ),
        Mistake(
            "wakes-ignored",
            "with phi(0) not 0 no zero matrix stops anything: h and then the errors wake up",
            lambda zero, phi: _movers(zero, phi, wakes=False),
        ),
        Mistake(
            "by-name",
            "it is not the name that counts: other activations have phi(0) not 0, or phi'(0) = 0",
            lambda zero, phi: _movers(zero, phi, wakes=phi.name == "sigmoid", passes=phi.name != "relu"),
        ),
        Mistake(
            "slope-by-name",
            "it is not the name that counts: other activations have phi'(0) = 0, too",
            lambda zero, phi: _movers(zero, phi, passes=phi.name != "relu"),
        ),
        Mistake(
            "wakes-by-name",
            "it is not the name that counts: other activations have phi(0) not 0, too",
            lambda zero, phi: _movers(zero, phi, wakes=phi.name == "sigmoid"),
        ),
        Mistake(
            "complement",
            "the other way round: these are the matrices that stay",
            lambda zero, phi: [not m for m in _movers(zero, phi)],
        ),
        Mistake(
            "zero-is-stuck",
            "a zero matrix is not stuck as such: alone it has a gradient, h from below times an error from above",
            lambda zero, phi: [not z for z in zero],
        ),
        Mistake(
            "all-move",
            "not all move: two zero matrices stop each other if phi(0) = 0",
            lambda zero, phi: [True] * len(zero),
        ),
        Mistake(
            "single-stops",
            "a single zero matrix stops nothing if phi'(0) is not 0",
            lambda zero, phi: [phi.at_zero != 0 or not any(zero)] * len(zero),
        ),
    ),
    _wrong_movers,
    advice=((r"^IndexError", "zero has L entries, for W^1, ..., W^L: zero[l - 1] says whether W^l is zero"),),
)


# 3.5


def _partition(keys, before):
    """New labels 0, 1, ..., by the order of first appearance of (old label, key)."""
    seen = {}
    return [seen.setdefault((label, *np.ravel(key)), len(seen)) for label, key in zip(before, keys, strict=True)]


def _refined(params, *, bias=True, below=True, above=True, most=99, inputs_alone=True, outputs_alone=True, by="class"):
    """The coarsest balanced classes; the keywords make wrong answers of it."""
    L = mlp.depth(params)
    sizes = [params["W1"].shape[1], *(len(params[f"b{l}"]) for l in range(1, L + 1))]
    labels = [[0] * n for n in sizes]
    labels[0] = list(range(sizes[0])) if inputs_alone else labels[0]
    labels[L] = list(range(sizes[L])) if outputs_alone else labels[L]

    def totals(W, label):
        if by == "weight":
            return W
        if by == "layer":
            return W.sum(axis=1, keepdims=True)
        return W @ np.eye(max(label) + 1)[label]

    for _ in range(most):
        before = [list(label) for label in labels]
        for l in range(1, L):
            keys = np.hstack(
                [
                    params[f"b{l}"][:, None] * bias,
                    totals(params[f"W{l}"], before[l - 1]) * below,
                    totals(params[f"W{l + 1}"].T, before[l + 1]) * above,
                ]
            )
            labels[l] = _partition(keys, before[l])
        if labels == before:
            break
    return [_as_classes(label) for label in labels[1:L]]


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


def _each_alone(params):
    return [[[i] for i in range(len(params[f"b{l}"]))] for l in range(1, mlp.depth(params))]


def _all_together(params):
    return [[list(range(len(params[f"b{l}"])))] for l in range(1, mlp.depth(params))]


def _but(**change):
    return lambda params: _refined(params, **change)


SORTING = Question(
    "3.5",
    3,
    "Who moves together?",
    balanced_classes,
    _nets_to_sort,
    (
        Mistake(
            "single-weights",
            "single weights are compared: equal totals to and from each class are enough, the weights may differ",
            _but(by="weight"),
        ),
        Mistake(
            "one-round",
            "one round is not enough: neurons that part may part those above and below, go on until nothing changes",
            _but(most=1),
        ),
        Mistake(
            "two-rounds",
            "two rounds are not enough: go on until a round changes nothing",
            _but(most=2),
        ),
        Mistake(
            "not-above",
            "what neurons send to the layer above counts, too: different errors come back",
            _but(above=False),
        ),
        Mistake("not-below", "what neurons get from the layer below counts, too", _but(below=False)),
        Mistake("no-bias", "neurons of a class must have equal biases, too", _but(bias=False)),
        Mistake(
            "bias-only",
            "only the biases are compared: the totals to and from the classes count, too",
            _but(above=False, below=False),
        ),
        Mistake(
            "inputs-together",
            "each input is a class of its own: rows of W1 must agree entry by entry",
            _but(inputs_alone=False),
        ),
        Mistake(
            "outputs-together",
            "each output is a class of its own: columns of W^L must agree entry by entry",
            _but(outputs_alone=False),
        ),
        Mistake(
            "ends-together",
            "inputs and outputs are classes of their own, each of them",
            _but(inputs_alone=False, outputs_alone=False),
        ),
        Mistake(
            "whole-layers",
            "totals over a whole layer are compared: take one total for each class, and again when classes split",
            _but(by="layer"),
        ),
        Mistake(
            "each-alone",
            "not every neuron is alone: begin with all of a layer in one class, and split only where you must",
            _each_alone,
        ),
        Mistake("all-together", "some neurons must part: split a class where biases or totals differ", _all_together),
    ),
    _wrong_sorting,
    advice=(
        (r"unhashable type: '(numpy.ndarray|list)'", "a key of a dict must be a tuple: tuple(totals)"),
        (r"truth value of an array", "== compares entry by entry: use np.array_equal, or tuples"),
        (r"^KeyError: '[Wb]", "there are W1, b1, ..., WL, bL: layer l sends its h through W^(l+1)"),
        (
            r"matmul|broadcast|concatenation",
            "W^l has shape (n_l, n_(l-1)): what neurons send up stands in the columns of W^(l+1)",
        ),
    ),
)

QUESTIONS = (DEAD, EQUAL_ROWS, EFFECTIVE_RANK, MOVERS, SORTING)
