"""Question 5.4."""

import numpy as np

from course_utils.checks.core import Question, known


def linear_share(x, z, x_new, z_new):
    """The share of the new outputs that the best linear map of the old ones explains."""
    coefficients = np.linalg.lstsq(_with_ones(x), z)[0]
    residual = z_new - _with_ones(x_new) @ coefficients
    return 1 - (residual**2).sum() / ((z_new - z_new.mean(axis=0)) ** 2).sum()


def _with_ones(x):
    return np.column_stack([x, np.ones(len(x))])


def _mappings(rng):
    for n, n_new, m, k, bend in [
        (20, 9, 3, 2, 1.0),
        (25, 12, 4, 3, 0.4),
        (15, 8, 2, 1, 2.0),
        (*rng.integers((20, 5, 2, 2), (40, 15, 6, 5)), 1.0),
    ]:
        A, offset = rng.normal(size=(m, k)), rng.normal(size=k)
        x, x_new = (rng.normal(size=(rows, m)) + 0.5 for rows in (n, n_new))
        yield x, np.tanh(bend * x @ A) + offset, x_new, np.tanh(bend * x_new @ A) + offset
    yield tuple(rng.normal(size=shape) for shape in ((7, 5), (7, 2), (8, 5), (8, 2)))  # noise: a negative share


def _explained(
    columns=_with_ones,
    fit=lambda x, z, x_new, z_new: (x, z),
    judged=lambda x, z, x_new, z_new: (x_new, z_new),
    share=lambda Z, fitted, z: 1 - ((Z - fitted) ** 2).sum() / ((Z - Z.mean(axis=0)) ** 2).sum(),
):
    """A wrong answer: other columns, other data to fit or to judge by, another share."""

    def function(*data):
        x, z = fit(*data)
        coefficients = np.linalg.lstsq(columns(x), z)[0]
        on, Z = judged(*data)
        return share(Z, columns(on) @ coefficients, z)

    return function


def _square_sum(a):
    return (a**2).sum()


MISTAKES = known(
    "no-constant: there is no constant in the map: add a column of ones to x",
    _explained(lambda x: x),
    "fitted-to-new: the map is fitted to the new samples: fit it to x and z, they are all it may see",
    _explained(fit=lambda x, z, x_new, z_new: (x_new, z_new)),
    "judged-on-old: this is the share on the samples it was fitted to: take x_new and z_new",
    _explained(judged=lambda x, z, x_new, z_new: (x, z)),
    "left-over: this is the share that is left over: subtract it from 1",
    _explained(share=lambda Z, f, z: _square_sum(Z - f) / _square_sum(Z - Z.mean(axis=0))),
    "mean-of-old: the outputs are compared with the mean of z: on new samples take the mean of z_new",
    _explained(share=lambda Z, f, z: 1 - _square_sum(Z - f) / _square_sum(Z - z.mean(axis=0))),
    "no-mean: the outputs are compared with 0: subtract their mean over the new samples",
    _explained(share=lambda Z, f, z: 1 - _square_sum(Z - f) / _square_sum(Z)),
    "one-mean: one mean for all outputs: each has its own, axis=0",
    _explained(share=lambda Z, f, z: 1 - _square_sum(Z - f) / _square_sum(Z - Z.mean())),
    "variance-of-residual: a residual with a mean is an error, too: sum its squares, its variance is not enough",
    _explained(share=lambda Z, f, z: 1 - (Z - f).var(axis=0).sum() / Z.var(axis=0).sum()),
    "size-of-map: this is how large the linear map is, not how much it explains: go by the residual",
    _explained(share=lambda Z, f, z: f.var(axis=0).sum() / Z.var(axis=0).sum()),
    "mean-of-shares: this is the mean of the outputs' shares: sum the squares over all outputs, then divide",
    _explained(share=lambda Z, f, z: np.mean(1 - ((Z - f) ** 2).sum(axis=0) / ((Z - Z.mean(axis=0)) ** 2).sum(axis=0))),
    "not-negative: it may be negative: then the map is worse than a constant",
    lambda *data: max(0.0, linear_share(*data)),
    "root: a root too many: it is a ratio of squares",
    _explained(share=lambda Z, f, z: 1 - np.sqrt(_square_sum(Z - f) / _square_sum(Z - Z.mean(axis=0)))),
)


ADVICE = {
    r"Singular matrix": "use np.linalg.lstsq, or np.linalg.pinv",
}

QUESTION = Question("5.4", 2, "How linear, on new digits?", linear_share, _mappings, MISTAKES, advice=ADVICE)
