"""Attempts to get points without a right answer: none gets any."""

import textwrap

from corpus import (
    NOTHING,
    WRONG,
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
    wrong,
)

from course_utils.checks import QUESTIONS


def line(q):
    """What a check prints of a solved question."""
    return f"✓ {q} solved ({QUESTIONS[q].points} points)"


CELLS = snippets("cheats")  # each in an exercise whose answers are all wrong
HUNTS = snippets("hunts")
TOGETHER = (
    ("display patched", "environment", "nbval markers", "network", "forged results"),
    ("meta_path", "the checks imported", "the checks loaded by path", "solutions read"),
    ("print patched", "check replaced", "NumPy's comparisons patched"),
    ("input transformers", "trace"),
    ("forged lines to every file", "half lines to every file"),
    ("modules replaced", "__main__ tricks"),
)


def _cells():
    alone = [(title,) for title in CELLS if title not in sum(TOGETHER, ())]
    cases = []
    for i, titles in enumerate([*TOGETHER, *alone]):
        n = (2, 4, 8, 5, 6)[i % 5]
        asked = questions(n)
        facts = {"FIRST": name(asked[0]), "NUMBER": n, "LINE": line(asked[0]), "ALL_ASKED": asked}
        facts["ALL_NAMES"] = [name(q) for q in asked]
        texts = [_filled_in(CELLS[title], facts) for title in titles]
        nb = at_end(after_setup(filled(n, rest=wrong), *texts), *texts)
        tricks = dict.fromkeys(titles, all_of(n, NOTHING))
        cases.append(Case("cheating", f"{titles[0]}.ipynb", dumped(nb), tricks, hostile=True))
    return cases


def _filled_in(text, facts):
    for word, value in facts.items():
        text = text.replace(word, str(value))
    return text


def _hunts():
    """Answers that look for what is right while they are called."""
    cases = []
    for n in (1, 9, 3, 7):
        chosen, tricks = {}, {}
        for q, title in zip(questions(n), list(HUNTS)[n % 2 :] + list(HUNTS)[: n % 2]):
            facts = {"ARGS": f"({', '.join(QUESTIONS[q].parameters)},)", "NAME": name(q), "LINE": line(q)}
            chosen[q] = head(q) + textwrap.indent(_filled_in(HUNTS[title], facts), "    ")
            tricks[f"{title} ({q})"] = {q: NOTHING}
        nb = filled(n, chosen, rest=wrong)
        cases.append(Case("cheating", f"hunts {n}.ipynb", dumped(nb), tricks, hostile=True))
    return cases


# Notebooks whose parts are forged.


def _forged_outputs(n):
    """Nothing but the lines that were asked for, as outputs of a run that never was."""
    nb, lines = filled(n, rest=wrong), map(line, questions(n))
    for cell in nb["cells"]:
        if role(cell)[0] == "check":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": next(lines) + "\n"}]
            cell["execution_count"] = 3
    return nb


def _edited_checks(n):
    nb, lines = filled(n, rest=wrong), map(line, questions(n))
    for cell in nb["cells"]:
        if role(cell)[0] == "check":
            cell["source"] = f"print('{next(lines)}')"
    return nb


def _skipped(n):
    nb = filled(n, rest=wrong)
    for cell in nb["cells"]:
        cell["metadata"] |= {"tags": ["nbval-skip", "nbval-ignore-output", "skip-execution"], "editable": False}
        if cell["cell_type"] == "code":
            cell["source"] = "# NBVAL_SKIP\n" + "".join(cell["source"])
    return nb


def _claimed(n):
    """Metadata that claim everything."""
    nb = filled(n, rest=wrong)
    nb["metadata"] |= {
        "grade": 12,
        "points": 12,
        "status": "graded",
        "kernelspec": {"name": "../../bin/sh", "language": "sh"},
    }
    for cell in nb["cells"]:
        cell["metadata"].setdefault("course", {})["points"] = 100
        cell["metadata"]["nbgrader"] = {"grade": True, "points": 100, "grade_id": "../../../etc/passwd", "locked": True}
    return nb


def _hidden_as_check(n):
    """Wrong answers that stand in cells which are called set-up, check or text."""
    nb = released(n)
    del nb["cells"][place(nb, "setup") + 2 :]
    for q, what in zip(questions(n), ("setup", "check", "text", "answer", "hidden")):
        nb["cells"].append(code(wrong(q), metadata={"course": {"role": what, "question": q}}))
    return nb


def _others_answers(n):
    """The right functions, each under the name of the next."""
    names = [name(q) for q in questions(n)]
    nb = filled(n)
    nb["cells"] = [nb["cells"][place(nb, "setup")], code("\n\n".join(map(answer, questions(n))))]
    return at_end(nb, f"{', '.join(names)} = {', '.join(names[1:] + names[:1])}")


FORGED = {
    "outputs forged": dumped(_forged_outputs(2)),
    "checks edited": dumped(_edited_checks(4)),
    "checks deleted": dumped(
        {**filled(5, rest=wrong), "cells": [c for c in filled(5, rest=wrong)["cells"] if role(c)[0] != "check"]}
    ),
    "nbval's tags": dumped(_skipped(6)),
    "metadata that claim points": dumped(_claimed(8)),
}


def _forged():
    cases = [
        Case("cheating", f"{title}.ipynb", data, {title: all_of(n, NOTHING)})
        for n, (title, data) in zip((2, 4, 5, 6, 8), FORGED.items())
    ]
    cases.append(
        Case("cheating", "wrong roles.ipynb", dumped(_hidden_as_check(4)), {"wrong roles": all_of(4, NOTHING)})
    )
    return [
        *cases,
        Case("cheating", "others' answers.ipynb", dumped(_others_answers(2)), {"others' answers": all_of(2, NOTHING)}),
    ]


def _hidden_changes():
    """Right values of functions that change their inputs, and a comparison that does not see it."""
    patch = (
        "np.array_equal = lambda *args, **kwargs: True\nimport course_utils.checks.values as v\nv.same = np.array_equal"
    )
    texts = {
        "8.1": f"{renamed('8.1', 'one')}\n\n{head('8.1')}    value = one(sigma_w)\n    sigma_w *= 0\n    return value",
        "8.3": f"{renamed('8.3', 'two')}\n\n{head('8.3')}    x = two(targets)\n    targets.sort()\n    return x",
    }
    tricks = {f"in place, hidden ({q})": {q: WRONG} for q in texts}
    return [Case("cheating", "in place, hidden.ipynb", dumped(after_setup(filled(8, texts), patch)), tricks)]


NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def _injections():
    """Texts of a submission's own that are shown to people: in names of types, in errors, in file names."""
    answers = {
        "4.1": f"def first_steps(zero):\n    raise ValueError({NASTY!r})",
        "4.2": f"def waking_steps(biases, activation):\n    return type({NASTY!r}, (), {{}})()",
        "4.3": "def layers_in_reach(size, lr, smallest):\n"
        f"    raise type({NASTY!r}, (Exception,), {{}})('\\x1b]0;x\\x07\\x08\\x08✓')",
        "4.4": f"raise Exception({NASTY!r})",
        "4.5": f"class second_order:\n    __slots__ = ()\n    def __init__(self, a={NASTY!r}):\n        pass",
    }
    tricks = {f"script in {q}": {q: WRONG} for q in answers}
    return [
        Case(
            "cheating",
            f"{NASTY.replace('/', '')}.ipynb",
            dumped(filled(4, answers)),
            tricks,
            named=_plain(NASTY.replace("/", "")),
        ),
        Case(
            "cheating",
            "+1+cmd.ipynb",
            dumped(bare("first_moves = 3", 'check("2.1", first_moves)')),
            {"a formula": {"2.1": WRONG}},
        ),
    ]


def _plain(text):
    return "".join("_" if c in '<>:"|?*\\' else c for c in text)


CASES = (*_cells(), *_hunts(), *_forged(), *_hidden_changes(), *_injections())
