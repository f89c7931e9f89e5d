"""The training loop: epochs of mini-batches with momentum, until the cost is low enough.

The student writes ``train``. ``trained``, which the notebook gives, calls it with whole numbers for
the orders and the size, because the check's table holds floating-point ones. The cost and its
gradient, of one linear unit, are given too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise
from assignments.exercises.ps3.training_variants import MISTAKES, RIGHT, cost, gradient


def trained(X, t, w, rate, momentum, target, orders, size):
    velocity, costs = np.zeros(w.shape), []
    for order in orders.astype(int):
        for start in range(0, len(order), int(size)):
            batch = order[start : start + int(size)]
            velocity = momentum * velocity - rate * gradient(w, X[batch], t[batch])
            w = w + velocity
        costs.append(cost(w, X, t))
        if costs[-1] <= target:
            break
    return w, np.array(costs)


def _orders(rng: np.random.Generator, epochs: int, examples: int) -> np.ndarray:
    """Permutations, of which neighbours cut into other batches."""
    return np.array([rng.permutation(examples) for _ in range(epochs)], dtype=float)


def _problem(rng: np.random.Generator, examples: int, inputs: int, epochs: int) -> list[Any]:
    """All arguments but the size; the target is out of reach."""
    X = np.c_[np.ones(examples), rng.uniform(-1.2, 1.2, (examples, inputs))]
    true = rng.uniform(0.8, 2.0, inputs + 1) * rng.choice([-1, 1], inputs + 1)
    w = true + rng.uniform(0.8, 1.6, inputs + 1) * rng.choice([-1, 1], inputs + 1)
    t = X @ true + rng.normal(0, 0.1, examples)
    rate, momentum = float(rng.uniform(0.05, 0.12)), float(rng.uniform(0.3, 0.6))
    return [X, t, w, rate, momentum, 0.0, _orders(rng, epochs, examples)]


def _with_target(arguments: list[Any], size: float, after: int) -> tuple[Any, ...] | None:
    """With a target first reached after so many epochs, and by a clear margin; None if none is."""
    _, costs = trained(*arguments, size)
    before, reached = np.min(costs[: after - 1], initial=2 * costs[0]), costs[after - 1]
    if reached > 0.9 * before:
        return None
    return *arguments[:5], float(np.sqrt(before * reached)), arguments[6], size


def _reaches(rng: np.random.Generator, size_divides: bool) -> tuple[Any, ...]:
    """The target is reached in the middle of the epochs that are allowed."""
    while True:
        size, batches = int(rng.integers(2, 5)), int(rng.integers(2, 4))
        examples = size * batches + (0 if size_divides else int(rng.integers(1, size)))
        problem = _problem(rng, examples, int(rng.integers(1, 4)), epochs=8)
        found = _with_target(problem, float(size), int(rng.integers(3, 6)))
        if found is not None:
            return found


def _equal_batches(rng: np.random.Generator) -> tuple[Any, ...]:
    return _reaches(rng, size_divides=True)


def _shorter_batch(rng: np.random.Generator) -> tuple[Any, ...]:
    return _reaches(rng, size_divides=False)


def _never_reached(rng: np.random.Generator) -> tuple[Any, ...]:
    *problem, orders = _problem(rng, 7, 2, epochs=int(rng.integers(2, 5)))
    return *problem, orders, 3.0


def _learned_before(rng: np.random.Generator) -> list[Any]:
    """Of whole numbers, so that the cost is 0 to the last digit: exactly the target."""
    _, _, w, *others = _problem(rng, 6, 2, epochs=4)
    X, w = np.c_[np.ones(6), rng.integers(-3, 4, (6, 2))], np.round(w)
    return [X, X @ w, w, *others]


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """No momentum, one batch, one example a batch, one epoch, a target reached at once, before."""
    problem = _problem(rng, 6, 2, epochs=4)
    without = [*problem[:4], 0.0, *problem[5:]]
    one_epoch = [*problem[:6], problem[6][:1]]
    lenient = [*problem[:5], 1000.0, problem[6]]
    cases = [(without, 4), (problem, 6), (problem, 9), (problem, 1), (one_epoch, 4)]
    cases += [(lenient, 4), (_learned_before(rng), 4)]
    arguments, size = cases[rng.integers(7)]
    return *arguments, float(size)


def _example(title: str, *arguments: Any) -> Example:
    """The orders are drawn, from a seed of their own; their number comes before the size."""
    X, t, w, rate, momentum, target, epochs, size = arguments
    orders = _orders(np.random.default_rng(3), epochs, len(X))
    arrays = (np.array(array, dtype=float) for array in (X, t, w))
    return Example(title, (*arrays, rate, momentum, target, orders, float(size)))


TWO_EPOCHS = _example(
    "two epochs of three batches, target out of reach",
    [[1, 0], [1, 1], [1, 2], [1, 3], [1, 4], [1, 5]], [3, 1, 2, 0, -1, -1], [0, 0],
    0.05, 0.5, 0.0, 2, 2,
)  # fmt: skip
LEARNS = _example(
    "five examples, learned to a cost of .001",
    [[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [1, -1, 1]], [1, 3, 0, 2, -2], [0, 0, 0],
    0.3, 0.4, 0.001, 30, 2,
)  # fmt: skip
EXACTLY = _example(
    "nothing left to learn: a cost of 0, and a target of 0",
    [[1, 0], [1, 1], [1, 2]], [1, 3, 5], [1, 2], 0.1, 0.5, 0.0, 3, 2,
)  # fmt: skip

exercise = Exercise(
    title="A training loop",
    reference=trained,
    results=("w", "costs"),
    aspects=(
        Aspect("stops at the target", 2.0, (LEARNS,), _equal_batches, count=3),
        Aspect("with a shorter batch", 2.0, (), _shorter_batch, count=3),
        Aspect("the epochs run out", 1.5, (TWO_EPOCHS,), _never_reached, count=3),
        Aspect("extremes", 1.0, (EXACTLY,), _extremes, count=6),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "Two loops, one in the other: the outer one goes through the epochs, the inner one through "
        "the batches. Say for each line in which of the two it stands, or before both.",
        "Before both: the velocity, from rest, and an empty list of costs. In the inner loop: the "
        "gradient for one batch, and one step with momentum. In the outer one, after all batches "
        "of the epoch: the cost for all examples, and the question whether it is low enough.",
        "An array of numbers of examples picks rows: of X and of t the same ones. Your own "
        "exercises 1 and 4 do the step and the cutting. Name the two results of the step w and "
        "velocity, so that the next batch starts where this one has led.",
    ),
    mistakes=MISTAKES,
    right=RIGHT,
)
