"""Question 9.3."""

import numpy as np

from course_utils import diagnostics
from course_utils.checks.core import Question


def repair(params, rng):
    """A copy in which each sick weight matrix is drawn anew, at standard deviation 1 / sqrt(fan_in)."""
    return {name: _redrawn(p, rng) if name[0] == "W" and _ailment(p) else p.copy() for name, p in params.items()}


def _ailment(W):
    """What is wrong with a weight matrix of the exercise; an empty text if nothing is."""
    if not W.any():
        return "is zero"
    if diagnostics.distinct_rows(W, 0) < len(W):
        return "has equal rows"
    scale = rms(W) * np.sqrt(W.shape[1])
    return "is too small" if scale < 0.5 else "is too large" if scale > 2 else ""


def rms(a):
    return np.sqrt(np.mean(a**2))


def _redrawn(W, rng):
    return rng.normal(size=W.shape) / np.sqrt(W.shape[1])


def _patients(rng):
    def healthy(shape):
        return rng.normal(size=shape) / np.sqrt(shape[1])

    def dependent(shape):  # of lower rank, but no rows are equal
        W = healthy(shape)
        W[3] = W[0] - W[1]
        return W

    kinds = {
        "zero": np.zeros,
        "constant": lambda shape: np.full(shape, 1 / np.sqrt(shape[1])),  # the right size, and still sick
        "equal rows": lambda shape: np.tile(rng.normal(size=shape[1]) / np.sqrt(shape[1]), (shape[0], 1)),
        "two equal rows": lambda shape: healthy(shape)[[0, *range(shape[0] - 1)]],
        "two far apart": lambda shape: healthy(shape)[[5, *range(1, shape[0])]],
        "small": lambda shape: 0.05 * healthy(shape),
        "large": lambda shape: 8 * healthy(shape),
        "dependent": dependent,
        "healthy": healthy,
    }
    plans = (["healthy", "zero", "healthy"], ["large", "healthy", "equal rows"], ["constant", "small", "healthy"],
             ["healthy", "healthy"], ["two equal rows", "large", "healthy", "zero"],
             ["two far apart", "dependent"])  # fmt: skip
    for plan in plans:
        sizes = [int(n) for n in rng.choice(np.arange(30, 80), size=len(plan) + 1, replace=False)]
        if "dependent" in plan:
            sizes = [31, 60, 42]  # taller than wide: equal rows do not lower the rank
        params = {}
        for l, kind in enumerate(plan, start=1):
            params |= {f"W{l}": kinds[kind]((sizes[l], sizes[l - 1])), f"b{l}": 0.1 * rng.normal(size=sizes[l])}
        seed = int(rng.integers(2**32))
        rngs = (0, 0, 1) if plan is plans[0] else (0,)  # the first three times: where are the numbers from?
        for other in rngs:
            yield {name: p.copy() for name, p in params.items()}, np.random.default_rng(seed + other)


def _not_repaired(calls):
    """What is wrong with repairs; None if nothing is."""
    fault = next(filter(None, (_bad_repair(call.value, call.args["params"]) for call in calls)), None)
    if fault:
        return fault
    one, again, other = (call.value["W2"] for call in calls[:3])
    if not np.array_equal(one, again):
        return "the same rng state gives other weights each time: draw every random number from rng"
    return "another rng gives the same weights: draw from rng" if np.array_equal(one, other) else None


def _bad_repair(repaired, params):
    for name, before in params.items():
        after, ailment = repaired[name], _ailment(before) if name[0] == "W" else ""
        if not ailment:
            if not np.array_equal(before, after):
                what = "it is healthy" if name[0] == "W" else "biases are not sick"
                return f"{name} has changed, but {what}: leave it as it is"
            continue
        if np.array_equal(before, after):
            return f"{name} {ailment}, and is left as it was"
        if not after.any() or diagnostics.distinct_rows(after, 0) < len(after):
            return f"{name} {ailment}, and after the repair it still has equal rows: draw it anew"
        spread = 0.15 + 4 / np.sqrt(2 * after.size)
        scale = rms(after) * np.sqrt(after.shape[1])
        if abs(after.mean()) * np.sqrt(after.size) > 5 * rms(after):
            return f"{name} {ailment}, and after the repair its mean is not 0: draw weights of both signs alike"
        for n, fault in ((after.shape[0], "divided by the root of fan_out"), (after.shape[1] ** 2, "divided by fan_in"),
                         (1, "not divided by the root of fan_in")):  # fmt: skip
            if abs(scale - 1) > spread and abs(rms(after) * np.sqrt(n) - 1) <= spread:
                return f"{name} {ailment}, and the repair is {fault}: its standard deviation must be 1 / sqrt(fan_in)"
        if abs(scale - 1) > spread:
            return f"{name} {ailment}, and its RMS after the repair is {scale:.2g} / sqrt(fan_in), not 1 / sqrt(fan_in)"
    return None


QUESTION = Question("9.3", 3, "Repair a start", repair, _patients, compare=_not_repaired)
