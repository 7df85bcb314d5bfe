"""What hypothesis draws: small networks and their data. Numbers come from a drawn seed, so they are never special.

The draws are the same in every run; HYPOTHESIS_PROFILE=search looks further, with new ones.
"""

import os
from typing import NamedTuple

import numpy as np
import properties
from hypothesis import settings
from hypothesis import strategies as st

from course_utils import activations, losses

settings.register_profile("course", deadline=None, max_examples=40, derandomize=True, database=None)
settings.register_profile("search", deadline=None, max_examples=1000, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "course"))

ACTIVATIONS = sorted(activations.ACTIVATIONS)
LOSSES = sorted(losses.LOSSES)
ODD = sorted(name for name, phi in activations.ACTIVATIONS.items() if phi.odd)

seeds = st.integers(0, 2**32 - 1)
leading_axes = st.sampled_from([(), (1,), (3,), (2, 2)])


@st.composite
def layer_sizes(draw, hidden=(0, 3), largest=4):
    """[n_0, ..., n_L], by default for one to four matrices; two outputs at least, or softmax has nothing to do."""
    inner = draw(st.lists(st.integers(1, largest), min_size=hidden[0] + 1, max_size=hidden[1] + 1))
    return (*inner, draw(st.integers(2, largest)))


class Case(NamedTuple):
    """A random network with data that fit it."""

    sizes: tuple
    params: dict
    x: np.ndarray
    y: np.ndarray
    rng: np.random.Generator


@st.composite
def cases(draw, hidden=(1, 3), largest=4, loss="cross_entropy"):
    """A single network with one to six samples."""
    sizes, n = draw(layer_sizes(hidden, largest)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(seeds))
    params, x = properties.random_params(sizes, rng), rng.normal(size=(n, sizes[0]))
    return Case(sizes, params, x, properties.random_targets(loss, n, sizes[-1], rng), rng)


def orders(case):
    """A random order of the units of every hidden layer of that case."""
    return {l: case.rng.permutation(n) for l, n in enumerate(case.sizes[1:-1], start=1)}
