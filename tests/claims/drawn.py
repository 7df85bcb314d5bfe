"""What the claims draw from: activations by what they do at zero, optimizers by what they commute with, small data."""

import numpy as np
from hypothesis import strategies as st

from course_utils import activations, datasets, mlp, optimizers, training

ACTIVATIONS = activations.ACTIVATIONS
# A zero neuron says nothing, or says something.
SILENT_AT_ZERO = sorted(name for name, phi in ACTIVATIONS.items() if phi.at_zero == 0)
LOUD_AT_ZERO = sorted(name for name, phi in ACTIVATIONS.items() if phi.at_zero != 0)

# Linear in the gradient with one factor a tensor: these commute with every rescaling and rotation of neurons.
LINEAR = {
    "sgd": optimizers.sgd(0.1),
    "sgd, decay": optimizers.sgd(0.1, weight_decay=0.01),
    "momentum": optimizers.momentum(0.02),
    "momentum, decay": optimizers.momentum(0.02, weight_decay=0.01),
}
# These commute with relabellings and changes of sign, and no more.
RELABELLING = LINEAR | {"adam": optimizers.adam(0.01), "adam, decay": optimizers.adam(0.01, weight_decay=0.01)}

seeds = st.integers(0, 2**32 - 1)
any_activation = st.sampled_from(sorted(ACTIVATIONS))
any_optimizer = st.sampled_from(sorted(RELABELLING))
linear_optimizer = st.sampled_from(sorted(LINEAR))
batch_sizes = st.sampled_from([None, 1, 3, 5])
any_loss = st.sampled_from(["binary_cross_entropy", "cross_entropy", "squared_error"])


def hidden_sizes(layers=(1, 3), smallest=1, largest=5):
    """The widths of the hidden layers."""
    return st.lists(st.integers(smallest, largest), min_size=layers[0], max_size=layers[1]).map(tuple)


def small_data(seed, n=6, n_in=3, n_out=3, loss="cross_entropy"):
    """Normal inputs of a few numbers, and labels or targets for them."""
    rng = np.random.default_rng([seed, 1])
    x = rng.normal(size=(n, n_in))
    if loss == "cross_entropy":
        return x, rng.integers(n_out, size=n)
    return x, rng.normal(size=(n, n_out)) if loss == "squared_error" else rng.integers(2, size=(n, n_out))


def xor(n_in=2):
    """The corners of a square, further inputs 0, and whether their signs differ: x and -x share a class."""
    x = np.zeros((4, n_in))
    x[:, :2] = [[-1, -1], [1, 1], [-1, 1], [1, -1]]
    return x, np.array([0, 0, 1, 1])


def in_fixed_order(params):
    """The parameters in `longdouble`: NumPy multiplies those by plain loops, every sum in the same order."""
    return {name: np.asarray(p, dtype=np.longdouble) for name, p in params.items()}


def scaled(params, factors):
    """A copy of the networks for each factor, on a new first axis: all matrices times it."""
    return {name: np.stack([p * (f if name[0] == "W" else 1) for f in factors]) for name, p in params.items()}


def after(params, x, y, optimizer, steps, **settings):
    """The parameters after some steps of training; `optimizer` may be a name of `RELABELLING`."""
    rule = RELABELLING.get(optimizer, optimizer) if isinstance(optimizer, str) else optimizer
    return training.train(params, x, y, rule, steps=steps, progress=False, **settings).params


def digits_after(params, optimizer, steps, activation="tanh", seed=0, batch_size=64):
    """The parameters after training on the digits, and the accuracy on training and on test images."""
    data = datasets.digits()
    settings = {"activation": activation, "batch_size": batch_size, "rng": np.random.default_rng(seed)}
    params = after(params, data.x_train, data.y_train, optimizer, steps, **settings)
    parts = [(data.x_train, data.y_train), (data.x_test, data.y_test)]
    return params, *(mlp.accuracy(params, x, y, activation) for x, y in parts)
