"""Activations: their slopes, their values at zero, and arguments as large as they come."""

import dataclasses
import math
import pickle

import numpy as np
import properties
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from strategies import ACTIVATIONS, ODD

from course_utils import activations

PHI = activations.ACTIVATIONS
arguments = hnp.arrays(float, hnp.array_shapes(max_dims=3, max_side=4), elements=st.floats(-8, 8))


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=arguments)
def test_slope_is_the_derivative(name, z):
    # 0.1 for 0, where ReLU has no slope; and once more, for saturated slopes are exact relative to the largest only
    properties.slope_is_the_derivative(PHI[name], np.append(np.where(z == 0, 0.1, z), 0.1))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_and_slope_at_zero_are_as_declared(name):
    phi, zero = PHI[name], np.zeros(3)
    assert np.array_equal(phi(zero), np.full(3, phi.at_zero))
    assert np.array_equal(phi.derivative(zero), np.full(3, phi.slope_at_zero))


@pytest.mark.parametrize("name", ODD)
@given(z=arguments)
def test_odd_activations_are_odd(name, z):
    assert np.array_equal(PHI[name](-z), -PHI[name](z))


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=arguments)
def test_activations_are_increasing_and_slopes_not_negative(name, z):
    z = np.sort(z.ravel())
    assert (np.diff(PHI[name](z)) > -1e-15).all()  # NumPy's tanh may fall by one unit in the last place
    assert (PHI[name].derivative(z) >= 0).all()
    # what `diagnostics.saturation` takes for granted
    assert (PHI[name].derivative(z) <= max(PHI[name].slope_at_zero, 1 if name == "relu" else 0)).all()


@pytest.mark.parametrize("name", ["tanh", "lecun_tanh", "sigmoid"])
def test_large_arguments_saturate_without_a_warning(name):
    z = np.array([-1e300, -1000.0, 1000.0, 1e300])  # warnings are errors in this suite
    assert np.isfinite(PHI[name](z)).all()
    assert np.array_equal(PHI[name].derivative(z), np.zeros(4))


def test_known_values():
    z = np.array([-2.0, -0.5, 0.0, 3.0])
    properties.close(activations.sigmoid(z), np.array([1 / (1 + math.exp(-v)) for v in z]))
    assert np.array_equal(activations.relu(z), [0, 0, 0, 3])
    assert np.array_equal(activations.relu.derivative(z), [0, 0, 0, 1])
    # LeCun et al. 1998 choose the constants so that f(1) is 1, very nearly.
    assert abs(activations.lecun_tanh(np.array(1.0)) - 0.999997) < 1e-6


def test_relu_of_complex_numbers_goes_by_the_real_part():
    assert np.array_equal(activations.relu(np.array([1 + 2j, -1 + 2j])), [1 + 2j, 0])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_get_takes_a_name_or_an_activation(name):
    assert activations.get(name) is activations.get(PHI[name]) is PHI[name]


@pytest.mark.parametrize(
    "wrong, hint",
    [("tahn", "did you mean 'tanh'"), ("xyz", "choose one of"), (None, "None"), (["a"] * 99, "choose one of")],
)
def test_an_unknown_activation_is_named_with_a_hint(wrong, hint):
    with properties.says(ValueError, f"activation .*{hint}"):
        activations.get(wrong)


def test_the_courses_own_are_the_same_objects_after_pickling():
    for phi in activations.ACTIVATIONS.values():
        assert pickle.loads(pickle.dumps(phi)) is phi
    other = dataclasses.replace(activations.tanh, slope=np.ones_like)
    assert pickle.loads(pickle.dumps(other)) == other
