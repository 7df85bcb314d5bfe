"""Lesson 10: products of matrices, twins in attention, the residual stream, the second step, width; and its norms."""

import itertools
import math

import numpy as np
from claim import claim
from drawn import seeds
from hypothesis import strategies as st

from course_utils import activations, gradcheck, mlp, optimizers, residual, theory, training, transformer
from course_utils.checks.q10_1 import waking_steps

NAMES = ("E", "P", "Q", "K", "V", "O", "W1", "W2", "U")
TERMS = [[p, *a, *b, 8] for p in (0, 1) for a in ([], [4, 5], [2, 3, 4, 5]) for b in ([], [6, 7])]
RULES = {"sgd": optimizers.sgd(0.1), "momentum": optimizers.momentum(0.05), "adam": optimizers.adam(0.01)}
SILENT = sorted(set(activations.ACTIVATIONS) - {"sigmoid", "softplus"})


def small_block(seed, **sizes):
    """A block, sequences and labels."""
    rng = np.random.default_rng(seed)
    params = transformer.initialize(**{"d": 8, "heads": 2, "tokens": 4, "pixels": 5, "classes": 3} | sizes, rng=rng)
    return params, rng.normal(size=(12, 4, 5)), rng.integers(3, size=12)


def gradients_over_time(params, x, y, rule, steps, activation="gelu"):
    """Yield the parameters and gradients before each step."""
    params, state = {name: p.copy() for name, p in params.items()}, rule.init(params)
    for _ in range(steps):
        grads = transformer.loss_and_gradients(params, x, y, activation)[1]
        yield params, grads
        rule.step(params, grads, state)


@claim(
    "10-terms",
    condition="phi(0) = 0 in the MLP; no biases; SGD, momentum or Adam; exact zeros",
    inside={
        "zero": st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True),
        # phi'(0) = 0 stops an error at sums that are all 0: W1 = 0 is another matter with ReLU
        "activation": st.sampled_from(sorted(set(SILENT) - {"relu", "leaky_relu"})),
        "rule": st.sampled_from(sorted(RULES)),
        "seed": seeds,
    },
    outside={
        "phi(0) is not 0": {"zero": ["W1", "W2"], "activation": "sigmoid", "rule": "sgd", "seed": 0},
        "phi'(0) is 0": {"zero": ["W1"], "activation": "relu", "rule": "sgd", "seed": 0},
    },
)
def term_rule(zero, activation, rule, seed):
    params, x, y = small_block(seed)
    params |= {name: 0 * params[name] for name in zero}
    first = dict.fromkeys(NAMES)
    for step, (_, grads) in enumerate(gradients_over_time(params, x, y, RULES[rule], 6, activation)):
        first |= {name: step for name in NAMES if grads[name].any() and first[name] is None}
    assert list(first.values()) == waking_steps(TERMS, [NAMES.index(name) for name in zero])


@claim(
    "10-gates",
    condition="a gated unit C (phi(A x) * B x) without biases, A = B = 0, C random",
    inside={"activation": st.sampled_from(SILENT), "seed": seeds},
    outside={
        "the sigmoid, 1/2 at 0": {"activation": "sigmoid", "seed": 0},
        "softplus, log 2 at 0": {"activation": "softplus", "seed": 0},
    },
)
def dead_gate(activation, seed):
    rng, phi = np.random.default_rng(seed), activations.get(activation)
    u, target, C = rng.normal(size=(6, 3)), rng.normal(size=(6, 2)), rng.normal(size=(2, 3))
    grads = gradcheck.complex_step(
        lambda p: (((phi(u @ p["A"].T) * (u @ p["B"].T)) @ C.T - target) ** 2).sum(),
        {"A": np.zeros((3, 3)), "B": np.zeros((3, 3))},
    )
    assert not grads["A"].any()
    assert not grads["B"].any()


ROWS, COLUMNS = ("E", "P", "O", "W2"), ("Q", "K", "V", "W1", "U")


@claim(
    "10-twins",
    condition="equal in all matrices that hold them; SGD, momentum or Adam; up to rounding",
    inside={
        "kind": st.sampled_from(["heads", "coordinates"]),
        "matrices": st.just("all"),
        "rule": st.sampled_from(sorted(RULES)),
        "seed": seeds,
    },
    outside={
        "heads equal but for O": {"kind": "heads", "matrices": "QKV", "rule": "sgd", "seed": 0},
        "coordinates equal in E and P only": {"kind": "coordinates", "matrices": "EP", "rule": "sgd", "seed": 0},
    },
)
def twins(kind, matrices, rule, seed):
    params, x, y = small_block(seed)
    tied = [name for name in NAMES if matrices == "all" or name in matrices]

    def pair(params, name):
        """The two twins' parts of a matrix."""
        p = params[name]
        if kind == "heads":
            return (p[:, 0], p[:, 1]) if name in "QKVO" else (p, p)
        if name in COLUMNS or name == "P":
            return p[..., 0], p[..., 1]
        return p[..., 0, :], p[..., 1, :]

    for name in tied:
        one, other = pair(params, name)
        other[...] = one
    *_, (params, _) = gradients_over_time(params, x, y, RULES[rule], 8)
    assert max(abs(one - other).max() for one, other in (pair(params, name) for name in NAMES)) < 1e-9


@claim(
    "10-twins/embedding",
    condition="an embedding that starts at zero, read by random matrices; every token occurs",
    inside={"absent": st.just(False), "seed": seeds},
    outside={"a token that does not occur": {"absent": True, "seed": 0}},
)
def zero_embedding(absent, seed):
    params, x, y = small_block(seed)
    x[..., 2] *= not absent
    params["E"] *= 0
    *_, (params, _) = gradients_over_time(params, x, y, RULES["sgd"], 2)
    columns = params["E"].T
    assert all(abs(a - b).max() > 0 for a, b in itertools.combinations([0 * columns[0], *columns], 2))


@claim(
    "10-stream",
    condition="independent random branches of strength v at unit input; width 128; to a third",
    inside={
        "wiring": st.sampled_from(["no norm", "pre-LN"]),
        "blocks": st.integers(8, 32),
        "divided": st.booleans(),
        "alike": st.just(False),
        "seed": seeds,
    },
    outside={
        "all branches the same": {"wiring": "no norm", "blocks": 16, "divided": False, "alike": True, "seed": 0},
        "post-LN": {"wiring": "post-LN", "blocks": 16, "divided": False, "alike": False, "seed": 0},
    },
)
def stream_grows(wiring, blocks, divided, alike, seed):
    rng = np.random.default_rng(seed)
    params = residual.initialize(blocks, last=blocks**-0.5 if divided else 1.0, rng=rng)
    if alike:
        params |= {name: params[name][:1].repeat(blocks, axis=0) for name in ("V1", "V2")}
    v = 1 / blocks if divided else 1.0
    q = [np.mean(h**2) for h in residual.forward(params, rng.normal(size=(60, 64)), wiring).stream]
    if wiring == "pre-LN":
        assert 2 / 3 < (q[-1] - q[0]) / (blocks * v) < 3 / 2
    else:
        assert 2 / 3 < math.log(q[-1] / q[0]) / (blocks * math.log1p(v)) < 3 / 2


@claim(
    "10-second-step",
    condition="ReLU branches that end in zeros, 24 branches or more, no norm, V1 at He's scale, SGD with step size 0.1",
    inside={
        "blocks": st.integers(24, 40),
        "first": st.just("he"),
        "wiring": st.just("no norm"),
        "seed": st.integers(0, 1000),
    },
    outside={
        "V1 divided by sqrt(N): Fixup": {"blocks": 32, "first": "fixup", "wiring": "no norm", "seed": 0},
        "pre-LN": {"blocks": 32, "first": "he", "wiring": "pre-LN", "seed": 0},
    },
)
def second_step(blocks, first, wiring, seed):
    rng = np.random.default_rng(seed)
    first = blocks**-0.5 if first == "fixup" else 1.0
    params = residual.initialize(blocks, 64, first=first, last=0.0, rng=rng)
    x, y = rng.normal(size=(64, 64)), rng.integers(10, size=64)
    sizes = []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(6):
            sizes.append(np.mean(residual.forward(params, x, wiring).stream[-1] ** 2))
            grads = residual.loss_and_gradients(params, x, y, wiring)[1]
            params = {name: p - 0.1 * grads[name] for name, p in params.items()}
    assert not sizes[-1] < 1e20 * sizes[0]  # inf or nan in nearly all draws; with pre-LN 20 to 300


@claim(
    "10-width",
    condition="hidden matrices under Adam: with a step size that goes like 1/width a step moves z as far",
    inside={"width": st.sampled_from([64, 128, 256, 512]), "power": st.just(1.0), "seed": seeds},
    outside={
        "one step size for all widths": {"width": 512, "power": 0.0, "seed": 0},
        "divided by the root": {"width": 512, "power": 0.5, "seed": 0},
    },
)
def step_by_width(width, power, seed):
    rng, moved = np.random.default_rng(seed), []
    x, y = rng.normal(size=(50, 64)), rng.integers(10, size=50)
    for n in (32, width):
        p = mlp.initialize([64, n, n, 10], "he_normal", networks=(4,), rng=np.random.default_rng(seed))
        rule = optimizers.adam(dict.fromkeys(p, 0.0) | {"W2": 0.001 * (32 / n) ** power})
        end = training.train(p, x, y, rule, steps=1, activation="relu", progress=False).params
        change = mlp.forward(end, x, "relu").z[2] - mlp.forward(p, x, "relu").z[2]
        moved.append(np.sqrt(np.mean(change**2)))
    assert 0.6 < moved[1] / moved[0] < 1.7


# For the curious


def growth(phi, centre, sigma_w, seed, layers=20, n=200):
    """By how much the mean square of the error grows in a layer, between plain layers with a norm behind each."""
    rng, kept, lengths = np.random.default_rng(seed), [], []
    u = rng.normal(size=(60, n))
    for _ in range(layers):
        W = sigma_w * rng.normal(size=(n, n)) / math.sqrt(n)
        z = u @ W.T
        h = phi(z) - centre * phi(z).mean(axis=1, keepdims=True)
        size = np.sqrt((h**2).mean(axis=1, keepdims=True))
        u = h / size
        kept.append((W, z, u, size))
    delta = rng.normal(size=u.shape)
    for W, z, u, size in reversed(kept):
        delta = delta - (delta * u).mean(axis=1, keepdims=True) * u
        delta = (delta - centre * delta.mean(axis=1, keepdims=True)) / size * phi.derivative(z)
        lengths.append(np.mean(delta**2))
        delta = delta @ W
    return (lengths[-1] / lengths[0]) ** (1 / (layers - 1))


@claim(
    "10-norm-errors",
    condition="plain layers, LayerNorm behind each, width 200: a layer's factor to 10 %",
    inside={
        "activation": st.sampled_from(["relu", "gelu", "silu", "tanh"]),
        "centre": st.just(True),
        "sigma_w": st.floats(0.7, 2.0),
        "seed": seeds,
    },
    outside={"RMSNorm, which does not centre": {"activation": "relu", "centre": False, "sigma_w": 1.0, "seed": 0}},
)
def norm_errors(activation, centre, sigma_w, seed):
    phi, q = activations.get(activation), sigma_w**2
    slope = theory.gaussian_mean(lambda z: phi.derivative(z) ** 2, q)
    variance = theory.gaussian_mean(lambda z: phi(z) ** 2, q) - theory.gaussian_mean(phi, q) ** 2
    assert 0.9 < growth(phi, centre, sigma_w, seed) / (q * slope / variance) < 1.1
    if activation == "relu":
        assert math.isclose(q * slope / variance, math.pi / (math.pi - 1), rel_tol=1e-9)


@claim(
    "10-norm-errors/growth",
    condition="LayerNorm between plain wide layers, any activation but a straight line, any scale",
    inside={
        "activation": st.sampled_from(sorted(set(activations.ACTIVATIONS) - {"identity"})),
        "q": st.floats(0.05, 20),
        "centre": st.just(True),
    },
    outside={
        "a straight line": {"activation": "identity", "q": 1.0, "centre": True},
        "RMSNorm and ReLU": {"activation": "relu", "q": 1.0, "centre": False},
    },
)
def errors_grow_behind_layer_norm(activation, q, centre):
    phi = activations.get(activation)
    slope, mean, square = (
        theory.gaussian_mean(f, q) for f in (lambda z: phi.derivative(z) ** 2, phi, lambda z: phi(z) ** 2)
    )
    assert q * slope / (square - centre * mean**2) > 1 + 1e-5


@claim(
    "10-gelu-scale",
    condition="no biases: any fixed point q > 0 of the q-map repels",
    inside={"activation": st.sampled_from(["gelu", "silu"]), "q": st.floats(0.05, 50), "sigma_b": st.just(0.0)},
    outside={
        "random biases": {"activation": "gelu", "q": 10.0, "sigma_b": 0.569},
        "tanh": {"activation": "tanh", "q": 1.0, "sigma_b": 0.0},
    },
)
def gelu_scale(activation, q, sigma_b):
    """sigma_w is the one of which q is the fixed point."""
    phi = activations.get(activation)

    def square(q):
        return theory.gaussian_mean(lambda z: phi(z) ** 2, q)

    sigma_w2 = (q - sigma_b**2) / square(q)
    assert sigma_w2 * (square(q * 1.001) - square(q * 0.999)) / (0.002 * q) > 1


@claim(
    "10-filters",
    condition="filters equal, and what reads their channels equal; SGD",
    inside={"read_alike": st.just(True), "seed": seeds},
    outside={"channels read differently": {"read_alike": False, "seed": 0}},
)
def filters(read_alike, seed):
    """One convolution of 2 x 2 patches, tanh, a readout; the gradient by complex steps."""
    rng = np.random.default_rng(seed)
    patches, target = rng.normal(size=(5, 4, 4)), rng.normal(size=(5, 2))
    p = {"F": np.tile(rng.normal(size=4), (3, 1)), "V": rng.normal(size=(2, 3, 4))}
    if read_alike:
        p["V"] = np.tile(p["V"][:, :1], (1, 3, 1))

    def value(p):
        return ((np.einsum("npf,kfp->nk", np.tanh(patches @ p["F"].T), p["V"]) - target) ** 2).mean()

    for _ in range(4):
        grads = gradcheck.complex_step(value, p)
        p = {name: p[name] - 0.1 * grads[name] for name in p}
    assert np.ptp(p["F"], axis=0).max() < 1e-12
