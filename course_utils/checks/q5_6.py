"""Question 5.6."""

import numpy as np

from course_utils.checks.core import Question, known


def best_odd_accuracy(x, y):
    """The largest accuracy that an odd function can have on these samples."""
    return 1 - _pairs(x, y, lambda first, second: first == second) / len(x)


def _with_negatives(rng):
    """Samples, some with their negatives: `same` pairs of one label, `other` pairs of two, and some alone."""
    for same, other, alone, m in [(3, 2, 4, 2), (0, 3, 2, 3), (5, 0, 0, 4), (0, 0, 5, 2), (2, 1, 1, 3)]:
        if same:
            same, alone = same + rng.integers(3), alone + rng.integers(6)
        total = same + other + alone
        x = rng.permutation(rng.choice(np.arange(1, 100), size=total * m, replace=False)).reshape(total, m) / 8
        x *= rng.choice([-1, 1], size=x.shape)
        y = rng.integers(4, size=total)
        second = np.concatenate([y[:same], (y[same : same + other] + 1) % 4])
        x, y = np.concatenate([x, -x[: same + other]]), np.concatenate([y, second])
        x = np.concatenate([x, x[:1] * ([-1] + [1] * (m - 1))])  # only one sign is other: no negative
        y = np.concatenate([y, y[:1]])
        order = rng.permutation(len(x))
        yield x[order], y[order]
    # Sums of all entries are 0 for (1, 2) and (-2, -1), and for (3, 4) and (-4, -3): these are no pairs.
    x = np.array([[1, 2], [-2, -1], [3, 4], [-3, -4], [-4, -3], [5, 2]]) / 8
    yield x, np.array([1, 1, 0, 0, 0, 2])


def _pairs(x, y, counts, opposite=lambda a, b: np.array_equal(a, -b)):
    """How many pairs of opposite samples there are whose labels `counts` accepts."""
    n = len(x)
    return sum(opposite(x[i], x[j]) and bool(counts(y[i], y[j])) for i in range(n) for j in range(i))


def _lost(same, other):
    """A wrong answer: so many samples are lost by a pair of one label, and by a pair of two."""

    def function(x, y):
        equal = _pairs(x, y, lambda a, b: a == b)
        return 1 - (same * equal + other * (_pairs(x, y, lambda a, b: True) - equal)) / len(x)

    return function


def _only_pairs(x, y):
    equal, pairs = _pairs(x, y, lambda a, b: a == b), _pairs(x, y, lambda a, b: True)
    return 1 - equal / (2 * pairs) if pairs else 1.0


MISTAKES = known(
    "both-lost: of a pair with one label one sample can be right: only the other one is lost",
    _lost(2, 0),
    "different-lost: a pair with different labels loses none: the largest output of x is the smallest of -x",
    _lost(1, 1),
    "two-lost: a pair loses one sample if its labels are the same, and none if they differ",
    _lost(2, 2),
    "labels-swapped: the other way round: a pair with different labels loses none, one with the same label one",
    _lost(0, 1),
    "half: not always one half: samples without their negative lose nothing",
    lambda x, y: 0.5,
    "one: not always 1: of a pair x, -x with the same label one is lost",
    lambda x, y: 1.0,
    "pairs-only: samples without their negative can all be right: they count, too",
    _only_pairs,
    "number: this is a number of samples: divide by how many there are",
    lambda x, y: len(x) * best_odd_accuracy(x, y),
    "lost-share: this is the share that is lost",
    lambda x, y: 1 - best_odd_accuracy(x, y),
    "sizes-only: a negative has every sign changed: equal sizes are not enough",
    lambda x, y: 1 - _pairs(x, y, lambda a, b: a == b, lambda a, b: np.array_equal(abs(a), abs(b))) / len(x),
    "sums-only: opposite means opposite in every entry: that the sum of all entries is 0 is not enough",
    lambda x, y: 1 - _pairs(x, y, lambda a, b: a == b, lambda a, b: (a + b).sum() == 0) / len(x),
    "neighbours-only: only neighbours are compared: a sample's negative may stand anywhere",
    lambda x, y: 1 - sum(np.array_equal(x[i], -x[i - 1]) and y[i] == y[i - 1] for i in range(1, len(x))) / len(x),
)

ADVICE = {
    r"truth value of an array": "== compares entry by entry: use np.array_equal",
}

QUESTION = Question(
    "5.6", 2, "What an odd network can get right", best_odd_accuracy, _with_negatives, MISTAKES, advice=ADVICE
)
