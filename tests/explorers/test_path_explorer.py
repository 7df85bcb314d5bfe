"""The path explorer: the rule foretells the measured gradients, and the sentence gives a reason that is one."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from course_utils import explorers, plotting, wirings
from course_utils.explorers import _paths as paths

# Lesson 8's nine drawings, and lesson 10's products: the step of each matrix's first gradient.
FIRST = {
    "Chain, last": {"W1": 1, "W2": 1, "W3": 0},
    "Chain, both": {"W1": "never", "W2": "never", "W3": "never"},
    "LoRA": {"A": 1, "B": 0},
    "LoRA, both": {"A": "never", "B": "never"},
    "Block, last": {"U": 0, "V1": 1, "V2": 0, "W": 0},
    "Block, both": {"U": 0, "V1": "never", "V2": "never", "W": 0},
    "Fixup": {"U": 1, "V1": 2, "V2": 1, "W": 0},
    "ControlNet": {"Z1": 1, "C": 1, "Z2": 0},
    "x kept out": {"Z1": "never", "C": "never", "Z2": "never"},
    "Attention, one": {"Q": 0, "K": 1, "V": 0, "O": 0},
    "Attention, both": {"Q": "never", "K": "never", "V": 0, "O": 0},
    "SwiGLU, both": {"A": "never", "B": "never", "C": "never"},
    "Sigmoid, both": {"A": 1, "B": 0, "C": 1},
}


def of(design, kinds, step=0):
    kinds = [*kinds, *["random"] * paths.SLOTS][: paths.SLOTS]
    return paths.model(design=design, step=step, **{f"matrix_{i}": kind for i, kind in enumerate(kinds, 1)})


starts = st.sampled_from([*paths.DESIGNS]).flatmap(
    lambda name: st.tuples(
        st.just(name), st.tuples(*[st.sampled_from(paths.KINDS)] * len(paths.DESIGNS[name].matrices))
    )
)


def measured(data):
    return {matrix: paths.first(sizes) for matrix, sizes in data.sizes.items()}


@pytest.mark.parametrize("design", paths.DESIGNS)
def test_whatever_is_zero_wakes_when_the_rule_says_so(design):
    for kinds in itertools.product(("zero", "random"), repeat=len(paths.DESIGNS[design].matrices)):
        data = of(design, kinds)
        assert data.agree() and measured(data) == data.rule, (design, kinds)


@settings(max_examples=40, deadline=None)
@given(starts)
def test_constants_wake_as_what_is_random_does(start):
    data = of(*start)
    assert data.agree() and measured(data) == data.rule
    assert all(when == "never" or when < paths.STEPS for when in data.rule.values()), "the last step shows all of it"


def test_each_drawing_of_the_lessons_has_its_button():
    assert {name: of_preset(name).rule for name in paths.PRESETS} == FIRST


def of_preset(name, step=0):
    return paths.model(**paths.PRESETS[name], step=step)


@settings(max_examples=60, deadline=None)
@given(starts, st.integers(0, paths.STEPS))
def test_reasons_are_reasons(start, step):
    """Who wakes has a way without another zero; who waits has none, but will; who never wakes never has one."""
    data = of(*start, step)
    zero = data.zero()
    ways = [way for way, _ in data.design.ways]
    for matrix, when in data.rule.items():
        way, others = data.beside(matrix)
        assert way in ways and matrix in way and {*others} == (zero & {*way}) - {matrix}
        assert bool(others) == (when == "never" or when > step)
    matrix, way = data.reason()
    assert (matrix in data.woken()) == (matrix is not None) == bool(data.woken())
    text = paths.sentence(data)
    assert text.count("never will") == ("never" in data.rule.values())
    assert text.count(" wait") == any(when != "never" and when > step for when in data.rule.values())
    assert text.endswith("Measured: the same.")


def test_a_rule_that_is_wrong_is_seen(monkeypatch):
    """Beside every zero matrix, itself too: then no zero matrix ever wakes."""

    def wrong(ways, zero):
        blocked = {m for way in ways if {*zero} & {*way} for m in way}
        return {m: "never" if m in blocked else 0 for way in ways for m in way}

    monkeypatch.setattr(wirings, "path_rule", wrong)
    data = of_preset("LoRA")
    assert not data.agree() and paths.sentence(data).endswith("Measured otherwise: some sum cancels.")


@pytest.mark.parametrize("step", range(paths.STEPS + 1))
@pytest.mark.parametrize("preset", paths.PRESETS)
def test_the_picture_shows_zeros_the_open_way_and_what_was_measured(preset, step):
    figure, data = Figure(), of_preset(preset, step)
    paths.draw(figure)(data, **paths.PRESETS[preset], step=step)
    left, right = figure.axes
    boxes = left.patches
    assert len(boxes) == len(data.kinds)
    assert [box.get_linestyle() == "--" for box in boxes] == [matrix in data.zero() for matrix in data.kinds]
    texts = [text.get_text() for text in left.texts]
    assert texts.count("never") == [*data.rule.values()].count("never")
    assert sum(text.endswith("= 0$") or text.endswith("= 0") for text in texts) == len(data.zero())
    green = [line for line in left.lines if line.get_color() == plotting.GREEN]
    lines = dict(data.design.ways).get(data.reason()[1], []) if data.woken() else []
    assert len(green) == len(lines)
    rings, discs = right.lines
    seen = {(s, i) for i, sizes in enumerate(data.sizes.values()) for s, size in enumerate(sizes) if size}
    assert {(s, i) for s, i in zip(*discs.get_data())} == seen == {(s, i) for s, i in zip(*rings.get_data())}


def test_a_matrix_is_made_zero_from_code():
    explorer = explorers.paths()
    explorer.set(design="attention", matrix_1="zero", matrix_2="zero", matrix_3="random", matrix_4="random", step=2)
    assert explorer.data.rule["Q"] == "never" and "$Q$ and $K$ never will" in explorer.status
    explorer.set(matrix_2="constant")
    assert explorer.data.rule["Q"] == 0 and "never" not in explorer.status
    with pytest.raises(ValueError, match="matrix_2 'zeros' is not known: did you mean 'zero'"):
        explorer.set(matrix_2="zeros")
