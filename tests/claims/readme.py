"""The README's promises: what its picture shows, the sentence below it, and that statements have their claims."""

import claim as claims
import numpy as np
from claim import claim
from drawn import digits_after, seeds
from hypothesis import strategies as st
from lesson04 import CURVED

from course_utils import diagnostics, mlp, optimizers, sweep

RULES = {"sgd": optimizers.sgd(0.1), "adam": optimizers.adam(0.01)}
DEPTHS = [1, 2, 3, 5, 8]
STATED = {statement.text: statement.id for statement in claims.statements()}


@claim(
    "readme-plane/left",
    condition="tanh, SGD 0.1, 600 steps, zero weights: with one hidden layer only the corner is dark, else the edge",
    inside={
        "hidden": st.sampled_from(DEPTHS),
        "sigma_b": st.sampled_from([0.0, *np.linspace(0.25, 3, 12)]),
        "seed": seeds,
    },
    outside={
        "ReLU": {"hidden": 1, "sigma_b": 1.0, "seed": 0, "activation": "relu"},
        "Adam": {"hidden": 2, "sigma_b": 1.0, "seed": 0, "rule": "adam"},
    },
)
def the_corner_is_dark_with_one_layer_and_the_edge_with_more(hidden, sigma_b, seed, activation="tanh", rule="sgd"):
    start = mlp.initialize([64, *[32] * hidden, 10], "zeros", sigma_b=sigma_b, rng=np.random.default_rng(seed))
    _, train, test = digits_after(start, RULES[rule], 600, activation, seed)
    assert min(train, test) > 0.8 if hidden == 1 and sigma_b else max(train, test) < 0.3


def shares(part, optimizer, shown=slice(None)):
    """The mean accuracy of the stored plane, tanh: by depth, bias scale and weight scale."""
    return sweep.load(optimizer=optimizer).results[part][0].mean(axis=1)[:, 0, :, shown]


@claim(
    "readme-plane/depth",
    condition="the stored plane, tanh and SGD: the share of squares below one half",
    inside={"depths": st.lists(st.sampled_from(range(5)), min_size=2, max_size=2, unique=True).map(sorted)},
    outside={"Adam, one and two layers": {"depths": [0, 1], "optimizer": "adam"}},
)
def the_dark_region_grows_with_depth(depths, optimizer="sgd"):
    less, more = (np.mean(shares("test", optimizer)[depth] < 0.5) for depth in depths)
    assert less < more


@claim(
    "readme-plane/right",
    condition="tanh, SGD 0.1, 600 steps, zero biases, up to eight hidden layers, sigma_w near 3",
    inside={"hidden": st.sampled_from(DEPTHS[1:]), "sigma_w": st.floats(3.1, 3.3), "seed": seeds},
    outside={
        "weights at LeCun's scale": {"hidden": 2, "sigma_w": 1.0, "seed": 0},
        "ReLU, which loses training, too": {"hidden": 8, "sigma_w": 3.0, "seed": 0, "activation": "relu"},
    },
)
def on_the_right_the_test_fades_before_the_training(hidden, sigma_w, seed, activation="tanh"):
    rng = np.random.default_rng(seed)
    start = mlp.initialize([64, *[32] * hidden, 10], "normal", sigma_w=sigma_w, rng=rng)
    with np.errstate(over="ignore", invalid="ignore"):
        _, train, test = digits_after(start, RULES["sgd"], 600, activation, seed)
    assert train > 0.9 and test < train - 0.04


@claim(
    "readme-opposite",
    condition="zero weights, biases that are powers of two (no rounding), one hidden layer, the digits, 300 steps",
    inside={
        "case": st.sampled_from([*((phi, "sgd") for phi in CURVED), ("relu", "sgd"), ("relu", "adam")]),
        "seed": seeds,
    },
    outside={
        "ReLU and SGD, biases whose sums are rounded": {"case": ("relu", "sgd"), "seed": 0, "rounded": True},
        "equal biases": {"case": ("tanh", "sgd"), "seed": 0, "equal": True},
    },
)
def does_the_symmetry_stay(case, seed, rounded=False, equal=False):
    (activation, rule), rng = case, np.random.default_rng(seed)
    start = mlp.initialize([64, 16, 10], "zeros")
    start["b1"] = rng.permutation(np.repeat([-1, 1], 8) * np.tile(2.0 ** np.arange(-5, 3), 2))
    if rounded:
        start["b1"] = rng.normal(size=16)
    if equal:
        start["b1"][:] = 0.5
    end, _, _ = digits_after(start, RULES[rule], 1500 if rounded else 300, activation, seed)
    stays = (activation, rule) == ("relu", "sgd")
    awake = start["b1"] > 0
    assert diagnostics.distinct_rays(diagnostics.neurons(end, 1)[awake]) == (1 if stays else awake.sum())


@claim(
    "readme-claims",
    condition="statements of the lessons, the card, the answer and of this page that are not definitions",
    inside={"text": st.sampled_from([text for text, id in STATED.items() if id != claims.NO_CLAIM])},
    outside={"a sentence that is nowhere in the course": {"text": "Zero is always safe."}},
)
def a_statement_has_a_condition_and_a_counter_example(text):
    own = [c for c in claims.CLAIMS.values() if c.id.split("/")[0] == STATED.get(text)]
    assert own and all(c.condition and c.outside for c in own)
