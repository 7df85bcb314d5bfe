"""Training: the loop that takes batches, gradients and an optimizer, and records what happens."""

import itertools
import numbers
import os
from typing import NamedTuple

import numpy as np

from course_utils import _validate, _workers, activations, losses, mlp, optimizers
from course_utils._browser import tqdm


class Run(NamedTuple):
    """The trained parameters, and history: "step" and one array per measure, time along the first axis."""

    params: dict
    history: dict


def batches(n, batch_size=None, *, rng=None):
    """Yield index arrays into n samples forever: all of them, or reshuffled epochs cut into `batch_size` pieces.

    The last, smaller piece of an epoch is left out, so that every batch has the same size.
    """
    n = _validate.whole("the number of samples", n)
    if batch_size is None:
        yield from itertools.repeat(slice(None))
    if _validate.whole("batch_size", batch_size) > n:
        raise ValueError(f"batch_size is {batch_size}, but there are only {n} samples: choose at most {n}.")
    while True:
        order = _validate.generator(rng).permutation(n)
        for start in range(0, n - batch_size + 1, batch_size):
            yield order[start : start + batch_size]


def dropout_masks(params, n, rates, *, rng):
    """Masks for `mlp.forward`: each unit of layer l is 0 with probability rates[l], else 1 / (1 - rates[l]).

    Every sample has its own mask; l = 0 are the inputs (Srivastava et al. 2014, scaled at training time).
    """
    masks, last = {}, mlp.depth(params) - 1
    rule = f"dropout must map layers 0..{last} to rates from 0 to below 1, such as {{{last}: 0.5}}"
    if not isinstance(rates, dict):
        raise TypeError(f"{rule}, got {_validate.shown(rates)}.")
    _validate.generator(rng)
    for l, rate in rates.items():
        if l not in range(last + 1) or not isinstance(rate, numbers.Real) or not 0 <= rate < 1:
            raise ValueError(f"{rule}, got {{{l!r}: {rate!r}}}.")
        *networks, n_units, _ = params["W1"].mT.shape if l == 0 else params[f"W{l}"].shape
        masks[l] = (rng.random((*networks, n, n_units)) >= rate) / (1 - rate)
    return masks


def descend(
    params, x, y, optimizer, *, activation="tanh", loss="cross_entropy", batch_size=None, dropout=None, rng=None
):
    """Yield the parameters after each step of training, forever: first as they are given, then updated in place.

    The caller's arrays are copied first and never changed. All networks (leading axes) see the same batches.
    """
    x = _validate.finite("x", x)
    y = np.asarray(y)
    mlp.check(params, x)
    n = x.shape[-2]
    if y.shape[:1] != (n,):
        raise ValueError(f"x has {n} samples (rows), but y has shape {y.shape}: it needs one entry for each sample.")
    if not isinstance(optimizer, optimizers.Optimizer):
        raise TypeError(f"optimizer must be one such as optimizers.sgd(0.1), got {_validate.shown(optimizer)}.")
    dtype = np.result_type(np.float32, *map(np.asarray, params.values()))  # float32 stays float32
    params = {name: np.array(_validate.finite(name, p), dtype=dtype) for name, p in params.items()}
    x = x.astype(dtype, copy=False)
    phi, loss, state = activations.get(activation), losses.get(loss), optimizer.init(params)
    yield params
    for batch in batches(n, batch_size, rng=rng):
        xb, yb = x[..., batch, :], y[batch]
        masks = dropout_masks(params, len(yb), dropout, rng=rng) if dropout else {}
        # A step size too large ends in inf and nan: that is a result to show, not a warning to print.
        with np.errstate(over="ignore", invalid="ignore"):
            trace = mlp.propagate(params, xb, phi, masks, hidden_z=False)
            grads = mlp.backward(params, trace, loss.gradient(trace.output, yb), phi, masks=masks)
            optimizer.step(params, grads, state)
        yield params


def train(params, x, y, optimizer=None, *, steps, measure=None, every=1, progress=True, **settings):
    """Train for `steps` steps and return a `Run`; `settings` are those of `descend`, `optimizer` is SGD, lr 0.1.

    `measure` maps names to functions of the parameters, recorded before the first step, then after `every` steps and
    after the last. A run of more than two seconds shows a progress bar.
    """
    steps, every = _validate.whole("steps", steps, 0), _validate.whole("every", every)
    optimizer = optimizer or optimizers.sgd(0.1)
    measure = measure or {}
    if "step" in measure:
        raise ValueError("measure must not have the name 'step': the history keeps the steps under it, choose another.")
    history = {"step": [], **{name: [] for name in measure}}
    path = itertools.islice(descend(params, x, y, optimizer, **settings), steps + 1)
    # tqdm's notebook bar does not read TQDM_DISABLE itself, and a bar that comes and goes is no output to compare.
    silent = not progress or bool(os.environ.get("TQDM_DISABLE"))
    bar = tqdm(path, total=steps + 1, unit="step", delay=2, disable=silent)
    # These matrices are small: on two busy cores, two BLAS threads took six times as long as one.
    with _workers.one_blas_thread:
        for step, current in enumerate(bar):
            if step % every == 0 or step == steps:
                history["step"].append(step)
                with np.errstate(over="ignore", invalid="ignore"):
                    for name, function in measure.items():
                        history[name].append(np.copy(function(current)))
    return Run(current, {name: np.array(values) for name, values in history.items()})
