"""Networks drawn from their parameters, neurons as discs and weights as lines; and wirings, matrices as boxes."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from course_utils import _validate, diagnostics, mlp
from course_utils.plotting import BLACK, BLUE, GREEN, ORANGE, PINK, RED, SKY, YELLOW

MOST = 8  # neurons of a layer that a sketch can hold
HUES = (GREEN, ORANGE, PINK, SKY, YELLOW, "#8C6BB1", "#A6761D", "#999999")
PLAIN = "#F2F2F2"  # inputs, outputs
ALIKE = ("twins", "rays", "outputs")


def network(params, ax, *, title="", alike="twins", labels=None, neuron=None, gradients=None):
    """Draw one network {"W1": (n_1, n_0), "b1": (n_1,), ...} of at most 8 neurons a layer, inputs on the left.

    Lines are weights: red above zero, blue below, wider where larger; what is zero is not drawn, and a matrix of zeros
    leaves a gap with a 0 in it. Neurons of one layer have one color if they are alike: "twins" (equal row, bias and
    column), "rays" (multiples of one another, the larger the darker) or "outputs" (they say the same of any input).

    labels      {layer: texts}, written into its discs, from the input, layer 0, on
    neuron      (layer, i), the hidden neuron whose row and column are named and drawn: arrows to it, all else pale
    gradients   as `mlp.loss_and_gradients` gives them: says which matrices move, arrows are errors on their way back
    """
    params, sizes = _checked(params)
    _validate.one_of("alike", alike, {name: name for name in ALIKE})
    if gradients is not None and any(np.shape(gradients.get(name)) != p.shape for name, p in params.items()):
        raise ValueError("gradients must have the shapes of params: give those of the same network.")
    places = [np.column_stack([np.full(n, float(l)), (n - 1) / 2 - np.arange(n)]) for l, n in enumerate(sizes)]
    bottom = -(max(sizes) - 1) / 2 - 0.8
    largest = max(np.abs(p).max() for name, p in params.items() if name[0] == "W") or 1.0
    for l in range(1, len(sizes)):
        W, moves = params[f"W{l}"], gradients is not None and np.any(gradients[f"W{l}"])
        _weights(W / largest, places[l - 1], places[l], ax, f"W{l}", pale=neuron is not None)
        if not W.any():
            ax.text(l - 0.5, 0, "0", ha="center", va="center", fontsize=16, color="0.6")
        if moves:
            ax.axvspan(l - 0.88, l - 0.12, color=YELLOW, alpha=0.35, linewidth=0, zorder=0)
        word = "" if gradients is None else " moves" if moves else " rests"
        if neuron is not None:
            word = {neuron[0]: ": its row", neuron[0] + 1: ": its column"}.get(l, "")
        ax.text(l - 0.5, bottom, f"$W^{l}${word}", ha="center", va="center", weight="bold" if moves else "normal")
    colors = [[PLAIN] * sizes[0], *_colors(params, alike), [PLAIN] * sizes[-1]]
    for l in range(len(sizes)):
        ax.scatter(*places[l].T, s=330, c=colors[l], edgecolors=BLACK, linewidths=1, zorder=3, gid=f"h{l}")
        for place, text in zip(places[l], (labels or {}).get(l, [])):
            ax.text(*place, text, ha="center", va="center", fontsize=9, zorder=4)
        if gradients is not None and l:
            for x, y in places[l][np.asarray(gradients[f"b{l}"]) != 0]:
                _arrow(ax, (x + 0.42, y), (x, y), color=BLACK, linewidth=1.8, shrinkA=0, gid="error")
    if neuron is not None:
        _listening(params, places, neuron, largest, ax)
    ax.set(xlim=(-0.35, len(sizes) - 0.5), ylim=(bottom - 0.4, -bottom - 0.2), title=title)
    ax.axis("off")
    return ax


def wiring(matrices, ax, *, zero=(), first=None, around=(), source="x", beside=None, enters=None, title=""):
    """Draw matrices as boxes on a wire from the input, left, to the output; those in `zero` white and dashed.

    first    {matrix: the step at which it first has a gradient, or "never"}, written below the boxes
    around   (a, b): an arc goes round the boxes from number a up to b, not included
    beside   a second input, of a frozen network drawn above; it also enters before box number `enters`
    """
    ax.plot([-0.4, len(matrices)], [0, 0], color="gray", zorder=0)
    ax.text(-0.55, 0, source, ha="center", va="center")
    for i, name in enumerate(matrices):
        look = {"facecolor": "white", "linestyle": "--"} if name in zero else {"facecolor": SKY}
        ax.add_patch(Rectangle((i, -0.25), 0.74, 0.5, edgecolor=BLACK, gid=name, **look))
        ax.text(i + 0.37, 0, f"{name} = 0" if name in zero else name, ha="center", va="center", fontsize=9)
        if first:
            stuck = first[name] == "never"
            look = {"color": RED, "weight": "bold"} if stuck else {"color": BLACK}
            ax.text(i + 0.37, -0.55, first[name] if stuck else f"step {first[name]}", ha="center", **look)
    for a, b in around:
        arc = {"arrowstyle": "->", "color": "gray", "connectionstyle": f"arc3,rad={-1.3 / (b - a + 0.1)}"}
        ax.annotate("", (b - 0.05, 0), (a - 0.15, 0), arrowprops=arc, gid="around")
    if beside:
        end = len(matrices) - 0.1
        ax.text(-0.55, 0.6, beside, ha="center", va="center")
        ax.plot([-0.4, end, end], [0.6, 0.6, 0], color="gray", linestyle=":", zorder=0, gid="frozen")
        ax.text(end - 1, 0.68, "frozen network", ha="center", fontsize=9, color="gray")
        if enters is not None:
            arrow = {"arrowstyle": "->", "color": "gray"}
            ax.annotate("", (enters - 0.1, 0.02), (-0.4, 0.6), arrowprops=arrow, gid="enters")
    ax.set(xlim=(-0.7, 4.1), ylim=(-0.7, 0.9), title=title)
    ax.axis("off")
    return ax


def _checked(params):
    """The parameters in order and the sizes of the layers; ValueError if they are not one small network."""
    L = mlp.depth(params)
    names = [f"{kind}{l}" for l in range(1, L + 1) for kind in "Wb"]
    if not L or set(names) != set(params):
        raise ValueError(f"params must be a dict with W1, b1, ..., WL, bL, got {', '.join(map(str, params))}.")
    params = {name: _validate.finite(name, params[name]) for name in names}
    W1 = params["W1"]
    if W1.ndim != 2:
        raise ValueError(f"A drawing shows one network, but W1 has shape {W1.shape}: take one, as in W1[0].")
    sizes = [W1.shape[1], *(params[f"b{l}"].size for l in range(1, L + 1))]
    for l in range(1, L + 1):
        for name, shape in ((f"W{l}", (sizes[l], sizes[l - 1])), (f"b{l}", (sizes[l],))):
            if params[name].shape != shape:
                raise ValueError(f"{name} must have shape {shape} to fit its neighbors, got {params[name].shape}.")
    if max(sizes) > MOST:
        raise ValueError(f"A drawing holds {MOST} neurons a layer, this network has {max(sizes)}: draw a smaller one.")
    return params, sizes


def _width(weight):
    """The width of a line for a weight in units of the largest: one that can just be seen for the smallest."""
    return 0.6 + 3.4 * np.abs(weight)


def _color(weight):
    return np.where(np.asarray(weight) > 0, RED, BLUE)


def _weights(W, below, above, ax, name, pale):
    """A line for each weight that is not zero."""
    upper, lower = np.nonzero(W)
    lines = np.stack([below[lower], above[upper]], axis=1)
    look = {"alpha": 0.15 if pale else 0.85, "zorder": 1, "gid": name}
    ax.add_collection(LineCollection(lines, linewidths=_width(W[upper, lower]), colors=_color(W[upper, lower]), **look))


def _listening(params, places, neuron, largest, ax):
    """Arrows to a hidden neuron: signals through its row, errors through its column."""
    layer, i = neuron
    if not 1 <= layer < len(places) - 1 or not 0 <= i < len(places[layer]):
        raise ValueError(f"neuron must be (layer, i) of a hidden neuron, got {_validate.shown(neuron)}.")
    row, column = params[f"W{layer}"][i], params[f"W{layer + 1}"][:, i]
    for weights, others in ((row, places[layer - 1]), (column, places[layer + 1])):
        for weight, place in zip(weights / largest, others):
            if weight:
                look = {"color": str(_color(weight)), "linewidth": _width(weight), "gid": "heard"}
                _arrow(ax, place, places[layer][i], shrinkA=9, **look)


def _arrow(ax, start, end, gid, **look):
    arrow = {"arrowstyle": "-|>", "shrinkB": 9, "mutation_scale": 13, **look}
    ax.annotate("", end, start, arrowprops=arrow, zorder=2, gid=gid)


def _colors(params, alike):
    """For each hidden layer the colors of its neurons, which depend on what they are and not on their order."""
    classes = np.eye(params["W1"].shape[1])  # who below says the same: each input something of its own
    for l in range(1, mlp.depth(params)):
        # Colors go by the bias first, so that growing weights do not make neurons trade them.
        rows, share = np.column_stack([params[f"b{l}"], diagnostics.neurons(params, l)]), 1.0
        if alike == "outputs":
            rows = np.column_stack([params[f"b{l}"], params[f"W{l}"] @ classes])
        elif alike == "rays":
            size = np.abs(rows).max(axis=1, keepdims=True)
            rows = np.divide(rows, size, out=np.zeros_like(rows, dtype=float), where=size > 0)
            share = np.sqrt(size / (size.max() or 1))  # the largest has the full color, smaller ones go towards white
        kinds, kind = np.unique(rows.round(9), axis=0, return_inverse=True)
        classes = np.eye(len(kinds))[kind.ravel()]
        yield 1 - share * (1 - np.array([to_rgb(HUES[k]) for k in kind.ravel()]))
