"""An explorer in a worker of a web page (Pyodide): what a hand has done comes in, what there is to show goes out."""

import importlib

from js import Object
from pyodide.ffi import to_js


def start(name, values, post):
    """Return what takes the messages of a page to the explorer of that name, as `Explorer.told` does.

    post is called with what `Explorer.shown` says at each change, but for a ground that it has been given before.
    """
    explorer = importlib.import_module(f"course_utils.explorers._{name}").explorer(**values.to_py())
    sent = None

    def changed():
        nonlocal sent
        shown = explorer.shown()
        if shown["ground"] is sent:
            del shown["ground"]
        else:
            sent = shown["ground"]
        post(to_js(shown, dict_converter=Object.fromEntries))

    explorer.changed = changed
    changed()
    return lambda message: explorer.told(message.to_py())
