"""Functions that are older than their cell: it was run again, and failed before it defined them anew."""

import re

from course_utils.checks.card import ipython
from course_utils.checks.verdict import shortened

_before = {}  # what the names that the running cell defines stood for
_stale = {}  # {name: (the function, why its cell failed)}


def watch():
    """Look at every cell that runs from now on, if this is IPython."""
    if shell := ipython():
        shell.events.register("pre_run_cell", _begin)
        shell.events.register("post_run_cell", _end)


def why_stale(function):
    """(name, error) of a function whose cell has failed since; None of any other."""
    return next(((name, error) for name, (old, error) in _stale.items() if old is function), None)


def _begin(info):
    names = re.findall(r"^[ \t]*def (\w+)", info.raw_cell or "", re.M)
    _before.clear()
    _before.update({name: ipython().user_ns.get(name) for name in names})


def _end(result):
    error = result.error_before_exec or result.error_in_exec
    for name, old in _before.items():
        _stale.pop(name, None)
        if error and old is not None and ipython().user_ns.get(name) is old:
            said = f"{error.msg}, line {error.lineno}" if isinstance(error, SyntaxError) else error
            _stale[name] = (old, shortened(f"{type(error).__name__}: {said}", 120))
