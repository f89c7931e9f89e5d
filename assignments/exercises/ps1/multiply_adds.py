"""What a pass through a network costs, in multiply-adds: one for each weight and example."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake


def multiply_adds(sizes, m):
    forward = m * np.sum(sizes[:-1] * sizes[1:])
    return forward, 2 * forward - m * sizes[0] * sizes[1]


def _case(rng: np.random.Generator, layers: int) -> tuple[Any, ...]:
    return rng.permutation(np.arange(2.0, 12.0))[:layers], float(rng.integers(2, 40))


def _one_example(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, int(rng.integers(3, 7)))[0], 1.0


def _batch(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, int(rng.integers(3, 7)))


def _no_hidden_layer(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, 2)


def _large(rng: np.random.Generator) -> tuple[Any, ...]:
    """Hundreds of units, a very deep network, and layers of one unit."""
    deep = np.full(int(rng.integers(8, 20)), float(rng.integers(2, 50)))
    wide = rng.integers(100, 900, size=4).astype(float)
    return [(deep, 3.0), (wide, 7.0), (np.ones(5), 2.0)][rng.integers(3)]


def _example(title: str, sizes: list[float], m: int) -> Example:
    return Example(title, (np.array(sizes, dtype=float), float(m)))


DEEP = _example("the 3-4-4-1 network of lecture 3, one example", [3, 4, 4, 1], 1)
DIGITS = _example("64-30-10, a batch of 100", [64, 30, 10], 100)
XOR = _example("2-2-1, the four patterns", [2, 2, 1], 4)
SINGLE = _example("a single layer, 4-1, two examples", [4, 1], 2)


def _loop(sizes, m):
    forward = backward = 0.0
    for place in range(1, len(sizes)):
        weights = sizes[place - 1] * sizes[place]
        forward += m * weights
        backward += m * weights
        if place > 1:
            backward += m * weights
    return [forward, backward]


def _lists(sizes, m):
    weights = [int(one) * int(other) for one, other in zip(sizes, sizes[1:])]
    return m * sum(weights), m * (sum(weights) + sum(weights[1:]))


def _dot(sizes, m):
    forward = np.dot(sizes[1:], sizes[:-1])
    rest = np.inner(sizes[1:-1], sizes[2:])
    return np.array([m * forward, m * (forward + rest)])


def _matrices(sizes, m):
    shapes = [np.ones((int(to), int(below))) for below, to in zip(sizes, sizes[1:])]
    forward = sum(W.size for W in shapes) * m
    return forward, 2 * forward - shapes[0].size * m


def _single_precision(sizes, m):
    sizes, m = sizes.astype(np.float32), np.float32(m)
    products = m * sizes[:-1] * sizes[1:]
    return products.sum(), products.sum() + products[1:].sum()


def _counted(weights_of: Any, backward_of: Any = None) -> Any:
    """A wrong solution: other weights are counted, or the way back is counted otherwise."""

    def solution(sizes, m):
        forward = m * weights_of(sizes)
        first = m * sizes[0] * sizes[1]
        return forward, (backward_of or (lambda f, first: 2 * f - first))(forward, first)

    return solution


def _weights(sizes: Any) -> Any:
    return np.sum(sizes[:-1] * sizes[1:])


def _biases_too(sizes, m):
    weights = (sizes[:-1] + 1) * sizes[1:]
    return m * weights.sum(), m * (2 * weights.sum() - weights[0])


MISTAKES = (
    Mistake(
        "biases-counted",
        "Your forward count is too large by one for each unit and example. A bias is added, and "
        "nothing is multiplied by it: how many products does one unit with three inputs need?",
        _biases_too,
    ),
    Mistake(
        "biases-counted-and-all-twice",
        "Two things. Your forward count is too large by one for each unit and example: a bias is "
        "added, and nothing is multiplied by it. And your way back is twice the way forward: does "
        "the first layer have to hand anything on to the inputs?",
        lambda sizes, m: (
            m * np.sum((sizes[:-1] + 1) * sizes[1:]),
            2 * m * np.sum((sizes[:-1] + 1) * sizes[1:]),
        ),
    ),
    Mistake(
        "examples-forgotten",
        "One example comes out right. For m of them everything is done m times: where does m come "
        "into your counts?",
        lambda sizes, m: _counted(_weights)(sizes, 1),
    ),
    Mistake(
        "units-added",
        "You count units, and the work is in the weights. Between a layer of 3 and a layer of 4 "
        "there is an arrow from each to each: how many arrows are these?",
        lambda sizes, m: (
            m * np.sum(sizes),
            2 * m * np.sum(sizes) - m * sizes[0] * sizes[1],
        ),
    ),
    Mistake(
        "first-layer-counted-twice",
        "Forward is right. On the way back a layer needs a second product only to hand the error "
        "terms on to the activations below. What is below the first layer, and does learning "
        "change it?",
        _counted(_weights, lambda forward, first: 2 * forward),
    ),
    Mistake(
        "backward-as-forward",
        "Forward is right. On the way back most layers have two products to do, one for the "
        "derivatives by their weights and one for the error terms below. You count one.",
        _counted(_weights, lambda forward, first: forward),
    ),
    Mistake(
        "first-layer-left-out",
        "Forward is right. On the way back the first layer is not left out altogether: its weights "
        "have to learn too. Which of the two products does it need?",
        _counted(_weights, lambda forward, first: 2 * (forward - first)),
    ),
    Mistake(
        "one-layer-less-both-ways",
        "Forward is right. On the way back you count one product a layer, and none for the first. "
        "There are two kinds of products: for the weights, and for the activations below.",
        _counted(_weights, lambda forward, first: forward - first),
    ),
    Mistake(
        "sizes-all-multiplied",
        "With two layers of weights or more, your numbers are far too large: you multiply all "
        "sizes with each other. Only neighbouring layers are connected. What is done with the "
        "counts of the single layers?",
        _counted(np.prod),
    ),
    Mistake(
        "last-layer-forgotten",
        "A layer of weights is missing. How many layers of weights are there between four layers "
        "of units, and over how many does your sum run?",
        _counted(lambda sizes: np.sum(sizes[:-2] * sizes[1:-1])),
    ),
    Mistake(
        "three-for-backward",
        "Forward is right. Your second number holds the forward pass as well. Only the way back is "
        "asked for.",
        _counted(_weights, lambda forward, first: 3 * forward - first),
    ),
)

exercise = Exercise(
    title="What a pass costs",
    reference=multiply_adds,
    results=("forward", "backward"),
    aspects=(
        Aspect("one example", 1.5, (DEEP,), _one_example),
        Aspect("a batch", 1.5, (DIGITS, XOR), _batch),
        Aspect("no hidden layer", 0.5, (SINGLE,), _no_hidden_layer, count=2),
        Aspect("large networks", 0.5, (), _large, count=3),
    ),
    hints=(
        "Draw a 3-4-4-1 network with all its arrows. Forward, every arrow is one multiply-add, "
        "once for each example. How many arrows are there between two layers?",
        "Neighbouring sizes are multiplied, and the products are added up. On the way back every "
        "layer needs as many for the derivatives by its weights, and every layer but one as many "
        "again, to hand the error terms on.",
        "sizes without its last entry and sizes without its first are two arrays of one length; "
        "multiply them pair by pair, add up, and multiply by m. Backward is twice that, less what "
        "the first layer of weights takes.",
    ),
    mistakes=MISTAKES,
    right=(_loop, _lists, _dot, _matrices, _single_precision),
)
