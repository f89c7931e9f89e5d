"""The points that the network learns from and is tested on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlpkit.datasets.plane import PLAYGROUND, gaussians
from mlpkit.widgets.playground.settings import Settings

PLANE = 6.0
"""The plane that is shown reaches from -PLANE to PLANE in both directions."""

HEIGHTS = ("plane", "multi-Gaussian")
MOST_CLASSES, MOST_HEIGHT = 8, 10.0
DRAWN_CLASSES = 4
NEAR = 0.5  # how far from a point it can still be erased


@dataclass(frozen=True, eq=False)
class Points:
    """Points in the plane that is shown.

    Attributes:
        x: shape (points, 2), within the plane.
        labels: class numbers from 0, or heights; floats, shape (points,).
        test: whether a point is only tested on, shape (points,).
        classes: how many there are; 0 for heights.
        names: the names of both coordinates.
        ranges: what the ends of the plane are in the reader's numbers, (low, high) for each.
        heights: the heights at the ends of the colours, (low, high).
    """

    x: np.ndarray
    labels: np.ndarray
    test: np.ndarray
    classes: int
    names: tuple[str, str] = ("x1", "x2")
    ranges: tuple[tuple[float, float], ...] = ((-PLANE, PLANE), (-PLANE, PLANE))
    heights: tuple[float, float] = (-1.0, 1.0)

    def targets(self, output: str) -> np.ndarray:
        """What the outputs should be, shape (points, outputs)."""
        if output == "softmax":
            return np.eye(self.classes)[self.labels.astype(int)]
        return (2 * self.labels - 1 if output == "tanh" else self.labels)[:, None]

    def on_the_plane(self, x: Any) -> np.ndarray:
        """Places in the reader's numbers, shape (places, 2), as they are on the plane.

        Raises:
            ValueError: they are not that.
        """
        places = _numbers("x", x)
        if places.ndim != 2 or places.shape[1] != 2:
            raise ValueError(f"x has the shape {places.shape}; expected (places, 2).")
        low, high = np.array(self.ranges).T
        return PLANE * (2 * places - low - high) / (high - low)

    def with_point(self, x: np.ndarray, label: int, train_part: int) -> Points:
        """One more point, which is trained or tested on so that the parts stay as they are."""
        count = len(self.x)
        is_training = (count + 1) * train_part // 100 > count * train_part // 100
        return replace(
            self,
            x=np.vstack([self.x, x]),
            labels=np.append(self.labels, float(label if self.classes else self.heights[label])),
            test=np.append(self.test, not is_training),
            classes=max(self.classes, label + 1) if self.classes else 0,
        )

    def without(self, keep: np.ndarray) -> Points:
        """Only some of the points; ``keep`` is True for those, shape (points,)."""
        return replace(self, x=self.x[keep], labels=self.labels[keep], test=self.test[keep])

    def nearest(self, x: np.ndarray) -> int:
        """The index of the point nearest to a place.

        Raises:
            ValueError: none is near.
        """
        distances = np.hypot(*(self.x - x).T)
        if not len(distances) or distances.min() > NEAR:
            raise ValueError(f"there is no point within {NEAR} of here to erase.")
        return int(distances.argmin())

    def split(self, train_part: int, seed: int) -> Points:
        """The same points, of which others are tested on."""
        count = len(self.x)
        test = np.ones(count, bool)
        order = np.random.default_rng(seed).permutation(count)
        test[order[: _training(count, train_part)]] = False
        return replace(self, test=test)


def points_for(settings: Settings, own: Points | None) -> Points:
    """The points that the settings ask for.

    Raises:
        ValueError: they ask for the reader's own, and there are none.
    """
    name, noise, seed = settings.data, settings.noise / 100, settings.data_seed
    if name == "own":
        if own is None:
            raise ValueError(
                "there are no data of your own. Draw a point, or make them part of it: "
                "Playground(x, t)."
            )
        return own.split(settings.train_part, seed)
    # As many as in TensorFlow's playground: heights need more of them to be seen.
    count = 1200 if name in HEIGHTS else 500
    if name == "three classes":
        data = gaussians(count, [[0, 3], [-2.6, -1.5], [2.6, -1.5]], 0.7 + 2.6 * noise, seed)
        labels, classes = data.about["class"].astype(float), 3
    else:
        data = PLAYGROUND[name](count, noise, seed)
        labels, classes = data.t[:, 0], 0 if name in HEIGHTS else 2
    test = np.arange(count) >= _training(count, settings.train_part)
    return Points(data.x, labels, test, classes)


def _training(count: int, train_part: int) -> int:
    """How many points are trained on: at least one, if there is any."""
    return max(min(1, count), round(count * train_part / 100))


def own_points(x: Any, t: Any) -> Points:
    """A reader's own data.

    Args:
        x: shape (examples, 2). Columns that leave the plane are scaled to within 5 of its middle.
        t: class numbers from 0 (whole numbers or booleans), -1 and 1, one-hot rows, or heights:
            shape (examples,), (examples, 1), or (examples, classes) if one-hot.

    Raises:
        ValueError: they are not that; the message says what came and what was expected.
    """
    names = _names(x)
    x = _numbers("x", x)
    if x.ndim != 2 or x.shape[1] != 2 or not len(x):
        raise ValueError(
            f"x has the shape {x.shape}; expected (examples, 2), two numbers for each example. "
            "Choose two columns, for instance x[:, [0, 3]]."
        )
    labels, classes = _labels(_numbers("t", t), np.asarray(t).dtype)
    if len(labels) != len(x):
        raise ValueError(
            f"x has {len(x)} examples and t has {len(labels)}; expected as many of each."
        )
    scaled, ranges = zip(*(_scaled(column) for column in x.T), strict=True)
    low, high = float(labels.min()), float(labels.max())
    heights = (-1.0, 1.0) if classes or -1 <= low <= high <= 1 else (low, max(high, low + 1))
    test = np.zeros(len(x), bool)
    return Points(np.stack(scaled, axis=1), labels, test, classes, names, ranges, heights)


def _names(x: Any) -> tuple[str, str]:
    """The names of the columns of a data frame."""
    columns = [str(column) for column in getattr(x, "columns", ())]
    return (columns[0], columns[1]) if len(columns) == 2 else ("x1", "x2")


def _numbers(name: str, values: Any) -> np.ndarray:
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} is {values!r:.60}; expected an array of numbers, all rows of one length."
        ) from None
    wrong = np.argwhere(~np.isfinite(array))
    if len(wrong):
        raise ValueError(
            f"row {wrong[0][0] if array.ndim else 0} of {name} holds a NaN or an infinity. "
            "Leave such rows out."
        )
    return array


def _labels(t: np.ndarray, dtype: np.dtype) -> tuple[np.ndarray, int]:
    """Class numbers and how many classes, or heights and 0."""
    if t.ndim == 2 and t.shape[1] == 1:
        t = t[:, 0]
    if t.ndim == 2 and np.isin(t, (0, 1)).all() and (t.sum(axis=1) == 1).all():
        return t.argmax(axis=1).astype(float), _checked_classes(t.shape[1])
    if t.ndim != 1 or not len(t):
        raise ValueError(
            f"t has the shape {t.shape}; expected (examples,), or one-hot rows of shape "
            "(examples, classes) with one 1 among zeros."
        )
    if np.isin(t, (-1, 1)).all():
        return (t + 1) / 2, 2
    if dtype.kind in "biu":
        if t.min() < 0:
            raise ValueError(
                f"t holds the class {t.min():g}; classes are numbered from 0. "
                "For regression give real numbers: t.astype(float)."
            )
        return t, _checked_classes(max(2, int(t.max()) + 1))
    if np.abs(t).max() > MOST_HEIGHT:
        raise ValueError(
            f"t reaches from {t.min():g} to {t.max():g}; expected heights within "
            f"{MOST_HEIGHT:g} of 0, for which the rates are made. Divide t by a number."
        )
    return t, 0


def _checked_classes(classes: int) -> int:
    if not 2 <= classes <= MOST_CLASSES:
        raise ValueError(
            f"t has {classes} classes; expected 2 to {MOST_CLASSES}. "
            "For regression give real numbers: t.astype(float)."
        )
    return classes


def _scaled(column: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """A column within the plane, and what the ends of the plane are in its own numbers."""
    if np.abs(column).max() <= PLANE:
        return column, (-PLANE, PLANE)
    low, high = float(column.min()), float(column.max())
    middle, unit = low / 2 + high / 2, (high / 2 - low / 2) / 5 or 1.0
    return (column - middle) / unit, (middle - PLANE * unit, middle + PLANE * unit)
