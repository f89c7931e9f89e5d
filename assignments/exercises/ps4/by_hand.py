"""Part 0, a softmax and a small graph on paper, with numbers of the student's own."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from assignments.exercises.exercise import Mistake
from assignments.exercises.on_paper import Sheet
from assignments.exercises.ps4.softmax import softmax

POINTS = 5.0
CLOSE = 0.0051
"""Three digits, rounded at every step, are not further off than this: a logarithm adds to it."""


def my_numbers(student_number: Any) -> tuple[Any, ...]:
    """Three scores, the right class, and u and v for a graph; as the notebook draws them."""
    draw = Random(str(student_number).strip().lower()).random
    top = int(301 * draw())
    second = top - 50 - int(100 * draw())
    third = second - 50 - int(100 * draw())
    scores = [(top, second, third), (second, third, top), (third, top, second)][int(3 * draw())]
    # Never the least likely class: the logarithm of its rounded probability has no third digit.
    right = scores.index(top if draw() < 0.5 else second)
    u, v = 2 + int(4 * draw()), 6 + int(4 * draw())
    return np.array(scores) / 100, right, u, v


def by_hand(scores, right_class, u, v):
    p = softmax(scores, 1.0)[right_class]
    return p, -np.log(p), p - 1, np.max(softmax(scores, 2.0)), u + 2 * v


def _with_one(place: int, wrong: Callable[..., Any]) -> Callable[..., Any]:
    """A wrong solution of which one result is wrong: of the probability, the scores, u and v."""

    def solution(scores, right_class, u, v):
        results = list(by_hand(scores, right_class, u, v))
        results[place] = wrong(results[0], scores, right_class, u, v)
        return tuple(results)

    return solution


def _not_divided(scores, right_class, u, v):
    p, hot = np.exp(scores[right_class]), np.exp(np.max(scores) / 2)
    return p, -np.log(p), p - 1, hot, u + 2 * v


MISTAKES = (
    Mistake(
        "not-normalised",
        "Your probabilities are the exponentials themselves. Add the three up: what should the sum "
        "be?",
        _not_divided,
    ),
    Mistake(
        "sign-of-the-loss",
        "The logarithm of a number below 1 is negative, and a loss is not. Look for the minus sign "
        "in J.",
        _with_one(1, lambda p, *_: np.log(p)),
    ),
    Mistake(
        "logarithm-to-the-base-ten",
        "Your loss is some 2.3 times too small: that is the logarithm to the base 10. The one "
        "here undoes the exponential of the softmax. Which key of the calculator does that?",
        _with_one(1, lambda p, *_: -np.log10(p)),
    ),
    Mistake(
        "sign-of-the-error-term",
        "Your error term is minus the derivative, as in assignment 2. What happens to the loss if "
        "the score of the right class rises a little?",
        _with_one(2, lambda p, *_: 1 - p),
    ),
    Mistake(
        "error-term-of-squared-error",
        "Your error term has the slope of a sigmoid in it. That belongs to another cost. Take the "
        "derivative of J that stands in step 4.",
        _with_one(2, lambda p, *_: (p - 1) * p * (1 - p)),
    ),
    Mistake(
        "temperature-inverted",
        "At T = 2 your probabilities are sharper than at T = 1. Compare with what you said before "
        "you calculated: is a score multiplied by T, or divided?",
        _with_one(3, lambda p, z, *_: np.max(softmax(z, 0.5))),
    ),
    Mistake(
        "temperature-ignored",
        "At T = 2 you give a probability at T = 1. Where does T stand in the formula of "
        "exercise 1?",
        _with_one(3, lambda p, z, *_: np.max(softmax(z, 1.0))),
    ),
    Mistake(
        "temperature-after-the-softmax",
        "At T = 2 your probabilities add up to one half. The temperature belongs to the scores, "
        "before the exponential.",
        _with_one(3, lambda p, z, *_: np.max(softmax(z, 1.0)) / 2),
    ),
    Mistake(
        "message-through-the-sum-left-out",
        "The node v has got only the message that comes straight from f. How many arrows leave v?",
        _with_one(4, lambda p, z, right, u, v: u + v),
    ),
    Mistake(
        "message-from-the-product-left-out",
        "The node v has got only the message that comes through the sum. How many arrows leave v?",
        _with_one(4, lambda p, z, right, u, v: v),
    ),
)


SHEET = Sheet(
    about="your own scores and graph",
    draw=my_numbers,
    reference=by_hand,
    results=("p", "loss", "error term", "largest at T = 2", "df/dv"),
    points=POINTS,
    close=CLOSE,
    hint="Write the three exponentials in a column, and their sum below it. Do the three "
    "probabilities add up to 1? Then go on from the probability of the right class.",
    mistakes=MISTAKES,
)

grade_by_hand = SHEET.grade
