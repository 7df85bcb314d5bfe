"""What only the grader's machine lacks, or does otherwise: full points where it can be judged, else a person."""

import textwrap

from corpus import REVIEW, RIGHT, WRONG, Case, after_setup, all_of, answer, at_end, dumped, filled, head

Q = "2.1"


def body(text):
    """The right answer, whose body begins with other lines."""
    first, rest = answer(Q).split("\n", 1)
    assert first.startswith("def ")
    return f"{first}\n{textwrap.indent(textwrap.dedent(text), '    ')}\n{rest}"


def _answered(title, source, outcome=RIGHT, **options):
    """An exercise whose 2.1 is that source, and the other answers right."""
    fair = {**all_of(2, RIGHT), Q: outcome}
    return Case("doubts", f"{title}.ipynb", dumped(filled(2, {Q: source})), {title: fair}, **options)


def _cell(title, *sources, outcome=RIGHT, source=None, **options):
    """The same with cells above."""
    nb = after_setup(filled(2, {Q: source or answer(Q)}), *sources)
    return Case("doubts", f"{title}.ipynb", dumped(nb), {title: {**all_of(2, RIGHT), Q: outcome}}, **options)


def _newer():
    nb = filled(2, {Q: body('note = f"{"a" + "b"}"')})
    nb["metadata"]["language_info"] = {"name": "python", "version": "3.99.1"}
    fair = {**all_of(2, RIGHT), Q: {REVIEW, *RIGHT}}  # a newer Python reads it
    return Case("doubts", "a newer Python.ipynb", dumped(nb), {"a newer Python": fair})


def _at_end():
    """The answer's cell lacks something, and it is written again at the end, where it does not."""
    nb = at_end(filled(2, {Q: f"import nosuch\nnosuch.go()\n\n{answer(Q)}"}), answer(Q))
    return Case("doubts", "written again.ipynb", dumped(nb), {"written again": all_of(2, RIGHT)})


NEEDS = "import nosuch\n\nTABLE = nosuch.read('data.csv')"
NO_DIMENSION = f"""import numpy as np
{answer(Q)}
_own = first_moves
{head(Q)}    return [v if v is None else np.asarray(v) for v in _own(activation, L)]"""
WRITTEN = "%%writefile layerhelp.py\ndef same(x):\n    return x"
CASES = (
    _cell("a module that the notebook writes", WRITTEN, "import layerhelp",
          source=body("L = layerhelp.same(L)")),
    _cell("imports of another place", "from google.colab import drive, files\ndrive.mount('/content')\nimport math",
          source=body("L = int(math.sqrt(L * L))")),
    _answered("a package that is not needed", f"import tensorflow as tf\nimport nosuch.sub\n\n{answer(Q)}"),
    _answered("a package that is needed", f"import nosuch as ns\n\n{body('ns.zeros(3)')}", {REVIEW}),
    _answered("an import in the answer", body("import nosuch"), {REVIEW}),
    _cell("a way round", "try:\n    import nosuch\nexcept ImportError:\n    nosuch = None",
          source=body("if nosuch: raise ValueError")),
    _cell("what another cell needs", NEEDS, source=body("TABLE"), outcome={REVIEW}),
    _answered("somebody to ask", body("input('how many? ')"), {REVIEW}),
    _answered("a file beside it", body("open('data.csv')"), {REVIEW}),
    _answered("who and where one is", body("""
        import getpass, os, pathlib, pwd, socket
        getpass.getuser(), pwd.getpwuid(os.getuid()), pathlib.Path.home(), socket.gethostbyname("localhost")
        """), {REVIEW, *RIGHT}),  # outside bubblewrap, who the grader's user is depends on the machine
    _answered("numbers that are arrays of no dimension", NO_DIMENSION),
    _cell("a magic of another place", "%tensorflow_version 2.x", "%%bigquery\nSELECT 1"),
    _cell("a cell that ends Python", "import os\nTABLE = 3\nos.kill(os.getpid(), 9)", source=body("TABLE"),
          outcome={REVIEW}, hostile=True),
    _cell("an error by a setting alone", "np.seterr(all='raise')", source=body("np.exp(np.float64(-1000))"),
          outcome={REVIEW}),
    _newer(),
    _at_end(),
    # These are wrong everywhere.
    _answered("no Python", f"{head(Q)}    return [", WRONG),
    _answered("a name of nothing", body("NOTHING"), WRONG),
    _answered("an error of its own", body("raise ValueError('x')"), WRONG),
)  # fmt: skip
