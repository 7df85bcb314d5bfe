"""Answers to 7.5, the network clinic."""

import numpy as np


def by_gap(chart):
    """Large weights by the gap alone: small healthy networks overfit a little, too."""
    name = right(chart)
    if name in ("healthy", "weights too large"):
        return "weights too large" if chart["train"][-1] - chart["test"][-1] > 0.01 else "healthy"
    return name


def flat_at_the_end(chart):
    """Flat at the end: a step size too large does that, too."""
    name = right(chart)
    return "weights too large" if name == "step size too large" and chart["flat"][-1].min() > 0.3 else name


def by_ratio_alone(chart):
    """Small weights by small ratios: those of dead ReLUs are small, too."""
    return "weights too small" if np.nanmax(chart["ratio"][0]) < 1e-2 and chart["distinct"].max() > 1 else right(chart)


def swapped(chart):
    names = {"weights too small": "weights too large", "weights too large": "weights too small"}
    return names.get(right(chart), right(chart))


def whole_row(chart):
    if chart["flat"][0] > 0.9:
        return "dead ReLUs"
    return "healthy"


def four_layers(chart):
    if chart["varies"][0, 3] < 0.01:
        return "weights too small"
    return "healthy"


def right(chart):
    """Each sign by another measure than in the solution."""
    undefined = np.isnan(chart["ratio"][-1]).sum()
    if undefined == 2:
        return "two zero matrices"
    if (chart["distinct"][-1] == 1).all():
        return "equal weights"
    if chart["train"][-1] < 0.2 and chart["flat"][0].mean() > 0.9:
        return "dead ReLUs"
    if chart["flat"][0].mean() > 0.3:
        return "weights too large"
    if (chart["ratio"][0] > 0.1).all():
        return "step size too large"
    if chart["varies"][0][-1] < 0.1:
        return "weights too small"
    return "healthy"


def by_loss(chart):
    if any(np.isnan(column).all() for column in chart["ratio"].T):
        return "two zero matrices"
    if chart["distinct"].sum() == chart["distinct"].size:
        return "equal weights"
    if (chart["ratio"] == 0).all():
        return "dead ReLUs"
    if chart["loss"][0] > 3.5:
        return "weights too large"
    if np.median(chart["ratio"][0]) > 0.1:
        return "step size too large"
    return "weights too small" if chart["varies"][0].min() < 0.1 else "healthy"


WRONG = {
    "all healthy": (lambda chart: "healthy", 'every patient is called "healthy"'),
    "by the gap": (by_gap, '"healthy" is called "weights too large"'),
    "flat at the end": (flat_at_the_end, "it starts well"),
    "one layer of twins": (
        lambda chart: "equal weights" if chart["distinct"].min() == 1 else right(chart),
        "exactly two matrices have the ratio 0/0",
    ),
    "any 0/0": (
        lambda chart: "equal weights" if np.isnan(chart["ratio"]).any() else right(chart),
        "exactly two matrices have the ratio 0/0",
    ),
    "flat is flat": (
        lambda chart: "weights too large" if chart["flat"][0].min() > 0.4 else right(chart),
        "deep layers do not vary at all",
    ),
    "by ratios alone": (by_ratio_alone, 'is called "weights too small"'),
    "by accuracy": (
        lambda chart: "equal weights" if chart["test"][-1] < 0.2 else right(chart),
        'is called "equal weights"',
    ),
    "swapped": (swapped, '"weights too small"'),
    "other words": (
        lambda chart: right(chart).replace("dead ReLUs", "dead units"),
        '"dead units" is not one of the names',
    ),
    "a whole row": (whole_row, "use .all(), .any()"),
    "four layers": (four_layers, "count from the end"),
    "wrong key": (
        lambda chart: "healthy" if chart["accuracy"][-1] > 0.9 else "equal weights",
        "the chart has step, loss",
    ),
}

RIGHT = {
    "other measures": right,
    "by the loss": by_loss,
    "a NumPy text": lambda chart: np.array([right(chart)])[0],
}
