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


def rows_random(n_in, n, n_out):
    return start(n_in, n, n_out, W1=np.random.default_rng(1).normal(size=(n, n_in)))


def equal_columns(n_in, n, n_out):
    return start(n_in, n, n_out, W1=np.random.default_rng(1).normal(size=(n, 1)) * np.ones(n_in))


def transposed(n_in, n, n_out):
    return start(n_in, n, n_out, W1=np.ones((n_in, n)))


def all_constant(n_in, n, n_out):
    return start(n_in, n, n_out, W2=np.ones((n_out, n)))


def zero_output(n_in, n, n_out):
    return start(n_in, n, n_out, W2=np.zeros((n_out, n)))


def zero_rows(n_in, n, n_out):
    return start(n_in, n, n_out, W1=np.zeros((n, n_in)))


def as_in_the_lesson(n_in, n, n_out):
    return start(n_in, n, n_out, W2=np.random.default_rng(1).normal(size=(n_out, n)))


def random_ones(n_in, n, n_out):
    return start(n_in, n, n_out, W2=np.random.default_rng(1).integers(2, size=(n_out, n)))


def eye(n_in, n, n_out):
    """Its columns beyond n_out are zero."""
    return start(n_in, n, n_out, W2=np.eye(n_out, n))


def triangle(n_in, n, n_out):
    return start(n_in, n, n_out, W2=np.triu(np.ones((n_out, n))))


def from_both_ends(n_in, n, n_out):
    """Zeros first, ones last."""
    columns = np.array(list(itertools.product([0, 1], repeat=n_out)))
    return start(n_in, n, n_out, W2=columns[[0, *range(2**n_out - n + 1, 2**n_out)]].T)


def equal_columns_above(n_in, n, n_out):
    return start(n_in, n, n_out, W2=np.eye(n_out)[:, :1] * np.ones(n))


def one_free(n_in, n, n_out):
    W2 = np.ones((n_out, n))
    W2[0, 0] = 0
    return start(n_in, n, n_out, W2=W2)


def random_biases(n_in, n, n_out):
    return start(n_in, n, n_out, b1=np.random.default_rng(1).normal(size=n))


def no_output_bias(n_in, n, n_out):
    params = start(n_in, n, n_out)
    del params["b2"]
    return params


def digits_along_rows(n_in, n, n_out):
    W2 = np.zeros((n_out, n))
    for i in range(n):
        W2[i % n_out] = [i >> k & 1 for k in range(n_out)]
    return start(n_in, n, n_out, W2=W2)


def one_row(n_in, n, n_out):
    return start(n_in, n, n_out, W1=np.ones(n_in))


WRONG = {
    "random rows": (rows_random, "rows of W1 must all be equal"),
    "equal columns": (equal_columns, "columns of W1 are equal, not its rows"),
    "W1 transposed": (transposed, "wrong shape"),
    "all constant": (all_constant, "only 1 different column for"),
    "W2 zero": (zero_output, "W2 is zero"),
    "W1 zero": (zero_rows, "W1 is zero"),
    "random numbers": (as_in_the_lesson, "must consist of zeros and ones"),
    "random zeros and ones": (random_ones, "different columns for"),
    "the unit matrix": (eye, "different columns for"),
    "a triangle": (triangle, "different columns for"),
    "zeros and ones": (from_both_ends, "a column of ones and a column of zeros"),
    "equal columns of W2": (equal_columns_above, "only 1 different column for"),
    "one column of its own": (one_free, "only 2 different columns for"),
    "random biases": (random_biases, "b1 must be zero"),
    "no b2": (no_output_bias, "the dict has no 'b2'"),
    "digits along the rows": (digits_along_rows, "W2[:, i]"),
    "one row only": (one_row, "wrong shape"),
}


def by_product(n_in, n, n_out):
    """All columns of zeros and ones but the zeros."""
    columns = list(itertools.islice(itertools.product([0, 1], repeat=n_out), 1, n + 1))
    return start(n_in, n, n_out, W2=np.transpose(columns))


def as_texts(n_in, n, n_out):
    columns = [[int(digit) for digit in f"{i:0{n_out}b}"] for i in range(n)]
    W2 = [list(row) for row in zip(*columns, strict=True)]
    return {"W1": [[1] * n_in] * n, "b1": [0] * n, "W2": W2, "b2": [0.5] * n_out}


def single_precision(n_in, n, n_out):
    return {name: p.astype(np.float32) for name, p in start(n_in, n, n_out).items()}


RIGHT = {"itertools": by_product, "lists": as_texts, "float32": single_precision}
