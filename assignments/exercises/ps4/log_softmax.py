"""The log of the softmax, taken on paper first, and the cross-entropy of a batch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from assignments.exercises.ps4.softmax import TINY, softmax


def log_softmax_and_cost(z, t):
    shifted = z - np.max(z, axis=1, keepdims=True)
    log_a = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return log_a, -np.mean(np.sum(t * log_a, axis=1))


def _one_hot(rng: np.random.Generator, m: int, classes: int) -> np.ndarray:
    return np.eye(classes)[rng.integers(classes, size=m)]


def _one_example(rng: np.random.Generator) -> tuple[Any, ...]:
    classes = int(rng.integers(2, 7))
    return rng.normal(0, 1.5, (1, classes)), _one_hot(rng, 1, classes)


def _batch(rng: np.random.Generator) -> tuple[Any, ...]:
    m, classes = rng.integers(2, 6, size=2)
    classes = classes if rng.random() < 0.5 else m
    return rng.normal(0, 1.5, (m, classes)), _one_hot(rng, m, classes)


def _shared_targets(rng: np.random.Generator) -> tuple[Any, ...]:
    """Targets that several classes have a share in."""
    m, classes = rng.integers(2, 5, size=2)
    return rng.normal(0, 1.5, (m, classes)), rng.dirichlet(np.ones(classes), m)


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Scores far out, a right class that was thought impossible, ties, and one class."""
    far = np.stack([rng.permutation([1000.0, 999.0, 997.0]) for _ in range(3)])
    cases = [
        far,
        far - 2000,
        far - np.array([[0.0], [998.0], [2000.0]]),
        rng.permutation([[0.0, -800.0], [800.0, 0.0], [-800.0, 800.0]]),
        rng.permutation([[1000.0, -1000.0, 0.0], [0.0, 0.0, 0.0]]),
        np.full((2, 4), -1000.0),
        rng.normal(0, 500, (3, 1)),
    ]
    z = cases[rng.integers(len(cases))]
    return z, _one_hot(rng, *z.shape)


def _example(title: str, z: Any, t: Any) -> Example:
    return Example(title, (np.array(z, dtype=float), np.array(t, dtype=float)))


LECTURE = _example("the scores of lecture 4, class 1 is right", [[2, 1, -1]], [[1, 0, 0]])
BATCH = _example(
    "three examples, three classes",
    [[2, 1, -1], [0, 0, 0], [0.5, -1.5, 3]],
    [[0, 1, 0], [1, 0, 0], [0, 0, 1]],
)
SHARED = _example(
    "targets that are shared", [[2, 1, -1], [0.3, 0.1, -0.2]], [[0.7, 0.2, 0.1], [0.5, 0, 0.5]]
)
IMPOSSIBLE = _example("the right class was thought impossible", [[0, -744.2]], [[0, 1]])
FAR_BELOW = _example("scores far below 0", [TINY], [[1, 0, 0]])
THOUSAND = _example(
    "scores of about 1000", [[1000, 999, 997], [-1000, -1001, -1003]], [[1, 0, 0], [0, 0, 1]]
)


def _loops(z, t):
    rows, cost = [], 0.0
    for scores, targets in zip(z.tolist(), t.tolist()):
        top = max(scores)
        rest = top + math.log(sum(math.exp(score - top) for score in scores))
        rows.append([score - rest for score in scores])
        for log_a, target in zip(rows[-1], targets):
            cost -= target * log_a
    return rows, cost / len(rows)


def _by_pairs(z, t):
    log_a = z - np.logaddexp.reduce(z, axis=1)[:, None]
    return [log_a, -np.einsum("mi,mi->", t, log_a) / len(z)]


def _single_precision(z, t):
    z = z.astype(np.float32)
    top = z.max(axis=1, keepdims=True)
    log_a = (z - top) - np.log(np.exp(z - top).sum(axis=1, keepdims=True))
    return log_a, -(t.astype(np.float32) * log_a).sum(axis=1).mean()


def _columns(z, t):
    z, t = z.T.copy(), t.T
    z -= z.max(axis=0)
    z -= np.log(np.exp(z).sum(axis=0))
    return z.T, -(z * t).sum() / z.shape[1]


def _with_class(z, t):
    class Output:
        def __init__(self, scores):
            top = scores.max()
            self.log = scores - top - np.log(np.exp(scores - top).sum())

        def loss(self, targets):
            return -self.log @ targets

    outputs = [Output(scores) for scores in z]
    return (
        np.array([each.log for each in outputs]),
        np.average([each.loss(targets) for each, targets in zip(outputs, t)]),
    )


def _finite(log_a: Any, cost: Any) -> Any:
    if not (np.isfinite(log_a).all() and np.isfinite(cost)):
        raise FloatingPointError  # what is no number is nobody's in particular
    return log_a, cost


def _cost(log_a: Any, t: Any) -> Any:
    return -np.mean(np.sum(t * log_a, axis=1))


def _other_logs(logs_of: Callable[[Any], Any]) -> Callable[..., Any]:
    """A wrong solution whose logarithms are wrong, and the cost with them."""

    def solution(z, t):
        with np.errstate(all="ignore"):
            log_a = logs_of(z)
            return _finite(log_a, _cost(log_a, t))

    return solution


def _other_cost(cost_of: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """A wrong solution whose cost alone is wrong."""

    def solution(z, t):
        log_a = log_softmax_and_cost(z, t)[0]
        with np.errstate(all="ignore"):
            return _finite(log_a, cost_of(log_a, t))

    return solution


def _yes_or_no(log_a: Any, t: Any) -> Any:
    return -np.mean(np.sum(t * log_a + (1 - t) * np.log(1 - np.exp(log_a)), axis=1))


MISTAKES = (
    Mistake(
        "log-of-softmax",
        "You take the logarithm of a probability. A probability of e^−800 is rounded to 0, and its "
        "logarithm is lost; a little above that, most digits are. Take the logarithm of the "
        "formula on paper first: what is left of the exponential above the line?",
        _other_logs(lambda z: np.log(softmax(z, 1.0))),
    ),
    Mistake(
        "log-of-softmax-without-the-maximum",
        "You take the exponentials of the scores as they are, and then the logarithm of a "
        "probability. Both lose their numbers far from 0: the first at scores of 1000, the second "
        "at a class that was thought impossible. Take the logarithm of the formula on paper, and "
        "look for a number that may be taken off all scores of an example.",
        _other_logs(lambda z: np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))),
    ),
    Mistake(
        "small-number-added",
        "You add a small number before the logarithm, so that it is never taken of 0. That also "
        "puts a limit to the loss, and a class that was thought impossible costs far too little. "
        "With the logarithm taken on paper no such number is needed.",
        _other_logs(lambda z: np.log(softmax(z, 1.0) + 1e-12)),
    ),
    Mistake(
        "maximum-not-subtracted",
        "The formula is right on paper. On a computer the exponential of 1000 is infinite, and "
        "that of −1000 is 0, whose logarithm is lost. Take each example's largest score off its "
        "scores before you take exponentials.",
        _other_logs(lambda z: z - np.log(np.exp(z).sum(axis=1, keepdims=True))),
    ),
    Mistake(
        "axis-confused",
        "Your sums run over the examples. An example is a row: the exponentials of its own classes "
        "are added up. Which axis do the classes run along?",
        _other_logs(lambda z: log_softmax_and_cost(z.T, z.T)[0].T),
    ),
    Mistake(
        "sums-not-kept-as-a-column",
        "With one example you are right. In a batch each row has the sum of another example taken "
        "off, if the sizes allow it at all: your sums lie in a row, and NumPy lays a row along the "
        "columns. Print the shape of your sums for a batch.",
        _other_logs(
            lambda z: (
                z
                - np.max(z, axis=1, keepdims=True)
                - np.log(np.exp(z - np.max(z, axis=1, keepdims=True)).sum(axis=1))
            )
        ),
    ),
    Mistake(
        "logarithm-left-out",
        "The sum of the exponentials is taken off the scores as it is. In the logarithm of a "
        "quotient, both of its parts are logarithms.",
        _other_logs(
            lambda z: z - z.max(1)[:, None] - np.exp(z - z.max(1)[:, None]).sum(1)[:, None]
        ),
    ),
    Mistake(
        "probabilities-instead",
        "The cost is right. The first result is the probabilities, and their logarithms are asked "
        "for: none of them is above 0.",
        lambda z, t: (softmax(z, 1.0), log_softmax_and_cost(z, t)[1]),
    ),
    Mistake(
        "mean-left-out",
        "The logarithms are right. Your cost grows with the number of examples: it is the sum of "
        "their losses, and the mean is asked for.",
        _other_cost(lambda log_a, t: -np.sum(t * log_a)),
    ),
    Mistake(
        "mean-over-the-classes-too",
        "The logarithms are right. Your mean runs over all numbers of the table, so it is divided "
        "by the number of classes as well. Over what is the mean to be taken?",
        _other_cost(lambda log_a, t: -np.mean(t * log_a)),
    ),
    Mistake(
        "sign-of-the-cost",
        "The logarithms are right. Your cost is below 0, and smaller for a worse answer. The "
        "logarithm of a probability is never above 0: what should stand in front of it?",
        _other_cost(lambda log_a, t: np.mean(np.sum(t * log_a, axis=1))),
    ),
    Mistake(
        "most-probable-class-instead",
        "The logarithms are right. You charge for the class that the network thinks most probable. "
        "What does the target say?",
        _other_cost(lambda log_a, t: -np.mean(np.max(log_a, axis=1))),
    ),
    Mistake(
        "loss-for-yes-or-no",
        "The logarithms are right. Your loss has a second part, with 1 − t and 1 − a. It belongs "
        "to outputs that each say yes or no on their own. Here one class of several is right.",
        _other_cost(_yes_or_no),
    ),
    Mistake(
        "squared-error-instead",
        "The logarithms are right. Your cost is that of squared error. The cross-entropy is asked "
        "for: minus the logarithm of what the right class was given.",
        _other_cost(lambda log_a, t: np.mean(np.sum((np.exp(log_a) - t) ** 2, axis=1)) / 2),
    ),
)

exercise = Exercise(
    title="Log-softmax and cross-entropy",
    reference=log_softmax_and_cost,
    results=("log probabilities", "cost"),
    aspects=(
        Aspect("one example", 1.0, (LECTURE,), _one_example, count=3),
        Aspect("a batch", 1.5, (BATCH,), _batch, count=3),
        Aspect("shared targets", 1.0, (SHARED,), _shared_targets, count=2),
        Aspect("extremes", 2.0, (IMPOSSIBLE, FAR_BELOW, THOUSAND), _extremes, count=6),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "Do not call your softmax. Write down the logarithm of the formula: the logarithm of a "
        "quotient is a difference, and that of an exponential is what stands in it.",
        "What remains is a score minus the logarithm of a sum of exponentials. As before, take "
        "each example's largest score off its scores first; it cancels.",
        "One example's loss is minus the sum over its classes of target times log probability: "
        "with axis=1, one number for each example. The cost is the mean of these numbers.",
    ),
    mistakes=MISTAKES,
    right=(_loops, _by_pairs, _single_precision, _columns, _with_class),
)
