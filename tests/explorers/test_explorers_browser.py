"""Explorers in a real JupyterLab, in a real browser: what is seen, heard and reached with the keyboard alone.

Screenshots of every explorer at its presets, 1280 and 800 pixels wide, are left in pytest's temporary folder.
"""

import base64
import importlib
import inspect
import io
import json
import re
import subprocess
import sys
import time

import nbformat
import numpy as np
import pytest
from lab import CHROMIUM, IDLE, answers, free_port, in_chromium
from PIL import Image

from course_utils import explorers
from course_utils.explorers.base import HEIGHT
from course_utils.explorers.controls import Choice

NAMES = [name for name, function in vars(explorers).items() if inspect.isfunction(function)]
MODULES = {name: importlib.import_module(f"course_utils.explorers._{name}") for name in NAMES}
ANIMATED = [name for name in NAMES if not hasattr(MODULES[name], "model")]
BUSY = "import time\nend = time.perf_counter() + 2\nwhile time.perf_counter() < end: pass"
SECONDS = 20  # how long anything may take
LAB_SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # keep what is out of sight
}

pytestmark = in_chromium

# What an explorer shows: its sentence, and a number for its pixels.
LOOK = """root => {
  const picture = root.querySelector('canvas.course-picture');
  const pen = new OffscreenCanvas(450, 200).getContext('2d', {willReadFrequently: true});
  if (picture) pen.drawImage(picture, 0, 0, 450, 200);
  const hash = pen.getImageData(0, 0, 450, 200).data.reduce((sum, value) => (31 * sum + value) | 0, 7);
  return {text: root.querySelector('[role=status]')?.textContent ?? '', pixels: hash};
}"""

# Counts the pictures that come, frame by frame.
COUNT = """root => {
  window.pictures = 0;
  const pixels = () => root.querySelector('canvas.course-picture').toDataURL();
  let last = pixels();
  requestAnimationFrame(function look() {
    const now = pixels();
    if (now !== last) pictures++;
    last = now;
    requestAnimationFrame(look);
  });
}"""

# The pixels of an explorer, as base64 of a PNG.
CANVAS = "root => root.querySelector('canvas.course-picture').toDataURL().split(',')[1]"

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
    folder = tmp_path_factory.mktemp("lab")
    cells = ["from course_utils import explorers"]
    cells += [f"{name} = explorers.{name}()\n{name}" for name in NAMES]
    cells += ["another = explorers.saturation(sigma_w=1)\nanother"]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    (folder / "work").mkdir()
    nbformat.write(notebook, folder / "work" / "explorers.ipynb")
    for file, content in LAB_SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{file}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content))
    port = free_port()
    settings = {
        "ServerApp.root_dir": folder / "work", "ServerApp.port": port, "ServerApp.port_retries": 0,
        "IdentityProvider.token": "t", "LabApp.expose_app_in_browser": True,
        "LabApp.user_settings_dir": folder / "settings", "LabApp.workspaces_dir": folder / "workspaces",
    }  # fmt: skip
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in settings.items()]
    with open(folder / "lab.log", "wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + 60
            while not answers(f"http://127.0.0.1:{port}/api"):
                assert server.poll() is None and time.monotonic() < deadline, (folder / "lab.log").read_text()
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}/lab/tree/explorers.ipynb?token=t"
        finally:
            server.terminate()
            server.wait(30)


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
        self.status = self.root.get_by_role("status")
        self.status.wait_for(timeout=60_000)

    def look(self):
        return self.root.evaluate(LOOK)

    def change(self, act, before=None, text=True):
        """What is shown after `act`, once the pixels, and the sentence if it should, differ from before."""
        before = before or self.look()
        act()
        deadline = time.monotonic() + SECONDS
        while True:
            now = self.look()
            if now["pixels"] != before["pixels"] and (not text or now["text"] != before["text"]):
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
    page.goto(lab)
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_function(IDLE, timeout=60_000)
    page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells') }")
    Seen(page, len(NAMES)).settle()
    return page


def execute(page, code):
    """Run code in the notebook's kernel, as another cell does; returns when it has ended."""
    page.evaluate(
        "code => jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.requestExecute({code}).done", code
    )


@pytest.fixture(params=NAMES)
def seen(request, page):
    """Each explorer in turn; `.name` says which."""
    explorer, module = Seen(page, NAMES.index(request.param)), MODULES[request.param]
    explorer.name, explorer.controls, explorer.presets = request.param, module.CONTROLS, module.PRESETS
    return explorer


def test_the_browser_draws_what_matplotlib_draws(seen):
    """At all presets, and on the way of the animated ones: the same to 1 of 255."""
    expected = f"__import__('base64').b64encode({seen.name}.png()).decode()"
    for button in [*seen.presets, *["Step"] * (3 if seen.name in ANIMATED else 0)]:
        seen.root.get_by_role("button", name=button, exact=True).press("Enter")
        deadline = time.monotonic() + SECONDS
        while True:
            seen.settle()
            pictures = seen.root.evaluate(CANVAS), seen.page.evaluate(VALUE, expected)
            ours, theirs = (np.asarray(Image.open(io.BytesIO(base64.b64decode(p))).convert("RGB")) for p in pictures)
            if (difference := np.abs(ours - theirs[:HEIGHT].astype(float)).mean()) < 1:
                break
            assert time.monotonic() < deadline, (button, difference)
    seen.root.get_by_role("button", name="Reset").press("Enter")
    seen.settle()


def control(seen, its):
    return seen.root.get_by_role("combobox" if isinstance(its, Choice) else "slider", name=its.label, exact=True)


def test_what_a_screen_reader_is_told(seen):
    tree = seen.root.aria_snapshot()
    assert re.search(r"- '?img \"", tree) and "- status:" in tree, tree
    assert seen.status.get_attribute("aria-live") == "polite"
    assert len(seen.look()["text"]) > 30
    for slider in seen.root.get_by_role("slider").all():
        shown = slider.locator("xpath=ancestor::div[contains(@class,'widget-slider')]").locator(".widget-readout")
        assert slider.get_attribute("aria-label") and slider.get_attribute("aria-valuetext") == shown.inner_text()
    for its in seen.controls.values():
        assert control(seen, its).count() == 1, f"{its.label} is not named:\n{tree}"
        if not isinstance(its, Choice):
            assert control(seen, its).get_attribute("aria-valuetext") == its.text(its.start)
    for button in seen.root.get_by_role("button").all():
        assert len(button.inner_text()) > 1


def test_every_control_is_reached_and_moved_with_the_keyboard(seen):
    focused = "() => [document.activeElement.role ?? document.activeElement.tagName, document.activeElement.ariaLabel]"
    seen.root.get_by_role("button").first.focus()
    reached = []
    for _ in range(60):
        seen.page.keyboard.press("Tab")
        if not seen.root.evaluate("root => root.contains(document.activeElement)"):
            break
        reached.append(seen.page.evaluate(focused))
    labels = [label for _, label in reached]
    assert all(its.label in labels for its in seen.controls.values() if not isinstance(its, Choice)), reached
    assert sum(role == "SELECT" for role, _ in reached) >= sum(isinstance(c, Choice) for c in seen.controls.values())
    for its in seen.controls.values():
        control(seen, its).focus()
        start, lowest = (its.start, its.options[0]) if isinstance(its, Choice) else (its.start, its.low)
        if start == lowest:
            first = seen.settle()
        else:
            seen.change(lambda: seen.page.keyboard.press("Home"), text=False)
            first = seen.settle()
        if not isinstance(its, Choice):
            assert control(seen, its).get_attribute("aria-valuetext") == its.text(its.low)
        seen.change(lambda: seen.page.keyboard.press("End"), first)
        if not isinstance(its, Choice):
            assert control(seen, its).get_attribute("aria-valuetext") == its.text(its.high)
        seen.root.get_by_role("button", name="Reset").press("Enter")
        seen.settle()


def test_presets_move_the_sliders_and_nothing_shifts(seen, tmp_path_factory):
    """The same at both widths; every picture is kept."""
    folder = tmp_path_factory.mktemp(f"screenshots_{seen.name}")
    seen.page.evaluate(SHIFT)
    for width in 1280, 800:
        seen.page.set_viewport_size({"width": width, "height": 1000})
        seen.root.scroll_into_view_if_needed()
        seen.settle()
        seen.page.evaluate("shift = 0")
        for preset, changes in seen.presets.items():
            seen.root.get_by_role("button", name=preset, exact=True).press("Enter")
            for name, value in changes.items():
                its = seen.controls[name]
                if not isinstance(its, Choice):
                    seen.root.locator(f"[aria-label='{its.label}'][aria-valuetext='{its.text(value)}']").wait_for()
            shown = seen.settle()
            assert "stopped" not in shown["text"]
            file = re.sub(r"\W+", "_", preset)
            seen.root.screenshot(path=folder / f"{width}_{file}.jpeg", type="jpeg", animations="allow")
        seen.root.get_by_role("button", name="Reset").press("Enter")
        seen.settle()
        assert seen.page.evaluate("shift") == 0
        box = seen.root.bounding_box()
        assert box["x"] + box["width"] <= width, "nothing is cut off at the right"
    seen.page.set_viewport_size({"width": 1280, "height": 1000})


def test_play_while_another_cell_runs_and_pause(seen):
    if seen.name not in ANIMATED:
        pytest.skip("this explorer stands still")
    start = seen.settle()
    seen.change(lambda: seen.root.get_by_role("button", name="Step", exact=True).press("Enter"), start)
    seen.change(lambda: seen.root.get_by_role("button", name="Play", exact=True).press("Enter"))
    pause = seen.root.get_by_role("button", name="Pause", exact=True)
    pause.wait_for()
    seen.root.evaluate(COUNT)
    execute(seen.page, BUSY)
    assert seen.page.evaluate("pictures") >= 3, "it stands still while a cell runs"
    pause.press("Enter")
    seen.root.get_by_role("button", name="Play", exact=True).wait_for()
    held = seen.settle()
    seen.page.wait_for_timeout(500)
    assert seen.look() == held
    seen.change(lambda: seen.root.get_by_role("button", name="Reset").press("Enter"), held)
    assert seen.settle()["text"] == start["text"]


def test_two_at_once_restart_and_an_error(page):
    for time_round in "first", "again":
        one, two = Seen(page, NAMES.index("saturation")), Seen(page, len(NAMES))
        start, other = one.settle(), two.settle()
        assert start["text"] != other["text"], time_round
        slider = one.root.get_by_role("slider", name="weight scale σ_w", exact=True)
        slider.focus()
        one.change(lambda: page.keyboard.press("Home"))
        assert two.settle() == other, "the other one stands still"
        two.root.get_by_role("button", name="Too small").press("Enter")
        two.root.get_by_role("status").filter(has_text="0.3x").wait_for()
        assert page.locator(".course-explorer").count() == len(NAMES) + 1
        if time_round == "first":
            page.evaluate("() => { jupyterapp.commands.execute('notebook:restart-run-all') }")
            page.get_by_role("button", name="Confirm Kernel Restart").click()
            one.root.locator("[aria-valuetext='5.00']").wait_for(timeout=60_000)
            two.root.locator("[aria-valuetext='1.00']").first.wait_for(timeout=60_000)
    execute(page, "saturation._model = lambda **controls: int('<b>')")
    slider.focus()
    page.keyboard.press("End")
    one.status.filter(has_text="This explorer stopped: ValueError: invalid literal").wait_for()
    assert "'<b>'" in one.look()["text"], "words in an error are no markup"
