"""Slides for reveal.js: a lesson's notebook as a deck, by its slide metadata; a deck for the room, by a plan; as PDF.

A plan is data: docs/plans.toml names the cells, or blocks of cells, of each slide; minutes and what a part is about
stand in the instructor guide's table. Nothing of a notebook is copied.
"""

import copy
import html
import re
import shutil
import tomllib
from pathlib import Path

from course_utils import _files, _programs
from course_utils.authoring import content
from course_utils.explorers import recording
from course_utils.publishing import formulas
from course_utils.questions import predictions

HERE = Path(__file__).parent
OWN = ("deck.css", "deck.js")
THEIRS = ("dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js")

SECONDS = 120  # until a deck shows
PAGE = """<!DOCTYPE html>
<html lang="en"{kind}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="static/reset.css">
<link rel="stylesheet" href="static/reveal.css">
<link rel="stylesheet" href="static/deck.css">
<style>{highlighting}</style>
<script>MathJax = {{options: {{enableMenu: false}}, svg: {{fontCache: "local", scale: 0.9}}}}</script>
<script src="static/tex-svg-full.js" defer></script>
<script src="static/reveal.js" defer></script>
<script src="static/notes.js" defer></script>
<script src="static/deck.js" defer></script>
</head>
<body>
<main class="reveal"><div class="slides">
{slides}
</div></main>
{home}
</body>
</html>
"""
# The instructor guide's "- **2.3 The theorem (20 min, short 7).** *Ask:* ...": for the slide that begins section 2.3.
NOTE = re.compile(r"^- \*\*(.+?) \((\d+) min(?:, short (\d+))?\)\.\*\* (.+)$", re.MULTILINE)
NUMBER = re.compile(r"\d+\.\d+")
PLAN_ROW = re.compile(r"^\| (\d+) \| (.+?) \| .+ \|$", re.MULTILINE)
PLACE = re.compile(r"(\d\d) ([\w-]+)(?:: ([\d. ]+))?")
VOTE = "Hands up: A, B, C or D?"
PROMPT_ID = re.compile(r'\("(.+?)"\)')
GUIDE_LESSON = re.compile(r"^### Lesson (\d+)\b.*$", re.MULTILINE)
STEPWISE = re.compile(r"\\blacksquare|^\*\*On paper|^\$\$", re.MULTILINE)


def make(root, number, out, home=None):
    """Write the deck of a lesson and what it needs into a folder; True if that changed the deck.

    home: the address of the lesson's page, from the folder, if it has one.
    """
    root, out = Path(root), Path(out)
    _static(out)
    return _files.write(deck(root, content.lessons(root)[number], home), out / f"{number}.html")


def make_plan(root, minutes, out):
    """Write the deck of a plan of so many minutes, its explorers with it; True if that changed the deck.

    An explorer is live where the deck is served; recordings are made once for each state of the package.
    """
    root, out = Path(root), Path(out)
    _static(out)
    page = plan_deck(root, minutes)
    live = out / "static" / "explorers"
    for name in sorted(set(re.findall(r'data-explorer="(\w+)"', page))):
        made = recording.kept(name, root / "build" / "recordings")
        shutil.copytree(Path(recording.__file__).with_name("front"), live, dirs_exist_ok=True)
        shutil.copytree(made, live / name, dirs_exist_ok=True)
    return _files.write(page, out / f"plan-{minutes}.html")


def _static(out):
    """What all decks in a folder share."""
    reveal = content.vendored(*content.REVEAL)
    static = out / "static"
    static.mkdir(parents=True, exist_ok=True)
    ours, theirs = [HERE / name for name in OWN], [reveal / name for name in THEIRS]
    for source in [*ours, *theirs, content.vendored(*content.MATHJAX)]:
        shutil.copy(source, static)


def deck(root, path, home=None):
    """The deck of a lesson, as HTML, with a link to the lesson's page if it has one."""
    from pygments.formatters import HtmlFormatter

    nb = content.read(path)
    said = notes(Path(root) / "docs" / "instructor_guide.md", int(path.name[:2]))
    stacks = []
    for cell in nb.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        body = _cell(root, path, cell)
        if (kind in ("notes", "skip") and _kind(cell) != "recall") or not body:
            continue
        if kind == "slide" or not stacks:
            stacks.append([[]])
        elif kind == "subslide":
            stacks[-1].append([])
        stacks[-1][-1].append(body)
    slides = "\n".join(_stack(stack, said) for stack in stacks)
    colours = HtmlFormatter(style=_style()).get_style_defs("pre.code")
    link = f'<nav class="home"><a href="{html.escape(home)}">The lesson</a></nav>' if home else ""
    title = html.escape(content.title(nb))
    return PAGE.format(title=title, slides=slides, highlighting=colours, kind="", home=link)


def plans(root):
    """{minutes: the parts of that plan}, each (minutes, what it is about, its slides), a slide (title, cells shown)."""
    text = (Path(root) / "docs" / "instructor_guide.md").read_text(encoding="utf-8")
    listed = tomllib.loads((Path(root) / "docs" / "plans.toml").read_text(encoding="utf-8"))
    found = {}
    for name, parts in listed.items():
        table = re.search(rf"^### {name} minutes.*?(?=^##)", text, re.MULTILINE | re.DOTALL)
        rows = PLAN_ROW.findall(table[0]) if table else []
        if len(rows) != len(parts):
            raise ValueError(
                f"plans.toml has {len(parts)} parts of {name} minutes, the guide's table {len(rows)} rows."
            )
        found[int(name)] = [
            (int(minutes), what, [(slide.get("title", ""), slide["show"]) for slide in slides])
            for (minutes, what), slides in zip(rows, parts)
        ]
    return found


def plan_deck(root, minutes):
    """The deck of a plan, as HTML: one idea a slide, no code, the cells' whole texts as notes."""
    known = plans(root)
    if minutes not in known:
        raise ValueError(f"there is no plan of {minutes} minutes: choose {' or '.join(map(str, known))}.")
    slides, lessons = [], {number: (path, content.read(path)) for number, path in content.lessons(root).items()}
    guide = Path(root) / "docs" / "instructor_guide.md"
    told = {number: notes(guide, int(number)) for number in lessons}
    within = {number: _within(nb, told[number]) for number, (_, nb) in lessons.items()}
    for minutes_of_part, what, part in known[minutes]:
        for i, (title, shown) in enumerate(part):
            said = "" if i else f"<p><b>{minutes_of_part} minutes.</b></p>{_markdown().render(what)}"
            bodies = []
            for place in shown:
                number, cell, blocks = _find(lessons, place)
                section = within[number][cell.id]
                said += told[number].pop(section, (0, None, ""))[-1]  # once, where the section begins
                body, more = _placed(root, *lessons[number], cell, place, blocks)
                bodies.append(body)
                said += more
            level = 2 if slides else 1
            head = f"<h{level}>{html.escape(title or VOTE)}</h{level}>"
            body = "\n".join([head, *bodies, f'<aside class="notes">{said}</aside>'])
            slides.append(f"<section><section>{body}</section></section>")
    name = f"{minutes} minutes: {content.title(lessons['00'][1])}"
    return PAGE.format(title=html.escape(name), slides="\n".join(slides), highlighting="", kind=" data-plan", home="")


def _within(nb, known):
    """{cell: the section of `known` that it stands in} of a lesson."""
    found, section = {}, ""
    for cell in nb.cells:
        section = ([section] + [key for key in _keys(cell) if key in known])[-1]
        found[cell.id] = section
    return found


def _find(lessons, place):
    """The lesson, the cell and the numbers of blocks of "02 twins-title: 3 4"; ValueError if there is no such cell."""
    match = PLACE.fullmatch(place)
    if not match or match[1] not in lessons:
        raise ValueError(f"plans.toml: {place!r} is no place such as '02 twins-title: 3 4'.")
    path, nb = lessons[match[1]]
    cell = next((cell for cell in nb.cells if cell.id == match[2]), None)
    if cell is None:
        raise ValueError(f"plans.toml: {path.name} has no cell {match[2]}.")
    return match[1], cell, (match[3] or "").split()


def _placed(root, path, nb, cell, place, numbers):
    """What a slide shows of a cell: its blocks of these numbers (all but headings if there is none); its notes."""
    kind = _kind(cell)
    if kind == "text":
        return _blocks(cell.source, place, numbers), _markdown().render(cell.source)
    if kind == "prequiz":
        return _statements(place, numbers), ""
    if kind in ("predict", "recall"):
        asked = re.sub("<h3>.*?</h3>", "", _prediction(PROMPT_ID.search(cell.source)[1], kind))
        body, _, notes = asked.partition('<aside class="notes">')
        return body + "</div>", notes.removesuffix("</aside></div>")
    if kind not in ("explorer", "figure"):
        raise ValueError(f"plans.toml: {place} shows no text, picture, question or explorer.")
    pictures = _pictures(root, path, cell)
    if kind == "figure":
        after = nb.cells[nb.cells.index(cell) + 1]
        read = _markdown().render(after.source) if _kind(after) == "text" and not _keys(after) else ""
        return pictures, f"<p>To be seen: {html.escape(' '.join(content.alternatives(path, cell)))}</p>{read}"
    what = nb.cells[nb.cells.index(cell) - 1]
    note = _markdown().render(what.source) if _kind(what) == "text" else ""
    note += "<p>Live where the deck is served: <code>python -m http.server -d build/slides</code>.</p>"
    picture = f'<div><div class="cell_output">{pictures}</div></div><p></p>'
    return f'<div class="explorer">{picture}{content.live(cell.source)}</div>', note


def _statements(place, numbers):
    """Statements of the pre-quiz: those of these numbers, or all."""
    known = {statement["id"]: statement["text"] for statement in predictions.content()["statement"]}
    chosen = [f"T{number}" for number in numbers] or list(known)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise ValueError(f"plans.toml: {place} names {unknown[0]}, which the pre-quiz does not have.")
    return "".join(f"<p><b>{name}.</b> {predictions.marked(known[name])}</p>" for name in chosen)


def _blocks(source, place, numbers):
    """Blocks of a Markdown cell, counted from 1, headings too, as HTML; 4.2 is the second item of a list that is 4."""
    blocks = []
    for token in _markdown().parse(source.replace(r"\quad", r"\qquad")):  # wide formulas may stand in two lines
        if token.level == 0 and token.nesting >= 0:
            blocks.append([])
        blocks[-1].append(token)
    chosen = [block for block in blocks if block[0].type != "heading_open"] if not numbers else []
    for number in numbers:
        block, _, item = number.partition(".")
        try:
            chosen.append(_item(blocks[int(block) - 1], int(item)) if item else blocks[int(block) - 1])
        except IndexError:
            raise ValueError(f"plans.toml: {place} names {number}, which the cell does not have.") from None
    return _rendered([token for block in chosen for token in block])


def _item(block, number):
    """The list that a block is, with one of its items only, numbered as it was."""
    begin = [i for i, token in enumerate(block) if token.type == "list_item_open" and token.level == 1][number - 1]
    end = next(i for i in range(begin, len(block)) if block[i].type == "list_item_close" and block[i].level == 1)
    head = copy.deepcopy(block[0])
    if head.tag == "ol":
        head.attrSet("start", str(number))
    return [head, *block[begin : end + 1], block[-1]]


def notes(guide, lesson):
    """{section: (minutes, minutes in short form or None, note as HTML)} of a lesson in the instructor guide.

    A section is called by its number, else by its heading up to a colon; the title is "Start", and what to remember
    "Recap".
    """
    parts = GUIDE_LESSON.split(guide.read_text(encoding="utf-8"))
    text = dict(zip(parts[1::2], parts[2::2])).get(str(lesson), "").split("\n## ")[0]
    found = {}
    for label, minutes, short, said in NOTE.findall(text):
        number = NUMBER.match(label)
        name = number[0] if number else label
        found[name] = (int(minutes), int(short) if short else None, _markdown().render(said))
    return found


def sections(nb):
    """What `notes` may call the sections of a lesson: the keys of its headings, in order."""
    return [key for cell in nb.cells for key in _keys(cell)]


def _keys(cell):
    """The keys of a cell's headings."""
    if cell.cell_type != "markdown":
        return []
    return [_key(*heading) for heading in re.findall(r"^(##?) (.+)$", cell.source, re.MULTILINE)]


def _key(level, heading):
    number = NUMBER.match(heading)
    if number:
        return number[0]
    return "Start" if level == "#" else "Recap" if heading == "What to remember" else heading.partition(":")[0]


def print_pdf(decks):
    """Print each deck {file: PDF} with Chromium; RuntimeError if there is none, or if a deck does not show."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise RuntimeError("a PDF needs Playwright: `pip install -e .[site]` installs it.") from None
    installed = _programs.find(*_programs.CHROMIUM)  # else the one that Playwright downloads
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        except Error:
            raise RuntimeError("a PDF needs Chromium or Chrome: or `playwright install chromium`.") from None
        for deck, pdf in decks.items():
            page = browser.new_page()
            try:
                page.goto(f"{Path(deck).resolve().as_uri()}?print-pdf")
                page.wait_for_selector("html[data-deck=ready]", timeout=1000 * SECONDS)
                page.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
            except Error as error:
                raise RuntimeError(f"{deck.name} could not be printed: {error.message.splitlines()[0]}") from None
            page.close()
        browser.close()
    return True


# ---- the parts of a deck ----


def _stack(stack, said):
    """One <section> of slides, with the notes of the section of the lesson that it begins."""
    slides = []
    for bodies in stack:
        body = "\n".join(bodies)
        asides = []
        for level, heading in re.findall(r"<h([12])>(.+?)</h", body):
            minutes, _, note = said.pop(_key("#" * int(level), html.unescape(heading)), (0, None, ""))
            if note:
                asides.append(f'<aside class="notes"><p><b>{minutes} minutes.</b></p>{note}</aside>')
        slides.append("\n".join(["<section>", body, *asides, "</section>"]))
    return "\n".join(["<section>", *slides, "</section>"])


def _kind(cell):
    """What a cell is: predict, recall, prequiz, verdicts, explorer, figure, code or text."""
    if cell.cell_type != "code":
        return "text"
    prompt = content.PROMPT.search(cell.source)
    if prompt:
        return prompt[1]
    if content.EXPLORER.search(cell.source):
        return "explorer"
    return "figure" if content.pictures(cell) else "code"


def _cell(root, path, cell):
    """The HTML of a cell: blocks, one below the other, that deck.js lays out on slides."""
    kind = _kind(cell)
    if kind == "text":
        return _text(cell.source)
    if kind in ("predict", "recall"):
        return _prediction(PROMPT_ID.search(cell.source)[1], kind)
    if kind in ("prequiz", "verdicts"):
        return cell.outputs[0].data["text/html"]
    shown = _pictures(root, path, cell) + "".join(_printed(output) for output in cell.outputs)
    if kind == "explorer":
        call = content.EXPLORER.search(cell.source)[0]
        return f'{shown}\n<p class="live">Live in JupyterLab: <code>{html.escape(call)})</code></p>'
    return shown if kind == "figure" else f'<div class="run">{_code(cell.source)}{shown}</div>'


def _text(source):
    """The blocks of a Markdown cell; the steps of a proof, or of any text with a displayed formula, one by one."""
    tokens = _markdown().parse(source)
    if STEPWISE.search(source):
        steps = [token for token in tokens if token.level == 0 and token.type in ("paragraph_open", "math_block")][1:]
        steps += [token for token in tokens if token.type == "list_item_open" and token.level == 1]
        for token in steps:
            token.attrJoin("class", "fragment")
    shown = _rendered(tokens)
    # What is folded in a notebook comes as a step of its own.
    shown = re.sub(r"<details>\s*<summary>(.*?)</summary>", r'<div class="fragment"><h3>\1</h3>', shown)
    return shown.replace("</details>", "</div>")


def _rendered(tokens):
    """Markdown's tokens as HTML, in which no line begins with the full stop after a formula."""
    shown = _markdown().renderer.render(tokens, _markdown().options, {})
    return re.sub(r"(<span>\\\([^<]*</span>)([.,;:!?)]+)", r'<span class="together">\1\2</span>', shown)


def _prediction(prompt_id, kind):
    """A question to the room; and on its return, what holds. All replies go into the speaker notes."""
    question = next(q for q in predictions.content()["question"] if q["id"] == prompt_id)
    marked = predictions.marked
    asked = re.sub(r"(\w\(\w+), (?=\w+\))", r"\1,&nbsp;", f"<p>{marked(question['text'])}</p>")  # N(0, 1) in one line
    options = "".join(f"<li>{marked(option['text'])}</li>" for option in question["option"])
    right = next(option for option in question["option"] if option.get("right"))
    letter = "ABCDEFGH"[question["option"].index(right)]
    answer = f'<p class="right"><b>{letter}. {marked(right["text"])}</b> {marked(right["reply"])}</p>'
    said = [
        f"<li><b>{marked(option['text'])}{' (right)' if option is right else ''}</b> {marked(option['reply'])}</li>"
        for option in question["option"]
    ]
    replies = f'<ol type="A">{"".join(said)}</ol></aside>'
    if kind == "recall":
        shown, aside = f"<h3>What you predicted</h3>{asked}{answer}", f'<aside class="notes">{replies}'
    else:
        now = question["reveal"] == "now"
        answer = answer.replace('class="right"', 'class="right fragment"') if now else ""
        shown = f'<h3>Your prediction?</h3>{asked}<ol type="A">{options}</ol>{answer}'
        hands = f"Let everybody choose by a show of hands{'' if now else '; the answer comes later'}."
        aside = f'<aside class="notes"><p>{hands}</p>{replies}'
    return f'<div class="prompt" data-page>{shown}{aside}</div>'


def _code(source):
    """A code cell's source, in colours."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return f'<pre class="code">{highlight(source, PythonLexer(), HtmlFormatter(nowrap=True))}</pre>'


def _style():
    """A style of Pygments whose contrast is high enough, if it is installed."""
    from pygments.styles import get_all_styles

    return "a11y-high-contrast-light" if "a11y-high-contrast-light" in get_all_styles() else "default"


def _printed(output):
    """What an output says in words."""
    data = output.get("data", {})
    text = output.get("text") or ("" if "image/png" in data else data.get("text/plain", ""))
    return f'<pre class="printed">{html.escape(text.rstrip())}</pre>' if text.strip() else ""


def _pictures(root, path, cell):
    """The pictures of a cell, each with its words."""
    found = content.pictures(cell)
    words = map(html.escape, content.alternatives(path, cell) if found else [])
    return "".join(
        f'<img src="data:image/png;base64,{data["image/png"]}" alt="{alt}">' for data, alt in zip(found, words)
    )


def _markdown():
    """The parser of the book, for one cell: formulas are left to MathJax, links lead to other decks."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    if not hasattr(_markdown, "parser"):
        parser = MarkdownIt("commonmark", {"html": True}).enable("table")
        parser.use(dollarmath_plugin, double_inline=True)
        parser.add_render_rule("math_inline", _inline)
        for name in ("math_block", "math_inline_double"):
            parser.add_render_rule(name, _displayed)
        parser.add_render_rule("link_open", _link)
        _markdown.parser = parser
    return _markdown.parser


def _inline(_, tokens, i, *rest):
    return rf"<span>\({html.escape(tokens[i].content)}\)</span>"


def _displayed(_, tokens, i, *rest):
    kind, formula = tokens[i].attrGet("class") or "", tokens[i].content
    beside = [rf"<span>\(\displaystyle {html.escape(part)}\)</span>" for part in formulas.beside(formula)]
    if len(beside) == 1:
        return f'<div class="formula {kind}">\\[{html.escape(formula)}\\]</div>'
    return f'<div class="formula row {kind}">{"".join(beside)}</div>'


def _link(_, tokens, i, *rest):
    target = tokens[i].attrGet("href")
    lesson = re.fullmatch(r"(?:\.\./notebooks/)?(\d\d)_\w+\.ipynb(#.*)?", target)
    if lesson:
        return f'<a href="{lesson[1]}.html">'
    return f'<a href="{html.escape(target)}">' if target.startswith("http") else "<a>"
