"""Question 3.1."""

import numpy as np

from course_utils.checks.core import Question, known


def dead_for_ever(W, b):
    """The ReLU neurons that no input h >= 0 can switch on."""
    return [i for i in range(len(b)) if (W[i] <= 0).all() and b[i] <= 0]


def _layers(rng):
    for n_out, n_in in [(6, 6), (7, 3), (5, 8), rng.integers((5, 3), (20, 20))]:
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
    yield np.array([[-1.0]]), np.zeros(1)


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


MISTAKES = known(
    "no-bias: the bias counts, too: a positive one switches the neuron on where h = 0",
    _dead(biases=np.isfinite),
    "row-sum: a row of negative sum is not enough: if only the input with the positive weight is on, z is positive",
    _dead(lambda W: W.sum(axis=1) <= 0),
    lambda W, b: np.flatnonzero(W.sum(axis=1) + b <= 0).tolist(),
    "weight-zero: a weight of exactly 0 does not switch a neuron on either: <= 0, not < 0",
    _dead(lambda W: (W < 0).all(axis=1)),
    "bias-zero: z = 0 is off, since phi'(0) = 0: a bias of exactly 0 is dead, too",
    _dead(biases=lambda b: b < 0),
    "both-zero: z = 0 is off, since phi'(0) = 0: weights and biases of exactly 0 are dead, too",
    _dead(lambda W: (W < 0).all(axis=1), lambda b: b < 0),
    "any-weight: one negative weight is not enough: all of the row must be",
    _dead(lambda W: (W <= 0).any(axis=1)),
    "first-column: only the first column is looked at: here the columns need not be equal",
    _dead(lambda W: W[:, 0] <= 0),
    "columns: these are columns, the inputs of the layer: neuron i is row i",
    lambda W, b: [j for j in range(W.shape[1]) if (W[:, j] <= 0).all() and b[j % len(b)] <= 0],
    lambda W, b: np.flatnonzero((W <= 0).all(axis=0)).tolist(),
    "bias-only: the weights count, too, not only the bias",
    _dead(lambda W: np.isfinite(W).all(axis=1)),
    "other-way-round: this is the other way round: these neurons can be switched on",
    lambda W, b: np.flatnonzero((W > 0).any(axis=1) | (b > 0)).tolist(),
    "either: either is not enough: weights and bias must both be at most 0",
    lambda W, b: np.flatnonzero((W <= 0).all(axis=1) | (b <= 0)).tolist(),
)

ADVICE = {
    r"truth value of an array": "a whole row is compared at once: take .all() of it",
    r"^IndexError": "neuron i is row i of W, of shape (n_out, n_in), and entry i of b",
    r"could not be broadcast": "neuron i is row i of W, of shape (n_out, n_in), and entry i of b: axis=1",
}

QUESTION = Question("3.1", 2, "Dead forever", dead_for_ever, _layers, MISTAKES, _wrong_indices, advice=ADVICE)
