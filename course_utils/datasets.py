"""The data of the course: 1797 real handwritten digits, 8 x 8 pixels, shipped with the package."""

import hashlib
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np

DIGITS = Path(__file__).parent / "data" / "digits.npz"
DIGITS_SHA256 = "ca8cc41ea1f1036a9457bcdf38fd15a56098947e2457bb5f4c5e8205d99facea"


class Digits(NamedTuple):
    """Standardised digits: x (n, 64) and labels y (n,) for training and testing, and how the pixels were scaled."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    pixel_mean: np.ndarray  # of the raw pixels 0..16 over the training set, shape (64,)
    pixel_scale: float  # one scale for all pixels: x = (pixels - pixel_mean) / pixel_scale


def raw_digits():
    """The shipped file as it is: "images" (1797, 8, 8) of 0..16, "labels" (1797,), "test" (1797,) True for 500."""
    restore = "restore it with `git checkout -- course_utils/data/digits.npz`, or install the package again."
    try:
        content = DIGITS.read_bytes()
    except OSError as error:
        raise FileNotFoundError(f"The digits file {DIGITS} cannot be read ({error.strerror}): {restore}") from None
    if hashlib.sha256(content).hexdigest() != DIGITS_SHA256:
        raise ValueError(f"The digits file {DIGITS} is damaged: {restore}")
    with np.load(io.BytesIO(content)) as arrays:
        return dict(arrays)


def digits():
    """The digits, 1297 for training and 500 (50 of each) for testing: always the same split.

    Every pixel is centred, then all are divided by one scale, so that the inputs have mean square 1 over the training
    set. One scale, not one for each pixel: some pixels are inked in a single image, and dividing by their own tiny
    standard deviation would make that image an outlier of 36.
    """
    raw = raw_digits()
    pixels, labels, test = raw["images"].reshape(-1, 64).astype(float), raw["labels"].astype(int), raw["test"]
    mean = pixels[~test].mean(axis=0)
    scale = float(np.sqrt(pixels[~test].var(axis=0).mean()))
    x = (pixels - mean) / scale
    return Digits(x[~test], labels[~test], x[test], labels[test], mean, scale)
