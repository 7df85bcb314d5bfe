"""Training: a stack of networks learns what each learns alone; batches, dropout, history; nobody's arrays change."""

import itertools
import math

import numpy as np
import properties
import pytest
import threadpoolctl
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

from course_utils import _workers, datasets, diagnostics, mlp, optimizers, training

LR = np.linspace(0.02, 0.4, 50)


@pytest.fixture(scope="module")
def digits():
    return datasets.digits()


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize(
    "make, factor",
    [(optimizers.sgd, 1.0), (optimizers.momentum, 0.1), (optimizers.adam, 0.02)],
    ids=["sgd", "momentum", "adam"],
)
@pytest.mark.parametrize("lr", [0.1, LR], ids=["one lr", "an lr for each network"])
def test_a_stack_of_50_networks_trains_to_the_weights_of_50_single_runs(digits, make, factor, lr, activation):
    start = mlp.initialize([64, 12, 8, 10], sigma_b=0.1, rng=np.random.default_rng(0), networks=50)

    def trained(params, lr):
        settings = {"steps": 15, "batch_size": 64, "activation": activation, "progress": False}
        x, y = digits.x_train, digits.y_train
        return training.train(params, x, y, make(factor * lr), rng=np.random.default_rng(1), **settings).params

    together = trained(start, lr)
    for i in range(50):
        alone = trained({name: p[i] for name, p in start.items()}, np.broadcast_to(lr, 50)[i])
        properties.close({name: p[i] for name, p in together.items()}, alone, 1e-11, f"network {i}")
    moved = {name: np.abs(p - start[name]).max() for name, p in together.items()}
    assert min(moved.values()) > 1e-3, "nothing was trained"


@pytest.mark.parametrize("batch_size", [None, 3])
def test_networks_may_have_data_of_their_own(batch_size):
    rng = np.random.default_rng(0)
    params, x = properties.random_params((3, 4, 2), rng, (5,)), rng.normal(size=(5, 7, 3))
    y = rng.integers(2, size=7)
    settings = {"steps": 5, "batch_size": batch_size, "progress": False}
    together = training.train(params, x, y, rng=np.random.default_rng(1), **settings).params
    for i in range(5):
        single = {name: p[i] for name, p in params.items()}
        alone = training.train(single, x[i], y, rng=np.random.default_rng(1), **settings).params
        properties.close({name: p[i] for name, p in together.items()}, alone)


def test_one_step_is_one_step_of_the_optimizer_along_the_gradient():
    rng = np.random.default_rng(0)
    params, x, y = properties.random_params((3, 4, 2), rng), rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    settings = {"activation": "sigmoid", "loss": "squared_error"}
    run = training.train(params, x, y, optimizers.sgd(0.3), steps=1, progress=False, **settings)
    _, grads = mlp.loss_and_gradients(params, x, y, "sigmoid", "squared_error")
    properties.close(run.params, {name: p - 0.3 * grads[name] for name, p in params.items()})


@pytest.mark.parametrize(
    "optimizer", [None, optimizers.momentum(0.1), optimizers.adam(0.1)], ids=["sgd", "momentum", "adam"]
)
@pytest.mark.parametrize(
    "settings", [{}, {"batch_size": 4}, {"dropout": {0: 0.5, 1: 0.5}}], ids=["", "batches", "dropout"]
)
def test_the_caller_s_arrays_stay_as_they_are(optimizer, settings):
    properties.arguments_stay_as_they_are(training, optimizer, rng=np.random.default_rng(0), **settings)


def test_frozen_arrays_lists_and_whole_numbers_can_be_trained():
    params = properties.frozen({"W1": np.ones((2, 3), dtype=int), "b1": np.zeros(2, dtype=int)})
    x, y = [[1, 0, 0], [0, 1, 0]], [0, 1]
    run = training.train(params, x, y, steps=3, progress=False)
    assert run.params["W1"].dtype == float and run.params["W1"][0, 0] > 1
    again = training.train({name: p.tolist() for name, p in params.items()}, x, y, steps=3, progress=False)
    properties.close(again.params, run.params, 0)


# batches


@given(n=st.integers(1, 40), data=st.data(), seed=seeds)
def test_every_epoch_visits_each_sample_at_most_once_in_batches_of_one_size(n, data, seed):
    properties.batches_are_fair(training, n, data.draw(st.integers(1, n)), seed)


def test_epochs_are_shuffled_anew_and_leave_nobody_out_for_ever():
    first, second, third = properties.batches_are_fair(training, n=40, size=9)
    assert not np.array_equal(first, second) and not np.array_equal(second, third)
    stream = itertools.islice(training.batches(10, 9, rng=np.random.default_rng(0)), 100)
    assert len(set(np.concatenate(list(stream)).tolist())) == 10


def test_without_a_batch_size_every_batch_is_all_samples():
    x = np.arange(5)
    assert all(np.array_equal(x[batch], x) for batch in itertools.islice(training.batches(5), 3))


def test_a_full_batch_in_any_order_is_the_same_step():
    rng = np.random.default_rng(0)
    params, x, y = properties.random_params((3, 4, 2), rng), rng.normal(size=(6, 3)), rng.integers(2, size=6)
    runs = [training.train(params, x, y, steps=5, batch_size=b, rng=rng, progress=False).params for b in (None, 6)]
    properties.close(*runs)


def test_the_same_seed_gives_the_same_run(digits):
    params = mlp.initialize([64, 8, 10], rng=np.random.default_rng(0))
    settings = {"steps": 5, "batch_size": 32, "dropout": {1: 0.5}, "progress": False}
    one, same, other = (
        training.train(params, digits.x_train, digits.y_train, rng=np.random.default_rng(seed), **settings).params
        for seed in (1, 1, 2)
    )
    assert all(np.array_equal(one[name], same[name]) for name in one)
    assert not np.array_equal(one["W1"], other["W1"])


# dropout


def test_dropout_keeps_the_mean():
    properties.dropout_keeps_the_mean(training)


def test_dropout_masks_have_a_network_a_sample_and_a_unit_axis():
    params = properties.random_params((3, 4, 5, 2), np.random.default_rng(0), (6,))
    masks = training.dropout_masks(params, 7, {0: 0.1, 2: 0.9}, rng=np.random.default_rng(0))
    assert {l: m.shape for l, m in masks.items()} == {0: (6, 7, 3), 2: (6, 7, 5)}
    assert np.array_equal(
        training.dropout_masks(params, 7, {1: 0}, rng=np.random.default_rng(0))[1], np.ones((6, 7, 4))
    )


def test_dropout_is_used_and_drawn_anew_at_every_step():
    """Zero inputs but a bias: with full dropout of the hidden layer only the output bias could move."""
    params = {"W1": np.zeros((4, 1)), "b1": np.ones(4), "W2": np.ones((1, 4)), "b2": np.zeros(1)}
    path = training.descend(
        params, np.zeros((1, 1)), np.ones((1, 1)), optimizers.sgd(0.1), loss="squared_error", dropout={1: 0.5},
        rng=np.random.default_rng(0),
    )  # fmt: skip
    before, moved = params["W2"], []
    for current in itertools.islice(path, 9):
        moved.append((current["W2"] != before).ravel())
        before = current["W2"].copy()
    assert not moved[0].any() and any(m.any() and not m.all() for m in moved)
    assert len({tuple(m) for m in moved[1:]}) > 2


# history


@pytest.mark.parametrize(
    "steps, every, expected", [(0, 1, [0]), (3, 1, [0, 1, 2, 3]), (7, 3, [0, 3, 6, 7]), (4, 9, [0, 4])]
)
def test_history_is_recorded_at_the_start_every_so_often_and_at_the_end(steps, every, expected):
    rng = np.random.default_rng(0)
    params, x, y = properties.random_params((3, 4, 2), rng, (5,)), rng.normal(size=(6, 3)), rng.integers(2, size=6)
    measure = {"spread": lambda p: diagnostics.spread(diagnostics.neurons(p, 1)), "b2": lambda p: p["b2"]}
    run = training.train(params, x, y, steps=steps, every=every, measure=measure, progress=False)
    assert run.history["step"].tolist() == expected
    assert run.history["spread"].shape == (len(expected), 5) and run.history["b2"].shape == (len(expected), 5, 2)
    assert np.array_equal(run.history["b2"][0], params["b2"])
    assert np.array_equal(run.history["b2"][-1], run.params["b2"])
    if steps:
        assert not np.array_equal(run.history["b2"][0], run.history["b2"][-1])


def test_descend_starts_with_the_parameters_as_they_are():
    rng = np.random.default_rng(0)
    params, x, y = properties.random_params((3, 2), rng), rng.normal(size=(6, 3)), rng.integers(2, size=6)
    path = training.descend(params, x, y, optimizers.sgd(0.1))
    first = {name: p.copy() for name, p in next(path).items()}
    assert all(np.array_equal(first[name], params[name]) for name in params)
    assert not np.array_equal(next(path)["W1"], first["W1"])


def test_a_step_size_too_large_ends_in_nan_without_a_warning_or_an_error():
    rng = np.random.default_rng(0)
    params, x, y = properties.random_params((3, 4, 2), rng), rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    settings = {"steps": 400, "activation": "identity", "loss": "squared_error", "progress": False}
    run = training.train(
        params, x, y, optimizers.sgd(100.0), measure={"rms": lambda p: diagnostics.rms(p)["W1"]}, **settings
    )
    assert not np.isfinite(run.params["W1"]).any() and not np.isfinite(run.history["rms"][-1])


def test_short_runs_show_no_progress(capsys, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    params = properties.random_params((3, 2), np.random.default_rng(0))
    training.train(params, np.ones((2, 3)), [0, 1], steps=3)
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err == ""


RNG = np.random.default_rng(0)
P = properties.frozen(properties.random_params((3, 4, 2), RNG))
X = RNG.normal(size=(5, 3))
Y = np.array([0, 1, 1, 0, 1])


@pytest.mark.parametrize(
    "error, message, arguments",
    [
        (ValueError, "x must be finite, got 15 nan or infinite of 15", {"x": X + math.inf}),
        (ValueError, r"x must have .*at least one sample .*got \(0, 3\)", {"x": X[:0], "y": Y[:0]}),
        (ValueError, r"x must have shape .*got \(3,\)", {"x": X[0]}),
        (ValueError, r"W1 has shape \(4, 3\), but x has 2 columns", {"x": X[:, :2]}),
        (ValueError, r"x has 5 samples \(rows\), but y has shape \(3,\)", {"y": Y[:3]}),
        (ValueError, r"x has 5 samples \(rows\), but y has shape \(\)", {"y": 1}),
        (ValueError, r"labels must lie in 0\.\.1 for 2 outputs, got 0\.\.2", {"y": Y * 2}),
        (ValueError, "labels must be 5 whole numbers.*float64", {"y": Y + math.nan}),
        (ValueError, "b2 must be finite, got 2 nan", {"params": {**P, "b2": np.full(2, math.nan)}}),
        (ValueError, "params must have the keys .*got W1", {"params": {"W1": P["W1"]}}),
        (ValueError, "batch_size must be at least 1, got 0", {"batch_size": 0, "rng": RNG}),
        (ValueError, "batch_size is 6, but there are only 5 samples: choose at most 5", {"batch_size": 6, "rng": RNG}),
        (TypeError, "batch_size must be a whole number, got True", {"batch_size": True, "rng": RNG}),
        (TypeError, "batch_size must be a whole number, got 2.0", {"batch_size": 2.0, "rng": RNG}),
        (TypeError, "rng must be a numpy Generator, got None: pass rng", {"batch_size": 2}),
        (TypeError, "rng must be a numpy Generator, got 7", {"dropout": {1: 0.5}, "rng": 7}),
        (ValueError, r"steps must be at least 0, got -1", {"steps": -1}),
        (TypeError, "steps must be a whole number, got True", {"steps": True}),
        (ValueError, "every must be at least 1, got 0", {"every": 0}),
        (ValueError, r"dropout must map layers 0\.\.1 to rates .*got \{1: 1\.0\}", {"dropout": {1: 1.0}, "rng": RNG}),
        (ValueError, r"dropout must .*got \{1: -0\.1\}", {"dropout": {1: -0.1}, "rng": RNG}),
        (ValueError, r"dropout must .*got \{1: nan\}", {"dropout": {1: math.nan}, "rng": RNG}),
        (ValueError, r"dropout must .*got \{2: 0\.1\}", {"dropout": {2: 0.1}, "rng": RNG}),
        (ValueError, r"dropout must .*got \{1: '0\.1'\}", {"dropout": {1: "0.1"}, "rng": RNG}),
        (TypeError, r"dropout must map layers .*such as \{1: 0\.5\}, got 0\.5", {"dropout": 0.5, "rng": RNG}),
        (TypeError, r"optimizer must be one such as optimizers\.sgd\(0\.1\), got 'sgd'", {"optimizer": "sgd"}),
        (TypeError, r"optimizer must be one .*got 0\.1", {"optimizer": 0.1}),
        (ValueError, "activation 'cosh' is not known", {"activation": "cosh"}),
        (ValueError, "loss 'mse' is not known", {"loss": "mse"}),
        (ValueError, "measure must not have the name 'step'", {"measure": {"step": len}}),
        (TypeError, "lr", {"lr": 0.1}),
    ],
)
def test_bad_input_is_named(error, message, arguments):
    given = {"params": P, "x": X, "y": Y, "steps": 2, "progress": False} | arguments
    with properties.says(error, message):
        training.train(**given)


@pytest.mark.parametrize(
    "n, message",
    [(0, "number of samples must be at least 1, got 0"), (np.ones((9, 9)), "number of samples must be a whole number")],
)
def test_a_bad_number_of_samples_is_named(n, message):
    with properties.says((ValueError, TypeError), message):
        next(training.batches(n, 1, rng=RNG))


def test_blas_has_its_threads_back_when_two_trainings_overlap():
    """The first to begin ends first: with a limit of its own the second would restore the first one's."""
    controller = threadpoolctl.ThreadpoolController().select(user_api="blas")

    def threads():
        return [library.num_threads for library in controller.lib_controllers]

    with controller.limit(limits=3):
        first, second = _workers.one_blas_thread, _workers.one_blas_thread
        first.__enter__()
        second.__enter__()
        first.__exit__()
        assert set(threads()) == {1}
        second.__exit__()
        assert set(threads()) == {3}
        training.train(P, X, Y, steps=1, progress=False)
        assert set(threads()) == {3}
