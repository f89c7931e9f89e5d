"""The error term of an output unit: δ = o (1 − o) (t − o)."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from mlpkit.activations import sigmoid


def output_error_term(o, t):
    return o * (1 - o) * (t - o)


def _one_example(rng: np.random.Generator) -> tuple[Any, ...]:
    outputs = int(rng.integers(1, 6))
    return rng.uniform(0.02, 0.98, outputs), rng.uniform(-0.3, 1.3, outputs)


def _batch(rng: np.random.Generator) -> tuple[Any, ...]:
    shape = tuple(rng.integers(2, 7, size=2))
    return rng.uniform(0.02, 0.98, shape), rng.uniform(-0.3, 1.3, shape)


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Saturated units, targets that are met exactly, targets out of reach."""
    o = rng.permutation([0.0, 1.0, 1e-9, 1 - 1e-9, 0.5, rng.uniform(0.1, 0.9)])
    t = rng.permutation([0.0, 1.0, -0.3, 0.5, 2.0, -1.0])
    t[rng.integers(6)] = o[rng.integers(6)]
    return o, t


def _shapes(rng: np.random.Generator) -> tuple[Any, ...]:
    """A batch of one, one output, and both."""
    shape = [(1, 1), (1, 4), (5, 1), (1,)][rng.integers(4)]
    return rng.uniform(0.02, 0.98, shape), rng.uniform(-0.3, 1.3, shape)


MITCHELL = Example("the worked example, one output", (np.array([0.552]), np.array([0.9])))
MAZUR = Example(
    "Mazur's network, two outputs", (np.array([0.75136507, 0.772928465]), np.array([0.01, 0.99]))
)
BATCH = Example(
    "a batch of three examples, two outputs",
    (
        np.array([[0.552, 0.461], [0.559, 0.455], [0.2, 0.9]]),
        np.array([[0.9, 0.1], [-0.3, 0.9], [1.0, 0.9]]),
    ),
)


def _loops(o, t):
    o, t = np.asarray(o), np.asarray(t)
    delta = np.zeros(o.shape)
    for place in np.ndindex(*o.shape):
        delta[place] = (t[place] - o[place]) * o[place] * (1 - o[place])
    return delta


def _lists(o, t):
    if np.ndim(o) == 0:
        return float(o * (1 - o) * (t - o))
    return [_lists(o_k, t_k) for o_k, t_k in zip(o, t, strict=True)]


def _single_precision(o, t):
    o, t = o.astype(np.float32), t.astype(np.float32)
    return o * (1 - o) * (t - o)


def _multiplied_out(o, t):
    return -((o - o**2) * o) + t * o - t * np.square(o)


def _slope_function(o, t):
    class Output:
        def __init__(self, value):
            self.value = value

        def slope(self):
            return self.value - self.value * self.value

    return np.multiply(Output(o).slope(), np.subtract(t, o))


MISTAKES = (
    Mistake(
        "slope-left-out",
        "You found how far the output is from its target. But the error term is a derivative by "
        "the net input: what stands between the net input and the output? Ask how much o moves "
        "when the net input moves a little.",
        lambda o, t: t - o,
    ),
    Mistake(
        "sign-turned",
        "All the sizes are right. In this notation the error term points the way the net input "
        "should go. Take an output that is too small: should its error term be positive or "
        "negative, and what is yours?",
        lambda o, t: o * (1 - o) * (o - t),
    ),
    Mistake(
        "target-instead-of-error",
        "Try your function on an output that equals its target. There is nothing to put right "
        "there, so what should the error term be? Yours is not that.",
        lambda o, t: o * (1 - o) * t,
    ),
    Mistake(
        "squashed-twice",
        "Your slope is taken at the wrong place. Is o a net input, or has it been through the "
        "sigmoid already? Look at which of the two your formula for the slope wants.",
        lambda o, t: sigmoid(o) * (1 - sigmoid(o)) * (t - o),
    ),
    Mistake(
        "error-squared",
        "Look at your error term when the output is too small, and when it is too large by as "
        "much. They have the same sign. It seems that you used the squared error itself; what is "
        "its derivative?",
        lambda o, t: o * (1 - o) * (t - o) ** 2,
    ),
    Mistake(
        "error-itself",
        "What you return is the squared error. The error term says how the error changes with the "
        "net input: it is a derivative of what you wrote, and there is one more function on the "
        "way.",
        lambda o, t: (t - o) ** 2 / 2,
    ),
    Mistake(
        "slope-at-the-target",
        "Your slope is worked out from the target. The network sits at its output, wherever the "
        "target may be: at which of the two is the sigmoid's slope wanted?",
        lambda o, t: t * (1 - t) * (t - o),
    ),
    Mistake(
        "half-a-slope",
        "One factor of the sigmoid's slope is missing. How steep is the sigmoid when the output is "
        "close to 1? Put o = 0.99 into your slope and see whether it is nearly flat.",
        lambda o, t: o * (t - o),
    ),
    Mistake(
        "slope-of-tanh",
        "Your slope belongs to another activation function. Which one has the slope that you "
        "wrote, and which one do these units use? At an output of one half, how steep is a "
        "sigmoid?",
        lambda o, t: (1 - o**2) * (t - o),
    ),
    Mistake(
        "batch-averaged",
        "A single example comes out right. With a batch, each example keeps error terms of its "
        "own: the averaging comes later, when the weights are changed. What shape should come "
        "back?",
        lambda o, t: (o * (1 - o) * (t - o)).mean(axis=0) if np.ndim(o) == 2
        else o * (1 - o) * (t - o),
    ),
)  # fmt: skip

exercise = Exercise(
    title="The error term of an output unit",
    reference=output_error_term,
    results=("error terms",),
    aspects=(
        Aspect("one example", 1.5, (MITCHELL, MAZUR), _one_example),
        Aspect("a batch", 1.0, (BATCH,), _batch),
        Aspect("extremes", 0.5, (), _extremes),
        Aspect("unusual shapes", 0.5, (), _shapes, count=6),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "The error term is how fast the error falls as the net input rises. Two things happen on "
        "the way from the net input to the error: which are they?",
        "It is a product of two derivatives, up to the sign: of the squared error by the output, "
        "and of the output by the net input. The second is the slope of the sigmoid, and can be "
        "worked out from o alone.",
        "Half the squared error has the derivative −(t − o) by o. The sigmoid's slope, written "
        "with its own output, is what you used by hand in part 0. Multiply, and mind that δ is "
        "minus the derivative. The same line then works for a batch, element by element.",
    ),
    mistakes=MISTAKES,
    right=(_loops, _lists, _single_precision, _multiplied_out, _slope_function),
)
