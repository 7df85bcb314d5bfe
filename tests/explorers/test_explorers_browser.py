"""Explorers in a real JupyterLab, in a real browser: what is seen, heard and reached with the keyboard alone.

Screenshots of every explorer at its presets, 1280 and 800 pixels wide, are left in pytest's temporary folder.
"""

import base64
import importlib
import io
import itertools
import re
import time

import numpy as np
import pytest
from lab import BUSY, CHROMIUM, EXECUTE, IDLE, in_chromium, jupyterlab, run_all
from pages import barriers
from PIL import Image

from course_utils import explorers
from course_utils.explorers.controls import Choice, plain
from course_utils.explorers.stage import HEIGHT, WIDTH

NAMES = explorers.NAMES
MODULES = {name: importlib.import_module(f"course_utils.explorers._{name}") for name in NAMES}
ANIMATED = [name for name in NAMES if not hasattr(MODULES[name], "model")]
SECONDS = 20  # how long anything may take

pytestmark = in_chromium

# What an explorer shows: its sentence, and a number for its pixels.
LOOK = """root => {
  const picture = root.querySelector('canvas.course-picture');
  const pen = new OffscreenCanvas(450, 200).getContext('2d', {willReadFrequently: true});
  if (picture) pen.drawImage(picture, 0, 0, 450, 200);
  const hash = pen.getImageData(0, 0, 450, 200).data.reduce((sum, value) => (31 * sum + value) | 0, 7);
  return {text: root.querySelector('.course-sentence')?.textContent ?? '', pixels: hash};
}"""

# Counts the pictures that come, frame by frame, and when what is said aloud changes.
COUNT = """root => {
  window.observer?.disconnect();  // that of another explorer
  window.pictures = 0;
  window.said = [];
  const pixels = () => root.querySelector('canvas.course-picture').toDataURL();
  let last = pixels();
  const mine = window.observer = new MutationObserver(() => said.push(performance.now()));
  mine.observe(root.querySelector('[role=status]'), {childList: true, characterData: true, subtree: true});
  requestAnimationFrame(function look() {
    if (mine !== window.observer) return;
    const now = pixels();
    if (now !== last) pictures++;
    last = now;
    requestAnimationFrame(look);
  });
}"""

# The pixels of an explorer as large as its drawing, as base64 of a PNG.
CANVAS = """root => {
  const picture = root.querySelector('canvas.course-picture'), small = document.createElement('canvas');
  [small.width, small.height] = [900, 400];
  const pen = small.getContext('2d');
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, 900, 400);
  pen.drawImage(picture, 0, 0, 900, 400);
  return small.toDataURL().split(',')[1];
}"""

# All text that can be seen in an explorer, and what its canvas writes is known to other tests.
VISIBLE = (
    "root => [...root.querySelectorAll('button, label, .course-label, option, .course-sentence')].map(e => e.innerText)"
)

# Whether what can be pressed is too small: with its name and its size.
SMALL = """root => [...root.querySelectorAll('button, select, input')]
  .map(e => [e.name || e.textContent, e.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""

# The value of an expression in the notebook's kernel, a string.
VALUE = """async expression => {
  const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
  const reply = await kernel.requestExecute({code: '', user_expressions: {it: expression}}).done;
  return reply.content.user_expressions.it.data['text/plain'].slice(1, -1);
}"""

# Adds up by how much anything jumps about, but for JupyterLab's own status bar, where it says that it has saved.
SHIFT = """() => {
  window.shift = 0;
  const counts = entry => !entry.sources.every(s => s.node?.parentElement?.closest('#jp-main-statusbar'));
  new PerformanceObserver(list => { for (const entry of list.getEntries().filter(counts)) shift += entry.value; })
    .observe({type: 'layout-shift'});
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab with a notebook of all explorers, and one of them a second time: its address."""
    cells = ["from course_utils import explorers"]
    cells += [f"{name} = explorers.{name}()\n{name}" for name in NAMES]
    cells += ["another = explorers.saturation(sigma_w=1)\nanother"]
    with jupyterlab(tmp_path_factory.mktemp("lab"), cells) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


class Seen:
    """One explorer in a notebook that has been run."""

    def __init__(self, page, number=0):
        self.page, self.root = page, page.locator(".course-explorer").nth(number)
        self.status = self.root.locator(".course-sentence")
        self.status.wait_for(timeout=60_000)

    def look(self):
        return self.root.evaluate(LOOK)

    def change(self, act, before=None, text=True):
        """What is shown after `act`, once pixels and sentence differ from before; without `text`, one of them."""
        before = before or self.look()
        act()
        deadline = time.monotonic() + SECONDS
        while True:
            now = self.look()
            differ = [now[key] != before[key] for key in ("pixels", "text")]
            if all(differ) or (any(differ) and not text):
                return now
            assert time.monotonic() < deadline, f"it still shows {now['text']!r}, after {before['text']!r}"
            self.page.wait_for_timeout(30)

    def settle(self):
        """What is shown once the kernel has answered, and nothing has changed for a while."""
        self.page.evaluate(VALUE, "'here'")
        last, since = self.look(), time.monotonic()
        while time.monotonic() - since < 0.25:
            self.page.wait_for_timeout(40)
            now = self.look()
            if now != last:
                last, since = now, time.monotonic()
        return last


@pytest.fixture(scope="module")
def page(lab, browser):
    """The notebook, open and run."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(1000 * SECONDS)
    run_all(page, lab)
    Seen(page, len(NAMES)).settle()
    return page


@pytest.fixture(params=NAMES)
def seen(request, page):
    """Each explorer in turn; `.name` says which."""
    explorer, module = Seen(page, NAMES.index(request.param)), MODULES[request.param]
    explorer.name, explorer.controls, explorer.presets = request.param, module.CONTROLS, module.PRESETS
    return explorer


def test_the_browser_draws_what_matplotlib_draws(seen):
    """At all presets, and on the way of the animated ones: on average the same to 6 of 255, in spite of other fonts."""
    expected = f"__import__('base64').b64encode({seen.name}.explorer.png()).decode()"
    for button in [*seen.presets, *["Step"] * (3 if seen.name in ANIMATED else 0)]:
        seen.root.get_by_role("button", name=button, exact=True).press("Enter")
        deadline = time.monotonic() + SECONDS
        while True:
            seen.settle()
            pictures = seen.root.evaluate(CANVAS), seen.page.evaluate(VALUE, expected)
            ours, theirs = (Image.open(io.BytesIO(base64.b64decode(p))).convert("RGB") for p in pictures)
            theirs = theirs.resize((900, round(900 / theirs.width * theirs.height))).crop((0, 0, 900, HEIGHT))
            if (difference := np.abs(np.asarray(ours) - np.asarray(theirs, float)).mean()) < 6:
                break
            assert time.monotonic() < deadline, (button, difference)
    seen.root.get_by_role("button", name="Reset").press("Enter")
    seen.settle()


def name_of(text):
    """The words of a label as the page says them: an index is an index."""
    return re.sub(r"[_^{}]", "", plain(text))


def control(seen, its):
    """The slider or list of a control, or the first of its options."""
    if not isinstance(its, Choice):
        return seen.root.get_by_role("slider", name=name_of(its.label), exact=True)
    group = seen.root.get_by_role("radiogroup", name=name_of(its.label), exact=True)
    if group.count():
        return group.get_by_role("radio", checked=True)
    return seen.root.get_by_role("combobox", name=name_of(its.label), exact=True)


def test_what_a_screen_reader_is_told(seen):
    tree = seen.root.aria_snapshot()
    assert re.search(r"- '?img \"", tree) and "- status" in tree, tree
    assert len(seen.look()["text"]) > 30
    for its in seen.controls.values():
        assert control(seen, its).count() == 1, f"{its.label} is not named:\n{tree}"
        if not isinstance(its, Choice):
            assert control(seen, its).get_attribute("aria-valuetext") == its.text(its.start)
    for button in seen.root.get_by_role("button").all():
        assert len(button.inner_text()) > 1
    assert seen.root.get_by_role("group", name="Starts").get_by_role("button").count() == len(seen.presets)
    assert barriers(seen.page, only=".course-explorer") == []


def test_what_can_be_seen_is_set_and_what_can_be_pressed_is_large_enough(seen):
    texts = seen.root.evaluate(VISIBLE)
    assert len(texts) > 10 and [t for t in texts if re.search(r"[_^$\\]|\b(phi|sigma|delta)\b", t)] == []
    assert seen.root.evaluate(SMALL) == []


def test_the_active_preset_is_marked(seen):
    start = {name: its.start for name, its in seen.controls.items()}
    for preset, changes in seen.presets.items():
        button = seen.root.get_by_role("button", name=preset, exact=True)
        button.press("Enter")
        marked = seen.root.get_by_role("button", pressed=True)
        assert preset in marked.all_inner_texts(), preset
        now = start | changes
        wrong = [p for p, its in seen.presets.items() if any(now[k] != v for k, v in its.items())]
        assert not set(wrong) & set(marked.all_inner_texts()) or len(seen.presets) == 1
        seen.root.get_by_role("button", name="Reset").press("Enter")
        seen.settle()


def test_every_control_is_reached_and_moved_with_the_keyboard(seen):
    seen.root.get_by_role("button").first.focus()
    reached = 1
    while True:
        seen.page.keyboard.press("Tab")
        if not seen.root.evaluate("root => root.contains(document.activeElement)"):
            break
        assert seen.page.evaluate("getComputedStyle(document.activeElement).visibility") == "visible"
        reached += 1
        assert reached < 60
    buttons = seen.root.get_by_role("button").count()
    assert reached == buttons + len(seen.controls), "each button, each control once"
    for its in seen.controls.values():
        here = control(seen, its)
        here.focus()
        first = seen.settle()
        if not isinstance(its, Choice):
            if its.start != its.low:
                seen.change(lambda: seen.page.keyboard.press("Home"), text=False)
                first = seen.settle()
            assert here.get_attribute("aria-valuetext") == its.text(its.low)
            seen.change(lambda: seen.page.keyboard.press("End"), first)
            assert here.get_attribute("aria-valuetext") == its.text(its.high)
        else:
            key = "ArrowUp" if its.start == its.options[-1] else "ArrowDown"
            seen.change(lambda key=key: seen.page.keyboard.press(key), first, text=False)
        assert seen.page.evaluate("jupyterapp.shell.currentWidget.content.mode") == "command", "JupyterLab took no key"
        seen.root.get_by_role("button", name="Reset").press("Enter")
        seen.settle()


def test_nothing_shifts_and_nothing_is_cut_at_any_width(seen, tmp_path_factory):
    """Light and dark, at all widths; every picture is kept."""
    folder = tmp_path_factory.mktemp(f"screenshots_{seen.name}")
    seen.page.evaluate(SHIFT)
    for width in 1440, 800, 1280:
        seen.page.set_viewport_size({"width": width, "height": 1000})
        seen.root.scroll_into_view_if_needed()
        moved = -1
        while moved != (moved := seen.page.evaluate("shift")):  # the page's own moves, to the new width, are over
            seen.settle()
            seen.page.wait_for_timeout(700)
        seen.page.evaluate("shift = 0")
        for preset in seen.presets:
            seen.root.get_by_role("button", name=preset, exact=True).press("Enter")
            assert "stopped" not in seen.settle()["text"]
            file = re.sub(r"\W+", "_", preset)
            seen.root.screenshot(path=folder / f"{width}_{file}.jpeg", type="jpeg", animations="allow")
        seen.root.get_by_role("button", name="Reset").press("Enter")
        seen.settle()
        assert seen.page.evaluate("shift") == 0
        inside = "root => root.scrollWidth <= root.clientWidth && root.getBoundingClientRect().right <= innerWidth"
        assert seen.root.evaluate(inside), f"something is cut off at {width}"
        rows = seen.root.evaluate("root => root.querySelector('.course-controls').offsetHeight")
        narrow, wide = 260, 110 if seen.name == "plane" else 70  # the plane has seven controls
        assert rows < (wide if width >= 1280 else narrow), "the controls are one row, the plane's two"


def test_it_takes_the_colours_of_the_theme_and_the_pixels_of_the_screen(seen):
    """The corner of the canvas is clear, text on it is as the page's; on a dark page it is light."""
    ink = """root => {
      const {width, height} = root.querySelector('canvas'), pen = root.querySelector('canvas').getContext('2d');
      const {data} = pen.getImageData(0, 0, width, height), found = {clear: data[3] === 0, light: 0, dark: 0, width};
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] === 255 && Math.min(data[i], data[i + 1], data[i + 2]) > 225) found.light++;
        if (data[i + 3] === 255 && Math.max(data[i], data[i + 1], data[i + 2]) < 50) found.dark++;
      }
      return {...found, css: root.querySelector('canvas').clientWidth * devicePixelRatio};
    }"""
    change = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
    try:
        before = seen.root.evaluate(ink)
        seen.change(lambda: seen.page.evaluate(change, "JupyterLab Dark"), text=False)
        seen.page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
        deadline = time.monotonic() + SECONDS
        while True:
            seen.settle()
            after = seen.root.evaluate(ink)
            if after["light"] > 0.5 * before["dark"] and after["clear"]:
                break
            assert time.monotonic() < deadline, (before, after)
        assert before["clear"] and before["dark"] > 500
        assert abs(after["width"] - after["css"]) <= 1
    finally:
        seen.page.evaluate(change, "JupyterLab Light")
        seen.page.wait_for_function("document.body.dataset.jpThemeLight === 'true'")
        seen.settle()


def test_it_is_sharp_and_whole_on_any_screen(page):
    """In both themes each canvas has the pixels of the screen, stands on the notebook's ground, and is not cut off."""
    look = """([roots, width]) => roots.map(root => {
      const canvas = root.querySelector('canvas');
      const paper = Object.assign(document.createElement('i'), {style: 'color: var(--jp-layout-color0)'});
      root.append(paper);
      const same = getComputedStyle(root).backgroundColor === getComputedStyle(paper).color;
      paper.remove();
      const sharp = Math.abs(canvas.width - canvas.clientWidth * devicePixelRatio) <= 1;
      return [sharp, same, root.scrollWidth <= root.clientWidth && root.getBoundingClientRect().right <= width];
    })"""
    change = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
    screen, roots = page.context.new_cdp_session(page), page.locator(".course-explorer")
    page.evaluate("jupyterapp.shell.collapseLeft()")  # as on a phone
    try:
        for theme, density in (
            ("JupyterLab Dark", 1),
            ("JupyterLab Dark", 2),
            ("JupyterLab Light", 2),
            ("JupyterLab Light", 1),
        ):
            page.evaluate(change, theme)
            for width in 390, 800, 1440:
                metrics = {"width": width, "height": 1000, "deviceScaleFactor": density, "mobile": False}
                screen.send("Emulation.setDeviceMetricsOverride", metrics)
                deadline = time.monotonic() + SECONDS
                while not all(map(all, seen := page.evaluate(look, [roots.element_handles(), width]))):
                    assert time.monotonic() < deadline, (theme, density, width, seen)
                    page.wait_for_timeout(50)
    finally:
        page.evaluate(change, "JupyterLab Light")
        screen.send("Emulation.clearDeviceMetricsOverride")
        screen.detach()
        page.evaluate("jupyterapp.shell.expandLeft()")


def test_play_while_another_cell_runs_and_pause(seen):
    if seen.name not in ANIMATED:
        pytest.skip("this explorer stands still")
    start = seen.settle()
    seen.change(lambda: seen.root.get_by_role("button", name="Step", exact=True).press("Enter"), start)
    seen.change(lambda: seen.root.get_by_role("button", name="Play", exact=True).press("Enter"))
    pause = seen.root.get_by_role("button", name="Pause", exact=True)
    pause.wait_for()
    seen.root.evaluate(COUNT)
    seen.page.evaluate(EXECUTE, BUSY)
    assert seen.page.evaluate("pictures") >= 3, "it stands still while a cell runs"
    said = seen.page.evaluate("said")  # while it plays: when it stops, the last sentence is said at once
    pause.press("Enter")
    seen.root.get_by_role("button", name="Play", exact=True).wait_for()
    held = seen.settle()
    assert seen.page.evaluate(VALUE, f"str({seen.name}.playing)") == "False"
    assert said and all(b - a > 1900 for a, b in itertools.pairwise(said)), "no more than one change in two seconds"
    seen.change(lambda: seen.root.get_by_role("button", name="Reset").press("Enter"), held)
    assert seen.settle()["text"] == start["text"]


def test_a_click_shows_at_once_beside_a_busy_kernel(seen):
    """The button that was pressed is marked before anything else happens: the kernel has no time for it."""
    start = {name: its.start for name, its in seen.controls.items()}
    preset = [name for name, changes in seen.presets.items() if start | changes != start][-1]
    kernel = "jupyterapp.shell.currentWidget.context.sessionContext.session.kernel"
    busy = seen.page.evaluate_handle(f"code => ({{done: {kernel}.requestExecute({{code}}).done}})", BUSY)
    button = seen.root.get_by_role("button", name=preset, exact=True)
    assert button.evaluate("button => { button.click(); return button.ariaPressed; }") == "true"
    busy.evaluate("busy => busy.done")
    seen.settle()
    seen.root.get_by_role("button", name="Reset").press("Enter")
    seen.settle()


def test_a_drawn_matrix_is_clicked(page):
    """It takes its next option each time; beside the matrices there is nothing to click."""
    seen, drawn = Seen(page, NAMES.index("paths")), MODULES["paths"].explorer()
    seen.root.scroll_into_view_if_needed()
    canvas = seen.root.locator("canvas")
    box, figure = canvas.bounding_box(), drawn.stage.figure
    matrix = figure.axes[0].patches[0].get_window_extent()
    x, y = box["x"] + matrix.x0 / WIDTH * box["width"], box["y"] + (1 - matrix.y0 / HEIGHT) * box["height"]
    page.mouse.move(x - 8, y + 8)
    assert canvas.evaluate("c => c.style.cursor") == ""
    page.mouse.move(x + 8, y - 8)
    assert canvas.evaluate("c => c.style.cursor") == "pointer"
    for kind in ("zero", "constant", "random"):
        seen.change(lambda: page.mouse.click(x + 8, y - 8), text=False)
        group = seen.root.get_by_role("radiogroup", name="matrix 1", exact=True)
        assert group.get_by_role("radio", checked=True).get_attribute("value") == kind
    page.mouse.click(x - 8, y + 8)
    assert name_of(drawn.status) == seen.settle()["text"]


def test_a_control_that_changes_nothing_is_not_shown(page):
    """A network of two matrices has controls for two."""
    seen = Seen(page, NAMES.index("paths"))
    for preset in ("LoRA", "ControlNet", "Attention, one"):
        seen.root.get_by_role("button", name=preset, exact=True).press("Enter")
        seen.settle()
        design = MODULES["paths"].PRESETS[preset]["design"]
        shown = seen.root.get_by_role("radiogroup", name=re.compile(r"matrix \d")).count()
        assert shown == len(MODULES["paths"].DESIGNS[design].matrices), preset
    seen.root.get_by_role("button", name="Reset").press("Enter")
    seen.settle()


def test_the_plane_is_clicked_and_dragged(page):
    seen = Seen(page, NAMES.index("plane"))
    seen.root.scroll_into_view_if_needed()
    box = seen.root.locator("canvas").bounding_box()
    left, top, right, bottom = MODULES["plane"].explorer().spec["plane"]["area"]

    def at(x, y):
        return box["x"] + box["width"] * (left + x * (right - left)), box["y"] + box["height"] * (
            top + y * (bottom - top)
        )

    page.mouse.move(*at(1.5, 0.5))
    assert seen.root.locator("canvas").evaluate("c => c.style.cursor") == ""
    page.mouse.move(*at(0.5, 0.5))
    assert seen.root.locator("canvas").evaluate("c => c.style.cursor") == "pointer"
    near = seen.root.locator(".course-hover")
    assert re.fullmatch(r"σw = 2, σb = 1\.5: test [\d.]+ %", near.inner_text())
    seen.change(page.mouse.down)
    page.mouse.move(*at(0.25, 0.25))
    page.mouse.up()
    page.wait_for_function("text => document.body.innerText.includes(text)", arg="= 2.3")
    weight, playing = page.evaluate(VALUE, "f'{plane.sigma_w} {plane.playing}'").split()
    assert float(weight) == pytest.approx(1, abs=0.11) and playing == "True"
    seen.root.get_by_role("button", name="Reset").press("Enter")
    seen.settle()


def test_two_at_once_restart_and_an_error(page):
    for time_round in "first", "again":
        one, two = Seen(page, NAMES.index("saturation")), Seen(page, len(NAMES))
        start, other = one.settle(), two.settle()
        assert start["text"] != other["text"], time_round
        slider = one.root.get_by_role("slider", name="weight scale σw", exact=True)
        slider.focus()
        one.change(lambda: page.keyboard.press("Home"))
        assert two.settle() == other, "the other one stands still"
        two.root.get_by_role("button", name="Too small").press("Enter")
        two.status.filter(has_text="0.3×").wait_for()
        assert page.locator(".course-explorer").count() == len(NAMES) + 1
        if time_round == "first":
            page.evaluate("() => { jupyterapp.commands.execute('notebook:restart-run-all') }")
            page.get_by_role("button", name="Confirm Kernel Restart").click()
            one.root.locator("[aria-valuetext='5.00']").wait_for(timeout=60_000)
            two.root.locator("[aria-valuetext='1.00']").first.wait_for(timeout=60_000)
    page.evaluate(EXECUTE, "saturation.explorer._model = lambda **controls: int('<b>')")
    slider.focus()
    page.keyboard.press("End")
    one.status.filter(has_text="This explorer stopped: ValueError: invalid literal").wait_for()
    assert "'<b>'" in one.look()["text"], "words in an error are no markup"


def test_a_reload_keeps_them_alive_and_a_kernel_that_ends_is_said(page, lab):
    """After a reload the pictures come alive again; where the kernel ends during Play the button says so."""
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.reload()
    page.wait_for_function(IDLE, timeout=60_000)
    Seen(page, len(NAMES)).settle()  # all are there
    seen = Seen(page, NAMES.index("training_theatre"))
    seen.change(lambda: seen.root.get_by_role("button", name="Play", exact=True).press("Enter"))
    seen.root.get_by_role("button", name="Pause", exact=True).wait_for()
    page.evaluate("() => jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()")
    seen.root.get_by_role("button", name="Play", exact=True).wait_for()
    seen.status.filter(has_text="The kernel has ended: run this cell again.").wait_for()


def test_a_notebook_opened_again_shows_pictures_and_sentences(page, lab):
    """Saved, its kernel shut down, closed, opened: what was shown is seen, and nothing says that it is missing."""
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.evaluate("() => jupyterapp.shell.currentWidget.context.sessionContext.shutdown()")
    page.evaluate("() => jupyterapp.commands.execute('application:close')")
    page.goto(lab)
    page.wait_for_function(IDLE, timeout=60_000)
    page.wait_for_function(
        "count => document.querySelectorAll('.jp-OutputArea-output img').length >= count", arg=len(NAMES)
    )
    pictures = page.locator(".jp-OutputArea-output img")
    assert pictures.count() == len(NAMES) + 1 and page.locator(".course-explorer").count() == 0
    for picture in pictures.all():
        assert picture.is_visible() and picture.bounding_box()["width"] > 500
        assert picture.evaluate("image => image.complete && image.naturalWidth") == 1800
    assert "not found" not in page.inner_text("body")
