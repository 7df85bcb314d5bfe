"""Python in the page: what it shows of an explorer is what the kernel shows, and where a recording ends it goes on."""

import importlib
import json
import re
import shutil

import numpy as np
import pyodide
import pytest
from lab import in_chromium
from pages import chromium, served

from course_utils import explorers
from course_utils.explorers import recording, widget

pytestmark = in_chromium
SECONDS = 120  # until Python has started on a busy machine
STEPS = 3
NEAR = {
    "symmetry_lab": 8
}  # of 1/16 pixel: it draws rounding itself, on a log scale, and another NumPy rounds otherwise
MODULES = {name: importlib.import_module(f"course_utils.explorers._{name}") for name in explorers.NAMES}
PAGE = """<!DOCTYPE html><html lang="en"><title>Live</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="front/explorer.css"><main><h1>Live</h1>
<div data-explorer="saturation" data-start='{}'></div>
<div data-explorer="training_theatre" data-start='{}'></div></main>
<script type="module">
import {bringToLife} from './front/recording.js';
import {live} from './front/python.js';
window.live = live;
bringToLife(new URL('recordings/', location).href).then(() => { window.alive = true; });
</script>"""
# What an explorer in the page shows after each message, the ground with it.
SHOWN = """async ([name, todo]) => {
  const shown = [], plain = ({marks, points, key}) => ({
    marks: marks.map(mark => 'image' in mark ? {...mark, image: [...mark.image]} : mark), points: [...new Int16Array(
      points.buffer.slice(points.byteOffset, points.byteOffset + points.byteLength))], key,
  });
  const one = window.live(name, {}, () => {});
  const idle = async () => { while (!one.idle() || one.how()) await new Promise(done => setTimeout(done, 5)); };
  for (const message of todo) {
    one.tell(message);
    await idle();
    const {picture, ground, value} = one.state();
    shown.push({value, status: picture.status, picture: plain(picture), ground: plain(ground)});
  }
  return shown;
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A page with recordings and with Python, from a server that is asked for nothing else."""
    folder = tmp_path_factory.mktemp("book")
    shutil.copytree(widget.FRONT, folder / "front")
    shutil.copytree(pyodide.packed(), folder / "front" / "python")
    for name in "saturation", "training_theatre":
        explorer = MODULES[name].explorer()
        explorer.recorded = {"sigma_w": (0, 1, 2), "layer": (1, 4)} if name == "saturation" else {}
        explorer.presets = dict(list(explorer.presets.items())[:1])
        explorer.spec["presets"] = explorer.presets
        recording.record(explorer, folder / "recordings" / name)
        index = folder / "recordings" / name / "index.json"
        index.write_text(json.dumps(json.loads(index.read_text()) | {"python": True}))
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    with served(folder) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 900, "height": 1400})
        page.set_default_timeout(1000 * SECONDS)
        page.wrong = []
        page.on("request", lambda r: r.url.startswith((address, "data:", "blob:")) or page.wrong.append(r.url))
        page.on("console", lambda message: message.type == "error" and page.wrong.append(message.text))
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.goto(address)
        page.wait_for_function("window.alive")
        yield page


def places(drawing):
    """Where the marks of a drawing are, in 1/16 pixels: their points, and those of texts and images."""
    marks = [
        [mark.get("x", 0), mark.get("y", 0), *mark.get("matrix", ()), *mark.get("clip", ())]
        for mark in drawing["marks"]
    ]
    points = drawing["points"]
    points = np.frombuffer(points, "<i2") if isinstance(points, bytes) else np.array(points)
    return np.concatenate([points.astype(float), *(16 * np.array(mark) for mark in marks)])


def look(drawing):
    """What marks are but for where they are."""
    where = {"x", "y", "matrix", "clip", "most", "image"}
    return [
        {k: v for k, v in json.loads(json.dumps({k: v for k, v in mark.items() if k not in where})).items()}
        for mark in drawing["marks"]
    ]


@pytest.mark.parametrize("name", explorers.NAMES)
def test_python_in_the_page_shows_what_the_kernel_shows(page, name):
    """At each preset, and some steps from there: the same sentence, and the same marks to 1/16 of a pixel."""
    explorer = MODULES[name].explorer()
    todo = []
    for preset in explorer.presets:
        todo += [{"preset": preset}, *[{"step": None}] * (STEPS if explorer.spec["plays"] else 0)]
    for message, found in zip(todo, page.evaluate(SHOWN, [name, todo]), strict=True):
        explorer.told(message)
        assert found["status"] == explorer.status, message
        assert found["value"] == explorer.values
        assert found["ground"]["key"] == explorer.picture["ground"]["key"]
        here, there = explorer.picture, found["picture"]
        assert look(there) == look(here), message
        assert np.abs(places(there) - places(here)).max(initial=0) <= NEAR.get(name, 1), message
        for mine, theirs in zip(here["marks"], there["marks"]):
            if "image" in mine:
                assert np.abs(np.frombuffer(mine["image"], "u1") - np.array(theirs["image"], float)).max() <= 1


def test_where_the_recording_ends_python_goes_on(page):
    """The slider leaves the grid: the nearest picture with a word on Python is seen, and then Python's own."""
    one = page.locator(".course-explorer").first
    slider = one.get_by_role("slider", name="weight scale σw", exact=True)
    slider.focus()
    slider.press("ArrowRight")
    sigma_w = float(slider.get_attribute("aria-valuetext"))
    explorer = MODULES["saturation"].explorer(sigma_w=sigma_w)
    page.wait_for_function(
        "text => document.querySelector('.course-sentence').textContent.slice(0, 20) == text.slice(0, 20)",
        arg=explorer.status,
    )
    assert slider.get_attribute("aria-valuetext") == f"{sigma_w:.2f}"
    page.wait_for_function("() => !document.querySelector('.course-sentence').textContent.includes('Python')")
    one.get_by_role("button", name="Reset").click()
    assert page.wrong == []


def test_an_animation_goes_on_in_python(page):
    """A choice that was not recorded: Step and Play go on by themselves, Pause holds."""
    two = page.locator(".course-explorer").last
    two.get_by_role("combobox").first.select_option(index=1)
    sentence = two.locator(".course-sentence")
    for step in 1, 2:
        two.get_by_role("button", name="Step", exact=True).click()
        sentence.filter(has_text=f"Step {step}.").wait_for()
    two.get_by_role("button", name="Play", exact=True).click()
    sentence.filter(has_text=re.compile(r"Step \d\d")).wait_for()  # each step is seen for a moment only
    two.get_by_role("button", name="Pause", exact=True).click()
    two.get_by_role("button", name="Play", exact=True).wait_for()
    assert page.wrong == []


def test_where_python_cannot_start_the_page_says_so(page):
    page.route("**/modules.gz", lambda route: route.fulfill(status=404))
    page.goto(page.url)
    page.wait_for_function("window.alive")
    slider = page.locator(".course-explorer").first.get_by_role("slider", name="weight scale σw", exact=True)
    slider.press("ArrowRight")
    page.locator(".course-sentence", has_text="Python could not start in this page (modules: 404)").wait_for()
    page.unroute("**/modules.gz")
