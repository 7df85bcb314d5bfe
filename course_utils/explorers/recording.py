"""Recordings: pictures of an explorer on a grid of its controls, and of each preset's Play, for pages without a kernel.

A recording is a folder: `spec.json` says what the explorer is and where each picture lies; the pictures lie in pieces,
which a page fetches when it needs them. `front/recording.js` reads them. Pieces are gzip of a line of JSON and numbers:
the points of each picture less those of the one before, all low bytes before all high ones, and images likewise.
"""

import gzip
import hashlib
import importlib
import itertools
import json
import math
import tempfile
from pathlib import Path

import numpy as np

from course_utils import _files


def record(explorer, folder):
    """Write the recording of an explorer into a folder; returns how many bytes it has.

    Of a model there is a picture at each of `explorer.recorded`'s combinations, the last two controls' together in one
    piece, and one of each preset; of an animation each preset's Play, at each of the combinations.
    """
    folder = Path(folder)
    folder.mkdir(parents=True)
    index = {"spec": explorer.spec, "first": dict(explorer.values), "states": [], "grid": {}, "pieces": [], "plays": []}
    shown = [explorer.picture]
    grids = explorer.recorded if isinstance(explorer.recorded, list) else [explorer.recorded]
    grids = [
        {name: [explorer.controls[name].check(name, value) for value in values] for name, values in one.items()}
        for one in grids
    ]
    grid = {} if explorer.spec["plays"] else grids[0]
    for i, states in enumerate(_pieces(grid)):
        index["pieces"].append(f"grid-{i}.bin")
        (folder / f"grid-{i}.bin").write_bytes(packed([_at(explorer, state) for state in states]))
    index["grid"] = grid
    for changes in explorer.presets.values():
        if explorer.spec["plays"]:
            for more in itertools.chain(*map(_states, grids)):
                pictures, values = [_at(explorer, {**changes, **more})], dict(explorer.values)
                if any(values == play["values"] for play in index["plays"]):
                    continue
                while picture := played(explorer):
                    pictures.append(picture)
                file = f"play-{len(index['plays'])}.bin"
                (folder / file).write_bytes(packed(pictures))
                index["plays"].append({"values": values, "file": file, "frames": len(pictures)})
        else:
            shown.append(_at(explorer, changes))
            index["states"].append(dict(explorer.values))
    (folder / "first.bin").write_bytes(packed(shown))
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    (folder / "index.json").write_text(text, encoding="utf-8")
    return sum(path.stat().st_size for path in folder.iterdir())


def _at(explorer, changes):
    """The picture at these values, other controls where they started."""
    explorer.move({**explorer.start, **changes})
    if explorer.error:
        raise explorer.error
    return explorer.picture


def _states(controls):
    """All combinations of the controls' values, the last control's first."""
    return [dict(zip(controls, values)) for values in itertools.product(*controls.values())]


def _pieces(grid):
    """The states of a grid, those together that one piece holds."""
    states, size = _states(grid) if grid else [], math.prod(map(len, [*grid.values()][-2:]))
    return [states[i : i + size] for i in range(0, len(states), size)]


def kept(name, folder):
    """Where in this folder the recording of an explorer is, made once for each state of the package."""
    package = Path(__file__).parents[1]
    files = sorted(path for pattern in ("*.py", "data/*.npz", "explorers/*.py") for path in package.glob(pattern))
    state = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    made = Path(folder, state, name)
    with _files.locked(made):  # the book and a deck may be made at the same time
        if not made.is_dir():
            explorer = importlib.import_module(f"course_utils.explorers._{name}").explorer()
            with tempfile.TemporaryDirectory(dir=made.parent) as draft:
                record(explorer, Path(draft, name))
                Path(draft, name).rename(made)
    return made


def played(explorer):
    """The next picture of an explorer that plays; None after the last."""
    before = explorer.picture
    explorer.step()
    return None if explorer.picture is before else explorer.picture


def packed(pictures):
    """The bytes of a piece that holds these pictures."""
    kept, frames, points, images = {}, [], Deltas("<i2"), Deltas("u1")

    def place(drawing):
        """What is equal in many drawings is written once: all but points and images."""
        marks = []
        for mark in drawing["marks"]:
            if "image" in mark:
                images.add(np.frombuffer(mark["image"], "u1"))
                mark = {**mark, "image": len(mark["image"])}
            marks.append(mark)
        points.add(np.frombuffer(drawing["points"], "<i2"))
        return kept.setdefault(json.dumps(marks, ensure_ascii=False), len(kept)), len(drawing["points"]) // 2

    grounds = {}
    for picture in pictures:
        key = id(picture["ground"])
        if key not in grounds:
            grounds[key] = len(grounds), *place(picture["ground"]), picture["ground"]["key"]
            new = grounds[key][1:]
        else:
            new = None
        frames.append([grounds[key][0], new, *place(picture), picture["status"]])
    head = {"marks": [json.loads(text) for text in kept], "frames": frames, "points": points.count}
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    return gzip.compress(text + b"\n" + points.bytes() + images.bytes(), 9, mtime=0)


class Deltas:
    """Arrays of one type, each less the last one of its length."""

    def __init__(self, kind):
        self._kind, self._last, self._parts, self.count = kind, {}, [np.zeros(0, kind)], 0

    def add(self, array):
        """Keep one more."""
        self._parts.append(array - self._last.get(len(array), np.zeros_like(array)))
        self._last[len(array)] = array
        self.count += len(array)

    def bytes(self):
        """All first bytes of the numbers, then all second ones."""
        numbers = np.concatenate(self._parts)
        return numbers.view("u1").reshape(len(numbers), numbers.itemsize).T.tobytes()
