"""Answers to 4.3, how deep a number format reaches."""

import math


def the_size(size, lr, smallest):
    while lr * size**2 >= smallest:
        size = lr * size**2
    return size


def never_ends(size, lr, smallest):
    count = 0
    while size >= smallest:
        count += 1
    return count


def with_logarithms(size, lr, smallest):
    count, size = 0, math.log10(size)
    while size >= math.log10(smallest):
        count, size = count + 1, math.log10(lr) + 2 * size
    return float(count)


WRONG = {
    "one step only": (
        lambda size, lr, smallest: 1 if lr * size**2 < smallest else 2,
        "it returned 2, which is too small, given size 0.02, lr 0.1, smallest 1.4e-45",
    ),
    "the last size": (the_size, "which is too small, given size"),
    "never ends": (never_ends, "a loop that never ends"),
}

RIGHT = {
    "logarithms": with_logarithms,
}
