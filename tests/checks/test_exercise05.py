"""Exercise 05: what the reference answers claim is so, by experiment."""

import numpy as np
import pytest

from course_utils import diagnostics, mlp, optimizers, training
from course_utils.activations import lecun_tanh, tanh
from course_utils.checks import QUESTIONS, q5_1, q5_2, q5_3, q5_4, q5_5, q5_6


def test_weights_of_that_size_make_sums_of_the_size_asked_for():
    rng = np.random.default_rng(0)
    for case in QUESTIONS["5.1"].inputs():
        x = case["x"]
        W = rng.normal(0, q5_1.weight_std(**case), size=(100_000, x.shape[1]))
        z = x @ W.T + rng.normal(0, case["sigma_b"], size=len(W))
        assert np.sqrt((z**2).mean()) == pytest.approx(case["sigma_z"], rel=0.02)


def test_normalized_training_inputs_have_mean_0_and_mean_square_1_or_0():
    for case in QUESTIONS["5.2"].inputs():
        train = case["x_train"]
        out = q5_2.normalize(train, train)
        np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose((out**2).mean(axis=0), np.ptp(train, axis=0) > 0, atol=1e-12)


def test_the_share_saturated_is_what_is_measured():
    rng = np.random.default_rng(1)
    for case in QUESTIONS["5.3"].inputs():
        b, q, least = case.values()
        z = rng.normal(b, np.sqrt(q), size=(1000, 400))
        assert diagnostics.saturation(z, lecun_tanh, least) == pytest.approx(q5_3.share_saturated(**case), abs=5e-3)


def test_a_linear_mapping_is_linear_and_noise_is_not():
    rng = np.random.default_rng(2)
    x, x_new, noise, noise_new = (rng.normal(size=(50, 3)) for _ in range(4))
    A = rng.normal(size=(3, 2))
    assert q5_4.linear_share(x, x @ A + 7, x_new, x_new @ A + 7) == pytest.approx(1)
    assert q5_4.linear_share(x, noise, x_new, noise_new) < 0.1


def test_the_balanced_network_has_errors_of_the_same_size():
    rng = np.random.default_rng(3)
    for case in QUESTIONS["5.5"].inputs():
        a, q = case.values()
        params = mlp.initialize([200, 400, 10], "normal", sigma_w=np.sqrt(q), rng=rng)
        x, delta = rng.normal(size=(200, 200)), rng.normal(size=(200, 10))
        sizes = []
        for first, last in ((1, 1), (a, q5_5.balance(**case))):
            z = mlp.forward(params | {"W1": first * params["W1"]}, x).z[1]
            sizes.append(np.sqrt((((delta @ (last * params["W2"])) * tanh.derivative(z)) ** 2).mean()))
        assert sizes[1] == pytest.approx(sizes[0], rel=0.02)


def test_an_odd_network_gets_there_and_no_further():
    """A tanh network without biases never passes the bound, and reaches it where it is not asked for more."""
    frozen = optimizers.sgd({"W1": 0.1, "W2": 0.1, "b1": 0.0, "b2": 0.0})
    rng = np.random.default_rng(4)
    x = rng.normal(size=(6, 3))
    x, y = np.concatenate([x, -x[:4]]), np.array([0, 1, 2, 3, 1, 2, 0, 1, 3, 2])
    bound = q5_6.best_odd_accuracy(x, y)
    assert bound == pytest.approx(0.8)
    start = mlp.initialize([3, 64, 4], rng=rng)

    def accuracies(samples, optimizer):
        settings = {"steps": 5000, "every": 50, "progress": False, "measure": {"a": lambda p: mlp.accuracy(p, x, y)}}
        return training.train(start, x[samples], y[samples], optimizer, **settings).history["a"]

    everything, without_the_lost = np.arange(10), np.array([0, 1, 2, 3, 4, 5, 8, 9])
    assert accuracies(everything, frozen).max() <= bound + 1e-12
    assert accuracies(without_the_lost, frozen)[-1] == pytest.approx(bound)
    assert accuracies(everything, optimizers.sgd(0.1))[-1] == 1
