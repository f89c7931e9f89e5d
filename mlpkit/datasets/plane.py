"""Points in the plane, to be told apart or to be given a height.

Six of them are the data of the neural network playground (playground.tensorflow.org; its source is
src/dataset.ts of github.com/tensorflow/playground), with the same places, sizes and noise; the
playground's classes +1 and -1 are 1 and 0 here, and its exclusive or is turned into the usual one.

Rows come in a random order. ``noise`` goes from 0 to 1; the playground's slider ends at .5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mlpkit.datasets.dataset import (
    Dataset,
    Floats,
    Seed,
    generator_from,
    one_of,
    real,
    shuffled,
    whole,
)

POINT = ("x1", "x2")


def circles(count: int = 200, noise: float = 0.0, seed: Seed = 0) -> Dataset:
    """A disc of class 1, and around it a ring of class 0.

    Args:
        count: number of points, at least 2.
        noise: a point gets the class of a place that is up to noise * 5 away from it.
        seed: a whole number or a generator.

    Returns:
        x of shape (count, 2), within 5 of the origin; t of shape (count, 1).
    """
    count, noise, generator = _checked(count, noise, seed)
    inner = count - count // 2
    radii = generator.uniform(0.0, 2.5, inner), generator.uniform(3.5, 5.0, count // 2)
    points = _around(np.concatenate(radii), generator.uniform(0.0, 2.0 * np.pi, count))
    seen = _jittered(points, 5.0 * noise, generator)
    return _classes(points, np.hypot(seen[:, 0], seen[:, 1]) < 2.5, generator)


def exclusive_or(count: int = 200, noise: float = 0.0, seed: Seed = 0) -> Dataset:
    """Four quarters of the plane: class 1 where the two coordinates differ in sign.

    Args:
        count: number of points, at least 2.
        noise: a point gets the class of a place that is up to noise * 5 away from it.
        seed: a whole number or a generator.

    Returns:
        x of shape (count, 2), each coordinate between .3 and 5.3 in size; t of shape (count, 1).
    """
    count, noise, generator = _checked(count, noise, seed)
    points = generator.uniform(-5.0, 5.0, (count, 2))
    points += np.where(points > 0, 0.3, -0.3)
    seen = _jittered(points, 5.0 * noise, generator)
    return _classes(points, seen[:, 0] * seen[:, 1] < 0, generator)


def two_gaussians(count: int = 200, noise: float = 0.0, seed: Seed = 0) -> Dataset:
    """Two round clouds: class 1 about (2, 2), class 0 about (-2, -2).

    Args:
        count: number of points, at least 2.
        noise: the variance grows with it, from .5 at 0 to 4 at .5.
        seed: a whole number or a generator.

    Returns:
        x of shape (count, 2), t of shape (count, 1).
    """
    count, noise, generator = _checked(count, noise, seed)
    upper = np.arange(count) < count - count // 2
    centres = np.where(upper[:, None], 2.0, -2.0)
    points = centres + generator.normal(size=(count, 2)) * np.sqrt(0.5 + 7.0 * noise)
    return _classes(points, upper, generator)


def spirals(count: int = 200, noise: float = 0.0, seed: Seed = 0) -> Dataset:
    """Two spirals, each within the other, that wind one and three quarter times.

    Args:
        count: number of points, at least 2.
        noise: each coordinate is moved by up to so much.
        seed: a whole number or a generator.

    Returns:
        x of shape (count, 2), within 5 of the origin but for the noise; t of shape (count, 1).
    """
    count, noise, generator = _checked(count, noise, seed)
    first = count - count // 2
    along = np.concatenate([np.arange(first) / first, np.arange(count - first) / (count - first)])
    is_first = np.arange(count) < first
    angle = 2.0 * np.pi * 1.75 * along + np.where(is_first, 0.0, np.pi)
    points = _jittered(_around(5.0 * along, angle), noise, generator)
    return _classes(points, is_first, generator)


def sloping_plane(count: int = 200, noise: float = 0.0, seed: Seed = 0) -> Dataset:
    """For regression: the target is (x1 + x2) / 10.

    Args:
        count: number of points, at least 2.
        noise: a point gets the target of a place that is up to noise * 6 away from it.
        seed: a whole number or a generator.

    Returns:
        x of shape (count, 2) within -6 to 6; t of shape (count, 1), -1.2 to 1.2 without noise.
    """
    return _heights(lambda places: places.sum(axis=1) / 10.0, count, noise, seed)


def hills(count: int = 200, noise: float = 0.0, seed: Seed = 0) -> Dataset:
    """For regression: three hills and three hollows, which the playground calls multi-Gaussian.

    Each is a cone of radius 2 and of height 1 or depth -1. (The playground names them after
    Gaussians, but lets them fall in a straight line.)

    Args:
        count: number of points, at least 2.
        noise: a point gets the target of a place that is up to noise * 6 away from it.
        seed: a whole number or a generator.

    Returns:
        x of shape (count, 2) within -6 to 6; t of shape (count, 1), from -1 to 1.
    """
    tops = np.array([[-4, 2.5], [0, -2.5], [4, 2.5], [-4, -2.5], [0, 2.5], [4, -2.5]])
    signs = np.array([1.0, 1.0, 1.0, -1.0, -1.0, -1.0])

    def height(places: Floats) -> Floats:
        distance = np.linalg.norm(places[:, None] - tops, axis=2)
        # The cones do not overlap, so at most one of the six is not zero.
        return np.maximum(1.0 - distance / 2.0, 0.0) @ signs

    return _heights(height, count, noise, seed)


PLAYGROUND: dict[str, Callable[..., Dataset]] = {
    "circle": circles,
    "exclusive or": exclusive_or,
    "Gaussian": two_gaussians,
    "spiral": spirals,
    "plane": sloping_plane,
    "multi-Gaussian": hills,
}
"""The playground's six data sets by its own names: four to tell apart, two for regression."""


def gaussians(count: int, centres: Any, spread: float = 1.0, seed: Seed = 0) -> Dataset:
    """Round clouds of as many classes as there are centres, in a space of any dimension.

    Args:
        count: number of points, at least one for each class; classes are as even as can be.
        centres: shape (classes, inputs), at least two classes.
        spread: standard deviation in each direction, from 0 to 1,000,000.
        seed: a whole number or a generator.

    Returns:
        x of shape (count, inputs), t of shape (count, classes): 1 for the right class, 0 else.
    """
    places = np.asarray(centres, dtype=np.float64)
    if places.ndim != 2 or len(places) < 2 or not np.isfinite(places).all():
        raise ValueError(
            f"centres have the shape {places.shape}; expected (classes, inputs): a row of finite "
            "numbers for each of at least two classes, for instance [[0, 0], [3, 0], [0, 3]]."
        )
    count = whole("count", count, len(places))
    spread = real("spread", spread, 0.0, 1e6)
    generator = generator_from(seed)
    classes = np.arange(count) % len(places)
    points = places[classes] + spread * generator.normal(size=(count, places.shape[1]))
    inputs = tuple(f"x{number}" for number in range(1, places.shape[1] + 1))
    outputs = tuple(f"class {number}" for number in range(len(places)))
    targets = one_of(classes, range(len(places)))
    data = Dataset(points, targets, inputs, outputs, {"class": classes})
    return shuffled(data, generator)


def _checked(count: Any, noise: Any, seed: Seed) -> tuple[int, float, np.random.Generator]:
    return whole("count", count, 2), real("noise", noise, 0.0, 1.0), generator_from(seed)


def _around(radius: Floats, angle: Floats) -> Floats:
    return np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])


def _jittered(points: Floats, most: float, generator: np.random.Generator) -> Floats:
    return points + generator.uniform(-1.0, 1.0, points.shape) * most


def _classes(points: Floats, is_one: np.ndarray, generator: np.random.Generator) -> Dataset:
    targets = is_one.astype(np.float64)[:, None]
    return shuffled(Dataset(points, targets, POINT, ("class 1",), {}), generator)


def _heights(height: Callable[[Floats], Floats], count: int, noise: float, seed: Seed) -> Dataset:
    count, noise, generator = _checked(count, noise, seed)
    points = generator.uniform(-6.0, 6.0, (count, 2))
    targets = height(_jittered(points, 6.0 * noise, generator))[:, None]
    return Dataset(points, targets, POINT, ("height",), {})
