"""Answers to 8.6, draw the paths."""

import functools


def _from_input(wires, zero):
    seen, grown = {0}, True
    while grown:
        new = {b for i, (a, b, _) in enumerate(wires) if i not in zero and a in seen} - seen
        seen, grown = seen | new, bool(new)
    return seen


def _to_output(wires, zero):
    seen, grown = {max(b for a, b, kind in wires)}, True
    while grown:
        new = {a for i, (a, b, _) in enumerate(wires) if i not in zero and b in seen} - seen
        seen, grown = seen | new, bool(new)
    return seen


def until_stable(wires):
    steps = [None] * len(wires)
    zero = {i for i, wire in enumerate(wires) if wire[2] == "zero"}
    for t in range(len(wires)):
        signal, error = _from_input(wires, zero), _to_output(wires, zero)
        for i, (a, b, kind) in enumerate(wires):
            if kind != "fixed" and a in signal and b in error and steps[i] is None:
                steps[i] = t
        zero -= {i for i in zero if steps[i] is not None}
    return steps


def signal_only(wires):
    steps, zero = [None] * len(wires), {i for i, wire in enumerate(wires) if wire[2] == "zero"}
    for t in range(len(wires)):
        signal = _from_input(wires, zero)
        for i, (a, _, kind) in enumerate(wires):
            if kind != "fixed" and a in signal and steps[i] is None:
                steps[i] = t
        zero -= {i for i in zero if steps[i] is not None}
    return steps


def error_only(wires):
    steps, zero = [None] * len(wires), {i for i, wire in enumerate(wires) if wire[2] == "zero"}
    for t in range(len(wires)):
        error = _to_output(wires, zero)
        for i, (_, b, kind) in enumerate(wires):
            if kind != "fixed" and b in error and steps[i] is None:
                steps[i] = t
        zero -= {i for i in zero if steps[i] is not None}
    return steps


def step_zero_only(wires):
    zero = {i for i, wire in enumerate(wires) if wire[2] == "zero"}
    signal, error = _from_input(wires, zero), _to_output(wires, zero)
    return [0 if kind != "fixed" and a in signal and b in error else None for a, b, kind in wires]


def all_at_zero(wires):
    return [None if t is None else 0 for t in until_stable(wires)]


def at_most_one(wires):
    if [kind for a, b, kind in wires].count("zero") > 1:
        return [None for _ in wires]
    return until_stable(wires)


def own_zero_counts(wires):
    zero = {i for i, wire in enumerate(wires) if wire[2] == "zero"}
    signal, error = _from_input(wires, zero), _to_output(wires, zero)
    return [0 if k == "random" and a in signal and b in error else None for a, b, k in wires]


def fixed_as_well(wires):
    steps = until_stable([(a, b, kind.replace("fixed", "random")) for a, b, kind in wires])
    return steps


def nothing_round(wires):
    kept = [i for i, wire in enumerate(wires) if wire[2] != "fixed"]
    last = max(b for _, b, _ in wires)
    steps, zero = [None] * len(wires), {i for i in kept if wires[i][2] == "zero"}
    closed = lambda: zero | (set(range(len(wires))) - set(kept))  # noqa: E731
    for t in range(len(wires)):
        signal = _from_input(wires, closed())
        error = _to_output(wires, closed()) | {last}
        for i in kept:
            if wires[i][0] in signal and wires[i][1] in error and steps[i] is None:
                steps[i] = t
        zero -= {i for i in zero if steps[i] is not None}
    return steps


def from_one(wires):
    return [None if t is None else t + 1 for t in until_stable(wires)]


def zeros_only(wires):
    return [t if kind == "zero" else None for t, (a, b, kind) in zip(until_stable(wires), wires, strict=True)]


def never_said_as_text(wires):
    return ["never" if t is None else t for t in until_stable(wires)]


def trained_only(wires):
    return [t for t, (a, b, kind) in zip(until_stable(wires), wires, strict=True) if kind != "fixed"]


def one_sweep(wires):
    steps, zero = [None] * len(wires), {i for i, wire in enumerate(wires) if wire[2] == "zero"}
    last = max(b for _, b, _ in wires)
    for t in range(len(wires)):
        signal, error = {0}, {last}
        for i, (a, b, _) in enumerate(wires):
            if i not in zero and a in signal:
                signal.add(b)
        for i in range(len(wires) - 1, -1, -1):
            if i not in zero and wires[i][1] in error:
                error.add(wires[i][0])
        for i, (a, b, kind) in enumerate(wires):
            if kind != "fixed" and a in signal and b in error:
                steps[i] = t if steps[i] is None else steps[i]
                zero -= {i}
    return steps


def three_rounds(wires):
    return [None if t is None or t > 2 else t for t in until_stable(wires)]


def ten_rounds(wires):
    return [None if t is None or t > 9 else t for t in until_stable(wires)]


def random_at_once(wires):
    return [0 if kind == "random" else t for t, (a, b, kind) in zip(until_stable(wires), wires, strict=True)]


WRONG = {
    "a signal is enough": (signal_only, "an error must arrive as well"),
    "an error is enough": (error_only, "a signal must arrive as well"),
    "step 0 only": (step_zero_only, "no longer zero"),
    "three rounds": (three_rounds, "three rounds are not enough"),
    "ten rounds": (ten_rounds, "look again at wire"),
    "random at once": (random_at_once, "a random wire also waits"),
    "all at step 0": (all_at_zero, "one round of waking is one step"),
    "at most one zero": (at_most_one, "in a chain only"),
    "its own zero counts": (own_zero_counts, "does not block its own gradient"),
    "fixed wires, too": (fixed_as_well, "not trained"),
    "fixed wires carry nothing": (nothing_round, "ways round"),
    "from one": (from_one, "off by one"),
    "zeros only": (zeros_only, "random matrices have gradients, too"),
    "never as a text": (never_said_as_text, "without quotes"),
    "trained wires only": (trained_only, "one entry for each wire"),
    "one sweep": (one_sweep, "in any order"),
}


def recursive(wires):
    """With a memory, the paths need not be walked one by one."""
    last = max(b for _, b, _ in wires)
    zero, steps = {i for i, w in enumerate(wires) if w[2] == "zero"}, [None] * len(wires)
    for t in range(len(wires)):

        @functools.cache
        def signal(node, zero=frozenset(zero)):
            return node == 0 or any(signal(a) for i, (a, b, _) in enumerate(wires) if b == node and i not in zero)

        @functools.cache
        def error(node, zero=frozenset(zero)):
            return node == last or any(error(b) for i, (a, b, _) in enumerate(wires) if a == node and i not in zero)

        awake = {i for i, (a, b, kind) in enumerate(wires) if kind != "fixed" and signal(a) and error(b)}
        if not awake - {i for i, s in enumerate(steps) if s is not None}:
            break
        steps = [t if i in awake and s is None else s for i, s in enumerate(steps)]
        zero -= awake
    return tuple(steps)


RIGHT = {"until stable": until_stable, "recursive": recursive}
