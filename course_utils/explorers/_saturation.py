"""Saturation (lesson 5): where the sums z of a layer fall on the activation, and what that does to the gradients.

A random network with 10 hidden layers of 64 units sees 100 real digits. Its weights are one fixed draw, multiplied by
sigma_w: what moves in the picture is moved by the controls alone.
"""

import functools
import math
from typing import NamedTuple

import numpy as np
from matplotlib.patches import Rectangle

from course_utils import activations, datasets, mlp, plotting, theory
from course_utils.explorers.base import Explorer
from course_utils.explorers.controls import Choice, Number, words

LAYERS, UNITS, SAMPLES = 10, 64, 100
FLAT = 0.05  # of the steepest slope: up to it an activation is flat, as in `diagnostics.saturation`
REACH = 8.0  # the picture shows z from -REACH to REACH
BINS = 65  # an odd number: 0 is in the middle of one
EDGES = np.linspace(-REACH, REACH, BINS + 1)
CENTRES = (EDGES[1:] + EDGES[:-1]) / 2
CURVES = 1.1  # the height in the picture where phi(z) = 0
CONTROLS = {
    "sigma_w": Number(r"weight scale $\sigma_w$", 5.0, 0, 6, 0.05),
    "sigma_b": Number(r"bias scale $\sigma_b$", 0.0, 0, 3, 0.05),
    "input_scale": Number("input scale", 1.0, 0, 8, 0.05),
    "layer": Number("layer in view", 4, 1, LAYERS),
    "activation": Choice("activation", "tanh", tuple(activations.ACTIVATIONS)),
}
PRESETS = {
    "Zeros": {"sigma_w": 0, "sigma_b": 0},
    "The opposite": {"sigma_w": 0, "sigma_b": 1},
    "Too small": {"sigma_w": 0.3, "sigma_b": 0},
    "LeCun, Glorot": {"sigma_w": 1, "sigma_b": 0},
    "He": {"sigma_w": 1.4, "sigma_b": 0},
    "Too large": {"sigma_w": 5, "sigma_b": 0},
    "Unscaled inputs": {"sigma_w": 1, "sigma_b": 0, "input_scale": 7.5, "layer": 1},
}


RECORDED = {"activation": ("tanh", "relu", "gelu"), "sigma_w": np.arange(0, 6.01, 0.25), "layer": range(1, LAYERS + 1)}


class Saturation(NamedTuple):
    """What is measured, and what mean-field theory predicts; arrays of shape (10,) hold a value for each layer."""

    layer: int  # counted from 1
    z: np.ndarray  # its sums, (100 samples, 64 units)
    q: float  # their predicted variance
    activation: activations.Activation
    saturated: (
        np.ndarray
    )  # the share of units where |phi'| is at most 5 % of its largest value: for ReLU of those that are off
    slope: np.ndarray  # the mean of phi'^2
    growth: np.ndarray  # RMS of delta^l over that of delta^(l+1)
    saturated_theory: np.ndarray
    growth_theory: np.ndarray


@functools.cache
def _network():
    """The draw: digits, parameters at sigma_w = sigma_b = 1, and random errors that stand for delta^(l+1)."""
    rng = np.random.default_rng(5)
    params = mlp.initialize([64] + [UNITS] * (LAYERS + 1), "normal", sigma_b=1.0, rng=rng)
    return datasets.digits().x_test[:SAMPLES], params, rng.normal(size=(SAMPLES, UNITS))


@functools.cache
def _errors_back():
    """The errors, sent back through the weights of each layer at sigma_w = 1: all of delta^l but phi'."""
    _, params, errors = _network()
    return [errors @ params[f"W{l}"] for l in range(2, LAYERS + 2)]


@functools.cache
def flats(name):
    """The intervals (from, to) of z in which |phi'(z)| is at most 5 % of its largest value."""
    phi, z = activations.get(name), np.linspace(-20, 20, 40001)
    flat = np.abs(phi.derivative(z)) <= FLAT * phi.steepest
    first, last = flat & np.diff(flat, prepend=False), flat & np.diff(flat, append=False)
    z[[0, -1]] = -np.inf, np.inf  # what is flat at an end is flat beyond
    return [*zip(z[first].round(3), z[last].round(3))]


def model(*, sigma_w, sigma_b, input_scale, layer, activation):
    """Send the digits through the network, and random errors one layer back from each layer: a `Saturation`."""
    x, drawn, errors = _network()
    phi = activations.get(activation)
    params = {name: p * (sigma_w if name[0] == "W" else sigma_b) for name, p in drawn.items()}
    trace = mlp.forward(params, input_scale * x, phi)
    (saturated, slope, growth), flat = np.empty((3, LAYERS)), FLAT * phi.steepest
    for i, back in enumerate(_errors_back()):  # one layer at a time: its numbers stay in the cache
        slopes = mlp.slopes(trace, i + 1, phi)
        saturated[i] = np.count_nonzero(np.abs(slopes) <= flat) / slopes.size
        slope[i] = _mean_square(slopes)
        growth[i] = sigma_w * np.sqrt(_mean_square(back * slopes) / _mean_square(errors))
    q = theory.variance_path(LAYERS, input_scale**2 * np.mean(x**2), sigma_w, sigma_b, phi)
    growth_theory = sigma_w * np.sqrt(theory.gaussian_mean(lambda z: phi.derivative(z) ** 2, q))
    return Saturation(
        layer, trace.z[layer], float(q[layer - 1]), phi, saturated, slope, growth, flat_share(q, activation),
        growth_theory,
    )  # fmt: skip


def _mean_square(a):
    return np.vdot(a, a) / a.size


def below(z, q):
    """The share of a normal number of mean 0 and variance q that is below z, and half of it at z = q = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return 0.5 + 0.5 * np.vectorize(math.erf)(np.nan_to_num(z / np.sqrt(2 * q)))


def flat_share(q, activation):
    """The share of z ~ N(0, q) where the activation is flat."""
    phi = activations.get(activation)
    share = sum((below(high, q) - below(low, q) for low, high in flats(activation)), 0 * q)
    return np.where(q > 0, share, float(abs(phi.slope_at_zero) <= FLAT * phi.steepest))


def sentence(data):
    """Say in words what the picture shows."""
    i, name = data.layer - 1, "saturated" if data.activation.bounded else "off"
    share, growth = data.saturated[i], data.growth[i]
    if growth == 0 and not data.z.any():
        return f"Layer {data.layer}: every $z$ is 0, and zero weights send no error back: no gradient below."
    beyond = (np.abs(data.z) > REACH).mean()
    outside = f" ({100 * beyond:.0f} % of $z$ beyond the edge)" if beyond >= 0.005 else ""
    if growth == 0:
        change, verdict = "gradients stop here", "Zero weights send nothing back, whatever the biases."
    elif 0.95 < growth < 1.05:
        change = "gradients keep their size"
    elif growth < 1:
        change = f"gradients shrink to {words(growth)}× a layer"
        verdict = "Not saturation: the weights are too small." if share < 0.5 else "Flat units let little through."
    else:
        change = f"gradients grow {words(growth)}× a layer"
        verdict = r"$W$ multiplies by more than $\varphi'$ takes away."
    if 0.8 < growth < 1.25:
        verdict = r"Near the balance: $W$ gives back what $\varphi'$ takes away."
    return (
        f"Layer {data.layer}: {100 * share:.0f} % {name}{outside}, mean $\\varphi'^2$ = {words(data.slope[i])}: "
        f"{change}. Theory: {100 * data.saturated_theory[i]:.0f} % and {words(data.growth_theory[i])}×. {verdict}"
    )


def _span(ax, **look):
    """A band from top to bottom of the axes. (What `axvspan` returns cannot be moved before matplotlib 3.9.)"""
    return ax.add_patch(Rectangle((0, 0), 1, 1, transform=ax.get_xaxis_transform(), linewidth=0, **look))


def draw(figure):
    """Set up the three axes; return `show`, which moves their artists."""
    layers, z = np.arange(1, LAYERS + 1), np.linspace(-REACH, REACH, 401)
    left = figure.add_axes((0.035, 0.13, 0.515, 0.79))
    left.set(xlim=(-REACH, REACH), ylim=(-0.02, 2.1), xlabel="$z$, what enters a unit of the layer in view")
    left.set_yticks(CURVES + np.array([-0.5, 0, 0.5]), ["-1", "0", "1"])  # of the activation and its slope
    left.axhline(CURVES, color="0.4", linewidth=1)
    left.spines.left.set_visible(False)
    flat = [_span(left, color="0.93", zorder=0) for _ in range(2)]
    moving = {"animated": True, "zorder": 2}
    bars = left.stairs(np.zeros(BINS), EDGES, fill=True, color=plotting.SKY, label="$z$, measured", **moving)
    last = EDGES[[0, 1, -2, -1]]
    ends = left.stairs(np.zeros(3), last, fill=True, color=plotting.ORANGE, label="$z$ beyond the edge", **moving)
    (normal,) = left.plot(CENTRES, CENTRES, ":", color=plotting.BLACK, label="$z$, theory: normal", **moving)
    (phi_line,) = left.plot(z, 0 * z, color=plotting.BLUE, label=r"$\varphi(z)$", **moving)
    (slope_line,) = left.plot(z, 0 * z, "--", color=plotting.GREEN, label=r"$\varphi'(z)$", **moving)
    left.legend(loc="upper left", framealpha=1)
    rows = []
    for bounds, title, color in (
        ((0.615, 0.58, 0.375, 0.34), "% saturated (line: theory)", plotting.RED),
        ((0.615, 0.13, 0.375, 0.34), r"gradient growth, RMS $\delta^l$ / RMS $\delta^{l+1}$", plotting.PINK),
    ):
        ax = figure.add_axes(bounds, xlim=(0.5, LAYERS + 0.5), xticks=layers)
        ax.set_title(title, loc="left")
        here = _span(ax, color=plotting.ORANGE, alpha=0.25, animated=True, zorder=1)
        (line,) = ax.plot(layers, layers, color=color, **moving)
        (dots,) = ax.plot(layers, layers, "o", color=plotting.BLACK, markersize=5, clip_on=False, **moving)
        rows.append((ax, here, line, dots))
    rows[0][0].set(ylim=(0, 100), yticks=[0, 25, 50, 75, 100])
    rows[0][0].tick_params(labelbottom=False)  # the layers are named below
    rows[1][0].set(
        yscale="log", ylim=(0.04, 12), yticks=[0.1, 1, 10], yticklabels=["0.1×", "1×", "10×"], xlabel="layer"
    )
    rows[1][0].minorticks_off()
    rows[1][0].axhline(1, color="0.4", linewidth=1)

    def show(data, activation, **_):
        phi = activations.get(activation)
        for span, interval in zip(flat, [*flats(activation), (0, 0), (0, 0)]):
            low, high = np.clip(interval, -REACH, REACH)
            span.set(x=low, width=high - low)
        phi_line.set_ydata(CURVES + phi(z) / 2)
        slope_line.set_ydata(CURVES + phi.derivative(z) / 2)
        inside = np.histogram(data.z, EDGES)[0]
        beyond = [(data.z < -REACH).sum(), (data.z > REACH).sum()]
        tallest = max(inside.max(), *beyond)
        bars.set_data(inside / tallest)
        ends.set_data(np.array([beyond[0], 0, beyond[1]]) / tallest)
        normal.set_ydata(data.z.size * np.diff(below(EDGES, data.q)) / tallest)
        values = (100 * data.saturated, 100 * data.saturated_theory), (data.growth, data.growth_theory)
        for (ax, here, line, dots), (measured, predicted) in zip(rows, values):
            here.set_x(data.layer - 0.5)
            dots.set_ydata(np.clip(measured, *ax.get_ylim()))
            line.set_ydata(np.clip(predicted, *ax.get_ylim()))
        return activation

    return show


def explorer(**start):
    """The explorer, with start values by the names of its controls."""
    options = {"model": model, "cut": 0.56, "recorded": RECORDED, "start": start}
    return Explorer("Saturation explorer", CONTROLS, PRESETS, draw, sentence, **options)
