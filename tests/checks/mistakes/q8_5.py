"""Answers to 8.5, a memory of the right length."""

import numpy as np


def _logit(f):
    return np.log(f / (1 - f))


def chrono(T, share):
    return np.log(np.maximum(np.asarray(T) - 1.0, 0))


def no_root(T, share):
    return _logit(share) * np.ones(np.shape(T))


def divided(T, share):
    return _logit(share / T)


def linear(T, share):
    return _logit(1 - (1 - share) / T)


def power(T, share):
    return _logit(share**T)


def flipped(T, share):
    f = share ** (1 / T)
    return np.log(1 / f - 1)


def the_gate(T, share):
    return np.exp(np.log(share) / T)


def log_of_gate(T, share):
    return np.log(share ** (1 / T))


def odds(T, share):
    f = share ** (1 / T)
    return f / (1 - f)


def sigmoid_of_gate(T, share):
    return 1 / (1 + np.exp(-(share ** (1 / T))))


def one_over_e(T, share):
    return _logit(np.exp(-1 / np.asarray(T)))


def keras(T, share):
    return np.ones(np.shape(T))


def whole_division(T, share):
    f = share ** (1 // T)
    return np.log(f / (1 - f))


WRONG = {
    "log(T - 1)": (chrono, "log(T - 1) is for"),
    "no root": (no_root, "one step keeps share^(1/T)"),
    "no T": (lambda T, share: np.log(share / (1 - share)), "T does not appear"),
    "divided": (divided, "the gates multiply"),
    "linear": (linear, "only nearly the same"),
    "power": (power, "the wrong way"),
    "flipped": (flipped, "sign is flipped"),
    "the gate": (the_gate, "this is the gate"),
    "log of the gate": (log_of_gate, "not the inverse"),
    "odds": (odds, "odds"),
    "sigmoid of the gate": (sigmoid_of_gate, "solve sigmoid(b) = f"),
    "1/e": (one_over_e, "not `share`"),
    "always 1": (keras, "entries are off"),
    "whole division": (whole_division, "infinite"),
}


def with_log(T, share):
    return -np.log(np.expm1(-np.log(share) / T))


def minus_log(T, share):
    return -np.log(share ** (-1 / np.asarray(T)) - 1)


@np.vectorize
def one_by_one(T, share):
    low, high = -50.0, 50.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-middle))) ** T < share else (low, middle)
    return low


RIGHT = {"expm1": with_log, "minus log": minus_log, "by bisection": lambda T, share: one_by_one(T, share)}
