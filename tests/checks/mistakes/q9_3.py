"""Answers to 9.3, repair a start."""

import numpy as np


def wrong_size(W):
    return not 0.5 <= np.sqrt(np.mean(W**2) * W.shape[1]) <= 2


def equal_rows(W):
    return len(np.unique(W, axis=0)) < len(W)


def sick(W):
    return wrong_size(W) or equal_rows(W)


def normal(W, rng):
    return rng.normal(size=W.shape) / np.sqrt(W.shape[1])


def by(test=sick, draw=normal):
    """An answer that draws anew what this test calls sick."""
    return lambda params, rng: {k: draw(p, rng) if k[0] == "W" and test(p) else p.copy() for k, p in params.items()}


def rescaled(W, rng):
    size = np.sqrt(np.mean(W**2) * W.shape[1])
    return W / size if size else normal(W, rng)


WRONG = {
    "everything": (by(lambda W: True), "it is healthy: leave it"),
    "size only": (by(wrong_size), "has equal rows, and is left as it was"),
    "rows only": (by(equal_rows), "is too large, and is left as it was"),
    "neighbours": (
        by(lambda W: wrong_size(W) or (W[1:] == W[:-1]).all(axis=1).any()),
        "W1 has equal rows, and is left",
    ),
    "rank": (by(lambda W: wrong_size(W) or np.linalg.matrix_rank(W) < min(W.shape)), "W1 has equal rows, and is left"),
    "rescaled": (by(draw=rescaled), "it still has equal rows: draw it anew"),
    "fan_out": (by(draw=lambda W, rng: normal(W.T, rng).T), "divided by the root of fan_out"),
    "variance": (by(draw=lambda W, rng: rng.normal(size=W.shape) / W.shape[1]), "divided by fan_in"),
    "no scale": (by(draw=lambda W, rng: rng.normal(size=W.shape)), "not divided by the root of fan_in"),
    "positive": (by(draw=lambda W, rng: np.abs(normal(W, rng))), "of both signs alike"),
    "He": (by(draw=lambda W, rng: np.sqrt(2) * normal(W, rng)), "not 1 / sqrt(fan_in)"),
    "biases too": (lambda params, rng: by()({k: p * (k[0] == "W") for k, p in params.items()}, rng), "are not sick"),
    "its own numbers": (
        by(draw=lambda W, rng: normal(W, np.random.default_rng(3))),
        "another rng gives the same weights",
    ),
    "anybody's": (by(draw=lambda W, rng: normal(W, np.random.default_rng())), "the same rng state gives other weights"),
}

RIGHT = {
    "normal": by(),
    "uniform": by(draw=lambda W, rng: rng.uniform(-1, 1, W.shape) * np.sqrt(3 / W.shape[1])),
}
