"""Question 6.4."""

import math

import numpy as np

from course_utils.checks.core import Question, known

FLOAT32 = np.finfo(np.float32)


def layers_until_lost(rms, chi):
    """The smallest l at which rms * sqrt(chi)^l is out of the range of float32; its ends are still inside."""
    info = np.finfo(np.float32)  # here: such an object cannot be pickled with the function
    limit = float(info.max if chi > 1 else info.smallest_subnormal)
    return math.floor(math.log(limit / rms) / math.log(math.sqrt(chi))) + 1


def _errors(rng):
    for chi in (0.25, 1.5, 1 / 3, 0.81, 2.4, 0.9, 3.4, 1.05):
        yield float(10 ** rng.uniform(-4, 1)), float(chi * rng.uniform(0.97, 1.02))
    yield 2.0 ** int(rng.integers(4)), 0.25  # comes to rest on the smallest number itself, which is not yet below it


def _count(
    limits=(FLOAT32.smallest_subnormal, FLOAT32.max), root=True, start=None, whole=lambda x: math.floor(x) + 1, power=1
):
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


MISTAKES = known(
    "chi-not-root: chi is the factor of the squares: the rms itself changes by sqrt(chi) a layer",
    _count(root=False),
    "chi-squared: the wrong way round: the rms changes by sqrt(chi) a layer, not by chi^2",
    _count(root=False, power=2),
    "tiny: finfo.tiny is where float32 gets less precise: it reaches down to finfo.smallest_subnormal",
    _count((FLOAT32.tiny, FLOAT32.max)),
    _count((FLOAT32.tiny, 1 / FLOAT32.tiny)),
    "eps: finfo.eps is the distance of 1 from its neighbour, not the end of the range",
    _count((FLOAT32.eps, FLOAT32.max)),
    _count((FLOAT32.eps, 1 / FLOAT32.eps)),
    "float64: this is for float64: np.finfo(np.float32) is asked for",
    _count((FLOAT64.smallest_subnormal, FLOAT64.max)),
    "ceil: where the rms meets the limit exactly it is not yet below it: round down and add 1",
    _count(whole=math.ceil),
    "floor: one too few: after that many layers the rms is still inside, add 1 when you have rounded down",
    _count(whole=math.floor),
    "one-more: one too many: a layer earlier the rms is outside already",
    _count(whole=lambda x: math.floor(x) + 2),
    _count(whole=lambda x: math.ceil(x) + 1),
    "rounded: rounded to the nearest whole number: one that is too small leaves the rms inside, round down and add 1",
    _count(whole=round),
    "not-whole: a whole number of layers is asked for: round down and add 1",
    _count(whole=float),
    "from-one: it starts with rms, not with 1",
    _count(start=1.0),
    "float32-limit: finfo's limits are float32, and so is what you divide by: make the limit a float, float(...)",
    _in_float32,
    "float32-compared: compared in float32, where 0.8e-45 counts as 1.4e-45: make the limits floats, "
    "float(np.finfo(np.float32).smallest_subnormal)",
    _compared_in_float32,
    "one-end: for chi > 1 the rms leaves at the top, for chi < 1 at the bottom: both limits count",
    lambda rms, chi: layers_until_lost(rms, chi) if chi < 1 else 0,
    "underflow-only: for chi above 1 the rms grows: its limit is then finfo.max",
    _always_underflow,
    lambda *args: abs(_always_underflow(*args)),
)

ADVICE = {
    r"^OverflowError|math domain error|cannot convert float": _single,
}

QUESTION = Question("6.4", 2, "How deep is too deep?", layers_until_lost, _errors, MISTAKES, advice=ADVICE)
