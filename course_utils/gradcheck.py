"""Derivatives computed from a function's values alone: the oracle that a derivation is checked against.

`x` is an array, or a dict of arrays such as the parameters of a network; f takes it and returns one real number.
"""

import numpy as np

from course_utils import _validate


def _entry_by_entry(difference, x, dtype):
    """Return, shaped like x, difference(f_at) for every entry, where f_at(step) is x with that entry moved by step."""
    arrays = x if isinstance(x, dict) else {None: x}
    moved = {name: np.array(_validate.finite("x", a), dtype=dtype) for name, a in arrays.items()}
    point = moved if isinstance(x, dict) else moved[None]
    gradient = {}
    for name, array in moved.items():
        gradient[name] = np.empty(array.shape)
        for index in np.ndindex(array.shape):
            start = array[index]

            def at(step, array=array, index=index, start=start):
                array[index] = start + step
                return point

            gradient[name][index] = difference(at)
            array[index] = start
    return gradient if isinstance(x, dict) else gradient[None]


def _one_number(value):
    if np.ndim(value):
        raise ValueError(f"f must return one number, got shape {np.shape(value)}: sum it, or take one entry.")
    return value


def complex_step(f, x, h=1e-30):
    """The gradient of f at x as Im f(x + ih) / h, exact to rounding: Squire & Trapp 1998.

    f must be analytic code: `abs`, `max` or `.real` inside it break it (go by the real part there). No subtraction, no
    cancellation, so h may be as small as you like.
    """

    def difference(at):
        value = _one_number(f(at(1j * h)))
        if not np.iscomplexobj(value):
            raise TypeError("f gave a real number for a complex input: some step in f drops the imaginary part.")
        return value.imag / h

    return _entry_by_entry(difference, x, complex)


def central_difference(f, x, h=1e-5):
    """The gradient of f at x as (f(x + h) - f(x - h)) / 2h: error about h^2, plus rounding of about 1e-16 / h."""
    return _entry_by_entry(lambda at: (_one_number(f(at(h))) - _one_number(f(at(-h)))) / (2 * h), x, float)


def relative_error(a, b):
    """The largest |a - b| over all entries, divided by the largest |b|; 0 when both are all zero, nan if either is."""
    a, b = ({name: np.asarray(v) for name, v in (g if isinstance(g, dict) else {"": g}).items()} for g in (a, b))
    shapes = [{name: v.shape for name, v in g.items()} for g in (a, b)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"a and b must have the same keys and shapes, got {shapes[0]} and {shapes[1]}.")
    difference = float(np.max([np.max(np.abs(a[name] - b[name])) for name in a]))  # np.max, for max() may skip a nan
    scale = float(np.max([np.max(np.abs(v)) for v in b.values()]))
    return difference / scale if scale else difference
