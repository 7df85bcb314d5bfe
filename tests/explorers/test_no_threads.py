"""Where Python runs in a browser: no threads, no processes. tests/test_lite.py tries it in Pyodide itself."""

import asyncio
import sys
import threading

import numpy as np
import pytest

from course_utils import _browser, datasets, explorers, sweep
from course_utils.explorers import apart


@pytest.fixture
def browser(monkeypatch):
    """A Python that lacks what Pyodide lacks."""

    def start(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_browser, "HERE", True)
    monkeypatch.setattr(_browser.tqdm, "monitor_interval", 0)
    monkeypatch.setattr(threading.Thread, "start", start)
    monkeypatch.setitem(sys.modules, "loky", None)
    monkeypatch.setattr(apart, "_process", None)  # that another test has started


def test_a_sweep_needs_no_processes(browser):
    data = datasets.digits()
    found = sweep.sweep(data, width=8, steps=40, sigma_w=[0.0, 1.0], hidden_layers=[1, 2], progress=False)
    assert np.isfinite(found.results["train"]).all()
    assert found.results["train"][0, 0, 0, 0, 0, 1] > 0.3


def test_an_explorer_plays_between_other_work(browser):
    async def watch():
        lab = explorers.symmetry_lab()
        lab.speed = 30
        lab.play()
        while lab.data.step < 3:
            await asyncio.sleep(0.01)
        lab.pause()
        stopped = lab.data.step
        await asyncio.sleep(0.2)
        assert not lab.playing and lab.data.step == stopped

    asyncio.run(asyncio.wait_for(watch(), 30))


def test_a_slider_waits_until_the_hand_rests(browser):
    assert explorers.saturation().spec["controls"]["sigma_w"]["eager"] is False
