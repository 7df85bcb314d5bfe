"""What artists draw, kept as marks that a browser can draw on a canvas: fewer bytes than a picture, and no encoding."""

import numpy as np
from matplotlib.backend_bases import RendererBase

CAPS = {"projecting": "square"}  # what a canvas calls otherwise than matplotlib


class Recorder(RendererBase):
    """A matplotlib renderer that keeps the marks that others turn into pixels, of a figure of so many pixels.

    It does what the explorers' artists need: paths, markers at the corners of lines, images without interpolation, each
    clipped to a rectangle. Coordinates are pixels, y upwards.
    """

    def __init__(self, width, height, dpi):
        super().__init__()
        self._size, self._dpi = (width, height), dpi
        self._marks, self._points = [], [np.zeros((0, 3))]

    def drawing(self):
        """Return what was drawn: the style of each mark, in order, and one array of points.

        A point is x, y and what leads there, a code of `matplotlib.path.Path`. A mark takes the next `points` of them,
        and then the next `places`, where its path is drawn again and again.
        """
        return {"marks": self._marks, "points": np.concatenate(self._points).astype("<f4").tobytes()}

    def get_canvas_width_height(self):
        """Return the size of the figure in pixels."""
        return self._size

    def points_to_pixels(self, points):
        """Return how many pixels so many points are, of which an inch has 72."""
        return points * self._dpi / 72

    def option_scale_image(self):
        """Say that images come with one pixel for each number, and are to be scaled."""
        return True

    def draw_path(self, gc, path, transform, rgbFace=None):
        """Keep a line, an area or both."""
        self._mark(gc, path, transform, rgbFace)

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        """Keep a path that is drawn at each point of another."""
        places = trans.transform(path.vertices)
        places = places[np.isfinite(places).all(axis=1)]
        self._mark(gc, marker_path, marker_trans, rgbFace, places=np.floor(places + 0.5))  # whole pixels, as in Agg

    def draw_image(self, gc, x, y, im, transform=None):
        """Keep an image, and the matrix from the unit square to where it is."""
        matrix = transform.frozen().translate(x, y).get_matrix()[:2].T.ravel().tolist()
        rows, columns, _ = im.shape
        self._marks.append(
            {"image": im.tobytes(), "columns": columns, "rows": rows, "matrix": matrix, "clip": _clip(gc)}
        )

    def _mark(self, gc, path, transform, face, places=()):
        width = self.points_to_pixels(gc.get_linewidth())
        # As Agg does: lines along the axes go to whole pixels, and lines (not areas) are cut where the picture ends.
        path = path.cleaned(
            transform, True, None if face is not None else (0, 0, *self._size), curves=True, stroke_width=width,
            simplify=face is None and path.should_simplify, snap=gc.get_snap(),
        )  # fmt: skip
        offset, dashes = gc.get_dashes()
        self._marks.append({
            "points": len(path.vertices), "places": len(places), "clip": _clip(gc),
            "fill": face is not None and _css(face), "stroke": width > 0 and _css(gc.get_rgb()), "width": width,
            "dashes": [self.points_to_pixels(length) for length in dashes or ()],
            "offset": self.points_to_pixels(offset or 0),
            "cap": CAPS.get(gc.get_capstyle(), gc.get_capstyle()), "join": gc.get_joinstyle(),
        })  # fmt: skip
        self._points.append(np.column_stack([path.vertices, path.codes]))
        if len(places):
            self._points.append(np.column_stack([places, np.zeros(len(places))]))


def _clip(gc):
    """The rectangle that is drawn in, to whole pixels: x, y, width, height; None if it is all of the picture."""
    box = gc.get_clip_rectangle()
    left, bottom, right, top = np.floor(box.extents + 0.5).tolist() if box else [0] * 4
    return box and [left, bottom, right - left, top - bottom]


def _css(color):
    return "#" + bytes(round(255 * part) for part in color).hex()
