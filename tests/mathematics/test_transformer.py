"""The transformer written out by hand: against complex steps, its own symmetries, PyTorch and JAX."""

import numpy as np
import properties
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import leading_axes, seeds
from test_mutations import planted
from test_oracles import jax, torch  # noqa: F401  fixtures: the packages, or a reason to skip

from course_utils import gradcheck, losses, optimizers, transformer
from course_utils.datasets import digits

SIZES = {"d": 6, "blocks": 2, "heads": 2, "tokens": 3, "pixels": 4, "classes": 3}


def case(seed=0, networks=(), n=4, **sizes):
    """Parameters with nothing equal in them, sequences and labels."""
    sizes, rng = SIZES | sizes, np.random.default_rng(seed)
    params = transformer.initialize(**sizes, networks=networks, rng=rng)
    x = rng.normal(size=(n, sizes["tokens"], sizes["pixels"]))
    return params, x, rng.integers(sizes["classes"], size=n)


def one_network(params, i):
    """Network i of a stack: its axes stand after the blocks' where there are blocks."""
    return {name: p[(slice(None), *i)] if name in transformer.BLOCK else p[i] for name, p in params.items()}


def gradients_are_the_derivatives(module, activation="gelu"):
    params, x, y = case()
    exact = gradcheck.complex_step(lambda p: losses.cross_entropy(module.forward(p, x, activation).logits, y), params)
    properties.close(module.loss_and_gradients(params, x, y, activation)[1], exact)


@pytest.mark.parametrize("activation", ["gelu", "tanh", "sigmoid"])
def test_gradients_are_the_derivatives(activation):
    gradients_are_the_derivatives(transformer, activation)


@settings(max_examples=25)
@given(
    seed=seeds, d=st.integers(1, 3), heads=st.integers(1, 3), blocks=st.integers(1, 3), tokens=st.integers(1, 4),
    n=st.integers(1, 3),
)  # fmt: skip
def test_gradients_are_the_derivatives_whatever_the_sizes(seed, d, heads, blocks, tokens, n):
    params, x, y = case(seed, n=n, d=d * heads, heads=heads, blocks=blocks, tokens=tokens)
    _, grads = transformer.loss_and_gradients(params, x, y)
    rng = np.random.default_rng(seed)
    for name, grad in grads.items():
        v = rng.normal(size=grad.shape)

        def along(e, name=name, v=v):
            logits = transformer.forward(params | {name: params[name] + e[0] * v}, x).logits
            return losses.cross_entropy(logits, y)

        exact = gradcheck.complex_step(along, np.zeros(1))[0]
        # Where tokens or coordinates are few, norm divides by nearly nothing: compare with the size of the terms.
        assert abs((grad * v).sum() - exact) <= 1e-12 * (np.abs(grad * v).sum() + abs(exact)) + 1e-13


MISTAKES = {
    "no mean taken off in norm": ("delta.mean(axis=-1, keepdims=True) - along_u * u", "along_u * u"),
    "the size taken for a constant in norm": ("- along_u * u) / size", ") / size"),
    "softmax without the weighted mean": ("a * (da - (a * da).sum(axis=-1, keepdims=True))", "a * da"),
    "scores not divided on the way back": (
        "keepdims=True)) / math.sqrt(q.shape[-1])  # softmax", "keepdims=True))  # softmax",
    ),
    "queries for keys": ("dq, dk, dv = ds @ k, ds.mT @ q,", "dq, dk, dv = ds @ k, ds.mT @ k,"),
    "attention not transposed": ("a.mT @ dread", "a @ dread"),
    "no way round the MLP": ("delta = delta + norm_back(_times(dz", "delta = norm_back(_times(dz"),
    "no way round attention": ("delta = delta + norm_back(du", "delta = norm_back(du"),
    "phi' left out": ("* phi.derivative(z)", ""),
    "sum for mean over the tokens": ("[..., None, :] / u.shape[-2]", "[..., None, :]"),
    "places' gradient of the first sample only": ("delta.sum(axis=-3)", "delta[..., 0, :, :]"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_seen(mistake):
    module = planted("transformer", *MISTAKES[mistake])
    with pytest.raises(AssertionError):
        gradients_are_the_derivatives(module)


@settings(max_examples=10)
@given(seed=seeds, networks=leading_axes)
def test_a_stack_of_networks_is_each_of_them(seed, networks):
    params, x, y = case(seed, networks)
    value, grads = transformer.loss_and_gradients(params, x, y)
    assert value.shape == networks
    for i in np.ndindex(networks):
        alone, own = transformer.loss_and_gradients(one_network(params, i), x, y)
        properties.close(value[i], alone)
        properties.close(one_network(grads, i), own)
        share = transformer.accuracy(one_network(params, i), x, y)
        assert transformer.accuracy(params, x, y)[i] == share


def loss(params, x, y):
    return transformer.loss_and_gradients(params, x, y)[0]


def test_its_symmetries_leave_the_loss_as_it_is():
    """Heads trade places, coordinates of the stream do, and Q and K of a head turn and stretch against each other."""
    params, x, y = case(seed=1)
    rng, here = np.random.default_rng(2), loss(params, x, y)
    heads = {name: params[name][:, ::-1] for name in "QKVO"}
    order = rng.permutation(6)
    rows = {name: params[name][..., order, :] for name in ("E", "O", "W2")} | {"P": params["P"][:, order]}
    columns = {name: params[name][..., order] for name in ("Q", "K", "V", "W1", "U")}
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    turned = {"Q": 2 * turn @ params["Q"], "K": turn @ params["K"] / 2}
    for moved in (heads, rows | columns, turned):
        assert loss(params | moved, x, y) == pytest.approx(here, rel=1e-13)
    for part in (rows, columns, {"Q": params["Q"][:, ::-1]}):
        assert abs(loss(params | part, x, y) - here) > 1e-3  # only together


def test_it_learns_the_digits():
    data = digits()
    start = transformer.initialize(rng=np.random.default_rng(0))
    before = properties.frozen(start)
    found = transformer.train(
        start, transformer.tokens(data.x_train), data.y_train, optimizers.adam(0.005), steps=120,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    assert transformer.accuracy(found, transformer.tokens(data.x_test), data.y_test) > 0.93
    assert all(np.array_equal(start[name], p) for name, p in before.items())


def test_every_branch_puts_out_what_its_scale_says():
    """At the start the stream grows by about the branches' mean squares; branch scales their last matrices."""
    x = np.random.default_rng(0).normal(size=(50, 8, 8))
    sizes = {}
    for branch in (0, 0.5, 1):
        params = transformer.initialize(64, 4, branch=branch, rng=np.random.default_rng(1))
        sizes[branch] = [float(np.mean(h**2)) for h in transformer.forward(params, x).stream]
    assert sizes[0] == sizes[0][:1] * 5
    assert (sizes[1][4] - sizes[1][0]) / (sizes[0.5][4] - sizes[0.5][0]) == pytest.approx(4, rel=0.35)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p, x: (p, x[0]), r"x must be sequences of shape \(n, 3, 4\), got \(3, 4\)"),
        (lambda p, x: (p, np.zeros((5, 64))), r"transformer\.tokens"),
        (lambda p, x: (p, x[:0]), "x must be sequences"),
        (lambda p, x: ({"W1": p["W1"]}, x), "params must have the keys E, P, Q"),
    ],
)
def test_bad_input_gets_one_sentence(change, message):
    params, x, _ = case()
    with properties.says(ValueError, message):
        transformer.forward(*change(params, x))


def test_heads_must_divide_the_width():
    with properties.says(ValueError, "multiple of heads, got d = 6 and 4 heads"):
        transformer.initialize(6, heads=4, rng=np.random.default_rng(0))


# PyTorch and JAX, with their own attention, LayerNorm and GELU


def test_gradients_agree_with_torch(torch):  # noqa: F811
    params, x, y = case(seed=3, d=8, heads=4, tokens=5)
    theta, F = {name: torch.tensor(p, requires_grad=True) for name, p in params.items()}, torch.nn.functional
    h = torch.tensor(x) @ theta["E"].T + theta["P"]
    for Q, K, V, O, W1, W2 in zip(*(theta[name] for name in transformer.BLOCK)):
        u = F.layer_norm(h, h.shape[-1:])[:, None]
        read = F.scaled_dot_product_attention(u @ Q.mT, u @ K.mT, u @ V.mT)
        h = h + (read @ O.mT).sum(dim=1)
        h = h + F.gelu(F.layer_norm(h, h.shape[-1:]) @ W1.T) @ W2.T
    logits = F.layer_norm(h, h.shape[-1:]).mean(dim=1) @ theta["U"].T
    value = F.cross_entropy(logits, torch.tensor(y))
    value.backward()
    ours, grads = transformer.loss_and_gradients(params, x, y)
    properties.close(ours, value.item())
    properties.close(grads, {name: t.grad.numpy() for name, t in theta.items()}, tolerance=1e-10)


def test_the_heads_are_those_of_torch_s_multihead_attention(torch):  # noqa: F811
    """Heads stacked on each other are its packed matrices."""
    params, _, _ = case(seed=4, d=8, heads=4, blocks=1, tokens=5)
    u = np.random.default_rng(5).normal(size=(3, 5, 8))
    theirs = torch.nn.MultiheadAttention(8, 4, bias=False, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        packed = np.concatenate([params[name][0].reshape(8, 8) for name in "QKV"])
        theirs.in_proj_weight.copy_(torch.tensor(packed))
        theirs.out_proj.weight.copy_(torch.tensor(np.concatenate(list(params["O"][0]), axis=-1)))
        out, weights = theirs(*3 * [torch.tensor(u)], average_attn_weights=False)
    nothing_else = params | {"E": np.eye(8), "P": np.zeros((5, 8)), "W2": 0 * params["W2"]}
    trace = transformer.forward(nothing_else, u)
    normed = torch.tensor(transformer.norm(u)[0])
    out, weights = theirs(normed, normed, normed, average_attn_weights=False)
    properties.close(trace.stream[1] - u, out.detach().numpy())
    properties.close(trace.attention[0], weights.detach().numpy().swapaxes(0, 1))


def test_gradients_agree_with_jax(jax):  # noqa: F811
    params, x, y = case(seed=6, d=8, heads=4, tokens=5)
    jnp = jax.numpy

    def value(p):
        h = jnp.asarray(x) @ p["E"].T + p["P"]
        for Q, K, V, O, W1, W2 in zip(*(p[name] for name in transformer.BLOCK)):
            u = jax.nn.standardize(h, epsilon=transformer.EPS)
            q, k, v = (jnp.einsum("ntd,hkd->nthk", u, W) for W in (Q, K, V))
            h = h + jnp.einsum("nthk,hdk->ntd", jax.nn.dot_product_attention(q, k, v), O)
            h = h + jax.nn.gelu(jax.nn.standardize(h, epsilon=transformer.EPS) @ W1.T, approximate=False) @ W2.T
        logits = jax.nn.standardize(h, epsilon=transformer.EPS).mean(axis=1) @ p["U"].T
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), jnp.asarray(y)[:, None], axis=1).mean()

    ours, grads = transformer.loss_and_gradients(params, x, y)
    theirs, exact = jax.value_and_grad(value)({name: jnp.asarray(p) for name, p in params.items()})
    properties.close(ours, float(theirs), tolerance=1e-6)
    properties.close(grads, {name: np.asarray(g) for name, g in exact.items()}, tolerance=1e-6)
