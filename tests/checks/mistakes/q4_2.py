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


def always(h, slope):
    return True


def products_added(biases, activation):
    """The sum of the products, where any of them counts."""
    return walk(lambda h, slope: h @ slope != 0, says)(biases, activation)


def all_added(biases, activation):
    return walk(lambda h, slope: np.sum(h * slope) != 0, lambda h, slope: sum(h) != 0)(biases, activation)


def outputs_added(biases, activation):
    return walk(same_neuron, lambda h, slope: np.sum(h) != 0)(biases, activation)


def in_a_list(biases, activation):
    return right([biases[l] for l in range(len(biases))], activation)


def whole_array_in_if(biases, activation):
    L, steps = len(biases) + 1, []
    for l in range(1, L + 1):
        blocked = l < L and activation(biases[l]) == 0
        steps.append(None if blocked else L - l)
    return steps


def above_is_cut(biases, activation):
    L, steps, ok = len(biases) + 1, [], True
    for l in range(1, L + 1):
        if l > 1:
            ok = ok and same_neuron(activation(biases[l - 1]), activation.derivative(biases[l - 1]))
        steps.append(L - l if ok else None)
    return steps


def nobody_if_one_is_blocked(biases, activation):
    L = len(biases) + 1
    for b in biases.values():
        if not same_neuron(activation(b), activation.derivative(b)):
            return [None] * L
    return list(range(L - 1, -1, -1))


def by_value_at_zero(biases, activation):
    L = len(biases) + 1
    return list(range(L - 1, -1, -1)) if activation.at_zero != 0 else [None] * L


def minus_one(biases, activation):
    return [-1 if t is None else t for t in right(biases, activation)]


WRONG = {
    "always L - l": (walk(always, always), "blocks those below it"),
    "no slope": (walk(says, says), "lets no error through"),
    "no phi": (walk(lambda h, slope: slope.any(), always), "says 0 gives the matrix above no gradient"),
    "not the same neuron": (walk(lambda h, s: h.any() and s.any(), says), "one and the same neuron"),
    "all neurons needed": (walk(lambda h, s: (h * s != 0).all(), lambda h, s: (h != 0).all()), "any, not for all"),
    "all neurons must hear": (walk(lambda h, s: (h * s != 0).all(), says), "let an error through"),
    "not passed on": (walk(same_neuron, says, below_too=False), "blocks all layers below"),
    "zeros not read": (walk(same_neuron, always), "reads h^l = 0"),
    "saturated is silent": (walk(same_neuron, same_neuron), "a saturated layer does speak"),
    "cut above": (above_is_cut, "not those above"),
    "all or nothing": (nobody_if_one_is_blocked, "the matrices above it still move"),
    "by phi(0)": (by_value_at_zero, "look at phi(b)"),
    "off by one": (walk(same_neuron, says, when=lambda L, l: L - l + 1), "off by one"),
    "steps upwards": (walk(same_neuron, says, when=lambda L, l: l - 1), "the steps are reversed"),
    "list reversed": (lambda biases, activation: right(biases, activation)[::-1], "the order is reversed"),
    "from b^0": (in_a_list, "the input has none"),
    "an array in an if": (whole_array_in_if, ".any()"),
    "products added": (products_added, "positive and negative products cancel"),
    "products and outputs added": (all_added, "positive and negative outputs cancel"),
    "outputs added": (outputs_added, "of the layer below"),
    "silent, but hears": (walk(lambda h, slope: slope.any(), says, below_too=False), "hears nothing"),
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
