"""What one line of PyTorch, Keras and Flax really draws: the table of lesson 8, row by row."""

import itertools

import numpy as np
import pytest

from course_utils import mlp

REASON = "is not installed: `python3 start.py test --oracles` installs it"
N_IN, N_OUT, HIDDEN = 300, 200, 40


@pytest.fixture(scope="module")
def torch():
    torch = pytest.importorskip("torch", reason=f"PyTorch {REASON}")
    torch.manual_seed(0)
    return torch


@pytest.fixture(scope="module")
def keras(tmp_path_factory):
    pytest.importorskip("jax", reason=f"JAX {REASON}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", "jax")
        patch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))  # it writes its settings there
        keras = pytest.importorskip("keras", reason=f"Keras {REASON}")
    keras.utils.set_random_seed(0)
    return keras


@pytest.fixture(scope="module")
def flax():
    pytest.importorskip("flax", reason=f"Flax {REASON}")
    return pytest.importorskip("flax.linen"), pytest.importorskip("flax.nnx")


def is_uniform(values, bound):
    """Within +-bound, as far as the bound, and with the standard deviation bound / sqrt(3), to 5 standard errors."""
    values = np.asarray(values, dtype=float).ravel()
    size = np.abs(values).max()
    spread = abs(values.std() / (bound / np.sqrt(3)) - 1)
    return size <= bound * (1 + 1e-6) and size > bound * (1 - 20 / values.size) and spread < 5 / np.sqrt(values.size)


def is_orthogonal(W):
    W = np.asarray(W, dtype=float)
    return np.allclose(W @ W.T, np.eye(len(W)), atol=1e-5)


# PyTorch


def test_torch_linear_draws_weights_and_biases_uniformly(torch):
    layer = torch.nn.Linear(N_IN, N_OUT)
    assert tuple(layer.weight.shape) == (N_OUT, N_IN)
    assert is_uniform(layer.weight.detach(), 1 / np.sqrt(N_IN))
    assert is_uniform(layer.bias.detach(), 1 / np.sqrt(N_IN))


def test_torch_linear_calls_kaiming_uniform_with_the_square_root_of_five(torch):
    gain = torch.nn.init.calculate_gain("leaky_relu", np.sqrt(5))
    assert gain == pytest.approx(1 / np.sqrt(3))
    layer = torch.nn.Linear(N_IN, N_OUT)
    torch.manual_seed(3)
    layer.reset_parameters()
    torch.manual_seed(3)
    expected = torch.nn.init.kaiming_uniform_(torch.empty(N_OUT, N_IN), a=np.sqrt(5))
    assert torch.equal(layer.weight, expected)


def test_the_rule_of_the_lesson_is_torch_s(torch):
    """PyTorch's rule in NumPy draws what a stack of `nn.Linear` draws."""
    sizes = [N_IN, N_OUT, 100, 10]
    ours = mlp.pytorch_default(sizes, networks=(400,), rng=np.random.default_rng(0))
    for l, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        theirs = torch.nn.Linear(n_in, n_out)
        assert ours[f"W{l}"].shape == (400, *theirs.weight.shape)
        assert ours[f"b{l}"].shape == (400, *theirs.bias.shape)
        for drawn in (ours[f"W{l}"], ours[f"b{l}"], theirs.weight.detach()):
            assert is_uniform(drawn, 1 / np.sqrt(n_in))


def test_torch_lstm_gives_the_forget_gate_no_bias_of_one(torch):
    """Two bias vectors are added, all uniform on +-1/sqrt(hidden); the forget gate is the second quarter."""
    lstm = torch.nn.LSTM(8, 320)
    assert is_uniform(lstm.weight_ih_l0.detach(), 1 / np.sqrt(320))
    assert is_uniform(lstm.weight_hh_l0.detach(), 1 / np.sqrt(320))
    for bias in (lstm.bias_ih_l0, lstm.bias_hh_l0):
        assert is_uniform(bias.detach(), 1 / np.sqrt(320))
        assert is_uniform(bias.detach().reshape(4, -1)[1], 1 / np.sqrt(320))


# Keras


def test_keras_dense_is_glorot_uniform_with_zero_biases_stored_transposed(keras):
    layer = keras.layers.Dense(N_OUT)
    layer.build((None, N_IN))
    W, b = (np.asarray(v.value) for v in layer.weights)
    assert W.shape == (N_IN, N_OUT)
    assert is_uniform(W, np.sqrt(6 / (N_IN + N_OUT)))
    assert not b.any()


def test_keras_lstm_starts_the_forget_gate_at_one(keras):
    layer = keras.layers.LSTM(HIDDEN)
    layer.build((None, 5, 8))
    W, recurrent, b = (np.asarray(v.value) for v in layer.weights)
    gates = b.reshape(4, HIDDEN)  # input, forget, cell, output
    np.testing.assert_array_equal(gates, np.array([0, 1, 0, 0])[:, None] + np.zeros(HIDDEN))
    assert is_uniform(W, np.sqrt(6 / (8 + 4 * HIDDEN)))
    assert is_orthogonal(recurrent)


# Flax


def is_truncated_normal(W, std):
    """With that standard deviation, cut off at two of those of the normal it was cut from."""
    W = np.asarray(W, dtype=float)
    uncut = std / 0.87962566103423978  # the standard deviation of a standard normal cut off at +-2
    return abs(W.std() / std - 1) < 5 / np.sqrt(2 * W.size) and 1.9 * uncut < np.abs(W).max() <= 2 * uncut * (1 + 1e-6)


def test_flax_dense_is_lecun_normal_with_zero_biases_stored_transposed(flax):
    import jax

    linen, nnx = flax
    params = linen.Dense(N_OUT).init(jax.random.key(0), np.zeros((1, N_IN)))["params"]
    layer = nnx.Linear(N_IN, N_OUT, rngs=nnx.Rngs(0))
    for W, b in ((params["kernel"], params["bias"]), (layer.kernel[...], layer.bias[...])):
        assert W.shape == (N_IN, N_OUT)
        assert is_truncated_normal(W, 1 / np.sqrt(N_IN))
        assert not np.asarray(b).any()


def test_flax_lstm_starts_all_biases_at_zero(flax):
    import jax

    linen, _ = flax
    cell, key = linen.OptimizedLSTMCell(HIDDEN), jax.random.key(0)
    params = cell.init(key, cell.initialize_carry(key, (1, 64)), np.zeros((1, 64)))["params"]
    assert sorted(name for name in params if "bias" in params[name]) == ["hf", "hg", "hi", "ho"]
    for gate in "fgio":
        assert not np.asarray(params[f"h{gate}"]["bias"]).any()
        assert is_orthogonal(params[f"h{gate}"]["kernel"])
        assert is_truncated_normal(params[f"i{gate}"]["kernel"], 1 / np.sqrt(64))
