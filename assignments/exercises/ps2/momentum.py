"""One update with momentum: Δw_ji = η δ_j x_ji + α Δw_ji of the step before."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake


def momentum_update(W, last_step, delta, x, rate, momentum):
    step = rate * np.outer(delta, x) + momentum * last_step
    return W + step, step


def _case(rng: np.random.Generator, units: int, inputs: int) -> tuple[Any, ...]:
    shape = (units, inputs)
    rate, momentum = float(rng.uniform(0.05, 0.6)), float(rng.uniform(0.3, 0.95))
    step = rng.normal(0, 0.1, shape)
    return (
        rng.normal(0, 1, shape),
        step,
        rng.normal(0, 0.3, units),
        rng.random(inputs),
        rate,
        momentum,
    )


def _first_step(rng: np.random.Generator) -> tuple[Any, ...]:
    W, last_step, *others = _case(rng, *rng.integers(2, 6, size=2))
    return W, np.zeros_like(last_step), *others


def _later_step(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, *rng.integers(2, 6, size=2))


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """No momentum, no error, no activation, a rate of zero, one after the other."""
    W, last_step, delta, x, rate, momentum = _case(rng, 3, 4)
    return [
        (W, last_step, delta, x, rate, 0.0),
        (W, last_step, 0 * delta, x, rate, momentum),
        (W, last_step, delta, 0 * x, rate, momentum),
        (W, last_step, delta, x, 0.0, momentum),
        (W * 1000, last_step * 1000, delta * 1000, x, rate, momentum),
    ][rng.integers(5)]


def _shapes(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, *[(1, 1), (1, 4), (4, 1), (3, 3)][rng.integers(4)])


FIRST = Example(
    "the worked example, first step (bias first)",
    (
        np.array([[0.1, 0.1, 0.1]]),
        np.zeros((1, 3)),
        np.array([0.086]),
        np.array([1.0, 0.55, 0.55]),
        0.2,
        0.9,
    ),
)
SECOND = Example(
    "the worked example, second step (bias first)",
    (
        np.array([[0.1172, 0.1095, 0.1095]]),
        np.array([[0.0172, 0.0095, 0.0095]]),
        np.array([-0.2118]),
        np.array([1.0, 0.55, 0.5499]),
        0.2,
        0.9,
    ),
)
SQUARE = Example(
    "two units with two inputs",
    (
        np.array([[0.5, -0.25], [0.75, 1.0]]),
        np.array([[0.04, -0.08], [0.02, 0.06]]),
        np.array([0.1, -0.3]),
        np.array([0.2, 0.7]),
        0.5,
        0.8,
    ),
)


def _loops(W, last_step, delta, x, rate, momentum):
    new, step = W.copy(), np.empty(W.shape)
    for j in range(len(delta)):
        for i in range(len(x)):
            step[j, i] = rate * delta[j] * x[i] + momentum * last_step[j, i]
            new[j, i] += step[j, i]
    return new, step


def _columns(W, last_step, delta, x, rate, momentum):
    step = momentum * last_step
    step += rate * delta[:, None] * x[None, :]
    return [W + step, step]


def _single_precision(W, last_step, delta, x, rate, momentum):
    W, last_step, delta, x = (a.astype(np.float32) for a in (W, last_step, delta, x))
    step = rate * np.einsum("j,i->ji", delta, x) + momentum * last_step
    return W + step, step


def _lists(W, last_step, delta, x, rate, momentum):
    step = [
        [rate * d * x_i + momentum * old for x_i, old in zip(x, row)]
        for d, row in zip(delta, last_step)
    ]
    return [[w + s for w, s in zip(*rows)] for rows in zip(W, step)], step


def _velocity_of_descent(W, last_step, delta, x, rate, momentum):
    gradient = -np.matmul(delta.reshape(-1, 1), x.reshape(1, -1))
    velocity = momentum * -last_step + rate * gradient
    return np.stack([W - velocity, -velocity])


def _with_step(step_of: Any) -> Any:
    """A wrong solution that differs in the step alone."""

    def update(W, last_step, delta, x, rate, momentum):
        step = step_of(last_step, np.outer(delta, x), rate, momentum)
        return W + step, step

    return update


def _minus(W, last_step, delta, x, rate, momentum):
    new, step = momentum_update(W, last_step, delta, x, rate, momentum)
    return 2 * W - new, step


def _rate_twice(W, last_step, delta, x, rate, momentum):
    _, step = momentum_update(W, last_step, delta, x, rate, momentum)
    return W + rate * step, step


def _rate_late(W, last_step, delta, x, rate, momentum):
    step = np.outer(delta, x) + momentum * last_step
    return W + rate * step, step


def _forgets_to_remember(W, last_step, delta, x, rate, momentum):
    new, _ = momentum_update(W, last_step, delta, x, rate, momentum)
    return new, rate * np.outer(delta, x)


def _transposed(W, last_step, delta, x, rate, momentum):
    step = rate * np.outer(x, delta) + momentum * last_step
    return W + step, step


def _of_the_weights(W, last_step, delta, x, rate, momentum):
    step = rate * np.outer(delta, x) + momentum * W
    return W + step, step


MISTAKES = (
    Mistake(
        "momentum-forgotten",
        "The first step is right, and would be right without any momentum. From the second on, "
        "part of the step before is kept. Where does last_step come into your step?",
        _with_step(lambda last, slope, rate, momentum: rate * slope),
    ),
    Mistake(
        "momentum-of-the-gradient",
        "Look at what the learning rate multiplies in your version. last_step is a step that was "
        "taken, so the learning rate is in it already. Is it a slope, or a change of weights?",
        _with_step(lambda last, slope, rate, momentum: rate * (slope + momentum * last)),
    ),
    Mistake(
        "rate-applied-late",
        "What you remember is a slope, and the learning rate comes in only when the weights move. "
        "Some libraries do it so. Here last_step is how far the weights moved last time: does what "
        "you return say how far they moved this time?",
        _rate_late,
    ),
    Mistake(
        "weighted-average",
        "You mix the new and the old so that their shares add up to one. That is a running "
        "average. In this rule, how much of the new part is taken: all of it, or what the "
        "momentum leaves over?",
        _with_step(
            lambda last, slope, rate, momentum: (1 - momentum) * rate * slope + momentum * last
        ),
    ),
    Mistake(
        "momentum-subtracted",
        "Your step pushes back against the last one. Think of the ball that rolls downhill: does "
        "its speed carry it on the way it was going, or hold it back?",
        _with_step(lambda last, slope, rate, momentum: rate * slope - momentum * last),
    ),
    Mistake(
        "step-subtracted",
        "Your step is right, and then it is taken backwards. In this notation the error term "
        "already points downhill. Compare the new weight with the old one: which way did the "
        "worked example go?",
        _minus,
    ),
    Mistake(
        "rate-twice",
        "Your step is right, but the weights move by less than it. What multiplies the step when "
        "you add it to W, and was that in the step already?",
        _rate_twice,
    ),
    Mistake(
        "momentum-not-remembered",
        "The new weights are right. The step that you return is only its new part. The next call "
        "gets it as last_step: what has to be in it so that the ball keeps rolling?",
        _forgets_to_remember,
    ),
    Mistake(
        "weights-transposed",
        "The products of error terms and inputs stand in the wrong places. W[j, i] leads to unit j "
        "from input i: which of the two belongs to the rows? With as many units as inputs no "
        "error is raised, which makes this one hard to see.",
        _transposed,
    ),
    Mistake(
        "element-by-element",
        "You multiply error terms and inputs in pairs, the first by the first and so on. But every "
        "unit is connected to every input. How many products does a layer of two units and three "
        "inputs need?",
        lambda W, last_step, delta, x, rate, momentum: (
            W + rate * delta * x + momentum * last_step,
            rate * delta * x + momentum * last_step,
        ),
    ),
    Mistake(
        "momentum-of-the-weights",
        "Even the first step is too large, although nothing has moved before it. What does the "
        "momentum multiply in your version: the weights, or their last change?",
        _of_the_weights,
    ),
    Mistake(
        "rate-left-out",
        "The direction is right, but the new part of the step is too large. What keeps the steps "
        "small?",
        _with_step(lambda last, slope, rate, momentum: slope + momentum * last),
    ),
)

exercise = Exercise(
    title="One update with momentum",
    reference=momentum_update,
    results=("new W", "new step"),
    aspects=(
        Aspect("the first step", 1.0, (FIRST,), _first_step, count=3),
        Aspect("a later step", 2.0, (SECOND, SQUARE), _later_step),
        Aspect("extremes", 0.5, (), _extremes),
        Aspect("unusual shapes", 0.5, (), _shapes, count=5),
        Aspect("leaves its arguments as they are", 1.0),
    ),
    hints=(
        "Work out the step first, all of it, and give it a name. The new weights are then the old "
        "ones and the step.",
        "The step has two parts. One is new: the learning rate times an error term times an input, "
        "for every pair of unit and input. The other is a share of last_step.",
        "For the new part you need a table with a row for each unit and a column for each input, "
        "which holds every δ_j times every x_i: NumPy has a function for the outer product of two "
        "vectors. Return two new arrays, and leave W and last_step as they were.",
    ),
    mistakes=MISTAKES,
    right=(_loops, _columns, _single_precision, _lists, _velocity_of_descent),
)
