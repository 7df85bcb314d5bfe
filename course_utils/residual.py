"""Residual networks of two matrices a branch, with the three places where a norm may stand; backward pass by hand.

    h = x U^T,    then in each block h = h + phi(read V1^T) V2^T,    logits = h W^T

The wiring says what a branch reads: "no norm" h, "pre-LN" norm(h), "post-LN" h, where the sum is normalised afterwards.

Parameters are a dict: U (width, n_in), V1 and V2 (blocks, width, width), W (classes, width); row i is neuron i. Axes of
independent networks stand after the blocks, or first where there are no blocks.
"""

from typing import NamedTuple

import numpy as np

from course_utils import _validate, activations, initializers, losses, transformer

WIRINGS = ("no norm", "pre-LN", "post-LN")


class Trace(NamedTuple):
    """What a forward pass computed, with what the way back needs."""

    logits: np.ndarray  # (..., n, classes)
    stream: list  # h before the first block, after it, ..., after the last: (..., n, width) each
    kept: tuple


def initialize(blocks, width=128, *, n_in=64, classes=10, first=1.0, last=1.0, networks=(), rng):
    """Random parameters: He's scale for V1, times `first`; LeCun's for the others, V2 times `last`.

    With ReLU a branch then puts out last^2 first^2 times the mean square that it reads.
    """
    networks = tuple(_validate.whole("networks", n) for n in networks)
    square = (_validate.whole("blocks", blocks), *networks, _validate.whole("width", width), width)
    return {
        "U": initializers.lecun_normal((*networks, width, n_in), rng=rng),
        "V1": first * initializers.he_normal(square, rng=rng),
        "V2": last * initializers.lecun_normal(square, rng=rng),
        "W": initializers.lecun_normal((*networks, classes, width), rng=rng),
    }


def forward(params, x, wiring="no norm", activation="relu"):
    """Run the network on x (n, n_in) and return the `Trace` of it."""
    wiring = _validate.one_of("wiring", wiring, {name: name for name in WIRINGS})
    phi, blocks = activations.get(activation), []
    stream = [x @ params["U"].mT]
    for V1, V2 in zip(params["V1"], params["V2"]):
        read, size = transformer.norm(stream[-1]) if wiring == "pre-LN" else (stream[-1], None)
        z = read @ V1.mT
        h = stream[-1] + phi(z) @ V2.mT
        if wiring == "post-LN":
            h, size = transformer.norm(h)
        blocks.append((read, size, z))
        stream.append(h)
    return Trace(stream[-1] @ params["W"].mT, stream, (x, wiring, phi, blocks))


def backward(params, trace, delta):
    """Gradients of the loss, a dict like `params`, from delta = dL/dlogits of shape (..., n, classes)."""
    x, wiring, phi, blocks = trace.kept
    grads = {name: np.zeros_like(p) for name, p in params.items()} | {"W": delta.mT @ trace.stream[-1]}
    delta = delta @ params["W"]
    for k in reversed(range(len(blocks))):
        read, size, z = blocks[k]
        if wiring == "post-LN":
            delta = transformer.norm_back(delta, trace.stream[k + 1], size)
        grads["V2"][k] = delta.mT @ phi(z)
        branch = (delta @ params["V2"][k]) * phi.derivative(z)
        grads["V1"][k] = branch.mT @ read
        branch = branch @ params["V1"][k]
        delta = delta + (transformer.norm_back(branch, read, size) if wiring == "pre-LN" else branch)
    return grads | {"U": delta.mT @ x}


def loss_and_gradients(params, x, y, wiring="no norm", activation="relu"):
    """The cross-entropy, of shape (...), and its gradients, a dict like `params`."""
    trace = forward(params, x, wiring, activation)
    loss, delta = losses.cross_entropy(trace.logits, y), losses.cross_entropy.gradient(trace.logits, y)
    return loss, backward(params, trace, delta)
