"""course_utils against PyTorch and JAX: gradients, losses, dropout masks and optimizers, all in float64."""

import functools

import numpy as np
import properties
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ACTIVATIONS, LOSSES, layer_sizes, leading_axes, seeds

from course_utils import activations, initializers, losses, mlp, optimizers

REASON = "is not installed: `python3 start.py test --oracles` installs it"


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason=f"PyTorch {REASON}")


@pytest.fixture(scope="module")
def jax():
    jax = pytest.importorskip("jax", reason=f"JAX {REASON}")
    jax.config.update("jax_enable_x64", True)
    return jax


def random_case(sizes, n, networks, loss, seed):
    """Parameters, samples, targets and dropout masks."""
    rng = np.random.default_rng(seed)
    params, x = properties.random_params(sizes, rng, networks), rng.normal(size=(n, sizes[0]))
    return (
        params,
        x,
        properties.random_targets(loss, n, sizes[-1], rng),
        properties.random_masks(sizes, n, rng, networks),
    )


some_cases = given(
    sizes=layer_sizes(largest=5), n=st.integers(1, 6), networks=leading_axes, seed=seeds, masked=st.booleans()
)  # fmt: skip


# PyTorch


def written_out(tanh):
    """The activations that no framework has, by its tanh."""
    return {"lecun_tanh": lambda z: 1.7159 * tanh(2 / 3 * z), "identity": lambda z: z}


def torch_activation(torch, name):
    return written_out(torch.tanh).get(name) or getattr(torch.nn.functional, name)


def torch_loss(torch, name, outputs, targets):
    """PyTorch's own loss of one network; its squared error and binary cross-entropy have no half and no sum."""
    functional = torch.nn.functional
    targets = torch.tensor(targets)
    if name == "cross_entropy":
        return functional.cross_entropy(outputs, targets)
    if name == "squared_error":
        return 0.5 * functional.mse_loss(outputs, targets) * outputs.shape[1]
    return functional.binary_cross_entropy_with_logits(outputs, targets) * outputs.shape[1]


def torch_loss_and_gradients(torch, params, x, y, activation, loss, masks):
    """One network through torch.nn.functional.linear and autograd."""
    phi, L = torch_activation(torch, activation), mlp.depth(params)
    theta = {name: torch.tensor(p, requires_grad=True) for name, p in params.items()}
    h = torch.tensor(x * masks.get(0, 1))
    for l in range(1, L + 1):
        z = torch.nn.functional.linear(h, theta[f"W{l}"], theta[f"b{l}"])
        h = phi(z) * torch.tensor(masks[l]) if l in masks else phi(z)
    value = torch_loss(torch, loss, z, y)
    value.backward()
    return value.item(), {name: t.grad.numpy() for name, t in theta.items()}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@settings(max_examples=15)
@some_cases
def test_gradients_agree_with_torch(torch, activation, loss, sizes, n, networks, seed, masked):
    params, x, y, masks = random_case(sizes, n, networks, loss, seed)
    masks = masks if masked else {}
    values, grads = mlp.loss_and_gradients(params, x, y, activation, loss, masks=masks)
    for i in np.ndindex(networks):
        single = {name: p[i] for name, p in params.items()}
        value, exact = torch_loss_and_gradients(
            torch, single, x, y, activation, loss, {l: m[i] for l, m in masks.items()}
        )
        properties.close(values[i], value, rounding=properties.RESIDUAL)
        properties.close({name: g[i] for name, g in grads.items()}, exact, rounding=properties.RESIDUAL)


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("name", ["sgd", "momentum", "adam", "adam, other betas"])
def test_optimizers_agree_with_torch_over_20_steps(torch, name, decay):
    make, ours = {
        "sgd": (lambda p: torch.optim.SGD(p, 0.1, weight_decay=decay), optimizers.sgd(0.1, weight_decay=decay)),
        "momentum": (
            lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=decay),
            optimizers.momentum(0.1, beta=0.9, weight_decay=decay),
        ),
        "adam": (lambda p: torch.optim.Adam(p, 0.01, weight_decay=decay), optimizers.adam(0.01, weight_decay=decay)),
        "adam, other betas": (
            lambda p: torch.optim.Adam(p, 0.1, betas=(0.5, 0.8), eps=1e-3, weight_decay=decay),
            optimizers.adam(0.1, beta1=0.5, beta2=0.8, eps=1e-3, weight_decay=decay),
        ),
    }[name]
    params, x, y, _ = random_case((3, 5, 4), 6, (), "cross_entropy", 0)
    theta = {key: torch.tensor(p, requires_grad=True) for key, p in params.items()}
    theirs = make(list(theta.values()))
    state = ours.init(params)
    for _ in range(20):
        _, grads = mlp.loss_and_gradients(params, x, y)
        ours.step(params, grads, state)
        theirs.zero_grad()
        z = torch.tanh(torch.tensor(x) @ theta["W1"].T + theta["b1"]) @ theta["W2"].T + theta["b2"]
        torch_loss(torch, "cross_entropy", z, y).backward()
        theirs.step()
        properties.close(params, {key: t.detach().numpy() for key, t in theta.items()})


def test_fans_and_bounds_agree_with_torch(torch):
    W = torch.empty(40, 300, dtype=torch.float64)
    assert torch.nn.init._calculate_fan_in_and_fan_out(W) == initializers.fans((40, 300))
    rules = {
        "glorot_uniform": torch.nn.init.xavier_uniform_,
        "he_uniform": torch.nn.init.kaiming_uniform_,  # a = 0, the default, is ReLU's gain
    }
    for name, fill in rules.items():
        ours = np.abs(initializers.get(name)((40, 300), rng=np.random.default_rng(0))).max()
        assert abs(fill(W).abs().max().item() / ours - 1) < 0.002
    rules = {
        "glorot_normal": torch.nn.init.xavier_normal_,
        "he_normal": torch.nn.init.kaiming_normal_,
    }
    torch.manual_seed(0)
    for name, fill in rules.items():
        ours = initializers.get(name)((40, 300), rng=np.random.default_rng(0)).std()
        assert abs(fill(W).std().item() / ours - 1) < 5 / np.sqrt(40 * 300)


def test_the_slope_of_relu_at_zero_is_torch_s(torch):
    z = torch.zeros(1, requires_grad=True)
    torch.relu(z).sum().backward()
    assert z.grad.item() == activations.relu.derivative(np.zeros(1)).item() == 0


# JAX


def jax_loss_and_gradients(jax, activation, loss):
    """Value and gradient of one network as a function of (params, x, y, masks), written in jax.nn."""
    jnp = jax.numpy
    exact = {"approximate": False} if activation == "gelu" else {}  # by erf: JAX has the tanh formula as its default
    phi = written_out(jnp.tanh).get(activation) or functools.partial(getattr(jax.nn, activation), **exact)

    def value(params, x, y, masks):
        h = x * masks.get(0, 1.0)
        for l in range(1, len(params) // 2 + 1):
            z = params[f"W{l}"] @ h.T + params[f"b{l}"][:, None]  # samples as columns, as on paper
            h = phi(z).T * masks.get(l, 1.0)
        z = z.T
        if loss == "cross_entropy":
            return -jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1).mean()
        if loss == "squared_error":
            return ((z - y) ** 2).sum() / 2 / len(z)
        return -(y * jax.nn.log_sigmoid(z) + (1 - y) * jax.nn.log_sigmoid(-z)).sum() / len(z)

    return jax.value_and_grad(value)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_agree_with_jax(jax, activation, loss):
    """A stack of three networks, each with its own dropout masks, against vmap."""
    params, x, y, masks = random_case((4, 5, 3, 2), 6, (3,), loss, seed=0)
    values, grads = mlp.loss_and_gradients(params, x, y, activation, loss, masks=masks)
    theirs = jax.jit(jax.vmap(jax_loss_and_gradients(jax, activation, loss), in_axes=(0, None, None, 0)))
    value, exact = theirs(params, x, y, masks)
    properties.close(values, np.asarray(value), rounding=properties.RESIDUAL)
    properties.close(grads, {name: np.asarray(g) for name, g in exact.items()}, rounding=properties.RESIDUAL)


@pytest.mark.parametrize("name", sorted(losses.LOSSES))
def test_losses_of_large_logits_agree_with_jax(jax, name):
    rng = np.random.default_rng(0)
    z, y = 1000 * rng.normal(size=(6, 4)), properties.random_targets(name, 6, 4, rng)
    params = {"W1": np.eye(4), "b1": np.zeros(4)}
    value, grads = jax_loss_and_gradients(jax, "identity", name)(params, z, y, {})
    ours, our_grads = mlp.loss_and_gradients(params, z, y, "identity", name)
    properties.close(ours, float(value))
    properties.close(our_grads, {key: np.asarray(g) for key, g in grads.items()})


def test_variances_agree_with_jax(jax):
    """JAX stores a matrix as (n_in, n_out)."""
    shape = (300, 40)
    for name in ("lecun_normal", "lecun_uniform", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform"):
        theirs = getattr(jax.nn.initializers, name)()(jax.random.key(0), shape, "float64").std()
        ours = initializers.get(name)(shape[::-1], rng=np.random.default_rng(0)).std()
        assert abs(float(theirs) / ours - 1) < 5 / np.sqrt(300 * 40)
