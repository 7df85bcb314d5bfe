"""The questions of exercise 09, the answer."""

import itertools

import numpy as np

from course_utils import datasets, diagnostics, mlp, optimizers, theory, training
from course_utils.activations import Activation, identity, lecun_tanh, relu, sigmoid, softplus, tanh
from course_utils.checks.core import Mistake, Question
from course_utils.checks.values import close

# Not in the course: an answer must go by what the activation does, not by its name.
leakier = Activation("leakier", lambda z: np.where(z > 0, z, 0.3 * z), lambda z: np.where(z > 0, 1.0, 0.3))
elu = Activation("elu", lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z: np.exp(np.minimum(z, 0)))
wide_tanh = Activation("wide_tanh", lambda z: 2 * np.tanh(z / 4), slope=lambda h: (1 - (h / 2) ** 2) / 2)
half_relu = Activation("half_relu", lambda z: np.maximum(z, 0) / 2, lambda z: np.where(z > 0, 0.5, 0.0))


def gain(phi):
    """sigma_w with which z ~ N(0, 1) has mean square 1 again in the next layer: 1 / sqrt(E[phi^2])."""
    return float(1 / np.sqrt(theory.gaussian_mean(lambda z: phi(z) ** 2, 1.0)))


def merge_copies(params):
    """A network that computes the same, with one neuron in place of all with equal row and bias."""
    return _merged()(params)


def repair(params, rng):
    """A copy in which each sick weight matrix is drawn anew, at standard deviation 1 / sqrt(fan_in)."""
    return {name: _redrawn(p, rng) if name[0] == "W" and _ailment(p) else p.copy() for name, p in params.items()}


def initialize(layer_sizes, activation, rng):
    """Normal weights at the activation's gain, the output matrix at 1, biases zero."""
    params, L = {}, len(layer_sizes) - 1
    for l in range(1, L + 1):
        n_in, n_out = layer_sizes[l - 1 : l + 1]
        scale = gain(activation) if l < L else 1.0
        params |= {f"W{l}": rng.normal(size=(n_out, n_in)) * scale / np.sqrt(n_in), f"b{l}": np.zeros(n_out)}
    return params


# 9.1


def _gains(rng):
    a, c = rng.uniform(0.1, 0.8), rng.uniform(0.5, 3)
    kinked = Activation("kinked", lambda z: np.where(z > 0, z, a * z), lambda z: np.where(z > 0, 1.0, a))
    steep = Activation("steep", lambda z: np.tanh(c * z), slope=lambda h: c * (1 - h**2))
    return [(phi,) for phi in (relu, tanh, sigmoid, leakier, softplus, lecun_tanh, identity, kinked, steep)]


def _not_near(calls):
    """`different`, with a tolerance that a mean over a million draws, or a plain sum over a grid, meets."""
    if all(abs(call.value - call.expected) <= 0.02 * abs(call.expected) for call in calls):
        return None
    call = next(call for call in calls if abs(call.value - call.expected) > 0.02 * abs(call.expected))
    return f"values wrong: for {call.args['phi'].name} it is off by {abs(call.value / call.expected - 1):.0%}"


def _moment(f, of=lambda m: 1 / np.sqrt(m)):
    """A wrong answer from another mean: f(phi) is the function of z whose mean is taken."""
    return lambda phi: float(of(theory.gaussian_mean(f(phi), 1.0)))


def _by_variance(phi):
    first = theory.gaussian_mean(phi, 1.0)
    return float(1 / np.sqrt(theory.gaussian_mean(lambda z: phi(z) ** 2, 1.0) - first**2))


def _flat_mean(reach):
    z = np.linspace(-reach, reach, 2001)
    return lambda phi: float(1 / np.sqrt(np.mean(phi(z) ** 2)))


GAIN = Question(
    "9.1",
    2,
    "The right scale for any activation",
    gain,
    _gains,
    (
        Mistake(
            "variance",
            "it is the second moment E[phi(z)^2] that goes through, not the variance of phi(z)",
            _by_variance,
        ),
        Mistake(
            "no-root",
            "the root is missing: sigma_w^2 is 1 / E[phi^2]",
            _moment(lambda phi: lambda z: phi(z) ** 2, lambda m: 1 / m),
        ),
        Mistake(
            "upside-down",
            "upside down: a small E[phi^2] asks for large weights",
            _moment(lambda phi: lambda z: phi(z) ** 2, np.sqrt),
        ),
        Mistake(
            "upside-down-no-root",
            "upside down, and without the root: sigma_w^2 = 1 / E[phi^2]",
            _moment(lambda phi: lambda z: phi(z) ** 2, lambda m: m),
        ),
        Mistake(
            "errors",
            "this keeps the errors on their way back; the signal needs E[phi^2]",
            _moment(lambda phi: lambda z: phi.derivative(z) ** 2),
        ),
        Mistake(
            "mean-size",
            "the mean of |phi| is no mean square",
            _moment(lambda phi: lambda z: np.abs(phi(z)), lambda m: 1 / m),
        ),
        Mistake(
            "linear",
            "1 / phi'(0) is right in the linear region only",
            lambda phi: 1 / phi.slope_at_zero if phi.slope_at_zero else 1.0,
        ),
        Mistake("one", "one number does not fit all activations", lambda phi: 1.0),
        Mistake("he", "He's root of 2 is ReLU's: other activations need others", lambda phi: float(np.sqrt(2))),
        Mistake(
            "uniform",
            "z is normal, not uniform: weigh each z by its density",
            _flat_mean(3),
            (
                _flat_mean(5),
                _flat_mean(1),
            ),
        ),
    ),
    _not_near,
)


# 9.2


def _eighths(rng, sizes):
    """A network whose entries are multiples of 1/8, all different enough to have no copies."""
    params = {}
    for l, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        params |= {f"W{l}": rng.integers(-12, 13, size=(n_out, n_in)) / 8, f"b{l}": rng.integers(-8, 9, size=n_out) / 8}
        params[f"W{l}"][:, 0] = rng.permutation(n_out) / 8  # no two rows are equal, nor do they sum to the same
    return params


def _copied(params, l, neuron, copies, share=True):
    """Give some neurons the row and the bias of another one, and its outgoing weights to all, or not."""
    for copy in copies:
        params[f"W{l}"][copy], params[f"b{l}"][copy] = params[f"W{l}"][neuron], params[f"b{l}"][neuron]
        if share:
            params[f"W{l + 1}"][:, copy] = params[f"W{l + 1}"][:, neuron]


def _crowds(rng):
    alone = _eighths(rng, [3, 4, 2])
    yield (alone,)
    twins, parted = _eighths(rng, [3, 5, 2]), _eighths(rng, [4, 6, 3])
    _copied(twins, 1, 0, [3, 4])
    _copied(parted, 1, 4, [1, 2], share=False)
    yield (twins,)
    yield (parted,)
    other_bias, other_row, columns = (_eighths(rng, [3, 4, 2]) for _ in range(3))
    _copied(other_bias, 1, 2, [0, 1])
    other_bias["b1"][:3] = [0.5, 0.25, 0.5]
    _copied(other_row, 1, 2, [0])
    other_row["W1"][0] = other_row["W1"][2][::-1] + np.array([1, 0, -1]) / 8  # the same sum
    columns["W2"][:, 1] = columns["W2"][:, 3]
    columns["b1"][:] = 0.5
    yield (other_bias,)
    yield (other_row,)
    yield (columns,)
    deep = _eighths(rng, [3, 5, 4, 3, 2])
    _copied(deep, 1, 1, [3], share=False)
    _copied(deep, 2, 0, [2], share=False)
    deep["W2"][2, [1, 3]] += [0.25, -0.25]  # equal only when the copies below are one neuron
    _copied(deep, 3, 1, [2], share=False)
    deep["W3"][2, [0, 2]] += [-0.5, 0.5]
    yield (deep,)
    inputs = _eighths(rng, [4, 3, 3])
    inputs["W1"][:, 3] = inputs["W1"][:, 1]  # inputs stay inputs,
    inputs["W2"][2], inputs["b2"][2] = inputs["W2"][0], inputs["b2"][0]  # and outputs outputs
    yield (inputs,)
    yield (mlp.initialize([2, 3, 4, 2], "zeros"),)


def _merged(key=lambda W, b, V: np.column_stack([W, b]), add=lambda V, member: V @ member, layers=None, upwards=True):
    """An answer from what makes two neurons copies, and what becomes of outgoing weights, in these layers."""

    def function(params):
        new = {name: p.copy() for name, p in params.items()}
        order = range(1, mlp.depth(params))[:layers]
        for l in order if upwards else reversed(order):
            keys = list(map(tuple, key(new[f"W{l}"], new[f"b{l}"], new[f"W{l + 1}"])))
            kept = [i for i, k in enumerate(keys) if k not in keys[:i]]
            member = np.array([[float(k == keys[i]) for i in kept] for k in keys])
            new |= {f"W{l}": new[f"W{l}"][kept], f"b{l}": new[f"b{l}"][kept]}
            new[f"W{l + 1}"] = add(new[f"W{l + 1}"], member)
        return new

    return function


def _inputs_too(params):
    columns = params["W1"].T.tolist()
    kept = [i for i, c in enumerate(columns) if c not in columns[:i]]
    return merge_copies(params | {"W1": params["W1"][:, kept]})


def _outputs_too(params):
    new, L = merge_copies(params), mlp.depth(params)
    rows = np.column_stack([new[f"W{L}"], new[f"b{L}"]]).tolist()
    kept = [i for i, row in enumerate(rows) if row not in rows[:i]]
    return new | {f"W{L}": new[f"W{L}"][kept], f"b{L}": new[f"b{L}"][kept]}


def _computes_else(calls):
    """What is wrong with networks of the right sizes: they must compute the same."""
    for call in calls:
        x = 2 * np.random.default_rng(0).normal(size=(20, call.expected["W1"].shape[1]))
        value, right = (mlp.forward(params, x).output for params in (call.value, call.expected))
        if not close(value, right, 1e-4 if any(p.dtype.itemsize < 8 for p in call.value.values()) else 1e-8):
            sizes = [x.shape[1], *(len(p) for name, p in call.args["params"].items() if name[0] == "b")]
            return (
                f"shape right, values wrong: it computes something else, for a network with layers of {sizes} its "
                f"outputs are off by up to {np.abs(value - right).max():.1g}"
            )
    return None


MERGE = Question(
    "9.2",
    2,
    "One neuron for all its copies",
    merge_copies,
    _crowds,
    (
        Mistake(
            "first-copy",
            "what the copies sent is lost: the one that stays must send the sum of it, so add their outgoing weights",
            _merged(add=lambda V, member: V[:, member.argmax(axis=0)]),
        ),
        Mistake(
            "averaged",
            "the outgoing weights are averaged: the layer above added what the copies sent, so add them",
            _merged(add=lambda V, member: V @ member / member.sum(axis=0)),
        ),
        Mistake(
            "times-copies",
            "outgoing weights are multiplied by the number of copies: they need not be equal, add them",
            _merged(add=lambda V, member: V[:, member.argmax(axis=0)] * member.sum(axis=0)),
        ),
        Mistake(
            "equal-columns-too",
            "equal outgoing weights are not needed: neurons compute the same if row and bias are equal",
            _merged(lambda W, b, V: np.column_stack([W, b, V.T])),
        ),
        Mistake(
            "bias-ignored",
            "the bias belongs to a neuron, too: with another one it computes something else",
            _merged(lambda W, b, V: W),
        ),
        Mistake(
            "bias-only",
            "equal biases alone make no copies: the rows must be equal, too",
            _merged(lambda W, b, V: b[:, None]),
        ),
        Mistake(
            "columns-only",
            "neurons with equal outgoing weights need not compute the same: compare rows and biases",
            _merged(lambda W, b, V: V.T),
        ),
        Mistake(
            "sums",
            "rows are equal entry by entry: an equal sum is not enough",
            _merged(lambda W, b, V: np.column_stack([W.sum(axis=1), b])),
        ),
        Mistake(
            "from-the-top",
            "when copies below are one neuron, rows of the next matrix can become equal: go from the first layer up, "
            "and compare the new rows",
            _merged(upwards=False),
        ),
        Mistake("first-layer-only", "only the first hidden layer is done: all have copies", _merged(layers=1)),
        Mistake("nothing", "nothing is merged", lambda params: {name: p.copy() for name, p in params.items()}),
        Mistake("inputs-too", "inputs stay as they are: only hidden neurons are merged", _inputs_too),
        Mistake(
            "outputs-too",
            "outputs stay as they are, even if two are equal: only hidden neurons are merged",
            _outputs_too,
        ),
    ),
    _computes_else,
    advice=(
        (r"^KeyError", "hidden layers are 1, ..., L - 1, with L = len(params) // 2: the output layer has no next one"),
        (r"truth value of an array", "== compares entry by entry: use np.array_equal"),
        (r"matmul|broadcast", "W_next has a column for each neuron of the layer: add the columns of the copies"),
        (
            r"^IndexError",
            "a neuron taken out of a layer takes with it a row of W, an entry of b and a column of W_next",
        ),
    ),
)


# 9.3


def _ailment(W):
    """What is wrong with a weight matrix of the exercise; an empty text if nothing is."""
    if not W.any():
        return "is zero"
    if diagnostics.distinct_rows(W, 0) < len(W):
        return "has equal rows"
    scale = _rms(W) * np.sqrt(W.shape[1])
    return "is too small" if scale < 0.5 else "is too large" if scale > 2 else ""


def _rms(a):
    return np.sqrt(np.mean(a**2))


def _redrawn(W, rng):
    return rng.normal(size=W.shape) / np.sqrt(W.shape[1])


def _patients(rng):
    def healthy(shape):
        return rng.normal(size=shape) / np.sqrt(shape[1])

    def dependent(shape):  # of lower rank, but no rows are equal
        W = healthy(shape)
        W[3] = W[0] - W[1]
        return W

    kinds = {
        "zero": np.zeros,
        "constant": lambda shape: np.full(shape, 1 / np.sqrt(shape[1])),  # the right size, and still sick
        "equal rows": lambda shape: np.tile(rng.normal(size=shape[1]) / np.sqrt(shape[1]), (shape[0], 1)),
        "two equal rows": lambda shape: healthy(shape)[[0, *range(shape[0] - 1)]],
        "two far apart": lambda shape: healthy(shape)[[5, *range(1, shape[0])]],
        "small": lambda shape: 0.05 * healthy(shape),
        "large": lambda shape: 8 * healthy(shape),
        "dependent": dependent,
        "healthy": healthy,
    }
    plans = (["healthy", "zero", "healthy"], ["large", "healthy", "equal rows"], ["constant", "small", "healthy"],
             ["healthy", "healthy"], ["two equal rows", "large", "healthy", "zero"],
             ["two far apart", "dependent"])  # fmt: skip
    for plan in plans:
        sizes = [int(n) for n in rng.choice(np.arange(30, 80), size=len(plan) + 1, replace=False)]
        if "dependent" in plan:
            sizes = [31, 60, 42]  # taller than wide: equal rows do not lower the rank
        params = {}
        for l, kind in enumerate(plan, start=1):
            params |= {f"W{l}": kinds[kind]((sizes[l], sizes[l - 1])), f"b{l}": 0.1 * rng.normal(size=sizes[l])}
        seed = int(rng.integers(2**32))
        rngs = (0, 0, 1) if plan is plans[0] else (0,)  # the first three times: where are the numbers from?
        for other in rngs:
            yield {name: p.copy() for name, p in params.items()}, np.random.default_rng(seed + other)


def _not_repaired(calls):
    """What is wrong with repairs; None if nothing is."""
    fault = next(filter(None, (_bad_repair(call.value, call.args["params"]) for call in calls)), None)
    if fault:
        return fault
    one, again, other = (call.value["W2"] for call in calls[:3])
    if not np.array_equal(one, again):
        return "the same rng state gives other weights each time: draw every random number from rng"
    return "another rng gives the same weights: draw from rng" if np.array_equal(one, other) else None


def _bad_repair(repaired, params):
    for name, before in params.items():
        after, ailment = repaired[name], _ailment(before) if name[0] == "W" else ""
        if not ailment:
            if not np.array_equal(before, after):
                what = "it is healthy" if name[0] == "W" else "biases are not sick"
                return f"{name} has changed, but {what}: leave it as it is"
            continue
        if np.array_equal(before, after):
            return f"{name} {ailment}, and is left as it was"
        if not after.any() or diagnostics.distinct_rows(after, 0) < len(after):
            return f"{name} {ailment}, and after the repair it still has equal rows: draw it anew"
        spread = 0.15 + 4 / np.sqrt(2 * after.size)
        scale = _rms(after) * np.sqrt(after.shape[1])
        if abs(after.mean()) * np.sqrt(after.size) > 5 * _rms(after):
            return f"{name} {ailment}, and after the repair its mean is not 0: draw weights of both signs alike"
        for n, fault in ((after.shape[0], "divided by the root of fan_out"), (after.shape[1] ** 2, "divided by fan_in"),
                         (1, "not divided by the root of fan_in")):  # fmt: skip
            if abs(scale - 1) > spread and abs(_rms(after) * np.sqrt(n) - 1) <= spread:
                return f"{name} {ailment}, and the repair is {fault}: its standard deviation must be 1 / sqrt(fan_in)"
        if abs(scale - 1) > spread:
            return f"{name} {ailment}, and its RMS after the repair is {scale:.2g} / sqrt(fan_in), not 1 / sqrt(fan_in)"
    return None


REPAIR = Question("9.3", 3, "Repair a start", repair, _patients, compare=_not_repaired)


# 9.4


NETS = (
    ([64, 40, 24, 10], tanh),
    ([64, *[48, 32] * 6, 10], relu),
    ([64, *[32, 48] * 5, 10], lecun_tanh),
    ([64, *[48] * 10, 10], leakier),
    ([64, *[40, 32] * 5, 10], elu),
    ([64, *[40] * 12, 10], wide_tanh),
    ([64, *[48, 40] * 5, 10], half_relu),
)


def _unseen(rng):
    seed = int(rng.integers(2**32))
    yield [64, 20, 10], tanh, np.random.default_rng(seed)
    yield [64, 20, 10], tanh, np.random.default_rng(seed)
    yield [64, 20, 10], tanh, np.random.default_rng(seed + 1)
    for sizes, phi in NETS:
        yield sizes, phi, np.random.default_rng(int(rng.integers(2**32)))
    yield [64, *rng.integers(32, 49, size=6).tolist(), 10], tanh, np.random.default_rng(int(rng.integers(2**32)))


def _not_ready(calls):
    """Why the starts are no good: from the draws alone, from one pass forward and back, from training. None if fine."""
    one, again, other, *nets = calls
    equal = [all(np.array_equal(one.value[name], call.value[name]) for name in one.value) for call in (again, other)]
    if one.value["W1"].any() and not equal[0]:
        return "the same rng state gives another start each time: draw every random number from rng"
    faults = (_drawn_wrong, _passes_nothing, _does_not_train)
    found = (fault(call.value, call.args["activation"]) for fault in faults for call in (one, *nets))
    fault = next(filter(None, found), None)
    if fault is None and equal[1]:
        return "another rng gives the same start: draw from rng"
    return fault


def _called(params, phi):
    hidden = mlp.depth(params) - 1
    return f"{hidden} hidden layer{'s' if hidden > 1 else ''} of {phi.name}"


def _drawn_wrong(params, phi):
    for l in range(1, mlp.depth(params)):
        W = params[f"W{l}"]
        if not W.any():
            return f"{_called(params, phi)}: W{l} is zero, and lets no error through"
        if diagnostics.distinct_neurons(params, l) < len(W):
            return f"{_called(params, phi)}: layer {l} has equal neurons, and they stay equal for ever"
        if diagnostics.distinct_rows(W) < len(W):
            return f"{_called(params, phi)}: W{l} has equal rows, so neurons begin as copies: draw each row for itself"
        if abs(W.mean()) * np.sqrt(W.size) > 6 * _rms(W):
            return f"{_called(params, phi)}: the weights' mean is not 0, so sums are large, and alike for all images"
    return None


def _back_and_forth(params, x, labels, phi):
    """The trace of these images and the gradients, for an output that says one tenth to each class."""
    trace = mlp.propagate(params, x, phi, {})
    return trace, mlp.backward(params, trace, (0.1 - np.eye(10)[labels]) / len(x), phi)


def _passes_nothing(params, phi):
    data, L = datasets.digits(), mlp.depth(params)
    x, y = data.x_train[:100], data.y_train[:100]
    with np.errstate(over="ignore", invalid="ignore"):
        trace, grads = _back_and_forth(params, x, y, phi)
    if not np.isfinite(trace.output).all():
        return f"{_called(params, phi)}: the signal overflows, the weights are too large"
    # What tells images apart: a part that is the same for all of them says nothing.
    first, last = (np.sqrt(np.var(trace.z[l], axis=0).mean()) for l in (1, L - 1))
    if np.abs(trace.output).max() > 1e3:
        return (
            f"{_called(params, phi)}: outputs as large as {np.abs(trace.output).max():.0e}, the weights are too large"
        )
    if last < first / 12:
        return (
            f"{_called(params, phi)}: what tells images apart shrinks from {first:.1g} in layer 1 to {last:.1g} in the "
            "last: weights too small, or not centred, for this activation. Each needs its own scale (9.1)"
        )
    if last > 12 * first:
        return (
            f"{_called(params, phi)}: what tells images apart grows from {first:.1g} in layer 1 to {last:.1g} in the "
            "last: weights too large for this activation. Each needs its own scale (9.1)"
        )
    if phi.name in ("tanh", "lecun_tanh") and diagnostics.saturation(trace.z[1], phi) > 0.4:
        share = diagnostics.saturation(trace.z[1], phi)
        return (
            f"{_called(params, phi)}: {share:.0%} of the units are saturated, the scale is too large (W is divided by "
            "the root of its number of inputs, fan_in)"
        )
    if not params[f"W{L}"].any():  # right, as lesson 8 has shown: it lets errors through after the first step
        params = {name: p - 0.1 * grads[name] for name, p in params.items()}
        _, grads = _back_and_forth(params, x, y, phi)
    if not grads["W1"].any():
        return f"{_called(params, phi)}: the gradient of W1 is 0"
    back = _rms(grads["W1"]) / max(_rms(grads[f"W{L - 1}"]), 1e-300)
    if not 1 / 40 < back < 40:
        return (
            f"{_called(params, phi)}: the gradient of W1 is {back:.1g} times that of W{L - 1}: the scale does not fit "
            "this activation"
        )
    return None


def _does_not_train(params, phi):
    data = datasets.digits()
    if (phi.name, mlp.depth(params)) not in (("tanh", 3), ("lecun_tanh", 11)):
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        run = training.train(
            params, data.x_train, data.y_train, optimizers.sgd(0.05), steps=250, batch_size=64, activation=phi,
            rng=np.random.default_rng(0), progress=False,
        )  # fmt: skip
        train, test = (
            mlp.accuracy(run.params, x, y, phi) if np.isfinite(run.params["W1"]).all() else 0.0
            for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test))
        )
    if train < 0.85 or test < 0.8:
        return f"{_called(params, phi)}: train {train:.0%}, test {test:.0%} after 250 steps, not yet 85 % and 80 %"
    return None


INITIALIZE = Question(
    "9.4",
    5,
    "Initialize a network you have never seen",
    initialize,
    _unseen,
    compare=_not_ready,
    advice=(
        (
            r"^KeyError|^AttributeError: 'Activation'",
            "the activation may be one you have not met: use activation(z) only",
        ),
    ),
)

QUESTIONS = (GAIN, MERGE, REPAIR, INITIALIZE)
