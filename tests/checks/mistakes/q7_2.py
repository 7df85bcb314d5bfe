"""Answers to 7.2, a step size for each matrix."""

import numpy as np


def rms(a):
    return np.sqrt(np.mean(a**2))


def matrices(params):
    return [name for name in params if name.startswith("W")]


def with_biases(params, grads, target):
    return {name: target * rms(params[name]) / rms(grads[name]) for name in params}


def an_array_each(params, grads, target):
    return {name: target * abs(params[name]) / abs(grads[name]) for name in matrices(params)}


def spectral(params, grads, target):
    return {
        name: target * np.linalg.norm(params[name], 2) / np.linalg.norm(grads[name], 2) for name in matrices(params)
    }


WRONG = {
    "biases too": (with_biases, "should not have 'b1'"),
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
