"""Answers to 4.1, what a zero matrix costs."""

import numpy as np


def right_loop(zero):
    waiting, steps = 0, []
    for is_zero in reversed(zero):
        steps.insert(0, waiting)
        waiting += is_zero
    return steps


def cumulative(zero):
    z = np.array(zero, dtype=int)
    return z.sum() - np.cumsum(z)


def by_experiment(zero):
    """Who can reach whom, step by step, without a count."""
    L, moved = len(zero), [not is_zero for is_zero in zero]
    steps = [None] * L
    for t in range(L + 1):
        reached = [l for l in range(L) if all(moved[l + 1 :])]
        for l in reached:
            steps[l] = t if steps[l] is None else steps[l]
        moved = [moved[l] or l in reached for l in range(L)]
    return tuple(steps)


WRONG = {
    "one missing": (lambda zero: right_loop(zero)[:-1], "one entry for each of the L = 4 matrices: it has 3"),
    "texts": (lambda zero: [str(t) for t in right_loop(zero)], "without quotes"),
}

RIGHT = {
    "cumulative sums": cumulative,
    "experiment": by_experiment,
}
