"""The proof of the tests: every known mistake is caught and named, and nothing right is refused.

A right solution meets 200 sets of hidden cases, and a mistake 30, or as many as EXERCISE_SEEDS
says.
"""

from __future__ import annotations

import inspect
import json
import os
import random
import re
from pathlib import Path

import numpy as np
import pytest

from assignments.exercises import bake, ps2
from assignments.exercises.verdict import MIME_TYPE
from mlpkit.check.calling import Outcome, call
from mlpkit.check.comparing import agrees, diagnose
from mlpkit.check.table import find

SEEDS = int(os.environ.get("EXERCISE_SEEDS", "30"))
SEEDS_OF_RIGHT = 200
FOLDER = Path(__file__).parents[1] / "assignments" / "exercises"
ASSIGNMENTS = sorted(path.parent.name for path in FOLDER.glob("*/__init__.py"))
EXERCISES = [each for name in ASSIGNMENTS for each in bake.exercises_of(name)]
MISTAKES = [(exercise, mistake) for exercise in EXERCISES for mistake in exercise.mistakes]
RIGHT = [(each, right) for each in EXERCISES for right in (each.reference, *each.right)]


def label(value):
    return getattr(value, "name", None) or getattr(value, "__name__", None)


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=label)
def test_mistake_loses_points_and_is_named(exercise, mistake):
    verdicts = [exercise.grade(mistake.solution, seed) for seed in range(SEEDS)]
    assert all(verdict.points < verdict.max_points for verdict in verdicts)
    names = [verdict.mistake and verdict.mistake[0] for verdict in verdicts]
    assert set(names) <= {mistake.name, None}
    assert names.count(mistake.name) >= 0.95 * SEEDS


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=label)
def test_mistake_is_named_in_single_precision_too(exercise, mistake):
    def in_single_precision(*arguments):
        result = mistake.solution(*arguments)
        if isinstance(result, tuple):
            return [np.asarray(part, dtype=np.float32) for part in result]
        return np.asarray(result, dtype=np.float32)

    verdict = exercise.grade(in_single_precision, 1)
    assert verdict.points < verdict.max_points
    assert verdict.mistake == (mistake.name, mistake.says)


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=label)
def test_mistake_is_named_by_the_check(exercise, mistake, tmp_path):
    (tmp_path / "checks.json").write_bytes(bake.as_bytes(bake.bake([exercise])))
    cases = find(exercise.name, tmp_path).cases
    outcomes = [call(mistake.solution, case.arguments) for case in cases]
    wrong = {each.name: [case.wrong[each.name] for case in cases] for each in exercise.mistakes}
    assert diagnose(outcomes, [case.expected for case in cases], wrong) == mistake.name


@pytest.mark.parametrize(("exercise", "solution"), RIGHT, ids=label)
def test_right_solution_has_full_marks(exercise, solution):
    for seed in range(SEEDS_OF_RIGHT):
        verdict = exercise.grade(solution, seed)
        assert verdict.points == exercise.max_points, (seed, verdict.plain)
        assert verdict.mistake is None


@pytest.mark.parametrize("exercise", EXERCISES, ids=label)
def test_description_is_complete(exercise):
    assert len(exercise.mistakes) >= 5
    assert len(exercise.right) >= 3
    assert len(exercise.hints) == 3
    assert len({mistake.name for mistake in exercise.mistakes}) == len(exercise.mistakes)
    assert len({aspect.name for aspect in exercise.aspects}) == len(exercise.aspects)
    names = [re.fullmatch(r"[a-z]+(-[a-z]+)*", mistake.name) for mistake in exercise.mistakes]
    assert all(names)
    for each in (*exercise.right, *(mistake.solution for mistake in exercise.mistakes)):
        assert len(inspect.signature(each).parameters) == len(exercise.arguments)


@pytest.mark.parametrize("exercise", EXERCISES, ids=label)
def test_calls_are_few(exercise):
    calls = []

    def counted(*arguments):
        calls.append(arguments)
        return exercise.reference(*arguments)

    exercise.grade(counted, 0)
    assert len(calls) <= 25


@pytest.mark.parametrize("exercise", EXERCISES, ids=label)
def test_hidden_cases_come_from_pythons_own_random(exercise):
    def drawn():
        calls = []

        def seen(*arguments):
            calls.append([np.asarray(a).tolist() for a in arguments])
            return exercise.reference(*arguments)

        exercise.grade(seen)
        return calls

    random.seed(5)
    first = drawn()
    random.seed(5)
    assert drawn() == first
    assert drawn() != first


@pytest.mark.parametrize("exercise", EXERCISES, ids=label)
def test_memorised_examples_earn_nothing(exercise):
    def memory(*arguments):
        for example in exercise.examples:
            if all(map(np.array_equal, example.arguments, arguments)):
                return exercise.reference(*arguments)
        return None

    assert exercise.grade(memory, 0).points == 0


@pytest.mark.parametrize("exercise", EXERCISES, ids=label)
def test_unattempted(exercise):
    def blank(*arguments):
        raise NotImplementedError

    verdict = exercise.grade(blank, 0)
    assert (verdict.points, verdict.attempted, verdict.mistake) == (0.0, False, None)
    assert "Not attempted" in verdict.panel.text
    half_done = exercise.grade(lambda *arguments: None, 0)
    assert (half_done.points, half_done.attempted) == (0.0, True)


class TestErrors:
    exercise = ps2.hidden_error_terms

    def counting(self, error, after=0):
        self.calls = 0

        def fails(*arguments):
            self.calls += 1
            if self.calls > after:
                raise error
            return self.exercise.reference(*arguments)

        return fails

    def test_the_same_exception_again_and_again_stops_early(self):
        verdict = self.exercise.grade(self.counting(KeyError("<h>")), 0)
        assert verdict.points == 0
        assert self.calls <= len(self.exercise.aspects)
        assert "KeyError" in verdict.aspects[0].reason

    def test_too_long_fails_what_is_left(self):
        verdict = self.exercise.grade(self.counting(TimeoutError(), after=9), 0)
        assert self.calls == 10
        assert verdict.points == 0
        assert "loop" in verdict.aspects[-2].reason

    def test_a_dead_process_is_the_graders_business(self):
        with pytest.raises(ConnectionError):
            self.exercise.grade(self.counting(ConnectionError("gone")), 0)

    def test_an_interrupt_passes_through(self):
        with pytest.raises(KeyboardInterrupt):
            self.exercise.grade(self.counting(KeyboardInterrupt()), 0)

    def test_exit_does_not(self):
        assert self.exercise.grade(self.counting(SystemExit(0)), 0).points == 0

    @pytest.mark.parametrize("thing", [None, 3, "text", np.zeros(3)])
    def test_not_a_function(self, thing):
        assert self.exercise.grade(thing, 0).points == 0


def test_changed_arguments_cost_their_own_points():
    def in_place(W1, b1, W2, b2, x, t, rate):
        W1[...], new_b1, *others = ps2.training_step.reference(W1, b1, W2, b2, x, t, rate)
        return W1, new_b1, *others

    verdict = ps2.training_step.grade(in_place, 0)
    assert verdict.points == 7
    assert "It changes W1." in verdict.aspects[-1].reason


def test_right_parts_of_a_result_count():
    biases_unchanged = next(
        each for each in ps2.training_step.mistakes if each.name == "biases-unchanged"
    )
    assert ps2.training_step.grade(biases_unchanged.solution, 0).points == 4.5


class TestVerdict:
    exercise = ps2.training_step
    wrong = exercise.mistakes[0]

    def test_is_a_score_a_panel_and_data(self):
        verdict = self.exercise.grade(self.wrong.solution, 0)
        bundle = verdict._repr_mimebundle_()
        assert float(bundle["text/plain"]) == verdict.points
        plain = bundle[MIME_TYPE]
        assert json.loads(json.dumps(plain)) == plain
        assert plain["mistake"] == {"name": self.wrong.name, "says": self.wrong.says}
        assert sum(aspect["points"] for aspect in plain["aspects"]) == plain["points"]
        assert self.wrong.says[:40] in bundle["text/html"]

    def test_full_marks_are_the_exact_points(self):
        verdict = self.exercise.grade(self.exercise.reference, 0)
        assert repr(verdict) == "8.0"
        assert verdict.plain["mistake"] is None

    def test_tells_no_hidden_number(self):
        seen = []

        def wrong(*arguments):
            seen.append(arguments)
            return self.wrong.solution(*arguments)

        verdict = self.exercise.grade(wrong, 0)
        hidden = [
            f"{number:.4g}"[:6]
            for arguments in seen
            if not any(
                all(map(np.array_equal, arguments, each.arguments))
                for each in self.exercise.examples
            )
            for result in (*arguments, *self.exercise.reference(*arguments))
            for number in np.ravel(result)
        ]
        told = json.dumps(verdict.plain) + verdict.panel.html
        visible = json.dumps(bake.bake([self.exercise]))
        leaked = [each for each in hidden if len(each) > 5 and each in told and each not in visible]
        assert len(hidden) > 100
        assert leaked == []

    def test_escapes(self):
        def hostile(*arguments):
            raise ValueError("<script>alert(1)</script>")

        verdict = self.exercise.grade(hostile, 0)
        assert "<script>" not in verdict._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("exercise", EXERCISES, ids=label)
def test_check_and_grader_agree_on_visible_cases(exercise, tmp_path):
    """On every visible case, for every solution we know: both right or both wrong."""
    (tmp_path / "checks.json").write_bytes(bake.as_bytes(bake.bake([exercise])))
    cases = find(exercise.name, tmp_path).cases
    solutions = [exercise.reference, *exercise.right, *(m.solution for m in exercise.mistakes)]
    for solution in solutions:
        for case, example in zip(cases, exercise.examples, strict=True):
            checked, graded = call(solution, case.arguments), call(solution, example.arguments)
            right = [
                agrees(checked.value, case.expected),
                agrees(graded.value, exercise.reference(*example.arguments)),
            ]
            assert right[0] == right[1]


def test_two_mistakes_that_look_alike_are_not_guessed():
    outcome = Outcome(value=2.0)
    assert diagnose([outcome], [1.0], {"one": [2.0], "other": [2.0]}) is None
    assert diagnose([outcome], [1.0], {"one": [2.0], "other": [3.0]}) == "one"
