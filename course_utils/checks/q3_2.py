"""Question 3.2."""

import numpy as np

from course_utils import diagnostics
from course_utils.checks.core import Question


def equal_rows_start(n_in, n, n_out):
    """A tanh network whose rows of W1 start equal, W2 of zeros and ones, and whose neurons part at the first step."""
    W2 = (np.arange(n) >> np.arange(n_out)[:, None]) % 2  # column i is the number i in binary digits
    return {"W1": np.full((n, n_in), 0.1), "b1": np.zeros(n), "W2": W2.astype(float), "b2": np.zeros(n_out)}


def _sizes(rng):
    fixed = [(5, 4, 3), (3, 6, 10), (4, 16, 5), (7, 3, 2), (4, 4, 4), (2, 31, 5), (1, 3, 2)]
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


ADVICE = {
    r"^TypeError: '?(cannot|'int')": "the sizes are whole numbers: W1 has shape (n, n_in), W2 (n_out, n)",
    r"could not (be )?broadcast": "column i of W2, with n_out entries, belongs to neuron i: W2[:, i]",
}

QUESTION = Question("3.2", 2, "Equal rows, and free", equal_rows_start, _sizes, compare=_bad_start, advice=ADVICE)
