"""`course app`: one explorer alone in a browser, and one sentence where that cannot be."""

import importlib.util
import os
import subprocess
import sys
import time

import pytest
from lab import CHROMIUM, free_port, in_chromium

from course_utils.explorers import app

COMMAND = [sys.executable, "-m", "course_utils.cli", "app"]


def test_an_unknown_explorer_is_answered_in_one_sentence():
    done = subprocess.run([*COMMAND, "plan"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "course: the explorer 'plan' is not known: did you mean 'plane'?\n"


def test_without_voila_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"^Voila is not installed here: pip install -e \.\[apps\]$"):
        app.run("plane", 0)


@in_chromium
def test_it_fills_the_screen_and_moves(tmp_path):
    from playwright.sync_api import expect, sync_playwright

    pytest.importorskip("voila", reason="Voila is not installed: `pip install -e .[apps]` installs it")
    port = free_port()
    with open(tmp_path / "voila.log", "wb") as log:
        server = subprocess.Popen(
            [*COMMAND, "saturation", "--no-browser", "--port", str(port)],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 60
        while "running at" not in (tmp_path / "voila.log").read_text(errors="replace"):
            assert server.poll() is None and time.monotonic() < deadline, (tmp_path / "voila.log").read_text()
            time.sleep(0.3)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
            )
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(f"http://127.0.0.1:{port}/", timeout=60_000)
            picture = page.locator("canvas.course-picture")
            picture.wait_for(timeout=60_000)
            assert picture.bounding_box()["width"] > 1200
            before = page.get_by_role("status").inner_text()
            page.get_by_role("button", name="Too small").click()
            expect(page.get_by_role("status")).not_to_have_text(before, timeout=30_000)
            assert page.locator(".jp-CodeCell .jp-InputArea").count() == 0, "no code on the screen"
            page.screenshot(path=tmp_path / "app.png")
            browser.close()
    finally:
        os.killpg(server.pid, 2)
        server.wait(30)
