"""Figures on a dark page: what docs/_static/dark.js makes of them can be read, and says the same."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from lab import in_chromium
from matplotlib import pyplot as plt
from pages import chromium, visit
from PIL import Image

from course_utils import plotting

pytestmark = in_chromium
STATIC = Path(__file__).resolve().parents[2] / "docs" / "_static"
PAGE = """<!DOCTYPE html><html data-theme="dark"><body style="background: rgb(18, 18, 18); color: rgb(215, 220, 225)">
<div class="bd-content"><div class="cell_output"><img src="data:image/png;base64,{}" alt="a figure"></div></div>
<script src="{}"></script></body></html>"""
PAPER = (18, 18, 18)
# What letters stand on in the course's figures, and their colour there.
GROUNDS = {
    "paper": ((1, 1, 1), "black"), "sky": (plotting.SKY, "black"), "orange": (plotting.RED, "black"),
    "green": (plotting.GREEN, "black"), "blue": (plotting.BLUE, "white"), "navy": ((0, 0.13, 0.3), "white"),
    "bright": ((0.99, 0.91, 0.15), "black"), "slate": ((0.31, 0.32, 0.42), "white"),
    "pale orange": ((0.94, 0.78, 0.65), "black"), "pale blue": ((0.57, 0.77, 0.87), "black"),
    "pale yellow": ((0.98, 0.95, 0.74), "black"),
}  # fmt: skip
SIDE = 60  # pixels


def darkened(png, folder):
    """The pixels that a dark page shows of a picture, and its classes there."""
    (folder / "page.html").write_text(PAGE.format(base64.b64encode(png).decode(), (STATIC / "dark.js").as_uri()))
    with (
        chromium() as browser,
        visit(browser, folder / "page.html", "document.querySelector('.dark-light')") as (page, wrong),
    ):
        source, classes = page.evaluate("[document.images[0].src, document.images[0].className]")
        assert wrong == []
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))).convert("RGB")), classes


def png_of(figure):
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=100)
    plt.close(figure)
    return out.getvalue()


def luminance(pixels):
    """WCAG's relative luminance of colours, the last axis red, green, blue to 255."""
    share = np.asarray(pixels) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def contrast(a, b):
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    """{ground: its square of the picture of small words on each ground, on a dark page}."""
    figure = plt.figure(figsize=(SIDE * len(GROUNDS) / 100, SIDE / 100))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, len(GROUNDS)), ylim=(0, 1))
    ax.axis("off")
    for i, (ground, letter) in enumerate(GROUNDS.values()):
        ax.add_patch(plt.Rectangle((i, 0), 1, 1, color=ground, lw=0))
        ax.text(i + 0.5, 0.5, "hidden\n16 twins", fontsize=7, color=letter, ha="center", va="center")
    pixels, _ = darkened(png_of(figure), tmp_path_factory.mktemp("letters"))
    return {name: pixels[:, SIDE * i + 2 : SIDE * (i + 1) - 2] for i, name in enumerate(GROUNDS)}


@pytest.mark.parametrize("name", GROUNDS)
def test_letters_can_be_read_on_what_they_stand_on(letters, name):
    """As far from their ground as letters have to be, and all to one side of it: no rim of the other."""
    light = luminance(letters[name])
    ground = luminance(letters[name][3, 3])
    lighter, darker = (light > ground * 1.3 + 0.02).sum(), (light < ground / 1.3 - 0.02).sum()
    assert min(lighter, darker) <= 0.03 * max(lighter, darker)
    farthest = np.quantile(light, 0.99 if lighter > darker else 0.01)
    assert contrast(ground, farthest) > 3  # WCAG's least for graphics: few pixels of 7-point letters are all ink


def test_paper_is_dark_and_a_tint_is_a_tint_of_the_dark(letters):
    assert np.abs(letters["paper"][3, 3].astype(int) - PAPER).max() <= 2
    for name, (high, low) in {"pale yellow": (0, 2), "pale blue": (2, 0), "pale orange": (0, 2)}.items():
        ground = letters[name][3, 3].astype(int)
        assert ground.max() < 130 and ground[high] > ground[low] + 30, f"{name}: {ground}"
    for name in ("sky", "orange", "green", "blue", "navy", "bright"):
        was = 255 * np.array(plt.matplotlib.colors.to_rgb(GROUNDS[name][0]))
        assert np.abs(letters[name][3, 3] - was).max() <= 40, name


def test_what_lines_close_in_does_not_shine(tmp_path):
    """Paper inside a hollow marker, or between lines that cross, is no letter: it is as dark as all paper."""
    figure, ax = plt.subplots(figsize=(6, 3))
    for x, size in enumerate(range(6, 12)):
        for y, shape in enumerate("o^sD"):
            ax.plot(x, y, shape, markersize=size, markeredgewidth=size / 2, fillstyle="none", color=plotting.BLUE)
    ax.axis("off")
    pixels, _ = darkened(png_of(figure), tmp_path)
    assert pixels.min(axis=2).max() < 130 and (pixels[..., 2] > 150).any()


def test_a_film_moves_in_the_dark_too(tmp_path):
    figure, ax = plt.subplots(figsize=(2, 1))
    film = plotting.film(figure, lambda k: ax.set_title(str(k)), range(3)).data
    pixels, classes = darkened(film, tmp_path)
    assert "film" in classes.split() and pixels.min(axis=2).max() > 240  # as it was: the style sheet darkens it
    assert "img.dark-light.film" in (STATIC / "book.css").read_text(encoding="utf-8")
