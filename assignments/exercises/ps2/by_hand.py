"""Part 0, one step of back-propagation on paper, with the student's own numbers."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from assignments.exercises.exercise import Mistake
from assignments.exercises.on_paper import Sheet
from mlpkit.activations import sigmoid

POINTS = 4.0
CLOSE = 0.00041
"""Four digits, rounded at every step, are not further off than this."""
RATE = 0.5


def my_step(student_number: Any) -> tuple[np.ndarray, ...]:
    """A 2-2-1 network in tenths, an input and its target, as the notebook draws them."""
    draw = Random(str(student_number).strip().lower()).random
    tenths = [(1 + int(8 * draw())) / 10 * (1 if draw() < 0.5 else -1) for _ in range(6)]
    W2 = [(4 + int(6 * draw())) / 10 for _ in range(2)]
    x, b2 = [(2 + int(8 * draw())) / 10 for _ in range(2)], (1 + int(4 * draw())) / 10
    # Of opposite signs, so that the hidden units' blame is told apart.
    W2, t = [W2[0], -W2[1]], int(2 * draw())
    W1, b1 = [tenths[:2], tenths[2:4]], tenths[4:]
    return tuple(map(np.array, (W1, b1, [W2], [b2], x, [float(t)])))


def by_hand(W1, b1, W2, b2, x, t):
    return _step(W1, b1, W2, b2, x, t)


def _step(
    W1, b1, W2, b2, x, t, *, slope_o=None, slope_h=None, error=None, back=None, uphill=False
):  # fmt: skip
    """The right step, with places where a mistake can be put in."""
    h = sigmoid(W1 @ x + b1)
    o = sigmoid(W2 @ h + b2)
    delta_o = (t - o if error is None else error(o, t)) * (slope_o or _slope)(o)
    delta_h = (delta_o @ W2 if back is None else back(delta_o, W2)) * (slope_h or _slope)(h)
    step = (-RATE if uphill else RATE) * delta_o[0] * h[0]
    return delta_o[0], delta_h[0], delta_h[1], W2[0, 0] + step


def _slope(o: Any) -> Any:
    return o * (1 - o)


def _with(**changes: Any) -> Any:
    return lambda W1, b1, W2, b2, x, t: _step(W1, b1, W2, b2, x, t, **changes)


MISTAKES = (
    Mistake(
        "output-slope-left-out",
        "Your error term of the output is the error itself. The slope of the sigmoid at the output "
        "is missing, and everything below it is too large for that reason.",
        _with(slope_o=np.ones_like),
    ),
    Mistake(
        "hidden-slope-left-out",
        "The output's error term is right. In those of the hidden units the slope is missing: it "
        "leads from a unit's output to its net input.",
        _with(slope_h=np.ones_like),
    ),
    Mistake(
        "sign-turned",
        "All the sizes are right, and the error terms have the opposite sign. Was your output too "
        "large or too small? Its error term says which way it should go.",
        _with(error=lambda o, t: o - t),
    ),
    Mistake(
        "step-subtracted",
        "All error terms are right. The new weight went the wrong way: in Mitchell's notation the "
        "step is added.",
        _with(uphill=True),
    ),
    Mistake(
        "weights-left-out",
        "The output's error term is right. It goes back to each hidden unit times the weight "
        "between the two, and here the weights are missing.",
        _with(back=lambda delta, W: delta[0] * np.ones(2)),
    ),
    Mistake(
        "weights-exchanged",
        "The output's error term is right. The two hidden units have each other's weight to the "
        "output. Look at which arrow leaves which unit.",
        _with(back=lambda delta, W: delta[0] * W[0, ::-1]),
    ),
    Mistake(
        "squashed-twice",
        "Your slopes are taken at the sigmoid of an output. An output has been through the sigmoid "
        "already.",
        _with(slope_o=lambda o: _slope(sigmoid(o)), slope_h=lambda h: _slope(sigmoid(h))),
    ),
)


SHEET = Sheet(
    about="your own network",
    draw=my_step,
    reference=by_hand,
    results=("δ of the output", "δ of h1", "δ of h2", "new weight to the output from h1"),
    points=POINTS,
    close=CLOSE,
    hint="Compare line by line: h1, h2 and o first, then the slope at each, then the error terms.",
    mistakes=MISTAKES,
)

grade_by_hand = SHEET.grade
