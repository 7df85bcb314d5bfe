"""The command `course plane`: trains the whole plane of weight and bias scales, and draws it."""

import argparse
import contextlib
import hashlib
import shutil
from pathlib import Path

from course_utils import _command, _files


def add_to(commands):
    """Add it to the command line."""
    plane = _command.add(
        commands,
        _plane,
        "plane",
        help="train a network at every point of the initialization plane, and draw it",
        description="Train a network at every point of the plane of weight and bias scales, for several depths and "
        "seeds, and draw its accuracies. Stopped or killed, it goes on where it was when it is called again.",
    )
    plane.add_argument("--depths", nargs="+", type=int, default=[1, 2, 3, 5, 8], metavar="H", help="hidden layers")
    plane.add_argument("--grid", type=_grid, default=(25, 13), metavar="AxB", help="points: sigma_w x sigma_b")
    plane.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="S")
    plane.add_argument("--activations", nargs="+", default=["tanh", "relu", "gelu"], metavar="PHI")
    plane.add_argument("--optimizers", nargs="+", default=["sgd", "adam"], metavar="RULE", help="lr 0.1 and 0.01")
    plane.add_argument("--steps", type=int, default=600, help="steps of training, on batches of 64")
    plane.add_argument("--out", type=Path, metavar="FILE", help="write the figure (.png, .svg, .pdf), do not show it")
    plane.add_argument("--data", type=Path, metavar="FILE", help="write the numbers (.npz) as well")


def _grid(text):
    """The two numbers of "12x7"."""
    sizes = text.lower().split("x")
    if len(sizes) != 2 or not all(size.isdigit() and int(size) > 0 for size in sizes):
        raise argparse.ArgumentTypeError(f"{text!r} is not a grid: two whole numbers from 1 on were expected, as 12x7")
    return int(sizes[0]), int(sizes[1])


def _plane(options):
    """`course plane`: the exit status."""
    import matplotlib
    import numpy as np
    from matplotlib import pyplot as plt

    from course_utils import datasets, plotting, sweep

    if options.out and options.out.suffix not in (".png", ".svg", ".pdf"):
        raise ValueError(f"--out {options.out} must end in .png, .svg or .pdf.")
    if not options.out and not options.data and matplotlib.get_backend().lower() == "agg":
        raise ValueError("there is no screen here to show the figure on: name a file with --out.")
    points = {"sigma_w": np.linspace(0, 4, options.grid[0]), "sigma_b": np.linspace(0, 3, options.grid[1])}
    for path in filter(None, (options.out, options.data)):
        _files.writable(path)
    # Pieces are kept in the learner's work folder, under a name of these settings: what is there is this command's.
    kinds = options.activations, options.optimizers
    settings = repr((options.grid, options.depths, options.seeds, options.steps, kinds))
    folder = _files.work() / "plane" / hashlib.sha256(settings.encode()).hexdigest()[:16]
    sweeps = []
    for optimizer in options.optimizers:
        swept = sweep.sweep(
            datasets.digits(),
            **points,
            optimizer=optimizer,
            activation=options.activations,
            hidden_layers=options.depths,
            seed=options.seeds,
            steps=options.steps,
            folder=folder,
        )
        if np.isnan(swept.results["train"]).any():
            return 130
        sweeps.append(swept)
    if options.data:
        sweep.save(sweeps, options.data)
    plotting.style()
    rows = {f"{one.axes['activation'][0]}, {one.optimizer},": (one, "test") for one in sweep.by_activation(sweeps)}
    if len(rows) == 1:
        rows = {part: (swept, part) for part in ("train", "test")}
    size = (2 + 2.6 * len(options.depths), 2.7 * len(rows))
    fig, axes = plt.subplots(len(rows), len(options.depths), figsize=size, squeeze=False)
    plotting.planes(rows, axes)
    if options.out:
        with _files.whole(options.out) as file:
            fig.savefig(file, format=options.out.suffix[1:])
    elif not options.data:
        plt.show()
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()
    return 0
