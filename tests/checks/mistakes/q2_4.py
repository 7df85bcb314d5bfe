"""Answers to 2.4, many neurons follow one."""

import numpy as np


def no_fan_in(widths, lr):
    n = [1, *widths, 1]
    rates = {}
    for l in range(1, len(n)):
        rates[f"W{l}"] = rates[f"b{l}"] = lr * n[l]
    return rates


def of_the_lesson(widths, lr):
    n = [1, *widths, 1]
    rates = {}
    for l in range(1, len(n)):
        rates[f"W{l}"], rates[f"b{l}"] = lr * n[l - 1] / n[l], lr / n[l]
    return rates


def weights_inverted(widths, lr):
    n = [1, *widths, 1]
    rates = {}
    for l in range(1, len(n)):
        rates[f"W{l}"], rates[f"b{l}"] = lr / n[l] * n[l - 1], lr * n[l]
    return rates


def the_same(widths, lr):
    return {f"{kind}{l}": lr for l in range(1, len(widths) + 2) for kind in "Wb"}


def bias_like_weights(widths, lr):
    n = [1, *widths, 1]
    return {f"{kind}{l}": lr * n[l] / n[l - 1] for l in range(1, len(n)) for kind in "Wb"}


def bias_unscaled(widths, lr):
    n = [1, *widths, 1]
    rates = {}
    for l in range(1, len(n)):
        rates[f"W{l}"], rates[f"b{l}"] = lr * n[l] / n[l - 1], lr
    return rates


def no_fan_out(widths, lr):
    n = [1, *widths, 1]
    rates = {}
    for l in range(1, len(n)):
        rates[f"W{l}"], rates[f"b{l}"] = lr / n[l - 1], lr
    return rates


def hidden_only(widths, lr):
    n = [1, *widths]
    rates = {}
    for l in range(1, len(n)):
        rates[f"W{l}"], rates[f"b{l}"] = lr * n[l] / n[l - 1], lr * n[l]
    return rates


def inputs_forgotten(widths, lr):
    n = [*widths, 1]
    rates = {}
    for l in range(1, len(n)):
        rates[f"W{l}"], rates[f"b{l}"] = lr * n[l] / n[l - 1], lr * n[l]
    return rates


def widths_too_short(widths, lr):
    n = [*widths, 1]
    return {f"{k}{l}": lr * n[l] / (n[l - 1] if k == "W" else 1) for l in range(1, len(widths) + 2) for k in "Wb"}


def lr_forgotten(widths, lr):
    return {name: rate / lr for name, rate in with_arrays(widths, lr).items()}


def numbered_from_zero(widths, lr):
    return {f"{name[0]}{int(name[1:]) - 1}": rate for name, rate in with_arrays(widths, lr).items()}


def as_list(widths, lr):
    return list(with_arrays(widths, lr).values())


def square_roots(widths, lr):
    n = [1, *widths, 1]
    rates = {}
    for l in range(1, len(n)):
        rates[f"W{l}"], rates[f"b{l}"] = lr * np.sqrt(n[l] / n[l - 1]), lr * np.sqrt(n[l])
    return rates


WRONG = {
    "no fan-in": (no_fan_in, "n_(l-1) is missing"),
    "copied from the lesson": (of_the_lesson, "the other way round"),
    "weights inverted": (weights_inverted, "weights' factor is upside down"),
    "the same everywhere": (the_same, "not the same lr everywhere"),
    "biases like weights": (bias_like_weights, "biases are treated like the weights"),
    "bias not scaled": (bias_unscaled, "biases need lr * n_l"),
    "no n_l": (no_fan_out, "the factor n_l is missing"),
    "output layer forgotten": (hidden_only, "n_L = 1 is forgotten"),
    "input layer forgotten": (inputs_forgotten, "n_0 = 1 is forgotten"),
    "n has an entry too few": (widths_too_short, "n = [1, *widths, 1]"),
    "lr forgotten": (lr_forgotten, "factor lr is missing"),
    "numbered from zero": (numbered_from_zero, "layers count from 1"),
    "a list": (as_list, "a dict"),
    "square roots": (square_roots, "square root"),
}


def with_arrays(widths, lr):
    n = np.array([1, *widths, 1])
    weights, biases = lr * n[1:] / n[:-1], lr * n[1:]
    return {f"{k}{l + 1}": rate[l] for l in range(len(biases)) for k, rate in (("W", weights), ("b", biases))}


def layer_by_layer(widths, lr):
    rates, before = {}, 1
    for l, width in enumerate([*widths, 1]):
        rates[f"b{l + 1}"] = np.float32(lr * width)
        rates[f"W{l + 1}"] = lr * width / before
        before = width
    return rates


RIGHT = {"arrays": with_arrays, "layer by layer, float32": layer_by_layer}
