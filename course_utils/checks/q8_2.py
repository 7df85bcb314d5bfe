"""Question 8.2."""

import numpy as np

from course_utils.checks.core import Question, known
from course_utils.checks.values import within


def lora_gradients(x, delta, A, B, alpha):
    """The gradients of A and B in a layer z = x (W0 + alpha/r B A)^T + b."""
    scale, G = alpha / len(A), delta.T @ x
    return {"A": scale * B.T @ G, "B": scale * G @ A.T}


def _adapters(rng):
    drawn = (*rng.integers(2, 9, size=4), "")
    for n, n_in, n_out, r, zero in [
        (3, 3, 3, 3, ""),
        (5, 4, 3, 2, ""),
        (4, 3, 5, 2, "B"),
        (2, 5, 4, 3, "A"),
        (1, 4, 3, 1, ""),
        drawn,
    ]:
        A, B = rng.normal(size=(r, n_in)) * (zero != "A"), rng.normal(size=(n_out, r)) * (zero != "B")
        yield rng.normal(size=(n, n_in)), rng.normal(size=(n, n_out)), A, B, float(rng.uniform(5, 9))


def _lora(scale=lambda alpha, r: alpha / r, A=lambda A, B, G: B.T @ G, B=lambda A, B, G: G @ A.T, G=None):
    """A wrong answer with another scale, another gradient of A or B, or another gradient of the product."""

    def function(x, delta, A_, B_, alpha):
        g, s = (G or (lambda x, delta: delta.T @ x))(x, delta), scale(alpha, len(A_))
        return {"A": s * A(A_, B_, g), "B": s * B(A_, B_, g)}

    return function


MISTAKES = known(
    "no-scale: the scale alpha / r belongs to both gradients, as to B A",
    _lora(lambda alpha, r: 1),
    "not-by-r: alpha is divided by r, the number of rows of A",
    _lora(lambda alpha, r: alpha),
    "r-of-b: r is the number of rows of A, not of B",
    lambda x, delta, A, B, alpha: lora_gradients(x, delta, A, B, alpha * len(A) / len(B)),
    "scale-upside-down: the scale is upside down: it is alpha / r",
    _lora(lambda alpha, r: r / alpha),
    "scale-root: the scale is alpha / r, without a root",
    _lora(lambda alpha, r: alpha / np.sqrt(r)),
    "scale-squared: the scale alpha / r comes in once, not squared",
    _lora(lambda alpha, r: (alpha / r) ** 2),
    "mean-again: delta has the mean over the batch in it: sum, do not divide again",
    _lora(G=lambda x, d: d.T @ x / len(x)),
    "a-zero: A's gradient needs B on its way back: B^T G, which is zero only where B is zero",
    _lora(A=lambda A, B, G: 0 * A),
    "b-zero: B's gradient needs A: G A^T, which is zero only where A is zero",
    _lora(B=lambda A, B, G: 0 * B),
    "b-not-turned: B's transpose is missing: the gradient of A is B^T G",
    _lora(A=lambda A, B, G: B @ G),
    "a-not-turned: A's transpose is missing: the gradient of B is G A^T",
    _lora(B=lambda A, B, G: G @ A),
    "both-not-turned: both transposes are missing: B^T G and G A^T",
    _lora(A=lambda A, B, G: B @ G, B=lambda A, B, G: G @ A),
    "exchanged: the two gradients are exchanged: A, below B, gets B^T G",
    _lora(A=lambda A, B, G: G @ A.T, B=lambda A, B, G: B.T @ G),
    "product-turned: the gradient of the product is delta^T x, of shape (n_out, n_in)",
    _lora(G=lambda x, d: x.T @ d),
    "one-after-the-other: B must be as it was when the gradient of A is taken: both come from the same moment",
    lambda x, delta, A, B, alpha: {
        "B": (G := alpha / len(A) * delta.T @ x) @ A.T,
        "A": (B - G @ A.T).T @ G,
    },
)

ADVICE = {
    r"^ValueError: matmul": "shapes: delta^T x is (n_out, n_in), A is (r, n_in), B is (n_out, r)",
}

QUESTION = Question(
    "8.2", 2, "What moves first in LoRA", lora_gradients, _adapters, MISTAKES, within(1e-11), advice=ADVICE
)
