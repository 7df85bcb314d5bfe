"""The live pictures of the course, one line each in a notebook: `explorers.saturation()`.

Start values may be given, as in `explorers.saturation(sigma_w=1)`. The module of an explorer has its name with an
underscore before it (a package cannot hold a function and a module of one name), and is loaded at the first call.
"""

import contextlib
import importlib


def saturation(**start):
    """Where a layer's sums fall on its activation, and what that does to gradients (lesson 5)."""
    return _shown("saturation", start)


def depth(**start):
    """How large signals and gradients are through many layers, theory over measurement (lesson 6)."""
    return _shown("depth", start)


def plane(**start):
    """The initialization plane: accuracy by the scales of weights and biases, any point trained live (lessons 4, 7)."""
    return _shown("plane", start)


def symmetry_lab(**start):
    """Which starts keep 16 neurons equal, which free them, and how: one hidden layer, trained live (lessons 2, 3)."""
    return _shown("symmetry_lab", start)


def training_theatre(**start):
    """Two starts of one network, trained side by side: what trains, and what generalizes (lesson 7)."""
    return _shown("training_theatre", start)


def paths(**start):
    """Which matrices may start at zero, which wake when, and the path or term that wakes them (lessons 8, 10)."""
    return _shown("paths", start)


NAMES = tuple(name for name, made in list(globals().items()) if getattr(made, "__module__", "") == __name__)


def _shown(name, start):
    """The explorer of a module: live if ipywidgets is installed."""
    explorer = importlib.import_module(f"course_utils.explorers._{name}").explorer(**start)
    with contextlib.suppress(ImportError):
        from course_utils.explorers import widget

        return widget.live(explorer)
    return explorer
