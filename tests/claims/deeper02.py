"""What lesson 2 leaves to the curious: each hypothesis broken, flips, many layers of twins, what softmax cannot see."""

import numpy as np
import properties
from claim import claim
from drawn import RELABELLING, after, any_activation, batch_sizes, hidden_sizes, in_fixed_order, seeds, small_data
from hypothesis import strategies as st
from lesson02 import copies, random_net
from lesson03 import equal_rows_stay_equal_under_what_softmax_cannot_see

from course_utils import activations, diagnostics, mlp, optimizers

ODD = sorted(name for name, phi in activations.ACTIVATIONS.items() if phi.odd)
SILENT = sorted(name for name, phi in activations.ACTIVATIONS.items() if phi.at_zero == 0)
WAYS = ("step size", "decay", "state", "mask", "noise")


@claim(
    "02d-hypotheses",
    condition="twins with nonzero weights; an own step size, decay, momentum, mask or noise for one of them",
    inside={"way": st.sampled_from(WAYS), "activation": st.sampled_from(["tanh", "sigmoid", "gelu"]), "seed": seeds},
    outside={
        "nothing of its own": {"way": None, "activation": "tanh", "seed": 0},
        "zero neurons have nothing to mask": {"way": "mask", "activation": "tanh", "seed": 0, "size": 0.0},
    },
)
def twins_part_when_the_rule_tells_them_apart(way, activation, seed, size=1.0):
    start = {name: size * p for name, p in copies(random_net((1,), seed), [4]).items()}
    (x, y), rule, rng = small_data(seed), optimizers.momentum(0.05), np.random.default_rng([seed, 2])
    first = np.eye(4, 1)

    def init(params):
        state = rule.init(params)
        if way == "state":
            state["b1"][0] = 1
        return state

    def step(params, grads, state):
        if way == "step size":
            grads = grads | {"W1": grads["W1"] * (1 + 0.1 * first)}
        if way == "decay":
            grads = grads | {"W1": grads["W1"] + 0.1 * first * params["W1"]}
        if way == "noise":
            grads = grads | {"b1": grads["b1"] + 1e-6 * rng.normal(size=4)}
        rule.step(params, grads, state)

    own = optimizers.Optimizer("own", init, step)
    settings = {"activation": activation, "rng": np.random.default_rng(seed)}
    settings |= {"dropout": {1: 0.5}} if way == "mask" else {}
    end = after(in_fixed_order(start), x, y, own, 15, **settings)
    assert diagnostics.spread(diagnostics.neurons(end, 1)) > 1e-12


@claim(
    "02d-flip",
    condition="phi(0) = 0; the other neurons, the rule, the data and the batches may be anything",
    inside={
        "hidden": hidden_sizes(smallest=2),
        "activation": st.sampled_from(SILENT),
        "optimizer": st.sampled_from(sorted(RELABELLING)),
        "batch": batch_sizes,
        "seed": seeds,
    },
    outside={
        "phi(0) is not 0": {"hidden": (3,), "activation": "sigmoid", "optimizer": "sgd", "batch": None, "seed": 0},
    },
)
def a_zero_neuron_stays_zero(hidden, activation, optimizer, batch, seed):
    params = random_net(hidden, seed)
    params["W1"][0], params["b1"][0], params["W2"][:, 0] = 0, 0, 0
    x, y = small_data(seed)
    settings = {"activation": activation, "batch_size": batch, "rng": np.random.default_rng(seed)}
    assert not diagnostics.neurons(after(params, x, y, optimizer, 12, **settings), 1)[0].any()


@claim(
    "02d-flip/odd",
    condition="odd activations",
    inside={"hidden": hidden_sizes(), "activation": st.sampled_from(ODD), "seed": seeds},
    outside={"ReLU": {"hidden": (3,), "activation": "relu", "seed": 0}},
)
def flipping_the_signs_of_a_neuron_changes_no_output(hidden, activation, seed):
    params = random_net(hidden, seed)
    flipped = {name: p.copy() for name, p in params.items()}
    flipped["W1"][0], flipped["b1"][0], flipped["W2"][:, 0] = -params["W1"][0], -params["b1"][0], -params["W2"][:, 0]
    x, _ = small_data(seed)
    outputs = [mlp.forward(p, x, activation).output for p in (params, flipped)]
    assert np.abs(outputs[0] - outputs[1]).max() < 1e-12


@claim(
    "02d-layers",
    condition="twins in every hidden layer, Adam: step sizes eta n_(l-1), eta; eps n_l (SGD: 02-one-neuron)",
    inside={"hidden": hidden_sizes(), "activation": any_activation, "batch": batch_sizes, "seed": seeds},
    outside={
        "eps left as it is": {"hidden": (4, 2), "activation": "tanh", "batch": None, "seed": 0, "scaled": False},
    },
)
def adam_has_step_sizes_of_its_own(hidden, activation, batch, seed, scaled=True):
    one, n = random_net((1,) * len(hidden), seed), [1, *hidden, 1]
    rates = {f"W{l}": 0.003 * n[l - 1] for l in range(1, len(n))} | {f"b{l}": 0.003 for l in range(1, len(n))}
    eps = {f"{kind}{l}": 1e-2 * (n[l] if scaled else 1) for l in range(1, len(n)) for kind in "Wb"}
    x, y = small_data(seed)
    settings = {"activation": activation, "batch_size": batch}
    wide, narrow = (
        after(start, x, y, rule, 12, rng=np.random.default_rng(seed), **settings)
        for start, rule in (
            (copies(one, hidden), optimizers.adam(0.003, eps=1e-2)),
            (one, optimizers.adam(rates, eps=eps)),
        )
    )
    properties.close(copies(narrow, hidden), wide, 1e-8, rounding=1e-11)


@claim(
    "02d-trap",
    condition="one hidden layer, equal rows and biases, W2 = 1 a^T, softmax cross-entropy, SGD",
    inside={"width": st.integers(2, 6), "activation": any_activation, "batch": batch_sizes, "seed": seeds},
    outside={
        "squared error": {"width": 4, "activation": "tanh", "batch": None, "seed": 0, "loss": "squared_error"},
        "columns that differ between the classes": {
            "width": 4, "activation": "tanh", "batch": None, "seed": 0, "alike": False,
        },
    },
)  # fmt: skip
def what_a_neuron_says_to_all_classes_alike_is_not_heard(width, activation, batch, seed, **settings):
    equal_rows_stay_equal_under_what_softmax_cannot_see(width, activation, "sgd", batch, seed, **settings)
