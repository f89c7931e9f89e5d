"""Part 0, a forward pass on paper, with numbers of the student's own.

The numbers are drawn from what the student types as student number, by a function that the notebook
gives and that stands here again. The grader draws them anew from what was typed, and compares to
the digits that one can hold on paper. A table of numbers cannot hold them, so the check in the
notebook knows nothing of this part; there the student's own functions confirm it.

What this cannot do: it cannot know whose number was typed. Two students who type the same number
have the same sheet. And nothing can tell paper from a program.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from assignments.exercises.verdict import Verdict
from mlpkit.activations import sigmoid
from mlpkit.check.calling import call

POINTS = 3.0
CLOSE = 0.0021
"""Three digits, rounded at every step, are not further off than this."""


def my_network(student_number: Any) -> tuple[np.ndarray, ...]:
    """A 2-2-1 network and an input, in tenths: W1, b1, W2, b2, x; as the notebook draws them."""
    draw = Random(str(student_number).strip().lower()).random
    tenths = [(1 + int(8 * draw())) / 10 * (1 if draw() < 0.5 else -1) for _ in range(9)]
    x = [(2 + int(8 * draw())) / 10 for _ in range(2)]
    b1, W2, b2 = tenths[4:6], [tenths[6:8]], tenths[8:]
    # Of opposite signs, so that rows taken for columns show.
    W1 = [[tenths[0], abs(tenths[1])], [-abs(tenths[2]), tenths[3]]]
    return np.array(W1), np.array(b1), np.array(W2), np.array(b2), np.array(x)


def by_hand(W1, b1, W2, b2, x):
    h = sigmoid(W1 @ x + b1)
    return h[0], h[1], sigmoid(W2 @ h + b2)[0]


def _wrongly(hidden: Callable[..., Any], output: Callable[..., Any]) -> Callable[..., Any]:
    """A wrong solution, of what it does for the hidden units and for the output."""

    def solution(W1, b1, W2, b2, x):
        h = hidden(W1, b1, x)
        return h[0], h[1], output(W2, b2, h)[0]

    return solution


def _right(W: Any, b: Any, x: Any) -> Any:
    return sigmoid(W @ x + b)


MISTAKES = (
    Mistake(
        "bias-forgotten",
        "The biases are missing from your sums, in both layers. The input of a bias is always 1.",
        _wrongly(lambda W, b, x: sigmoid(W @ x), lambda W, b, h: sigmoid(W @ h)),
    ),
    Mistake(
        "weights-transposed",
        "You took the columns of W1 for its rows. A row holds the weights that lead to one hidden "
        "unit.",
        _wrongly(lambda W, b, x: sigmoid(W.T @ x + b), _right),
    ),
    Mistake(
        "not-squashed",
        "Your hidden units are net inputs: the sigmoid has not been taken.",
        _wrongly(lambda W, b, x: W @ x + b, _right),
    ),
    Mistake(
        "output-not-squashed",
        "The hidden units are right, and the output is its net input: the sigmoid has not been "
        "taken there.",
        _wrongly(_right, lambda W, b, h: W @ h + b),
    ),
    Mistake(
        "products-squashed-one-by-one",
        "You took the sigmoid of every product. A unit adds first, and squashes once.",
        _wrongly(*2 * (lambda W, b, x: sigmoid(b) + sigmoid(W * x).sum(axis=1),)),
    ),
)


def grade_by_hand(answers: Callable[[], Any]) -> Verdict:
    """What the results on paper are worth.

    Args:
        answers: the student's function; returns the student number and h1, h2 and o.

    Raises:
        ConnectionError: the process that runs the function has died.
    """
    outcome = call(answers, ())
    if isinstance(outcome.error, ConnectionError):
        raise outcome.error
    given: Any = outcome.value
    whole = isinstance(given, tuple | list) and len(given) == 4
    exercise = _for(str(given[0]) if whole else "")

    def as_exact(*numbers: Any) -> Any:
        if outcome.error is not None:
            raise outcome.error
        return _nearest(exercise, numbers, tuple(given[1:])) if whole else given

    return exercise.grade(as_exact, 0)


def _for(student_number: str) -> Exercise:
    """The exercise with one case, of one student."""
    own = Example("your own network", my_network(student_number))
    aspect = Aspect("three numbers", POINTS, (own,), lambda rng: own.arguments, count=0)
    return Exercise(
        title="By hand",
        reference=by_hand,
        results=("h1", "h2", "o"),
        aspects=(aspect,),
        hints=("Compare line by line: first the two net inputs, then their sigmoids.", "", ""),
        mistakes=MISTAKES,
        right=(),
    )


def _nearest(exercise: Exercise, numbers: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
    """What was written, each number replaced by an exact one where it can be meant.

    The right numbers come first; then those of a mistake, if it explains all three.
    """
    known = [exercise.reference, *(mistake.solution for mistake in exercise.mistakes)]
    for solution in known:
        exact = solution(*numbers)
        if all(map(_close, given, exact)):
            return tuple(exact)
    right = exercise.reference(*numbers)
    return tuple(e if _close(g, e) else g for g, e in zip(given, right))


def _close(written: Any, exact: Any) -> bool:
    number = isinstance(written, int | float) and not isinstance(written, bool)
    return number and abs(written - exact) <= CLOSE
