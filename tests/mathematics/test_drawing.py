"""Drawn networks: what is on the axes is what the parameters hold, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from course_utils import drawing, mlp, plotting


def net(sizes, seed=0, zero=()):
    params = mlp.initialize(sizes, sigma_b=0.5, rng=np.random.default_rng(seed))
    return {name: p * (name not in zero) for name, p in params.items()}


def drawn(params, **options):
    """The axes with the drawing, laid out as for a screen."""
    figure = Figure()
    ax = drawing.network(params, figure.subplots(), **options)
    figure.canvas.draw()
    return ax


def part(ax, name):
    (found,) = ax.findobj(lambda artist: artist.get_gid() == name)
    return found


def many(ax, name):
    return [text for text in ax.texts if text.get_gid() == name]


def words(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def disc_colors(ax, layer):
    discs = part(ax, f"h{layer}")
    return [tuple(color) for color in discs.get_facecolors()]


networks = st.builds(
    net,
    st.lists(st.integers(1, drawing.MOST), min_size=2, max_size=5),
    st.integers(0, 99),
    st.sets(st.sampled_from(["W1", "W2", "W3", "b1"])),
)


@settings(max_examples=25, deadline=None)
@given(networks, st.data())
def test_a_line_is_a_weight_that_is_not_zero_and_a_zero_matrix_a_gap(params, data):
    for name in params:
        holes = data.draw(st.integers(0, 3))
        params[name].flat[:holes] = 0
    ax = drawn(params)
    largest = max(abs(p).max() for name, p in params.items() if name[0] == "W") or 1
    zeros = 0
    for l in range(1, mlp.depth(params) + 1):
        W, lines = params[f"W{l}"], part(ax, f"W{l}")
        ends = {(*start, *end) for start, end in lines.get_segments()}
        assert len(ends) == len(lines.get_segments()) == np.count_nonzero(W)
        assert all(end[0] == l - 1 and end[2] == l for end in ends)
        rows = {y: i for i, (_, y) in enumerate(part(ax, f"h{l}").get_offsets())}
        columns = {y: j for j, (_, y) in enumerate(part(ax, f"h{l - 1}").get_offsets())}
        for segment, color, width in zip(lines.get_segments(), lines.get_colors(), lines.get_linewidths()):
            weight = W[rows[segment[1][1]], columns[segment[0][1]]]
            assert tuple(color[:3]) == to_rgba(plotting.RED if weight > 0 else plotting.BLUE)[:3]
            assert width == pytest.approx(0.6 + 3.4 * abs(weight) / largest)
        zeros += not W.any()
    assert words(ax).count("0") == zeros


def test_twins_share_a_color_that_goes_with_them_when_they_are_relabelled():
    params = net([3, 5, 4, 2])
    for name, cut in (("W1", np.s_[[3, 1]]), ("b1", np.s_[[3, 1]]), ("W2", np.s_[:, [3, 1]])):
        params[name][cut] = params[name][1] if name != "W2" else params[name][:, [1]]
    one, two, three, four, five = colors = disc_colors(drawn(params), 1)
    assert two == four and len({one, two, three, five}) == 4
    assert len(set(disc_colors(drawn(params), 2))) == 4
    order = [4, 3, 1, 0, 2]
    moved = params | {"W1": params["W1"][order], "b1": params["b1"][order], "W2": params["W2"][:, order]}
    assert disc_colors(drawn(moved), 1) == [colors[i] for i in order]
    params["W2"][0, 3] += 0.1  # equal rows and biases alone make no twins
    assert len(set(disc_colors(drawn(params), 1))) == 5
    assert len(set(disc_colors(drawn(params, alike="outputs"), 1))) == 4


def test_neurons_that_say_the_same_of_any_input_share_a_color_in_every_layer():
    rng = np.random.default_rng(0)
    params = net([3, 4, 4, 4, 2]) | {"b1": np.zeros(4), "b2": np.zeros(4), "b3": np.zeros(4)}
    params |= {"W1": np.tile(rng.normal(size=3), (4, 1)), "W2": np.eye(4), "W3": rng.normal(size=(4, 4))}
    params["W3"][2] = params["W3"][1][[3, 0, 1, 2]]  # equal sums, which is all that counts over equal neurons
    kinds = [len(set(disc_colors(drawn(params, alike="outputs"), l))) for l in (1, 2, 3)]
    h = mlp.forward(params, rng.normal(size=(50, 3))).h
    assert kinds == [len(np.unique(h[l].round(9), axis=1).T) for l in (1, 2, 3)] == [1, 1, 3]
    assert [len(set(disc_colors(drawn(params), l))) for l in (1, 2, 3)] == [4, 4, 4]


def test_a_ray_is_one_hue_darker_where_the_neuron_is_larger():
    a = np.array([2, 1, 0.25])
    one = net([3, 1, 2])
    params = {"W1": a[:, None] * one["W1"], "b1": a * one["b1"], "W2": one["W2"] * a, "b2": one["b2"]}
    light = 1 - np.array(disc_colors(drawn(params, alike="rays"), 1))[:, :3]
    assert np.allclose(light / light.sum(axis=1, keepdims=True), light[0] / light[0].sum())
    assert (np.diff(light.sum(axis=1)) < -0.1).all()
    assert len(set(disc_colors(drawn(params), 1))) == 3
    params["W1"][1] *= -1
    light = 1 - np.array(disc_colors(drawn(params, alike="rays"), 1))[:, :3]
    assert not np.allclose(light[1] / light[1].sum(), light[0] / light[0].sum())


@pytest.mark.parametrize("zero", [(), ("W3",), ("W1", "W3"), ("W2",)])
def test_what_moves_and_where_errors_arrive_is_what_the_gradients_say(zero):
    params, rng = net([3, 4, 4, 2], zero=(*zero, "b1", "b2")), np.random.default_rng(1)
    _, gradients = mlp.loss_and_gradients(params, rng.normal(size=(20, 3)), rng.integers(2, size=20))
    ax = drawn(params, gradients=gradients)
    moving = [f"$W^{l}$ {'moves' if gradients[f'W{l}'].any() else 'rests'}" for l in (1, 2, 3)]
    assert [word for word in words(ax) if word != "0"] == moving
    assert len(ax.patches) == sum("moves" in word for word in moving)  # the bands
    assert len(many(ax, "error")) == sum(np.count_nonzero(gradients[f"b{l}"]) for l in (1, 2, 3))
    assert not many(drawn(params), "error") and not drawn(params).patches


def test_a_neuron_listens_through_its_row_and_its_column():
    params = net([3, 4, 2])
    params["W1"][2, 0] = 0
    ax = drawn(params, neuron=(1, 2), labels={1: "abcd", 2: ["yes", "no"]})
    assert len(many(ax, "heard")) == 2 + 2
    here = tuple(part(ax, "h1").get_offsets()[2])
    assert all(tuple(arrow.xy) == here for arrow in many(ax, "heard"))
    assert sorted(words(ax)) == sorted(["a", "b", "c", "d", "yes", "no", "$W^1$: its row", "$W^2$: its column"])
    assert part(ax, "W1").get_alpha() < 0.2 < part(drawn(params), "W1").get_alpha()


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (lambda p: {"W1": p["W1"]}, {}, r"dict with W1, b1, ..., WL, bL, got W1"),
        (lambda p: {}, {}, "dict with W1"),
        (lambda p: p | {"W1": p["W1"][None]}, {}, r"shows one network, but W1 has shape \(1, 4, 3\): take one"),
        (lambda p: p | {"W2": p["W2"].T}, {}, r"W2 must have shape \(2, 4\) to fit its neighbors, got \(4, 2\)"),
        (lambda p: p | {"W1": p["W1"] * np.nan}, {}, "W1 must be finite"),
        (lambda p: net([64, 4, 2]), {}, "holds 8 neurons a layer, this network has 64: draw a smaller one"),
        (lambda p: p, {"alike": "twin"}, "did you mean 'twins'"),
        (lambda p: p, {"neuron": (2, 0)}, r"\(layer, i\) of a hidden neuron, got \(2, 0\)"),
        (lambda p: p, {"gradients": {"W1": np.zeros((4, 3))}}, "gradients must have the shapes of params"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(change, options, said):
    with pytest.raises(ValueError, match=said) as error:
        drawn(change(net([3, 4, 2])), **options)
    assert "\n" not in str(error.value)


def test_a_wiring_shows_zeros_and_when_they_wake():
    ax, first = Figure().subplots(), {"A": 1, "B": 0, "C": "never"}
    drawing.wiring("ABC", ax, zero="BC", first=first, around=[(0, 2)], beside="y", enters=1, title="t")
    boxes = {patch.get_gid(): patch for patch in ax.patches}
    assert [boxes[name].get_linestyle() for name in "ABC"] == ["solid", "--", "--"]
    said = [text.get_text() for text in ax.texts if text.get_text()]
    assert said == ["x", "A", "step 1", "B = 0", "step 0", "C = 0", "never", "y", "frozen network"]
    assert len(many(ax, "around")) == 1 and len(many(ax, "enters")) == 1
    assert drawing.wiring("AB", Figure().subplots(), zero="A").texts[1].get_text() == "A = 0"
