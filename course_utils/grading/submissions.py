"""Submissions: notebooks found in files, folders and zip files, and read however broken they are."""

import io
import json
import os
import re
import stat
import unicodedata
import warnings
import zipfile
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from course_utils._nbformat import nbformat

MOST_BYTES = 100 * 2**20  # of one notebook
MOST_CELLS = 2000
DEEPEST = 2  # zip files in zip files
PASSED_OVER = re.compile(r"\.[^.]|__MACOSX$")  # what is hidden, and macOS's copies
NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$", re.IGNORECASE)  # some browsers save them so
NO_NOTEBOOK = "no notebook was handed in, but this file"
CANVAS = re.compile(r"(?P<Student>[^_]+)(?:_LATE)?_(?P<ID>\d+)_\d+_")
MOODLE = re.compile(r"(?P<Student>.+)_(?P<Identifier>\d+)_assignsubmission_file")


class Submission(NamedTuple):
    """A notebook that was handed in: its name, the bytes of the file, and why those could not be read, or ""."""

    name: str
    data: bytes
    problem: str = ""


class Cell(NamedTuple):
    """What of a cell counts."""

    kind: str  # "code", "markdown" or "raw"
    id: str
    metadata: dict
    source: str


class Broken(ValueError):
    """Why a submission cannot be read, in a sentence."""


def find(paths):
    """Return the `Submission`s in files, folders and zip files, each with a name of its own.

    A name is the file's, with its folders below the path that was given and without its ending. A student whom an LMS's
    names tell of has a submission even if there is no notebook. ValueError if a path does not exist, or if there is
    nothing in any.
    """
    found = {}
    for path in map(Path, paths):
        if not path.exists():
            raise ValueError(f"{path} does not exist.")
        inside = [(_plain(name), data, problem) for name, data, problem in _in(path)]
        known = [student(name) for name, _, problem in inside if problem != NO_NOTEBOOK]
        for name, data, problem in inside:
            if problem == NO_NOTEBOOK:
                if not (who := student(name)) or who in known:
                    continue
                known.append(who)
            unique, n = name, 1
            while unique.casefold() in found:
                n += 1
                unique = f"{name} ({n})"
            found[unique.casefold()] = Submission(unique, data, problem)
    if not found:
        raise ValueError(f"there are no notebooks in {', '.join(map(str, paths))}.")
    return list(found.values())


def student(name):
    """What the name that an LMS gave a file tells of the student; the first part that has such a form counts."""
    for part in name.split("/"):
        if found := CANVAS.match(part):
            return found.groupdict()
        if found := MOODLE.match(part):
            return {"Student": found["Student"], "Identifier": f"Participant {found['Identifier']}"}
    return {}


def _plain(name):
    """A name that can be a file's everywhere, and stays inside the folder it is put into."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    parts = [re.sub(r'[<>:"|?*\\\x00-\x1f\x7f]', "_", part).strip() for part in PurePosixPath(name).parts]
    return "/".join(part for part in parts if part not in ("", ".", "..", "/")) or "notebook"


def _in(path):
    """Yield (name, bytes, problem) of the notebooks in a file, a folder or a zip file, and of all that is none."""
    if path.is_dir():
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if not PASSED_OVER.match(name))
            for name in sorted(files):
                file = Path(folder, name)
                inside = PurePosixPath(*file.relative_to(path).parent.parts)
                if name.startswith("."):
                    continue
                if not NOTEBOOK.search(name) and file.suffix.lower() != ".zip":
                    yield str(inside / name), b"", NO_NOTEBOOK
                    continue
                for inner, data, problem in _of(file):
                    yield str(inside / inner), data, problem
    else:
        yield from _of(path)


def _of(file):
    """Yield (name, bytes, problem) of a file: one for a notebook, one for each in a zip file."""
    name = file.stem if file.suffix.lower() == ".zip" else NOTEBOOK.sub("", file.name)
    try:
        status = file.lstat()
        if not stat.S_ISREG(status.st_mode):
            yield name, b"", "it is no ordinary file"
            return
        if file.suffix.lower() == ".zip":
            yield from _zipped(file.read_bytes(), name)
            return
        if status.st_size > MOST_BYTES:
            yield name, b"", f"it is larger than {MOST_BYTES >> 20} MB"
            return
        yield name, file.read_bytes(), ""
    except OSError as error:
        yield name, b"", f"it cannot be read: {error.strerror or error}"


def _zipped(data, name, depth=0):
    """Yield (name, bytes, problem) of the notebooks in a zip file and in zip files in it, and of all that is none."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield name, b"", f"it is a broken zip file: {error}"
        return
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        if member.is_dir() or not parts or any(PASSED_OVER.match(part) for part in parts):
            continue
        notebook, inner = NOTEBOOK.search(parts[-1]), str(PurePosixPath(name, *parts))
        if not notebook and not inner.lower().endswith(".zip"):
            yield inner, b"", NO_NOTEBOOK
            continue
        inner = NOTEBOOK.sub("", inner) if notebook else inner[:-4]
        try:
            with archive.open(member) as file:
                content = file.read(MOST_BYTES + 1)  # what it says of its size may be wrong
        except Exception as error:  # zipfile raises many kinds: passwords, methods, check sums
            yield inner, b"", f"it cannot be taken out of the zip file: {error}"
            continue
        if len(content) > MOST_BYTES:
            yield inner, b"", f"it is larger than {MOST_BYTES >> 20} MB"
        elif notebook:
            yield inner, content, ""
        elif depth < DEEPEST:
            yield from _zipped(content, inner, depth + 1)
        else:
            yield inner, b"", "it is a zip file in too many others: unpack it"


def cells(submission):
    """Return the cells of a submission; `Broken` if it is no notebook."""
    if submission.problem:
        raise Broken(submission.problem)
    raw = _json(submission.data)
    if not isinstance(raw, dict):
        raise Broken("it is no notebook: its JSON is no object")
    version = raw.get("nbformat", 4)
    if not isinstance(version, int) or not isinstance(raw.get("cells", []), list):
        raise Broken("it is no notebook: its format is unknown")
    if version < 4 or "worksheets" in raw:
        raw = _upgraded(raw)
    entries = raw.get("cells")
    if not isinstance(entries, list):
        raise Broken("it is no notebook: it has no cells")
    found = [_cell(entry) for entry in entries if isinstance(entry, dict)]
    if len(found) > MOST_CELLS:
        raise Broken(f"it has more than {MOST_CELLS} cells")
    return found


def _json(data):
    """The JSON of a file in UTF-8 or UTF-16, with or without a byte order mark."""
    if not data.strip():
        raise Broken("the file is empty")
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((name for mark, name in marks.items() if data.startswith(mark)), "utf-8")
    try:
        return json.loads(data.decode(encoding))
    except (ValueError, RecursionError):
        raise Broken("it is no notebook: the file is cut off, or not JSON") from None


def _upgraded(raw):
    """A notebook of an old format in the present one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return nbformat.reads(json.dumps(raw), as_version=4)
    except Exception:  # nbformat raises whatever it stumbles over
        raise Broken("it is a notebook of an old format, which nbformat cannot read") from None


def _cell(entry):
    source = entry.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    metadata = entry.get("metadata")
    return Cell(
        str(entry.get("cell_type", "")),
        str(entry.get("id", "")),
        metadata if isinstance(metadata, dict) else {},
        source.replace("\r\n", "\n").encode("utf-8", "replace").decode() if isinstance(source, str) else "",
    )
