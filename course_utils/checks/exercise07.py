"""The questions of exercise 07, does it train, and does it generalize?"""

import functools
import math

import numpy as np

from course_utils import clinic, datasets, mlp, theory
from course_utils.checks.core import Mistake, Question


def steps_to(steps, accuracy, level):
    """For each network the first step with that accuracy, inf if there is none."""
    reached = np.asarray(accuracy) >= level
    return [float(steps[k.argmax()]) if k.any() else math.inf for k in reached.T]


def step_sizes(params, grads, target):
    """The step size with which SGD changes each weight matrix by that share of its RMS."""
    return {name: target * _rms(params[name]) / _rms(grads[name]) for name in params if name[0] == "W"}


def stretching(params, x, nudge):
    """The factors by which the squared distance of two inputs grows from z^l to z^(l+1)."""
    there, here = mlp.forward(params, x + nudge).z, mlp.forward(params, x).z
    distance = np.array([((there[l] - here[l]) ** 2).sum() for l in sorted(here)])
    return distance[1:] / distance[:-1]


def residual_growth(q, sigma_w, branches):
    """The mean square of h after that many branches, and the growth of squared errors on the way back."""
    return _growth(q, sigma_w, branches)


def diagnose(chart):
    """The name of what ails the network of a chart of the clinic."""
    if np.isnan(chart["ratio"]).all(axis=0).sum() == 2:
        return "two zero matrices"
    if chart["distinct"].max() == 1:
        return "equal weights"
    if chart["flat"].min() > 0.85 and chart["varies"][0].min() < 0.01:
        return "dead ReLUs"
    if chart["flat"][0].min() > 0.3:
        return "weights too large"
    if chart["ratio"][0].max() > 0.15:
        return "step size too large"
    if chart["varies"][0, -1] < 0.2 * chart["varies"][0, 0]:
        return "weights too small"
    return "healthy"


def _rms(a):
    return np.sqrt((a**2).mean())


# 7.1


def _curves(rng):
    """Accuracies of networks that rise, fall back, touch the level or never reach it."""
    for n, every, level in ((8, 20, 0.9), (6, 5, 0.8), (11, 50, 0.9)):
        step = every * np.arange(1, n + 1)
        rising = np.sort(rng.integers(2, 17, size=n)) / 20
        rising[-2:] = [level - 0.05, level + 0.05]
        falls_back = rising.copy()
        falls_back[n // 2] = level + 0.05
        touches = rising.copy()
        touches[-2] = level
        at_once = np.full(n, level + 0.05)
        never = np.minimum(rising, level - 0.05)
        late = rising.copy()
        late[-1] = level
        curves = [rising, never, falls_back, touches, at_once, late]
        yield step, np.stack([curves[k] for k in rng.permutation(6)], axis=1), level
    # A bisection takes the series for a rising one, and finds nothing.
    yield 10 * np.arange(1, 6), np.array([[0.2, 0.95, 0.3, 0.4, 0.5], [0.1, 0.2, 0.3, 0.95, 0.4]]).T, 0.9


def _wrong_steps(calls):
    """Which network's step is wrong; None if none is."""
    for call in calls:
        steps, accuracy, level = call.args.values()
        if len(call.value) != len(call.expected):
            k = len(call.expected)
            return f"the list needs one entry for each of the {k} networks (columns), it has {len(call.value)}"
        for found, right, curve in zip(call.value, call.expected, accuracy.T, strict=False):
            if found == right or (_nan(found) and _nan(right)):
                continue
            what = f"accuracies {', '.join(f'{a:g}' for a in curve)} at steps {', '.join(map(str, steps))}"
            return f"values wrong: level {level:g}, {what}: {found} should be {right}"
    return None


def _nan(a):
    return isinstance(a, float) and math.isnan(a)


def _steps_by(rule, never=math.inf):
    """A wrong answer from a rule (steps, reached or not, accuracies) for a curve that reaches the level."""

    def function(steps, accuracy, level):
        curves = np.asarray(accuracy).T
        return [rule(steps, k >= level, k) if (k >= level).any() else never for k in curves]

    return function


def _first(steps, reached, curve):
    return float(steps[reached.argmax()])


def _never_as_first(steps, accuracy, level):
    return [float(steps[(k >= level).argmax()]) for k in accuracy.T]


def _never_as_last(steps, accuracy, level):
    return [float(steps[(k >= level).argmax()]) if (k >= level).any() else float(steps[-1]) for k in accuracy.T]


def _above(steps, accuracy, level):
    return [float(steps[(k > level).argmax()]) if (k > level).any() else math.inf for k in accuracy.T]


def _bisected(steps, accuracy, level):
    found = [int(np.searchsorted(k, level)) for k in accuracy.T]
    return [float(steps[i]) if i < len(steps) else math.inf for i in found]


def _for_good(steps, reached, curve):
    below = np.flatnonzero(~reached)
    start = below[-1] + 1 if len(below) else 0
    return float(steps[start]) if start < len(steps) else math.inf


STEPS_TO = Question(
    "7.1",
    2,
    "Steps to 90 %",
    steps_to,
    _curves,
    (
        Mistake(
            "argmax-of-none",
            "argmax of a row without True is 0: a network that never gets there needs inf",
            _never_as_first,
        ),
        Mistake("never-is-last", "a network that never gets there needs inf, not the last step", _never_as_last),
        Mistake("never-is-none", "never is inf here (math.inf), not None", _steps_by(_first, None)),
        Mistake("never-is-nan", "never is inf here (math.inf), not nan", _steps_by(_first, math.nan)),
        Mistake("never-is-minus-one", "never is inf here (math.inf), not -1", _steps_by(_first, -1)),
        Mistake("never-is-zero", "never is inf here (math.inf), not 0", _steps_by(_first, 0)),
        Mistake("bisected", "searchsorted needs a rising series: a network may fall back", _bisected),
        Mistake("strictly-above", "at least the level: an accuracy equal to it counts, so >=, not >", _above),
        Mistake(
            "index",
            "this is the index in the array, not the step: look it up in steps",
            _steps_by(lambda s, r, c: int(r.argmax())),
        ),
        Mistake(
            "index-from-one",
            "the index counts from 1 here, and it is the step that is asked: steps[index]",
            _steps_by(lambda s, r, c: int(r.argmax()) + 1),
        ),
        Mistake(
            "for-good",
            "this is when it reaches the level for good: the first time counts, even if it falls back",
            _steps_by(_for_good),
        ),
        Mistake(
            "last",
            "this is the last step with that accuracy, not the first",
            _steps_by(lambda s, r, c: float(s[np.flatnonzero(r)[-1]])),
        ),
        Mistake(
            "highest",
            "this is the step of the highest accuracy: the first that reaches the level is asked",
            _steps_by(lambda s, r, c: float(s[c.argmax()])),
        ),
        Mistake(
            "count",
            "this is how many measurements reach the level, not when the first does",
            _steps_by(lambda s, r, c: int(r.sum())),
        ),
    ),
    _wrong_steps,
    advice=(
        (r"truth value of an array", "accuracy has a column for each network: go through accuracy.T"),
        (r"^IndexError: (index 0|list index|tuple index)", "a network may never reach the level: ask .any() first"),
        (r"^ValueError: .*(empty|not in list)", "a network may never reach the level: ask .any() first"),
        (r"^StopIteration", "a network may never reach the level: next(..., math.inf) has an answer for that"),
    ),
)


# 7.2


def _nets_with_gradients(rng):
    for sizes, target in (([3, 5, 2], 0.001), ([4, 3, 6, 2], 0.01), ([2, 7, 3], 0.003)):
        params = mlp.initialize(sizes, "normal", sigma_w=2.0, sigma_b=1.0, rng=rng)
        params = {name: p + 0.4 for name, p in params.items()}
        grads = {name: 0.1 * (rng.normal(size=p.shape) - 0.3) * rng.uniform(0.5, 2) for name, p in params.items()}
        yield params, grads, target


def _by_sizes(of_weights, of_gradients=None):
    """A wrong answer from other measures of size."""
    of_gradients = of_gradients or of_weights

    def function(params, grads, target):
        names = [name for name in params if name[0] == "W"]
        return {name: target * of_weights(params[name]) / of_gradients(grads[name]) for name in names}

    return function


def _ratios(params, grads, target):
    return {name: target * _rms(grads[name]) / _rms(params[name]) for name in params if name[0] == "W"}


def _no_target(params, grads, target):
    return step_sizes(params, grads, 1.0)


def _one_for_all(params, grads, target):
    names = [name for name in params if name[0] == "W"]
    w, g = (np.concatenate([arrays[name].ravel() for name in names]) for arrays in (params, grads))
    return dict.fromkeys(names, target * _rms(w) / _rms(g))


def _smallest_for_all(params, grads, target):
    rates = step_sizes(params, grads, target)
    return dict.fromkeys(rates, min(rates.values()))


def _mean_of_quotients(params, grads, target):
    names = [name for name in params if name[0] == "W"]
    return {name: target * np.mean(np.abs(params[name] / grads[name])) for name in names}


def _target_divides(params, grads, target):
    return {name: rate / target**2 for name, rate in step_sizes(params, grads, target).items()}


def _norm(a):
    return np.sqrt((a**2).sum())


STEP_SIZES = Question(
    "7.2",
    2,
    "A step size for each matrix",
    step_sizes,
    _nets_with_gradients,
    (
        Mistake("upside-down", "upside down: a large gradient needs a small step size", _ratios),
        Mistake("no-target", "the target is missing: these change every matrix by 100 % of its size", _no_target),
        Mistake("target-divides", "target is a factor: a larger share needs larger steps", _target_divides),
        Mistake(
            "mean-size",
            "RMS is the root of the mean square, this takes the mean of the sizes |W|",
            _by_sizes(lambda a: np.abs(a).mean()),
        ),
        Mistake("standard-deviation", "RMS does not subtract the mean: np.std does", _by_sizes(np.std)),
        Mistake(
            "no-root", "RMS is the root of the mean square: the root is missing", _by_sizes(lambda a: (a**2).mean())
        ),
        Mistake(
            "largest",
            "this goes by the largest entries: RMS takes the mean square of all",
            _by_sizes(lambda a: np.abs(a).max()),
        ),
        Mistake(
            "mean",
            "the mean lets positive and negative entries cancel: square first",
            _by_sizes(lambda a: abs(a.mean())),
        ),
        Mistake(
            "sum-over-mean",
            "W's size is a sum here, the gradient's a mean: divide both by the number of entries, or neither",
            _by_sizes(_norm, _rms),
        ),
        Mistake(
            "mean-over-sum",
            "W's size is a mean here, the gradient's a sum: divide both by the number of entries, or neither",
            _by_sizes(_rms, _norm),
        ),
        Mistake("one-for-all", "each matrix needs a step size of its own: this is one for all", _one_for_all),
        Mistake(
            "smallest-for-all",
            "each matrix needs a step size of its own: this is the smallest for all",
            _smallest_for_all,
        ),
        Mistake(
            "mean-of-quotients",
            "divide the sizes, not entry by entry: a mean of quotients is another number",
            _mean_of_quotients,
        ),
    ),
    advice=((r"^KeyError: '[Wb]", "the weight matrices are those whose name begins with W, in params and in grads"),),
)


# 7.3


def _near_inputs(rng):
    for sizes, n, sigma_w in (([3, 6, 5, 2], 4, 3.0), ([5, 4, 7, 6, 3], 6, 2.0), ([2, 8, 3], 5, 1.5)):
        params = mlp.initialize(sizes, "normal", sigma_w=sigma_w, sigma_b=0.3, rng=rng)
        yield params, rng.normal(size=(n, sizes[0])), 0.3 * rng.normal(size=(n, sizes[0]))


def _stretched(distance, ratio=lambda d: d[1:] / d[:-1], values=lambda trace: [trace.z[l] for l in sorted(trace.z)]):
    """A wrong answer: from another distance, another quotient, or at other places."""

    def function(params, x, nudge):
        there, here = (values(mlp.forward(params, inputs)) for inputs in (x + nudge, x))
        return ratio(np.array([distance(a, b) for a, b in zip(there, here, strict=True)]))

    return function


def _square(a, b):
    return ((a - b) ** 2).sum()


def _outputs_of_layers(trace):
    return [*(trace.h[l] for l in sorted(trace.h) if l), trace.output]


def _with_inputs(trace):
    return [trace.h[0], *(trace.z[l] for l in sorted(trace.z))]


def _each_sample(params, x, nudge):
    there, here = (mlp.forward(params, inputs).z for inputs in (x + nudge, x))
    d = np.array([((there[l] - here[l]) ** 2).sum(axis=1) for l in sorted(here)])
    return (d[1:] / d[:-1]).mean(axis=1)


def _nudge_alone(params, x, nudge):
    z = mlp.forward(params, nudge).z
    d = np.array([(z[l] ** 2).sum() for l in sorted(z)])
    return d[1:] / d[:-1]


def _difference_of_squares(a, b):
    return abs((a**2).sum() - (b**2).sum())


STRETCHING = Question(
    "7.3",
    2,
    "Pulled apart",
    stretching,
    _near_inputs,
    (
        Mistake("not-squared", "the distance is not squared here", _stretched(lambda a, b: np.sqrt(_square(a, b)))),
        Mistake("sizes", "squares are asked, these are sizes |z' - z|", _stretched(lambda a, b: np.abs(a - b).sum())),
        Mistake(
            "sum-first",
            "square the differences before adding: positive and negative ones cancel here",
            _stretched(lambda a, b: (a - b).sum() ** 2),
        ),
        Mistake(
            "difference-of-squares",
            "this is the difference of two squares: square the difference",
            _stretched(_difference_of_squares),
        ),
        Mistake(
            "mean-over-units",
            "a sum over units is asked, this is their mean: layers have different widths",
            _stretched(lambda a, b: ((a - b) ** 2).mean()),
        ),
        Mistake(
            "outputs",
            "these are distances of h = tanh(z): take z, before the activation",
            _stretched(_square, values=_outputs_of_layers),
        ),
        Mistake(
            "upside-down",
            "upside down: the later layer's distance over the earlier one's",
            _stretched(_square, lambda d: d[:-1] / d[1:]),
        ),
        Mistake(
            "against-first",
            "each layer against the one before, not all against the first",
            _stretched(_square, lambda d: d[1:] / d[0]),
        ),
        Mistake("difference", "a quotient is asked: this subtracts", _stretched(_square, np.diff)),
        Mistake(
            "cosine",
            "this is the growth of 1 - c; D is the squared distance itself",
            _stretched(lambda a, b: 1 - (a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum())),
        ),
        Mistake(
            "one-too-many",
            "one number too many: the first is D^2 / D^1; neither D^1 itself nor D^1 over that of the inputs is asked",
            _stretched(_square, values=_with_inputs),
        ),
        Mistake(
            "mean-of-quotients",
            "first add over the samples, then divide: a mean of quotients is another number",
            _each_sample,
        ),
        Mistake("nudge-alone", "nudge moves x: compare x + nudge with x, not nudge with nothing", _nudge_alone),
    ),
    advice=(
        (r"^TypeError: unsupported operand type.*dict", "forward(...).z is a dict {layer: z}: take z[1], z[2], ..."),
        (r"^KeyError: 0", "z has the layers 1, ..., L: there is no z[0]"),
        (r"^KeyError: \d", "z has the layers 1, ..., L, as many as there are weight matrices"),
    ),
)


# 7.4


def _residual_nets(rng):
    return [
        (float(q), float(s), n)
        for q, s, n in zip(rng.uniform(0.3, 2, 4), rng.uniform(0.4, 2.5, 4), (1, 4, 7, 3), strict=True)
    ]


def _slope(z):
    return 1 - np.tanh(z) ** 2


def _growth(q, sigma_w, branches, *, power=2, way_round=1, keep=1, both=lambda s: s**2, mean=None, update="after"):
    """The answer, and wrong ones: what is not standard names a mistake."""
    mean = mean or (lambda f, q, power: theory.gaussian_mean(lambda z: f(z) ** power, q))
    factor = 1.0
    for _ in range(branches):
        after = keep * q + both(sigma_w) * mean(np.tanh, q, 2)
        at = {"after": q, "before": after}[update]
        factor *= way_round + both(sigma_w) * mean(_slope, at, power)
        q = after
    return {"forward": q, "backward": factor}


def _frozen(q, sigma_w, branches):
    one = _growth(q, sigma_w, 1)
    return {"forward": q + branches * (one["forward"] - q), "backward": one["backward"] ** branches}


def _summed(q, sigma_w, branches):
    total, right = 0.0, _growth(q, sigma_w, branches)
    for _ in range(branches):
        step = _growth(q, sigma_w, 1)
        total, q = total + step["backward"], step["forward"]
    return {"forward": right["forward"], "backward": total}


def _summed_from_one(q, sigma_w, branches):
    found = _summed(q, sigma_w, branches)
    return {**found, "backward": found["backward"] + 1 - branches}


def _product_and_first_q(q, sigma_w, branches):
    """q stays what it was, in both."""
    return {"forward": q, "backward": _growth(q, sigma_w, 1)["backward"] ** branches}


def _never_updated(q, sigma_w, branches):
    one = _growth(q, sigma_w, 1)
    return {"forward": one["forward"], "backward": one["backward"] ** branches}


def _forward_kept(q, sigma_w, branches):
    return {**_growth(q, sigma_w, branches), "forward": q}


def _exchanged(q, sigma_w, branches):
    found = _growth(q, sigma_w, branches)
    return {"forward": found["backward"], "backward": found["forward"]}


def _last_factor(q, sigma_w, branches):
    path = _growth(q, sigma_w, branches - 1) if branches > 1 else {"forward": q}
    return _growth(path["forward"], sigma_w, 1)


def _mean_first(f, q, power):
    return theory.gaussian_mean(f, q) ** power


def _at_root(f, q, power):
    return f(np.sqrt(q)) ** power


def _root_as_variance(f, q, power):
    return theory.gaussian_mean(lambda z: f(z) ** power, np.sqrt(q))


RESIDUAL = Question(
    "7.4",
    2,
    "A way round",
    residual_growth,
    _residual_nets,
    (
        Mistake(
            "no-way-round",
            "the way round is missing in both: h + ... keeps q, and the error keeps 1",
            functools.partial(_growth, way_round=0, keep=0),
        ),
        Mistake("no-one-back", "backward, the 1 of the way round is missing", functools.partial(_growth, way_round=0)),
        Mistake(
            "no-q-forward",
            "forward, the q of the way round is missing: E[h^2] keeps what it was",
            functools.partial(_growth, keep=0),
        ),
        Mistake(
            "deviation",
            "sigma_w enters squared: it is a standard deviation",
            functools.partial(_growth, both=lambda s: s),
        ),
        Mistake("slope-not-squared", "tanh' enters squared: E[tanh'(z)^2]", functools.partial(_growth, power=1)),
        Mistake("q-frozen", "q changes from branch to branch: each factor belongs to the q before its branch", _frozen),
        Mistake("q-after", "each branch sees the q before it, not after", functools.partial(_growth, update="before")),
        Mistake(
            "q-not-updated",
            "q must grow from branch to branch: replace it after each, by q + sigma_w^2 E[tanh^2]",
            _never_updated,
            (_product_and_first_q,),
        ),
        Mistake(
            "forward-first-q",
            "forward, this is the q from before the first branch: q must grow from branch to branch",
            _forward_kept,
        ),
        Mistake("exchanged", "forward and backward are exchanged", _exchanged),
        Mistake(
            "added", "factors of one branch after the other multiply, they do not add", _summed, (_summed_from_one,)
        ),
        Mistake("last-factor", "backward, this is the last branch's factor alone: multiply those of all", _last_factor),
        Mistake(
            "one-branch",
            "this is the first branch alone: go through all branches",
            lambda q, s, branches: _growth(q, s, 1),
        ),
        Mistake(
            "mean-first",
            "square inside the mean: E[tanh^2] is not E[tanh]^2",
            functools.partial(_growth, mean=_mean_first),
        ),
        Mistake(
            "one-point",
            "a mean over h is asked, not the value at one h = sqrt(q)",
            functools.partial(_growth, mean=_at_root),
        ),
        Mistake(
            "root-of-q",
            "gaussian_mean takes the variance q, not the standard deviation",
            functools.partial(_growth, mean=_root_as_variance),
        ),
    ),
    advice=((r"not callable", "gaussian_mean needs a function of z: lambda z: np.tanh(z)**2"),),
)


# 7.5

NAMES = (
    "healthy", "equal weights", "two zero matrices", "weights too small", "weights too large", "step size too large",
    "dead ReLUs",
)  # fmt: skip
_SIGNS = {
    "healthy": "it starts with unlike neurons, layers that vary and are not flat, and ratios near 10^-2",
    "equal weights": "every layer has a single different neuron",
    "two zero matrices": "exactly two matrices have the ratio 0/0, nan, at every step",
    "weights too small": "varies falls steeply from layer to layer at the start",
    "weights too large": "most units are flat in all layers from the first row on",
    "step size too large": "it starts well, with a first update above a tenth of the weights",
    "dead ReLUs": "nearly all activations are flat, and deep layers do not vary at all",
}


@functools.cache
def _patients(seed):
    """Charts by seed: for each name two networks of other depths and widths."""
    rng, data = np.random.default_rng(seed), datasets.digits()
    data = data._replace(
        x_train=data.x_train[:600], y_train=data.y_train[:600], x_test=data.x_test[:250], y_test=data.y_test[:250]
    )
    found = []
    for k, name in enumerate(NAMES * 2):
        layers, width = int(rng.integers(3, 6)), int(rng.choice([16, 32, 48]))
        settings = {
            "two zero matrices": {"zero": (2, 3) if k < len(NAMES) else (2, layers + 1)},
            "healthy": {"lr": rng.uniform(0.05, 0.2), "sigma_w": rng.uniform(0.9, 1.2)},
            "weights too small": {"sigma_w": rng.uniform(0.15, 0.3)},
            "weights too large": {"sigma_w": rng.uniform(3.5, 5)},
            "step size too large": {"lr": rng.uniform(4, 8)},
        }.get(name, {})
        chart = clinic.admit(name, data, rng=rng, hidden_layers=layers, width=width, steps=200, every=20, **settings)
        found.append((name, chart))
    return tuple(found[k] for k in rng.permutation(len(found)))


def _charts(rng):
    """New copies of the charts, the same for the same state of rng."""
    for _, chart in _patients(int(rng.integers(2**31))):
        yield ({name: values.copy() for name, values in chart.items()},)


def _printable(text):
    """The beginning of a text, in characters that every console has."""
    return text.encode("ascii", "backslashreplace").decode()[:60]


def _wrong_names(calls):
    """Which name is wrong, and the sign that was missed; None if none is."""
    wrong = [(call.expected, call.value) for call in calls if call.value != call.expected]
    if not wrong:
        return None
    right, said = wrong[0]
    if said not in NAMES:
        return f'"{_printable(said)}" is not one of the names: {", ".join(NAMES)}'
    if {said for _, said in wrong} == {said} and len(wrong) == len(calls) - sum(r.expected == said for r in calls):
        return f'every patient is called "{said}"'
    fact = f'{len(wrong)} of {len(calls)} names wrong: "{right}" is called "{said}"'
    return f"{fact}; a sign of {right}: {_SIGNS[right]}"


DIAGNOSE = Question(
    "7.5",
    4,
    "The network clinic",
    diagnose,
    _charts,
    compare=_wrong_names,
    advice=(
        (r"^KeyError: '[a-z]", "the chart has step, loss, train, test, ratio, varies, flat and distinct"),
        (r"truth value of an array", "a row has a number for each layer: use .all(), .any() or .min()"),
        (
            r"^IndexError: index \d+ is out of bounds",
            "the patients have 3 to 5 hidden layers: count from the end, [-1]",
        ),
    ),
)

QUESTIONS = (STEPS_TO, STEP_SIZES, STRETCHING, RESIDUAL, DIAGNOSE)
