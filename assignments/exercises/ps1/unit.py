"""One unit and one example: a = σ(w · x + b)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from mlpkit.activations import sigmoid


def unit(x, w, b):
    return sigmoid(w @ x + b)


def _case(rng: np.random.Generator, inputs: int) -> tuple[Any, ...]:
    bias = float(rng.uniform(0.3, 1.5) * rng.choice([-1, 1]))
    return rng.uniform(-1.5, 1.5, inputs), rng.normal(0, 0.8, inputs), bias


def _two_inputs(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, 2)


def _more_inputs(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, int(rng.integers(3, 8)))


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """A bias alone, inputs of zero, one input, a net input of 0, and a saturated unit."""
    x, w, b = _case(rng, 3)
    return [
        (x, 0 * w, b),
        (0 * x, w, b),
        (x[:1], w[:1], b),
        (x, w, -float(w @ x)),
        (x, 200 * w, b),
    ][rng.integers(5)]


FIRST = Example(
    "the first hidden unit of lecture 3", (np.array([0.4, 0.1]), np.array([0.2, 0.1]), 0.1)
)
SECOND = Example("its second hidden unit", (np.array([0.4, 0.1]), np.array([0.3, -0.4]), -0.2))
VOWEL = Example(
    "the average “had” of lecture 1", (np.array([0.66, 1.72]), np.array([10.0, 2.0]), -7.4)
)
THREE = Example("three inputs", (np.array([1.0, 0.5, -1.0]), np.array([0.5, -0.2, 0.1]), 0.1))


def _loop(x, w, b):
    z = b
    for i in range(len(w)):
        z += w[i] * x[i]
    return 1 / (1 + math.exp(-z))


def _zipped(x, w, b):
    return 0.5 + 0.5 * math.tanh(sum((w_i * x_i for w_i, x_i in zip(w, x)), b) / 2)


def _single_precision(x, w, b):
    return sigmoid(np.float32(b) + np.sum(w.astype(np.float32) * x.astype(np.float32)))


def _bias_as_a_weight(x, w, b):
    return sigmoid(np.dot(np.append(w, b), np.append(x, 1)))


def _with_class(x, w, b):
    class Unit:
        def __init__(self, weights, bias):
            self.weights, self.bias = np.array([*weights]), bias

        def __call__(self, inputs):
            return 1 - sigmoid(-np.inner(self.weights, inputs) - self.bias)

    return Unit(w, b)(x)


MISTAKES = (
    Mistake(
        "bias-forgotten",
        "Your unit answers ½ when all inputs are 0, whatever its bias. The sum that goes into the "
        "sigmoid has one more term than there are inputs.",
        lambda x, w, b: sigmoid(w @ x),
    ),
    Mistake(
        "bias-multiplied-by-an-input",
        "The bias is treated as if it were a weight on one of the inputs. Its own input is "
        "constant: what is it?",
        lambda x, w, b: sigmoid(w @ x + b * x[0]),
    ),
    Mistake(
        "bias-subtracted",
        "Your bias works like a threshold that has to be reached. In this course it is added to "
        "the sum. Look at its sign.",
        lambda x, w, b: sigmoid(w @ x - b),
    ),
    Mistake(
        "bias-after-the-sigmoid",
        "What you return can lie below 0 or above 1, and an activation of a sigmoid cannot. "
        "Something is added after the sum has been squashed.",
        lambda x, w, b: sigmoid(w @ x) + b,
    ),
    Mistake(
        "not-squashed",
        "What you return is the net input. One step is missing between it and the activation.",
        lambda x, w, b: w @ x + b,
    ),
    Mistake(
        "products-squashed-one-by-one",
        "Each product goes through the sigmoid on its own, and then they are added. A unit adds "
        "first, and squashes once. That is also why your numbers can be above 1.",
        lambda x, w, b: sigmoid(b) + sigmoid(w * x).sum(),
    ),
    Mistake(
        "not-added",
        "You return one number for each input, and a unit has one activation. The products of "
        "weights and inputs are there: what has to be done with them before the sigmoid?",
        lambda x, w, b: sigmoid(w * x + b),
    ),
    Mistake(
        "averaged-instead-of-added",
        "The products of weights and inputs are averaged in your version: the more inputs, the "
        "smaller their part. A unit adds them.",
        lambda x, w, b: sigmoid(np.mean(w * x) + b),
    ),
    Mistake(
        "squashed-twice",
        "All your numbers lie between .5 and .74, and this is what the sigmoid makes of numbers "
        "between 0 and 1. How often does the sum go through it?",
        lambda x, w, b: sigmoid(sigmoid(w @ x + b)),
    ),
)

exercise = Exercise(
    title="One unit",
    reference=unit,
    results=("activation",),
    aspects=(
        Aspect("two inputs", 1.0, (FIRST, SECOND, VOWEL), _two_inputs, count=3),
        Aspect("more inputs", 1.0, (THREE,), _more_inputs, count=3),
        Aspect("extremes", 0.5, (), _extremes, count=6),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "Work out the net input first, and give it a name. Compare it with what you get by hand "
        "for the first example: it should be .19.",
        "The net input is a sum with one term for each input and one for the bias. Then comes one "
        "function, and it comes once.",
        "For two vectors of one length, NumPy's matrix product multiplies in pairs and adds up: "
        "that gives a single number. Add the bias to it, and give the sum to the sigmoid of "
        "exercise 1.",
    ),
    mistakes=MISTAKES,
    right=(_loop, _zipped, _single_precision, _bias_as_a_weight, _with_class),
)
