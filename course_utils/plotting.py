"""Static figures in one style: every function draws on the `ax` it is given and returns it.

The same thing has the same colour in every lesson, from the palette of Okabe and Ito, which colour-blind readers can
tell apart; lines also differ in dash.
"""

import io

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import LogNorm
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from PIL import Image

from course_utils import activations, theory

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PINK = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
CYCLE = (BLUE, RED, GREEN, ORANGE, PINK, SKY, BLACK)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))


def style():
    """Set the look of all figures that follow."""
    plt.rcParams.update(
        {
            "figure.figsize": (8, 3.2),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.titlesize": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.alpha": 0.3,
            "lines.linewidth": 2,
            "legend.frameon": False,
            "image.interpolation": "nearest",
        }
    )


def curves(x, lines, ax, *, xlabel, ylabel, title="", log=False):
    """Draw each of `lines` {label: values} over x, told apart by colour and dash."""
    for i, (label, values) in enumerate(lines.items()):
        ax.plot(x, values, color=CYCLE[i % len(CYCLE)], linestyle=DASHES[i % len(DASHES)], label=label)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if log:
        ax.set_yscale("log")
    if len(lines) > 1:
        ax.legend()
    return ax


def matrix(W, ax, *, title="", limit=None, colorbar=True):
    """Draw a weight matrix: a row for each neuron, a column for each input, white where it is zero."""
    limit = limit or float(np.abs(W).max()) or 1.0
    image = ax.imshow(W, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
    ax.set(title=title, xlabel="input j", ylabel="neuron i")
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.grid(False)
    if colorbar:
        ax.figure.colorbar(image, ax=ax, shrink=0.8)
    return ax


def filters(W, axes, *, limit=None):
    """Draw rows of a first weight matrix as the 8 x 8 images they look for, one for each of `axes`."""
    for row, ax in zip(W, axes, strict=False):
        bound = limit or float(np.abs(row).max()) or 1.0
        ax.imshow(row.reshape(8, 8), cmap="RdBu_r", vmin=-bound, vmax=bound)
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    return axes


def tiles(W, *, columns=4):
    """Rows of a first weight matrix as 8 x 8 images in one array, each from -1 to 1, with gaps of nan."""
    n = len(W)
    largest = np.abs(W).max(axis=1, keepdims=True)
    images = np.full((n + -n % columns, 9, 9), np.nan)
    images[:n, :8, :8] = (W / np.where(largest, largest, 1)).reshape(n, 8, 8)
    return images.reshape(-1, columns, 9, 9).swapaxes(1, 2).reshape(-1, 9 * columns)[:-1, :-1]


def film(figure, show, frames, *, rate=8, rest=2.5, times=3):
    """Return what `show(k)` leaves on the figure for each k of `frames` as one PNG that moves, and close the figure.

    Where pictures do not move, in print and on some pages, the last one is seen.

    rate: pictures a second; rest: seconds for which the last one stays; times: how often it is shown before it stops
    """
    from IPython import display  # only here: the explorers of a web page have none

    pictures = []
    for k in frames:
        show(k)
        figure.canvas.draw()
        pictures.append(Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB"))
    plt.close(figure)
    waits = [1000 / rate] * (len(pictures) - 1) + [1000 * rest]
    out = io.BytesIO()
    moving = {"save_all": True, "append_images": pictures, "duration": waits, "loop": times}
    pictures[-1].save(out, "PNG", default_image=True, **moving)
    return display.Image(out.getvalue(), format="png", width=figure.get_figwidth() * 100)


def plane(sigma_w, sigma_b, accuracy, ax, *, title="", colorbar=True, label="accuracy (%)"):
    """Draw accuracies of shape (len(sigma_b), len(sigma_w)) over the initialization plane, colored by `ERROR`."""
    image = ax.pcolormesh(sigma_w, sigma_b, errors(accuracy), shading="nearest", **ERROR)
    ax.set(xlabel=r"weight scale $\sigma_w$", title=title)
    ax.grid(False)
    if colorbar:
        accuracy_bar(image, label, ax=ax)
    return ax


# Between 90 and 98 % much is to be seen, and colors even in accuracy show none of it: these are even in the log of the
# error, from 90 % (guessing among ten) down to 2 %. Bright is good.
ERROR = {"norm": LogNorm(2, 90), "cmap": "viridis_r"}


def errors(accuracy):
    """The errors in percent that `ERROR` colors: no less than its 2 %."""
    return np.maximum(100 * (1 - np.asarray(accuracy)), ERROR["norm"].vmin)


def accuracy_bar(image, label, **where):
    """A colorbar for an image colored by `ERROR`, with the accuracies beside it, the best on top."""
    bar = image.get_figure().colorbar(image, label=label, **where)
    bar.minorticks_off()
    bar.set_ticks([2, 3, 5, 10, 20, 50, 90], labels=["98", "97", "95", "90", "80", "50", "10"])
    bar.ax.invert_yaxis()
    return bar


def planes(rows, axes):
    """Draw `sweep.Sweep`s, means over the seeds, on axes of shape (rows, numbers of hidden layers).

    rows: {label: (a Sweep of one activation, "train" or "test")}
    The dashed line is the critical line, chi_1 = 1: to its right gradients grow on their way back. At sigma_w = 0 a
    homogeneous activation has one neuron a layer under SGD (leaky ReLU two): what it learns beyond that is the work of
    rounding, and the edge is hatched.
    """
    for (label, (swept, part)), row in zip(rows.items(), axes, strict=True):
        sigma_w, sigma_b, phi = (swept.axes[name] for name in ("sigma_w", "sigma_b", "activation"))
        biases = np.linspace(0, max(sigma_b), 200)
        edge = theory.critical_line(biases, phi[0])
        by_rounding = activations.get(phi[0]).homogeneous and swept.optimizer != "adam"
        for i, (hidden_layers, ax) in enumerate(zip(swept.axes["hidden_layers"], row, strict=True)):
            mean = swept.results[part][0, i, :, 0].mean(axis=0)
            title = f"hidden layers: {hidden_layers}" if label == next(iter(rows)) else ""
            plane(sigma_w, sigma_b, mean, ax, title=title, colorbar=False)
            (left, right), limits = ax.get_xlim(), ax.get_ylim()
            for color, width in (("black", 2.5), ("white", 1.2)):
                ax.plot(edge, biases, color=color, linestyle="--", linewidth=width)
            if by_rounding:
                ax.axvspan(left, -left, fill=False, hatch="////", edgecolor="white", linewidth=0)
            ax.set(xlim=(left, right), ylim=limits)
            ax.label_outer()
        row[0].set_ylabel(r"bias scale $\sigma_b$")
        accuracy_bar(row[-1].collections[0], f"{label} accuracy (%)", ax=list(row), pad=0.01)
    return axes


def places(points, ax):
    """Mark {name: (sigma_w, sigma_b)} on a plane by a letter, around which the color of the place is seen."""
    look = {"color": "white", "weight": "bold", "path_effects": [withStroke(linewidth=2.5, foreground=BLACK)]}
    for name, (x, y) in points.items():
        ax.annotate(name, (x, y), ha="center", va="center", fontsize=11, annotation_clip=False, zorder=4, **look)
    return ax


def chart(record, axes, *, title=""):
    """Draw a chart of the `clinic` on four axes: accuracy; update-to-weight ratio; the layers' outputs; neurons."""
    accuracy, ratio, outputs, neurons = axes
    beside = {"loc": "center left", "bbox_to_anchor": (1, 0.5), "fontsize": 10, "handlelength": 1.5}
    share = {"ylim": (-0.05, 1.05), "yticks": [0, 0.5, 1]}
    for part, color, dash in (("train", BLUE, "-"), ("test", RED, "--")):
        accuracy.plot(record["step"], record[part], color=color, linestyle=dash, label=part)
    accuracy.set(**share, title=f"{title}: accuracy" if title else "accuracy", xlabel="step")
    matrices = record["ratio"].shape[1]
    floor, top = -6.0, 1.2  # where what is zero or nearly zero is drawn, and 0 / 0
    for l, values in enumerate(record["ratio"].T):
        with np.errstate(divide="ignore"):
            logs = np.where(np.isnan(values), top, np.maximum(np.log10(values), floor))
        look = {"color": CYCLE[l % len(CYCLE)], "linestyle": DASHES[l % len(DASHES)]}
        ratio.plot(record["step"], logs, **look, label=f"$W^{{{l + 1}}}$")
    ratio.axhline(-3, color=BLACK, linestyle=":", linewidth=1)
    ratio.axhline(top / 2, color="0.7", linewidth=1)  # 0 / 0 is no place on the axis below it
    ratio.set(ylim=(floor - 0.4, top + 0.4), title="update / weight, log10", xlabel="step")
    ratio.set_yticks([floor, -5, -4, -3, -2, -1, 0, top], ["≤ -6", *range(-5, 1), "0/0"])
    layers = np.arange(1, matrices)
    for name, color, marker in (("varies", BLUE, "o"), ("flat", RED, "s")):
        outputs.plot(layers, record[name][0], color=color, marker=marker, mfc="white", linestyle=":", linewidth=1)
        outputs.plot(layers, record[name][-1], color=color, marker=marker, label=name)
    outputs.set(**share, title="layer outputs (hollow: start)", xlabel="hidden layer", xticks=layers)
    neurons.bar(layers - 0.2, record["distinct"][0], 0.4, facecolor="white", edgecolor=GREEN, label="start")
    neurons.bar(layers + 0.2, record["distinct"][-1], 0.4, color=GREEN, label="end")
    most = 1.1 * record["neurons"].max()
    neurons.set(title="different neurons", xlabel="hidden layer", xticks=layers, ylim=(0, most))
    for ax in axes:
        ax.legend(**beside)
    return axes
