"""What PyTorch, Keras and Flax draw for attention and embeddings: the table of lesson 10, section 10.8, row by row."""

import math

import numpy as np
from test_frameworks import flax, is_uniform, keras, torch  # noqa: F401  fixtures: the packages, or a reason to skip

D = 96


def sigma_w(W):
    """The weight scale: standard deviation times sqrt(fan_in), rows being neurons."""
    W = np.asarray(W.detach())
    return W.std() * math.sqrt(W.shape[1])


def test_torch_attention_packs_queries_keys_and_values_by_glorot(torch):  # noqa: F811
    layer = torch.nn.MultiheadAttention(D, 4)
    assert tuple(layer.in_proj_weight.shape) == (3 * D, D)
    assert is_uniform(layer.in_proj_weight.detach(), math.sqrt(6 / (4 * D)))
    assert abs(sigma_w(layer.in_proj_weight) - 1 / math.sqrt(2)) < 0.01
    assert is_uniform(layer.out_proj.weight.detach(), 1 / math.sqrt(D))
    assert abs(sigma_w(layer.out_proj.weight) - 1 / math.sqrt(3)) < 0.01
    assert not layer.in_proj_bias.any()
    assert not layer.out_proj.bias.any()


def test_torch_embedding_is_standard_normal(torch):  # noqa: F811
    W = torch.nn.Embedding(2000, 50).weight.detach().numpy()
    assert abs(W.mean()) < 0.02
    assert abs(W.std() - 1) < 0.02
    assert np.abs(W).max() > 3.5


def test_torch_encoder_copies_one_layer(torch):  # noqa: F811
    layer = torch.nn.TransformerEncoderLayer(D, 4, 2 * D)
    first, second = torch.nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).layers
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters()))


def test_torch_layer_norm_starts_as_a_plain_norm(torch):  # noqa: F811
    layer = torch.nn.LayerNorm(D)
    assert torch.equal(layer.weight, torch.ones(D))
    assert not layer.bias.any()


def test_torch_truncates_at_plus_minus_two_whatever_the_std(torch):  # noqa: F811
    W = torch.nn.init.trunc_normal_(torch.empty(1000, 300), std=0.02).numpy()
    assert abs(W.std() / 0.02 - 1) < 0.01
    assert np.abs(W).max() > 4 * 0.02  # a cut at two standard deviations would be at 0.04
    W = torch.nn.init.trunc_normal_(torch.empty(1000, 300), std=2.0).numpy()
    assert np.abs(W).max() <= 2


def test_torch_key_bias_never_gets_a_gradient(torch):  # noqa: F811
    layer = torch.nn.MultiheadAttention(8, 2, dtype=torch.float64)
    x = torch.randn(5, 3, 8, dtype=torch.float64)
    layer(x, x, x)[0].square().sum().backward()
    query, key, value = layer.in_proj_bias.grad.split(8)
    assert key.abs().max() < 1e-13 * value.abs().max()
    assert query.abs().max() > 1e-6


def test_keras_embedding_is_uniform(keras):  # noqa: F811
    layer = keras.layers.Embedding(200, 30)
    layer.build()
    assert is_uniform(np.asarray(layer.weights[0].value), 0.05)


def test_flax_embedding_has_variance_one_over_its_width(flax):  # noqa: F811
    import jax

    params = flax[0].Embed(400, 64).init(jax.random.key(0), np.zeros(1, dtype=int))["params"]
    W = np.asarray(params["embedding"])
    assert abs(W.std() * 8 - 1) < 0.03
    assert np.abs(W).max() > 3.5 / 8  # not cut off
