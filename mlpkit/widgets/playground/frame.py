"""What the page needs to draw an experiment."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from mlpkit.activations import softmax
from mlpkit.network import Network, forward
from mlpkit.widgets.playground.experiment import Experiment
from mlpkit.widgets.playground.features import FEATURES, features_of
from mlpkit.widgets.playground.points import PLANE, Points
from mlpkit.widgets.playground.settings import CHOICES, Settings, outputs_for

GRID = 50
COLUMNS = 300  # of the curves
NOT_A_NUMBER = 255
ENDS = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0)}
"""The values at both ends of the colours of a unit, where they are not -1 and 1."""


def grid() -> np.ndarray:
    """The points of a map: row by row, the lowest x2 first; shape (GRID * GRID, 2)."""
    side = np.linspace(-PLANE, PLANE, GRID)
    across, up = np.meshgrid(side, side)
    return np.stack([across.ravel(), up.ravel()], axis=1)


_FEATURES_OF_GRID = {
    name: features_of(grid(), [name]).astype(np.float32)[:, 0] for name in FEATURES
}


def maps(experiment: Experiment) -> np.ndarray:
    """What each unit says at each point of the grid, from the first hidden layer to the outputs.

    Returns:
        Shape (units, GRID * GRID): see ``as_bytes``.
    """
    settings, network = experiment.now.settings, experiment.network
    inputs = np.stack([_FEATURES_OF_GRID[name] for name in settings.features], axis=1)
    with np.errstate(all="ignore"):
        trace = forward(network.with_parameters(network.parameters.astype(np.float32)), inputs)
        layers = list(trace.a)
        if settings.output == "softmax":
            layers[-1] = softmax(trace.z[-1], settings.temperature)
    ends = [ENDS.get(activation.name, (-1.0, 1.0)) for activation in network.activations]
    if not experiment.now.points.classes:
        ends[-1] = experiment.now.points.heights
    return np.concatenate([as_bytes(a.T, *low_high) for a, low_high in zip(layers, ends)])


def as_bytes(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Values as bytes: 0 for the low end, 254 for the high one, NOT_A_NUMBER for NaN."""
    scaled = (values - low) * (254 / (high - low))
    np.clip(scaled + 0.5, 0, 254, out=scaled)
    missing = np.isnan(scaled)
    if missing.any():
        scaled[missing] = NOT_A_NUMBER
    return scaled.astype(np.uint8)


def feature_maps() -> bytes:
    """The map of each feature, each scaled by its own largest value."""
    planes = np.stack([_FEATURES_OF_GRID[name] for name in FEATURES])
    size = np.abs(planes).max(axis=1, keepdims=True)
    return as_bytes(planes / size, -1.0, 1.0).tobytes()


def norms(network: Network, gradient: np.ndarray) -> list[float | None]:
    """The length of the gradient by the parameters of each layer."""
    parts = network.with_parameters(gradient).layers
    with np.errstate(all="ignore"):
        return [finite(math.sqrt(float((W * W).sum() + (b * b).sum()))) for W, b, _ in parts]


def finite(number: float) -> float | None:
    """The number, or None if it is not finite, for which JSON has no word."""
    return number if math.isfinite(number) else None


def frame(experiment: Experiment) -> tuple[dict[str, Any], list[bytes]]:
    """The header and the buffers of a frame."""
    now, network, gradient = experiment.now, experiment.network, experiment.gradient()
    header = {
        "epoch": now.training.epochs,
        "seen": now.seen,
        "examples": len(now.learned.x),
        "train": finite(now.losses[0]),
        "test": finite(now.losses[1]),
        "sizes": list(network.sizes),
        "features": list(now.settings.features),
        "output": now.settings.output,
        "norms": norms(network, gradient),
        "problem": experiment.problem,
        "can_undo": experiment.can_undo,
        "example": now.example,
    }
    numbers = (network.parameters, gradient, now.history.thinned(COLUMNS).T)
    with np.errstate(all="ignore"):
        rounded = [part.astype(np.float32).tobytes() for part in numbers]
    return header, [maps(experiment).tobytes(), *rounded]


def settings_for_the_page(settings: Settings) -> dict[str, Any]:
    """The settings by name, without tuples, which JSON does not have."""
    values = asdict(settings)
    return {n: list(value) if isinstance(value, tuple) else value for n, value in values.items()}


def choices_for_the_page(points: Points, has_own: bool) -> dict[str, Any]:
    """What each setting can be now, with its label."""
    fitting: dict[str, Any] = {name: choice.values for name, choice in CHOICES.items()}
    fitting["output"] = outputs_for(points.classes)
    fitting["data"] = [name for name in fitting["data"] if has_own or name != "own"]
    return {name: choice.for_the_page(fitting[name]) for name, choice in CHOICES.items()}


def points_for_the_page(points: Points) -> dict[str, Any]:
    """The points, heights scaled to within 1 of 0."""
    labels = points.labels
    if not points.classes:
        low, high = points.heights
        labels = (2 * labels - low - high) / (high - low)
    return {
        "x": points.x.astype(np.float32).tobytes(),
        "label": labels.astype(np.float32).tobytes(),
        "test": points.test.astype(np.uint8).tobytes(),
        "classes": points.classes,
        "names": list(points.names),
        "ranges": [list(ends) for ends in points.ranges],
    }
