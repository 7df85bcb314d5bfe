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
    """What a forward pass computed: z[l] for l = 1..L and h[l] for l = 0..L-1, as dicts keyed by layer."""

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
    sizes = [_validate.whole(f"sizes[{i}]", n) for i, n in enumerate(sizes)]
    if len(sizes) < 2:
        raise ValueError(f"sizes must name at least the inputs and the outputs, such as [64, 10], got {sizes}.")
    networks = tuple(_validate.whole("networks", n) for n in np.atleast_1d(np.array(networks, dtype=object)))
    sigma_b = _validate.non_negative("sigma_b", sigma_b)
    draw = initializers.get(weights)
    params = {}
    for l, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        params[f"W{l}"] = draw((*networks, n_out, n_in), rng=rng, **options)
        params[f"b{l}"] = np.zeros((*networks, n_out))
        if l < len(sizes) - 1 and sigma_b.any():
            params[f"b{l}"] += sigma_b[..., None] * _validate.generator(rng).normal(size=(*networks, n_out))
    return params


def check(params, x):
    """Raise ValueError, naming the parameter, unless the shapes of `params` and `x` fit together."""
    L = depth(params)
    names = [f"{kind}{l}" for l in range(1, L + 1) for kind in "Wb"]
    if not L or sorted(params) != sorted(names):
        raise ValueError(f"params must have the keys W1, b1, ..., WL, bL, got {', '.join(map(str, params))}.")
    n_in, before = np.shape(x)[-1] if np.ndim(x) > 1 else None, "x"
    if n_in is None or np.shape(x)[-2] == 0:
        raise ValueError(f"x must have shape (n, n_0) with at least one sample as a row, got {np.shape(x)}.")
    for l in range(1, L + 1):
        W, b = np.shape(params[f"W{l}"]), np.shape(params[f"b{l}"])
        if W[-1] != n_in:
            raise ValueError(
                f"W{l} has shape {W}, but {before} has {n_in} columns: W is (n_out, n_in), so it needs {n_in} columns."
            )
        if b[-1:] != W[-2:-1]:
            raise ValueError(f"b{l} has shape {b}, but W{l} has {W[-2]} rows (neurons): b{l} needs one entry each.")
        n_in, before = W[-2], f"layer {l}"


def forward(params, x, activation="tanh", *, masks=None):
    """Run the network on x and return the `Trace` of it.

    `masks` {l: array} multiplies h^l, which is dropout of units in layer l (l = 0: of inputs); pass the same masks to
    `backward`.
    """
    x = _validate.finite("x", x)
    check(params, x)
    phi = activations.get(activation)
    L, masks = depth(params), masks or {}
    z, h = {}, {0: x * masks[0] if 0 in masks else x}
    for l in range(1, L + 1):
        z[l] = h[l - 1] @ params[f"W{l}"].mT + params[f"b{l}"][..., None, :]
        if l < L:
            h[l] = phi(z[l]) * masks[l] if l in masks else phi(z[l])
    return Trace(z, h)


def backward(params, trace, delta, activation="tanh", *, masks=None):
    """Gradients of the loss with respect to every parameter, from delta = dL/dz^L of shape (..., n, n_L)."""
    phi = activations.get(activation)
    masks = masks or {}
    grads = {}
    for l in range(depth(params), 0, -1):
        grads[f"W{l}"] = delta.mT @ trace.h[l - 1]
        grads[f"b{l}"] = delta.sum(axis=-2)
        if l > 1:
            back = delta @ params[f"W{l}"]
            if l - 1 in masks:
                back = back * masks[l - 1]
            delta = back * phi.derivative(trace.z[l - 1])
    return grads


def loss_and_gradients(params, x, y, activation="tanh", loss="cross_entropy", *, masks=None):
    """The loss, of shape (...), and its gradients, a dict like `params`."""
    loss = losses.get(loss)
    trace = forward(params, x, activation, masks=masks)
    return loss(trace.output, y), backward(params, trace, loss.gradient(trace.output, y), activation, masks=masks)


def accuracy(params, x, labels, activation="tanh"):
    """The share of samples whose largest output is the one of their label, of shape (...)."""
    return (forward(params, x, activation).output.argmax(axis=-1) == labels).mean(axis=-1)
