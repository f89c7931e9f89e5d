"""Initial scales: the standard deviations of a layer's weights by Glorot's rule and by He's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake


def initial_scales(sizes):
    below, units = sizes[:-1], sizes[1:]
    return np.sqrt(2 / (below + units)), np.sqrt(2 / below)


def _drawn(rng: np.random.Generator, layers: int) -> tuple[Any, ...]:
    return (rng.permutation(np.arange(2.0, 40.0))[: layers + 1],)


def _one_layer(rng: np.random.Generator) -> tuple[Any, ...]:
    return _drawn(rng, 1)


def _several_layers(rng: np.random.Generator) -> tuple[Any, ...]:
    return _drawn(rng, int(rng.integers(2, 7)))


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Very wide and very narrow layers, a deep network of equal ones, and units alone."""
    cases = [
        rng.integers(500, 5000, size=4).astype(float),
        np.full(int(rng.integers(8, 25)), float(rng.integers(2, 90))),
        np.ones(4),
        np.array([1.0, 4000.0, 1.0, 3.0]),
    ]
    return (cases[rng.integers(len(cases))],)


def _example(title: str, *sizes: float) -> Example:
    return Example(title, (np.array(sizes, dtype=float),))


SINGLE = _example("a single layer, 8-2", 8, 2)
DIGITS = _example("64-30-10", 64, 30, 10)
EQUAL = _example("four layers of 32 units", 32, 32, 32, 32, 32)


def _loop(sizes):
    glorot, he = [], []
    for place in range(1, len(sizes)):
        glorot.append(math.sqrt(2 / (sizes[place - 1] + sizes[place])))
        he.append(math.sqrt(2 / sizes[place - 1]))
    return glorot, he


def _pairs(sizes):
    pairs = list(zip(sizes, sizes[1:]))
    return [((n + k) / 2) ** -0.5 for n, k in pairs], [(n / 2) ** -0.5 for n, _ in pairs]


def _single_precision(sizes):
    sizes = sizes.astype(np.float32)
    means = (sizes[:-1] + sizes[1:]) / np.float32(2)
    return [1 / np.sqrt(means), 1 / np.sqrt(sizes[:-1] / np.float32(2))]


def _stacked(sizes):
    return np.sqrt(np.stack([2 / np.convolve(sizes, [1, 1], "valid"), 2 / sizes[:-1]]))


def _other(glorot: Any, he: Any) -> Any:
    """A wrong solution, of what it does with the units below and those of the layer."""
    return lambda sizes: (glorot(sizes[:-1], sizes[1:]), he(sizes[:-1], sizes[1:]))


def _glorot(below: Any, units: Any) -> Any:
    return np.sqrt(2 / (below + units))


def _he(below: Any, units: Any) -> Any:
    return np.sqrt(2 / below)


MISTAKES = (
    Mistake(
        "variances-instead",
        "Both rules give you the variance, and you return it as it is. How does a standard "
        "deviation follow from a variance?",
        _other(lambda n, k: 2 / (n + k), lambda n, k: 2 / n),
    ),
    Mistake(
        "root-left-out-for-glorot",
        "He's scales are right. For Glorot's rule you return the variance: how does a standard "
        "deviation follow from it?",
        _other(lambda n, k: 2 / (n + k), _he),
    ),
    Mistake(
        "he-counts-the-units-above",
        "Glorot's scales are right. In He's rule you count the units of the layer. The net input "
        "of one unit is a sum: how many terms has it?",
        _other(_glorot, lambda n, k: np.sqrt(2 / k)),
    ),
    Mistake(
        "he-without-the-two",
        "Glorot's scales are right. Yours for He's rule keep the size of a linear layer. A "
        "rectified unit passes on only half of the mean square: what makes up for it?",
        _other(_glorot, lambda n, k: np.sqrt(1 / n)),
    ),
    Mistake(
        "glorot-without-the-two",
        "He's scales are right. Glorot's rule takes the mean of the two numbers of units, and you "
        "take their sum.",
        _other(lambda n, k: np.sqrt(1 / (n + k)), _he),
    ),
    Mistake(
        "width-of-the-uniform-distribution",
        "He's scales are right. What you return for Glorot's rule is how far a uniform "
        "distribution reaches. Its standard deviation is asked for, which is smaller by √3.",
        _other(lambda n, k: np.sqrt(6 / (n + k)), _he),
    ),
    Mistake(
        "glorot-counts-the-inputs-alone",
        "He's scales are right. Glorot's rule makes a compromise between the way forward and the "
        "way back, so two numbers of units stand in it. Yours has one.",
        _other(lambda n, k: np.sqrt(1 / n), _he),
    ),
    Mistake(
        "rules-exchanged",
        "Both rules are right, in the other order: first Glorot's, then He's.",
        _other(_he, _glorot),
    ),
    Mistake(
        "first-layer-for-all",
        "The first layer is right. For the later ones, count the units directly below each layer, "
        "not the network's inputs.",
        _other(lambda n, k: np.sqrt(2 / (n[0] + k)), lambda n, k: np.sqrt(2 / (n[0] + 0 * k))),
    ),
)

exercise = Exercise(
    title="Initial scales",
    reference=initial_scales,
    results=("Glorot", "He"),
    aspects=(
        Aspect("one layer", 1.0, (SINGLE,), _one_layer, count=3),
        Aspect("several layers", 1.5, (DIGITS, EQUAL), _several_layers),
        Aspect("extremes", 0.5, (), _extremes, count=4),
    ),
    hints=(
        "Both rules are for the variance of a weight. Write down for the 8-2 layer how many "
        "weights lead to one unit, and how many lead away from one input.",
        "sizes[:-1] holds the number of units below each layer, and sizes[1:] that of its own. "
        "Both have one entry for each layer of weights.",
        "Glorot: the variance is 2 divided by the sum of the two numbers. He: 2 divided by the "
        "number below. The standard deviation is the root of the variance, in both.",
    ),
    mistakes=MISTAKES,
    right=(_loop, _pairs, _single_precision, _stacked),
)
