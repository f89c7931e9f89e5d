"""Exclusive or by a 2-2-1 network that is worked out by hand.

The student writes ``xor_network``, which returns weights and biases; any that do it are right. What
is compared is what the network says: ``xor_answers``, which the notebook gives, runs it on the
patterns in rows of x. It says 1 for an output above .9, 0 for one below .1, and .75 or .25 for one
that is on that side of a half but not sure.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from mlpkit.network import Network, forward


def levels(a: np.ndarray) -> np.ndarray:
    """How sure outputs are: 1, .75, .25 or 0; what is no number is nothing."""
    return np.select([a < 0.1, a < 0.5, a <= 0.9, a > 0.9], [0.0, 0.25, 0.75, 1.0], np.nan)


def answers(x: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> np.ndarray:
    """What a 2-2-1 network of sigmoids says to each row of x."""
    network = Network.from_layers([W1, W2], [b1, b2])
    return levels(forward(network, np.asarray(x, dtype=float)).output[:, 0])


def xor_answers(x):
    """An OR and a NAND, and the AND of both."""
    W1, b1 = [[20, 20], [-20, -20]], [-10, 30]
    W2, b2 = [[20, 20]], [-30]
    return answers(x, W1, b1, W2, b2)


PATTERNS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
EXAMPLES = tuple(
    Example(f"({first:g}, {second:g})", (np.array([[first, second]]),))
    for first, second in PATTERNS.tolist()
)


def _shuffled(rng: np.random.Generator) -> tuple[Any, ...]:
    """All four at least once, in another order, some of them again."""
    rows = np.concatenate([np.arange(4), rng.integers(4, size=rng.integers(1, 5))])
    return (PATTERNS[rng.permutation(rows)],)


def _one_without_the_other(x):
    """(x1 and not x2) or (x2 and not x1)."""
    return answers(x, [[12, -12], [-12, 12]], [-6, -6], [[12, 12]], [-6])


def _or_without_and(x):
    """An OR and an AND, of which the second holds back the first."""
    return answers(x, [[10, 10], [10, 10]], [-5, -15], [[20, -20]], [-10])


def _just_sure_enough(x):
    return answers(x, [[6, 6], [4, 4]], [-2.7, -6.1], [[9, -9.3]], [-4.1])


def _very_sure(x):
    return answers(x, [[-1e3, -1e3], [1e3, 1e3]], [5e2, -15e2], [[-1e3, -1e3]], [5e2])


def _from_nor(x):
    """Not (neither), and not (both): a NOR and an AND, and the NOR of both."""
    W1 = np.array([[-9.0, -9.0], [9.0, 9.0]])
    return answers(x, W1, np.array([4.5, -13.5]), np.full((1, 2), -9.0), np.array([4.5])).tolist()


def _with_weights(W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    """A wrong solution: a network that says something else."""
    return lambda x: answers(x, W1, b1, W2, b2)


OR, AND, NAND = ([20, 20], -10), ([20, 20], -30), ([-20, -20], 30)
ONLY_FIRST, ONLY_SECOND = ([20, -20], -10), ([-20, 20], -10)


def _joined(first: Any, second: Any, output: Any) -> Any:
    """Two hidden units and an output, each a row of weights and a bias."""
    rows, biases = zip(first, second)
    return _with_weights(rows, biases, [output[0]], [output[1]])


MISTAKES = (
    Mistake(
        "or",
        "Three patterns are right. Your network answers 1 to (1, 1) too: that is the usual or. "
        "Which hidden unit could tell (1, 1) from the other two, and which sign should its weight "
        "to the output have?",
        _joined(OR, OR, OR),
    ),
    Mistake(
        "nand",
        "Three patterns are right. Your network answers 1 to (0, 0) too: it only says that not "
        "both inputs are 1. One hidden unit should be silent, or should hold back, at (0, 0) "
        "alone.",
        _joined(NAND, NAND, OR),
    ),
    Mistake(
        "and",
        "Your network answers 1 to (1, 1) alone, so it is an and. Write down what each hidden unit "
        "says to the four patterns, and then what the output makes of the pairs.",
        _joined(AND, AND, OR),
    ),
    Mistake(
        "nor",
        "Your network answers 1 to (0, 0) alone: it says that neither input is 1. Write down what "
        "each hidden unit says to the four patterns, and then what the output makes of the pairs.",
        _joined(OR, OR, ([-20, -20], 10)),
    ),
    Mistake(
        "the-opposite",
        "All four answers are sure, and all four are the opposite: your network says whether the "
        "inputs are equal. You are one change of sign away. Where does one change turn every "
        "answer?",
        _joined(OR, NAND, NAND),
    ),
    Mistake(
        "right-but-not-sure",
        "All four outputs are on the right side of one half, and not far enough from it. The idea "
        "is right. What makes a sigmoid surer of itself without moving the line at which it is "
        "one half?",
        _with_weights([[4, 4], [-4, -4]], [-2, 6], [[4, 4]], [-6]),
    ),
    Mistake(
        "always-yes",
        "Your network answers 1 to every pattern. Look at the output unit: what is its net input "
        "when both hidden units say 0, and what when only one of them says 1?",
        _joined(OR, NAND, OR),
    ),
    Mistake(
        "always-no",
        "Your network answers 0 to every pattern. Can the hidden units ever make the output's net "
        "input positive? Look at its bias, and at what the hidden units say.",
        _joined(AND, ([-20, -20], 10), AND),
    ),
    Mistake(
        "first-input-alone",
        "Your network repeats the first input. Is there a weight of 0 where the second input "
        "should come in, or do two hidden units say the same?",
        _joined(([20, 0], -10), ([20, 0], -10), OR),
    ),
    Mistake(
        "second-input-alone",
        "Your network repeats the second input. Is there a weight of 0 where the first input "
        "should come in, or do two hidden units say the same?",
        _joined(([0, 20], -10), ([0, 20], -10), OR),
    ),
    Mistake(
        "first-without-the-second",
        "Three patterns are right, and (0, 1) is missing: your network answers 1 only if the first "
        "input is 1 and the second is not. What would a hidden unit have to say so that the other "
        "case is seen as well?",
        _joined(ONLY_FIRST, ONLY_FIRST, OR),
    ),
    Mistake(
        "second-without-the-first",
        "Three patterns are right, and (1, 0) is missing: your network answers 1 only if the "
        "second input is 1 and the first is not. What would a hidden unit have to say so that the "
        "other case is seen as well?",
        _joined(ONLY_SECOND, ONLY_SECOND, OR),
    ),
    Mistake(
        "weights-too-small",
        "All outputs are a little below one half. A sigmoid is no step: with weights of about 1 "
        "the hidden units say .4 here and .6 there, and the output cannot tell them apart. Your "
        "idea may be right. How large must a net input be for a sigmoid to be nearly 1?",
        _with_weights([[1, 1], [-1, -1]], [-0.5, 1.5], [[1, 1]], [-1.5]),
    ),
    Mistake(
        "weights-too-small-or-zero",
        "All outputs are one half or a little above it, so hardly anything of the inputs reaches "
        "them. Are there weights of 0 on the way? If not, all may be too small: with weights of "
        "about 1 a hidden unit says .4 here and .6 there, which is nearly the same.",
        _with_weights([[0, 0], [0, 0]], [0, 0], [[0, 0]], [0]),
    ),
)

exercise = Exercise(
    title="Exclusive or, by hand",
    reference=xor_answers,
    results=("answers",),
    aspects=(Aspect("the four patterns", 4.0, EXAMPLES, _shuffled),),
    hints=(
        "No single line can do it, but two lines can. Draw the four points, and two parallel lines "
        "with the two points that should answer 1 between them. Each line is a hidden unit.",
        "Let one hidden unit say “at least one of them” and the other “not both”. A table with "
        "four rows shows that the output has only to ask whether both hold.",
        "A unit that says “at least one” has equal weights, and a bias that half of a weight "
        "outweighs: with weights of 20 the net inputs at none, one and two ones should be about "
        "−10, 10 and 30. “Both” is the same with the bias moved until only two ones are enough, "
        "and “not both” is that with every sign turned.",
    ),
    mistakes=MISTAKES,
    right=(_one_without_the_other, _or_without_and, _just_sure_enough, _very_sure, _from_nor),
)
