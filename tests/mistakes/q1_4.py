"""Answers to 1.4, all the gradients: one backward pass, with a line changed in each wrong answer."""

import numpy as np


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def run_forward(params, x, output_tanh=False):
    L = len(params) // 2
    h = [x]
    for l in range(1, L + 1):
        z = h[-1] @ params[f"W{l}"].T + params[f"b{l}"]
        h.append(np.tanh(z) if l < L or output_tanh else z)
    return h


def start(logits, labels):
    delta = softmax(logits)
    delta[np.arange(len(labels)), labels] -= 1
    return delta / len(labels)


def bias_averaged(params, x, labels):
    h = run_forward(params, x)
    delta, grads = start(h[-1], labels), {}
    for l in reversed(range(1, len(params) // 2 + 1)):
        grads[f"W{l}"] = delta.T @ h[l - 1]
        grads[f"b{l}"] = np.mean(delta, axis=0)
        delta = delta @ params[f"W{l}"] * (1 - h[l - 1] ** 2)
    return grads


def weights_transposed(params, x, labels):
    h = run_forward(params, x)
    delta, grads = start(h[-1], labels), {}
    for l in reversed(range(1, len(params) // 2 + 1)):
        grads[f"W{l}"] = h[l - 1].T @ delta
        grads[f"b{l}"] = delta.sum(axis=0)
        delta = delta @ params[f"W{l}"] * (1 - h[l - 1] ** 2)
    return grads


def no_slope(params, x, labels):
    h = run_forward(params, x)
    delta, grads = start(h[-1], labels), {}
    for l in reversed(range(1, len(params) // 2 + 1)):
        grads[f"W{l}"] = delta.T @ h[l - 1]
        grads[f"b{l}"] = delta.sum(axis=0)
        delta = delta @ params[f"W{l}"]
    return grads


def own_output(params, x, labels):
    h = run_forward(params, x)
    delta, grads = start(h[-1], labels), {}
    for l in reversed(range(1, len(params) // 2 + 1)):
        grads[f"W{l}"] = delta.T @ h[l]
        grads[f"b{l}"] = delta.sum(axis=0)
        delta = delta @ params[f"W{l}"] * (1 - h[l - 1] ** 2)
    return grads


def tanh_at_the_output(params, x, labels):
    h = run_forward(params, x, output_tanh=True)
    delta, grads = start(h[-1], labels), {}
    for l in reversed(range(1, len(params) // 2 + 1)):
        grads[f"W{l}"] = delta.T @ h[l - 1]
        grads[f"b{l}"] = delta.sum(axis=0)
        delta = delta @ params[f"W{l}"] * (1 - h[l - 1] ** 2)
    return grads


def slope_of_h(params, x, labels):
    h = run_forward(params, x)
    delta, grads = start(h[-1], labels), {}
    for l in reversed(range(1, len(params) // 2 + 1)):
        grads[f"W{l}"] = delta.T @ h[l - 1]
        grads[f"b{l}"] = delta.sum(axis=0)
        delta = delta @ params[f"W{l}"] * (1 - np.tanh(h[l - 1]) ** 2)
    return grads


def summed(params, x, labels):
    h = run_forward(params, x)
    delta, grads = start(h[-1], labels) * len(x), {}
    for l in reversed(range(1, len(params) // 2 + 1)):
        grads[f"W{l}"] = delta.T @ h[l - 1]
        grads[f"b{l}"] = delta.sum(axis=0)
        delta = delta @ params[f"W{l}"] * (1 - h[l - 1] ** 2)
    return grads


def divided_again(params, x, labels):
    h = run_forward(params, x)
    delta, grads = start(h[-1], labels), {}
    for l in reversed(range(1, len(params) // 2 + 1)):
        grads[f"W{l}"] = delta.T @ h[l - 1] / len(x)
        grads[f"b{l}"] = delta.sum(axis=0) / len(x)
        delta = delta @ params[f"W{l}"] * (1 - h[l - 1] ** 2)
    return grads


def back_through_the_transpose(params, x, labels):
    h = run_forward(params, x)
    delta, grads = start(h[-1], labels), {}
    for l in reversed(range(1, len(params) // 2 + 1)):
        grads[f"W{l}"] = delta.T @ h[l - 1]
        grads[f"b{l}"] = delta.sum(axis=0)
        if l > 1:
            delta = delta @ params[f"W{l}"].T * (1 - h[l - 1] ** 2)
    return grads


def bias_not_summed(params, x, labels):
    h = run_forward(params, x)
    delta, grads = start(h[-1], labels), {}
    for l in reversed(range(1, len(params) // 2 + 1)):
        grads[f"W{l}"] = delta.T @ h[l - 1]
        grads[f"b{l}"] = delta
        delta = delta @ params[f"W{l}"] * (1 - h[l - 1] ** 2)
    return grads


def updates_on_the_way(params, x, labels):
    h = run_forward(params, x)
    delta, grads = start(h[-1], labels), {}
    for l in reversed(range(1, len(params) // 2 + 1)):
        grads[f"W{l}"] = delta.T @ h[l - 1]
        grads[f"b{l}"] = delta.sum(axis=0)
        params[f"W{l}"] -= 0.1 * grads[f"W{l}"]
        delta = delta @ params[f"W{l}"] * (1 - h[l - 1] ** 2)
    return grads


def only_two_layers(params, x, labels):
    h = run_forward(params, x)
    delta = start(h[-1], labels)
    delta1 = delta @ params["W2"] * (1 - h[1] ** 2)
    return {"W1": delta1.T @ x, "b1": delta1.sum(axis=0), "W2": delta.T @ h[1], "b2": delta.sum(axis=0)}


def biases_forgotten(params, x, labels):
    grads = divided_again(params, x, labels)
    return {name: g * len(x) for name, g in grads.items() if name[0] == "W"}


WRONG = {
    "bias gradient averaged": (bias_averaged, "averaged"),
    "dW transposed": (weights_transposed, "transposed"),
    "forgot phi'": (no_slope, "phi'(z) is missing"),
    "h^l for h^(l-1)": (own_output, "h^(l-1)"),
    "tanh at the output": (tanh_at_the_output, "output layer has no tanh"),
    "phi' of h": (slope_of_h, "at h instead of z"),
    "sum over the batch": (summed, "sum over the batch"),
    "divided by n twice": (divided_again, "the mean is already in delta"),
    "W transposed on the way back": (back_through_the_transpose, "transpose"),
    "bias gradient not summed": (bias_not_summed, "not summed"),
    "updates while it goes back": (updates_on_the_way, "params in place"),
    "works for two layers only": (only_two_layers, "KeyError"),
    "no bias gradients": (biases_forgotten, "has no 'b"),
}


def loops(params, x, labels):
    """One sample after the other, each as a column."""
    L, n = len(params) // 2, len(x)
    grads = {name: np.zeros(p.shape) for name, p in params.items()}
    for sample, label in zip(x, labels, strict=True):
        h = [sample]
        for l in range(1, L + 1):
            z = params[f"W{l}"].dot(h[-1]) + params[f"b{l}"]
            h.append(np.tanh(z) if l != L else z)
        e = np.exp(h[-1] - h[-1].max())
        delta = e / e.sum()
        delta[label] -= 1
        for l in range(L, 0, -1):
            grads[f"W{l}"] += np.outer(delta, h[l - 1]) / n
            grads[f"b{l}"] += delta / n
            delta = params[f"W{l}"].T.dot(delta) * (1 - h[l - 1] ** 2)
    return grads


def sum_then_divide(params, x, labels):
    return {name: g / len(x) for name, g in summed(params, x, labels).items()}


def single_precision(params, x, labels):
    return sum_then_divide({name: p.astype("f4") for name, p in params.items()}, x.astype("f4"), labels)


def by_complex_step(params, x, labels):
    """Not backpropagation, but the right numbers."""

    def loss(params):
        h = run_forward(params, x)[-1]
        return (np.log(np.exp(h).sum(axis=1)) - h[np.arange(len(h)), labels]).mean()

    grads = {}
    for name, p in params.items():
        grads[name] = np.zeros(p.shape)
        for index in np.ndindex(p.shape):
            moved = p.astype(complex)
            moved[index] += 1e-30j
            grads[name][index] = loss({**params, name: moved}).imag / 1e-30
    return grads


RIGHT = {
    "sample by sample": loops,
    "sum, then divide": sum_then_divide,
    "float32": single_precision,
    "complex steps": by_complex_step,
}
