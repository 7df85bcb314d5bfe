"""Question 10.1, sums of products."""

from course_utils.checks.core import Question, known
from course_utils.checks.values import wrong_steps


def waking_steps(terms, zero):
    """The first step at which each matrix has a gradient, None for never, by the term rule."""
    zero, steps = set(zero), [None] * (1 + max(max(term) for term in terms))
    for step in range(len(steps)):
        awake = _awake(terms, zero)
        steps = [step if m in awake and old is None else old for m, old in enumerate(steps)]
        zero -= awake
    return steps


def _awake(terms, zero):
    """The matrices that some term holds beside no zero: another copy of the same matrix is beside it, too."""
    return {m for term in terms for i, m in enumerate(term) if zero.isdisjoint(term[:i] + term[i + 1 :])}


def _sums(rng):
    block = [[p, *a, *b, 8] for p in (0, 1) for a in ([], [4, 5], [2, 3, 4, 5]) for b in ([], [6, 7])]
    yield [[0, 1, 2]], [1]
    yield [[0, 1]], [0, 1]
    yield block, [2, 3]
    yield block, [4, 5, 8]
    yield block, [0, 2, 7]
    yield [[0, 0, 1]], [0]  # one matrix twice: tied weights
    yield [[0, 0, 1], [0, 2]], [0, 2]
    yield [[k, k + 1] for k in range(6)], [1, 2, 3, 4, 5, 6]  # one wakes after the other
    for _ in range(8):
        n = int(rng.integers(4, 8))
        terms = [[int(m) for m in rng.integers(n, size=rng.integers(1, 5))] for _ in range(rng.integers(2, 7))]
        named = sorted({m for term in terms for m in term})
        yield terms, [int(m) for m in rng.choice(named, size=int(rng.integers(1, len(named) + 1)), replace=False)]


def _by(awake, rounds=None, first=0):
    """A wrong answer that goes on from a rule for one step, awake(terms, zero)."""

    def function(terms, zero):
        left, steps = set(zero), [None] * (1 + max(max(term) for term in terms))
        for step in range(rounds or len(steps)):
            now = awake(terms, left)
            steps = [first + step if m in now and old is None else old for m, old in enumerate(steps)]
            left = left - now
        return steps

    return function


def _every_term(terms, zero):
    held = {m for term in terms for m in term}
    return {m for m in held if all(m in _awake([term], zero) for term in terms if m in term)}


MISTAKES = known(
    "copies: a matrix that stands twice in a term is beside itself: if it is zero, its other copy stops its gradient",
    _by(lambda terms, zero: _awake([list(dict.fromkeys(term)) for term in terms], zero)),
    "zero-blocks-itself: a zero matrix does not stop its own gradient: only the others in the term do",
    _by(lambda terms, zero: {m for term in terms for m in term if zero.isdisjoint(term)}),
    "every-term: one term without another zero is enough: terms are added",
    _by(_every_term),
    "one-side: all other matrices of the term count, those before and those behind",
    _by(lambda terms, zero: {m for term in terms for i, m in enumerate(term) if zero.isdisjoint(term[:i])}),
    "one-round: the matrices that have woken are no longer zero: go on to step 1, 2, ...",
    _by(_awake, 1),
    "two-rounds: two rounds are not enough: go on as long as anything wakes",
    _by(_awake, 2),
    "from-one: off by one: the first step is step 0",
    _by(_awake, first=1),
    "all-at-once: who wakes only after others needs their step first: one round of waking is one step",
    lambda terms, zero: [None if t is None else 0 for t in waking_steps(terms, zero)],
    "zeros-only: the random matrices have gradients, too: give their steps",
    lambda terms, zero: [t if m in zero else None for m, t in enumerate(waking_steps(terms, zero))],
    "random-at-once: a random matrix also waits, while zeros stand in all of its terms",
    lambda terms, zero: [
        t if m in zero or not any(m in term for term in terms) else 0 for m, t in enumerate(waking_steps(terms, zero))
    ],
)

COMPARE = wrong_steps(
    "matrix 0, 1, ...",
    lambda terms, zero: f"given terms {terms} and zero {zero}",
    lambda wrong, terms, zero: f"matrix {wrong[0]}",
)
QUESTION = Question("10.1", 3, "Sums of products", waking_steps, _sums, MISTAKES, COMPARE)
