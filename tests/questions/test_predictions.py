"""Predictions: what is asked is sound, what is chosen is kept, what is stored in a notebook never depends on it."""

import base64
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from course_utils.questions import predictions, widget
from course_utils.questions.predictions import JUDGEMENTS, predict, prequiz, prequiz_answers, recall

QUESTIONS = {question["id"]: question for question in predictions.content()["question"]}
STATEMENTS = {statement["id"]: statement["text"] for statement in predictions.content()["statement"]}


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """Each test has a work folder of its own, not made yet, and a session that has not stored anything."""
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    monkeypatch.setattr(predictions, "_unsaved", {})
    return tmp_path / "work"


def live(prompt):
    """The widget that brings a prompt to life."""
    return widget.Live(prompt)


def choose(prompt_id, *keys):
    """Choose options, as the page does when they are clicked; the widget."""
    asked = live(predict(prompt_id))
    for key in keys:
        asked.chosen = {**asked.chosen, prompt_id: [*asked.chosen[prompt_id], key]}
    return asked


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


FOUND = dict.fromkeys(STATEMENTS, "false") | {"T8": "half true", "T2": "true under a condition"}


@pytest.mark.parametrize("wrong", [{k: v for k, v in FOUND.items() if k != "T5"}, FOUND | {"T5": "no idea yet"}])
def test_a_missing_verdict_is_named(wrong):
    with pytest.raises(ValueError, match=r"^T5 needs a verdict: true, true under a condition, false, half true; got "):
        predictions.verdicts(wrong)


@pytest.mark.parametrize("make", [prequiz, lambda: predict("02-wider"), lambda: recall("02-wider")])
def test_what_is_stored_in_a_notebook_does_not_depend_on_what_was_chosen(make, work):
    before = make()._repr_mimebundle_()
    for key in QUESTIONS:
        predictions.record(key, wrong(key)["key"])
    for key in STATEMENTS:
        predictions.record(key, "false")
    assert make()._repr_mimebundle_() == before
    assert set(before) == {"text/plain", "text/html"}
    assert repr(make()) == before["text/plain"]
    assert not re.search(str(work), str(before))


def test_a_widget_knows_what_was_chosen_and_only_that():
    predictions.record("02-wider", "better")
    predictions.record("02-wider", wrong("02-wider")["key"])
    predictions.record("02-wider", "an option of long ago")
    for prompt in predict("02-wider"), recall("02-wider"):
        assert live(prompt).chosen == {"02-wider": ["better", wrong("02-wider")["key"]][-2:]}
    assert set(live(prequiz()).chosen) == set(STATEMENTS)
    assert set(live(predictions.verdicts(FOUND)).chosen) == set(STATEMENTS)


def packed(text):
    """The text without white space: a line may be broken anywhere."""
    return "".join(text.split())


@pytest.mark.parametrize("key", QUESTIONS)
def test_the_fixed_words_ask_and_never_answer(key):
    for prompt in predict(key), recall(key):
        flat = packed(repr(prompt))
        assert packed(QUESTIONS[key]["text"]) in flat and max(map(len, repr(prompt).splitlines())) <= 100
        for option in QUESTIONS[key]["option"]:
            assert f"(){packed(option['text'])}" in flat
            assert f"<li>{predictions.marked(option['text'])}</li>" in prompt.html
            reply = option["reply"]
            assert packed(reply) not in flat and predictions.marked(reply) not in prompt.html
        assert "right" not in prompt.html.replace(html_of(QUESTIONS[key]), "")
    assert predictions.CLOSED in " ".join(repr(recall(key)).split())


def html_of(question):
    """All that the fixed words of a question may say."""
    return predictions._list(predictions.marked(option["text"]) for option in question["option"])


def test_texts_are_escaped_and_set():
    assert predictions.marked("Is <b> & so on?") == "Is &lt;b&gt; &amp; so on?"
    assert predictions.marked("σ_w = 10^-2.4, 1/√n_in. W_1^2") == (
        "σ<sub>w</sub> = 10<sup>-2.4</sup>, 1/√n<sub>in</sub>. W<sub>1</sub><sup>2</sup>"
    )


@pytest.mark.parametrize("text", [t for q in QUESTIONS.values() for o in q["option"] for t in (q["text"], *o.values())])
def test_no_text_needs_to_be_read_as_code(text):
    shown = re.sub("<.*?>", "", predictions.marked(str(text)))
    assert not re.search(r"[_^]|\b(phi|sigma|sqrt|pi|chi)\b", shown)


def test_a_page_without_a_kernel_knows_all_and_nobody_reads_it_in_the_source():
    for prompt in predict("02-wider"), recall("02-wider"), prequiz(), predictions.verdicts(FOUND):
        page = predictions.with_spec(f"<p>before</p>{prompt.html}")
        (known,) = re.findall(r'data-spec="([\w+/=]+)"', page)
        assert json.loads(base64.b64decode(known)) == predictions.spec(prompt.ask, prompt.about) == live(prompt).spec
    page = predictions.with_spec(predict("02-wider").html + recall("02-wider").html)
    assert page.count("data-spec") == 2
    assert not any(predictions.marked(option["reply"]) in page for option in QUESTIONS["02-wider"]["option"])


def test_without_widgets_the_words_remain():
    code = """
import sys
sys.modules["anywidget"] = None
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
        asked = live(prequiz())
        asked.chosen = {**asked.chosen, "T7": [*asked.chosen["T7"], judgement]}
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
    asked = live(predict("01-shape"))
    (work / "answers.json").write_bytes(damaged)
    if by == "looking":
        asked = live(predict("01-shape"))
    else:
        asked.chosen = {"01-shape": ["flat"]}
    assert asked.note.count("set aside as answers.broken-2.json") == 1
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
    assert "could not be saved" in choose("01-shape", "flat").note
    assert (work / "answers.json").read_text() == "{"


def test_a_folder_that_cannot_be_written_is_said_and_the_choice_counts(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "file" / "work"))
    note = choose("02-zero-tanh", "nothing").note
    assert note.startswith("Your choice counts until this session ends, but it could not be saved in")
    assert live(recall("02-zero-tanh")).chosen == {"02-zero-tanh": ["nothing"]}
    predictions.record("T1", "false")
    assert prequiz_answers() == {"T1": "false"}
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "better"))
    assert choose("02-zero-tanh", "output-bias").note == ""
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
    assert "No space left on device" in choose("01-shape", "both").note
    assert (work / "answers.json").read_bytes() == before


def test_choices_on_many_threads_are_all_kept(work):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: predictions.record(f"T{i % 10 + 1}", JUDGEMENTS[i % 4]), range(160)))
    stored = json.loads((work / "answers.json").read_text(encoding="utf-8"))
    assert all(len(stored[key]) == 16 for key in STATEMENTS)


def test_choices_that_come_at_once_after_a_busy_time_are_all_kept(work):
    asked = live(predict("01-shape"))
    asked.chosen = {"01-shape": ["flat", "both", "flat"]}
    stored = json.loads((work / "answers.json").read_text(encoding="utf-8"))
    assert [entry["choice"] for entry in stored["01-shape"]] == ["flat", "both", "flat"]


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
