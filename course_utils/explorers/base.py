"""What all explorers share: controls, presets, a picture redrawn at once, and a sentence that says what is seen.

An explorer is made of functions. `model(**controls)` computes data and knows no widget. `draw(figure)` sets up the axes
and returns `show(data, **controls)`, which moves the artists. `sentence(data)` says what is seen. `Explorer` puts them
together and knows no widget either: `widget.Live` shows it in a notebook, `recording` to a web page.

A picture is a list of marks, see `recorder`. All of the figure is drawn only once for each key that `show` returns, and
then only the artists marked `animated=True`.
"""

import asyncio
import base64
import contextlib
import difflib
import sys
import textwrap
import threading
import time

from course_utils import _browser, _validate
from course_utils.explorers import apart
from course_utils.explorers.controls import plain
from course_utils.explorers.stage import HEIGHT, WIDTH, Stage

THREAD = "explorer"  # the name of those that play
TURN = 0.001  # seconds that a busy cell keeps the interpreter from them: to send a picture they ask for it ten times
_turns, _found = threading.Lock(), []  # the switch intervals that those who play found, the learner's own first


@contextlib.contextmanager
def short_turns():
    """Let threads take turns of `TURN`, until the last who asked for it has ended; then as it was."""
    with _turns:
        _found.append(sys.getswitchinterval())
        sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        with _turns:
            first, *_ = _found
            _found.pop()
            if not _found:
                sys.setswitchinterval(first)


class Explorer:
    """One explorer; `explorers.NAME()` gives it a notebook to live in.

    controls   {name: Number or Choice}, and presets {button: {name: value}}, which move some of them
    model      model(**controls) -> data; or, for an animation,
    frames     frames(**controls), a generator of data, one for each picture; `word = yield data` receives an action
    views      names of controls that change only what is shown of the data: frames go on where they are
    draw       draw(figure) -> show; show(data, **controls) -> a key of all that changes besides the animated artists
    sentence   sentence(data, **views) -> str; mathematics stands between dollar signs, without blanks
    plane      where one can click to move two controls and play: "area" (left, top, right, bottom, in shares of the
               picture), "x" and "y" (name of the control, its value at the left or bottom edge, and at the other one)
    cut        the share of the width at which a narrow page cuts the picture in two
    actions    {word: button}
    recorded   {control: values} that a page without a kernel can have; of an animation besides what its presets move,
               or a list of such
    """

    def __init__(self, title, controls, presets, draw, sentence, *, model=None, frames=None, views=(), plane=None,
                 cut=None, actions=None, recorded=None, start=None):  # fmt: skip
        self.title, self.controls, self.presets, self.actions = title, controls, presets, actions or {}
        self._model, self._frames, self._views = model, frames, views
        self.values = {name: control.start for name, control in controls.items()} | self.checked(start or {})
        self.start, self.speed = dict(self.values), 20
        self.data, self.picture, self.status, self.error = None, None, "", None
        self.recorded = recorded or {}
        self.lock = threading.RLock()
        self.changed = lambda: None  # is called after each change of what there is to show
        self._stop = threading.Event()
        self._stop.set()
        self.stage = Stage(draw, sentence, views)
        self.spec = {
            "title": title, "size": [WIDTH, HEIGHT], "cut": cut, "plane": plane, "plays": bool(frames),
            "controls": {name: control.spec() for name, control in controls.items()}, "presets": presets,
            "actions": self.actions, "views": list(views),
        }  # fmt: skip
        self._act(self._compute, self.controls)
        if self.error:
            raise self.error

    # ---- from code, and from the buttons ----

    def checked(self, changes):
        """Return the changes with each value on its control's grid; ValueError says in a sentence what cannot be."""
        for name in changes:
            if name not in self.controls:
                near = difflib.get_close_matches(name, self.controls, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self.controls)}."
                raise ValueError(f"There is no control {name!r}: {hint}")
        return {name: self.controls[name].check(name, value) for name, value in changes.items()}

    def set(self, **changes):
        """Move controls, as in `explorer.set(sigma_w=2.0)`; nothing moves if a value is wrong."""
        self.move(self.checked(changes))
        if self.error:
            raise self.error

    def preset(self, name):
        """Move the controls as the button of that name does."""
        self.set(**_validate.one_of("preset", name, self.presets))

    def reset(self):
        """Stop, and move all controls back to where they started."""
        self._stop.set()
        self.move(self.start)
        if self.error:
            raise self.error

    @property
    def playing(self):
        """Whether it goes on by itself."""
        return not self._stop.is_set()

    def step(self, word=None):
        """Go on by one picture; `word` is one of the actions."""
        self._act(self._advance, word)

    def play(self):
        """Go on by itself, `speed` pictures a second, in a thread of its own: cells can run meanwhile."""
        with self.lock:
            if not self.playing:
                self._stop = threading.Event()
                if _browser.HERE:
                    self._task = asyncio.get_running_loop().create_task(self._run_between(self._stop))
                else:
                    apart.prepare()
                    threading.Thread(target=self._run, args=(self._stop,), name=THREAD, daemon=True).start()
                self.changed()

    def pause(self):
        """Stop going on by itself."""
        with self.lock:
            self._stop.set()
            self.changed()

    def move(self, changes):
        """Move controls to values that were checked, then compute and draw once; an error is said and kept."""
        with self.lock:
            self.values |= changes
            self._act(self._compute, changes)

    def told(self, message):
        """Do what a hand on a page asks; an error stands in the sentence by then.

        message   {"move": {control: value}}, {"preset": name}, {"play": bool}, {"step": word or None}, {"reset": True}
        """
        ((word, what),) = message.items()
        with contextlib.suppress(Exception):
            if word == "move":
                self.set(**what)
            elif word == "play":
                self.play() if what else self.pause()
            else:
                {"preset": self.preset, "step": self.step, "reset": lambda _: self.reset()}[word](what)

    def shown(self):
        """Return what there is to show: `picture`, the `ground` below it, whether it is `playing`, and each `value`."""
        picture = {**(self.picture or {}), "status": self.status}
        ground = picture.pop("ground", {})
        return {"picture": picture, "ground": ground, "playing": self.playing, "value": dict(self.values)}

    # ---- what is computed, drawn and said ----

    def _compute(self, changed):
        if not self.error and set(changed) <= set(self._views):
            self.picture = self.stage(self.data, self.values)
        elif self._frames:
            self._pictures = apart.Pictures(self._frames, dict(self.values), self.stage)
            self.data, self.picture = self._pictures.send(None, self.values)
        else:
            self.data = self._model(**self.values)
            self.picture = self.stage(self.data, self.values)

    def _advance(self, word=None):
        try:
            self.data, self.picture = self._pictures.send(word, self.values)
        except StopIteration:
            self._stop.set()

    def _run(self, stop):
        with short_turns():
            for seconds in self._going_on(stop):
                stop.wait(seconds)

    async def _run_between(self, stop):
        """Go on where there are no threads: between two pictures the kernel does what else it is asked to."""
        for seconds in self._going_on(stop):
            await asyncio.sleep(seconds)

    def _going_on(self, stop):
        """Go on by a picture at a time until stopped; yield the seconds to wait after each."""
        due = time.monotonic()
        while not stop.is_set():
            due = max(due + 1 / self.speed, time.monotonic())  # late once is not late forever
            with self.lock:
                if not stop.is_set():
                    self._act(self._advance)
            yield max(0.005, due - time.monotonic())

    def _act(self, compute, *arguments):
        """Compute, draw, say and show; an error is said where the sentence stands, and kept."""
        with self.lock, apart.BLAS.limit(limits=1, user_api="blas"):
            try:
                compute(*arguments)
                self.status, self.error = self.picture["status"], None
            except Exception as error:
                self._stop.set()
                self.status = f"This explorer stopped: {type(error).__name__}: {error}. Reset goes back to the start."
                self.error = error
            self.changed()

    # ---- what a notebook keeps ----

    def __repr__(self):
        moved = ", ".join(f"{control.label} {control.text(self.values[k])}" for k, control in self.controls.items())
        lines = plain(f"{self.title}: {moved}."), plain(self.status)
        return "\n".join(line for text in lines for line in textwrap.wrap(text, 100))

    def png(self, name=""):
        """Return the picture with the sentence below it, as PNG."""
        with self.lock:
            return self.stage.png(self.data, self.values, self.status, name)

    def _repr_mimebundle_(self, include=None, exclude=None, name=""):
        """Give the picture and the words."""
        with self.lock:
            bundle = {"text/plain": repr(self), "image/png": base64.b64encode(self.png(name)).decode()}
            return bundle, {"image/png": {"alt": plain(f"{self.title}. {self.status}"), "width": WIDTH}}
