"""Answers to 6.6, a matrix that changes no length."""

import numpy as np


def qr(A, gain):
    if A.shape[0] < A.shape[1]:
        return qr(A.T, gain).T
    return gain * np.linalg.qr(A)[0]


def reshaped(A, gain):
    """Of the wrong orthonormal columns: reshape is not the transpose."""
    tall = A if A.shape[0] >= A.shape[1] else A.T
    return gain * np.linalg.qr(tall)[0].reshape(A.shape)


def both_factors(A, gain):
    Q, R = np.linalg.qr(A)
    return gain * Q @ R


def unequal(A, gain):
    """At right angles, of unequal lengths: the singular vectors times the singular values."""
    U, s, V = np.linalg.svd(A, full_matrices=False)
    return gain * (s[:, None] * V if A.shape[0] <= A.shape[1] else U * s)


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


WRONG = {
    "no gain": (lambda A, gain: qr(A, 1.0), "the gain is missing"),
    "gain squared": (lambda A, gain: qr(A, gain**2), "gain, not its square"),
    "root of the gain": (lambda A, gain: qr(A, np.sqrt(gain)), "gain, not its root"),
    "twice": (lambda A, gain: qr(A, 2 * gain), "length 2 gain, not gain"),
    "A": (lambda A, gain: gain * A, "this is A itself"),
    "right variance": (lambda A, gain: gain * A / np.sqrt(A.shape[1]), "are not at right angles"),
    "unit rows": (
        lambda A, gain: gain * A / np.linalg.norm(A, axis=1, keepdims=True),
        "have the right lengths, but are not at right angles",
    ),
    "unit columns": (lambda A, gain: gain * A / np.linalg.norm(A, axis=0), "not at right angles"),
    "identity": (lambda A, gain: gain * np.eye(*A.shape), "do not span the same space as those of A"),
    "not from A": (
        lambda A, gain: qr(np.random.default_rng(5).normal(size=A.shape), gain),
        "do not span the same space as those of A",
    ),
    "reshaped": (reshaped, "not at right angles"),
    "Q R": (both_factors, "this is A itself"),
    "eigenvectors": (lambda A, gain: gain * np.linalg.eigh(A)[1], "A is not always square"),
    "unequal lengths": (unequal, "lengths are not all gain"),
}

RIGHT = {
    "Gram and Schmidt, a list": gram_schmidt,
    "singular vectors": polar,
}
