"""What all explorers share: controls, presets, a picture redrawn at once, and a sentence that says what is seen.

An explorer is made of functions. `model(**controls)` computes data and knows no widget. `draw(figure)` sets up the axes
and returns `show(data, **controls)`, which moves the artists. `sentence(data)` says what is seen. `Explorer` puts them
on the screen.

It is fast because the figure (not one of pyplot's) is drawn in full only once for each key that `show` returns. Later
only the artists marked `animated=True` are drawn, over a picture of the rest, and by the browser: see `recorder`. Where
a slider rests, what its next steps would show is computed too, and the browser need not wait for it.
"""

import asyncio
import base64
import contextlib
import difflib
import io
import sys
import textwrap
import threading
import time

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont

from course_utils import _browser, _validate
from course_utils.explorers.apart import BLAS, Pictures
from course_utils.explorers.recorder import Recorder

WIDTH, HEIGHT = 900, 400  # of a picture, in pixels
STILLS = 16  # pictures of what stays that are kept, 1.5 MB each
REST = 0.03  # seconds without a move after which a slider rests
# Seconds after which a cell that computes must let a picture be drawn. Python's own 0.005 halves the pictures a second
# beside a loop of pure Python, and less than this wins nothing.
SWITCH = 0.0005
LOOK = {
    "font.size": 10, "axes.titlesize": 10, "axes.labelsize": 10, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.alpha": 0.3, "axes.axisbelow": True, "lines.linewidth": 2, "legend.frameon": False,
    "legend.fontsize": 9, "image.interpolation": "none",
}  # fmt: skip


class Explorer:
    """One explorer; a cell that ends with it shows it.

    controls   {name: Number or Choice}, and presets {button: {name: value}}, which move some of them
    model      model(**controls) -> data; or, for an animation,
    frames     frames(**controls), a generator of data, one for each picture; `word = yield data` receives an action
    views      names of controls that change only what is shown of the data: frames go on where they are
    draw       draw(figure) -> show; show(data, **controls) -> a key of all that changes besides the animated artists
    sentence   sentence(data, **views) -> str
    click      click(x, y, **controls) -> {name: value}, x to the right and y down, in shares of the picture; plays
    actions    {word: button}
    ahead      by how many pictures the first one, and the one after a Reset, is ahead of the start
    """

    def __init__(self, title, controls, presets, draw, sentence, *, model=None, frames=None, views=(), click=None,
                 actions=None, ahead=0, start=None):  # fmt: skip
        self.title, self.controls, self.presets, self.actions = title, controls, presets, actions or {}
        self._model, self._frames, self._views, self._sentence, self._click = model, frames, views, sentence, click
        self._ahead = ahead
        self.values = {name: control.start for name, control in controls.items()} | self.checked(start or {})
        self.start, self.speed = dict(self.values), 10
        self.data, self.status, self.error = None, "", None
        self._lock, self._view, self._quiet, self._stills = threading.RLock(), None, False, {}
        self._rest = threading.Timer(REST, self._look_ahead)  # started by a slider
        self._stop = threading.Event()
        self._stop.set()
        with mpl.rc_context():  # whatever look the notebook has set
            mpl.rcdefaults()
            mpl.rcParams.update(LOOK)
            self.figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
            self._canvas = FigureCanvasAgg(self.figure)
            self._show = draw(self.figure)
            self._artists = sorted(self.figure.findobj(lambda a: a.get_animated()), key=lambda a: a.get_zorder())
            self._act(self._compute, self.controls, ahead)
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
        self._move(self.checked(changes))
        if self.error:
            raise self.error

    def preset(self, name):
        """Move the controls as the button of that name does."""
        self.set(**_validate.one_of("preset", name, self.presets))

    def reset(self):
        """Stop, and move all controls back to where they started."""
        self._stop.set()
        self._move(self.start, self._ahead)
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
        with self._lock:
            if not self.playing:
                self._stop = threading.Event()
                if _browser.HERE:
                    self._task = asyncio.get_running_loop().create_task(self._run_between(self._stop))
                else:
                    self._pictures.prepare()
                    threading.Thread(target=self._run, args=(self._stop,), daemon=True).start()
                self._send()

    def pause(self):
        """Stop going on by itself."""
        with self._lock:
            self._stop.set()
            self._send()

    # ---- what is computed, drawn and said ----

    def _move(self, changes, ahead=0):
        """Move controls to values that were checked, then compute and draw once."""
        with self._lock:
            self._quiet = True  # the sliders moved from here call back at once: nothing is drawn for each of them
            self.values |= changes
            for name in changes if self._view else ():
                self._view.controls[name].value = changes[name]
            self._quiet = False
            self._act(self._compute, changes, ahead)

    def _compute(self, changed, ahead):
        if not self.error and set(changed) <= set(self._views):
            return
        if self._frames:
            self._pictures = Pictures(self._frames, dict(self.values))
            for _ in range(1 + ahead):
                self.data = self._pictures.send(None)
        else:
            self.data = self._model(**self.values)

    def _advance(self, word=None):
        try:
            self.data = self._pictures.send(word)
        except StopIteration:
            self._stop.set()

    def _run(self, stop):
        sys.setswitchinterval(SWITCH)
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
            due = max(due + 1 / self.speed, time.monotonic())  # late once is not late for ever
            with self._lock:
                if not stop.is_set():
                    self._act(self._advance)
            yield max(0.005, due - time.monotonic())

    def _act(self, compute, *arguments):
        """Compute, draw, say and show; an error is said where the sentence stands, and kept."""
        with self._lock, BLAS.limit(limits=1, user_api="blas"):
            try:
                compute(*arguments)
                self._draw()
                self.status, self.error = self._said(self.data, self.values), None
            except Exception as error:
                self._stop.set()
                self.status = f"This explorer stopped: {type(error).__name__}: {error}. Reset goes back to the start."
                self.error = error
            self._send()

    def _said(self, data, values):
        return self._sentence(data, **{name: values[name] for name in self._views})

    def _draw(self):
        self._key = key = self._show(self.data, **self.values)
        if key not in self._stills:
            if len(self._stills) == STILLS:
                self._stills.clear()
            self._canvas.draw()  # leaves the animated artists out
            still = _encoded(self._pixels(), "PNG", compress_level=3)
            self._stills[key] = still, self._canvas.copy_from_bbox(self.figure.bbox)
        (self._still, self._background), self._drawing = self._stills[key], self._drawn()

    def _drawn(self):
        """What the browser is to draw over the still."""
        recorder = Recorder(WIDTH, HEIGHT, self.figure.dpi)
        for artist in self._artists:
            artist.draw(recorder)
        return recorder.drawing()

    def _pixels(self):
        return Image.frombuffer("RGBA", (WIDTH, HEIGHT), self._canvas.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")

    def _look_ahead(self, name, here):
        """Send what the next steps of that control would show."""
        pictures = []
        for value in self.controls[name].beside(here[name]):
            there = here | {name: value}
            with self._lock, BLAS.limit(limits=1, user_api="blas"), contextlib.suppress(Exception):
                if self.values != here or self.error:
                    return
                try:
                    data = self._model(**there)
                    if self._show(data, **there) == self._key:
                        pictures.append(self._drawn() | {"status": self._said(data, there), "values": there})
                finally:
                    self._show(self.data, **here)
        self._view.screen.beside = pictures

    def _send(self):
        if self._view:
            self._view.screen.show(self._still, self._drawing | {"status": self.status})
            if self._frames:
                self._view.buttons["Play"].description = "Pause" if self.playing else "Play"

    # ---- what a notebook shows ----

    def __repr__(self):
        settings = ", ".join(f"{control.label} {control.text(self.values[k])}" for k, control in self.controls.items())
        return "\n".join(textwrap.wrap(f"{self.title}: {settings}.", 100) + textwrap.wrap(self.status, 100))

    def png(self):
        """Return the picture with the sentence below it, as a notebook keeps it."""
        font = ImageFont.truetype(f"{mpl.get_data_path()}/fonts/ttf/DejaVuSans.ttf", 13)
        lines = textwrap.wrap(self.status, 120)
        page = Image.new("RGB", (WIDTH, HEIGHT + 8 + 20 * len(lines)), "white")
        with self._lock:
            self._canvas.restore_region(self._background)
            for artist in self._artists:
                artist.draw(self._canvas.renderer)
            page.paste(self._pixels())
        for i, line in enumerate(lines):
            ImageDraw.Draw(page).text((16, HEIGHT + 20 * i), line, "black", font)
        return _encoded(page, "PNG")

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Give the picture and the words, and the live view if ipywidgets is installed."""
        with self._lock:
            bundle = {"text/plain": repr(self), "image/png": base64.b64encode(self.png()).decode()}
            with contextlib.suppress(ImportError):
                bundle |= {k: v for k, v in self._live()._repr_mimebundle_().items() if k not in bundle}
            return bundle, {"image/png": {"alt": f"{self.title}. {self.status}"}}

    def _live(self):
        """Build the widgets when they are first shown."""
        from course_utils.explorers import view

        if not self._view:
            self._view = view.build(self)
            self._send()
        return self._view.all

    def _slid(self, name, value):
        with self._lock:
            if not self._quiet:
                self._move(self.checked({name: value}))
                self._rest.cancel()
                if self._model:
                    self._rest = threading.Timer(REST, self._look_ahead, (name, dict(self.values)))
                    with contextlib.suppress(RuntimeError):  # in JupyterLite there are no threads
                        self._rest.start()

    def _clicked(self, x, y):
        self._move(self.checked(self._click(x, y, **self.values)))
        if self._frames:
            self.play()


def _encoded(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
