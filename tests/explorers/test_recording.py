"""Explorers without a kernel: what a page shows of a recording is what the explorer shows, to the last mark."""

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from lab import in_chromium
from pages import barriers, chromium, served

from course_utils.explorers import _saturation, recording, widget
from course_utils.explorers.base import Explorer
from course_utils.explorers.controls import Choice, Number

GRID = {"activation": ("tanh", "relu"), "sigma_w": (0, 1, 2), "layer": (1, 4)}
PAGE = """<!DOCTYPE html><html lang="en"><title>Live</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="front/explorer.css">
<main><h1>Live</h1>
<div data-explorer="saturation" data-start='{"sigma_w": 1}'></div>
<div data-explorer="steps" data-start='{}'></div></main>
<script type="module">
import {bringToLife, recorded} from './front/recording.js';
window.recorded = name => recorded(new URL(`recordings/${name}`, location).href);
bringToLife(new URL('recordings/', location).href).then(() => { window.alive = true; });
</script>"""
# What a source shows after moves and words, each once it has changed: marks without images, images, points, sentence.
SHOWN = """async ([name, todo]) => {
  const source = await recorded(name), shown = [];
  const settled = act => new Promise(done => { const end = source.listen(() => { end(); done(); }); act(); });
  const plain = ({marks, points}) => ({
    marks: marks.map(mark => 'image' in mark ? {...mark, image: [...mark.image]} : mark), points: [...points],
  });
  for (const [word, what] of todo) {
    await settled(() => word === 'move' ? source.move(what) : source.tell({[word]: what}));
    const {picture, ground, values} = source.state();
    shown.push({values, status: picture.status, picture: plain(picture), ground: plain(ground)});
  }
  return shown;
}"""


def steps():
    """An explorer that plays: a curve that grows, and an image that changes."""

    def frames(speed, kind):
        for n in range(6):
            yield n * speed

    def draw(figure):
        ax = figure.add_axes((0.1, 0.1, 0.8, 0.8), xlim=(0, 9), ylim=(0, 9))
        (line,) = ax.plot([], [], "k", animated=True)
        image = ax.imshow(np.zeros((3, 3)), vmin=0, vmax=9, animated=True)

        def show(data, kind, **_):
            line.set_data(range(data + 1), range(data + 1))
            image.set_data(np.full((3, 3), data))
            ax.set_title(f"$x_1$: {kind}")
            return kind

        return show

    controls = {"speed": Number("speed", 1, 1, 3), "kind": Choice("kind", "slow", ("slow", "fast_one"))}
    presets = {"One": {"speed": 1}, "Three": {"speed": 3}}
    options = {"frames": frames, "recorded": {"kind": ("slow", "fast_one")}}
    return Explorer("Steps", controls, presets, draw, lambda data: f"It is {data} of $x_1$.", **options)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A page with both, from a server that is asked for nothing else."""
    folder = tmp_path_factory.mktemp("book")
    shutil.copytree(widget.FRONT, folder / "front")
    saturation = _saturation.explorer()
    saturation.recorded = GRID
    recording.record(saturation, folder / "recordings" / "saturation")
    recording.record(steps(), folder / "recordings" / "steps")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    with served(folder) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 900, "height": 1400})
        page.wrong = []
        page.on("request", lambda request: request.url.startswith((address, "data:")) or page.wrong.append(request.url))
        page.on("console", lambda message: message.type == "error" and page.wrong.append(message.text))
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.address = address
        page.goto(address)
        page.wait_for_function("window.alive")
        yield page


def seen(picture):
    """What SHOWN returns of a picture."""

    def plain(drawing):
        marks = [{**m, "image": list(m["image"])} if "image" in m else m for m in drawing["marks"]]
        return {"marks": json.loads(json.dumps(marks)), "points": np.frombuffer(drawing["points"], "<i2").tolist()}

    return {"status": picture["status"], "picture": plain(picture), "ground": plain(picture["ground"])}


@in_chromium
def test_a_page_shows_of_a_recording_what_the_explorer_shows(page):
    """Every state of the grid and every preset."""
    explorer = _saturation.explorer()
    states = [
        {"sigma_w": w, "layer": l, "activation": phi} for phi in GRID["activation"] for w in (0, 1, 2) for l in (1, 4)
    ]
    todo = [("move", state) for state in states] + [("preset", name) for name in explorer.presets]
    for (word, what), found in zip(todo, page.evaluate(SHOWN, ["saturation", todo]), strict=True):
        explorer.reset()
        explorer.set(**(what if word == "move" else explorer.presets[what]))
        assert found.pop("values") == explorer.values
        assert found == seen(explorer.picture), (word, what)


@in_chromium
def test_a_page_plays_what_the_explorer_plays(page):
    explorer = steps()
    for changes in ({"speed": 3}, {"kind": "fast_one"}):
        explorer.reset()
        explorer.set(**changes)
        expected = [seen(explorer.picture)]
        for _ in range(5):
            explorer.step()
            expected.append(seen(explorer.picture))
        found = page.evaluate(SHOWN, ["steps", [("move", changes), *[("step", None)] * 5]])
        assert all(one.pop("values") == explorer.values for one in found)
        assert found == expected


@in_chromium
def test_what_was_not_recorded_is_shown_by_the_nearest(page):
    todo = [("move", {"sigma_w": 2.1, "layer": 9}), ("move", {"activation": "gelu"})]
    near, strange = page.evaluate(SHOWN, ["saturation", todo])
    assert (near["values"]["sigma_w"], near["values"]["layer"]) == (2, 4) and strange["values"]["activation"] == "tanh"
    (fast,) = page.evaluate(SHOWN, ["steps", [("move", {"speed": 2.9})]])
    assert fast["values"]["speed"] == 3


@in_chromium
def test_a_hand_moves_it_and_a_link_leads_to_a_state(page):
    one, two = page.locator(".course-explorer").all()
    slider = one.get_by_role("slider", name="weight scale σw", exact=True)
    assert slider.get_attribute("aria-valuetext") == "1.00", "where the lesson starts it"
    assert one.get_by_role("slider").count() == 2, "what was not recorded cannot be moved"
    before = one.locator(".course-sentence").inner_text()
    slider.press("ArrowRight")
    page.wait_for_function("old => !document.body.innerText.includes(old)", arg=before)
    two.get_by_role("button", name="Play", exact=True).press("Enter")
    two.locator(".course-sentence").filter(has_text="It is 5 of x1.").wait_for()
    two.get_by_role("button", name="Play", exact=True).wait_for()
    page.goto(f"{page.address}?again#sigma_w=2&activation=relu&layer=4&nothing=1")
    page.wait_for_function("window.alive")
    page.locator(".course-sentence", has_text="Layer 4: 5").wait_for()
    assert page.get_by_role("radio", name="relu").is_checked()
    assert barriers(page) == [] and page.wrong == []


def test_a_recording_is_small(tmp_path):
    """Points that stay, and text that stays, cost next to nothing."""
    explorer = _saturation.explorer()
    explorer.recorded = {"sigma_w": np.arange(0, 6.01, 0.5), "layer": (1, 4)}
    assert recording.record(explorer, tmp_path / "saturation") < 34 * 700
    assert {path.name for path in Path(tmp_path, "saturation").iterdir()} == {"index.json", "first.bin", "grid-0.bin"}


def test_two_who_make_a_recording_at_once_make_it_once(tmp_path, monkeypatch):
    """As the book and a deck do; and nothing but the recording is left."""
    made = []

    def record(explorer, folder):
        made.append(folder)
        time.sleep(0.3)  # the other one asks meanwhile
        folder.mkdir()
        (folder / "index.json").write_text("{}")

    monkeypatch.setattr(recording, "record", record)
    with ThreadPoolExecutor() as both:
        one, other = both.map(recording.kept, ["saturation"] * 2, [tmp_path] * 2)
    assert one == other and len(made) == 1
    assert [path.name for path in one.iterdir()] == ["index.json"]
    assert {path.name for path in one.parent.iterdir()} == {"saturation", ".saturation.lock"}
