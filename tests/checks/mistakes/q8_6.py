"""Answers to 8.6, draw the paths."""


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


WRONG = {
    "ten rounds": (
        lambda wires: [None if t is None or t > 9 else t for t in until_stable(wires)],
        "look again at wire",
    ),
    "never as a text": (lambda wires: ["never" if t is None else t for t in until_stable(wires)], "without quotes"),
    "trained wires only": (
        lambda wires: [t for t, (a, b, kind) in zip(until_stable(wires), wires, strict=True) if kind != "fixed"],
        "one entry for each wire",
    ),
}

RIGHT = {
    "until stable": until_stable,
}
