"""Questions where they are clicked: in JupyterLab beside a kernel that is busy, and in the book, which has none."""

import json
import time

import pytest
from lab import BUSY, IDLE, in_chromium, jupyterlab, run_all
from pages import barriers, chromium, served

from course_utils import _browser, questions
from course_utils.questions import predictions, widget

pytestmark = in_chromium
LATER, NOW = "02-zero-tanh", "02-dropout"
FOUND = dict.fromkeys([f"T{i}" for i in range(1, 11)], "false") | {"T8": "half true"}
CELLS = [
    "from course_utils.questions import predict, prequiz, recall, verdicts",
    "prequiz()",
    f'predict("{LATER}")',
    f'recall("{LATER}")',
    f'predict("{NOW}")',
    f"verdicts({FOUND})",
]
KERNEL = "jupyterapp.shell.currentWidget.context.sessionContext.session.kernel"
# Clicks a button, and says how long it took until the page showed it, in milliseconds, and what then stands there.
CLICK = """button => new Promise(done => {
  const begin = performance.now();
  button.click();
  requestAnimationFrame(() => setTimeout(() => done([
    performance.now() - begin, button.ariaPressed, button.closest('.course-asked').innerText,
  ])));
})"""


def question(key):
    return next(q for q in predictions.content()["question"] if q["id"] == key)


def right(key):
    return next(option for option in question(key)["option"] if option.get("right"))


def wrong(key):
    return next(option for option in question(key)["option"] if not option.get("right"))


def prompt(page, ask, about=""):
    return page.locator(f'.course-live-question[data-ask="{ask}"][data-about="{about}"]')


def option(page, key, text):
    return prompt(page, "predict", key).get_by_role("button", name=text, exact=True)


@pytest.fixture
def browser():
    with chromium() as browser:
        yield browser


def test_in_the_lab_a_click_shows_at_once_beside_a_busy_kernel_and_is_kept(tmp_path, browser):
    """After Run All the recall is closed; a click opens it while a cell runs, and the kernel stores it afterwards."""
    kept = tmp_path / "kept" / "answers.json"
    with jupyterlab(tmp_path, CELLS, {"COURSE_WORK": str(kept.parent)}) as address:
        page = browser.new_page(viewport={"width": 1000, "height": 1000})
        page.set_default_timeout(60_000)
        run_all(page, address)
        recall, last, first = prompt(page, "recall", LATER), right(LATER), wrong(LATER)
        recall.get_by_text("You have not chosen yet").wait_for()
        assert last["reply"] not in page.inner_text("body") and first["reply"] not in page.inner_text("body")
        recall.get_by_role("button", name="Back to the question").click()
        assert page.evaluate("document.activeElement.closest('.course-question').dataset.ask") == "predict"

        page.wait_for_function(IDLE)
        busy = page.evaluate_handle(f"code => ({{done: {KERNEL}.requestExecute({{code}}).done}})", BUSY)
        for key in first, last:
            took, pressed, text = option(page, LATER, key["text"]).evaluate(CLICK)
            assert took < 200 and pressed == "true" and "Noted." in text and key["reply"] not in text
        took, _, text = option(page, NOW, right(NOW)["text"]).evaluate(CLICK)
        assert took < 200 and f"Yes. {right(NOW)['reply']}" in text
        judged = prompt(page, "prequiz").get_by_role("group", name="T3").get_by_role("button", name="false", exact=True)
        assert judged.evaluate(CLICK)[0] < 200
        for words in f"You chose: {last['text']}", last["reply"], f"Your first choice was: {first['text']}":
            assert words in recall.inner_text()
        assert (
            "At first 1 of 9 as found, at last 1."
            in prompt(page, "verdicts", json.dumps(FOUND).replace('"', '\\"')).inner_text()
        )
        assert not kept.exists(), "the kernel was busy all the time"
        busy.evaluate("busy => busy.done")

        deadline, expected = time.monotonic() + 30, {LATER: 2, NOW: 1, "T3": 1}
        while not kept.exists() or {k: len(v) for k, v in json.loads(kept.read_text()).items()} != expected:
            assert time.monotonic() < deadline, kept.exists() and kept.read_text()
            page.wait_for_timeout(50)
        assert [c["choice"] for c in json.loads(kept.read_text())[LATER]] == [first["key"], last["key"]]
        assert barriers(page, only=".course-question") == []

        page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
        page.reload()
        page.wait_for_function(IDLE)
        recall.get_by_text("You chose:").wait_for()  # alive again, with what is kept
        page.evaluate(f"() => {KERNEL}.restart()")
        option(page, LATER, first["text"]).click()
        prompt(page, "predict", LATER).get_by_text("The kernel has ended").wait_for()
        notebook = json.loads((tmp_path / "work" / "cells.ipynb").read_text())
        assert last["reply"] not in json.dumps(notebook, ensure_ascii=False), "what is stored does not answer"


@pytest.fixture
def book(tmp_path):
    """The address of a page as the book has them."""
    asked = [questions.prequiz(), questions.predict(LATER), questions.recall(LATER), questions.verdicts(FOUND)]
    script = _browser.script(widget.FRONT, "question", "book")
    body = "".join(predictions.with_spec(one.html) for one in asked)
    style = (widget.FRONT / "question.css").read_text(encoding="utf-8")
    (tmp_path / "page.html").write_text(
        f'<!DOCTYPE html><html lang="en"><title>Questions</title><link rel="icon" href="data:,"><style>{style}</style>'
        f"<script>(() => {{{script}}})()</script><main><h1>Questions</h1>{body}</main>",
        encoding="utf-8",
    )
    with served(tmp_path) as address:
        yield f"{address}page.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_book_a_recall_opens_with_a_choice_and_is_open_after_a_reload(book, browser, scheme):
    page = browser.new_page(viewport={"width": 390, "height": 900}, color_scheme=scheme)
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(book)
    page.add_style_tag(content=":root { color-scheme: light dark; }")
    recall, last = prompt(page, "recall", LATER), right(LATER)
    assert "You have not chosen yet" in recall.inner_text() and last["reply"] not in page.content()
    took, pressed, _ = option(page, LATER, last["text"]).evaluate(CLICK)
    assert took < 200 and pressed == "true" and last["reply"] in recall.inner_text()
    assert barriers(page) == []
    page.goto(book)
    assert f"You chose: {last['text']}" in recall.inner_text()
    assert option(page, LATER, last["text"]).get_attribute("aria-pressed") == "true"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw Error(); }; }")
    option(page, LATER, wrong(LATER)["text"]).click()
    assert "until you leave it" in prompt(page, "predict", LATER).inner_text() and "first choice" in recall.inner_text()
    assert said == []


def test_without_scripts_the_question_can_be_read_and_the_answer_cannot(book, browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(book)
    text = page.inner_text("body")
    assert (
        text.count(question(LATER)["text"]) == 2 and right(LATER)["text"] in text and right(LATER)["reply"] not in text
    )
