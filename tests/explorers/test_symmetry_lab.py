"""The symmetry lab: it trains what lessons 2 and 3 train, and says of every start what they prove."""

import itertools
import re

import numpy as np
import pytest

from course_utils import datasets, diagnostics, explorers, mlp, optimizers, training
from course_utils.explorers import _symmetry_lab as lab

START = {name: control.start for name, control in lab.CONTROLS.items()}


def pictures(count, words=(), **changes):
    """The data of `count` pictures; `words` {number of the picture: action before it}."""
    frames = lab.frames(**START | changes)
    return [frames.send(dict(words).get(k)) for k in range(count)]


def after(steps, **changes):
    return next(data for data in lab.frames(**START | changes) if data.step >= steps)


def test_it_trains_as_the_course_does():
    digits = datasets.digits()
    last = after(100, w1="random", w2="random", b1="random")
    expected = training.train(
        lab.initial("random", "random", "random"), digits.x_train, digits.y_train, optimizers.sgd(0.1),
        steps=last.step, batch_size=64, rng=np.random.default_rng(0),
    ).params  # fmt: skip
    assert all(np.array_equal(expected[name], p) for name, p in last.params.items())
    assert last.now("train") == pytest.approx(100 * mlp.accuracy(expected, digits.x_train, digits.y_train))
    assert last.now("test") == pytest.approx(100 * mlp.accuracy(expected, digits.x_test, digits.y_test))
    assert last.now("distinct") == diagnostics.distinct_neurons(expected, 1) == 16


@pytest.mark.parametrize("optimizer", lab.RULES)
def test_lines_show_the_first_step_on_all_images(optimizer):
    digits = datasets.digits()
    (first,) = pictures(1, w1="random", w2="random", optimizer=optimizer)
    path = training.descend(first.params, digits.x_train, digits.y_train, lab.RULES[optimizer])
    before = {name: p.copy() for name, p in next(path).items()}
    stepped = next(path)
    assert all(stepped[name] - before[name] == pytest.approx(push, abs=1e-12) for name, push in first.push.items())
    incoming, outgoing = lab.planes(first.params)
    average = digits.x_train[digits.y_train == 1].mean(axis=0)
    assert incoming[3, 1] == pytest.approx(first.params["W1"][3] @ average + first.params["b1"][3])
    assert np.array_equal(outgoing, first.params["W2"][:2].T)


def test_every_step_at_first_then_ever_more_up_to_10():
    steps = [data.step for data in lab.frames(**START)]
    gaps = np.diff(steps)
    assert steps[:21] == list(range(21)) and steps[-1] == lab.STEPS
    assert max(gaps) == 10 and list(gaps[:-1]) == sorted(gaps[:-1])


@pytest.mark.parametrize("kind", lab.MATRIX)
def test_kinds_are_what_they_are_called(kind):
    W1, W2 = (lab.initial(kind, "zero", kind)[name] for name in ("W1", "W2"))
    rows, columns = diagnostics.distinct_rows(W1), diagnostics.distinct_rows(W1.T)
    expected = {
        "zero": (1, 1), "constant": (1, 1), "equal rows": (1, 64), "equal columns": (16, 1), "4 groups": (4, 64),
        "random": (16, 64),
    }  # fmt: skip
    assert (rows, columns) == expected[kind]
    assert diagnostics.distinct_rows(W2) == (1 if kind in ("zero", "constant", "equal rows") else 10)
    twins = kind in ("zero", "constant", "equal columns")
    assert diagnostics.distinct_rows(W2.T) == (1 if twins else 4 if kind == "4 groups" else 16)
    assert np.any(W1) == (kind != "zero") and W1.flags.writeable


def test_of_the_27_starts_of_lesson_3_eight_stay_one_neuron():
    three = ("zero", "constant", "random")
    for w1, b1, w2 in itertools.product(three, repeat=3):
        last = pictures(6, w1=w1, b1=b1, w2=w2)[-1]
        assert (last.now("distinct") == 1) == ("random" not in (w1, b1, w2)), (w1, b1, w2)


@pytest.mark.parametrize("optimizer", lab.RULES)
@pytest.mark.parametrize("start", [("equal rows", "zero", "equal columns"), ("constant", "constant", "constant")])
def test_twins_are_equal_to_the_last_bit(start, optimizer):
    last = after(400, **dict(zip(("w1", "b1", "w2"), start, strict=True)), optimizer=optimizer)
    assert set(last.history["distinct"]) == {1} and set(last.history["spread"]) == {0.0}
    assert "twins, but for rounding" in lab.sentence(last)


def test_a_poke_frees_one_neuron_and_two_pokes_free_two():
    frames = lab.frames(**START)
    first, poked = next(frames), frames.send("poke")
    changed = poked.params["W1"] != first.params["W1"]
    assert poked.step == 0 and changed.sum() == 1 and changed[0].any() and poked.poked == 1
    assert poked.params["W1"][changed] == np.nextafter(first.params["W1"][changed], np.inf)
    assert poked.now("distinct") == 1 and 0 < poked.now("spread") < 1e-16
    assert "nobody can see" in lab.sentence(poked)
    last = next(data for data in frames if data.step >= 1000)
    assert last.now("distinct") == 2 and last.now("test") > 40
    assert "Neuron 0 has left the others" in lab.sentence(last)
    last = [data for data in pictures(60, {1: "poke", 2: "poke"}, optimizer="momentum") if data.step][-1]
    assert len(np.unique(last.params["W1"], axis=0)) == 3


@pytest.mark.parametrize(
    "preset, activation, steps, distinct, says",
    [
        ("Zeros", "tanh", 3, 1, "exactly 0: no weight ever moves"),
        ("Zeros", "relu", 3, 1, "exactly 0: no weight ever moves"),
        ("Zeros", "sigmoid", 3, 1, "twins, but for rounding"),
        ("Constant", "tanh", 3, 1, "twins, but for rounding"),
        ("4 groups", "relu", 200, 4, "Twins stay twins"),
        ("Equal rows", "tanh", 0, 16, "the rows part"),
        ("Equal rows", "tanh", 2, 16, "effective rank 1: low rank is no trap"),
        ("Trap", "tanh", 0, 16, "Softmax cannot see that: equal rows stay equal"),
        ("Trap", "tanh", 50, 16, "Softmax cannot see that: equal rows stay equal"),
        ("Trap", "tanh", 2000, 16, "Rounding let them out"),
        ("Equal columns", "tanh", 0, 16, "low rank is no trap"),
        ("Opposite", "tanh", 0, 16, "Only biases differ"),
        ("Opposite", "tanh", 1, 16, "different errors come back"),
        ("Opposite", "tanh", 2000, 16, "the symmetry is broken"),
        ("Opposite", "relu", 0, 16, "different sizes"),
        ("Opposite", "relu", 100, 16, "all are multiples of 1."),
        ("Opposite", "leaky_relu", 100, 16, "all are multiples of 2."),
        ("LeCun", "sigmoid", 0, 16, "the symmetry is broken"),
    ],
)
def test_what_it_says(preset, activation, steps, distinct, says):
    data = after(steps, **lab.PRESETS[preset], activation=activation)
    assert data.now("distinct") == distinct and says in lab.sentence(data), lab.sentence(data)
    if steps == lab.STEPS:
        assert lab.sentence(data).endswith("These were all 2000 steps.")


def test_relu_needs_its_units_on():
    start = {"w1": "zero", "w2": "random", "activation": "relu"}
    assert "no weight ever moves" in lab.sentence(after(20, **start))
    assert after(20, **start, b1="constant").now("rank") > 1


def test_weights_that_overflow_are_said_in_words():
    (first,) = pictures(1)
    params = first.params | {"W1": np.full((16, 64), np.inf), "b1": np.full(16, np.nan)}
    found, push = lab._measured(params, lab.activations.tanh, lab.RULES["SGD"])
    history = {name: [*first.history[name], found.get(name, 1)] for name in first.history}
    broken = first._replace(step=1, params=params, push=push, history=history)
    assert "infinite or not numbers" in lab.sentence(broken)
    explorer = lab.explorer()
    explorer._frames = lambda **_: (picture for picture in [broken])
    explorer.set(w1="zero")
    assert explorer.error is None


def test_poke_by_its_button_and_step_by_step():
    explorer = explorers.symmetry_lab()
    explorer.step("poke")
    explorer.step()
    assert explorer.data.step == 1 and explorer.data.poked == 1
    assert re.match(r"Step 1 \(tanh, SGD\): all 16 neurons are one and the same, effective rank", explorer.status)
    explorer.reset()
    assert explorer.data.poked == 0


def test_discs_grow_with_their_neurons():
    points = np.array([[0, 0], [0.001, 0], [0.5, 0.5]])
    assert list(lab.crowds(points)) == [2, 2, 1]
    assert not lab.directions(np.full((3, 2), 1e-12)).any()
    assert np.abs(lab.directions(np.array([[3.0, 4.0], [0, 1.0]]))).max() == 0.8
    assert lab.scale(np.array([0.3, np.nan]), 1 / 4) == 0.5 and lab.scale(np.zeros(3), 1 / 4) == 0.25
