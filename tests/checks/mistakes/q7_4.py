"""Answers to 7.4, a way round."""

import numpy as np

from course_utils.theory import gaussian_mean


def square(z):
    return np.tanh(z) ** 2


def slope_square(z):
    return (1 - np.tanh(z) ** 2) ** 2


def plain(q, sigma_w, branches):
    factor = 1
    for _ in range(branches):
        factor *= sigma_w**2 * gaussian_mean(slope_square, q)
        q = sigma_w**2 * gaussian_mean(square, q)
    return {"forward": q, "backward": factor}


def no_one(q, sigma_w, branches):
    factor = 1
    for _ in range(branches):
        factor *= sigma_w**2 * gaussian_mean(slope_square, q)
        q += sigma_w**2 * gaussian_mean(square, q)
    return {"forward": q, "backward": factor}


def no_q(q, sigma_w, branches):
    factor = 1
    for _ in range(branches):
        factor *= 1 + sigma_w**2 * gaussian_mean(slope_square, q)
        q = sigma_w**2 * gaussian_mean(square, q)
    return {"forward": q, "backward": factor}


def not_squared(q, sigma_w, branches):
    factor = 1
    for _ in range(branches):
        factor *= 1 + sigma_w * gaussian_mean(slope_square, q)
        q += sigma_w * gaussian_mean(square, q)
    return {"forward": q, "backward": factor}


def slope_not_squared(q, sigma_w, branches):
    factor = 1
    for _ in range(branches):
        factor *= 1 + sigma_w**2 * gaussian_mean(lambda z: 1 - np.tanh(z) ** 2, q)
        q += sigma_w**2 * gaussian_mean(square, q)
    return {"forward": q, "backward": factor}


def the_same_q(q, sigma_w, branches):
    factor = 1 + sigma_w**2 * gaussian_mean(slope_square, q)
    return {"forward": q + branches * sigma_w**2 * gaussian_mean(square, q), "backward": factor**branches}


def q_after(q, sigma_w, branches):
    factor = 1
    for _ in range(branches):
        q += sigma_w**2 * gaussian_mean(square, q)
        factor *= 1 + sigma_w**2 * gaussian_mean(slope_square, q)
    return {"forward": q, "backward": factor}


def added(q, sigma_w, branches):
    factor = 0
    for _ in range(branches):
        factor += 1 + sigma_w**2 * gaussian_mean(slope_square, q)
        q += sigma_w**2 * gaussian_mean(square, q)
    return {"forward": q, "backward": factor}


def last_only(q, sigma_w, branches):
    for _ in range(branches):
        factor = 1 + sigma_w**2 * gaussian_mean(slope_square, q)
        q += sigma_w**2 * gaussian_mean(square, q)
    return {"forward": q, "backward": factor}


def means_squared(q, sigma_w, branches):
    factor = 1
    for _ in range(branches):
        factor *= 1 + sigma_w**2 * gaussian_mean(lambda z: 1 - np.tanh(z) ** 2, q) ** 2
        q += sigma_w**2 * gaussian_mean(np.tanh, q) ** 2
    return {"forward": q, "backward": factor}


def at_one_point(q, sigma_w, branches):
    factor = 1
    for _ in range(branches):
        factor *= 1 + sigma_w**2 * slope_square(np.sqrt(q))
        q += sigma_w**2 * square(np.sqrt(q))
    return {"forward": q, "backward": factor}


def std_for_variance(q, sigma_w, branches):
    factor = 1
    for _ in range(branches):
        factor *= 1 + sigma_w**2 * gaussian_mean(slope_square, np.sqrt(q))
        q += sigma_w**2 * gaussian_mean(square, np.sqrt(q))
    return {"forward": q, "backward": factor}


def one_branch(q, sigma_w, branches):
    factor = 1 + sigma_w**2 * gaussian_mean(slope_square, q)
    return {"forward": q + sigma_w**2 * gaussian_mean(square, q), "backward": factor}


def swapped(q, sigma_w, branches):
    right = recursive(q, sigma_w, branches)
    return {"forward": right["backward"], "backward": right["forward"]}


def q_forgotten(q, sigma_w, branches):
    after, factor = q, 1
    for _ in range(branches):
        factor *= 1 + sigma_w**2 * gaussian_mean(slope_square, q)
        after = q + sigma_w**2 * gaussian_mean(square, q)
    return {"forward": after, "backward": factor}


def q_returned(q, sigma_w, branches):
    factor = (1 + sigma_w**2 * gaussian_mean(slope_square, q)) ** branches
    return {"forward": q, "backward": factor}


def added_to_one(q, sigma_w, branches):
    factor = 1
    for _ in range(branches):
        factor += sigma_w**2 * gaussian_mean(slope_square, q)
        q += sigma_w**2 * gaussian_mean(square, q)
    return {"forward": q, "backward": factor}


def a_number_for_a_function(q, sigma_w, branches):
    factor = 1
    for _ in range(branches):
        factor *= 1 + sigma_w**2 * gaussian_mean(slope_square(q), q)
        q += sigma_w**2 * gaussian_mean(square(q), q)
    return {"forward": q, "backward": factor}


def a_pair(q, sigma_w, branches):
    return q, sigma_w


WRONG = {
    "plain network": (plain, "missing in both"),
    "no 1": (no_one, "the 1 of the way round"),
    "no q": (no_q, "the q of the way round"),
    "sigma_w": (not_squared, "sigma_w enters squared"),
    "tanh'": (slope_not_squared, "tanh' enters squared"),
    "q stays": (the_same_q, "q changes from branch to branch"),
    "q after": (q_after, "sees the q before it"),
    "added": (added, "they do not add"),
    "added to one": (added_to_one, "they do not add"),
    "exchanged": (swapped, "forward and backward are exchanged"),
    "q forgotten": (q_forgotten, "q must grow from branch to branch"),
    "q as it was": (q_returned, "q must grow from branch to branch"),
    "last factor": (last_only, "last branch's factor alone"),
    "means squared": (means_squared, "square inside the mean"),
    "at sqrt(q)": (at_one_point, "not the value at one h"),
    "standard deviation": (std_for_variance, "takes the variance q"),
    "one branch": (one_branch, "go through all branches"),
    "a number": (a_number_for_a_function, "needs a function of z"),
    "a pair": (a_pair, "a dict with forward, backward was expected"),
}


def recursive(q, sigma_w, branches):
    if branches == 0:
        return {"backward": 1.0, "forward": q}
    rest = recursive(q + sigma_w**2 * gaussian_mean(square, q), sigma_w, branches - 1)
    rest["backward"] *= 1 + sigma_w**2 * gaussian_mean(slope_square, q)
    return rest


def by_many_numbers(q, sigma_w, branches):
    """A quadrature of one's own."""
    u = np.linspace(-9, 9, 4001)
    weights = np.exp(-(u**2) / 2)
    weights /= weights.sum()
    factors = []
    for _ in range(branches):
        z = np.sqrt(q) * u
        factors.append(1 + sigma_w**2 * (weights / np.cosh(z) ** 4).sum())
        q = q + sigma_w**2 * (weights * np.tanh(z) ** 2).sum()
    return {"forward": np.array(q), "backward": np.prod(factors)}


RIGHT = {"recursive": recursive, "own quadrature": by_many_numbers}
