"""Both error terms as other books have them: δ = ∂J/∂z, from net inputs and for a batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from mlpkit.activations import sigmoid


def deltas(z1, z2, W2, t):
    a1, a2 = sigmoid(z1), sigmoid(z2)
    delta2 = a2 * (1 - a2) * (a2 - t)
    return a1 * (1 - a1) * (delta2 @ W2), delta2


def _case(rng: np.random.Generator, examples: int, hidden: int, outputs: int) -> tuple[Any, ...]:
    z1, z2 = rng.normal(0, 1.2, (examples, hidden)), rng.normal(0, 1.2, (examples, outputs))
    W2 = rng.uniform(0.3, 1.5, (outputs, hidden)) * rng.choice([-1, 1], (outputs, hidden))
    return z1, z2, W2, rng.uniform(0, 1, (examples, outputs))


def _one_example(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, 1, *rng.integers(2, 5, size=2))


def _batch(rng: np.random.Generator) -> tuple[Any, ...]:
    return _case(rng, *rng.integers(2, 6, size=3))


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """Saturated units, outputs that are right, targets out of reach, weights of 0."""
    z1, z2, W2, t = _case(rng, 4, 3, 3)
    z1[0], z2[1] = rng.choice([-40.0, 0.0, 40.0], (2, 3))
    t[2], t[3] = sigmoid(z2[2]), rng.choice([-0.3, 2.0], 3)
    W2[rng.integers(3)] = 0.0
    return z1, z2, W2, t


def _shapes(rng: np.random.Generator) -> tuple[Any, ...]:
    """One of each; one hidden unit; one output; all of one size."""
    sizes = [(1, 1, 1), (3, 1, 2), (3, 2, 1), (3, 3, 3), (2, 2, 2)]
    return _case(rng, *sizes[rng.integers(len(sizes))])


def _example(title: str, *arguments: Any) -> Example:
    return Example(title, tuple(np.array(argument, dtype=float) for argument in arguments))


MITCHELL = _example(
    "the worked example, one output, two hidden units",
    [[0.2, 0.2]], [[0.21]], [[0.1, 0.1]], [[0.9]],
)  # fmt: skip
MAZUR = _example(
    "Mazur's network, two outputs, two hidden units",
    [[0.3775, 0.3925]], [[1.105905967, 1.224921404]],
    [[0.40, 0.45], [0.50, 0.55]], [[0.01, 0.99]],
)  # fmt: skip
BATCH = _example(
    "a batch of two examples, one output, three hidden units",
    [[0.2, -0.5, 1.0], [-1.5, 0.3, 0.8]], [[0.21], [-0.6]], [[0.5, -0.4, 0.3]], [[0.9], [0.2]],
)  # fmt: skip


def _loops(z1, z2, W2, t):
    hidden, output = np.zeros(z1.shape), np.zeros(z2.shape)
    for m in range(len(t)):
        for k in range(z2.shape[1]):
            a = 1 / (1 + np.exp(-z2[m, k]))
            output[m, k] = (a - t[m, k]) * a * (1 - a)
        for j in range(z1.shape[1]):
            a = 1 / (1 + np.exp(-z1[m, j]))
            for k in range(z2.shape[1]):
                hidden[m, j] += a * (1 - a) * W2[k, j] * output[m, k]
    return hidden, output


def _by_mitchells_terms(z1, z2, W2, t):
    """Mitchell's error terms, and then both signs turned."""
    h, o = sigmoid(z1), sigmoid(z2)
    delta_o = o * (1 - o) * (t - o)
    delta_h = h * (1 - h) * (delta_o @ W2)
    return [-delta_h, -delta_o]


def _even_slopes(z1, z2, W2, t):
    """The slope of the sigmoid is the same on both sides of 0."""
    slope1, slope2 = (sigmoid(z) * sigmoid(-z) for z in (z1, z2))
    delta2 = slope2 * (sigmoid(z2) - t)
    return np.einsum("mk,kj,mj->mj", delta2, W2, slope1), delta2


def _single_precision(z1, z2, W2, t):
    z1, z2, W2, t = (array.astype(np.float32) for array in (z1, z2, W2, t))
    a1, a2 = sigmoid(z1), sigmoid(z2)
    delta2 = (a2 - a2 * a2) * (a2 - t)
    return np.dot(delta2, W2) * (a1 - a1 * a1), delta2


def _in_place(z1, z2, W2, t):
    """Columns of examples, arrays of its own that are changed, and lists at the end."""
    delta2 = sigmoid(z2.T)
    slope = delta2 * (1 - delta2)
    delta2 -= t.T
    delta2 *= slope
    delta1 = W2.T @ delta2
    delta1 *= sigmoid(z1.T)
    delta1 *= sigmoid(-z1.T)
    return delta1.T.tolist(), delta2.T.tolist()


def _with_class(z1, z2, W2, t):
    class Units:
        def __init__(self, z):
            self.a = 1 / (1 + np.exp(-z))

        def back(self, blame):
            return self.a * (1 - self.a) * blame

    output = Units(z2)
    delta2 = output.back(output.a - t)
    return Units(z1).back(delta2 @ W2), delta2


def _textbook(z1, z2, W2, t, *, slope1=None, slope2=None, error=None, back=np.matmul):
    """The right error terms, with places where a mistake can be put in."""
    a1, a2 = sigmoid(z1), sigmoid(z2)
    delta2 = a2 - t if error is None else error(z2, a2, t)
    delta2 = delta2 * (a2 * (1 - a2) if slope2 is None else slope2(z2))
    delta1 = back(delta2, W2) * (a1 * (1 - a1) if slope1 is None else slope1(z1))
    return delta1, delta2


def _with(**changes: Any) -> Any:
    return lambda z1, z2, W2, t: _textbook(z1, z2, W2, t, **changes)


def _divided(z1, z2, W2, t):
    delta1, delta2 = deltas(z1, z2, W2, t)
    return delta1 / len(t), delta2 / len(t)


MISTAKES = (
    Mistake(
        "sign-not-turned",
        "All the sizes are right, and these are Mitchell's error terms. Here an error term is the "
        "derivative itself. Take an output that is too small: if its net input rises, does the "
        "cost rise or fall?",
        _with(error=lambda z, a, t: t - a),
    ),
    Mistake(
        "only-one-sign-turned",
        "The output's error terms are right, and the hidden ones have the opposite sign. The sum "
        "over the outputs takes its sign from what you put into it. How often is the sign turned "
        "on the way to the hidden units?",
        _with(back=lambda delta, W: -(delta @ W)),
    ),
    Mistake(
        "net-inputs-for-outputs",
        "You use the net inputs as if they were what comes out of the units, in the slopes and in "
        "the error. What you are given has not been through the sigmoid yet. If you call "
        "error_terms: what are o and h there?",
        _with(
            error=lambda z, a, t: z - t,
            slope1=lambda z: z * (1 - z),
            slope2=lambda z: z * (1 - z),
        ),
    ),
    Mistake(
        "slope-of-the-net-input",
        "The formula for your slopes wants what comes out of a unit, and gets what goes in. Which "
        "of your variables lies between 0 and 1?",
        _with(slope1=lambda z: z * (1 - z), slope2=lambda z: z * (1 - z)),
    ),
    Mistake(
        "error-of-the-net-input",
        "Your slopes are right. The target is compared with a net input; it should be compared "
        "with what the network answers.",
        _with(error=lambda z, a, t: z - t),
    ),
    Mistake(
        "output-slope-left-out",
        "Your output error terms are the derivative by the output, and what is wanted is that by "
        "its net input. If you call output_error_term, look there first.",
        _with(slope2=np.ones_like),
    ),
    Mistake(
        "hidden-slope-left-out",
        "The output's error terms are right. Those of the hidden units are derivatives by their "
        "activations. One more step leads back to their net inputs. If you call "
        "hidden_error_terms, look there first.",
        _with(slope1=np.ones_like),
    ),
    Mistake(
        "weights-transposed",
        "The output's error terms are right. They go back through the wrong weights: W2[k, j] "
        "leads to output k from hidden unit j. With as many outputs as hidden units no error is "
        "raised.",
        _with(back=lambda delta, W: delta @ W.T),
    ),
    Mistake(
        "weights-left-out",
        "The output's error terms are right. The hidden units of an example all get the same blame "
        "in your version. What tells how strongly each acts on an output?",
        _with(back=lambda delta, W: delta.sum(axis=1, keepdims=True) * np.ones((1, W.shape[1]))),
    ),
    Mistake(
        "divided-by-the-examples",
        "A single example is right. In a batch everything is too small by the number of examples. "
        "An error term belongs to one example and its own cost; the mean is taken later, where "
        "the weights are.",
        _divided,
    ),
)

exercise = Exercise(
    title="The error terms as derivatives",
    reference=deltas,
    results=("hidden error terms", "output error terms"),
    aspects=(
        Aspect("one example", 1.0, (MITCHELL, MAZUR), _one_example, count=3),
        Aspect("a batch", 1.5, (BATCH,), _batch),
        Aspect("extremes", 0.5, (), _extremes),
        Aspect("unusual shapes", 0.5, (), _shapes, count=6),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "Compare δ = ∂J/∂z with δ = −∂E/∂net, letter by letter. What is different, and what has "
        "only got another name?",
        "Your functions of exercises 1 and 2 want outputs of units, and here you are given net "
        "inputs. One function leads from these to those. The rest is a matter of signs.",
        "With h and o from the sigmoid, the output's δ is minus your output_error_term. The sum in "
        "hidden_error_terms is linear: if what goes in has the other sign, so has what comes out. "
        "So give it the δ that you have just found, and turn nothing more.",
    ),
    mistakes=MISTAKES,
    right=(
        _loops,
        _by_mitchells_terms,
        _even_slopes,
        _single_precision,
        _in_place,
        _with_class,
    ),
)
