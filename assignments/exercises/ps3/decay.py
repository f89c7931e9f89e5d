"""One step with L2 decay: the cost is J + ½ λ Σ w², and biases are left out of the sum."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake


def decayed_step(w, gradient, rate, decay, mask):
    return w - rate * (gradient + decay * mask * w)


def draw_mask(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Ones and zeros, at least one of each where there is room."""
    mask = (rng.random(shape) < 0.6).astype(float)
    if mask.size > 1:
        first, second = rng.permutation(mask.size)[:2]
        mask.flat[first], mask.flat[second] = 0.0, 1.0
    return mask


def _case(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Any, ...]:
    w, gradient = (
        rng.uniform(0.3, 1.8, shape) * rng.choice([-1, 1], shape) for _ in ("w", "gradient")
    )
    rate, decay = float(rng.uniform(0.1, 0.6)), float(rng.uniform(0.1, 0.8))
    return w, gradient, rate, decay, draw_mask(rng, shape)


def _vector(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, (int(rng.integers(3, 7)),))


def _table(rng: np.random.Generator) -> tuple[Any, ...]:
    """A layer with its biases in the first column."""
    w, gradient, rate, decay, mask = _case(rng, (int(rng.integers(2, 5)), int(rng.integers(2, 5))))
    mask[:], mask[:, 0] = 1.0, 0.0
    return w, gradient, rate, decay, mask


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Biases alone, weights alone, level ground, no decay, no rate, weights of zero, large ones."""
    w, gradient, rate, decay, mask = _case(rng, (4,))
    return [
        (w, gradient, rate, decay, 0 * mask),
        (w, gradient, rate, decay, np.ones(4)),
        (w, 0 * gradient, rate, decay, mask),
        (w, gradient, rate, 0.0, mask),
        (w, gradient, 0.0, decay, mask),
        (0 * w, gradient, rate, decay, mask),
        (500 * w, gradient, rate, decay, mask),
    ][rng.integers(7)]


UNIT = Example(
    "a unit: its bias, then two weights",
    (np.array([0.5, 2.0, -1.0]), np.array([0.2, -0.4, 0.1]), 0.5, 0.1, np.array([0.0, 1.0, 1.0])),
)
LEVEL = Example(
    "level ground: the gradient of J is 0",
    (np.array([1.0, -2.0, 4.0]), np.zeros(3), 0.1, 0.5, np.array([1.0, 1.0, 0.0])),
)
LAYER = Example(
    "a layer with its biases in the first column",
    (
        np.array([[0.3, 1.5, -0.5], [-0.2, 0.8, 2.0]]),
        np.array([[0.1, -0.3, 0.4], [0.5, 0.2, -0.6]]),
        0.2,
        0.3,
        np.array([[0.0, 1.0, 1.0], [0.0, 1.0, 1.0]]),
    ),
)


def _loop(w, gradient, rate, decay, mask):
    new = np.array(w)
    for place in np.ndindex(w.shape):
        slope = gradient[place]
        if mask[place]:
            slope += decay * w[place]
        new[place] -= rate * slope
    return new


def _shrink_first(w, gradient, rate, decay, mask):
    """The same rule as a factor on the old weights."""
    factor = np.where(mask == 1, 1 - rate * decay, 1.0)
    return factor * w - rate * gradient


def _chosen_places(w, gradient, rate, decay, mask):
    new = w - rate * gradient
    chosen = mask.astype(bool)
    new[chosen] -= rate * decay * w[chosen]
    return new.tolist()


def _single_precision(w, gradient, rate, decay, mask):
    w, gradient, mask = (a.astype(np.float32) for a in (w, gradient, mask))
    return w - np.float32(rate) * gradient - np.float32(rate * decay) * (w * mask)


MISTAKES = (
    Mistake(
        "decay-forgotten",
        "This is plain gradient descent. On level ground your weights stay where they are, and "
        "with decay they should shrink. What is the derivative of the new term of the cost?",
        lambda w, g, rate, decay, mask: w - rate * g,
    ),
    Mistake(
        "biases-decayed",
        "The weights are right, and the biases shrink with them. The mask says which numbers are "
        "in the new sum. What is the derivative of a sum by a number that is not in it?",
        lambda w, g, rate, decay, mask: w - rate * (g + decay * w),
    ),
    Mistake(
        "mask-inverted",
        "In your version the biases shrink and the weights do not. Read again what a 1 in the mask "
        "means.",
        lambda w, g, rate, decay, mask: w - rate * (g + decay * (1 - mask) * w),
    ),
    Mistake(
        "weights-grow",
        "Your weights get larger through the decay. On level ground, a positive weight should "
        "come closer to 0. Look at the sign of the new term.",
        lambda w, g, rate, decay, mask: w - rate * (g - decay * mask * w),
    ),
    Mistake(
        "one-half-left-out",
        "Your decay is twice as strong as it should be. There is a factor of one half before the "
        "sum in the cost. What does it cancel when you take the derivative?",
        lambda w, g, rate, decay, mask: w - rate * (g + 2 * decay * mask * w),
    ),
    Mistake(
        "rate-left-out-of-the-decay",
        "The gradient's part is right, and the weights shrink too fast. The decay is a part of the "
        "gradient of the whole cost. Is all of that gradient multiplied by the learning rate?",
        lambda w, g, rate, decay, mask: w - rate * g - decay * mask * w,
    ),
    Mistake(
        "biases-do-not-learn",
        "The weights are right, and the biases do not move at all. They are not to shrink, but "
        "they still have to follow the gradient of J. What does your mask multiply?",
        lambda w, g, rate, decay, mask: w - rate * mask * (g + decay * w),
    ),
    Mistake(
        "decay-of-the-gradient",
        "You multiply the gradient by the decay, and weights of any size shrink alike: on level "
        "ground not at all. The new term of the cost holds the weights. So what does its "
        "derivative hold?",
        lambda w, g, rate, decay, mask: w - rate * (g + decay * mask * g),
    ),
    Mistake(
        "decay-after-the-step",
        "You are off by very little: your decay is taken of the weights after their step. Both "
        "parts of the gradient belong to the same place, the weights before it.",
        lambda w, g, rate, decay, mask: (w - rate * g) * (1 - rate * decay * mask),
    ),
    Mistake(
        "pull-of-one-size",
        "Large and small weights are pulled to 0 by the same amount. That is what a sum of "
        "absolute values would do, and it comes in the next exercise. Here the squares are summed.",
        lambda w, g, rate, decay, mask: w - rate * (g + decay * mask * np.sign(w)),
    ),
    Mistake(
        "squares-instead-of-their-slope",
        "You have put the new term of the cost itself into the gradient. A negative weight moves "
        "away from 0 with it. A step needs the term's derivative.",
        lambda w, g, rate, decay, mask: w - rate * (g + decay / 2 * mask * w**2),
    ),
    Mistake(
        "steps-instead-of-weights",
        "This is the right change. What should come back are the weights after the change.",
        lambda w, g, rate, decay, mask: -rate * (g + decay * mask * w),
    ),
)

exercise = Exercise(
    title="Weight decay: L2",
    reference=decayed_step,
    results=("new w",),
    aspects=(
        Aspect("a row of weights", 1.0, (UNIT, LEVEL), _vector, count=3),
        Aspect("a layer", 1.5, (LAYER,), _table, count=3),
        Aspect("extremes", 1.0, (), _extremes, count=6),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "It is plain gradient descent on another cost. So find the gradient of that cost first, on "
        "paper: of J it is given, and the new term is a sum of squares.",
        "Take one weight that the sum holds. What is the derivative of ½ λ w² by w? Add it to the "
        "gradient of J, for this weight. For a bias nothing is added.",
        "Multiplying by the mask keeps a number or makes it 0, element by element, which does the "
        "choosing without a loop. The learning rate multiplies the sum of both parts.",
    ),
    mistakes=MISTAKES,
    right=(_loop, _shrink_first, _chosen_places, _single_precision),
)
