"""What an exercise is: one description, from which all else is made.

From it come the check in the student's notebook (``bake``), the hidden tests (``grade``), the
feedback, and the proof of the tests in ``tests/test_exercises.py``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from assignments.exercises.grading import grade
from assignments.exercises.verdict import Verdict

Function = Callable[..., Any]


@dataclass(frozen=True)
class Mistake:
    """A wrong solution that students really write.

    Attributes:
        name: a short name for reports, in words joined by hyphens.
        says: what a good tutor would say: kind, specific, where to look, not the answer.
        solution: the wrong solution.
    """

    name: str
    says: str
    solution: Function


@dataclass(frozen=True)
class Example:
    """A case that students may see.

    Attributes:
        title: what it is, for instance "a batch of two".
        arguments: arrays and numbers.
    """

    title: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Aspect:
    """One side of being right, and what it is worth.

    Attributes:
        name: what has to be right, for instance "a batch".
        points: shared evenly by the results; each result is right on all cases, or earns nothing.
        examples: its visible cases.
        draw: makes the arguments of one hidden case. An aspect without it is about the arguments:
            that no call, of any aspect, changes them.
        count: how many hidden cases are drawn.
    """

    name: str
    points: float
    examples: tuple[Example, ...] = ()
    draw: Callable[[np.random.Generator], tuple[Any, ...]] | None = None
    count: int = 4


@dataclass(frozen=True)
class Exercise:
    """One exercise: a function to write.

    Attributes:
        title: what it is about.
        reference: a right solution; its name and its arguments' names are the exercise's.
        results: what it returns: one name, or one for each of several results.
        aspects: how the points are split.
        hints: three, from a nudge to almost everything.
        mistakes: the known ones.
        right: other right solutions, in other styles; for the proof.
    """

    title: str
    reference: Function
    results: tuple[str, ...]
    aspects: tuple[Aspect, ...]
    hints: tuple[str, str, str]
    mistakes: tuple[Mistake, ...]
    right: tuple[Function, ...]

    @property
    def name(self) -> str:
        """The name of the function to write."""
        return self.reference.__name__

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of its arguments."""
        return tuple(inspect.signature(self.reference).parameters)

    @property
    def examples(self) -> tuple[Example, ...]:
        """The visible cases of all aspects."""
        return tuple(example for aspect in self.aspects for example in aspect.examples)

    @property
    def max_points(self) -> float:
        """The points of all aspects."""
        return float(sum(aspect.points for aspect in self.aspects))

    def grade(self, function: Function, seed: int | None = None) -> Verdict:
        """Tries a function on the visible cases and on fresh random ones.

        Args:
            function: the student's, or a proxy of it.
            seed: what the hidden cases are drawn from. Without it they come from Python's own
                ``random``, which a grader seeds before each test, out of the student's sight.

        Raises:
            ConnectionError: the process that runs the function has died.
        """
        return grade(self, function, seed)
