"""What a learner sees: lesson 00 in a real JupyterLab, in a real browser."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lab import CHROMIUM, IDLE, answers, free_port, in_chromium

ROOT = Path(__file__).resolve().parents[2]

pytestmark = in_chromium


@pytest.fixture
def lab(tmp_path):
    """JupyterLab on a learner's copy of the lessons: its address, and the learner's folder."""
    work = tmp_path / "work"
    shutil.copytree(ROOT / "notebooks", work / "notebooks", ignore=shutil.ignore_patterns(".*"))
    port = free_port()
    settings = {
        "ServerApp.root_dir": work, "ServerApp.port": port, "ServerApp.port_retries": 0, "IdentityProvider.token": "t",
        "LabApp.expose_app_in_browser": True, "LabApp.user_settings_dir": tmp_path / "s",
        "LabApp.workspaces_dir": tmp_path / "w",
    }  # fmt: skip
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in settings.items()]
    with open(tmp_path / "lab.log", "wb") as log:
        server = subprocess.Popen(
            command, env={**os.environ, "COURSE_WORK": str(work)}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            deadline = time.monotonic() + 60
            while not answers(f"http://127.0.0.1:{port}/api"):
                assert server.poll() is None and time.monotonic() < deadline, (tmp_path / "lab.log").read_text()
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}/lab/tree/notebooks/00_the_question.ipynb?token=t", work
        finally:
            server.terminate()
            server.wait(30)


def test_a_click_on_a_statement_is_kept(lab, tmp_path):
    from playwright.sync_api import expect, sync_playwright

    address, work = lab
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function(IDLE, timeout=60_000)
        page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells') }")
        prompt = page.locator(".course-asked").first
        prompt.wait_for(timeout=60_000)
        prompt.get_by_role("button", name="under a condition").first.click()
        expect(prompt.get_by_role("status").first).to_contain_text("Noted", timeout=120_000)  # a cell trains first
        page.screenshot(path=tmp_path / "lesson_00.png")
        deadline = time.monotonic() + 120
        while not (work / "answers.json").exists():  # the kernel keeps it when the cells before are done
            assert time.monotonic() < deadline
            page.wait_for_timeout(100)
        browser.close()
    stored = json.loads((work / "answers.json").read_text(encoding="utf-8"))
    assert [choice["choice"] for choice in stored["T1"]] == ["true under a condition"]
