"""What an answer returned: read leniently, then compared with what is right, in words.

The kind of value wanted (an array, a dict of arrays, a list, a text) is the kind of the expected value.
"""

import contextlib
import math
from typing import NamedTuple

import numpy as np

TOLERANCE = 1e-8  # of the largest entry
TOLERANCE_SINGLE = 1e-4  # the same for float32, which carries 7 digits


class Run(NamedTuple):
    """One random case: the arguments by name, what the answer returned, what is right, and what the code mentions."""

    args: dict
    value: object
    expected: object
    names: frozenset = frozenset()


class Problem(Exception):
    """Why there is no value to compare, in words.

    Two answers go wrong alike if their kinds (tuples) are equal, and the part of a dict that could be read is close.
    """

    def __init__(self, kind, message, part=None):
        super().__init__(message)
        self.kind, self.part = kind, part or {}

    def read_alike(self, other):
        """Whether the parts that could be read are the same."""
        return self.part.keys() == other.part.keys() and all(close(self.part[k], other.part[k]) for k in self.part)


def read(value, expected):
    """The value in the form of `expected`; `Problem` if its type, its shape or its numbers do not allow that."""
    if value is None:
        raise Problem(("None",), "it returned None: did you forget `return`?")
    if isinstance(expected, dict):
        return _read_dict(value, expected)
    if isinstance(expected, str):
        if not isinstance(value, str):
            raise Problem(("type",), f"a text in quotes was expected, got {type_name(value)}")
        return str(value)
    if isinstance(expected, list):
        if not isinstance(value, list | tuple | range | np.ndarray):
            raise Problem(("type",), f"a list was expected, got {type_name(value)}")
        return _plain(value)
    return _read_array(value, expected)


def type_name(value):
    """The type of a value, with its article: "an ndarray"."""
    if value is None:
        return "None"
    name = type(value).__name__[:40]
    return f"{'an' if name[0].lower() in 'aeiou' or name.startswith('nd') else 'a'} {name}"


def _read_dict(value, expected):
    if not isinstance(value, dict):
        raise Problem(("type",), f"a dict with {', '.join(expected)} was expected, got {type_name(value)}")
    missing, surplus = (
        ", ".join(sorted(map(repr, names)))[:200] for names in (expected.keys() - value, value.keys() - expected)
    )
    if missing or surplus:
        fact = f"the dict has no {missing}" if missing else f"the dict should not have {surplus}"
        raise Problem(("keys", missing, surplus), fact, _readable(value, expected))
    return {name: _read_array(value[name], expected[name], f"{name}: ") for name in expected}


def _readable(value, expected):
    """The entries of a dict that can be read."""
    part = {}
    for name in expected.keys() & value.keys():
        with contextlib.suppress(Problem):
            part[name] = _read_array(value[name], expected[name])
    return part


def _read_array(value, expected, where=""):
    """The value as a new array of finite real numbers of the expected shape."""
    expected = np.asarray(expected)
    wanted = "an array of numbers" if expected.ndim else "a number"
    try:
        array = np.array(value)
    except Exception:
        array = np.array(None)
    if array.dtype.kind not in "biufc":
        raise Problem(("type", where), f"{where}{wanted} was expected, got {type_name(value)}")
    if array.dtype.kind == "c":
        raise Problem(("complex", where), f"{where}real numbers were expected, got complex ones")
    if array.shape != expected.shape:
        got = f"{where}wrong shape: got {array.shape}, expected {expected.shape or '(), one number'}"
        raise Problem(("shape", where, array.shape), got + _transposed(array, expected))
    bad = int((~np.isfinite(array)).sum())
    if bad:
        raise Problem(("nan", where), f"{where}{bad} of {array.size} values are nan or infinite")
    return array


def _transposed(array, expected):
    """A remark if the shape, or the whole array, is that of the transpose."""
    if expected.ndim != 2 or array.shape != expected.T.shape:
        return ""
    return " (this is the transpose)" if close(array, expected.T) else " (the shape of the transpose)"


def _plain(value):
    """Sequences as lists, NumPy scalars as Python's own."""
    if isinstance(value, list | tuple | range | np.ndarray):
        return [_plain(entry) for entry in value]
    return value.item() if isinstance(value, np.generic) else value


def same(a, b):
    """Whether an argument is as it was before; what is no array, dict or list cannot be changed in place."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    return a == b if isinstance(a, list) else True


def close(value, expected, tolerance=TOLERANCE):
    """Whether an array is right, up to a share of the largest entry (1e-4 for float32, else the tolerance)."""
    value = np.asarray(value)
    single = value.dtype.kind == "f" and value.dtype.itemsize < 8
    value = value.astype(float) if value.dtype.kind in "iub" else value  # the size of the least int64 is negative
    scale = np.max(np.abs(expected), initial=0) or 1
    return bool(np.max(np.abs(value - expected), initial=0) <= (TOLERANCE_SINGLE if single else tolerance) * scale)


def values_wrong(expected):
    """How a message on wrong values begins."""
    values = [expected] if isinstance(expected, np.ndarray) else expected.values() if isinstance(expected, dict) else []
    return "shape right, values wrong: " if any(map(np.ndim, values)) else "values wrong: "


def different(runs):
    """What is wrong with the numbers of these runs, a fact in words; None if nothing is."""
    wrong = [(run, parts) for run in runs if (parts := _wrong_parts(run))]
    if not wrong:
        return None
    run, parts = wrong[0]
    where = ""
    if nearly := _nearly(wrong):
        return values_wrong(run.expected) + nearly
    if not isinstance(run.expected, dict) and not np.ndim(run.expected):
        return values_wrong(run.expected) + _one_number(wrong)
    if isinstance(run.expected, dict):
        right = ", ".join(name for name in run.expected if name not in parts)
        where = f"{', '.join(parts)} wrong{f' ({right} right)' if right else ''}, "
    return values_wrong(run.expected) + where + (_factor(wrong) or _size_of_error(parts))


def described(args):
    """Arguments in a few characters, each with its name."""
    return ", ".join(f"{name} {_described(value)}" for name, value in args.items())


def _described(arg):
    if isinstance(arg, dict):
        return f"{{{described(arg)}}}"
    if isinstance(arg, np.ndarray):
        return str(arg.shape)
    if isinstance(arg, float):
        return f"{arg:.6g}"
    if isinstance(arg, np.random.Generator):
        return "Generator"  # its repr holds an address
    return getattr(arg, "name", "") or ("a function" if callable(arg) else repr(arg))


def _wrong_parts(run):
    """The arrays of one run that are wrong, by name, each with the right one."""
    parts = {"": (run.value, run.expected)}
    if isinstance(run.expected, dict):
        parts = {name: (run.value[name], expected) for name, expected in run.expected.items()}
    return {name: pair for name, pair in parts.items() if not close(*pair)}


def _nearly(wrong):
    """A remark if all that is wrong is right to four digits or more; else None."""
    pairs = [pair for _, parts in wrong for pair in parts.values()]
    worst = max(np.max(np.abs(a - b), initial=0) / (np.max(np.abs(b), initial=0) or 1) for a, b in pairs)
    if worst > 1e-4 or any(np.asarray(b).dtype.kind in "bi" for _, b in pairs):
        return None
    return (
        f"nearly right, to {-math.ceil(math.log10(worst))} digits, but not exact: was a small number added, something "
        "rounded, or a difference taken for a derivative?"
    )


def _one_number(wrong):
    """What is wrong with answers that are single numbers: a factor in all cases, or one of them as it is."""
    run = wrong[0][0]
    factor = _factor(wrong)
    if factor and (len(wrong) > 1 or factor[0] == "t"):  # of a single case any number is a multiple
        return factor.replace("in all entries", "in all cases that are wrong").replace("every entry is", "it returned")
    value = np.asarray(run.value).item()
    way = "small" if value < run.expected else "large"
    plain = any(isinstance(arg, int | float) for arg in run.args.values())  # shapes alone tell nothing here
    return f"it returned {value:.6g}, which is too {way}{f', given {described(run.args)}' if plain else ''}"


def _factor(wrong):
    """The factor by which all wrong entries are off, if there is one; else None."""
    ratios = [_ratio(parts.values()) for _, parts in wrong]
    if any(ratio is None for ratio in ratios):
        return None
    if np.allclose(ratios, ratios[0], rtol=1e-6, atol=0):
        ratio = ratios[0]
        return {0: "every entry is 0", -1: "the sign is flipped"}.get(
            ratio, f"off by the factor {ratio:.6g} in all entries"
        )
    sizes = [_sizes(run.args) for run, _ in wrong]
    for name in (name for name in sizes[0] if all(name in size for size in sizes)):
        for word, power in (("large", 1), ("small", -1)):
            if np.allclose(ratios, [float(size[name]) ** power for size in sizes], rtol=1e-6):
                return f"too {word} by the factor {sizes[0][name]} = {name} in all entries"
    return None


def _ratio(pairs):
    """The number r with value = r * expected in all entries; None if there is none."""
    value, expected = (np.concatenate([np.ravel(a) for a in arrays]) for arrays in zip(*pairs, strict=True))
    largest = np.abs(expected).argmax()
    ratio = value[largest] / expected[largest] if expected[largest] else 0.0
    return round(float(ratio), 9) if close(value, ratio * expected, 1e-6) and (ratio or not value.any()) else None


def _sizes(args):
    """The numbers of rows and columns of the arrays among the arguments, by what they count."""
    axes = {0: "the number of rows of", 1: "the number of columns of"}
    arrays = {name: arg for name, arg in args.items() if isinstance(arg, np.ndarray)}
    return {f"{axes[i]} {name}": n for name, arg in arrays.items() for i, n in enumerate(arg.shape[:2])}


def _size_of_error(parts):
    """How many entries are off, and by how much."""
    off = [np.abs(value - expected) for value, expected in parts.values()]
    scale = max(np.max(np.abs(expected), initial=0) for _, expected in parts.values()) or 1
    count = sum(int((a > TOLERANCE * scale).sum()) for a in off)
    worst = max(a.max() for a in off) / scale
    return f"{count} of {sum(a.size for a in off)} entries are off, the worst by {worst:.1g} of the largest entry"
