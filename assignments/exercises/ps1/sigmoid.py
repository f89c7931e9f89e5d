"""The sigmoid and its slope: a = 1 / (1 + e^(−z)), a' = a (1 − a)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from mlpkit.activations import sigmoid


def sigmoid_and_slope(z):
    with np.errstate(over="ignore"):
        a = 1 / (1 + np.exp(-z))
    return a, a * (1 - a)


def _number(rng: np.random.Generator) -> tuple[Any, ...]:
    return (float(rng.uniform(0.3, 4) * rng.choice([-1, 1])),)


def _array(rng: np.random.Generator) -> tuple[Any, ...]:
    return (rng.normal(0, 2, tuple(rng.integers(2, 6, size=rng.integers(1, 4)))),)


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Net inputs at which e^z or e^(−z) is larger than any float, and none at all."""
    return (rng.permutation([0.0, 1e-9, 40.0, -40.0, 800.0, -800.0, rng.uniform(-5, 5)]),)


def _shapes(rng: np.random.Generator) -> tuple[Any, ...]:
    shapes: list[tuple[int, ...]] = [(1,), (1, 1), (1, 4), (5, 1), (2, 1, 3)]
    return (rng.normal(0, 2, shapes[rng.integers(len(shapes))]),)


TABLE = Example(
    "the lecture's table, from −2 to 2",
    (np.array([-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0]),),
)
NUMBER = Example("a single number", (0.19,))
BATCH = Example("a table of net inputs", (np.array([[0.19, -0.12], [-1.0, 3.0], [0.0, 5.0]]),))
FAR_OUT = Example("far out: −800, 0 and 800", (np.array([-800.0, 0.0, 800.0]),))


def _by_sign(z):
    """No exponential of a positive number, so nothing overflows."""
    z = np.asarray(z)
    small = np.exp(-np.abs(z))
    a = np.where(z >= 0, 1 / (1 + small), small / (1 + small))
    return [a, small / (1 + small) ** 2]


def _lists(z):
    if np.ndim(z) > 0:
        parts = [_lists(part) for part in z]
        return [part[0] for part in parts], [part[1] for part in parts]
    a = 0.5 + 0.5 * math.tanh(float(z) / 2)
    return a, a - a**2


def _single_precision(z):
    a = sigmoid(np.float32(z))
    return a, np.square(np.float32(0.5)) - np.square(a - np.float32(0.5))


def _in_place(z):
    a = np.array(z, dtype=float)
    np.clip(a, -60, 60, out=a)
    a *= -1
    np.exp(a, out=a)
    a += 1
    np.reciprocal(a, out=a)
    return a, a * (1 - a)


def _with_class(z):
    class Sigmoid:
        def __init__(self, z):
            self.value = np.exp(-np.logaddexp(0, -z))

        @property
        def slope(self):
            return self.value * (1 - self.value)

    unit = Sigmoid(z)
    return unit.value, unit.slope


def _slope(slope_of: Any) -> Any:
    """A wrong solution whose slope alone is wrong."""

    def solution(z):
        a = sigmoid(z)
        return a, slope_of(np.asarray(z), a)

    return solution


def _parentheses_missing(z):
    with np.errstate(over="raise"):  # what is infinite is nobody's in particular
        a = 1 / 1 + np.exp(-z)
    return a, a * (1 - a)


MISTAKES = (
    Mistake(
        "sign-of-the-exponent",
        "Your curve falls where it should rise. Put in a large positive net input: what should "
        "become of the exponential, and what does yours do? (The slope is right by luck: the "
        "mirrored curve is as steep.)",
        lambda z: (1 - sigmoid(z), sigmoid(z) * (1 - sigmoid(z))),
    ),
    Mistake(
        "parentheses-missing",
        "Some of your activations are above 1, and a sigmoid never is. What is divided by what in "
        "your line? Python divides before it adds, unless parentheses say otherwise.",
        _parentheses_missing,
    ),
    Mistake(
        "tanh-instead",
        "Your curve has the right form and the wrong range: it goes from −1 to 1. Which activation "
        "function is that, and what is the sigmoid's value at 0?",
        lambda z: (np.tanh(z), 1 - np.tanh(z) ** 2),
    ),
    Mistake(
        "slope-of-the-net-input",
        "The activations are right. The formula for the slope wants the activation, and yours "
        "works with the net input. Look which variable stands in front of the (1 − …).",
        _slope(lambda z, a: z * (1 - z)),
    ),
    Mistake(
        "slope-squashed-twice",
        "The activations are right. Your slope is taken at the wrong place: what goes into its "
        "formula has been through the sigmoid once more than it should.",
        _slope(lambda z, a: sigmoid(a) * (1 - sigmoid(a))),
    ),
    Mistake(
        "half-a-slope",
        "The activations are right, and one factor of the slope is missing. Far to the right the "
        "curve is flat: what does your slope say there, and what far to the left?",
        _slope(lambda z, a: 1 - a),
    ),
    Mistake(
        "other-half-of-the-slope",
        "The activations are right. What you return as the slope is large where the curve has gone "
        "flat, far to the right. A second factor should make it small there.",
        _slope(lambda z, a: a),
    ),
    Mistake(
        "slope-of-tanh",
        "The activations are right. Your slope belongs to another curve, one that is as steep as 1 "
        "at 0. How steep is the sigmoid at 0, where a = ½?",
        _slope(lambda z, a: 1 - a**2),
    ),
    Mistake(
        "slope-with-a-minus",
        "The activations are right, and the slope has the right size. The sigmoid rises "
        "everywhere: can its slope be negative? In the chain rule there are two minus signs.",
        _slope(lambda z, a: -a * (1 - a)),
    ),
    Mistake(
        "slope-squared",
        "The activations are right. At 0 the curve has the slope ¼, and yours is smaller: it looks "
        "as if it were multiplied by itself. Work out by hand what a (1 − a) is at a = ½.",
        _slope(lambda z, a: (a * (1 - a)) ** 2),
    ),
)

exercise = Exercise(
    title="The sigmoid and its slope",
    reference=sigmoid_and_slope,
    results=("activation", "slope"),
    aspects=(
        Aspect("a number", 1.0, (NUMBER,), _number, count=3),
        Aspect("an array", 1.5, (TABLE, BATCH), _array),
        Aspect("far out", 0.5, (FAR_OUT,), _extremes, count=3),
        Aspect("unusual shapes", 0.5, (), _shapes),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "Start with the activation alone. NumPy's exponential takes a number or an array of any "
        "shape, and so do +, − and /; no loop is needed.",
        "The activation is 1 divided by a sum: mind the parentheses, and the sign in the exponent. "
        "For the slope you need no further exponential, because it can be worked out from the "
        "activation.",
        "Give the activation a name. The slope is a product of two factors: the activation, and "
        "what is left of it up to 1. Return both, with a comma between them.",
    ),
    mistakes=MISTAKES,
    right=(_by_sign, _lists, _single_precision, _in_place, _with_class),
)
