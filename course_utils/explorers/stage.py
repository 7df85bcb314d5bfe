"""The figure of an explorer, and the pictures that it makes of data: marks for a browser, a PNG for a notebook."""

import io
import itertools
import textwrap

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from course_utils.explorers.recorder import Recorder

WIDTH, HEIGHT = 900, 400  # of a picture, in pixels
GROUNDS = 64  # parts of pictures that stay, which are kept, 10 kB each
SHARP = 2  # pixels of the stored picture for each of those
LOOK = {
    "font.size": 9.5, "axes.titlesize": 10, "axes.titleweight": "bold", "axes.labelsize": 9.5, "axes.spines.top": False,
    "axes.spines.right": False, "axes.edgecolor": "0.6", "axes.labelcolor": "0.25", "xtick.color": "0.6",
    "xtick.labelcolor": "0.25", "ytick.color": "0.6", "ytick.labelcolor": "0.25", "axes.linewidth": 0.7,
    "axes.grid": True, "grid.color": "0.88", "grid.linewidth": 0.7, "axes.axisbelow": True, "lines.linewidth": 1.7,
    "legend.frameon": False, "legend.fontsize": 9, "image.interpolation": "none", "figure.facecolor": "none",
    "axes.facecolor": "none", "xtick.major.width": 0.7, "ytick.major.width": 0.7, "mathtext.fontset": "dejavusans",
}  # fmt: skip
# All of them, whatever look the notebook has set.
SETTINGS = {name: value for name, value in mpl.rcParamsDefault.items() if name != "backend"} | LOOK
_numbers = itertools.count()


class Stage:
    """The figure of an explorer, and what it makes of data.

    draw, sentence, views   as in `Explorer`
    """

    def __init__(self, draw, sentence, views):
        self.number, self.made = next(_numbers), (draw, sentence, views)
        self._sentence, self._views, self._grounds = sentence, views, {}
        with mpl.rc_context(SETTINGS):
            self.figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
            self._canvas = FigureCanvasAgg(self.figure)
            self._show = draw(self.figure)
            self._artists = sorted(self.figure.findobj(lambda a: a.get_animated()), key=lambda a: a.get_zorder())

    def __call__(self, data, values):
        """Return a picture: `marks`, `points`, the `status` in words, and `ground`, such a drawing that lies below.

        The same part that stays is the same object each time, and has the same `key` wherever Python runs.
        """
        with mpl.rc_context(SETTINGS):
            key = self._show(data, **values)
            if key not in self._grounds:
                if len(self._grounds) == GROUNDS:
                    self._grounds.clear()
                # Leaves the animated artists out.
                self._grounds[key] = {**self._recorded([self.figure]), "key": repr(key)}
            status = self._sentence(data, **{name: values[name] for name in self._views})
            return {**self._recorded(self._artists), "status": status, "ground": self._grounds[key]}

    def _recorded(self, artists):
        recorder = Recorder(WIDTH, HEIGHT, self.figure.dpi)
        for artist in artists:
            artist.draw(recorder)
        return recorder.drawing()

    def png(self, data, values, status, name=""):
        """Return the picture with the sentence below it, as a notebook keeps it; `name` stands near the file's end."""
        with mpl.rc_context(SETTINGS):
            self._show(data, **values)
            pictures = [_drawn(self._canvas), _drawn(FigureCanvasAgg(_written(status)))]
        page = Image.new("RGB", (SHARP * WIDTH, sum(picture.height for picture in pictures)), "white")
        page.paste(pictures[0])
        page.paste(pictures[1], (0, pictures[0].height))
        info, out = PngInfo(), io.BytesIO()
        info.add(b"naMe", name.encode(), after_idat=True)
        palette = page.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        palette.save(out, "PNG", pnginfo=info)
        return out.getvalue()


def _written(text):
    """A figure as wide as a picture with the text on it, in lines of so many letters as it has room for."""
    for letters in range(130, 80, -5):
        lines = textwrap.wrap(text, letters, break_long_words=False)
        height = 12 + 20 * len(lines)
        figure = Figure(figsize=(WIDTH / 100, height / 100), dpi=100)
        look = {"va": "center", "fontsize": 10}
        there = [figure.text(16 / WIDTH, 1 - (16 + 20 * i) / height, line, **look) for i, line in enumerate(lines)]
        if max((one.get_window_extent().x1 for one in there), default=0) <= WIDTH - 8:
            break
    return figure


def _drawn(canvas):
    """A figure on white, with its animated artists."""
    out = io.BytesIO()
    canvas.print_figure(out, format="png", dpi=100 * SHARP, facecolor="white", bbox_inches=None)
    return Image.open(out).convert("RGB")
