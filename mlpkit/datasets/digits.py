"""Handwritten digits of 8 x 8 pixels, which come with scikit-learn.

They are the 1,797 test pictures of "Optical Recognition of Handwritten Digits" (E. Alpaydin and
C. Kaynak, UCI Machine Learning Repository, 1998), by 13 people. Who wrote which was not kept, so
they cannot be divided by person: a test on them is a little too kind.
"""

from __future__ import annotations

import importlib

import numpy as np

from mlpkit.datasets.dataset import Dataset, one_of

SHAPE = (8, 8)
"""Rows and columns of a picture."""


def load(*, low: float = 0.0, high: float = 1.0) -> Dataset:
    """All of the digits.

    Args:
        low, high: the two values of a target.

    Returns:
        x of shape (1797, 64): grey values row by row, from 0 for paper to 1 for ink, in steps of
        1/16. t of shape (1797, 10): ``high`` for the right digit. ``about["digit"]`` has the digit
        itself, 0 to 9.

    Raises:
        ModuleNotFoundError: scikit-learn is not installed.
    """
    try:
        bundle = importlib.import_module("sklearn.datasets").load_digits()
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "the digits come with scikit-learn, which is not installed (or is damaged: "
            f"{error}). Install it with: python -m pip install scikit-learn",
            name=error.name,
        ) from error
    digit = np.asarray(bundle.target, dtype=np.int64)
    x = np.asarray(bundle.data, dtype=np.float64) / 16.0
    inputs = tuple(f"pixel {row}, {column}" for row in range(8) for column in range(8))
    outputs = tuple(map(str, range(10)))
    return Dataset(
        x, one_of(digit, range(10), low=low, high=high), inputs, outputs, {"digit": digit}
    )
