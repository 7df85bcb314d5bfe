"""Answers to 4.3, how deep a number format reaches."""

import math


def one_step_only(size, lr, smallest):
    return 1 if lr * size**2 < smallest else 2


def the_size(size, lr, smallest):
    while lr * size**2 >= smallest:
        size = lr * size**2
    return size


def never_ends(size, lr, smallest):
    count = 0
    while size >= smallest:
        count += 1
    return count


def a_list(size, lr, smallest):
    return [right_loop(size, lr, smallest)]


WRONG = {
    "one step only": (one_step_only, "it returned 2, which is too small, given size 0.02, lr 0.1, smallest 1.4e-45"),
    "the last size": (the_size, "which is too small, given size"),
    "never ends": (never_ends, "a loop that never ends"),
    "a list": (a_list, "wrong shape"),
}


def right_loop(size, lr, smallest):
    for count in range(10_000):
        if size < smallest:
            return count
        size = lr * size * size


def with_logarithms(size, lr, smallest):
    count, size = 0, math.log10(size)
    while size >= math.log10(smallest):
        count, size = count + 1, math.log10(lr) + 2 * size
    return float(count)


def recursive(size, lr, smallest):
    return 0 if size < smallest else 1 + recursive(lr * size**2, lr, smallest)


RIGHT = {"loop": right_loop, "logarithms": with_logarithms, "recursive": recursive}
