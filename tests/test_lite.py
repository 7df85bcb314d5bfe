"""The course in the browser: the site holds what it should, its JupyterLab opens a lesson, its kernel starts.

The kernel is Pyodide's, and comes from another server: where that cannot be reached, the test says what was not tried.
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest
from pages import chromium
from test_browser import CHROMIUM, answers, free_port

from course_utils.lectures import content, lite

ROOT = Path(__file__).resolve().parent.parent
PYODIDE = "cdn.jsdelivr.net"
FIRST_CELL = "await piplite.install"
in_chromium = pytest.mark.skipif(not CHROMIUM and not os.environ.get("CI"), reason="there is no Chromium here")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site's folder, made by the command."""
    out = tmp_path_factory.mktemp("lite") / "site"
    command = [sys.executable, "-m", "course_utils.cli", "lite", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode and not (ROOT / "build" / "lite-env" / "pins.txt").exists() and not os.environ.get("CI"):
        pytest.skip(f"JupyterLite could not be installed here: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def served(built):
    """The site's address, on a server of its own."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(built)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not answers(f"http://127.0.0.1:{port}/lab/index.html"):
            assert server.poll() is None
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def test_holds_every_lesson_and_exercise_with_a_cell_that_fetches_the_course(built):
    for folder in ("notebooks", "exercises"):
        for path in content.notebooks(ROOT, folder):
            there = json.loads((built / "files" / folder / path.name).read_text(encoding="utf-8"))
            assert FIRST_CELL in "".join(there["cells"][0]["source"])
            assert len(there["cells"]) == 1 + len(content.stored.read(path).cells)
    assert "What was tried" in (built / "files" / "README.md").read_text(encoding="utf-8")


def test_holds_the_wheel_of_this_course(built):
    (wheel,) = (built / "pypi").glob("zero_init_course-*-py3-none-any.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"course_utils/mlp.py", "course_utils/data/digits.npz", "course_utils/data/predictions.toml"} <= set(names)
    index = json.loads((built / "pypi" / "all.json").read_text(encoding="utf-8"))
    assert "zero-init-course" in index


def test_solutions_stay_at_home(built):
    assert not (built / "files" / "solutions").exists()


def test_pins_are_exact():
    lines = [line for line in lite.PINS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines and all("==" in line for line in lines)


@in_chromium
def test_opens_a_lesson_with_its_outputs(served):
    asked = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.route(lambda url: not url.startswith((served, "data:", "blob:")), lambda route: route.abort())
        page.on("request", lambda r: r.url.startswith((served, "data:", "blob:")) or asked.append(r.url))
        page.goto(f"{served}/lab/index.html?path=notebooks/02_zero_weights.ipynb")
        page.get_by_text(FIRST_CELL).first.wait_for(timeout=60_000)
        page.locator(".jp-Notebook h1", has_text="2. Zero weights").first.wait_for(timeout=60_000)
        page.locator(".jp-Notebook .jp-OutputArea-output", has_text="largest gradient").first.wait_for(timeout=60_000)
        page.close()
    assert [url for url in asked if PYODIDE not in url] == []


@in_chromium
def test_the_kernel_starts_and_computes(served):
    try:
        urllib.request.urlopen(f"https://{PYODIDE}/pyodide/", timeout=5).close()
    except urllib.error.HTTPError:
        pass  # it answers
    except (urllib.error.URLError, OSError):
        pytest.skip(
            f"{PYODIDE} cannot be reached. Not tried: that the kernel starts in Chromium, that its first cell fetches "
            "the course's wheel and NumPy, and that a network can be made there."
        )
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        code = "import numpy as np; from course_utils import mlp; print('made', len(mlp.initialize([4, 3, 2])))"
        page.goto(f"{served}/repl/index.html?kernel=python&execute=1")
        for source in (lite.INSTALL, code):
            page.locator(".jp-CodeConsole-promptCell .cm-content").fill(source)
            page.keyboard.press("Shift+Enter")
        page.get_by_text("made 4").wait_for(timeout=300_000)
        page.close()
