"""One layer and a batch: A = σ(X Wᵀ + b), an example a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from mlpkit.activations import sigmoid


def layer(X, W, b):
    return sigmoid(X @ W.T + b)


def _case(rng: np.random.Generator, examples: int, inputs: int, units: int) -> tuple[Any, ...]:
    b = rng.uniform(0.2, 1.2, units) * rng.choice([-1, 1], units)
    return rng.uniform(-1.5, 1.5, (examples, inputs)), rng.normal(0, 0.9, (units, inputs)), b


def _different_sizes(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, *(rng.permutation(5)[:3] + 2))


def _equal_sizes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Where the shapes catch nothing: two or three of the sizes are equal."""
    one, other = rng.permutation(4)[:2] + 2
    sizes = [(one, one, one), (one, other, one), (other, one, one), (one, one, other)]
    return _case(rng, *sizes[rng.integers(4)])


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Biases alone, inputs of zero, saturated units."""
    X, W, b = _case(rng, 4, 3, 5)
    return [(X, 0 * W, b), (0 * X, W, b), (X, W, 0 * b), (X, 150 * W, b)][rng.integers(4)]


def _shapes(rng: np.random.Generator) -> tuple[Any, ...]:
    """One example, one input, one unit, and all at once."""
    sizes = [(1, 3, 2), (4, 1, 3), (3, 2, 1), (1, 1, 1), (1, 1, 4), (5, 1, 1), (1, 4, 1)]
    return _case(rng, *sizes[rng.integers(len(sizes))])


SQUARE = Example(
    "the hidden layer of lecture 3, two examples",
    (
        np.array([[0.4, 0.1], [0.0, 1.0]]),
        np.array([[0.2, 0.1], [0.3, -0.4]]),
        np.array([0.1, -0.2]),
    ),
)
ONE = Example(
    "a batch of one: the 3-3-1 network of lecture 3",
    (
        np.array([[1.0, 0.5, -1.0]]),
        np.array([[0.5, -0.2, 0.1], [-0.3, 0.8, 0.4], [0.6, 0.2, -0.7]]),
        np.array([0.1, -0.4, 0.2]),
    ),
)
BATCH = Example(
    "four examples, three inputs, two units",
    (
        np.array([[1.0, 0.5, -1.0], [0.0, 0.0, 0.0], [0.2, -0.7, 1.0], [-1.0, 1.0, 0.5]]),
        np.array([[0.5, -0.2, 0.1], [-0.3, 0.8, 0.4]]),
        np.array([0.1, -0.4]),
    ),
)


def _loops(X, W, b):
    A = np.zeros((len(X), len(b)))
    for row, x in enumerate(X):
        for j in range(len(b)):
            z = b[j]
            for i in range(len(x)):
                z += W[j, i] * x[i]
            A[row, j] = 1 / (1 + np.exp(-z))
    return A


def _lists(X, W, b):
    return [[float(sigmoid(w @ x + bias)) for w, bias in zip(W, b)] for x in X]


def _columns(X, W, b):
    return sigmoid(W @ X.T + b[:, None]).T


def _single_precision(X, W, b):
    X, W, b = (array.astype(np.float32) for array in (X, W, b))
    return sigmoid(np.einsum("mi,ji->mj", X, W) + b)


def _bias_as_a_weight(X, W, b):
    return sigmoid(np.c_[X, np.ones(len(X))] @ np.c_[W, b].T)


def _in_place(X, W, b):
    A = np.tile(b, (len(X), 1))
    for i in range(W.shape[1]):
        A += X[:, i : i + 1] * W[:, i]
    A[:] = sigmoid(A)
    return A


MISTAKES = (
    Mistake(
        "weights-transposed",
        "The inputs meet the wrong weights. W[j, i] leads to unit j from input i, so a row of W "
        "belongs to one unit. Write the shapes below your product: X has (m, inputs). With as many "
        "units as inputs nothing is raised, and the numbers are wrong all the same.",
        lambda X, W, b: sigmoid(X @ W + b),
    ),
    Mistake(
        "product-in-the-wrong-order",
        "Your product takes a column of X for an example. Here an example is a row. Only if m and "
        "the numbers of inputs and units fit by chance is nothing raised. Write the two shapes in "
        "the order of your product: the two sizes in the middle are summed over, and that should "
        "be the inputs, twice.",
        lambda X, W, b: sigmoid(W @ X + b),
    ),
    Mistake(
        "units-in-rows",
        "The numbers are right, in the wrong places: you return a row for each unit. Here an "
        "example is a row, before the layer and after it.",
        lambda X, W, b: sigmoid(W @ X.T + b[:, None]),
    ),
    Mistake(
        "bias-along-the-examples",
        "The products are right, and the biases are added along the wrong side: each example gets "
        "a bias, and not each unit. With as many examples as units nothing is raised. Write the "
        "shape of what you add b to: which of its axes runs over the units?",
        lambda X, W, b: sigmoid(W @ X.T + b).T,
    ),
    Mistake(
        "columns-throughout",
        "You work with an example a column, which is a way, but two things follow from it. The "
        "biases have to stand as a column too, so that each unit gets its own; and in the end the "
        "result has to be turned back, so that an example is a row.",
        lambda X, W, b: sigmoid(W @ X.T + b),
    ),
    Mistake(
        "bias-forgotten",
        "An example whose inputs are all 0 makes every unit answer ½ in your version. What does a "
        "unit know besides its inputs?",
        lambda X, W, b: sigmoid(X @ W.T),
    ),
    Mistake(
        "bias-after-the-sigmoid",
        "Some of your activations lie below 0 or above 1. Something is added after the sums have "
        "been squashed.",
        lambda X, W, b: sigmoid(X @ W.T) + b,
    ),
    Mistake(
        "not-squashed",
        "What you return are the net inputs, and they are right. One step is missing.",
        lambda X, W, b: X @ W.T + b,
    ),
    Mistake(
        "squashed-twice",
        "All your numbers lie between .5 and .74. That is what the sigmoid makes of numbers "
        "between 0 and 1: how often do the sums go through it?",
        lambda X, W, b: sigmoid(sigmoid(X @ W.T + b)),
    ),
    Mistake(
        "one-bias-for-all-units",
        "The products are right, but all units are given the same bias. Each has one of its own. "
        "Is b indexed, added up or averaged somewhere?",
        lambda X, W, b: sigmoid(X @ W.T + b[0]),
    ),
    Mistake(
        "the-same-row-for-all-examples",
        "The first example is right, and all others come out the same as it. Does something in "
        "your function look at X[0] alone?",
        lambda X, W, b: np.repeat(sigmoid(X[:1] @ W.T + b), len(X), axis=0),
    ),
    Mistake(
        "averaged-instead-of-added",
        "The products of weights and inputs are averaged: the more inputs, the smaller their part. "
        "A unit adds them.",
        lambda X, W, b: sigmoid(X @ W.T / X.shape[1] + b),
    ),
)

exercise = Exercise(
    title="One layer, for a batch",
    reference=layer,
    results=("activations",),
    aspects=(
        Aspect("different sizes", 1.5, (BATCH,), _different_sizes),
        Aspect("equal sizes", 1.0, (SQUARE,), _equal_sizes),
        Aspect("extremes", 0.5, (), _extremes, count=4),
        Aspect("unusual shapes", 0.5, (ONE,), _shapes, count=5),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "Write the three shapes on paper: W, b and X. Then write the shape that has to come back. "
        "Which size has to disappear in the product?",
        "Each entry of the result needs one row of X and one row of W. A matrix product takes "
        "the rows of its left factor and the columns of its right one.",
        "X has (m, inputs), so the right factor needs (inputs, units): that is W, transposed. The "
        "result has (m, units), and a vector with one entry for each unit can be added to it as it "
        "is, for NumPy repeats it for every row. Then squash, once.",
    ),
    mistakes=MISTAKES,
    right=(_loops, _lists, _columns, _single_precision, _bias_as_a_weight, _in_place),
)
