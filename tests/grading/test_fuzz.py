"""What reads a submission takes anything: it says that it is broken, and never fails in another way."""

import functools
import io
import json
import zipfile
from contextlib import suppress

import numpy as np
import pytest
import strategies  # noqa: F401 (no deadline: others may be at work on this machine)
from corpus import ROOT, bare, dumped, filled
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from course_utils.checks.values import same
from course_utils.checks.verdict import RIGHT, Verdict
from course_utils.grading import exam as exams
from course_utils.grading import judge, run, submissions
from course_utils.grading import plan as plans
from course_utils.grading.sandbox import wire

EXERCISES = exams.exercises(ROOT)
numbers = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
anything = st.recursive(
    numbers, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5)
)
arrays = nps.arrays(
    st.sampled_from(["f8", "f4", ">f8", "i8", "u1", "?", "c16"]), nps.array_shapes(min_dims=0, min_side=0, max_side=4)
)
values = st.recursive(numbers | arrays, lambda inner: st.lists(inner, max_size=4), max_leaves=8)
# JSON that looks like what `encoded` makes.
nearly = st.fixed_dictionaries(
    {},
    optional={
        "array": st.sampled_from(["<f8", "<i4", "O", "V8", ""]) | anything,
        "shape": st.lists(st.integers(-3, 10**6), max_size=40) | anything,
        "bytes": st.sampled_from(["", "AAAAAAAA8D8=", "*"]) | anything,
        "number": st.sampled_from(["int", "float", "bool"]) | anything,
        "value": st.sampled_from(["1", "nan", "", "1" * 5000, "0x1"]) | anything,
        "list": anything, "dict": anything, "text": anything, "other": anything,
    },
)  # fmt: skip


def _equal(a, b):
    if isinstance(a, list):
        a = [v[()] if isinstance(v, np.ndarray) and v.shape == () else v for v in a]  # as good as a number
        return isinstance(b, list) and len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, np.ndarray):
        return same(a.astype(a.dtype.newbyteorder("=")), b) and a.shape == b.shape
    return type(a) is type(b) and (a == b or a != a)


@given(values | st.dictionaries(st.text(), values, max_size=4))
def test_a_value_comes_back_as_it_was(value):
    back = wire.decoded(json.loads(json.dumps(wire.encoded(value))))
    if isinstance(value, dict):
        assert value.keys() == back.keys()
        value, back = list(value.values()), list(back.values())
    assert _equal(value, back)


@given(anything | nearly | st.lists(nearly).map(lambda entries: {"list": entries}))
@settings(max_examples=500)
def test_what_is_no_value_is_a_value_error(raw):
    with suppress(ValueError):
        wire.decoded(raw)


@given(st.binary() | anything.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_cells_or_broken(raw):
    with suppress(submissions.Broken):
        submissions.read(submissions.Submission("any", raw))


odd_metadata = st.fixed_dictionaries(
    {},
    optional={
        "course": st.fixed_dictionaries({}, optional={
            "role": st.sampled_from(["answer", "check", ["answer"]]) | anything,
            "question": st.sampled_from(["2.1", ["2.1"], {"2": 1}, 2.1, None, "9.9"]) | anything,
        }) | anything,
        "nbgrader": st.fixed_dictionaries({}, optional={"grade_id": st.just("q2-1-answer") | anything}) | anything,
    },
)  # fmt: skip
odd_entries = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw"]) | anything},
    optional={
        "source": st.sampled_from(["def first_moves(a, L): pass", ["x = ", 1, "2"]]) | anything,
        "metadata": odd_metadata | anything,
        "id": st.just("answer-2-1") | anything,
    },
)
odd_notebooks = st.fixed_dictionaries(
    {"cells": st.lists(odd_entries | anything, max_size=6) | anything},
    optional={"nbformat": st.sampled_from([3, 4, 5, True]) | anything, "metadata": anything, "worksheets": anything},
)


@given(odd_notebooks.map(lambda nb: json.dumps(nb).encode()), st.sampled_from(["2", None]))
@settings(max_examples=300)
def test_any_notebook_is_planned_or_broken_or_its_own_trouble_alone(raw, asked):
    """What the grader does of itself with a notebook, up to where its code is run."""
    submission = submissions.Submission("any", raw)
    run._number(submission, EXERCISES)
    with suppress(submissions.Broken):
        cells = submissions.read(submission).cells
        number = asked or plans.which(cells, EXERCISES)
        if number:
            assert plans.plan(cells, EXERCISES[number]).steps


names = st.text(max_size=12) | st.sampled_from(
    [
        "/bob_3_4_x.ipynb",
        "../x.ipynb",
        "A_1_assignsubmission_file_/x.ipynb",
        "a.zip",
        "\x00.ipynb",
        ".ipynb",
        "/",
        "",
        "//..",
    ]
)


@given(
    st.dictionaries(names, st.binary(max_size=20), max_size=6),
    st.lists(st.tuples(st.integers(0), st.binary()), max_size=3),
)
@settings(max_examples=200)
def test_any_zip_file_whole_or_spoiled_is_found_as_something(tmp_path_factory, members, spoiled):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, data in {name or "x": data for name, data in members.items()}.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    data = bytearray(raw.getvalue())
    for at, piece in spoiled:
        at %= len(data)
        data[at : at + len(piece)] = piece
    folder = tmp_path_factory.mktemp("zip")
    (folder / "a.ipynb").write_bytes(b"")
    (folder / "b.zip").write_bytes(data)
    for path in (folder, folder / "b.zip"):
        with suppress(ValueError):  # there may be nothing in it
            for submission in submissions.find([path]):
                assert not submission.name.startswith("/") and ".." not in submission.name.split("/")
                with suppress(submissions.Broken):
                    submissions.read(submission)


def test_what_costs_too_much_to_read_is_named_before_it_is_read():
    for raw, words in [
        (b"[" + b"{}," * submissions.MOST_VALUES + b"{}]", "values: clear its outputs"),
        (dumped(bare(*["x = 1\n" * 10**5] * 3)), "words and signs"),
        (dumped(bare(*["x" * 10**6] * 11)), "characters of code"),
    ]:
        with pytest.raises(submissions.Broken, match=words):
            submissions.read(submissions.Submission("x", raw))


@given(
    st.lists(
        anything | st.dictionaries(st.sampled_from(["missing", "stub", "calls", "given", "value", "raised"]), anything),
        min_size=1,
        max_size=3,
    )
)
@settings(max_examples=100)
def test_any_record_has_a_verdict_or_fails_alone(places):
    """What the judge raises is the end of that cell of its notebook, and that question's review."""
    exam = _exam()
    record = {"places": places, "untouched": False, "trouble": {}, "odd": ""}
    with suppress(Exception):
        assert Verdict.of(json.loads(judge.said(exam, "2.1", {"2.1": record}))).mark != RIGHT


@functools.cache
def _exam():
    return exams.make(ROOT, "2", 1)


@given(st.binary(), st.sampled_from([".ipynb", ".zip", ".IPYNB", ".txt"]))
@settings(max_examples=50)
def test_any_file_is_found_as_something(tmp_path_factory, raw, ending):
    path = tmp_path_factory.mktemp("any") / f"file{ending}"
    path.write_bytes(raw)
    for submission in submissions.find([path]):
        with suppress(submissions.Broken):
            submissions.read(submission)


pieces = st.sampled_from(
    ["", "def first_moves(a, L):\n    return 1", "permute = 3", "check('2.1', mine)", "(((", "%%time\nx = 1", "\x00"]
)  # fmt: skip
odd_cells = st.lists(
    st.builds(
        submissions.Cell,
        st.sampled_from(["code", "markdown", "raw", "?"]),
        st.sampled_from(["q2-1-answer", "answer-2-2", "", "q9-9-answer"]),
        st.dictionaries(st.sampled_from(["course", "nbgrader", "tags"]), anything, max_size=2),
        pieces | st.text(),
    ),
    max_size=8,
)


@given(odd_cells, st.sampled_from(sorted(EXERCISES)))
def test_any_cells_make_a_plan_that_asks_for_each_question(found, number):
    plans.which(found, EXERCISES)
    plan = plans.plan(found, EXERCISES[number])
    asked = [step["check"] for step in plan.steps if "check" in step]
    assert set(asked) == set(EXERCISES[number].names)
    assert len(plan.steps) == len(plan.origins)


def test_a_solved_exercise_is_found_to_be_that_exercise():
    for number in EXERCISES:
        found = submissions.read(submissions.Submission("x", json.dumps(filled(int(number))).encode())).cells
        assert plans.which(found, EXERCISES) == number
