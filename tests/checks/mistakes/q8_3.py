"""Answers to 8.3, several questions at once."""

import numpy as np


def log_share(targets):
    return np.log(targets.mean(axis=0))


def log_prior(targets):
    counts = targets.sum(axis=0)
    return np.log(counts / counts.sum())


def odds_of_prior(targets):
    prior = targets.sum(axis=0) / targets.sum()
    return np.log(prior / (1 - prior))


def flipped(targets):
    p = targets.mean(0)
    return np.log((1 - p) / p)


def share(targets):
    return targets.sum(axis=0) / len(targets)


def odds(targets):
    yes = targets.sum(axis=0)
    return yes / (len(targets) - yes)


def sigmoid_of_share(targets):
    return 1 / (1 + np.exp(-targets.mean(axis=0)))


def one_for_all(targets):
    p = targets.mean()
    return np.log(p / (1 - p)) * np.ones(targets.shape[1])


def over_rows(targets):
    p = np.clip(targets.mean(axis=1), 1e-9, 1 - 1e-9)
    return np.log(p / (1 - p))


def smoothed(targets):
    yes, no = targets.sum(axis=0), (1 - targets).sum(axis=0)
    return np.log(yes + 1) - np.log(no + 1)


def detector(targets):
    return np.full(targets.shape[1], -np.log(99))


def log2(targets):
    p = targets.mean(axis=0)
    return np.log2(p) - np.log2(1 - p)


def zeros(targets):
    return np.zeros(targets.shape[1])


def one_number(targets):
    p = targets.mean()
    return np.log(p / (1 - p))


WRONG = {
    "log of the share": (log_share, "for a softmax"),
    "log prior": (log_prior, "do not sum to 1"),
    "log odds of the prior": (odds_of_prior, "do not sum to 1"),
    "flipped": (flipped, "the sign is flipped"),
    "the share": (share, "invert it"),
    "the odds": (odds, "take their logarithm"),
    "sigmoid of the share": (sigmoid_of_share, "not its inverse"),
    "one share for all": (one_for_all, "a question of its own"),
    "over rows": (over_rows, "wrong"),
    "smoothed": (smoothed, "no smoothing"),
    "as in detection": (detector, "0.01"),
    "log2": (log2, "not log2"),
    "zero": (zeros, "one half"),
    "one number": (one_number, "wrong shape"),
}


def from_counts(targets):
    yes = targets.sum(axis=0)
    return np.log(yes) - np.log(len(targets) - yes)


def column_by_column(targets):
    return [-np.log(1 / np.mean(column) - 1) for column in targets.T]


def by_descent(targets):
    """Newton's steps on the loss itself."""
    b = np.zeros(targets.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-b))
        b = b - (p - targets.mean(axis=0)) / (p * (1 - p))
    return b


RIGHT = {"from counts": from_counts, "column by column": column_by_column, "Newton": by_descent}
