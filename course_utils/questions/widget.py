"""A prompt in a notebook: the page draws what a click does, and the kernel keeps it when it has time."""

from pathlib import Path

import anywidget
import traitlets

from course_utils import _browser
from course_utils.questions import predictions

FRONT = Path(__file__).with_name("front")


class Live(anywidget.AnyWidget):
    """The prompts of one kind and about one thing, wherever they stand in the page.

    spec     what is asked, as `predictions.spec` says
    about    {"ask": ..., "about": ...}: how the page finds them
    chosen   {question: keys of the options chosen, oldest first}; what the page adds is stored
    note     a sentence if that could not be done
    """

    _esm = _browser.script(FRONT, "question", "kernel")
    _css = (FRONT / "question.css").read_text(encoding="utf-8")
    spec = traitlets.Dict().tag(sync=True)
    about = traitlets.Dict().tag(sync=True)
    chosen = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)

    def __init__(self, prompt):
        spec = predictions.spec(prompt.ask, prompt.about)
        stored, note = predictions.answers()
        options = {q["id"]: {option["key"] for option in q["options"]} for q in spec["questions"]}
        chosen = {id: [c["choice"] for c in stored.get(id, []) if c["choice"] in keys] for id, keys in options.items()}
        about = {"ask": prompt.ask, "about": prompt.about}
        super().__init__(spec=spec, about=about, chosen=chosen, note=note)
        self.observe(self._keep, "chosen")

    def _keep(self, change):
        for id, keys in change.new.items():
            for key in keys[len(change.old.get(id, [])) :]:
                self.note = predictions.record(id, key)


def bring_to_life(prompt):
    """Let the page take over what a prompt shows; return what else its cell has to show for that."""
    live = Live(prompt)
    return live._repr_mimebundle_()[0] if _browser.SHOWN_FIRST else {}
