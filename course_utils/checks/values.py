"""What an answer returned: read leniently, then compared with what is right.

The kind of value wanted (an array, a dict of arrays, a list, a text) is the kind of the expected value.
"""

import contextlib
import functools
import math
from typing import NamedTuple

import numpy as np

from course_utils.checks.verdict import Fact, shortened

TOLERANCE = 1e-6  # of the largest entry, where a question asks for no more: what is computed in float32 gets there


class Call(NamedTuple):
    """One call of an answer: the arguments by name, what it returned, what is right, and what the code mentions."""

    args: dict
    value: object
    expected: object
    names: frozenset = frozenset()


class Recognised(NamedTuple):
    """What a question's own `compare` says of a mistake that it knows: its id, its words, how the sentence begins."""

    id: str
    message: str
    lead: str = ""


class NoValue(Exception):
    """Why a call has no value to compare: a `Fact`, and the part of a dict that could be read."""

    def __init__(self, kind, part=None, **parts):
        super().__init__(kind)
        self.fact, self.part = Fact(kind, parts), part or {}

    @property
    def kind(self):
        """What two answers that go wrong alike have in common here."""
        same = ("array", "got", "names", "missing", "surplus")
        parts = () if self.fact.kind == "type" else [self.fact.parts.get(name) for name in same]
        return (self.fact.kind, *map(str, parts))

    def read_alike(self, other):
        """Whether the parts that could be read are the same."""
        return self.part.keys() == other.part.keys() and all(close(self.part[k], other.part[k]) for k in self.part)


def read(value, expected):
    """The value in the form of `expected`; `NoValue` if its type, its shape or its numbers do not allow that."""
    if value is None:
        raise NoValue("None")
    if isinstance(expected, dict):
        return _read_dict(value, expected)
    if isinstance(expected, str):
        if not isinstance(value, str):
            raise NoValue("type", wanted="a text in quotes", got=type_name(value))
        return str(value)
    if isinstance(expected, list):
        if not isinstance(value, list | tuple | range | np.ndarray) or (
            isinstance(value, np.ndarray) and not value.ndim
        ):
            raise NoValue("type", wanted="a list", got=type_name(value))
        return _plain(value)
    return _read_array(value, expected)


def type_name(value):
    """The type of a value, with its article: "an ndarray"."""
    if value is None:
        return "None"
    name = shortened(type(value).__name__, 40)
    return f"{'an' if name[0].lower() in 'aeiou' or name.startswith('nd') else 'a'} {name}"


def _read_dict(value, expected):
    if not isinstance(value, dict):
        raise NoValue("type", wanted=f"a dict with {', '.join(expected)}", got=type_name(value))
    missing, surplus = (
        [shortened(name, 40) for name in sorted(map(repr, names))[:20]]
        for names in (expected.keys() - value, value.keys() - expected)
    )
    if missing or surplus:
        raise NoValue("keys", _readable(value, expected), missing=missing, surplus=surplus)
    return {name: _read_array(value[name], expected[name], name) for name in expected}


def _readable(value, expected):
    """The entries of a dict that can be read."""
    part = {}
    for name in expected.keys() & value.keys():
        with contextlib.suppress(NoValue):
            part[name] = _read_array(value[name], expected[name])
    return part


def _read_array(value, expected, name=""):
    """The value as a new array of finite real numbers of the expected shape; name: of the array in a dict."""
    expected = np.asarray(expected)
    wanted = "an array of numbers" if expected.ndim else "a number"
    try:
        array = np.array(value)
    except Exception:
        array = np.array(None)
    if array.dtype.kind not in "biufc":
        raise NoValue("type", array=name, wanted=wanted, got=type_name(value))
    if array.dtype.kind == "c":
        raise NoValue("complex", array=name)
    if array.shape != expected.shape:
        turned = _transposed(array, expected)
        raise NoValue("shape", array=name, got=str(array.shape), wanted=str(expected.shape), transposed=turned)
    bad = int((~np.isfinite(array)).sum())
    if bad:
        raise NoValue("nan", array=name, count=bad, size=array.size)
    return array


def _transposed(array, expected):
    """What an array shares with the transpose of the right one: its "values", its "shape", or ""."""
    if expected.ndim != 2 or array.shape != expected.T.shape:
        return ""
    return "values" if close(array, expected.T) else "shape"


def _plain(value):
    """Sequences as lists, NumPy scalars as Python's own."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and not value.ndim):
        return value.item()
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple | range | np.ndarray) else value


def same(a, b):
    """Whether a value is as it was before; what is no array, dict, list or text counts as what cannot be changed."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    return a == b if isinstance(a, list | str) else True


def close(value, expected, tolerance=TOLERANCE):
    """Whether an array is right, up to this share of the largest entry, whatever its type."""
    value = np.asarray(value)
    value = value.astype(float) if value.dtype.kind in "iub" else value  # the size of the least int64 is negative
    scale = np.max(np.abs(expected), initial=0) or 1
    return bool(np.max(np.abs(value - expected), initial=0) <= tolerance * scale)


def shaped(expected):
    """Whether a value has a shape that could have been wrong."""
    values = [expected] if isinstance(expected, np.ndarray) else expected.values() if isinstance(expected, dict) else []
    return any(map(np.ndim, values))


def within(tolerance):
    """A `compare` for a question that asks for more digits: `different` with this tolerance."""
    return functools.partial(different, tolerance=tolerance)


def different(calls, tolerance=TOLERANCE):
    """What is wrong with the numbers of these calls, a `Fact`; None if nothing is."""
    wrong = [(call, parts) for call in calls if (parts := _wrong_parts(call, tolerance))]
    if not wrong:
        return None
    call, parts = wrong[0]
    said = {
        "shaped": shaped(call.expected),
        "number": not isinstance(call.expected, dict) and not np.ndim(call.expected),
    }
    if any(isinstance(arg, int | float) for arg in call.args.values()):  # shapes alone tell nothing
        said["given"] = described(call.args)
    if isinstance(call.expected, dict):
        said |= {"wrong": list(parts), "right": [name for name in call.expected if name not in parts]}
    return Fact("values", said | (_nearly(wrong) or _factor(wrong) or _off(call, parts, tolerance)))


def matrices(wrong, *args):
    """The names of the weight matrices with these indices."""
    return ", ".join(f"W{i + 1}" for i in wrong)


def wrong_steps(each, given, named=matrices):
    """A `compare` for lists of first steps, None for never, with an entry for each of something.

    given(*arguments) says what they were, named(wrong, *arguments) what the wrong entries stand for.
    """

    def compare(calls):
        for args, value, expected in (call[:3] for call in calls):
            if len(value) != len(expected):
                return f"the list needs one entry for each {each}: it has {len(value)} for {len(expected)}"
            if any(t is not None and not (isinstance(t, int | float) and 0 <= t < math.inf) for t in value):
                return "each entry must be a step 0, 1, 2, ..., or None for never, without quotes"
            if wrong := [i for i, (a, b) in enumerate(zip(value, expected)) if a != b]:
                return f"values wrong: {given(*args.values())}, look again at {named(wrong, *args.values())}"
        return None

    return compare


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


def _wrong_parts(call, tolerance):
    """The arrays of one call that are wrong, by name, each with the right one."""
    parts = {"": (call.value, call.expected)}
    if isinstance(call.expected, dict):
        parts = {name: (call.value[name], expected) for name, expected in call.expected.items()}
    return {name: pair for name, pair in parts.items() if not close(*pair, tolerance)}


def _nearly(wrong):
    """How exact the wrong values are, if all are right to four digits or more; else None."""
    pairs = [pair for _, parts in wrong for pair in parts.values()]
    worst = max(np.max(np.abs(a - b), initial=0) / (np.max(np.abs(b), initial=0) or 1) for a, b in pairs)
    if worst > 1e-4 or any(np.asarray(b).dtype.kind in "bi" for _, b in pairs):
        return None
    single = any(np.asarray(a).dtype in (np.float16, np.float32) for a, _ in pairs)
    return {"how": "nearly", "digits": -math.ceil(math.log10(worst)), "single": single}


def _factor(wrong):
    """The factor by which all wrong entries are off, and what it is, if there is one; else None."""
    ratios = [_ratio(parts.values()) for _, parts in wrong]
    if any(ratio is None for ratio in ratios):
        return None
    single = len(wrong) == 1 and not any(np.ndim(b) for a, b in wrong[0][1].values())
    if np.allclose(ratios, ratios[0], rtol=1e-6, atol=0):
        ratio = ratios[0]
        if single and ratio != -1:  # any number is a multiple of another
            return None
        return {0: {"how": "zero"}, -1: {"how": "sign"}}.get(ratio, {"how": "factor", "factor": ratio})
    sizes = [_sizes(call.args) for call, _ in wrong]
    for name in (name for name in sizes[0] if all(name in size for size in sizes)):
        for way, power in (("large", 1), ("small", -1)):
            if np.allclose(ratios, [float(size[name]) ** power for size in sizes], rtol=1e-6):
                return {"how": "size", "way": way, "factor": sizes[0][name], "counts": name}
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


def _off(call, parts, tolerance):
    """How many entries are off, which is the first of them, and by how much; of a single number, what came."""
    scale = max(np.max(np.abs(expected), initial=0) for _, expected in parts.values()) or 1
    off = {name: np.abs(value * 1.0 - expected) for name, (value, expected) in parts.items()}
    name, index = next((name, i) for name, a in off.items() for i in np.ndindex(a.shape) if a[i] > tolerance * scale)
    value, expected = (np.asarray(a)[index].item() for a in parts[name])
    way = "small" if value < expected else "large"
    if not isinstance(call.expected, dict) and not index:
        return {"how": "number", "value": value, "way": way}
    return {
        "how": "entries",
        "count": sum(int((a > tolerance * scale).sum()) for a in off.values()),
        "of": sum(a.size for a in off.values()),
        "worst": float(max(a.max() for a in off.values()) / scale),
        "first": [name, str(list(index)) if index else "", value, way],
    }
