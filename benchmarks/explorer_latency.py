"""How long a key press on a slider takes to change the picture, against @interact and ipympl: one `name value` a line.

Run it with nothing else running, in an environment with Chromium and, beside the course, Playwright and ipympl:
`python benchmarks/explorer_latency.py`. One notebook in one browser holds the saturation explorer; the same picture
drawn anew by `@interact` as an inline figure; and the same artists moved on an ipympl canvas. Their sliders take turns.
A time runs from the key press to the first browser frame with other pixels; the values are ratios of medians. Between
two presses is a fifth of a second. Nothing is computed ahead. Last, the pictures that the training theatre shows a
second, at its speed of 30, while another cell of its notebook computes.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median, quantiles

import nbformat
from playwright.sync_api import sync_playwright

ROUNDS = 60
PEERS = ("ours", "interact", "ipympl")
PORT = 8971
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
IDLE = "jupyterapp.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"

CELLS = [
    """
from course_utils import explorers
explorer = explorers.saturation(sigma_w=3)
explorer
""",
    """
import matplotlib
from ipympl.backend_nbagg import Canvas, FigureManager
from IPython.display import display
from ipywidgets import HTML, FloatSlider
from matplotlib.figure import Figure
from course_utils.explorers import _saturation as saturation
from course_utils.explorers.stage import LOOK
matplotlib.rcParams.update(LOOK | {"figure.facecolor": "white"})
slider = {"value": 3, "min": 0, "max": 6, "step": 0.05}
figure = Figure(figsize=(9, 4), dpi=100)
canvas = Canvas(figure)
FigureManager(canvas, 1)
show = saturation.draw(figure)
for artist in figure.findobj(lambda a: a.get_animated()):
    artist.set_animated(False)
control, status = FloatSlider(**slider, description="ipympl"), HTML()

def move(change):
    values = {**explorer.value, "sigma_w": control.value}
    data = saturation.model(**values)
    show(data, **values)
    canvas.draw_idle()
    status.value = saturation.sentence(data)

control.observe(move, "value")
move(None)
display(control, canvas, status)
""",
    """
%matplotlib inline
%config InlineBackend.print_figure_kwargs = {"bbox_inches": None}
from ipywidgets import interact
from matplotlib import pyplot as plt

@interact(sigma_w=FloatSlider(**slider, description="interact"))
def picture(sigma_w):
    values = {**explorer.value, "sigma_w": sigma_w}
    data = saturation.model(**values)
    saturation.draw(plt.figure(figsize=(9, 4), dpi=100))(data, **values)
    plt.show()
    print(saturation.sentence(data))
""",
    """
theatre = explorers.training_theatre()
theatre.speed = 30
theatre
""",
]
SECONDS = 4  # that other cells compute while the theatre plays; it has pictures for 7
OTHER_CELLS = {
    "python_loop": "sum(i * i for i in range(1000))",
    "training": "training.train(start, x, y, batch_size=64, steps=50, rng=np.random.default_rng(0), progress=False)",
}
BESIDE = """
import time
import numpy as np
from course_utils import datasets, mlp, training
x, y, *_ = datasets.digits()
start = mlp.initialize((64, 32, 32, 10), rng=np.random.default_rng(0))
end = time.monotonic() + {seconds}
while time.monotonic() < end:
    {code}
"""

# Runs code in the kernel; returns how many pictures a second came meanwhile, each with its own sentence.
PLAYED = """async code => {
  let pictures = 0;
  const watch = new MutationObserver(() => { pictures++; });
  watch.observe([...document.querySelectorAll('.course-sentence')].pop(), {childList: true});
  const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel, begin = performance.now();
  const reply = await kernel.requestExecute({code}).done;
  watch.disconnect();
  if (reply.content.status !== 'ok') throw Error(reply.content.evalue);
  return pictures / (performance.now() - begin) * 1000;
}"""

# Each frame, the picture that is watched is drawn small and compared with the frame before.
PROBE = """() => {
  const find = {
    ours: () => document.querySelector('canvas.course-picture'),
    interact: () => [...document.querySelectorAll('.widget-interact .jp-OutputArea-output img')].pop(),
    ipympl: () => document.querySelector('.jupyter-matplotlib canvas'),
  };
  const pen = new OffscreenCanvas(900, 400).getContext('2d', {willReadFrequently: true});
  const probe = window.probe = {watched: null, last: null, changes: [], pressed: 0, shift: 0};
  probe.look = (name, width = 120, height = 54) => {
    const element = find[name]();
    if (!element || element.naturalWidth === 0 || element.complete === false) return null;
    pen.fillStyle = 'white'; pen.fillRect(0, 0, width, height); pen.drawImage(element, 0, 0, width, height);
    return pen.getImageData(0, 0, width, height).data;
  };
  probe.difference = name => {
    const [a, b] = ['ours', name].map(peer => probe.look(peer, 900, 400));
    return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
  };
  probe.watch = name => { probe.watched = name; probe.last = probe.look(name); probe.changes = []; };
  // When all callbacks of a frame have run: what is drawn in one of them is seen at the end of the same frame.
  const drawn = new MessageChannel();
  drawn.port1.onmessage = () => {
    const now = probe.watched && probe.look(probe.watched);
    if (now && now.some((value, i) => value !== probe.last[i])) {
      probe.last = now;
      probe.changes.push(performance.now());
    }
  };
  const frame = () => { requestAnimationFrame(frame); drawn.port2.postMessage(null); };
  frame();
  addEventListener('keydown', event => { probe.pressed = event.timeStamp; }, true);
  // JupyterLab's own status bar says in its middle, now and then, that the notebook was saved.
  const counts = e => !e.sources.every(s => s.node?.parentElement?.closest('#jp-main-statusbar'));
  new PerformanceObserver(list => { for (const e of list.getEntries().filter(counts)) probe.shift += e.value; })
    .observe({type: 'layout-shift'});
  probe.latency = () => new Promise((resolve, reject) => {
    const begin = performance.now();
    const wait = () => probe.changes.length ? resolve(probe.changes[0] - probe.pressed)
      : performance.now() - begin > 15000 ? reject(Error(probe.watched + ' does not change')) : setTimeout(wait, 5);
    wait();
  });
}"""


def serve(folder):
    """Start JupyterLab on a folder with the notebook; returns the process."""
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": ""}})
    (folder / "lab").mkdir()
    nbformat.write(notebook, folder / "lab" / "race.ipynb")
    settings = {
        "ServerApp.root_dir": folder / "lab", "ServerApp.port": PORT, "ServerApp.port_retries": 0,
        "IdentityProvider.token": "t", "LabApp.expose_app_in_browser": True,
        "LabApp.user_settings_dir": folder / "settings", "LabApp.workspaces_dir": folder / "workspaces",
    }  # fmt: skip
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in settings.items()]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with open(folder / "log", "wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/api", timeout=5).close()
            return server
        except OSError:
            time.sleep(0.2)
    server.terminate()
    sys.exit("JupyterLab does not start: " + (folder / "log").read_text())


class Race:
    """The open notebook, and what was measured on it."""

    def __init__(self, page):
        self.page, self.received = page, 0
        page.on("websocket", lambda socket: socket.on("framereceived", self.count))
        page.goto(f"http://127.0.0.1:{PORT}/lab/tree/race.ipynb?token=t")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function(IDLE, timeout=60_000)
        page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells') }")
        for selector in "canvas.course-picture", ".widget-interact img", ".jupyter-matplotlib canvas":
            page.wait_for_selector(selector, timeout=60_000)
        page.wait_for_timeout(3000)
        page.evaluate(PROBE)

    def count(self, frame):
        self.received += len(frame)

    def slider(self, name):
        if name == "ours":
            return self.page.get_by_role("slider", name="weight scale σw", exact=True)
        return self.page.locator(".widget-slider", has_text=name).locator("[role=slider]")

    def watch(self, name):
        """Turn to one of the peers."""
        self.slider(name).evaluate("e => { e.scrollIntoView({block: 'start'}); e.focus({preventScroll: true}); }")
        self.page.wait_for_timeout(250)
        self.page.evaluate("name => probe.watch(name)", name)

    def press(self, key):
        """Milliseconds from the key press to other pixels."""
        self.page.evaluate("() => { probe.changes = []; }")
        self.page.keyboard.press(key)
        took = self.page.evaluate("() => probe.latency()")
        self.page.wait_for_timeout(random.uniform(150, 250))
        return took

    def hold(self, seconds):
        """Hold the key as a hand does, release it, and count the pictures that still come."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.page.keyboard.down("ArrowRight")
            self.page.wait_for_timeout(33)
        self.page.keyboard.up("ArrowRight")
        self.page.evaluate("() => { probe.changes = []; }")
        self.page.wait_for_timeout(1500)
        return self.page.evaluate("() => probe.changes.length")

    def difference(self, name):
        """The mean difference of a picture's pixels from ours, of 255."""
        return self.page.evaluate("name => probe.difference(name)", name)


def measure(page):
    """Let the peers take turns; prints the values."""
    race = Race(page)
    random.seed(0)
    for name in PEERS[1:]:
        if not race.difference(name) < 10:
            sys.exit(f"{name} shows another picture than ours: {race.difference(name):.1f} of 255 off.")
    times, left, received, shift = {name: [] for name in PEERS}, [], 0, 0.0
    for i in range(-3, ROUNDS):
        for name in random.sample(PEERS, 3):
            race.watch(name)
            before, shift_before = race.received, page.evaluate("probe.shift")
            took = [race.press("ArrowRight" if i % 2 else "ArrowLeft") for _ in range(2)]
            if i >= 0:  # the rounds before warm up
                times[name] += took
                if name == "ours":
                    received += race.received - before
                    shift += page.evaluate("probe.shift") - shift_before
    race.watch("ours")
    for _ in range(3):
        race.slider("ours").press("Home")
        page.wait_for_timeout(500)
        left.append(race.hold(1.5))
    took = {name: median(values) for name, values in times.items()}
    print("milliseconds:", {name: round(ms) for name, ms in took.items()}, file=sys.stderr)
    print(f"explorer.times_faster_than_interact {took['interact'] / took['ours']:.2f}")
    print(f"explorer.times_faster_than_ipympl {took['ipympl'] / took['ours']:.2f}")
    print(f"explorer.p95_over_median {quantiles(times['ours'], n=20)[-1] / took['ours']:.2f}")
    print(f"explorer.kilobytes_per_update {received / len(times['ours']) / 1000:.1f}")
    print(f"explorer.layout_shift {shift:g}")
    print(f"explorer.updates_left_after_release {max(left)}")


def play(page):
    """Let the theatre play while other cells compute; prints the pictures a second."""
    theatre = page.locator(".course-explorer").last
    for name, code in OTHER_CELLS.items():
        theatre.get_by_role("button", name="Reset").press("Enter")
        theatre.get_by_role("button", name="Play", exact=True).press("Enter")
        page.wait_for_timeout(1500)  # the process that computes its pictures has started
        pictures = page.evaluate(PLAYED, BESIDE.format(seconds=SECONDS, code=code))
        print(f"explorer.theatre_pictures_per_second_beside_{name} {pictures:.1f}")


def main():
    """Start the server and the browser, measure, and end both."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = serve(Path(folder))
        try:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
            )
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            measure(page)
            play(page)
            browser.close()
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()
