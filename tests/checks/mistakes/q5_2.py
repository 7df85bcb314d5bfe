"""Answers to 5.2, normalised by the training set."""

import numpy as np


def own_statistics(x_train, x_new):
    std = x_new.std(axis=0)
    return (x_new - x_new.mean(axis=0)) / np.where(std == 0, 1, std)


def together(x_train, x_new):
    both = np.concatenate([x_train, x_new])
    return (x_new - both.mean(axis=0)) / both.std(axis=0)


def own_mean(x_train, x_new):
    std = x_train.std(axis=0)
    std[std < 1e-12] = 1
    return (x_new - x_new.mean(0)) / std


def one_scale(x_train, x_new):
    centred = x_train - x_train.mean(axis=0)
    return (x_new - x_train.mean(axis=0)) / np.sqrt(np.mean(centred**2))


def one_std(x_train, x_new):
    return (x_new - x_train.mean(axis=0)) / x_train.std()


def one_mean_one_scale(x_train, x_new):
    return (x_new - np.mean(x_train)) / np.std(x_train)


def by_variance(x_train, x_new):
    c = ((x_train - x_train.mean(axis=0)) ** 2).mean(axis=0)
    return (x_new - x_train.mean(axis=0)) / np.where(c > 1e-20, c, 1)


def unbiased(x_train, x_new):
    std = np.std(x_train, axis=0, ddof=1)
    return (x_new - x_train.mean(axis=0)) / np.where(std > 1e-9, std, 1)


def not_centred(x_train, x_new):
    std = x_train.std(axis=0)
    return x_new / np.where(std > 1e-9, std, 1)


def centred_only(x_train, x_new):
    return x_new - x_train.mean(axis=0)


def scale_before_centring(x_train, x_new):
    size = np.sqrt(np.mean(x_train**2, axis=0))
    return (x_new - x_train.mean(axis=0)) / np.where(size > 0, size, 1)


def epsilon(x_train, x_new):
    return (x_new - x_train.mean(axis=0)) / (np.std(x_train, axis=0) + 1e-8)


def tiny_epsilon(x_train, x_new):
    return (x_new - x_train.mean(axis=0)) / (np.std(x_train, axis=0) + 1e-12)


def at_least(x_train, x_new):
    return (x_new - x_train.mean(axis=0)) / np.maximum(np.std(x_train, axis=0), 1e-9)


def positive_std(x_train, x_new):
    """Where the std of a constant is 1e-17 by rounding, this divides by it."""
    std = x_train.std(axis=0)
    return (x_new - x_train.mean(axis=0)) / np.where(std > 0, std, 1)


def constants_left_alone(x_train, x_new):
    out = x_new.copy()
    for j in range(x_train.shape[1]):
        if np.ptp(x_train[:, j]) > 0:
            out[:, j] = (x_new[:, j] - x_train[:, j].mean()) / x_train[:, j].std()
    return out


def divided_by_zero(x_train, x_new):
    return (x_new - x_train.mean(axis=0)) / x_train.std(axis=0)


def constants_to_zero(x_train, x_new):
    std = x_train.std(axis=0)
    out = np.zeros_like(x_new)
    used = std > 1e-9
    out[:, used] = (x_new[:, used] - x_train.mean(axis=0)[used]) / std[used]
    return out


def nan_to_zero(x_train, x_new):
    std = x_train.std(axis=0)
    constant = x_train.max(axis=0) == x_train.min(axis=0)
    return np.where(constant, 0, (x_new - x_train.mean(axis=0)) / np.where(constant, 1, std))


def along_rows(x_train, x_new):
    return (x_new - x_train.mean(axis=1)) / x_train.std(axis=1)


def training_set_returned(x_train, x_new):
    std = x_train.std(axis=0)
    return (x_train - x_train.mean(axis=0)) / np.where(std > 0, std, 1)


def unbiased_and_positive(x_train, x_new):
    std = np.std(x_train, axis=0, ddof=1)
    return (x_new - x_train.mean(axis=0)) / np.where(std > 0, std, 1)


def to_zero_unless_positive(x_train, x_new):
    std = x_train.std(axis=0)
    return np.where(std == 0, 0, (x_new - x_train.mean(axis=0)) / np.where(std == 0, 1, std))


def in_place(x_train, x_new):
    std = x_train.std(axis=0)
    x_new -= x_train.mean(axis=0)
    x_new /= np.where(std > 0, std, 1)
    return x_new


WRONG = {
    "own statistics": (own_statistics, "by their own statistics"),
    "both together": (together, "training and new inputs together"),
    "own mean": (own_mean, "the mean is that of the new inputs"),
    "one scale": (one_scale, "one scale for all inputs"),
    "one standard deviation": (one_std, "one scale for all inputs"),
    "one mean, one scale": (one_mean_one_scale, "one mean and one scale"),
    "by the variance": (by_variance, "divided by the variance"),
    "ddof=1": (unbiased, "ddof=1"),
    "not centred": (not_centred, "not centred"),
    "centred only": (centred_only, "centred, but not scaled"),
    "scale before centring": (scale_before_centring, "before they are centred"),
    "epsilon": (epsilon, "divide by 1 there"),
    "epsilon 1e-12": (tiny_epsilon, "is blown up"),
    "at least 1e-9": (at_least, "is blown up"),
    "std > 0": (positive_std, "Rounding makes the std of a constant 1e-17"),
    "constants left alone": (constants_left_alone, "must be centred, too"),
    "divided by zero": (divided_by_zero, "has the standard deviation 0"),
    "constants to zero": (constants_to_zero, "has been set to 0"),
    "nan to zero": (nan_to_zero, "has been set to 0"),
    "along the rows": (along_rows, "axis=0"),
    "the training set returned": (training_set_returned, "wrong shape"),
    "ddof=1, std > 0": (unbiased_and_positive, "ddof=1"),
    "to zero, std > 0": (to_zero_unless_positive, "has been set to 0"),
    "in place": (in_place, "in place"),
}


def loops(x_train, x_new):
    out = x_new.copy()
    for j in range(x_train.shape[1]):
        mean = sum(x_train[:, j]) / len(x_train)
        c = sum((v - mean) ** 2 for v in x_train[:, j]) / len(x_train)
        out[:, j] = (x_new[:, j] - mean) / (c**0.5 if c > 1e-20 else 1)
    return out


def assigned(x_train, x_new):
    mean, std = np.mean(x_train, axis=0), np.std(x_train, axis=0)
    std[(x_train == x_train[0]).all(axis=0)] = 1.0
    return [[(v - m) / s for v, m, s in zip(row, mean, std, strict=True)] for row in x_new]


def single_precision(x_train, x_new):
    return loops(x_train, x_new).astype(np.float32)


RIGHT = {"loops": loops, "nested lists": assigned, "float32": single_precision}
