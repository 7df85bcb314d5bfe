"""What explorers that train live share: the digits in blocks, and how far it is from one picture to the next."""

import functools

from course_utils import datasets

BLOCK = 256  # images at once: so few that arrays stay in the cache, and a product in one thread
FARTHEST = 10  # steps between two pictures


@functools.cache
def blocks(dtype=float):
    """The digits in blocks: for "train" and "test" a list of (x, y)."""
    data = datasets.digits()
    parts = {"train": (data.x_train, data.y_train), "test": (data.x_test, data.y_test)}
    return {
        part: [(x[i : i + BLOCK].astype(dtype), y[i : i + BLOCK]) for i in range(0, len(y), BLOCK)]
        for part, (x, y) in parts.items()
    }


def onward(step, end):
    """How many steps it is to the next picture: one at first, where much happens, then a tenth of those done."""
    return min(max(1, step // 10), FARTHEST, end - step)
