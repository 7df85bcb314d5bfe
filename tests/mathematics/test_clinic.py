"""The clinic: every ailment shows in its chart as the lesson says, whatever the seed."""

import numpy as np
import pytest
from matplotlib import colors
from matplotlib import pyplot as plt

from course_utils import clinic, datasets, diagnostics, mlp, optimizers, plotting, training

DATA = datasets.digits()
SEEDS = (0, 1, 2)


def admitted(ailment, seed, **settings):
    return clinic.admit(ailment, DATA, rng=np.random.default_rng(seed), **settings)


def test_a_chart_holds_what_training_and_the_diagnostics_say():
    params = mlp.initialize([64, 8, 6, 10], rng=np.random.default_rng(0))
    kept = {name: p.copy() for name, p in params.items()}
    found = clinic.chart(
        params, DATA, optimizers.adam(0.01), activation="relu", steps=6, every=3, rng=np.random.default_rng(1)
    )
    path = training.descend(
        params, DATA.x_train, DATA.y_train, optimizers.adam(0.01), activation="relu", batch_size=64,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    steps = [{name: p.copy() for name, p in current.items()} for current, _ in zip(path, range(8), strict=False)]
    assert found["step"].tolist() == [0, 3, 6]
    for row, step in enumerate((0, 3, 6)):
        now = steps[step]
        loss, _ = mlp.loss_and_gradients(now, DATA.x_train, DATA.y_train, "relu")
        trace = mlp.forward(now, DATA.x_train, "relu")
        ratios = diagnostics.update_to_weight(now, steps[step + 1])
        np.testing.assert_allclose(found["loss"][row], loss)
        np.testing.assert_allclose(found["train"][row], mlp.accuracy(now, DATA.x_train, DATA.y_train, "relu"))
        np.testing.assert_allclose(found["test"][row], mlp.accuracy(now, DATA.x_test, DATA.y_test, "relu"))
        np.testing.assert_allclose(found["ratio"][row], [ratios[f"W{l}"] for l in (1, 2, 3)])
        np.testing.assert_allclose(found["varies"][row], [np.sqrt(trace.h[l].var(axis=0).mean()) for l in (1, 2)])
        np.testing.assert_allclose(found["flat"][row], [(trace.z[l] <= 0).mean() for l in (1, 2)])
        assert found["distinct"][row].tolist() == found["neurons"][row].tolist() == [8, 6]
    assert all(np.array_equal(kept[name], p) for name, p in params.items())


@pytest.mark.parametrize("every", [1, 2, 50])
def test_a_chart_has_a_row_every_so_many_steps(every):
    found = admitted("healthy", 0, steps=4, every=every)
    rows = 4 // every + 1
    assert {name: values.shape for name, values in found.items()} == {
        "step": (rows,), "loss": (rows,), "train": (rows,), "test": (rows,),
        "ratio": (rows, 5), "varies": (rows, 4), "flat": (rows, 4), "neurons": (rows, 4), "distinct": (rows, 4),
    }  # fmt: skip


def test_the_same_seed_gives_the_same_chart():
    first, again = admitted("equal weights", 3, steps=20), admitted("equal weights", 3, steps=20)
    assert all(np.array_equal(first[name], again[name], equal_nan=True) for name in first)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ailment", clinic.AILMENTS)
def test_each_ailment_shows(ailment, seed):
    """The signs that the lesson's answers name."""
    found = admitted(ailment, seed)
    train, test = found["train"][-1], found["test"][-1]
    with np.errstate(divide="ignore"):
        ratio = np.log10(found["ratio"])
    undefined = np.isnan(ratio).all(axis=0).sum()
    varies, flat, distinct = found["varies"], found["flat"], found["distinct"]
    signs = {
        "healthy": train > 0.97 and test > 0.93 and (ratio[0] > -2.5).all() and (flat < 0.3).all(),
        "all zero": undefined == 5 and (varies == 0).all() and (distinct == 1).all(),
        "equal weights": train > 0.15 and test < 0.6 and (distinct == 1).all() and undefined == 0,
        "zero weights, random biases": (
            np.isnan(ratio[0]).all() and undefined == 0 and (distinct == 32).all() and (varies < 1e-3).all()
        ),
        "two zero matrices": undefined == 2 and train < 0.2 and varies[0, 0] > 0.3 and varies[-1, -1] < 1e-9,
        "weights too small": (ratio[0] < -3).all() and (varies[0, 1:] < 0.5 * varies[0, :-1]).all() and test < 0.8,
        "weights too large": train > 0.9 and test < train - 0.15 and (flat[0] > 0.4).all(),
        "step size too small": train < 0.3 and (ratio < -4.5).all() and (flat[0] < 0.3).all(),
        "step size too large": train < 0.9 and ratio[0].min() > -0.5 and flat[0].max() < 0.3 and flat[-1].min() > 0.5,
        "dead ReLUs": train < 0.2 and (flat > 0.9).all() and (varies[:, 1:] < 0.05).all() and (ratio < -9).all(),
        "raw inputs": train > 0.9 and flat[0, 0] > 0.5 and (flat[0, 1:] < 0.2).all(),
    }
    assert signs[ailment]
    assert set(signs) == set(clinic.AILMENTS)


@pytest.mark.parametrize("ailment", ["healthy", "all zero", "dead ReLUs"])
def test_a_chart_is_drawn_on_axes_that_say_what_they_mean(ailment):
    figure, axes = plt.subplots(4)
    plotting.chart(admitted(ailment, 0, steps=20), axes)
    figure.canvas.draw()
    ticks = {tick.get_text(): tick.get_position()[1] for tick in axes[1].get_yticklabels()}
    assert {word: ticks[word] for word in ("≤ -6", "-3", "0")} == {"≤ -6": -6, "-3": -3, "0": 0}
    assert ticks["0/0"] > 0.5
    assert axes[3].get_ylim() == pytest.approx((0, 1.1 * 32)), "one neuron of 32 looks the same for every patient"
    seen = [line for line in axes[1].get_lines() if line.get_label().startswith("$W")]
    for red, green, blue in (colors.to_rgb(line.get_color()) for line in seen):
        light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
        assert 1.05 / (light + 0.05) > 2 < (light + 0.05) / 0.056, "on paper and on a dark page"
    plt.close(figure)


def test_every_ailment_lies_in_the_ward():
    assert sorted(clinic.WARD.values()) == sorted(clinic.AILMENTS)
    found, again = clinic.patient("C", DATA), clinic.admit("healthy", DATA, rng=np.random.default_rng(ord("C")))
    assert all(np.array_equal(found[name], again[name], equal_nan=True) for name in found)


def test_wrong_names_are_told():
    with pytest.raises(ValueError, match="did you mean 'all zero'"):
        admitted("all zeros", 0)
    with pytest.raises(ValueError, match="letter 'Z' is not known"):
        clinic.patient("Z", DATA)
    with pytest.raises(ValueError, match="every must be at least 1"):
        admitted("healthy", 0, every=0)


def test_every_chart_can_be_drawn():
    from matplotlib import pyplot as plt

    for ailment in clinic.AILMENTS:
        fig, axes = plt.subplots(1, 4)
        assert plotting.chart(admitted(ailment, 0, steps=20), axes, title="x") is axes
        fig.canvas.draw()
        plt.close(fig)
