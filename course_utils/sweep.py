"""Sweeps: train a network at every point of a grid of settings, as many at once as memory and cores allow.

The grid is cut into pieces. A piece is a stack of networks with the same layers, trained by `training.descend` through
the leading axes; pieces run in one process for each core here, or on any `concurrent.futures.Executor`.
"""

import concurrent.futures
import hashlib
import itertools
import os
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from course_utils import _browser, _files, _validate, _workers, activations, losses, mlp, optimizers, training
from course_utils._browser import tqdm

# The settings that may have several values, in the order of the result's axes. Networks that agree in the first three
# can be trained as one stack; the others are one number for each network.
AXES = ("activation", "hidden_layers", "seed", "lr", "sigma_b", "sigma_w")
DEFAULTS = {"activation": "tanh", "hidden_layers": 1, "seed": 0, "sigma_b": 0.0, "sigma_w": 1.0}
LR = {"sgd": 0.1, "momentum": 0.02, "adam": 0.01}  # each optimizer's step size where none is given
RESULTS = ("train", "test", "loss", "train_steps", "test_steps")
# Networks in a piece. With fewer Python's own time shows; with more their arrays leave the processor's cache.
PIECE = 42
BLOCK = 128  # samples whose outputs are computed at once to measure accuracy
DTYPE = np.float32  # half the time of float64; accuracies do not need more
PLANE = Path(__file__).parent / "data" / "plane.npz"  # made by `course plane --data course_utils/data/plane.npz`
BAR = "{desc}: {percentage:3.0f}% |{bar}| {elapsed} so far, {remaining} left"


class Sweep(NamedTuple):
    """What a sweep found.

    axes: {setting: its values}, in the order of the axes of every result
    results: {name: array}: "train" and "test" accuracy and the training "loss" after the last step; "train_steps" and
    "test_steps" to 90 % accuracy, inf if never reached. nan stands where a sweep was interrupted.
    """

    axes: dict
    results: dict
    optimizer: str = "sgd"


class Piece(NamedTuple):
    """Networks trained as one stack: same activation, layers, seed, optimizer; lr, sigma_b, sigma_w one for each."""

    activation: str
    layers: tuple
    seed: int
    lr: np.ndarray
    sigma_b: np.ndarray
    sigma_w: np.ndarray
    steps: int
    batch_size: int
    every: int
    optimizer: str = "sgd"


def start(piece):
    """The parameters of a piece before training.

    All networks of one seed are the same random draw, scaled by their own sigma_w and sigma_b: what differs between two
    points of the plane is the scale, not luck, and no network depends on how the grid was cut.
    """
    rng = np.random.default_rng([piece.seed, len(piece.layers)])
    unit = mlp.initialize(piece.layers, "normal", sigma_w=1.0, sigma_b=1.0, rng=rng)
    scales = {"W": piece.sigma_w[:, None, None], "b": piece.sigma_b[:, None]}
    return {name: (scales[name[0]] * p).astype(DTYPE) for name, p in unit.items()}


def train_piece(piece, data):
    """Train a piece; {result: array with an entry for each network}."""
    results = {name: np.full(len(piece.lr), np.inf) for name in RESULTS}
    parts = {"train": (data.x_train, data.y_train), "test": (data.x_test, data.y_test)}
    path = training.descend(
        start(piece), *parts["train"], optimizers.OPTIMIZERS[piece.optimizer](piece.lr), activation=piece.activation,
        batch_size=piece.batch_size, rng=np.random.default_rng(piece.seed),
    )  # fmt: skip
    # One BLAS thread: the other cores are busy with other pieces. A network that overflows is a result, not a warning.
    with _workers.one_blas_thread, np.errstate(over="ignore", invalid="ignore"):
        for step, params in enumerate(itertools.islice(path, piece.steps + 1)):
            if (step and step % piece.every == 0) or step == piece.steps:
                for part, (x, y) in parts.items():
                    outputs = _outputs(params, x, piece.activation)
                    results[part] = (outputs.argmax(axis=-1) == y).mean(axis=-1)
                    steps = results[f"{part}_steps"]
                    steps[(results[part] >= 0.9) & np.isinf(steps)] = step
                    if part == "train" and step == piece.steps:
                        results["loss"] = losses.cross_entropy(outputs, y)
    return results


def _outputs(params, x, activation):
    """The networks' outputs, block by block of samples: arrays that stay in the cache take half the time."""
    phi, blocks = activations.get(activation), (x[i : i + BLOCK] for i in range(0, len(x), BLOCK))
    return np.concatenate([mlp.propagate(params, x, phi, {}, hidden_z=False).output for x in blocks], axis=-2)


def sweep(
    data, *, optimizer="sgd", width=32, steps=600, batch_size=64, every=20, budget=2 * 2**30, executor=None,
    folder=None, progress=True, **grid,
):  # fmt: skip
    """Train a network at every point of a grid by cross-entropy; return a `Sweep`.

    data: as `datasets.digits()` gives it
    optimizer: "sgd", "momentum" or "adam"
    grid: values, one or several, of activation, hidden_layers, seed, lr, sigma_b, sigma_w; lr is the optimizer's own of
        `LR` where it is not given
    every: how often accuracy is measured, in steps
    budget: bytes that the networks in training may take together
    executor: any `concurrent.futures.Executor`, such as Dask's `client.get_executor(pure=False)`; by default processes
        here, one for each core, which take half a second to start and are kept for the next sweep (in a browser, which
        has none, the pieces run one after the other)
    folder: where finished pieces are kept, and looked up by a later call with the same settings

    Ctrl-C ends it and keeps what is done.
    """
    _validate.one_of("optimizer", optimizer, LR)
    axes = _axes({"lr": LR[optimizer], **grid})
    steps, every = _validate.whole("steps", steps, 0), _validate.whole("every", every)
    width, batch_size = _validate.whole("width", width), _validate.whole("batch_size", batch_size)
    data = data._replace(x_train=data.x_train.astype(DTYPE), x_test=data.x_test.astype(DTYPE))
    workers = _workers.cores()

    shape = tuple(len(values) for values in axes.values())
    results = {name: np.full(shape, np.nan) for name in RESULTS}
    if folder is not None:
        folder = Path(folder) / _digest(repr((optimizer, axes, width, steps, batch_size, every)), data)
        _load(folder, results)

    pieces = []
    for stack in np.ndindex(shape[:3]):
        activation, hidden_layers, seed = (axes[name][i] for name, i in zip(AXES[:3], stack, strict=True))
        layers = (data.x_train.shape[1], *[width] * hidden_layers, int(data.y_train.max()) + 1)
        todo = np.flatnonzero(np.isnan(results["train"][stack]))
        for points in _cut(todo, budget, workers, _bytes(layers, data, batch_size)):
            at = np.unravel_index(points, shape[3:])
            lr, sigma_b, sigma_w = (np.array(axes[name])[i] for name, i in zip(AXES[3:], at, strict=True))
            pieces.append(
                (
                    stack,
                    points,
                    Piece(activation, layers, seed, lr, sigma_b, sigma_w, steps, batch_size, every, optimizer),
                )
            )

    silent = not progress or bool(os.environ.get("TQDM_DISABLE"))
    networks = sum(len(points) for _, points, _ in pieces)
    with tqdm(desc=f"{networks} networks", total=networks * steps, delay=1, disable=silent, bar_format=BAR) as bar:
        try:
            for stack, points, of_piece in _run(pieces, data, executor, workers, bar):
                for name, values in of_piece.items():
                    results[name][stack].flat[points] = values
                if folder is not None:
                    _save(folder, stack, points, of_piece)
        except KeyboardInterrupt:
            done = int(np.isfinite(results["train"]).sum())
            print(
                f"Stopped: {done} of {results['train'].size} networks are trained, the others are nan.", file=sys.stderr
            )
    return Sweep(axes, results, optimizer)


def _axes(grid):
    """{setting: list of values} for every axis, each value checked."""
    for name in grid:
        _validate.one_of("the setting", name, dict.fromkeys(AXES))
    checks = {
        "activation": lambda name, value: activations.get(value).name,
        "hidden_layers": lambda name, value: _validate.whole(name, value, 0),
        "seed": lambda name, value: _validate.whole(name, value, 0),
    }
    axes = {}
    for name in AXES:
        given = grid.get(name, DEFAULTS.get(name))
        values = [given] if isinstance(given, str) or np.ndim(given) == 0 else list(given)
        if not values:
            raise ValueError(f"{name} has no values: a grid needs at least one point.")
        axes[name] = [checks.get(name, _scale)(name, value) for value in values]
    return axes


def _scale(name, value):
    return _validate.number(name, _validate.non_negative(name, value))


def _bytes(layers, data, batch_size):
    """About how much memory one network takes: parameters, gradients, and what all layers compute on a batch."""
    parameters = sum(n_out * (n_in + 1) for n_in, n_out in itertools.pairwise(layers))
    outputs = layers[-1] * max(len(data.x_train), len(data.x_test))
    return np.dtype(DTYPE).itemsize * (4 * parameters + 3 * outputs + 3 * max(BLOCK, batch_size) * sum(layers[1:]))


def _cut(points, budget, workers, each):
    """Cut the points of a stack into pieces that fit the budget together, and keep all workers busy."""
    most = min(PIECE, budget // (workers * each))
    if most < 1:
        raise ValueError(
            f"budget is {budget} bytes, but {workers} networks, one for each worker, take {workers * each}: allow more."
        )
    pieces = -(-len(points) // most)
    return [part for part in np.array_split(points, max(1, -(-pieces // workers) * workers)) if len(part)]


def _run(pieces, data, executor, workers, bar):
    """Yield each piece with its results, as they end."""
    own = executor is None
    if own and _browser.HERE:
        for where, points, piece in pieces:
            results = train_piece(piece, data)
            bar.update(len(points) * piece.steps)
            yield where, points, results
        return
    executor = _workers.processes(workers) if own else executor
    futures = {}
    try:
        for where, points, piece in pieces:
            futures[executor.submit(train_piece, piece, data)] = (where, points, piece)
        for future in concurrent.futures.as_completed(futures):
            where, points, piece = futures[future]
            bar.update(len(points) * piece.steps)
            yield where, points, future.result()
    except BaseException:
        if own:
            executor.shutdown(kill_workers=True)  # what they are at is no longer wanted
        else:
            for future in futures:
                future.cancel()
        raise


def _digest(settings, data):
    """A name for the settings and data of a sweep."""
    digest = hashlib.sha256(settings.encode())
    for array in data[:4]:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def _save(folder, stack, points, results):
    """Keep the results of some points of a stack: whole, or not at all."""
    with _files.whole(folder / f"{'-'.join(map(str, stack))}-{points[0]}-{points[-1]}.npz") as file:
        np.savez(file, stack=stack, points=points, **results)


def _load(folder, results):
    """Put what an earlier run kept into the results."""
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as kept:
            for name in RESULTS:
                results[name][tuple(kept["stack"])].flat[kept["points"]] = kept[name]


def by_activation(sweeps):
    """Each `Sweep` cut up into one for each of its activations."""
    return [
        Sweep({**swept.axes, "activation": [name]}, {k: v[[i]] for k, v in swept.results.items()}, swept.optimizer)
        for swept in sweeps
        for i, name in enumerate(swept.axes["activation"])
    ]


def save(sweeps, path):
    """Write `Sweep`s to a file, whole or not at all; `load` finds each by its activation and its optimizer."""
    arrays = {"kinds": []}
    for swept in by_activation(sweeps):
        kind = f"{swept.axes['activation'][0]} {swept.optimizer}"
        arrays["kinds"].append(kind)
        arrays |= {f"{kind} axis {name}": values for name, values in swept.axes.items()}
        arrays |= {f"{kind} {name}": values.astype(np.float32) for name, values in swept.results.items()}
    with _files.whole(path) as file:
        np.savez_compressed(file, **arrays)


def load(path=PLANE, *, activation="tanh", optimizer="sgd"):
    """Read the `Sweep` of one activation and optimizer from a file; by default the plane that comes with the course."""
    kind = f"{activation} {optimizer}"
    try:
        with np.load(path) as file:
            kinds = file["kinds"].tolist()
            if kind in kinds:
                axes = {name: file[f"{kind} axis {name}"].tolist() for name in AXES}
                return Sweep(axes, {name: file[f"{kind} {name}"] for name in RESULTS}, optimizer)
    except FileNotFoundError:
        raise FileNotFoundError(f"There is no sweep in {path}: make it with `course plane --data {path}`.") from None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
        raise ValueError(f"{path} is damaged or no sweep: make it again with `course plane --data {path}`.") from None
    raise ValueError(f"{path} has no sweep of {kind}, only of {', '.join(kinds)}.")
