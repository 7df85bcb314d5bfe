"""Files that are no notebooks, or hardly: each is named for a person to look at, and hurts no other."""

import io
import json
import os
import zipfile

from corpus import REVIEW, RIGHT, STUB, Case, all_of, bare, code, dumped, filled

UNREADABLE = {"": {REVIEW}}
GOOD = dumped(filled(4))


def _case(title, data, outcomes=UNREADABLE, file=None, **options):
    return Case("broken", file or f"broken {title}.ipynb", data, {title: outcomes}, **options)


def _zipped(name, data, **options):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", **options) as archive:
        archive.writestr(name, data)
    return raw.getvalue()


def _encrypted():
    """A zip file that says of its member that it is encrypted."""
    raw = bytearray(_zipped("02.ipynb", GOOD))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def _spoiled():
    raw = bytearray(_zipped("02.ipynb", GOOD))
    raw[60:90] = bytes(30)
    return bytes(raw)


def _folder(path):
    path.mkdir()
    (path / "inside.ipynb").write_bytes(GOOD)


def _too_large(path):
    path.touch()
    os.truncate(path, 300 * 2**20)


def _cells(*cells):
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _answers_among(*cells):
    """A solved exercise with odd cells between its own."""
    nb = filled(4)
    nb["cells"] = [part for i, cell in enumerate(nb["cells"]) for part in (cells[i % len(cells)], cell)]
    return json.dumps(nb).encode()


ODD_CELLS = (
    {"cell_type": "code"},
    {"cell_type": "code", "source": None, "metadata": None, "id": None, "outputs": "x"},
    {"cell_type": "code", "source": [None, 3, "x = 1\n", ["y"]], "metadata": [], "id": 7},
    {"cell_type": 5, "source": "def first_steps(zero): pass", "metadata": {"course": "answer"}},
    {"cell_type": "code", "source": {"a": 1}, "metadata": {"course": {"role": ["answer"], "question": {"4": 1}}}},
    {"cell_type": "code", "source": "x\x00y = 1", "metadata": {"course": {"role": "answer", "question": "9.9"}}},
    {"cell_type": "code", "source": "s = '\ud800'", "metadata": {"nbgrader": {"grade_id": 4}}},
    {"cell_type": "code", "source": "(" * 5000 + ")" * 5000},
    {"cell_type": "code", "source": "x = " + "-" * 20000 + "1"},
    {"cell_type": "markdown", "source": 5, "metadata": {"course": {"role": None, "question": []}}},
    None,
    "a text",
    [1],
)

CASES = (
    _case("empty", b""),
    _case("white space", b" \n\n"),
    _case("cut off", GOOD[: len(GOOD) // 2]),
    _case("no JSON", b"import numpy as np\nprint(1)\n"),
    _case("HTML", b"<!doctype html><title>Sign in</title>"),
    _case("a list", b"[1, 2]"),
    _case("a number", b"3"),
    _case("null", b"null"),
    _case("an empty object", b"{}"),
    _case("no cells", json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()),
    _case("cells null", json.dumps({"cells": None, "nbformat": 4}).encode()),
    _case("cells an object", json.dumps({"cells": {"a": 1}, "nbformat": 4}).encode()),
    _case("cells are numbers", _cells(1, 2, 3)),
    _case("nbformat a text", json.dumps({"cells": [], "nbformat": "four"}).encode()),
    _case("nbformat 3 without worksheets", json.dumps({"cells": [], "nbformat": 3}).encode()),
    _case("nbformat 3 with null worksheets", b'{"worksheets": null, "nbformat": 3}'),
    _case("binary", bytes(range(256)) * 40),
    _case("deep", b"[" * 100_000),
    _case("deep metadata", b'{"cells": [], "metadata": ' + b'{"a": ' * 50_000 + b"1" + b"}" * 50_000 + b"}"),
    _case("a long number", b'{"nbformat": ' + b"9" * 10_000 + b', "cells": []}'),
    _case("another course", dumped(bare("import pandas as pd", "df = pd.DataFrame()", "df.head()"))),
    _case("UTF-16 without a mark", GOOD.decode().encode("utf-16-le")),
    _case("Latin-1", json.dumps({"cells": [code("# é")], "nbformat": 4}, ensure_ascii=False).encode("latin-1")),
    _case("too many cells", _cells(*[code("x = 1")] * 20_000)),
    _case("a pickle", b"\x80\x04\x95\x1b\x00\x00\x00\x00\x00\x00\x00cposix\nsystem\n."),
    _case("odd cells between", _answers_among(*ODD_CELLS), all_of(4, RIGHT)),
    _case("a folder", _folder, all_of(4, RIGHT), named="broken a folder.ipynb/inside", file="broken a folder.ipynb"),
    _case("a symbolic link", lambda path: path.symlink_to("/etc/passwd")),
    _case("a link to nowhere", lambda path: path.symlink_to("nowhere.ipynb")),
    _case("a link to itself", lambda path: path.symlink_to(path)),
    _case("a pipe", os.mkfifo),
    _case("too large", _too_large),
    _case("zip", b"PK\x03\x04 not a zip", file="broken archive.zip", named="broken archive"),
    _case("empty zip", b"", file="broken nothing.zip", named="broken nothing"),
    _case("zip with a password", _encrypted(), file="broken password.zip", named="broken password/02"),
    _case("zip with a wrong check sum", _spoiled(), file="broken sum.zip", named="broken sum/02"),
    _case(
        "zip bomb", _zipped("02.ipynb", bytes(110 * 2**20), compression=zipfile.ZIP_DEFLATED),
        file="broken bomb.zip", named="broken bomb/02",
    ),
    _case(
        "zip in a zip", _zipped("Ann.zip", _zipped("02.ipynb", GOOD)), all_of(4, RIGHT),
        file="nested.zip", named="nested/Ann/02",
    ),
    _case(
        "zip that climbs out", _zipped("../../../../tmp/climbed out.ipynb", GOOD), all_of(4, RIGHT),
        file="climbs.zip", named="climbs/tmp/climbed out",
    ),
    _case("only the set-up", dumped({**filled(2), "cells": filled(2)["cells"][:2]}), all_of(2, {STUB})),
)  # fmt: skip
