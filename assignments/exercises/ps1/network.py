"""A whole network for a batch: a hidden layer and an output layer, all units sigmoids."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from mlpkit.activations import sigmoid


def network(X, W1, b1, W2, b2):
    H = sigmoid(X @ W1.T + b1)
    A = sigmoid(H @ W2.T + b2)
    return H, A


def _case(
    rng: np.random.Generator, examples: int, inputs: int, hidden: int, outputs: int
) -> tuple[Any, ...]:
    b1, b2 = (rng.uniform(0.2, 1.2, n) * rng.choice([-1, 1], n) for n in (hidden, outputs))
    W1, W2 = rng.normal(0, 1, (hidden, inputs)), rng.normal(0, 1, (outputs, hidden))
    return rng.uniform(-1.5, 1.5, (examples, inputs)), W1, b1, W2, b2


def _one_example(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, 1, *rng.integers(2, 6, size=3))


def _batch(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, int(rng.integers(2, 7)), *rng.integers(2, 6, size=3))


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Hidden units that are saturated or all do the same, inputs of zero, outputs that are sure."""
    X, W1, b1, W2, b2 = _case(rng, 4, 3, 3, 2)
    return [
        (X, 150 * W1, b1, W2, b2),
        (X, 0 * W1, b1, W2, b2),
        (0 * X, W1, b1, W2, b2),
        (X, W1, b1, 150 * W2, b2),
        (X, W1, b1, 0 * W2, b2),
    ][rng.integers(5)]


def _shapes(rng: np.random.Generator) -> tuple[Any, ...]:
    """One of each, and all of one size."""
    sizes = [(1, 1, 1, 1), (4, 2, 1, 3), (4, 3, 2, 1), (5, 1, 4, 2), (3, 3, 3, 3), (2, 2, 2, 2)]
    return _case(rng, *sizes[rng.integers(len(sizes))])


def _example(title: str, *arguments: Any) -> Example:
    return Example(title, tuple(np.array(array, dtype=float) for array in arguments))


DECK = _example(
    "the network of lecture 3: 2 inputs, 2 hidden, 2 outputs",
    [[0.4, 0.1]], [[0.2, 0.1], [0.3, -0.4]], [0.1, -0.2], [[-0.2, -0.1], [0.1, -0.5]], [0.0, 0.0],
)  # fmt: skip
MITCHELL = _example(
    "the worked example of lecture 5: 2 inputs, 2 hidden, 1 output",
    [[1, 0]], [[0.1, 0.1], [0.1, 0.1]], [0.1, 0.1], [[0.1, 0.1]], [0.1],
)  # fmt: skip
MAZUR = _example(
    "Mazur's network, and two more inputs",
    [[0.05, 0.10], [1, 0], [0, 1]],
    [[0.15, 0.20], [0.25, 0.30]], [0.35, 0.35], [[0.40, 0.45], [0.50, 0.55]], [0.60, 0.60],
)  # fmt: skip
NG = _example(
    "a 3-3-1 network, a batch of two",
    [[1, 0.5, -1], [0, 2, 1]],
    [[0.5, -0.2, 0.1], [-0.3, 0.8, 0.4], [0.6, 0.2, -0.7]], [0.1, -0.4, 0.2],
    [[0.9, -0.5, 0.3]], [-0.6],
)  # fmt: skip


def _loops(X, W1, b1, W2, b2):
    H, A = np.zeros((len(X), len(b1))), np.zeros((len(X), len(b2)))
    for row in range(len(X)):
        for j in range(len(b1)):
            H[row, j] = sigmoid(sum(W1[j, i] * X[row, i] for i in range(X.shape[1])) + b1[j])
        for k in range(len(b2)):
            A[row, k] = sigmoid(sum(W2[k, j] * H[row, j] for j in range(len(b1))) + b2[k])
    return H, A


def _layer_by_layer(X, W1, b1, W2, b2):
    activations = [X]
    for W, b in ((W1, b1), (W2, b2)):
        activations.append(sigmoid(np.inner(activations[-1], W) + b))
    return activations[1:]


def _columns(X, W1, b1, W2, b2):
    H = sigmoid(W1 @ X.T + b1[:, None])
    A = sigmoid(W2 @ H + b2.reshape(-1, 1))
    return H.T, A.T


def _single_precision(X, W1, b1, W2, b2):
    X, W1, b1, W2, b2 = (array.astype(np.float32) for array in (X, W1, b1, W2, b2))
    H = sigmoid(X @ W1.T + b1)
    return H, sigmoid(H @ W2.T + b2)


def _one_example_at_a_time(X, W1, b1, W2, b2):
    H = [sigmoid(W1 @ x + b1).tolist() for x in X]
    return H, [sigmoid(W2 @ np.array(h) + b2).tolist() for h in H]


def _with_class(X, W1, b1, W2, b2):
    class Layer:
        def __init__(self, W, b):
            self.W, self.b = W, b

        def __call__(self, below):
            return 0.5 + 0.5 * np.tanh((below @ self.W.T + self.b) / 2)

    hidden, output = Layer(W1, b1), Layer(W2, b2)
    H = hidden(X)
    return H, output(H)


def _layer(W: Any, b: Any, below: Any) -> Any:
    return sigmoid(below @ W.T + b)


def _rounded(X, W1, b1, W2, b2):
    H = np.round(_layer(W1, b1, X), 3)
    return H, np.round(_layer(W2, b2, H), 3)


MISTAKES = (
    Mistake(
        "second-layer-sees-the-inputs",
        "The hidden units are right. The outputs are computed from the inputs again: what should "
        "be handed on from the first layer to the second?",
        lambda X, W1, b1, W2, b2: (_layer(W1, b1, X), _layer(W2, b2, X)),
    ),
    Mistake(
        "hidden-net-inputs-handed-on",
        "What you return as hidden units, and what the outputs are given, are net inputs. A hidden "
        "unit squashes its sum before anybody sees it.",
        lambda X, W1, b1, W2, b2: (X @ W1.T + b1, _layer(W2, b2, X @ W1.T + b1)),
    ),
    Mistake(
        "outputs-not-squashed",
        "The hidden units are right, and the outputs are net inputs still. In this network the "
        "output units are sigmoids too.",
        lambda X, W1, b1, W2, b2: (_layer(W1, b1, X), _layer(W1, b1, X) @ W2.T + b2),
    ),
    Mistake(
        "biases-forgotten",
        "It goes wrong in the first layer already, and again in the second. With all inputs at 0, "
        "your hidden units all answer ½. Which two of the five arguments do you not use?",
        lambda X, W1, b1, W2, b2: (_layer(W1, 0, X), _layer(W2, 0, _layer(W1, 0, X))),
    ),
    Mistake(
        "output-bias-forgotten",
        "The hidden units are right, and so are the outputs of a network whose outputs have no "
        "bias. This one may have them.",
        lambda X, W1, b1, W2, b2: (_layer(W1, b1, X), _layer(W2, 0, _layer(W1, b1, X))),
    ),
    Mistake(
        "hidden-weights-transposed",
        "It goes wrong in the first layer. W1[j, i] leads to hidden unit j from input i: which "
        "index runs over the inputs? In the second layer you have it right.",
        lambda X, W1, b1, W2, b2: (_layer(W1.T, b1, X), _layer(W2, b2, _layer(W1.T, b1, X))),
    ),
    Mistake(
        "output-weights-transposed",
        "The hidden units are right. W2[k, j] leads to output k from hidden unit j: which index "
        "has to be summed over? With as many outputs as hidden units nothing is raised.",
        lambda X, W1, b1, W2, b2: (_layer(W1, b1, X), _layer(W2.T, b2, _layer(W1, b1, X))),
    ),
    Mistake(
        "both-weights-transposed",
        "Your function is right for weights W[from, to]. Here they are W[to, from], in both "
        "layers: a row holds the weights that lead to one unit.",
        lambda X, W1, b1, W2, b2: (_layer(W1.T, b1, X), _layer(W2.T, b2, _layer(W1.T, b1, X))),
    ),
    Mistake(
        "first-layer-twice",
        "The hidden units are right. For the outputs you use the weights and biases of the hidden "
        "layer once more.",
        lambda X, W1, b1, W2, b2: (_layer(W1, b1, X), _layer(W1, b1, _layer(W1, b1, X))),
    ),
    Mistake(
        "hidden-units-squashed-twice",
        "The hidden units that you return are right. The outputs are given something else: between "
        "the two, the activations go through the sigmoid once more.",
        lambda X, W1, b1, W2, b2: (
            _layer(W1, b1, X),
            _layer(W2, b2, sigmoid(_layer(W1, b1, X))),
        ),
    ),
    Mistake(
        "rounded-on-the-way",
        "Your numbers are right to three digits, and rounded there. On paper you have to round; "
        "the computer need not, and what is rounded on the way is a little wrong at the end.",
        _rounded,
    ),
    Mistake(
        "results-in-the-other-order",
        "Both results are right, in the other order: first the hidden units, then the outputs.",
        lambda X, W1, b1, W2, b2: (_layer(W2, b2, _layer(W1, b1, X)), _layer(W1, b1, X)),
    ),
)

exercise = Exercise(
    title="A whole network",
    reference=network,
    results=("hidden units", "outputs"),
    aspects=(
        Aspect("one example", 1.5, (DECK, MITCHELL), _one_example),
        Aspect("a batch", 1.5, (MAZUR, NG), _batch),
        Aspect("extremes", 0.5, (), _extremes, count=4),
        Aspect("unusual shapes", 0.5, (), _shapes, count=5),
        Aspect("leaves its arguments as they are", 1.0),
    ),
    hints=(
        "A network of two layers does the same thing twice. What goes into the first, what comes "
        "out of it, and what goes into the second?",
        "You have the function for one layer already. Call it with the inputs, and give what comes "
        "back a name; that is the first of the two results.",
        "The second layer treats the hidden units as its inputs, with weights and biases of its "
        "own, W2 and b2. Two calls of your function layer are enough. Return both results, the "
        "hidden units first.",
    ),
    mistakes=MISTAKES,
    right=(
        _loops,
        _layer_by_layer,
        _columns,
        _single_precision,
        _one_example_at_a_time,
        _with_class,
    ),
)
