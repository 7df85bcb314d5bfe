"""The digits: always the same, scaled as said; a damaged or missing file is named, with how to restore it."""

import numpy as np
import properties
import pytest

from course_utils import datasets


@pytest.fixture(scope="module")
def digits():
    return datasets.digits()


def test_sizes_and_classes(digits):
    assert digits.x_train.shape == (1297, 64) and digits.y_train.shape == (1297,)
    assert digits.x_test.shape == (500, 64) and digits.y_test.shape == (500,)
    assert np.array_equal(np.bincount(digits.y_test), [50] * 10)
    assert np.array_equal(np.unique(digits.y_train), np.arange(10))
    assert digits.x_train.dtype == float and digits.y_train.dtype.kind == "i"


def test_training_pixels_are_centred_one_by_one_and_scaled_by_one_number(digits):
    assert np.abs(digits.x_train.mean(axis=0)).max() < 1e-14
    assert abs((digits.x_train**2).mean() - 1) < 1e-13
    assert np.abs(digits.x_train).max() < 5, "an outlier"
    assert abs((digits.x_test**2).mean() - 1) < 0.05


def test_every_image_is_there_once_and_comes_back_from_its_scaling(digits):
    raw = datasets.raw_digits()
    assert raw["images"].shape == (1797, 8, 8) and raw["images"].min() == 0 and raw["images"].max() == 16
    pixels = np.concatenate([digits.x_train, digits.x_test]) * digits.pixel_scale + digits.pixel_mean
    whole = np.rint(pixels)
    assert np.abs(pixels - whole).max() < 1e-12
    labelled = np.column_stack([whole, np.concatenate([digits.y_train, digits.y_test])])
    expected = np.column_stack([raw["images"].reshape(-1, 64), raw["labels"]]).astype(float)
    assert sorted(map(tuple, labelled)) == sorted(map(tuple, expected))


def test_two_calls_agree_and_share_nothing(digits):
    again = datasets.digits()
    for one, other in zip(digits, again, strict=True):
        assert np.array_equal(one, other)
    assert not np.shares_memory(digits.x_train, again.x_train)


def test_a_linear_classifier_learns_them(digits):
    """The labels belong to the images: nearest class mean gets nine in ten."""
    means = np.stack([digits.x_train[digits.y_train == c].mean(axis=0) for c in range(10)])
    nearest = ((digits.x_test[:, None] - means) ** 2).sum(axis=-1).argmin(axis=1)
    assert (nearest == digits.y_test).mean() > 0.87


def test_a_missing_file_is_named_with_how_to_restore_it(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "DIGITS", tmp_path / "digits.npz")
    with properties.says(
        FileNotFoundError, r"digits\.npz cannot be read .*git checkout -- course_utils/data/digits\.npz"
    ):
        datasets.digits()


@pytest.mark.parametrize(
    "damage", [lambda b: b"", lambda b: b[:-1], lambda b: b[:100] + b"?" + b[101:], lambda b: b"<html>"]
)
def test_a_damaged_file_is_named_with_how_to_restore_it(monkeypatch, tmp_path, damage):
    (tmp_path / "digits.npz").write_bytes(damage(datasets.DIGITS.read_bytes()))
    monkeypatch.setattr(datasets, "DIGITS", tmp_path / "digits.npz")
    with properties.says(ValueError, r"digits\.npz is damaged: restore it with `git checkout"):
        datasets.digits()
