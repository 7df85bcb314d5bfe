"""Paths (lessons 8 and 10): which matrices may start at zero, which wake when, and the path or term that wakes them.

Small networks, wired as lesson 8 draws them and as lesson 10 multiplies them out. The rule is `wirings.path_rule`; what
is measured is the gradient at each step of SGD, by the complex step: whether it is all zero, to the last bit.
"""

import functools
from typing import NamedTuple

import numpy as np
from matplotlib.patches import Rectangle

from course_utils import gradcheck, losses, plotting, wirings
from course_utils.activations import sigmoid, silu
from course_utils.explorers.base import Explorer
from course_utils.explorers.controls import Choice, Number
from course_utils.explorers.recorder import FIXED, PRESS

STEPS, RATE = 3, 0.1  # the last step that is shown, and the step size of SGD
BOX = (1.3, 0.72)  # of a matrix in the picture
CONSTANT = 0.3
MARKS = {
    "by the rule": {"markersize": 15, "mfc": "none", "mec": "0.3", "mew": 1.5},
    "measured": {"markersize": 7, "color": plotting.BLUE},
}  # of the table
KINDS = ("zero", "constant", "random")


class Design(NamedTuple):
    """A network with a few matrices that are trained.

    matrices   {name: (shape, (x, y))}, in the order of the controls; x, y is where the picture has it, in 0..10, -4..2
    output     output(matrices) -> (n, 3), for the fixed data
    ways       (the matrices of a path from input to output, or of a term; the lines that the picture has for it)
    words      (x, y, text) of what else the picture shows
    """

    matrices: dict
    output: object
    ways: list
    words: list

    @property
    def products(self):
        """Whether matrices are multiplied that lie on no common wire: then a way is a term."""
        return any(len(lines) > 1 for _, lines in self.ways)


_rng = np.random.default_rng(0)
_x, _c, _target = (_rng.normal(size=(20, n)) for n in (4, 3, 3))
_tokens = _rng.normal(size=(20, 5, 4))
_frozen = _rng.normal(size=(3, 4))


def _chain(p):
    return np.tanh(np.tanh(_x @ p["W1"].T) @ p["W2"].T) @ p["W3"].T


def _lora(p):
    return _x @ (_frozen + p["B"] @ p["A"]).T


def _residual(p):
    h = np.tanh(_x @ p["U"].T)
    return (h + np.tanh(h @ p["V1"].T) @ p["V2"].T) @ p["W"].T


def _control(p, x=_x):
    return _x @ _frozen.T + np.tanh((x + _c @ p["Z1"].T) @ p["C"].T) @ p["Z2"].T


def _control_without_x(p):
    return _control(p, x=0)


def _attention(p):
    q, k, v = (_tokens @ p[name].T for name in "QKV")
    mixed = losses.softmax(q @ k.mT / 2) @ v
    return (_tokens + mixed @ p["O"].T).mean(axis=1) @ _frozen.T


def _gate(p, phi=silu):
    return (phi(_x @ p["A"].T) * (_x @ p["B"].T)) @ p["C"].T


def _sigmoid_gate(p):
    return _gate(p, sigmoid)


_LOW, _HIGH = -1.6, 1.2  # where what goes beside the main wire lies
_MAIN = [(0, 0), (10, 0)]
_BRANCH = [(0, 0), (2.8, 0), (2.8, _LOW), (7.5, _LOW), (7.5, 0), (10, 0)]
_COPY = [(9, _LOW), (9, 0), (10, 0)]
_GATES = {"A": ((4, 4), (3.6, _HIGH)), "B": ((4, 4), (3.6, _LOW)), "C": ((3, 4), (7.6, 0))}
_GATE_A = [(0, 0), (1.6, 0), (1.6, _HIGH), (5.6, _HIGH), (5.6, 0)]
_GATE_B = [(0, 0), (1.6, 0), (1.6, _LOW), (5.6, _LOW), (5.6, 0), (10, 0)]
_CONTROL = {"Z1": ((4, 3), (1.7, _LOW)), "C": ((4, 4), (5, _LOW)), "Z2": ((3, 4), (7.4, _LOW))}
_NEW_INPUT = ("Z1", "C", "Z2"), [[(0, _LOW), *_COPY]]
_CONTROL_WORDS = [(0, 0, "$x$"), (0, _LOW, "$c$"), (5.6, 0.3, "frozen network")]
_VALUES = [(0, _HIGH), (1, _HIGH), (1, -0.2), (9, -0.2), (9, _HIGH), (10, _HIGH)]
_ROUND = [(0, _HIGH), (10, _HIGH)]
_QUERIES = [(1, -0.2), (1, -1.7), (5.4, -1.7), (5.4, -0.2)]
_KEYS = [(1, -1.7), (1, -3.1), (5.4, -3.1), (5.4, -1.7)]
DESIGNS = {
    "chain": Design(
        {"W1": ((4, 4), (2, 0)), "W2": ((4, 4), (5, 0)), "W3": ((3, 4), (8, 0))},
        _chain, [(("W1", "W2", "W3"), [_MAIN])], [(0, 0, "$x$")],
    ),
    "LoRA": Design(
        {"A": ((2, 4), (3.5, _LOW)), "B": ((3, 2), (6.5, _LOW))},
        _lora, [(("A", "B"), [[(0, 0), (1.2, 0), (1.2, _LOW), *_COPY]]), ((), [_MAIN])],
        [(0, 0, "$x$"), (5, 0.3, "frozen $W_0$")],
    ),
    "residual block": Design(
        {"U": ((4, 4), (1.6, 0)), "V1": ((4, 4), (4.2, _LOW)), "V2": ((4, 4), (6.2, _LOW)), "W": ((3, 4), (8.7, 0))},
        _residual,
        [(("U", "W"), [_MAIN]), (("U", "V1", "V2", "W"), [_BRANCH])],
        [(0, 0, "$x$"), (5.2, 0.3, "goes round")],
    ),
    "ControlNet": Design(
        _CONTROL, _control,
        [(("C", "Z2"), [[(0, 0), (3.2, 0), (3.2, _LOW), *_COPY]]), _NEW_INPUT, ((), [_MAIN])], _CONTROL_WORDS,
    ),
    "ControlNet, no x": Design(_CONTROL, _control_without_x, [_NEW_INPUT, ((), [_MAIN])], _CONTROL_WORDS),
    "attention": Design(
        {"Q": ((4, 4), (3, -1.7)), "K": ((4, 4), (3, -3.1)), "V": ((4, 4), (3, -0.2)), "O": ((4, 4), (7.4, -0.2))},
        _attention, [(("V", "O"), [_VALUES]), (("Q", "K", "V", "O"), [_VALUES, _QUERIES, _KEYS]), ((), [_ROUND])],
        [(0, _HIGH, "$x$"), (5.2, 1.5, "goes round"), (6.4, -1.7, "× shares")],
    ),
    "SwiGLU gate": Design(
        _GATES, _gate, [(("A", "B", "C"), [_GATE_B, _GATE_A])], [(0, 0, "$x$"), (5.9, 0.42, "×"), (5.5, 1.5, "SiLU")]
    ),
    "sigmoid gate": Design(
        _GATES, _sigmoid_gate, [(("B", "C"), [_GATE_B]), (("A", "B", "C"), [_GATE_B, _GATE_A])],
        [(0, 0, "$x$"), (5.9, 0.42, "×"), (5.5, 1.5, "sigmoid")],
    ),
}  # fmt: skip
SLOTS = max(len(design.matrices) for design in DESIGNS.values())


def _with(i):
    """The designs that have a matrix number i."""
    return tuple(name for name, design in DESIGNS.items() if len(design.matrices) >= i)


CONTROLS = {
    "design": Choice("network", "residual block", tuple(DESIGNS)),
    **{
        f"matrix_{i}": Choice(f"matrix {i}", kind, KINDS, ("0", "c", "random"), ("design", _with(i)))
        for i, kind in enumerate(("random", "random", "zero", "zero"), 1)
    },
    "step": Number("step of SGD", 0, 0, STEPS),
}


def _start(design, *zero):
    """The values of the controls: these matrices zero, all others random."""
    names = [*DESIGNS[design].matrices, *[None] * SLOTS][:SLOTS]
    kinds = {f"matrix_{i}": "zero" if name in zero else "random" for i, name in enumerate(names, 1)}
    return {"design": design, **kinds}


PRESETS = {
    "Chain, last": _start("chain", "W3"),
    "Chain, both": _start("chain", "W2", "W3"),
    "LoRA": _start("LoRA", "B"),
    "LoRA, both": _start("LoRA", "A", "B"),
    "Block, last": _start("residual block", "V2"),
    "Block, both": _start("residual block", "V1", "V2"),
    "Fixup": _start("residual block", "V2", "W"),
    "ControlNet": _start("ControlNet", "Z1", "Z2"),
    "x kept out": _start("ControlNet, no x", "Z1", "Z2"),
    "Attention, one": _start("attention", "Q"),
    "Attention, both": _start("attention", "Q", "K"),
    "SwiGLU, both": _start("SwiGLU gate", "A", "B"),
    "Sigmoid, both": _start("sigmoid gate", "A", "B"),
}
RECORDED = {
    "design": tuple(DESIGNS), "matrix_1": ("zero", "random"), "matrix_2": ("zero", "random"),
    "matrix_3": ("zero", "random"), "matrix_4": ("zero", "random"), "step": range(STEPS + 1),
}  # fmt: skip


class Paths(NamedTuple):
    """What wakes when: {matrix: step or "never"} by the rule, and {matrix: sizes of its gradient, step by step}."""

    design: Design
    kinds: dict  # {matrix: how it starts}
    step: int
    rule: dict
    sizes: dict

    def zero(self):
        """The matrices that are zero at this step, by the rule."""
        return {m for m, kind in self.kinds.items() if kind == "zero" and not _by(self.rule[m], self.step - 1)}

    def woken(self):
        """The matrices whose first gradient is at this step, by the rule."""
        return [m for m in self.kinds if self.rule[m] == self.step]

    def beside(self, matrix):
        """The way through the matrix with the fewest other zeros at this step, and these."""
        zero, ways = self.zero(), [way for way, _ in self.design.ways if matrix in way]
        way = min(ways, key=lambda way: len((zero & {*way}) - {matrix}))
        return way, tuple(m for m in way if m in zero and m != matrix)

    def reason(self):
        """A matrix that wakes at this step, a zero one if any, and the way that lets it; None, () if none does."""
        new = sorted(self.woken(), key=lambda m: self.kinds[m] != "zero")
        return (new[0], self.beside(new[0])[0]) if new else (None, ())

    def agree(self):
        """Whether the gradients are first not zero where the rule says so."""
        return all(
            first(sizes) == (self.rule[m] if _by(self.rule[m], STEPS) else "never") for m, sizes in self.sizes.items()
        )


def _by(when, step):
    """Whether something that happens at step `when` has happened by this one."""
    return when != "never" and when <= step


def first(sizes):
    """The first step at which a gradient is not zero, or "never"."""
    return next((step for step, size in enumerate(sizes) if size), "never")


@functools.lru_cache(maxsize=512)
def measured(name, kinds):
    """{matrix: the largest entry of its gradient at steps 0, 1, ... of SGD}, if the matrices start like `kinds`."""
    design, rng = DESIGNS[name], np.random.default_rng(1)
    start = {"zero": 0.0, "constant": CONSTANT}
    p = {}
    for (matrix, (shape, _)), kind in zip(design.matrices.items(), kinds, strict=True):
        drawn = rng.normal(size=shape) / 2
        p[matrix] = drawn if kind == "random" else np.full(shape, start[kind])
    sizes = {matrix: [] for matrix in p}
    for _ in range(STEPS + 1):
        gradients = gradcheck.complex_step(lambda q: ((design.output(q) - _target) ** 2).sum() / 40, p)
        for matrix, gradient in gradients.items():
            sizes[matrix].append(float(np.abs(gradient).max()))
        p = {matrix: p[matrix] - RATE * gradient for matrix, gradient in gradients.items()}
    return sizes


def model(*, design, step, **kinds):
    """Ask the rule, and take the first steps of SGD: a `Paths`."""
    its = DESIGNS[design]
    of = dict(zip(its.matrices, (kinds[f"matrix_{i}"] for i in range(1, SLOTS + 1))))
    rule = wirings.path_rule([way for way, _ in its.ways], [m for m, kind in of.items() if kind == "zero"])
    return Paths(its, of, step, rule, measured(design, tuple(of.values())))


# ---- words ----


def _set(matrix):
    """The name of a matrix as mathematics: "$V_1$"."""
    return f"${matrix[0]}_{matrix[1]}$" if len(matrix) > 1 else f"${matrix}$"


def _and(matrices):
    *all_but, last = map(_set, matrices)
    return f"{', '.join(all_but)} and {last}" if all_but else last


def sentence(data):
    """Say which matrices wake at this step, and the way that lets them; which wait, and for what; which never will."""
    new, (matrix, way) = data.woken(), data.reason()
    waiting = [m for m in data.kinds if data.rule[m] != "never" and data.rule[m] > data.step]
    never = [m for m in data.kinds if data.rule[m] == "never"]
    kind, on, link = ("term", "in", "·") if data.design.products else ("path", "on", "→")
    named, said = link.join(map(_set, way)), []
    if new and all(data.beside(m)[0] == way for m in new):
        said.append(f"{_and(new)} {'get' if new[1:] else 'gets'} a gradient: no other zero {on} {named}.")
    elif new:
        said.append(
            f"{_and(new)} get a gradient, each {on} a {kind} without another zero, {_set(matrix)} {on} {named}."
        )
    else:
        said.append("no gradient anywhere." if len(never) == len(data.rule) else "nothing new wakes.")
    if waiting:
        groups = {}
        for m in waiting:
            groups.setdefault(data.beside(m)[1], []).append(m)
        (zeros, one), *others = groups.items()
        ends = [f"{_and(one)} {'wait' if one[1:] else 'waits'} for {_and(zeros)}"]
        said.append(f"{', '.join(ends + [f'{_and(some)} for {_and(zeros)}' for zeros, some in others])}.")
    if never:
        said.append(f"{_and(never)} never will: every {kind} has another zero that is stuck, too.")
    said.append("Measured: the same." if data.agree() else "Measured otherwise: some sum cancels.")
    return f"Step {data.step}: {' '.join(said)}"


# ---- the picture ----


def draw(figure):
    """Set up the network and the table of gradients; return `show`, which draws them."""
    left = figure.add_axes((0.02, 0.02, 0.62, 0.88), xlim=(-0.6, 11.2), ylim=(-4.9, 2))
    left.set_axis_off()
    figure.text(0.025, 0.05, "click a matrix   orange: has a gradient   green: what wakes one", color="0.25")
    right = figure.add_axes((0.73, 0.22, 0.24, 0.64), xlim=(-0.5, STEPS + 0.5), xticks=range(STEPS + 1))
    right.set_xlabel("step of SGD")
    right.set_title("steps with a gradient", loc="left", y=1)
    marks = [right.plot([], [], "o", label=name, clip_on=False, zorder=3, **look)[0] for name, look in MARKS.items()]
    where = {"loc": "upper left", "bbox_to_anchor": (-0.1, -0.2), "markerscale": 0.8}
    right.legend(ncols=2, borderpad=0, columnspacing=1, handletextpad=0.2, **where)

    def show(data, design, **_):
        for artist in (*left.lines, *left.patches, *left.texts, *right.patches):
            artist.remove()
        _network(data, left)
        names, steps = [*data.kinds], range(STEPS + 1)
        right.set_ylim(len(names) - 0.5, -0.6)
        right.set_yticks(range(len(names)), [_set(m) for m in names])
        right.axvspan(data.step - 0.4, data.step + 0.4, color=plotting.ORANGE, alpha=0.2, linewidth=0)
        ruled = [(s, i) for i, m in enumerate(names) for s in steps if _by(data.rule[m], s)]
        found = [(s, i) for i, m in enumerate(names) for s in steps if data.sizes[m][s]]
        for places, line in zip((ruled, found), marks):
            line.set_data(np.reshape(places, (-1, 2)).T)
        return design, data.step, *data.kinds.values()

    return show


def _network(data, ax):
    """The wires, with those of an open way thick, and the matrices on them."""
    ax.set_title(f"step {data.step}; below each matrix when it first has a gradient", loc="left", y=1)
    awake = [m for m, when in data.rule.items() if _by(when, data.step)]
    _, shown = data.reason()
    for way, lines in data.design.ways:
        for line in lines:
            ax.plot(*zip(*line), color="0.6", linewidth=1.2, zorder=1)
            if way and way == shown:
                ax.plot(*zip(*line), color=plotting.GREEN, linewidth=4, zorder=1.5)
    for x, y, text in data.design.words:
        ax.text(x - 0.35 * (x == 0), y, text, ha="center", va="center", color="0.25")
    ax.text(10.15, data.design.ways[0][1][0][-1][1], "output", va="center", color="0.25")
    zero = data.zero()
    for i, (m, (_, (x, y))) in enumerate(data.design.matrices.items(), 1):
        _box(ax, x, y, m, i, m in zero, m in awake, data.kinds[m])
        when = data.rule[m]
        stuck = when == "never"
        ax.text(x, y - 0.72, "never" if stuck else f"step {when}", ha="center", va="center",
                color=plotting.RED if stuck else "black", weight="bold" if stuck else "normal")  # fmt: skip


def _box(ax, x, y, matrix, number, zero, awake, kind):
    """A matrix: empty and dashed if it is zero, otherwise filled, gray if it started with all entries equal."""
    width, height = BOX
    random = not zero and kind != "constant"
    edge = {"edgecolor": plotting.ORANGE, "linewidth": 3} if awake else {"edgecolor": "0.3", "linewidth": 1}
    fill = plotting.SKY if random else "1" if zero else "0.85"
    at = (x - width / 2, y - height / 2)
    look = {"facecolor": fill, "linestyle": "--" if zero else "-", "zorder": 2, "gid": f"{PRESS}matrix_{number}"}
    ax.add_patch(Rectangle(at, width, height, **look, **edge))
    name = _set(matrix) + (" = 0" if zero else " = c" if kind == "constant" else "")
    ax.text(x, y, name, ha="center", va="center", color="black", zorder=3, gid=FIXED if random else None)
    ax.text(at[0], y + height / 2 + 0.22, f"{number}", ha="center", va="center", color="0.45", fontsize=8.5)


def explorer(**start):
    """The explorer, with start values by the names of its controls."""
    options = {"model": model, "cut": 0.66, "recorded": RECORDED, "start": start}
    return Explorer("Path explorer", CONTROLS, PRESETS, draw, sentence, **options)
