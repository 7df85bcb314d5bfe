"""What students really do: habits of other editors, of other languages, and of their own."""

import io
import json
import textwrap
import zipfile

from corpus import (
    REVIEW,
    RIGHT,
    STUB,
    WRONG,
    Case,
    after_setup,
    all_of,
    answer,
    at_end,
    bare,
    dumped,
    filled,
    head,
    questions,
    released,
    renamed,
    role,
    source,
    stub,
    wrong,
)

Q = "5.2"  # normalize(x_train, x_new)
FIRST = f"{renamed(Q, 'first')}\n\n{head(Q)}"
MEANS = "mean, std = x_train.mean(axis=0), np.where(np.ptp(x_train, axis=0) > 0, x_train.std(axis=0), 1)"


def _answered(title, text, outcome=RIGHT, cells=(), **options):
    """An exercise whose 5.2 is that source, below these cells, and the other answers right."""
    nb = after_setup(filled(5, {Q: textwrap.dedent(text).strip()}), *map(textwrap.dedent, cells))
    return Case("honest", f"odd {title}.ipynb", dumped(nb), {title: {**all_of(5, RIGHT), Q: outcome}}, **options)


ANSWERS = (
    _answered("dataclass", f"""
        from dataclasses import dataclass, field

        @dataclass(frozen=True)
        class Scale:
            mean: "np.ndarray"
            std: np.ndarray = field(repr=False)

            def __call__(self, x):
                return (x - self.mean) / self.std

        def normalize(x_train, x_new):
            {MEANS}
            return Scale(mean, std)(x_new)
        """),
    _answered("cached by bytes", f"""
        import functools

        @functools.lru_cache(maxsize=None)
        def statistics(raw, shape):
            x_train = np.frombuffer(raw).reshape(shape)
            {MEANS}
            return mean, std

        def normalize(x_train, x_new):
            mean, std = statistics(x_train.tobytes(), x_train.shape)
            return (x_new - mean) / std
        """),
    _answered("a global counter", f"""
        calls = 0

        def normalize(x_train, x_new):
            global calls, last
            calls += 1
            {MEANS}
            last = (x_new - mean) / std
            return last
        """),
    _answered("numpy.typing", f"""
        import numpy.typing as npt
        from typing import TypeAlias

        Array: TypeAlias = npt.NDArray[np.float64]

        def normalize(x_train: Array, x_new: Array) -> Array:
            {MEANS}
            out: Array = (x_new - mean) / std
            return out
        """),
    _answered("timed by a magic", f"%%time\n{answer(Q)}"),
    _answered("captured by a magic", f"%%capture output\n{answer(Q)}\nprint('done')"),
    _answered("a decorator of a package that is not here", f"""
        from numba import njit

        @njit
        def normalize(x_train, x_new):
            {MEANS}
            return (x_new - mean) / std
        """, {REVIEW}),
    _answered("a package that may be missing", f"""
        try:
            from numba import njit
        except ImportError:
            njit = lambda f: f

        @njit
        def normalize(x_train, x_new):
            {MEANS}
            return (x_new - mean) / std
        """),
    _answered("cache on arrays", f"""
        import functools

        @functools.lru_cache
        def normalize(x_train, x_new):
            {MEANS}
            return (x_new - mean) / std
        """, WRONG),
    _answered("logging", f"""
        import logging
        logging.basicConfig(level=logging.DEBUG, force=True)
        log = logging.getLogger("me")

        def normalize(x_train, x_new):
            {MEANS}
            log.warning("mean %s", mean)
            return (x_new - mean) / std
        """),
    _answered("a list of lists", f"{FIRST}    return first(x_train, x_new).tolist()"),
    _answered("a tuple of arrays", f"{FIRST}    return tuple(first(x_train, x_new))"),
    _answered("a matrix", f"{FIRST}    return np.asmatrix(first(x_train, x_new))"),
    _answered("a masked array", f"{FIRST}    return np.ma.array(first(x_train, x_new))"),
    _answered("Fortran's order", f"{FIRST}    return np.asfortranarray(first(x_train, x_new))"),
    _answered("numbers without a dimension", f"""
        {renamed(Q, 'first').replace(chr(10), chr(10) + '        ')}

        def normalize(x_train, x_new):
            return [[np.array(entry) for entry in row] for row in first(x_train, x_new)]
        """),
    _answered("guarded as a script", f"""
        def main():
            global normalize
            def normalize(x_train, x_new):
                {MEANS}
                return (x_new - mean) / std

        if __name__ == "__main__":
            main()
        """),
    _answered("a static method", f"""
        class Tools:
            @staticmethod
            def normalize(x_train, x_new):
                {MEANS}
                return (x_new - mean) / std

        normalize = Tools.normalize
        """),
    _answered("written to a file and read back", "exec(open('mine.py').read())",
              cells=[f"%%writefile mine.py\nimport numpy as np\n{answer(Q)}"]),
    _answered("run from a file", "%run mine.py", cells=[f"%%writefile mine.py\nimport numpy as np\n{answer(Q)}"]),
    _answered("in pieces by matches", f"""
        def normalize(x_train, x_new):
            match x_new.ndim:
                case 2:
                    {MEANS}
                    return (x_new - mean) / std
                case _:
                    raise ValueError(x_new.ndim)
        """),
    _answered("with walruses and Greek", """
        def normalize(x_train, x_new):
            µ = x_train.mean(axis=0)
            return (x_new - µ) / np.where((σ := x_train.std(axis=0)) > 1e-12, σ, 1)  # 🎉
        """),
)  # fmt: skip

CELLS = {
    "warnings are errors": ("import warnings\nwarnings.filterwarnings('error')", "np.seterr(all='raise')"),
    "installs": ("!pip install torch", "%pip install pandas", "%conda install x", "!apt-get update"),
    "widgets and figures": (
        "import matplotlib.pyplot as plt\n%matplotlib inline\nplt.plot([1, 2])\nplt.show()",
        "from ipywidgets import interact, IntSlider\n@interact(n=IntSlider(3))\ndef show(n=1):\n    print(n)",
        "%config InlineBackend.figure_format = 'retina'\nplt.rcParams['figure.dpi'] = 200\nplt.figure()",
    ),
    "asks": ("name = input('Your name? ')\nprint(name)", "import getpass\ngetpass.getpass()"),
    "autoreload": ("%load_ext autoreload\n%autoreload 2", "%load_ext line_profiler", "%timeit -n1 -r1 sum(range(3))"),
    "seeds": ("np.random.seed(42)\nimport random\nrandom.seed(42)", "np.set_printoptions(precision=2)"),
    "awaits": ("import asyncio\nawait asyncio.sleep(0)", "async def f():\n    return 1\nawait f()"),
    "profiles": ("%prun sum(range(100))", "%%timeit\nsum(range(3))", "%who", "%history", "?sum", "sum??"),
    "bash and HTML": ("%%bash\nls", "%%html\n<b>x</b>", "%%javascript\nalert(1)", "%%latex\n$x$", "%%script false\n1"),
    "checks by another name": (
        "from course_utils import checks\nchecks.progress()",
        "from course_utils.checks import check as test\ntest('5.1', None)",
    ),
    "a figure of its own in each cell": tuple(f"fig{i} = np.arange({i})\nfig{i}" for i in range(30)),
    "names that answers use": ("x = 3\nz = 4\nmean = 'mean'\nq = b = y = None\nstd = np.std",),
}


def _with(title, cells):
    nb = at_end(after_setup(filled(5), *cells), *cells)
    return Case("honest", f"odd cells, {title}.ipynb", dumped(nb), {title: all_of(5, RIGHT)})


# Files as other programs write them.


def _vs_code(nb):
    """No ids, no kernel's name, the language in each cell."""
    nb |= {"metadata": {"language_info": {"name": "python"}, "orig_nbformat": 4}, "nbformat_minor": 2}
    for cell in nb["cells"]:
        cell.pop("id", None)
        cell["metadata"] = {"vscode": {"languageId": "python"}}
    return dumped(nb)


def _colab(nb):
    """Ids in the metadata, and a header of Colab's."""
    nb |= {"metadata": {"colab": {"provenance": [], "toc_visible": True}, "kernelspec": {"name": "python3"},
                        "accelerator": "GPU"}, "nbformat_minor": 0}  # fmt: skip
    for i, cell in enumerate(nb["cells"]):
        cell.pop("id", None)
        cell["metadata"] = {"id": f"a{i}Xy", "colab": {"base_uri": "https://localhost:8080/"}}
        if cell["cell_type"] == "code" and i % 2:
            cell["metadata"]["cellView"] = "form"
            cell["source"] = '#@title Answer { display-mode: "form" }\n' + source(cell)
    return dumped(nb)


def _twice_the_same_id(nb):
    for cell in nb["cells"]:
        cell["id"] = "same"
    return dumped(nb)


def _backwards(nb):
    """Answers and checks from the last to the first."""
    parts = [c for c in nb["cells"] if role(c)[0] in ("answer", "check")]
    rest = [c for c in nb["cells"] if role(c)[0] not in ("answer", "check")]
    parts.sort(key=lambda c: role(c)[1], reverse=True)
    return dumped({**nb, "cells": rest + parts})


def _lines_of_windows(nb):
    for cell in nb["cells"]:
        cell["source"] = source(cell).replace("\n", "\r\n").splitlines(keepends=True)
    return b"\xef\xbb\xbf" + json.dumps(nb, indent=1).replace("\n", "\r\n").encode()


def _old_macs_lines(nb):
    for cell in nb["cells"]:
        cell["source"] = source(cell).replace("\n", "\u2028") if cell["cell_type"] == "markdown" else source(cell)
    return json.dumps(nb, ensure_ascii=True).encode("utf-16")


def _one_line(nb):
    return json.dumps(nb, separators=(",", ":")).encode()


def _prompts_pasted(nb):
    """Pasted from a console, prompts and all: IPython takes these off."""
    for cell in nb["cells"]:
        if role(cell)[0] == "answer":
            first, *rest = source(cell).split("\n")
            cell["source"] = "\n".join([f">>> {first}", *(f"... {line}" for line in rest)])
    return dumped(nb)


def _zip_of_a_student(nb):
    """A folder of Jupyter's, with its autosaves, a Mac's copies, and pictures."""
    raw, data = io.BytesIO(), dumped(nb)
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("work/04_biases.ipynb", data)
        for name in ("work/.ipynb_checkpoints/04_biases-checkpoint.ipynb", "__MACOSX/work/._04_biases.ipynb",
                     "work/figure.png", "work/.DS_Store", "work/Thumbs.db"):  # fmt: skip
            archive.writestr(name, dumped(released(4)))
    return raw.getvalue()


FILES = {
    "VS Code": (_vs_code(filled(2)), 2),
    "Colab": (_colab(filled(8)), 8),
    "one id for all": (_twice_the_same_id(filled(6)), 6),
    "backwards": (_backwards(filled(1)), 1),
    "lines of Windows": (_lines_of_windows(filled(3)), 3),
    "UTF-16": (_old_macs_lines(filled(7)), 7),
    "one line": (_one_line(filled(9)), 9),
    "prompts pasted": (_prompts_pasted(filled(4)), 4),
    "no set-up": (dumped(bare(*map(answer, questions(10)))), 10),
    "🎉 Übung 2 (letzte Fassung)": (dumped(filled(2)), 2),
}


def _slip(title, n, slips):
    """An exercise with wrong answers that right ones below build on."""
    nb = filled(n, {question: made(question) for question, made in slips.items()})
    fair = {**all_of(n, RIGHT), **{question: WRONG if made is wrong else {STUB} for question, made in slips.items()}}
    return Case("faulty", f"slip {title}.ipynb", dumped(nb), {title: fair})


CASES = (
    *ANSWERS,
    _slip("in 1.1", 1, {"1.1": wrong}),
    _slip("1.1 and 1.3 not written", 1, {"1.1": stub, "1.3": stub}),
    _slip("in 10.1", 10, {"10.1": wrong}),
    *(_with(title, cells) for title, cells in CELLS.items()),
    *(Case("honest", f"file {title}.ipynb", data, {title: all_of(n, RIGHT)}) for title, (data, n) in FILES.items()),
    Case("honest", "odd work.zip", _zip_of_a_student(filled(4)), {"a folder of Jupyter's": all_of(4, RIGHT)},
         named="odd work/work/04_biases"),
    Case("honest", "odd trash.ipynb", dumped(at_end(filled(5), "del normalize\nnormalize = 3")),
         {"another meaning at the end": all_of(5, RIGHT)}),
    Case("honest", "odd cell with all.ipynb", dumped(bare("\n\n".join(map(answer, questions(6))))),
         {"nothing but one cell": all_of(6, RIGHT)}),
)  # fmt: skip
