"""Answers to 9.3, repair a start."""

import numpy as np


def sick(W):
    return len(np.unique(W, axis=0)) < len(W) or not 0.5 <= np.sqrt(np.mean(W**2) * W.shape[1]) <= 2


def fixed(params, test=sick, draw=None, rng=None):
    draw = draw or (lambda W: rng.normal(size=W.shape) / np.sqrt(W.shape[1]))
    return {k: draw(p) if k[0] == "W" and test(p) else p.copy() for k, p in params.items()}


def rescaled(params, rng):
    def scale(W):
        size = np.sqrt(np.mean(W**2) * W.shape[1])
        return W / size if size else rng.normal(size=W.shape) / np.sqrt(W.shape[1])

    return fixed(params, draw=scale)


def one_row(params, rng):
    return fixed(params, draw=lambda W: np.tile(rng.normal(size=W.shape[1]) / np.sqrt(W.shape[1]), (len(W), 1)))


def own_rng(params, rng):
    return fixed(params, draw=lambda W: np.random.default_rng(3).standard_normal(W.shape) * W.shape[1] ** -0.5)


def global_rng(params, rng):
    return fixed(params, draw=lambda W: np.random.default_rng().normal(size=W.shape) / np.sqrt(W.shape[1]))


def neighbours(params, rng):
    def test(W):
        size = np.sqrt(np.mean(W**2) * W.shape[1])
        return (W[1:] == W[:-1]).all(axis=1).any() or not 0.5 <= size <= 2

    return fixed(params, test, rng=rng)


def by_rank(params, rng):
    def test(W):
        size = np.sqrt(np.mean(W**2) * W.shape[1])
        return np.linalg.matrix_rank(W) < min(W.shape) or not 0.5 <= size <= 2

    return fixed(params, test, rng=rng)


def right_loop(params, rng):
    new = {}
    for name, p in params.items():
        new[name] = np.array(p)
        if name.startswith("W"):
            n_out, n_in = p.shape
            twins = any((p[i] == p[j]).all() for i in range(n_out) for j in range(i))
            size = (np.mean(p**2) * n_in) ** 0.5
            if twins or size < 0.5 or size > 2:
                new[name] = rng.normal(0, n_in**-0.5, (n_out, n_in))
    return new


WRONG = {
    "everything": (lambda params, rng: fixed(params, lambda W: True, rng=rng), "it is healthy: leave it"),
    "zeros only": (lambda params, rng: fixed(params, lambda W: not W.any(), rng=rng), "and is left as it was"),
    "constants only": (lambda params, rng: fixed(params, lambda W: np.ptp(W) == 0, rng=rng), "and is left as it was"),
    "size only": (
        lambda params, rng: fixed(params, lambda W: not 0.5 <= np.sqrt(np.mean(W**2) * W.shape[1]) <= 2, rng=rng),
        "has equal rows, and is left as it was",
    ),
    "rows only": (
        lambda params, rng: fixed(params, lambda W: len(np.unique(W, axis=0)) < len(W), rng=rng),
        "is too large, and is left as it was",
    ),
    "rescaled": (rescaled, "it still has equal rows: draw it anew"),
    "fan_out": (
        lambda params, rng: fixed(params, draw=lambda W: rng.normal(size=W.shape) / np.sqrt(W.shape[0])),
        "divided by the root of fan_out",
    ),
    "variance": (
        lambda params, rng: fixed(params, draw=lambda W: rng.normal(size=W.shape) / W.shape[1]),
        "divided by fan_in",
    ),
    "no scale": (
        lambda params, rng: fixed(params, draw=lambda W: rng.normal(size=W.shape)),
        "not divided by the root of fan_in",
    ),
    "positive": (
        lambda params, rng: fixed(params, draw=lambda W: np.abs(rng.normal(size=W.shape)) / np.sqrt(W.shape[1])),
        "of both signs alike",
    ),
    "one row for all": (one_row, "it still has equal rows"),
    "He": (
        lambda params, rng: fixed(params, draw=lambda W: rng.normal(size=W.shape) * np.sqrt(2 / W.shape[1])),
        "not 1 / sqrt(fan_in)",
    ),
    "biases too": (
        lambda params, rng: {k: p if k[0] == "W" else np.zeros_like(p) for k, p in fixed(params, rng=rng).items()},
        "biases are not sick",
    ),
    "its own numbers": (own_rng, "another rng gives the same weights"),
    "numbers from elsewhere": (global_rng, "the same rng state gives other weights"),
    "neighbours": (neighbours, "W1 has equal rows, and is left as it was"),
    "by the rank": (by_rank, "W1 has equal rows, and is left as it was"),
}

RIGHT = {
    "a loop": right_loop,
    "short": lambda params, rng: fixed(params, rng=rng),
    "uniform": lambda params, rng: fixed(params, draw=lambda W: rng.uniform(-1, 1, W.shape) * np.sqrt(3 / W.shape[1])),
}
