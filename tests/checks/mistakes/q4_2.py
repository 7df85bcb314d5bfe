"""Answers to 4.2, who wakes and who never does."""

import numpy as np


def walk(arrives, speaks, *, below_too=True, when=lambda L, l: L - l):
    """An answer that walks down from the output, with these rules for one layer's h and phi'."""

    def answer(biases, activation):
        L = len(biases) + 1
        h = {l: activation(b) for l, b in biases.items()}
        slope = {l: activation.derivative(b) for l, b in biases.items()}
        steps, cut = [None] * L, False
        for l in range(L, 0, -1):
            ok = l == L or arrives(h[l], slope[l])
            ok = ok and (l == 1 or speaks(h[l - 1], slope[l - 1]))
            if ok and not cut:
                steps[l - 1] = when(L, l)
            elif below_too:
                cut = True
        return steps

    return answer


def same_neuron(h, slope):
    return np.any(h * slope != 0)


def says(h, slope):
    return np.any(h != 0)


def whole_array_in_if(biases, activation):
    L, steps = len(biases) + 1, []
    for l in range(1, L + 1):
        blocked = l < L and activation(biases[l]) == 0
        steps.append(None if blocked else L - l)
    return steps


def right(biases, activation):
    return walk(same_neuron, says)(biases, activation)


def from_the_theorem(biases, activation):
    """W^l wakes if all layers from l on hear, and layer l - 1 speaks."""
    L = len(biases) + 1
    hears = {l: np.any(activation(b) * activation.derivative(b)) for l, b in biases.items()}
    steps = np.full(L, None)
    for l in range(1, L + 1):
        if all(hears[m] for m in range(l, L)) and (l == 1 or np.any(activation(biases[l - 1]))):
            steps[l - 1] = L - l
    return steps


WRONG = {
    "from b^0": (
        lambda biases, activation: right([biases[l] for l in range(len(biases))], activation),
        "the input has none",
    ),
    "an array in an if": (whole_array_in_if, ".any()"),
    "-1 for never": (
        lambda biases, activation: [-1 if t is None else t for t in right(biases, activation)],
        "or None for never",
    ),
}

RIGHT = {
    "all layers above": from_the_theorem,
}
