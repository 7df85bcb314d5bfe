"""Activations: their slopes, what they say of themselves, and arguments as large as they come."""

import dataclasses
import math
import pickle

import numpy as np
import properties
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from strategies import ACTIVATIONS

from course_utils import activations

PHI = activations.ACTIVATIONS
arguments = hnp.arrays(float, hnp.array_shapes(max_dims=3, max_side=4), elements=st.floats(-8, 8))


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=arguments)
def test_slope_is_the_derivative(name, z):
    # 0.1 for 0, where ReLU has no slope; and once more, for saturated slopes are exact relative to the largest only
    properties.slope_is_the_derivative(PHI[name], np.append(np.where(z == 0, 0.1, z), 0.1))


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=arguments, a=st.floats(1e-3, 1e3))
def test_what_an_entry_says_of_itself_is_so(name, z, a):
    phi = PHI[name]
    assert phi.at_zero == phi(0) and phi.slope_at_zero == phi.derivative(0)
    assert (np.abs(phi.derivative(z)) <= phi.steepest * (1 + 1e-5)).all()
    if phi.odd:
        assert np.array_equal(phi(-z), -phi(z))
    else:
        assert phi(-1.0) != -phi(1.0)
    if phi.homogeneous:
        np.testing.assert_allclose(phi(a * z), a * phi(z), rtol=1e-14, atol=1e-300)  # both round
    else:
        assert phi(2.0) != 2 * phi(1.0) or phi(-2.0) != 2 * phi(-1.0)
    assert (np.abs(phi(1e4 * z)) <= 2).all() if phi.bounded else phi(1e4) > 5e3


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=arguments)
def test_a_shortcut_is_the_derivative(name, z):
    phi = PHI[name]
    if phi.slope is not None:
        z = np.append(z, 0.1)  # saturated slopes are exact relative to the largest only
        properties.close(phi.slope(phi(z)), phi.derivative(z), 1e-14)


# gelu and silu fall, and rise again: what ends at 0 and lies below it in between.
@pytest.mark.parametrize("name", [name for name, phi in PHI.items() if phi(np.array(-1.0)) >= phi(np.array(-40.0))])
@given(z=arguments)
def test_activations_are_increasing_and_slopes_not_negative(name, z):
    z = np.sort(z.ravel())
    assert (np.diff(PHI[name](z)) > -1e-15).all()  # NumPy's tanh may fall by one unit in the last place
    assert (PHI[name].derivative(z) >= 0).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_largest_arguments_give_the_limits_without_a_warning(name):
    phi, z = PHI[name], np.array([-1e300, -1000.0, 1000.0, 1e300])  # warnings are errors in this suite
    slopes = phi.derivative(z)
    assert np.isfinite(phi(z)).all() and slopes[0] == slopes[1] and slopes[2] == slopes[3]
    assert np.array_equal(slopes, np.zeros(4)) if phi.bounded else slopes[2] == 1
    assert np.isnan(phi(math.nan)) and np.isnan(phi.derivative(math.nan)) == (name != "identity")


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_takes_what_numpy_takes(name):
    phi = PHI[name]
    for f in (phi, phi.derivative):
        many = f(np.array([[-0.5, 0.0, 2.0]]))
        assert np.array_equal(f([[-0.5, 0.0, 2.0]]), many) and many.shape == (1, 3)
        for i, z in enumerate((-0.5, 0.0, 2.0)):
            assert isinstance(f(z), np.floating) and f(z) == pytest.approx(many[0, i], rel=1e-15)
        assert f([1, 2]) == pytest.approx(f([1.0, 2.0])) and f([]).shape == (0,)
        assert f(np.ones(3, np.float32)).dtype == np.float32


def test_an_activation_without_a_derivative_is_refused():
    with properties.says(TypeError, "mine needs its derivative: prime, a function of z, or slope"):
        activations.Activation("mine", np.tanh)


def test_the_normal_share_is_the_library_s():
    z = np.linspace(-12, 12, 4001)
    exact = np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in z])
    share = activations.gelu(z)[z != 0] / z[z != 0]
    np.testing.assert_allclose(share, exact[z != 0], rtol=5e-14, atol=2e-15)
    single = activations.gelu(z.astype(np.float32))
    assert np.abs(single - z * exact).max() < 1e-6


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
    [
        ("tahn", "did you mean 'tanh'"),
        ("xyz", "choose one of"),
        (None, "None"),
        (["a"] * 99, "choose one of"),
        ("ReLU", "did you mean 'relu'"),
        ("LeakyReLU", "did you mean 'leaky_relu'"),
        ("GELU", "did you mean 'gelu'"),
        ("swish", "did you mean 'silu'"),
        ("linear", "did you mean 'identity'"),
        ("Softplus", "did you mean 'softplus'"),
    ],
)
def test_an_unknown_activation_is_named_with_a_hint(wrong, hint):
    with properties.says(ValueError, f"activation .*{hint}"):
        activations.get(wrong)


def test_the_courses_own_are_the_same_objects_after_pickling():
    for phi in activations.ACTIVATIONS.values():
        assert pickle.loads(pickle.dumps(phi)) is phi
    other = dataclasses.replace(activations.tanh, slope=np.cosh)
    assert pickle.loads(pickle.dumps(other)) == other
