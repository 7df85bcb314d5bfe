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


def in_a_list(biases, activation):
    return right([biases[l] for l in range(len(biases))], activation)


def whole_array_in_if(biases, activation):
    L, steps = len(biases) + 1, []
    for l in range(1, L + 1):
        blocked = l < L and activation(biases[l]) == 0
        steps.append(None if blocked else L - l)
    return steps


def minus_one(biases, activation):
    return [-1 if t is None else t for t in right(biases, activation)]


WRONG = {
    "from b^0": (in_a_list, "the input has none"),
    "an array in an if": (whole_array_in_if, ".any()"),
    "-1 for never": (minus_one, "or None for never"),
}


def right(biases, activation):
    return walk(same_neuron, says)(biases, activation)


def by_loops(biases, activation):
    """Neuron by neuron, from the output down."""
    L, steps = len(biases) + 1, []
    arrives = True
    for l in range(L, 0, -1):
        speaks = True if l == 1 else sum(activation(z) != 0 for z in biases[l - 1]) > 0
        moves = bool(arrives and speaks)
        steps.append(L - l if moves else None)
        arrives = False
        for z in biases.get(l - 1, []):
            if moves and activation(z) != 0 and activation.derivative(z) != 0:
                arrives = True
    return steps[::-1]


def from_the_theorem(biases, activation):
    """W^l wakes if all layers from l on hear, and layer l - 1 speaks."""
    L = len(biases) + 1
    hears = {l: np.any(activation(b) * activation.derivative(b)) for l, b in biases.items()}
    steps = np.full(L, None)
    for l in range(1, L + 1):
        if all(hears[m] for m in range(l, L)) and (l == 1 or np.any(activation(biases[l - 1]))):
            steps[l - 1] = L - l
    return steps


RIGHT = {"walk": right, "loops": by_loops, "all layers above": from_the_theorem}
