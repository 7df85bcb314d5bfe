"""Networks of matrices without biases, wired in one of three ways; backward pass by hand.

    plain       h = phi(h W^T)
    normalised  h = phi(norm(h W^T)), where norm shifts and scales each unit to mean 0, variance 1 over the batch
    residual    h = x W^T, then in each layer h = h + phi(h) W^T

The last matrix reads out what is left: logits = h W^T. W is a list, W[0] is the first matrix; row i is neuron i,
leading axes are independent networks. `path_rule` says of any wiring which zero matrices wake.
"""

import itertools

import numpy as np

from course_utils import _validate, _workers, activations, initializers, losses, training

WIRINGS = ("plain", "normalised", "residual")


def initialize(sizes, *, inner=1.0, rng):
    """LeCun's matrices for layers of these sizes; those between the first and the last times `inner`.

    An array `inner` makes as many networks: the same random draw, on different scales.
    """
    inner = np.asarray(inner, dtype=float)[..., None, None]
    one = np.ones_like(inner)
    drawn = [initializers.lecun_normal((n_out, n_in), rng=rng) for n_in, n_out in itertools.pairwise(sizes)]
    return [w * (one if w is drawn[0] or w is drawn[-1] else inner) for w in drawn]


def forward(W, x, wiring="plain", activation="tanh", *, counted=None, eps=0.0):
    """Logits, and for each layer below (h it reads, what phi is taken of, the size that was divided by or None).

    Only the first `counted` samples count towards mean and variance: so test images are normalised by training images.
    """
    wiring = _validate.one_of("wiring", wiring, {name: name for name in WIRINGS})
    phi, h, kept = activations.get(activation), x, []
    for l, w in enumerate(W[:-1]):
        if wiring == "residual":
            kept.append((h, h, None))
            h = h + phi(h) @ w.mT if l else h @ w.mT
            continue
        z, size = h @ w.mT, None
        if wiring == "normalised":
            z, size = _normalise(z, counted, eps)
        kept.append((h, z, size))
        h = phi(z)
    return h @ W[-1].mT, [*kept, (h, None, None)]


def _normalise(z, counted, eps):
    centred = z - z[..., :counted, :].mean(axis=-2, keepdims=True)
    size = np.sqrt((centred[..., :counted, :] ** 2).mean(axis=-2, keepdims=True) + eps)
    return centred / size, size


def gradients(W, x, y, wiring="plain", activation="tanh", *, eps=0.0):
    """The gradient of the cross-entropy by each matrix, a list like W."""
    phi = activations.get(activation)
    logits, kept = forward(W, x, wiring, activation, eps=eps)
    delta = losses.cross_entropy.gradient(logits, y)
    grads, error = [delta.mT @ kept[-1][0]], delta @ W[-1]  # error is dL/dh
    for l in reversed(range(len(W) - 1)):
        h, z, size = kept[l]
        if wiring == "residual":
            grads.append(error.mT @ (phi(h) if l else h))
            error = error + (error @ W[l]) * phi.derivative(h) if l else None
            continue
        d = error * phi.derivative(z)
        if size is not None:
            d = (d - d.mean(axis=-2, keepdims=True) - z * (d * z).mean(axis=-2, keepdims=True)) / size
        grads.append(d.mT @ h)
        error = d @ W[l]
    return grads[::-1]


def train(W, x, y, lr=0.1, wiring="plain", activation="tanh", *, steps, batch_size=64, rng):
    """The matrices after so many steps of SGD; `lr` is one step size, or one for each matrix. W itself is kept."""
    W = [w.copy() for w in W]
    rates = np.broadcast_to(lr, len(W))
    with _workers.one_blas_thread, np.errstate(all="ignore"):  # overflow is a result to show
        for batch in itertools.islice(training.batches(len(x), batch_size, rng=rng), steps):
            for w, grad, rate in zip(W, gradients(W, x[batch], y[batch], wiring, activation), rates):
                w -= rate * grad
    return W


def accuracies(W, data, wiring="plain", activation="tanh"):
    """The share of training images and of test images, as `datasets.digits()` gives them, that are right."""
    n = len(data.x_train)
    x, y = np.concatenate([data.x_train, data.x_test]), np.concatenate([data.y_train, data.y_test])
    with np.errstate(all="ignore"):
        right = forward(W, x, wiring, activation, counted=n)[0].argmax(axis=-1) == y
    return right[..., :n].mean(axis=-1), right[..., n:].mean(axis=-1)


def path_rule(paths, zero):
    """{matrix: the step at which it first has a gradient, or "never"}, if the matrices in `zero` start at zero.

    paths: the ways from the input to the output, each the matrices that it crosses; or the terms of the output, each
    its factors. A matrix has a gradient unless every path through it crosses another zero, or the samples' terms cancel
    (the first matrix zero, on XOR). phi(0) = 0 != phi'(0).
    """
    zero, first = set(zero), {matrix: "never" for path in paths for matrix in path}
    for step in itertools.count():
        awake = {m for path in paths for m in path if not (zero & set(path)) - {m}}
        woken = {m for m in awake if first[m] == "never"}
        if not woken:
            return first
        first |= dict.fromkeys(woken, step)
        zero -= awake
