"""The depth explorer: what it measures is what it predicts, and what it says."""

import numpy as np
import pytest

from course_utils import explorers, mlp
from course_utils.explorers import _depth

START = {name: control.start for name, control in _depth.CONTROLS.items()}


def found(**controls):
    return _depth.model(**{**START, **controls})


@pytest.mark.parametrize("activation, sigma_w", [("tanh", 1), ("relu", 1.41), ("identity", 1), ("sigmoid", 3)])
def test_theory_is_near_the_measurement(activation, sigma_w):
    data = found(activation=activation, sigma_w=sigma_w, depth=8)
    assert data.forward == pytest.approx(data.forward_theory, rel=0.3)
    assert data.backward == pytest.approx(data.backward_theory, rel=0.3)


def test_orthogonal_matrices_keep_every_length():
    data = found(scheme="orthogonal", activation="identity", sigma_w=1, depth=50)
    assert np.ptp(data.forward) < 1e-12 and np.ptp(data.backward) < 1e-12


def test_errors_go_back_as_mlp_sends_them():
    """The gradient of the first bias, from `mlp.backward`, is the sum of the first layer's delta."""
    x, weights, biases, errors = _depth._network("normal")
    params = {f"W{l}": 2 * weights[l - 1] for l in (1, 2, 3)} | {f"b{l}": biases[l - 1] for l in (1, 2, 3)}
    first = [mlp.backward(params, mlp.forward(params, x[i : i + 1]), errors[i : i + 1])["b1"] for i in range(len(x))]
    data = found(depth=3, sigma_w=2, sigma_b=1)
    assert data.backward[0] == pytest.approx(np.sqrt(np.mean(np.square(first))), rel=1e-12)
    assert 10 ** data.delta[0].reshape(len(x), -1) == pytest.approx(np.abs(first), rel=1e-9)


@pytest.mark.parametrize(
    "controls, words",
    [
        ({"sigma_w": 0}, "every $z$ is 0, and no error gets back"),
        ({"sigma_w": 0, "sigma_b": 1}, "every $z$ is its bias"),
        ({"sigma_w": 3}, "gradients grow"),
        ({"sigma_w": 0.5}, "gradients shrink to"),
        ({"sigma_w": 1, "scheme": "orthogonal", "activation": "identity"}, "gradients keep their size"),
    ],
)
def test_the_sentence_says_what_is_seen(controls, words):
    assert words in explorers.depth(**controls).status
