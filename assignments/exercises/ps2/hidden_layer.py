"""The error terms of hidden units: δ_j = h_j (1 − h_j) Σ_k w_kj δ_k."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from mlpkit.activations import sigmoid


def hidden_error_terms(h, W, delta_output):
    return h * (1 - h) * (delta_output @ W)


def _case(rng: np.random.Generator, leading: tuple[int, ...], outputs: int, hidden: int) -> Any:
    h = rng.uniform(0.05, 0.95, (*leading, hidden))
    return h, rng.normal(0, 1, (outputs, hidden)), rng.normal(0, 0.2, (*leading, outputs))


def _one_example(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, (), *rng.integers(2, 6, size=2))


def _batch(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, (int(rng.integers(2, 7)),), *rng.integers(2, 6, size=2))


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Saturated hidden units, weights of zero, outputs without any error."""
    h, W, delta = _case(rng, (), 4, 5)
    h[rng.permutation(5)[:3]] = 0.0, 1.0, 1e-9
    W[rng.integers(4)] = 0.0
    delta[rng.integers(4)] = 0.0
    return h, W * 10, delta


def _shapes(rng: np.random.Generator) -> tuple[Any, ...]:
    """One hidden unit, one output, a batch of one, and as many examples as units."""
    shapes = [((), 1, 1), ((), 1, 3), ((), 3, 1), ((1,), 1, 1), ((1,), 2, 3), ((3,), 3, 3)]
    return _case(rng, *shapes[rng.integers(len(shapes))])


MITCHELL = Example(
    "the worked example, one output, two hidden units",
    (np.array([0.55, 0.55]), np.array([[0.1, 0.1]]), np.array([0.086])),
)
MAZUR = Example(
    "Mazur's network, two outputs, two hidden units",
    (
        np.array([0.593269992, 0.596884378]),
        np.array([[0.40, 0.45], [0.50, 0.55]]),
        np.array([-0.138498562, 0.038098237]),
    ),
)
BATCH = Example(
    "a batch of two examples, two outputs, three hidden units",
    (
        np.array([[0.547, 0.470, 0.2], [0.55, 0.9, 0.5]]),
        np.array([[-0.1, 0.1, 0.3], [-0.5, 0.2, 0.4]]),
        np.array([[0.086, -0.05], [0.02, 0.11]]),
    ),
)


SQUARE_BATCH = Example(
    "a batch of two examples, two outputs, two hidden units",
    (
        np.array([[0.547, 0.470], [0.55, 0.9]]),
        np.array([[-0.1, 0.1], [-0.5, 0.2]]),
        np.array([[0.086, -0.05], [0.02, 0.11]]),
    ),
)


def _loops(h, W, delta_output):
    def one(h, delta):
        return [
            h[j] * (1 - h[j]) * sum(W[k, j] * delta[k] for k in range(len(delta)))
            for j in range(len(h))
        ]

    return one(h, delta_output) if h.ndim == 1 else [one(*pair) for pair in zip(h, delta_output)]


def _columns(h, W, delta_output):
    return (W.T @ delta_output.T).T * (h - h * h)


def _einsum(h, W, delta_output):
    return np.einsum("...k,kj,...j->...j", delta_output, W, h * (1 - h))


def _single_precision(h, W, delta_output):
    h, W, delta = (a.astype(np.float32) for a in (h, W, delta_output))
    return np.dot(delta, W) * h * (1 - h)


def _accumulated(h, W, delta_output):
    back = np.zeros_like(h)
    for k in range(W.shape[0]):
        back += delta_output[..., k : k + 1] * W[k]
    back *= h
    back *= 1 - h
    return back


MISTAKES = (
    Mistake(
        "slope-left-out",
        "The errors have come back through the weights correctly, as far as the hidden unit's "
        "output. The error term belongs to its net input: one more step backwards is missing.",
        lambda h, W, delta_output: delta_output @ W,
    ),
    Mistake(
        "weights-transposed",
        "The errors go back through the wrong weights. W[k, j] leads to output k from hidden unit "
        "j. For one fixed hidden unit, which weights leave it: a row of W or a column? Where W is "
        "square, no error is raised, and the numbers are wrong all the same.",
        lambda h, W, delta_output: h * (1 - h) * (delta_output @ W.T),
    ),
    Mistake(
        "examples-taken-for-units",
        "A single example comes out right. In a batch each example is a row, and your product "
        "runs over the rows: it mixes the examples with each other. Write the shapes below your "
        "product. Which of the two sizes should be summed over, m or the number of outputs?",
        lambda h, W, delta_output: h * (1 - h) * (W.T @ delta_output),
    ),
    Mistake(
        "weights-left-out",
        "Every hidden unit gets the same blame in your version. A unit that hardly reaches an "
        "output cannot be much to blame for its error: what tells how strongly hidden unit j acts "
        "on output k?",
        lambda h, W, delta_output: h * (1 - h) * delta_output.sum(axis=-1, keepdims=True),
    ),
    Mistake(
        "sign-turned",
        "All the sizes are right. The sign has been turned once already, in the output's error "
        "term. Think of a positive weight to an output that is too small: which way should the "
        "hidden unit go?",
        lambda h, W, delta_output: -h * (1 - h) * (delta_output @ W),
    ),
    Mistake(
        "squashed-twice",
        "The sum over the outputs is right. Look at the slope: is h a net input, or has it been "
        "through the sigmoid already?",
        lambda h, W, delta_output: sigmoid(h) * (1 - sigmoid(h)) * (delta_output @ W),
    ),
    Mistake(
        "half-a-slope",
        "The sum over the outputs is right, but half of the slope is missing. How steep is the "
        "sigmoid when h is close to 1? Put h = 0.99 into your slope and see whether it is nearly "
        "flat.",
        lambda h, W, delta_output: h * (delta_output @ W),
    ),
    Mistake(
        "slope-of-tanh",
        "The sum over the outputs is right. Your slope belongs to another activation function: "
        "which one has the slope that you wrote, and which one do these units use?",
        lambda h, W, delta_output: (1 - h**2) * (delta_output @ W),
    ),
    Mistake(
        "only-one-output",
        "With one output it comes out right. A hidden unit acts on every output, and takes its "
        "share of the blame from every one of them. How many of the outputs does your function "
        "look at?",
        lambda h, W, delta_output: h * (1 - h) * delta_output[..., :1] * W[0],
    ),
    Mistake(
        "averaged-over-outputs",
        "The proportions are right, but with two outputs everything is half as large. When "
        "several outputs report an error to one hidden unit, are the reports added or averaged? "
        "The chain rule says.",
        lambda h, W, delta_output: h * (1 - h) * (delta_output @ W) / W.shape[0],
    ),
)

exercise = Exercise(
    title="The error terms of hidden units",
    reference=hidden_error_terms,
    results=("error terms",),
    aspects=(
        Aspect("one example", 2.0, (MITCHELL, MAZUR), _one_example),
        Aspect("a batch", 1.5, (SQUARE_BATCH, BATCH), _batch, count=3),
        Aspect("extremes", 0.5, (), _extremes),
        Aspect("unusual shapes", 0.5, (), _shapes, count=6),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "A hidden unit has no target of its own. What it did wrong is known only through the "
        "outputs it feeds. Draw one hidden unit and every arrow that leaves it.",
        "Each output k sends its error term back along the arrow, times the weight on it. Add up "
        "what arrives at unit j; then go on through the unit itself, from its output to its net "
        "input.",
        "Σ_k w_kj δ_k runs over the first index of W, the outputs. Written as a product of arrays, "
        "the two indices that are summed over have to meet in the middle: the last of delta_output "
        "and the first of W. Then multiply, element by element, by the slope at h.",
    ),
    mistakes=MISTAKES,
    right=(_loops, _columns, _einsum, _single_precision, _accumulated),
)
