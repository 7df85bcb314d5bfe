"""Question 4.7."""

import numpy as np

from course_utils import initializers
from course_utils.checks.core import Question, known


def commutes(step, maps, theta, gradient):
    """Which of these orthogonal maps of the neurons may as well be made after a step as before it."""
    return _compared()(step, maps, theta, gradient)


# One step of a rule each: SGD, with decay, clipped as a whole, orthogonalized; Adam's first, clipped entry by entry,
# each neuron's gradient of size 1; one with a step size for each neuron, one that goes one way only, one of neither.
_RULES = (
    lambda theta, g: theta - 0.1 * g,
    lambda theta, g: theta - 0.1 * (g + 0.5 * theta),
    lambda theta, g: theta - 0.1 * g * min(1, 1 / np.sqrt((g**2).sum())),
    lambda theta, g: theta - 0.1 * np.matmul(*np.linalg.svd(g, full_matrices=False)[::2]),
    lambda theta, g: theta - 0.1 * g / (np.abs(g) + 1e-8),
    lambda theta, g: theta - 0.1 * np.clip(g, -0.5, 0.5),
    lambda theta, g: theta - 0.1 * g / np.sqrt((g**2).sum(axis=1, keepdims=True)),
    lambda theta, g: theta - 0.1 * g * np.arange(1, len(g) + 1)[:, None],
    lambda theta, g: theta - 0.1 * np.maximum(g, 0),
    lambda theta, g: theta - 0.1 * g + 0.1 * np.arange(len(g))[:, None],
)


def _steps(rng):
    for step in _RULES:
        n, columns = rng.integers(4, 8, size=2)
        relabelling = np.eye(n)[np.roll(np.arange(n), rng.integers(1, n))]
        signs = np.diag(rng.permutation(np.arange(n) % 2 * 2.0 - 1))
        maps = [relabelling, signs, initializers.orthogonal((n, n), rng=rng)]
        named = {f"Q{i}": maps[k] for i, k in enumerate(rng.permutation(3), start=1)}
        yield step, named, *rng.normal(size=(2, n, columns))


def _wrong_maps(calls):
    """What is wrong with the answers for all rules; None if nothing is."""
    for call in calls:
        if odd := [value for value in call.value.values() if value not in (0, 1)]:
            return f"each entry must be True or False, not {odd[0]:.6g}"
        for name, right in call.expected.items():
            if call.value[name] != right:
                return f"values wrong: for one of the rules {name} is {not right}, and should be {right}"
    return None


def _compared(before=lambda Q, g: Q @ g, start=lambda Q, theta: Q @ theta, after=lambda Q, p: Q @ p, same=np.allclose):
    """An answer: what becomes of gradient and parameters before the step, and of the parameters after it."""

    def function(step, maps, theta, gradient):
        return {
            name: bool(same(step(start(Q, theta), before(Q, gradient)), after(Q, step(theta, gradient))))
            for name, Q in maps.items()
        }

    return function


def _as_it_is(Q, array):
    return array


MISTAKES = known(
    "half-a-way: one of the two ways is not complete: map parameters and gradient, then step; or step, then map what "
    "came out",
    _compared(before=_as_it_is),
    _compared(start=_as_it_is),
    _compared(after=_as_it_is),
    "gradient-back: the gradient turns the same way as the parameters: Q @ gradient, not its transpose",
    _compared(before=lambda Q, g: Q.T @ g),
    "exactly: rounding differs on the two ways: compare with np.allclose",
    _compared(same=np.array_equal),
    "any-entry: all entries must agree, not some",
    _compared(same=lambda a, b: np.isclose(a, b).any()),
    "always: not every rule commutes with every map: one that looks at single entries does not see a rotation",
    _compared(same=lambda a, b: True),
)

ADVICE = {r"matmul": "neurons are rows: Q stands on the left, Q @ theta"}

QUESTION = Question("4.7", 2, "Step, then turn", commutes, _steps, MISTAKES, _wrong_maps, advice=ADVICE)
