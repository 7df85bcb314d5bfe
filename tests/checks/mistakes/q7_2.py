"""Answers to 7.2, a step size for each matrix."""

import numpy as np


def rms(a):
    return np.sqrt(np.mean(a**2))


def matrices(params):
    return [name for name in params if name.startswith("W")]


def upside_down(params, grads, target):
    return {name: target * rms(grads[name]) / rms(params[name]) for name in matrices(params)}


def no_target(params, grads, target):
    return {name: rms(params[name]) / rms(grads[name]) for name in matrices(params)}


def over_target(params, grads, target):
    return {name: rms(params[name]) / (target * rms(grads[name])) for name in matrices(params)}


def mean_size(params, grads, target):
    return {name: target * abs(params[name]).mean() / abs(grads[name]).mean() for name in matrices(params)}


def std(params, grads, target):
    return {name: target * params[name].std() / grads[name].std() for name in matrices(params)}


def mean_square(params, grads, target):
    return {name: target * np.mean(params[name] ** 2) / np.mean(grads[name] ** 2) for name in matrices(params)}


def largest(params, grads, target):
    return {name: target * abs(params[name]).max() / abs(grads[name]).max() for name in matrices(params)}


def norm_and_rms(params, grads, target):
    return {name: target * np.linalg.norm(params[name]) / rms(grads[name]) for name in matrices(params)}


def with_biases(params, grads, target):
    return {name: target * rms(params[name]) / rms(grads[name]) for name in params}


def one_number(params, grads, target):
    W = np.concatenate([params[name].ravel() for name in matrices(params)])
    g = np.concatenate([grads[name].ravel() for name in matrices(params)])
    return dict.fromkeys(matrices(params), target * rms(W) / rms(g))


def safest(params, grads, target):
    smallest = min(target * rms(params[name]) / rms(grads[name]) for name in matrices(params))
    return dict.fromkeys(matrices(params), smallest)


def entry_by_entry(params, grads, target):
    return {name: target * abs(params[name] / grads[name]).mean() for name in matrices(params)}


def an_array_each(params, grads, target):
    return {name: target * abs(params[name]) / abs(grads[name]) for name in matrices(params)}


def spectral(params, grads, target):
    return {
        name: target * np.linalg.norm(params[name], 2) / np.linalg.norm(grads[name], 2) for name in matrices(params)
    }


WRONG = {
    "upside down": (upside_down, "upside down"),
    "no target": (no_target, "target is missing"),
    "over target": (over_target, "target is a factor"),
    "mean of |W|": (mean_size, "takes the mean of the sizes"),
    "std": (std, "np.std does"),
    "mean square": (mean_square, "root is missing"),
    "largest entries": (largest, "largest entries"),
    "norm and RMS": (norm_and_rms, "divide both"),
    "biases too": (with_biases, "should not have 'b1'"),
    "one for all": (one_number, "one for all"),
    "smallest for all": (safest, "smallest for all"),
    "entry by entry": (entry_by_entry, "not entry by entry"),
    "arrays": (an_array_each, "W1: wrong shape"),
    "spectral norm": (spectral, "entries are off"),
}


def norms(params, grads, target):
    rates = {}
    for l in range(1, len(params) // 2 + 1):
        name = f"W{l}"
        rates[name] = target * np.linalg.norm(params[name]) / np.linalg.norm(grads[name])
    return rates


def single(params, grads, target):
    rates = {}
    for name in matrices(params):
        W, g = params[name].astype(np.float32), grads[name].astype(np.float32)
        rates[name] = np.float32(target) * np.sqrt((W * W).mean() / (g * g).mean())
    return rates


def by_loops(params, grads, target):
    def size(a):
        total = 0.0
        for row in a:
            for entry in row:
                total += entry * entry
        return (total / a.size) ** 0.5

    return {name: target * size(params[name]) / size(grads[name]) for name in matrices(params)}


RIGHT = {"norms": norms, "float32": single, "loops": by_loops}
