"""Honest habits: all of these solve their exercise, and deserve all of its points."""

import itertools
import json
import os
import re
import textwrap

import nbformat
from corpus import (
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
    place,
    questions,
    released,
    renamed,
    role,
    snippets,
    source,
    stub,
)

from course_utils.checks import QUESTIONS


def _arguments(question):
    return ", ".join(QUESTIONS[question].parameters)


# Ways to write an answer down: each makes a cell of a question.


def _lambda(q):
    return f"{renamed(q, '_mine')}\n\n{name(q)} = lambda {_arguments(q)}, f=_mine: f({_arguments(q)})"


def _partial(q):
    text = renamed(q, "_base").replace("def _base(", "def _base(unused, ", 1)
    return f"import functools\n\n{text}\n\n{name(q)} = functools.partial(_base, None)"


def _callable_class(q):
    text = textwrap.indent(renamed(q, "__call__").replace("def __call__(", "def __call__(self, ", 1), "    ")
    return f"class Answer:\n{text}\n\n{name(q)} = Answer()"


def _bound_method(q):
    text = textwrap.indent(renamed(q, "solve").replace("def solve(", "def solve(self, ", 1), "    ")
    return f"class Solver:\n{text}\n\n{name(q)} = Solver().solve"


def _nested(q):
    return f"def make():\n{textwrap.indent(answer(q), '    ')}\n    return {name(q)}\n\n{name(q)} = make()"


def _decorated(q):
    return (
        "import functools\nimport time\n\ndef timed(f):\n    @functools.wraps(f)\n    def inner(*args, **kwargs):\n"
        "        start = time.time()\n        result = f(*args, **kwargs)\n"
        "        print(f.__name__, 'took', time.time() - start)\n        return result\n    return inner\n\n"
        f"@timed\n{answer(q)}"
    )


def _defaults(q):
    more = ", verbose=False, *, scale=1.0, **options"
    return answer(q).replace(f"{name(q)}({_arguments(q)})", f"{name(q)}({_arguments(q)}{more})", 1)


def _star(q):
    return f"{renamed(q, 'starred')}\n\ndef {name(q)}(*args, **kwargs):\n    return starred(*args, **kwargs)"


def _hints(q):
    parameters = ", ".join(f"{p}: 'np.ndarray | dict'" for p in QUESTIONS[q].parameters)
    text = answer(q).replace(f"{name(q)}({_arguments(q)})", f"{name(q)}({parameters}) -> 'np.ndarray'", 1)
    return f"from __future__ import annotations\nfrom typing import Any\n\n{text}"


def _other_parameters(q):
    new = ", ".join(f"größe_{i}" for i, _ in enumerate(QUESTIONS[q].parameters))
    return f"{renamed(q, 'rechne')}\n\ndef {name(q)}({new}):\n    ergebnis_ñ = rechne({new})\n    return ergebnis_ñ"


def _tabs(q):
    return re.sub(r"^( {4})+", lambda m: "\t" * (len(m[0]) // 4), answer(q), flags=re.MULTILINE)


def _windows(q):
    return answer(q).replace("\n", "\r\n")


def _other_import(q):
    return "import numpy as num\nimport numpy\n\n" + re.sub(r"\bnp\.", "num.", answer(q))


def _import_inside(q):
    head, colon, body = answer(q).partition("):\n")
    return f"{head}{colon}    import numpy as np\n    from course_utils import mlp, theory\n{body}"


def _prints(q):
    return (
        f"{renamed(q, 'quiet')}\n\ndef {name(q)}({_arguments(q)}):\n    print({_arguments(q)})\n"
        f"    result = quiet({_arguments(q)})\n    print(result)\n    display(result)\n    return result\n\n"
        "print('✓ ok')"
    )


def _assigned(q):
    return f"{renamed(q, 'my_own')}\n\n{name(q)} = my_own"


def _walrus(q):
    return f"{renamed(q, 'hidden_one')}\n\n(({name(q)} := hidden_one))"


def _conditional(q):
    return f"if True:\n{textwrap.indent(answer(q), '    ')}\nelse:\n    {name(q)} = None"


def _tried(q):
    return f"try:\n{textwrap.indent(answer(q), '    ')}\nexcept ImportError as error:\n    raise"


def _timed(q):
    return f"%%time\n{answer(q)}\nprint('done')"


def _captured(q):
    return f"%%capture out\n{answer(q)}\nprint('done')"


def _magic_inside(q):
    return f"{answer(q)}\n\n%time 1 + 1\nfiles = !ls\n!echo hello\nimport os\nos.getcwd()"


def _question_mark(q):
    return f"{answer(q)}\n\n{name(q)}?"


def _from_a_text(q):
    return f"exec({answer(q)!r})"


def _in_globals(q):
    return f"{renamed(q, 'private_one')}\nglobals()['{name(q)}'] = private_one"


def _memory(q):
    return (
        f"{renamed(q, 'counted')}\n\ncalls = []\n\ndef {name(q)}({_arguments(q)}):\n    global last\n"
        f"    calls.append(1)\n    last = counted({_arguments(q)})\n    return last"
    )


def _guarded(q):
    return (
        f"{renamed(q, 'checked')}\n\ndef {name(q)}({_arguments(q)}):\n    try:\n"
        f"        return checked({_arguments(q)})\n"
        "    except Exception as error:\n        print(error)\n        raise\n    finally:\n        pass"
    )


def _patched_later(q):
    return f"def {name(q)}({_arguments(q)}):\n    raise ValueError\n\n{answer(q)}"


def _warns(q):
    return (
        f"import warnings\n\n{renamed(q, 'silent')}\n\ndef {name(q)}({_arguments(q)}):\n"
        f"    warnings.warn('rough', stacklevel=2)\n    return silent({_arguments(q)})"
    )


def _plots(q):
    return (
        f"import matplotlib.pyplot as plt\n\n{renamed(q, 'plain')}\n\ndef {name(q)}({_arguments(q)}):\n"
        f"    plt.figure()\n    plt.plot([1, 2])\n    plt.show()\n    plt.close('all')\n"
        f"    return plain({_arguments(q)})"
    )


STYLES = (
    _lambda, _partial, _callable_class, _bound_method, _nested, _decorated, _defaults, _star, _hints, _other_parameters,
    _tabs, _windows, _other_import, _import_inside, _prints, _assigned, _walrus, _conditional, _tried, _timed,
    _captured, _magic_inside, _question_mark, _from_a_text, _in_globals, _memory, _guarded, _patched_later, _warns,
    _plots,
)  # fmt: skip


def _styled():
    """Every exercise, each answer written in another way."""
    cases, count = [], 0
    for n in range(1, 10):
        answers, tricks = {}, {}
        for q in questions(n):
            style = STYLES[count % len(STYLES)]
            answers[q] = style(q)
            tricks[f"{style.__name__.strip('_').replace('_', ' ')} ({q})"] = {q: RIGHT}
            count += 1
        cases.append(Case("honest", f"styles {n}.ipynb", dumped(filled(n, answers)), tricks))
    return cases


# Habits of whole notebooks: each is made from an exercise that is solved.


def _no_metadata(nb):
    for cell in nb["cells"]:
        cell["metadata"] = {}
    nb["metadata"] = {}


def _new_ids(nb):
    for i, cell in enumerate(nb["cells"]):
        cell["id"] = f"{i:08x}"


def _nothing_left(nb):
    _no_metadata(nb)
    for cell in nb["cells"]:
        cell.pop("id", None)
    nb["nbformat_minor"] = 0


def _same_ids(nb):
    for cell in nb["cells"]:
        cell["id"] = "same"


def _duplicated(nb):
    nb["cells"] = [copy for cell in nb["cells"] for copy in [cell] * (2 if role(cell)[0] == "answer" else 1)]


def _reversed(nb):
    """Questions in another order: each answer with its check."""
    at = place(nb, "setup") + 1
    blocks = []
    for cell in nb["cells"][at:]:
        if role(cell)[0] == "text" or not blocks:
            blocks.append([])
        blocks[-1].append(cell)
    nb["cells"][at:] = [cell for block in reversed(blocks) for cell in block]


def _checks_gone(nb):
    nb["cells"] = [cell for cell in nb["cells"] if role(cell)[0] != "check"]


def _checks_twice(nb):
    nb["cells"] += [cell for cell in nb["cells"] if role(cell)[0] == "check"]


def _code_only(nb):
    nb["cells"] = [cell for cell in nb["cells"] if cell["cell_type"] == "code"]


def _answers_first(nb):
    """All answers above the set-up."""
    answers = [cell for cell in nb["cells"] if role(cell)[0] == "answer"]
    nb["cells"] = answers + [cell for cell in nb["cells"] if role(cell)[0] != "answer"]


def _checks_commented(nb):
    for cell in nb["cells"]:
        if role(cell)[0] == "check":
            cell["source"] = "# " + source(cell)
    return nb


def _executed(nb):
    for count, cell in enumerate((c for c in nb["cells"] if c["cell_type"] == "code"), start=40):
        cell["execution_count"] = count
        cell["outputs"] = [
            {"output_type": "stream", "name": "stdout", "text": ["✗ 1.1 not yet: an old line\n"]},
            {"output_type": "error", "ename": "NameError", "evalue": "old", "traceback": ["\x1b[31mold\x1b[0m"]},
        ]


def _huge_outputs(nb):
    nb["cells"][1]["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0K" * (25 * 2**17)}}
    ]


def _colab(nb):
    nb["metadata"] |= {"colab": {"provenance": [], "toc_visible": True}, "accelerator": "GPU"}
    for i, cell in enumerate(nb["cells"]):
        cell["metadata"] = {"id": f"aB{i}xYz", "colab": {"base_uri": "https://localhost:8080/"}, "outputId": "7f"}
        cell.pop("id", None)


def _vs_code(nb):
    nb["metadata"] = {"language_info": {"name": "python", "version": "3.12.1"}, "kernelspec": {"name": ".venv"}}
    for i, cell in enumerate(nb["cells"]):
        cell["metadata"] = {"vscode": {"languageId": "python"}} if i % 2 else {}
        cell["id"] = f"#VSC-{i:08x}"
        cell["source"] = source(cell).splitlines(keepends=True)


def _other_kernel(nb):
    nb["metadata"] = {
        "kernelspec": {"name": "conda-env-ml-py", "display_name": "Python [conda env:ml]", "language": "R"}
    }


def _null_metadata(nb):
    for cell in nb["cells"]:
        cell["metadata"] = None


def _typed_anew(nb):
    """Stubs left as they are; each answer in a new cell below its check, and no metadata."""
    for cell in released_stubs(nb):
        at = nb["cells"].index(cell)
        nb["cells"].insert(at + 2, code(source(cell)))
        cell["source"] = stub(role(cell)[1])


def released_stubs(nb):
    """The cells for answers."""
    return [cell for cell in nb["cells"] if role(cell)[0] == "answer"]


def _setup_edited(nb):
    cell = nb["cells"][place(nb, "setup")]
    cell["source"] = (
        "import os, sys  # mine\n" + source(cell) + "\nprint(sys.version)\nnp.set_printoptions(precision=2)"
    )


def _setup_gone(nb):
    del nb["cells"][place(nb, "setup")]


MAGICS, SCRATCH, PLOTS, CONCURRENT, SHADOWED, WIDGETS, RESTLESS = (
    tuple(snippets(file).values())
    for file in ("magics", "scratch", "plots", "concurrent", "shadowed", "widgets", "restless")
)


def _habits(n, changes, hostile=False):
    """A case made from a solved exercise by changes, {title: function}; these may return another notebook, or bytes."""
    nb = filled(n)
    for change in changes.values():
        nb = change(nb) or nb
    data = nb if isinstance(nb, bytes) else dumped(nb)
    title = " + ".join(changes)[:100]
    return Case("honest", f"{title}.ipynb", data, {title: all_of(n, RIGHT) for title in changes}, hostile)


def _one_cell(nb):
    setup = source(nb["cells"][place(nb, "setup")])
    parts = [part for q in questions(3) for part in (answer(q), f'check("{q}", {name(q)})')]
    return bare("\n\n".join([setup, *parts]))


def _two_cells(nb):
    answers = [answer(q) for q in questions(4)]
    setup = source(nb["cells"][place(nb, "setup")])
    return bare(
        setup, "\n\n\n".join(answers[:3]), "\n".join(answers[3:]), *(f'check("{q}", {name(q)})' for q in questions(4))
    )


def _helpers(nb):
    """A helper in a cell of its own for every answer, and constants in another."""
    for cell in released_stubs(nb):
        q = role(cell)[1]
        at = nb["cells"].index(cell)
        cell["source"] = f"def {name(q)}({_arguments(q)}):\n    return TIMES_{at} * 1 and helper_{at}({_arguments(q)})"
        nb["cells"][at:at] = [code(f"TIMES_{at} = 1"), code(renamed(q, f"helper_{at}"))]


def _other_names(nb):
    """Stubs untouched, own functions, checks that ask for these."""
    for cell in released_stubs(nb):
        q = role(cell)[1]
        at = nb["cells"].index(cell)
        cell["source"] = stub(q)
        nb["cells"][at + 1]["source"] = f'check("{q}", my_{name(q)})'
        nb["cells"].insert(at + 1, code(renamed(q, f"my_{name(q)}")))


def _other_names_marked(nb):
    """Own names in the marked cells, checks edited."""
    for cell in released_stubs(nb):
        q = role(cell)[1]
        at = nb["cells"].index(cell)
        cell["source"] = renamed(q, f"solve_{q.replace('.', '_')}")
        nb["cells"][at + 1]["source"] = f"print('mine:')\ncheck('{q}', solve_{q.replace('.', '_')}, seconds=60)"


def _expressions(nb):
    """Checks that ask for what is no name."""
    ways = ("lambda *args: own_{i}(*args)", "functools.partial(own_{i})", "own[{i}]", "answer=own_{i}")
    for i, cell in enumerate(released_stubs(nb)):
        q = role(cell)[1]
        at = nb["cells"].index(cell)
        cell["source"] = stub(q)
        nb["cells"][at + 1]["source"] = f'import functools\ncheck("{q}", {ways[i % len(ways)].format(i=i)})'
        nb["cells"].insert(at + 1, code(f"{renamed(q, f'own_{i}')}\nown = {{{i}: own_{i}}}"))


def _stub_edited_beside(nb):
    """The stub with a note of one's own, and another function below it, which the check asks for."""
    for cell in released_stubs(nb):
        q = role(cell)[1]
        at = nb["cells"].index(cell)
        cell["source"] = "# I did this one below\n" + stub(q)
        nb["cells"][at + 1]["source"] = f'check("{q}", my_{name(q)})'
        nb["cells"].insert(at + 1, code(renamed(q, f"my_{name(q)}")))


def _rebound(nb):
    results = "\n".join(f"{name(q)} = 3.5" for q in questions(5)[:3])
    more = "\n".join(f"{name(q)} = [1, 2]" for q in questions(5)[3:])
    return at_end(nb, results, f"for {name(questions(5)[0])} in range(3):\n    pass", more)


def _reset_first(nb):
    nb["cells"].insert(0, code("%reset -f"))


def _scratch_before_setup(nb):
    nb["cells"].insert(0, code("np = 3\nmlp = None\nparams = 'x'\nphi = check = 1\nrng = None"))


def _old_answers_above(nb):
    """Two earlier wrong tries above each answer."""
    for cell in released_stubs(nb):
        q = role(cell)[1]
        at = nb["cells"].index(cell)
        tries = [f"def {name(q)}({_arguments(q)}):\n    return {value}" for value in ("None", "0 * 1")]
        nb["cells"][at:at] = [code(tries[0]), code(tries[1])]


def _many_tries(nb):
    """Ten copies of every answer, all right."""
    for cell in released_stubs(nb):
        at = nb["cells"].index(cell)
        nb["cells"][at:at] = [code(f"# try {i}\n{source(cell)}") for i in range(10)]


def _version_3(nb):
    return nbformat.writes(nbformat.convert(nbformat.reads(json.dumps(nb), as_version=4), 3), version=3).encode()


def _version_3_bare(nb):
    """As old tools wrote it: prompt numbers, `input`, and headings."""
    cells = [{"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Exercise 08"]}]
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            cells.append({"cell_type": "code", "collapsed": False, "input": source(cell).splitlines(True),
                          "language": "python", "metadata": {}, "outputs": [], "prompt_number": 3})  # fmt: skip
    return json.dumps(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    ).encode()


def _noisy(nb):
    """A cell before, between and after all others, with a lot of text."""
    nb["cells"] = [
        part for cell in nb["cells"] for part in (cell, code("for i in range(2000):\n    print(i, '✓' * 50)"))
    ]


def _unused(nb):
    nb["cells"] = [part for cell in nb["cells"] for part in (cell, code(""), code("# TODO"), code("pass"))]


def _raw_and_markdown(nb):
    nb["cells"] += [
        {"cell_type": kind, "metadata": {}, "source": f"notes: def {name('1.1')}(z) is mine"}
        for kind in ("raw", "markdown")
    ]


def _strict(nb):
    return after_setup(
        nb, "import warnings\nwarnings.simplefilter('error')\nnp.seterr(over='warn')", "import gc\ngc.disable()"
    )


def _leaving(nb):
    return at_end(nb, "exit()", "quit()", "exit", "import sys\nsys.exit(0)", "raise SystemExit(1)")


def _magic_on_top(nb):
    """A magic for pictures above each answer, in its cell, and what ipykernel's shell has."""
    tops = ("%matplotlib inline", "%pylab inline", "kernel = get_ipython().kernel", "import course_utils\n"
            "course_utils.checks.progress()", "get_ipython().run_line_magic('matplotlib', 'inline')")  # fmt: skip
    for cell, top in zip(released_stubs(nb), itertools.cycle(tops)):
        cell["source"] = f"{top}\nimport matplotlib.pyplot as plt\n\n{source(cell)}"


def _calling_helpers(nb):
    """Answers that call a helper; yields of each its cell, the helper's first line, and a cell with a right helper."""
    for i, cell in enumerate(released_stubs(nb)):
        q = role(cell)[1]
        cell["source"] = f"{head(q)}    return helper_{i}({_arguments(q)})"
        yield cell, f"def helper_{i}({_arguments(q)}):\n", code(renamed(q, f"helper_{i}"))


def _helpers_below(nb):
    """What an answer calls stands in a cell below it: above its check, which is as it was, or after all."""
    for i, (cell, _, helper) in enumerate([*_calling_helpers(nb)]):
        nb["cells"].insert(nb["cells"].index(cell) + 1 if i % 2 else len(nb["cells"]), helper)


def _helpers_mended(nb):
    """A wrong helper above an answer, the right one between it and its check."""
    for cell, first, helper in _calling_helpers(nb):
        at = nb["cells"].index(cell)
        nb["cells"][at : at + 1] = [code(f"{first}    return 12345.0"), cell, helper]


def _second_versions(nb):
    """First tries left in place, and checks that ask for second ones: in the same cell, or in one of their own."""
    for i, cell in enumerate(released_stubs(nb)):
        q = role(cell)[1]
        at = nb["cells"].index(cell)
        first, second = f"{head(q)}    return 12345.0\n", renamed(q, f"{name(q)}_v2")
        cell["source"] = f"{first}\n{second}" if i % 2 else first
        nb["cells"][at + 1]["source"] = f'check("{q}", {name(q)}_v2)'
        if not i % 2:
            nb["cells"].insert(at + 1, code(second))


def _pop_and_put_back(nb):
    """Arguments that are changed and put back."""
    for cell in released_stubs(nb):
        q = role(cell)[1]
        first = QUESTIONS[q].parameters[0]
        cell["source"] = (
            f"{renamed(q, f'_right_{q[2:]}')}\n\n{head(q)}    if isinstance({first}, dict):\n"
            f"        {first}['W1'] = {first}.pop('W1')\n    return _right_{q[2:]}({_arguments(q)})"
        )


def _compared(nb):
    """Activations told apart as objects, not by their names."""
    for cell in released_stubs(nb):
        q = role(cell)[1]
        if "activation" in QUESTIONS[q].parameters:
            cell["source"] = (
                f"from course_utils import activations\n\n{renamed(q, f'_right_{q[2:]}')}\n\n{head(q)}"
                "    known = {activations.get(name): name for name in activations.ACTIVATIONS}\n"
                f"    assert activation is activations.get(known[activation])\n"
                f"    return _right_{q[2:]}({_arguments(q)})"
            )


HABITS = (
    _habits(1, {"retyped in new cells": _typed_anew, "notes in raw cells": _raw_and_markdown,
                "no metadata": _no_metadata}),
    _habits(2, {"own names, checks edited": _other_names, "set-up edited": _setup_edited, "new ids": _new_ids}),
    _habits(3, {"set-up deleted": _setup_gone, "a lot of prints": _noisy, "old outputs and errors": _executed}),
    _habits(4, {"plots": lambda nb: after_setup(nb, *PLOTS), "empty cells": _unused, "25 MB of outputs": _huge_outputs,
                "byte order mark": lambda nb: b"\xef\xbb\xbf" + dumped(nb)}),
    _habits(5, {"answers twice": _duplicated, "widgets": lambda nb: after_setup(nb, *WIDGETS),
                "magics": lambda nb: after_setup(nb, *MAGICS),
                "from Colab": _colab}),
    _habits(6, {"questions reversed": _reversed, "helpers in their own cells": _helpers, "from VS Code": _vs_code,
                "UTF-16": lambda nb: dumped(nb).decode().encode("utf-16")}),
    _habits(7, {"checks deleted": _checks_gone, "chdir, stdout moved": lambda nb: after_setup(nb, *RESTLESS),
                "exit at the end": _leaving}),
    _habits(8, {"checks run again": _checks_twice, "another kernel": _other_kernel, "warnings are errors": _strict}),
    _habits(9, {"code cells alone": _code_only}),
    _habits(2, {"answers above the set-up": _answers_first,
                "CRLF in the file": lambda nb: dumped(nb).replace(b"\n", b"\r\n")}),
    _habits(4, {"wrong tries above": _old_answers_above, "same ids": _same_ids, "metadata null": _null_metadata}),
    _habits(3, {"neither metadata nor ids, nbformat 4.0": _nothing_left}),
    _habits(2, {"scratch cells that fail": lambda nb: at_end(after_setup(nb, *SCRATCH), *SCRATCH)}),
    _habits(2, {"scratch above the set-up": _scratch_before_setup}),
    _habits(5, {"built-ins shadowed and back": lambda nb: after_setup(nb, *SHADOWED), "names rebound later": _rebound}),
    _habits(5, {"reset first": _reset_first}),
    _habits(8, {"ten tries of each": _many_tries, "built-ins shadowed later": lambda nb: at_end(nb, *SHADOWED[:3])}),
    _habits(8, {"stub with a note, and own name": _stub_edited_beside}),
    _habits(4, {"checks of expressions": _expressions}),
    _habits(4, {"nbformat 3": _version_3}),
    _habits(8, {"nbformat 3, old tools": _version_3_bare}),
    _habits(3, {"all in one cell": _one_cell}),
    _habits(4, {"two cells for all answers": _two_cells}),
    _habits(6, {"own names in the marked cells": _other_names_marked}),
    _habits(4, {"magics above answers": _magic_on_top}),
    _habits(2, {"magics above answers of exercise 2": _magic_on_top}),
    _habits(3, {"helpers below": _helpers_below}),
    _habits(8, {"helpers below in exercise 8": _helpers_below}),
    _habits(6, {"helpers mended before the check": _helpers_mended}),
    _habits(2, {"second versions that the checks ask for": _second_versions}),
    _habits(5, {"second versions in exercise 5": _second_versions}),
    _habits(2, {"popped and put back": _pop_and_put_back}),
    _habits(1, {"popped and put back in exercise 1": _pop_and_put_back}),
    _habits(6, {"activations compared": _compared}),
    _habits(2, {"await, tasks, threads, a process": lambda nb: after_setup(nb, *CONCURRENT)}, hostile=True),
)  # fmt: skip


# Names and archives


def _right(file, n, **options):
    return Case("names", file, dumped(filled(n)), {file: all_of(n, RIGHT)}, **options)


def _unread(file, **options):
    """Only a name: there is nothing in the file."""
    return Case("names", file, b"{}", {file: {"": {REVIEW}}}, **options)


NAMES = (
    _right("Ann O'Neil/02_zero weights (final) (2).ipynb", 2),
    _unread("Žofie Ñandú/упражнение 四 تمرين.ipynb"),
    _unread("=cmd|' C calc'!A0.ipynb", named="=cmd_' C calc'!A0"),
    _right("upper.IPYNB", 4, named="upper"),
    _unread(f"{'Bartholomäus-' * 14}.ipynb"),
    _unread('quo"te <b>bold<b>; rm -rf $HOME.ipynb', named="quo_te _b_bold_b_; rm -rf $HOME"),
    _unread("a/same.ipynb"),
    _unread("b/same.ipynb"),
    _right("moodle.zip/Ann Lee_1234_assignsubmission_file_/02_zero_weights.ipynb", 2),
    _unread("moodle.zip/Bo Li_1235_assignsubmission_file_/02_zero_weights.ipynb"),
    _right("canvas.zip/leeann_88_1234_02_zero_weights-1.ipynb", 2),
    _unread("canvas.zip/libo_LATE_89_1235_ñandú.ipynb"),
    _unread("-rf --help.ipynb"),
    _unread(f"{'x' * 249}.ipynb"),
    _unread(f"canvas.zip/{'y' * 400}.ipynb"),
    _unread("clash.html/inner.ipynb"),
    _unread("clash.ipynb"),
    _unread(os.fsdecode(b"\xff\xfe.ipynb"), named="__"),
    _unread("a.b.c.ipynb"),
    _right(
        "moodle.zip/Cy Ng_1236_assignsubmission_file_/04_biases.ipynb.txt",
        4,
        named="moodle/Cy Ng_1236_assignsubmission_file_/04_biases",
    ),
    _right("as a browser saved it.ipynb.json", 4, named="as a browser saved it"),
    Case(
        "names",
        "moodle.zip/Di Wu_1237_assignsubmission_file_/hw.tar.gz",
        b"?",
        {"no notebook": {"": {REVIEW}}},
        named="moodle/Di Wu_1237_assignsubmission_file_/hw.tar.gz",
    ),
    Case(
        "names",
        "canvas.zip/oned_90_1236_report.pdf",
        b"%PDF",
        {"only a PDF": {"": {REVIEW}}},
        named="canvas/oned_90_1236_report.pdf",
    ),
)


def _fenced(nb):
    for cell in released_stubs(nb):
        text = f"```python\n{answer(role(cell)[1])}\n```"
        at = nb["cells"].index(cell)
        nb["cells"].insert(at + 1, {"cell_type": "markdown", "metadata": {}, "source": text})
    return nb


def _above_stubs(nb):
    for cell in released_stubs(nb):
        nb["cells"].insert(nb["cells"].index(cell), code(answer(role(cell)[1])))
    return nb


def _draft_given(nb):
    for cell in released_stubs(nb):
        q = role(cell)[1]
        cell["source"] = f"{head(q)}    return 12345.0"
        nb["cells"].insert(nb["cells"].index(cell), code(f'{renamed(q, "draft")}\n\ncheck("{q}", draft)'))
    return nb


PARTS = (
    Case(
        "honest", "half done.ipynb",
        dumped(filled(5, rest=lambda q: answer(q) if q in ("5.1", "5.3") else stub(q))),
        {"half done": {q: RIGHT if q in ("5.1", "5.3") else {STUB} for q in questions(5)}},
    ),
    Case(
        "honest", "checks commented out.ipynb", dumped(_checks_commented(filled(2, {"2.1": answer("2.1")}, rest=stub))),
        {"checks commented out": {q: RIGHT if q == "2.1" else {ZERO, STUB} for q in questions(2)}},
    ),
    Case(
        "honest", "in a fence.ipynb", dumped(_fenced(filled(4, rest=lambda q: "# below\n" + stub(q)))),
        {"answers in markdown cells, stubs with a note": all_of(4, {REVIEW})},
    ),
    Case(
        "honest", "above their stubs.ipynb", dumped(_above_stubs(filled(7, rest=lambda q: "# see above\n" + stub(q)))),
        {"right answers above stubs that follow": all_of(7, {REVIEW})},
    ),
    Case(
        "honest", "draft given once.ipynb", dumped(_draft_given(filled(1))),  # 1.3 calls 1.1, and 1.4 calls 1.3
        {"a right draft given to the check, then a wrong answer": all_of(1, {REVIEW}) | {"1.3": {ZERO}, "1.4": {ZERO}}},
    ),
    Case("honest", "untouched.ipynb", dumped(released(1)), {"untouched": all_of(1, {STUB})}),
    Case(
        "honest", "right then wrong.ipynb",
        dumped(at_end(filled(4), f"def {name('4.1')}(zero):\n    return [0] * len(zero)")),
        {"a wrong answer below the right one": all_of(4, RIGHT) | {"4.1": {REVIEW}}},
    ),
)  # fmt: skip

CASES = (*_styled(), *HABITS, *NAMES, *PARTS)
