"""Answers to 3.2, equal rows, and free."""

import itertools

import numpy as np


def digits(n, n_out):
    """The numbers 0, ..., n - 1, in binary digits, as columns."""
    return np.array([[float(i >> k & 1) for i in range(n)] for k in range(n_out)])


def start(n_in, n, n_out, **parts):
    """A right answer, with some parts replaced."""
    params = {"W1": np.ones((n, 1)) * np.random.default_rng(0).normal(size=n_in), "b1": np.zeros(n)}
    return params | {"W2": digits(n, n_out), "b2": np.zeros(n_out)} | parts


def from_both_ends(n_in, n, n_out):
    """Zeros first, ones last."""
    columns = np.array(list(itertools.product([0, 1], repeat=n_out)))
    return start(n_in, n, n_out, W2=columns[[0, *range(2**n_out - n + 1, 2**n_out)]].T)


def one_free(n_in, n, n_out):
    W2 = np.ones((n_out, n))
    W2[0, 0] = 0
    return start(n_in, n, n_out, W2=W2)


def digits_along_rows(n_in, n, n_out):
    W2 = np.zeros((n_out, n))
    for i in range(n):
        W2[i % n_out] = [i >> k & 1 for k in range(n_out)]
    return start(n_in, n, n_out, W2=W2)


def by_product(n_in, n, n_out):
    """All columns of zeros and ones but the zeros."""
    columns = list(itertools.islice(itertools.product([0, 1], repeat=n_out), 1, n + 1))
    return start(n_in, n, n_out, W2=np.transpose(columns))


def as_texts(n_in, n, n_out):
    columns = [[int(digit) for digit in f"{i:0{n_out}b}"] for i in range(n)]
    W2 = [list(row) for row in zip(*columns, strict=True)]
    return {"W1": [[1] * n_in] * n, "b1": [0] * n, "W2": W2, "b2": [0.5] * n_out}


WRONG = {
    "random rows": (
        lambda n_in, n, n_out: start(n_in, n, n_out, W1=np.random.default_rng(1).normal(size=(n, n_in))),
        "rows of W1 must all be equal",
    ),
    "equal columns": (
        lambda n_in, n, n_out: start(n_in, n, n_out, W1=np.random.default_rng(1).normal(size=(n, 1)) * np.ones(n_in)),
        "columns of W1 are equal, not its rows",
    ),
    "all constant": (
        lambda n_in, n, n_out: start(n_in, n, n_out, W2=np.ones((n_out, n))),
        "only 1 different column for",
    ),
    "W2 zero": (lambda n_in, n, n_out: start(n_in, n, n_out, W2=np.zeros((n_out, n))), "W2 is zero"),
    "W1 zero": (lambda n_in, n, n_out: start(n_in, n, n_out, W1=np.zeros((n, n_in))), "W1 is zero"),
    "random numbers": (
        lambda n_in, n, n_out: start(n_in, n, n_out, W2=np.random.default_rng(1).normal(size=(n_out, n))),
        "must consist of zeros and ones",
    ),
    "random zeros and ones": (
        lambda n_in, n, n_out: start(n_in, n, n_out, W2=np.random.default_rng(1).integers(2, size=(n_out, n))),
        "different columns for",
    ),
    "the unit matrix": (lambda n_in, n, n_out: start(n_in, n, n_out, W2=np.eye(n_out, n)), "different columns for"),
    "a triangle": (
        lambda n_in, n, n_out: start(n_in, n, n_out, W2=np.triu(np.ones((n_out, n)))),
        "different columns for",
    ),
    "zeros and ones": (from_both_ends, "a column of ones and a column of zeros"),
    "equal columns of W2": (
        lambda n_in, n, n_out: start(n_in, n, n_out, W2=np.eye(n_out)[:, :1] * np.ones(n)),
        "only 1 different column for",
    ),
    "one column of its own": (one_free, "only 2 different columns for"),
    "random biases": (
        lambda n_in, n, n_out: start(n_in, n, n_out, b1=np.random.default_rng(1).normal(size=n)),
        "b1 must be zero",
    ),
    "digits along the rows": (digits_along_rows, "W2[:, i]"),
}

RIGHT = {
    "itertools": by_product,
    "lists": as_texts,
    "float32": lambda n_in, n, n_out: {name: p.astype(np.float32) for name, p in start(n_in, n, n_out).items()},
}
