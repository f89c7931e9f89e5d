"""A layer of softmax outputs under cross-entropy: δ = a − t, and the gradients of the cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from assignments.exercises.ps4.softmax import softmax
from mlpkit.activations import sigmoid


def output_layer(H, W, b, t):
    delta = softmax(H @ W.T + b, 1.0) - t
    return delta, delta.T @ H / len(H), np.mean(delta, axis=0)


def _case(rng: np.random.Generator, m: int, hidden: int, classes: int) -> tuple[Any, ...]:
    b = rng.uniform(0.2, 1.0, classes) * rng.choice([-1, 1], classes)
    t = np.eye(classes)[rng.integers(classes, size=m)]
    return rng.uniform(-1.5, 1.5, (m, hidden)), rng.normal(0, 1, (classes, hidden)), b, t


def _one_example(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, 1, *rng.integers(2, 6, size=2))


def _batch(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, *rng.integers(2, 6, size=3))


def _equal_sizes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Where the shapes catch nothing: two or three of the sizes are equal."""
    one, other = rng.permutation(4)[:2] + 2
    sizes = [(one, one, one), (one, other, one), (other, one, one), (one, one, other)]
    return _case(rng, *sizes[rng.integers(4)])


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Scores of ±1000 and more, ties, one class, shared targets, hidden units of 0."""
    H, W, b, t = _case(rng, 4, 3, 3)
    cases = [
        # In whole numbers, which lose no digits in single precision.
        (np.round(2 * H), 500 * np.round(2 * W), 1000 + np.round(3 * b), t),
        (np.round(H), np.round(2 * W), np.round(3 * b) - 1000, t),
        (H, 0 * W, 0 * b, t),
        (H, W[:1], b[:1], np.ones((4, 1))),
        (H, W, b, rng.dirichlet(np.ones(3), 4)),
        (0 * H, W, b, t),
    ]
    return cases[rng.integers(len(cases))]


def _example(title: str, *arguments: Any) -> Example:
    return Example(title, tuple(np.array(array, dtype=float) for array in arguments))


LECTURE = _example(
    "the scores 2, 1, −1 of lecture 4, from one hidden unit that says 1",
    [[1]], [[1.5], [1.5], [-1.5]], [0.5, -0.5, 0.5], [[1, 0, 0]],
)  # fmt: skip
BATCH = _example(
    "two examples, four hidden units, three classes",
    [[0.5, -1, 0.2, 0.8], [0.9, 0.1, -0.4, 0.3]],
    [[0.4, 0.1, -0.3, 1], [-0.7, 0.5, 0.2, 0.3], [0.6, -0.2, 0.9, -0.5]], [0.1, -0.4, 0.2],
    [[0, 1, 0], [1, 0, 0]],
)  # fmt: skip
SQUARE = _example(
    "three examples, three hidden units, three classes",
    [[1, 0.5, -1], [0, 2, 1], [0.3, -0.6, 0.7]],
    [[0.5, -0.2, 0.1], [-0.3, 0.8, 0.4], [0.6, 0.2, -0.7]], [0.1, -0.4, 0.2],
    [[0, 0, 1], [0, 0, 1], [1, 0, 0]],
)  # fmt: skip


def _loops(H, W, b, t):
    delta, slope_W, slope_b = np.zeros(t.shape), np.zeros(W.shape), np.zeros(b.shape)
    for row, h in enumerate(H):
        delta[row] = softmax(W @ h + b, 1.0) - t[row]
        for k in range(len(b)):
            slope_b[k] += delta[row, k] / len(H)
            for j in range(len(h)):
                slope_W[k, j] += delta[row, k] * h[j] / len(H)
    return delta, slope_W, slope_b


def _single_precision(H, W, b, t):
    H, W, b, t = (array.astype(np.float32) for array in (H, W, b, t))
    delta = softmax(np.einsum("mj,kj->mk", H, W) + b, 1.0) - t
    return [delta, np.einsum("mk,mj->kj", delta, H) / np.float32(len(H)), delta.mean(axis=0)]


def _bias_as_a_weight(H, W, b, t):
    with_one = np.c_[H, np.ones(len(H))]
    delta = softmax(with_one @ np.c_[W, b].T, 1.0) - t
    slope = (with_one.T @ delta / len(H)).T
    return delta, slope[:, :-1], slope[:, -1]


def _outer_products(H, W, b, t):
    delta = [softmax(W @ h + b, 1.0) - target for h, target in zip(H, t)]
    return (
        [each.tolist() for each in delta],
        np.mean([np.outer(each, h) for each, h in zip(delta, H)], axis=0),
        sum(delta) / len(delta),
    )


def _columns(H, W, b, t):
    delta = softmax((W @ H.T + b[:, None]).T, 1.0).T - t.T
    return delta.T, delta @ H / H.shape[0], delta.sum(axis=1) / H.shape[0]


def _with_delta(delta_of: Callable[..., Any]) -> Callable[..., Any]:
    """A wrong solution whose error terms are wrong, and the gradients with them."""

    def solution(H, W, b, t):
        delta = delta_of(H, W, b, t)
        return delta, delta.T @ H / len(H), delta.mean(axis=0)

    return solution


def _with_gradients(slope_W: Callable[..., Any], slope_b: Callable[..., Any]) -> Any:
    """A wrong solution whose error terms are right."""

    def solution(H, W, b, t):
        delta = output_layer(H, W, b, t)[0]
        return delta, slope_W(delta, H), slope_b(delta)

    return solution


def _slope_W(delta: Any, H: Any) -> Any:
    return delta.T @ H / len(H)


def _slope_b(delta: Any) -> Any:
    return delta.mean(axis=0)


def _probabilities(H: Any, W: Any, b: Any) -> Any:
    return softmax(H @ W.T + b, 1.0)


def _times_the_slope(H: Any, W: Any, b: Any, t: Any) -> Any:
    a = _probabilities(H, W, b)
    return (a - t) * a * (1 - a)


MISTAKES = (
    Mistake(
        "sign-turned",
        "All sizes are right, and all signs are turned. Here δ is a derivative of the cost by a "
        "net input, not minus one: should the score of the right class have a positive slope?",
        _with_delta(lambda H, W, b, t: t - _probabilities(H, W, b)),
    ),
    Mistake(
        "slope-of-the-output-once-more",
        "Your error term has a factor a (1 − a), as under squared error. Work out the derivative "
        "of the cross-entropy by z: the logarithm has cancelled that factor.",
        _with_delta(_times_the_slope),
    ),
    Mistake(
        "error-term-of-squared-error",
        "This is the error term of assignment 2: that of squared error, and minus a derivative. "
        "Work out the derivative of the cross-entropy by z, and compare both its sign and its "
        "factors with yours.",
        _with_delta(lambda H, W, b, t: -_times_the_slope(H, W, b, t)),
    ),
    Mistake(
        "scores-instead-of-probabilities",
        "The targets are compared with the scores. Between the net inputs and the comparison there "
        "is one more step.",
        _with_delta(lambda H, W, b, t: H @ W.T + b - t),
    ),
    Mistake(
        "sigmoid-instead-of-softmax",
        "Your outputs are sigmoids, each on its own: for one example they do not add up to 1. Here "
        "exactly one class is right.",
        _with_delta(lambda H, W, b, t: sigmoid(H @ W.T + b) - t),
    ),
    Mistake(
        "bias-forgotten",
        "The error terms are those of a layer without biases. Hidden units of 0 then give all "
        "classes the same probability. Which argument do you not use?",
        _with_delta(lambda H, W, b, t: _probabilities(H, W, 0) - t),
    ),
    Mistake(
        "axis-confused",
        "The probabilities of one class add up to 1 over the examples in your version. In this "
        "layer an example is a row, and its classes share the probability 1.",
        _with_delta(lambda H, W, b, t: softmax((H @ W.T + b).T, 1.0).T - t),
    ),
    Mistake(
        "mean-left-out",
        "The error terms are right. Your gradients grow with the number of examples: the cost is "
        "the mean of the examples' losses, and so are its derivatives.",
        _with_gradients(lambda delta, H: delta.T @ H, lambda delta: delta.sum(axis=0)),
    ),
    Mistake(
        "weights-not-averaged",
        "Error terms and biases are right. The gradient of the weights grows with the number of "
        "examples: a matrix product adds up, and the cost is a mean.",
        _with_gradients(lambda delta, H: delta.T @ H, _slope_b),
    ),
    Mistake(
        "mean-over-the-classes",
        "The error terms are right. Your gradients are divided by the number of classes. Over what "
        "does the cost take its mean?",
        _with_gradients(
            lambda delta, H: delta.T @ H / delta.shape[1],
            lambda delta: delta.sum(axis=0) / delta.shape[1],
        ),
    ),
    Mistake(
        "mean-in-the-error-terms",
        "Both gradients are right. The error terms are divided by the number of examples already. "
        "Here they are asked for example by example, and the mean comes after.",
        lambda H, W, b, t: (output_layer(H, W, b, t)[0] / len(H), *output_layer(H, W, b, t)[1:]),
    ),
    Mistake(
        "gradient-transposed",
        "The error terms are right, and so are the numbers for the weights, in the wrong places: "
        "the gradient has a row for each hidden unit. It should have the shape of W.",
        _with_gradients(lambda delta, H: _slope_W(delta, H).T, _slope_b),
    ),
    Mistake(
        "biases-along-the-wrong-axis",
        "Error terms and weights are right. For the biases you take the mean over the classes of "
        "each example. There should be one number for each class.",
        _with_gradients(_slope_W, lambda delta: delta.mean(axis=1)),
    ),
    Mistake(
        "biases-not-averaged",
        "Error terms and weights are right. For the biases the mean over the examples is left out: "
        "you add up.",
        _with_gradients(_slope_W, lambda delta: delta.sum(axis=0)),
    ),
)

exercise = Exercise(
    title="The output layer, backward",
    reference=output_layer,
    results=("error terms", "slope by W", "slope by b"),
    aspects=(
        Aspect("one example", 1.5, (LECTURE,), _one_example, count=3),
        Aspect("a batch", 1.5, (BATCH,), _batch, count=3),
        Aspect("equal sizes", 1.0, (SQUARE,), _equal_sizes, count=4),
        Aspect("extremes", 0.5, (), _extremes, count=6),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "Forward first: scores as in any layer, then your softmax, which has a temperature of 1 "
        "here. The error terms are one subtraction, and have the shape of t.",
        "A weight's slope is, for one example, the error term where it ends times the activation "
        "where it starts. Over the batch, the mean. A bias is a weight that starts at a unit which "
        "always says 1.",
        "The slope by W has the shape (classes, hidden). Of the product of two tables, one with a "
        "column for each class and one with a column for each hidden unit, the first has to be "
        "transposed, so that the sum runs over the examples. Divide by their number.",
    ),
    mistakes=MISTAKES,
    right=(_loops, _single_precision, _bias_as_a_weight, _outer_products, _columns),
)
