"""Question 2.5."""

import numpy as np

from course_utils import mlp
from course_utils.checks.core import Question


def poke(params, x):
    """A copy with one entry of W1, which belongs to an input in use, moved to the neighbouring number."""
    poked = {name: p.copy() for name, p in params.items()}
    j = (np.abs(params["W1"][0]) * np.abs(x).max(axis=0)).argmax()
    poked["W1"][0, j] = np.nextafter(poked["W1"][0, j], np.inf)
    return poked


def _nets_to_poke(rng):
    drawn = (
        int(rng.integers(2, 9)),
        [*rng.integers(6, 9, size=1).tolist(), *rng.integers(2, 6, size=2).tolist()],
        [1, 5],
    )
    for n, sizes, used in [(6, [5, 3, 2], [2, 4]), (4, [3, 4, 3], [0, 1]), (5, [4, 2, 2], [3]), drawn]:
        x = np.zeros((n, sizes[0]))
        x[1:, used] = rng.normal(size=(n - 1, len(used)))  # the first sample is blank everywhere
        params = mlp.initialize(sizes, "zeros")
        params["W1"] += rng.normal(size=sizes[0])
        params["b1"] += rng.normal()
        params["W2"] += rng.normal(size=(sizes[2], 1))
        params["b2"] += rng.normal(size=sizes[2])
        yield params, x


def _bad_poke(calls):
    """What is wrong with a poke; None if nothing is."""
    return next(filter(None, (_bad_poke_of(call.value, call.names, **call.args) for call in calls)), None)


def _bad_poke_of(poked, names, params, x):
    """What is wrong with one poke, by a function that mentions these names."""
    moved = [(name, *index) for name in params for index in np.argwhere(poked[name] != params[name]).tolist()]
    if not moved and "nextafter" in names:
        return "nothing has changed: did you assign the result? np.nextafter returns a number, put it into your copy"
    if not moved:
        return "nothing has changed: a number as small as 1e-17 is lost in rounding when it is added, use np.nextafter"
    if len(moved) > 1:
        names = ", ".join(sorted({entry[0] for entry in moved}))
        return f"{len(moved)} entries have changed (in {names}): exactly one entry of W1 must"
    name, *index = moved[0]
    if name != "W1":
        return f"an entry of {name} has changed: it must be one of W1"
    i, j = index
    before, after = params["W1"][i, j], poked["W1"][i, j]
    if after not in (np.nextafter(before, np.inf), np.nextafter(before, -np.inf)):
        unit = np.spacing(abs(before))
        return f"W1[{i}, {j}] has moved by {abs(after - before):.1e}: the neighbouring number is {unit:.1e} away"
    if not x[:, j].any():
        return f"input {j} is blank, 0 in every sample: W1[{i}, {j}] is never used, and the symmetry stays"
    return None


ADVICE = {
    r"^IndexError: index \d+ is out of bounds": "W1[i, j]: i is a neuron, a row of W1, and j an input, a column of x",
}

QUESTION = Question("2.5", 3, "One unit in the last place", poke, _nets_to_poke, compare=_bad_poke, advice=ADVICE)
