"""The controls of an explorer, which know their range and how they look, and numbers in words."""

import math
from typing import NamedTuple

import numpy as np

from course_utils import _browser, _validate


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

    def beside(self, value):
        """Return the values one and two steps below and above, as far as the slider goes."""
        near = (round(value + steps * self.step, self.digits) for steps in (-1, 1, -2, 2))
        return [n for n in near if self.low <= n <= self.high]

    def text(self, value):
        """Return the value as the slider shows it."""
        return f"{value:.{self.digits}f}"

    def widget(self, widgets, value):
        """Return the slider."""
        kind, form = (widgets.FloatSlider, f".{self.digits}f") if self.digits else (widgets.IntSlider, "d")
        bounds = {"min": self.low, "max": self.high, "step": self.step}
        # In a browser a picture takes longer than a finger needs for the next step: only where it stops is drawn.
        return kind(value, **bounds, readout_format=form, description=self.label, continuous_update=not _browser.HERE)


class Choice(NamedTuple):
    """A list of names, one of which is chosen."""

    label: str
    start: str
    options: tuple

    def check(self, name, value):
        """Return the value; ValueError if it is not one of the options."""
        return _validate.one_of(name, value, {option: option for option in self.options})

    def beside(self, value):
        """Return none: options have no order."""
        return []

    def text(self, value):
        """Return the value as the list shows it."""
        return value

    def widget(self, widgets, value):
        """Return the list."""
        return widgets.Dropdown(options=self.options, value=value, description=self.label)


def words(value, digits=2):
    """Write a number for a sentence: to `digits` digits, nan and infinity as what they are."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "minus infinity" if value < 0 else "infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return np.format_float_positional(value, digits, fractional=False, trim="-") if value else "0"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa}·10^{int(exponent)}"
