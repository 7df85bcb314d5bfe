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


def never_said_as_text(wires):
    return ["never" if t is None else t for t in until_stable(wires)]


def trained_only(wires):
    return [t for t, (a, b, kind) in zip(until_stable(wires), wires, strict=True) if kind != "fixed"]


def ten_rounds(wires):
    return [None if t is None or t > 9 else t for t in until_stable(wires)]


WRONG = {
    "ten rounds": (ten_rounds, "look again at wire"),
    "never as a text": (never_said_as_text, "without quotes"),
    "trained wires only": (trained_only, "one entry for each wire"),
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
