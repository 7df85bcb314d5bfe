"""Question 8.6."""

from functools import partial

from course_utils.checks.core import Question, known
from course_utils.checks.values import wrong_steps


def waking_times(wires):
    """The first step at which each wire's matrix has a gradient, None for never and for fixed wires."""
    zero, steps = {i for i, (_, _, kind) in enumerate(wires) if kind == "zero"}, [None] * len(wires)
    for step in range(len(wires)):
        awake = _awake(wires, zero)
        steps = [step if i in awake and old is None else old for i, old in enumerate(steps)]
        zero -= awake
    return steps


def _reach(wires, zero, back=False, through=("zero", "random", "fixed")):
    """The nodes that a signal reaches from the input or, going back, an error from the output."""
    nodes = {max(b for _, b, _ in wires)} if back else {0}
    for i in sorted(range(len(wires)), key=lambda i: -wires[i][1] if back else wires[i][0]):
        a, b, kind = wires[i]
        if i not in zero and kind in through and (b if back else a) in nodes:
            nodes.add(a if back else b)
    return nodes


def _awake(wires, zero, **options):
    """The trained wires at which a signal and an error arrive."""
    signal, error = _reach(wires, zero, **options), _reach(wires, zero, back=True, **options)
    return {i for i, (a, b, kind) in enumerate(wires) if kind != "fixed" and a in signal and b in error}


def _block(node, first, last):
    """A residual block from one node to the next but one: two matrices and the wire round them."""
    return [(node, node + 1, first), (node + 1, node + 2, last), (node, node + 2, "fixed")]


def _residual(kinds, W):
    """A matrix, residual blocks with these kinds of matrices, and an output matrix."""
    wires = [(0, 1, "random")]
    for k, kind in enumerate(kinds):
        wires += _block(1 + 2 * k, *kind)
    return [*wires, (1 + 2 * len(kinds), 2 + 2 * len(kinds), W)]


def _networks(rng):
    r, z, f = "random", "zero", "fixed"
    fixup = _residual([(r, z)] * 2, z)
    lists = [
        [(0, 1, r), (1, 2, r), (2, 3, z)],
        [(0, 1, r), (1, 2, z), (2, 3, r), (3, 4, z)],
        [(0, 1, r), (1, 2, z), (0, 2, f)],
        [(0, 1, z), (1, 2, z), (0, 2, f)],
        fixup,
        fixup[::-1],
        [(0, 1, f), (0, 2, z), (2, 3, f), (1, 3, f), (3, 4, r), (4, 5, z), (1, 5, f)],
        _residual([(z, z), (r, z), (z, r)], r),
        [(0, 1, z), (0, 1, r), (1, 2, z), (1, 3, z), (2, 3, z), (0, 3, z)],
        [(0, 1, z), (1, 2, z), (1, 4, z), (0, 2, r), (2, 3, z), (3, 4, r)],
    ]
    for n in (1, 5, 25, int(rng.integers(6, 20))):  # one wakes after the other
        lists.append([(0, k, r) for k in range(1, n + 1)] + [(k, k + 1, z) for k in range(1, n + 1)])
    for wires in lists:
        yield ([wires[i] for i in rng.permutation(len(wires))] if len(wires) > 6 else wires,)
    yield (_residual([(r, z) if k % 3 else (z, z) for k in range(40)], z),)


def _by_rounds(awake, rounds=None, first=0, shown=lambda kind: kind != "fixed"):
    """A wrong answer that goes on from a rule for one step, awake(wires, zero)."""

    def function(wires):
        zero, steps = {i for i, (_, _, kind) in enumerate(wires) if kind == "zero"}, [None] * len(wires)
        for step in range(rounds or len(wires)):
            now = awake(wires, zero)
            steps = [first + step if i in now and old is None else old for i, old in enumerate(steps)]
            zero = zero - now
        return [t if shown(kind) else None for t, (_, _, kind) in zip(steps, wires, strict=True)]

    return function


def _one_sided(wires, zero, back):
    """The trained wires at which a signal arrives or, going back, an error."""
    nodes = _reach(wires, zero, back)
    return {i for i, (a, b, kind) in enumerate(wires) if kind != "fixed" and (b if back else a) in nodes}


def _one_zero_at_most(wires):
    """The rule of the chain for any network."""
    zeros = [kind for _, _, kind in wires].count("zero")
    return waking_times(wires) if zeros < 2 else [None] * len(wires)


def _as_listed(wires):
    """One sweep each way through the list as it stands."""
    steps, zero = [None] * len(wires), {i for i, (_, _, kind) in enumerate(wires) if kind == "zero"}
    for step in range(len(wires)):
        signal, error = {0}, {max(b for _, b, _ in wires)}
        for i, (a, b, _) in enumerate(wires):
            if a in signal and i not in zero:
                signal.add(b)
        for i, (a, b, _) in reversed(list(enumerate(wires))):
            if b in error and i not in zero:
                error.add(a)
        for i, (a, b, kind) in enumerate(wires):
            if kind != "fixed" and a in signal and b in error:
                steps[i] = step if steps[i] is None else steps[i]
                zero.discard(i)
    return steps


MISTAKES = known(
    "signal-only: an error must arrive as well as a signal: is the way to the output free?",
    _by_rounds(partial(_one_sided, back=False)),
    "error-only: a signal must arrive as well as an error: is the way from the input free?",
    _by_rounds(partial(_one_sided, back=True)),
    "one-round: the wires that have woken are no longer zero: go on from there to step 1, 2, ...",
    _by_rounds(_awake, rounds=1),
    "three-rounds: three rounds are not enough: go on as long as anything wakes",
    _by_rounds(_awake, rounds=3),
    "two-rounds: two rounds are not enough: go on as long as anything wakes",
    _by_rounds(_awake, rounds=2),
    "random-at-once: a random wire also waits, while zeros cut it off from input or output",
    lambda wires: [0 if kind == "random" else t for t, (_, _, kind) in zip(waking_times(wires), wires, strict=True)],
    "all-at-once: who wakes only after others needs their step first: one round of waking is one step",
    lambda wires: [None if t is None else 0 for t in waking_times(wires)],
    "chain-rule: two zeros are stuck in a chain only: with a way round one of them several may wake",
    _one_zero_at_most,
    "zero-blocks-itself: a zero matrix does not block its own gradient: only the others on the path do",
    _by_rounds(lambda wires, zero: _awake(wires, zero) - zero),
    "fixed-counted: fixed wires are not trained: their entries are None",
    lambda wires: waking_times([(a, b, "random" if kind == "fixed" else kind) for a, b, kind in wires]),
    "fixed-ignored: the fixed wires carry signals and errors, too: they are the ways round",
    _by_rounds(partial(_awake, through=("zero", "random"))),
    "from-one: off by one: the first step is step 0",
    _by_rounds(_awake, first=1),
    "zeros-only: the random matrices have gradients, too: give their steps",
    _by_rounds(_awake, shown=lambda kind: kind == "zero"),
    "as-listed: the wires come in any order: sort them, or sweep until nothing new is reached",
    _as_listed,
)

ADVICE = {
    r"^RecursionError": "there may be 2^40 paths: ask which nodes are reached, not along which paths",
}

COMPARE = wrong_steps(
    "wire",
    lambda wires: f"given wires {wires}" if len(wires) < 12 else f"given {len(wires)} wires",
    lambda wrong, wires: f"wire {wrong[0]}, {wires[wrong[0]]}",
)
QUESTION = Question("8.6", 3, "Draw the paths", waking_times, _networks, MISTAKES, COMPARE, advice=ADVICE)
