"""The live pictures of the course, one line each in a notebook: `explorers.saturation()`.

Start values may be given, as in `explorers.saturation(sigma_w=1)`. The module of an explorer has its name with an
underscore before it (a package cannot hold a function and a module of one name), and is loaded at the first call.
"""


def saturation(**start):
    """Where a layer's sums fall on its activation, and what that does to gradients (lesson 5)."""
    from course_utils.explorers import _saturation

    return _saturation.explorer(**start)


def depth(**start):
    """How large signals and gradients are through many layers, theory over measurement (lesson 6)."""
    from course_utils.explorers import _depth

    return _depth.explorer(**start)


def plane(**start):
    """The initialization plane: accuracy by the scales of weights and biases, any point trained live (lessons 4, 7)."""
    from course_utils.explorers import _plane

    return _plane.explorer(**start)


def symmetry_lab(**start):
    """Which starts keep 16 neurons equal, which free them, and how: one hidden layer, trained live (lessons 2, 3)."""
    from course_utils.explorers import _symmetry_lab

    return _symmetry_lab.explorer(**start)


def training_theatre(**start):
    """Two starts of one network, trained side by side: what trains, and what generalizes (lesson 7)."""
    from course_utils.explorers import _training_theatre

    return _training_theatre.explorer(**start)
