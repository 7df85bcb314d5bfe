"""What artists draw, kept as marks that a browser draws on a canvas: fewer bytes than a picture, sharp at any size."""

import functools
import re

import numpy as np
from matplotlib import ft2font
from matplotlib.backend_bases import RendererBase
from matplotlib.font_manager import findfont, get_font, weight_dict

from course_utils.explorers.controls import SIGNS

PARTS = 16  # of a pixel that a coordinate is rounded to
FIXED = "fixed"  # the gid of an artist whose colours are the same on every page, as those of what lies on an image
PRESS = "press "  # the gid of an artist that a hand can press, before the name of the control that this moves
CAPS = {"projecting": "square"}  # what a canvas calls otherwise than matplotlib
CODES = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}  # of `matplotlib.path.Path`
LINE = 0.996, 0.236  # how high a line of text is, and how much of that lies below its baseline, in sizes of its letters
SHIFTED = 0.72  # the size of an index or exponent, as in front/text.js
TOKEN = re.compile(r"\\([A-Za-z]+)|([_^])(\{[^{}]*\}|\\[A-Za-z]+|.)|([^\\_^{}])")
_PLAIN = ft2font.LoadFlags.NO_HINTING if hasattr(ft2font, "LoadFlags") else ft2font.LOAD_NO_HINTING


class Recorder(RendererBase):
    """A matplotlib renderer that keeps the marks that others turn into pixels, of a figure of so many pixels.

    It does what the explorers' artists need: paths, markers at the corners of lines, images without interpolation, each
    clipped to a rectangle, and text of one line. Coordinates are pixels, y upwards.
    """

    def __init__(self, width, height, dpi):
        super().__init__()
        self._size, self._dpi = (width, height), dpi
        self._marks, self._points, self._gids = [], [np.zeros((0, 2))], []

    def drawing(self):
        """Return what was drawn: `marks`, in order, and `points`, pairs of int16 in 1/16 pixels.

        A mark takes the next `points` of them, and then the next `places`, where its path is drawn again and again.
        """
        points = np.clip(np.rint(PARTS * np.concatenate(self._points)), -(2**15), 2**15 - 1)
        return {"marks": self._marks, "points": points.astype("<i2").tobytes()}

    def get_canvas_width_height(self):
        """Return the size of the figure in pixels."""
        return self._size

    def points_to_pixels(self, points):
        """Return how many pixels so many points are, of which an inch has 72."""
        return points * self._dpi / 72

    def flipy(self):
        """Say that y grows upwards, for text too."""
        return False

    def option_scale_image(self):
        """Say that images come with one pixel for each number, and are to be scaled."""
        return True

    def option_image_nocomposite(self):
        """Say that images are not to be made one."""
        return True

    def open_group(self, s, gid=None):
        """Begin to draw an artist."""
        self._gids.append(gid)

    def close_group(self, s):
        """End an artist."""
        self._gids.pop()

    def get_text_width_height_descent(self, s, prop, ismath):
        """Return how large a line of text is, in pixels; the same with all versions of matplotlib and FreeType."""
        size, path = self.points_to_pixels(prop.get_size_in_points()), findfont(prop)
        parts = re.split(r"\$", s) if ismath else [s]
        plain, formulas = parts[::2], parts[1::2]
        width = sum(_advance(path, part) for part in plain) + sum(_formula(path, part) for part in formulas)
        return width * size, LINE[0] * size, LINE[1] * size

    def draw_path(self, gc, path, transform, rgbFace=None):
        """Keep a line, an area or both."""
        self._path(gc, path, transform, rgbFace)

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        """Keep a path that is drawn at each point of another."""
        places = trans.transform(path.vertices)
        self._path(gc, marker_path, marker_trans, rgbFace, places=places[np.isfinite(places).all(axis=1)])

    def draw_image(self, gc, x, y, im, transform=None):
        """Keep an image, and the matrix from the unit square to where it is."""
        matrix = transform.frozen().translate(x, y).get_matrix()[:2].T.ravel().round(4).tolist()
        rows, columns, _ = im.shape
        self._mark(gc, image=im.tobytes(), columns=columns, rows=rows, matrix=matrix)

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        """Keep a line of text, "$\\sigma_w$" as it is written, and the point of it that is to stay."""
        width, _, _ = self.get_text_width_height_descent(s, prop, ismath)
        align = mtext.get_horizontalalignment() if mtext else "left"
        along = {"left": 0, "center": width / 2, "right": width}[align] * np.exp(1j * np.radians(angle))
        weight = prop.get_weight()
        self._mark(
            gc, text=s, x=round(float(x + along.real), 2), y=round(float(y + along.imag), 2), angle=angle, align=align,
            most=round(float(width), 1), size=round(self.points_to_pixels(prop.get_size_in_points()), 2),
            weight=weight_dict.get(weight, weight), color=_css(gc.get_rgb()),
        )  # fmt: skip

    def _path(self, gc, path, transform, face, places=()):
        width = self.points_to_pixels(gc.get_linewidth())
        # Nothing is simplified, so that the number of points depends on the controls as little as can be.
        path = path.cleaned(transform, remove_nans=True, curves=True, simplify=False, snap=False)
        drawn = path.codes != path.STOP
        codes = "".join(CODES[code] for code in path.codes[drawn])
        style = {"points": len(codes)}
        if codes != "M" + "L" * (len(codes) - 1):
            style["codes"] = codes
        if len(places):
            style["places"] = len(places)
        if face is not None:
            style["fill"] = _css(face)
        if width > 0:
            style |= {
                "stroke": _css(gc.get_rgb()), "width": round(width, 3), "join": gc.get_joinstyle(),
                "cap": CAPS.get(gc.get_capstyle(), gc.get_capstyle()),
            }  # fmt: skip
            offset, dashes = gc.get_dashes()
            if dashes:
                style["dashes"] = [round(self.points_to_pixels(length), 3) for length in dashes]
                style["offset"] = self.points_to_pixels(offset or 0)
        self._mark(gc, **style)
        self._points += [path.vertices[drawn], np.reshape(places, (-1, 2))]

    def _mark(self, gc, **style):
        """Keep a mark with the rectangle that it is drawn in, to whole pixels: x, y, width, height."""
        box = gc.get_clip_rectangle()
        if box:
            left, bottom, right, top = np.floor(box.extents + 0.5).tolist()
            style["clip"] = [left, bottom, right - left, top - bottom]
        if FIXED in self._gids:
            style["fixed"] = True
        for gid in self._gids:
            if gid and gid.startswith(PRESS):
                style["press"] = gid.removeprefix(PRESS)
        self._marks.append(style)


@functools.lru_cache(1000)
def _advance(path, text):
    """How wide a text is in a font, in sizes of its letters."""
    font = get_font(path)
    font.set_size(100, 72)
    return sum(font.load_char(ord(letter), flags=_PLAIN).linearHoriAdvance for letter in text) / 65536 / 100


def _formula(path, text):
    """The same of what stands between dollar signs."""
    width = 0
    for name, shift, shifted, letter in TOKEN.findall(text):
        width += SHIFTED * _formula(path, shifted) if shift else _advance(path, SIGNS.get(name, name) or letter)
    return width


def _css(color):
    return "#" + bytes(round(255 * part) for part in color).hex()
