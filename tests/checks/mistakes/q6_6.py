"""Answers to 6.6, a matrix that changes no length."""

import numpy as np


def qr(A, gain):
    if A.shape[0] < A.shape[1]:
        return qr(A.T, gain).T
    return gain * np.linalg.qr(A)[0]


def complete(A, gain):
    return gain * np.linalg.qr(A, mode="complete")[0]


def no_gain(A, gain):
    return qr(A, 1.0)


def gain_squared(A, gain):
    return qr(A, gain**2)


def root_of_gain(A, gain):
    return qr(A, np.sqrt(gain))


def twice(A, gain):
    return qr(A, 2 * gain)


def as_given(A, gain):
    return gain * A


def variance_right(A, gain):
    return gain * A / np.sqrt(A.shape[1])


def unit_rows(A, gain):
    return gain * A / np.linalg.norm(A, axis=1, keepdims=True)


def unit_columns(A, gain):
    return gain * A / np.linalg.norm(A, axis=0)


def identity(A, gain):
    return gain * np.eye(*A.shape)


def own_draw(A, gain):
    return qr(np.random.default_rng(5).normal(size=A.shape), gain)


def triangle(A, gain):
    return gain * np.linalg.qr(A if A.shape[0] >= A.shape[1] else A.T)[1]


def reshaped(A, gain):
    """Of the wrong orthonormal columns: reshape is not the transpose."""
    tall = A if A.shape[0] >= A.shape[1] else A.T
    return gain * np.linalg.qr(tall)[0].reshape(A.shape)


def both_factors(A, gain):
    Q, R = np.linalg.qr(A)
    return gain * Q @ R


def the_pair(A, gain):
    return np.linalg.qr(A)


def eigenvectors(A, gain):
    return gain * np.linalg.eigh(A)[1]


def unequal(A, gain):
    """At right angles, of unequal lengths: the singular vectors times the singular values."""
    U, s, V = np.linalg.svd(A, full_matrices=False)
    return gain * (s[:, None] * V if A.shape[0] <= A.shape[1] else U * s)


WRONG = {
    "complete QR": (complete, "wrong shape: got (3, 3), expected (3, 5)"),
    "no gain": (no_gain, "the gain is missing"),
    "gain squared": (gain_squared, "gain, not its square"),
    "root of the gain": (root_of_gain, "gain, not its root"),
    "twice": (twice, "length 2 gain, not gain"),
    "A": (as_given, "this is A itself"),
    "right variance": (variance_right, "are not at right angles"),
    "unit rows": (unit_rows, "have the right lengths, but are not at right angles"),
    "unit columns": (unit_columns, "not at right angles"),
    "identity": (identity, "do not span the same space as those of A"),
    "not from A": (own_draw, "do not span the same space as those of A"),
    "R": (triangle, "wrong shape"),
    "reshaped": (reshaped, "not at right angles"),
    "Q R": (both_factors, "this is A itself"),
    "the pair": (the_pair, "an array of numbers was expected"),
    "eigenvectors": (eigenvectors, "A is not always square"),
    "unequal lengths": (unequal, "lengths are not all gain"),
}


def gram_schmidt(A, gain):
    """Row by row, or column by column, what is left at right angles to those before; twice, against rounding."""
    wide = A.shape[0] <= A.shape[1]
    done = []
    for v in A if wide else A.T:
        for _ in range(2):
            for u in done:
                v = v - (u @ v) * u
        done.append(v / np.linalg.norm(v))
    return (gain * np.array(done) if wide else gain * np.array(done).T).tolist()


def polar(A, gain):
    U, _, V = np.linalg.svd(A, full_matrices=False)
    return gain * U @ V


def single(A, gain):
    return qr(A.astype(np.float32), np.float32(gain))


RIGHT = {"QR": qr, "Gram and Schmidt, a list": gram_schmidt, "singular vectors": polar, "float32": single}
