"""The questions of exercise 08, right zeros."""

from functools import partial

import numpy as np

from course_utils.checks.core import Mistake, Question
from course_utils.checks.values import different


def slope_for(sigma_w):
    """The slope `a` with which PyTorch's kaiming_uniform_ draws weights of this scale."""
    return np.sqrt(2 / sigma_w**2 - 1)


def lora_gradients(x, delta, A, B, alpha):
    """The gradients of A and B in a layer z = x (W0 + alpha/r B A)^T + b."""
    scale, G = alpha / len(A), delta.T @ x
    return {"A": scale * B.T @ G, "B": scale * G @ A.T}


def tagging_bias(targets):
    """The output bias of several yes-or-no questions at which the first loss is smallest."""
    share = targets.mean(axis=0)
    return np.log(share / (1 - share))


def weighted_start(labels, weights):
    """The best first output bias under a class-weighted cross-entropy, and its loss."""
    share = weights * np.bincount(labels, minlength=len(weights))
    share = share / share.sum()
    return {"b": np.log(share), "loss": -(share * np.log(share)).sum()}


def forget_bias(T, share):
    """The bias of a forget gate that keeps this share of the memory over T steps."""
    f = share ** (1 / T)
    return np.log(f / (1 - f))


def waking_times(wires):
    """The first step at which each wire's matrix has a gradient, None for never and for fixed wires."""
    zero, steps = {i for i, (_, _, kind) in enumerate(wires) if kind == "zero"}, [None] * len(wires)
    for step in range(len(wires)):
        awake = _awake(wires, zero)
        steps = [step if i in awake and old is None else old for i, old in enumerate(steps)]
        zero -= awake
    return steps


# 8.1


def _scales(rng):
    return [(rng.uniform(0.2, 0.9, size=3),), (rng.uniform(1, 1.4, size=(2, 3)),), (np.float64(0.5),)]


SLOPE = Question(
    "8.1",
    1,
    "What a framework's argument does",
    slope_for,
    _scales,
    (
        Mistake(
            "not-squared",
            "the gain is sigma_w, a standard deviation: its square is 2 / (1 + a^2)",
            lambda s: np.sqrt(2 / s - 1),
        ),
        Mistake("no-root", "this is a^2: take the root", lambda s: 2 / s**2 - 1),
        Mistake(
            "one-not-subtracted", "the 1 of 1 + a^2 must be subtracted from 2 / sigma_w^2", lambda s: np.sqrt(2 / s**2)
        ),
        Mistake("one-added", "the 1 of 1 + a^2 must be subtracted, not added", lambda s: np.sqrt(2 / s**2 + 1)),
        Mistake(
            "bound",
            "sqrt(3) gain / sqrt(n_in) is the bound: the standard deviation is gain / sqrt(n_in)",
            lambda s: np.sqrt(6 / s**2 - 1),
        ),
        Mistake("gain-of-a", "this is the gain of a = sigma_w: solve for a", lambda s: np.sqrt(2 / (1 + s**2))),
        Mistake("no-two", "the 2 of the gain, sqrt(2 / (1 + a^2)), is missing", lambda s: np.sqrt(1 / s**2 - 1)),
    ),
)


# 8.2


def _adapters(rng):
    for n, n_in, n_out, r, zero in [(3, 3, 3, 3, ""), (5, 4, 3, 2, ""), (4, 3, 5, 2, "B"), (2, 5, 4, 3, "A")]:
        A, B = rng.normal(size=(r, n_in)) * (zero != "A"), rng.normal(size=(n_out, r)) * (zero != "B")
        yield rng.normal(size=(n, n_in)), rng.normal(size=(n, n_out)), A, B, float(rng.uniform(5, 9))


def _lora(scale=lambda alpha, r: alpha / r, A=lambda A, B, G: B.T @ G, B=lambda A, B, G: G @ A.T, G=None):
    """A wrong answer with another scale, another gradient of A or B, or another gradient of the product."""

    def function(x, delta, A_, B_, alpha):
        g, s = (G or (lambda x, delta: delta.T @ x))(x, delta), scale(alpha, len(A_))
        return {"A": s * A(A_, B_, g), "B": s * B(A_, B_, g)}

    return function


LORA = Question(
    "8.2",
    2,
    "What moves first in LoRA",
    lora_gradients,
    _adapters,
    (
        Mistake("no-scale", "the scale alpha / r belongs to both gradients, as to B A", _lora(lambda alpha, r: 1)),
        Mistake("not-by-r", "alpha is divided by r, the number of rows of A", _lora(lambda alpha, r: alpha)),
        Mistake(
            "r-of-b",
            "r is the number of rows of A, not of B",
            lambda x, delta, A, B, alpha: lora_gradients(x, delta, A, B, alpha * len(A) / len(B)),
        ),
        Mistake("scale-upside-down", "the scale is upside down: it is alpha / r", _lora(lambda alpha, r: r / alpha)),
        Mistake("scale-root", "the scale is alpha / r, without a root", _lora(lambda alpha, r: alpha / np.sqrt(r))),
        Mistake(
            "scale-squared", "the scale alpha / r comes in once, not squared", _lora(lambda alpha, r: (alpha / r) ** 2)
        ),
        Mistake(
            "mean-again",
            "delta has the mean over the batch in it: sum, do not divide again",
            _lora(G=lambda x, d: d.T @ x / len(x)),
        ),
        Mistake(
            "a-zero",
            "A's gradient needs B on its way back: B^T G, which is zero only where B is zero",
            _lora(A=lambda A, B, G: 0 * A),
        ),
        Mistake(
            "b-zero", "B's gradient needs A: G A^T, which is zero only where A is zero", _lora(B=lambda A, B, G: 0 * B)
        ),
        Mistake("b-not-turned", "B's transpose is missing: the gradient of A is B^T G", _lora(A=lambda A, B, G: B @ G)),
        Mistake("a-not-turned", "A's transpose is missing: the gradient of B is G A^T", _lora(B=lambda A, B, G: G @ A)),
        Mistake(
            "both-not-turned",
            "both transposes are missing: B^T G and G A^T",
            _lora(A=lambda A, B, G: B @ G, B=lambda A, B, G: G @ A),
        ),
        Mistake(
            "exchanged",
            "the two gradients are exchanged: A, below B, gets B^T G",
            _lora(A=lambda A, B, G: G @ A.T, B=lambda A, B, G: B.T @ G),
        ),
        Mistake(
            "product-turned",
            "the gradient of the product is delta^T x, of shape (n_out, n_in)",
            _lora(G=lambda x, d: x.T @ d),
        ),
        Mistake(
            "one-after-the-other",
            "B must be as it was when the gradient of A is taken: both come from the same moment",
            lambda x, delta, A, B, alpha: {
                "B": (G := alpha / len(A) * delta.T @ x) @ A.T,
                "A": (B - G @ A.T).T @ G,
            },
        ),
    ),
    advice=(
        (
            r"^ValueError: matmul",
            "shapes: delta^T x is (n_out, n_in), A is (r, n_in), B is (n_out, r)",
        ),
    ),
)


# 8.3


def _tags(rng):
    for n, classes in [(4, 4), (20, 3), (30, 5)]:
        targets = (rng.random((n, classes)) < rng.uniform(0.1, 0.7, size=classes)).astype(float)
        targets[0], targets[1] = 1, 0  # every answer occurs
        yield (rng.permutation(targets),)


def _from_share(function):
    """A wrong answer from another function of the shares."""
    return lambda targets: function(targets.mean(axis=0))


TAGGING = Question(
    "8.3",
    2,
    "Several questions at once",
    tagging_bias,
    _tags,
    (
        Mistake(
            "softmax",
            "log of the share is for a softmax: a sigmoid needs log(share / (1 - share))",
            _from_share(np.log),
        ),
        Mistake(
            "shares-of-all",
            "the shares of all questions do not sum to 1 here: each has its own yes and no",
            lambda targets: np.log(targets.sum(axis=0) / targets.sum()),
            (lambda t: np.log((q := t.sum(axis=0) / t.sum()) / (1 - q)),),
        ),
        Mistake(
            "sign", "the sign is flipped: a rare yes needs a negative bias", _from_share(lambda p: np.log((1 - p) / p))
        ),
        Mistake(
            "share",
            "this is the share: the bias goes through the sigmoid first, so invert it",
            _from_share(lambda p: p),
        ),
        Mistake("odds", "these are the odds: take their logarithm", _from_share(lambda p: p / (1 - p))),
        Mistake(
            "sigmoid",
            "the sigmoid of the share is not its inverse: solve sigmoid(b) = share for b",
            _from_share(lambda p: 1 / (1 + np.exp(-p))),
        ),
        Mistake(
            "one-share",
            "each column is a question of its own, with its own share",
            lambda t: np.full(t.shape[1], _logit(t.mean())),
        ),
        Mistake(
            "rows",
            "each column is a question, each row a sample: take the mean over axis 0",
            lambda t: _logit(t.mean(axis=1)),
        ),
        Mistake(
            "smoothed",
            "no smoothing: every question has both answers in the data",
            lambda t: np.log((t.sum(axis=0) + 1) / (len(t) - t.sum(axis=0) + 1)),
        ),
        Mistake(
            "one-percent",
            "0.01 is what detectors assume: here the data tell the shares",
            lambda t: np.full(t.shape[1], _logit(0.01)),
        ),
        Mistake("log2", "the natural logarithm is needed, not log2", _from_share(lambda p: np.log2(p / (1 - p)))),
        Mistake("zero", "zero answers every question with one half", lambda t: np.zeros(t.shape[1])),
    ),
)


def _logit(p):
    return np.log(p / (1 - p))


# 8.4


def _weighted(rng):
    for n, classes in [(20, 3), (30, 5), (12, 2)]:
        labels = np.concatenate([np.arange(classes), rng.integers(classes, size=n) // 2])
        yield rng.permutation(labels), rng.uniform(0.5, 4, size=classes)


def _up_to_a_constant(calls):
    """`different`, where a bias with the same number added to all entries is the same: softmax sees no other."""

    def centred(values):
        return {**values, "b": values["b"] - values["b"].mean()}

    return different([call._replace(value=centred(call.value), expected=centred(call.expected)) for call in calls])


def _start(share=None, b=np.log, loss=None):
    """A wrong answer from other shares (of counts and weights), another bias or another loss."""

    def function(labels, weights):
        counts = np.bincount(labels, minlength=len(weights))
        q = (share or np.multiply)(counts, weights)
        q = q / q.sum()
        return {"b": b(q), "loss": (loss or (lambda q, counts, weights: -(q * np.log(q)).sum()))(q, counts, weights)}

    return function


def _entropy(counts):
    p = counts / counts.sum()
    return -(p * np.log(p)).sum()


_unweighted_loss = "the bias is right, the loss is not: samples of class k weigh w_k in it, too"
_weights_first = "the weights are left out: they count as if class k had w_k times as many samples"

WEIGHTED = Question(
    "8.4",
    2,
    "With class weights",
    weighted_start,
    _weighted,
    (
        Mistake("no-weights", _weights_first, _start(lambda n, w: n)),
        Mistake(
            "bias-no-weights",
            "the bias leaves the weights out, the loss does not: the best q_k is the weighted share, w_k n_k / sum",
            _start(lambda n, w: n, loss=lambda q, n, w: _entropy(n * w)),
        ),
        Mistake(
            "bias-no-weights-cross",
            "the bias leaves the weights out: the best q_k is the weighted share, w_k n_k / sum",
            _start(lambda n, w: n, loss=lambda q, n, w: -(n * w * np.log(q)).sum() / (n * w).sum()),
        ),
        Mistake(
            "weights-divide", "a large weight makes a class count more, not less: multiply", _start(lambda n, w: n / w)
        ),
        Mistake("no-counts", "the numbers of samples are left out: q_k goes by w_k n_k", _start(lambda n, w: w)),
        Mistake("weights-squared", "the weights enter once, not squared", _start(lambda n, w: n * w**2)),
        Mistake(
            "loss-no-weights",
            _unweighted_loss,
            _start(loss=lambda q, n, w: -(n * np.log(q)).sum() / n.sum()),
            (_start(loss=lambda q, n, w: _entropy(n)),),
        ),
        Mistake(
            "loss-by-number",
            "the bias is right, the loss must be divided by the sum of the weights of all samples, not by their number",
            _start(loss=lambda q, n, w: -(n * w * np.log(q)).sum() / n.sum()),
        ),
        Mistake(
            "loss-not-divided",
            "the bias is right, the loss must be divided by the sum of the weights of all samples",
            _start(loss=lambda q, n, w: -(n * w * np.log(q)).sum()),
        ),
        Mistake(
            "loss-at-zero",
            "the bias is right, log K is the loss at bias zero",
            _start(loss=lambda q, n, w: np.log(len(w))),
        ),
        Mistake(
            "loss-zero",
            "the bias is right, the loss is an entropy, not zero: nobody can know each label from the shares",
            _start(loss=lambda q, n, w: 0.0),
        ),
        Mistake(
            "loss-sign",
            "the bias is right, the sign of the loss is flipped",
            _start(loss=lambda q, n, w: (q * np.log(q)).sum()),
        ),
        Mistake(
            "loss-over-classes",
            "the bias is right, the loss is the mean with the weighted shares, not over the classes",
            _start(loss=lambda q, n, w: -np.log(q).mean()),
        ),
        Mistake(
            "bias-share",
            "the loss is right, the bias is not: it goes through exp, so take the logarithm",
            _start(b=lambda q: q),
        ),
        Mistake(
            "bias-log-odds", "the loss is right, log odds are for a sigmoid: a softmax needs log q_k", _start(b=_logit)
        ),
        Mistake(
            "bias-zero",
            "the loss is right, the bias is not: zero is best for equal weighted shares only",
            _start(b=lambda q: 0 * q),
        ),
        Mistake("bias-sign", "the loss is right, the sign of the bias is flipped", _start(b=lambda q: -np.log(q))),
    ),
    _up_to_a_constant,
)


# 8.5


def _memories(rng):
    return [
        (np.array([2, 5, 20, 100]), 0.5),
        (np.array([[10, 40], [1, 1000]]), float(rng.uniform(0.2, 0.9))),
        (7, float(rng.uniform(0.05, 0.3))),
    ]


FORGET = Question(
    "8.5",
    2,
    "A memory of the right length",
    forget_bias,
    _memories,
    (
        Mistake(
            "log-t",
            "log(T - 1) is for a share of about 1/e: here f^T must be `share`",
            lambda T, share: np.log(np.maximum(np.asarray(T) - 1.0, 0)),
        ),
        Mistake(
            "share-of-one-step",
            "`share` is left after all T steps: one step keeps share^(1/T)",
            lambda T, share: _logit(share) + 0.0 * T,
        ),
        Mistake("t-missing", "T does not appear: one step keeps share^(1/T)", lambda T, share: _logit(share)),
        Mistake(
            "added",
            "the gates multiply, they do not add: one step keeps share^(1/T)",
            lambda T, share: _logit(share / T),
        ),
        Mistake(
            "linear",
            "the gates multiply: losing (1 - share)/T in each step is only nearly the same",
            lambda T, share: _logit(1 - (1 - share) / T),
        ),
        Mistake(
            "power",
            "the root is taken the wrong way: f^T = share, so f = share^(1/T)",
            lambda T, share: _logit(share**T),
        ),
        Mistake(
            "sign",
            "the sign is flipped: a gate that stays open needs a positive bias",
            lambda T, share: -forget_bias(T, share),
        ),
        Mistake(
            "gate", "this is the gate f: the bias is what the sigmoid turns into it", lambda T, share: share ** (1 / T)
        ),
        Mistake(
            "log",
            "the logarithm is not the inverse of the sigmoid: b = log(f / (1 - f))",
            lambda T, share: np.log(share) / T,
        ),
        Mistake(
            "odds",
            "these are the odds f / (1 - f): take their logarithm",
            lambda T, share: np.exp(forget_bias(T, share)),
        ),
        Mistake(
            "sigmoid",
            "the sigmoid of f is not its inverse: solve sigmoid(b) = f for b",
            lambda T, share: 1 / (1 + np.exp(-(share ** (1 / T)))),
        ),
        Mistake(
            "one-over-e",
            "exp(-1/T) keeps 1/e over T steps, not `share`",
            lambda T, share: _logit(np.exp(-1 / np.asarray(T))),
        ),
        Mistake(
            "one-over-e-nearly",
            "1 - 1/T keeps about 1/e over T steps, not `share`",
            lambda T, share: _logit((1 - 1 / np.asarray(T)) * share),
        ),
    ),
)


# 8.6


def _reach(wires, zero, back=False, through=("zero", "random", "fixed")):
    """The nodes that a signal reaches from the input or, going back, an error from the output."""
    found = {max(b for _, b, _ in wires)} if back else {0}
    for i in sorted(range(len(wires)), key=lambda i: -wires[i][1] if back else wires[i][0]):
        a, b, kind = wires[i]
        if i not in zero and kind in through and (b if back else a) in found:
            found.add(a if back else b)
    return found


def _awake(wires, zero, **options):
    """The trained wires at which a signal and an error arrive."""
    signal, error = _reach(wires, zero, **options), _reach(wires, zero, back=True, **options)
    return {i for i, (a, b, kind) in enumerate(wires) if kind != "fixed" and a in signal and b in error}


def _block(node, first, last):
    """A residual block from one node to the next but one: two matrices and the wire round them."""
    return [(node, node + 1, first), (node + 1, node + 2, last), (node, node + 2, "fixed")]


def _residual(kinds, W):
    """A matrix, residual blocks with these kinds of matrices, and an output matrix."""
    wires = [(0, 1, "random")]
    for k, kind in enumerate(kinds):
        wires += _block(1 + 2 * k, *kind)
    return [*wires, (1 + 2 * len(kinds), 2 + 2 * len(kinds), W)]


def _networks(rng):
    r, z, f = "random", "zero", "fixed"
    fixup = _residual([(r, z)] * 2, z)
    lists = [
        [(0, 1, r), (1, 2, r), (2, 3, z)],
        [(0, 1, r), (1, 2, z), (2, 3, r), (3, 4, z)],
        [(0, 1, r), (1, 2, z), (0, 2, f)],
        [(0, 1, z), (1, 2, z), (0, 2, f)],
        fixup,
        fixup[::-1],
        [(0, 1, f), (0, 2, z), (2, 3, f), (1, 3, f), (3, 4, r), (4, 5, z), (1, 5, f)],
        _residual([(z, z), (r, z), (z, r)], r),
        [(0, 1, z), (0, 1, r), (1, 2, z), (1, 3, z), (2, 3, z), (0, 3, z)],
        [(0, 1, z), (1, 2, z), (1, 4, z), (0, 2, r), (2, 3, z), (3, 4, r)],
    ]
    for n in (5, 25):  # one wakes after the other
        lists.append([(0, k, r) for k in range(1, n + 1)] + [(k, k + 1, z) for k in range(1, n + 1)])
    for wires in lists:
        yield ([wires[i] for i in rng.permutation(len(wires))] if len(wires) > 6 else wires,)
    yield (_residual([(r, z) if k % 3 else (z, z) for k in range(40)], z),)


def _wrong_times(calls):
    """Which waking times are wrong; None if none are."""
    for (wires,), value, expected in ((call.args.values(), call.value, call.expected) for call in calls):
        if len(value) != len(wires):
            return f"the list needs one entry for each wire: it has {len(value)} for {len(wires)}"
        if any(t is not None and not (isinstance(t, int | float) and 0 <= t < np.inf) for t in value):
            return "each entry must be a step 0, 1, 2, ..., or None, without quotes"
        wrong = [i for i, (a, b) in enumerate(zip(value, expected, strict=True)) if a != b]
        if wrong:
            some = f"wires {wires}" if len(wires) < 12 else f"{len(wires)} wires"
            return f"values wrong: given {some}, look again at wire {wrong[0]}, {wires[wrong[0]]}"
    return None


def _by_rounds(awake, rounds=None, first=0, shown=lambda kind: kind != "fixed"):
    """A wrong answer that goes on from a rule for one step, awake(wires, zero)."""

    def function(wires):
        zero, steps = {i for i, (_, _, kind) in enumerate(wires) if kind == "zero"}, [None] * len(wires)
        for step in range(rounds or len(wires)):
            now = awake(wires, zero)
            steps = [first + step if i in now and old is None else old for i, old in enumerate(steps)]
            zero = zero - now
        return [t if shown(kind) else None for t, (_, _, kind) in zip(steps, wires, strict=True)]

    return function


def _random_at_once(wires):
    """Random wires are taken to have a gradient at step 0."""
    return [0 if kind == "random" else t for t, (_, _, kind) in zip(waking_times(wires), wires, strict=True)]


def _one_sided(wires, zero, back):
    """The trained wires at which a signal arrives or, going back, an error."""
    nodes = _reach(wires, zero, back)
    return {i for i, (a, b, kind) in enumerate(wires) if kind != "fixed" and (b if back else a) in nodes}


def _in_one_go(wires):
    """All that ever wake, at step 0."""
    return [None if t is None else 0 for t in waking_times(wires)]


def _one_zero_at_most(wires):
    """The rule of the chain for any network."""
    zeros = [kind for _, _, kind in wires].count("zero")
    return waking_times(wires) if zeros < 2 else [None] * len(wires)


def _sizes_of_layers(wires, zero):
    """Zero wires are taken to block themselves, too."""
    return _awake(wires, zero) - zero


def _fixed_too(wires):
    """The fixed wires counted among the trained ones."""
    return waking_times([(a, b, "random" if kind == "fixed" else kind) for a, b, kind in wires])


def _as_listed(wires):
    """One sweep each way through the list as it stands."""
    steps, zero = [None] * len(wires), {i for i, (_, _, kind) in enumerate(wires) if kind == "zero"}
    for step in range(len(wires)):
        signal, error = {0}, {max(b for _, b, _ in wires)}
        for i, (a, b, _) in enumerate(wires):
            if a in signal and i not in zero:
                signal.add(b)
        for i, (a, b, _) in reversed(list(enumerate(wires))):
            if b in error and i not in zero:
                error.add(a)
        for i, (a, b, kind) in enumerate(wires):
            if kind != "fixed" and a in signal and b in error:
                steps[i] = step if steps[i] is None else steps[i]
                zero.discard(i)
    return steps


WAKING = Question(
    "8.6",
    3,
    "Draw the paths",
    waking_times,
    _networks,
    (
        Mistake(
            "signal-only",
            "an error must arrive as well as a signal: is the way to the output free?",
            _by_rounds(partial(_one_sided, back=False)),
        ),
        Mistake(
            "error-only",
            "a signal must arrive as well as an error: is the way from the input free?",
            _by_rounds(partial(_one_sided, back=True)),
        ),
        Mistake(
            "one-round",
            "the wires that have woken are no longer zero: go on from there to step 1, 2, ...",
            _by_rounds(_awake, rounds=1),
        ),
        Mistake(
            "three-rounds", "three rounds are not enough: go on as long as anything wakes", _by_rounds(_awake, rounds=3)
        ),
        Mistake(
            "two-rounds", "two rounds are not enough: go on as long as anything wakes", _by_rounds(_awake, rounds=2)
        ),
        Mistake(
            "random-at-once", "a random wire also waits, while zeros cut it off from input or output", _random_at_once
        ),
        Mistake(
            "all-at-once",
            "who wakes only after others needs their step first: one round of waking is one step",
            _in_one_go,
        ),
        Mistake(
            "chain-rule",
            "two zeros are stuck in a chain only: with a way round one of them several may wake",
            _one_zero_at_most,
        ),
        Mistake(
            "zero-blocks-itself",
            "a zero matrix does not block its own gradient: only the others on the path do",
            _by_rounds(_sizes_of_layers),
        ),
        Mistake("fixed-counted", "fixed wires are not trained: their entries are None", _fixed_too),
        Mistake(
            "fixed-ignored",
            "the fixed wires carry signals and errors, too: they are the ways round",
            _by_rounds(partial(_awake, through=("zero", "random"))),
        ),
        Mistake("from-one", "off by one: the first step is step 0", _by_rounds(_awake, first=1)),
        Mistake(
            "zeros-only",
            "the random matrices have gradients, too: give their steps",
            _by_rounds(_awake, shown=lambda kind: kind == "zero"),
        ),
        Mistake(
            "as-listed", "the wires come in any order: sort them, or sweep until nothing new is reached", _as_listed
        ),
    ),
    _wrong_times,
    advice=((r"^RecursionError", "there may be 2^40 paths: ask which nodes are reached, not along which paths"),),
)

QUESTIONS = (SLOPE, LORA, TAGGING, WEIGHTED, FORGET, WAKING)
