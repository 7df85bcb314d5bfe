"""The figures of the lessons as files: PNG as they are stored, SVG or PDF drawn anew by running the lesson."""

import base64
import html
import re
from pathlib import Path

from course_utils import _files
from course_utils._nbformat import nbformat
from course_utils.authoring import content, stored

FORMATS = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}
CHOOSE = "%config InlineBackend.figure_formats = [{!r}]"


def export(root, number, kind, out):
    """Write each figure of a lesson into a folder, named by its cell; True if that changed a file.

    An SVG carries the figure's words as its description. RuntimeError if the lesson does not run.
    """
    path = content.lessons(Path(root))[number]
    nb = content.read(path)
    shown = {cell.id: content.alternatives(path, cell) for cell in nb.cells if _is_figure(cell)}
    if kind != "png":
        choose = nbformat.v4.new_code_cell(CHOOSE.format(kind), id="figure-format")
        nb.cells.insert(0, choose)
        nb = stored.run(nb, path.parent, path.name)
    changed = False
    for cell in nb.cells:
        if cell.id in shown:
            drawn = [output.data[FORMATS[kind]] for output in cell.outputs if FORMATS[kind] in output.get("data", {})]
            for place, (data, words) in enumerate(zip(drawn, shown[cell.id]), start=1):
                name = f"{number}-{cell.id}{f'-{place}' * (len(drawn) > 1)}.{kind}"
                changed |= _files.write(_file(data, kind, words), Path(out) / name)
    return changed


def _is_figure(cell):
    """Whether a cell shows a figure of matplotlib's; an explorer's picture is not one."""
    return cell.cell_type == "code" and content.pictures(cell) and not content.EXPLORER.search(cell.source)


def _file(data, kind, words):
    """What is written into the file."""
    if kind == "svg":
        description = f"<desc>{html.escape(words, quote=False)}</desc>"
        return re.sub(r"<svg\b[^>]*", lambda tag: tag[0] + ' role="img"', data, count=1).replace(
            "<metadata>", f"{description}\n <metadata>", 1
        )
    return base64.b64decode(data)
