"""What is measured on a network: how different its neurons are, how saturated, how fast its weights move.

Every function takes leading axes for many networks and then returns one value for each.
"""

import numpy as np

from course_utils import _validate, activations


def neurons(params, layer):
    """The neurons of a hidden layer as vectors, of shape (..., n_l, n_(l-1) + 1 + n_(l+1)).

    A neuron is its row of W^l, its entry of b^l and its column of W^(l+1): two are the same only if all three agree.
    """
    hidden = len(params) // 2 - 1
    if not 1 <= _validate.whole("layer", layer) <= hidden:
        raise ValueError(f"layer must be a hidden layer, 1..{hidden}, got {layer}.")
    W, b, W_next = params[f"W{layer}"], params[f"b{layer}"], params[f"W{layer + 1}"]
    return np.concatenate([W, b[..., None], W_next.mT], axis=-1)


def _rows(vectors):
    vectors = np.asarray(vectors)
    if vectors.ndim < 2 or 0 in vectors.shape[-2:]:
        raise ValueError(f"vectors must be rows, of shape (..., n, entries), got {vectors.shape}.")
    return vectors


def _distances(vectors):
    """Largest difference in any entry between each pair of rows, of shape (..., n, n)."""
    vectors = _rows(vectors)
    return np.stack([np.abs(vectors - vectors[..., i : i + 1, :]).max(axis=-1) for i in range(vectors.shape[-2])], -2)


def spread(vectors):
    """The largest difference in any entry between any two rows: 0 when all rows are equal."""
    vectors = _rows(vectors)
    return (vectors.max(axis=-2) - vectors.min(axis=-2)).max(axis=-1)


def distinct_rows(vectors, tolerance=1e-9):
    """How many rows are left when a row within `tolerance`, in every entry, of an earlier one is not counted again.

    Exact arithmetic would allow tolerance 0; matrix libraries may round equal rows differently.
    """
    near = _distances(vectors) <= _validate.non_negative("tolerance", tolerance)
    earlier = np.tril(np.ones(near.shape[-2:], dtype=bool), k=-1)
    return (~(near & earlier).any(axis=-1)).sum(axis=-1)


def distinct_rays(vectors, tolerance=1e-9):
    """How many directions the rows point in: rows that are positive multiples of each other count once, zeros not."""
    rows = _rows(vectors)
    length = np.abs(rows).max(axis=-1, keepdims=True)
    directions = np.divide(rows, length, out=np.zeros_like(rows, dtype=float), where=length > 0)
    return distinct_rows(directions, tolerance) - (length == 0).any(axis=(-2, -1))


def distinct_neurons(params, layer, tolerance=1e-9):
    """How many different neurons a hidden layer has, by `distinct_rows` of its `neurons`."""
    return distinct_rows(neurons(params, layer), tolerance)


def _energies(W):
    W = _validate.finite("W", W)
    if W.ndim < 2 or 0 in W.shape[-2:]:
        raise ValueError(f"W must be a matrix, of shape (..., n_out, n_in), got {W.shape}.")
    s = np.linalg.svd(W, compute_uv=False)
    largest = s.max(axis=-1, keepdims=True)
    return np.divide(s, largest, out=np.zeros_like(s), where=largest > 0) ** 2  # ratios: tiny squares would underflow


def participation_ratio(W):
    """Effective rank as (sum s_i^2)^2 / sum s_i^4 over the singular values s_i; 0 for a zero matrix."""
    e = _energies(W)
    return _ratio(e.sum(axis=-1) ** 2, (e**2).sum(axis=-1))


def stable_rank(W):
    """Effective rank as (sum s_i^2) / max s_i^2 = |W|_F^2 / |W|_2^2; 0 for a zero matrix."""
    e = _energies(W)
    return _ratio(e.sum(axis=-1), e.max(axis=-1))


def _ratio(a, b, otherwise=0.0):
    return np.divide(a, b, out=np.full(np.shape(a), otherwise), where=np.asarray(b) > 0)


def saturation(z, activation="tanh", share_of_slope=0.05):
    """The share of entries of z where |phi'(z)| is at most `share_of_slope` of its largest value.

    z has shape (..., n, n_l). For tanh at 0.05 these are the units with |h| > 0.975; for ReLU those that are off.
    """
    phi = activations.get(activation)
    return (np.abs(phi.derivative(z)) <= share_of_slope * phi.steepest).mean(axis=(-2, -1))


def rms(params):
    """Root mean square of each parameter array, a dict: the size of weights, or of gradients."""
    return {name: np.sqrt((p**2).mean(axis=(-2, -1) if name[0] == "W" else -1)) for name, p in params.items()}


def update_to_weight(before, after):
    """RMS of each weight matrix's change over the RMS of the matrix before; nan where the matrix was zero."""
    size, change = rms(before), rms({name: after[name] - before[name] for name in before})
    return {name: _ratio(change[name], size[name], np.nan) for name in before if name[0] == "W"}
