"""Code that harms the machine, the grader or itself: it hurts nobody, and the answers beside it are graded."""

import textwrap

from corpus import (
    NEVER,
    REVIEW,
    RIGHT,
    Case,
    after_setup,
    all_of,
    dumped,
    filled,
    head,
    questions,
    snippets,
)

EITHER = RIGHT | {REVIEW}  # of right answers whose neighbours did what they could
IN_ANSWERS = snippets("harm_in_answers")  # these get nothing, and the other answers what they deserve
FOREVER = snippets("forever")  # the same; they take as long as the time limits let them
IN_CELLS = snippets("harm_in_cells")  # in a notebook whose answers are right
# These may leave too little for right answers; a person must see that.
EXHAUSTING = {
    "disk", "a huge file", "fork bomb", "thread bomb", "daemons", "daemons that swallow signals",
    "no more memory after a cell", "all files open", "limits",
}  # fmt: skip
TOGETHER = (
    ("exit in a cell", "abort in a cell", "kill in a cell"),
    ("segmentation fault in a cell", "kill everybody in a cell", "memory in a cell"),
    ("zombies", "an alarm", "a directory of its own deleted", "nice", "files closed in a cell"),
    ("100 MB of output", "signals"),
    ("daemons", "daemons that swallow signals", "exit handlers"),
)


def _answers(file, n, bodies):
    """An exercise with these bodies of its first answers, and the last ones right."""
    chosen = dict(zip(questions(n), bodies.items()))
    texts = {q: head(q) + textwrap.indent(body, "    ") for q, (_, body) in chosen.items()}
    tricks = {f"{words} ({q})": {q: NEVER} for q, (words, _) in chosen.items()}
    tricks[f"right answers beside ({n})"] = {q: RIGHT for q in questions(n) if q not in chosen}
    return Case("abuse", file, dumped(filled(n, texts)), tricks, hostile=True)


def _in_answers():
    left = list(IN_ANSWERS.items())
    return [
        _answers(f"answers that harm {n}.ipynb", n, dict(left[4 * i : 4 * i + 4])) for i, n in enumerate((2, 4, 6, 8))
    ]


ENDLESS_CELL = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"


def _forever():
    """One of each goes the whole way; test_endless.py has the others, with shorter limits."""
    words = "a cell without end, answers right"
    nb = dumped(after_setup(filled(4), ENDLESS_CELL))
    yield Case("abuse", f"{words}.ipynb", nb, {words: all_of(4, RIGHT)}, hostile=True)
    yield _answers("an answer without end.ipynb", 5, dict([next(iter(FOREVER.items()))]))


def _in_cells():
    alone = [(words,) for words in IN_CELLS if words not in sum(TOGETHER, ())]
    for i, chosen in enumerate([*TOGETHER, *alone]):
        n = (2, 4, 8)[i % 3]
        nb = after_setup(filled(n), "import os\nME = os.getpid()", *(IN_CELLS[words] for words in chosen))
        fair = all_of(n, EITHER if EXHAUSTING & set(chosen) else RIGHT)
        yield Case("abuse", f"{chosen[0]}.ipynb", dumped(nb), dict.fromkeys(chosen, fair), hostile=True)


CASES = (*_in_answers(), *_forever(), *_in_cells())
