"""Lesson 8: which zeros wake, what a zero last matrix means, and the biases that should not be zero."""

import numpy as np
from claim import claim
from drawn import LINEAR, RELABELLING, after, any_loss, any_optimizer, digits_after, seeds, small_data, xor
from hypothesis import strategies as st

from course_utils import activations, losses, mlp, optimizers, training

SILENT_WITH_SLOPE = sorted(n for n, phi in activations.ACTIVATIONS.items() if phi.at_zero == 0 != phi.slope_at_zero)
CHAIN = {"activation": "tanh", "matrices": 4, "optimizer": "sgd", "seed": 0}


@claim(
    "08-path",
    condition="a chain of random and zero matrices, zero biases, phi(0) = 0 != phi'(0); any rule; data on which the "
    "sum of error times activity below is not 0",
    inside={
        "activation": st.sampled_from(SILENT_WITH_SLOPE),
        "matrices": st.integers(2, 5),
        "zero": st.sets(st.integers(1, 5), max_size=4),
        "optimizer": any_optimizer,
        "seed": seeds,
    },
    outside={
        "phi(0) is not 0": CHAIN | {"activation": "sigmoid", "zero": {2, 3}},
        "random biases between two zeros": CHAIN | {"zero": {2, 3}, "sigma_b": 1.0},
        "no slope at 0 (ReLU)": CHAIN | {"activation": "relu", "zero": {2}},
        "XOR": CHAIN | {"matrices": 2, "zero": {1}, "data": xor(4)},
    },
)
def a_matrix_wakes_if_a_path_crosses_no_other_zero(activation, matrices, zero, optimizer, seed, sigma_b=0.0, data=None):
    zero = {l for l in zero if l <= matrices}
    rng = np.random.default_rng(seed)
    start = mlp.initialize([4] * matrices + [3], sigma_b=sigma_b, rng=rng)
    start |= {f"W{l}": np.zeros_like(start[f"W{l}"]) for l in zero}
    x, y = data or small_data(seed, n_in=4)
    path = training.descend(start, x, y, RELABELLING[optimizer], activation=activation)
    first = {}
    for step, params in zip(range(matrices + 2), path, strict=False):
        _, grads = mlp.loss_and_gradients(params, x, y, activation)
        for l in range(1, matrices + 1):
            if grads[f"W{l}"].any():
                first.setdefault(l, step)
    # One path: each matrix waits for the other zeros on it, and two zeros wait for each other. Only what lies above
    # both moves: it learns of the first bias above them, that is a constant.
    awake = range(max(zero) + 1 if len(zero) > 1 else 1, matrices + 1)
    assert first == {l: int(bool(zero - {l})) for l in awake}


@claim(
    "08-where",
    condition="no hidden layer, some weight decay, full batch: convex; any loss of the course",
    inside={"loss": any_loss, "seed": seeds},
    outside={"a hidden layer": {"loss": "cross_entropy", "seed": 0, "hidden": (4,)}},
)
def without_a_hidden_layer_the_start_is_forgotten(loss, seed, hidden=()):
    x, y = small_data(seed, n=12, loss=loss)
    rule = optimizers.sgd(0.2, weight_decay=0.1)
    ends = [
        after(mlp.initialize([3, *hidden, 3], "normal", sigma_w=s, rng=np.random.default_rng(seed)), x, y, rule, 1500,
              loss=loss) for s in (0.0, 2.0)
    ]  # fmt: skip
    assert abs(ends[0]["W1"] - ends[1]["W1"]).max() < 1e-6


@claim(
    "08-where/lora",
    condition="at most one of A and B zero, any rank and shape, residual not 0",
    inside={
        "zero": st.sampled_from(["A", "B", ""]),
        "rank": st.integers(1, 3),
        "optimizer": st.sampled_from(sorted(LINEAR)),
        "seed": seeds,
    },
    outside={
        "both zero": {"zero": "AB", "rank": 2, "optimizer": "sgd", "seed": 0},
        "both zero, momentum": {"zero": "AB", "rank": 2, "optimizer": "momentum", "seed": 0},
    },
)
def one_of_the_two_may_be_zero(zero, rank, optimizer, seed):
    """LoRA's product is a network of two matrices without activation, beside a frozen one."""
    rng = np.random.default_rng(seed)
    params = mlp.initialize([3, rank, 3], rng=rng)
    params |= {name: 0 * params[name] for name, letter in {"W1": "A", "W2": "B"}.items() if letter in zero}
    frozen = rng.normal(size=(3, 3))
    x, y = small_data(seed, loss="squared_error")
    frozen_biases = {"W1": 0.05, "W2": 0.05, "b1": 0.0, "b2": 0.0}
    rule = optimizers.momentum if optimizer.startswith("momentum") else optimizers.sgd
    end = after(params, x, y - x @ frozen.T, rule(frozen_biases), 5, activation="identity", loss="squared_error")
    assert (end["W2"] @ end["W1"]).any()


def block(x, V1, V2, activation="tanh"):
    return x + activations.get(activation)(x @ V1.T) @ V2.T


@claim(
    "08-last",
    condition="the last matrix of a branch zero, whatever stands before it",
    inside={"activation": st.sampled_from(sorted(activations.ACTIVATIONS)), "seed": seeds},
    outside={
        "another matrix zero, phi(0) not 0": {"activation": "sigmoid", "seed": 0, "last": False},
        "a small random last matrix": {"activation": "tanh", "seed": 0, "last": 0.01},
    },
)
def it_begins_as_if_the_new_part_were_not_there(activation, seed, last=True):
    rng = np.random.default_rng(seed)
    V1, V2, x = rng.normal(size=(3, 5, 5))
    V1, V2 = (V1, (last if last is not True else 0) * V2) if last else (0 * V1, V2)
    assert np.array_equal(block(x, V1, V2, activation), x)


@claim(
    "08-biases",
    condition="weights that do not act yet (output matrix zero): only the bias speaks",
    inside={"share": st.floats(0.001, 0.999), "seed": seeds},
    outside={"zero bias": {"share": 0.1, "seed": 0, "zero": True}},
)
def the_bias_that_knows_the_share(share, seed, zero=False):
    """No other bias has a smaller first loss: of classes, of rare positives, of a mean."""
    rng = np.random.default_rng(seed)
    t = rng.normal(size=50) + 3
    cases = {
        "classes": (np.log([share, 1 - share]), lambda b: -np.dot([share, 1 - share], b - np.log(np.sum(np.exp(b))))),
        "detection": (
            np.array([-np.log((1 - share) / share)]),
            lambda b: share * np.logaddexp(0, -b[0]) + (1 - share) * np.logaddexp(0, b[0]),
        ),
        "mean": (np.array([t.mean()]), lambda b: np.mean((b[0] - t) ** 2)),
    }
    for best, loss in cases.values():
        b = 0 * best if zero else best
        for nudge in rng.normal(size=(20, len(b))):
            assert loss(b) <= loss(b + nudge) + 1e-12
            assert loss(b) <= loss(best) + 1e-12


@claim(
    "08-biases/gate",
    condition="forget gate at log(T - 1), memory over T steps, weights that hardly act",
    inside={"T": st.integers(10, 2000)},
    outside={"bias 1 and a long memory": {"T": 50, "b": 1.0}, "bias 0": {"T": 10, "b": 0.0}},
)
def a_share_of_one_over_e_is_kept(T, b=None):
    b = np.log(T - 1) if b is None else b
    assert abs(activations.sigmoid(b) ** T * np.e - 1) < 0.1


@claim(
    "08-prior",
    condition="output bias log of the shares in the data, logits that do not depend on x (zero output matrix)",
    inside={"seed": seeds, "classes": st.integers(2, 6)},
    outside={
        "random output weights": {"seed": 0, "classes": 4, "scale": 1.0},
        "zero bias": {"seed": 0, "classes": 4, "bias": 0.0},
    },
)
def the_first_loss_is_the_entropy(seed, classes, scale=0.0, bias=1.0):
    loss, entropy = first_loss(seed, classes, scale, bias)
    assert abs(loss - entropy) < 1e-12


@claim(
    "08-prior/random",
    condition="the same with random output weights of either sign alike; averaged over each draw and its negative",
    inside={"seed": seeds, "classes": st.integers(2, 6), "scale": st.floats(0.1, 3)},
    outside={"a zero output matrix": {"seed": 0, "classes": 4, "scale": 0.0}},
)
def random_output_weights_add_to_it(seed, classes, scale):
    (there, entropy), (back, _) = (first_loss(seed, classes, s) for s in (scale, -scale))
    assert (there + back) / 2 > entropy + 1e-12


def first_loss(seed, classes, scale, bias=1.0):
    rng = np.random.default_rng(seed)
    y = np.concatenate([np.arange(classes), rng.integers(classes, size=30) // 2])
    x, shares = rng.normal(size=(len(y), 5)), np.bincount(y, minlength=classes) / len(y)
    params = mlp.initialize([5, 8, classes], rng=rng)
    params |= {"W2": scale * params["W2"], "b2": bias * np.log(shares)}
    loss = losses.cross_entropy(mlp.forward(params, x).output, y)
    return loss, -np.sum(shares * np.log(shares))


@claim(
    "08-torch",
    condition="twelve hidden layers of 32, tanh or ReLU, no normalisation, no way round, SGD, lr 0.1, 600 steps",
    inside={"activation": st.sampled_from(["tanh", "relu"]), "seed": seeds},
    outside={
        "two hidden layers": {"activation": "tanh", "seed": 0, "hidden": 2},
        "LeCun's start": {"activation": "tanh", "seed": 0, "start": "lecun_normal"},
        "He's start": {"activation": "relu", "seed": 0, "start": "he_normal"},
        "Adam, ReLU": {"activation": "relu", "seed": 0, "rule": optimizers.adam(0.001)},
    },
)
def pytorchs_default_is_too_small_when_deep_and_plain(activation, seed, hidden=12, start=None, rule=None):
    sizes = [64, *[32] * hidden, 10]
    params = mlp.pytorch_default(sizes, rng=np.random.default_rng(seed))
    assert abs(params["W2"].std() * np.sqrt(32) - 0.577) < 0.05 and params["b2"].std() > 0.05
    if start:
        params = mlp.initialize(sizes, start, rng=np.random.default_rng(seed))
    _, train, test = digits_after(params, rule or optimizers.sgd(0.1), 600, activation, seed)
    assert train < 0.5 and test < 0.5
