"""ALVINN: from the picture of a road ahead to the direction in which to steer.

After D. A. Pomerleau, "Efficient training of artificial neural networks for autonomous navigation",
Neural Computation 3 (1991), 88-97: a network of 30 x 32 inputs and 30 outputs that steered a van.
Here the van drives in the small world of ``road_world``::

    data = roads.generate(seed=1)                     # pictures, and how to steer
    state = roads.start(roads.winding_road(seed=2))
    picture = roads.picture(state)                    # shape (30, 32)
    state = roads.step(state, roads.true_steering(state))
    journey = roads.drive(roads.true_steering, state, steps=500)

What goes to the right is above 0; lengths are in metres, angles in radians, steering in 1 / metre.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mlpkit.datasets.dataset import Dataset, Floats, Seed, generator_from, real, whole
from mlpkit.datasets.road_world import (
    HALF_WIDTH,
    SHAPE,
    SHARPEST,
    Journey,
    Policy,
    Road,
    State,
    drive,
    on_road,
    picture,
    start,
    step,
    true_steering,
    winding_road,
)

__all__ = [
    "DIRECTIONS",
    "HALF_WIDTH",
    "SHAPE",
    "SHARPEST",
    "UNITS",
    "Journey",
    "Policy",
    "Road",
    "State",
    "drive",
    "generate",
    "hill",
    "on_road",
    "picture",
    "start",
    "steering_of",
    "step",
    "true_steering",
    "winding_road",
]

UNITS = 30
"""Outputs: the first stands for the sharpest turn to the left, the last to the right."""

DIRECTIONS = np.linspace(-SHARPEST, SHARPEST, UNITS)
"""The steering that each output stands for."""

_INPUTS = tuple(f"pixel {row}, {column}" for row in range(SHAPE[0]) for column in range(SHAPE[1]))
_OUTPUTS = tuple(f"{direction:+.3f}" for direction in DIRECTIONS)


def hill(steering: Any) -> Floats:
    """The targets for a steering: exp(-d ** 2 / 10), d being how many outputs away it lies.

    A hill rather than a single 1 lets outputs learn from their neighbours' examples, and its top
    may lie between two of them (Pomerleau 1991).

    Args:
        steering: curvature, any shape; cut off at SHARPEST.

    Returns:
        That shape with one more axis, of 30; from 0 to 1.
    """
    steering = np.clip(np.asarray(steering, dtype=np.float64), -SHARPEST, SHARPEST)
    unit = (steering + SHARPEST) / (2.0 * SHARPEST) * (UNITS - 1)
    away = np.arange(UNITS) - unit[..., None]
    return np.exp(-(away**2) / 10.0)


def steering_of(outputs: Any) -> Any:
    """The steering that 30 outputs stand for: the centre of mass of the hill about the highest.

    Args:
        outputs: shape (..., 30).

    Returns:
        Curvature, of that shape without its last axis.

    Raises:
        ValueError: there are not 30 outputs.
    """
    outputs = np.asarray(outputs, dtype=np.float64)
    if outputs.ndim < 1 or outputs.shape[-1] != UNITS:
        raise ValueError(f"outputs have the shape {outputs.shape}; expected (..., {UNITS}).")
    top = outputs.argmax(axis=-1)[..., None]
    # As far on one side as on the other, even where the hill is cut off by an end.
    reach = np.minimum(4, np.minimum(top, UNITS - 1 - top))
    near = np.abs(np.arange(UNITS) - top) <= reach
    mass = np.where(near, np.maximum(outputs, 0.0), 0.0) + 1e-12 * near
    return np.sum(mass * DIRECTIONS, axis=-1) / np.sum(mass, axis=-1)


def generate(
    places: int = 60, views: int = 5, *, road_count: int = 3, noise: float = 0.02, seed: Seed = 0
) -> Dataset:
    """Pictures from a car that is driven well, and from where it would be if it were not.

    Someone who drives well never shows how to come back to the middle. So at each place the car is
    also put to the side and turned, and the steering that would bring it back is worked out
    (Pomerleau 1991 shifted and rotated camera pictures in the same way; we can draw new ones).

    A network learns far better if the mean of all pixels is taken away from them first: numbers
    that are all above 0 push all weights of a hidden unit the same way.

    Args:
        places: how many on each road, a few metres apart.
        views: how many pictures at each place; the first is that of the good driver.
        road_count: how many roads.
        noise: standard deviation of each pixel, from 0 to 1.
        seed: a whole number or a generator.

    Returns:
        x of shape (road_count * places * views, 960), the pixels row by row, from 0 for black to 1
        for white. t of shape (..., 30), the hill of the right steering. ``about`` has "road" and
        "place", by which to divide, and "offset" (m), "heading" (radians) and "steering" (1/m).

    Raises:
        ValueError: an argument is out of its range.
    """
    places, views = whole("places", places, 1), whole("views", views, 1)
    road_count = whole("road_count", road_count, 1)
    noise = real("noise", noise, 0.0, 1.0)
    states, names = [], []
    pictures = []
    for number, own in enumerate(generator_from(seed).spawn(road_count), start=1):
        for place, state in enumerate(_views(places, views, own)):
            states.append(state)
            names.append((f"road {number}", f"road {number}, place {place // views + 1}"))
            seen = picture(state) + noise * own.normal(size=SHAPE)
            pictures.append(np.clip(seen, 0.0, 1.0).reshape(-1))
    steering = np.array([true_steering(state) for state in states])
    about = {
        "road": np.array([road for road, _ in names]),
        "place": np.array([place for _, place in names]),
        "offset": np.array([state.offset for state in states]),
        "heading": np.array([state.heading for state in states]),
        "steering": steering,
    }
    return Dataset(np.array(pictures), hill(steering), _INPUTS, _OUTPUTS, about)


def _views(places: int, views: int, generator: np.random.Generator) -> list[State]:
    """States along a road: where a good driver is, and after each the shifted and turned ones."""
    state = start(winding_road(seed=generator))
    shown = []
    for _ in range(places):
        for _ in range(int(generator.integers(5, 15))):
            state = step(state, true_steering(state))
        shown.append(state)
        for _ in range(views - 1):
            offset = generator.uniform(-0.8, 0.8) * HALF_WIDTH
            heading = state.heading + generator.uniform(-0.2, 0.2)
            shown.append(state._replace(offset=offset, heading=heading))
    return shown
