"""What a check shows in a notebook: a card, and the same in plain text."""

import linecache
import sys
from html import escape

import numpy as np

from course_utils.checks.values import NoValue, described
from course_utils.checks.verdict import OPEN, REVIEW, RIGHT, SIGNS, WRONG, line, shortened, words

COLOURS = {  # JupyterLab's, light or dark; elsewhere one that can be seen on both
    RIGHT: "var(--jp-success-color1, #388e3c)",
    WRONG: "var(--jp-error-color1, #d84315)",
    OPEN: "var(--jp-border-color0, #888)",
    REVIEW: "var(--jp-warn-color1, #f57c00)",
}
CELL = "text-align: left; vertical-align: top; padding: 1px 12px 1px 0"
MOST, ROWS = 16, 8  # entries of an array that is shown whole; inputs that have a row each


class Card:
    """A verdict, and the rows of an example, [(name, text), ...], as a notebook shows them."""

    def __init__(self, verdict, example=()):
        self.verdict, self.example = verdict, example

    def __repr__(self):
        width = max((len(name) for name, _ in self.example), default=0)
        rows = [f"  {name:{width}}  {text}" for name, text in self.example]
        return "\n".join([line(self.verdict), *(row.replace("\n", "\n" + " " * (width + 4)) for row in rows)])

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": repr(self), "text/html": self._html()}

    def _html(self):
        mark, question = self.verdict.mark, self.verdict.question
        said = {WRONG: " not yet", REVIEW: " needs review"}.get(mark, "")
        head = f"<b>{SIGNS[mark]} {question}{said}</b>{':' * bool(said)} {escape(words(self.verdict))}"
        rows = "".join(
            f'<tr style="background: none"><td style="{CELL}">{escape(name)}</td>'
            f'<td style="{CELL}"><pre style="margin: 0">{escape(text)}</pre></td></tr>'
            for name, text in self.example
        )
        table = f'<table style="margin: 4px 0 0; border: none">{rows}</table>' if rows else ""
        style = f"border-left: 4px solid {COLOURS[mark]}; padding: 2px 12px; max-width: 820px; line-height: 1.5"
        return f'<div style="{style}">{head}{table}</div>'


def show(card):
    """Show a card in a notebook, print its first line elsewhere."""
    if ipython() is None:
        print(line(card.verdict))
    else:
        from IPython.display import display

        display(card)


def ipython():
    """The IPython that this code runs in, or None."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def example(question, verdict, calls, answer):
    """Rows [(name, text), ...] that show what is wrong: inputs, and what came of them or the line that fails."""
    kind, parts = (verdict.fact.kind, verdict.fact.parts) if verdict.fact else ("", {})
    if kind == "raised":
        call = next(call for call in calls if isinstance(call.value, NoValue))
        return [*_inputs(call.args), *_place(call.value.__cause__, answer)]
    if kind != "values" or "how" not in parts:  # other words have their numbers with them
        return []
    wrong = [(call, fact) for call in calls if (fact := question.compare([call]))]
    call, fact = min(wrong, key=lambda pair: sum(map(_size, pair[0].args.values())))
    value, expected, of = call.value, call.expected, ""
    if isinstance(expected, dict):
        name = fact.parts["wrong"][0]
        value, expected, of = value[name], expected[name], f" {name}"
    return [*_inputs(call.args), (f"your{of or 's'}", _shown(value)), (f"right{of}", _shown(expected))]


def _inputs(args):
    """The arguments, one a row; an array of a dict has a row of its own, where these are few."""
    parts = {}
    for name, arg in args.items():
        parts |= arg if isinstance(arg, dict) else {name: arg}
    if len(parts) > ROWS:
        return [("given", described(args))]
    return [(str(name), _shown(part)) for name, part in parts.items()]


def _size(arg):
    return sum(map(np.size, arg.values())) if isinstance(arg, dict) else np.size(arg)


def _shown(value):
    """A value in a few characters: an array of many entries as its shape."""
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size > MOST:
            return f"an array of shape {value.shape}"
        return np.array2string(value, precision=3, suppress_small=True)
    text = f"{value:.6g}" if isinstance(value, float | np.floating | np.ndarray) else described({"": value}).strip()
    return shortened(text, 100)


def _place(error, answer):
    """The line of the learner's code where an error was raised, if it can be found."""
    file, place = getattr(getattr(answer, "__code__", None), "co_filename", None), []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file and (source := linecache.getline(file, trace.tb_lineno).strip()):
            place = [(f"line {trace.tb_lineno}", source)]
        trace = trace.tb_next
    return place
