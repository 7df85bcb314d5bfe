"""What the browser gets of an explorer: widgets, a style sheet, and a script for what ipywidgets leaves undone."""

import contextlib
from html import escape
from pathlib import Path
from types import SimpleNamespace

import ipywidgets as widgets

from course_utils.explorers.base import HEIGHT, WIDTH


def build(explorer):
    """Build the widgets of an `Explorer` and tie them to it.

    Returns them: `all`, `buttons` {text: widget}, `controls` {name: widget}, `picture`, `status`.
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
    click = widgets.Text().add_class("course-click")  # where the script writes the place of a click
    click.observe(lambda change: explorer._clicked(change["new"]), "value")
    picture = widgets.Image(format="jpeg", width=WIDTH, height=HEIGHT).add_class("course-picture")
    status = widgets.HTML().add_class("course-status")
    parts = [widgets.HTML(_page(explorer.title)).add_class("course-page")]
    parts += [widgets.Box(row).add_class("course-row") for row in rows if row]
    parts += [widgets.Box([*controls.values()]).add_class("course-controls")]
    parts += [widgets.Box([picture]).add_class("course-frame"), status]
    parts += [click] if explorer._click else []
    everything = widgets.VBox(parts).add_class("course-explorer")
    return SimpleNamespace(all=everything, buttons=buttons, controls=controls, picture=picture, status=status)


def _page(title):
    """Style and script: an image that cannot be loaded is how HTML that is put in later runs a script."""
    css, js = (Path(__file__).with_name(f"explorer.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return f'<style>{css}</style><img src="data:," data-name="{escape(title)}" onerror="{escape(js)}">'


def _said(act, *arguments):
    """Do what a button asks; an error stands in the status line by then."""
    with contextlib.suppress(Exception):
        act(*arguments)
