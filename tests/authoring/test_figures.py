"""Exported figures: all of a lesson's, whole, and with their words inside."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from course_utils.authoring import content, figures

ROOT = Path(__file__).resolve().parents[2]


def test_png_is_the_stored_picture(tmp_path):
    assert figures.export(ROOT, "00", "png", tmp_path)
    drawn = [cell for cell in content.read(content.lessons(ROOT)["00"]).cells if content.pictures(cell)]
    figure = [cell.id for cell in drawn if not content.EXPLORER.search(cell.source)]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"00-{name}.png" for name in figure)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.iterdir())
    assert not figures.export(ROOT, "00", "png", tmp_path)  # nothing has changed


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_vectors_are_drawn_anew_by_this_python_and_no_other(tmp_path, strange, kind):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "course_utils.cli", "figures", "01", "--format", kind, "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, env=strange, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    sketch, path = sorted(out.glob("[!.]*"))
    assert (sketch.name, path.name) == (f"01-row-and-column.{kind}", f"01-three-rules-figure.{kind}")
    if kind == "pdf":
        assert path.read_bytes().startswith(b"%PDF")
        return
    drawing = ElementTree.parse(path).getroot()
    assert drawing.tag.endswith("svg") and drawing.get("role") == "img"
    (words,) = [part.text for part in drawing if part.tag.endswith("desc")]
    assert words.startswith("Distance of a derivative's estimate from the exact value")
    assert len(list(drawing.iter())) > 50


def test_explorers_are_no_figures(tmp_path):
    figures.export(ROOT, "05", "png", tmp_path)
    assert not [path for path in tmp_path.iterdir() if "explore" in path.name]
