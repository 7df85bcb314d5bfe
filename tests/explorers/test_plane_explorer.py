"""The plane explorer: it trains the network that the map shows, and a click finds its place."""

import base64
import itertools

import numpy as np
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
    assert last.where[0, 3] == pytest.approx(shipped.results["test"][0, layers, :, 0, b, w].mean())


@pytest.mark.parametrize("activation, optimizer", [("relu", "adam"), ("gelu", "sgd")])
def test_it_trains_with_the_activation_and_the_optimizer_of_the_map(activation, optimizer):
    kind = {"activation": activation, "optimizer": optimizer}
    *_, last = _plane.frames(hidden_layers="2", sigma_w=1.0, sigma_b=0.5, beside="D", **kind)
    lr = sweep.load(**kind).axes["lr"]
    for i, (sigma_w, sigma_b) in enumerate([(1.0, 0.5), (4.0, 0.0)]):
        point = {"hidden_layers": 2, "sigma_w": sigma_w, "sigma_b": sigma_b, "lr": lr, "seed": 0}
        found = sweep.sweep(datasets.digits(), **point, **kind, progress=False).results
        assert last.train[-1, i] == pytest.approx(found["train"].item(), abs=0.003)
        assert last.test[-1, i] == pytest.approx(found["test"].item(), abs=0.005)


def test_a_hand_that_hovers_is_told_what_the_map_says():
    maps = _plane.explorer().spec["plane"]["maps"]
    assert maps["names"] == ("activation", "optimizer", "hidden_layers", "part")
    halves, first = np.frombuffer(base64.b64decode(maps["halves"]), np.uint8), 0
    kinds = itertools.product(*(_plane.CONTROLS[name].options for name in maps["names"][:2]))
    for (activation, optimizer), (rows, columns) in zip(kinds, maps["sizes"], strict=True):
        found = sweep.load(activation=activation, optimizer=optimizer)
        assert (len(found.axes["sigma_b"]), len(found.axes["sigma_w"])) == (rows, columns)
        assert [f"{layers}" for layers in found.axes["hidden_layers"]] == list(_plane.CONTROLS["hidden_layers"].options)
        for layers, part in itertools.product(range(5), ("train", "test")):
            mean = found.results[part][0, layers, :, 0].mean(axis=0)
            told = halves[first : first + rows * columns].reshape(rows, columns) / 200
            assert np.abs(told - mean).max() <= 0.0026
            first += rows * columns
    assert first == len(halves)


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
