"""The plane explorer: it trains the network that the map shows, and a click finds its place."""

import pytest

from course_utils import datasets, explorers, sweep
from course_utils.explorers import _plane


@pytest.mark.parametrize("hidden_layers, sigma_w, sigma_b", [("1", 0.0, 1.0), ("3", 3.5, 0.5)])
def test_it_trains_the_network_of_the_map(hidden_layers, sigma_w, sigma_b):
    *_, last = _plane.frames(hidden_layers=hidden_layers, sigma_w=sigma_w, sigma_b=sigma_b)
    point = {"hidden_layers": int(hidden_layers), "sigma_w": sigma_w, "sigma_b": sigma_b}
    found = sweep.sweep(datasets.digits(), **point, seed=0, progress=False).results
    assert last.steps[-1] == _plane.STEPS
    assert last.train[-1] == pytest.approx(found["train"].item(), abs=0.003)  # float64 here, float32 there
    assert last.test[-1] == pytest.approx(found["test"].item(), abs=0.005)
    shipped = sweep.load()
    w, b = (shipped.axes[name].index(value) for name, value in (("sigma_w", sigma_w), ("sigma_b", sigma_b)))
    layers = shipped.axes["hidden_layers"].index(int(hidden_layers))
    assert last.map_test == pytest.approx(shipped.results["test"][0, layers, :, 0, b, w].mean())


def test_a_click_finds_its_place():
    explorer = _plane.explorer()
    figure, plane = explorer.stage.figure, explorer.spec["plane"]
    left, top, right, bottom = plane["area"]
    ax = figure.axes[0]
    width, height = figure.bbox.size
    for sigma_w, sigma_b in [(0, 0), (1, 0.5), (4, 3)]:
        x, y = ax.transData.transform((sigma_w, sigma_b)) / (width, height)
        found = plane["x"][1] + (x - left) / (right - left) * (plane["x"][2] - plane["x"][1])
        assert (plane["x"][0], found) == ("sigma_w", pytest.approx(sigma_w))
        found = plane["y"][1] + (y - 1 + bottom) / (bottom - top) * (plane["y"][2] - plane["y"][1])
        assert (plane["y"][0], found) == ("sigma_b", pytest.approx(sigma_b))


def test_the_words_at_the_end():
    explorer = explorers.plane(hidden_layers="2", sigma_w=0, sigma_b=1)
    for _ in range(_plane.STEPS // _plane.EVERY + 1):
        explorer.step()
    assert "after 600 of 600 steps train 10 %, test 10 %" in explorer.status and "Still guessing" in explorer.status
    explorer.set(hidden_layers="1")
    assert "before training" in explorer.status
