"""Question 2.1."""

from course_utils.activations import Activation, identity, lecun_tanh, relu, sigmoid, softplus, tanh
from course_utils.checks.core import Question, known
from course_utils.checks.values import wrong_steps


def first_moves(activation, L):
    """From all-zero parameters: the first step at which each W^l has a gradient."""
    return [L - l if activation.at_zero else None for l in range(1, L + 1)]


# Not in the course: an answer must go by phi(0), not by the activation's name.
_shifted = Activation("shifted softplus", lambda z: softplus(z) + 1, sigmoid)


def _deep_nets(rng):
    fixed = [(sigmoid, 3), (tanh, 3), (relu, 2), (sigmoid, 5), (identity, 4), (lecun_tanh, 2), (_shifted, 4)]
    return fixed + [(phi, int(rng.integers(2, 9))) for phi in (sigmoid, _shifted)] + [(tanh, int(rng.integers(9, 40)))]


def _moves(when):
    """A wrong answer from a rule for one layer."""
    return lambda activation, L: [when(activation, L, l) for l in range(1, L + 1)]


MISTAKES = known(
    "off-by-one: off by one: the first step is t = 0, and W^L moves in it",
    _moves(lambda phi, L, l: L - l + 1 if phi.at_zero else None),
    "off-by-one-below: off by one: W^(L-1) moves at step 1, after W^L has",
    _moves(lambda phi, L, l: max(L - l - 1, 0) if phi.at_zero else None),
    "reversed: the order is reversed: errors come from the output, so W^L moves first",
    _moves(lambda phi, L, l: l - 1 if phi.at_zero else None),
    "reversed-off-by-one: the order is reversed and off by one: errors come from the output, W^L moves at t = 0",
    _moves(lambda phi, L, l: l if phi.at_zero else None),
    "all-at-once: not all at once: at t = 0 the error cannot pass W^L = 0, so the layers below wait",
    _moves(lambda phi, L, l: 0 if phi.at_zero else None),
    "phi-zero-ignored: phi(0) = 0 changes everything: all h are 0, and so are all weight gradients, forever",
    _moves(lambda phi, L, l: L - l),
    "output-layer-moves: with phi(0) = 0 the output layer never moves either: its gradient is delta^L times h = 0",
    _moves(lambda phi, L, l: L - l if phi.at_zero else (0 if l == L else None)),
    "first-layer-moves: with phi(0) = 0 the first layer never moves either: x is not 0, but delta^1 is",
    _moves(lambda phi, L, l: L - l if phi.at_zero else (0 if l == 1 else None)),
    "never: not never: with phi(0) not 0 the weights do move, one layer after the other",
    _moves(lambda *_: None),
    "output-layer-only: with phi(0) not 0 it is not only the output layer: once W^L has moved, it sends errors back",
    _moves(lambda phi, L, l: 0 if phi.at_zero and l == L else None),
    "by-name: it is not the name that counts: other activations have phi(0) not 0, too",
    _moves(lambda phi, L, l: L - l if phi.name == "sigmoid" else None),
    "by-slope: it is phi(0) that counts, not phi'(0)",
    _moves(lambda phi, L, l: L - l if phi.slope_at_zero else None),
    "kinds-swapped: the two kinds are swapped: phi(0) = 0 means never",
    _moves(lambda phi, L, l: None if phi.at_zero else L - l),
)

COMPARE = wrong_steps("layer", lambda activation, L: f"for {activation.name} and L = {L}")
QUESTION = Question("2.1", 2, "Who moves first?", first_moves, _deep_nets, MISTAKES, COMPARE)
