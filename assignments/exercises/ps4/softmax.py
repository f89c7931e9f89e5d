"""The softmax with a temperature, for scores of any size: a_i = exp(z_i / T) / Σ exp(z_j / T)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake


def softmax(z, temperature):
    powers = np.exp((z - np.max(z, axis=-1, keepdims=True)) / temperature)
    return powers / np.sum(powers, axis=-1, keepdims=True)


def _one_example(rng: np.random.Generator) -> tuple[Any, ...]:
    return rng.normal(0, 1.5, rng.integers(2, 7)), 1.0


def _batch(rng: np.random.Generator) -> tuple[Any, ...]:
    """As many examples as classes now and then, so that no shape gives a wrong axis away."""
    m, classes = rng.integers(2, 6, size=2)
    return rng.normal(0, 1.5, (m, classes if rng.random() < 0.5 else m)), 1.0


def _other_temperature(rng: np.random.Generator) -> tuple[Any, ...]:
    shape = tuple(rng.integers(2, 6, size=rng.integers(1, 3)))
    temperature = rng.uniform(1.5, 5) if rng.random() < 0.5 else rng.uniform(0.3, 0.7)
    return rng.normal(0, 1.5, shape), float(temperature)


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Scores far out on both sides, also in one batch, ties, one class, very cold and very hot."""
    far = rng.permutation([1000.0, 999.0, 997.0])
    cases = [
        (far, 1.0),
        (far - 2000, 0.5),
        (np.stack([far, far - 2000, far - 998]), 1.0),
        (rng.permutation([3.0, 3.0, -1.0, 3.0]), 0.001),
        (far, 1e6),
        (np.full((2, 4), -1000.0), 2.0),
        (rng.normal(0, 500, (3, 1)), 1.0),
        (rng.permutation([1000.0, -1000.0, 0.0]), 1.0),
    ]
    return cases[rng.integers(len(cases))]


# The exponentials of the second row are the smallest numbers that a computer has, of which it
# keeps hardly one digit. So a missing maximum gives wrong numbers here, and not merely no numbers.
TINY = [-744.2, -743.4, -742.2]

LECTURE = Example("the scores of lecture 4", (np.array([2.0, 1.0, -1.0]), 1.0))
SQUARE = Example(
    "three examples, three classes",
    (np.array([[2.0, 1.0, -1.0], [0.0, 0.0, 0.0], [0.5, -1.5, 3.0]]), 1.0),
)
HOT = Example("the lecture's scores at T = 2", (np.array([2.0, 1.0, -1.0]), 2.0))
COLD = Example("two examples at T = ½", (np.array([[2.0, 1.0, -1.0], [0.3, 0.2, 0.2]]), 0.5))
FAR_BELOW = Example("scores far below 0", (np.array(TINY), 1.0))
FAR_APART = Example("a batch that reaches far", (np.array([[0.0, -1.0, -3.0], TINY]), 1.0))
THOUSAND = Example("scores of about 1000", (np.array([1000.0, 999.0, 997.0]), 1.0))


def _loops(z, temperature):
    if np.ndim(z) == 2:
        return [_loops(row, temperature) for row in z]
    top = max(z)
    powers = [math.exp((each - top) / temperature) for each in z]
    return [power / sum(powers) for power in powers]


def _by_logarithms(z, temperature):
    scores = z / temperature
    return np.exp(scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True))


def _single_precision(z, temperature):
    z = z.astype(np.float32)
    powers = np.exp((z - z.max(axis=-1)[..., None]) / np.float32(temperature))
    return powers / powers.sum(axis=-1)[..., None]


def _in_place(z, temperature):
    a = np.array(z, dtype=float)
    a -= a.max(axis=-1, keepdims=True)
    a /= temperature
    np.exp(a, out=a)
    return np.divide(a, a.sum(axis=-1, keepdims=True), out=a)


def _columns(z, temperature):
    scores = z.T / temperature
    powers = np.exp(scores - scores.max(axis=0))
    return (powers / powers.sum(axis=0)).T


def _finite(value: Any) -> Any:
    """Raises if there is something else than numbers: that is nobody's in particular."""
    if not np.isfinite(value).all():
        raise FloatingPointError
    return value


def _without_maximum(z, temperature):
    with np.errstate(all="ignore"):
        powers = np.exp(z / temperature)
        return _finite(powers / powers.sum(axis=-1, keepdims=True))


def _maximum_of_the_table(z, temperature):
    with np.errstate(all="ignore"):
        powers = np.exp((z - z.max()) / temperature)
        return _finite(powers / powers.sum(axis=-1, keepdims=True))


def _down_the_columns(z, temperature):
    powers = np.exp((z - z.max(axis=0)) / temperature)
    return powers / powers.sum(axis=0)


def _sums_in_a_row(z, temperature):
    powers = np.exp((z - z.max(axis=-1, keepdims=True)) / temperature)
    return powers / powers.sum(axis=-1)


def _over_the_table(z, temperature):
    powers = np.exp((z - z.max()) / temperature)
    return powers / powers.sum()


def _over_the_table_without_maximum(z, temperature):
    with np.errstate(all="ignore"):
        powers = np.exp(z / temperature)
        return _finite(powers / powers.sum())


def _no_exponential(z, temperature):
    with np.errstate(all="ignore"):
        return _finite(z / temperature / np.sum(z / temperature, axis=-1, keepdims=True))


MISTAKES = (
    Mistake(
        "maximum-not-subtracted",
        "The formula is right on paper. On a computer the exponential of 1000 is infinite, and "
        "that of −1000 is 0, so you divide infinity by infinity or 0 by 0. Which number may be "
        "taken off all scores of an example without changing its softmax?",
        _without_maximum,
    ),
    Mistake(
        "maximum-of-the-whole-table",
        "You take one maximum off all examples. An example whose scores all lie far below it is "
        "left with exponentials of 0. Each example needs a maximum of its own.",
        _maximum_of_the_table,
    ),
    Mistake(
        "temperature-inverted",
        "At a high temperature your probabilities become sharper. Heat should level them. Are the "
        "scores multiplied by T, or divided?",
        lambda z, temperature: softmax(z * temperature, 1.0),
    ),
    Mistake(
        "temperature-ignored",
        "Your probabilities are those of T = 1 at every temperature. Is the second argument used? "
        "If it is, it may cancel: what happens if all exponentials of a row are divided by the "
        "same number?",
        lambda z, temperature: softmax(z, 1.0),
    ),
    Mistake(
        "temperature-after-the-softmax",
        "At T = 2 your probabilities add up to one half. The temperature belongs to the scores, "
        "before the exponential, not to what comes out.",
        lambda z, temperature: softmax(z, 1.0) / temperature,
    ),
    Mistake(
        "axis-confused",
        "In a batch your columns add up to 1. An example is a row: its classes share the "
        "probability 1 among them. Which axis do the classes run along?",
        _down_the_columns,
    ),
    Mistake(
        "sums-not-kept-as-a-column",
        "One example is right, and in a batch each number is divided by the sum of another "
        "example. Your sums run over the classes, as they should, but they lie in a row, and NumPy "
        "lays a row along the columns. Print the shape of your sums for a batch.",
        _sums_in_a_row,
    ),
    Mistake(
        "whole-table-as-one",
        "In a batch all your numbers together add up to 1. Each example, a row, has a probability "
        "of 1 to share out. Over which axis do you add, and does the sum keep its place as a "
        "column?",
        _over_the_table,
    ),
    Mistake(
        "whole-table-without-maximum",
        "One example with small scores is right. Two things are left. In a batch all your numbers "
        "together add up to 1, and each example, a row, should have a 1 of its own. And e^1000 is "
        "more than a computer can hold: what may be taken off all scores of an example?",
        _over_the_table_without_maximum,
    ),
    Mistake(
        "not-normalised",
        "The exponentials are there, and they do not add up to 1. Add up what you return for one "
        "example: one step is missing.",
        lambda z, temperature: np.exp((z - z.max(axis=-1, keepdims=True)) / temperature),
    ),
    Mistake(
        "exponential-left-out",
        "You divide the scores themselves by their sum. A score below 0 then becomes a probability "
        "below 0. What makes every score positive first?",
        _no_exponential,
    ),
    Mistake(
        "sign-of-the-exponent",
        "The largest score gets the smallest probability. Look at the sign of what goes into the "
        "exponential.",
        lambda z, temperature: softmax(-z, temperature),
    ),
)

exercise = Exercise(
    title="The softmax",
    reference=softmax,
    results=("probabilities",),
    aspects=(
        Aspect("one example", 1.0, (LECTURE,), _one_example, count=3),
        Aspect("a batch", 1.0, (SQUARE,), _batch, count=3),
        Aspect("another temperature", 1.0, (HOT, COLD), _other_temperature, count=3),
        Aspect("extremes", 1.5, (FAR_BELOW, FAR_APART, THOUSAND), _extremes, count=6),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "Three steps: scores divided by the temperature, their exponentials, and a division that "
        "makes each row add up to 1. Begin with one example, and T = 1.",
        "For one example and for a batch alike, the classes lie along the last axis, axis=-1. With "
        "keepdims=True a sum or a maximum along it stays a column, which goes with the rows.",
        "Adding a number to all scores of an example changes nothing. So take the largest score of "
        "each example off its scores before anything else: then the largest exponential is 1, and "
        "their sum is at least 1.",
    ),
    mistakes=MISTAKES,
    right=(_loops, _by_logarithms, _single_precision, _in_place, _columns),
)
