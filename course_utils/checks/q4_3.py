"""Question 4.3."""

import numpy as np

from course_utils.checks.core import Question, known


def layers_in_reach(size, lr, smallest):
    """How many matrices, from W^L down, get a first gradient of at least `smallest` by the squaring law."""
    layers = 0
    while size >= smallest:
        layers, size = layers + 1, lr * size**2
    return layers


def _ladders(rng):
    return [
        (0.02, 0.1, 1.4e-45),
        (0.8, 0.1, 1.2e-38),
        (0.3, 0.5, 1e-8),
        (0.02, 0.01, 5e-324),
        (0.6, 0.3, 1e-20),
        (1e-9, 0.1, 1e-8),
        (0.9, 0.9, 1e-30),
        (0.25, 0.5, 0.25),  # exactly the smallest
        *(tuple(rng.uniform([0.1, 0.1, 1e-9], [0.9, 0.9, 1e-8]).tolist()) for _ in range(3)),
        *((*rng.uniform(0.1, 0.9, 2).tolist(), float(10.0 ** -rng.uniform(1, 300))) for _ in range(6)),
    ]


def _ladder(step):
    """A wrong answer that goes from one size to the next by this step (size, lr, the first size)."""

    def function(size, lr, smallest):
        layers, first = 0, size
        while size >= smallest and layers < 2000:
            layers, size = layers + 1, step(size, lr, first)
        return layers

    return function


MISTAKES = known(
    "no-lr: the step size is missing: the law is lr * G^2",
    _ladder(lambda size, lr, first: size**2),
    "one-factor: not one factor lr * G for all layers: the law squares the last G, so the factor shrinks, too",
    _ladder(lambda size, lr, first: size * lr * first),
    "like-adam: a factor lr for each layer is a ladder like Adam's: SGD squares",
    _ladder(lambda size, lr, first: lr * size),
    "lr-squared: lr counts only once: lr * G^2, not (lr * G)^2",
    _ladder(lambda size, lr, first: (lr * size) ** 2),
    "strictly-above: a size equal to the smallest can still be held: at least means >=",
    lambda size, lr, smallest: layers_in_reach(size, lr, np.nextafter(smallest, 1)),
    "first-not-counted: off by one: W^L itself counts, too",
    lambda *args: max(layers_in_reach(*args) - 1, 0),
    "minus-one: off by one: if the first size is too small the answer is 0, not -1",
    lambda *args: layers_in_reach(*args) - 1,
    "one-too-many: off by one: the first gradient that is too small does not count",
    lambda *args: layers_in_reach(*args) + 1,
)

QUESTION = Question("4.3", 1, "How deep does a number format reach?", layers_in_reach, _ladders, MISTAKES)
