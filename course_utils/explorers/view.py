"""What the browser gets of an explorer: buttons and controls of ipywidgets, and a screen of its own."""

import contextlib
from pathlib import Path
from types import SimpleNamespace

import anywidget
import ipywidgets as widgets
import traitlets

from course_utils.explorers.base import HEIGHT, WIDTH


class Screen(anywidget.AnyWidget):
    """The picture, which the browser draws, and the sentence."""

    _esm = Path(__file__).with_name("explorer.js")
    _css = Path(__file__).with_name("explorer.css")
    title = traitlets.Unicode().tag(sync=True)
    size = traitlets.List([WIDTH, HEIGHT]).tag(sync=True)
    controls = traitlets.Dict().tag(sync=True, **widgets.widget_serialization)
    still = traitlets.Bytes().tag(sync=True)  # an encoded picture of what stays
    picture = traitlets.Dict().tag(sync=True)  # what is drawn over it, see `recorder`; and the sentence, "status"
    beside = traitlets.List().tag(sync=True)  # such pictures of other "values" of the controls

    def show(self, still, picture):
        """Change the picture in one message."""
        with self.hold_sync():
            self.still, self.picture = still, picture


def build(explorer):
    """Build the widgets of an `Explorer` and tie them to it.

    Returns them: `all`, `buttons` {text: widget}, `controls` {name: widget}, `screen`.
    """
    moves = {name: lambda name=name: _said(explorer.preset, name) for name in explorer.presets}
    moves["Reset"] = lambda: _said(explorer.reset)
    going = {}
    if explorer._frames:
        going["Play"] = lambda: explorer.pause() if explorer.playing else explorer.play()
        going["Step"] = explorer.step
        going |= {text: lambda word=word: explorer.step(word) for word, text in explorer.actions.items()}
    buttons = {text: widgets.Button(description=text) for text in (*moves, *going)}
    for text, act in (moves | going).items():
        buttons[text].on_click(lambda _, act=act: act())
    controls = {name: control.widget(widgets, explorer.values[name]) for name, control in explorer.controls.items()}
    for name, control in controls.items():
        control.observe(lambda change, name=name: explorer._slid(name, change["new"]), "value")
    rows = [[buttons[text] for text in moves], [buttons[text] for text in going]]
    if explorer._frames:
        speed = widgets.IntSlider(explorer.speed, 1, 30, description="pictures/s")
        speed.observe(lambda change: setattr(explorer, "speed", change["new"]), "value")
        rows[1].append(speed)
    screen = Screen(title=explorer.title, controls=controls)
    if explorer._click:
        screen.on_msg(lambda _, message, buffers: explorer._clicked(*message["click"]))
    parts = [widgets.Box(row).add_class("course-row") for row in rows if row]
    parts += [widgets.Box([*controls.values()]).add_class("course-controls"), screen]
    everything = widgets.VBox(parts).add_class("course-explorer")
    return SimpleNamespace(all=everything, buttons=buttons, controls=controls, screen=screen)


def _said(act, *arguments):
    """Do what a button asks; an error stands in the status line by then."""
    with contextlib.suppress(Exception):
        act(*arguments)
