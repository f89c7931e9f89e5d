"""One step with L1 decay by soft thresholding: down the gradient of J, then towards 0.

u = w − η g; then every number that the mask has moves towards 0 by η λ, and stops there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from assignments.exercises.ps3.decay import draw_mask


def l1_step(w, gradient, rate, decay, mask):
    u = w - rate * gradient
    return np.sign(u) * np.maximum(np.abs(u) - rate * decay * mask, 0)


def _case(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """Half of the weights end near 0, and half of the steps cross it."""
    rate, decay = float(rng.uniform(0.1, 0.6)), float(rng.uniform(0.3, 1.5))
    size = np.where(rng.random(shape) < 0.5, rng.uniform(0.2, 0.9, shape), rng.uniform(2, 6, shape))
    u = rate * decay * size * rng.choice([-1, 1], shape)
    gradient = rng.uniform(0.3, 1.5, shape) * np.where(rng.random(shape) < 0.5, 1, -1)
    return u + rate * gradient, gradient, rate, decay, draw_mask(rng, shape)


def _far(rng: np.random.Generator) -> tuple[Any, ...]:
    """No weight comes near 0."""
    w, gradient, rate, decay, mask = _case(rng, (int(rng.integers(3, 7)),))
    return w + np.sign(w) * (rate * decay + rate * np.abs(gradient)), gradient, rate, decay, mask


def _mixed(rng: np.random.Generator) -> tuple[Any, ...]:
    w, gradient, rate, decay, _ = _case(rng, (3, int(rng.integers(3, 6))))
    mask = np.ones(w.shape)
    mask[:, 0] = 0.0
    return w, gradient, rate, decay, mask


def _near(rng: np.random.Generator) -> tuple[Any, ...]:
    """All that the mask has ends at 0, or most of it."""
    w, gradient, rate, decay, mask = _case(rng, (8,))
    if rng.random() < 0.5:
        return w, gradient, rate, 8 * decay, mask
    return w, gradient, rate, 2 * decay, mask


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Biases alone, level ground, no decay, no rate, weights of 0, one weight."""
    w, gradient, rate, decay, mask = _case(rng, (5,))
    return [
        (w, gradient, rate, decay, 0 * mask),
        (w, 0 * gradient, rate, decay, mask),
        (w, gradient, rate, 0.0, mask),
        (w, gradient, 0.0, decay, mask),
        (0 * w, gradient, rate, decay, mask),
        (w[:1], gradient[:1], rate, decay, np.ones(1)),
    ][rng.integers(6)]


FAR = Example(
    "two weights far from 0, and a bias",
    (np.array([2.0, -1.0, 0.6]), np.array([0.5, 0.5, -1.0]), 0.2, 0.5, np.array([1.0, 1.0, 0.0])),
)
LEVEL = Example(
    "level ground: the gradient of J is 0",
    (
        np.array([1.0, 0.03, -0.02, -0.5, 0.01]),
        np.zeros(5),
        0.1,
        0.5,
        np.array([1.0, 1.0, 1.0, 1.0, 0.0]),
    ),
)
CROSSING = Example(
    "steps that cross 0",
    (
        np.array([0.1, -0.3, 0.2, 0.0, 0.1]),
        np.array([1.0, -1.5, 0.5, -2.0, 1.0]),
        0.4,
        0.25,
        np.array([1.0, 1.0, 1.0, 1.0, 0.0]),
    ),
)


def _loop(w, gradient, rate, decay, mask):
    new = np.zeros(w.shape)
    for place in np.ndindex(w.shape):
        u, least = w[place] - rate * gradient[place], rate * decay * mask[place]
        if u > least:
            new[place] = u - least
        elif u < -least:
            new[place] = u + least
    return new


def _clipped(w, gradient, rate, decay, mask):
    """What is taken away is the number itself, but no more than the threshold."""
    u, most = w - rate * gradient, rate * decay * mask
    return u - np.clip(u, -most, most)


def _two_halves(w, gradient, rate, decay, mask):
    u, most = w - rate * gradient, rate * decay * mask
    return (np.maximum(u - most, 0) + np.minimum(u + most, 0)).tolist()


def _where(w, gradient, rate, decay, mask):
    u = w - rate * gradient
    shrunk = np.where(np.abs(u) <= rate * decay, 0.0, u - np.copysign(rate * decay, u))
    return np.where(mask > 0, shrunk, u)


def _single_precision(w, gradient, rate, decay, mask):
    w, gradient, mask = (a.astype(np.float32) for a in (w, gradient, mask))
    u = w - np.float32(rate) * gradient
    return np.copysign(np.fmax(np.abs(u) - np.float32(rate * decay) * mask, 0), u)


def _after_the_step(shrink: Callable[..., Any]) -> Callable[..., Any]:
    """A wrong solution that is right up to u: of u, the threshold and the mask."""

    def step(w, gradient, rate, decay, mask):
        return shrink(w - rate * gradient, rate * decay, mask)

    return step


def _soft(u: Any, threshold: Any) -> Any:
    return np.sign(u) * np.maximum(np.abs(u) - threshold, 0)


MISTAKES = (
    Mistake(
        "overshoots",
        "Where a weight is far from 0 you are right. A weight near 0 is carried past it, to the "
        "other side, and in the next step back again. What should happen to a weight that is "
        "closer to 0 than the threshold?",
        _after_the_step(lambda u, threshold, mask: u - threshold * mask * np.sign(u)),
    ),
    Mistake(
        "sign-of-the-old-weight",
        "You have put the sign of w into the gradient, which is the subgradient step. Here the "
        "pull comes second and is towards 0 from where the first step has led; and it stops at 0. "
        "Look at a weight whose first step crosses 0.",
        lambda w, g, rate, decay, mask: w - rate * (g + decay * mask * np.sign(w)),
    ),
    Mistake(
        "threshold-before-the-step",
        "The two stages are there, in the other order: you shrink the old weights and then go down "
        "the gradient. A weight that you have put at 0 does not stay there.",
        lambda w, g, rate, decay, mask: _soft(w, rate * decay * mask) - rate * g,
    ),
    Mistake(
        "rate-left-out-of-the-threshold",
        "Your weights are pulled too far, and too many of them end at 0. With a learning rate of 0 "
        "nothing should move. What is the length of the pull?",
        lambda w, g, rate, decay, mask: _soft(w - rate * g, decay * mask),
    ),
    Mistake(
        "biases-decayed",
        "The weights are right, and the biases are pulled to 0 with them. What should the "
        "threshold be where the mask is 0?",
        _after_the_step(lambda u, threshold, mask: _soft(u, threshold)),
    ),
    Mistake(
        "mask-inverted",
        "In your version the biases are pulled to 0 and the weights are not. Read again what a 1 "
        "in the mask means.",
        _after_the_step(lambda u, threshold, mask: _soft(u, threshold * (1 - mask))),
    ),
    Mistake(
        "biases-at-zero",
        "The weights are right, and every bias comes out as 0. The mask should leave the bias's "
        "own step alone. What does it multiply in your version?",
        _after_the_step(lambda u, threshold, mask: mask * _soft(u, threshold)),
    ),
    Mistake(
        "small-biases-at-zero",
        "The weights are right, and so are biases far from 0. A bias that is closer to 0 than the "
        "threshold comes out as 0. You use the mask in one place, and the threshold in two.",
        _after_the_step(
            lambda u, threshold, mask: np.where(
                np.abs(u) <= threshold, 0, u - threshold * mask * np.sign(u)
            ),
        ),
    ),
    Mistake(
        "hard-threshold",
        "The small weights are set to 0, as they should be, and the large ones keep their size. "
        "They too are pulled towards 0, by the same length.",
        _after_the_step(
            lambda u, threshold, mask: np.where(np.abs(u) <= threshold * mask, 0, u),
        ),
    ),
    Mistake(
        "in-proportion",
        "Your pull is in proportion to the weight: that is the decay of the exercise before, and "
        "no weight ever reaches 0 by it. Here the pull has the same length for all.",
        _after_the_step(lambda u, threshold, mask: u * (1 - threshold * mask)),
    ),
    Mistake(
        "sign-lost",
        "The sizes are right, and all numbers are positive. A weight below 0 has to come closer "
        "to 0 from below. Where did its sign go?",
        _after_the_step(lambda u, threshold, mask: np.maximum(np.abs(u) - threshold * mask, 0)),
    ),
    Mistake(
        "negative-weights-cut-off",
        "Positive weights are right, and all that is below 0 becomes 0. The pull is towards 0, and "
        "for a negative weight that is upwards.",
        _after_the_step(lambda u, threshold, mask: np.maximum(u - threshold * mask, 0)),
    ),
    Mistake(
        "pushed-away",
        "Your weights get larger through the decay. Which way is towards 0 for a positive weight, "
        "and which way for a negative one?",
        _after_the_step(lambda u, threshold, mask: u + threshold * mask * np.sign(u)),
    ),
    Mistake(
        "decay-forgotten",
        "The first stage is right, and the second is missing: no weight is pulled to 0.",
        _after_the_step(lambda u, threshold, mask: u),
    ),
)

exercise = Exercise(
    title="Weight decay: L1",
    reference=l1_step,
    results=("new w",),
    aspects=(
        Aspect("far from 0", 1.0, (FAR,), _far, count=3),
        Aspect("a layer, some weights near 0", 1.5, (LEVEL, CROSSING), _mixed),
        Aspect("most end at 0", 0.5, (), _near, count=3),
        Aspect("extremes", 0.5, (), _extremes, count=5),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "Do it in two stages, and give what comes of the first a name. The second stage looks at "
        "that, and not at the old weights.",
        "Treat the size and the sign apart. The size becomes smaller by the threshold, and never "
        "smaller than 0. The sign stays. Where the mask is 0, the threshold is 0.",
        "NumPy has functions for the absolute value, for the larger of two numbers, element by "
        "element, and for the sign (−1, 0 or 1). The product of a sign and a size is the number.",
    ),
    mistakes=MISTAKES,
    right=(_loop, _clipped, _two_halves, _where, _single_precision),
)
