"""Question 4.2."""

import numpy as np

from course_utils.activations import Activation, identity, relu, sigmoid, tanh
from course_utils.checks.core import Question, known
from course_utils.checks.values import wrong_steps


def waking_steps(biases, activation):
    """The first step at which each W^l has a gradient, from zero weights and these hidden biases; None for never."""
    L = len(biases) + 1
    steps, error = [L], True
    for l in range(L, 0, -1):
        if l < L:
            heard = activation(biases[l]) * activation.derivative(biases[l])
            error = steps[0] is not None and bool(heard.any())
        speaks = l == 1 or bool(activation(biases[l - 1]).any())
        steps.insert(0, L - l if error and speaks else None)
    return steps[:-1]


# Not in the course: an answer must ask the activation, not know it by its name.
_hard_tanh = Activation("hard tanh", lambda z: np.clip(z, -1, 1), lambda z: (np.abs(z) < 1) * 1.0)


def _bias_lists(rng):
    cases = [
        (tanh, [[0.5, -1.0], [1.0, 0.3, 2.0], [0.7, 0.2]]),
        (tanh, [[0.4, 0.0], [0.0, 0.0, 0.0], [1.0, -0.3]]),
        (tanh, [[0.0, 0.0], [0.5, 0.8], [1.0, -0.3]]),
        (relu, [[1.0, 2.0], [-1.0, -0.5], [0.3, -0.2], [1.5, 0.1]]),
        (relu, [[-1.0, 2.0], [-1.0, 0.5, 0.2]]),
        (relu, [[1.0, 2.0], [0.5, 2.0], [-0.3, -0.2]]),
        (sigmoid, [[0.0, 0.0], [-1.0, 2.0, 0.0]]),
        (identity, [[0.3], [0.0, 0.0], [0.1, 0.0], [2.0]]),
        (_hard_tanh, [[0.3, -0.8], [2.0, -3.0], [0.5, 0.1], [0.2, 3.0]]),
        (_hard_tanh, [[0.3, -0.8], [0.5, 0.9], [2.0, 0.0, -4.0], [0.2, 3.0]]),
        (_hard_tanh, [[5.0, 2.0], [0.5, 0.2]]),
        (_hard_tanh, [[0.2, 0.3], [0.5, -0.5, 3.0], [0.3, 0.1]]),  # the products cancel in a sum
        (_hard_tanh, [[0.2, 0.3], [2.0, -0.5, -0.5], [0.3, 0.1]]),  # the outputs cancel
        (tanh, [[0.0, 0.0]]),
        *(
            (phi, [rng.uniform(-2, 2, size=n).round(1).tolist() for n in rng.integers(1, 5, size=rng.integers(3, 7))])
            for phi in (relu, relu, _hard_tanh)
        ),
    ]
    return [({l: np.array(b) for l, b in enumerate(biases, start=1)}, activation) for activation, biases in cases]


def _waking(hears=None, speaks=None, *, passes_on=True, step=lambda L, l: L - l):
    """A wrong answer: which layers hear, which speak (rules for a bias vector), and whether deafness is passed on."""

    def both(b, phi):
        return (phi(b) * phi.derivative(b)).any()

    def says_something(b, phi):
        return phi(b).any()

    def function(biases, activation):
        L, steps, blocked = len(biases) + 1, [], False
        for l in range(L, 0, -1):
            here = (l < L and not (hears or both)(biases[l], activation)) or blocked
            silent = l > 1 and not (speaks or says_something)(biases[l - 1], activation)
            steps.insert(0, None if here or silent else step(L, l))
            blocked = passes_on and (here or silent)
        return steps

    return function


def _from_below(biases, activation):
    """The layers above a blocked one are blocked, not those below."""
    L, steps, blocked = len(biases) + 1, [], False
    for l in range(1, L + 1):
        blocked |= l > 1 and not (activation(biases[l - 1]) * activation.derivative(biases[l - 1])).any()
        steps.append(None if blocked else L - l)
    return steps


def _all_or_nothing(biases, activation):
    L = len(biases) + 1
    blocked = any(not (activation(b) * activation.derivative(b)).any() for b in biases.values())
    return [None if blocked else L - l for l in range(1, L + 1)]


def _yes(b, phi):
    return True


def _by_at_zero(biases, activation):
    L = len(biases) + 1
    return [L - l if activation.at_zero else None for l in range(1, L + 1)]


MISTAKES = known(
    "always: L - l is only when a layer can wake: a layer with phi(b) = 0 or phi'(b) = 0 blocks those below it",
    _waking(_yes, _yes),
    "no-slope: phi'(b) is missing: a saturated layer speaks, but lets no error through to the layers below",
    _waking(lambda b, phi: phi(b).any()),
    "no-output: phi(b) is missing: a layer that says 0 gives the matrix above no gradient, and so gets no error",
    _waking(lambda b, phi: phi.derivative(b).any(), _yes),
    "two-neurons: it must be one and the same neuron that has phi(b) and phi'(b) not 0",
    _waking(lambda b, phi: phi(b).any() and phi.derivative(b).any()),
    "products-cancel: positive and negative products cancel in a sum: ask each neuron, with .any()",
    _waking(lambda b, phi: phi(b) @ phi.derivative(b)),
    "sums-cancel: positive and negative outputs cancel in a sum: ask each neuron, with .any()",
    _waking(lambda b, phi: phi(b) @ phi.derivative(b), lambda b, phi: phi(b).sum()),
    "outputs-cancel: positive and negative outputs cancel in a sum: ask each neuron of the layer below, with .any()",
    _waking(speaks=lambda b, phi: phi(b).sum()),
    "silent-hears: a layer that says 0 hears nothing: W^(l+1) reads zeros, stays zero and sends nothing back",
    _waking(lambda b, phi: phi.derivative(b).any(), lambda b, phi: phi(b).any(), passes_on=False),
    "all-not-any: one neuron that speaks and hears is enough: ask for any, not for all",
    _waking(lambda b, phi: (phi(b) * phi.derivative(b)).all(), lambda b, phi: phi(b).all()),
    "all-not-any-back: one neuron that speaks and hears is enough to let an error through: ask for any, not for all",
    _waking(lambda b, phi: (phi(b) * phi.derivative(b)).all()),
    "not-passed-on: a blocked layer blocks all layers below it as well: no error gets past it",
    _waking(passes_on=False),
    "silent-below: the matrix above a silent layer never moves either: W^(l+1) reads h^l = 0",
    _waking(speaks=_yes),
    "saturated-silent: a saturated layer does speak: W^(l+1), which reads it, has a gradient; only the layers from l "
    "down wait",
    _waking(speaks=lambda b, phi: (phi(b) * phi.derivative(b)).any()),
    "from-below: errors come from the output: a blocked layer cuts off the layers below it, not those above",
    _from_below,
    "all-or-nothing: one blocked layer does not stop the whole network: the matrices above it still move",
    _all_or_nothing,
    "phi-zero: phi(0) counts only where the biases are 0: look at phi(b)",
    _by_at_zero,
    "off-by-one: off by one: W^L has a gradient at step 0",
    _waking(step=lambda L, l: L - l + 1),
    "reversed: the order is reversed: the list begins with W^1",
    lambda *args: waking_steps(*args)[::-1],
    "steps-reversed: the steps are reversed: W^L wakes first, at step 0",
    _waking(step=lambda L, l: l - 1),
)

ADVICE = {
    r"^KeyError: \d": "biases holds b^l for the hidden layers l = 1, ..., L - 1 only: the input has none",
    r"truth value of an array": "a layer has several neurons: ask with .any() whether one of them is not 0",
}

COMPARE = wrong_steps(
    "matrix", lambda biases, phi: f"for {phi.name}, biases = { {l: b.tolist() for l, b in biases.items()} }"
)
QUESTION = Question(
    "4.2", 2, "Who wakes, and who never does?", waking_steps, _bias_lists, MISTAKES, COMPARE, advice=ADVICE
)
