"""Static figures in one style: every function draws on the `ax` it is given and returns it.

The same thing has the same colour in every lesson, from the palette of Okabe and Ito, which colour-blind readers can
tell apart; lines also differ in dash.
"""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.ticker import MaxNLocator

from course_utils import theory

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


def plane(sigma_w, sigma_b, accuracy, ax, *, title="", colorbar=True, label="accuracy (%)"):
    """Draw accuracies of shape (len(sigma_b), len(sigma_w)) over the initialization plane, 0 to 100 %."""
    image = ax.pcolormesh(sigma_w, sigma_b, 100 * accuracy, cmap="cividis", vmin=0, vmax=100, shading="nearest")
    ax.set(xlabel=r"weight scale $\sigma_w$", title=title)
    ax.grid(False)
    if colorbar:
        ax.figure.colorbar(image, ax=ax, label=label)
    return ax


def planes(found, axes):
    """Draw a `sweep.Sweep` on 2 x (numbers of hidden layers) axes: training above test accuracy, mean over the seeds.

    The white line is the critical line, chi_1 = 1: to its right gradients grow on their way back.
    """
    settings = found.axes
    biases = np.linspace(0, max(settings["sigma_b"]), 200)
    edge = theory.critical_line(biases, settings["activation"][0])
    for part, row in zip(("train", "test"), axes, strict=True):
        for i, (hidden_layers, ax) in enumerate(zip(settings["hidden_layers"], row, strict=True)):
            mean = found.results[part][0, i, :, 0].mean(axis=0)
            title = f"hidden layers: {hidden_layers}" if part == "train" else ""
            plane(settings["sigma_w"], settings["sigma_b"], mean, ax, title=title, colorbar=False)
            limits = ax.get_xlim(), ax.get_ylim()
            ax.plot(edge, biases, color="white", linestyle="--", linewidth=1.5)
            ax.set(xlim=limits[0], ylim=limits[1], xlabel="" if part == "train" else ax.get_xlabel())
        row[0].set_ylabel(r"bias scale $\sigma_b$")
        row[0].figure.colorbar(row[-1].collections[0], ax=list(row), pad=0.01, label=f"{part} accuracy (%)")
    return axes


def places(points, ax):
    """Mark {name: (sigma_w, sigma_b)} on a plane by a lettered disc."""
    for name, (x, y) in points.items():
        ax.plot(x, y, "o", markersize=14, color="white", markeredgecolor=BLACK, clip_on=False, zorder=3)
        ax.annotate(name, (x, y), ha="center", va="center", fontsize=9, annotation_clip=False, zorder=4)
    return ax


def chart(found, axes, *, title=""):
    """Draw a chart of the `clinic` on four axes: accuracy; update-to-weight ratio; the layers' outputs; neurons."""
    accuracy, ratio, outputs, neurons = axes
    legend = {"loc": "upper center", "fontsize": 9, "frameon": False, "ncols": 2, "columnspacing": 1, "borderpad": 0}
    room = {"ylim": (-0.05, 1.4), "yticks": [0, 0.5, 1]}  # above 1, for the legend
    for part, color, dash in (("train", BLUE, "-"), ("test", RED, "--")):
        accuracy.plot(found["step"], found[part], color=color, linestyle=dash, label=part)
    accuracy.set(**room, ylabel=title, title="accuracy", xlabel="step")
    accuracy.legend(**legend)
    matrices = found["ratio"].shape[1]
    floor, top = -6.0, 0.8  # where zero (and what is nearly zero), and 0 / 0, are drawn
    for l, values in enumerate(found["ratio"].T, start=1):
        with np.errstate(divide="ignore"):
            logs = np.where(np.isnan(values), top, np.maximum(np.log10(values), floor))
        shade = plt.get_cmap("viridis")(0.9 * (l - 1) / max(matrices - 1, 1))
        style = {"color": shade, "linewidth": 1.5, "marker": f"${l}$", "markersize": 6, "markevery": (l - 1, matrices)}
        ratio.plot(found["step"], logs, **style)
    ratio.axhline(-3, color=BLACK, linestyle=":", linewidth=1)
    ratio.set(ylim=(floor - 0.4, top + 0.4), title="update / weight, log10", xlabel="step")
    ratio.set_yticks([floor, -5, -4, -3, -2, -1, 0, top], ["0", "-5", "-4", "-3", "-2", "-1", "", "0/0"])
    layers = np.arange(1, matrices)
    for name, color, marker in (("varies", BLUE, "o"), ("flat", RED, "s")):
        outputs.plot(layers, found[name][0], color=color, marker=marker, mfc="white", linestyle=":", linewidth=1)
        outputs.plot(layers, found[name][-1], color=color, marker=marker, label=name)
    outputs.set(**room, title="layer outputs", xlabel="hidden layer", xticks=layers)
    outputs.legend(**legend)
    neurons.bar(layers - 0.2, found["distinct"][0], 0.4, facecolor="white", edgecolor=GREEN, label="start")
    neurons.bar(layers + 0.2, found["distinct"][-1], 0.4, color=GREEN, label="end")
    most = 1.1 * max(found["distinct"].max(), 10)
    neurons.set(title="different neurons", xlabel="hidden layer", xticks=layers, ylim=(0, most))
    return axes
