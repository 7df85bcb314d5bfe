"""A small transformer, written out: its parameters, the forward pass and the backward pass by hand.

A sample is a sequence of T tokens: a digit is 8 tokens, its rows of 8 pixels. Every token has a vector of d numbers,
the residual stream h, of shape (..., n, T, d); two branches a block read it, normalised, and add to it.

    h = x E^T + P                                   embedding of each token, and of its place
    h = h + sum over the heads of softmax(q k^T / sqrt(d_head)) v O^T,    q, k, v = u Q^T, u K^T, u V^T,  u = norm(h)
    h = h + phi(norm(h) W1^T) W2^T                  twice these two lines are two blocks
    logits = (mean over the tokens of norm(h)) U^T

norm is LayerNorm without gain and bias: centred, then divided by the standard deviation over the d numbers.

Parameters are a dict of matrices (n_out, n_in), row i is neuron i: E (d, pixels), P (T, d), U (classes, d), and with an
axis for the blocks in front Q, K, V (blocks, heads, d_head, d), O (blocks, heads, d, d_head), W1 (blocks, n_hidden, d),
W2 (blocks, d, n_hidden). Axes for independent networks stand after the blocks, or first where there are no blocks.
To each other heads are independent networks, too: they read the same stream, and what they put out is added.
"""

import itertools
import math
from typing import NamedTuple

import numpy as np

from course_utils import _validate, _workers, activations, initializers, losses, training

EPS = 1e-5  # added to the variance in norm, as in PyTorch
BLOCK = ("Q", "K", "V", "O", "W1", "W2")  # the matrices of a block; "E", "P" and "U" are there once


class Trace(NamedTuple):
    """What a forward pass computed, with what the way back needs."""

    logits: np.ndarray  # (..., n, classes)
    stream: list  # h before the first block, after it, ..., after the last: (..., n, T, d) each
    attention: list  # for each block how much a token (row) takes from each (column): (..., heads, n, T, T)
    kept: tuple  # what else the backward pass needs


def initialize(d=32, blocks=1, heads=4, *, tokens=8, pixels=8, classes=10, branch=1.0, networks=(), rng):
    """Random parameters: LeCun's scale everywhere, 2 d hidden units, P from N(0, 0.5^2).

    branch multiplies the last matrix of each branch, O and W2: 1 / sqrt(2 blocks) is GPT-2's, 0 Fixup's and ReZero's.
    networks is the shape of the axes for independent networks.
    """
    if _validate.whole("d", d) % _validate.whole("heads", heads):
        raise ValueError(f"d must be a multiple of heads, got d = {d} and {heads} heads.")
    networks = tuple(_validate.whole("networks", n) for n in networks)
    head = (_validate.whole("blocks", blocks), *networks, heads)

    def draw(*shape):
        return initializers.lecun_normal(shape, rng=rng)

    return {
        "E": draw(*networks, d, pixels),
        "P": 0.5 * _validate.generator(rng).normal(size=(*networks, tokens, d)),
        **{name: draw(*head, d // heads, d) for name in "QKV"},
        "O": branch / math.sqrt(heads) * draw(*head, d, d // heads),  # the heads' outputs are added
        "W1": draw(*head[:-1], 2 * d, d),
        "W2": branch * draw(*head[:-1], d, 2 * d),
        "U": draw(*networks, classes, d),
    }


def tokens(x):
    """Digits (n, 64) as sequences (n, 8, 8): token t is row t of the image."""
    return np.reshape(x, (*np.shape(x)[:-1], 8, 8))


def norm(h):
    """(h - mean) / sqrt(variance + EPS) over the last axis, and the divisor: Ba, Kiros, Hinton 2016 without gain."""
    centred = h - h.mean(axis=-1, keepdims=True)
    size = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + EPS)
    return centred / size, size


def norm_back(delta, u, size):
    """From delta = dL/du, u the normalised h, to dL/dh: what lies along (1, ..., 1) and along u is lost."""
    along_u = (delta * u).mean(axis=-1, keepdims=True)
    return (delta - delta.mean(axis=-1, keepdims=True) - along_u * u) / size


def _flat(h):
    """(..., n, T, k) as (..., n T, k): every token a row, since all of them meet the same matrix."""
    return h.reshape(*h.shape[:-3], -1, h.shape[-1])


def _times(h, W):
    """z = h W^T, token by token."""
    z = _flat(h) @ W.mT
    return z.reshape(*z.shape[:-2], *h.shape[-3:-1], z.shape[-1])


def _gradient(delta, h):
    """dL/dW of z = h W^T from delta = dL/dz: delta^T h, summed over samples and tokens."""
    return _flat(delta).mT @ _flat(h)


def forward(params, x, activation="gelu"):
    """Run the network on sequences x (n, T, pixels) and return the `Trace` of it."""
    _check(params, x)
    phi = activations.get(activation)
    stream, attention, blocks = [_times(x, params["E"]) + params["P"][..., None, :, :]], [], []
    for Q, K, V, O, W1, W2 in zip(*(params[name] for name in BLOCK)):
        u, size = norm(stream[-1][..., None, :, :, :])  # the same for all heads
        q, k, v = _times(u, Q), _times(u, K), _times(u, V)
        a = losses.softmax(q @ k.mT / math.sqrt(q.shape[-1]))
        read = a @ v
        middle = stream[-1] + _times(read, O).sum(axis=-4)
        u2, size2 = norm(middle)
        z = _times(u2, W1)
        stream.append(middle + _times(phi(z), W2))
        attention.append(a)
        blocks.append((u, size, q, k, v, read, u2, size2, z))
    last = norm(stream[-1])
    return Trace(last[0].mean(axis=-2) @ params["U"].mT, stream, attention, (x, phi, blocks, last))


def backward(params, trace, delta):
    """Gradients of the loss, a dict like `params`, from delta = dL/dlogits of shape (..., n, classes)."""
    x, phi, blocks, (u, size) = trace.kept
    grads = {name: np.zeros_like(p) for name, p in params.items()}
    grads["U"] = delta.mT @ u.mean(axis=-2)
    delta = norm_back((delta @ params["U"])[..., None, :] / u.shape[-2], u, size)  # dL/dh after the last block
    for l in reversed(range(len(blocks))):
        Q, K, V, O, W1, W2 = (params[name][l] for name in BLOCK)
        u, size, q, k, v, read, u2, size2, z = blocks[l]
        # The MLP: delta goes past it unchanged, and through it.
        grads["W2"][l] = _gradient(delta, phi(z))
        dz = _times(delta, W2.mT) * phi.derivative(z)
        grads["W1"][l] = _gradient(dz, u2)
        delta = delta + norm_back(_times(dz, W1.mT), u2, size2)
        # Attention: the same, in every head.
        a, at_heads = trace.attention[l], delta[..., None, :, :, :]
        grads["O"][l] = _gradient(at_heads, read)
        dread = _times(at_heads, O.mT)
        da = dread @ v.mT
        ds = a * (da - (a * da).sum(axis=-1, keepdims=True)) / math.sqrt(q.shape[-1])  # softmax, then the divisor
        dq, dk, dv = ds @ k, ds.mT @ q, a.mT @ dread
        grads["Q"][l], grads["K"][l], grads["V"][l] = _gradient(dq, u), _gradient(dk, u), _gradient(dv, u)
        du = (_times(dq, Q.mT) + _times(dk, K.mT) + _times(dv, V.mT)).sum(axis=-4, keepdims=True)
        delta = delta + norm_back(du, u, size)[..., 0, :, :, :]
    grads["E"], grads["P"] = _gradient(delta, x), delta.sum(axis=-3)
    return grads


def loss_and_gradients(params, x, y, activation="gelu"):
    """The cross-entropy, of shape (...), and its gradients, a dict like `params`."""
    trace = forward(params, x, activation)
    loss, delta = losses.cross_entropy(trace.logits, y), losses.cross_entropy.gradient(trace.logits, y)
    return loss, backward(params, trace, delta)


def accuracy(params, x, labels, activation="gelu"):
    """The share of samples whose largest logit is the one of their label, of shape (...)."""
    return (forward(params, x, activation).logits.argmax(axis=-1) == labels).mean(axis=-1)


def train(params, x, y, optimizer, *, steps, batch_size=64, activation="gelu", rng):
    """The parameters after some steps; the caller's stay as they are."""
    params = {name: np.array(p) for name, p in params.items()}
    state = optimizer.init(params)
    with _workers.one_blas_thread:
        for batch in itertools.islice(training.batches(len(x), batch_size, rng=rng), steps):
            _, grads = loss_and_gradients(params, x[batch], y[batch], activation)
            optimizer.step(params, grads, state)
    return params


def _check(params, x):
    """Raise ValueError unless params are a transformer's and x fits them."""
    names = ("E", "P", *BLOCK, "U")
    if set(params) != set(names):
        raise ValueError(f"params must have the keys {', '.join(names)}, got {', '.join(map(str, params)) or 'none'}.")
    expected = params["P"].shape[-2], params["E"].shape[-1]
    if np.ndim(x) != 3 or np.shape(x)[1:] != expected or not len(x):
        raise ValueError(
            f"x must be sequences of shape (n, {expected[0]}, {expected[1]}), got {np.shape(x)}: "
            "transformer.tokens(x) cuts digits into theirs."
        )
