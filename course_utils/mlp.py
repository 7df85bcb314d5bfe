"""The multilayer perceptron: its parameters, the forward pass and the backward pass.

Parameters are a dict {"W1", "b1", ..., "WL", "bL"}. W{l} has shape (..., n_l, n_(l-1)): row i holds the incoming
weights of neuron i of layer l. Leading axes are independent networks: the same code runs one network or thousands.
Samples are the rows of x, of shape (n, n_0), shared by all networks, or (..., n, n_0).

    z^l = h^(l-1) (W^l)^T + b^l,    h^l = phi(z^l),    h^0 = x,    output z^L (no activation: the loss has it)

    delta^L = dL/dz^L                                    delta^l = (delta^(l+1) W^(l+1)) * phi'(z^l)
    dL/dW^l = (delta^l)^T h^(l-1)                        dL/db^l = sum over the samples of delta^l
"""

import itertools
from typing import NamedTuple

import numpy as np

from course_utils import _validate, activations, initializers, losses


class Trace(NamedTuple):
    """What a forward pass computed: z[l] for l = 1..L and h[l], before any mask, for l = 0..L-1, keyed by layer."""

    z: dict
    h: dict

    @property
    def output(self):
        """z^L, of shape (..., n, n_L)."""
        return self.z[max(self.z)]


def depth(params):
    """L, the number of weight matrices."""
    return len(params) // 2


def initialize(sizes, weights="lecun_normal", *, sigma_b=0.0, rng=None, networks=(), **options):
    """Parameters for layers of `sizes` = [n_0, ..., n_L].

    `weights` names an initializer (or is one) and `options` go to it, for example "normal", sigma_w=1.5.
    Hidden biases are drawn from N(0, sigma_b^2), or 0 at sigma_b = 0; output biases are 0.
    `networks` is the shape of the leading axes, () for a single network; `sigma_w` and `sigma_b` may have that shape.
    """
    if np.ndim(sizes) != 1:
        raise ValueError(f"sizes must list the layers' sizes, such as [64, 32, 10], got {_validate.shown(sizes)}.")
    sizes = [_validate.whole(f"sizes[{i}]", n) for i, n in enumerate(sizes)]
    if len(sizes) < 2:
        raise ValueError(f"sizes must name at least the inputs and the outputs, such as [64, 10], got {sizes}.")
    networks = tuple(_validate.whole("networks", n) for n in np.atleast_1d(np.array(networks, dtype=object)))
    sigma_b = _validate.per_network("sigma_b", sigma_b, networks)
    draw = initializers.get(weights)
    params = {}
    for l, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        params[f"W{l}"] = draw((*networks, n_out, n_in), rng=rng, **options)
        params[f"b{l}"] = np.zeros((*networks, n_out))
        if l < len(sizes) - 1 and sigma_b.any():
            params[f"b{l}"] += sigma_b[..., None] * _validate.generator(rng).normal(size=(*networks, n_out))
    return params


def pytorch_default(sizes, *, rng, networks=()):
    """The start of a stack of PyTorch's `nn.Linear` without arguments: weights and biases uniform on +-1/sqrt(n_in)."""
    params = initialize(sizes, "zeros", networks=networks)
    for l in range(1, depth(params) + 1):
        bound = 1 / np.sqrt(params[f"W{l}"].shape[-1])
        for name in (f"W{l}", f"b{l}"):
            params[name] = _validate.generator(rng).uniform(-bound, bound, size=params[name].shape)
    return params


def forward(params, x, activation="tanh", *, masks=None):
    """Run the network on x and return the `Trace` of it.

    `masks` {l: array} multiplies h^l, which is dropout of units in layer l (l = 0: of inputs); pass the same masks to
    `backward`.
    """
    x = _validate.finite("x", x)
    check(params, x)
    L = depth(params)
    if masks and not set(masks) <= set(range(L)):
        raise ValueError(f"masks must have layers among 0..{L - 1} as keys, got {_validate.shown([*masks])}.")
    return propagate(params, x, activations.get(activation), masks or {})


def propagate(params, x, phi, masks, *, hidden_z=True):
    """`forward` without its checks, for loops that made them before.

    Without `hidden_z` the trace's z has the output only, where phi' can be read off h: `backward` needs no more, and
    memory soon used again is fast (keeping all takes 10 % longer, measured as below).
    """
    L = depth(params)
    z, h = {}, {0: x}
    for l in range(1, L + 1):
        z_l = _sums(_masked(h[l - 1], masks, l - 1), params[f"W{l}"], params[f"b{l}"])
        if hidden_z or l == L or phi.slope is None:
            z[l] = z_l
        if l < L:
            h[l] = phi(z_l)
    return Trace(z, h)


def slopes(trace, l, phi):
    """phi'(z^l) of a trace, read off h^l = phi(z^l) where phi allows."""
    return phi.derivative(trace.z[l]) if phi.slope is None else phi.slope(trace.h[l])


def backward(params, trace, delta, activation="tanh", *, masks=None):
    """Gradients of the loss with respect to every parameter, from delta = dL/dz^L of shape (..., n, n_L)."""
    phi = activations.get(activation)
    masks = masks or {}
    if np.shape(delta)[-2:] != trace.output.shape[-2:]:
        raise ValueError(f"delta must have the shape of the output, {trace.output.shape}, got {np.shape(delta)}.")
    grads = {}
    for l in range(depth(params), 0, -1):
        grads[f"W{l}"] = delta.mT @ _masked(trace.h[l - 1], masks, l - 1)
        grads[f"b{l}"] = _sum_over_samples(delta)
        if l > 1:
            delta = _masked(delta @ params[f"W{l}"], masks, l - 1)
            delta *= slopes(trace, l - 1, phi)
    return grads


def loss_and_gradients(params, x, y, activation="tanh", loss="cross_entropy", *, masks=None):
    """The loss, of shape (...), and its gradients, a dict like `params`."""
    loss = losses.get(loss)
    trace = forward(params, x, activation, masks=masks)
    return loss(trace.output, y), backward(params, trace, loss.gradient(trace.output, y), activation, masks=masks)


def accuracy(params, x, labels, activation="tanh"):
    """The share of samples whose largest output is the one of their label, of shape (...)."""
    guesses = forward(params, x, activation).output.argmax(axis=-1)
    if np.shape(labels) != guesses.shape[-1:]:
        raise ValueError(f"labels must have shape {guesses.shape[-1:]}, one a sample, got {np.shape(labels)}.")
    return (guesses == labels).mean(axis=-1)


# Two sums, written so that many small networks take less time. The plain line is in each comment, with about how much
# longer a step of training takes with it (42 networks 64-32-32-32-10, float32, batches of 64, one core); all of them
# together, 25 %.


def _sums(h, W, b):
    """h W^T + b."""
    # h @ W.mT: 7 %. BLAS multiplies a stack of small matrices faster when the transpose is laid out first.
    z = h @ np.ascontiguousarray(W.mT)
    # z + b[..., None, :]: 10 %, for a second array. In place unless that would cut b: where it is wider, or complex.
    return np.add(z, b[..., None, :], out=z if np.can_cast(b.dtype, z.dtype, "safe") else None)


def _sum_over_samples(delta):
    """The sum over the samples of delta, of shape (..., n_l)."""
    # delta.sum(axis=-2): 10 %. NumPy goes row by row there; a product goes through BLAS.
    return np.ones(delta.shape[-2], delta.dtype) @ delta


# What may be passed in


def check(params, x):
    """Raise ValueError, naming the parameter, unless the shapes of `params` and `x` fit together."""
    L = depth(params)
    names = [f"{kind}{l}" for l in range(1, L + 1) for kind in "Wb"]
    if not L or set(params) != set(names):
        got = ", ".join(map(str, params)) or "none"
        raise ValueError(f"params must have the keys W1, b1, ..., WL, bL, got {got}.")
    n_in, before = np.shape(x)[-1] if np.ndim(x) > 1 else None, "x"
    if n_in is None or np.shape(x)[-2] == 0:
        raise ValueError(f"x must have shape (n, n_0) with at least one sample as a row, got {np.shape(x)}.")
    networks = {}
    for l in range(1, L + 1):
        W, b = np.shape(params[f"W{l}"]), np.shape(params[f"b{l}"])
        if len(W) < 2:
            raise ValueError(f"W{l} must have shape (..., n_out, n_in), got {W}.")
        if W[-1] != n_in:
            raise ValueError(
                f"W{l} has shape {W}, but {before} has {n_in} columns: W is (n_out, n_in), so it needs {n_in} columns."
            )
        if b[-1:] != W[-2:-1]:
            raise ValueError(f"b{l} has shape {b}, but W{l} has {W[-2]} rows (neurons): b{l} needs one entry each.")
        n_in, before = W[-2], f"layer {l}"
        networks |= {f"W{l}": W[:-2], f"b{l}": b[:-1]}
    try:
        agree = len(set(networks.values())) == 1 and np.broadcast_shapes(networks["W1"], np.shape(x)[:-2])
    except ValueError:
        agree = False
    if agree is False:
        shapes = ", ".join(f"{name} {shape}" for name, shape in networks.items())
        raise ValueError(f"the leading axes (networks) of params and x must agree, got {shapes}, x {np.shape(x)[:-2]}.")


def _masked(h, masks, l):
    if l not in masks:
        return h
    shape, (n, n_l) = np.shape(masks[l]), h.shape[-2:]
    if any(given not in (1, size) for given, size in zip(reversed(shape), (n_l, n), strict=False)):
        raise ValueError(f"masks[{l}] must have shape (..., {n}, {n_l}) as h has there, got {shape}.")
    return h * masks[l]
