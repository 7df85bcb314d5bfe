"""Answers to 7.5, the network clinic."""

import numpy as np


def all_healthy(chart):
    return "healthy"


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


def one_layer_of_twins(chart):
    """One layer of equal neurons: two neighbouring zero matrices leave such a layer."""
    return "equal weights" if chart["distinct"].min() == 1 else right(chart)


def one_matrix(chart):
    """Any 0/0 at all is taken for equal weights."""
    return "equal weights" if np.isnan(chart["ratio"]).any() else right(chart)


def saturated_or_dead(chart):
    """Flat is flat: saturated units and dead ones are not told apart."""
    return "weights too large" if chart["flat"][0].min() > 0.4 else right(chart)


def by_ratio_alone(chart):
    """Small weights by small ratios: those of dead ReLUs are small, too."""
    return "weights too small" if np.nanmax(chart["ratio"][0]) < 1e-2 and chart["distinct"].max() > 1 else right(chart)


def by_accuracy(chart):
    """At chance: equal weights."""
    return "equal weights" if chart["test"][-1] < 0.2 else right(chart)


def swapped(chart):
    names = {"weights too small": "weights too large", "weights too large": "weights too small"}
    return names.get(right(chart), right(chart))


def other_words(chart):
    return right(chart).replace("dead ReLUs", "dead units")


def a_list(chart):
    return [right(chart)]


def nothing(chart):
    if chart["distinct"].max() == 1:
        return "equal weights"
    return None


def whole_row(chart):
    if chart["flat"][0] > 0.9:
        return "dead ReLUs"
    return "healthy"


def four_layers(chart):
    if chart["varies"][0, 3] < 0.01:
        return "weights too small"
    return "healthy"


def wrong_key(chart):
    return "healthy" if chart["accuracy"][-1] > 0.9 else "equal weights"


WRONG = {
    "all healthy": (all_healthy, 'every patient is called "healthy"'),
    "by the gap": (by_gap, '"healthy" is called "weights too large"'),
    "flat at the end": (flat_at_the_end, "it starts well"),
    "one layer of twins": (one_layer_of_twins, "exactly two matrices have the ratio 0/0"),
    "any 0/0": (one_matrix, "exactly two matrices have the ratio 0/0"),
    "flat is flat": (saturated_or_dead, "deep layers do not vary at all"),
    "by ratios alone": (by_ratio_alone, 'is called "weights too small"'),
    "by accuracy": (by_accuracy, 'is called "equal weights"'),
    "swapped": (swapped, '"weights too small"'),
    "other words": (other_words, '"dead units" is not one of the names'),
    "a list": (a_list, "a text in quotes was expected"),
    "None": (nothing, "did you forget `return`"),
    "a whole row": (whole_row, "use .all(), .any()"),
    "four layers": (four_layers, "count from the end"),
    "wrong key": (wrong_key, "the chart has step, loss"),
}


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


def numpy_text(chart):
    return np.array([right(chart)])[0]


RIGHT = {"other measures": right, "by the loss": by_loss, "a NumPy text": numpy_text}
