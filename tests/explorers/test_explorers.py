"""Explorers: sound models over the whole range of their controls, and pictures and words that follow every control."""

import base64
import importlib
import inspect
import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import strategies
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from course_utils import activations, datasets, diagnostics, explorers, mlp, plotting
from course_utils.explorers import _saturation as saturation
from course_utils.explorers import apart
from course_utils.explorers.base import HEIGHT, WIDTH, Explorer
from course_utils.explorers.controls import Choice, Number, words

NAMES = [name for name, function in vars(explorers).items() if inspect.isfunction(function)]
every_explorer = pytest.mark.parametrize("name", NAMES)


def make(name, **start):
    return getattr(explorers, name)(**start)


def module(name):
    return importlib.import_module(f"course_utils.explorers._{name}")


def data_of(name, **values):
    """What the pure functions of an explorer compute: the last of a few pictures if it is animated."""
    here = module(name)
    if hasattr(here, "model"):
        return here.model(**values)
    frames = here.frames(**values)
    first = next(frames)
    return next(frames, first)


def values_of(controls):
    """A strategy for all controls together, ends included."""
    return st.fixed_dictionaries({name: value_of(control) for name, control in controls.items()})


def value_of(control):
    if isinstance(control, Choice):
        return st.sampled_from(control.options)
    steps = round((control.high - control.low) / control.step)
    return st.integers(0, steps).map(lambda i: control.check("x", control.low + i * control.step))


def ends(control):
    """Values that show whether a control does anything: all options, or the ends of the range."""
    return control.options if isinstance(control, Choice) else (control.low, control.high)


def said(explorer):
    """The sentence: some words, no bare nan or inf, a full stop."""
    text = explorer.status
    assert 30 < len(text) < 330 and text.endswith("."), text
    assert not re.search(r"\b(nan|inf|None|np\.|array)\b|e[-+]\d\d", text), text
    return text


def pixels(explorer):
    """The picture, which is not empty."""
    array = np.asarray(Image.open(io.BytesIO(explorer.png())))[:HEIGHT]
    assert array.shape == (HEIGHT, WIDTH, 3) and array.std() > 5
    return array


def sent(explorer):
    """What the browser draws, and what it draws it over."""
    return explorer._view.screen.picture | {"status": ""}, explorer._view.screen.still


# ---- every explorer ----


def test_there_are_explorers():
    assert "saturation" in NAMES
    assert all(function.__doc__.count("(lesson") == 1 for name in NAMES for function in [getattr(explorers, name)])


@every_explorer
@settings(max_examples=15)
@given(data=st.data())
def test_models_are_sound_everywhere(name, data):
    values = data.draw(values_of(module(name).CONTROLS))
    text = module(name).sentence(data_of(name, **values))
    assert text and not re.search(r"\b(nan|inf)\b", text), text


@every_explorer
def test_each_control_alone_is_sound_and_changes_picture_and_words(name):
    explorer = make(name)
    explorer._live()
    for control, its in explorer.controls.items():
        seen = []
        for value in ends(its):
            explorer._view.controls[control].value = value  # as the browser does
            assert explorer.error is None and explorer.values[control] == value
            seen.append((said(explorer), sent(explorer)))
            assert explorer.status == explorer._view.screen.picture["status"]
        assert seen[0][1] != seen[-1][1], f"{control} does not change the picture"
        assert len({text for text, _ in seen}) > 1, f"{control} does not change the sentence"
        explorer.reset()


@every_explorer
@settings(max_examples=5, phases=[Phase.generate])  # a smaller example would say no more
@given(data=st.data())
def test_moved_artists_show_what_a_new_picture_shows(name, data):
    """Redrawing over a copy of the background loses nothing and leaves nothing behind."""
    explorer = make(name)
    for _ in range(3):
        explorer.set(**data.draw(values_of(explorer.controls)))
        said(explorer)
    fresh = make(name)
    fresh.set(**explorer.values)
    assert np.array_equal(pixels(explorer), pixels(fresh))


@every_explorer
def test_presets_move_the_sliders_and_reset_moves_them_back(name):
    explorer = make(name)
    explorer._live()
    for preset, changes in explorer.presets.items():
        explorer._view.buttons[preset].click()
        assert changes and explorer.error is None
        for control, value in changes.items():
            assert explorer._view.controls[control].value == value, f"{preset} lies between the steps of {control}"
        said(explorer)
    explorer._view.buttons["Reset"].click()
    assert explorer.values == {name: control.start for name, control in explorer.controls.items()}
    assert np.array_equal(pixels(explorer), pixels(make(name)))


@every_explorer
def test_what_a_notebook_stores(name):
    first = make(name)
    bundle, metadata = first._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}
    text = " ".join(bundle["text/plain"].split())
    assert first.status in text and all(control.label in text for control in first.controls.values())
    assert max(map(len, bundle["text/plain"].splitlines())) <= 100
    assert metadata["image/png"]["alt"].endswith(first.status)
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.width == WIDTH and HEIGHT < picture.height < HEIGHT + 100
    assert np.asarray(picture)[HEIGHT:].min() < 100, "the words stand below the picture"


@every_explorer
def test_pictures_depend_neither_on_the_style_of_the_notebook_nor_on_who_was_there_before(name):
    from matplotlib import pyplot as plt

    before = make(name)
    with plt.rc_context():
        plotting.style()
        after = make(name)
        assert plt.rcParams["figure.constrained_layout.use"], "the notebook keeps its style"
    assert repr(before) == repr(after) and before.png() == after.png()
    assert plt.get_fignums() == []


@every_explorer
def test_controls_have_short_names_and_starts_on_their_grid(name):
    here = module(name)
    labels = [control.label for control in here.CONTROLS.values()]
    assert len(set(labels)) == len(labels) and max(map(len, labels)) <= 22
    for control, its in here.CONTROLS.items():
        assert its.check(control, its.start) == its.start
    for changes in here.PRESETS.values():
        assert all(here.CONTROLS[control].check(control, value) == value for control, value in changes.items())


@every_explorer
def test_models_need_no_widgets(name):
    code = f"""
import sys
sys.modules["ipywidgets"] = None
from course_utils import explorers
explorer = explorers.{name}()
assert explorer.data is not None
assert set(explorer._repr_mimebundle_()[0]) == {{"text/plain", "image/png"}}
"""
    root = str(Path(explorers.__file__).parents[2])
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": root})


def test_naming_the_package_loads_nothing_heavy():
    code = "import sys, course_utils.explorers; assert not {'numpy', 'matplotlib', 'ipywidgets'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# ---- from code ----


def test_set_says_what_cannot_be_and_moves_nothing():
    explorer = make("saturation")
    before = dict(explorer.values), explorer.status
    with pytest.raises(ValueError, match=r"^There is no control 'sigm_w': did you mean 'sigma_w'\?$"):
        explorer.set(layer=2, sigm_w=2)
    with pytest.raises(ValueError, match=r"^There is no control 'x': there are sigma_w, .*, activation\.$"):
        explorer.set(x=2)
    with pytest.raises(ValueError, match=r"^sigma_w must be between 0 and 6, got 7\.$"):
        explorer.set(layer=2, sigma_w=7)
    with pytest.raises(ValueError, match=r"^sigma_w must be finite"):
        explorer.set(sigma_w=np.nan)
    with pytest.raises(TypeError, match=r"^sigma_w must hold numbers"):
        explorer.set(sigma_w="large")
    with pytest.raises(ValueError, match=r"^activation 'tanhh' is not known: did you mean 'tanh'\?$"):
        explorer.set(activation="tanhh")
    with pytest.raises(ValueError, match=r"^preset 'Hee' is not known: did you mean 'He'\?$"):
        explorer.preset("Hee")
    with pytest.raises(ValueError, match=r"^There is no control 'sigma': did you mean"):
        make("saturation", sigma=1)
    assert (explorer.values, explorer.status) == before


def test_values_between_two_steps_go_to_the_nearer_one():
    explorer = make("saturation")
    explorer.set(sigma_w=1.4142, layer=3.0)
    assert explorer.values["sigma_w"] == 1.4 and repr(explorer.values["layer"]) == "3"
    assert Number("", 0, 0, 1, 0.3).check("x", 1) == 0.9, "never past the end"


def test_a_preset_computes_once(monkeypatch):
    explorer, calls = make("saturation"), []
    explorer._live()
    model = explorer._model
    explorer._model = lambda **values: calls.append(values) or model(**values)
    explorer.preset("Unscaled inputs")
    assert len(calls) == 1
    explorer._view.controls["layer"].value = 7
    assert len(calls) == 2


def test_many_threads_end_with_the_picture_of_the_last_values():
    explorer = make("saturation")
    explorer._live()

    def turn(seed):
        rng = np.random.default_rng(seed)
        for _ in range(10):
            if seed % 2:
                explorer.set(sigma_w=rng.uniform(0, 6), layer=int(rng.integers(1, 11)))
            else:
                explorer._view.controls["sigma_b"].value = rng.uniform(0, 3)

    threads = [threading.Thread(target=turn, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert explorer.error is None
    for name, slider in explorer._view.controls.items():
        assert explorer.values[name] == pytest.approx(slider.value)
    assert np.array_equal(pixels(explorer), pixels(make("saturation", **explorer.values)))


@pytest.mark.parametrize(
    "value, text",
    [
        (0, "0"), (1, "1"), (0.123, "0.12"), (1.84, "1.8"), (63.4, "63"), (1234.5, "1200"), (-0.5, "-0.5"),
        (3e-7, "3.0·10^-7"), (2.5e9, "2.5·10^9"), (np.nan, "not a number"), (np.inf, "infinity"),
        (-np.inf, "minus infinity"), (np.float32(0.5), "0.5"),
    ],
)  # fmt: skip
def test_numbers_in_words(value, text):
    assert words(value) == text


# ---- when something goes wrong ----


def tiny(**options):
    """An explorer with one slider n and one line, whose level shows the data."""

    def draw(figure):
        (line,) = figure.add_axes((0.1, 0.1, 0.8, 0.8), ylim=(0, 20)).plot([0, 1], [0, 0], "k", lw=9, animated=True)

        def show(data, **_):
            line.set_ydata([data, data])

        return show

    controls = {"n": Number("n", 0, 0, 9), "view": Number("view", 0, 0, 9)}
    return Explorer("Tiny", controls, {"five": {"n": 5}}, draw, lambda data, **_: f"The level is {data}.", **options)


def test_an_error_is_shown_and_a_move_elsewhere_mends_it():
    def model(n, view):
        return {0: 10, 1: 11}[n]

    explorer = tiny(model=model)
    explorer._live()
    explorer._view.controls["n"].value = 2  # from the browser: nothing is raised, it is said
    assert explorer._view.screen.picture["status"].startswith("This explorer stopped: KeyError: 2.")
    assert isinstance(explorer.error, KeyError)
    with pytest.raises(KeyError):
        explorer.set(n=3)
    explorer._view.controls["view"].value = 3
    assert "stopped" in explorer.status
    explorer._view.controls["n"].value = 1
    assert explorer.status == explorer._view.screen.picture["status"] == "The level is 11." and explorer.error is None
    with pytest.raises(KeyError):
        tiny(model=lambda **_: {}["x"])


# ---- what is sent ahead ----


@every_explorer
def test_pictures_sent_ahead_are_what_steps_show(name):
    """Of every slider, from both of its ends; and the picture itself stays."""
    explorer, steps = make(name), []
    explorer._live()
    for control, its in explorer.controls.items():
        for value in ends(its):
            explorer._view.controls[control].value = value
            explorer._rest.cancel()
            before = explorer._view.screen.picture, explorer.png()
            ahead = []
            if explorer._model:
                explorer._look_ahead(control, dict(explorer.values))
                ahead = explorer._view.screen.beside
            assert before == (explorer._view.screen.picture, explorer.png())
            for picture in ahead:
                picture = dict(picture)
                values = picture.pop("values")
                assert {k for k in values if values[k] != explorer.values[k]} == {control}
                assert picture == make(name, **values)._drawing | {"status": make(name, **values).status}
                steps.append(control)
        explorer.reset()
    assert not explorer._model or len(set(steps)) >= 2, "from an end too, where the rest of the picture stays"


def test_a_slider_that_rests_sends_ahead_and_one_that_is_gone_or_an_error_does_not():
    explorer = tiny(model=lambda n, view: [10, 11, 12][n])
    explorer._live()
    explorer._view.controls["n"].value = 1
    until(lambda: explorer._view.screen.beside)
    assert [p["values"]["n"] for p in explorer._view.screen.beside] == [0, 2]  # at 3 there is an error: nothing to send
    explorer._view.controls["n"].value = 2
    until(lambda: [p["values"]["n"] for p in explorer._view.screen.beside] == [1, 0])
    assert explorer.error is None and explorer.status == "The level is 12."
    explorer._look_ahead("n", explorer.values | {"n": 1})
    assert explorer._view.screen.beside[0]["values"]["n"] == 1, "it is elsewhere by now"


# ---- animations ----


def counting(end=5, closed=None):
    """Frames n, n + 1, ..., up to `end`; the word "jump" adds ten."""

    def frames(n, view):
        while n <= end:
            word = yield n
            n += 10 if word == "jump" else 1

    return frames


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.005)


def test_step_actions_and_the_end():
    explorer = tiny(frames=counting(14), actions={"jump": "Jump"}, views=("view",))
    assert (explorer.data, explorer.status) == (0, "The level is 0.")
    explorer.step()
    explorer.step("jump")
    assert explorer.data == 11
    explorer.set(view=3)
    assert explorer.data == 11, "a control of the view goes on with the same data"
    explorer.set(n=2)
    assert explorer.data == 2, "another control starts anew"
    for _ in range(30):
        explorer.step()
    assert (explorer.data, explorer.error) == (14, None)
    explorer.reset()
    assert explorer.data == 0


def test_the_first_picture_may_be_ahead_and_is_again_after_a_reset():
    explorer = tiny(frames=counting(99), ahead=3)
    explorer._live()
    assert explorer.data == 3
    explorer._view.buttons["Step"].click()
    assert explorer.data == 4
    explorer._view.buttons["five"].click()
    assert explorer.data == 5, "a control starts at its start"
    explorer._view.buttons["Reset"].click()
    assert explorer.data == 3


def test_play_pause_and_end():
    explorer = tiny(frames=counting(10**9))
    explorer._live()
    explorer.speed = 30
    button = explorer._view.buttons["Play"]
    assert button.description == "Play"
    button.click()
    assert button.description == "Pause" and explorer.playing
    until(lambda: explorer.data > 5)
    button.click()
    assert button.description == "Play" and not explorer.playing
    held = explorer.data
    time.sleep(0.2)
    assert explorer.data == held
    ending = tiny(frames=counting(5))
    ending._live()
    ending.play()
    until(lambda: ending._view.buttons["Play"].description == "Play")
    assert ending.data == 5 and ending.error is None and not ending.playing


def test_play_twice_is_playing_once_and_a_move_goes_on_playing():
    explorer = tiny(frames=counting(10**9))
    apart.Pictures(counting(1), {"n": 0, "view": 0}).prepare()  # its process has threads here, too
    until(lambda: apart._worker[1].done())
    before = threading.active_count()
    explorer.speed = 30
    explorer.play()
    explorer.play()
    assert threading.active_count() == before + 1
    explorer.set(n=9)
    until(lambda: explorer.data > 12)
    for _ in range(20):
        explorer.pause()
        explorer.play()
    explorer.reset()
    until(lambda: threading.active_count() == before)
    assert explorer.data == 0 and not explorer.playing


def test_it_plays_while_a_cell_computes():
    explorer = tiny(frames=counting(10**9))
    explorer._live()
    explorer.speed = 30
    explorer.play()
    end = time.perf_counter() + 2
    while time.perf_counter() < end:
        pass
    shown = explorer.data
    explorer.pause()
    assert shown >= 10


def test_pictures_come_from_a_process_of_their_own_and_go_on_if_it_ends(monkeypatch):
    monkeypatch.setattr(apart, "_worker", None)

    def frames(n):
        word = "first"
        for k in count(n):
            word = yield k, word, os.getpid()

    def sent(word):
        *picture, process = pictures.send(word)
        return *picture, process == os.getpid()

    pictures, others = (apart.Pictures(frames, {"n": n}) for n in (3, 70))
    assert (sent(None), sent("a")) == ((3, "first", True), (4, "a", True))
    for n in (5, 9):
        pictures.prepare()
        until(lambda: apart._worker[1].done())
        assert (sent("b"), sent(None)) == ((n, "b", False), (n + 1, None, False))
        assert others.send(None)[0] == 70 + n // 9
        *_, process = pictures.send("c")
        os.kill(process, signal.SIGTERM)
        assert sent("d") == (n + 3, "d", True)


def test_an_animation_goes_on_though_many_others_have_begun():
    many = [tiny(frames=counting(99)) for _ in range(apart.KEPT + 3)]
    for _ in range(2):
        for explorer in many:
            explorer.step("jump")
    assert [explorer.data for explorer in many] == [20] * len(many)
    assert len(apart._going) == apart.KEPT


def test_an_error_while_playing_stops_and_is_said():
    def frames(n, view):
        for k in count():
            yield [10, 11, 12][k]

    explorer = tiny(frames=frames)
    explorer._live()
    explorer.speed = 30
    explorer.play()
    until(lambda: explorer._view.buttons["Play"].description == "Play")
    assert explorer._view.screen.picture["status"].startswith(
        "This explorer stopped: IndexError: list index out of range"
    )
    assert not explorer.playing
    explorer.reset()
    assert explorer.status == "The level is 10."


def test_a_click_moves_controls_and_plays():
    explorer = tiny(frames=counting(10**9), click=lambda x, y, n, view: {"n": int(10 * x)} if y < 0.5 else {})
    explorer._live()
    explorer._view.screen._handle_custom_msg({"click": [0.25, 0.4]}, [])  # as the browser does
    until(lambda: explorer.data > 2)
    assert explorer.values["n"] == 2 == explorer._view.controls["n"].value
    explorer.reset()


# ---- saturation ----


@pytest.mark.parametrize("name", saturation.CONTROLS["activation"].options)
def test_saturation_measures_what_the_course_defines(name):
    start = {control: its.start for control, its in saturation.CONTROLS.items()}
    found = saturation.model(**start | {"activation": name, "sigma_b": 0.5, "layer": 3})
    phi, (x, drawn, errors) = activations.get(name), saturation._network()
    params = {k: p * (5.0 if k[0] == "W" else 0.5) for k, p in drawn.items()}
    z = mlp.forward(params, x, phi).z
    assert found.z == pytest.approx(z[3])
    for l in range(1, saturation.LAYERS + 1):
        assert found.saturated[l - 1] == diagnostics.saturation(z[l], phi)
        assert found.slope[l - 1] == pytest.approx((phi.derivative(z[l]) ** 2).mean())
        back = errors @ params[f"W{l + 1}"] * phi.derivative(z[l])
        assert found.growth[l - 1] == pytest.approx(np.sqrt((back**2).mean() / (errors**2).mean()))


@pytest.mark.parametrize("name", saturation.CONTROLS["activation"].options)
@pytest.mark.parametrize("sigma_w, sigma_b", [(0.5, 0), (1, 0), (1.4, 0.3), (3, 1), (5, 0)])
def test_saturation_agrees_with_its_theory(name, sigma_w, sigma_b):
    values = {control: its.start for control, its in saturation.CONTROLS.items()}
    found = saturation.model(**values | {"activation": name, "sigma_w": sigma_w, "sigma_b": sigma_b})
    # Deep in a ReLU network all samples look alike: the share is one of 64 units, whose deviation is 6 %.
    assert found.saturated == pytest.approx(found.saturated_theory, abs=0.09 if activations.get(name).bounded else 0.2)
    assert found.growth == pytest.approx(found.growth_theory, rel=0.2)


def test_the_sentence_of_saturation():
    explorer = make("saturation")
    expected = r"Layer 4: 6\d % saturated .*mean phi'\^2 = 0\.1\d?: gradients grow 1\.\dx a layer\. Theory: 6\d % and 1"
    assert re.match(expected, explorer.status)
    explorer.preset("Zeros")
    assert explorer.status.startswith("Layer 4: every z is 0")
    explorer.preset("The opposite")
    assert "gradients stop here" in explorer.status
    explorer.preset("Too small")
    assert "0 % saturated" in explorer.status and "shrink to 0.3x" in explorer.status
    explorer.preset("He")
    assert "gradients keep their size" in explorer.status
    explorer.set(activation="relu")
    assert re.search(r"\d\d % off", explorer.status)


def test_the_digits_of_saturation_are_real_and_its_draw_is_fixed():
    x, params, _ = saturation._network()
    assert np.array_equal(x, datasets.digits().x_test[: saturation.SAMPLES])
    assert set(params) == {f"{kind}{l}" for kind in "Wb" for l in range(1, saturation.LAYERS + 2)}
    assert strategies and np.ravel(saturation.flats("tanh"))[1:3] == pytest.approx(
        np.arctanh(np.sqrt(0.95)) * np.array([-1, 1]), abs=2e-3
    )
    assert saturation.flats("relu") == [(-np.inf, 0.0)] and saturation.flats("identity") == []


def test_saturation_draws_what_it_measures_and_predicts():
    explorer = make("saturation", sigma_b=0.5, layer=7)
    data, (left, top, bottom) = explorer.data, explorer.figure.axes
    for ax, measured, predicted in (
        (top, 100 * data.saturated, 100 * data.saturated_theory),
        (bottom, data.growth, data.growth_theory),
    ):
        by_marker = {line.get_marker(): line.get_ydata() for line in ax.lines if len(line.get_ydata()) == len(measured)}
        assert np.array_equal(by_marker["o"], measured) and np.array_equal(by_marker["None"], predicted)
        (here,) = [patch for patch in ax.patches if patch.get_animated()]
        assert here.get_x() == 6.5 and here.get_width() == 1
    bars, ends = (patch.get_data().values for patch in left.patches if hasattr(patch, "get_data"))
    counts = np.histogram(data.z, saturation.EDGES)[0]
    beyond = [(data.z < -saturation.REACH).sum(), (data.z > saturation.REACH).sum()]
    tallest = max(counts.max(), *beyond)
    assert bars == pytest.approx(counts / tallest) and ends[[0, -1]] == pytest.approx(np.divide(beyond, tallest))
    (normal,) = [line.get_ydata() for line in left.lines if line.get_linestyle() == ":"]
    assert bars.sum() == pytest.approx(normal.sum(), rel=0.05) and bars == pytest.approx(normal, abs=0.15)
