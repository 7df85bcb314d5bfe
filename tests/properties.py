"""What must hold for course_utils, as checks that take the module under test.

The tests call them on the real modules; `test_mutations.py` calls them on copies with one planted mistake, which must
turn them red.
"""

import contextlib
import itertools
import math

import numpy as np
import pytest

from course_utils import gradcheck

EXACT = 1e-12  # relative; complex steps are exact to rounding
RESIDUAL = 1e-14  # absolute: where softmax is all but sure, p - 1 is a tiny difference of numbers near 1


def close(a, b, tolerance=EXACT, what="", rounding=0.0):
    """Assert that a and b agree to `tolerance`, relative to the largest entry of b, or to `rounding` as it is."""
    error = gradcheck.relative_error(a, b)
    largest = max(float(np.max(np.abs(v))) for v in (b.values() if isinstance(b, dict) else [b]))
    assert error <= max(tolerance, rounding / (largest or 1)), f"{what}: relative error {error:.1e}"


@contextlib.contextmanager
def says(error, message):
    """Assert that the block raises `error` with a message, on one line, that matches the regular expression."""
    with pytest.raises(error, match=message) as raised:
        yield
    text = str(raised.value)
    assert "\n" not in text and len(text) < 400, f"not one sentence: {text!r}"


def frozen(params):
    """A copy of a dict of arrays that raises when anybody writes to it."""
    copies = {name: np.array(p) for name, p in params.items()}
    for p in copies.values():
        p.flags.writeable = False
    return copies


def random_params(sizes, rng, networks=(), scale=1.0):
    """Weights and biases, all of them random, drawn here so that no check leans on the module under test."""
    params = {}
    for l, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        params[f"W{l}"] = scale * rng.normal(size=(*networks, n_out, n_in)) / math.sqrt(n_in)
        params[f"b{l}"] = scale * rng.normal(size=(*networks, n_out))
    return params


def random_targets(loss, n, n_out, rng):
    """Targets that fit the loss of that name."""
    if loss == "cross_entropy":
        return rng.integers(n_out, size=n)
    return rng.normal(size=(n, n_out)) if loss == "squared_error" else rng.random((n, n_out))


def random_masks(sizes, n, rng, networks=()):
    """Dropout masks for the inputs and every hidden layer: 0 or 2."""
    return {l: 2.0 * rng.integers(2, size=(*networks, n, size)) for l, size in enumerate(sizes[:-1])}


def permuted(params, orders):
    """The network with the hidden units of layer l in the order `orders[l]`."""
    out = {name: p.copy() for name, p in params.items()}
    for l, order in orders.items():
        out[f"W{l}"], out[f"b{l}"] = out[f"W{l}"][order], out[f"b{l}"][order]
        out[f"W{l + 1}"] = out[f"W{l + 1}"][:, order]
    return out


# activations and losses


def slope_is_the_derivative(activation, z):
    """phi' agrees with a complex step through phi."""
    exact = gradcheck.complex_step(lambda z: activation(z).sum(), z)
    close(activation.derivative(z), exact, what=activation.name)


def loss_gradient_is_the_derivative(losses, name, outputs, targets):
    """A loss's gradient agrees with a complex step through its value, for one network or many."""
    loss = losses.get(name)
    exact = gradcheck.complex_step(lambda out: loss(out, targets).sum(), outputs)
    close(loss.gradient(outputs, targets), exact, what=name, rounding=RESIDUAL)


def slopes_are_the_derivatives(activations):
    """The same for every activation, on both sides of zero."""
    for phi in activations.ACTIVATIONS.values():
        slope_is_the_derivative(phi, np.array([-2.0, -0.3, 0.1, 1.7]))


def loss_gradients_are_the_derivatives(losses):
    """The same for every loss, on a stack of networks."""
    rng = np.random.default_rng(0)
    for name in losses.LOSSES:
        loss_gradient_is_the_derivative(losses, name, rng.normal(size=(2, 4, 3)), random_targets(name, 4, 3, rng))


# the network


def forward_is_the_formula(mlp, sizes=(3, 4, 4, 2), n=3, seed=0):
    """Each z^l_i is the sum over j of W_ij h_j, plus b_i: by plain loops."""
    rng = np.random.default_rng(seed)
    params, x = random_params(sizes, rng), rng.normal(size=(n, sizes[0]))
    trace = mlp.forward(params, x, "tanh")
    for s in range(n):
        h = list(x[s])
        for l in range(1, len(sizes)):
            W, b = params[f"W{l}"], params[f"b{l}"]
            z = [sum(W[i, j] * h[j] for j in range(sizes[l - 1])) + b[i] for i in range(sizes[l])]
            close(trace.z[l][s], np.array(z), what=f"z{l}")
            h = [math.tanh(v) for v in z]


def gradients_are_the_derivatives(
    mlp,
    *,
    sizes=(3, 3, 3, 3),
    n=4,
    activation="tanh",
    loss="cross_entropy",
    networks=(),
    own_x=False,
    masked=False,
    seed=0,
):
    """Backpropagation agrees with complex steps through the forward pass; square layers by default."""
    rng = np.random.default_rng(seed)
    params = frozen(random_params(sizes, rng, networks))
    x = rng.normal(size=(*(networks if own_x else ()), n, sizes[0]))
    y = random_targets(loss, n, sizes[-1], rng)
    masks = random_masks(sizes, n, rng, networks) if masked else None

    def value(p):
        return mlp.loss_and_gradients(p, x, y, activation, loss, masks=masks)[0].sum()

    _, grads = mlp.loss_and_gradients(params, x, y, activation, loss, masks=masks)
    close(grads, gradcheck.complex_step(value, params), what=f"{activation}, {loss}, {sizes}", rounding=RESIDUAL)


def gradients_with_masks_are_the_derivatives(mlp):
    """The same with dropout masks on the inputs and every hidden layer."""
    gradients_are_the_derivatives(mlp, masked=True)


# initializers


def variance_is(initializers, rule, shape, variance, kurtosis=3.0, **options):
    """The mean is 0 and the variance as given, within 5 standard errors over one large draw."""
    W = initializers.get(rule)(shape, rng=np.random.default_rng(1), **options)
    assert W.shape == tuple(shape)
    mean_error = math.sqrt(variance / W.size)
    variance_error = variance * math.sqrt((kurtosis - 1) / W.size)
    assert abs(W.mean()) < 5 * mean_error, f"{rule}: mean {W.mean():.3g}, standard error {mean_error:.2g}"
    measured = (W**2).mean()
    assert abs(measured - variance) < 5 * variance_error, f"{rule}: Var[W] {measured:.4g}, not {variance:.4g}"


def lecun_variance(initializers):
    """Var[W] = 1 / fan_in, on a matrix that is far from square."""
    variance_is(initializers, "lecun_normal", (400, 100), 1 / 100)


def he_variance(initializers):
    """Var[W] = 2 / fan_in."""
    variance_is(initializers, "he_normal", (400, 100), 2 / 100)


def glorot_variance(initializers):
    """Var[W] = 2 / (fan_in + fan_out)."""
    variance_is(initializers, "glorot_normal", (400, 100), 2 / 500)


def he_uniform_variance(initializers):
    """Var[W] = 2 / fan_in and |W| <= sqrt(6 / fan_in): a uniform law on +-a has variance a^2 / 3."""
    variance_is(initializers, "he_uniform", (400, 100), 2 / 100, kurtosis=1.8)
    W = initializers.he_uniform((400, 100), rng=np.random.default_rng(0))
    assert 0.999 * math.sqrt(6 / 100) < np.abs(W).max() <= math.sqrt(6 / 100)


def truncated_normal_has_its_variance_and_bounds(initializers):
    """Var[W] = scale / n after the cut, and no |W| beyond 2 / 0.8796 standard deviations."""

    class Rules:
        @staticmethod
        def get(name):
            return initializers.variance_scaling

    options = {"scale": 1.7, "mode": "fan_in", "distribution": "truncated_normal"}
    variance_is(Rules, "truncated_normal", (400, 100), 1.7 / 100, 2.37, **options)
    W = initializers.variance_scaling((400, 100), rng=np.random.default_rng(0), **options)
    limit = 2 / 0.87962566 * math.sqrt(1.7 / 100)
    assert 0.99 * limit < np.abs(W).max() <= limit


def orthogonal_is_uniform(initializers):
    """W W^T = 1, and no entry prefers a sign: a raw QR factor has a diagonal that does."""
    W = initializers.orthogonal((2000, 3, 3), rng=np.random.default_rng(0))
    assert np.abs(W @ W.mT - np.eye(3)).max() < 1e-14
    assert np.abs(W.mean(axis=0)).max() < 5 * math.sqrt(1 / 3 / 2000)


# optimizers, each against its paper written out for one number


def _descended(optimizer, gradients, start):
    """Where a weight ends, and a bias with the same start and gradients."""
    params = {"W1": np.array([[start]]), "b1": np.array([start])}
    state = optimizer.init(params)
    for g in gradients:
        optimizer.step(params, {"W1": np.array([[g]]), "b1": np.array([g])}, state)
    return np.append(params["W1"], params["b1"])


GRADIENTS = (0.3, -1.2, 0.05, 0.7, 2.5, -0.01)


def sgd_is_the_formula(optimizers, lr=0.1, decay=0.03):
    """theta <- theta - lr (g + decay theta)."""
    theta = 0.5
    for g in GRADIENTS:
        theta -= lr * (g + decay * theta)
    close(_descended(optimizers.sgd(lr, weight_decay=decay), GRADIENTS, 0.5), np.full(2, theta))


def momentum_is_the_formula(optimizers, lr=0.1, beta=0.8, decay=0.03):
    """v <- beta v + g + decay theta, theta <- theta - lr v."""
    theta, v = 0.5, 0.0
    for g in GRADIENTS:
        v = beta * v + g + decay * theta
        theta -= lr * v
    close(_descended(optimizers.momentum(lr, beta=beta, weight_decay=decay), GRADIENTS, 0.5), np.full(2, theta))


def adam_is_the_paper(optimizers, lr=0.1, beta1=0.8, beta2=0.95, eps=1e-3, decay=0.03):
    """Kingma & Ba 2015, Algorithm 1, line by line."""
    theta, m, v = 0.5, 0.0, 0.0
    for t, g in enumerate(GRADIENTS, start=1):
        g = g + decay * theta
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        theta -= lr * (m / (1 - beta1**t)) / (math.sqrt(v / (1 - beta2**t)) + eps)
    close(
        _descended(optimizers.adam(lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=decay), GRADIENTS, 0.5),
        np.full(2, theta),
    )


def settings_are_per_network(optimizers):
    """A (3,) lr over (3, 3) networks goes by the last network axis, as NumPy broadcasts, for W and for b."""
    params = {"W1": np.zeros((3, 3, 4, 3)), "b1": np.zeros((3, 3, 4))}
    lr = np.array([0.1, 0.2, 0.3])
    optimizers.sgd(lr).step(params, {name: np.ones_like(p) for name, p in params.items()}, {})
    assert np.array_equal(params["W1"], np.broadcast_to(-lr[:, None, None], (3, 3, 4, 3)))
    assert np.array_equal(params["b1"], np.broadcast_to(-lr[:, None], (3, 3, 4)))


# training


def batches_are_fair(training, n=23, size=5, seed=0):
    """Within an epoch no sample comes twice, all batches are of one size, and the next epoch is shuffled anew."""
    stream = training.batches(n, size, rng=np.random.default_rng(seed))
    epochs = [list(itertools.islice(stream, n // size)) for _ in range(3)]
    for epoch in epochs:
        assert {len(batch) for batch in epoch} == {size}
        visited = np.concatenate(epoch)
        assert len(set(visited.tolist())) == len(visited), "a sample came twice in one epoch"
        assert visited.min() >= 0 and visited.max() < n
    return epochs


def arguments_stay_as_they_are(training, optimizer=None, **settings):
    """Training writes to nothing that the caller passed in, and returns arrays of its own."""
    rng = np.random.default_rng(0)
    params, x, y = random_params((3, 4, 2), rng), rng.normal(size=(6, 3)), rng.integers(2, size=6)
    before = {name: p.copy() for name, p in (params | {"x": x, "y": y}).items()}
    run = training.train(params, x, y, optimizer, steps=3, progress=False, **settings)
    for name, array in (params | {"x": x, "y": y}).items():
        assert np.array_equal(array, before[name]), f"{name} was changed"
    assert all(not np.shares_memory(run.params[name], params[name]) for name in params)
    assert all(not np.array_equal(run.params[name], params[name]) for name in params), "nothing was trained"


def dropout_keeps_the_mean(training):
    """A mask is 0 or 1 / (1 - rate), is 0 with probability `rate`, and differs from sample to sample."""
    params = random_params((3, 40, 2), np.random.default_rng(0))
    mask = training.dropout_masks(params, 500, {1: 0.2}, rng=np.random.default_rng(1))[1]
    assert mask.shape == (500, 40) and set(np.unique(mask)) == {0, 1.25}
    assert abs((mask == 0).mean() - 0.2) < 5 * math.sqrt(0.2 * 0.8 / mask.size)
    assert (mask != mask[0]).any() and (mask != mask[:, :1]).any()


# diagnostics


def neurons_are_told_apart_by_every_part(diagnostics):
    """Two neurons that differ in their row, their bias or their column alone count as two."""
    same = {"W1": np.ones((3, 2)), "b1": np.ones(3), "W2": np.ones((4, 3)), "b2": np.arange(4.0)}
    assert diagnostics.distinct_neurons(same, 1) == 1
    for name, index in {"W1": (2, 1), "b1": (1,), "W2": (3, 0)}.items():
        other = {key: p.copy() for key, p in same.items()}
        other[name][index] += 1e-3
        assert diagnostics.distinct_neurons(other, 1) == 2, f"a neuron with its own {name} was not told apart"


def rows_are_counted_as_a_set_would(diagnostics, rows=((1, 2), (3, 4), (1, 2), (1, 4), (3, 4))):
    """distinct_rows is the size of the set of rows, and 1 when the tolerance covers them all."""
    rows = np.array(rows, dtype=float)
    assert diagnostics.distinct_rows(rows) == len({tuple(row) for row in rows})
    assert diagnostics.distinct_rows(rows, tolerance=diagnostics.spread(rows)) == 1


def rays_are_counted_by_direction(diagnostics):
    """Positive multiples are one ray, opposite rows two, rows of zeros none; leading axes count each network."""
    rows = np.array([[1.0, -2.0], [3.0, -6.0], [0.0, 0.0], [-1.0, 2.0], [2.0, 1.0]])
    assert diagnostics.distinct_rays(rows) == 3 and diagnostics.distinct_rays(rows[:3]) == 1
    assert diagnostics.distinct_rays(0 * rows) == 0
    assert diagnostics.distinct_rays(np.stack([rows, 0 * rows, np.abs(rows)])).tolist() == [3, 0, 2]


def ranks_of_known_matrices(diagnostics):
    """Both effective ranks on matrices whose singular values are known, at any scale."""
    for scale in (1, 1e-200, 1e200):
        assert diagnostics.participation_ratio(scale * np.eye(5, 7)) == 5
        assert diagnostics.stable_rank(scale * np.eye(5, 7)) == 5
        assert math.isclose(diagnostics.participation_ratio(scale * np.diag([2.0, 1.0])), 25 / 17)
        assert math.isclose(diagnostics.stable_rank(scale * np.diag([2.0, 1.0])), 5 / 4)
        assert math.isclose(diagnostics.participation_ratio(np.full((4, 3), scale * 1.0)), 1)
    assert diagnostics.participation_ratio(np.zeros((4, 3))) == diagnostics.stable_rank(np.zeros((4, 3))) == 0


def update_to_weight_is_a_ratio(diagnostics):
    """RMS of the change over RMS of the weights before; nan from zero weights; no entry for biases."""
    before = {"W1": np.full((2, 3), 2.0), "b1": np.zeros(2), "W2": np.zeros((1, 2)), "b2": np.zeros(1)}
    after = {"W1": before["W1"] + [[0.2], [-0.2]], "b1": np.ones(2), "W2": np.ones((1, 2)), "b2": np.ones(1)}
    ratio = diagnostics.update_to_weight(before, after)
    assert set(ratio) == {"W1", "W2"}
    assert math.isclose(ratio["W1"], 0.1) and math.isnan(ratio["W2"])


# gradcheck


def nan_never_passes(gradcheck):
    """A nan anywhere makes the relative error nan, which is below no tolerance."""
    good = {"W1": np.ones(2), "b1": np.ones(2)}
    for name in good:
        bad = good | {name: np.array([1.0, np.nan])}
        assert math.isnan(gradcheck.relative_error(bad, good)) and math.isnan(gradcheck.relative_error(good, bad))


def point_is_put_back(gradcheck):
    """Entry by entry means one entry at a time: f sees every other entry where it was."""
    x = np.array([1.0, 2.0, 3.0])
    x.flags.writeable = False
    close(gradcheck.complex_step(lambda x: x[0] * x[1] * x[2], x), np.array([6.0, 3.0, 2.0]))
    close(gradcheck.central_difference(lambda x: x[0] * x[1] * x[2], x), np.array([6.0, 3.0, 2.0]), 1e-9)
