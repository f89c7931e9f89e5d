"""A sample of wrong solutions that a program makes: they lose points. All of them are made by

python -m tests.mutation.exercises
"""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from assignments.exercises import ps1
from assignments.exercises.exercise import Aspect
from tests.mutation import exercises as mutation
from tests.mutation.exercises import ASSIGNMENTS, CAUGHT, EQUIVALENT, ESCAPED, Mutant, judge

SAMPLE = 60
TANH = ps1.__all__.index("tanh_from_sigmoid")


@pytest.fixture(scope="module")
def mutants():
    return list(mutation.all_mutants(ASSIGNMENTS))


def test_there_are_hundreds_and_all_are_different(mutants):
    assert len(mutants) >= 500
    assert len(set(mutants)) == len(mutants)
    made = {(mutant.assignment, mutant.exercise) for mutant in mutants}
    assert len(made) == sum(len(mutation.bake.exercises_of(name)) for name in ASSIGNMENTS)


def test_a_sample_loses_points(mutants):
    sample = random.Random(0).sample(mutants, SAMPLE)
    verdicts = {mutant: judge(mutant) for mutant in sample}
    escaped = [mutation.described(mutant) for mutant in sample if verdicts[mutant] == ESCAPED]
    assert len(escaped) <= 1, escaped
    assert list(verdicts.values()).count(CAUGHT) > SAMPLE / 2


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("return 2 * sigmoid(2 * z) - 1", EQUIVALENT),
        ("return sigmoid(2 * z) + sigmoid(2 * z) - 1.0", EQUIVALENT),
        ("return 2 * sigmoid(2 * z) + 1", CAUGHT),
        ("return 2 * sigmoid(2 * z.T) - 1", CAUGHT),
        ("return [", None),
        ("while True: pass", CAUGHT),
        ("return nonsense", CAUGHT),
    ],
)
def test_verdicts(body, verdict, monkeypatch):
    monkeypatch.setattr(mutation, "SECONDS", 0.1)
    mutant = Mutant("ps1", TANH, 0, 2, "", f"def tanh_from_sigmoid(z):\n    {body}")
    if verdict is None:
        assert not mutation._can_be_compiled(mutant.source)
    else:
        assert judge(mutant) == verdict


def test_what_the_grader_seldom_looks_at_escapes(monkeypatch):
    """Nearly all cases of this exercise are at z = 0, where the factor inside does not matter."""

    def seldom(rng: np.random.Generator) -> tuple[np.ndarray]:
        return (np.full(3, float(rng.random() > 0.9)),)

    weak = replace(ps1.tanh_from_sigmoid, aspects=(Aspect("zero", 2.0, (), seldom, count=1),))
    monkeypatch.setattr(mutation, "_exercises", lambda name: [None] * TANH + [weak])
    source = "def tanh_from_sigmoid(z):\n    return 2 * sigmoid(3 * z) - 1"
    assert judge(Mutant("ps1", TANH, 0, 2, "2 -> 3", source)) == ESCAPED


def test_changes_are_those_that_are_named():
    source = "def f(A, b):\n    return A.T @ b[0] + 2"
    made = {text.splitlines()[1].strip() for _, _, text in mutation._changes(source)}
    assert {
        "return A.T @ b[0] - 2",
        "return A.T * b[0] + 2",
        "return b[0] @ A.T + 2",
        "return A @ b[0] + 2",
        "return A.T @ b[0].T + 2",
        "return A.T @ b[1] + 2",
        "return A.T @ b + 2",
        "return A.T @ b[0] + 3",
        "return A.T @ b[0] + -2",
        "return A.T @ b[0]",
        "return b.T @ b[0] + 2",
    } <= made
    assert "return A.T @ b[0] + 2" not in made
