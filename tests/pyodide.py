"""Pyodide's own files, for tests of what runs in a page; where they cannot be had, skip, and say what is not tried."""

from pathlib import Path

import pytest

from course_utils.publishing import pyodide

ROOT = Path(__file__).resolve().parent.parent
NOT_TRIED = (
    "Not tried: that Python starts in Chromium, that its first cell fetches the course, that networks train, "
    "explorers move and play and exercises are checked there."
)


def files():
    """The folder with them, fetched once into build/."""
    return _or_skip(pyodide.files)


def packed():
    """The folder with what a worker of the book needs."""
    return _or_skip(pyodide.packed)


def _or_skip(make):
    try:
        return make(ROOT / "build")
    except pyodide.Missing as missing:
        pytest.skip(f"Pyodide is not to be had here: {missing}. {NOT_TRIED}")
