"""The questions of exercise 04, biases."""

from functools import partial

import numpy as np

from course_utils.activations import Activation, identity, relu, sigmoid, tanh
from course_utils.checks.core import Mistake, Question
from course_utils.checks.values import Recognised, different
from course_utils.losses import softmax


def first_steps(zero):
    """The first step at which each W^l has a gradient, if some of the matrices start at zero."""
    return [sum(zero[l:]) for l in range(1, len(zero) + 1)]


def waking_steps(biases, activation):
    """The first step at which each W^l has a gradient, from zero weights and these hidden biases; None for never."""
    L = len(biases) + 1
    steps, error = [L], True
    for l in range(L, 0, -1):
        if l < L:
            heard = activation(biases[l]) * activation.derivative(biases[l])
            error = steps[0] is not None and bool(heard.any())
        speaks = l == 1 or bool(activation(biases[l - 1]).any())
        steps.insert(0, L - l if error and speaks else None)
    return steps[:-1]


def layers_in_reach(size, lr, smallest):
    """How many matrices, from W^L down, get a first gradient of at least `smallest` by the squaring law."""
    layers = 0
    while size >= smallest:
        layers, size = layers + 1, lr * size**2
    return layers


def critical_bias(labels, classes):
    """The output bias, with entries that sum to zero, at which zero weights are a critical point."""
    b = np.log(np.bincount(labels, minlength=classes))
    return b - b.mean()


def second_order(params, x, labels, direction):
    """The coefficient of eps^2 in the loss along a direction from a critical point, one hidden tanh layer."""
    h, p = np.tanh(params["b1"]), softmax(params["b2"])
    C = (p - np.eye(len(p))[labels]).T @ x / len(x)
    bend = ((1 - h**2) * (direction["W2"].T @ C * direction["W1"]).sum(axis=1)).sum()
    d = direction["b2"] + direction["W2"] @ h
    return bend + (p @ d**2 - (p @ d) ** 2) / 2


def _wrong_steps(calls):
    """Which first steps are wrong; None if none are."""
    for call in calls:
        if len(call.value) != len(call.expected):
            n = len(call.expected)
            return f"the list needs one entry for each of the L = {n} matrices: it has {len(call.value)}"
        if any(t is not None and not (isinstance(t, int | float) and 0 <= t < np.inf) for t in call.value):
            return "each entry must be a step 0, 1, 2, ..., or None for never, without quotes"
        pairs = enumerate(zip(call.value, call.expected, strict=True), start=1)
        wrong = [f"W{l}" for l, (a, b) in pairs if a != b]
        if wrong:
            given = call.args.get("zero") or {l: b.tolist() for l, b in call.args["biases"].items()}
            name = "zero" if "zero" in call.args else f"{call.args['activation'].name}, biases"
            return f"values wrong: for {name} = {given} look again at {', '.join(wrong)}"
    return None


# 4.1


def _patterns(rng):
    patterns = ["TTTT", "FTFT", "TFFT", "FFTF", "TTF", "FTTFT", "TF", "FFF", "FTTFFTF"]
    drawn = [rng.random(n) < 0.5 for n in (6, 8, 9)]
    return [([letter == "T" for letter in pattern],) for pattern in patterns] + [(draw.tolist(),) for draw in drawn]


def _each(rule):
    """A wrong answer from a rule (zero, l, L) for one matrix."""
    return lambda zero: [rule(zero, l, len(zero)) for l in range(1, len(zero) + 1)]


_above = "W^l itself need not be different from zero to get a gradient: count the zero matrices above it only"

FIRST_STEPS = Question(
    "4.1",
    2,
    "What a zero matrix costs",
    first_steps,
    _patterns,
    (
        Mistake(
            "all-counted",
            "L - l is right only if all matrices are zero: matrices that are not zero send the error on at once",
            _each(lambda zero, l, L: L - l),
        ),
        Mistake(
            "zero-counted",
            "L - l is not the step of every zero matrix: what counts is how many matrices above it are zero",
            _each(lambda zero, l, L: L - l if zero[l - 1] else 0),
        ),
        Mistake("itself-counted", _above, _each(lambda zero, l, L: sum(zero[l - 1 :]))),
        Mistake(
            "random-at-once",
            "a random matrix may have to wait, too: its error comes through the zero matrices above it",
            _each(lambda zero, l, L: sum(zero[l:]) if zero[l - 1] else 0),
        ),
        Mistake(
            "below",
            "these are the zero matrices below: the error comes from above, from the output",
            _each(lambda zero, l, L: sum(zero[: l - 1])),
        ),
        Mistake(
            "below-and-itself",
            "these are the zero matrices below, and W^l itself: the error comes from above, from the output",
            _each(lambda zero, l, L: sum(zero[:l])),
        ),
        Mistake(
            "at-most-one",
            "each zero matrix above costs a step of its own: they wake one after the other, not all at once",
            _each(lambda zero, l, L: int(any(zero[l:]))),
        ),
        Mistake(
            "all-zeros",
            "not every zero matrix counts, only those above W^l",
            _each(lambda zero, l, L: sum(zero)),
        ),
        Mistake(
            "not-zeros",
            "this counts the matrices that are not zero: those let the error through without a wait",
            _each(lambda zero, l, L: L - l - sum(zero[l:])),
        ),
        Mistake(
            "from-one",
            "steps are counted from 0: with no zero matrix above there is a gradient at step 0",
            _each(lambda zero, l, L: sum(zero[l:]) + 1),
        ),
        Mistake(
            "next-only",
            "only the matrix next above is looked at: the error comes through all matrices above",
            _each(lambda zero, l, L: int(l < L and zero[l])),
        ),
        Mistake("reversed", "the order is reversed: the list begins with W^1", lambda zero: first_steps(zero)[::-1]),
        Mistake(
            "never",
            "not never: the last matrix has a gradient at step 0, and what it wakes wakes the others",
            _each(lambda zero, l, L: None if any(zero[l:]) else 0),
        ),
        Mistake(
            "no-wait",
            "a zero matrix above lets no error through, until it has moved: W^l waits",
            _each(lambda zero, l, L: 0),
        ),
    ),
    _wrong_steps,
)


# 4.2

# Not in the course: an answer must ask the activation, not know it by its name.
_hard_tanh = Activation("hard tanh", lambda z: np.clip(z, -1, 1), lambda z: (np.abs(z) < 1) * 1.0)


def _bias_lists(rng):
    cases = [
        (tanh, [[0.5, -1.0], [1.0, 0.3, 2.0], [0.7, 0.2]]),
        (tanh, [[0.4, 0.0], [0.0, 0.0, 0.0], [1.0, -0.3]]),
        (tanh, [[0.0, 0.0], [0.5, 0.8], [1.0, -0.3]]),
        (relu, [[1.0, 2.0], [-1.0, -0.5], [0.3, -0.2], [1.5, 0.1]]),
        (relu, [[-1.0, 2.0], [-1.0, 0.5, 0.2]]),
        (relu, [[1.0, 2.0], [0.5, 2.0], [-0.3, -0.2]]),
        (sigmoid, [[0.0, 0.0], [-1.0, 2.0, 0.0]]),
        (identity, [[0.3], [0.0, 0.0], [0.1, 0.0], [2.0]]),
        (_hard_tanh, [[0.3, -0.8], [2.0, -3.0], [0.5, 0.1], [0.2, 3.0]]),
        (_hard_tanh, [[0.3, -0.8], [0.5, 0.9], [2.0, 0.0, -4.0], [0.2, 3.0]]),
        (_hard_tanh, [[5.0, 2.0], [0.5, 0.2]]),
        (_hard_tanh, [[0.2, 0.3], [0.5, -0.5, 3.0], [0.3, 0.1]]),  # the products cancel in a sum
        (_hard_tanh, [[0.2, 0.3], [2.0, -0.5, -0.5], [0.3, 0.1]]),  # the outputs cancel
        (tanh, [[0.0, 0.0]]),
        *((phi, [rng.uniform(-2, 2, size=2).round(1).tolist() for _ in range(4)]) for phi in (relu, relu, _hard_tanh)),
    ]
    return [({l: np.array(b) for l, b in enumerate(biases, start=1)}, activation) for activation, biases in cases]


def _waking(hears=None, speaks=None, *, passes_on=True, step=lambda L, l: L - l):
    """A wrong answer: which layers hear, which speak (rules for a bias vector), and whether deafness is passed on."""

    def both(b, phi):
        return (phi(b) * phi.derivative(b)).any()

    def says_something(b, phi):
        return phi(b).any()

    def function(biases, activation):
        L, steps, blocked = len(biases) + 1, [], False
        for l in range(L, 0, -1):
            here = (l < L and not (hears or both)(biases[l], activation)) or blocked
            silent = l > 1 and not (speaks or says_something)(biases[l - 1], activation)
            steps.insert(0, None if here or silent else step(L, l))
            blocked = passes_on and (here or silent)
        return steps

    return function


def _from_below(biases, activation):
    """The layers above a blocked one are blocked, not those below."""
    L, steps, blocked = len(biases) + 1, [], False
    for l in range(1, L + 1):
        blocked |= l > 1 and not (activation(biases[l - 1]) * activation.derivative(biases[l - 1])).any()
        steps.append(None if blocked else L - l)
    return steps


def _all_or_nothing(biases, activation):
    L = len(biases) + 1
    blocked = any(not (activation(b) * activation.derivative(b)).any() for b in biases.values())
    return [None if blocked else L - l for l in range(1, L + 1)]


def _yes(b, phi):
    return True


def _by_at_zero(biases, activation):
    L = len(biases) + 1
    return [L - l if activation.at_zero else None for l in range(1, L + 1)]


WAKING = Question(
    "4.2",
    3,
    "Who wakes, and who never does?",
    waking_steps,
    _bias_lists,
    (
        Mistake(
            "always",
            "L - l is only when a layer can wake: a layer with phi(b) = 0 or phi'(b) = 0 blocks those below it",
            _waking(_yes, _yes),
        ),
        Mistake(
            "no-slope",
            "phi'(b) is missing: a saturated layer speaks, but lets no error through to the layers below",
            _waking(lambda b, phi: phi(b).any()),
        ),
        Mistake(
            "no-output",
            "phi(b) is missing: a layer that says 0 gives the matrix above no gradient, and so gets no error",
            _waking(lambda b, phi: phi.derivative(b).any(), _yes),
        ),
        Mistake(
            "two-neurons",
            "it must be one and the same neuron that has phi(b) and phi'(b) not 0",
            _waking(lambda b, phi: phi(b).any() and phi.derivative(b).any()),
        ),
        Mistake(
            "products-cancel",
            "positive and negative products cancel in a sum: ask each neuron, with .any()",
            _waking(lambda b, phi: phi(b) @ phi.derivative(b)),
        ),
        Mistake(
            "sums-cancel",
            "positive and negative outputs cancel in a sum: ask each neuron, with .any()",
            _waking(lambda b, phi: phi(b) @ phi.derivative(b), lambda b, phi: phi(b).sum()),
        ),
        Mistake(
            "outputs-cancel",
            "positive and negative outputs cancel in a sum: ask each neuron of the layer below, with .any()",
            _waking(speaks=lambda b, phi: phi(b).sum()),
        ),
        Mistake(
            "silent-hears",
            "a layer that says 0 hears nothing: W^(l+1) reads zeros, stays zero and sends nothing back",
            _waking(lambda b, phi: phi.derivative(b).any(), lambda b, phi: phi(b).any(), passes_on=False),
        ),
        Mistake(
            "all-not-any",
            "one neuron that speaks and hears is enough: ask for any, not for all",
            _waking(lambda b, phi: (phi(b) * phi.derivative(b)).all(), lambda b, phi: phi(b).all()),
        ),
        Mistake(
            "all-not-any-back",
            "one neuron that speaks and hears is enough to let an error through: ask for any, not for all",
            _waking(lambda b, phi: (phi(b) * phi.derivative(b)).all()),
        ),
        Mistake(
            "not-passed-on",
            "a blocked layer blocks all layers below it as well: no error gets past it",
            _waking(passes_on=False),
        ),
        Mistake(
            "silent-below",
            "the matrix above a silent layer never moves either: W^(l+1) reads h^l = 0",
            _waking(speaks=_yes),
        ),
        Mistake(
            "saturated-silent",
            "a saturated layer does speak: W^(l+1), which reads it, has a gradient; only the layers from l down wait",
            _waking(speaks=lambda b, phi: (phi(b) * phi.derivative(b)).any()),
        ),
        Mistake(
            "from-below",
            "errors come from the output: a blocked layer cuts off the layers below it, not those above",
            _from_below,
        ),
        Mistake(
            "all-or-nothing",
            "one blocked layer does not stop the whole network: the matrices above it still move",
            _all_or_nothing,
        ),
        Mistake("phi-zero", "phi(0) counts only where the biases are 0: look at phi(b)", _by_at_zero),
        Mistake("off-by-one", "off by one: W^L has a gradient at step 0", _waking(step=lambda L, l: L - l + 1)),
        Mistake("reversed", "the order is reversed: the list begins with W^1", lambda *args: waking_steps(*args)[::-1]),
        Mistake(
            "steps-reversed", "the steps are reversed: W^L wakes first, at step 0", _waking(step=lambda L, l: l - 1)
        ),
    ),
    _wrong_steps,
    advice=(
        (r"^KeyError: \d", "biases holds b^l for the hidden layers l = 1, ..., L - 1 only: the input has none"),
        (r"truth value of an array", "a layer has several neurons: ask with .any() whether one of them is not 0"),
    ),
)


# 4.3


def _ladders(rng):
    return [
        (0.02, 0.1, 1.4e-45),
        (0.8, 0.1, 1.2e-38),
        (0.3, 0.5, 1e-8),
        (0.02, 0.01, 5e-324),
        (0.6, 0.3, 1e-20),
        (1e-9, 0.1, 1e-8),
        (0.9, 0.9, 1e-30),
        (0.25, 0.5, 0.25),  # exactly the smallest
        *(tuple(rng.uniform([0.1, 0.1, 1e-9], [0.9, 0.9, 1e-8]).tolist()) for _ in range(3)),
        *((*rng.uniform(0.1, 0.9, 2).tolist(), float(10.0 ** -rng.uniform(1, 300))) for _ in range(6)),
    ]


def _ladder(step):
    """A wrong answer that goes from one size to the next by this step (size, lr, the first size)."""

    def function(size, lr, smallest):
        layers, first = 0, size
        while size >= smallest and layers < 2000:
            layers, size = layers + 1, step(size, lr, first)
        return layers

    return function


REACH = Question(
    "4.3",
    2,
    "How deep does a number format reach?",
    layers_in_reach,
    _ladders,
    (
        Mistake("no-lr", "the step size is missing: the law is lr * G^2", _ladder(lambda size, lr, first: size**2)),
        Mistake(
            "one-factor",
            "not one factor lr * G for all layers: the law squares the last G, so the factor shrinks, too",
            _ladder(lambda size, lr, first: size * lr * first),
        ),
        Mistake(
            "like-adam",
            "a factor lr for each layer is a ladder like Adam's: SGD squares",
            _ladder(lambda size, lr, first: lr * size),
        ),
        Mistake(
            "lr-squared",
            "lr counts only once: lr * G^2, not (lr * G)^2",
            _ladder(lambda size, lr, first: (lr * size) ** 2),
        ),
        Mistake(
            "strictly-above",
            "a size equal to the smallest can still be held: at least means >=",
            lambda size, lr, smallest: layers_in_reach(size, lr, np.nextafter(smallest, 1)),
        ),
        Mistake(
            "first-not-counted", "off by one: W^L itself counts, too", lambda *args: max(layers_in_reach(*args) - 1, 0)
        ),
        Mistake(
            "minus-one",
            "off by one: if the first size is too small the answer is 0, not -1",
            lambda *args: layers_in_reach(*args) - 1,
        ),
        Mistake(
            "one-too-many",
            "off by one: the first gradient that is too small does not count",
            lambda *args: layers_in_reach(*args) + 1,
        ),
    ),
)


# 4.4


def _label_sets(rng):
    for counts in map(rng.permutation, ([4, 3, 1], [1, 2], [5, 1, 1, 3], [2, 7, 4, 1, 3])):
        yield rng.permutation(np.repeat(np.arange(len(counts)), counts)), len(counts)


def _centred(b):
    return b - b.mean()


def _from_frequencies(f):
    """A wrong answer made from the class frequencies."""
    return lambda labels, classes: f(np.bincount(labels, minlength=classes) / len(labels))


def _wrong_bias(calls):
    """`different`, with a word for biases that are right up to a constant."""
    fact = different(calls)
    if fact and different([call._replace(value=_centred(call.value)) for call in calls]) is None:
        return Recognised("not-centred", "softmax(b) is right, but the entries must sum to zero: subtract their mean")
    return fact


CRITICAL_BIAS = Question(
    "4.4",
    2,
    "The start that never moves",
    critical_bias,
    _label_sets,
    (
        Mistake(
            "frequencies",
            "these are the frequencies themselves: b must be such that softmax(b) gives them",
            _from_frequencies(lambda f: f),
        ),
        Mistake(
            "softmax-of-them",
            "softmax of the frequencies is not their inverse: take the logarithm",
            _from_frequencies(softmax),
        ),
        Mistake(
            "centred-frequencies",
            "centred frequencies are not enough: softmax takes exponentials, so take the logarithm",
            _from_frequencies(_centred),
        ),
        Mistake(
            "centred-counts",
            "centred counts are not enough: softmax takes exponentials, so take the logarithm",
            lambda labels, classes: _centred(np.bincount(labels).astype(float)),
        ),
        Mistake(
            "log-odds",
            "log(f / (1 - f)) inverts the sigmoid: a softmax needs log(f)",
            _from_frequencies(lambda f: np.log(f / (1 - f))),
        ),
        Mistake(
            "centred-log-odds",
            "log(f / (1 - f)) inverts the sigmoid: a softmax needs log(f), centred",
            _from_frequencies(lambda f: _centred(np.log(f / (1 - f)))),
        ),
        Mistake(
            "sign",
            "the sign is flipped: a frequent class needs a large bias",
            _from_frequencies(lambda f: -_centred(np.log(f))),
        ),
        Mistake(
            "other-logarithm",
            "the natural logarithm is needed: softmax uses e",
            _from_frequencies(lambda f: _centred(np.log2(f))),
            (_from_frequencies(lambda f: _centred(np.log10(f))),),
        ),
        Mistake(
            "zero",
            "b = 0 is critical only if the classes are equally frequent",
            lambda labels, classes: np.zeros(classes),
        ),
    ),
    _wrong_bias,
    advice=((r"could not be broadcast|shape mismatch", "the result has one entry for each class"),),
)


# 4.5


def _critical_points(rng):
    for n, inputs, width, counts in [(8, 4, 3, [4, 3, 1]), (6, 3, 5, [2, 4]), (9, 2, 4, [1, 3, 3, 2])]:
        classes = len(counts)
        labels = rng.permutation(np.repeat(np.arange(classes), counts))
        x = rng.normal(size=(n, inputs)) + np.eye(classes, inputs)[labels]
        shapes = {"W1": (width, inputs), "b1": (width,), "W2": (classes, width), "b2": (classes,)}
        params = {name: np.zeros(shape) for name, shape in shapes.items()}
        params |= {"b1": rng.normal(size=width), "b2": np.log(np.bincount(labels) / n) + rng.normal()}
        yield params, x, labels, {name: rng.normal(size=shape) for name, shape in shapes.items()}


def _bent(
    params,
    x,
    labels,
    direction,
    *,
    slope=lambda b, h: 1 - h**2,
    residual=lambda p, y: p - y,
    share=lambda x: 1 / len(x),
    bend=1.0,
    shift=lambda direction, h: direction["b2"] + direction["W2"] @ h,
    flat=lambda p, d: (p @ d**2 - (p @ d) ** 2) / 2,
    h_of=np.tanh,
    times=1.0,
):
    """The answer to 4.5 with a mistake in one of its parts."""
    h, p = h_of(params["b1"]), softmax(params["b2"])
    C = residual(p, np.eye(len(p))[labels]).T @ x * share(x)
    first = (slope(params["b1"], h) * (direction["W2"].T @ C * direction["W1"]).sum(axis=1)).sum()
    return times * (bend * first + flat(p, shift(direction, h)))


SECOND_ORDER = Question(
    "4.5",
    3,
    "Which way is down?",
    second_order,
    _critical_points,
    tuple(
        Mistake(id, message, partial(_bent, **parts))
        for id, message, parts in [
            (
                "no-constant-part",
                "the effect of the constant part d is missing: d^T (diag(p) - p p^T) d / 2",
                {"flat": lambda p, d: 0.0},
            ),
            (
                "constant-part-only",
                "only the constant part is there: the image comes in through W1 and W2, B_i^T C A_i",
                {"bend": 0.0},
            ),
            (
                "no-half",
                "the factor 1/2 of the constant part is missing",
                {"flat": lambda p, d: p @ d**2 - (p @ d) ** 2},
            ),
            (
                "second-derivative",
                "twice too large: this is the second derivative, the coefficient of eps^2 is half of it",
                {"times": 2.0},
            ),
            ("half-too-much", "the first part needs no factor 1/2: it is a product of two first orders", {"bend": 0.5}),
            ("sign", "the sign of C is flipped: the residual is p - y", {"residual": lambda p, y: y - p}),
            ("sum-not-mean", "the loss is the mean over the samples: divide C by n", {"share": lambda x: 1.0}),
            (
                "per-entry",
                "the mean is over the samples only: C is divided by the number of entries",
                {"share": lambda x: 1 / x.size},
            ),
            ("no-slope", "phi'(b1) is missing in the first part", {"slope": lambda b, h: np.ones_like(b)}),
            ("at-h", "phi' is taken at h instead of b1", {"slope": lambda b, h: 1 - np.tanh(h) ** 2}),
            ("times-h", "h is multiplied where phi'(b1) belongs", {"slope": lambda b, h: h}),
            (
                "bias-change-only",
                "the constant part d is not only the change of b2: W2 reads phi(b1), d = c + B phi(b1)",
                {"shift": lambda direction, h: direction["b2"]},
            ),
            (
                "no-bias-change",
                "the change of b2 is missing in the constant part: d = c + B phi(b1)",
                {"shift": lambda direction, h: direction["W2"] @ h},
            ),
            (
                "constant-sign",
                "the sign in the constant part is wrong: d = c + B phi(b1), nothing is undone here",
                {"shift": lambda direction, h: direction["b2"] - direction["W2"] @ h},
            ),
            (
                "first-bias-counted",
                "the change of b1 does not count: B phi'(b1) beta is the same for all images and of order eps^2",
                {"shift": lambda d, h: d["b2"] + d["W2"] @ (h + (1 - h**2) * d["b1"])},
            ),
            ("no-outer-product", "- p p^T is missing in the constant part", {"flat": lambda p, d: p @ d**2 / 2}),
            (
                "no-diagonal",
                "diag(p) is missing in the constant part: it is diag(p) - p p^T",
                {"flat": lambda p, d: -((p @ d) ** 2) / 2},
            ),
            ("unit-matrix", "diag(p) - p p^T is taken for the unit matrix", {"flat": lambda p, d: d @ d / 2}),
            (
                "one-class-slope",
                "diag(p) (1 - p) is the softmax's slope for one class alone: p p^T has entries off the diagonal, too",
                {"flat": lambda p, d: (p * (1 - p)) @ d**2 / 2},
            ),
            (
                "bias-not-activated",
                "W2 reads phi(b1), not b1",
                {"shift": lambda direction, h: direction["b2"] + direction["W2"] @ np.arctanh(h)},
            ),
            (
                "at-h-and-bias",
                "phi' is taken at h, and d uses b1 in place of phi(b1)",
                {"slope": lambda b, h: 1 - h**2, "h_of": lambda b: b},
            ),
        ]
    ),
    advice=(
        (
            r"matmul",
            "the shapes: C (classes, inputs), W1 (neurons, inputs), W2 (classes, neurons): W2.T @ C is like W1",
        ),
        (r"could not be broadcast", "one factor phi'(b1_i) for each neuron: sum over the inputs first"),
    ),
)

QUESTIONS = (FIRST_STEPS, WAKING, REACH, CRITICAL_BIAS, SECOND_ORDER)
