"""The web book: built without a warning, and every page of it read in Chromium with the network off."""

import io
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from lab import in_chromium
from pages import barriers, chromium, served, unreadable, visit
from PIL import Image

from course_utils import _files
from course_utils.authoring import content, stored
from course_utils.publishing import site
from course_utils.questions import predictions

pytestmark = pytest.mark.slow  # most of it is making the site
ROOT = Path(__file__).resolve().parents[2]
EXTRA = "Sphinx is not installed: `pip install -e .[site]` installs it"
for module in ("sphinx", "myst_nb", "sphinx_book_theme", "sphinx_revealjs"):
    if not os.environ.get("CI"):
        pytest.importorskip(module, reason=EXTRA)

NOTEBOOKS = [path for folder in site.FOLDERS for path in content.notebooks(ROOT, folder)]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The book's folder, made by the command, which turns warnings into errors."""
    out = tmp_path_factory.mktemp("book") / "site"
    command = [sys.executable, "-m", "course_utils.cli", "site", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
    return out


class Links(HTMLParser):
    """What a page links to, and the names it has for its own places."""

    def __init__(self, path):
        super().__init__()
        self.links, self.places = [], {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.places |= {attributes.get("id"), attributes.get("name")}
        self.links += [attributes[key] for key in ("href", "src") if attributes.get(key)]


def test_every_notebook_is_a_page(book):
    assert [str(p) for p in NOTEBOOKS if not (book / p.relative_to(ROOT)).with_suffix(".html").is_file()] == []


def test_every_link_leads_somewhere(book):
    pages = {path.resolve(): Links(path) for path in book.rglob("*.html") if path.parent.name != "_static"}
    broken = []
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"(https?|data|mailto|javascript):", link):
                continue
            file, _, place = link.partition("#")
            target = (path.parent / unquote(file.partition("?")[0])).resolve() if file else path
            known = pages[target].places if target in pages else {place}
            if not target.exists() or unquote(place) not in known:
                broken.append(f"{path.relative_to(book.resolve())}: {link}")
    assert broken == []


def test_a_lesson_and_its_slides_link_to_each_other(book):
    """And a lesson's first lines to its explorer, which stands at the end."""
    for number, path in content.lessons(ROOT).items():
        lesson, deck = (Links(book / page) for page in (f"notebooks/{path.stem}.html", f"slides/{number}.html"))
        assert f"../slides/{number}.html" in lesson.links and f"../notebooks/{path.stem}.html" in deck.links
        moves = any(content.EXPLORER.search(cell.source) for cell in content.read(path).cells)
        assert ("#explorer" in lesson.links) == moves, path.name


def test_solutions_are_folded_on_their_own_pages_and_nowhere_else(book):
    for path in content.notebooks(ROOT, "solutions"):
        solutions = (book / "solutions" / f"{path.stem}.html").read_text(encoding="utf-8")
        exercises = (book / "exercises" / f"{path.stem}.html").read_text(encoding="utf-8")
        answers = [cell for cell in content.read(path).cells if cell.metadata.get("course", {}).get("role") == "answer"]
        assert solutions.count("Show the answer") == len(answers) > 0
        assert "Show the answer" not in exercises
        assert exercises.count("NotImplementedError") == sum(cell.cell_type == "code" for cell in answers)
        assert "SOLUTION" not in solutions


def test_pages_for_students_do_not_list_what_is_for_teachers(book):
    for folder in ("notebooks", "notebooks/deeper", "exercises"):
        for path in (book / folder).glob("*.html"):
            listed = [
                link for link in Links(path).links if re.search(r"solutions/|instructor_guide|grading|\bhub\.", link)
            ]
            assert listed == [], path.name
    below = Links(book / "docs" / "teaching.html").links
    assert sum("solutions/" in link for link in below) >= len(content.notebooks(ROOT, "solutions"))


@in_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_book_is_as_light_as_the_system_until_it_is_switched(book, scheme):
    with chromium() as browser:
        page = browser.new_context(color_scheme=scheme).new_page()
        page.goto((book / "docs" / "notation.html").as_uri())
        assert page.locator("html").get_attribute("data-theme") == scheme
        other = {"light": "dark", "dark": "light"}[scheme]
        page.locator(".theme-switch-button:visible").first.click()
        page.locator(f".theme-change-button[data-mode={other}]:visible").first.click()
        assert page.locator("html").get_attribute("data-theme") == other
        page.locator(".theme-switch-button:visible").first.click()
        page.locator(".theme-change-button[data-mode=auto]:visible").first.click()
        page.goto((book / "notebooks" / "02_zero_weights.html").as_uri())
        grounds = page.locator("div.text_html:has(div.course-question)").evaluate_all(
            "all => all.map(one => getComputedStyle(one).backgroundColor)"
        )
        assert {*grounds} == {"rgba(0, 0, 0, 0)"}, "no light slab in the dark"


def test_no_page_of_a_lesson_answers_in_its_source(book):
    """Each prompt knows what it has to; a reply stands there in no open text."""
    asked = {question["id"]: question for question in predictions.content()["question"]}
    for path in (path for folder in content.LESSONS for path in content.notebooks(ROOT, folder)):
        page = (book / path.relative_to(ROOT)).with_suffix(".html").read_text(encoding="utf-8")
        prompts = [cell for cell in content.read(path).cells if content.PROMPT.search(cell.source)]
        assert page.count("data-spec=") == len(prompts), path.name
        for key in re.findall(r'data-about="(\d\d-[\w-]+)"', page):
            assert not any(predictions.marked(option["reply"]) in page for option in asked[key]["option"]), key


@in_chromium
def test_a_recall_of_the_book_opens_with_a_choice(book):
    """In lesson 2, opened as a file: closed, then answered, and open after a reload."""
    ready = "document.querySelectorAll('.course-live-question').length > 5"
    with chromium() as browser, visit(browser, book / "notebooks" / "02_zero_weights.html", ready) as (page, wrong):
        recalls = page.locator("[data-ask=recall]")
        assert recalls.count() == page.get_by_text("You have not chosen yet").count() > 3
        chosen = page.locator("[data-ask=recall][data-about='02-zero-tanh']").get_by_text("You chose:")
        page.locator("[data-ask=predict][data-about='02-zero-tanh'] button").first.click()
        chosen.wait_for()
        page.reload()
        page.wait_for_function(ready)
        chosen.wait_for()
        assert chosen.count() == 1
        assert page.get_by_text("You have not chosen yet").count() == recalls.count() - 1
        assert wrong == []


def test_a_lesson_weighs_at_most_2_5_megabytes(book):
    """Uncompressed, with all its pictures and without recordings: what the page names, and what that names."""
    fonts = ("formulas.woff", "vendor/fontawesome/webfonts/fa-solid-900.woff2")
    shared = [book / "_static" / name for name in fonts] + list((book / "_static" / "explorers").glob("*.js"))
    pages = [*(book / "notebooks").glob("[01]*.html")]
    assert len(pages) == len(content.lessons(ROOT))
    for path in pages:
        named = {(path.parent / link.partition("?")[0]).resolve() for link in Links(path).links}
        fetched = {file for file in named if file.suffix in (".css", ".js", ".png", ".svg")}
        assert {"book.css", "book.js", "dark.js"} < {file.name for file in fetched}
        assert sum(file.stat().st_size for file in [path, *fetched, *shared]) < 2.5e6, path.name


def test_what_is_made_is_known_to_be_the_books(book):
    """Else it could not be made once more."""
    assert {path.relative_to(book).as_posix() for path in book.rglob("*") if path.is_file()} <= {
        *_files.claim(book, "course site"),
        *_files.OURS,
    }


def test_the_search_knows_the_lessons(book):
    index = (book / "searchindex.js").read_text(encoding="utf-8")
    assert all(word in index for word in ("twin", "saddl", "notebooks/02_zero_weights"))


def test_every_figure_has_words_and_no_words_are_left_over():
    for path in (path for folder in content.LESSONS for path in content.notebooks(ROOT, folder)):
        cells = content.read(path).cells
        drawn = [cell for cell in cells if content.pictures(cell)]
        said = [words for cell in drawn for words in content.alternatives(path, cell)]
        assert all(40 < len(text) < 700 for text in said), path.name
        figures = {cell.id for cell in drawn if not content.EXPLORER.search(cell.source)}
        assert {cell.id for cell in cells if "alt" in cell.metadata.get("course", {})} == figures, path.name


def test_a_figure_without_words_is_refused(tmp_path):
    nb = stored.read(ROOT / "notebooks" / "00_the_question.ipynb")
    next(cell for cell in nb.cells if cell.id == "data-figure").metadata.pop("course")
    path = tmp_path / "00_the_question.ipynb"
    _files.write(stored.to_text(nb), path)
    with pytest.raises(ValueError, match=r"data-figure in 00_the_question\.ipynb has no words"):
        site.page(ROOT, path)


@in_chromium
def test_a_bad_page_is_seen_to_be_bad(tmp_path):
    """Each of the things that the next tests look for, planted."""
    (tmp_path / "bad.html").write_text(
        r"""<!DOCTYPE html><title>Bad</title><script src="https://example.org/x.js"></script><script>undefined.x</script>
        <p>$$\frac{1}{2}$$ \(\sigma_w\)</p><img src="missing.png" alt="words"><img src="data:image/gif;base64,R0lGOD">
        <div class="cell_output"> </div><p style="color: #ddd; background: #fff">pale</p>""",
        encoding="utf-8",
    )
    with (
        chromium() as browser,
        visit(browser, tmp_path / "bad.html", "document.readyState === 'complete'") as (page, wrong),
    ):
        found = "\n".join(wrong + unreadable(page) + barriers(page))
    expected = ("asks for https://example.org", "did not load file:", "error: Cannot read", "raw TeX: $$", "empty: ")
    expected += ("picture without pixels: missing.png", "picture without words", "color-contrast", "image-alt")
    assert [sign for sign in expected if sign not in found] == []


# For each explorer, told by the words below it, whether a picture stands above these.
SEEN = """words => [...document.querySelectorAll('p')].filter(p => p.textContent === words)
  .map(p => Boolean(p.previousElementSibling.querySelector('.cell_output img')))"""


@in_chromium
def test_the_card_is_one_printed_page(book):
    with (
        chromium() as browser,
        visit(browser, book / "docs" / "card.html", "document.readyState === 'complete'") as card,
    ):
        card[0].evaluate("document.fonts.ready.then(() => true)")
        assert len(re.findall(rb"/Type ?/Page\b", card[0].pdf(format="A4"))) == 1


@in_chromium
def test_every_page_can_be_read_without_a_network(book):
    """Formulas, pictures, outputs are there, nothing is asked for; axe-core reads code and formulas on a few pages."""
    problems, live = {}, []
    with chromium() as browser:
        for path in sorted(book.rglob("*.html")):
            name = path.relative_to(book)
            if name.parts[0] in ("_static", "slides") or path.stem in ("genindex", "search"):
                continue
            with visit(browser, path, "document.readyState === 'complete'") as (page, wrong):
                page.evaluate("document.fonts.ready.then(() => true)")
                page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
                found = wrong + unreadable(page)
                if name.parts[0] not in ("exercises", "solutions") or path.stem.startswith("02"):
                    found += barriers(page, () if path.stem.startswith("02") else ("pre", "math"))
                live += (here := page.evaluate(SEEN, site.LIVE.strip("*")))
                found += ["an explorer without its picture"] * here.count(False)
                if found:
                    problems[str(name)] = found
    paths = [path for folder in content.LESSONS for path in content.notebooks(ROOT, folder)]
    cells = [cell for path in paths for cell in content.read(path).cells]
    assert len(live) == sum(bool(content.EXPLORER.search(cell.source)) for cell in cells) > 5
    assert problems == {}


# What a page shows on a screen: how much wider it is than that, and canvases whose pixels are not the screen's.
SHOWN = """() => [document.documentElement.scrollWidth - innerWidth, [...document.querySelectorAll('canvas')].filter(
  c => c.clientWidth && ['Width', 'Height'].some(
    side => Math.abs(c[side.toLowerCase()] - c[`client${side}`] * devicePixelRatio) > 1)).length]"""
ALIVE = """() => [...document.querySelectorAll('[data-explorer]')].every(e => e.querySelector('canvas')?.width > 300)
  && [...document.images].every(i => i.complete && (document.documentElement.dataset.theme !== 'dark'
    || !i.matches('.cell_output img, .bd-article img') || i.hidden || i.matches('.dark-light') || !i.clientWidth))"""
FIRST = "document.querySelector('.course-explorer, article').scrollIntoView()"


def slabs(screenshot, dark):
    """Where squares of 24 pixels are all white on a dark page, or all black on a light one: [(row, column), ...]."""
    pixels = np.asarray(Image.open(io.BytesIO(screenshot)).convert("RGB"))
    rows, columns = (size // 24 for size in pixels.shape[:2])
    strange = pixels.min(axis=2) > 200 if dark else pixels.max(axis=2) < 60
    squares = strange[: 24 * rows, : 24 * columns].reshape(rows, 24, columns, 24).all(axis=(1, 3))
    return [(24 * int(row), 24 * int(column)) for row, column in np.argwhere(squares)]


@in_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_every_screen(book, scheme, tmp_path_factory):
    """At three widths and two densities, with pictures kept to be looked at: nothing cut, blurred, or left white."""
    folder, problems = tmp_path_factory.mktemp(f"screens_{scheme}"), {}
    with served(book) as address, chromium() as browser:
        for density in 1, 2:
            page = browser.new_page(color_scheme=scheme, device_scale_factor=density)
            for name in ("index.html", "notebooks/02_zero_weights.html", "solutions/02_zero_weights.html"):
                page.goto(address + name)
                for width in 390, 800, 1440:
                    page.set_viewport_size({"width": width, "height": 900})
                    page.wait_for_function(ALIVE)
                    page.evaluate(FIRST)
                    page.wait_for_timeout(150)  # until what has changed its size is drawn
                    wider, blurred = page.evaluate(SHOWN)
                    whole = (width, density) == (800, 1)
                    file = folder / f"{name.replace('/', '_')}_{width}_{density}.png"
                    found = slabs(page.screenshot(path=file, full_page=whole), scheme == "dark")
                    if wider > 0 or blurred or found:
                        problems[file.name] = f"{wider} too wide, {blurred} blurred, slabs at {found[:3]}"
            page.close()
    assert problems == {}


@in_chromium
def test_picture_sentence_and_play_are_seen_together(book):
    """On a screen of 960 x 600, in each explorer of the front page and two lessons."""
    with served(book) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 960, "height": 600})
        for name in ("index.html", "notebooks/02_zero_weights.html", "notebooks/05_linear_region.html"):
            page.goto(address + name)
            page.wait_for_function(ALIVE)
            for explorer in page.locator(".course-explorer").all():
                top = explorer.bounding_box()["y"]
                sentence = explorer.locator(".course-sentence").bounding_box()
                assert sentence["y"] + sentence["height"] - top <= 600, name
