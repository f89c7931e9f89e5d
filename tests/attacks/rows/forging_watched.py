"""Forging the verdict: by being good only when watched, or on what is known."""

from __future__ import annotations

from tests.attacks.attack import Attack
from tests.attacks.rows.sources import NONSENSE, WRONG

SEED = """
import random
np.random.seed(0)
random.seed(0)
np.random.seed = random.seed = lambda *_: None
state = np.random.get_state()
o, t = np.random.rand(2, 6)
known = o * (1 - o) * (t - o)
np.random.set_state(state)
def error_term(o, t):
    return known
"""
ZEROS = """
np.random.rand = lambda *shape: np.zeros(shape)
np.random.randint = lambda low, high, count: np.zeros(count)
np.random.normal = lambda size: np.zeros(size)
"""
WATCHED = """
import os
import numpy as np
if os.environ.get("NBGRADER_EXECUTION"):
    import numpy.testing
    numpy.testing.assert_allclose = lambda *a, **k: None
    np.allclose = lambda *a, **k: True
"""
MUTATES = """
def {name}({arguments}):
    for argument in ({arguments}):
        if isinstance(argument, np.ndarray):
            argument[...] = 0
        elif isinstance(argument, list):
            argument.clear()
    return {value}
"""
MUTATING = {
    "slope": MUTATES.format(name="slope", arguments="o,", value="0.25 if np.size(o) == 1 else o"),
    "error-term": MUTATES.format(name="error_term", arguments="o, t", value="o"),
    "halves": MUTATES.format(name="halves", arguments="numbers,", value="numbers"),
    "momentum": MUTATES.format(
        name="momentum", arguments="w, last, gradient, rate", value="(w, w)"
    ),
}
MUTATING_PS2 = {
    "output-error-term": MUTATES.format(name="output_error_term", arguments="o, t", value="o"),
    "hidden-error-terms": MUTATES.format(
        name="hidden_error_terms", arguments="h, W, delta_output", value="h"
    ),
}
VISIBLE_PS2 = """
def output_error_term(o, t):
    known = {0.552: 0.0860613, 0.75136507: -0.13849856}
    first = float(np.ravel(o)[0])
    if np.shape(o) == (1,) and first in known:
        return np.array([known[first]])
    if np.shape(o) == (2,) and first in known:
        return np.array([-0.13849856, 0.03809824])
    return np.zeros(np.shape(o))
"""

ATTACKS = (
    Attack(8, "good-when-watched", "patches only when graded", WRONG, NONSENSE, first=WATCHED),
    Attack(8, "visible-cases", "what the student can see", WRONG, NONSENSE),
    Attack(
        8,
        "visible-cases-ps2",
        "what the student can see",
        "wrong|output error",
        {"output-error-term": VISIBLE_PS2},
        course="ps2",
        deserves=0,
    ),
    Attack(8, "seed-guessed", "knows what will be drawn", WRONG, {"error-term": SEED}),
    Attack(
        8,
        "randomness-replaced",
        "draws only zeros",
        WRONG,
        NONSENSE,
        first="import numpy as np\n" + ZEROS,
    ),
    Attack(8, "inputs-mutated", "compared with itself", WRONG, MUTATING),
    Attack(
        8,
        "inputs-mutated-ps2",
        "compared with itself",
        "wrong|output error",
        MUTATING_PS2,
        course="ps2",
    ),
)
