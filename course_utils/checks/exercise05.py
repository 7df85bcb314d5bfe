"""The questions of exercise 05, the linear region."""

import math
from functools import partial

import numpy as np

from course_utils import theory
from course_utils.activations import tanh
from course_utils.checks.core import Mistake, Question
from course_utils.checks.values import Recognised, different


def weight_std(x, sigma_z, sigma_b):
    """The standard deviation of the weights at which z = w x + b has the root mean square sigma_z."""
    return np.sqrt((sigma_z**2 - sigma_b**2) / (x.shape[1] * (x**2).mean()))


def normalize(x_train, x_new):
    """New inputs, each centred and scaled by what the training set says of it."""
    varies = np.ptp(x_train, axis=0) > 0  # rounding can make the std of a constant 1e-17
    return (x_new - x_train.mean(axis=0)) / np.where(varies, x_train.std(axis=0), 1)


def share_saturated(b, q, least):
    """The probability that LeCun's sigmoid has at most `least` of its largest slope, at z ~ N(b, q)."""
    c = 1.5 * np.arctanh(np.sqrt(1 - least))
    return (math.erfc((c - b) / math.sqrt(2 * q)) + math.erfc((c + b) / math.sqrt(2 * q))) / 2


def linear_share(x, z, x_new, z_new):
    """The share of the new outputs that the best linear map of the old ones explains."""
    coefficients = np.linalg.lstsq(_with_ones(x), z)[0]
    residual = z_new - _with_ones(x_new) @ coefficients
    return 1 - (residual**2).sum() / ((z_new - z_new.mean(axis=0)) ** 2).sum()


def balance(a, q):
    """The factor for W2 that keeps the size of delta^1 when W1 is multiplied by a."""
    return np.sqrt(_mean_square_slope(q) / _mean_square_slope(a**2 * q))


def best_odd_accuracy(x, y):
    """The largest accuracy that an odd function can have on these samples."""
    return 1 - _pairs(x, y, lambda first, second: first == second) / len(x)


# 5.1


def _inputs(rng):
    for n, m, mean, sigma_z, sigma_b in [(9, 4, 1.0, 1.0, 0.0), (5, 7, -2.0, 2.0, 0.5), (12, 3, 0.5, 0.7, 0.6)]:
        scales = rng.uniform(0.5, 3, size=m)
        yield mean + rng.normal(size=m) + scales * rng.normal(size=(n, m)), sigma_z, sigma_b


def _std(rule):
    """A wrong answer from m and the mean square of x."""
    return lambda x, sigma_z, sigma_b: rule(x.shape[1], (x**2).mean(), sigma_z, sigma_b)


_second_moment = "the variance of x stands for its mean square: these inputs do not have mean 0"

WEIGHT_STD = Question(
    "5.1",
    2,
    "From the variance of a sum",
    weight_std,
    _inputs,
    (
        Mistake(
            "no-mean-square",
            "the mean square of the inputs is missing: these are not normalised",
            _std(lambda m, q, s, b: np.sqrt((s**2 - b**2) / m)),
        ),
        Mistake(
            "variance",
            "this is the variance of the weights: take the root",
            _std(lambda m, q, s, b: (s**2 - b**2) / (m * q)),
        ),
        Mistake(
            "centred",
            _second_moment,
            lambda x, s, b: np.sqrt((s**2 - b**2) / (x.shape[1] * x.var())),
            (lambda x, s, b: np.sqrt((s**2 - b**2) / x.var(axis=0).sum()),),
        ),
        Mistake(
            "samples-counted",
            "m is the number of samples here: a sum z has one term for each input, a column of x",
            lambda x, s, b: np.sqrt((s**2 - b**2) / (len(x) * (x**2).mean())),
        ),
        Mistake(
            "sum-over-samples",
            "the squares are added over the samples, too: over the inputs it is a sum, over the samples a mean",
            lambda x, s, b: np.sqrt((s**2 - b**2) / (x**2).sum()),
        ),
        Mistake(
            "no-inputs",
            "the number of inputs m is missing: z has m terms (this is the course's sigma_w, root of m times as large)",
            _std(lambda m, q, s, b: np.sqrt((s**2 - b**2) / q)),
        ),
        Mistake(
            "inputs-outside-root",
            "m stands outside the root: sums of m terms grow like the root of m",
            _std(lambda m, q, s, b: np.sqrt((s**2 - b**2) / q) / m),
        ),
        Mistake("no-bias", "the bias is forgotten: it makes part of z", _std(lambda m, q, s, b: s / np.sqrt(m * q))),
        Mistake(
            "bias-added",
            "the bias is added: it makes part of z, so what is left for the weights is less",
            _std(lambda m, q, s, b: np.sqrt((s**2 + b**2) / (m * q))),
        ),
        Mistake(
            "deviations-subtracted",
            "standard deviations are subtracted: of independent parts only variances add",
            _std(lambda m, q, s, b: (s - b) / np.sqrt(m * q)),
        ),
        Mistake(
            "not-squared",
            "sigma_z and sigma_b must be squared: mean squares add",
            _std(lambda m, q, s, b: np.sqrt((s - b) / (m * q))),
        ),
        Mistake(
            "mean-square-outside-root",
            "the mean square of x belongs under the root",
            _std(lambda m, q, s, b: np.sqrt((s**2 - b**2) / m) / q),
        ),
        Mistake(
            "lecun",
            "LeCun's rule as it stands is for normalised inputs, sigma_z = 1 and no bias",
            _std(lambda m, q, s, b: 1 / np.sqrt(m)),
        ),
        Mistake(
            "mean-squared",
            "the square of the mean is not the mean of the squares",
            lambda x, s, b: np.sqrt((s**2 - b**2) / (x.shape[1] * x.mean() ** 2)),
        ),
    ),
)


# 5.2


def _training_and_new(rng):
    for n, n_new, m, constant in [(8, 5, 4, {1: 3.0, 2: 0.1}), (16, 3, 6, {0: 0.0, 4: 16.0}), (4, 6, 3, {})]:
        train, new = (rng.normal(size=(rows, m)) * np.arange(1, m + 1) + 4 for rows in (n, n_new))
        for column, value in constant.items():  # the same in all training samples: blank or full
            train[:, column] = value
        yield train, new + rng.normal(size=m)


def _normalized(mean=lambda t, x: t.mean(axis=0), std=lambda t, x: t.std(axis=0), otherwise=1.0):
    """A wrong answer from rules (x_train, x_new) for what is subtracted and what divides."""

    def function(x_train, x_new, least=1e-12):
        scale = std(x_train, x_new)
        return (x_new - mean(x_train, x_new)) / np.where(scale > least, scale, otherwise)

    return function


def _two(id, message, *functions):
    """A mistake, and the same where inputs with a std of 1e-17 are taken for inputs that vary."""
    return Mistake(id, message, functions[0], (*functions[1:], *(partial(f, least=0) for f in functions)))


def _constants_to_zero(x_train, x_new, least=1e-12):
    return np.where(x_train.std(axis=0) > least, _normalized()(x_train, x_new, least), 0)


def _constants_as_they_are(x_train, x_new, least=1e-12):
    return np.where(x_train.std(axis=0) > least, _normalized()(x_train, x_new, least), x_new)


def _not_blown_up(calls):
    """`different`, with a word for inputs divided by next to nothing."""
    fact = different(calls)
    if fact and any(np.abs(call.value).max() > 1e4 * np.abs(call.expected).max() for call in calls):
        return Recognised(
            "blown-up",
            "what is constant in the training set is blown up, divided by a tiny number: divide by 1 there. Rounding "
            "makes the std of a constant 1e-17: ask np.ptp(x_train, axis=0) > 0",
        )
    return fact


def _common_scale(x_train, x_new):
    return np.sqrt(x_train.var(axis=0).mean())


NORMALIZE = Question(
    "5.2",
    2,
    "Normalise, by the training set",
    normalize,
    _training_and_new,
    (
        _two(
            "own-statistics",
            "the new inputs are normalised by their own statistics: take those of x_train, for any input ever to come",
            _normalized(lambda t, x: x.mean(axis=0), lambda t, x: x.std(axis=0)),
        ),
        _two(
            "pooled",
            "the statistics are of training and new inputs together: the new ones must not be used",
            _normalized(lambda t, x: np.vstack([t, x]).mean(axis=0), lambda t, x: np.vstack([t, x]).std(axis=0)),
        ),
        _two(
            "own-mean",
            "the mean is that of the new inputs: take that of x_train",
            _normalized(lambda t, x: x.mean(axis=0)),
        ),
        _two(
            "own-scale",
            "the scale is that of the new inputs: take that of x_train",
            _normalized(std=lambda t, x: x.std(axis=0)),
        ),
        _two(
            "one-scale",
            "one scale for all inputs: here each has its own",
            _normalized(std=_common_scale),
            _normalized(std=lambda t, x: t.std()),
        ),
        _two("one-mean", "one mean for all inputs: each has its own, axis=0", _normalized(lambda t, x: t.mean())),
        _two(
            "one-mean-and-scale",
            "one mean and one scale for all inputs: each has its own, axis=0",
            _normalized(lambda t, x: t.mean(), lambda t, x: t.std()),
        ),
        _two(
            "variance",
            "divided by the variance: it is its root that has the unit of x",
            _normalized(std=lambda t, x: t.var(axis=0)),
        ),
        _two(
            "ddof",
            "ddof=1 estimates a population; C_i is the plain mean over the training samples",
            _normalized(std=lambda t, x: t.std(axis=0, ddof=1)),
        ),
        _two("not-centred", "not centred: subtract the mean of x_train first", _normalized(lambda t, x: 0.0)),
        _two("not-scaled", "centred, but not scaled", _normalized(std=lambda t, x: np.ones(t.shape[1]))),
        _two(
            "scale-not-centred",
            "the scale is that of the inputs before they are centred: C_i is the mean square after it",
            _normalized(std=lambda t, x: np.sqrt((t**2).mean(axis=0))),
        ),
        Mistake(
            "constant-divides",
            "what is constant in the training set has the standard deviation 0: divide by 1 there",
            lambda x_train, x_new: (x_new - x_train.mean(axis=0)) / x_train.std(axis=0),
        ),
        _two(
            "constant-to-zero",
            "what is constant in the training set has been set to 0: centre it like the others, and divide by 1",
            _constants_to_zero,
        ),
        _two("constant-as-is", "what is constant in the training set must be centred, too", _constants_as_they_are),
        _two(
            "range",
            "scaled to the range 0 to 1: the mean must be 0 and the mean square 1",
            _normalized(lambda t, x: t.min(axis=0), lambda t, x: np.ptp(t, axis=0)),
        ),
    ),
    _not_blown_up,
    advice=((r"could not be broadcast", "the statistics are of the inputs, over the samples: axis=0"),),
)


# 5.3


def _sums(rng):
    for b, q, least in [(0.0, 1.0, 0.05), (0.8, 2.5, 0.1), (-1.7, 0.6, 0.2), (2.0, 4.0, 0.02)]:
        yield b + 0.1 * float(rng.random()), q + float(rng.random()), least


def _tails(c=lambda least: 1.5 * np.arctanh(np.sqrt(1 - least)), lower=1, upper=1, shift=1, spread=math.sqrt, root=2):
    """A wrong answer: other borders c, one tail only, another centre, another spread."""

    def function(b, q, least):
        s = spread(q) * math.sqrt(root)
        tails = upper * math.erfc((c(least) - shift * b) / s) + lower * math.erfc((c(least) + shift * b) / s)
        return tails / 2

    return function


def _both_above(b, q, least):
    c = 1.5 * np.arctanh(np.sqrt(1 - least))
    return math.erfc((c - b) / math.sqrt(2 * q))


def _both_below(b, q, least):
    return _both_above(-b, q, least)


SHARE_SATURATED = Question(
    "5.3",
    2,
    "How much saturates?",
    share_saturated,
    _sums,
    (
        Mistake(
            "plain-tanh",
            "the border is that of plain tanh: here its argument is 2z/3",
            _tails(lambda least: np.arctanh(np.sqrt(1 - least))),
        ),
        Mistake(
            "border-divided",
            "the border is divided by 3/2 where it must be multiplied: 2c/3 = artanh(...)",
            _tails(lambda least: np.arctanh(np.sqrt(1 - least)) / 1.5),
        ),
        Mistake(
            "no-root",
            "the root is missing: the slope is 1 - tanh^2, so tanh = root of (1 - least) at the border",
            _tails(lambda least: 1.5 * np.arctanh(1 - least)),
        ),
        Mistake(
            "tanh-is-least",
            "the border is where tanh itself, not its slope, has the value least",
            _tails(lambda least: 1.5 * np.arctanh(least)),
        ),
        Mistake(
            "slope-complement",
            "the border is where tanh = root of least: there the slope is 1 - least",
            _tails(lambda least: 1.5 * np.arctanh(np.sqrt(least))),
        ),
        Mistake(
            "absolute-slope",
            "`least` is a share of the largest slope, f'(0), not a slope",
            _tails(lambda least: 1.5 * np.arctanh(np.sqrt(1 - least / (1.7159 * 2 / 3)))),
        ),
        Mistake("no-bias", "the bias is forgotten: z has mean b", _tails(shift=0)),
        Mistake("upper-only", "only the upper tail: below -c it is saturated, too", _tails(lower=0)),
        Mistake("lower-only", "only the lower tail: above c it is saturated, too", _tails(upper=0)),
        Mistake("upper-twice", "the upper tail is taken twice: with a bias the two differ", _both_above),
        Mistake(
            "lower-twice", "both tails lie c + b away from the mean here: the upper one lies c - b away", _both_below
        ),
        Mistake(
            "not-saturated",
            "this is the share that is not saturated",
            lambda b, q, least: 1 - share_saturated(b, q, least),
        ),
        Mistake(
            "twice",
            "twice as much: erfc(u) is both tails already",
            lambda b, q, least: 2 * share_saturated(b, q, least),
        ),
        Mistake("variance-as-deviation", "q is the variance of z: take its root", _tails(spread=float)),
        Mistake(
            "no-two",
            "the 2 in the root is missing: P(u > c) = erfc(c / sqrt(2)) / 2 for a standard normal u",
            _tails(root=1),
        ),
    ),
)


# 5.4


def _with_ones(x):
    return np.column_stack([x, np.ones(len(x))])


def _mappings(rng):
    for n, n_new, m, k, bend in [(20, 9, 3, 2, 1.0), (25, 12, 4, 3, 0.4), (15, 8, 2, 1, 2.0)]:
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


_LINEAR_MISTAKES = (
    Mistake("no-constant", "there is no constant in the map: add a column of ones to x", _explained(lambda x: x)),
    Mistake(
        "fitted-to-new",
        "the map is fitted to the new samples: fit it to x and z, they are all it may see",
        _explained(fit=lambda x, z, x_new, z_new: (x_new, z_new)),
    ),
    Mistake(
        "judged-on-old",
        "this is the share on the samples it was fitted to: take x_new and z_new",
        _explained(judged=lambda x, z, x_new, z_new: (x, z)),
    ),
    Mistake(
        "left-over",
        "this is the share that is left over: subtract it from 1",
        _explained(share=lambda Z, f, z: _square_sum(Z - f) / _square_sum(Z - Z.mean(axis=0))),
    ),
    Mistake(
        "mean-of-old",
        "the outputs are compared with the mean of z: on new samples take the mean of z_new",
        _explained(share=lambda Z, f, z: 1 - _square_sum(Z - f) / _square_sum(Z - z.mean(axis=0))),
    ),
    Mistake(
        "no-mean",
        "the outputs are compared with 0: subtract their mean over the new samples",
        _explained(share=lambda Z, f, z: 1 - _square_sum(Z - f) / _square_sum(Z)),
    ),
    Mistake(
        "one-mean",
        "one mean for all outputs: each has its own, axis=0",
        _explained(share=lambda Z, f, z: 1 - _square_sum(Z - f) / _square_sum(Z - Z.mean())),
    ),
    Mistake(
        "variance-of-residual",
        "a residual with a mean is an error, too: sum its squares, its variance is not enough",
        _explained(share=lambda Z, f, z: 1 - (Z - f).var(axis=0).sum() / Z.var(axis=0).sum()),
    ),
    Mistake(
        "size-of-map",
        "this is how large the linear map is, not how much it explains: go by the residual",
        _explained(share=lambda Z, f, z: f.var(axis=0).sum() / Z.var(axis=0).sum()),
    ),
    Mistake(
        "mean-of-shares",
        "this is the mean of the outputs' shares: sum the squares over all outputs, then divide",
        _explained(
            share=lambda Z, f, z: np.mean(1 - ((Z - f) ** 2).sum(axis=0) / ((Z - Z.mean(axis=0)) ** 2).sum(axis=0))
        ),
    ),
    Mistake(
        "not-negative",
        "it may be negative: then the map is worse than a constant",
        lambda *data: max(0.0, linear_share(*data)),
    ),
    Mistake(
        "root",
        "a root too many: it is a ratio of squares",
        _explained(share=lambda Z, f, z: 1 - np.sqrt(_square_sum(Z - f) / _square_sum(Z - Z.mean(axis=0)))),
    ),
)

LINEAR_SHARE = Question(
    "5.4",
    2,
    "How linear, on new digits?",
    linear_share,
    _mappings,
    _LINEAR_MISTAKES,
    advice=((r"Singular matrix", "use np.linalg.lstsq, or np.linalg.pinv"),),
)


# 5.5


def _mean_square_slope(q):
    return theory.gaussian_mean(lambda z: tanh.derivative(z) ** 2, q)


def _scalings(rng):
    for a, q in [(2.0, 1.0), (10.0, 0.5), (0.3, 3.0), (5.0, 2.0)]:
        yield a + 0.1 * float(rng.random()), q + 0.1 * float(rng.random())


def _ratio(mean, at=lambda a, q: a**2 * q):
    return lambda a, q: np.sqrt(mean(q) / mean(at(a, q)))


BALANCE = Question(
    "5.5",
    2,
    "Saturated, and no smaller",
    balance,
    _scalings,
    (
        Mistake(
            "upside-down",
            "the ratio is upside down: W2 must make up for what phi' has lost",
            lambda a, q: 1 / balance(a, q),
        ),
        Mistake(
            "no-root", "mean squares are balanced, not their roots: take the root", lambda a, q: balance(a, q) ** 2
        ),
        Mistake(
            "a-not-squared",
            "q is a variance: with a times the weights it is a^2 q",
            _ratio(_mean_square_slope, lambda a, q: a * q),
        ),
        Mistake(
            "q-squared",
            "the variance of z is q already: it goes with a^2",
            _ratio(_mean_square_slope, lambda a, q: a**2 * q**2),
        ),
        Mistake(
            "root-of-q",
            "the root of q is passed on: q is a variance, and gaussian_mean takes the variance",
            lambda a, q: np.sqrt(_mean_square_slope(np.sqrt(q)) / _mean_square_slope(a * np.sqrt(q))),
        ),
        Mistake(
            "means", "these are the means of phi': an rms needs the mean of phi'^2", lambda a, q: balance_of_means(a, q)
        ),
        Mistake(
            "roots-of-means",
            "these are roots of the means of phi': an rms needs the mean of phi'^2",
            lambda a, q: np.sqrt(balance_of_means(a, q)),
        ),
        Mistake(
            "phi-for-slope",
            "this is phi where it must be phi': going back, an error is multiplied by the slope",
            _ratio(lambda q: theory.gaussian_mean(lambda z: np.tanh(z) ** 2, q)),
        ),
        Mistake(
            "at-h",
            "phi' is taken at h, not at z",
            _ratio(lambda q: theory.gaussian_mean(lambda z: tanh.derivative(np.tanh(z)) ** 2, q)),
        ),
        Mistake(
            "one-over-a",
            "1/a: errors do not shrink or grow in proportion to W1, it acts through phi' only",
            lambda a, q: 1 / a,
        ),
        Mistake("a", "a: errors do not shrink or grow in proportion to W1, it acts through phi' only", lambda a, q: a),
        Mistake(
            "divided-by-a",
            "1/a times too small: W1 is not on the way back from the output to delta^1",
            lambda a, q: balance(a, q) / a,
        ),
        Mistake("root-of-a", "root of a: that is the law for very large weights only", lambda a, q: np.sqrt(a)),
        Mistake("one", "not 1: with other weights W1 gives other z and other slopes", lambda a, q: 1.0),
    ),
)


def balance_of_means(a, q):
    """A wrong answer: the ratio of the means of phi'."""
    return theory.gaussian_mean(tanh.derivative, q) / theory.gaussian_mean(tanh.derivative, a**2 * q)


# 5.6


def _with_negatives(rng):
    """Samples, some with their negatives: `same` pairs of one label, `other` pairs of two, and some alone."""
    for same, other, alone, m in [(3, 2, 4, 2), (0, 3, 2, 3), (5, 0, 0, 4), (0, 0, 5, 2), (2, 1, 1, 3)]:
        if same:
            same, alone = same + rng.integers(3), alone + rng.integers(6)
        total = same + other + alone
        x = rng.permutation(rng.choice(np.arange(1, 100), size=total * m, replace=False)).reshape(total, m) / 8
        x *= rng.choice([-1, 1], size=x.shape)
        y = rng.integers(4, size=total)
        second = np.concatenate([y[:same], (y[same : same + other] + 1) % 4])
        x, y = np.concatenate([x, -x[: same + other]]), np.concatenate([y, second])
        x = np.concatenate([x, x[:1] * ([-1] + [1] * (m - 1))])  # only one sign is other: no negative
        y = np.concatenate([y, y[:1]])
        order = rng.permutation(len(x))
        yield x[order], y[order]
    # Sums of all entries are 0 for (1, 2) and (-2, -1), and for (3, 4) and (-4, -3): these are no pairs.
    x = np.array([[1, 2], [-2, -1], [3, 4], [-3, -4], [-4, -3], [5, 2]]) / 8
    yield x, np.array([1, 1, 0, 0, 0, 2])


def _pairs(x, y, counts, opposite=lambda a, b: np.array_equal(a, -b)):
    """How many pairs of opposite samples there are whose labels `counts` accepts."""
    n = len(x)
    return sum(opposite(x[i], x[j]) and bool(counts(y[i], y[j])) for i in range(n) for j in range(i))


def _lost(same, other):
    """A wrong answer: so many samples are lost by a pair of one label, and by a pair of two."""

    def function(x, y):
        equal = _pairs(x, y, lambda a, b: a == b)
        return 1 - (same * equal + other * (_pairs(x, y, lambda a, b: True) - equal)) / len(x)

    return function


def _only_pairs(x, y):
    equal, pairs = _pairs(x, y, lambda a, b: a == b), _pairs(x, y, lambda a, b: True)
    return 1 - equal / (2 * pairs) if pairs else 1.0


def _neighbours(x, y):
    return 1 - sum(np.array_equal(x[i], -x[i - 1]) and y[i] == y[i - 1] for i in range(1, len(x))) / len(x)


BEST_ODD_ACCURACY = Question(
    "5.6",
    2,
    "What an odd network can get right",
    best_odd_accuracy,
    _with_negatives,
    (
        Mistake(
            "both-lost", "of a pair with one label one sample can be right: only the other one is lost", _lost(2, 0)
        ),
        Mistake(
            "different-lost",
            "a pair with different labels loses none: the largest output of x is the smallest of -x",
            _lost(1, 1),
        ),
        Mistake("two-lost", "a pair loses one sample if its labels are the same, and none if they differ", _lost(2, 2)),
        Mistake(
            "labels-swapped",
            "the other way round: a pair with different labels loses none, one with the same label one",
            _lost(0, 1),
        ),
        Mistake("half", "not always one half: samples without their negative lose nothing", lambda x, y: 0.5),
        Mistake("one", "not always 1: of a pair x, -x with the same label one is lost", lambda x, y: 1.0),
        Mistake("pairs-only", "samples without their negative can all be right: they count, too", _only_pairs),
        Mistake(
            "number",
            "this is a number of samples: divide by how many there are",
            lambda x, y: len(x) * best_odd_accuracy(x, y),
        ),
        Mistake("lost-share", "this is the share that is lost", lambda x, y: 1 - best_odd_accuracy(x, y)),
        Mistake(
            "sizes-only",
            "a negative has every sign changed: equal sizes are not enough",
            lambda x, y: 1 - _pairs(x, y, lambda a, b: a == b, lambda a, b: np.array_equal(abs(a), abs(b))) / len(x),
        ),
        Mistake(
            "sums-only",
            "opposite means opposite in every entry: that the sum of all entries is 0 is not enough",
            lambda x, y: 1 - _pairs(x, y, lambda a, b: a == b, lambda a, b: (a + b).sum() == 0) / len(x),
        ),
        Mistake("neighbours-only", "only neighbours are compared: a sample's negative may stand anywhere", _neighbours),
    ),
    advice=((r"truth value of an array", "== compares entry by entry: use np.array_equal"),),
)

QUESTIONS = (WEIGHT_STD, NORMALIZE, SHARE_SATURATED, LINEAR_SHARE, BALANCE, BEST_ODD_ACCURACY)
