"""Convex polygons: a hidden unit for each side, and one AND over them.

The inside of a convex polygon is where all its half-planes meet; so a network of one hidden layer
can draw it, with the weights that ``half_planes`` gives.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mlpkit.datasets.dataset import Dataset, Floats, Seed, generator_from, real, shuffled, whole


def regular(corners: int, radius: float = 1.0) -> Floats:
    """The corners of a regular polygon about the origin, the first straight up, then leftwards.

    Args:
        corners: how many, at least 3.
        radius: from the middle to each corner, above 0.

    Returns:
        Shape (corners, 2).
    """
    corners = whole("corners", corners, 3)
    radius = real("radius", radius, 1e-9, 1e9)
    angle = 2.0 * np.pi * np.arange(corners) / corners
    return radius * np.column_stack([-np.sin(angle), np.cos(angle)])


def half_planes(corners: Any) -> tuple[Floats, Floats]:
    """The half-planes whose meeting is the polygon.

    Args:
        corners: shape (corners, 2), one after the other along the border, either way round.

    Returns:
        W of shape (corners, 2) and b of shape (corners,). W x + b is how far a point lies inside
        of each side, so it is in the polygon if all of them are at least 0.

    Raises:
        ValueError: fewer than three corners, or the polygon is not convex.
    """
    corners = np.asarray(corners, dtype=np.float64)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise ValueError(
            f"corners have the shape {corners.shape}; expected (corners, 2), at least three of "
            "them, for instance [[0, 0], [1, 0], [0, 1]]."
        )
    if not np.isfinite(corners).all():
        raise ValueError("corners hold a number that is not finite; expected real coordinates.")
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    if not lengths.all():
        raise ValueError(
            f"corner {int(np.argmin(lengths)) + 1} and the next are the same. Leave one out."
        )
    sides = sides / lengths[:, None]
    left_handed = _way_round(sides)
    # A quarter turn to the left of each side points inwards if the border runs to the left.
    W = np.column_stack([-sides[:, 1], sides[:, 0]]) * left_handed
    return W, -np.sum(W * corners, axis=1)


def _way_round(sides: Floats) -> float:
    """1 if the border always turns left, once round; -1 if right; an error if neither."""
    following = np.roll(sides, -1, axis=0)
    cross = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    turns = np.arctan2(cross, np.sum(sides * following, axis=1))
    way = float(np.sign(turns.sum()))
    # A star turns always the same way too, but more than once round.
    once_round = np.isclose(abs(turns.sum()), 2.0 * np.pi)
    if not once_round or np.any(turns * way < -1e-9) or np.any(np.abs(turns) > np.pi - 1e-9):
        raise ValueError(
            "the corners do not make a convex polygon: going along the border, it must always turn "
            "the same way, once round. Give them in order, or cut the polygon into convex ones."
        )
    return way


def inside(points: Any, corners: Any) -> np.ndarray:
    """Whether points lie in a convex polygon; its border belongs to it.

    Args:
        points: shape (points, 2).
        corners: as for ``half_planes``.

    Returns:
        Shape (points,), True or False.
    """
    W, b = half_planes(corners)
    return np.all(np.asarray(points, dtype=np.float64) @ W.T + b >= 0.0, axis=1)


def polygon(corners: Any, count: int = 200, noise: float = 0.0, seed: Seed = 0) -> Dataset:
    """Points in and around a convex polygon: class 1 inside, class 0 outside.

    Half of them lie inside, half outside of it in a box one and a half times its size.

    Args:
        corners: as for ``half_planes``.
        count: number of points, at least 2.
        noise: each point is moved, after its class was found, by up to noise times half the box.
        seed: a whole number or a generator.

    Returns:
        x of shape (count, 2), t of shape (count, 1).
    """
    W, b = half_planes(corners)
    count, noise = whole("count", count, 2), real("noise", noise, 0.0, 1.0)
    generator = generator_from(seed)
    border = np.asarray(corners, dtype=np.float64)
    middle = (border.max(axis=0) + border.min(axis=0)) / 2.0
    half = 0.75 * (border.max(axis=0) - border.min(axis=0))
    within = _evenly_inside(border, count - count // 2, generator)
    without: list[Floats] = []
    while len(without) < count // 2:
        box = middle + half * generator.uniform(-1.0, 1.0, (count, 2))
        without += list(box[~np.all(box @ W.T + b >= 0.0, axis=1)])
    points = np.array([*within, *without[: count // 2]])
    targets = (np.arange(count) < len(within)).astype(np.float64)[:, None]
    points = points + noise * half * generator.uniform(-1.0, 1.0, points.shape)
    return shuffled(Dataset(points, targets, ("x1", "x2"), ("inside",), {}), generator)


def _evenly_inside(corners: Floats, count: int, generator: np.random.Generator) -> Floats:
    """Points spread evenly over a convex polygon, by way of the triangles at its first corner."""
    first, second = corners[1:-1] - corners[0], corners[2:] - corners[0]
    areas = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
    triangle = generator.choice(len(areas), size=count, p=areas / areas.sum())
    u, v = generator.uniform(size=(2, count, 1))
    # Points beyond the triangle's third side are turned back into it.
    beyond = u + v > 1.0
    u, v = np.where(beyond, 1.0 - u, u), np.where(beyond, 1.0 - v, v)
    return corners[0] + u * first[triangle] + v * second[triangle]
