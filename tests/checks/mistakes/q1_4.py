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


def from_start(delta_of):
    """Right but for the error at the output."""

    def answer(params, x, targets):
        z, h = run_forward(params, x)
        return go_back(params, z, h, delta_of(z[max(z)], targets))

    return answer


def summed(output, targets):
    return output - targets


def z_two_below(params, x, targets):
    z, h = run_forward(params, x)
    return go_back(params, {l: z[l - 1] for l in range(1, max(z))}, h, start(z[max(z)], targets))


def list_of_z(params, x, targets):
    """z^1 stands in z[0], and nobody thought of it."""
    z, h = run_forward(params, x)
    z = list(z.values())
    return go_back(params, z, h, start(z[len(z)], targets))


def updates_on_the_way(params, x, targets):
    z, h = run_forward(params, x)
    grads = right(params, x, targets)
    for name in params:
        params[name] -= 0.1 * grads[name]
    return go_back(params, z, h, start(z[max(z)], targets))


def only_two_layers(params, x, targets):
    z1 = x @ params["W1"].T + params["b1"]
    delta = start(f(z1) @ params["W2"].T + params["b2"], targets)
    delta1 = delta @ params["W2"] * slope(z1)
    return {"W1": delta1.T @ x, "b1": delta1.sum(axis=0), "W2": delta.T @ f(z1), "b2": delta.sum(axis=0)}


def biases_forgotten(params, x, targets):
    return {name: g for name, g in right(params, x, targets).items() if name[0] == "W"}


def one_layer_too_many(params, x, targets):
    z = {l: x @ params[f"W{l}"].T for l in range(1, len(params))}
    return go_back(params, z, {0: x}, start(z[max(z)], targets))


WRONG = {
    "z^(l-2) for z^(l-1)": (z_two_below, "there is no z^0"),
    "z in a list, one off": (list_of_z, "lists count from 0"),
    "updates while it goes back": (updates_on_the_way, "params in place"),
    "works for two layers only": (only_two_layers, "W3"),
    "no bias gradients": (biases_forgotten, "has no 'b"),
    "one layer too many": (one_layer_too_many, "count the layers from 1 to L"),
}


right = from_start(start)


def loops(params, x, targets):
    """One sample after the other, each as a column."""
    L, n = len(params) // 2, len(x)
    grads = {name: np.zeros(p.shape) for name, p in params.items()}
    for sample, target in zip(x, targets, strict=True):
        z, h = [None], [sample]
        for l in range(1, L + 1):
            z.append(params[f"W{l}"].dot(h[-1]) + params[f"b{l}"])
            h.append(f(z[-1]))
        delta = z[L] - target
        for l in range(L, 0, -1):
            grads[f"W{l}"] += np.outer(delta, h[l - 1]) / n
            grads[f"b{l}"] += delta / n
            if l > 1:
                delta = params[f"W{l}"].T.dot(delta) * slope(z[l - 1])
    return grads


def sum_then_divide(params, x, targets):
    return {name: g / len(x) for name, g in from_start(summed)(params, x, targets).items()}


def single_precision(params, x, targets):
    return right({name: p.astype("f4") for name, p in params.items()}, x.astype("f4"), targets.astype("f4"))


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


RIGHT = {
    "a backward pass": right,
    "sample by sample": loops,
    "sum, then divide": sum_then_divide,
    "float32": single_precision,
    "complex steps": by_complex_step,
}
