"""Exercise 04: what the reference answers claim is so, by experiment."""

import numpy as np

from course_utils import diagnostics, mlp, optimizers, training
from course_utils.checks import QUESTIONS, q4_6


def test_as_many_neurons_come_of_it_as_training_makes():
    """Each neuron's contribution to the outputs, on random inputs after 40 steps: the directions are counted."""
    for case in QUESTIONS["4.6"].inputs():
        b, phi = case.values()
        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(12, 3)), rng.integers(3, size=12)
        start = mlp.initialize([3, len(b), 3], "zeros") | {"b1": b}
        # Sums in one order; one bit more or less is no other direction.
        start = {name: p.astype(np.longdouble) for name, p in start.items()}
        end = training.train(start, x, y, optimizers.sgd(0.3), steps=40, activation=phi, progress=False).params
        h = mlp.forward(end, x, phi).h[1]
        said = np.einsum("ki,si->iks", end["W2"], h).reshape(len(b), -1).astype(float)
        said = said[np.abs(said).max(axis=1) > 0]
        found = diagnostics.distinct_rays(said, 1e-9) if len(said) else 0
        assert found == q4_6.different_neurons(b, phi), (phi.name, b)
