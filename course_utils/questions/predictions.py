"""Prompts: a learner commits to a prediction before seeing a result, and meets it again afterwards.

`predict(id)` asks, `recall(id)` returns to the choice, `prequiz()` asks the ten statements. Choices stay on the disk.
"""

import contextlib
import difflib
import itertools
import json
import threading
import tomllib
import warnings
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from textwrap import fill

from course_utils import _files

JUDGEMENTS = ("true", "true under a condition", "false", "no idea yet")
NOTED = "Noted. Read on: the cell below settles it."
STYLE = """<style>
.course-prompt { max-width: 820px; padding: 4px 2px 8px; overflow: visible; }
.course-prompt .widget-html { margin: 0 0 4px; height: auto; }
.course-prompt .widget-html-content { line-height: 1.5; white-space: normal; }
.course-prompt .widget-html-content p { margin: 4px 0; }
.course-prompt .widget-html-content, .course-prompt .course-option {
  font-size: var(--jp-content-font-size1, 14px); color: var(--jp-content-font-color1, inherit); }
.course-prompt .course-option.jupyter-button { width: 100%; height: auto; margin: 3px 0; padding: 6px 12px;
  white-space: normal; overflow: visible; text-align: left; line-height: 1.4; box-shadow: none; border-radius: 4px;
  background: var(--jp-layout-color1, transparent); border: 1px solid var(--jp-border-color0, #888); }
.course-prompt .course-option.jupyter-button:hover { background: var(--jp-layout-color2, #eee); }
.course-prompt .course-option.jupyter-button:focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2); }
.course-prompt .course-chosen.jupyter-button { border-color: var(--jp-brand-color1, #1976d2);
  box-shadow: inset 0 0 0 1px var(--jp-brand-color1, #1976d2); }
.course-prompt .course-row { align-items: center; }
.course-prompt .course-row .jupyter-button { width: auto; margin-right: 8px; }
.course-prompt .course-row .widget-html, .course-prompt .course-row .course-reply { margin: 0; }
.course-reply { border-left: 3px solid var(--jp-brand-color1, #1976d2); padding: 2px 12px; margin: 4px 0; }
</style>"""

_lock = threading.RLock()  # clicks may arrive on several threads
_unsaved: dict[str, list[dict]] = {}  # choices that could not be written: they count until the session ends


class Prompt:
    """What a cell shows: a widget where a kernel lives, the same in fixed words everywhere else."""

    def __init__(self, plain, html, build):
        self.plain, self.html, self._build = plain, html, build

    def __repr__(self):
        return self.plain

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Give words that never depend on what is stored, and the live view if ipywidgets is installed."""
        bundle = {"text/plain": self.plain, "text/html": self.html}
        with contextlib.suppress(ImportError):
            bundle |= {k: v for k, v in self._build()._repr_mimebundle_().items() if k not in bundle}
        return bundle


def predict(prompt_id: str) -> Prompt:
    """Ask one question of a lesson; the choice is stored at once."""
    prompt = _find(prompt_id)
    html = _html(prompt, replies=False)
    if prompt["reveal"] == "now":
        html += f"<details><summary>Replies, for when you have chosen</summary>{_replies(prompt)}</details>"
    return Prompt(_plain(prompt, replies=False), html, lambda: _ask(prompt))


def recall(prompt_id: str) -> Prompt:
    """Return to a question after its result: the learner's choice and the reply to it."""
    prompt = _find(prompt_id)
    return Prompt(_plain(prompt, replies=True), _html(prompt, replies=True), lambda: _look_back(prompt))


def prequiz() -> Prompt:
    """Ask the ten statements T1-T10, without verdicts."""
    prompts, lead = _statements(), f"Judge each statement: {', '.join(JUDGEMENTS[:-1])}, or {JUDGEMENTS[-1]}?"
    plain = [fill(f"{p['id']}. {p['text']}", 100, initial_indent="  ", subsequent_indent="      ") for p in prompts]
    html = f"<p>{lead}</p>" + _list(f"<b>{p['id']}.</b> {escape(p['text'])}" for p in prompts)

    def build():
        import ipywidgets

        return ipywidgets.VBox([_ask(prompt) for prompt in prompts])

    return Prompt("\n".join([lead, *plain]), html, build)


def verdicts(found: dict[str, str]) -> Prompt:
    """Set the verdicts found, {"T1": "true", ...}, beside what the learner said first and said last."""
    prompts = _statements()
    for prompt in prompts:
        if found.get(prompt["id"]) not in JUDGEMENTS[:-1]:
            raise ValueError(
                f"{prompt['id']} needs a verdict: {', '.join(JUDGEMENTS[:-1])}; got {found.get(prompt['id'])}."
            )
    plain = [fill(f"{p['id']}. {p['text']} - {found[p['id']]}", 100, subsequent_indent="      ") for p in prompts]
    html = _list(f"<b>{p['id']}.</b> {escape(p['text'])} <b>{found[p['id']]}</b>" for p in prompts)

    def build():
        import ipywidgets

        first, last = prequiz_answers(first=True), prequiz_answers()
        rows = [
            f"<tr><td>{p['id']}</td><td>{escape(p['text'])}</td><td>{first.get(p['id'], 'not answered')}</td>"
            f"<td>{last.get(p['id'], 'not answered')}</td><td><b>{found[p['id']]}</b>"
            f"{' ✓' * (last.get(p['id']) == found[p['id']])}</td></tr>"
            for p in prompts
        ]
        right = [sum(said.get(key) == verdict for key, verdict in found.items()) for said in (first, last)]
        head = "<tr><th></th><th>statement</th><th>you said first</th><th>you said last</th><th>found</th></tr>"
        score = f"At first {right[0]} of {len(found)} as found, at last {right[1]}."
        table = f"<table>{head}{''.join(rows)}</table>{_status(score)}"
        return ipywidgets.VBox([ipywidgets.HTML(STYLE + table)]).add_class("course-prompt")

    return Prompt("\n".join(plain), html, build)


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


# ---- what is shown without a kernel ----


def _plain(prompt: dict, replies: bool) -> str:
    """Write a question and its options as text, with the reply to each if asked for."""
    lines = [fill(f"{'Recall' if replies else 'Predict'} {prompt['id']}: {prompt['text']}", 100)]
    for option in prompt["option"]:
        mark = "(right)" if replies and option.get("right") else "( )"
        lines.append(fill(f"{mark} {option['text']}", 100, initial_indent="  ", subsequent_indent="      "))
        if replies:
            lines.append(fill(option["reply"], 100, initial_indent="      ", subsequent_indent="      "))
    return "\n".join(lines)


def _html(prompt: dict, replies: bool) -> str:
    """Write the same as static HTML."""
    options = _replies(prompt) if replies else _list(escape(o["text"]) for o in prompt["option"])
    return f"<p><b>{'Recall' if replies else 'Predict'}:</b> {escape(prompt['text'])}</p>{options}"


def _replies(prompt: dict) -> str:
    """List every option with its reply."""
    rows = ((" (right)" * ("right" in o), escape(o["text"]), escape(o["reply"])) for o in prompt["option"])
    return _list(f"<b>{text}</b>{right}<br>{reply}" for right, text, reply in rows)


def _list(rows) -> str:
    """Write rows of HTML as a list."""
    return f"<ul>{''.join(f'<li>{row}</li>' for row in rows)}</ul>"


# ---- what is shown live ----


def _ask(prompt: dict):
    """Build the question, one button per option, and the status line that answers a choice."""
    import ipywidgets as widgets

    judge = prompt["reveal"] == "never"
    options = {option["key"]: option for option in prompt["option"]}
    lead = f"{prompt['id']}." if judge else "Predict:"
    buttons = {key: widgets.Button(tooltip=f"{prompt['id']}: {option['text']}") for key, option in options.items()}
    status = widgets.HTML()

    def show(key, note=""):
        for k, button in buttons.items():
            button.description = f"{'●' if k == key else '○'} {options[k]['text']}"
            (button.add_class if k == key else button.remove_class)("course-chosen")
        reply = {"never": f"Noted: {key}.", "later": NOTED}.get(prompt["reveal"])
        status.value = _status((reply or _reply(options[key])) if key else "", escape(note))

    def choose(key):
        with _lock:  # so that what is shown last is what was stored last
            show(key, record(prompt["id"], key))

    for key, button in buttons.items():
        button.add_class("course-option")
        button.on_click(lambda _, key=key: choose(key))
    chosen, note = _history(prompt)
    show(chosen[-1]["key"] if chosen else None, note)
    question = widgets.HTML(f"{STYLE}<p><b>{lead}</b> {escape(prompt['text'])}</p>")
    answer = widgets.Box([*buttons.values(), status], layout={"flex_flow": "row wrap" if judge else "column"})
    return widgets.VBox([question, answer.add_class("course-row") if judge else answer]).add_class("course-prompt")


def _look_back(prompt: dict):
    """Build the view of what was chosen, the reply to it and, if that was wrong, what holds; none before a choice."""
    import ipywidgets as widgets

    chosen, note = _history(prompt)
    parts = [
        f"You have not answered {prompt['id']} yet: {escape(prompt['text'])}",
        "Choose above, where it is asked, and run this cell again.",
    ]
    if chosen:
        first, last, right = chosen[0], chosen[-1], next(o for o in prompt["option"] if o.get("right"))
        parts = [escape(prompt["text"]), f"<b>You chose:</b> {escape(last['text'])}", _reply(last)]
        parts += [f"<b>What holds:</b> {escape(right['text'])} {escape(right['reply'])}"] * (last is not right)
        parts += [f"<b>Your first choice was:</b> {escape(first['text'])}"] * (last is not first)
    body = _status(*parts, escape(note))
    return widgets.VBox([widgets.HTML(STYLE + body)]).add_class("course-prompt")


def _history(prompt: dict) -> tuple[list[dict], str]:
    """Return the options chosen so far, oldest first, and a word on storage if there is one."""
    stored, note = answers()
    options = {option["key"]: option for option in prompt["option"]}
    return [options[c["choice"]] for c in stored.get(prompt["id"], []) if c["choice"] in options], note


def _reply(option: dict) -> str:
    """Say what a choice deserves to hear, as HTML."""
    return "Yes. " * option.get("right", False) + escape(option["reply"])


def _status(*parts: str) -> str:
    """Wrap HTML as a status that screen readers announce."""
    body = "".join(f"<p>{part}</p>" for part in parts if part)
    return f'<div role="status" aria-live="polite"{" class=course-reply" if body else ""}>{body}</div>'


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
