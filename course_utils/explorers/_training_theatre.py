"""Training theatre (lesson 7): two starts of one network, trained side by side.

A and B are the same random draw on two scales, and see the same batches: what differs between them is the start alone.
They are networks of the initialization plane, those of seed 0.
"""

import itertools
from typing import NamedTuple

import numpy as np

from course_utils import activations, datasets, diagnostics, mlp, optimizers, plotting, sweep, training
from course_utils.explorers import live
from course_utils.explorers.base import Explorer
from course_utils.explorers.controls import Choice, Number, words

STEPS, WIDTH, BATCH = 2000, 32, 64
FLAT = 0.05  # of the steepest slope: up to it an activation is flat, as in `diagnostics.saturation`
SMALL = 0.1  # less than this an image should not matter to the last hidden layer
FLOOR, UNDEFINED = 1e-6, 50.0  # where what is 0 or nearly, and 0/0, are drawn on a logarithmic axis
CONTROLS = {
    "sigma_w_a": Number(r"A: $\sigma_w$", 1.0, 0, 6, 0.05),
    "sigma_b_a": Number(r"A: $\sigma_b$", 0.0, 0, 3, 0.05),
    "sigma_w_b": Number(r"B: $\sigma_w$", 4.0, 0, 6, 0.05),
    "sigma_b_b": Number(r"B: $\sigma_b$", 0.0, 0, 3, 0.05),
    "hidden_layers": Number("hidden layers", 8, 1, 10),
    "lr": Number("step size", 0.1, 0.02, 3, 0.02),
    "activation": Choice("activation", "tanh", tuple(activations.ACTIVATIONS)),
}


def _scene(a, b, hidden_layers=3, activation="tanh"):
    """A preset from the places of A and B on the plane, (sigma_w, sigma_b)."""
    scales = dict(zip(("sigma_w_a", "sigma_b_a", "sigma_w_b", "sigma_b_b"), (*a, *b), strict=True))
    return scales | {"hidden_layers": hidden_layers, "activation": activation}


LECUN = 1.0, 0.0
PRESETS = {
    "LeCun vs too large": _scene(LECUN, (4.0, 0.0), 8),
    "LeCun vs too small": _scene(LECUN, (0.3, 0.0)),
    "LeCun vs zeros": _scene(LECUN, (0.0, 0.0)),
    "LeCun vs the opposite": _scene(LECUN, (0.0, 1.0), 2),
    "Zeros vs the opposite": _scene((0.0, 0.0), (0.0, 1.0), 1),
    "Glorot vs He (ReLU)": _scene((1.0, 0.0), (1.4, 0.0), 10, "relu"),
}


class Theatre(NamedTuple):
    """Both networks at a step; arrays have A at 0, B at 1 along the first axis, and layers along the second."""

    step: int
    activation: str
    finite: np.ndarray  # whether all weights are numbers still
    moving: np.ndarray  # whether the next step changes any weight
    ratio: np.ndarray  # size of the next step over the size of the matrix, (2, H + 1); nan where it is zero
    varies: np.ndarray  # how much h differs from image to image: RMS over the units of the standard deviation, (2, H)
    flat: (
        np.ndarray
    )  # % of units where |phi'| is at most 5 % of its largest value: for ReLU of those that are off, (2, H)
    start: "Theatre | None"  # the same at step 0; None there
    history: dict  # "step" (n,), and "train", "test" in %, (n, 2)


def frames(*, sigma_w_a, sigma_b_a, sigma_w_b, sigma_b_b, hidden_layers, lr, activation):
    """Train both by SGD; yield a `Theatre` for each picture: after every step at first, later after every 10."""
    data, phi = datasets.digits(), activations.get(activation)
    sigma_w, sigma_b = np.array([sigma_w_a, sigma_w_b]), np.array([sigma_b_a, sigma_b_b])
    layers = (data.x_train.shape[1], *[WIDTH] * hidden_layers, 10)
    start = sweep.start(sweep.Piece(activation, layers, 0, lr, sigma_b, sigma_w, STEPS, BATCH, 1))
    path = training.descend(
        {name: p.astype(float) for name, p in start.items()}, data.x_train, data.y_train, optimizers.sgd(lr),
        activation=phi, batch_size=BATCH, rng=np.random.default_rng(0),
    )  # fmt: skip
    step, params, first = 0, next(path), None
    history = {"step": [], "train": [], "test": []}
    while True:
        before = {name: p.copy() for name, p in params.items()}
        found = _measured(before, next(path), phi)
        for part, values in history.items():
            values.append(step if part == "step" else found.pop(part))
        so_far = {part: np.array(values) for part, values in history.items()}
        now = Theatre(step, activation, **found, start=first, history=so_far)
        first = first or now
        yield now
        if step == STEPS:
            return
        further = live.onward(step, STEPS)
        params = next(itertools.islice(path, further - 2, None)) if further > 1 else params
        step += further


def _measured(before, after, phi):
    """What is known of both networks `before` a step, and of the step to `after`."""
    right = {}
    with np.errstate(all="ignore"):
        single = {name: p.astype(np.float32) for name, p in before.items()}  # five times as fast, and enough to count
        for part, blocks in live.blocks(np.float32).items():
            outputs = [mlp.propagate(single, x, phi, {}, hidden_z=False).output for x, _ in blocks]
            hits = [output.argmax(axis=-1) == y for output, (_, y) in zip(outputs, blocks, strict=True)]
            right[part] = 100 * np.concatenate(hits, axis=-1).mean(axis=-1)
        trace = mlp.propagate(before, live.blocks()["train"][0][0], phi, {}, hidden_z=False)
        hidden = range(1, mlp.depth(before))
        h, slopes = (np.stack(a, axis=1) for a in zip(*((trace.h[l], mlp.slopes(trace, l, phi)) for l in hidden)))
        matrices = [name for name in before if name[0] == "W"]
        finite = np.array([all(np.isfinite(before[name][i]).all() for name in before) for i in (0, 1)])
        found = {
            "moving": np.array([any((after[name][i] != before[name][i]).any() for name in matrices) for i in (0, 1)]),
            "ratio": np.stack([*diagnostics.update_to_weight(before, after).values()], axis=-1),
            "varies": np.sqrt(h.var(axis=-2).mean(axis=-1)),
            "flat": 100 * (np.abs(slopes) <= FLAT * phi.steepest).mean(axis=(-2, -1)),
        }
    return right | found | {"finite": finite}


def sentence(data):
    """Compare the two in words."""
    return f"Step {data.step}. {facts(data, 0)} {facts(data, 1)} {verdict(data)}"


def facts(data, i):
    """The numbers of network i."""
    name = "AB"[i]
    if not data.finite[i]:
        return f"{name}: overflow, its weights are infinite or not numbers any more."
    train, test = (data.history[part][-1, i] for part in ("train", "test"))
    flat = "flat" if activations.get(data.activation).bounded else "off"
    ratio = data.ratio[i]
    slowest = "zero weights" if np.isnan(ratio).all() else f"update/weight {words(np.nanmin(ratio), 1)} or more"
    return f"{name}: train {train:.0f} %, test {test:.0f} %, {data.flat[i].mean():.0f} % {flat}, {slowest}."


def verdict(data):
    """What the two networks are doing."""
    end = f" These were all {STEPS} steps." if data.step == STEPS else ""
    return f"A {state(data, 0)}; B {state(data, 1)}.{end}"


def state(data, i):
    """What network i is doing, in words that follow its name."""
    train, test = (data.history[part][:, i] for part in ("train", "test"))
    if not data.finite[i]:
        return "is lost"
    if not data.moving[i]:
        return "stays as it is: every weight gradient is 0"
    if train[-1] >= 90:
        reached = data.history["step"][np.argmax(train >= 90)]
        how = "and generalizes" if train[-1] - test[-1] <= 8 else "but generalizes badly"
        return f"fits (90 % in training at step {reached}) {how}"
    if not data.varies[i, -1] > 0.01:
        return "guesses: its last hidden layer hardly sees the image"
    if data.step == 0:
        saturated = activations.get(data.activation).bounded and data.flat[i].mean() > 30
        if data.varies[i, -1] < SMALL:
            return "starts too small: little of the image reaches its last hidden layer"
        return "starts saturated" if saturated else "starts well"
    return "learns" if train[-1] >= 20 else "is still guessing"


def draw(figure):
    """Set up accuracies at the left, layers at the right; return `show`, which moves their artists."""
    moving = {"animated": True, "clip_on": False}
    looks = ("A", plotting.GREEN, "o"), ("B", plotting.PINK, "^")
    curves, levels, axes = [], [], []
    for bottom, part, dash in ((0.57, "train", "-"), (0.08, "test", "--")):
        ax = figure.add_axes((0.05, bottom, 0.44, 0.35), ylim=(0, 102), yticks=[0, 25, 50, 75, 100])
        ax.set_title("training accuracy (%)" if part == "train" else "test accuracy (%) by step", loc="left")
        ax.axhline(90, color="0.4", linestyle=":", linewidth=1)
        ax.tick_params(labelbottom=part == "test")
        for i, (name, color, _) in enumerate(looks):
            (curve,) = ax.plot([], [], dash, color=color, zorder=3 + i, **moving)
            (end,) = ax.plot([], [], marker=f"${name}$", color=color, markersize=11, zorder=5 + i, **moving)
            curves.append((part, i, curve, end))
        axes.append(ax)
    for bottom, field, title in (
        (0.72, "ratio", "update / weight of each matrix"),
        (0.4, "varies", "how much $h$ differs from image to image"),
        (0.08, "flat", "units that are flat (ReLU: off), %, by layer"),
    ):
        ax = figure.add_axes((0.575, bottom, 0.41, 0.205))
        ax.set_title(title, loc="left")
        if field == "flat":
            ax.set(ylim=(-4, 104), yticks=[0, 50, 100])
        else:
            ax.set(yscale="log", ylim=(FLOOR / 3, 3 * UNDEFINED))
            last = {UNDEFINED: "0/0"} if field == "ratio" else {}
            ticks = {FLOOR: "≤10⁻⁶", 1e-3: "10⁻³", 1: "1"} | last
            ax.set_yticks([*ticks], [*ticks.values()])
            ax.minorticks_off()
        if field == "ratio":
            ax.axhline(1e-3, color="0.4", linestyle=":", linewidth=1)
        ax.tick_params(labelbottom=field == "flat")
        for i, (_, color, marker) in enumerate(looks):
            (old,) = ax.plot([], [], ":", marker=marker, color=color, mfc="1", linewidth=1, zorder=3, **moving)
            (new,) = ax.plot([], [], marker=marker, color=color, zorder=4 + i, **moving)
            levels.append((field, i, old, new))
        axes.append(ax)
    for name, color, marker in looks:
        axes[0].plot([], [], marker=marker, color=color, label=name)
    axes[0].plot([], [], "o:", color="0.4", mfc="1", linewidth=1, label="at the start")
    beside = {"loc": "lower right", "bbox_to_anchor": (1.02, 0.97), "ncols": 3, "borderpad": 0}  # beside the title
    axes[0].legend(**beside, columnspacing=0.7, handlelength=1.4, handletextpad=0.4)
    framed = None

    def show(data, **_):
        nonlocal framed
        matrices = data.ratio.shape[1]
        key = matrices, 300 if data.step <= 300 else STEPS
        if key != framed:
            for ax in axes[:2]:
                ax.set(xlim=(0, key[1]), xticks=np.linspace(0, key[1], 4 if key[1] == 300 else 5))
            for ax in axes[2:]:
                ax.set(xlim=(0.5, matrices + 0.5), xticks=range(1, matrices + 1))
            framed = key
        for part, i, curve, end in curves:
            curve.set_data(data.history["step"], data.history[part][:, i])
            end.set_data(data.history["step"][-1:], [apart(data.history[part][-1])[i]])
        for field, i, old, new in levels:
            for line, values in ((old, getattr(data.start or data, field)[i]), (new, getattr(data, field)[i])):
                line.set_data(range(1, len(values) + 1), heights(values, field))
        return key

    return show


def apart(ends):
    """The heights of the letters A and B, which are not to lie on one another."""
    a, b = ends
    if abs(a - b) <= 12:
        middle, up = np.clip((a + b) / 2, 9, 91), 6 if a >= b else -6
        a, b = middle + up, middle - up
    return a, b


def heights(values, field):
    """Where values are drawn: 0 at the floor, 0/0 above all others."""
    if field == "flat":
        return values
    return np.nan_to_num(np.clip(values, FLOOR, UNDEFINED / 5), nan=UNDEFINED if field == "ratio" else FLOOR)


def explorer(**start):
    """The explorer, with start values by the names of its controls."""
    return Explorer("Training theatre", CONTROLS, PRESETS, draw, sentence, frames=frames, cut=0.512, start=start)
