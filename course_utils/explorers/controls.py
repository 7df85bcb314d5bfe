"""The controls of an explorer, which know their range and how they look, and numbers and formulas in words."""

import math
import re
from typing import NamedTuple

import numpy as np

from course_utils import _browser, _validate

SIGNS = {"sigma": "σ", "delta": "δ", "phi": "φ", "varphi": "φ", "chi": "χ", "cdot": "·", "times": "×", "top": "⊤"}
RAISED = str.maketrans("0123456789-T", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ")


class Number(NamedTuple):
    """A slider from `low` to `high`: of whole numbers if `step` is one."""

    label: str
    start: float
    low: float
    high: float
    step: float = 1

    @property
    def digits(self):
        """How many decimals are shown."""
        return len(f"{self.step:g}".partition(".")[2])

    def check(self, name, value):
        """Return the value on the slider's grid; ValueError if it is outside."""
        value = _validate.number(name, value)
        if not self.low <= value <= self.high:
            raise ValueError(f"{name} must be between {self.low:g} and {self.high:g}, got {value:g}.")
        value = round(self.low + round((value - self.low) / self.step) * self.step, self.digits)
        return value if self.digits else int(value)

    def text(self, value):
        """Return the value as the slider shows it."""
        return f"{value:.{self.digits}f}"

    def spec(self):
        """What a page has to know of the slider."""
        bounds = {"low": self.low, "high": self.high, "step": self.step, "digits": self.digits}
        # In a browser a picture takes longer than a finger needs for the next step: only where it stops is drawn.
        return {"label": self.label, **bounds, "eager": not _browser.HERE}


class Choice(NamedTuple):
    """A list of names, one of which is chosen; `texts` is how they are shown, if not as they are.

    only: the name of another list, and those of its options with which this one changes anything; else it is not shown.
    """

    label: str
    start: str
    options: tuple
    texts: tuple = ()
    only: tuple = ()

    def check(self, name, value):
        """Return the value; ValueError if it is not one of the options."""
        return _validate.one_of(name, value, {option: option for option in self.options})

    def text(self, value):
        """Return the value as the list shows it."""
        return dict(zip(self.options, self.texts)).get(value, value.replace("_", " "))

    def spec(self):
        """What a page has to know of the list."""
        spec = {"label": self.label, "options": list(self.options), "texts": [self.text(o) for o in self.options]}
        return spec | ({"only": self.only} if self.only else {})


def words(value, digits=2):
    """Write a number for a sentence: to `digits` digits, nan and infinity as what they are."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "minus infinity" if value < 0 else "infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return np.format_float_positional(value, digits, fractional=False, trim="-") if value else "0"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return rf"{mantissa}$\cdot10^{{{int(exponent)}}}$"


def plain(text):
    """Return a text whose mathematics stands between dollar signs as a terminal can show it: "$\\sigma_w$" is σ_w."""

    def one(found):
        formula = re.sub(r"\\([A-Za-z]+)", lambda name: SIGNS.get(name[1], name[1]), found[1])
        formula = re.sub(r"\^(?:\{([^{}]*)\}|(.))", lambda up: (up[1] or up[2]).translate(RAISED), formula)
        return formula.replace("'", "′").translate({ord("{"): None, ord("}"): None})

    return re.sub(r"\$([^$]*)\$", one, text)
