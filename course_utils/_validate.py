"""Checks of what a caller passed in: each either returns the value or says in one sentence what to change."""

import difflib
import numbers

import numpy as np


def shown(value):
    """`repr(value)` on one short line, for a message."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:79] + "…"


def generator(rng):
    """Return `rng` if it is a numpy Generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy Generator, got {shown(rng)}: pass rng=np.random.default_rng(0).")
    return rng


def whole(name, value, least=1):
    """Return `value` as an int if it is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be a whole number, got {shown(value)}.")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}.")
    return int(value)


def finite(name, value):
    """Return `value` as an array of numbers if it holds no nan and no infinity."""
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"{name} must hold numbers, got {type(value).__name__} of {array.dtype}.")
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        raise ValueError(f"{name} must be finite, got {bad} nan or infinite of {array.size} values: clean them first.")
    return array


def non_negative(name, value):
    """Return `value` as an array if it is finite and nowhere below zero."""
    array = finite(name, value)
    if array.dtype.kind == "c":
        raise TypeError(f"{name} must be real, got {shown(value)}.")
    if (array < 0).any():
        raise ValueError(f"{name} must not be negative, got {array.min()}.")
    return array


def number(name, value):
    """Return `value` as a float if it is one finite real number."""
    array = finite(name, value)
    if array.ndim or array.dtype.kind == "c":
        raise TypeError(f"{name} must be one real number, got {shown(value)}.")
    return float(array)


def below_one(name, value):
    """Return `value` as an array if it is nowhere below 0 and everywhere below 1."""
    array = non_negative(name, value)
    if (array >= 1).any():
        raise ValueError(f"{name} must be below 1, got {array.max()}.")
    return array


def per_network(name, value, networks):
    """Return `value` as a non-negative array if it is one number or fits the leading axes `networks`."""
    array = non_negative(name, value)
    fits = len(networks) >= array.ndim and all(
        given in (1, n) for given, n in zip(reversed(array.shape), reversed(networks), strict=False)
    )
    if not fits:
        raise ValueError(
            f"{name} has shape {array.shape}, but the networks have the leading axes {tuple(networks)}: "
            "give one number, or one for each network."
        )
    return array


def _nearest(value, table, elsewhere):
    """The name in the table that `value` most likely stands for, or None."""

    def plain(text):
        return text.lower().replace("_", "").replace(" ", "")

    names, wanted = {plain(name): name for name in table}, plain(value)
    for theirs, ours in elsewhere.items():
        wanted = wanted.replace(theirs, plain(ours))
    near = difflib.get_close_matches(wanted, names, n=1)
    return names[near[0]] if near else None


def one_of(name, value, table, elsewhere=None):
    """Return `table[value]`, or say which names there are.

    elsewhere: {part of a name that other libraries use: what it is called here}, for the hint
    """
    if isinstance(value, str) and value in table:
        return table[value]
    near = _nearest(value, table, elsewhere or {}) if isinstance(value, str) else None
    hint = f"did you mean {near!r}?" if near else f"choose one of {', '.join(map(repr, table))}."
    raise ValueError(f"{name} {shown(value)} is not known: {hint}")
