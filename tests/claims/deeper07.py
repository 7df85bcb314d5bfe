"""Lesson 7, deeper: large weights inside, untrained neighbours, and what norm and way round do to gradients."""

import numpy as np
from claim import claim
from drawn import digits_after, scaled, seeds, small_data
from hypothesis import strategies as st

from course_utils import activations, datasets, losses, mlp, optimizers, wirings


@claim(
    "07n-inside",
    condition="tanh, five hidden layers of 32, SGD, lr 0.1, 600 steps; matrices four times LeCun's",
    inside={"seed": seeds},
    outside={"one hidden layer": {"seed": 0, "hidden": 1}, "ReLU": {"seed": 0, "activation": "relu"}},
)
def the_weights_inside_cost_test_accuracy(seed, hidden=5, activation="tanh"):
    one = mlp.initialize([64, *[32] * hidden, 10], rng=np.random.default_rng(seed))
    last = f"W{hidden + 1}"
    params = scaled(one, [1, 1, 4]) | {last: scaled(one, [1, 4, 1])[last]}
    with np.errstate(all="ignore"):
        _, train, (usual, output_large, inside_large) = digits_after(params, optimizers.sgd(0.1), 600, activation, seed)
    assert output_large > usual - 0.04
    assert inside_large < usual - 0.08 and train[2] > 0.9


@claim(
    "07n-neighbours",
    condition="tanh, eight layers of 256, zero biases, before training, digits",
    inside={"seed": seeds},
    outside={"ReLU": {"seed": 0, "activation": "relu"}, "a smaller scale than 4": {"seed": 0, "large": 1.2}},
)
def neighbours_are_lost_at_a_large_scale(seed, activation="tanh", large=4.0):
    data, shares = datasets.digits(), []
    for sigma_w in (1.0, large):
        params = mlp.initialize([64, *[256] * 8, 10], "normal", sigma_w=sigma_w, rng=np.random.default_rng(seed))
        train, test = (mlp.forward(params, x, activation).h[8] for x in (data.x_train, data.x_test))
        unit = train / np.linalg.norm(train, axis=1, keepdims=True)
        shares.append(np.mean(data.y_train[(test @ unit.T).argmax(axis=1)] == data.y_test))
    assert shares[0] > 0.9 and shares[1] < 0.7


@claim(
    "07n-orthogonal",
    condition="normalised matrices, no eps; SGD without decay",
    inside={"activation": st.sampled_from(["tanh", "relu", "gelu"]), "lr": st.floats(0.01, 1), "seed": seeds},
    outside={
        "the output matrix, which is not normalised": {"activation": "tanh", "lr": 0.1, "seed": 0, "which": 2},
        "no norm": {"activation": "tanh", "lr": 0.1, "seed": 0, "wiring": "plain"},
        "an eps that counts": {"activation": "tanh", "lr": 0.1, "seed": 0, "eps": 1.0},
        "weight decay": {"activation": "tanh", "lr": 0.01, "seed": 0, "decay": 1.0},
    },
)
def a_rows_gradient_is_orthogonal_to_it(activation, lr, seed, which=1, wiring="normalised", eps=0.0, decay=0.0):
    x, y = small_data(seed, n=9)
    W = wirings.initialize([3, 6, 6, 3], rng=np.random.default_rng(seed))
    row, grad = W[which], wirings.gradients(W, x, y, wiring, activation, eps=eps)[which]
    size = np.linalg.norm(row, axis=1) * np.linalg.norm(grad, axis=1)
    assert (abs((row * grad).sum(axis=1)) <= 1e-8 * size + 1e-12).all()
    after = row - lr * (grad + decay * row)
    assert (np.linalg.norm(after, axis=1) >= np.linalg.norm(row, axis=1) * (1 - 1e-9)).all()


@claim(
    "07n-residual",
    condition="residual branches of tanh, width 200 or more, any sigma_w, before training",
    inside={"sigma_w": st.floats(0, 4), "seed": seeds},
    outside={"no way round": {"sigma_w": 0.5, "seed": 0, "wiring": "plain"}},
)
def the_backward_factor_is_one_plus_chi(sigma_w, seed, wiring="residual"):
    data = datasets.digits()
    x, y = data.x_train[:100], data.y_train[:100]
    W = wirings.initialize([64, *[250] * 6, 10], inner=sigma_w, rng=np.random.default_rng(seed))
    logits, kept = wirings.forward(W, x, wiring)
    e = losses.cross_entropy.gradient(logits, y) @ W[-1]
    for l in reversed(range(1, 6)):
        slope = activations.tanh.derivative(kept[l][1])
        before = np.mean(e**2)
        e = e + (e @ W[l]) * slope if wiring == "residual" else (e * slope) @ W[l]
        assert abs(np.mean(e**2) / before / (1 + sigma_w**2 * np.mean(slope**2)) - 1) < 0.25
        assert np.mean(e**2) > 0.99 * before
