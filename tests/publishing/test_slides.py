"""The slides: every deck in Chromium with the network off, every slide measured, every note in its place."""

import os
import re
import subprocess
import sys
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from math import e, exp, log
from pathlib import Path
from threading import Thread

import pytest
from lab import in_chromium
from pages import barriers, chromium, unreadable, visit

from course_utils.authoring import content
from course_utils.questions import predictions

if not os.environ.get("CI"):
    for module in ("markdown_it", "mdit_py_plugins", "sphinx_revealjs"):
        pytest.importorskip(module, reason="Sphinx is not installed: `pip install -e .[site]` installs it")

from course_utils.publishing import slides  # needs what was asked for above only when it is used

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "instructor_guide.md"
LESSONS = content.lessons(ROOT)

# For each slide: its height, by how much anything in it is too wide, its scale, the size of its code, whether it would
# be empty but for its title when it comes up, and its first words.
MEASURE = """() => [...document.querySelectorAll('.slides section:not(.stack)')].map(slide => {
  const stack = slide.closest('.stack') ?? slide;
  const kept = [slide.style.cssText, stack.style.cssText, slide.hidden, stack.hidden];
  slide.hidden = stack.hidden = false;
  slide.style.display = stack.style.display = 'block';
  const page = slide.querySelector('.page');
  const wide = [...page.querySelectorAll('*:not(mjx-assistive-mml, mjx-assistive-mml *)')]
    .filter(part => getComputedStyle(part).display !== 'inline')
    .map(part => part.clientWidth ? part.scrollWidth - part.clientWidth : 0);
  const code = [...page.querySelectorAll('pre')].map(pre => parseFloat(getComputedStyle(pre).fontSize));
  const blocks = [...page.children].filter(block => !block.matches('.continued'));
  const found = {height: page.offsetHeight, wide: Math.max(0, ...wide), scale: parseFloat(page.style.fontSize),
    code: Math.min(99, ...code), late: !blocks.some(block => !block.matches('.fragment')),
    shows: page.textContent.trim().slice(0, 50)};
  [slide.style.cssText, stack.style.cssText, slide.hidden, stack.hidden] = kept;
  return found;
})"""

# An index or exponent on the line: 2^32 would be read as 232.
FLAT = """() => [...document.querySelectorAll('.page :is(sub, sup)')]
  .filter(e => getComputedStyle(e).verticalAlign === 'baseline').map(e => `on the line: ${e.textContent}`)"""


# All slides at once, one below the other, and nothing over them: axe-core looks only at what is shown.
SHOW_ALL = """() => {
  for (const over of document.querySelectorAll('.reveal > :not(.slides)')) over.remove();
  const style = document.createElement('style');
  style.textContent = `.reveal .slides, .reveal .slides section { display: block !important; opacity: 1 !important;
      position: static !important; transform: none !important; visibility: visible !important;
      height: auto !important; }
    .reveal, html, body { overflow: visible !important; height: auto !important; }
    .fragment { opacity: 1 !important; visibility: visible !important; }`;
  document.head.append(style);
  for (const slide of document.querySelectorAll('section')) {
    slide.hidden = false;
    slide.removeAttribute('aria-hidden');
  }
}"""


def ashamed(slide):
    """Whether a lecturer would be ashamed of a slide that was measured."""
    return slide["height"] > 720 or slide["wide"] > 2 or slide["scale"] < 0.8 or slide["code"] < 16 or slide["late"]


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    """The folder with the decks of all lessons, made by the command."""
    out = tmp_path_factory.mktemp("slides")
    command = [sys.executable, "-m", "course_utils.cli", "slides", "all", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_there_is_a_deck_for_each_lesson(decks):
    assert sorted(path.stem for path in decks.glob("*.html")) == list(LESSONS)


@in_chromium
def test_every_deck_shows_all_of_itself_without_a_network(decks):
    """No slide overflows 1280 x 720, is set too small or begins empty; formulas, pictures and words as in the book."""
    problems = {}
    with chromium() as browser:
        for number in LESSONS:
            ready = "document.documentElement.dataset.deck === 'ready'"
            with visit(browser, decks / f"{number}.html", ready) as (page, wrong):
                measured = page.evaluate(MEASURE)
                found = wrong + [str(slide) for slide in measured if ashamed(slide)] + page.evaluate(FLAT)
                found += unreadable(page)
                if number == "02":
                    page.evaluate(SHOW_ALL)
                    found += barriers(page, sure=True)
                if len(measured) < 10:
                    found.append(f"only {len(measured)} slides")
                if found:
                    problems[number] = found
    assert problems == {}


@in_chromium
def test_a_slide_that_is_too_full_is_parted(decks, tmp_path):
    """The measure above sees an overflow: text of two pages on a slide, and deck.js kept from parting it."""
    deck = (decks / "00.html").read_text(encoding="utf-8")
    long = "<section><section>" + "<p>word</p>" * 60 + "</section></section>\n</div></main>"
    (tmp_path / "static").symlink_to(decks / "static")
    (tmp_path / "long.html").write_text(re.sub(r"</div></main>", long, deck), encoding="utf-8")
    with (
        chromium() as browser,
        visit(browser, tmp_path / "long.html", "document.documentElement.dataset.deck === 'ready'") as (page, _),
    ):
        words = [s for s in page.evaluate(MEASURE) if "wordword" in s["shows"]]
        assert len(words) > 1 and all(s["height"] <= 720 for s in words)
        page.add_style_tag(content=".page { font-size: 60px !important; }")
        assert any(s["height"] > 720 for s in page.evaluate(MEASURE))


@in_chromium
def test_a_deck_is_printed(decks):
    slides.print_pdf({decks / "00.html": decks / "00.pdf"})
    pdf = (decks / "00.pdf").read_bytes()
    assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type ?/Page\b", pdf)) >= 10


@in_chromium
def test_the_steps_of_a_proof_come_one_by_one(decks):
    with (
        chromium() as browser,
        visit(browser, decks / "02.html", "document.documentElement.dataset.deck === 'ready'") as (page, _),
    ):
        proof = page.locator("section:has(h3:text('twins')) .page")
        assert proof.locator("li.fragment").count() == 4
        assert page.locator(".prompt:has-text('Your prediction?')").count() >= 5


# ---- decks for the room, by the guide's plans ----

PLANS = slides.plans(ROOT)
# For each slide: its number of pictures and explorers, code, and the smallest letters of what is read.
ROOM = """() => [...document.querySelectorAll('.slides section:not(.stack)')].map(slide => {
  const texts = slide.querySelectorAll('.page :is(h1, h2, p, li, td, th, blockquote)');
  const read = [...texts].filter(e => e.textContent.trim());
  return {pictures: slide.querySelectorAll('.page img').length, code: slide.querySelectorAll('.page pre').length,
    least: Math.min(...read.map(e => parseFloat(getComputedStyle(e).fontSize))),
    shows: slide.textContent.trim().slice(0, 50)};
})"""
# Formulas in notes that need letters or hidden words from outside, which the speaker's window does not have.
NOTES = """() => [...document.querySelectorAll('aside.notes mjx-container')].filter(formula => {
  const own = new Set([...formula.querySelectorAll('defs [id]')].map(letter => '#' + letter.id));
  const used = [...formula.querySelectorAll('use')].map(use => use.href.baseVal);
  return formula.querySelector('mjx-assistive-mml') || !used.every(letter => own.has(letter));
}).length"""
# On a phone: what is cut at an edge (what scrolls by itself is not), with the marks of lists; bold that is not bold.
CUT = """() => [...document.querySelectorAll('.slides section *')].filter(e => {
  if (e.closest('aside, svg, mjx-assistive-mml') || !e.checkVisibility()) return false;
  const box = e.getBoundingClientRect(), list = e.matches('li') ? 17 : 0;
  const scrolls = e.parentElement.closest('.formula, pre, table, .course-choices, .course-row');
  return box.left < list || (box.right > innerWidth && !(scrolls && getComputedStyle(scrolls).overflowX === 'auto'))
    || (e.matches('strong, b') && getComputedStyle(e).fontWeight < 600);
}).map(e => `${e.tagName} ${e.className}: ${e.textContent.slice(0, 40)}`)"""
HIDDEN = """() => [...document.querySelectorAll('section p, section li')].filter(e =>
  !e.closest('aside') && e.textContent.trim() && !e.checkVisibility({opacityProperty: true})).length"""


@pytest.fixture(scope="module")
def rooms(decks):
    """{minutes: the deck of that plan}, explorers as pictures, beside the decks of the lessons."""
    found = {minutes: decks / f"plan-{minutes}.html" for minutes in PLANS}
    for minutes, path in found.items():
        path.write_text(slides.plan_deck(ROOT, minutes), encoding="utf-8")
    return found


@pytest.mark.parametrize("minutes", PLANS)
def test_a_plan_has_its_minutes_and_every_place_is_there(minutes):
    assert sum(part[0] for part in PLANS[minutes]) == minutes
    assert "<section>" in slides.plan_deck(ROOT, minutes)


def test_a_plan_that_names_what_is_not_there_is_refused(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    (tmp_path / "docs" / "instructor_guide.md").write_text("### 5 minutes\n\n| 5 | what | where |\n\n## End\n")
    for place, said in {
        "00 nowhere": "has no cell nowhere",
        "00 title: 99": "names 99",
        "00 title: 7.9": "names 7.9",
        "00 prequiz: 11": "names T11",
        "77 title": "is no place",
        "00 setup": "shows no text, picture",
    }.items():
        (tmp_path / "docs" / "plans.toml").write_text(f'5 = [[{{title = "t", show = ["{place}"]}}]]\n')
        with pytest.raises(ValueError, match=said):
            slides.plan_deck(tmp_path, 5)
    with pytest.raises(ValueError, match="no plan of 7 minutes: choose 5"):
        slides.plan_deck(tmp_path, 7)
    (tmp_path / "docs" / "plans.toml").write_text("5 = [[], []]\n")
    with pytest.raises(ValueError, match="2 parts of 5 minutes, the guide's table 1 rows"):
        slides.plans(tmp_path)


ROW = re.compile(r"^\| \d+ \| .+? \| (.+) \|$", re.MULTILINE)


@pytest.mark.parametrize("minutes", PLANS)
def test_a_plan_shows_each_section_of_its_row_with_the_guides_note(minutes):
    """What the table calls a part's sections, slides show; and the speaker reads what to ask, and each reply."""
    said = {number: slides.notes(GUIDE, int(number)) for number in LESSONS}
    table = GUIDE.read_text(encoding="utf-8").split(f"### {minutes} minutes")[1].split("\n## ")[0].split("\n### ")[0]
    shown = re.findall("<section><section>(.*?)</section></section>", slides.plan_deck(ROOT, minutes), re.DOTALL)
    bodies, notes = zip(*(re.split('<aside class="notes">', slide, maxsplit=1) for slide in shown))
    slide = 0
    for where, part in zip(ROW.findall(table), PLANS[minutes], strict=True):
        first, slide = slide, slide + len(part[2])
        lesson, names = re.fullmatch(r"(?:lesson (\d): )?(.+)", where.replace(" in full", "")).groups()
        for name in names.split(", "):
            note = said[f"{int(lesson or name.split('.')[0]):02}"][name][-1]
            assert note in "".join(notes[first:slide]), f"{name}: no slide of it"
    assert [body for body, note in zip(bodies, notes) if len(note) < 100] == []
    asked = {q["text"]: [option["reply"] for option in q["option"]] for q in predictions.content()["question"]}
    votes = 0
    for text, replies in asked.items():
        for body, note in zip(bodies, notes):
            if predictions.marked(text)[:80] in body:
                assert all(predictions.marked(reply) in note for reply in replies)
                votes += 1
    assert votes >= 5


@pytest.mark.parametrize("minutes", PLANS)
def test_no_line_of_a_plan_begins_with_the_comma_after_a_formula(minutes):
    shown = re.sub('<span class="together">.*?</span>[.,;:!?)]+</span>', "", slides.plan_deck(ROOT, minutes))
    bodies = re.sub('<aside class="notes">.*?</aside>', "", shown, flags=re.DOTALL)
    assert re.findall(r"\\\)</span>[.,;:]", bodies) == []


@in_chromium
@pytest.mark.parametrize("minutes", PLANS)
def test_a_deck_for_the_room_can_be_read_and_shown_in_its_time(rooms, minutes):
    ready = "document.documentElement.dataset.deck === 'ready'"
    with chromium() as browser, visit(browser, rooms[minutes], ready) as (page, wrong):
        measured, room = page.evaluate(MEASURE), page.evaluate(ROOM)
        assert wrong + unreadable(page) + page.evaluate(FLAT) == []
        assert [str(slide) for slide in measured if slide["height"] > 720 or slide["wide"] > 2 or slide["late"]] == []
        assert 10 < len(room) <= 1.2 * minutes
        assert [slide for slide in room if slide["code"] or slide["least"] < 28] == []
        assert sum(slide["pictures"] > 0 for slide in room) >= 0.4 * len(room)
        assert page.locator("aside.notes mjx-container").count() > 20 and page.evaluate(NOTES) == 0


@in_chromium
def test_on_a_phone_a_deck_is_one_page_to_scroll(rooms):
    ready = "document.documentElement.dataset.deck === 'ready'"
    with chromium() as browser, visit(browser, rooms[50], ready, width=390, height=800) as (page, wrong):
        assert wrong == []
        assert page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)") <= 390
        assert page.evaluate(CUT) == []
        assert page.evaluate("document.documentElement.scrollHeight") > 8000
        assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('section li')).fontSize)") >= 16
        assert page.evaluate(HIDDEN) == 0
        assert barriers(page) == []


@in_chromium
def test_an_explorer_is_live_where_the_deck_is_served(tmp_path):
    slides.make_plan(ROOT, 50, tmp_path)
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    handler.log_message = lambda *_: None
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, chromium() as browser:
        Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme="dark")
        refused = []
        page.on("console", lambda message: message.type == "error" and refused.append(message.text))
        page.goto(f"http://127.0.0.1:{server.server_port}/plan-50.html")
        page.wait_for_selector("html[data-deck=ready]", timeout=60_000)
        assert page.locator(".course-explorer").count() == 1
        slide = page.locator("section:has(> .page .explorer)")
        h, v = slide.evaluate("slide => Object.values(Reveal.getIndices(slide))")[:2]
        page.evaluate(f"Reveal.slide({h}, {v})")
        box = page.locator(".course-explorer").bounding_box()
        assert box["height"] > 300 and box["y"] + box["height"] <= 720
        assert refused == []  # not even an icon
        grounds = "e => [e, document.documentElement].map(e => getComputedStyle(e).backgroundColor)"
        assert page.locator(".course-explorer").evaluate(grounds) == ["rgb(255, 255, 255)"] * 2  # in a dark room, too
        server.shutdown()


@pytest.mark.parametrize("number", LESSONS)
def test_every_note_of_the_guide_belongs_to_a_section(number):
    nb = content.read(LESSONS[number])
    found = slides.notes(GUIDE, int(number))
    sections = slides.sections(nb)
    assert {"Start", "Recap"} <= set(found)
    assert [key for key in found if key not in sections] == []
    untold = [key for key in sections if slides.NUMBER.match(key) and key not in found]
    assert len(untold) <= 3, untold  # "Explore" and the like
    for minutes, _, said in found.values():
        assert 1 <= minutes <= 20
        assert all(word in said for word in ("Ask:", "They say:", "Answer:"))


def test_the_answers_of_the_exam_are_right():
    text = GUIDE.read_text(encoding="utf-8").split("## Exam questions")[1]
    h = Fraction(1, 2), Fraction(4, 5)
    residual = h[0] - h[1]
    delta = residual * (1 - h[0] ** 2), -residual * (1 - h[1] ** 2)
    for number in (residual, *delta, residual * h[0], residual * h[1]):
        sign = "-" * (number < 0)
        assert rf"{sign}\tfrac{{{abs(number.numerator)}}}{{{number.denominator}}}" in text
    step = 0.1 * 0.2
    assert "1.6e-6" in text and abs(step**4 / 0.1 - 1.6e-6) < 1e-12
    assert "2e-9" in text and f"{0.5**29:.0e}" == "2e-09"
    shares = 0.9, 0.1
    entropy = -sum(share * log(share) for share in shares)
    assert f"{entropy:.2f}; $\\ln 2 \\approx {log(2):.2f}$" in text
    assert f"\\ln 99 \\approx {log(99):.1f}" in text and abs((1 / (1 + exp(-log(99)))) ** 100 - 1 / e) < 0.003
