"""Read pages in Chromium with the network off: what does not load, what is not said, what cannot be seen."""

import contextlib
import functools
import http.server
import importlib.util
import threading
from pathlib import Path

from lab import CHROMIUM

# What a reader sees of a formula that was not set: TeX's own marks, in text that is no code.
RAW_TEX = r"""() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (/\$\$|\\\(|\\\[|\\(frac|mathbb|mathcal|sigma|varphi|delta)\b/.test(node.data)
        && !node.parentElement.closest('pre, code, script, style, mjx-container'))
      found.push(node.data.trim().slice(0, 60));
  return found;
}"""
UNSET = r"""() => [...document.querySelectorAll('mjx-merror, [data-mjx-error], math')]
  .filter(e => e.localName !== 'math' || /[\\^_]|^\s*$/.test(e.textContent))
  .map(e => `not set: ${e.textContent.slice(0, 60)}`)"""
PICTURES = """() => [...document.images].filter(i => !(i.complete && i.naturalWidth) || !i.alt)
  .map(i => `picture without ${i.alt ? 'pixels' : 'words'}: ${(i.getAttribute('src') || '').slice(0, 60)}`)"""
EMPTY = """() => [...document.querySelectorAll('.cell_output, pre.printed')]
  .filter(o => !o.textContent.trim() && !o.querySelector('img')).map(o => `empty: ${o.parentElement.className}`)"""
AXE = """async ([but, sure, only]) => {
  for (const part of but.length ? document.querySelectorAll(but) : []) part.replaceChildren();
  const found = await axe.run(only ?? document, {resultTypes: ['violations'], preload: false});
  const unknown = found.incomplete.filter(v => sure && v.id === 'color-contrast').map(v => ({...v, impact: 'unknown'}));
  return found.violations.filter(v => ['serious', 'critical'].includes(v.impact)).concat(unknown).map(v =>
    `${v.impact}: ${v.id} at ${v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')} (${v.nodes.length})`);
}"""


@contextlib.contextmanager
def chromium():
    """A browser that reaches nothing but files."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder):
    """The address of a server of this folder's files."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextlib.contextmanager
def visit(browser, path, ready, width=1280, height=720, scheme="light"):
    """A page of the browser that shows a file, once `ready` holds in it, and a list: what went wrong so far."""
    # What we add to look at it, no policy of the page's own may refuse.
    page = browser.new_page(viewport={"width": width, "height": height}, bypass_csp=True, color_scheme=scheme)
    wrong = []
    page.route(lambda url: not url.startswith(("file:", "data:", "blob:")), lambda route: route.abort())
    page.on("request", lambda r: r.url.startswith(("file:", "data:", "blob:")) or wrong.append(f"asks for {r.url}"))
    page.on("requestfailed", lambda r: wrong.append(f"did not load {r.url}"))
    page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.goto(Path(path).as_uri())
    page.add_style_tag(content="* { animation: none !important; transition: none !important; }")
    page.wait_for_function(ready, timeout=60_000)
    yield page, wrong
    page.close()


def unreadable(page):
    """Formulas not set, pictures without pixels or words, empty outputs."""
    found = [f"raw TeX: {text}" for text in page.evaluate(RAW_TEX)] + page.evaluate(UNSET)
    return found + page.evaluate(PICTURES) + page.evaluate(EMPTY)


def barriers(page, but=(), sure=False, only=None):
    """What axe-core calls serious or critical; if `sure`, also where it cannot tell the contrast.

    What the selectors `but` find is emptied before, which saves much time. `only`: look there.
    """
    axe = importlib.util.find_spec("axe_playwright_python").submodule_search_locations[0]
    page.add_script_tag(path=Path(axe, "axe.min.js"))
    return page.evaluate(AXE, [list(but), sure, only])
