"""Optimizers: each against its paper written out for one number, settings by network and by parameter."""

import math

import numpy as np
import properties
import pytest

from course_utils import optimizers

MAKERS = {"sgd": optimizers.sgd, "momentum": optimizers.momentum, "adam": optimizers.adam}


@pytest.mark.parametrize(
    "check",
    [
        properties.sgd_is_the_formula,
        properties.momentum_is_the_formula,
        properties.adam_is_the_paper,
        properties.settings_are_per_network,
    ],
)
def test_rules(check):
    check(optimizers)


@pytest.mark.parametrize("lr", [0.0, 0.01, 1.0])
@pytest.mark.parametrize("decay", [0.0, 0.5])
def test_rules_at_other_settings(lr, decay):
    properties.sgd_is_the_formula(optimizers, lr, decay)
    for beta in (0.0, 0.5, 0.99):
        properties.momentum_is_the_formula(optimizers, lr, beta, decay)
        properties.adam_is_the_paper(optimizers, lr, beta, 0.999, 1e-8, decay)


def descended(optimizer, params, steps=5, seed=0):
    """Copies of `params` after some steps along random gradients."""
    rng, params = np.random.default_rng(seed), {name: p.copy() for name, p in params.items()}
    state = optimizer.init(params)
    for _ in range(steps):
        optimizer.step(params, {name: rng.normal(size=p.shape) for name, p in params.items()}, state)
    return params


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_dict_sets_each_parameter(make):
    params = properties.random_params((3, 4, 2), np.random.default_rng(0))
    lr = {"W1": 0.1, "b1": 0.0, "W2": 0.3, "b2": 0.4}
    together = descended(make(lr), params)
    assert np.array_equal(together["b1"], params["b1"])
    for name, rate in lr.items():
        assert np.array_equal(together[name], descended(make(rate), params)[name])


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("setting", ["lr", "weight_decay"])
def test_an_array_sets_each_network(make, setting):
    params = properties.random_params(
        (2, 2, 2), np.random.default_rng(0), (2,)
    )  # square, so that a wrong axis fits too
    together = descended(make(**({"lr": 0.1} | {setting: np.array([0.1, 0.4])})), params)
    for i, value in enumerate([0.1, 0.4]):
        alone = descended(make(**({"lr": 0.1} | {setting: value})), params)
        for name in params:
            assert np.array_equal(together[name][i], alone[name][i])


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_lr_zero_moves_nothing_and_gradients_are_not_written_to(make):
    params = properties.random_params((3, 2), np.random.default_rng(0))
    grads = properties.frozen(params)
    optimizer = make(0.0, weight_decay=0.1)
    state = optimizer.init(params)
    optimizer.step(params, grads, state)
    assert all(np.array_equal(params[name], grads[name]) for name in params)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_one_optimizer_serves_many_runs(make):
    params = properties.random_params((3, 2), np.random.default_rng(0))
    optimizer = make(0.1)
    first, second = descended(optimizer, params), descended(optimizer, params)
    assert all(np.array_equal(first[name], second[name]) for name in params)


def test_the_first_step_of_adam_is_lr_times_the_sign():
    params = {"W1": np.zeros((2, 2))}
    optimizer = optimizers.adam(0.01, eps=0)
    optimizer.step(params, {"W1": np.array([[1e-9, -3.0], [1e9, -1e-3]])}, optimizer.init(params))
    properties.close(params["W1"], np.array([[-0.01, 0.01], [-0.01, 0.01]]))


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_zero_gradient_moves_nothing(make):
    """With Adam only if eps > 0, as it is by default."""
    params = {"W1": np.zeros((2, 2))}
    optimizer = make(0.1)
    state = optimizer.init(params)
    for _ in range(3):
        optimizer.step(params, {"W1": np.zeros((2, 2))}, state)
    assert np.array_equal(params["W1"], np.zeros((2, 2)))


def one_step(optimizer):
    params = {"W1": np.zeros((4, 3)), "b1": np.zeros(4)}
    optimizer.step(params, params, optimizer.init(params))


@pytest.mark.parametrize(
    "error, message, call",
    [
        (ValueError, "lr must not be negative, got -0.1", lambda: optimizers.sgd(-0.1)),
        (ValueError, "lr must not be negative, got -0.1", lambda: optimizers.momentum({"W1": 0.1, "b1": -0.1})),
        (ValueError, "lr must be finite", lambda: optimizers.adam(math.nan)),
        (TypeError, "lr must hold numbers, got str", lambda: optimizers.sgd("0.1")),
        (TypeError, "lr must hold numbers, got NoneType", lambda: optimizers.sgd(None)),
        (ValueError, "lr has no value for b1", lambda: one_step(optimizers.sgd({"W1": 0.1}))),
        (ValueError, r"lr has shape \(4,\).*leading axes \(\)", lambda: one_step(optimizers.sgd([1, 2, 3, 4]))),
        (ValueError, "weight_decay must not be negative", lambda: optimizers.adam(0.1, weight_decay=-1)),
        (ValueError, "beta must be below 1, got 1.5", lambda: optimizers.momentum(0.1, beta=1.5)),
        (ValueError, "beta must not be negative", lambda: optimizers.momentum(0.1, beta=-0.5)),
        (ValueError, "beta1 must be below 1, got 1", lambda: optimizers.adam(0.1, beta1=1)),
        (ValueError, "beta2 must not be negative", lambda: optimizers.adam(0.1, beta2=-0.1)),
        (TypeError, "beta2 must be one real number", lambda: optimizers.adam(0.1, beta2=[0.9, 0.99])),
        (ValueError, "eps must not be negative", lambda: optimizers.adam(0.1, eps=-1e-8)),
    ],
)
def test_bad_input_is_named(error, message, call):
    with properties.says(error, message):
        call()
