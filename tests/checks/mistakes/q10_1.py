"""Answers to 10.1, sums of products."""

from collections import Counter


def by_counting(terms, zero):
    """A matrix wakes if a term has no zeros but itself, and that once."""
    zero, steps, step = set(zero), {}, 0
    while True:
        awake = set()
        for term in terms:
            zeros = Counter(m for m in term if m in zero)
            if not zeros:
                awake |= set(term)
            elif sum(zeros.values()) == 1:
                awake |= set(zeros)
        if not awake - set(steps):
            return [steps.get(m) for m in range(1 + max(map(max, terms)))]
        for m in awake:
            steps.setdefault(m, step)
        zero -= awake
        step += 1


WRONG = {
    "three rounds": (
        lambda terms, zero: [None if t is None or t > 2 else t for t in by_counting(terms, zero)],
        "look again at matrix",
    ),
    "never as a text": (
        lambda terms, zero: ["never" if t is None else t for t in by_counting(terms, zero)],
        "without quotes",
    ),
    "zeros only in the list": (
        lambda terms, zero: [by_counting(terms, zero)[m] for m in zero],
        "an entry for each matrix",
    ),
}

RIGHT = {
    "by counting": by_counting,
}
