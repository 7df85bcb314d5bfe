"""Answers to 3.4, which matrices ever move."""

import numpy as np

from course_utils import losses, mlp


def by_rules(zero, activation, sleeps=lambda phi: phi.at_zero == 0, dies=lambda phi: phi.slope_at_zero == 0):
    L, where = len(zero), [l for l in range(len(zero)) if zero[l]]
    if not sleeps(activation) or not where or where == [L - 1]:
        return [True] * L
    if dies(activation):
        return [False] * L
    return [True] * L if len(where) == 1 else [l > where[-1] for l in range(L)]


def two_stop_all(zero, activation):
    moves = by_rules(zero, activation)
    return moves if all(moves) else [False] * len(zero)


def above_the_lowest(zero, activation):
    moves = by_rules(zero, activation)
    if not all(moves) and activation.slope_at_zero:
        return [l > zero.index(True) for l in range(len(zero))]
    return moves


def highest_included(zero, activation):
    moves = by_rules(zero, activation)
    if not all(moves) and activation.slope_at_zero:
        moves[max(l for l, z in enumerate(zero) if z)] = True
    return moves


def below_the_lowest(zero, activation):
    moves = by_rules(zero, activation)
    if not all(moves) and activation.slope_at_zero:
        return [l < zero.index(True) for l in range(len(zero))]
    return moves


def two_harmless(zero, activation):
    return by_rules(zero, activation) if activation.slope_at_zero == 0 else [True] * len(zero)


def all_move(zero, activation):
    return [True for _ in zero]


def zeros_stay(zero, activation):
    return [not z for z in zero]


def relu_like_tanh(zero, activation):
    return by_rules(zero, activation, dies=lambda phi: False)


def last_zero_for_relu(zero, activation):
    if activation.at_zero == 0 and activation.slope_at_zero == 0:
        return [not any(zero)] * len(zero)
    return by_rules(zero, activation)


def sigmoid_like_tanh(zero, activation):
    return by_rules(zero, activation, sleeps=lambda phi: True)


def by_name(zero, activation):
    return by_rules(zero, activation, lambda phi: phi.name != "sigmoid", lambda phi: phi.name == "relu")


def only_relu(zero, activation):
    return by_rules(zero, activation, dies=lambda phi: phi.name == "relu")


def upside_down(zero, activation):
    return [not moves for moves in by_rules(zero, activation)]


def one_zero_stops_all(zero, activation):
    return [activation.at_zero != 0 or sum(zero) == 0] * len(zero)


def only_the_random(zero, activation):
    moves = by_rules(zero, activation)
    return moves if all(moves) or not activation.slope_at_zero else [not z for z in zero]


def names(zero, activation):
    return [f"W{l}" for l, moves in enumerate(by_rules(zero, activation), start=1) if moves]


def one_number(zero, activation):
    return all(by_rules(zero, activation))


def numbered_from_one(zero, activation):
    return [zero[l] for l in range(1, len(zero) + 1)]


WRONG = {
    "two stop all": (two_stop_all, "above the highest zero matrix something moves"),
    "above the lowest": (above_the_lowest, "not above the lowest"),
    "the highest included": (highest_included, "the highest zero matrix does not move"),
    "below the lowest": (below_the_lowest, "no error arrives there"),
    "two are harmless": (two_harmless, "two zero matrices are not harmless"),
    "all move": (all_move, "not all move"),
    "zeros stay": (zeros_stay, "not stuck as such"),
    "ReLU like tanh": (relu_like_tanh, "phi'(0) counts"),
    "any zero stops ReLU": (last_zero_for_relu, "only the last matrix is zero"),
    "sigmoid like tanh": (sigmoid_like_tanh, "with phi(0) not 0"),
    "by name": (by_name, "not the name"),
    "only ReLU": (only_relu, "not the name"),
    "upside down": (upside_down, "the other way round"),
    "one stops all": (one_zero_stops_all, "a single zero matrix stops nothing"),
    "the random ones": (only_the_random, "random is not enough"),
    "names": (names, "True, it moves, or False"),
    "one number": (one_number, "a list was expected"),
    "numbered from one": (numbered_from_one, "zero[l - 1]"),
}


def by_experiment(zero, activation):
    """Train a little network, and look."""
    rng = np.random.default_rng(0)
    L = len(zero)
    x, labels = rng.normal(size=(30, 3)), rng.integers(3, size=30)
    params = mlp.initialize([3, *[6] * (L - 1), 3], "normal", sigma_w=1.5, rng=rng)
    params |= {f"W{l}": 0 * params[f"W{l}"] for l in range(1, L + 1) if zero[l - 1]}
    now = params
    for _ in range(3 * L):
        trace = mlp.forward(now, x, activation)
        grads = mlp.backward(now, trace, losses.cross_entropy.gradient(trace.output, labels), activation)
        now = {name: p - 0.1 * grads[name] for name, p in now.items()}
    return [bool((now[f"W{l}"] != params[f"W{l}"]).any()) for l in range(1, L + 1)]


def with_arrays(zero, activation):
    zeros = np.flatnonzero(zero)
    free = activation(np.zeros(1))[0] != 0 or len(zeros) <= (activation.slope_at_zero != 0)
    if free or (len(zeros) == 1 and zero[-1]):
        return np.ones(len(zero), dtype=bool)
    return (np.arange(len(zero)) > zeros.max()) & (activation.slope_at_zero != 0)


def zeros_and_ones(zero, activation):
    return tuple(int(moves) for moves in by_rules(zero, activation))


RIGHT = {"by experiment": by_experiment, "arrays": with_arrays, "0 and 1": zeros_and_ones}
