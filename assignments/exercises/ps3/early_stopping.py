"""Early stopping: at which epoch training stops, and from which epoch the weights are kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise
from assignments.exercises.ps3.early_stopping_mistakes import MISTAKES, waiting


def early_stopping(costs, patience):
    best = 0
    for epoch in range(len(costs)):
        if costs[epoch] < costs[best]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(costs) - 1


def _falling(rng: np.random.Generator, count: int, start: float) -> np.ndarray:
    """Costs of which each is lower than the one before."""
    return start - np.cumsum(rng.uniform(0.02, 0.1, count))


def _stops(rng: np.random.Generator) -> tuple[Any, ...]:
    """It falls, rises for less than the patience, falls to its best, and then is out of luck.

    Long after the stop there is a better epoch, which nobody can know of.
    """
    patience = int(rng.integers(3, 6))
    first = _falling(rng, int(rng.integers(2, 5)), 2.0)
    bump = first[-1] + rng.permutation(np.linspace(0.05, 0.3, patience - 1))
    second = _falling(rng, int(rng.integers(1, 4)), first[-1])
    # Down again for a moment, but not below the best.
    late = second[-1] + rng.permutation(np.linspace(0.02, 0.3, patience + 2))
    costs = np.concatenate([first, bump, second, late, [second[-1] - 0.2], late[:1]])
    return costs, float(patience)


def _goes_on(rng: np.random.Generator) -> tuple[Any, ...]:
    """The epochs are over before the patience is."""
    patience = int(rng.integers(3, 6))
    falling = _falling(rng, int(rng.integers(4, 8)), 2.0)
    bump = falling[-1] + rng.uniform(0.02, 0.3, patience - 1)
    return np.concatenate([falling, bump]), float(patience)


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """No patience, equal costs, one epoch, only better, only worse, best again."""
    patience = float(rng.integers(2, 5))
    down = _falling(rng, 6, 2.0)
    return [
        (np.append(down[:3], down[:2]), 1.0),
        (np.full(8, 0.7), patience),
        (np.array([0.4]), patience),
        (down, patience),
        (down[::-1].copy(), patience),
        (np.array([0.9, 0.5, 0.8, 0.5, 0.8, 0.5, 0.8]), patience),
        (np.append(down, down[-1]), 1.0),
    ][rng.integers(7)]


def _example(title: str, costs: list[float], patience: int) -> Example:
    return Example(title, (np.array(costs), float(patience)))


STOPS = _example(
    "a bump, then the best, then no luck",
    [0.90, 0.60, 0.50, 0.55, 0.52, 0.40, 0.45, 0.43, 0.47, 0.30, 0.20],
    3,
)
GOES_ON = _example("still within the patience at the end", [0.9, 0.5, 0.3, 0.4, 0.35], 3)
TIES = _example("the best is reached again, but not beaten", [0.9, 0.5, 0.5, 0.6, 0.5, 0.4], 2)
IMPATIENT = _example("a patience of one", [0.8, 0.7, 0.6, 0.65, 0.5], 1)


def _vectorised(costs, patience):
    lowest_so_far = np.minimum.accumulate(costs)
    newly_best = np.r_[True, costs[1:] < lowest_so_far[:-1]]
    best_so_far = np.maximum.accumulate(np.where(newly_best, np.arange(len(costs)), 0))
    (out_of_patience,) = np.nonzero(np.arange(len(costs)) - best_so_far >= patience)
    stop = out_of_patience[0] if len(out_of_patience) else len(costs) - 1
    return np.array([best_so_far[stop], stop])


def _looking_back(costs, patience):
    for epoch in range(len(costs)):
        best = int(np.argmin(costs[: epoch + 1]))
        if epoch == best + int(patience):
            break
    return best, epoch


def _in_single_precision(costs, patience):
    class Stopper:
        def __init__(self):
            self.best, self.seen = 0, []

        def goes_on(self, cost):
            self.seen.append(np.float32(cost))
            if self.seen[-1] < self.seen[self.best]:
                self.best = len(self.seen) - 1
            return len(self.seen) - 1 < self.best + patience

    stopper = Stopper()
    all(stopper.goes_on(cost) for cost in costs)
    return stopper.best, len(stopper.seen) - 1


exercise = Exercise(
    title="Early stopping",
    reference=early_stopping,
    results=("best epoch", "stop epoch"),
    aspects=(
        Aspect("it stops", 2.0, (STOPS, IMPATIENT), _stops),
        Aspect("it does not stop", 1.0, (GOES_ON,), _goes_on, count=3),
        Aspect("ties and other extremes", 1.0, (TIES,), _extremes, count=7),
    ),
    hints=(
        "Go through the costs one by one, as if each came in only now. What do you have to "
        "remember from one epoch to the next?",
        "Remember at which epoch the cost was lowest. A new cost either is lower, and then this is "
        "the best epoch; or it is not, and then it matters how long ago the best one was.",
        "The best epoch starts as 0. In each epoch first update it, then compare the number of "
        "epochs since then with the patience, and return both numbers if it is used up. After the "
        "loop comes the case that it was never used up: the last epoch then is the stop.",
    ),
    mistakes=MISTAKES,
    right=(waiting, _vectorised, _looking_back, _in_single_precision),
)
