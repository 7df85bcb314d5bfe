"""Question 7.1."""

import math

import numpy as np

from course_utils.checks.core import Question, known


def steps_to(steps, accuracy, level):
    """For each network the first step with that accuracy, inf if there is none."""
    reached = np.asarray(accuracy) >= level
    return [float(steps[k.argmax()]) if k.any() else math.inf for k in reached.T]


def _curves(rng):
    """Accuracies of networks that rise, fall back, touch the level or never reach it."""
    for n, every, level in ((8, 20, 0.9), (6, 5, 0.8), (11, 50, 0.9), (int(rng.integers(12, 30)), 10, 0.9)):
        step = every * np.arange(1, n + 1)
        rising = np.sort(rng.integers(2, 17, size=n)) / 20
        rising[-2:] = [level - 0.05, level + 0.05]
        falls_back = rising.copy()
        falls_back[n // 2] = level + 0.05
        touches = rising.copy()
        touches[-2] = level
        at_once = np.full(n, level + 0.05)
        never = np.minimum(rising, level - 0.05)
        late = rising.copy()
        late[-1] = level
        curves = [rising, never, falls_back, touches, at_once, late]
        yield step, np.stack([curves[k] for k in rng.permutation(6)], axis=1), level
    # A bisection takes the series for a rising one, and finds nothing.
    yield 10 * np.arange(1, 6), np.array([[0.2, 0.95, 0.3, 0.4, 0.5], [0.1, 0.2, 0.3, 0.95, 0.4]]).T, 0.9
    yield np.array([10]), np.array([[0.9]]), 0.9


def _wrong_steps(calls):
    """Which network's step is wrong; None if none is."""
    for call in calls:
        steps, accuracy, level = call.args.values()
        if len(call.value) != len(call.expected):
            k = len(call.expected)
            return f"the list needs one entry for each of the {k} networks (columns), it has {len(call.value)}"
        for said, right, curve in zip(call.value, call.expected, accuracy.T, strict=False):
            if said == right or (_nan(said) and _nan(right)):
                continue
            what = f"accuracies {', '.join(f'{a:g}' for a in curve)} at steps {', '.join(map(str, steps))}"
            return f"values wrong: level {level:g}, {what}: {said} should be {right}"
    return None


def _nan(a):
    return isinstance(a, float) and math.isnan(a)


def _steps_by(rule, never=math.inf):
    """A wrong answer from a rule (steps, reached or not, accuracies) for a curve that reaches the level."""

    def function(steps, accuracy, level):
        curves = np.asarray(accuracy).T
        return [rule(steps, k >= level, k) if (k >= level).any() else never for k in curves]

    return function


def _first(steps, reached, curve):
    return float(steps[reached.argmax()])


def _never_as_last(steps, accuracy, level):
    return [float(steps[(k >= level).argmax()]) if (k >= level).any() else float(steps[-1]) for k in accuracy.T]


def _above(steps, accuracy, level):
    return [float(steps[(k > level).argmax()]) if (k > level).any() else math.inf for k in accuracy.T]


def _bisected(steps, accuracy, level):
    indices = [int(np.searchsorted(k, level)) for k in accuracy.T]
    return [float(steps[i]) if i < len(steps) else math.inf for i in indices]


def _for_good(steps, reached, curve):
    below = np.flatnonzero(~reached)
    start = below[-1] + 1 if len(below) else 0
    return float(steps[start]) if start < len(steps) else math.inf


MISTAKES = known(
    "argmax-of-none: argmax of a row without True is 0: a network that never gets there needs inf",
    lambda steps, accuracy, level: [float(steps[(k >= level).argmax()]) for k in accuracy.T],
    "never-is-last: a network that never gets there needs inf, not the last step",
    _never_as_last,
    "never-is-none: never is inf here (math.inf), not None",
    _steps_by(_first, None),
    "never-is-nan: never is inf here (math.inf), not nan",
    _steps_by(_first, math.nan),
    "never-is-minus-one: never is inf here (math.inf), not -1",
    _steps_by(_first, -1),
    "never-is-zero: never is inf here (math.inf), not 0",
    _steps_by(_first, 0),
    "bisected: searchsorted needs a rising series: a network may fall back",
    _bisected,
    "strictly-above: at least the level: an accuracy equal to it counts, so >=, not >",
    _above,
    "index: this is the index in the array, not the step: look it up in steps",
    _steps_by(lambda s, r, c: int(r.argmax())),
    "index-from-one: the index counts from 1 here, and it is the step that is asked: steps[index]",
    _steps_by(lambda s, r, c: int(r.argmax()) + 1),
    "for-good: this is when it reaches the level for good: the first time counts, even if it falls back",
    _steps_by(_for_good),
    "last: this is the last step with that accuracy, not the first",
    _steps_by(lambda s, r, c: float(s[np.flatnonzero(r)[-1]])),
    "highest: this is the step of the highest accuracy: the first that reaches the level is asked",
    _steps_by(lambda s, r, c: float(s[c.argmax()])),
    "count: this is how many measurements reach the level, not when the first does",
    _steps_by(lambda s, r, c: int(r.sum())),
)

ADVICE = {
    r"truth value of an array": "accuracy has a column for each network: go through accuracy.T",
    r"^IndexError: (index 0|list index|tuple index)": "a network may never reach the level: ask .any() first",
    r"^ValueError: .*(empty|not in list)": "a network may never reach the level: ask .any() first",
    r"^StopIteration": "a network may never reach the level: next(..., math.inf) has an answer for that",
}

QUESTION = Question("7.1", 2, "Steps to 90 %", steps_to, _curves, MISTAKES, _wrong_steps, advice=ADVICE)
