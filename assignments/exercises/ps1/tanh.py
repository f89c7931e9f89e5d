"""The hyperbolic tangent, made from the sigmoid: tanh z = 2 σ(2z) − 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from mlpkit.activations import sigmoid


def tanh_from_sigmoid(z):
    return 2 * sigmoid(2 * z) - 1


def _number(rng: np.random.Generator) -> tuple[Any, ...]:
    return (float(rng.uniform(0.3, 2) * rng.choice([-1, 1])),)


def _array(rng: np.random.Generator) -> tuple[Any, ...]:
    return (rng.normal(0, 1.5, tuple(rng.integers(2, 6, size=rng.integers(1, 4)))),)


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Saturated on both sides, nearly 0, and 0."""
    return (rng.permutation([0.0, 1e-3, -1e-3, 20.0, -20.0, 300.0, -300.0]),)


TABLE = Example("the lecture's table, from −2 to 2", (np.array([-2.0, -1.0, 0.0, 1.0, 2.0]),))
NUMBER = Example("a single number", (0.5,))
BATCH = Example("a table of net inputs", (np.array([[0.19, -0.12], [-1.5, 3.0]]),))


def _by_definition(z):
    z = np.clip(z, -30, 30)
    up, down = np.exp(z), np.exp(-z)
    return (up - down) / (up + down)


def _lists(z):
    if np.ndim(z) == 0:
        return math.tanh(float(z))
    return [_lists(part) for part in z]


def _single_precision(z):
    z = np.asarray(z, dtype=np.float32)
    return sigmoid(z + z) - sigmoid(-z - z)


def _in_place(z):
    a = np.multiply(z, 2.0)
    a = np.asarray(sigmoid(a))
    a *= 2
    a -= 1
    return a.reshape(np.shape(z))


MISTAKES = (
    Mistake(
        "net-input-not-doubled",
        "The range is right, from −1 to 1, but your curve is only half as steep: at 0 the tanh "
        "has the slope 1. Your stretching made the sigmoid twice as tall; what does it take to "
        "make the slope four times as large?",
        lambda z: 2 * sigmoid(z) - 1,
    ),
    Mistake(
        "net-input-halved",
        "The range is right, but your curve rises too slowly, four times more slowly than the "
        "tanh. Is it to reach its ends at larger net inputs than the sigmoid, or at smaller ones?",
        lambda z: 2 * sigmoid(z / 2) - 1,
    ),
    Mistake(
        "not-shifted",
        "The form is right, but the curve goes from 0 to 2. At 0 the tanh is 0: what has to be "
        "taken off everywhere?",
        lambda z: 2 * sigmoid(2 * z),
    ),
    Mistake(
        "not-stretched",
        "The curve goes through 0, as it should, but reaches only from −½ to ½. The sigmoid is 1 "
        "high from end to end. How high is the tanh?",
        lambda z: sigmoid(2 * z) - 0.5,
    ),
    Mistake(
        "neither-stretched-nor-shifted",
        "What you return is a sigmoid still, only a steeper one: it lies between 0 and 1. Where "
        "does the tanh begin, and where does it end?",
        lambda z: sigmoid(2 * z),
    ),
    Mistake(
        "upside-down",
        "All sizes are right, and the curve falls where it should rise. Look at the order of the "
        "two terms that you subtract, or at a sign in front of the net input.",
        lambda z: 1 - 2 * sigmoid(2 * z),
    ),
    Mistake(
        "slope-instead",
        "What you return is the slope of the tanh, which is 1 at 0. Its value is asked for.",
        lambda z: 1 - np.tanh(z) ** 2,
    ),
    Mistake(
        "stretched-after-the-shift",
        "At 0 your curve is not 0, and it lies between −2 and 0. You stretch and you shift, but "
        "the shift is stretched as well: in which order should the two be done?",
        lambda z: 2 * (sigmoid(2 * z) - 1),
    ),
)

exercise = Exercise(
    title="The tanh from the sigmoid",
    reference=tanh_from_sigmoid,
    results=("activation",),
    aspects=(
        Aspect("a number", 0.5, (NUMBER,), _number, count=3),
        Aspect("an array", 1.0, (TABLE, BATCH), _array),
        Aspect("extremes", 0.5, (), _extremes, count=3),
    ),
    hints=(
        "Draw both curves on one sheet: the sigmoid from 0 to 1, the tanh from −1 to 1. Two things "
        "have to be done to the sigmoid's values, and one to what goes into it.",
        "First the values: a curve from 0 to 1 becomes one from −1 to 1 by a factor and a shift. "
        "Then the slope at 0: it is ¼ for the sigmoid and 1 for the tanh. Your factor brings it "
        "to ½.",
        "Write (e^z − e^−z) / (e^z + e^−z) and divide above and below by e^z: the exponentials "
        "that are left are e^(−2z). Compare with the sigmoid to see what its net input must be, "
        "then stretch by 2 and shift down by 1.",
    ),
    mistakes=MISTAKES,
    right=(_by_definition, _lists, _single_precision, _in_place),
)
