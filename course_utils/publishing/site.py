"""The web book: the stored notebooks and docs/ as pages, by Sphinx; nothing is run and nothing is downloaded."""

import json
import re
import shutil
import tempfile
from itertools import repeat
from pathlib import Path

from course_utils import _browser, _files, _workers, explorers, questions
from course_utils._nbformat import nbformat
from course_utils.authoring import content, stored
from course_utils.explorers import recording
from course_utils.publishing import formulas, lite, slides
from course_utils.publishing import pyodide as worker
from course_utils.questions import predictions

FOLDERS = {
    "notebooks": "Lessons",
    "notebooks/deeper": "For the curious",
    "exercises": "Exercises",
    "solutions": "Solutions",
}
NO_PAGES = ("index.md", "ARCHITECTURE.md")  # the front page is made apart; the map is for who changes the course
PAGES = {"Reference": ("card", "notation", "references", "browser", "teaching")}
TEACHERS = ("instructor_guide", "grading", "hub")  # pages for students list neither these nor solutions
LIVE = "*A picture of it. On a web site, and in JupyterLab, where a kernel runs, it is live: move its controls.*"
FOLD = "<details><summary>Show the answer</summary>\n"
EXPLORER = 'id="explorer"'  # of the first on a page
FRONT = 'explorers.plane(hidden_layers="3", sigma_w=1)'


def build(root, out, repository=None, live=False, pyodide=None):
    """Write the book into a folder in place of an earlier one; RuntimeError if Sphinx finds anything to complain about.

    In `slides` of the folder are the lessons' decks, and, if asked for `live` pages, in `lite` the site of `lite.py`:
    these pages link to each other.
    repository: an address on GitHub for the buttons that lead there and to Binder. pyodide: see `lite.build`.
    """
    try:
        from sphinx.cmd.build import main as sphinx
    except ImportError:
        raise ValueError("Sphinx is not installed: `pip install -e .[site]` installs it.") from None
    root, out = Path(root), Path(out)
    with _files.replacing(out, "course site") as book, tempfile.TemporaryDirectory() as work:
        if live:  # first, as it may need a network
            lite.fill(root, book / "lite", pyodide, home="../../")
        for number, path in content.lessons(root).items():
            slides.make(root, number, book / "slides", home=f"../notebooks/{path.stem}.html")
        source, pages = Path(work, "source"), Path(work, "pages")
        _lay_out(root, source, repository, live)
        options = ["-q", "-W", "--keep-going", "-j", "2", "-d", str(Path(work, "doctrees"))]
        if sphinx([*options, str(source), str(pages)]):  # myst-nb leaves what it needed beside them
            raise RuntimeError("the book was not built: see the warnings above.")
        texts = {path: formulas.together(path.read_text(encoding="utf-8")) for path in pages.rglob("*.html")}
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
        (pages / "_static" / "formulas.woff").write_bytes(formulas.subset(formulas.characters(texts.values())))
        shutil.copytree(pages, book, dirs_exist_ok=True)
    return out / "index.html"


def _lay_out(root, source, repository, live):
    """Write the pages' sources, with the configuration, into a folder."""
    listed = {}
    for folder, caption in FOLDERS.items():
        # The questions people ask come second: who brings one need not look through the lessons.
        for path in sorted(content.notebooks(root, folder), key=lambda path: path.name.replace("questions", "00~")):
            nb = page(root, path)
            if links := also(root, folder, path, live, any(EXPLORER in cell.source for cell in nb.cells)):
                nb.cells.insert(1, nbformat.v4.new_markdown_cell(links, id="also"))
            stored_at = source / folder / path.name
            stored_at.parent.mkdir(parents=True, exist_ok=True)
            stored_at.write_text(stored.to_text(nb, path.name), encoding="utf-8")
            # In the list of lessons the first one, named as the course, says its number and its question.
            name = f"{folder}/{path.stem}"
            listed.setdefault(caption, []).append(f"0. The question <{name}>" if path.name.startswith("00") else name)
    docs = root / "docs"
    shutil.copytree(
        docs, source / "docs", ignore=shutil.ignore_patterns("conf.py", *NO_PAGES, "_static", "_templates", "*.toml")
    )
    (source / "docs" / "references.md").write_text(_references(root), encoding="utf-8")
    for folder in ("_static", "_templates"):
        shutil.copytree(docs / folder, source / folder)
    _explorers(source / "_static" / "explorers", root / "build")
    asking = Path(questions.__file__).with_name("front")
    # One classic script: where a page is opened as a file, modules are not loaded.
    asks = f"(() => {{\n{_browser.script(asking, 'question', 'book')}}})();\n"
    _files.write(asks, source / "_static" / "questions.js")
    shutil.copy(asking / "question.css", source / "_static")
    conf = (docs / "conf.py").read_text(encoding="utf-8")
    (source / "conf.py").write_text(f"repository = {repository!r}\n{conf}", encoding="utf-8")
    there = {path.stem for path in docs.glob("*.md")} - {Path(name).stem for name in NO_PAGES} - {*TEACHERS}
    teaching = source / "docs" / "teaching.md"
    below = [*TEACHERS, *(f"../{name}" for name in listed.pop(FOLDERS["solutions"]))]
    teaching.write_text("\n\n".join([teaching.read_text(encoding="utf-8"), _tree(below), ""]), encoding="utf-8")
    for caption, names in PAGES.items():
        listed[caption] = [f"docs/{name}" for name in names if name in there]
    listed["Reference"] += [f"docs/{name}" for name in sorted(there.difference(*PAGES.values()))]
    for path in (source / "docs").glob("*.md"):
        path.write_text(_links(path.read_text(encoding="utf-8"), path, root, source), encoding="utf-8")
    (source / "index.md").write_text(_front(docs / "index.md", listed), encoding="utf-8")


def _explorers(folder, build):
    """Write the explorers' front end, their recordings, and Python to show what is not recorded, into a folder."""
    shutil.copytree(Path(explorers.__file__).with_name("front"), folder)
    made = _workers.processes(_workers.cores()).map(recording.kept, explorers.NAMES, repeat(build / "recordings"))
    for name, path in zip(explorers.NAMES, made):
        shutil.copytree(path, folder / name)
    try:
        shutil.copytree(worker.packed(build), folder / "python")
    except worker.Missing as missing:
        print(f"The book shows of its explorers what is recorded, and nothing else: {missing}.")
        return
    for path in folder.glob("*/index.json"):
        if path.parent.name in explorers.NAMES:
            index = json.loads(path.read_text(encoding="utf-8")) | {"python": True}
            path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _links(text, path, root, source):
    """The text of a page, where links to files of the repository that are no part of the book are words only."""

    def link(found):
        target = (path.parent / found[2].partition("#")[0]).resolve()
        outside = target.is_relative_to(source.resolve()) and not target.exists()
        return found[1] if outside and (root / target.relative_to(source.resolve())).exists() else found[0]

    return re.sub(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)", link, text)


def _front(path, listed):
    """The front page: docs/index.md as if it lay in the root, the plane at work, and the table of contents."""
    text = re.sub(r"\]\((?!\.\./|https?:|#)", "](docs/", path.read_text(encoding="utf-8")).replace("](../", "](")
    text = text.replace("\n![", f"\n{content.live(FRONT, ' data-play')}\n\n![", 1)
    return "\n\n".join([text, *(_tree(names, f":caption: {caption}\n") for caption, names in listed.items()), ""])


def _tree(names, more=""):
    """A part of the table of contents."""
    return "```{toctree}\n:hidden:\n" + more + "\n" + "\n".join(names) + "\n```"


def _references(root):
    """docs/references.md, and below it the sources of each lesson."""
    parts = [(root / "docs" / "references.md").read_text(encoding="utf-8")]
    for folder, name in zip(content.LESSONS, ("lesson", "notebook")):
        for path in content.notebooks(root, folder):
            nb = stored.read(path)
            for cell in nb.cells:
                _, heading, sources = cell.source.partition("### Sources")
                if heading and cell.cell_type == "markdown":
                    link = f"[The {name}](../{folder}/{path.name})"
                    parts.append(f"## {content.title(nb)}\n\n{link}\n\n{sources.strip()}\n")
    return "\n".join(parts)


def also(root, folder, path, live, moves):
    """The HTML of links from a page to its explorer, if something `moves`, to its slides, and to where it runs."""
    up = "../" * (folder.count("/") + 1)
    links = ['<a href="#explorer">Something to move: its explorer</a>'] if moves else []
    if path in content.lessons(root).values():
        links.append(f'<a href="{up}slides/{path.name[:2]}.html">Slides of this lesson</a>')
    if live and folder != "solutions":
        links.append(f'<a href="{up}lite/lab/index.html?path={folder}/{path.name}">Run this page in the browser</a>')
    return f'<p class="also">{" · ".join(links)}</p>' if links else ""


def page(root, path):
    """The notebook as the book shows it: figures with words, drawing code folded, prompts without their code."""
    nb = content.read(path)
    cells = []
    for cell in nb.cells:
        cells.append(cell)
        if cell.cell_type != "code":
            if "text" in cell.metadata.get("course", {}):  # a page of its own, whose title is a section's here
                cell.source = re.sub(r"^# ", "### ", cell.source)
            cell.source = cell.source.replace("<!-- BEGIN SOLUTION -->", FOLD).replace(
                "<!-- END SOLUTION -->", "\n</details>"
            )
            continue
        tags, shown = set(cell.metadata.get("tags", [])), {}
        role = cell.metadata.get("course", {}).get("role")
        if content.PROMPT.search(cell.source):
            tags |= {"remove-input", "prompt"}
            for output in cell.outputs:
                if "text/html" in output.get("data", {}):
                    output.data["text/html"] = predictions.with_spec(output.data["text/html"])
        elif cell.id == "setup" or role == "setup" or "figure" in tags:
            tags.add("hide-input")
        elif role == "check" and path.parent.name == "exercises":
            tags.add("remove-output")
        elif role == "answer" and path.parent.name == "solutions":
            tags.add("hide-input")
            cell.source = re.sub(r"(?m)^ *### (BEGIN|END) SOLUTION\n?", "", cell.source).rstrip()
            shown |= {"code_prompt_show": "Show the answer", "code_prompt_hide": "Hide the answer"}
        if content.pictures(cell):
            shown["image"] = {"alt": " ".join(content.alternatives(path, cell))}
        if content.EXPLORER.search(cell.source):
            opened = content.EXPLORER.search(cell.source).string[content.EXPLORER.search(cell.source).start() :]
            place = "" if any(EXPLORER in other.source for other in cells) else f" {EXPLORER}"
            shows = f"{LIVE}\n\n{content.live(opened, place)}"
            cells.append(nbformat.v4.new_markdown_cell(shows, id=f"{cell.id}-live"))
        cell.metadata["tags"] = sorted(tags)
        if shown:
            cell.metadata["mystnb"] = shown
    if path.parent.name == "solutions":
        cells[0].source = cells[0].source.replace("# Exercise", "# Solutions of exercise", 1)
    nb.cells = cells
    return nb
