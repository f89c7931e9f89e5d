"""One step with momentum: v ← α v − η g, then w ← w + v."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake


def momentum_step(w, velocity, gradient, rate, momentum):
    new_velocity = momentum * velocity - rate * gradient
    return w + new_velocity, new_velocity


def _case(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Any, ...]:
    w, gradient = rng.normal(0, 1, shape), rng.uniform(0.3, 1.5, shape)
    velocity = rng.uniform(0.1, 0.6, shape) * rng.choice([-1, 1], shape)
    gradient = gradient * rng.choice([-1, 1], shape)
    return w, velocity, gradient, float(rng.uniform(0.05, 0.6)), float(rng.uniform(0.3, 0.95))


def _first_step(rng: np.random.Generator) -> tuple[Any, ...]:
    w, velocity, *others = _case(rng, (int(rng.integers(2, 6)),))
    return w, np.zeros_like(velocity), *others


def _later_step(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, (int(rng.integers(2, 6)),))


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """No momentum, level ground, a rate of zero, large numbers."""
    w, velocity, gradient, rate, momentum = _case(rng, (4,))
    return [
        (w, velocity, gradient, rate, 0.0),
        (w, velocity, 0 * gradient, rate, momentum),
        (w, velocity, gradient, 0.0, momentum),
        (1000 * w, 1000 * velocity, 1000 * gradient, rate, momentum),
    ][rng.integers(4)]


def _shapes(rng: np.random.Generator) -> tuple[Any, ...]:
    """A table of weights, a single weight, and one that is a plain number."""
    shapes: list[tuple[int, ...]] = [(3, 3), (2, 4), (1,), (1, 3), ()]
    w, velocity, gradient, *others = _case(rng, shapes[rng.integers(len(shapes))])
    if np.ndim(w) == 0:
        return float(w), float(velocity), float(gradient), *others
    return w, velocity, gradient, *others


FIRST = Example(
    "the first step, from rest",
    (np.array([2.0, -1.0]), np.array([0.0, 0.0]), np.array([4.0, -1.0]), 0.1, 0.9),
)
SECOND = Example(
    "the second step",
    (np.array([1.6, -0.9]), np.array([-0.4, 0.1]), np.array([3.2, -0.9]), 0.1, 0.9),
)
TURNED = Example(
    "the slope has turned round, the velocity has not",
    (np.array([-0.2, 0.5, 1.0]), np.array([-0.4, 0.3, -0.2]), np.array([-0.4, 0.5, 0.0]), 0.5, 0.8),
)


def _loop(w, velocity, gradient, rate, momentum):
    flat = zip(np.ravel(w), np.ravel(velocity), np.ravel(gradient))
    pairs = [(a + momentum * v - rate * g, momentum * v - rate * g) for a, v, g in flat]
    new, speed = np.array(pairs).T
    return new.reshape(np.shape(w)), speed.reshape(np.shape(w))


def _copy_in_place(w, velocity, gradient, rate, momentum):
    speed = np.array(velocity)
    speed *= momentum
    speed -= rate * np.asarray(gradient)
    new = np.array(w)
    new += speed
    return [new, speed]


def _single_precision(w, velocity, gradient, rate, momentum):
    w, velocity, gradient = (np.asarray(a, dtype=np.float32) for a in (w, velocity, gradient))
    speed = np.float32(momentum) * velocity - np.float32(rate) * gradient
    return w + speed, speed


def _downhill_positive(w, velocity, gradient, rate, momentum):
    """The velocity counted downhill, turned back at the end; as nested lists."""
    fall = rate * np.asarray(gradient) - momentum * np.asarray(velocity)
    return (w - fall).tolist(), (-fall).tolist()


def _with_class(w, velocity, gradient, rate, momentum):
    class Ball:
        def __init__(self, place, speed):
            self.place, self.speed = place, speed

        def roll(self, slope):
            self.speed = np.add(np.multiply(momentum, self.speed), np.multiply(-rate, slope))
            self.place = np.add(self.place, self.speed)

    ball = Ball(w, velocity)
    ball.roll(gradient)
    return ball.place, ball.speed


def _with_velocity(velocity_of: Callable[..., Any]) -> Callable[..., Any]:
    """A wrong solution that differs in the new velocity alone."""

    def step(w, velocity, gradient, rate, momentum):
        new = velocity_of(w, velocity, gradient, rate, momentum)
        return w + new, new

    return step


def _with_weights(weights_of: Callable[..., Any]) -> Callable[..., Any]:
    """A wrong solution whose velocity is right."""

    def step(w, velocity, gradient, rate, momentum):
        new = momentum * velocity - rate * gradient
        return weights_of(w, velocity, new, rate), new

    return step


def _not_remembered(w, velocity, gradient, rate, momentum):
    return w + momentum * velocity - rate * gradient, -rate * gradient


def _rate_at_the_end(w, velocity, gradient, rate, momentum):
    sum_of_slopes = momentum * velocity + gradient
    return w - rate * sum_of_slopes, sum_of_slopes


def _counted_uphill(w, velocity, gradient, rate, momentum):
    climb = momentum * velocity + rate * gradient
    return w - climb, climb


MISTAKES = (
    Mistake(
        "momentum-forgotten",
        "From rest your step is right, and it would be without any momentum. From the second step "
        "on a share of the old velocity is kept. Where does velocity come into your step?",
        _with_velocity(lambda w, v, g, rate, momentum: -rate * g),
    ),
    Mistake(
        "velocity-not-remembered",
        "The new weights are right. The velocity that you return is only its new part. The next "
        "call gets it back: what must be in it, so that the ball keeps rolling?",
        _not_remembered,
    ),
    Mistake(
        "rate-on-the-velocity",
        "Look at what the learning rate multiplies in your version. The velocity is a step that "
        "was taken, so the learning rate is in it already.",
        _with_velocity(lambda w, v, g, rate, momentum: rate * (momentum * v - g)),
    ),
    Mistake(
        "rate-applied-at-the-end",
        "Your velocity is a sum of gradients, and the learning rate comes in only when the weights "
        "move. Some libraries do it so. Here the velocity is how far the weights move: does what "
        "you return say that, sign and all?",
        _rate_at_the_end,
    ),
    Mistake(
        "running-average",
        "You mix old and new so that their shares add up to one. That is a running average. In the "
        "rule above, how much of the new part is taken?",
        _with_velocity(
            lambda w, v, g, rate, momentum: momentum * v - (1 - momentum) * rate * g,
        ),
    ),
    Mistake(
        "uphill",
        "Your step goes up the slope. A gradient says in which direction the cost grows. Compare "
        "the first weight of the first case before and after, and look at its gradient.",
        _with_velocity(lambda w, v, g, rate, momentum: momentum * v + rate * g),
    ),
    Mistake(
        "velocity-counted-uphill",
        "From rest your weights are right. Your velocity points uphill and is subtracted, as some "
        "libraries do it. Here it is the step itself, so the velocity that comes in points where "
        "the weights went. In which of the two lines above does the minus stand?",
        _counted_uphill,
    ),
    Mistake(
        "momentum-subtracted",
        "Your step pushes back against the last one. Think of a ball that rolls downhill: does its "
        "speed carry it on, or hold it back?",
        _with_velocity(lambda w, v, g, rate, momentum: -momentum * v - rate * g),
    ),
    Mistake(
        "velocity-subtracted",
        "Your velocity is right, and then the weights move against it. The minus of going downhill "
        "is in the velocity already. How often may it come in?",
        _with_weights(lambda w, old, new, rate: w - new),
    ),
    Mistake(
        "moved-by-the-old-velocity",
        "Your velocity is right, and the weights move by another one: the one that came in. From "
        "rest they do not move at all. Which of the two comes first, the new velocity or the move?",
        _with_weights(lambda w, old, new, rate: w + old),
    ),
    Mistake(
        "rate-twice",
        "Your velocity is right, but the weights move by less than it. What multiplies it when you "
        "add it, and was that in it before?",
        _with_weights(lambda w, old, new, rate: w + rate * new),
    ),
    Mistake(
        "rate-left-out",
        "The direction is right and the new part of the step is too long. Which of the arguments "
        "have you not used?",
        _with_velocity(lambda w, v, g, rate, momentum: momentum * v - g),
    ),
    Mistake(
        "momentum-of-the-weights",
        "Even from rest your step is wrong, although nothing has moved before it. What does the "
        "momentum multiply in your version: the weights, or their last change?",
        _with_velocity(lambda w, v, g, rate, momentum: momentum * w - rate * g),
    ),
)

exercise = Exercise(
    title="One step with momentum",
    reference=momentum_step,
    results=("new w", "new velocity"),
    aspects=(
        Aspect("from rest", 1.0, (FIRST,), _first_step, count=3),
        Aspect("a later step", 1.5, (SECOND, TURNED), _later_step, count=3),
        Aspect("extremes", 0.5, (), _extremes),
        Aspect("any shape", 0.5, (), _shapes),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "There are two lines above, and two lines to write, in the same order. Give the new "
        "velocity a name of its own.",
        "The new velocity has two parts: a share of the old one, and the downhill step that you "
        "know from plain gradient descent. The weights then move by the whole of it.",
        "NumPy multiplies a number and an array element by element, so no loop is needed. Use a "
        "new name on the left of each line: with += or -= you would change an array that belongs "
        "to the caller.",
    ),
    mistakes=MISTAKES,
    right=(_loop, _copy_in_place, _single_precision, _downhill_positive, _with_class),
)
