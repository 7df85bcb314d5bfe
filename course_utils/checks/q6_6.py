"""Question 6.6."""

import math

import numpy as np

from course_utils.checks.core import Question, known
from course_utils.checks.values import close


def make_orthogonal(A, gain):
    """gain times a matrix with orthonormal rows, or columns if these are fewer, from the QR factors of A."""
    n_out, n_in = A.shape
    return gain * (np.linalg.qr(A)[0] if n_out >= n_in else np.linalg.qr(A.T)[0].T)


def _draws(rng):
    for shape in ((3, 5), (6, 2), (4, 4), (4, 4), (2, 7), (1, 3), tuple(rng.integers(5, 10, size=2))):
        yield rng.normal(size=shape), float(rng.uniform(1.2, 2))


def _wrong_matrices(calls):
    """What is wrong with matrices that should be orthogonal; None if nothing is."""
    fact = next(filter(None, (_wrong_matrix(call.value, **call.args) for call in calls)), None)
    squares = [call.value / call.args["gain"] for call in calls if call.value.shape == (4, 4)]
    if fact is None and close(np.abs(squares[0]), np.abs(squares[1]), 1e-3):
        return "the same matrix for two different A: it must be made from A"
    return fact


def _wrong_matrix(W, A, gain):
    wide = W.shape[0] <= W.shape[1]
    gram, name = (W @ W.T, "rows") if wide else (W.T @ W, "columns")
    lengths, one = np.diagonal(gram), np.eye(len(gram))
    if close(W, gain * A) or close(W, A):
        return "this is A itself: its rows are not at right angles"
    if not close(gram, np.diag(lengths)):
        what = "have the right lengths, but are" if close(lengths, gain**2 + 0 * lengths) else "are"
        largest = np.abs(gram - np.diag(lengths)).max() / lengths.max()
        return f"the {len(gram)} {name} {what} not at right angles: the cosine is up to {largest:.1g}"
    if not close(gram, gain**2 * one):
        factors = {"the gain is missing": 1, "gain, not its root": gain, "gain, not its square": gain**4}
        for words, square in factors.items():
            if close(gram, square * one, 1e-4):
                return f"values wrong: {words}: the {name} must have length gain"
        if close(gram, gram[0, 0] * one, 1e-4):
            return f"values wrong: the {name} have the length {math.sqrt(abs(gram[0, 0])) / gain:.3g} gain, not gain"
        return f"the {name} are at right angles, but their lengths are not all gain"
    span = np.linalg.qr(A.T if wide else A)[0]
    mine = (W.T if wide else W) / gain
    if not close(mine @ mine.T, span @ span.T, 1e-3):
        return f"the {name} do not span the same space as those of A: it must be made from A"
    return None


MISTAKES = known(
    "wide-not-turned: QR wants a tall matrix: decompose A.T where A is wide",
    lambda A, gain: gain * np.linalg.qr(A)[0],
    "tall-turned: QR wants a tall matrix: A.T is wide where A is tall",
    lambda A, gain: gain * np.linalg.qr(A.T)[0].T,
)

ADVICE = {
    r"LinAlgError|must be square": "A is not always square: np.linalg.qr takes any shape, best a tall one",
    r"unsupported operand|can't multiply|no attribute": "np.linalg.qr returns a pair, Q and R: only Q is wanted",
}

QUESTION = Question(
    "6.6", 2, "A matrix that changes no length", make_orthogonal, _draws, MISTAKES, _wrong_matrices, advice=ADVICE
)
