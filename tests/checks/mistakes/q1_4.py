"""Answers to 1.4, all the gradients: one backward pass, with a line changed in each wrong answer."""

import numpy as np


def f(z):
    return 1.7159 * np.tanh(2 / 3 * z)


def slope(z):
    return 1.7159 * 2 / 3 * (1 - np.tanh(2 * z / 3) ** 2)


def run_forward(params, x, f=f, at_output=None):
    """z and h by layer, with h[L] = z[L] unless at_output says otherwise."""
    L = len(params) // 2
    z, h = {}, {0: x}
    for l in range(1, L + 1):
        z[l] = h[l - 1] @ params[f"W{l}"].T + params[f"b{l}"]
        h[l] = f(z[l]) if l < L else (at_output or (lambda z: z))(z[l])
    return z, h


def go_back(params, z, h, delta, slope=slope):
    grads = {}
    for l in reversed(range(1, len(params) // 2 + 1)):
        grads[f"W{l}"] = delta.T @ h[l - 1]
        grads[f"b{l}"] = delta.sum(axis=0)
        if l > 1:
            delta = delta @ params[f"W{l}"] * slope(z[l - 1])
    return grads


def start(output, targets):
    return (output - targets) / len(output)


def z_two_below(params, x, targets):
    z, h = run_forward(params, x)
    return go_back(params, {l: z[l - 1] for l in range(1, max(z))}, h, start(z[max(z)], targets))


def list_of_z(params, x, targets):
    """z^1 stands in z[0], and nobody thought of it."""
    z, h = run_forward(params, x)
    z = list(z.values())
    return go_back(params, z, h, start(z[len(z)], targets))


def one_layer_too_many(params, x, targets):
    z = {l: x @ params[f"W{l}"].T for l in range(1, len(params))}
    return go_back(params, z, {0: x}, start(z[max(z)], targets))


def by_complex_step(params, x, targets):
    """Not backpropagation, but the right numbers."""

    def loss(params):
        z, _ = run_forward(params, x)
        return 0.5 * ((z[max(z)] - targets) ** 2).sum() / len(x)

    grads = {}
    for name, p in params.items():
        grads[name] = np.zeros(p.shape)
        for index in np.ndindex(p.shape):
            moved = p.astype(complex)
            moved[index] += 1e-30j
            grads[name][index] = loss({**params, name: moved}).imag / 1e-30
    return grads


WRONG = {
    "z^(l-2) for z^(l-1)": (z_two_below, "there is no z^0"),
    "z in a list, one off": (list_of_z, "lists count from 0"),
    "one layer too many": (one_layer_too_many, "count the layers from 1 to L"),
}

RIGHT = {
    "complex steps": by_complex_step,
}
