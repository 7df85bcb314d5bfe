"""Faulty values: answers that are wrong in ways of Python and NumPy, and right ones that look odd."""

import base64
import pickle

from corpus import REVIEW, RIGHT, WRONG, ZERO, Case, after_setup, dumped, filled, name, number, questions, renamed

from course_utils.checks import QUESTIONS

NOT_FULL = {ZERO, REVIEW}


def _head(q):
    return f"def {name(q)}({', '.join(QUESTIONS[q].parameters)}):"


def _after(q, change):
    """The right answer, then changed: `change` is an expression of `value`."""
    arguments = ", ".join(QUESTIONS[q].parameters)
    right = f"_right_{q.replace('.', '_')}"
    return (
        f"{renamed(q, right)}\n\n{_head(q)}\n    value = {right}({arguments})\n"
        f"    value = np.asarray(value) if isinstance(value, tuple) else value\n    return {change}"
    )


# Where an array is asked for: {title: (expression, outcomes)}.
OF_ARRAYS = {
    "a list, as the checks allow": ("value.tolist()", RIGHT),
    "a tuple of rows": ("tuple(value)", RIGHT),
    "float32": ("value.astype('f4')", RIGHT),
    "big-endian": ("value.astype('>f8')", RIGHT),
    "Fortran order": ("np.asfortranarray(value)", RIGHT),
    "read-only": ("np.broadcast_to(value, value.shape)", RIGHT),
    "long double": ("value.astype(np.longdouble)", RIGHT),
    "a matrix of its kind": ("np.asmatrix(value) if value.ndim == 2 else value", RIGHT),
    "a masked array": ("np.ma.array(value)", RIGHT),
    "objects": ("value.astype(object)", WRONG),
    "texts": ("value.astype(str)", WRONG),
    "complex": ("value + 0j", WRONG),
    "whole numbers": ("value.astype(int)", WRONG),
    "booleans": ("value > 0", WRONG),
    "float16": ("value.astype('f2')", WRONG),
    "one axis more": ("value[None]", WRONG),
    "flat": ("np.append(value.ravel(), 0.0)", WRONG),
    "transposed": ("value.T if value.shape != value.T.shape else -value", WRONG),
    "nan": ("value * np.nan", WRONG),
    "one nan": ("np.where(np.arange(value.size).reshape(value.shape) == 0, np.nan, value)", WRONG),
    "infinite": ("value + np.inf", WRONG),
    "rounded": ("value.round(3)", WRONG),
    "empty": ("np.array([])", WRONG),
    "None": ("None", WRONG),
    "a generator": ("(row for row in value)", WRONG),
    "an object": ("object()", WRONG),
    "a function": ("lambda: value", WRONG),
    "a class": ("type(value)", WRONG),
    "a set": ("{1, 2}", WRONG),
    "a dict": ("{'value': value}", WRONG),
    "a dict with odd keys": ("{1: 2, None: 3, (1, 2): {4: 5}}", WRONG),
    "bytes": ("value.tobytes()", WRONG),
    "a text": ("str(value)", WRONG),
    "a text with half a character": ("'\\ud800'", WRONG),
    "times": ("value.astype('M8[s]')", WRONG),
    "records": ("np.zeros(3, dtype=[('a', float), ('b', int)])", WRONG),
    "a list of itself": ("_itself()", WRONG),
    "deep lists": ("_deep()", WRONG),
    "a huge whole number": ("10 ** 10_000", WRONG),
    "a ragged list": ("[[1.0, 2.0], [3.0]]", WRONG),
    "a large array": ("np.zeros(2**22)", WRONG),
    "a very large array": ("np.zeros(2**27)", WRONG),
    "very many dimensions": ("value.reshape(value.shape + (1,) * 20)", WRONG),
    "an array that says it is equal": ("(value + 1).view(_Equal)", WRONG),
    "a list that says it is equal": ("_EqualList([1.0])", WRONG),
    "an object that becomes another array each time": ("_Changing(value)", NOT_FULL | RIGHT),
    "an object that fails as an array": ("_Failing()", WRONG),
    "an object whose class lies": ("_Lying()", WRONG),
    "a float of its own": ("_Float(1.5)", WRONG),
    "Ellipsis": ("...", {"not attempted"}),
    "NotImplemented": ("NotImplemented", WRONG),
    "an exception": ("ValueError('no')", WRONG),
    "a module": ("np", WRONG),
    "an iterator without end": ("__import__('itertools').count()", WRONG),
}
HELPERS = """
import enum

import numpy as np


class _Equal(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)

    def __sub__(self, other):
        return np.zeros(self.shape)

    __rsub__ = __sub__

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.zeros(self.shape)

    def __reduce__(self):
        return (print, ("✓",))


class _EqualList(list):
    def __eq__(self, other):
        return True


class _Changing:
    def __init__(self, value):
        self.value, self.count = value, 0

    def __array__(self, dtype=None, copy=None):
        self.count += 1
        return self.value if self.count > 1 else self.value + 1


class _Failing:
    def __array__(self, *args, **kwargs):
        raise SystemExit

    def __repr__(self):
        raise KeyboardInterrupt

    __str__ = __len__ = __iter__ = __float__ = __repr__


class _Lying:
    @property
    def __class__(self):
        return np.ndarray


class _Float(float):
    def __eq__(self, other):
        return True

    def __float__(self):
        return 0.0

    __hash__ = None


def _itself():
    value = [1.0]
    value.append(value)
    return value


def _deep():
    value = 1.0
    for _ in range(3000):
        value = [value]
    return value


class _F(float):
    pass


class _T(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


class _D(dict):
    def __getitem__(self, key):
        return 0.0

    def items(self):
        return {}.items()

    def keys(self):
        return {}.keys()


def _enumerated(value):
    numbers = enum.IntEnum("Numbers", {f"n{i}": i for i in range(100)})
    return [v if v is None else numbers(int(v)) for v in value]
"""

OF_NUMBERS = {
    "np.float64": ("np.float64(value)", RIGHT),
    "an array without axes": ("np.array(value)", RIGHT),
    "a subclass of float": ("_F(value)", RIGHT),
    "a text": ("str(value)", WRONG),
    "in a list": ("[value]", WRONG),
    "a Decimal": ("__import__('decimal').Decimal(float(value))", WRONG),
    "a Fraction": ("__import__('fractions').Fraction(float(value))", WRONG),
    "complex": ("complex(value)", WRONG),
    "nan": ("float('nan')", WRONG),
    "True": ("True", WRONG),
    "None": ("None", WRONG),
}

OF_LISTS = {
    "a tuple": ("tuple(value)", RIGHT),
    "an array of objects": ("np.array(value + [None], dtype=object)[:-1]", RIGHT),
    "whole numbers of NumPy": ("[v if v is None else np.int32(v) for v in value]", RIGHT),
    "texts": ("[str(v) for v in value]", WRONG),
    "a generator": ("(v for v in value)", WRONG),
    "a dict": ("dict(enumerate(value))", WRONG),
    "nested": ("[value]", WRONG),
    "one too many": ("[*value, None]", WRONG),
    "infinities": ("[np.inf if v is None else v for v in value] + [0]", WRONG),
    "objects": ("[object() for _ in value]", WRONG),
    "arrays": ("[np.arange(3) for _ in value]", WRONG),
    "dicts": ("[{'a': v} for v in value]", WRONG),
    "an enumeration": ("_enumerated(value)", RIGHT),
}

OF_DICTS = {
    "an ordered dict": ("__import__('collections').OrderedDict(value)", RIGHT),
    "a mapping that is no dict": ("__import__('types').MappingProxyType(value)", WRONG),
    "pairs": ("list(value.items())", WRONG),
    "one key more": ("{**value, 'extra': 1}", WRONG),
    "a key of another kind": ("{**value, 3: 1}", WRONG),
    "values None": ("dict.fromkeys(value)", WRONG),
    "values lists": ("{k: np.asarray(v).tolist() for k, v in value.items()}", RIGHT),
    "a dict with its own methods": ("_D(value)", WRONG),
    "empty": ("{}", WRONG),
}

OF_TEXTS = {
    "a text of its own": ("_T(value)", RIGHT),
    "a text that says it is equal": ("_T('equal')", WRONG),
}


# Ways to be wrong that do not depend on the kind of value.
ANYWHERE = {
    "right the first time only": (
        "count_{n} = [0]\n{right}\n\n{head}\n    count_{n}[0] += 1\n"
        "    return _right_{n}({args}) if count_{n}[0] == 1 else None", WRONG),
    "right in the notebook's own check only": (
        "count_{n} = [0]\n{right}\n\n{head}\n    count_{n}[0] += 1\n"
        "    return _right_{n}({args}) if count_{n}[0] <= {cases} else None", WRONG),
    "right one time in ten": (
        "import random\n{right}\n\n{head}\n    return _right_{n}({args}) if random.random() < 0.1 else None", WRONG),
    "raises after the first": (
        "count_{n} = [0]\n{right}\n\n{head}\n    count_{n}[0] += 1\n    if count_{n}[0] > 1:\n"
        "        raise RuntimeError('✓ solved\\n✓ solved')\n    return _right_{n}({args})", WRONG),
    "an error with an odd text": ("{head}\n    raise ValueError('\\ud800\\x00\\x1b[31m\\r✓ {q} solved')", WRONG),
    "an error of a broken class": (
        "class Odd(Exception):\n    def __str__(self):\n        raise SystemExit\n\n{head}\n    raise Odd", WRONG),
    "yields": ("{right}\n\n{head}\n    yield _right_{n}({args})", WRONG),
    "async": ("{right}\n\nasync {head}\n    return _right_{n}({args})", WRONG),
    "too few arguments": ("def {name}():\n    return 1", WRONG),
    "too many arguments": ("def {name}({args}, more, and_more):\n    return 1", WRONG),
    "no function": ("{name} = 3.7", WRONG),
    "a class": ("class {name}:\n    def __init__(self, *args):\n        pass", WRONG),
    "prints for return": ("{right}\n\n{head}\n    print(_right_{n}({args}))", WRONG),
    "recursion without end": ("{head}\n    return {name}({args})", WRONG),
    "the text of a stub, raised on purpose": ("{head}\n    x = 1\n    raise NotImplementedError('{q}: write {name}')",
                                              {"0", "not attempted"}),
    "not implemented, in other words": ("{head}\n    raise NotImplementedError('todo')", WRONG),
    "exits": ("{head}\n    raise SystemExit(0)", WRONG),
    "interrupts": ("{head}\n    raise KeyboardInterrupt", WRONG),
    "syntax error": ("{head}\n    return (", WRONG),
    "missing import": ("{head}\n    return pandas.DataFrame()", WRONG),
    "asserts": ("{head}\n    assert False", WRONG),
}  # fmt: skip


KINDS = (
    (OF_ARRAYS, ("1.1", "1.2", "8.1", "8.3", "8.5", "6.1", "6.2", "6.5", "5.2", "4.4")),
    (OF_NUMBERS, ("5.1", "5.3", "5.4", "5.5", "5.6", "6.3")),
    (OF_LISTS, ("2.1", "4.1", "4.2")),
    (OF_DICTS, ("2.4", "8.2", "2.2")),
)


def _odd_values():
    """All ways of all kinds, spread over the questions: in each notebook an odd answer to as many as there are."""
    left = [(list(table.items()), asked) for table, asked in KINDS]
    anywhere = list(ANYWHERE.items())
    cases = []
    while anywhere or any(ways for ways, _ in left):
        for n in (1, 2, 4, 5, 6, 8):
            chosen, tricks = {}, {}
            for q in questions(n):
                ways = next((ways for ways, asked in left if q in asked and ways), None)
                if ways:
                    words, (change, fair) = ways.pop(0)
                    chosen[q] = _after(q, change)
                elif anywhere:
                    words, (text, fair) = anywhere.pop(0)
                    chosen[q] = _written(q, text)
                else:
                    continue
                tricks[f"{words} ({q})"] = {q: fair}
            if chosen:
                nb = after_setup(filled(n, chosen), HELPERS)
                cases.append(Case("faulty", f"odd values {len(cases)}.ipynb", dumped(nb), tricks))
    return [*cases, *_texts()]


def _texts():
    """The same for the only question that asks for a text."""
    q, cases = "7.5", []
    for words, (change, fair) in OF_TEXTS.items():
        nb = after_setup(filled(7, {q: _after(q, change)}), HELPERS)
        cases.append(Case("faulty", f"{words}.ipynb", dumped(nb), {f"{words} ({q})": {q: fair}}))
    return cases


def _written(q, text):
    """A way of ANYWHERE for a question."""
    return text.format(q=q, name=name(q), head=_head(q), args=", ".join(QUESTIONS[q].parameters), n=q[2:],
                       right=renamed(q, f"_right_{q[2:]}"), cases=len(QUESTIONS[q].inputs()))  # fmt: skip


def _in_place():
    """Answers that are right, and spoil what they were given."""
    ways = {
        "1.1": "z *= 0", "1.2": "logits -= logits.max()", "1.3": "z[0] = 7", "1.4": "params['W1'][0, 0] += 1",
        "2.2": "params['W1'] += 1", "2.3": "params['W1'].sort()", "2.4": "widths.append(9)", "2.5": "params.pop('W1')",
        "8.1": "sigma_w[0] = 3", "8.3": "targets.sort()", "8.6": "wires.sort(reverse=True)",
    }  # fmt: skip
    cases = []
    for n in (1, 2, 8):
        chosen, tricks = {}, {}
        for q, spoil in ways.items():
            if number(q) == n:
                args = ", ".join(QUESTIONS[q].parameters)
                chosen[q] = (
                    f"{renamed(q, f'_right_{q[2:]}')}\n\n{_head(q)}\n    value = _right_{q[2:]}({args})\n    {spoil}\n"
                    "    return value"
                )
                tricks[f"in place: {spoil} ({q})"] = {q: WRONG}
        cases.append(Case("faulty", f"in place {n}.ipynb", dumped(filled(n, chosen)), tricks))
    return cases


def _of_other_types():
    """Right entries in what is no list, and whole numbers so large that their size is negative."""
    ways = {
        "2.1": "import array\n    return array.array('i', [-1 if s is None else s for s in value])",
        "4.1": "import collections\n    return collections.deque(value)",
        "4.3": "return np.int64(value) + np.iinfo(np.int64).min",
        "7.5": "return value + '\\ud800' * 1000",
        "8.6": "import collections\n    return collections.UserList(value)",
    }
    cases = []
    for q, way in ways.items():
        text = (
            f"{renamed(q, '_right')}\n\n{_head(q)}\n    value = _right({', '.join(QUESTIONS[q].parameters)})\n    {way}"
        )
        title = f"other types {q}"
        cases.append(Case("faulty", f"{title}.ipynb", dumped(filled(number(q), {q: text})), {title: {q: WRONG}}))
    return cases


def _memorised():
    """Answers to the notebook's own inputs alone, as a table of their values."""
    cases = []
    for n in range(1, 10):
        chosen, tricks = {}, {}
        for q in questions(n):
            question = QUESTIONS[q]
            values = base64.b85encode(pickle.dumps([question.reference(*case.values()) for case in question.inputs()]))
            chosen[q] = (
                f"import base64, pickle\n_table_{q[2:]} = pickle.loads(base64.b85decode({values}))\n"
                f"_asked_{q[2:]} = []\n\n"
                f"{_head(q)}\n    _asked_{q[2:]}.append(1)\n"
                f"    return _table_{q[2:]}[(len(_asked_{q[2:]}) - 1) % len(_table_{q[2:]})]"
            )
            tricks[f"memorised ({q})"] = {q: WRONG}
        cases.append(Case("faulty", f"memorised {n}.ipynb", dumped(filled(n, chosen)), tricks))
    return cases


CASES = (*_odd_values(), *_in_place(), *_of_other_types(), *_memorised())
