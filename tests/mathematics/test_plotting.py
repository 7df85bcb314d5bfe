"""The figures of the plane: colored by what was found, and honest about what rounding did."""

import io

import numpy as np
import pytest
from matplotlib import pyplot as plt
from PIL import Image, ImageSequence

from course_utils import plotting, sweep


@pytest.fixture
def axes():
    """Of a figure for two rows and five depths."""
    figure, axes = plt.subplots(2, 5)
    yield axes
    plt.close(figure)


def test_planes_show_the_errors_found_and_hatch_what_rounding_did(axes):
    rows = {name: (sweep.load(activation="relu", optimizer=name), "test") for name in ("sgd", "adam")}
    plotting.planes(rows, axes)
    for (name, (swept, part)), row in zip(rows.items(), axes, strict=True):
        for i, ax in enumerate(row):
            accuracy = swept.results[part][0, i, :, 0].mean(axis=0)
            shown = ax.collections[0].get_array()
            np.testing.assert_allclose(shown, np.maximum(2, 100 - 100 * accuracy), rtol=1e-5)
            assert [patch.get_hatch() for patch in ax.patches] == (["////"] if name == "sgd" else [])
            assert len(ax.lines) == 2 and set(ax.lines[0].get_xdata().round(6)) == {1.414214}  # He's line
    assert axes[0, 2].get_title() == "hidden layers: 3" and not axes[1, 2].get_title()


def test_half_the_error_is_the_same_step_of_color_everywhere():
    norm = plotting.ERROR["norm"]
    steps = np.diff([norm(plotting.errors(accuracy)) for accuracy in (0.6, 0.8, 0.9, 0.95, 0.975)])
    assert steps == pytest.approx(np.full(4, steps[0])) and abs(steps[0]) > 0.15
    assert norm(plotting.errors(1.0)) == 0 == pytest.approx(norm(plotting.errors(0.98)))


def test_tiles_are_the_rows_each_on_its_own_scale():
    W = np.vstack([np.arange(64) - 32, np.zeros(64), 1e-9 * np.ones((4, 64))])
    shown = plotting.tiles(W)
    assert shown.shape == (17, 35)
    assert np.array_equal(shown[:8, :8], (np.arange(64) - 32).reshape(8, 8) / 32)
    assert np.array_equal(shown[:8, 9:17], np.zeros((8, 8))), "a row of zeros has no scale"
    assert (
        np.array_equal(shown[9:, :8], np.ones((8, 8))) and np.isnan(shown[8]).all() and np.isnan(shown[9:, 18:]).all()
    )


def test_a_film_shows_every_picture_rests_on_the_last_and_ends():
    figure, ax = plt.subplots(figsize=(2, 1), dpi=50)
    (line,) = ax.plot([0, 1], [0, 0])
    ax.set(ylim=(-1, 3))
    made = plotting.film(figure, lambda k: line.set_ydata([k, k]), [0, 1, 2], rate=10, rest=2, times=3)
    with Image.open(io.BytesIO(made.data)) as film:
        still, *moving = ((np.asarray(frame.convert("L")), dict(frame.info)) for frame in ImageSequence.Iterator(film))
        frames = [(pixels, info["duration"]) for pixels, info in moving]
        assert film.info["loop"] == 3 and film.info["default_image"]
    assert np.array_equal(still[0], frames[-1][0]), "what is seen where nothing moves"
    assert [wait for _, wait in frames] == [100, 100, 2000]
    assert len({pixels.tobytes() for pixels, _ in frames}) == 3
    assert not plt.fignum_exists(figure.number)
