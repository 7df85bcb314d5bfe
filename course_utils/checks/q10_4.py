"""Question 10.4, what never moves."""

from course_utils.checks.core import Question, known

NAMES = ("K", "O", "Q", "U", "V")


def never_moves(zero, softmax, skip):
    """The matrices of a small attention network that never have a gradient, in alphabetical order."""
    return _stuck(_terms(softmax, skip), zero)


def _terms(softmax, skip):
    return [["Q", "K", "V", "O", "U"], *([["V", "O", "U"]] if softmax else []), *([["U"]] if skip else [])]


def _stuck(terms, zero, rounds=5):
    zero, moved = set(zero), set()
    for _ in range(rounds):
        awake = {m for term in terms for m in term if not (zero & set(term)) - {m}}
        zero, moved = zero - awake, moved | awake
    return [name for name in NAMES if name not in moved]


def _starts(rng):
    for zero, softmax, skip in [
        (["Q"], True, True), (["K", "Q"], True, True), (["O", "V"], True, True), (["O", "U"], True, True),
        (["O", "U"], True, False), (["K", "Q"], False, True), (["Q", "V"], False, True), (["Q", "V"], True, True),
        (["U"], False, False), (["K", "V"], False, False),
    ]:  # fmt: skip
        yield zero, softmax, skip
    for _ in range(8):
        zero = sorted(map(str, rng.choice(NAMES, size=int(rng.integers(1, 4)), replace=False)))
        yield zero, bool(rng.integers(2)), bool(rng.integers(2))


def _wrong_names(calls):
    """Which start was judged wrongly; None if none was."""
    for (zero, softmax, skip), value, expected in ((call.args.values(), call.value, call.expected) for call in calls):
        if unknown := [name for name in value if name not in NAMES]:
            return f"the names are {', '.join(NAMES)}, each in quotes: got {str(unknown[0])[:20]!r}"
        if set(value) != set(expected):
            lost, surplus = sorted(set(expected) - set(value)), sorted(set(value) - set(expected))
            what = f"{lost[0]} never moves" if lost else f"{surplus[0]} does move"
            return f"values wrong: with {' = '.join(zero)} = 0, softmax {softmax}, skip {skip}, {what}"
    return None


def _by(terms, rounds=5):
    return lambda zero, softmax, skip: _stuck(terms(softmax, skip), zero, rounds)


MISTAKES = known(
    "drawn-paths: queries and keys lie on no common wire, but on one product: a score needs both",
    _by(lambda softmax, skip: [["Q", "V", "O", "U"], ["K", "V", "O", "U"], *_terms(softmax, skip)[1:]]),
    "softmax-always: without softmax scores of 0 give shares of 0, not equal ones: then nothing goes round Q and K",
    _by(lambda softmax, skip: _terms(True, skip)),
    "softmax-never: with softmax scores of 0 give equal shares: V and O are used even if Q or K is zero",
    _by(lambda softmax, skip: _terms(False, skip)),
    "skip-always: without the skip every term crosses O",
    _by(lambda softmax, skip: _terms(softmax, True)),
    "skip-never: the skip is a term of its own: U alone, past attention",
    _by(lambda softmax, skip: _terms(softmax, False)),
    "one-round: a matrix may wake after others have: go on from step 0 until nothing new moves",
    _by(_terms, rounds=1),
    "zeros-only: random matrices may be stuck as well, if zeros stand in all of their terms",
    lambda zero, softmax, skip: [name for name in never_moves(zero, softmax, skip) if name in zero],
    "all-zeros: a zero matrix is not stuck by itself: it gets a gradient through the others",
    lambda zero, softmax, skip: zero,
    "two-zeros: two zeros are stuck only if every term of one holds the other",
    lambda zero, softmax, skip: zero if len(zero) > 1 else [],
    "the-others: these are the matrices that do move: the question is which never do",
    lambda zero, softmax, skip: [name for name in NAMES if name not in never_moves(zero, softmax, skip)],
)

QUESTION = Question("10.4", 3, "What never moves", never_moves, _starts, MISTAKES, _wrong_names)
