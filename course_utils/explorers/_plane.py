"""The initialization plane (lessons 4 and 7): accuracy by the scales of weights and biases, and any point, trained.

The heat map is the one that comes with the course: the mean of three seeds. The network in training is that of seed 0,
from the same start over the same batches.
"""

import functools
import itertools
from typing import NamedTuple

import numpy as np

from course_utils import datasets, mlp, optimizers, plotting, sweep, theory, training
from course_utils.explorers.base import Explorer
from course_utils.explorers.controls import Choice, Number
from course_utils.explorers.recorder import FIXED

STEPS, EVERY = 600, 10  # of training in all, and between two pictures
MAP = (0.065, 0.13, 0.36, 0.79)  # where the heat map stands in the picture: left, bottom, width, height
CONTROLS = {
    "hidden_layers": Choice("hidden layers", "3", ("1", "2", "3", "5", "8")),
    "part": Choice("accuracy on", "test", ("train", "test")),
    "sigma_w": Number(r"weight scale $\sigma_w$", 1.0, 0, 4, 0.05),
    "sigma_b": Number(r"bias scale $\sigma_b$", 0.0, 0, 3, 0.05),
}
PRESETS = {
    "A: all zero": {"sigma_w": 0, "sigma_b": 0},
    "B: the opposite": {"sigma_w": 0, "sigma_b": 1},
    "C: LeCun, Glorot": {"sigma_w": 1, "sigma_b": 0},
    "He": {"sigma_w": 1.4, "sigma_b": 0},
    "Too small": {"sigma_w": 0.2, "sigma_b": 0},
    "D: too large": {"sigma_w": 4, "sigma_b": 0},
}


class Place(NamedTuple):
    """A network in training: accuracies (pictures so far,), and what the map says there after the last step."""

    hidden_layers: int
    sigma_w: float
    sigma_b: float
    steps: np.ndarray
    train: np.ndarray
    test: np.ndarray
    map_train: float
    map_test: float


@functools.cache
def _plane():
    """The axes sigma_w and sigma_b of the map, and {(part, hidden layers): its accuracies, the mean over the seeds}."""
    found = sweep.load()
    maps = {
        (part, layers): found.results[part][0, i, :, 0].mean(axis=0)
        for part in ("train", "test")
        for i, layers in enumerate(found.axes["hidden_layers"])
    }
    return np.array(found.axes["sigma_w"]), np.array(found.axes["sigma_b"]), maps


def frames(*, hidden_layers, sigma_w, sigma_b, **_):
    """Train the network at a point of the plane; yield a `Place` at the start and after every 10 steps."""
    layers, data = int(hidden_layers), datasets.digits()
    w_axis, b_axis, maps = _plane()
    nearest = np.abs(b_axis - sigma_b).argmin(), np.abs(w_axis - sigma_w).argmin()
    sizes = (data.x_train.shape[1], *[32] * layers, 10)
    start = sweep.start(sweep.Piece("tanh", sizes, 0, None, np.array([sigma_b]), np.array([sigma_w]), STEPS, 64, EVERY))
    path = training.descend(
        {name: p[0] for name, p in start.items()}, data.x_train.astype(np.float32), data.y_train, optimizers.sgd(0.1),
        batch_size=64, rng=np.random.default_rng(0),
    )  # fmt: skip
    steps, found = [], {"train": [], "test": []}
    for step, params in enumerate(itertools.islice(path, STEPS + 1)):
        if step % EVERY == 0:
            steps.append(step)
            found["train"].append(mlp.accuracy(params, data.x_train, data.y_train))
            found["test"].append(mlp.accuracy(params, data.x_test, data.y_test))
            yield Place(
                layers, sigma_w, sigma_b, *map(np.array, (steps, found["train"], found["test"])),
                *(float(maps[part, layers][nearest]) for part in ("train", "test")),
            )  # fmt: skip


def sentence(data, part="test"):
    """Say in words what the picture shows."""
    step, train, test = data.steps[-1], 100 * data.train[-1], 100 * data.test[-1]
    where = rf"$\sigma_w$ = {data.sigma_w:g}, $\sigma_b$ = {data.sigma_b:g}, hidden layers: {data.hidden_layers}"
    now = f"after {step} of {STEPS} steps train {train:.0f} %, test {test:.0f} %"
    if step == 0:
        now = f"before training, test {test:.0f} %: press Play, or click into the map"
    if step < STEPS:
        verdict = ""
    elif train < 20:
        verdict = " Still guessing: this start does not train in that budget."
    elif train < 90:
        verdict = " It has not fitted the training digits yet."
    elif train - test > 8:
        verdict = " It fits, and generalizes badly."
    else:
        verdict = " It trains, and it generalizes."
    mapped = data.map_train if part == "train" else data.map_test
    expected = f"The map, mean of three, says {part} {100 * mapped:.0f} %."
    return f"{where}: {now}. {expected}{verdict}"


def _clickable():
    """Where one can click to go to a place of the plane."""
    left, bottom, width, height = MAP
    w_axis, b_axis, _ = _plane()
    area = left, 1 - bottom - height, left + width, 1 - bottom
    return {"area": area, "x": ("sigma_w", *_edges(w_axis)), "y": ("sigma_b", *_edges(b_axis))}


def _edges(axis):
    """From where to where a heat map reaches whose squares lie around these values."""
    half = (axis[1] - axis[0]) / 2
    return axis[0] - half, axis[-1] + half


def draw(figure):
    """Set up the map and the curves; return `show`, which moves the cross and the curves."""
    w_axis, b_axis, maps = _plane()
    ax = figure.add_axes(MAP, xlim=_edges(w_axis), ylim=_edges(b_axis))
    reach = *_edges(w_axis), *_edges(b_axis)
    look = {"aspect": "auto", "origin": "lower", "gid": FIXED, **plotting.ERROR}
    image = ax.imshow(plotting.errors(maps["test", 1]), extent=reach, **look)
    biases = np.linspace(0, b_axis[-1], 100)
    for color, width in (("black", 2.5), ("white", 1.2)):
        ax.plot(theory.critical_line(biases), biases, "--", color=color, linewidth=width, gid=FIXED)
    beside = float(theory.critical_line(np.array([2.0]))[0]) + 0.1
    ax.annotate(r"$\chi_1=1$", (beside, 2.0), color="black", gid=FIXED, va="top")
    ax.set(xlabel=r"weight scale $\sigma_w$", ylabel=r"bias scale $\sigma_b$", xlim=_edges(w_axis), ylim=_edges(b_axis))
    ax.grid(False)
    bar = figure.add_axes((0.44, 0.13, 0.015, 0.79))
    worst, best = look["norm"].vmax, look["norm"].vmin
    bar.imshow(np.geomspace(worst, best, 100)[:, None], extent=(0, 1, *np.log([worst, best])), **look)
    ticks = (10, 50, 80, 90, 95, 97, 98)
    bar.set(xticks=[], yticks=np.log([100 - tick for tick in ticks]), yticklabels=ticks)
    bar.yaxis.tick_right()
    bar.grid(False)
    bar.set_title("%", loc="left")
    moving = {"animated": True, "clip_on": False, "zorder": 3}
    ring = {"markersize": 15, "mfc": "none", "gid": FIXED, **moving}
    rings = [ax.plot([0], [0], "o", mec=color, mew=wide, **ring)[0] for color, wide in (("black", 4), ("white", 2))]
    right = figure.add_axes((0.565, 0.13, 0.42, 0.79), xlim=(0, STEPS), ylim=(0, 102))
    right.set(xlabel="step of SGD (rate 0.1, 64 digits a step)", ylabel="accuracy (%)")
    right.set_title("the network at the ring, in training", loc="left")
    right.axhline(10, color="0.4", linestyle=":", linewidth=1)
    right.annotate("guessing", (STEPS, 10), ha="right", va="bottom", color="0.3")
    lines, ends = {}, {}
    for part, color, dash, marker in (("train", plotting.BLUE, "-", "s"), ("test", plotting.RED, "--", "D")):
        (lines[part],) = right.plot([], [], dash, color=color, label=part, **moving)
        (ends[part],) = right.plot([STEPS], [0], marker, color=color, mfc="1", label=f"map, {part}", **moving)
    right.legend(loc="center right", framealpha=1)

    def show(data, hidden_layers, part, **_):
        image.set_data(plotting.errors(maps[part, data.hidden_layers]))
        ax.set_title(f"{part} accuracy after {STEPS} steps", loc="left")
        for artist in rings:
            artist.set_data([data.sigma_w], [data.sigma_b])
        for name, values, end in (("train", data.train, data.map_train), ("test", data.test, data.map_test)):
            lines[name].set_data(data.steps, 100 * values)
            ends[name].set_ydata([100 * end])
        return hidden_layers, part

    return show


def explorer(**start):
    """The explorer, with start values by the names of its controls."""
    options = {"frames": frames, "views": ("part",), "plane": _clickable(), "cut": 0.5, "start": start}
    options["recorded"] = {"hidden_layers": CONTROLS["hidden_layers"].options}
    return Explorer("Plane explorer", CONTROLS, PRESETS, draw, sentence, **options)
