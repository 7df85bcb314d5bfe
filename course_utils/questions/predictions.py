"""Prompts: a learner commits to a prediction before seeing a result, and meets it again afterwards.

`predict(id)` asks, `recall(id)` returns to the choice, `prequiz()` asks ten statements, `verdicts(found)` sets them
beside what was found. Choices stay on the disk. What a page shows is by front/question.js, in a notebook and in the
book alike; what a notebook keeps asks, and never answers.
"""

import base64
import contextlib
import difflib
import html
import itertools
import json
import re
import threading
import tomllib
import warnings
from datetime import datetime
from functools import cache
from pathlib import Path
from textwrap import fill

from course_utils import _files

JUDGEMENTS = ("true", "true under a condition", "false", "no idea yet")
VERDICTS = (*JUDGEMENTS[:-1], "half true")  # what may be found: of two halves of a statement only one holds
CLOSED = "Choose where this is asked, above: then your choice and the reply to it stand here."
PLACE = re.compile(r'<div class="course-question" data-ask="(\w+)" data-about="([^"]*)"')

_lock = threading.RLock()  # several notebooks' cells may store at once
_unsaved: dict[str, list[dict]] = {}  # choices that could not be written: they count until the session ends


class Prompt:
    """What a cell shows: a question that can be clicked where a page runs it, the same in fixed words everywhere else.

    ask     predict, recall, prequiz or verdicts
    about   the question's id, or a verdict for each statement
    """

    def __init__(self, ask, about, plain, words):
        self.ask, self.about, self.plain = ask, about, plain
        self.html = f"{_place(ask, about)}>{words}</div>"

    def __repr__(self):
        return self.plain

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Give words that never depend on what is stored; if anywidget is installed they come alive."""
        bundle = {"text/plain": self.plain, "text/html": self.html}
        with contextlib.suppress(ImportError):
            from course_utils.questions import widget

            bundle |= widget.bring_to_life(self)
        return bundle


def predict(prompt_id: str) -> Prompt:
    """Ask one question of a lesson; the choice is stored at once."""
    return _fixed("predict", _find(prompt_id))


def recall(prompt_id: str) -> Prompt:
    """Return to a question after its result: the learner's choice and the reply to it, once there is a choice."""
    return _fixed("recall", _find(prompt_id))


def prequiz() -> Prompt:
    """Ask the ten statements T1-T10, without verdicts."""
    prompts, lead = _statements(), f"Judge each statement: {', '.join(JUDGEMENTS[:-1])}, or {JUDGEMENTS[-1]}?"
    plain = [fill(f"{p['id']}. {p['text']}", 100, initial_indent="  ", subsequent_indent="      ") for p in prompts]
    rows = _list(f"<b>{p['id']}.</b> {marked(p['text'])}" for p in prompts)
    return Prompt("prequiz", "", "\n".join([lead, *plain]), f"<p>{lead}</p>{rows}")


def verdicts(found: dict[str, str]) -> Prompt:
    """Set the verdicts found, {"T1": "true", ...}, beside what the learner said first and said last."""
    prompts = _statements()
    for prompt in prompts:
        if found.get(prompt["id"]) not in VERDICTS:
            raise ValueError(f"{prompt['id']} needs a verdict: {', '.join(VERDICTS)}; got {found.get(prompt['id'])}.")
    plain = [fill(f"{p['id']}. {p['text']} - {found[p['id']]}", 100, subsequent_indent="      ") for p in prompts]
    rows = _list(f"<b>{p['id']}.</b> {marked(p['text'])} <b>{found[p['id']]}</b>" for p in prompts)
    return Prompt("verdicts", json.dumps(found), "\n".join(plain), rows)


def prequiz_answers(first: bool = False) -> dict[str, str]:
    """Return the latest choice per statement answered so far (or the first one), such as {"T3": "false"}."""
    stored, note = answers()
    if note:
        warnings.warn(note, stacklevel=2)
    asked = {p["id"]: stored[p["id"]] for p in _statements() if stored.get(p["id"])}
    return {key: history[0 if first else -1]["choice"] for key, history in asked.items()}


# ---- what is asked ----


@cache
def content() -> dict:
    """Read the statements and questions from data/predictions.toml."""
    return tomllib.loads((Path(__file__).parents[1] / "data" / "predictions.toml").read_text(encoding="utf-8"))


def _statements() -> list[dict]:
    """Give the ten statements the shape of questions whose options are the four judgements."""
    options = [{"key": word, "text": word} for word in JUDGEMENTS]
    return [{**statement, "reveal": "never", "option": options} for statement in content()["statement"]]


def _find(prompt_id: str) -> dict:
    """Return the question with this id, or say which ids are near."""
    known = {question["id"]: question for question in content()["question"]}
    if prompt_id not in known:
        near = difflib.get_close_matches(str(prompt_id), known, cutoff=0.5)
        rule = f"an id is a lesson and a word, such as {next(iter(known))}."
        hint = f"did you mean {' or '.join(near)}?" if near else rule
        raise ValueError(f"There is no prediction {prompt_id!r}: {hint}")
    return known[prompt_id]


# ---- what is shown ----


def marked(text: str) -> str:
    """Write a text as HTML, in which an index is an index ("σ_w") and an exponent one ("2^32")."""
    text = re.sub(r"\^(-?[\w.]*\w)", r"<sup>\1</sup>", html.escape(text))
    return re.sub(r"(?<=\w)_(\w+)", r"<sub>\1</sub>", text)


def spec(ask: str, about: str) -> dict:
    """What a page has to know to ask, and to answer a choice: texts as HTML, replies and all."""
    questions = [_find(about)] if about and ask != "verdicts" else _statements()
    shown = ("text", "reply")
    return {
        "ask": ask, "found": json.loads(about) if ask == "verdicts" else {}, "questions": [
            {
                "id": question["id"], "reveal": question["reveal"], "text": marked(question["text"]),
                "options": [
                    {key: marked(value) if key in shown else value for key, value in option.items()}
                    for option in question["option"]
                ],
            } for question in questions
        ],
    }  # fmt: skip


def with_spec(page: str) -> str:
    """Give the HTML of prompts what a page without a kernel has to know; nobody reads an answer in its source."""

    def one(found):
        known = json.dumps(spec(found[1], html.unescape(found[2])), ensure_ascii=False)
        return f'{found[0]} data-spec="{base64.b64encode(known.encode()).decode()}"'

    return PLACE.sub(one, page)


def _place(ask, about):
    """The beginning of the element in which a page asks."""
    return f'<div class="course-question" data-ask="{ask}" data-about="{html.escape(about)}"'


def _fixed(ask: str, prompt: dict) -> Prompt:
    """The prompt of one question, with its options and no reply."""
    word, closing = ("Predict", "") if ask == "predict" else ("Recall", CLOSED)
    lines = [fill(f"{word} {prompt['id']}: {prompt['text']}", 100)]
    for option in prompt["option"]:
        lines.append(fill(f"( ) {option['text']}", 100, initial_indent="  ", subsequent_indent="      "))
    rows = _list(marked(option["text"]) for option in prompt["option"])
    words = f"<p><b>{word}:</b> {marked(prompt['text'])}</p>{rows}" + f"<p>{closing}</p>" * bool(closing)
    return Prompt(ask, prompt["id"], "\n".join([*lines, *filter(None, [closing])]), words)


def _list(rows) -> str:
    """Write rows of HTML as a list."""
    return f"<ul>{''.join(f'<li>{row}</li>' for row in rows)}</ul>"


# ---- what is stored ----


def answers_path() -> Path:
    """Say where choices are kept: in the learner's work folder."""
    return _files.work() / "answers.json"


def answers() -> tuple[dict[str, list[dict]], str]:
    """Return every choice made, oldest first, by id; and a sentence if the file could not be used."""
    with _lock:
        stored, note, path = {}, "", answers_path()
        try:
            stored = _read(path)
            if stored is None:
                with _files.locked(path):
                    stored, note = _sound(path)
        except OSError as error:
            stored, note = {}, f"Earlier choices cannot be read ({error.strerror})."
        return {key: stored.get(key, []) + _unsaved.get(key, []) for key in stored | _unsaved}, note


def record(prompt_id: str, choice: str) -> str:
    """Store one choice with its date; return "" or one sentence saying what went wrong."""
    with _lock:
        entry = {"choice": choice, "when": datetime.now().astimezone().isoformat(timespec="seconds")}
        _unsaved.setdefault(prompt_id, []).append(entry)
        path = answers_path()
        try:
            with _files.locked(path):  # another notebook's kernel may be about to store a choice, too
                stored, note = _sound(path)
                merged = {key: stored.get(key, []) + _unsaved.get(key, []) for key in stored | _unsaved}
                _files.write(json.dumps(merged, ensure_ascii=False, indent=1), path)
        except OSError as error:
            why = f"it could not be saved in {path.parent} ({error.strerror})"
            return f"Your choice counts until this session ends, but {why}."
        _unsaved.clear()
        return note


def _read(path: Path) -> dict[str, list[dict]] | None:
    """Read the stored choices: {} if there are none yet, None if the file makes no sense."""
    if not path.exists():
        return {}
    with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
        stored = json.loads(path.read_text(encoding="utf-8-sig"))
        if all(isinstance(h, list) and all(isinstance(c["choice"], str) for c in h) for h in stored.values()):
            return stored
    return None


def _sound(path: Path) -> tuple[dict[str, list[dict]], str]:
    """Read the stored choices; a file that makes no sense is set aside, never overwritten, and a sentence says so."""
    stored = _read(path)
    if stored is not None:
        return stored, ""
    names = (path.with_name(f"{path.stem}.broken-{n}.json") for n in itertools.count(1))
    aside = path.rename(next(name for name in names if not name.exists()))
    return {}, f"The file with your earlier choices was damaged; it was set aside as {aside.name} and a new one begun."
