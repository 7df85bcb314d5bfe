"""Answers to 5.4, the linear share on new samples."""

import numpy as np


def fitted(x, z, x_new):
    columns = np.column_stack([np.ones(len(x)), x])
    return np.column_stack([np.ones(len(x_new)), x_new]) @ (np.linalg.pinv(columns) @ z)


def total(z):
    return ((z - z.mean(axis=0)) ** 2).sum()


def no_constant(x, z, x_new, z_new):
    return 1 - ((z_new - x_new @ np.linalg.lstsq(x, z)[0]) ** 2).sum() / total(z_new)


def fitted_to_new(x, z, x_new, z_new):
    return 1 - ((z_new - fitted(x_new, z_new, x_new)) ** 2).sum() / total(z_new)


def judged_by_old(x, z, x_new, z_new):
    return 1 - ((z - fitted(x, z, x)) ** 2).sum() / total(z)


def left_over(x, z, x_new, z_new):
    return ((z_new - fitted(x, z, x_new)) ** 2).sum() / total(z_new)


def old_mean(x, z, x_new, z_new):
    return 1 - ((z_new - fitted(x, z, x_new)) ** 2).sum() / ((z_new - z.mean(axis=0)) ** 2).sum()


def no_mean(x, z, x_new, z_new):
    return 1 - ((z_new - fitted(x, z, x_new)) ** 2).sum() / (z_new**2).sum()


def one_mean(x, z, x_new, z_new):
    return 1 - ((z_new - fitted(x, z, x_new)) ** 2).sum() / ((z_new - z_new.mean()) ** 2).sum()


def variance_of_residual(x, z, x_new, z_new):
    return 1 - np.var(z_new - fitted(x, z, x_new), axis=0).sum() / np.var(z_new, axis=0).sum()


def size_of_the_map(x, z, x_new, z_new):
    return total(fitted(x, z, x_new)) / total(z_new)


def mean_of_shares(x, z, x_new, z_new):
    left = z_new - fitted(x, z, x_new)
    return np.mean([1 - (left[:, k] ** 2).sum() / total(z_new[:, [k]]) for k in range(z.shape[1])])


def one_for_each_output(x, z, x_new, z_new):
    left = z_new - fitted(x, z, x_new)
    return 1 - (left**2).sum(axis=0) / ((z_new - z_new.mean(axis=0)) ** 2).sum(axis=0)


def norms(x, z, x_new, z_new):
    return 1 - np.linalg.norm(z_new - fitted(x, z, x_new)) / np.linalg.norm(z_new - z_new.mean(axis=0))


def correlation(x, z, x_new, z_new):
    return np.corrcoef(fitted(x, z, x_new).ravel(), z_new.ravel())[0, 1] ** 2


def never_negative(x, z, x_new, z_new):
    return max(pseudo_inverse(x, z, x_new, z_new), 0)


WRONG = {
    "no constant": (no_constant, "no constant in the map"),
    "fitted to the new": (fitted_to_new, "fitted to the new samples"),
    "judged by the old": (judged_by_old, "the samples it was fitted to"),
    "left over": (left_over, "subtract it from 1"),
    "mean of the old": (old_mean, "compared with the mean of z"),
    "no mean": (no_mean, "compared with 0"),
    "one mean": (one_mean, "one mean for all outputs"),
    "variance of the residual": (variance_of_residual, "its variance is not enough"),
    "size of the map": (size_of_the_map, "how large the linear map is"),
    "mean of shares": (mean_of_shares, "the mean of the outputs' shares"),
    "one for each output": (one_for_each_output, "wrong shape"),
    "norms": (norms, "a root too many"),
    "never negative": (never_negative, "it may be negative"),
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
