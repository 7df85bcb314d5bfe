"""Predictions: what is asked is sound, what is chosen is kept, what is stored in a notebook never depends on it."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import ipywidgets
import pytest

from course_utils.questions import predictions
from course_utils.questions.predictions import JUDGEMENTS, NOTED, predict, prequiz, prequiz_answers, recall

QUESTIONS = {question["id"]: question for question in predictions.content()["question"]}
STATEMENTS = {statement["id"]: statement["text"] for statement in predictions.content()["statement"]}
NOW = [key for key, question in QUESTIONS.items() if question["reveal"] == "now"]
LATER = [key for key, question in QUESTIONS.items() if question["reveal"] == "later"]


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """Each test has a work folder of its own, not made yet, and a session that has not stored anything."""
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    monkeypatch.setattr(predictions, "_unsaved", {})
    return tmp_path / "work"


def live(prompt):
    """The widgets a cell would show, in order."""
    found, queue = [], [prompt._build()]
    while queue:
        widget = queue.pop(0)
        found.append(widget)
        queue[:0] = getattr(widget, "children", ())
    return found


def buttons(widgets):
    return [widget for widget in widgets if isinstance(widget, ipywidgets.Button)]


def said(widgets):
    """The last text shown: the status line, or the whole of what recall shows."""
    return [widget for widget in widgets if isinstance(widget, ipywidgets.HTML)][-1].value


def choose(prompt_id, key):
    """Click the option with this key, as a learner does, and return what is shown then."""
    widgets = live(predict(prompt_id))
    at = [option["key"] for option in QUESTIONS[prompt_id]["option"]].index(key)
    buttons(widgets)[at].click()
    return widgets


def wrong(prompt_id):
    return next(option for option in QUESTIONS[prompt_id]["option"] if not option.get("right"))


def right(prompt_id):
    return next(option for option in QUESTIONS[prompt_id]["option"] if option.get("right"))


# ---- what is asked ----


def test_ids_are_unique_and_the_statements_are_t1_to_t10():
    ids = [p["id"] for group in predictions.content().values() for p in group]
    assert len(ids) == len(set(ids))
    assert list(STATEMENTS) == [f"T{i}" for i in range(1, 11)]
    assert all(re.fullmatch(r"\d\d(-[a-z]+)+", key) for key in QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_question_is_whole(question):
    assert set(question) == {"id", "reveal", "text", "option"}
    assert question["reveal"] in ("now", "later")
    assert 40 <= len(question["text"]) <= 320 and question["text"].endswith("?")
    options = question["option"]
    assert 3 <= len(options) <= 5
    assert [option["right"] for option in options if "right" in option] == [True]
    assert len({option["key"] for option in options}) == len({option["text"] for option in options}) == len(options)
    for option in options:
        assert set(option) - {"right"} == {"key", "text", "reply"}
        assert 8 <= len(option["text"]) <= 110
        assert 60 <= len(option["reply"]) <= 330
        assert 1 <= len(re.findall(r"[.?!](?= |$)", option["reply"])) <= 3, "one to three sentences"


def test_the_right_option_has_no_fixed_place_and_is_not_the_longest():
    places = [[bool(o.get("right")) for o in q["option"]].index(True) for q in QUESTIONS.values()]
    longest = [max(q["option"], key=lambda o: len(o["text"])).get("right", False) for q in QUESTIONS.values()]
    assert len(set(places)) >= 3
    assert sum(longest) <= len(longest) / 2


@pytest.mark.parametrize("text", STATEMENTS.values(), ids=STATEMENTS)
def test_statement_is_a_claim_without_a_verdict(text):
    assert 30 <= len(text) <= 200 and text.endswith(".") and "?" not in text
    leaks = "in fact|actually|wrong|mistake|myth|true|false|right|correct|counter|unless|provided|only if|as long as"
    assert not re.search(leaks, text, re.IGNORECASE)
    assert all(set(statement) == {"id", "text"} for statement in predictions.content()["statement"])


def test_an_unknown_id_names_near_matches_in_one_sentence():
    with pytest.raises(ValueError, match=r"no prediction '02-zero-tan': did you mean 02-zero-tanh or .*\?$"):
        predict("02-zero-tan")
    with pytest.raises(ValueError, match=r"no prediction 'T3': an id is a lesson and a word, such as 01-shape\.$"):
        recall("T3")


# ---- what a cell shows ----


@pytest.mark.parametrize("key", NOW)
def test_a_choice_is_answered_at_once(key):
    for option in QUESTIONS[key]["option"]:
        shown = said(choose(key, option["key"]))
        assert predictions.escape(option["reply"]) in shown
        assert ("<p>Yes. " in shown) == option.get("right", False)
        assert 'role="status" aria-live="polite"' in shown


@pytest.mark.parametrize("key", LATER)
def test_a_later_reply_waits_for_recall(key):
    for option in QUESTIONS[key]["option"]:
        shown = said(choose(key, option["key"]))
        assert NOTED in shown
        assert predictions.escape(option["reply"]) not in shown
        shown = said(live(recall(key)))
        assert f"<b>You chose:</b> {predictions.escape(option['text'])}" in shown
        assert predictions.escape(option["reply"]) in shown
        assert ("What holds:" in shown) != option.get("right", False)
        assert predictions.escape(right(key)["reply"]) in shown


def test_the_chosen_option_is_marked_by_more_than_colour_and_again_when_reopened():
    key = "02-zero-tanh"
    assert all(button.description.startswith("○ ") for button in buttons(live(predict(key))))
    for widgets in choose(key, "output-bias"), live(predict(key)):
        marks = {button.description[2:]: button.description[0] for button in buttons(widgets)}
        assert marks.pop("Only the output bias.") == "●"
        assert set(marks.values()) == {"○"} and len(marks) == 3
        assert NOTED in said(widgets)


def test_recall_before_an_answer_stays_closed():
    shown = said(live(recall("02-wider")))
    assert "You have not answered 02-wider yet" in shown and "run this cell again" in shown
    assert not any(predictions.escape(option["reply"]) in shown for option in QUESTIONS["02-wider"]["option"])


def test_recall_tells_a_first_choice_that_was_changed():
    choose("02-constant", wrong("02-constant")["key"])
    assert "first choice" not in said(live(recall("02-constant")))
    choose("02-constant", right("02-constant")["key"])
    assert f"<b>Your first choice was:</b> {wrong('02-constant')['text']}" in said(live(recall("02-constant")))


def test_the_prequiz_gives_no_verdict():
    widgets = live(prequiz())
    assert [b.tooltip for b in buttons(widgets)] == [f"{t}: {j}" for t in STATEMENTS for j in JUDGEMENTS]
    replies = set()
    for button in buttons(widgets):
        before = {w: w.value for w in widgets if isinstance(w, ipywidgets.HTML)}
        button.click()
        (changed,) = [w.value for w, value in before.items() if w.value != value]
        replies.add(changed.replace(button.tooltip.split(": ")[1], "..."))
    assert len(replies) == 1, "the reply is the same for every statement and every judgement"


FOUND = dict.fromkeys(STATEMENTS, "false") | {"T8": "true", "T2": "true under a condition"}


def test_the_verdicts_stand_beside_what_was_said_first_and_last():
    for statement, judgement in [("T8", "no idea yet"), ("T8", "true"), ("T2", "true"), ("T3", "false")]:
        predictions.record(statement, judgement)
    shown = said(live(predictions.verdicts(FOUND)))
    rows = dict(re.findall(r"<tr><td>(T\d+)</td>(.*?)</tr>", shown))
    assert list(rows) == list(STATEMENTS)
    cells = {name: re.findall(r"<td>(.*?)</td>", row)[1:] for name, row in rows.items()}
    assert cells["T8"] == ["no idea yet", "true", "<b>true</b> ✓"]
    assert cells["T2"] == ["true", "true", "<b>true under a condition</b>"]
    assert cells["T3"] == ["false", "false", "<b>false</b> ✓"]
    assert cells["T1"] == ["not answered", "not answered", "<b>false</b>"]
    assert "At first 1 of 10 as found, at last 2." in shown


@pytest.mark.parametrize("wrong", [{k: v for k, v in FOUND.items() if k != "T5"}, FOUND | {"T5": "no idea yet"}])
def test_a_missing_verdict_is_named(wrong):
    with pytest.raises(ValueError, match=r"^T5 needs a verdict: true, true under a condition, false; got "):
        predictions.verdicts(wrong)


def test_every_control_has_a_name():
    for prompt in prequiz(), *map(predict, QUESTIONS):
        assert all(button.tooltip and len(button.description) > 2 for button in buttons(live(prompt)))


@pytest.mark.parametrize(
    "make",
    [
        prequiz,
        *(lambda k=k: predict(k) for k in QUESTIONS),
        lambda: recall("02-one-ulp"),
        lambda: predictions.verdicts(FOUND),
    ],
)
def test_what_a_notebook_stores_does_not_depend_on_answers(make, work):
    before = make()._repr_mimebundle_()
    for key in QUESTIONS:
        predictions.record(key, wrong(key)["key"])
    for key in STATEMENTS:
        predictions.record(key, "false")
    after = make()._repr_mimebundle_()
    view = "application/vnd.jupyter.widget-view+json"
    assert set(before) == {"text/plain", "text/html", view}
    assert {k: v for k, v in before.items() if k != view} == {k: v for k, v in after.items() if k != view}
    assert repr(make()) == before["text/plain"]
    assert not re.search(str(work), str(before))


def packed(text):
    """The text without white space: a line may be broken anywhere."""
    return "".join(text.split())


@pytest.mark.parametrize("key", QUESTIONS)
def test_the_fixed_words_ask_in_predict_and_explain_in_recall(key):
    flat = {make: packed(repr(make(key))) for make in (predict, recall)}
    for option in QUESTIONS[key]["option"]:
        text, reply = packed(option["text"]), packed(option["reply"])
        assert f"(){text}" in flat[predict] and reply not in flat[predict]
        assert f"{'(right)' if option.get('right') else '()'}{text}{reply}" in flat[recall]
        for page in predict(key).html, recall(key).html:
            assert f"{predictions.escape(option['text'])}</" in page
    assert packed(QUESTIONS[key]["text"]) in flat[predict] and packed(QUESTIONS[key]["text"]) in flat[recall]
    assert ("<details>" in predict(key).html) == (key in NOW), "a reply that comes later is not in the page"
    assert max(map(len, repr(recall(key)).splitlines())) <= 100


def test_texts_are_escaped():
    option = {"key": "a", "text": "x < y", "reply": "<i>no</i>", "right": True}
    prompt = {"id": "09-x", "text": "Is <b> & so on?", "reveal": "now", "option": [option]}
    page = predictions._html(prompt, replies=True)
    assert "Is &lt;b&gt; &amp; so on?" in page and "x &lt; y" in page and "&lt;i&gt;" in page
    predictions.record("09-x", "a")
    for build in predictions._ask, predictions._look_back:
        shown = "".join(
            w.value for w in live(predictions.Prompt("", "", lambda b=build: b(prompt))) if hasattr(w, "value")
        )
        assert "&lt;i&gt;no&lt;/i&gt;" in shown and "Is &lt;b&gt;" in shown and "<i>" not in shown


def test_without_ipywidgets_the_words_remain():
    code = """
import sys
sys.modules["ipywidgets"] = None
from course_utils.questions.predictions import predict, prequiz, recall
for prompt in predict("01-shape"), recall("01-shape"), prequiz():
    assert set(prompt._repr_mimebundle_()) == {"text/plain", "text/html"}
"""
    root = str(Path(predictions.__file__).parents[2])
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": root})


# ---- what is stored ----


def test_looking_stores_nothing(work):
    for prompt in predict("01-shape"), recall("02-wider"), prequiz():
        prompt._repr_mimebundle_()
    assert prequiz_answers() == {} and not work.exists()


def test_every_choice_is_kept_with_its_date_and_the_latest_counts(work):
    for judgement in "no idea yet", "false", "true", "true":
        button = next(b for b in buttons(live(prequiz())) if b.tooltip == f"T7: {judgement}")
        button.click()
    assert prequiz_answers() == {"T7": "true"}
    assert prequiz_answers(first=True) == {"T7": "no idea yet"}
    choose("01-shape", "both")
    assert prequiz_answers() == {"T7": "true"}, "questions of a lesson are no statements"
    stored = json.loads((work / "answers.json").read_text(encoding="utf-8"))
    assert [entry["choice"] for entry in stored["T7"]] == ["no idea yet", "false", "true", "true"]
    assert all(datetime.fromisoformat(e["when"]).tzinfo for history in stored.values() for e in history)
    assert [path.name for path in work.glob("[!.]*")] == ["answers.json"]


DAMAGED = [
    b"",
    b'{"T1": [',
    b"\xff\xfe\x00",
    b"[]",
    b"3",
    b'{"T1": "true"}',
    b'{"T1": [{"when": "now"}]}',
    b'{"T1": {}}',
]


@pytest.mark.parametrize("damaged", DAMAGED)
@pytest.mark.parametrize("by", ["looking", "choosing"])
def test_a_damaged_file_is_set_aside_and_said_so_once(damaged, by, work):
    work.mkdir()
    (work / "answers.broken-1.json").write_bytes(b"an older one")
    widgets = live(predict("01-shape"))
    (work / "answers.json").write_bytes(damaged)
    if by == "looking":
        widgets = live(predict("01-shape"))
    else:
        buttons(widgets)[0].click()
    assert said(widgets).count("set aside as answers.broken-2.json") == 1
    assert (work / "answers.broken-1.json").read_bytes() == b"an older one"
    assert (work / "answers.broken-2.json").read_bytes() == damaged
    choose("01-shape", "both")
    assert predictions.answers()[1] == ""
    assert len(list(work.glob("[!.]*"))) == 3


def test_prequiz_answers_warns_of_a_damaged_file(work):
    work.mkdir()
    (work / "answers.json").write_text("{")
    with pytest.warns(UserWarning, match=r"set aside as answers.broken-1.json"):
        assert prequiz_answers() == {}


def test_a_damaged_file_that_cannot_be_set_aside_is_left_alone(work, monkeypatch):
    work.mkdir()
    (work / "answers.json").write_text("{")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    assert "could not be saved" in said(choose("01-shape", "flat"))
    assert (work / "answers.json").read_text() == "{"


def test_a_folder_that_cannot_be_written_is_said_and_the_choice_counts(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "file" / "work"))
    shown = said(choose("02-zero-tanh", "nothing"))
    assert (
        NOTED in shown and shown.count("Your choice counts until this session ends, but it could not be saved in") == 1
    )
    assert "<b>You chose:</b> Nothing at all." in said(live(recall("02-zero-tanh")))
    predictions.record("T1", "false")
    assert prequiz_answers() == {"T1": "false"}
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "better"))
    assert NOTED in said(choose("02-zero-tanh", "output-bias"))
    stored = json.loads((tmp_path / "better" / "answers.json").read_text(encoding="utf-8"))
    assert [entry["choice"] for entry in stored["02-zero-tanh"]] == ["nothing", "output-bias"]
    assert [entry["choice"] for entry in stored["T1"]] == ["false"]
    assert predictions._unsaved == {}


def test_a_write_that_fails_half_way_leaves_the_old_file(work, monkeypatch):
    choose("01-shape", "flat")
    before = (work / "answers.json").read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    assert "No space left on device" in said(choose("01-shape", "both"))
    assert (work / "answers.json").read_bytes() == before


def test_clicks_on_many_threads_are_all_kept(work):
    widgets = live(predict("01-shape"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: buttons(widgets)[i % 4].click(), range(80)))
        list(pool.map(lambda i: predictions.record(f"T{i % 10 + 1}", JUDGEMENTS[i % 4]), range(80)))
    stored = json.loads((work / "answers.json").read_text(encoding="utf-8"))
    assert len(stored["01-shape"]) == 80 and all(len(stored[key]) == 8 for key in STATEMENTS)
    last = stored["01-shape"][-1]["choice"]
    (marked,) = [b.description[2:] for b in buttons(widgets) if b.description.startswith("●")]
    assert marked == next(o["text"] for o in QUESTIONS["01-shape"]["option"] if o["key"] == last)


def test_two_kernels_that_choose_at_once_lose_nothing(work):
    code = """
import sys
from course_utils.questions.predictions import record
print([note for i in range(60) if (note := record(f"{sys.argv[1]}{i}", "true"))])
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(predictions.__file__).parents[2])}
    command = [sys.executable, "-c", code]
    kernels = [subprocess.Popen([*command, name], env=environment, stdout=subprocess.PIPE, text=True) for name in "AB"]
    assert [kernel.communicate()[0] for kernel in kernels] == ["[]\n", "[]\n"]
    assert len(json.loads((work / "answers.json").read_text(encoding="utf-8"))) == 120
