"""An explorer in a notebook: its controls are traits, its picture is drawn by the browser."""

import uuid
from pathlib import Path

import anywidget
import traitlets

from course_utils import _browser

FRONT = Path(__file__).with_name("front")


class Value(traitlets.TraitType):
    """The value of a control, on its grid."""

    def __init__(self, control):
        super().__init__(control.start)
        self.control = control

    def validate(self, obj, value):
        """Return the value that the control has for it; ValueError says what cannot be."""
        return self.control.check(self.name, value)


class Live(anywidget.AnyWidget):
    """An explorer with a trait for each control, named as it is, which can be observed and linked.

    value     {name: value} of all controls
    picture, ground, playing, spec, name   what the browser is told, see front/
    """

    _esm = _browser.script(FRONT, "text", "picture", "explorer", "kernel")
    _css = (FRONT / "explorer.css").read_text(encoding="utf-8")
    value = traitlets.Dict()
    spec = traitlets.Dict().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)
    ground = traitlets.Dict().tag(sync=True)
    playing = traitlets.Bool().tag(sync=True)

    def __init__(self, explorer):
        self.explorer, self._quiet = explorer, False
        super().__init__(spec=explorer.spec, name=uuid.uuid4().hex[:12], **explorer.values, **explorer.shown())
        self.observe(self._moved, [*explorer.controls])
        self.on_msg(self._told)
        explorer.changed = self._changed

    def _changed(self):
        """Tell the browser in one message."""
        quiet, self._quiet = self._quiet, True  # what is moved here has been computed
        try:
            with self.hold_sync():
                for name, value in {**self.explorer.values, **self.explorer.shown()}.items():
                    setattr(self, name, value)
        finally:
            self._quiet = quiet

    def set_state(self, sync_data):
        """Take what the browser says, whole: an animation may not put an old value back in between."""
        with self.explorer.lock:
            super().set_state(sync_data)

    def _moved(self, change):
        with self.explorer.lock:
            if not self._quiet:
                now = {name: getattr(self, name) for name in self.explorer.controls}  # several may move at once
                now[change.name] = change.new  # which an animation may have put back before the lock was ours
                changes = {name: value for name, value in now.items() if value != self.explorer.values[name]}
                if changes:
                    self.explorer.move(changes)

    def _told(self, _, message, buffers):
        self.explorer.told(message)

    def set(self, **changes):
        """Move controls, as in `explorer.set(sigma_w=2.0)`; nothing moves if a value is wrong."""
        self.explorer.set(**changes)

    def preset(self, name):
        """Move the controls as the button of that name does."""
        self.explorer.preset(name)

    def reset(self):
        """Stop, and move all controls back to where they started."""
        self.explorer.reset()

    def step(self, word=None):
        """Go on by one picture; `word` is one of the actions."""
        self.explorer.step(word)

    def play(self):
        """Go on by itself, `speed` pictures a second: cells can run meanwhile."""
        self.explorer.play()

    def pause(self):
        """Stop going on by itself."""
        self.explorer.pause()

    @property
    def data(self):
        """What is shown, as the explorer's model computes it."""
        return self.explorer.data

    @property
    def status(self):
        """The sentence below the picture."""
        return self.explorer.status

    @property
    def speed(self):
        """How many pictures a second it shows when it plays."""
        return self.explorer.speed

    @speed.setter
    def speed(self, pictures):
        self.explorer.speed = pictures

    def __repr__(self):
        return repr(self.explorer)

    def _repr_mimebundle_(self, **kwargs):
        """Give the picture, which comes alive where the kernel is, and the words."""
        bundle, metadata = self.explorer._repr_mimebundle_(name=self.name)
        if _browser.SHOWN_FIRST:
            bundle |= {kind: view for kind, view in super()._repr_mimebundle_()[0].items() if kind not in bundle}
        return bundle, metadata


def live(explorer):
    """The explorer with its traits."""
    traits = {name: Value(control).tag(sync=True) for name, control in explorer.controls.items()}
    return type("Live", (Live,), traits)(explorer)
