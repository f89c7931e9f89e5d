"""A whole training step for a batch: forward, error terms, update by the mean over the batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise
from assignments.exercises.ps2.training_variants import MISTAKES, RIGHT
from mlpkit.activations import sigmoid


def training_step(W1, b1, W2, b2, x, t, rate):
    h = sigmoid(x @ W1.T + b1)
    o = sigmoid(h @ W2.T + b2)
    delta_o = o * (1 - o) * (t - o)
    delta_h = h * (1 - h) * (delta_o @ W2)
    m = len(x)
    return (
        W1 + rate * delta_h.T @ x / m,
        b1 + rate * delta_h.mean(axis=0),
        W2 + rate * delta_o.T @ h / m,
        b2 + rate * delta_o.mean(axis=0),
    )


def _case(
    rng: np.random.Generator, examples: int, inputs: int, hidden: int, outputs: int
) -> tuple[Any, ...]:
    shapes = [(hidden, inputs), (hidden,), (outputs, hidden), (outputs,), (examples, inputs)]
    t = rng.uniform(0, 1, (examples, outputs))
    return *(rng.normal(0, 1, shape) for shape in shapes), t, float(rng.uniform(0.1, 0.6))


def _one_example(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, 1, *rng.integers(2, 5, size=3))


def _batch(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, int(rng.integers(2, 7)), *rng.integers(2, 5, size=3))


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Hidden units that all do the same, or are saturated; targets out of reach."""
    W1, b1, W2, b2, x, t, rate = _case(rng, 4, 3, 3, 2)
    scale = float(rng.choice([0.0, 1.0, 8.0]))
    return scale * W1, scale * b1, W2, b2, x, 3 * t - 1, rate


def _shapes(rng: np.random.Generator) -> tuple[Any, ...]:
    """One of each; one hidden unit; one output; one input; all of one size."""
    sizes = [(1, 1, 1, 1), (4, 2, 1, 3), (4, 3, 2, 1), (5, 1, 4, 2), (3, 3, 3, 3)]
    return _case(rng, *sizes[rng.integers(len(sizes))])


def _example(title: str, *arguments: Any) -> Example:
    *arrays, rate = arguments
    return Example(title, (*(np.array(array, dtype=float) for array in arrays), rate))


MITCHELL = _example(
    "the worked example, one example: 2 inputs, 2 hidden, 1 output",
    [[0.1, 0.1], [0.1, 0.1]], [0.1, 0.1], [[0.1, 0.1]], [0.1], [[1, 0]], [[0.9]], 0.2,
)  # fmt: skip
MAZUR = _example(
    "Mazur's network, one example: 2 inputs, 2 hidden, 2 outputs",
    [[0.15, 0.20], [0.25, 0.30]], [0.35, 0.35], [[0.40, 0.45], [0.50, 0.55]], [0.60, 0.60],
    [[0.05, 0.10]], [[0.01, 0.99]], 0.5,
)  # fmt: skip
BATCH = _example(
    "a batch of three: 2 inputs, 3 hidden, 2 outputs",
    [[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6]], [0.1, -0.2, 0.3],
    [[0.2, -0.1, 0.4], [0.1, -0.5, 0.3]], [-0.2, 0.1],
    [[1, 0], [0, 1], [1, 1]], [[0.9, 0.1], [0.2, 0.7], [0.8, 0.4]], 0.2,
)  # fmt: skip

exercise = Exercise(
    title="A whole training step",
    reference=training_step,
    results=("new W1", "new b1", "new W2", "new b2"),
    aspects=(
        Aspect("a batch of one", 2.5, (MITCHELL, MAZUR), _one_example, count=3),
        Aspect("a batch", 3.0, (BATCH,), _batch),
        Aspect("extremes", 0.5, (), _extremes),
        Aspect("unusual shapes", 1.0, (), _shapes, count=6),
        Aspect("leaves its arguments as they are", 1.0),
    ),
    hints=(
        "There are four stages: forward, error terms of the outputs, error terms of the hidden "
        "units, update. Write the shape of every array beside its line before you go on; m "
        "examples are m rows throughout.",
        "You have the middle two stages already: call your own functions. For the update, the "
        "change of a weight is the mean over the examples of the error term where it ends times "
        "the value where it starts; a bias starts at the constant 1.",
        "The error terms have the shape (m, units) and the values below them (m, inputs); W has "
        "(units, inputs). One matrix product adds up over the m examples, if the right one of the "
        "two is transposed; then divide by m. For a bias, take the mean over the rows. Use the old "
        "W2 everywhere.",
    ),
    mistakes=MISTAKES,
    right=RIGHT,
)
