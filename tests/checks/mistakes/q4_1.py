"""Answers to 4.1, what a zero matrix costs."""

import numpy as np


def every(rule):
    """An answer made from a rule for the matrix of layer l of L."""

    def answer(zero):
        L = len(zero)
        steps = []
        for l in range(1, L + 1):
            steps.append(rule(zero, l, L))
        return steps

    return answer


def lag_theorem(zero):
    return [len(zero) - l for l in range(1, len(zero) + 1)]


def from_the_top_counting_itself(zero):
    waiting, steps = 0, []
    for is_zero in reversed(zero):
        waiting += is_zero
        steps.append(waiting)
    return steps[::-1]


def forgot_to_turn_round(zero):
    waiting, steps = 0, []
    for is_zero in reversed(zero):
        steps.append(waiting)
        waiting += is_zero
    return steps


def from_below(zero):
    waiting, steps = 0, []
    for is_zero in zero:
        steps.append(waiting)
        waiting += is_zero
    return steps


def without_the_last(zero):
    return right_loop(zero)[:-1]


def random_ones_at_once(zero):
    return [t if is_zero else 0 for t, is_zero in zip(right_loop(zero), zero, strict=True)]


def texts(zero):
    return [str(t) for t in right_loop(zero)]


WRONG = {
    "the lag theorem": (lag_theorem, "only if all matrices are zero"),
    "the lag theorem for zero matrices": (
        every(lambda zero, l, L: L - l if zero[l - 1] else 0),
        "how many matrices above it are zero",
    ),
    "itself counted": (from_the_top_counting_itself, "count the zero matrices above it only"),
    "reversed": (forgot_to_turn_round, "the list begins with W^1"),
    "from below": (from_below, "zero matrices below"),
    "from below, itself counted": (every(lambda zero, l, L: sum(zero[:l])), "zero matrices below, and W^l itself"),
    "all at once": (every(lambda zero, l, L: 1 if True in zero[l:] else 0), "one after the other"),
    "all zeros count": (every(lambda zero, l, L: zero.count(True)), "only those above"),
    "random ones count": (every(lambda zero, l, L: zero[l:].count(False)), "let the error through without a wait"),
    "from step 1": (every(lambda zero, l, L: 1 + zero[l:].count(True)), "counted from 0"),
    "next above only": (every(lambda zero, l, L: 1 if l < L and zero[l] else 0), "through all matrices above"),
    "random ones do not wait": (random_ones_at_once, "a random matrix may have to wait"),
    "never": (every(lambda zero, l, L: None if any(zero[l:]) else 0), "not never"),
    "nobody waits": (lambda zero: [0] * len(zero), "until it has moved"),
    "one missing": (without_the_last, "one entry for each of the L = 4 matrices: it has 3"),
    "texts": (texts, "without quotes"),
}


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


RIGHT = {"loop": right_loop, "cumulative sums": cumulative, "experiment": by_experiment}
