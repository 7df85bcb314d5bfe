"""Submissions: notebooks found in files, folders and zip files, and read however broken they are."""

import contextlib
import hashlib
import io
import itertools
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
MOST_UNPACKED = 200 * 2**20  # bytes that come out of one file that was handed in, all zip files in it together
MOST_FILES = 5000  # in a zip file that was handed in
MOST_CELLS = 2000
MOST_VALUES = 3 * 10**6  # in the JSON of a notebook: each takes its memory
MOST_CODE = 10**7  # characters of a notebook's code
MOST_TOKENS = 400_000  # words and signs in it: to parse these takes 5 s, and 400 MB
TOKEN = re.compile(r"""'[^'\n\\]*'|"[^"\n\\]*"|\w+|[^\w\s]""")  # a text in quotes is one
DEEPEST = 2  # zip files in zip files
PASSED_OVER = re.compile(r"\.[^.]|__MACOSX$")  # what is hidden, and macOS's copies
SAVED = r"\.ipynb\s*(\.(txt|json|download|crdownload|part))?\s*$"  # as browsers save them, too
NOTEBOOK = re.compile(r"[^.].*" + SAVED, re.IGNORECASE | re.DOTALL)
ENDING = re.compile(SAVED, re.IGNORECASE)
ARCHIVE = re.compile(r"[^.].*\.(rar|7z|tar|tgz|gz|bz2|xz)$", re.IGNORECASE | re.DOTALL)  # somebody handed that in
ZIP = ".zip"
SOLVED = re.compile(r"✓ (\d{1,3}\.\d{1,3}) solved")  # what a check prints
NO_NOTEBOOK = "no notebook was handed in, but this file"
# What Canvas and Moodle call what they let one download. The student's own name for the file comes last.
CANVAS = re.compile(r"(?P<Student>[^_]+)(?:_LATE)?_(?P<ID>[1-9]\d*)_(?:[1-9]\d*_|text\.html$|link\.html$|media)")
MOODLE = re.compile(r"(?P<Student>.+?)_(?P<Identifier>\d+)_assignsubmission_(?:file|onlinetext)")


class Stored(NamedTuple):
    """Where the bytes of a notebook stand, so that not those of all are kept in memory.

    path: of the file; members: in a zip file the number of a member of it, of a member of that, and so on
    digest: of the bytes
    """

    path: str
    members: tuple
    digest: str


class Submission(NamedTuple):
    """A notebook that was handed in.

    data: the bytes of the file, or where they are `Stored`; problem: why those could not be read, or ""
    student: what an LMS told of the student, {column of a gradebook: value}, or {}
    """

    name: str
    data: bytes | Stored
    problem: str = ""
    student: dict = {}  # noqa: RUF012 (never changed)


class Cell(NamedTuple):
    """What of a cell counts.

    solved: the questions whose check was content, as its outputs tell, which may be old or forged. Nobody gets points
    by that: where an answer does not run here, a person looks.
    """

    kind: str  # "code", "markdown" or "raw"
    id: str
    metadata: dict
    source: str
    solved: tuple = ()


class Notebook(NamedTuple):
    """What of a notebook counts: its cells, and the version of Python that it was written with, (0, 0) if not known."""

    cells: list
    python: tuple = (0, 0)


class Broken(ValueError):
    """Why a submission cannot be read, in a sentence."""


def find(paths):
    """Return the `Submission`s in files, folders and zip files, each with a name of its own.

    A name is the file's, with its folders below the path that was given and without its ending. A student whom an LMS's
    names tell of has a submission even if there is no notebook, and so has an archive that cannot be opened.
    ValueError if a path does not exist, or if there is nothing in any.
    """
    found = {}
    for path in map(Path, paths):
        if not path.exists():
            raise ValueError(f"{path} does not exist.")
        files = list(_in(path))
        students = _students([given for given, _, _, _ in files])
        people = [who or _hint(name) for who, (_, name, _, _) in zip(students, files, strict=True)]
        known = [person for person, (_, _, _, problem) in zip(people, files) if person and problem != NO_NOTEBOOK]
        full = {given[0] for given, _, _, problem in files if len(given) > 1 and problem != NO_NOTEBOOK}  # folders
        for who, person, (given, name, data, problem) in zip(students, people, files, strict=True):
            if problem == NO_NOTEBOOK:
                archive = ARCHIVE.match(given[-1]) and given[0] not in full
                if person in known or not (person or archive):
                    continue
                known += [person] * bool(person)
            name = _plain(name)
            unique, n = name, 1
            while unique.casefold() in found:
                n += 1
                unique = f"{name} ({n})"
            found[unique.casefold()] = Submission(unique, data, problem, who)
    if not found:
        raise ValueError(f"there are no notebooks in {', '.join(map(str, paths))}.")
    return list(found.values())


def _students(given):
    """What an LMS's names tell of the student of each file, or {}.

    given: for each file the names that the student did not choose, from the outermost folder on

    What is looked at are the names that stand beside each other in the download, in a folder around it or in none. They
    are Canvas's if all notebooks among them have its form, and Moodle's if they have that: nothing further inside is,
    where a student can call a file or a folder after another student.
    """
    depth = 0
    while given and all(len(names) > depth + 1 for names in given) and len({names[depth] for names in given}) == 1:
        if MOODLE.match(given[0][depth]) or CANVAS.match(given[0][depth]):
            break
        depth += 1
    tops = [names[depth] if len(names) > depth else "" for names in given]
    notebooks = [top for top in tops if ENDING.search(top) or top.lower().endswith(ZIP)] or tops
    canvas = all(CANVAS.match(top) for top in notebooks)
    found = []
    for top in tops:
        if canvas and (told := CANVAS.match(top)):
            found.append(told.groupdict())
        elif not canvas and (told := MOODLE.match(top)):
            found.append({"Student": told["Student"], "Identifier": f"Participant {told['Identifier']}"})
        else:
            found.append({})
    return found


def _hint(name):
    """What an LMS may have written further inside: enough to lose nobody, not enough to say who it is."""
    return next((told[0] for part in name.split("/") if (told := MOODLE.match(part) or CANVAS.match(part))), "")


def _plain(name):
    """A name that can be a file's everywhere, and stays inside the folder it is put into."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    parts = [re.sub(r'[<>:"|?*\\\x00-\x1f\x7f]', "_", part).strip() for part in PurePosixPath(name).parts]
    return "/".join(part for part in parts if part.strip("/") not in ("", ".", "..")) or "notebook"


def _in(path):
    """Yield (given names, name, data, problem) of all files in a file, a folder or a zip file: see `_students`."""
    if path.is_dir():
        refused = []
        for folder, folders, files in os.walk(path, onerror=refused.append):
            inside = Path(folder).relative_to(path).parts
            for name in sorted(folders):
                if Path(folder, name).is_symlink() and not PASSED_OVER.match(name):
                    yield (*inside, name), "/".join((*inside, name)), b"", "it is a link to a folder, not the folder"
            folders[:] = sorted(name for name in folders if not PASSED_OVER.match(name))
            if not folders and not files and inside:
                yield inside, "/".join(inside), b"", NO_NOTEBOOK
            for name in sorted(files):
                for inner, data, problem in _of(Path(folder, name)):
                    yield (*inside, name), "/".join((*inside, inner)), data, problem
        for error in refused:
            inside = Path(error.filename).relative_to(path).parts
            yield inside, "/".join(inside) or path.name, b"", f"it cannot be read: {error.strerror}"
    elif path.suffix.lower() == ZIP:
        yield from _exported(path)
    else:
        for name, data, problem in _of(path, named=True):
            yield (path.name,), name, data, problem


def _exported(path):
    """Yield what `_in` does for a zip file that was named: an LMS made it, or the teacher."""
    try:
        with zipfile.ZipFile(path) as archive:
            for i, member in enumerate(archive.infolist()):
                parts = _parts(member)
                if not parts or "__MACOSX" in parts:
                    continue
                # An LMS writes no name that leads elsewhere: that one was made by somebody.
                strange = member.filename.replace("\\", "/").startswith("/") or ".." in member.filename
                for name, data, problem in _member(archive, member, parts, (path, (i,)), [MOST_UNPACKED]):
                    yield ("",) if strange else parts, "/".join((path.stem, name)), data, problem
    except Exception as error:  # zipfile raises many kinds
        yield (path.name,), path.stem, b"", f"it is a broken zip file: {error}"


def _of(file, named=False):
    """Yield (name, data, problem) of a file: one for a notebook, or for what was named, one for each in a zip file."""
    is_zip = file.suffix.lower() == ZIP
    name = file.stem if is_zip else ENDING.sub("", file.name) or file.name
    try:
        status = file.lstat()
        if not named and (file.name.startswith(".") or not (NOTEBOOK.match(file.name) or is_zip)):
            yield file.name, b"", NO_NOTEBOOK
        elif not stat.S_ISREG(status.st_mode):
            yield name, b"", "it is no ordinary file"
        elif status.st_size > MOST_BYTES:
            yield name, b"", f"it is larger than {MOST_BYTES >> 20} MB"
        elif is_zip:
            yield from _zipped(file.read_bytes(), name, (file, ()), [MOST_UNPACKED])
        else:
            yield name, _stored(file.read_bytes(), (file, ())), ""
    except OSError as error:
        yield name, b"", f"it cannot be read: {error.strerror or error}"


def _stored(data, place):
    """The `Stored` of bytes at a place: a path, and the numbers of members."""
    path, members = place
    return Stored(os.path.abspath(path), members, hashlib.sha256(data).hexdigest())


def content(submission):
    """Return the bytes of a submission; `Broken` if they are not there any more as they were."""
    data = submission.data
    if not isinstance(data, Stored):
        return data
    try:
        raw = Path(data.path).read_bytes() if not data.members else None
        file = data.path
        for number in data.members:
            with zipfile.ZipFile(file) as archive, archive.open(archive.infolist()[number]) as member:
                raw = member.read(MOST_BYTES)
            file = io.BytesIO(raw)
    except Exception as error:  # zipfile raises many kinds
        raise Broken(f"it cannot be read any more: {error}") from None
    if hashlib.sha256(raw).hexdigest() != data.digest:
        raise Broken("its file was changed while it was graded: grade it again")
    return raw


def key(submission):
    """Return a text that is another one for another submission, or if anything in it has changed."""
    data = submission.data
    digest = data.digest if isinstance(data, Stored) else hashlib.sha256(data).hexdigest()
    return hashlib.sha256(repr(submission._replace(data=digest)).encode()).hexdigest()[:32]


def _zipped(data, name, place, left):
    """Yield (name, data, problem) of all files in a zip file that was handed in, and in zip files in it.

    place: where it stands, see `_stored`
    left: a list of the number of bytes that may yet come out
    """
    if data.count(b"PK\x01\x02") > MOST_FILES:
        yield name, b"", f"it is a zip file of more than {MOST_FILES} files"
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = [(i, member, _parts(member)) for i, member in enumerate(archive.infolist())]
    except Exception as error:  # zipfile raises many kinds
        yield name, b"", f"it is a broken zip file: {error}"
        return
    if not any(parts for _, _, parts in members):
        yield name, b"", NO_NOTEBOOK
    for i, member, parts in members:
        if any(PASSED_OVER.match(part) for part in parts) or not parts:
            yield name, b"", NO_NOTEBOOK
        else:
            for inner, inside, problem in _member(archive, member, parts, (place[0], (*place[1], i)), left):
                yield "/".join((name, inner)), inside, problem


def _parts(member):
    """The names that lead to a member of a zip file, inside of where it is unpacked to; () if there are none."""
    name = member.filename
    if not member.flag_bits & 0x800:  # it does not say that it is UTF-8, and macOS's Finder writes that without saying
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return tuple(part for part in PurePosixPath(name.replace("\\", "/")).parts if part.strip("/") not in ("", ".."))


def _member(archive, member, parts, place, left):
    """Yield (name, data, problem) of one member of a zip file, several if it is one itself."""
    name, is_zip = "/".join(parts), parts[-1].lower().endswith(ZIP)
    if member.is_dir() or not (NOTEBOOK.match(parts[-1]) or is_zip) or any(map(PASSED_OVER.match, parts)):
        yield name, b"", NO_NOTEBOOK
        return
    name = name[: -len(ZIP)] if is_zip else ENDING.sub("", name)
    most = min(MOST_BYTES, left[0])
    try:
        with archive.open(member) as file:
            data = file.read(most + 1)  # what it says of its size may be wrong
    except Exception as error:  # zipfile raises many kinds: passwords, methods, check sums
        yield name, b"", f"it cannot be taken out of the zip file: {error}"
        return
    left[0] -= len(data)
    if len(data) > most:
        yield name, b"", f"it is larger than {MOST_BYTES >> 20} MB, or its zip file than {MOST_UNPACKED >> 20} MB"
    elif not is_zip:
        yield name, _stored(data, place), ""
    elif len(place[1]) <= DEEPEST:
        yield from _zipped(data, name, place, left)
    else:
        yield name, b"", "it is a zip file in too many others: unpack it"


def read(submission):
    """Return the `Notebook` of a submission; `Broken` if it is none."""
    if submission.problem:
        raise Broken(submission.problem)
    raw = _json(content(submission))
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
    code = [cell.source for cell in found if cell.kind == "code"]
    tokens = (token for text in code for token in TOKEN.finditer(text))
    if sum(map(len, code)) > MOST_CODE or next(itertools.islice(tokens, MOST_TOKENS, None), None):
        raise Broken(f"it has more than {MOST_CODE} characters of code, or {MOST_TOKENS} words and signs")
    return Notebook(found, _python(raw.get("metadata")))


def _python(metadata):
    """The version of Python that a notebook's metadata tell."""
    language = metadata.get("language_info") if isinstance(metadata, dict) else None
    version = language.get("version") if isinstance(language, dict) else None
    told = re.match(r"(\d{1,3})\.(\d{1,3})", version, re.ASCII) if isinstance(version, str) else None
    return (int(told[1]), int(told[2])) if told else (0, 0)


def _json(data):
    """The JSON of a file in UTF-8 or UTF-16, with or without a byte order mark."""
    if not data.strip():
        raise Broken("the file is empty")
    if sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise Broken(f"it has more than {MOST_VALUES} values: clear its outputs")
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
    except Exception as error:  # nbformat raises whatever it stumbles over
        why = type(error).__name__
        raise Broken(f"it is a notebook of an old format, which nbformat cannot read ({why})") from None


def _cell(entry):
    source, metadata = _text(entry.get("source", "")).removeprefix("\ufeff"), entry.get("metadata")
    outputs = entry.get("outputs")
    outputs = [output for output in outputs if isinstance(output, dict)] if isinstance(outputs, list) else []
    return Cell(
        str(entry.get("cell_type", "")),
        str(entry.get("id", "")),
        metadata if isinstance(metadata, dict) else {},
        source.replace("\r\n", "\n").encode("utf-8", "replace").decode(),
        tuple({question for output in outputs for question in SOLVED.findall(_printed(output))}),
    )


def _text(source):
    """A text, or the lines of one: without their ends, where a program left all of these out."""
    if not isinstance(source, list):
        return source if isinstance(source, str) else ""
    lines = [part for part in source if isinstance(part, str)]
    return ("" if any("\n" in line for line in lines) else "\n").join(lines)


def _printed(output):
    """The plain text of an output."""
    data = output.get("data")
    return _text(output.get("text")) + _text(data.get("text/plain") if isinstance(data, dict) else None)
