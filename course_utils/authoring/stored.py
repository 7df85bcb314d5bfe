"""Stored notebooks: executed from top to bottom, and written such that a re-run changes only what really changed."""

import ast
import base64
import copy
import hashlib
import io
import json
import os
import re
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from course_utils import _command, _files
from course_utils._nbformat import nbformat

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# Of the metadata only what the course means is kept: the rest is how one person's screen looked.
CELL_METADATA = ("course", "nbgrader", "slideshow", "tags")
NOTEBOOK_METADATA = ("authors", "course", "title")
ROLES = ("setup", "answer", "check", "text")
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
WIDGET = "application/vnd.jupyter.widget-view+json"
# Python writes a warning as "folder/file.py:12: RuntimeWarning: ...", and the folder differs by machine.
WARNING = re.compile(r"(?m)^\S.*:\d+: \w*Warning: ")
MOST_CODE_LINES = 20
CELL_SECONDS = 600


def read(path):
    """The notebook in a file, as it stands there; ValueError if it is none of format 4."""
    return parse(Path(path).read_text(encoding="utf-8"), path)


def parse(text, name):
    """The notebook in a text; ValueError, with the file's name, if it is none of format 4."""
    try:
        nb = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{name} is not a notebook: {error}.") from None
    if not isinstance(nb, dict) or nb.get("nbformat") != 4:
        raise ValueError(f"{name} is not a notebook of format 4: open it in JupyterLab and save it.")
    # Format 4.4, relaxed, is 4.5 without the ids: nbformat would give missing ones at random, normalise derives them.
    _validate(nb, name, version=4, version_minor=4, relax_add_props=True)
    return nbformat.v4.to_notebook(nb)


def to_text(nb, name="the notebook"):
    """The JSON of a notebook: sorted keys, indent 1, a newline at the end; ValueError if it breaks the format."""
    _validate(nb, name)
    return nbformat.v4.writes_json(nb) + "\n"


def normalise(nb):
    """A copy of the notebook with all that differs from run to run or from machine to machine taken out."""
    nb = copy.deepcopy(nb)
    nb.nbformat, nb.nbformat_minor = 4, 5
    nb.metadata = nbformat.from_dict(
        {
            **_only(NOTEBOOK_METADATA, nb.get("metadata", {})),
            "kernelspec": KERNEL,
            "language_info": {"name": "python"},
        }
    )
    taken = set()
    count = 0
    for position, cell in enumerate(nb.cells, start=1):
        cell.metadata = _only(CELL_METADATA, cell.get("metadata", {}))
        cell.source = _trimmed(cell)
        if not CELL_ID.fullmatch(cell.get("id", "")) or cell.id in taken:
            cell.id = _derived_id(cell, position)
        taken.add(cell.id)
        if cell.cell_type == "code":
            executed = cell.get("execution_count") is not None
            count += executed
            cell.execution_count = count if executed else None
            cell.outputs = _outputs(cell)
    return nb


def without_outputs(nb):
    """A copy of the notebook as if it had never run."""
    nb = copy.deepcopy(nb)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nb


def keep_pictures(nb, old):
    """Put the old bytes of each picture back whose pixels are the same: a new matplotlib changes only the bytes."""
    stored = {cell.get("id"): _pictures(cell) for cell in old.cells}
    for cell in nb.cells:
        for new_data, old_data in zip(_pictures(cell), stored.get(cell.id, []), strict=False):
            if _same_pixels(new_data["image/png"], old_data["image/png"]):
                new_data["image/png"] = old_data["image/png"]


def run(nb, folder, name):
    """A normalised copy of the notebook, run from top to bottom in a folder.

    RuntimeError, with the name and the cell's id, if a cell raises, hangs, or kills the kernel.
    """
    from jupyter_client import AsyncKernelManager
    from jupyter_client.kernelspec import KernelSpecManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    nb = without_outputs(normalise(nb))
    current = []
    # The Python that runs this, whatever other kernel JUPYTER_PATH calls python3.
    kernels = KernelSpecManager(kernel_dirs=[])
    with tempfile.TemporaryDirectory() as work:
        client = NotebookClient(
            nb,
            km=AsyncKernelManager(kernel_name="python3", kernel_spec_manager=kernels),
            # ipykernel warns at each start that its sockets on this machine are not encrypted.
            extra_arguments=["--log-level=ERROR"],
            timeout=CELL_SECONDS,
            force_raise_errors=True,
            record_timing=False,
            store_widget_state=False,
            resources={"metadata": {"path": str(folder)}},
            on_cell_start=lambda cell, cell_index: current.append(cell.id),
        )
        try:
            client.execute(env=_environment(work), cleanup_kc=True)
        except CellExecutionError as error:
            reason = f"{error.ename}: {error.evalue}"
        except CellTimeoutError:
            reason = f"still running after {CELL_SECONDS} seconds"
        except DeadKernelError:
            reason = "the kernel died"
        else:
            return normalise(nb)
    where = f"cell {current[-1]}" if current else "before the first cell"
    raise RuntimeError(f"{name}, {where}: {reason}")


def execute(path, name=None):
    """Run a notebook in its own folder and store it executed; True if that changed the file.

    RuntimeError if a cell fails, and then the file stays as it was; ValueError if it is no notebook.
    """
    path = Path(path)
    name = name or str(path)
    old = read(path)
    nb = run(old, path.parent, name)
    keep_pictures(nb, normalise(old))
    for target, content in exported(nb, path).items():
        _files.write(content, target)
    return _files.write(to_text(nb, name), path)


def exported(nb, path):
    """{file: bytes} of the cells whose metadata names a file, from the repository's root, that is to be made of them.

    course.picture: of the PNG a code cell shows; course.text: of the text of a Markdown cell. ValueError if a name
    leads out of the repository.
    """
    root = Path(path).resolve().parent.parent
    made = {}
    for cell in nb.cells:
        course = _course(cell)
        if "picture" in course:
            made[course["picture"]] = base64.b64decode(_pictures(cell)[0]["image/png"])
        if "text" in course:
            made[course["text"]] = (cell.source + "\n").encode("utf-8")
    for name in made:
        if not (root / name).resolve().is_relative_to(root):
            raise ValueError(f"{path} names {name}, which is not in {root}: give its cell another name.")
    return {root / name: content for name, content in made.items()}


def _course(cell):
    course = cell.get("metadata", {}).get("course")
    return course if isinstance(course, dict) else {}


def problems(path):
    """What keeps a stored notebook from being as `course store` leaves it: sentences, none if all is well."""
    try:
        text = Path(path).read_bytes().decode("utf-8")
        nb = parse(text, "this")
        normal = to_text(normalise(nb), "this")
    except ValueError as error:
        return [str(error)]
    found = [] if normal == text else ["not normalised"]
    for target, content in exported(nb, path).items():
        if not target.is_file() or target.read_bytes() != content:
            found.append(f"{target.name} is not what its cell holds")
    if "widgets" in nb.metadata:
        found.append("widget state in the notebook's metadata")
    for position, cell in enumerate(nb.cells, start=1):
        if cell.cell_type == "code":
            where = cell.get("id", f"number {position}")
            found += [f"cell {where}: {problem}" for problem in _cell_problems(cell)]
    return found


def code_lines(source):
    """How many lines of a cell are code: no blank lines, no comments, no docstrings."""
    lines = {n for n, line in enumerate(source.splitlines(), start=1) if line.strip() and line.strip()[0] != "#"}
    try:
        tree = ast.parse(source)
    except SyntaxError:
        # A magic is IPython's syntax, not Python's.
        return len(lines)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def _validate(nb, name, **version):
    """Hold the notebook against the format's schema; ValueError with what is wrong first."""
    try:
        nbformat.validate(nb, **version)
    except nbformat.ValidationError as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"{name} is not a valid notebook: {reason}") from None


def _only(keys, metadata):
    """The part of the metadata under these keys."""
    return nbformat.from_dict({key: metadata[key] for key in keys if key in metadata})


def _trimmed(cell):
    """The cell's source without white space at its ends; in Markdown two blanks end a line, so lines are kept there."""
    if cell.cell_type != "code":
        return cell.source.rstrip()
    return "\n".join(line.rstrip() for line in cell.source.split("\n")).rstrip()


def _derived_id(cell, position):
    """An id for a cell that has none, the same whenever it is derived."""
    role = _course(cell).get("role")
    if role not in ROLES:
        role = cell.cell_type
    content = hashlib.sha256(cell.source.encode("utf-8")).hexdigest()[:8]
    return f"{role}-{position}-{content}"


def _outputs(cell):
    """The cell's outputs: one stream where several of a name follow each other, no widget ids, the cell's count."""
    outputs = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream" and outputs and outputs[-1].get("name") == output.name:
            outputs[-1].text += output.text
            continue
        if output.output_type == "execute_result":
            output.execution_count = cell.execution_count
        if len(output.get("data", {})) > 1:
            output.data.pop(WIDGET, None)
            output.metadata.pop(WIDGET, None)
        if "image/png" in output.get("data", {}):
            output.data["image/png"] = "".join(output.data["image/png"].split())
        outputs.append(output)
    return outputs


def _pictures(cell):
    """The bundles of a cell's outputs that hold a PNG."""
    return [output.data for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]


def _same_pixels(one, other):
    """Whether two PNG files, in base64, show the same picture; False if one cannot be decoded."""
    if one == other:
        return True
    from PIL import Image, ImageSequence  # slow to import, and most pictures have not changed at all

    try:
        files = [Image.open(io.BytesIO(base64.b64decode(png))) for png in (one, other)]
        a, b = ([np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(file)] for file in files)
    except (ValueError, OSError, SyntaxError):
        return False
    return len(a) == len(b) and all(map(np.array_equal, a, b))


def _environment(work):
    """The kernel's environment: this one's, but no bars, no work of the learner's and nobody's personal set-up."""
    environment = {
        **_command.alone(os.environ),
        "COURSE_WORK": work,
        "IPYTHONDIR": str(Path(work, "ipython")),
        # As matplotlib comes, not as somebody likes it.
        "MATPLOTLIBRC": str(Path(find_spec("matplotlib").submodule_search_locations[0], "mpl-data", "matplotlibrc")),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "TQDM_DISABLE": "1",
    }
    # With another back-end figures would not be shown in the notebook.
    environment.pop("MPLBACKEND", None)
    return environment


def _cell_problems(cell):
    """Sentences on what is wrong with one stored code cell."""
    skipped = "skip-execution" in cell.metadata.get("tags", [])
    if cell.source.strip() and not skipped and cell.get("execution_count") is None:
        yield "not executed"
    lines = code_lines(cell.source)
    if lines > MOST_CODE_LINES:
        yield f"{lines} lines of code, more than {MOST_CODE_LINES}"
    for output in cell.outputs:
        if output.output_type == "error":
            yield f"its output is an error, {output.ename}"
        if WIDGET in output.get("data", {}):
            yield "widget state in an output"
        if output.output_type == "stream" and WARNING.search(output.text):
            yield "its output is a warning, which names a folder of one machine"
