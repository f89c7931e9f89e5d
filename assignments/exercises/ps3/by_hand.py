"""Part 0, three steps with momentum on paper, with the student's own numbers; see ``on_paper``."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from assignments.exercises.exercise import Mistake
from assignments.exercises.on_paper import Sheet

POINTS = 4.0
CLOSE = 0.0031
"""Three digits, rounded at every step, are not further off than this after three steps."""


def my_valley(student_number: Any) -> tuple[float, ...]:
    """Curvature, first weight, learning rate and momentum; as the notebook draws them."""
    draw = Random(str(student_number).strip().lower()).random
    curvature = (12 + int(27 * draw())) / 10
    w = (10 + int(40 * draw())) / 10 * (1 if draw() < 0.5 else -1)
    return curvature, w, (1 + int(2 * draw())) / 10, (6 + int(3 * draw())) / 10


def by_hand(curvature, w, rate, momentum):
    return _steps(curvature, w, rate, lambda v, g: momentum * v - rate * g)


def _steps(
    curvature: float,
    w: float,
    rate: float,
    velocity_of: Callable[[float, float], float],
    slope: Callable[[float], float] | None = None,
) -> tuple[float, ...]:
    velocity, places = 0.0, []
    for _ in range(3):
        velocity = velocity_of(velocity, slope(w) if slope else curvature * w)
        w += velocity
        places.append(w)
    return *places, 2 / curvature


def _with_velocity(velocity_of: Callable[..., float]) -> Callable[..., Any]:
    """A wrong solution that differs in the new velocity."""

    def solution(curvature, w, rate, momentum):
        return _steps(curvature, w, rate, lambda v, g: velocity_of(v, g, rate, momentum))

    return solution


def _with_slope(slope_of: Callable[..., float]) -> Callable[..., Any]:
    """A wrong solution that differs in the slope: of the curvature, the first weight and w."""

    def solution(curvature, w, rate, momentum):
        def velocity_of(v, g):
            return momentum * v - rate * g

        return _steps(curvature, w, rate, velocity_of, lambda here: slope_of(curvature, w, here))

    return solution


def _limit_is_the_best(curvature, w, rate, momentum):
    return *by_hand(curvature, w, rate, momentum)[:3], 1 / curvature


MISTAKES = (
    Mistake(
        "momentum-forgotten",
        "Your first step is right, and so would be the others without momentum. What does the "
        "second velocity keep of the first?",
        _with_velocity(lambda v, g, rate, momentum: -rate * g),
    ),
    Mistake(
        "uphill",
        "Your weight climbs. A gradient points uphill, and the step goes the other way.",
        _with_velocity(lambda v, g, rate, momentum: momentum * v + rate * g),
    ),
    Mistake(
        "rate-on-the-velocity",
        "Your momentum is too weak from the second step on. The learning rate is in the velocity "
        "already. What else does it multiply in your second line?",
        _with_velocity(lambda v, g, rate, momentum: rate * (momentum * v - g)),
    ),
    Mistake(
        "running-average",
        "Even your first step is too short. You let the shares of old and new add up to one. How "
        "much of the new part does the rule take?",
        _with_velocity(lambda v, g, rate, momentum: momentum * v - (1 - momentum) * rate * g),
    ),
    Mistake(
        "momentum-subtracted",
        "Your second step is held back by the first. Look at the sign before the momentum.",
        _with_velocity(lambda v, g, rate, momentum: -momentum * v - rate * g),
    ),
    Mistake(
        "slope-of-the-start",
        "Your first step is right. Then the slope has changed, because the weight has moved. At "
        "which w do you take it?",
        _with_slope(lambda curvature, first, w: curvature * first),
    ),
    Mistake(
        "cost-for-slope",
        "You go down by the cost itself. A step needs its derivative.",
        _with_slope(lambda curvature, first, w: curvature * w**2 / 2),
    ),
    Mistake(
        "half-the-slope",
        "Your slope is half of what it should be. What does the derivative of w² do to the one "
        "half before it?",
        _with_slope(lambda curvature, first, w: curvature * w / 2),
    ),
    Mistake(
        "rate-that-lands-at-the-bottom",
        "The three steps are right. The rate that you give lands at the bottom in one step. It can "
        "be larger and still not diverge: how far may a step lead up the other side?",
        _limit_is_the_best,
    ),
)


SHEET = Sheet(
    about="your own valley",
    draw=my_valley,
    reference=by_hand,
    results=("w1", "w2", "w3", "limit"),
    points=POINTS,
    close=CLOSE,
    hint="Make a table with a row for each step: the slope, the velocity, w.",
    mistakes=MISTAKES,
)

grade_by_hand = SHEET.grade
