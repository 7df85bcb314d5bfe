"""How soon and how well the web book answers a hand: one `name value` a line, and again with a slow line and processor.

Run it with nothing else running, with Chromium, Playwright and the extra `site`: `python benchmarks/book.py [FOLDER]`.
FOLDER holds the book, as `course site` makes it; without it one is made. A server of this file's own gives it out over
loopback, compressing nothing, to a browser with an empty cache; then to one behind "Fast 4G", as Chromium's developer
tools have it (8.1 Mbit/s down, 1.35 up, 165 ms more a request), whose processor is four times as slow.

book.first_interaction_s   from the address of lesson 5 to other pixels of its explorer, whose slider is moved once it
                           is there: median of 5
book.key_to_pixels_ms      from a key on that slider, inside the recording, to other pixels: median of 40
book.live_after_s          from the first touch beyond the recording to a picture of the page's own Python: median of 3
book.recordings_mb         all recordings; book.first_view_mb: most that one explorer fetches before it is touched
book.worker_mb             what Python in the page fetches; book.page_mb: most that a lesson fetches without recordings
"""

import functools
import http.server
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from course_utils import _programs, explorers

CHROMIUM = _programs.find(*_programs.CHROMIUM)
LESSON, SLIDER = "notebooks/05_linear_region.html", ".course-explorer input[type=range]"  # the first: sigma_w
BEYOND = "bias scale σb"  # is not recorded
FAST_4G = {"offline": False, "latency": 165, "downloadThroughput": 8.1e6 / 8, "uploadThroughput": 1.35e6 / 8}
SLOWER = 4
LOADS, KEYS, STARTS = 5, 40, 3
MEGA = 1e6

# Says when pixels of a slider's picture have changed after an event of a kind on it: in milliseconds from the event,
# and from the page's beginning. A frame is looked at when all its callbacks have run: it shows what one of them draws.
PROBE = """(slider, kind) => new Promise(done => {
  const picture = slider.closest('.course-explorer').querySelector('canvas');
  const pen = new OffscreenCanvas(180, 80).getContext('2d', {willReadFrequently: true});
  const look = () => {
    pen.fillStyle = 'white'; pen.fillRect(0, 0, 180, 80); pen.drawImage(picture, 0, 0, 180, 80);
    return pen.getImageData(0, 0, 180, 80).data;
  };
  let last = look(), begun = 0;
  slider.addEventListener(kind, event => { begun = event.timeStamp; last = look(); }, {once: true, capture: true});
  const drawn = new MessageChannel(), frame = () => { drawn.port2.postMessage(null); };
  drawn.port1.onmessage = () => {
    const now = look();
    if (begun && now.some((value, i) => value !== last[i])) done([performance.now() - begun, performance.now()]);
    else requestAnimationFrame(frame);
  };
  frame();
})"""
# Moves the first slider to its end as soon as it is there, without the time that Playwright takes.
FIRST = """window.first = new Promise(done => {
  (function wait() {
    const slider = document.querySelector(SLIDER);
    if (!slider) { requestAnimationFrame(wait); return; }
    PROBE(slider, 'input').then(done);
    slider.value = slider.max;
    slider.dispatchEvent(new Event('input', {bubbles: true}));
  })();
});""".replace("PROBE", f"({PROBE})")
# The bytes of what the page has fetched, by the path of each address; a worker counts what it fetches itself.
FETCHED = """() => Object.fromEntries(performance.getEntriesByType('resource').concat(
  performance.getEntriesByType('navigation')).map(one => [new URL(one.name).pathname, one.encodedBodySize]))"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that says nothing, and keeps connections open."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing."""


class Visit:
    """A page of the book in a browser that has been nowhere."""

    def __init__(self, browser, address, slow):
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.context.add_init_script(FIRST.replace("SLIDER", repr(SLIDER)))
        self.page = self.context.new_page()
        session = self.context.new_cdp_session(self.page)
        if slow:
            session.send("Network.enable")
            session.send("Network.emulateNetworkConditions", FAST_4G)
            session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        self.page.set_default_timeout(120_000)
        self.page.goto(f"{address}/{LESSON}", wait_until="commit")
        self.first = self.page.evaluate("window.first")[1] / 1000
        self.slider = self.page.locator(SLIDER).first

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def press(self, key):
        """Milliseconds from the key to other pixels."""
        self.slider.focus()
        self.slider.evaluate("(slider, probe) => { window.changed = eval(probe)(slider, 'keydown'); }", PROBE)
        self.page.keyboard.press(key)
        return self.page.evaluate("window.changed")[0]


def measure(browser, address, name, slow=False):
    """Print the times."""
    first, keys, starts = [], [], []
    for _ in range(LOADS):
        with Visit(browser, address, slow) as visit:
            first.append(visit.first)
            if len(first) == LOADS:
                visit.page.wait_for_load_state("networkidle")
                for i in range(KEYS):
                    keys.append(visit.press("Home" if i % 2 == 0 else "End"))
                    visit.page.wait_for_timeout(100)
    for _ in range(STARTS):
        with Visit(browser, address, slow) as visit:
            visit.page.wait_for_load_state("networkidle")
            live = visit.page.locator(".course-explorer").first
            begun = time.perf_counter()
            live.get_by_role("slider", name=BEYOND, exact=True).press("ArrowRight")
            visit.page.get_by_text("Python is starting").first.wait_for()
            visit.page.wait_for_function(
                "() => !document.querySelector('main, body').textContent.includes('Python is starting')"
            )
            starts.append(time.perf_counter() - begun)
    print(f"{name}.first_interaction_s {median(first):.2f}")
    print(f"{name}.key_to_pixels_ms {median(keys):.1f}")
    print(f"{name}.live_after_s {median(starts):.2f}", flush=True)


def weigh(browser, address, book):
    """Print how much is fetched."""
    live, viewed, pages = book / "_static" / "explorers", 0, 0
    for name in explorers.NAMES:
        viewed = max(viewed, sum((live / name / file).stat().st_size for file in ("index.json", "first.bin")))
    for path in sorted((book / "notebooks").glob("[0-9]*.html")):
        page = browser.new_context().new_page()
        page.goto(f"{address}/{path.relative_to(book)}", wait_until="networkidle")
        fetched = page.evaluate(FETCHED)
        pages = max(pages, sum(size for file, size in fetched.items() if not file.endswith((".bin", "/index.json"))))
        page.context.close()
    recordings = sum(p.stat().st_size for name in explorers.NAMES for p in (live / name).iterdir())
    print(f"book.recordings_mb {recordings / MEGA:.2f}")
    print(f"book.first_view_mb {viewed / MEGA:.3f}")
    print(f"book.worker_mb {sum(p.stat().st_size for p in (live / 'python').iterdir()) / MEGA:.2f}")
    print(f"book.page_mb {pages / MEGA:.2f}", flush=True)


def main():
    """Make the book if there is none, serve it, measure."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        book = Path(sys.argv[1] if len(sys.argv) > 1 else Path(folder, "book")).resolve()
        if not book.is_dir():
            made = [sys.executable, "-m", "course_utils.cli", "site", "--out", str(book)]
            subprocess.run(made, cwd=Path(__file__).parents[1], check=True, stdout=sys.stderr)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=book))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        measure(browser, address, "book")
        measure(browser, address, "book.slow", slow=True)
        weigh(browser, address, book)
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
