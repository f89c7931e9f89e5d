"""The gradient of a network of three layers, for a batch: the way back, one layer more."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise
from assignments.exercises.ps2.three_layers_variants import MISTAKES, RIGHT
from mlpkit.activations import sigmoid


def gradients(W1, b1, W2, b2, W3, b3, x, t):
    a1 = sigmoid(x @ W1.T + b1)
    a2 = sigmoid(a1 @ W2.T + b2)
    a3 = sigmoid(a2 @ W3.T + b3)
    delta3 = (a3 - t) * a3 * (1 - a3) / len(x)
    delta2 = delta3 @ W3 * a2 * (1 - a2)
    delta1 = delta2 @ W2 * a1 * (1 - a1)
    return (
        delta1.T @ x,
        delta1.sum(axis=0),
        delta2.T @ a1,
        delta2.sum(axis=0),
        delta3.T @ a2,
        delta3.sum(axis=0),
    )


def _case(rng: np.random.Generator, examples: int, *sizes: int) -> tuple[Any, ...]:
    """Weights large enough for a first layer whose gradient is well above the tolerance."""
    layers: list[Any] = []
    for inputs, units in zip(sizes, sizes[1:]):
        W = rng.uniform(0.6, 2.0, (units, inputs)) * rng.choice([-1, 1], (units, inputs))
        layers += [W, rng.uniform(-0.8, 0.8, units)]
    x = rng.uniform(0.3, 1.5, (examples, sizes[0])) * rng.choice([-1, 1], (examples, sizes[0]))
    return *layers, x, rng.uniform(0, 1, (examples, sizes[-1]))


def _one_example(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, 1, *rng.integers(2, 5, size=4))


def _batch(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, int(rng.integers(2, 7)), *rng.integers(2, 5, size=4))


def _shapes(rng: np.random.Generator) -> tuple[Any, ...]:
    """A chain of single units; layers of one unit; all of one size, as many as examples too."""
    sizes = [(2, 1, 1, 1, 1), (3, 2, 1, 3, 2), (4, 3, 2, 1, 2), (5, 2, 3, 2, 1), (3, 3, 3, 3, 3)]
    return _case(rng, *sizes[rng.integers(len(sizes))])


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """A network of zeros, a layer that nothing comes through, a target that is met, saturation."""
    *layers, x, t = _case(rng, 3, 2, 3, 3, 2)
    kind = rng.integers(4)
    if kind == 0:
        layers = [0 * array for array in layers]
    elif kind == 1:
        layers[2] = 0 * layers[2]
    elif kind == 2:
        layers[0] = 60 * layers[0]
    else:
        t = 3 * t - 1
    return *layers, x, t


def _example(title: str, *arguments: Any) -> Example:
    return Example(title, tuple(np.array(argument, dtype=float) for argument in arguments))


DEEPER = _example(
    "one example, the worked network with one more hidden layer, all weights and biases 0.1",
    [[0.1, 0.1], [0.1, 0.1]], [0.1, 0.1], [[0.1, 0.1], [0.1, 0.1]], [0.1, 0.1],
    [[0.1, 0.1]], [0.1], [[1, 0]], [[0.9]],
)  # fmt: skip
BATCH = _example(
    "a batch of three: 2 inputs, 3 and 2 hidden, 1 output",
    [[0.8, 1.2], [-1.3, 0.7], [0.9, -1.6]], [0.1, -0.2, 0.3],
    [[1.2, -0.7, 1.4], [0.9, 1.5, -1.1]], [-0.2, 0.1], [[1.6, -1.3]], [0.2],
    [[1, 0], [0, 1], [1, 1]], [[0.9], [0.2], [0.8]],
)  # fmt: skip
SQUARE = _example(
    "a batch of two: 2 units in every layer",
    [[0.7, -1.1], [1.4, 0.6]], [0.2, -0.1], [[1.5, -0.8], [0.6, 1.2]], [-0.3, 0.1],
    [[1.1, 0.7], [-0.9, 1.6]], [0.1, 0.2], [[1, 0.5], [-0.4, 1]], [[0.9, 0.1], [0.3, 0.8]],
)  # fmt: skip

exercise = Exercise(
    title="Three layers",
    reference=gradients,
    results=("dJ/dW1", "dJ/db1", "dJ/dW2", "dJ/db2", "dJ/dW3", "dJ/db3"),
    aspects=(
        Aspect("one example", 1.5, (DEEPER,), _one_example, count=3),
        Aspect("a batch", 3.0, (SQUARE, BATCH), _batch, count=3),
        Aspect("extremes", 0.5, (), _extremes),
        Aspect("unusual shapes", 0.5, (), _shapes, count=6),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "Write the forward pass first, with a name for what comes out of each layer. Then think of "
        "the two upper layers alone: with a1 for inputs, they are a network that you have done.",
        "There is one rule for both hidden layers: the error terms of the layer above, times the "
        "weights between the two, times the own slope. And there is one rule for all three "
        "gradients: error terms where the weights end, times what comes in where they start.",
        "From above: δ3 of the outputs; δ2 from δ3, W3 and a2; δ1 from δ2, W2 and a1. The weights "
        "W1 are not needed on the way back. For the gradients δ3 goes with a2, δ2 with a1 and δ1 "
        "with x; each is a product that sums over the examples, divided by m.",
    ),
    mistakes=MISTAKES,
    right=RIGHT,
)
