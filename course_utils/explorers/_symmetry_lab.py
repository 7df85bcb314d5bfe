"""Symmetry lab (lessons 2 and 3): which starts keep neurons equal, and what sets them free.

One hidden layer of 16 neurons learns the digits, live. A neuron is its row of W1, its bias and its column of W2. One
plane shows what comes in, by row and bias, the other what goes out, by column. Neurons on one spot in both are twins,
and a line shows where the next step pushes: where several lines leave one spot, the neurons on it are about to part.

Sixteen neurons, because matrix libraries round sixteen equal rows alike; then equal neurons stay equal to the last bit.
"""

import functools
import itertools
from typing import NamedTuple

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap

from course_utils import activations, datasets, diagnostics, losses, mlp, optimizers, plotting, training
from course_utils.explorers import live
from course_utils.explorers.base import Explorer
from course_utils.explorers.controls import Choice, words

NEURONS, STEPS, BATCH = 16, 2000, 64
CONSTANT = 0.1  # as in lesson 3, like the scales of what is random, and the step sizes
DIGITS = [0, 1]  # the planes show what neurons make of an average 0 and 1, and what they say for 0 and for 1
FLOOR = 1e-18  # where a spread of 0 is drawn
NOTHING = 1e-9  # a push that is rounding only
RULES = {"SGD": optimizers.sgd(0.1), "momentum": optimizers.momentum(0.02), "Adam": optimizers.adam(0.003)}
SHADES = np.linspace(-1, 1, 255)  # blue below 0, red above, clear at 0: so it fits any page
SIGNED = ListedColormap([(*((0.02, 0.45, 0.7) if v < 0 else (0.84, 0.3, 0)), abs(v) ** 0.75) for v in SHADES])
MATRIX = ("zero", "constant", "equal rows", "equal columns", "4 groups", "random")
BIAS = ("zero", "constant", "random")
CONTROLS = {
    "w1": Choice("$W_1$, incoming", "equal rows", MATRIX),
    "b1": Choice("$b_1$, biases", "zero", BIAS),
    "w2": Choice("$W_2$, outgoing", "equal columns", MATRIX),
    "activation": Choice("activation", "tanh", tuple(activations.ACTIVATIONS)),
    "optimizer": Choice("optimizer", "SGD", tuple(RULES)),
}
PRESETS = {
    "Zeros": {"w1": "zero", "b1": "zero", "w2": "zero"},
    "Constant": {"w1": "constant", "b1": "constant", "w2": "constant"},
    "Twins": {"w1": "equal rows", "b1": "zero", "w2": "equal columns"},
    "4 groups": {"w1": "4 groups", "b1": "zero", "w2": "4 groups"},
    "Equal rows": {"w1": "equal rows", "b1": "zero", "w2": "random"},
    "Trap": {"w1": "equal rows", "b1": "zero", "w2": "equal rows"},
    "Equal columns": {"w1": "equal columns", "b1": "zero", "w2": "random"},
    "Opposite": {"w1": "zero", "b1": "random", "w2": "zero"},
    "LeCun": {"w1": "random", "b1": "zero", "w2": "random"},
}


class Lab(NamedTuple):
    """The network at a step, and its history: one entry for each picture so far."""

    step: int
    settings: str  # activation and optimizer, for the sentence
    phi: activations.Activation
    params: dict
    push: dict  # what a first step of the optimizer, on all training images, would add to the parameters
    started: dict  # the parameters at step 0
    poked: int  # neurons 0 .. poked - 1 had one weight moved by one ulp
    history: dict  # "step", "distinct", "rank", "spread", "train", "test" (the last two in %)

    def now(self, name):
        """The newest entry of a history."""
        return self.history[name][-1]


@functools.cache
def _images():
    """The average images of the two digits, (2, 64), and how much each pixel varies, (64,)."""
    data = datasets.digits()
    means = [data.x_train[data.y_train == digit].mean(axis=0) for digit in DIGITS]
    return np.array(means), data.x_train.std(axis=0)


def planes(params):
    """Where the neurons are in the planes: z on the two average images, weights to the two digits; both (16, 2)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return params["W1"] @ _images()[0].T + params["b1"][:, None], params["W2"][DIGITS].T


def initial(w1, b1, w2):
    """The parameters of a start; whatever is random is the same draw in all of them."""
    rng = np.random.default_rng(3)
    W1, W2, b = rng.normal(size=(NEURONS, 64)) / 8, rng.normal(size=(10, NEURONS)) / 4, rng.normal(size=NEURONS) / 2
    biases = {"zero": 0 * b, "constant": 0 * b + CONSTANT, "random": b}
    return {"W1": _of_kind(w1, W1, 0), "b1": biases[b1], "W2": _of_kind(w2, W2, 1), "b2": np.zeros(10)}


def _of_kind(kind, W, axis):
    """A matrix of that kind from the random W; `axis` is that of the hidden neurons, alike in fours in "4 groups"."""
    return np.ascontiguousarray({
        "zero": lambda: 0 * W,
        "constant": lambda: 0 * W + CONSTANT,
        "equal rows": lambda: np.broadcast_to(W[:1], W.shape),
        "equal columns": lambda: np.broadcast_to(W[:, :1], W.shape),
        "4 groups": lambda: np.repeat(W.take(range(4), axis), NEURONS // 4, axis),
        "random": lambda: W,
    }[kind]())  # fmt: skip


def poke(params, neuron):
    """Move a strong weight of a neuron to the next float64, in place; of neuron 0 the strongest, as in lesson 2.

    Each neuron has another weight moved: those with the same one would stay twins of each other.
    """
    w = params["W1"][neuron]
    j = np.argsort(np.abs(w) * _images()[1])[-1 - neuron]
    w[j] = np.nextafter(w[j], np.inf)


def frames(*, w1, b1, w2, activation, optimizer):
    """Train; yield a `Lab` for each picture: after every step at first, later after every 10."""
    data, phi = datasets.digits(), activations.get(activation)
    started = initial(w1, b1, w2)
    path = training.descend(
        started, data.x_train, data.y_train, RULES[optimizer], activation=phi, batch_size=BATCH,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    params, step, poked = next(path), 0, 0
    history = {name: [] for name in ("step", "distinct", "rank", "spread", "train", "test")}
    while True:
        found, push = _measured(params, phi, RULES[optimizer])
        for name, values in history.items():
            values.append(step if name == "step" else found[name])
        copy = {name: p.copy() for name, p in params.items()}
        so_far = {name: list(values) for name, values in history.items()}
        word = yield Lab(step, f"{activation.replace('_', ' ')}, {optimizer}", phi, copy, push, started, poked, so_far)
        if word == "poke":
            poke(params, poked % NEURONS)
            poked = min(poked + 1, NEURONS)
        elif step == STEPS:
            return
        else:
            further = live.onward(step, STEPS)
            params = next(itertools.islice(path, further - 1, None))
            step += further


def _measured(params, phi, rule):
    """What the history keeps, and the push of a first step by that rule on all training images."""
    right, gradients = {}, {name: np.zeros_like(p) for name, p in params.items()}
    with np.errstate(over="ignore", invalid="ignore"):
        for part, blocks in live.blocks().items():
            right[part], n = 0, sum(len(y) for _, y in blocks)
            for x, y in blocks:
                trace = mlp.propagate(params, x, phi, {}, hidden_z=False)
                right[part] += 100 * (trace.output.argmax(axis=-1) == y).sum() / n
                if part == "train":
                    delta = losses.cross_entropy.gradient(trace.output, y) * (len(y) / n)
                    for name, gradient in mlp.backward(params, trace, delta, phi).items():
                        gradients[name] += gradient
        after = {name: p.copy() for name, p in params.items()}
        rule.step(after, gradients, rule.init(after))
        push = {name: after[name] - p for name, p in params.items()}
    finite = all(np.isfinite(p).all() for p in params.values())
    return right | {
        "distinct": int(diagnostics.distinct_neurons(params, 1)) if finite else np.nan,
        "rank": float(diagnostics.participation_ratio(params["W1"])) if finite else np.nan,
        "spread": float(diagnostics.spread(params["W1"])) if finite else np.nan,
    }, push


def sentence(data):
    """Say in words what the picture shows, and why."""
    many = data.now("distinct")
    if np.isnan(many):
        return f"Step {data.step} ({data.settings}): weights are infinite or not numbers any more. Press Reset."
    same = {1: "all 16 neurons are one and the same", NEURONS: "all 16 neurons differ"}
    end = f" These were all {STEPS} steps." if data.step == STEPS else ""
    return (
        f"Step {data.step} ({data.settings}): {same.get(many, f'{many} different neurons')}, "
        f"effective rank of $W_1$ {data.now('rank'):.1f}; "
        f"train {data.now('train'):.0f} %, test {data.now('test'):.0f} %. {verdict(data)}{end}"
    )


def verdict(data):
    """Why the neurons part, or do not."""
    W1, b1, columns = data.params["W1"], data.params["b1"][:, None], data.params["W2"].T
    strongest = max(np.abs(data.push[name]).max() for name in ("W1", "b1", "W2"))
    many, rows, spread = data.now("distinct"), diagnostics.distinct_rows(W1), data.now("spread")
    if strongest < 1e-300:
        return "Every gradient but the output bias's is exactly 0: no weight ever moves."
    if many == 1:
        if spread:
            return f"They differ by {words(spread)}, which nobody can see. Does it grow? Press Play."
        return "Equal gradients move them alike, whatever the optimizer: twins, but for rounding."
    if rows == 1 and diagnostics.distinct_rows(b1) == 1:
        if diagnostics.spread(data.push["W1"]) > NOTHING:
            return "Rows are equal, columns of $W_2$ are not: different errors come back, and the rows part."
        return "Columns of $W_2$ differ, by the same for all digits. Softmax cannot see that: equal rows stay equal."
    speak = data.params["W2"].any(axis=0)
    if data.phi.homogeneous and speak.any():
        rays = diagnostics.distinct_rays(diagnostics.neurons(data.params, 1)[speak], NOTHING)
        if rays < min(many, speak.sum()):
            return (
                f"{speak.sum()} neurons speak, no two alike, but all are multiples of {rays}. Under SGD and momentum "
                "they stay so, until rounding parts them."
            )
    if rows == 1:
        if diagnostics.distinct_rows(columns) == 1 and data.phi.homogeneous:
            return "Only biases differ. They give the columns of $W_2$, and then the rows, different sizes."
        if diagnostics.distinct_rows(columns) == 1:
            return "Only biases differ. They separate the columns of $W_2$ in the first step, and then the rows."
        return "The rows are equal. Biases and columns of $W_2$ differ: different errors come back and separate them."
    if many < NEURONS:
        if many == data.poked + 1 and diagnostics.distinct_neurons(data.started, 1) == 1:
            who = "Neuron 0 has" if data.poked == 1 else f"{data.poked} neurons have"
            return f"{who} left the others: one last digit was enough. The others are still twins."
        return "Twins stay twins: those with equal row, bias and column."
    if trapped(data.started):
        return (
            "Rounding let them out: exact arithmetic keeps rows equal, but their last digits differed, and that grew."
        )
    if data.now("rank") < 1.05:
        return "No two are alike, though $W_1$ has effective rank 1: low rank is no trap."
    return "No two are alike: the symmetry is broken."


def trapped(params):
    """Whether rows and biases are equal, and the columns of W2 are, up to what softmax cannot see."""
    incoming = np.column_stack([params["W1"], params["b1"]])
    return not diagnostics.spread(incoming) and diagnostics.spread((params["W2"] - params["W2"][0]).T) < 1e-12


def draw(figure):
    """Set up the neurons' images, two planes and three curves; return `show`, which moves their artists."""
    moving = {"animated": True, "zorder": 3}
    heat = figure.add_axes((0.06, 0.65, 0.42, 0.24), xticks=[], yticks=[])
    heat_title = heat.set_title("", loc="left")
    image = heat.imshow(tiled(np.zeros((NEURONS, 64))), cmap=SIGNED, aspect="auto", animated=True)
    heat.set_axis_off()
    spots = []
    for x, title, xlabel, ylabel in (
        (0.06, "what comes in", "$z$ of an average 0", "$z$ of an average 1"),
        (0.305, "what goes out", "$W_2$: weight for 0", "$W_2$: weight for 1"),
    ):
        ax = figure.add_axes((x, 0.11, 0.175, 0.355))
        ax.set_xlabel(xlabel, labelpad=1)
        ax.set_ylabel(ylabel, labelpad=-4)
        ax.set_title(title, loc="left")
        ax.axhline(0, color="0.6", linewidth=1)
        ax.axvline(0, color="0.6", linewidth=1)
        lines = ax.add_collection(LineCollection([], colors=plotting.BLACK, linewidths=1.2, animated=True, zorder=4))
        discs = ax.scatter(np.zeros(NEURONS), np.zeros(NEURONS), edgecolors=plotting.BLACK, linewidths=0.8, **moving)
        spots.append((ax, lines, discs))
    figure.text(0.06, 0.533, "larger disc: more neurons; line: push of the next step", fontsize=9)
    curves = []
    for bottom, title, limits, lines in (
        (0.72, "neurons", (0, 17.5), {
            "distinct": (plotting.GREEN, "-", "different"), "rank": (plotting.ORANGE, "--", "effective rank of $W_1$"),
        }),
        (0.4, "largest difference between two rows of $W_1$", (FLOOR / 3, 30), {"spread": (plotting.PINK, "-", None)}),
        (0.08, "accuracy (%) by step", (0, 102), {
            "train": (plotting.BLUE, "-", "train"), "test": (plotting.RED, "--", "test"),
        }),
    ):  # fmt: skip
        ax = figure.add_axes((0.565, bottom, 0.41, 0.205), ylim=limits)
        ax.set_title(title, loc="left")
        for name, (color, dash, label) in lines.items():
            (curve,) = ax.plot([], [], dash, color=color, label=label, clip_on=False, **moving)
            (end,) = ax.plot([], [], "o", color=color, markersize=5, clip_on=False, **moving)
            curves.append((ax, name, curve, end))
        if len(lines) == 1:
            ax.set_yscale("log")
            ax.set_yticks([FLOOR, 1e-12, 1e-6, 1], ["0", "10⁻¹²", "10⁻⁶", "1"])
            ax.minorticks_off()
        else:
            ax.set_yticks([1, 4, 8, 12, 16] if "rank" in lines else [0, 50, 100])
            ax.legend(loc="lower right", bbox_to_anchor=(1.01, 0.96), ncols=2, borderpad=0)
        ax.tick_params(labelbottom=bottom < 0.1)

    framed = None

    def frame(limits, until):
        """Set the axes' limits: what is drawn once and kept."""
        heat_title.set_text(f"what each neuron looks for, $W_1$ (±{limits[0]:g})")
        image.set_clim(-limits[0], limits[0])
        for (ax, *_), limit in zip(spots, limits[1:], strict=True):
            ends = {"ticks": [-limit, 0, limit], "labels": [f"{-limit:g}", "0", f"{limit:g}"]}
            ax.set(xlim=(-limit, limit), ylim=(-limit, limit))
            ax.set_xticks(**ends)
            ax.set_yticks(**ends)
        for ax, *_ in curves:
            ax.set(xlim=(0, until), xticks=np.linspace(0, until, 4 if until == 300 else 5))

    def show(data, **_):
        nonlocal framed
        at = planes(data.params)
        limits = scale(data.params["W1"], 1 / 2), *map(scale, at, (2, 1))
        key = limits, 300 if data.step <= 300 else STEPS
        if key != framed:
            frame(*key)
            framed = key
        image.set_data(tiled(data.params["W1"]))
        color = [plotting.ORANGE if i < data.poked else plotting.GREEN for i in range(NEURONS)]
        for (_, lines, discs), points, push, limit in zip(spots, at, planes(data.push), limits[1:], strict=True):
            points = np.nan_to_num(points / limit, nan=2, posinf=2, neginf=-2)
            discs.set_offsets(points * limit)
            discs.set_sizes(15.0 + 11 * crowds(points))
            discs.set_facecolor(color)
            lines.set_segments(limit * np.stack([points, points + 0.4 * directions(push)], axis=1))
        steps = data.history["step"]
        for _, name, curve, end in curves:
            values = np.maximum(data.history[name], FLOOR if name == "spread" else 0)
            curve.set_data(steps, values)
            end.set_data(steps[-1:], values[-1:])
        return key

    return show


def tiled(rows):
    """Rows of W1 as 8 x 8 images, eight beside each other, with gaps of one pixel, which are clear: (17, 71)."""
    image = np.full((NEURONS // 8 * 9, 8 * 9), np.nan)
    for i, row in enumerate(rows):
        top, left = 9 * (i // 8), 9 * (i % 8)
        image[top : top + 8, left : left + 8] = row.reshape(8, 8)
    return np.ma.masked_invalid(image[:-1, :-1])


def scale(values, least):
    """A power of 2 that is `least` or more, and more than all finite values: where a picture of them ends."""
    largest = np.abs(values[np.isfinite(values)]).max(initial=least / 2)
    return float(2 ** np.ceil(np.log2(1.05 * largest)))


def crowds(points):
    """How many points are on each one's spot, to the eye; the picture reaches from -1 to 1."""
    return (np.abs(points[:, None] - points).max(axis=-1) < 0.015).sum(axis=1)


def directions(push):
    """The pushes, the longest as 1; all 0 where they are no more than rounding."""
    longest = np.sqrt((push**2).sum(axis=1)).max()
    return push / longest if NOTHING < longest < np.inf else 0 * np.nan_to_num(push)


def explorer(**start):
    """The explorer, with start values by the names of its controls."""
    actions = {"poke": "Poke"}
    return Explorer(
        "Symmetry lab", CONTROLS, PRESETS, draw, sentence, frames=frames, actions=actions, cut=0.51, start=start
    )
