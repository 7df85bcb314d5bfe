"""Question 7.5."""

import functools

import numpy as np

from course_utils import clinic, datasets
from course_utils.checks.core import Question


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
    charts = []
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
        charts.append((name, chart))
    return tuple(charts[k] for k in rng.permutation(len(charts)))


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


ADVICE = {
    r"^KeyError: '[a-z]": "the chart has step, loss, train, test, ratio, varies, flat, neurons and distinct",
    r"truth value of an array": "a row has a number per layer: use .all(), .any(), .min()",
    r"^IndexError: index \d+ is out of bounds": "the patients have 3 to 5 hidden layers: count from the end, [-1]",
}

QUESTION = Question("7.5", 4, "The network clinic", diagnose, _charts, compare=_wrong_names, advice=ADVICE)
