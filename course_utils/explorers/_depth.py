"""Depth (lesson 6): how large signals are on their way through many layers, and errors on their way back.

A network of 64 units a layer sees 50 real digits; random errors are sent back from its last hidden layer. Its weights
are one fixed draw, multiplied by sigma_w: what moves in the picture is moved by the controls alone.
"""

import functools
from typing import NamedTuple

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.ticker import MaxNLocator

from course_utils import activations, datasets, initializers, mlp, plotting, theory
from course_utils.explorers.base import Explorer
from course_utils.explorers.controls import Choice, Number, words

UNITS, SAMPLES, DEEPEST = 64, 50, 50
FADE = ListedColormap([(0.34, 0.71, 0.91, share) for share in np.linspace(0, 0.85, 64)])  # sky blue, on any page
BINS = 80  # of a histogram of log10 |z|
RANGES = (
    (-3, 1),
    (-3, 5),
    (-7, 1),
    (-14, 4),
    (-34, 4),
    (-20, 34),
)  # of log10 that a picture may show; the first that fits
CONTROLS = {
    "depth": Number("hidden layers", 20, 2, DEEPEST),
    "sigma_w": Number(r"weight scale $\sigma_w$", 0.8, 0, 4, 0.01),
    "sigma_b": Number(r"bias scale $\sigma_b$", 0.0, 0, 2, 0.05),
    "scheme": Choice("weights", "normal", ("normal", "uniform", "orthogonal")),
    "activation": Choice("activation", "tanh", tuple(activations.ACTIVATIONS)),
}
PRESETS = {
    "Zeros": {"sigma_w": 0, "sigma_b": 0},
    "The opposite": {"sigma_w": 0, "sigma_b": 1},
    "LeCun, Glorot": {"sigma_w": 1, "sigma_b": 0, "activation": "tanh"},
    "LeCun, ReLU": {"sigma_w": 1, "sigma_b": 0, "activation": "relu"},
    "He, ReLU": {"sigma_w": 1.41, "sigma_b": 0, "activation": "relu"},
    "Too large": {"sigma_w": 3, "sigma_b": 0, "activation": "tanh"},
    "Orthogonal, linear": {"sigma_w": 1, "sigma_b": 0, "scheme": "orthogonal", "activation": "identity"},
}


RECORDED = {"activation": ("tanh", "relu", "gelu"), "depth": (10, 20, 50), "sigma_w": np.arange(0, 4.01, 0.1)}


class Depth(NamedTuple):
    """What is measured and predicted of layers 1..depth: forward of z, back of delta, which is 1 in the last layer."""

    activation: str
    sigma_w: float
    forward: np.ndarray  # RMS, (depth,)
    forward_theory: np.ndarray
    backward: np.ndarray
    backward_theory: np.ndarray
    z: np.ndarray  # log10 of |z|, (depth, numbers); -inf where it is 0
    delta: np.ndarray


@functools.cache
def _network(scheme):
    """The draw at sigma_w = sigma_b = 1: the digits, the weights and biases, and the errors at the last layer."""
    rng = np.random.default_rng(6)
    shape = (DEEPEST, UNITS, UNITS)
    draws = {"normal": initializers.lecun_normal, "uniform": initializers.lecun_uniform}
    weights = draws.get(scheme, initializers.orthogonal)(shape, rng=rng)
    biases, errors = rng.normal(size=(DEEPEST, UNITS)), rng.normal(size=(SAMPLES, UNITS))
    return datasets.digits().x_test[:SAMPLES], weights, biases, errors / np.sqrt(np.mean(errors**2))


def model(*, depth, sigma_w, sigma_b, scheme, activation):
    """Send digits forward and errors back through `depth` layers: a `Depth`."""
    x, weights, biases, errors = _network(scheme)
    phi = activations.get(activation)
    params = {f"W{l}": sigma_w * weights[l - 1] for l in range(1, depth + 1)}
    params |= {f"b{l}": sigma_b * biases[l - 1] for l in range(1, depth + 1)}
    trace = mlp.propagate(params, x, phi, {})
    deltas = [errors]
    for l in range(depth, 1, -1):
        deltas.append(deltas[-1] @ params[f"W{l}"] * phi.derivative(trace.z[l - 1]))
    z, delta = np.stack([*trace.z.values()]), np.stack(deltas[::-1])
    q = theory.variance_path(depth, np.mean(x**2), sigma_w, sigma_b, phi)
    chi = theory.chi_path(depth, np.mean(x**2), sigma_w, sigma_b, phi)
    back = np.cumprod([1, *chi[-2::-1]])[::-1]  # the product of chi from a layer up to the last but one
    with np.errstate(divide="ignore"):
        logs = [np.log10(np.abs(a)).reshape(depth, -1) for a in (z, delta)]
    rms = [np.sqrt((a**2).mean(axis=(1, 2))) for a in (z, delta)]
    return Depth(activation, sigma_w, rms[0], np.sqrt(q), rms[1], np.sqrt(back), *logs)


def sentence(data):
    """Say in words what the picture shows."""
    depth, last, first = len(data.forward), data.forward[-1], data.backward[0]
    layers = f"{depth} {data.activation.replace('_', ' ')} layers"
    if data.sigma_w == 0:
        kind = "every $z$ is 0" if last == 0 else f"every $z$ is its bias, RMS {words(last)}"
        return f"{layers} of zero weights: {kind}, and no error gets back beyond the last layer."
    growth = first ** (1 / (depth - 1))
    change = f"{'grow' if growth > 1 else 'shrink to'} {words(growth, 3)}× a layer"
    if first == 0 or 0.98 <= growth <= 1.02:
        change = "keep their size" if first else "are exactly 0"
    z_theory, delta_theory = words(data.forward_theory[-1]), words(data.backward_theory[0])
    return (
        f"{layers}. Forward, RMS of $z$: {words(data.forward[0])} in layer 1, {words(last)} in layer {depth} "
        f"(theory {z_theory}). Back, RMS of $\\delta$: 1 in layer {depth}, {words(first)} in layer 1 "
        f"(theory {delta_theory}): gradients {change}."
    )


def _density(logs, low, high):
    """A histogram of each layer's numbers between low and high, the fullest bin 1: (BINS, depth)."""
    depth = len(logs)
    at = (np.clip(logs, low - 1, high) - low) * (BINS / (high - low))
    layer = np.broadcast_to(np.arange(depth)[:, None], at.shape)
    inside = (at >= 0) & (at < BINS)
    count = np.bincount(layer[inside] * BINS + at[inside].astype(int), minlength=depth * BINS).reshape(depth, BINS).T
    return count / np.maximum(count.max(axis=0), 1)


def _range(data):
    """The first of RANGES that shows all RMS values above 0, or the last."""
    sizes = np.concatenate([data.forward, data.backward, data.forward_theory, data.backward_theory])
    logs = np.log10(sizes[sizes > 0])
    fits = [limits for limits in RANGES if not logs.size or (limits[0] < logs.min() and logs.max() < limits[1])]
    return fits[0] if fits else RANGES[-1]


def draw(figure):
    """Set up the two axes; return `show`, which moves their artists."""
    rows = []
    for left, title, color in (
        (0.065, "forward: $|z|$", plotting.BLUE), (0.565, r"back: $|\delta|$", plotting.RED)
    ):  # fmt: skip
        ax = figure.add_axes((left, 0.13, 0.42, 0.79), xlabel="hidden layer")
        ax.set_title(f"{title}; RMS: dots, theory: line", loc="left")
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        image = ax.imshow(
            np.zeros((BINS, 2)), origin="lower", aspect="auto", cmap=FADE, vmin=0, vmax=1, animated=True, zorder=1
        )
        (line,) = ax.plot([], [], color=color, animated=True, zorder=3)
        (dots,) = ax.plot([], [], "o", color=color, mfc="1", markersize=5, animated=True, zorder=4)
        rows.append((ax, image, line, dots))

    def show(data, depth, **_):
        low, high = limits = _range(data)
        layers = np.arange(1, depth + 1)
        values = (data.z, data.forward_theory, data.forward), (data.delta, data.backward_theory, data.backward)
        for (ax, image, line, dots), (logs, predicted, measured) in zip(rows, values):
            image.set_data(_density(logs, low, high))
            image.set_extent((0.5, depth + 0.5, low, high))
            with np.errstate(divide="ignore"):
                line.set_data(layers, np.maximum(np.log10(predicted), low))
                dots.set_data(layers, np.maximum(np.log10(measured), low))
            ax.set(xlim=(0.5, depth + 0.5), ylim=limits)
            ticks = np.unique(np.linspace(low, high, 5).round().astype(int))
            ax.set_yticks(ticks, [f"$10^{{{t}}}$" for t in ticks])
        return depth, limits

    return show


def explorer(**start):
    """The explorer, with start values by the names of its controls."""
    options = {"model": model, "cut": 0.51, "recorded": RECORDED, "start": start}
    return Explorer("Depth explorer", CONTROLS, PRESETS, draw, sentence, **options)
