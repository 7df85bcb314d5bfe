"""What reads a submission takes anything: it says that it is broken, and never fails in another way."""

import json
from contextlib import suppress

import numpy as np
from corpus import ROOT, filled
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from course_utils.checks.values import same
from course_utils.grading import plan as plans
from course_utils.grading import setting, submissions
from course_utils.grading.sandbox import wire

EXERCISES = setting.exercises(ROOT)
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
        submissions.cells(submissions.Submission("any", raw))


@given(st.binary(), st.sampled_from([".ipynb", ".zip", ".IPYNB", ".txt"]))
@settings(max_examples=50)
def test_any_file_is_found_as_something(tmp_path_factory, raw, ending):
    path = tmp_path_factory.mktemp("any") / f"file{ending}"
    path.write_bytes(raw)
    for submission in submissions.find([path]):
        with suppress(submissions.Broken):
            submissions.cells(submission)


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
        found = submissions.cells(submissions.Submission("x", json.dumps(filled(int(number))).encode()))
        assert plans.which(found, EXERCISES) == number
