"""Optimizers: rules that turn gradients into updates of the parameters.

Every setting (`lr`, `weight_decay`, ...) is one number, an array with one value for each network (the leading axes),
or a dict with one of these for each parameter, {"W1": 0.1, "b1": 0.2, ...}. Weight decay is L2: it adds
weight_decay * parameter to the gradient of every parameter, biases too, as `torch.optim` does.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course_utils import _validate


class Optimizer(NamedTuple):
    """A rule `step(params, grads, state)` that changes params and state in place, and `init(params)` for its state."""

    name: str
    init: Callable
    step: Callable


def _setting(name, value):
    """Return a function (parameter name, parameter) -> the value of this setting, shaped to multiply it."""
    values = value if isinstance(value, dict) else {None: value}
    valid = _validate.below_one if name == "beta" else _validate.non_negative
    checked = {key: valid(name, v) for key, v in values.items()}

    shaped = {}  # asked for at every step, worked out once

    def of(parameter, array):
        key = parameter, array.shape, array.dtype
        if key not in shaped:
            if parameter not in checked and None not in checked:
                raise ValueError(f"{name} has no value for {parameter}: give one for each parameter, or one number.")
            own = 1 if parameter.startswith("b") else 2  # a bias's own axes, or a matrix's; the others are the networks
            v = _validate.per_network(name, checked.get(parameter, checked.get(None)), array.shape[:-own])
            v = v.astype(array.dtype)  # or float32 parameters would be moved by float64 arithmetic
            shaped[key] = v.reshape(v.shape + (1,) * own) if v.ndim else v[()]
        return shaped[key]

    return of


def _decay(value):
    """Return a function (parameter name, params, grads) -> the gradient with its weight decay."""
    rate = _setting("weight_decay", value)
    if not any(np.any(v) for v in (value.values() if isinstance(value, dict) else [value])):
        return lambda name, params, grads: grads[name]
    return lambda name, params, grads: grads[name] + rate(name, params[name]) * params[name]


def sgd(lr, *, weight_decay=0.0):
    """Stochastic gradient descent: theta <- theta - lr * grad."""
    lr, decayed = _setting("lr", lr), _decay(weight_decay)

    def step(params, grads, state):
        for name in params:
            params[name] -= lr(name, params[name]) * decayed(name, params, grads)

    return Optimizer("SGD", lambda params: {}, step)


def momentum(lr, *, beta=0.9, weight_decay=0.0):
    """SGD with momentum: v <- beta v + grad, theta <- theta - lr v (Polyak; the form of `torch.optim.SGD`)."""
    lr, beta, decayed = _setting("lr", lr), _setting("beta", beta), _decay(weight_decay)

    def step(params, grads, state):
        for name in params:
            v = state[name]
            v *= beta(name, v)
            v += decayed(name, params, grads)
            params[name] -= lr(name, v) * v

    return Optimizer("momentum", lambda params: {name: np.zeros_like(p) for name, p in params.items()}, step)


def adam(lr, *, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0):
    """Adam: Kingma & Ba 2015, Algorithm 1 (eps outside the square root)."""
    lr, eps, decayed = _setting("lr", lr), _setting("eps", eps), _decay(weight_decay)
    beta1 = _validate.number("beta1", _validate.below_one("beta1", beta1))
    beta2 = _validate.number("beta2", _validate.below_one("beta2", beta2))

    def init(params):
        zeros = {name: np.zeros_like(p) for name, p in params.items()}
        return {"t": 0, "m": zeros, "v": {name: z.copy() for name, z in zeros.items()}}

    def step(params, grads, state):
        state["t"] += 1
        for name in params:
            g = decayed(name, params, grads)
            m, v = state["m"][name], state["v"][name]
            m += (1 - beta1) * (g - m)
            v += (1 - beta2) * (g * g - v)
            m_hat, v_hat = m / (1 - beta1 ** state["t"]), v / (1 - beta2 ** state["t"])
            params[name] -= lr(name, m) * m_hat / (np.sqrt(v_hat) + eps(name, m))

    return Optimizer("Adam", init, step)


OPTIMIZERS = {"sgd": sgd, "momentum": momentum, "adam": adam}
