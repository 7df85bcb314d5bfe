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
    plane.add_argument("--steps", type=int, default=600, help="steps of SGD, lr 0.1, batches of 64")
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
    settings = repr((options.grid, options.depths, options.seeds, options.steps))
    folder = _files.work() / "plane" / hashlib.sha256(settings.encode()).hexdigest()[:16]
    found = sweep.sweep(
        datasets.digits(),
        **points,
        hidden_layers=options.depths,
        seed=options.seeds,
        steps=options.steps,
        folder=folder,
    )
    if np.isnan(found.results["train"]).any():
        return 130
    if options.data:
        sweep.save(found, options.data)
    plotting.style()
    fig, axes = plt.subplots(2, len(options.depths), figsize=(2 + 2.6 * len(options.depths), 5.4), squeeze=False)
    plotting.planes(found, axes)
    if options.out:
        with _files.whole(options.out) as file:
            fig.savefig(file, format=options.out.suffix[1:])
    elif not options.data:
        plt.show()
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()
    return 0
