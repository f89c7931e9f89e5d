"""Part 0, a forward pass on paper, with numbers of the student's own; see ``on_paper``."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from assignments.exercises.exercise import Mistake
from assignments.exercises.on_paper import Sheet
from mlpkit.activations import sigmoid

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


SHEET = Sheet(
    about="your own network",
    draw=my_network,
    reference=by_hand,
    results=("h1", "h2", "o"),
    points=POINTS,
    close=CLOSE,
    hint="Compare line by line: first the two net inputs, then their sigmoids.",
    mistakes=MISTAKES,
)

grade_by_hand = SHEET.grade
