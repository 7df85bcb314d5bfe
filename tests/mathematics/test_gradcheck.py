"""Numerical derivatives: exact by complex step, with the known errors by differences, and never fooled by nan."""

import numpy as np
import properties
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_utils import gradcheck

points = hnp.arrays(float, hnp.array_shapes(min_dims=0, max_dims=3, max_side=3), elements=st.floats(-3, 3))


@given(x=points)
def test_complex_step_is_exact_to_rounding(x):
    gradient = gradcheck.complex_step(lambda x: (np.exp(np.sin(x)) * x).sum(), x)
    assert gradient.shape == x.shape and gradient.dtype == float
    exact = np.exp(np.sin(x)) * (1 + x * np.cos(x))
    assert np.abs(gradient - exact).max() < 1e-14 * max(1, np.abs(exact).max())


@given(x=points)
def test_central_differences_stop_at_about_eleven_digits(x):
    gradient = gradcheck.central_difference(lambda x: (np.exp(np.sin(x)) * x).sum(), x)
    assert gradient.shape == x.shape
    assert np.abs(gradient - np.exp(np.sin(x)) * (1 + x * np.cos(x))).max() < 1e-8


def test_the_error_of_central_differences_falls_with_the_square_of_h():
    x = np.array([0.7])
    errors = [abs(gradcheck.central_difference(lambda x: np.exp(x).sum(), x, h)[0] - np.exp(0.7)) for h in (1e-2, 1e-3)]
    assert 90 < errors[0] / errors[1] < 110


def test_any_tiny_h_gives_the_same_complex_step():
    def f(x):
        return np.tanh(x).sum()

    x = np.linspace(-1, 1, 5)
    assert np.array_equal(gradcheck.complex_step(f, x, h=1e-30), gradcheck.complex_step(f, x, h=1e-200))


def test_a_dict_is_differentiated_in_every_array():
    point = properties.frozen({"W1": np.array([[1.0, 2.0]]), "b1": np.array([3.0])})
    exact = {"W1": np.array([[12.0, 12.0]]), "b1": np.array([9.0])}
    for derivative, tolerance in ((gradcheck.complex_step, 1e-15), (gradcheck.central_difference, 1e-9)):
        gradient = derivative(lambda p: p["W1"].sum() ** 2 * p["b1"][0] - 6 * p["W1"].sum(), point)
        properties.close(gradient, exact, tolerance)


@pytest.mark.parametrize("check", [properties.nan_never_passes, properties.point_is_put_back])
def test_named_checks(check):
    check(gradcheck)


def test_whole_numbers_are_differentiated_as_real_ones():
    x = np.array([2, 3])
    assert np.array_equal(gradcheck.complex_step(lambda x: (x**2).sum(), x), [4, 6])
    assert x.dtype.kind == "i" and np.array_equal(x, [2, 3])


def test_relative_error():
    assert gradcheck.relative_error([1.0, 2.0], [1.0, 4.0]) == 0.5
    assert gradcheck.relative_error({"a": [1.0], "b": [100.0]}, {"a": [1.5], "b": [100.0]}) == 0.005
    assert gradcheck.relative_error(np.zeros(3), np.zeros(3)) == 0
    assert gradcheck.relative_error(np.ones(3), np.zeros(3)) == 1
    assert gradcheck.relative_error({"b": 2.0, "a": 1.0}, {"a": 1.0, "b": 2.0}) == 0
    assert gradcheck.relative_error([1 + 1j], [1.0]) == 1


@pytest.mark.parametrize(
    "error, message, call",
    [
        (
            TypeError,
            "f gave a real number for a complex input",
            lambda: gradcheck.complex_step(lambda x: np.abs(x).sum(), np.ones(3)),
        ),
        (
            ValueError,
            r"f must return one number, got shape \(3,\)",
            lambda: gradcheck.complex_step(lambda x: x, np.ones(3)),
        ),
        (
            ValueError,
            r"f must return one number, got shape \(3,\)",
            lambda: gradcheck.central_difference(lambda x: x, np.ones(3)),
        ),
        (ValueError, "x must be finite, got 1 nan", lambda: gradcheck.complex_step(np.sum, np.array([1, np.nan]))),
        (TypeError, "x must hold numbers", lambda: gradcheck.central_difference(np.sum, "abc")),
        (
            ValueError,
            "a and b must have the same keys and shapes",
            lambda: gradcheck.relative_error(np.ones(3), np.ones((3, 1))),
        ),
        (
            ValueError,
            "a and b must have the same keys and shapes",
            lambda: gradcheck.relative_error({"a": 1}, {"b": 1}),
        ),
        (
            ValueError,
            "a and b must have the same keys and shapes",
            lambda: gradcheck.relative_error({"a": 1}, {"a": 1, "b": 1}),
        ),
    ],
)
def test_bad_input_is_named(error, message, call):
    with properties.says(error, message):
        call()
