"""A gradient checker: the slope by central differences, one parameter after the other.

The student writes ``numerical_gradient``, which takes a cost as a function. ``numerical_slopes``,
which the notebook gives, calls it for a layer of sigmoids, because the check's table holds numbers
and no functions. The steps are wide, so that a difference to the right is no central one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from mlpkit.activations import sigmoid


def cost(W, x, t):
    """Half the squared error of a layer of sigmoids, its mean over the examples."""
    return 0.5 * np.sum((sigmoid(x @ np.asarray(W).T) - t) ** 2) / len(x)


def numerical_slopes(W, x, t, step):
    gradient = np.zeros(W.shape)
    for place in np.ndindex(*W.shape):
        up, down = W.copy(), W.copy()
        up[place] += step
        down[place] -= step
        gradient[place] = (cost(up, x, t) - cost(down, x, t)) / (2 * step)
    return gradient


def _case(
    rng: np.random.Generator, examples: int, inputs: int, units: tuple[int, ...]
) -> tuple[Any, ...]:
    """One unit has a vector of weights, so its number of units is empty."""
    W = rng.uniform(0.3, 1.2, (*units, inputs)) * rng.choice([-1, 1], (*units, inputs))
    x = rng.uniform(0.5, 1.5, (examples, inputs)) * rng.choice([-1, 1], (examples, inputs))
    return W, x, rng.choice([0.0, 1.0], (examples, *units)), float(rng.uniform(0.2, 0.5))


def _vector(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, int(rng.integers(2, 5)), int(rng.integers(2, 5)), ())


def _matrix(rng: np.random.Generator) -> tuple[Any, ...]:
    examples, inputs, units = rng.integers(2, 5, size=3)
    return _case(rng, examples, inputs, (int(units),))


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """A weight of 0, a cost that is flat, a small step and a very wide one, a single weight."""
    W, x, t, step = _case(rng, 3, 3, (2,))
    return [
        (0 * W, x, t, step),
        (W, 0 * x, t, step),
        (W, x, t, 1e-4),
        (W, x, t, 2.0),
        _case(rng, 2, 1, ()),
        _case(rng, 1, 1, (1,)),
    ][rng.integers(6)]


UNIT = Example(
    "the first hidden unit of the worked example, bias first, a step of 0.2",
    (np.array([0.1, 0.1, 0.1]), np.array([[1.0, 1.0, 0.0]]), np.array([0.9]), 0.2),
)
LAYER = Example(
    "two units with three inputs, two examples, a step of 0.4",
    (
        np.array([[0.5, -0.25, 0.3], [0.8, 1.0, -0.6]]),
        np.array([[1.0, 0.4, -0.8], [1.0, -0.7, 0.5]]),
        np.array([[1.0, 0.0], [0.0, 1.0]]),
        0.4,
    ),
)


def _put_back(W, x, t, step):
    """The caller's own array, moved and put back."""
    W, before = np.array(W, dtype=float), np.array(W, dtype=float)
    slopes = np.empty_like(W)
    for place in np.ndindex(*W.shape):
        W[place] = before[place] + step
        above = cost(W, x, t)
        W[place] = before[place] - step
        slopes[place] = (above - cost(W, x, t)) / step / 2
        W[place] = before[place]
    return slopes


def _directions(W, x, t, step):
    moves = step * np.eye(W.size).reshape(-1, *W.shape)
    pairs = [cost(W + move, x, t) - cost(W - move, x, t) for move in moves]
    return (np.array(pairs) / (step + step)).reshape(W.shape)


def _lists(W, x, t, step):
    flat = W.ravel().tolist()

    def moved(i, by):
        new = [*flat[:i], flat[i] + by, *flat[i + 1 :]]
        return cost(np.reshape(new, W.shape), x, t)

    slopes = [0.5 * (moved(i, step) - moved(i, -step)) / step for i in range(len(flat))]
    return np.reshape(slopes, W.shape).tolist()


def _with_class(W, x, t, step):
    class Slope:
        def __init__(self, function):
            self.function = function

        def at(self, parameters, place):
            move = np.zeros_like(parameters)
            move[place] = step
            forward = self.function(parameters + move) - self.function(parameters)
            backward = self.function(parameters) - self.function(parameters - move)
            return (forward + backward) / (2 * step)

    slope = Slope(lambda V: cost(V, x, t))
    return np.array([slope.at(W, p) for p in np.ndindex(*W.shape)]).reshape(W.shape)


def _each(W: Any, slope_at: Any) -> Any:
    """A wrong solution: for each place, of a cost whose one parameter is moved."""
    slopes = np.zeros(W.shape)
    for place in np.ndindex(*W.shape):
        move = np.zeros(W.shape)
        move[place] = 1.0
        slopes[place] = slope_at(move, place)
    return slopes


def _by(difference: Any) -> Any:
    """A wrong solution that differs in what is done with the cost along one direction."""

    def solution(W, x, t, step):
        return _each(W, lambda move, _: difference(lambda by: cost(W + by * move, x, t), step))

    return solution


def _all_at_once(W, x, t, step):
    return (cost(W + step, x, t) - cost(W - step, x, t)) / (2 * step)


def _not_put_back(W, x, t, step):
    W = W.copy()
    slopes = np.zeros(W.shape)
    for place in np.ndindex(*W.shape):
        W[place] += step
        above = cost(W, x, t)
        W[place] -= 2 * step
        slopes[place] = (above - cost(W, x, t)) / (2 * step)
    return slopes


def _whole_rows(W, x, t, step):
    """The first index alone, so that in a matrix a row of parameters moves together."""
    slopes = np.zeros(W.shape)
    for i in range(len(W)):
        move = np.zeros(W.shape)
        move[i] = step
        slopes[i] = (cost(W + move, x, t) - cost(W - move, x, t)) / (2 * step)
    return slopes


def _flat(W, x, t, step):
    return numerical_slopes(W, x, t, step).ravel()


MISTAKES = (
    Mistake(
        "one-sided",
        "You look to one side only, from where the weight is to a step above. On a curved cost "
        "that is the slope somewhere to the right. Draw a parabola with a step to each side, and "
        "the two straight lines.",
        _by(lambda J, h: (J(h) - J(0)) / h),
    ),
    Mistake(
        "only-backwards",
        "You look to one side only, from a step below to where the weight is. On a curved cost "
        "that is the slope somewhere to the left. Draw a parabola with a step to each side, and "
        "the two straight lines.",
        _by(lambda J, h: (J(0) - J(-h)) / h),
    ),
    Mistake(
        "divided-by-one-step",
        "Everything is twice too large. How far apart are the two places at which you take the "
        "cost?",
        _by(lambda J, h: (J(h) - J(-h)) / h),
    ),
    Mistake(
        "halved-and-multiplied",
        "Check what your last line does with the step: 1 / 2 * step is one half, times the step. "
        "Should a wider step make the slope larger?",
        _by(lambda J, h: (J(h) - J(-h)) / 2 * h),
    ),
    Mistake(
        "not-divided",
        "What you return is how much the cost changes. A slope is that change for each unit of the "
        "way.",
        _by(lambda J, h: J(h) - J(-h)),
    ),
    Mistake(
        "sign-turned",
        "All the sizes are right. Which of the two costs is taken from which? A cost that rises "
        "to the right has a positive slope.",
        _by(lambda J, h: (J(-h) - J(h)) / (2 * h)),
    ),
    Mistake(
        "half-a-step",
        "Your slope is a right one, of a step half as wide: the two places are one step apart. "
        "Here a step is taken to either side.",
        _by(lambda J, h: (J(h / 2) - J(-h / 2)) / h),
    ),
    Mistake(
        "step-of-its-own",
        "Very near: these are slopes for a very small step. The width of the step is given, and "
        "with one as wide as this you should see its error. Does your function use it?",
        _by(lambda J, h: (J(1e-5) - J(-1e-5)) / 2e-5),
    ),
    Mistake(
        "all-moved-at-once",
        "You return a single number: w + step moves all parameters together, so their slopes are "
        "added up. Only one of them may move at a time, and each has a slope of its own.",
        _all_at_once,
    ),
    Mistake(
        "all-moved-each-time",
        "You return one number in all places. There is a place for each parameter, and still all "
        "of them are moved together each time. What has to stay where it is?",
        lambda W, x, t, step: np.full(W.shape, _all_at_once(W, x, t, step)),
    ),
    Mistake(
        "whole-rows-moved",
        "A vector is right. In a matrix all numbers of a row come out the same: w[i] is a whole "
        "row there, so the whole row is moved. How many indices does one number of a matrix have?",
        _whole_rows,
    ),
    Mistake(
        "no-copies",
        "All your slopes are 0: the two costs are the same. After up = w and down = w there is one "
        "array with three names, and it is moved up and down again before anybody asks for its "
        "cost. How do you get an array of your own?",
        lambda W, x, t, step: np.zeros(W.shape),
    ),
    Mistake(
        "not-put-back",
        "The first parameter is right and later ones are not. A parameter has to stand where it "
        "was before the next one is moved. Look at where your array is after the first turn of "
        "the loop.",
        _not_put_back,
    ),
    Mistake(
        "down-to-the-start",
        "Your numbers are about half of what they should be. After the step up, one step down "
        "leads only back to the start. How many steps lie between the two places?",
        _by(lambda J, h: (J(h) - J(0)) / (2 * h)),
    ),
    Mistake(
        "another-shape",
        "The numbers are right, and the shape is not that of w. Each slope belongs where its "
        "parameter is.",
        _flat,
    ),
)

exercise = Exercise(
    title="A gradient checker",
    reference=numerical_slopes,
    results=("gradient",),
    aspects=(
        Aspect("a vector", 1.5, (UNIT,), _vector, count=3),
        Aspect("a matrix", 2.0, (LAYER,), _matrix),
        Aspect("extremes", 0.5, (), _extremes, count=8),
    ),
    hints=(
        "Think of a single parameter first. You may ask J anything you like: what does it cost a "
        "step to the right, and what a step to the left? Draw it.",
        "One parameter after the other: a copy of w with this one a step higher, another copy with "
        "it a step lower, both costs, their difference, divided by how far the two are apart. All "
        "other parameters stay where they are.",
        "NumPy has ndindex, which goes through all places of an array of any shape: it takes the "
        "shape's numbers, and w[place] is the number at a place. Begin with zeros of the shape of "
        "w and fill them in. w.copy() is a new array; up = w is only another name for the old one.",
    ),
    mistakes=MISTAKES,
    right=(_put_back, _directions, _lists, _with_class),
)
