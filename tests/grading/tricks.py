"""A red reading: what only where one grades is missing or otherwise, what the outputs tell, and tricks of all kinds."""

import base64
import io
import json
import pickle
import textwrap
import zipfile

from corpus import (
    FULL,
    NEVER,
    NOTHING,
    REVIEW,
    RIGHT,
    STUB,
    ZERO,
    Case,
    after_setup,
    all_of,
    answer,
    at_end,
    bare,
    code,
    dumped,
    filled,
    head,
    name,
    questions,
    released,
    renamed,
    role,
    snippets,
    source,
    wrong,
)

from course_utils.checks import QUESTIONS

Q = "2.1"  # first_moves(activation, L)
EITHER = {FULL, REVIEW}
FIRST, REST = answer(Q).split("\n", 1)
OWN = renamed(Q, "own")


def body(text):
    """The right answer, whose body begins with other lines."""
    return f"{FIRST}\n{textwrap.indent(text, '    ')}\n{REST}"


def top(text):
    """The right answer below other lines of its cell."""
    return f"{text}\n{answer(Q)}"


def _answered(title, text, outcome=RIGHT, cells=(), change=None):
    """An exercise whose 2.1 is that source, below these cells, and the other answers right."""
    nb = after_setup(filled(2, {Q: text}), *cells)
    nb = change(nb) if change else nb
    return Case("tricks", f"{title}.ipynb", dumped(nb), {title: {**all_of(2, RIGHT), Q: outcome}})


def saved(nb):
    """The notebook with the outputs of a run in which all went well."""
    for count, cell in enumerate((cell for cell in nb["cells"] if cell["cell_type"] == "code"), 1):
        what, question = role(cell)
        card = {"text/html": "<b>✓</b>", "text/plain": [f"✓ {question} solved (2 points)"]}
        shown = {"output_type": "display_data", "metadata": {}, "data": card}
        cell |= {"execution_count": count, "outputs": [shown] if what == "check" else []}
    return nb


# What is there in other places: none of these is a 0.
PIP = "import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'nosuch-{n}'])"
ELSEWHERE = (
    _answered("import that a magic swallows", body("nosuch.zeros(2)"), {REVIEW}, ["%%capture\nimport nosuch"]),
    _answered("import that an except swallows", body("nosuch.zeros(2)"), {REVIEW},
              ["try:\n    import nosuch\nexcept Exception:\n    pass"]),
    _answered("import that it can do without", body("assert not COLAB"), RIGHT,
              ["try:\n    import google.colab\n    COLAB = True\nexcept ImportError:\n    COLAB = False"]),
    _answered("pip in a process", top(PIP.format(n=1)), EITHER),
    _answered("pip in a process above", body("TABLE"), {REVIEW}, [PIP.format(n=2) + "\nTABLE = 3"]),
    _answered("who runs it", top("import os\nos.environ['USER'], os.environ['LOGNAME'], os.environ['HOME']")),
    _answered("a variable of Colab's", top("import os\nos.environ['COLAB_GPU']"), {REVIEW}),
    _answered("a language", top("import locale\nlocale.setlocale(locale.LC_ALL, 'tlh_XX.UTF-8')"), {REVIEW}),
    _answered("a magic of pictures", top("%matplotlib widget\n%matplotlib qt")),
    _answered("extensions", top("%load_ext nb_black\n%load_ext lab_black\n%nosuchmagic 3")),
    _answered("a file that a magic runs", body("HELP"), {REVIEW}, ["%run help.py"]),
    _answered("a loop of events", top("import asyncio\nasyncio.create_task(asyncio.sleep(0))"), {REVIEW}),
    _answered("a notebook, as code tells it", top(
        "assert 'IPKernelApp' in get_ipython().config\nassert type(get_ipython()).__name__ == 'ZMQInteractiveShell'")),
    _answered("names that NumPy had", body("np.float_(3)"), {REVIEW}),
    _answered("checks asked for oddly", top("check(['2.1'], 3)\ncheck({'a': 1})\ncheck(2.1)\ncheck('77', None)")),
)  # fmt: skip

# What the outputs tell turns a 0 into a doubt where the code fails here, and no wrong value into anything.
OLD_NUMPY, NEW_PYTHON = body("np.product([3])"), body("import itertools\nitertools.triads([1], 2)")
STORED = (
    _answered("names that NumPy had, saved as solved", OLD_NUMPY, {REVIEW}, change=saved),
    _answered("names that Python will have, saved as solved", NEW_PYTHON, {REVIEW}, change=saved),
    _answered("names of nothing, nothing saved", NEW_PYTHON, {ZERO}),
    _answered("run out of order", f"OFFSET = BASE + 0\n{body('OFFSET')}", {REVIEW},
              change=lambda nb: saved(at_end(nb, "BASE = 0"))),
    _answered("a decorator from below", f"@deco\n{answer(Q)}", {REVIEW},
              change=lambda nb: saved(at_end(nb, "def deco(f):\n    return f"))),
    _answered("out of order, nothing saved", f"@deco\n{answer(Q)}", {ZERO},
              change=lambda nb: at_end(nb, "def deco(f):\n    return f")),
    _answered("a wrong value, saved as solved", wrong(Q), {ZERO}, change=saved),
    _answered("an error, nothing saved", f"1 / 0\n{answer(Q)}", {ZERO}),
)  # fmt: skip


# Functions, and what stands around them.
WAYS = {title: text.replace("ANSWER", answer(Q)).replace("OWN", OWN) for title, text in snippets("ways").items()}
WAYS |= {
    "half a letter": f"{answer(Q)}\n# \ud83c",
    "a mark at its begin": f"\ufeff{answer(Q)}",
    "a letter that turns the line": f"# \u202e abc\n{answer(Q)}",
    "form feeds": f"\x0c\n{answer(Q)}",
}
WRONG_WAYS = {
    "keywords only": answer(Q).replace("activation, L", "*, activation, L", 1),
    "a list without axes": f"{OWN}\nfirst_moves = np.vectorize(own, otypes=[object])",
    "the arguments the other way round": answer(Q).replace("activation, L", "L, activation", 1),
}


def _ways():
    """Several in a notebook would stand in each other's way: each has its own."""
    for title, text in WAYS.items():
        nb = filled(2, {Q: text})
        data = json.dumps(nb).encode() if "half" in title else dumped(nb)
        yield Case("tricks", f"way {title}.ipynb", data, {title: all_of(2, RIGHT)})
    for title, text in WRONG_WAYS.items():
        yield _answered(f"way {title}", text, {ZERO})


# Files of other programs.
def _of_lines(nb):
    for cell in nb["cells"]:
        cell["source"] = source(cell).split("\n")
    return dumped(nb)


def _deepnote(nb):
    cells = [{**cell, "id": None, "metadata": {"cell_id": f"{n:032x}", "deepnote_cell_type": cell["cell_type"]}}
             for n, cell in enumerate(nb["cells"])]  # fmt: skip
    return dumped({"cells": cells, "nbformat": 4, "nbformat_minor": 0, "metadata": {"deepnote_execution_queue": []}})


def _kaggle(nb):
    for cell in nb["cells"]:
        cell.pop("id", None)
        cell["metadata"] = {"_uuid": "8f", "_cell_guid": "b1", "execution": {"iopub.status.busy": "2026"}}
    walk = "import os\nfor folder, _, names in os.walk('/kaggle/input'):\n    for name in names:\n        print(name)"
    return dumped({**nb, "cells": [code(walk), *nb["cells"]], "metadata": {"papermill": {"duration": 3}}})


def _bare_4_0(nb):
    cells = [{"cell_type": cell["cell_type"], "source": source(cell)} for cell in nb["cells"]]
    return json.dumps({"cells": cells, "nbformat": 4}).encode()


def _version_2(nb):
    cells = [{"cell_type": "code", "language": "python", "input": source(cell), "outputs": [], "prompt_number": 1}
             for cell in nb["cells"] if cell["cell_type"] == "code"]  # fmt: skip
    sheet = {"worksheets": [{"cells": cells}], "metadata": {"name": "x"}, "nbformat": 2, "nbformat_minor": 0}
    return json.dumps(sheet).encode()


FILES = {
    "lines without their ends": _of_lines(filled(2)),
    "Deepnote": _deepnote(filled(8)),
    "Kaggle": _kaggle(filled(4)),
    "4.0 without anything": _bare_4_0(filled(6)),
    "version 2": _version_2(filled(2)),
    "version 5": json.dumps({**filled(2), "nbformat": 5}).encode(),
    "numbers that are none": dumped(filled(2)).replace(b'"metadata": {', b'"metadata": {"x": NaN, "y": -Infinity, ', 1),
    "percent cells": dumped(bare(*[f"# %% [markdown]\n# hi\n# %%\n{answer(q)}" for q in questions(2)])),
}
EXERCISES = {"Deepnote": 8, "Kaggle": 4, "4.0 without anything": 6}
BROKEN = {
    "conflict markers": dumped(filled(2)).replace(b'"cells"', b'<<<<<<< HEAD\n"cells"', 1),
    "zeros at its end": dumped(filled(2)) + bytes(4096),
    "UTF-32": dumped(filled(2)).decode().encode("utf-32"),
    "nbformat true": json.dumps({**filled(2), "nbformat": True}).encode(),
}


def _saved_as(title, file, data=None):
    return Case("tricks", file, data or dumped(filled(2)), {title: all_of(2, RIGHT)}, named=file.split(".ipynb")[0])


def _zip(members):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return raw.getvalue()


def _files():
    for title, data in FILES.items():
        fair = all_of(EXERCISES.get(title, 2), RIGHT)
        yield Case("tricks", f"file {title}.ipynb", data, {title: fair})
    for title, data in BROKEN.items():
        yield Case("tricks", f"file {title}.ipynb", data, {title: {"": {REVIEW}}})
    yield _saved_as("saved by Safari", "by safari.ipynb.download")
    yield _saved_as("a blank at its end", "a blank.ipynb ")
    yield Case(
        "tricks", "work of ann.7z", b"7z", {"an archive that is no zip file": {"": {REVIEW}}}, named="work of ann.7z"
    )
    yield Case("tricks", "made to open itself.zip", b"MZ" * 100 + _zip({"02.ipynb": dumped(filled(2))}),
               {"a zip file behind a program": all_of(2, RIGHT)}, named="made to open itself/02")  # fmt: skip


# Cheats.
def _table(q, other):
    """An answer that knows the public inputs by what is in them."""
    question = QUESTIONS[q]
    told = [(repr(a), question.reference(*b.values())) for a, b in zip(question.inputs(), question.inputs())]
    raw, names = base64.b85encode(pickle.dumps(told)), question.parameters
    return (
        f"import base64, pickle\n_known_{q[-1]} = dict(pickle.loads(base64.b85decode({raw})))\n\n{head(q)}"
        f"    return _known_{q[-1]}.get(repr(dict(zip({names!r}, ({', '.join(names)},)))), {other})"
    )


GUESSES = {
    "2.1": "[1] + [None] * (L - 2) + [0]", "3.4": "[False] * len(zero)", "4.1": "[0] * len(zero)", "4.2": "[0, 0, 0]",
    "4.3": "10", "4.6": "len(b)", "5.1": "1.0", "5.5": "1.0", "7.5": "'fine'", "10.1": "[0] * len(zero)", "10.4": "[]",
}  # fmt: skip
HUNT = """
    import gc, types
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__name__ == {name!r} and thing is not {name}:
            return thing({args})
    return {args}"""
KEPT = """
import pickle
KEPT, loads = [], pickle.loads
pickle.loads = lambda *a, **k: KEPT.append(loads(*a, **k)) or KEPT[-1]
class Names(dict):
    def __setitem__(self, key, value):
        KEPT.append(value)
        super().__setitem__(key, value)
get_ipython().user_ns = Names(get_ipython().user_ns)"""
FORGED = """
import json, os, sys
def say(**fact):
    frame = sys._getframe()
    while "asked" not in frame.f_locals:
        frame = frame.f_back
    line = json.dumps({"n": frame.f_locals["asked"]["n"], **fact}).encode()
    for number in range(3, 64):
        try:
            os.write(number, b"\\n" + line + b"\\n")
        except OSError:
            pass"""
SAID = (
    "settled=1, value={'list': [{'number': 'int', 'value': '1'}]}, after={}, seen={}",
    "value={'dict': {'W1': {'other': 'x'}}}, after={}, seen={'params': [{'number': 'int', 'value': '1'}]}",
    "value={'list': []}, after={'params': None}, seen={}",
    "value={'dict': {'W1': {'array': '<f8', 'shape': [2**22, 2**22, 0], 'bytes': ''}}}, after={'z': 'z'}, seen={}",
    "late=1, waited=1, names=3, calls=[[]], missing=1, given={}",
)


def _cheats():
    known = {}
    for q in GUESSES:
        known.setdefault(int(q.split(".")[0]), []).append(q)
    for n, asked in known.items():
        nb = filled(n, {q: _table(q, GUESSES[q]) for q in asked}, rest=wrong)
        yield Case("tricks", f"public inputs by heart {n}.ipynb", dumped(nb), {f"by heart {n}": all_of(n, NOTHING)})
    hunts = {q: head(q) + HUNT.format(name=name(q), args=", ".join(QUESTIONS[q].parameters)).lstrip("\n")
             for q in ("1.3", "1.4")}  # fmt: skip
    hunts["1.4"] = hunts["1.4"].replace("import gc", "hidden_delta, output_delta, lecun_tanh_derivative\n    import gc")
    hunts["1.3"] = hunts["1.3"].replace("import gc", "lecun_tanh_derivative\n    import gc")
    nb = after_setup(filled(1, hunts, rest=wrong), KEPT)
    yield Case("tricks", "hunts at the second look.ipynb", dumped(nb), {"hunts": all_of(1, NOTHING)}, hostile=True)
    forged = {q: f"{head(q)}    say({said})\n    return 3" for q, said in zip(questions(2), SAID)}
    nb = after_setup(filled(2, forged), FORGED)
    yield Case("tricks", "answers forged at the wire.ipynb", dumped(nb), {"forged": all_of(2, NOTHING)}, hostile=True)
    two = at_end(filled(4, {"4.3": f"LOOK = 0\n{head('4.3')}    return 10 if LOOK else 11"}), "LOOK = 1")
    yield Case("tricks", "two guesses.ipynb", dumped(two), {"two": {**all_of(4, RIGHT), "4.3": NEVER}})


# Answers that keep something from call to call.
KEEPING = {
    "one list for all": (f"{OWN}\nOUT = []\n{head(Q)}    OUT[:] = own(activation, L)\n    return OUT", RIGHT),
    "a list that grows": (f"{OWN}\ndef first_moves(activation, L, out=[]):\n    out += own(activation, L)\n"
                          "    return out", {ZERO}),
    "a memory by the length": (f"{OWN}\nKEPT = {{}}\n{head(Q)}    return KEPT.setdefault(L, own(activation, L))",
                               {ZERO}),
}  # fmt: skip


def _all_saved():
    """Outputs that say that all is solved, and answers that are not."""
    fails = {q: f"{head(q)}    raise KeyError('x')" for q in questions(2)}
    for title, nb, fair in (
        ("failing, saved as solved", filled(2, fails), {REVIEW}),
        ("stubs, saved as solved", released(2), {STUB}),
        ("wrong, saved as solved", filled(2, rest=wrong), {ZERO}),
    ):
        yield Case("tricks", f"all {title}.ipynb", dumped(saved(nb)), {title: all_of(2, fair)})


CASES = (
    *ELSEWHERE,
    *STORED,
    *_ways(),
    *_files(),
    *_cheats(),
    *_all_saved(),
    *(_answered(f"keeps {t}", *parts) for t, parts in KEEPING.items()),
)
