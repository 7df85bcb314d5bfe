"""The questions of exercise 06, depth."""

import math

import numpy as np

from course_utils import theory
from course_utils.activations import lecun_tanh, sigmoid, tanh
from course_utils.checks.core import Mistake, Question
from course_utils.checks.values import close, different

FLOAT32 = np.finfo(np.float32)


def signal_path(power, widths, variances, sigma_b):
    """q^1, ..., q^L of a ReLU network: half of each q goes on to the next layer."""
    path = []
    for n_in, variance in zip(widths, variances, strict=False):
        path.append(n_in * variance * power + sigma_b**2)
        power = path[-1] / 2
    return np.array(path)


def there_and_back(widths, mode):
    """The factors of the signal, over all layers, and of the error, over all but the first, of a linear network."""
    return _both(_variance, range(1, len(widths)), range(2, len(widths)))(widths, mode)


def relu_variance(negative, positive):
    """sigma_w^2 that keeps the signal: one over the mean of the squared slopes."""
    return 2 / (negative**2 + positive**2)


def layers_until_lost(rms, chi):
    """How many layers take rms * sqrt(chi)^l out of the range of float32."""
    limit = float(FLOAT32.max if chi > 1 else FLOAT32.smallest_subnormal)
    return math.ceil(math.log(limit / rms) / math.log(math.sqrt(chi)))


def edge_of_chaos(q, activation):
    """(sigma_w, sigma_b) with chi_1 = 1 and q* = q: q gives the first, the fixed point then the second."""
    return _edge()(q, activation)


def make_orthogonal(A, gain):
    """gain times a matrix with orthonormal rows, or columns if these are fewer, from the QR factors of A."""
    n_out, n_in = A.shape
    return gain * (np.linalg.qr(A)[0] if n_out >= n_in else np.linalg.qr(A.T)[0].T)


# 6.1


def _relu_nets(rng):
    for widths in ([5, 3, 7], [4, 9, 2, 6, 3], [3, 8], [6, 2, 5, 4]):
        variances = rng.uniform(0.5, 3, size=len(widths) - 1) / widths[:-1]
        yield float(rng.uniform(0.5, 2)), widths, variances, float(rng.uniform(0.3, 0.9))


def _path(
    share=0.5, first=1.0, fan=lambda widths: widths[:-1], spread=lambda v: v, bias=lambda b: b**2, of_z=True, start=0
):
    """A wrong answer by other rules."""

    def function(power, widths, variances, sigma_b):
        power, path = power * first, [power] * start
        for n, variance in zip(fan(widths), variances, strict=True):
            q = n * spread(variance) * power + bias(sigma_b)
            power = share * q
            path.append(q if of_z else power)
        return np.array(path)

    return function


SIGNAL = Question(
    "6.1",
    2,
    "The signal through a ReLU network",
    signal_path,
    _relu_nets,
    (
        Mistake(
            "fan-out",
            "n is the number of a layer's inputs, n_(l-1), its fan-in: here it is the fan-out",
            _path(fan=lambda w: w[1:]),
        ),
        Mistake("no-half", "the half is missing: ReLU passes on half of the mean square", _path(share=1.0)),
        Mistake(
            "half-of-inputs", "the inputs x have not been through a ReLU: no half in the first layer", _path(first=0.5)
        ),
        Mistake("deviation", "sigma_b is a standard deviation: the biases add sigma_b^2", _path(bias=lambda b: b)),
        Mistake("no-bias", "the biases are missing: they add sigma_b^2 in every layer", _path(bias=lambda b: 0)),
        Mistake(
            "variance-of-h",
            "the next layer sees the second moment of h, q / 2, not its variance, 0.34 q",
            _path(share=0.5 - 0.5 / np.pi),
        ),
        Mistake(
            "variance-changed",
            "variances are variances already: no square root, no square",
            _path(spread=np.sqrt),
            (_path(spread=np.square),),
        ),
        Mistake(
            "no-inputs",
            "the n_(l-1) is missing: z is a sum of that many terms",
            _path(fan=lambda widths: [1] * (len(widths) - 1)),
        ),
        Mistake(
            "after-relu",
            "these are the mean squares of h: those of z are asked for, before the ReLU",
            _path(of_z=False),
        ),
        Mistake(
            "quarter", "a half, not a quarter: half of the neurons are off, the others are unchanged", _path(share=0.25)
        ),
        Mistake(
            "begins-with-inputs",
            "the path begins with q^1: the mean square of the inputs is not part of it",
            _path(start=1),
        ),
        Mistake(
            "last-only",
            "only the last q is here: return q^1, ..., q^L, all of them",
            lambda *args: signal_path(*args)[-1],
        ),
    ),
    advice=(
        (
            r"^IndexError|^ValueError: zip|could not be broadcast",
            "there are L + 1 widths, n_0, ..., n_L, but L variances: layer l has the inputs widths[l - 1]",
        ),
    ),
)


# 6.2


def _chains(rng):
    for mode in ("fan_in", "fan_avg", "fan_out"):
        for L in (2, 3, 5):
            yield [int(n) for n in rng.choice(np.arange(2, 40), size=L + 1, replace=False)], mode


def _variance(n_in, n_out, mode):
    return {"fan_in": 1 / n_in, "fan_avg": 2 / (n_in + n_out), "fan_out": 1 / n_out}[mode]


def _both(variance, forward_layers, backward_layers, forward=lambda i, o: i, backward=lambda i, o: o, total=math.prod):
    """An answer from a rule for the variance, the layers that count, and the number of terms in each sum."""

    def function(widths, mode):
        def factors(layers, terms):
            pairs = [(widths[l - 1], widths[l]) for l in layers]
            return [terms(*pair) * variance(*pair, mode) for pair in pairs]

        return np.array([total(factors(forward_layers, forward)), total(factors(backward_layers, backward))])

    return function


def _chain(variance=_variance, forward_from=1, backward_from=2, until=0, **rules):
    """A wrong answer to 6.2."""
    return lambda widths, mode: _both(
        variance, range(forward_from, len(widths)), range(backward_from, len(widths) - until), **rules
    )(widths, mode)


def _by_the_sum(n_in, n_out, mode):
    return 1 / (n_in + n_out) if mode == "fan_avg" else _variance(n_in, n_out, mode)


def _fans_exchanged(n_in, n_out, mode):
    return _variance(n_out, n_in, mode)


def _he(n_in, n_out, mode):
    return 2 * _variance(n_in, n_out, mode)


def _deviation(n_in, n_out, mode):
    return math.sqrt(_variance(n_in, n_out, mode))


def _root_of_both(widths, mode):
    return np.sqrt(there_and_back(widths, mode))


CHAIN = Question(
    "6.2",
    2,
    "There and back",
    there_and_back,
    _chains,
    (
        Mistake(
            "order", "the order is wrong: forward first, backward second", lambda *args: there_and_back(*args)[::-1]
        ),
        Mistake(
            "backward-one-more",
            "one layer too many on the way back: from delta^L to delta^1 the error passes W^L, ..., W^2, not W^1",
            _chain(backward_from=1),
        ),
        Mistake(
            "forward-one-fewer",
            "one layer too few on the way there: the signal passes W^1, ..., W^L, and W^1 too",
            _chain(forward_from=2),
        ),
        Mistake("backward-one-fewer", "one layer too few on the way back: the error passes W^L, too", _chain(until=1)),
        Mistake(
            "backward-last-left-out",
            "the last matrix is left out on the way back instead of the first",
            _chain(backward_from=1, until=1),
        ),
        Mistake(
            "sum-of-fans",
            '"fan_avg" is 2 / (n_in + n_out): one over the mean of the two, not over their sum',
            _chain(_by_the_sum),
        ),
        Mistake(
            "fans-exchanged",
            "n_in and n_out of a layer are exchanged: W^l has n_(l-1) inputs and n_l outputs",
            _chain(_fans_exchanged),
        ),
        Mistake("he", "He's 2 is for ReLU: this network is linear", _chain(_he)),
        Mistake("deviation", "the variance belongs here, not the standard deviation", _chain(_deviation)),
        Mistake(
            "sizes",
            "these are the factors of the sizes: of the mean squares they are the squares of that",
            _root_of_both,
        ),
        Mistake(
            "backward-terms",
            "on the way back each sum runs over the layer's n_l outputs (the rows of W), not over its inputs",
            _chain(backward=lambda i, o: i),
        ),
        Mistake(
            "forward-terms",
            "on the way there each sum runs over the layer's n_(l-1) inputs (the columns of W), not over its outputs",
            _chain(forward=lambda i, o: o),
        ),
        Mistake(
            "both-terms",
            "both sums run over the wrong fan: n_(l-1) terms on the way there, n_l on the way back",
            _chain(forward=lambda i, o: o, backward=lambda i, o: i),
        ),
        Mistake("added", "the factors of the layers multiply, they do not add", _chain(total=sum)),
        Mistake(
            "variances-only",
            "only the variances are multiplied: each sum has as many terms as the layer has inputs, or outputs",
            _chain(forward=lambda i, o: 1, backward=lambda i, o: 1),
        ),
    ),
    advice=((r"^IndexError", "there are L + 1 widths: W^l lies between widths[l - 1] and widths[l]"),),
)


# 6.3


def _slopes(rng):
    yield 0.0, 1.0
    for _ in range(5):
        yield tuple(float(slope) for slope in rng.uniform(0.1, 3, size=2) * rng.choice([-1, 1], size=2))


def _by_variance(a, c):
    return 1 / ((a**2 + c**2) / 2 - (c - a) ** 2 / (2 * np.pi))


GAIN = Question(
    "6.3",
    2,
    "He's number for another activation",
    relu_variance,
    _slopes,
    (
        Mistake(
            "deviation",
            "this is the standard deviation sigma_w (the gain): its square is asked for",
            lambda a, c: np.sqrt(2 / (a**2 + c**2)),
        ),
        Mistake(
            "no-two",
            "the 2 is missing: each half of the line holds half of the mean square",
            lambda a, c: 1 / (a**2 + c**2),
        ),
        Mistake("no-negative", "the negative half counts, too: it gives negative^2 q / 2", lambda a, c: 2 / c**2),
        Mistake("no-positive", "the slope of the positive half is not always 1", lambda a, c: 2 / (1 + a**2)),
        Mistake(
            "not-squared",
            "the slopes must be squared: h^2 = slope^2 z^2",
            lambda a, c: 2 / (abs(a) + abs(c)),
            (lambda a, c: 2 / (a + c),),
        ),
        Mistake(
            "mean-first",
            "first square, then take the mean: the mean of the slopes, squared, is another number",
            lambda a, c: 4 / (a + c) ** 2,
            (lambda a, c: 4 / (abs(a) + abs(c)) ** 2,),
        ),
        Mistake(
            "variance",
            "the next layer sees the second moment of h, mean and all: do not subtract the square of its mean",
            _by_variance,
        ),
        Mistake(
            "upside-down",
            "upside down: this is what one layer does to q, sigma_w^2 must undo it",
            lambda a, c: (a**2 + c**2) / 2,
        ),
        Mistake(
            "difference",
            "both halves of the line add to the mean square, whatever the signs of z and of the slopes",
            lambda a, c: 2 / (c**2 - a**2),
        ),
        Mistake("he", "He's 2 is for slopes 0 and 1 only", lambda a, c: 2.0),
    ),
)


# 6.4


def _errors(rng):
    for chi in (0.25, 1.5, 1 / 3, 0.81, 2.4, 0.9, 3.4, 1.05):
        yield float(10 ** rng.uniform(-4, 1)), float(chi * rng.uniform(0.97, 1.02))


def _count(limits=(FLOAT32.smallest_subnormal, FLOAT32.max), root=True, start=None, whole=math.ceil, power=1):
    """A wrong answer by other rules."""

    def function(rms, chi):
        limit = float(limits[1] if chi > 1 else limits[0])
        return whole(math.log(limit / (start or rms)) / math.log((math.sqrt(chi) if root else chi) ** power))

    return function


def _always_underflow(rms, chi):
    return math.ceil(math.log(float(FLOAT32.smallest_subnormal) / rms) / math.log(math.sqrt(chi)))


def _in_float32(rms, chi):
    limit = FLOAT32.max if chi > 1 else FLOAT32.smallest_subnormal
    return np.ceil(np.log(limit / rms) / np.log(np.sqrt(chi)))


def _compared_in_float32(rms, chi):
    layers = 0
    while FLOAT32.smallest_subnormal <= np.float32(rms) <= FLOAT32.max:
        rms, layers = rms * math.sqrt(chi), layers + 1
    return layers


FLOAT64 = np.finfo(float)
_single = "finfo's limits are float32, and so is what you divide by: make the limit a float, float(...)"

LOST = Question(
    "6.4",
    2,
    "How deep is too deep?",
    layers_until_lost,
    _errors,
    (
        Mistake(
            "chi-not-root",
            "chi is the factor of the squares: the rms itself changes by sqrt(chi) a layer",
            _count(root=False),
        ),
        Mistake(
            "chi-squared",
            "the wrong way round: the rms changes by sqrt(chi) a layer, not by chi^2",
            _count(root=False, power=2),
        ),
        Mistake(
            "tiny",
            "finfo.tiny is where float32 gets less precise: it reaches down to finfo.smallest_subnormal",
            _count((FLOAT32.tiny, FLOAT32.max)),
            (_count((FLOAT32.tiny, 1 / FLOAT32.tiny)),),
        ),
        Mistake(
            "eps",
            "finfo.eps is the distance of 1 from its neighbour, not the end of the range",
            _count((FLOAT32.eps, FLOAT32.max)),
            (_count((FLOAT32.eps, 1 / FLOAT32.eps)),),
        ),
        Mistake(
            "float64",
            "this is for float64: np.finfo(np.float32) is asked for",
            _count((FLOAT64.smallest_subnormal, FLOAT64.max)),
        ),
        Mistake(
            "floor", "one too few: after that many layers the rms is still inside, round up", _count(whole=math.floor)
        ),
        Mistake(
            "one-more",
            "one too many: a layer earlier the rms is outside already",
            _count(whole=lambda x: math.ceil(x) + 1),
        ),
        Mistake(
            "rounded",
            "rounded to the nearest whole number: one that is too small leaves the rms inside, round up",
            _count(whole=round),
        ),
        Mistake("not-whole", "a whole number of layers is asked for: round up", _count(whole=float)),
        Mistake("from-one", "it starts with rms, not with 1", _count(start=1.0)),
        Mistake("float32-limit", _single, _in_float32),
        Mistake(
            "float32-compared",
            "compared in float32, where 0.8e-45 counts as 1.4e-45: make the limits floats, "
            "float(np.finfo(np.float32).smallest_subnormal)",
            _compared_in_float32,
        ),
        Mistake(
            "one-end",
            "for chi > 1 the rms leaves at the top, for chi < 1 at the bottom: both limits count",
            lambda rms, chi: layers_until_lost(rms, chi) if chi < 1 else 0,
        ),
        Mistake(
            "underflow-only",
            "for chi above 1 the rms grows: its limit is then finfo.max",
            _always_underflow,
            (lambda *args: abs(_always_underflow(*args)),),
        ),
    ),
    advice=(
        (
            r"^OverflowError|math domain error|cannot convert float",
            _single,
        ),
    ),
)


# 6.5


def _places(rng):
    for activation, low, high in ((tanh, 0.5, 2), (lecun_tanh, 1, 4), (tanh, 3, 8), (sigmoid, 60, 90)):
        yield float(rng.uniform(low, high)), activation


def _edge(
    slope=lambda phi, z: phi.derivative(z) ** 2,
    square=lambda phi, z: phi(z) ** 2,
    variance=lambda q: q,
    of_slope=lambda mean: mean,
    of_square=lambda mean: mean,
    result=lambda w2, b2: np.sqrt([w2, b2]),
    bias=lambda q, w2, m: q - w2 * m,
):
    """An answer by these rules for the two means and for what is made of them."""

    def function(q, activation):
        w2 = 1 / of_slope(theory.gaussian_mean(lambda z: slope(activation, z), variance(q)))
        m = of_square(theory.gaussian_mean(lambda z: square(activation, z), variance(q)))
        return np.array(result(w2, bias(q, w2, m)))

    return function


def _edge_by_variance(q, activation):
    mean = theory.gaussian_mean(activation, q)
    return _edge(of_square=lambda m: m - mean**2)(q, activation)


def _wrong_edge(calls):
    """What is wrong with a point on the edge: numbers off by less than 2 % come from too coarse a mean."""
    if all(close(call.value, call.expected, 1e-5) for call in calls):
        return None
    if all(np.allclose(call.value, call.expected, rtol=0.02) for call in calls):
        return "nearly: the means are not exact enough, take theory.gaussian_mean, or a finer grid"
    return different(calls)


EDGE = Question(
    "6.5",
    2,
    "On the edge of chaos",
    edge_of_chaos,
    _places,
    (
        Mistake("order", "the order is wrong: sigma_w first", _edge(result=lambda w2, b2: np.sqrt([b2, w2]))),
        Mistake(
            "both-variances", "these are the variances: take the roots of both", _edge(result=lambda w2, b2: [w2, b2])
        ),
        Mistake(
            "weight-variance",
            "sigma_w^2 is a variance: take its root, too",
            _edge(result=lambda w2, b2: [w2, math.sqrt(b2)]),
        ),
        Mistake(
            "bias-variance",
            "sigma_b^2 is a variance: take its root, too",
            _edge(result=lambda w2, b2: [math.sqrt(w2), b2]),
        ),
        Mistake(
            "slope-not-squared",
            "chi has the mean of the squared slope: phi' must be squared",
            _edge(slope=lambda phi, z: phi.derivative(z)),
        ),
        Mistake(
            "slope-mean-first",
            "first square, then take the mean: E[phi'^2], not E[phi']^2",
            _edge(slope=lambda phi, z: phi.derivative(z), of_slope=np.square),
        ),
        Mistake(
            "phi-not-squared",
            "the q-map has the second moment: phi must be squared",
            _edge(square=lambda phi, z: phi(z)),
        ),
        Mistake(
            "phi-mean-first",
            "the q-map has the second moment E[phi^2], not E[phi]^2",
            _edge(square=lambda phi, z: phi(z), of_square=np.square),
        ),
        Mistake("variance-of-phi", "the q-map has E[phi^2]; E[phi]^2 is not subtracted", _edge_by_variance),
        Mistake(
            "tanh-only",
            "this is right for tanh only: use `activation`",
            _edge(slope=lambda phi, z: tanh.derivative(z) ** 2, square=lambda phi, z: tanh(z) ** 2),
        ),
        Mistake("root-of-q", "gaussian_mean takes the variance q, not its root", _edge(variance=math.sqrt)),
        Mistake("q-squared", "gaussian_mean takes the variance q, not its square", _edge(variance=lambda q: q**2)),
        Mistake(
            "no-weight-variance", "in the q-map E[phi^2] is multiplied by sigma_w^2", _edge(bias=lambda q, w2, m: q - m)
        ),
        Mistake(
            "weight-deviation",
            "in the q-map E[phi^2] is multiplied by sigma_w^2, the square",
            _edge(bias=lambda q, w2, m: q - math.sqrt(w2) * m),
        ),
        Mistake(
            "no-chi",
            "sigma_w comes from chi = 1, not from a q-map without biases",
            lambda q, activation: np.array([math.sqrt(q / theory.gaussian_mean(lambda z: activation(z) ** 2, q)), 0]),
        ),
        Mistake(
            "no-bias",
            "biases are needed: at this q a net without them is not critical",
            _edge(result=lambda w2, b2: [math.sqrt(w2), 0]),
        ),
        Mistake(
            "exchanged",
            "phi and phi' are exchanged: chi has the slopes, the q-map the values",
            _edge(slope=lambda phi, z: phi(z) ** 2, square=lambda phi, z: phi.derivative(z) ** 2),
        ),
    ),
    _wrong_edge,
    advice=(
        (r"math domain error", "the root of a negative number: sigma_b^2 = q - sigma_w^2 E[phi^2]"),
        (r"unsupported operand|bad operand", "gaussian_mean takes a function of z, such as lambda z: activation(z)**2"),
        (r"is not callable|missing .* positional", "theory.gaussian_mean(f, q): first a function of z, then q"),
    ),
)


# 6.6


def _draws(rng):
    for shape in ((3, 5), (6, 2), (4, 4), (4, 4), (2, 7)):
        yield rng.normal(size=shape), float(rng.uniform(1.2, 2))


def _wrong_matrices(calls):
    """What is wrong with matrices that should be orthogonal; None if nothing is."""
    fact = next(filter(None, (_wrong_matrix(call.value, **call.args) for call in calls)), None)
    squares = [call.value / call.args["gain"] for call in calls if call.value.shape == (4, 4)]
    if fact is None and close(np.abs(squares[0]), np.abs(squares[1]), 1e-3):
        return "the same matrix for two different A: it must be made from A"
    return fact


def _wrong_matrix(W, A, gain):
    wide = W.shape[0] <= W.shape[1]
    gram, name = (W @ W.T, "rows") if wide else (W.T @ W, "columns")
    single = W.dtype.itemsize < 8 and W.dtype.kind == "f"
    tolerance = 1e-4 if single else 1e-8
    lengths, one = np.diagonal(gram), np.eye(len(gram))
    if close(W, gain * A, tolerance) or close(W, A, tolerance):
        return "this is A itself: its rows are not at right angles"
    if not close(gram, np.diag(lengths), tolerance):
        what = "have the right lengths, but are" if close(lengths, gain**2 + 0 * lengths, tolerance) else "are"
        largest = np.abs(gram - np.diag(lengths)).max() / lengths.max()
        return f"the {len(gram)} {name} {what} not at right angles: the cosine is up to {largest:.1g}"
    if not close(gram, gain**2 * one, tolerance):
        factors = {"the gain is missing": 1, "gain, not its root": gain, "gain, not its square": gain**4}
        for words, square in factors.items():
            if close(gram, square * one, 1e-4):
                return f"values wrong: {words}: the {name} must have length gain"
        if close(gram, gram[0, 0] * one, 1e-4):
            return f"values wrong: the {name} have the length {math.sqrt(abs(gram[0, 0])) / gain:.3g} gain, not gain"
        return f"the {name} are at right angles, but their lengths are not all gain"
    span = np.linalg.qr(A.T if wide else A)[0]
    mine = (W.T if wide else W) / gain
    if not close(mine @ mine.T, span @ span.T, 1e-3):
        return f"the {name} do not span the same space as those of A: it must be made from A"
    return None


ORTHOGONAL = Question(
    "6.6",
    2,
    "A matrix that changes no length",
    make_orthogonal,
    _draws,
    (
        Mistake(
            "wide-not-turned",
            "QR wants a tall matrix: decompose A.T where A is wide",
            lambda A, gain: gain * np.linalg.qr(A)[0],
        ),
        Mistake(
            "tall-turned",
            "QR wants a tall matrix: A.T is wide where A is tall",
            lambda A, gain: gain * np.linalg.qr(A.T)[0].T,
        ),
    ),
    _wrong_matrices,
    advice=(
        (r"LinAlgError|must be square", "A is not always square: np.linalg.qr takes any shape, best a tall one"),
        (r"unsupported operand|can't multiply|no attribute", "np.linalg.qr returns a pair, Q and R: only Q is wanted"),
    ),
)

QUESTIONS = (SIGNAL, CHAIN, GAIN, LOST, EDGE, ORTHOGONAL)
