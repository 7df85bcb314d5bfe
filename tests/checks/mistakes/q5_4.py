"""Answers to 5.4, the linear share on new samples."""

import numpy as np


def fitted(x, z, x_new):
    columns = np.column_stack([np.ones(len(x)), x])
    return np.column_stack([np.ones(len(x_new)), x_new]) @ (np.linalg.pinv(columns) @ z)


def total(z):
    return ((z - z.mean(axis=0)) ** 2).sum()


def normal_equations(x, z, x_new, z_new):
    """Centred inputs and outputs make the constant."""
    mx, mz = x.mean(axis=0), z.mean(axis=0)
    A = np.linalg.solve((x - mx).T @ (x - mx), (x - mx).T @ (z - mz))
    left = z_new - (mz + (x_new - mx) @ A)
    return 1 - np.linalg.norm(left) ** 2 / np.linalg.norm(z_new - z_new.mean(axis=0)) ** 2


WRONG = {
    "correlation": (
        lambda x, z, x_new, z_new: np.corrcoef(fitted(x, z, x_new).ravel(), z_new.ravel())[0, 1] ** 2,
        "which is too large",
    ),
}

RIGHT = {
    "pseudo-inverse": lambda x, z, x_new, z_new: 1 - ((z_new - fitted(x, z, x_new)) ** 2).sum() / total(z_new),
    "normal equations": normal_equations,
}
