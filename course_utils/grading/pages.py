"""The pages of a grading run: templates that escape what they show, and marks on what a student wrote."""

import base64
import hashlib
import itertools
import re
from pathlib import Path

import jinja2

from course_utils.checks.verdict import REVIEW, Verdict, words
from course_utils.grading.tables import UNSEEN

LONGEST = 240  # bytes of a name that becomes a file's
SHOWN = 80  # characters of a name that are shown
# How reasons for a review begin that tell what the student's code said.
QUOTING = (
    "it needs what is not here",
    "its cell ",
    "its check was content",
    "Python did not survive",
    "it may need a cell",
)
MOST_MARKS = 300  # pieces of a code that get a colour, or a name for what cannot be seen
FOLDER = Path(__file__).with_name("templates")
# What may stand in a name, but is to be seen in code: signs without a width, or that turn the line around.
HIDDEN = (
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
RUN = re.compile(rf"(({HIDDEN})\2*)")
PIECE = re.compile(
    r"(?P<comment>#[^\n]*)"
    r'|(?P<string>"""(?:[^"\\]|\\.|"(?!""))*(?:"""|$)|'
    r"'''(?:[^'\\]|\\.|'(?!''))*(?:'''|$)|"
    r'"(?:[^"\\\n]|\\.)*"?|'
    r"'(?:[^'\\\n]|\\.)*'?)"
    r"|(?P<keyword>\b(?:and|as|assert|break|class|continue|def|del|elif|else|except|False|finally|for|from|global|if|"
    r"import|in|is|lambda|None|nonlocal|not|or|pass|raise|return|True|try|while|with|yield)\b)",
    re.DOTALL,
)


def page(name, **facts):
    """Return a whole page, which needs no other file; no script runs in it but the template's own."""
    script = (FOLDER / "report.js").read_text(encoding="utf-8") if name == "report.html" else ""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return TEMPLATES.get_template(name).render(
        facts, script=script, allowed=f"'sha256-{digest}'" if script else "'none'"
    )


def page_of(submission):
    """Return the name of a submission's page of feedback: its own, if a file can be called so everywhere."""
    name = UNSEEN.sub("\ufffd", submission)
    if name == submission and len(name.encode()) <= LONGEST and ".html/" not in name.lower():
        return f"feedback/{name}.html"
    digest = hashlib.sha256(submission.encode(errors="surrogatepass")).hexdigest()[:16]
    short = name.replace("/", "_").encode()[: LONGEST - 20].decode(errors="ignore")
    return f"feedback/{short}-{digest}.html"


def titles(number, exercises):
    """Return the title of an exercise and, if it is known, its lesson's number and title."""
    if number not in exercises:
        return (f"Exercise {number}" if number else "Your notebook"), None
    intro = exercises[number].intro
    title = re.match(r"# Exercise \d+: (.+)", intro)
    lesson = re.search(r"lesson \[([^\]]+)\]\(\.\./notebooks/0*(\d+)_", intro)
    said = f"Exercise {number}: {title[1].strip()}" if title else f"Exercise {number}"
    return said, {"number": lesson[2], "title": lesson[1]} if lesson else None


def parts(text):
    """Return the words of a check in parts, (kind, text): code is what stands between backticks."""
    return [("code" if i % 2 else "", part) for i, part in enumerate(re.split(r"`([^`]+)`", text))]


def said(row):
    """Return what a row's verdict says in parts, (kind, text): "code", or "theirs" for what the student wrote."""
    verdict = Verdict.of(row["verdict"])
    text = words(verdict)
    found = verdict.fact.parts if verdict.fact else {}
    theirs = [found.get("text", ""), found.get("error", "")] if verdict.fact and verdict.fact.kind != "values" else []
    theirs += [found.get("got", ""), *found.get("surplus", ())] if verdict.fact else []
    if verdict.mark == REVIEW:
        theirs = [text.partition(": ")[2]] if text.startswith(QUOTING) else []
    if pieces := [re.escape(piece) for piece in sorted(filter(None, map(str, theirs)), key=len, reverse=True)]:
        split = re.split(f"({'|'.join(pieces)})", text)
        return [part for i, piece in enumerate(split) for part in ([("theirs", piece)] if i % 2 else parts(piece))]
    return parts(text)


def spoken(text):
    """Return a sentence of a lesson without TeX's marks, as far as the sentences need it."""
    for pattern, plain in ((r"\\text\{(\w+)\}", r"\1"), (r"\\sqrt\{([^}]*)\}", r"√\1"), (r"\\sqrt ", "√"),
                           (r"_\{?(\w+)\}?", r"_\1"), (r"\\varphi", "φ"), (r"\$", "")):  # fmt: skip
        text = re.sub(pattern, plain, text)
    return text


def coloured(source):
    """Return code in pieces, (kind, text): "keyword", "string", "comment", or "hidden" for what one cannot see."""
    pieces, end = [], 0
    for found in itertools.islice(PIECE.finditer(source), MOST_MARKS):
        pieces += [("", source[end : found.start()]), (found.lastgroup, found[0])]
        end = found.end()
    named, room = [], MOST_MARKS
    for kind, text in [*pieces, ("", source[end:])]:
        split = RUN.split(text, maxsplit=room) if room else [text]  # text, signs, the first of them, text, ...
        room -= len(split) // 3
        for i, part in enumerate(split):
            if i % 3 == 1:
                times = f" × {len(part)}" if len(part) > 1 else ""
                named.append(("hidden", f"U+{ord(part[0]):04X}{times}"))
            elif i % 3 == 0 and part:
                named.append((kind, re.sub(HIDDEN, "\ufffd", part)))
    return named


def name(text):
    """Return a name as it is shown: not too long."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def many(n, word):
    """Return how many there are, with the word."""
    return f"{n} {word}{'s' if n != 1 else ''}"


def _seen(value):
    """What a page shows of a value, before it is escaped."""
    theirs = isinstance(value, str) and not hasattr(value, "__html__")  # what has it, a template of ours has made
    return UNSEEN.sub(lambda sign: sign[0] if sign[0] in "\n\t" else "\ufffd", value) if theirs else value


TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    finalize=_seen,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
TEMPLATES.filters |= {"many": many, "number": "{:g}".format, "page": page_of, "name": name, "coloured": coloured}
