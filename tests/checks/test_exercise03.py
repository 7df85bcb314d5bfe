"""What the reference answers of exercise 03 claim is so: networks are trained, and do it."""

import itertools

import numpy as np
import pytest

from course_utils import activations, diagnostics, losses, mlp, optimizers, training
from course_utils.checks import QUESTIONS, q3_1, q3_2, q3_3, q3_4, q3_5


def _trained(params, x, labels, steps, activation="tanh", lr=0.1):
    return training.train(params, x, labels, optimizers.sgd(lr), steps=steps, activation=activation, progress=False)


def test_dead_neurons_are_those_that_no_input_switches_on():
    rng = np.random.default_rng(0)
    for case in QUESTIONS["3.1"].inputs():
        W, b = case.values()
        n = W.shape[1]
        h = np.concatenate([np.zeros((1, n)), 1e6 * np.eye(n), np.abs(rng.normal(size=(1000, n)))])
        on = (h @ W.T + b > 0).any(axis=0)
        assert q3_1.dead_for_ever(W, b) == np.flatnonzero(~on).tolist()


def test_equal_rows_part_at_the_first_step_unless_softmax_sees_no_difference():
    rng = np.random.default_rng(1)
    for n_in, n, n_out in (case.values() for case in QUESTIONS["3.2"].inputs()):
        x, labels = rng.normal(size=(40, n_in)), rng.integers(n_out, size=40)
        start = q3_2.equal_rows_start(n_in, n, n_out)
        blind = start | {"W2": np.ones((n_out, 1)) * rng.normal(size=n)}
        for params, rows in ((start, n), (blind, 1)):
            assert diagnostics.distinct_rows(_trained(params, x, labels, 1).params["W1"]) == rows


def test_effective_rank_counts_equal_singular_values_and_lies_below_the_rank():
    rng = np.random.default_rng(2)
    for r in range(1, 5):
        left, right = (np.linalg.qr(rng.normal(size=(6, r)))[0] for _ in range(2))
        assert q3_3.effective_rank(left @ right.T) == pytest.approx(r)
        W = left @ np.diag(rng.uniform(0.1, 3, size=r)) @ right.T
        assert diagnostics.participation_ratio(W) <= q3_3.effective_rank(W) + 1e-9
        assert 1 - 1e-9 <= q3_3.effective_rank(W) <= r + 1e-9


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize("L", [1, 2, 3, 4])
def test_zero_matrices_move_when_the_answer_to_3_4_says(activation, L):
    rng = np.random.default_rng(3)
    x, labels = rng.normal(size=(30, 3)), rng.integers(4, size=30)
    base = mlp.initialize([3, *[8] * (L - 1), 4], rng=rng)
    for zero in itertools.product([False, True], repeat=L):
        start = base | {f"W{l}": 0 * base[f"W{l}"] for l in range(1, L + 1) if zero[l - 1]}
        end = _trained(start, x, labels, 50, activation).params
        moved = [bool((end[f"W{l}"] != start[f"W{l}"]).any()) for l in range(1, L + 1)]
        assert moved == q3_4.ever_move(list(zero), activations.get(activation)), zero


def test_planted_activations_have_the_slopes_they_say():
    for phi in (q3_4._shifted, q3_4._squared_relu):
        z, eps = np.array([-1.3, 0.0, 0.4, 2.0]), 1e-6
        assert phi.derivative(z) == pytest.approx((phi(z + eps) - phi(z - eps)) / (2 * eps), abs=1e-5)


def test_balanced_neurons_stay_together_and_all_others_part():
    rng = np.random.default_rng(4)
    for case in QUESTIONS["3.5"].inputs():
        params = {name: p / 8 for name, p in case["params"].items()}  # sums of eighths are exact, too
        sizes = [params["W1"].shape[1], *(len(params[f"b{l}"]) for l in range(1, mlp.depth(params) + 1))]
        if not any(p.any() for p in params.values()):
            continue  # from zero nothing parts, but nothing moves either
        x, targets = rng.normal(size=(50, sizes[0])), rng.normal(size=(50, sizes[-1]))
        run = training.train(
            params,
            x,
            targets,
            optimizers.sgd(0.05),
            steps=20,
            activation="tanh",
            loss="squared_error",
            progress=False,
        )
        trace = mlp.forward(run.params, x)
        for l, classes in enumerate(q3_5.balanced_classes(**case), start=1):
            assert q3_5._as_classes(_labels(trace.h[l].T)) == classes


def _labels(rows):
    """For each row the number of the first that is equal to it, up to rounding, counted without gaps."""
    first = [next(j for j in range(i + 1) if abs(rows[i] - rows[j]).max() < 1e-11) for i in range(len(rows))]
    order = list(dict.fromkeys(first))
    return [order.index(j) for j in first]


def test_twins_of_lesson_2_are_balanced_classes_of_one_hidden_layer():
    """With one hidden layer, whose inputs and outputs are alone, equal totals are equal weights."""
    for case in QUESTIONS["2.3"].inputs():
        if mlp.depth(case["params"]) == 2:
            assert q3_5.balanced_classes(case["params"]) == [QUESTIONS["2.3"].reference(**case)]


def test_the_error_sent_back_is_that_of_the_lesson():
    """dL/dW1 has the rows M v_i, and M 1 = 0."""
    rng = np.random.default_rng(5)
    x, labels = rng.normal(size=(40, 5)), rng.integers(3, size=40)
    params = q3_2.equal_rows_start(5, 4, 3)
    trace = mlp.forward(params, x)
    delta = losses.cross_entropy.gradient(trace.output, labels)
    M = x.T @ ((1 - trace.h[1][:, :1] ** 2) * delta)
    grads = mlp.backward(params, trace, delta)
    np.testing.assert_allclose(grads["W1"], (M @ params["W2"]).T, atol=1e-14)
    np.testing.assert_allclose(M.sum(axis=1), 0, atol=1e-14)
