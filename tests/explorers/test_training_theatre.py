"""The training theatre: the networks of the plane, side by side, and words that say how they fare."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import datasets, diagnostics, explorers, mlp, optimizers, sweep, training
from course_utils.explorers import _training_theatre as theatre

START = {name: control.start for name, control in theatre.CONTROLS.items()}


def after(steps, **changes):
    return next(data for data in theatre.frames(**START | changes) if data.step >= steps)


def trained(place, steps, hidden_layers):
    """The parameters of the plane's network at (sigma_w, sigma_b), seed 0, before and after a step."""
    digits = datasets.digits()
    sizes = (64, *[32] * hidden_layers, 10)
    piece = sweep.Piece("tanh", sizes, 0, None, np.array(place[1:]), np.array(place[:1]), 600, 64, 20)
    start = {name: p[0].astype(float) for name, p in sweep.start(piece).items()}
    settings = {"batch_size": 64, "rng": np.random.default_rng(0)}
    path = training.descend(start, digits.x_train, digits.y_train, optimizers.sgd(0.1), **settings)
    for _ in range(steps + 1):
        before = {name: p.copy() for name, p in next(path).items()}
    return before, next(path)


@pytest.mark.parametrize("b", [(4.0, 0.0), (0.0, 1.0)])
def test_it_measures_what_the_course_defines_on_the_networks_of_the_plane(b):
    digits = datasets.digits()
    data = after(60, sigma_w_b=b[0], sigma_b_b=b[1], hidden_layers=2)
    for i, place in enumerate([(1.0, 0.0), b]):
        before, stepped = trained(place, data.step, 2)
        for part, x, y in (("train", digits.x_train, digits.y_train), ("test", digits.x_test, digits.y_test)):
            assert data.history[part][-1, i] == pytest.approx(100 * mlp.accuracy(before, x, y), abs=0.3)
        ratios = np.array([*diagnostics.update_to_weight(before, stepped).values()])
        assert data.ratio[i] == pytest.approx(ratios, rel=1e-6, nan_ok=True)
        trace = mlp.forward(before, digits.x_train[: theatre.live.BLOCK])
        for l in (1, 2):
            assert data.varies[i, l - 1] == pytest.approx(np.sqrt(trace.h[l].var(axis=0).mean()), abs=1e-9)
            assert data.flat[i, l - 1] == pytest.approx(100 * diagnostics.saturation(trace.z[l]), abs=0.1)


def test_the_history_has_an_entry_for_each_picture_and_the_start_is_kept():
    pictures = [data for data, _ in zip(theatre.frames(**START), range(30), strict=False)]
    assert [data.step for data in pictures[:20]] == list(range(20))
    assert list(pictures[-1].history["step"]) == [data.step for data in pictures]
    assert pictures[-1].history["train"].shape == (30, 2)
    assert pictures[0].start is None and pictures[-1].start is pictures[0]


@pytest.mark.parametrize(
    "preset, steps, a, b",
    [
        ("LeCun vs too large", 0, "starts well", "starts saturated"),
        ("LeCun vs too large", 2000, "and generalizes", "but generalizes badly"),
        ("LeCun vs too small", 0, "starts well", "starts too small"),
        ("LeCun vs too small", 150, "and generalizes", "learns"),
        ("LeCun vs zeros", 150, "and generalizes", "stays as it is: every weight gradient is 0"),
        ("LeCun vs the opposite", 200, "and generalizes", "guesses: its last hidden layer hardly sees the image"),
        ("LeCun vs the opposite", 2000, "and generalizes", "and generalizes"),
        ("Zeros vs the opposite", 600, "every weight gradient is 0", "and generalizes"),
        ("Glorot vs He (ReLU)", 0, "starts too small", "starts well"),
    ],
)
def test_what_it_says(preset, steps, a, b):
    data = after(steps, **theatre.PRESETS[preset])
    said = theatre.state(data, 0), theatre.state(data, 1)
    assert a in said[0] and b in said[1]
    assert f"A {said[0]}; B {said[1]}." in theatre.sentence(data)
    assert theatre.sentence(data).endswith("These were all 2000 steps.") == (steps == 2000)


def test_overflow_is_said_in_words():
    data = after(30, sigma_w_b=2, sigma_b_b=3, lr=1, hidden_layers=6, activation="relu")
    assert not data.finite[1] and "B: overflow, its weights are infinite" in theatre.sentence(data)
    assert "B is lost" in theatre.sentence(data)


def test_zero_weights_have_no_ratio():
    data = after(5, **theatre.PRESETS["LeCun vs zeros"])
    assert np.isnan(data.ratio[1]).all() and np.isfinite(data.ratio[0]).all()
    assert "zero weights" in theatre.facts(data, 1) and "update/weight 0.0" in theatre.facts(data, 0)
    assert list(theatre.heights(np.array([0, 1e-3, 1e9, np.nan]), "ratio")) == [1e-6, 1e-3, 10, 50]
    assert list(theatre.heights(np.array([0, np.nan]), "varies")) == [1e-6, 1e-6]


def test_letters_do_not_lie_on_one_another():
    assert theatre.apart((10, 90)) == (10, 90)
    assert theatre.apart((50, 52)) == (45, 57) and theatre.apart((100, 99)) == (97, 85)


@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_no_place_brings_it_down(data):
    values = {
        name: data.draw(
            st.sampled_from(its.options)
            if hasattr(its, "options")
            else st.sampled_from([its.low, its.start, its.high]) | st.floats(its.low, its.high),
            label=name,
        )
        for name, its in theatre.CONTROLS.items()
    }
    explorer = explorers.training_theatre(**values)
    for _ in range(25):
        explorer.step()
    assert explorer.explorer.error is None and explorer.data.step > 20
    assert 60 < len(explorer.status) < 330
