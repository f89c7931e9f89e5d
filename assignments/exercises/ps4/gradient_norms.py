"""How large the gradient is in each layer of a deep network: back-propagation, layer by layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake


def gradient_norms(A, D, W, G):
    norms = np.zeros(len(W))
    for layer in reversed(range(len(W))):
        delta = G * D[layer]
        norms[layer] = np.linalg.norm(delta.T @ A[layer])
        G = delta @ W[layer]
    return norms


def _case(rng: np.random.Generator, layers: int, m: int, units: int) -> tuple[Any, ...]:
    """Slopes as of units that are neither saturated nor all alike."""
    shape = (layers, m, units)
    W = rng.normal(0, 1.3 / np.sqrt(units), (layers, units, units))
    return rng.uniform(-1, 1, shape), rng.uniform(0.3, 1, shape), W, rng.normal(0, 1, shape[1:])


def _one_layer(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, 1, *rng.integers(2, 6, size=2))


def _two_layers(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, 2, *rng.integers(2, 6, size=2))


def _deeper(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, int(rng.integers(3, 8)), *rng.integers(2, 6, size=2))


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """A dead layer, no gradient, rectified units, one unit, one example, twenty layers."""
    A, D, W, G = _case(rng, 4, 3, 3)
    dead = np.ones((4, 1, 1))
    dead[rng.integers(4)] = 0
    cases = [
        (A, dead * D, W, G),
        (A, D, W, 0 * G),
        (A, np.round(D), W, G),
        (A, D, 30 * W, G),
        _case(rng, 3, 4, 1),
        _case(rng, 3, 1, 4),
        _case(rng, 1, 1, 1),
        _case(rng, 20, 3, 4),
    ]
    return cases[rng.integers(len(cases))]


def _example(title: str, *arguments: Any) -> Example:
    return Example(title, tuple(np.array(array, dtype=float) for array in arguments))


CHAIN = _example(
    "a chain of three units, one in each layer",
    [[[1]], [[0.8]], [[-0.5]]], [[[0.25]], [[0.2]], [[0.1]]], [[[2]], [[4]], [[-3]]], [[1]],
)  # fmt: skip
SINGLE = _example(
    "a single layer, two examples",
    [[[1, 0.5], [0.2, -0.4]]],
    [[[0.25, 0.2], [0.1, 0.24]]],
    [[[0.5, -1], [2, 0.3]]],
    [[1, -0.5], [0.4, 0.8]],
)
TWO = _example(
    "two layers, two examples",
    [[[1, 0.5], [0.2, -0.4]], [[0.6, 0.3], [0.7, 0.1]]],
    [[[0.9, 0.4], [0.5, 1]], [[0.7, 0.2], [0.3, 0.8]]],
    [[[0.5, -1], [2, 0.3]], [[1.5, 0.4], [-0.8, 0.9]]],
    [[1, -0.5], [0.4, 0.8]],
)
THREE = _example(
    "three layers of three units, one example",
    [[[1, 0.5, -1]], [[0.3, -0.6, 0.2]], [[0.9, 0.1, 0.4]]],
    [[[0.9, 0.4, 0.6]], [[0.5, 1, 0.7]], [[0.3, 0.8, 0.2]]],
    [
        [[0.5, -1, 0.2], [2, 0.3, -0.7], [0.1, 0.6, 0.9]],
        [[1.5, 0.4, -0.3], [-0.8, 0.9, 0.2], [0.7, -1.1, 0.5]],
        [[0.6, 1.2, -0.4], [0.3, -0.9, 1], [-0.5, 0.8, 0.7]],
    ],
    [[1, -0.5, 2]],
)


def _upward(A, D, W, G):
    deltas = [G * D[-1]]
    for weights, slopes in zip(W[:0:-1], D[-2::-1]):
        deltas.insert(0, (deltas[0] @ weights) * slopes)
    return [float(np.sqrt(np.sum((d.T @ a) ** 2))) for d, a in zip(deltas, A)]


def _loops(A, D, W, G):
    layers, m, n = A.shape
    norms, incoming = [0.0] * layers, G.tolist()
    for layer in range(layers - 1, -1, -1):
        delta = [[incoming[e][j] * D[layer, e, j] for j in range(n)] for e in range(m)]
        squares = 0.0
        for j in range(n):
            for i in range(n):
                squares += sum(delta[e][j] * A[layer, e, i] for e in range(m)) ** 2
        norms[layer] = squares**0.5
        incoming = [
            [sum(delta[e][j] * W[layer, j, i] for j in range(n)) for i in range(n)]
            for e in range(m)
        ]
    return norms


def _recursion(A, D, W, G):
    if len(W) == 0:
        return []
    delta = G * D[-1]
    here = np.linalg.norm(np.einsum("mj,mi->ji", delta, A[-1]))
    return [*_recursion(A[:-1], D[:-1], W[:-1], delta @ W[-1]), here]


def _single_precision(A, D, W, G):
    A, D, W, delta = (array.astype(np.float32) for array in (A, D, W, G))
    found = []
    for a, slope, weights in zip(A[::-1], D[::-1], W[::-1]):
        delta = delta * slope
        found.append(np.hypot.reduce((a.T @ delta).ravel()))
        delta = np.inner(delta, weights.T)
    return np.array(found[::-1])


def _all_deltas(
    D: Any, W: Any, G: Any, step: Callable[..., Any] = lambda delta, weights: delta @ weights
) -> list[Any]:
    """The error terms of all layers, with a step of one's own to the layer below."""
    deltas = [G * D[-1]]
    for layer in reversed(range(1, len(W))):
        deltas.insert(0, step(deltas[0], W[layer]) * D[layer - 1])
    return deltas


def _measured(deltas: Any, A: Any, size: Callable[..., Any] = np.linalg.norm) -> Any:
    return np.array([size(delta.T @ a) for delta, a in zip(deltas, A)])


def _slope_of_the_layer_above(A, D, W, G):
    deltas = [G * D[-1]]
    for layer in reversed(range(1, len(W))):
        deltas.insert(0, deltas[0] @ W[layer] * D[layer])
    return _measured(deltas, A)


def _weights_of_the_layer_below(A, D, W, G):
    deltas = [G * D[-1]]
    for layer in reversed(range(1, len(W))):
        deltas.insert(0, deltas[0] @ W[layer - 1] * D[layer - 1])
    return _measured(deltas, A)


def _last_slope_left_out(A, D, W, G):
    return gradient_norms(A, np.concatenate([D[:-1], np.ones_like(D[-1:])]), W, G)


def _each_example_by_itself(A, D, W, G):
    norms = [gradient_norms(A[:, e, None], D[:, e, None], W, G[e, None]) for e in range(len(G))]
    return np.sum(norms, axis=0)


MISTAKES = (
    Mistake(
        "weights-transposed",
        "The last layer is right, and below it the error takes the wrong weights. W[l][j, i] leads "
        "to unit j from unit i. On the way back unit i collects from all j: which index is summed?",
        lambda A, D, W, G: _measured(_all_deltas(D, W, G, lambda d, w: d @ w.T), A),
    ),
    Mistake(
        "slopes-left-out",
        "Your error terms never meet the slopes of the activation functions. On its way through a "
        "layer each of them is multiplied by the slope of its own unit.",
        lambda A, D, W, G: gradient_norms(A, np.ones_like(D), W, G),
    ),
    Mistake(
        "last-slope-left-out",
        "G is the derivative by what the last layer puts out. Before you use it as an error term, "
        "it has to pass that layer's own activation function.",
        _last_slope_left_out,
    ),
    Mistake(
        "slope-of-the-layer-above",
        "The last layer is right. One step further down the error is multiplied by the slopes of "
        "the layer that it has just left. It has arrived at another layer's units.",
        _slope_of_the_layer_above,
    ),
    Mistake(
        "weights-of-the-layer-below",
        "The last layer is right. From there to the layer below the error travels back along the "
        "weights that lie between the two. Which layer do these belong to?",
        _weights_of_the_layer_below,
    ),
    Mistake(
        "norms-of-the-error-terms",
        "What you measure is the error terms. The slope of a weight has one more factor: what came "
        "in along it.",
        lambda A, D, W, G: np.array([np.linalg.norm(delta) for delta in _all_deltas(D, W, G)]),
    ),
    Mistake(
        "summed-over-the-units",
        "Your error terms are right, and your product has a row and a column for each example: its "
        "sum runs over the units. A gradient has an entry for each weight. A norm hides the shape, "
        "so print the shape of what you measure.",
        lambda A, D, W, G: np.array(
            [np.linalg.norm(delta @ a.T) for delta, a in zip(_all_deltas(D, W, G), A)]
        ),
    ),
    Mistake(
        "root-left-out",
        "You return sums of squares. The length of a vector is the root of that.",
        lambda A, D, W, G: gradient_norms(A, D, W, G) ** 2,
    ),
    Mistake(
        "layers-in-the-other-order",
        "All numbers are right, in the other order. You go through the layers from the last to the "
        "first, and the result starts with the first.",
        lambda A, D, W, G: gradient_norms(A, D, W, G)[::-1],
    ),
    Mistake(
        "mean-taken-again",
        "All your numbers are too small by the number of examples. The mean over them is in G "
        "already, so the slopes of a weight only have to be added up.",
        lambda A, D, W, G: gradient_norms(A, D, W, G) / len(G),
    ),
    Mistake(
        "examples-measured-one-by-one",
        "You take the norm for each example and add the norms. The gradient of the batch is the "
        "sum of the examples' gradients, in which some things cancel; its norm comes last.",
        _each_example_by_itself,
    ),
    Mistake(
        "largest-stretch-instead",
        "NumPy's norm with the argument 2 is, for a matrix, its largest stretch of any vector. "
        "Asked for is the root of the sum of all squares.",
        lambda A, D, W, G: _measured(_all_deltas(D, W, G), A, lambda g: np.linalg.norm(g, 2)),
    ),
    Mistake(
        "absolute-values-added",
        "You add up absolute values. The length of a vector is the root of the sum of squares.",
        lambda A, D, W, G: _measured(_all_deltas(D, W, G), A, lambda g: np.abs(g).sum()),
    ),
)

exercise = Exercise(
    title="Gradient norms by layer",
    reference=gradient_norms,
    results=("norms",),
    aspects=(
        Aspect("one layer", 1.0, (SINGLE,), _one_layer, count=3),
        Aspect("two layers", 1.5, (TWO,), _two_layers, count=3),
        Aspect("more layers", 2.0, (CHAIN, THREE), _deeper, count=3),
        Aspect("extremes", 0.5, (), _extremes, count=6),
        Aspect("leaves its arguments as they are", 1.0),
    ),
    hints=(
        "Go from the last layer to the first, and carry one table along: the derivative by what "
        "the layer puts out, with a row for each example. At the start it is G.",
        "In each layer three things happen: times the slopes, which gives the error terms; the "
        "gradient of the layer's weights, which you measure; and on to the layer below.",
        "The gradient of the weights is a product of error terms and the layer's inputs that is "
        "summed over the examples, so the error terms stand transposed in it. What goes on below "
        "is the product of error terms and W, not transposed, because a row of W belongs to one "
        "unit. Put the norm into the layer's place in the result.",
    ),
    mistakes=MISTAKES,
    right=(_upward, _loops, _recursion, _single_precision),
)
