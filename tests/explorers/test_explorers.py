"""Explorers: sound models over the whole range of their controls, and pictures and words that follow every control."""

import base64
import importlib
import io
import os
import re
import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from course_utils import activations, datasets, diagnostics, explorers, mlp, plotting
from course_utils.explorers import _saturation as saturation
from course_utils.explorers import apart, base, controls, widget
from course_utils.explorers.base import Explorer
from course_utils.explorers.controls import Choice, Number, words
from course_utils.explorers.stage import HEIGHT, SHARP, WIDTH, Stage

NAMES = explorers.NAMES
every_explorer = pytest.mark.parametrize("name", NAMES)


def make(name, **start):
    """The explorer itself, which knows no widget."""
    return module(name).explorer(**start)


def live(name, **start):
    """The explorer in a notebook."""
    return getattr(explorers, name)(**start)


def module(name):
    return importlib.import_module(f"course_utils.explorers._{name}")


def moves(explorer, **values):
    """Move controls as the browser does."""
    explorer.set_state(values)


def presses(explorer, **message):
    """Press a button as the browser does."""
    explorer._handle_custom_msg(message, [])


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
    """The sentence: some words, no bare nan or inf, a full stop; mathematics is set, not spelled."""
    text = explorer.status
    assert 30 < len(text) < 360 and text.endswith("."), text
    assert not re.search(r"\b(nan|inf|None|np\.|array)\b|e[-+]\d\d", text), text
    assert unset(text) == [], text
    return text


def unset(text):
    """Mathematics that a page would show as it is typed; what stands between dollar signs is set."""
    assert text.count("$") % 2 == 0 and not any(" " in part for part in text.split("$")[1::2]), text
    return re.findall(r"[_^\\]|\b(?:phi|sigma|delta|chi)\b|\b[Wbhz]\d\b", "".join(text.split("$")[::2]))


# ---- every explorer ----


def test_there_are_explorers():
    assert "saturation" in NAMES
    assert all(function.__doc__.count("(lesson") == 1 for name in NAMES for function in [getattr(explorers, name)])


@every_explorer
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_models_are_sound_everywhere(name, data):
    values = data.draw(values_of(module(name).CONTROLS))
    text = module(name).sentence(data_of(name, **values))
    assert text and not re.search(r"\b(nan|inf)\b", text), text


@every_explorer
def test_each_control_alone_is_sound_and_changes_picture_and_words(name):
    explorer = live(name)
    for control, its in explorer.explorer.controls.items():
        seen = []
        for value in ends(its):
            moves(explorer, **{control: value})
            assert explorer.explorer.error is None
            assert getattr(explorer, control) == value == explorer.value[control] == explorer.explorer.values[control]
            seen.append((said(explorer), explorer.picture | {"status": ""}, explorer.ground))
            assert explorer.status == explorer.picture["status"]
        assert seen[0][1:] != seen[-1][1:], f"{control} does not change the picture"
        assert len({text for text, *_ in seen}) > 1, f"{control} does not change the sentence"
        explorer.reset()


@every_explorer
@settings(max_examples=5, deadline=None, phases=[Phase.generate])  # a smaller example would say no more
@given(data=st.data())
def test_moved_artists_show_what_a_new_picture_shows(name, data):
    """What stays is drawn once for each key; nothing is lost with that, and nothing stays behind."""
    explorer = make(name)
    for _ in range(3):
        explorer.set(**data.draw(values_of(explorer.controls)))
        said(explorer)
    fresh = make(name)
    fresh.set(**explorer.values)
    assert explorer.picture == fresh.picture and explorer.png() == fresh.png()


@every_explorer
def test_all_text_of_a_picture_is_set(name):
    explorer = make(name)
    for preset in explorer.presets:
        explorer.preset(preset)
        marks = explorer.picture["ground"]["marks"] + explorer.picture["marks"]
        texts = [mark["text"] for mark in marks if "text" in mark]
        assert len(texts) > 15 and unset("\n".join(texts)) == []
    labels = [control.label for control in explorer.controls.values()]
    options = [text for its in explorer.spec["controls"].values() for text in its.get("texts", [])]
    buttons = [*explorer.presets, *explorer.actions.values()]
    assert unset("\n".join([*labels, *options, *buttons, explorer.title])) == []


def test_mathematics_that_is_not_set_is_found():
    found = unset(r"W1 and phi'^2, \sigma_w in lecun_tanh")
    assert found == ["W1", "phi", "^", "\\", "sigma", "_", "_"] or len(found) >= 5
    assert unset(r"$W_1$ and $\varphi'^2$: nothing") == []


@every_explorer
def test_no_text_of_a_picture_leaves_it_or_its_part(name):
    """Where a narrow page cuts the picture in two nothing is cut through."""
    explorer = make(name)
    cut = WIDTH * (explorer.spec["cut"] or 1)
    for preset in explorer.presets:
        explorer.preset(preset)
        for mark in explorer.picture["ground"]["marks"]:
            if "text" not in mark or mark["angle"]:
                continue
            left = mark["x"] - {"left": 0, "center": mark["most"] / 2, "right": mark["most"]}[mark["align"]]
            part = (0, cut) if mark["x"] < cut else (cut, WIDTH)
            assert part[0] <= left and left + mark["most"] <= part[1] + 4, (preset, mark["text"])


@every_explorer
def test_presets_move_the_sliders_and_reset_moves_them_back(name):
    explorer = live(name)
    for preset, changes in explorer.explorer.presets.items():
        presses(explorer, preset=preset)
        assert changes and explorer.explorer.error is None
        for control, value in changes.items():
            assert getattr(explorer, control) == value, f"{preset} lies between the steps of {control}"
        said(explorer)
    presses(explorer, reset=True)
    assert explorer.value == {name: control.start for name, control in explorer.explorer.controls.items()}
    assert explorer.picture == live(name).picture


@every_explorer
def test_what_a_notebook_stores(name):
    """A picture and words, and nothing that needs a kernel."""
    first = live(name)
    bundle, metadata = first._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/png"}
    text = " ".join(bundle["text/plain"].split())
    assert controls.plain(first.status) in text
    assert all(controls.plain(control.label) in text for control in first.explorer.controls.values())
    assert max(map(len, bundle["text/plain"].splitlines())) <= 100
    assert metadata["image/png"]["alt"].endswith(controls.plain(first.status)) and "$" not in repr(metadata)
    content = base64.b64decode(bundle["image/png"])
    assert first.name.encode() in content[-48:], "the page finds the picture by the name at its end"
    picture = Image.open(io.BytesIO(content)).convert("L")
    assert picture.width == SHARP * WIDTH and SHARP * HEIGHT < picture.height < SHARP * (HEIGHT + 100)
    assert np.asarray(picture)[SHARP * HEIGHT :].min() < 100, "the words stand below the picture"
    assert np.asarray(picture)[SHARP * HEIGHT :, -4 * SHARP :].min() > 200, "and are not cut off"
    assert len(content) < 90_000


@every_explorer
def test_pictures_depend_neither_on_the_style_of_the_notebook_nor_on_who_was_there_before(name):
    from matplotlib import pyplot as plt

    before = make(name)
    with plt.rc_context():
        plotting.style()
        after = make(name)
        assert plt.rcParams["figure.constrained_layout.use"], "the notebook keeps its style"
        assert repr(before) == repr(after) and before.png() == after.png() and before.picture == after.picture
    assert plt.get_fignums() == []


@every_explorer
def test_controls_have_short_names_and_starts_on_their_grid(name):
    here = module(name)
    labels = [control.label for control in here.CONTROLS.values()]
    assert len(set(labels)) == len(labels) and max(len(controls.plain(label)) for label in labels) <= 22
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
    explorer = live("saturation")
    before = explorer.value, explorer.status
    with pytest.raises(ValueError, match=r"^There is no control 'sigm_w': did you mean 'sigma_w'\?$"):
        explorer.set(layer=2, sigm_w=2)
    with pytest.raises(ValueError, match=r"^There is no control 'x': there are sigma_w, .*, activation\.$"):
        explorer.set(x=2)
    with pytest.raises(ValueError, match=r"^sigma_w must be between 0 and 6, got 7\.$"):
        explorer.set(layer=2, sigma_w=7)
    with pytest.raises(ValueError, match=r"^sigma_w must be between 0 and 6, got 7\.$"):
        explorer.sigma_w = 7
    with pytest.raises(ValueError, match=r"^sigma_w must be finite"):
        explorer.set(sigma_w=np.nan)
    with pytest.raises(TypeError, match=r"^sigma_w must hold numbers"):
        explorer.set(sigma_w="large")
    with pytest.raises(ValueError, match=r"^activation 'tanhh' is not known: did you mean 'tanh'\?$"):
        explorer.set(activation="tanhh")
    with pytest.raises(ValueError, match=r"^preset 'Hee' is not known: did you mean 'He'\?$"):
        explorer.preset("Hee")
    with pytest.raises(ValueError, match=r"^There is no control 'sigma': did you mean"):
        live("saturation", sigma=1)
    assert (explorer.value, explorer.status) == before


def test_values_between_two_steps_go_to_the_nearer_one():
    explorer = live("saturation")
    explorer.set(sigma_w=1.4142, layer=3.0)
    assert explorer.sigma_w == 1.4 and repr(explorer.layer) == "3"
    explorer.sigma_b = 0.149
    assert explorer.sigma_b == explorer.value["sigma_b"] == 0.15
    assert Number("", 0, 0, 1, 0.3).check("x", 1) == 0.9, "never past the end"


def test_it_is_a_widget_like_any_other():
    """Its traits are observed, linked, boxed, and given to interactive_output."""
    import ipywidgets

    explorer, slider, seen = live("saturation"), ipywidgets.FloatSlider(0, max=6), []
    explorer.observe(lambda change: seen.append((change["old"], change["new"])), "sigma_w")
    ipywidgets.link((explorer, "sigma_w"), (slider, "value"))
    assert slider.value == explorer.sigma_w == 5
    slider.value = 2
    assert explorer.explorer.values["sigma_w"] == 2 == explorer.sigma_w and seen == [(5, 2)]
    moves(explorer, sigma_w=3)
    assert slider.value == 3 and seen[-1] == (2, 3)
    told = []
    ipywidgets.interactive_output(lambda values: told.append(values["sigma_w"]), {"values": explorer})
    explorer.set(sigma_w=1)
    assert told == [3, 1] and slider.value == 1
    assert ipywidgets.HBox([explorer]).children == (explorer,)


def test_a_preset_computes_once(monkeypatch):
    explorer, calls = live("saturation"), []
    model = explorer.explorer._model
    explorer.explorer._model = lambda **values: calls.append(values) or model(**values)
    presses(explorer, preset="Unscaled inputs")
    assert len(calls) == 1
    moves(explorer, layer=7)
    assert len(calls) == 2


def test_many_threads_end_with_the_picture_of_the_last_values():
    explorer = live("saturation")

    def turn(seed):
        rng = np.random.default_rng(seed)
        for _ in range(10):
            if seed % 2:
                explorer.set(sigma_w=rng.uniform(0, 6), layer=int(rng.integers(1, 11)))
            else:
                explorer.sigma_b = rng.uniform(0, 3)

    threads = [threading.Thread(target=turn, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert explorer.explorer.error is None
    assert explorer.value == explorer.explorer.values == {name: getattr(explorer, name) for name in explorer.value}
    assert explorer.picture == live("saturation", **explorer.value).picture


@pytest.mark.parametrize(
    "value, text",
    [
        (0, "0"), (1, "1"), (0.123, "0.12"), (1.84, "1.8"), (63.4, "63"), (1234.5, "1200"), (-0.5, "-0.5"),
        (3e-7, "3.0·10⁻⁷"), (2.5e9, "2.5·10⁹"), (np.nan, "not a number"), (np.inf, "infinity"),
        (-np.inf, "minus infinity"), (np.float32(0.5), "0.5"),
    ],
)  # fmt: skip
def test_numbers_in_words(value, text):
    assert controls.plain(words(value)) == text


# ---- when something goes wrong ----


def tiny(**options):
    """An explorer with one slider n and one line, whose level shows the data."""

    def draw(figure):
        (line,) = figure.add_axes((0.1, 0.1, 0.8, 0.8), ylim=(0, 20)).plot([0, 1], [0, 0], "k", lw=9, animated=True)

        def show(data, **_):
            line.set_ydata([data, data])

        return show

    both = {"n": Number("n", 0, 0, 9), "view": Number("view", 0, 0, 9)}
    made = Explorer("Tiny", both, {"five": {"n": 5}}, draw, lambda data, **_: f"The level is {data}.", **options)
    return widget.live(made)


def test_an_error_is_shown_and_a_move_elsewhere_mends_it():
    def model(n, view):
        return {0: 10, 1: 11}[n]

    explorer = tiny(model=model)
    moves(explorer, n=2)  # from the browser: nothing is raised, it is said
    assert explorer.picture["status"].startswith("This explorer stopped: KeyError: 2.")
    assert isinstance(explorer.explorer.error, KeyError)
    with pytest.raises(KeyError):
        explorer.set(n=3)
    moves(explorer, view=3)
    assert "stopped" in explorer.status
    moves(explorer, n=1)
    assert explorer.status == explorer.picture["status"] == "The level is 11." and explorer.explorer.error is None
    with pytest.raises(KeyError):
        tiny(model=lambda **_: {}["x"])


# ---- animations ----


def counting(end=5, closed=None):
    """Frames n, n + 1, ..., up to `end`; the word "jump" adds ten."""

    def frames(n, view):
        while n <= end:
            word = yield n
            n += 10 if word == "jump" else 1

    return frames


def until(condition, seconds=120):  # a busy machine takes its time to start a process
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        threading.Event().wait(0.005)


def players():
    return [thread for thread in threading.enumerate() if thread.name == base.THREAD]


@pytest.fixture
def no_process(monkeypatch):
    """No process apart yet; what a test starts ends with it."""
    monkeypatch.setattr(apart, "_process", None)
    yield
    apart._end()


def test_step_actions_and_the_end():
    explorer = tiny(frames=counting(14), actions={"jump": "Jump"}, views=("view",))
    assert (explorer.data, explorer.status) == (0, "The level is 0.")
    presses(explorer, step=None)
    presses(explorer, step="jump")
    assert explorer.data == 11
    explorer.set(view=3)
    assert explorer.data == 11, "a control of the view goes on with the same data"
    explorer.set(n=2)
    assert explorer.data == 2, "another control starts anew"
    for _ in range(30):
        explorer.step()
    assert (explorer.data, explorer.explorer.error) == (14, None)
    explorer.reset()
    assert explorer.data == 0


def test_play_pause_and_end():
    explorer = tiny(frames=counting(10**9))
    explorer.speed = 30
    assert not explorer.playing
    presses(explorer, play=True)
    assert explorer.playing
    until(lambda: explorer.data > 5)
    presses(explorer, play=False)
    held, sent = explorer.data, []
    assert not explorer.playing
    explorer.observe(sent.append, "picture")
    until(lambda: not players())
    assert explorer.data == held and sent == [], "once it pauses no picture comes"
    ending = tiny(frames=counting(5))
    ending.play()
    until(lambda: not ending.playing)
    assert ending.data == 5 and ending.explorer.error is None


def test_an_animation_takes_back_no_move():
    """Pictures come from a thread, and each puts all values where the browser sees them."""
    explorer = tiny(frames=counting(10**9))
    explorer.speed = 10**4
    explorer.play()
    for n in [1, 2, 3, 4, 5, 6, 7, 8, 9, 0] * 30:
        explorer.set_state({"n": n, "view": 9 - n})
        assert explorer.explorer.values == {"n": n, "view": 9 - n}, "as the browser says"
        explorer.n = 9 - n
        assert explorer.explorer.values == {"n": 9 - n, "view": 9 - n}, "as a cell says"
    explorer.reset()
    assert explorer.explorer.error is None


def test_play_leaves_the_process_as_it_was(no_process):
    """No thread after Pause, the switch interval that was there; twice Play is once; a move goes on playing."""
    explorer = tiny(frames=counting(10**9))
    until(lambda: not players())
    before, interval = threading.active_count(), sys.getswitchinterval()
    explorer.speed = 30
    explorer.play()
    until(lambda: apart._process.ready.is_set())
    explorer.play()
    until(lambda: sys.getswitchinterval() < interval)
    assert len(players()) == 1
    explorer.set(n=9)
    until(lambda: explorer.data > 12)
    for _ in range(20):
        explorer.pause()
        explorer.play()
    explorer.reset()
    until(lambda: threading.active_count() <= before)
    assert explorer.data == 0 and not explorer.playing and sys.getswitchinterval() == interval


def test_the_last_that_plays_gives_the_switch_interval_back(no_process):
    one, other = (tiny(frames=counting(10**9)) for _ in range(2))
    until(lambda: not players())
    interval = sys.getswitchinterval()
    for first, last in ((one, other), (other, one), (one, other)):
        one.play()
        other.play()
        until(lambda: sys.getswitchinterval() < interval)
        first.pause()
        until(lambda: len(players()) == 1)
        assert sys.getswitchinterval() < interval
        last.pause()
        until(lambda: not players())
        assert sys.getswitchinterval() == interval


def test_pictures_come_while_a_cell_computes(no_process):
    explorer, loops = tiny(frames=counting(10**9)), 0
    explorer.speed = 30
    explorer.play()
    until(lambda: apart._process.ready.is_set())
    shown = explorer.data
    while explorer.data < shown + 10:  # a loop that does nothing but compute
        loops += 1
        assert loops < 10**9
    explorer.pause()


def test_pictures_come_from_a_process_of_their_own_and_go_on_if_it_ends(no_process):
    def frames(n):
        word = "first"
        for k in count(n):
            word = yield k, word, os.getpid()

    def sent(word):
        (*data, process), picture = pictures.send(word, {"n": 0})
        assert picture["status"] == f"It is {data[0]}." and picture["points"] == stage((*data, 0), {"n": 0})["points"]
        return *data, process == os.getpid()

    def draw(figure):
        (line,) = figure.add_axes((0, 0, 1, 1), ylim=(0, 99)).plot([0, 1], [0, 0], animated=True)
        return lambda data, n: line.set_ydata([data[0], data[0]])

    stage = Stage(draw, lambda data: f"It is {data[0]}.", ())
    pictures, others = (apart.Pictures(frames, {"n": n}, stage) for n in (3, 70))
    assert (sent(None), sent("a")) == ((3, "first", True), (4, "a", True))
    for n in (5, 9):
        apart.prepare()
        until(lambda: apart._process.ready.is_set())
        child = apart._process.child
        assert (sent("b"), sent(None)) == ((n, "b", False), (n + 1, None, False))
        assert others.send(None, {"n": 0})[0][0] == 70 + n // 9
        assert sent("c")[2] is False
        child.kill()
        child.wait()
        assert sent("d") == (n + 3, "d", True)


def test_the_process_apart_ends_with_the_notebook(tmp_path):
    """Its folder is not one to import from, and nothing is left of it when its parent is killed."""
    (tmp_path / "numpy.py").write_text("raise SystemExit('imported from the current folder')")
    code = """
import sys, time
sys.path.remove("") if "" in sys.path else None
from course_utils.explorers import apart
apart.prepare()
assert apart._process.ready.wait(60)
print(apart._process.child.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-P", "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    child.wait(20)
    assert not child.is_running()


def test_what_a_model_prints_is_no_answer_and_its_error_is_its_own(no_process):
    apart.prepare()
    until(lambda: apart._process.ready.is_set())
    assert apart._process.ask(lambda: print("aside") or 3) == 3
    with pytest.raises(ZeroDivisionError):
        apart._process.ask(lambda: 1 / 0)
    assert apart._process.ask(int) == 0


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
    explorer.speed = 30
    explorer.play()
    until(lambda: not explorer.playing)
    assert explorer.picture["status"].startswith("This explorer stopped: IndexError: list index out of range")
    explorer.reset()
    assert explorer.status == "The level is 10."


def test_two_controls_moved_at_once_compute_once():
    """As a click on the plane does."""
    seen = []
    explorer = tiny(model=lambda n, view: seen.append((n, view)) or n)
    moves(explorer, n=2, view=3)
    assert seen == [(0, 0), (2, 3)]


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
    expected = r"Layer 4: 6\d % saturated .*mean φ′² = 0\.1\d?: gradients grow 1\.\d× a layer\. Theory: 6\d % and 1"
    assert re.match(expected, controls.plain(explorer.status))
    explorer.preset("Zeros")
    assert explorer.status.startswith("Layer 4: every $z$ is 0")
    explorer.preset("The opposite")
    assert "gradients stop here" in explorer.status
    explorer.preset("Too small")
    assert "0 % saturated" in explorer.status and "shrink to 0.3×" in explorer.status
    explorer.preset("He")
    assert "gradients keep their size" in explorer.status
    explorer.set(activation="relu")
    assert re.search(r"\d\d % off", explorer.status)


def test_the_digits_of_saturation_are_real_and_its_draw_is_fixed():
    x, params, _ = saturation._network()
    assert np.array_equal(x, datasets.digits().x_test[: saturation.SAMPLES])
    assert set(params) == {f"{kind}{l}" for kind in "Wb" for l in range(1, saturation.LAYERS + 2)}
    assert np.ravel(saturation.flats("tanh"))[1:3] == pytest.approx(
        np.arctanh(np.sqrt(0.95)) * np.array([-1, 1]), abs=2e-3
    )
    assert saturation.flats("relu") == [(-np.inf, 0.0)] and saturation.flats("identity") == []


def test_saturation_draws_what_it_measures_and_predicts():
    explorer = make("saturation", sigma_b=0.5, layer=7)
    data, (left, top, bottom) = explorer.data, explorer.stage.figure.axes
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
