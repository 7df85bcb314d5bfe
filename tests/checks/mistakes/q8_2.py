"""Answers to 8.2, what moves first in LoRA."""


def as_two_layers(x, delta, A, B, alpha):
    """LoRA as a network of two linear layers."""
    s = alpha / B.shape[1]
    hidden = x @ A.T
    return {"B": s * delta.T @ hidden, "A": s * (delta @ B).T @ x}


RIGHT = {
    "two layers": as_two_layers,
}
