"""The theorems of the course, as facts about course_utils.

Two ways to compute: in float64 through a matrix library, which may round equal rows differently (so: to a tolerance,
and at width 16, which fills its blocks: at width 13 some processors leave the symmetry), and in `longdouble`, where
NumPy multiplies matrices by plain loops. There every entry is summed in the same order, as the theorem asks, and equal
means equal to the last bit.
"""

import itertools

import numpy as np
import properties
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ACTIVATIONS, ODD, cases, orders, seeds

from course_utils import datasets, diagnostics, mlp, optimizers, training

OPTIMIZERS = {
    "sgd": optimizers.sgd(0.1),
    "sgd, decay": optimizers.sgd(0.1, weight_decay=0.01),
    "momentum": optimizers.momentum(0.02),
    "adam": optimizers.adam(0.01),
}
PLAIN = ("sgd", "momentum", "adam")
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)


@pytest.fixture(scope="module")
def digits():
    return datasets.digits()


def path(params, x, y, optimizer, steps, activation="tanh", loss="cross_entropy"):
    """Yield (parameters, gradients) at each step, full batch, in the precision of `params`."""
    params = {name: p.copy() for name, p in params.items()}
    state = optimizer.init(params)
    for _ in range(steps):
        _, grads = mlp.loss_and_gradients(params, x, y, activation, loss)
        yield params, grads
        optimizer.step(params, grads, state)


def in_fixed_order(*arrays):
    """Arrays, or dicts of them, in `longdouble`."""
    convert = lambda a: np.asarray(a, dtype=np.longdouble)  # noqa: E731
    return [{k: convert(v) for k, v in a.items()} if isinstance(a, dict) else convert(a) for a in arrays]


def spreads(params):
    """How far the neurons of each hidden layer are apart."""
    return [float(diagnostics.spread(diagnostics.neurons(params, l))) for l in range(1, mlp.depth(params))]


def counts(params):
    """How many distinct neurons each hidden layer has."""
    return [int(diagnostics.distinct_neurons(params, l)) for l in range(1, mlp.depth(params))]


# All weights zero


@every_optimizer
@pytest.mark.parametrize("activation", ["tanh", "lecun_tanh", "relu", "identity"])
@pytest.mark.parametrize("hidden", [(16,), (8, 5), (4, 3, 2)], ids=len)
def test_zero_net_with_phi_0_equal_0_moves_nothing_but_the_output_bias(digits, activation, hidden, optimizer):
    x, y = digits.x_train, digits.y_train
    start = mlp.initialize([64, *hidden, 10], "zeros")
    last = f"b{mlp.depth(start)}"
    for params, grads in path(start, x[:300], y[:300], optimizer, 25, activation):
        for name in params:
            assert name == last or not (params[name].any() or grads[name].any()), name
        assert grads[last].any()
    settings = {"steps": 25, "activation": activation, "progress": False}
    end = training.train(start, x, y, optimizer, **settings).params
    assert all(end[name].any() == (name == last) for name in end)
    most_frequent = np.bincount(y).argmax()
    assert mlp.accuracy(end, x, y, activation) == np.mean(y == most_frequent)
    assert mlp.accuracy(end, digits.x_test, digits.y_test, activation) == np.mean(digits.y_test == most_frequent) == 0.1


@every_optimizer
@pytest.mark.parametrize("hidden", [(16,), (16, 8), (8, 8, 16)], ids=len)
def test_zero_sigmoid_net_wakes_layer_by_layer_from_the_top_and_keeps_one_neuron(digits, hidden, optimizer):
    start = mlp.initialize([64, *hidden, 10], "zeros")
    L, woken = mlp.depth(start), {}
    x, y = digits.x_train[:300], digits.y_train[:300]
    for step, (params, grads) in enumerate(path(start, x, y, optimizer, 60, "sigmoid")):
        woken |= {name: step for name, g in grads.items() if g.any() and name not in woken}
        assert counts(params) == [1] * (L - 1)
    assert woken == {f"{kind}{l}": L - l for l in range(1, L + 1) for kind in "Wb"}


@every_optimizer
def test_zero_sigmoid_net_keeps_equal_rows_to_the_last_bit_where_sums_have_one_order(digits, optimizer):
    x, start = in_fixed_order(digits.x_train[:20], mlp.initialize([64, 5, 3, 10], "zeros"))
    for params, _ in path(start, x, digits.y_train[:20], optimizer, 100, "sigmoid"):
        assert spreads(params) == [0, 0]
        assert diagnostics.spread(params["W2"].mT) == 0  # the matrix between two hidden layers: equal columns too
    assert np.abs(params["W1"]).max() > 0


@pytest.mark.parametrize("optimizer", [OPTIMIZERS[name] for name in PLAIN], ids=PLAIN)
def test_zero_sigmoid_net_has_one_neuron_after_2000_steps(digits, optimizer):
    settings = {
        "steps": 2000,
        "batch_size": 64,
        "rng": np.random.default_rng(0),
        "activation": "sigmoid",
        "progress": False,
    }
    start = mlp.initialize([64, 16, 16, 10], "zeros")
    end = training.train(start, digits.x_train, digits.y_train, optimizer, **settings).params
    assert counts(end) == [1, 1]
    assert np.abs(end["W1"]).max() > 1e-6, "it never moved"


@pytest.mark.parametrize("hidden", [(4,), (4, 3)], ids=len)
def test_zero_sigmoid_net_does_not_move_where_the_residuals_sum_to_zero(digits, hidden):
    """Two classes of 16 images each: every residual is +1/64 or -1/64, and their sum is exactly zero."""
    chosen = np.concatenate([np.flatnonzero(digits.y_train == c)[:16] for c in (0, 1)])
    start = mlp.initialize([64, *hidden, 2], "zeros")
    for params, grads in path(start, digits.x_train[chosen], digits.y_train[chosen], OPTIMIZERS["sgd"], 20, "sigmoid"):
        assert not any(a.any() for a in [*params.values(), *grads.values()])


@every_optimizer
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_zero_weights_with_random_biases_wake_no_earlier(digits, activation, optimizer):
    """The lag: from W = 0 the gradients of layer l are exactly zero before step L - l, whatever the hidden biases."""
    start = mlp.initialize([64, 8, 8, 8, 10], "zeros", sigma_b=1.0, rng=np.random.default_rng(0))
    x, y = digits.x_train[:100], digits.y_train[:100]
    for step, (_, grads) in enumerate(path(start, x, y, optimizer, 3, activation)):
        for l in range(1, 4 - step):
            assert not grads[f"W{l}"].any() and not grads[f"b{l}"].any()
        assert grads[f"W{4 - step}"].any()


# Constant weights


@pytest.mark.parametrize("optimizer", [OPTIMIZERS[name] for name in PLAIN], ids=PLAIN)
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_constant_weights_have_one_neuron_a_layer_after_2000_steps(digits, activation, optimizer):
    settings = {
        "steps": 2000,
        "batch_size": 64,
        "rng": np.random.default_rng(0),
        "activation": activation,
        "progress": False,
    }
    start = mlp.initialize([64, 16, 16, 10], "constant", value=0.05)
    end = training.train(start, digits.x_train, digits.y_train, optimizer, **settings).params
    assert counts(end) == [1, 1]
    assert diagnostics.spread(end["W1"].mT) > 0.01, "entries along a row follow the inputs: they are not equal"
    assert diagnostics.spread(end["W3"]) > 0.01, "rows of the output layer follow the classes"


@every_optimizer
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_constant_weights_stay_equal_to_the_last_bit_where_sums_have_one_order(digits, activation, optimizer):
    x, start = in_fixed_order(digits.x_train[:20], mlp.initialize([64, 7, 5, 10], "constant", value=0.05))
    for params, _ in path(start, x, digits.y_train[:20], optimizer, 200, activation):
        assert spreads(params) == [0, 0]
        assert diagnostics.spread(params["W2"].mT) == 0
    assert np.abs(params["W1"] - start["W1"]).max() > 0.001


# The theorem: permutations of hidden units


@given(case=cases(), activation=st.sampled_from(ACTIVATIONS))
def test_permuting_hidden_units_changes_no_loss_and_permutes_the_gradient(case, activation):
    order = orders(case)
    loss, grads = mlp.loss_and_gradients(case.params, case.x, case.y, activation)
    loss2, grads2 = mlp.loss_and_gradients(properties.permuted(case.params, order), case.x, case.y, activation)
    assert abs(loss - loss2) <= 1e-13 * max(1, loss)
    properties.close(grads2, properties.permuted(grads, order), rounding=properties.RESIDUAL)


@given(case=cases(), optimizer=st.sampled_from(list(OPTIMIZERS.values())), seed=seeds)
def test_training_the_permuted_network_gives_the_permuted_result(case, optimizer, seed):
    order = orders(case)
    settings = {"steps": 10, "batch_size": len(case.y) // 2 or 1, "progress": False}
    ends = [
        training.train(start, case.x, case.y, optimizer, rng=np.random.default_rng(seed), **settings).params
        for start in (case.params, properties.permuted(case.params, order))
    ]
    properties.close(ends[1], properties.permuted(ends[0], order), 1e-9)


def test_a_permutation_of_two_layers_at_once_traps_too(digits):
    """W1 constant, W2 = 1, W3 with equal columns: layer 1 keeps equal rows though no column of W2 equals another."""
    rng = np.random.default_rng(0)
    start = {
        "W1": np.full((5, 64), 0.05), "b1": np.zeros(5), "W2": np.eye(5), "b2": np.zeros(5),
        "W3": np.outer(rng.normal(size=10), np.ones(5)), "b3": np.zeros(10),
    }  # fmt: skip
    for params, _ in path(start, digits.x_train[:100], digits.y_train[:100], optimizers.sgd(0.05), 100):
        assert diagnostics.spread(params["W1"]) < 1e-12
        assert diagnostics.distinct_rows(params["W2"].mT) == 5
        off, on = params["W2"][~np.eye(5, dtype=bool)], np.diag(params["W2"])
        assert np.ptp(off) < 1e-12 and np.ptp(on) < 1e-12
    assert np.abs(params["W1"] - start["W1"]).max() > 0.01


# The second symmetry: signs


@given(case=cases(), activation=st.sampled_from(ODD), optimizer=st.sampled_from(list(OPTIMIZERS.values())))
def test_flipping_the_signs_of_a_unit_changes_nothing_for_odd_activations(case, activation, optimizer):
    signs = {l: case.rng.choice([-1.0, 1.0], size=n) for l, n in enumerate(case.sizes[1:-1], start=1)}

    def flipped(params):
        out = dict(params)
        for l, s in signs.items():
            out[f"W{l}"], out[f"b{l}"] = s[:, None] * out[f"W{l}"], s * out[f"b{l}"]
            out[f"W{l + 1}"] = out[f"W{l + 1}"] * s
        return out

    loss, grads = mlp.loss_and_gradients(case.params, case.x, case.y, activation)
    loss2, grads2 = mlp.loss_and_gradients(flipped(case.params), case.x, case.y, activation)
    assert loss == loss2  # signs commute with rounding
    assert all(np.array_equal(grads2[name], g) for name, g in flipped(grads).items())
    settings = {"steps": 5, "activation": activation, "progress": False}
    ends = [
        training.train(start, case.x, case.y, optimizer, **settings).params
        for start in (case.params, flipped(case.params))
    ]
    assert all(np.array_equal(ends[1][name], p) for name, p in flipped(ends[0]).items())


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_flipping_the_signs_of_a_unit_matters_where_the_activation_is_not_odd(activation):
    rng = np.random.default_rng(0)
    params, x, y = properties.random_params((3, 4, 2), rng), rng.normal(size=(5, 3)), rng.integers(2, size=5)
    flipped = {name: -p if name != "b2" else p for name, p in params.items()}
    losses = [mlp.loss_and_gradients(p, x, y, activation)[0] for p in (params, flipped)]
    assert abs(losses[0] - losses[1]) > 1e-3


# n identical neurons are one neuron with other step sizes


def collapsed(wide):
    """The width-1 network that computes the same: one neuron stands for n_l, and its outgoing weights for their sum."""
    thin, L = {}, mlp.depth(wide)
    for l in range(1, L + 1):
        W, b = wide[f"W{l}"], wide[f"b{l}"]
        W = W if l == 1 else W.sum(axis=1, keepdims=True)
        thin[f"W{l}"], thin[f"b{l}"] = (W, b) if l == L else (W[:1], b[:1])
    return thin


def identical(sizes, rng):
    """A network whose hidden layers consist of one neuron each, n_l times, with anything in it."""
    params = {}
    for l, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        first, last = l == 1, l == len(sizes) - 1
        W = rng.normal(size=(n_out if last else 1, n_in if first else 1)) / np.sqrt(n_in)
        params[f"W{l}"] = np.broadcast_to(W, (n_out, n_in)).copy()
        params[f"b{l}"] = np.broadcast_to(rng.normal(size=n_out if last else 1), n_out).copy()
    return params


def rates(sizes, lr, eps=0.0, decay=0.0):
    """What the width-1 network needs in place of lr (SGD, momentum), of lr and eps (Adam), and of weight decay.

    A neuron gets 1/n_l of the error, and a weight of the thin network stands for n_(l-1) of the wide one.
    """
    n = [1, *sizes[1:-1], 1]
    scales = {f"W{l}": (n[l - 1], n[l]) for l in range(1, len(n))} | {f"b{l}": (1, n[l]) for l in range(1, len(n))}
    return {
        "lr": {name: lr * before / after for name, (before, after) in scales.items()},
        "adam lr": {name: lr * before for name, (before, after) in scales.items()},
        "adam eps": {name: eps * after for name, (before, after) in scales.items()},
        "decay": {name: decay * after / before for name, (before, after) in scales.items()},
    }


HIDDEN = [(4,), (8, 2), (2, 5, 3)]
DECAYS = [0.0, 0.02]


def assert_collapse(digits, sizes, wide, thin, activation="tanh", steps=60, tolerance=1e-12):
    """Train n identical neurons by `wide` and one neuron by `thin`, and compare the sums at every step."""
    x, y = digits.x_train[:100], digits.y_train[:100]
    start = identical(sizes, np.random.default_rng(len(sizes)))
    paths = [path(p, x, y, o, steps, activation) for p, o in ((start, wide), (collapsed(start), thin))]
    for (params, _), (one, _) in zip(*paths, strict=True):
        properties.close(collapsed(params), one, tolerance)
        properties.close(mlp.forward(params, x, activation).output, mlp.forward(one, x, activation).output, tolerance)
    assert np.abs(one["W1"] - start["W1"][:1]).max() > 1e-4


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize("hidden", HIDDEN, ids=len)
@pytest.mark.parametrize("make", [optimizers.sgd, optimizers.momentum])
def test_identical_neurons_are_one_neuron_with_other_step_sizes(digits, make, hidden, decay, activation):
    sizes, lr = (64, *hidden, 10), 0.02
    rule = rates(sizes, lr, decay=decay)
    thin = make(rule["lr"], weight_decay=rule["decay"])
    assert_collapse(digits, sizes, make(lr, weight_decay=decay), thin, activation)


@pytest.mark.parametrize("eps", [1e-8, 1e-2])
@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize("hidden", HIDDEN, ids=len)
def test_adam_too_with_lr_by_the_layer_before_and_eps_by_the_own_layer(digits, hidden, decay, eps):
    """lr n_(l-1) and eps n_l for W^l, lr and eps n_l for b^l: Adam divides the error's 1/n_l out again, but for eps."""
    sizes, lr = (64, *hidden, 10), 0.005
    rule = rates(sizes, lr, eps, decay)
    thin = optimizers.adam(rule["adam lr"], eps=rule["adam eps"], weight_decay=rule["decay"])
    assert_collapse(digits, sizes, optimizers.adam(lr, eps=eps, weight_decay=decay), thin, tolerance=1e-10)


def test_adam_with_eps_scaled_for_the_outgoing_weights_is_another_run(digits):
    """One hidden layer of 4: lr for incoming and 4 lr for outgoing weights is right, eps has to go the other way."""
    lr, eps = 0.005, 1e-2
    rule = rates((64, 4, 10), lr, eps)
    wrong = {"W1": eps, "b1": eps, "W2": 4 * eps, "b2": eps}
    with pytest.raises(AssertionError, match="relative error"):
        assert_collapse(
            digits,
            (64, 4, 10),
            optimizers.adam(lr, eps=eps),
            optimizers.adam(rule["adam lr"], eps=wrong),
            tolerance=1e-4,
        )


@pytest.mark.parametrize("name", PLAIN)
def test_with_the_same_step_sizes_one_neuron_goes_another_way(digits, name):
    with pytest.raises(AssertionError, match="relative error"):
        assert_collapse(digits, (64, 4, 10), OPTIMIZERS[name], OPTIMIZERS[name], tolerance=1e-4)


# What breaks the symmetry, and what does not


def test_random_weights_and_zero_biases_learn_the_digits(digits):
    start = mlp.initialize([64, 32, 10], rng=np.random.default_rng(0), networks=4)
    end = training.train(
        start, digits.x_train, digits.y_train, steps=1000, batch_size=64, rng=np.random.default_rng(1), progress=False
    ).params
    assert (mlp.accuracy(end, digits.x_test, digits.y_test) >= 0.95).all()
    assert (mlp.accuracy(end, digits.x_train, digits.y_train) >= 0.95).all()
    assert np.array_equal(diagnostics.distinct_neurons(end, 1), [32] * 4)


def test_random_biases_break_the_symmetry_of_zero_weights(digits):
    """One hidden layer: biases are all it takes."""
    start = mlp.initialize([64, 16, 10], "zeros", sigma_b=1.0, rng=np.random.default_rng(0))
    end = training.train(
        start, digits.x_train, digits.y_train, steps=1000, batch_size=64, rng=np.random.default_rng(1), progress=False
    ).params
    assert counts(end) == [16]
    assert mlp.accuracy(end, digits.x_test, digits.y_test) > 0.9


def equal_neurons(n=16, seed=3):
    """n equal tanh neurons, with outgoing weights that the classes do not share: this can train, as one neuron."""
    rng = np.random.default_rng(seed)
    row, classes = rng.normal(size=64) / 16, rng.normal(size=10) / 4
    return {"W1": np.tile(row, (n, 1)), "b1": np.zeros(n), "W2": np.tile(classes[:, None], n), "b2": np.zeros(10)}


def test_one_unit_in_the_last_place_grows_until_the_neurons_are_far_apart(digits):
    start = equal_neurons()
    column = np.abs(
        start["W1"][0] * digits.x_train.any(axis=0)
    ).argmax()  # in a small weight the poke could be rounded away
    start["W1"][3, column] = np.nextafter(start["W1"][3, column], np.inf)
    measure = {"spread": lambda p: spreads(p)[0]}
    run = training.train(
        start, digits.x_train, digits.y_train, optimizers.sgd(0.5), steps=300, measure=measure, every=50, progress=False
    )
    spread = run.history["spread"]
    assert 0 < spread[0] < 1e-15
    assert spread[-1] > 0.1
    assert counts(run.params)[0] > 1


def test_an_output_matrix_with_equal_rows_sends_nothing_back(digits):
    """Softmax residuals sum to zero over the classes."""
    rng = np.random.default_rng(0)
    start = mlp.initialize([64, 8, 10], rng=rng)
    start["W2"] = np.tile(rng.normal(size=8), (10, 1))
    _, grads = mlp.loss_and_gradients(start, digits.x_train, digits.y_train)
    assert np.abs(grads["W1"]).max() < 1e-15 and np.abs(grads["b1"]).max() < 1e-15
    assert np.abs(grads["W2"]).max() > 1e-3


@pytest.mark.parametrize("layer, broken", [(0, False), (1, True)], ids=["of inputs", "of hidden units"])
def test_dropout_of_hidden_units_breaks_the_symmetry_and_of_inputs_does_not(digits, layer, broken):
    settings = {"steps": 50, "dropout": {layer: 0.5}, "rng": np.random.default_rng(0), "progress": False}
    x, y = digits.x_train[:100], digits.y_train[:100]
    end = training.train(equal_neurons(), x, y, **settings).params
    assert counts(end) == [16 if broken else 1]


def test_dropout_does_nothing_where_activations_are_all_zero(digits):
    settings = {"steps": 50, "dropout": {0: 0.5, 1: 0.5}, "rng": np.random.default_rng(0), "progress": False}
    end = training.train(mlp.initialize([64, 16, 10], "zeros"), digits.x_train, digits.y_train, **settings).params
    assert all(end[name].any() == (name == "b2") for name in end)
