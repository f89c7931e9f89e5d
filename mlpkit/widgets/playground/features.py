"""What a network is shown of a point in the plane: its coordinates, and functions of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

FEATURES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1^2": lambda x1, x2: x1 * x1,
    "x2^2": lambda x1, x2: x2 * x2,
    "x1*x2": lambda x1, x2: x1 * x2,
    "sin(x1)": lambda x1, x2: np.sin(x1),
    "sin(x2)": lambda x1, x2: np.sin(x2),
}
"""By name, functions of both coordinates, each of any one shape."""


def features_of(points: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The features of points: shape (points, 2) in, (points, features) out."""
    return np.stack([FEATURES[name](points[:, 0], points[:, 1]) for name in names], axis=1)
