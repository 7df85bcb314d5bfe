"""The initialization plane (lessons 4 and 7): accuracy by the scales of weights and biases, and any point, trained.

The heat maps are those that come with the course, means over their seeds. The network in training is that of seed 0,
from the same start over the same batches; a second one may train beside it, at one of the places with a name.
"""

import base64
import functools
import itertools
from typing import NamedTuple

import numpy as np

from course_utils import activations, datasets, mlp, optimizers, plotting, sweep, theory, training
from course_utils.explorers.base import Explorer
from course_utils.explorers.controls import Choice, Number
from course_utils.explorers.recorder import FIXED

STEPS, EVERY = 600, 10  # of training in all, and between two pictures
MAP = (0.065, 0.13, 0.36, 0.79)  # where the heat map stands in the picture: left, bottom, width, height
RULES = {"sgd": "SGD", "adam": "Adam"}
PRESETS = {
    "A: all zero": {"sigma_w": 0, "sigma_b": 0},
    "B: the opposite": {"sigma_w": 0, "sigma_b": 1},
    "C: LeCun, Glorot": {"sigma_w": 1, "sigma_b": 0},
    "He": {"sigma_w": 1.4, "sigma_b": 0},
    "Too small": {"sigma_w": 0.2, "sigma_b": 0},
    "D: too large": {"sigma_w": 4, "sigma_b": 0},
}
BESIDE = {"A": "A: all zero", "B": "B: the opposite", "C": "C: LeCun, Glorot", "D": "D: too large"}
CONTROLS = {
    "hidden_layers": Choice("hidden layers", "3", ("1", "2", "3", "5", "8")),
    "activation": Choice("activation", "tanh", ("tanh", "relu", "gelu")),
    "optimizer": Choice("optimizer", "sgd", tuple(RULES)),
    "part": Choice("accuracy on", "test", ("train", "test")),
    "beside": Choice("beside", "none", ("none", *BESIDE)),
    "sigma_w": Number(r"weight scale $\sigma_w$", 1.0, 0, 4, 0.05),
    "sigma_b": Number(r"bias scale $\sigma_b$", 0.0, 0, 3, 0.05),
}


class Place(NamedTuple):
    """A network in training, and the one beside it: accuracies (pictures so far, networks), and what the map says.

    where   sigma_w, sigma_b and what the map says of train and test there after the last step: (networks, 4)
    """

    hidden_layers: int
    activation: str
    optimizer: str
    beside: str
    where: np.ndarray
    steps: np.ndarray
    train: np.ndarray
    test: np.ndarray


@functools.cache
def _plane(activation, optimizer):
    """The axes sigma_w and sigma_b of the maps, the rate, and {(part, hidden layers): accuracies, means over seeds}."""
    found = sweep.load(activation=activation, optimizer=optimizer)
    maps = {
        (part, layers): found.results[part][0, i, :, 0].mean(axis=0)
        for part in ("train", "test")
        for i, layers in enumerate(found.axes["hidden_layers"])
    }
    return np.array(found.axes["sigma_w"]), np.array(found.axes["sigma_b"]), found.axes["lr"][0], maps


def frames(*, hidden_layers, activation="tanh", optimizer="sgd", beside="none", sigma_w, sigma_b, **_):
    """Train the network at a point of the plane; yield a `Place` at the start and after every 10 steps."""
    layers, data = int(hidden_layers), datasets.digits()
    w_axis, b_axis, lr, maps = _plane(activation, optimizer)
    points = [(sigma_w, sigma_b)]
    if beside != "none":
        points.append(tuple(PRESETS[BESIDE[beside]].values()))
    where = []
    for w, b in points:
        nearest = np.abs(b_axis - b).argmin(), np.abs(w_axis - w).argmin()
        where.append([w, b, *(float(maps[part, layers][nearest]) for part in ("train", "test"))])
    where, sizes = np.array(where), (data.x_train.shape[1], *[32] * layers, 10)
    start = sweep.start(sweep.Piece(activation, sizes, 0, lr, where[:, 1], where[:, 0], STEPS, 64, EVERY))
    path = training.descend(
        start, data.x_train.astype(np.float32), data.y_train, optimizers.OPTIMIZERS[optimizer](lr),
        activation=activation, batch_size=64, rng=np.random.default_rng(0),
    )  # fmt: skip
    steps, found = [], {"train": [], "test": []}
    for step, params in enumerate(itertools.islice(path, STEPS + 1)):
        if step % EVERY == 0:
            steps.append(step)
            found["train"].append(mlp.accuracy(params, data.x_train, data.y_train, activation))
            found["test"].append(mlp.accuracy(params, data.x_test, data.y_test, activation))
            yield Place(layers, activation, optimizer, beside, where, *map(np.array, (steps, *found.values())))


def sentence(data, part="test"):
    """Say in words what the picture shows."""
    step, train, test = data.steps[-1], 100 * data.train[-1], 100 * data.test[-1]
    w, b, *mapped = data.where[0]
    kind = f"{activations.get(data.activation).name}, {RULES[data.optimizer]}, hidden layers: {data.hidden_layers}"
    now = f"after {step} of {STEPS} steps train {train[0]:.0f} %, test {test[0]:.0f} %"
    if step == 0:
        now = f"before training, test {test[0]:.0f} %: press Play, or click into the map"
    other = f" Beside it {data.beside}: train {train[1]:.0f} %, test {test[1]:.0f} %." if len(train) > 1 else ""
    expected = f"The map says {part} {100 * mapped[part == 'test']:.0f} %."
    return (
        rf"$\sigma_w$ = {w:g}, $\sigma_b$ = {b:g} ({kind}): {now}. {expected}{_verdict(step, train[0], test[0])}{other}"
    )


def _verdict(step, train, test):
    """What has become of a network after all steps."""
    if step < STEPS:
        return ""
    if train < 20:
        return " Still guessing: this start does not train in that budget."
    if train < 90:
        return " It has not fitted the training digits yet."
    return " It fits, and generalizes badly." if train - test > 8 else " It trains, and it generalizes."


def _clickable():
    """Where one can click to go to a place of the plane."""
    left, bottom, width, height = MAP
    reach, area = _reach(), (left, 1 - bottom - height, left + width, 1 - bottom)
    names = ("activation", "optimizer", "hidden_layers", "part")
    return {
        "area": area,
        "x": ("sigma_w", *reach[:2]),
        "y": ("sigma_b", *reach[2:]),
        "maps": {"names": names, **_maps()},
    }


@functools.cache
def _maps():
    """What a hand that hovers is told: rows and columns of maps, and accuracies in half percents, lowest row first."""
    kinds = itertools.product(*(CONTROLS[name].options for name in ("activation", "optimizer")))
    sizes, held = [], []
    for activation, optimizer in kinds:
        w_axis, b_axis, _, maps = _plane(activation, optimizer)
        sizes.append((len(b_axis), len(w_axis)))
        parts = [maps[part, int(layers)] for layers in CONTROLS["hidden_layers"].options for part in ("train", "test")]
        held.append(np.rint(200 * np.stack(parts)).astype(np.uint8).tobytes())
    return {"sizes": sizes, "halves": base64.b64encode(b"".join(held)).decode()}


def _reach():
    """From where to where the maps reach: all of them as far as the finest."""
    w_axis, b_axis, *_ = _plane(CONTROLS["activation"].start, CONTROLS["optimizer"].start)
    return *_edges(w_axis), *_edges(b_axis)


def _edges(axis):
    """From where to where a heat map reaches whose squares lie around these values."""
    half = (axis[1] - axis[0]) / 2
    return axis[0] - half, axis[-1] + half


def draw(figure):
    """Set up the map and the curves; return `show`, which moves the rings and the curves."""
    left, right, low, high = _reach()
    ax = figure.add_axes(MAP, xlim=(left, right), ylim=(low, high))
    look = {"aspect": "auto", "origin": "lower", "gid": FIXED, **plotting.ERROR}
    image = ax.imshow(np.ones((1, 1)), **look)
    biases = np.linspace(0, high, 100)
    edges = [
        ax.plot([], [], "--", color=color, linewidth=width, gid=FIXED)[0]
        for color, width in (("black", 2.5), ("white", 1.2))
    ]
    beside = ax.annotate(r"$\chi_1=1$", (0, 2.0), color="black", gid=FIXED, va="top")
    ax.set(xlabel=r"weight scale $\sigma_w$", ylabel=r"bias scale $\sigma_b$", xlim=(left, right), ylim=(low, high))
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
    ring = {"mfc": "none", "gid": FIXED, **moving}
    rings = [
        [
            ax.plot([], [], "o", mec=color, mew=wide, markersize=size, **ring)[0]
            for color, wide in (("black", 4), ("white", 2))
        ]
        for size in (15, 9)
    ]
    curves = figure.add_axes((0.565, 0.13, 0.42, 0.79), xlim=(0, STEPS), ylim=(0, 102), ylabel="accuracy (%)")
    curves.set_title("the network at the ring, in training", loc="left")
    curves.axhline(10, color="0.4", linestyle=":", linewidth=1)
    curves.annotate("guessing", (STEPS, 10), ha="right", va="bottom", color="0.3")
    lines, thin, ends = {}, {}, {}
    for part, color, dash, marker in (("train", plotting.BLUE, "-", "s"), ("test", plotting.RED, "--", "D")):
        (lines[part],) = curves.plot([], [], dash, color=color, label=part, **moving)
        (thin[part],) = curves.plot([], [], dash, color=color, linewidth=0.8, **moving)
        (ends[part],) = curves.plot([STEPS], [0], marker, color=color, mfc="1", label=f"map, {part}", **moving)
    curves.legend(loc="center right", framealpha=1)

    def show(data, hidden_layers, activation, optimizer, part, **_):
        w_axis, b_axis, lr, maps = _plane(data.activation, data.optimizer)
        image.set_data(plotting.errors(maps[part, data.hidden_layers]))
        image.set_extent((*_edges(w_axis), *_edges(b_axis)))
        line = _critical(activation, tuple(biases))
        for artist in edges:
            artist.set_data(line, biases)
        at = np.interp(2.0, biases, line)
        beside.set(position=(at + 0.1, 2.0), visible=bool(np.isfinite(at) and at < right - 0.6))
        ax.set_title(f"{part} accuracy after {STEPS} steps", loc="left")
        ax.set(xlim=(left, right), ylim=(low, high))
        curves.set_xlabel(f"step of {RULES[data.optimizer]} (rate {lr:g}, 64 digits a step)")
        for i, pair in enumerate(rings):
            for artist in pair:
                artist.set_data(*data.where[i : i + 1, :2].T)
        for column, (name, values) in enumerate((("train", data.train), ("test", data.test)), 2):
            lines[name].set_data(data.steps, 100 * values[:, 0])
            thin[name].set_data(*((data.steps, 100 * values[:, 1]) if values.shape[1] > 1 else ([], [])))
            ends[name].set_ydata([100 * data.where[0, column]])
        return hidden_layers, activation, optimizer, part

    return show


@functools.cache
def _critical(activation, biases):
    """The weight scales at which chi_1 = 1; nan where there are none."""
    return theory.critical_line(np.array(biases), activation)


def explorer(**start):
    """The explorer, with start values by the names of its controls."""
    options = {"frames": frames, "views": ("part",), "plane": _clickable(), "cut": 0.5, "start": start}
    layers, kinds = "hidden_layers", {name: CONTROLS[name].options for name in ("activation", "optimizer")}
    options["recorded"] = [{layers: CONTROLS[layers].options}, kinds]
    return Explorer("Plane explorer", CONTROLS, PRESETS, draw, sentence, **options)
