"""Answers to 5.4, the linear share on new samples."""

import numpy as np


def fitted(x, z, x_new):
    columns = np.column_stack([np.ones(len(x)), x])
    return np.column_stack([np.ones(len(x_new)), x_new]) @ (np.linalg.pinv(columns) @ z)


def total(z):
    return ((z - z.mean(axis=0)) ** 2).sum()


def one_for_each_output(x, z, x_new, z_new):
    left = z_new - fitted(x, z, x_new)
    return 1 - (left**2).sum(axis=0) / ((z_new - z_new.mean(axis=0)) ** 2).sum(axis=0)


def correlation(x, z, x_new, z_new):
    return np.corrcoef(fitted(x, z, x_new).ravel(), z_new.ravel())[0, 1] ** 2


WRONG = {
    "one for each output": (one_for_each_output, "wrong shape"),
    "correlation": (correlation, "which is too large"),
}


def pseudo_inverse(x, z, x_new, z_new):
    return 1 - ((z_new - fitted(x, z, x_new)) ** 2).sum() / total(z_new)


def normal_equations(x, z, x_new, z_new):
    """Centred inputs and outputs make the constant."""
    mx, mz = x.mean(axis=0), z.mean(axis=0)
    A = np.linalg.solve((x - mx).T @ (x - mx), (x - mx).T @ (z - mz))
    left = z_new - (mz + (x_new - mx) @ A)
    return 1 - np.linalg.norm(left) ** 2 / np.linalg.norm(z_new - z_new.mean(axis=0)) ** 2


def output_by_output(x, z, x_new, z_new):
    left = spread = 0.0
    for k in range(z.shape[1]):
        guess = fitted(x, z[:, k], x_new)
        left += sum((a - b) ** 2 for a, b in zip(z_new[:, k], guess, strict=True))
        spread += len(z_new) * np.var(z_new[:, k])
    return np.float32(1 - left / spread)


RIGHT = {
    "pseudo-inverse": pseudo_inverse,
    "normal equations": normal_equations,
    "output by output, float32": output_by_output,
}
