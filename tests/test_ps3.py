"""What assignment 3 has besides its exercises: a sheet by hand, and cells that are given."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pytest

from assignments.exercises import ps3
from assignments.exercises.ps3 import by_hand, training_variants

SOURCE = Path(__file__).parents[1] / "assignments" / "source" / "ps3" / "ps3.ipynb"
STUDENTS = [f"s{number}" for number in range(4711, 4761)]


def given(*cells: str, **names: object) -> dict[str, object]:
    """The namespace of some of the notebook's cells."""
    sources = {cell.id: cell.source for cell in nbformat.read(SOURCE, as_version=4).cells}
    for cell in ("setup", *cells):
        exec(sources[cell], names)
    return names


def on_paper(student, solution=by_hand.by_hand):
    """What a student would write, with three digits at the end."""
    numbers = solution(*by_hand.my_valley(student))
    return student, *(round(float(number), 3) for number in numbers)


def test_no_module_with_the_answers_is_there_when_it_is_graded():
    notebook = nbformat.read(SOURCE, as_version=4)
    assert notebook.metadata.autograder == {"modules": ["mlpkit.check"]}


class TestByHand:
    def test_notebook_draws_the_same_numbers(self):
        notebooks = given("my-valley")["my_valley"]
        assert all(notebooks(each) == by_hand.my_valley(each) for each in STUDENTS)

    def test_hardly_two_students_have_the_same_numbers(self):
        drawn = {by_hand.my_valley(student) for student in STUDENTS}
        assert len(drawn) >= 0.95 * len(STUDENTS)

    def test_how_the_number_is_typed_does_not_matter(self):
        assert len({by_hand.my_valley(typed) for typed in ("S12", " s12 ", "s12")}) == 1

    @pytest.mark.parametrize("student", STUDENTS)
    def test_rounding_at_every_step_is_right(self, student):
        curvature, w, rate, momentum = by_hand.my_valley(student)
        velocity, sheet = 0.0, [student]
        for _ in range(3):
            kept, step = round(momentum * velocity, 3), round(rate * round(curvature * w, 3), 3)
            velocity = kept - step
            w += velocity
            sheet.append(w)
        sheet.append(round(2 / curvature, 3))
        verdict = by_hand.grade_by_hand(lambda: sheet)
        assert (verdict.points, verdict.max_points, verdict.mistake) == (4.0, 4.0, None)

    @pytest.mark.parametrize("mistake", by_hand.MISTAKES, ids=lambda mistake: mistake.name)
    def test_mistake_is_named(self, mistake):
        written = [on_paper(student, mistake.solution) for student in STUDENTS]
        verdicts = [by_hand.grade_by_hand(lambda sheet=sheet: sheet) for sheet in written]
        names = [verdict.mistake and verdict.mistake[0] for verdict in verdicts]
        assert set(names) <= {mistake.name, None}
        assert names.count(mistake.name) >= 0.95 * len(names)
        assert all(verdict.points < 4 for verdict in verdicts)

    def test_each_number_counts(self):
        student, *numbers = on_paper("s1")
        for place in range(4):
            sheet = [student, *numbers]
            sheet[place + 1] += 0.1
            assert by_hand.grade_by_hand(lambda sheet=sheet: sheet).points == 3

    def test_the_numbers_of_somebody_else_are_wrong(self):
        _, *theirs = on_paper("s1")
        assert by_hand.grade_by_hand(lambda: ("s2", *theirs)).points == 0

    @pytest.mark.parametrize(
        "sheet",
        [None, 3, "s1", (), ("s1", 1, 2), ("s1", None, "x", [1], {}), (None, True, {}, 1, 2)],
    )
    def test_anything_may_be_written(self, sheet):
        verdict = by_hand.grade_by_hand(lambda: sheet)
        assert (verdict.points, verdict.attempted) == (0.0, True)
        assert verdict.panel.text

    def test_not_attempted(self):
        def blank():
            raise NotImplementedError

        assert not by_hand.grade_by_hand(blank).attempted

    def test_a_dead_process_is_the_graders_business(self):
        def dead():
            raise ConnectionError

        with pytest.raises(ConnectionError):
            by_hand.grade_by_hand(dead)


class TestMinibatches:
    def verdict(self, minibatches):
        """Of the notebook's own batch_table, with this function."""
        names = given("batch-table", minibatches=minibatches)
        return ps3.batch_table.grade(names["batch_table"], 0)

    @pytest.mark.parametrize("kind", [list, tuple, np.array, np.float32])
    def test_batches_of_any_kind_are_right(self, kind):
        def minibatches(order, size):
            return [kind(order[start : start + size]) for start in range(0, len(order), size)]

        assert self.verdict(minibatches).points == 4

    def test_order_and_size_are_whole_numbers(self):
        def minibatches(order, size):
            assert order.dtype.kind == "i"
            assert isinstance(size, int)
            return np.split(order, range(size, len(order), size))

        assert self.verdict(minibatches).points == 4

    @pytest.mark.parametrize("what", [None, 3, "text", [], [None], [["a"]], np.zeros(3), {}])
    def test_anything_may_be_returned(self, what):
        assert self.verdict(lambda order, size: what).points == 0


class TestTrain:
    def verdict(self, train):
        """Of the notebook's own trained, with this function."""
        return ps3.trained.grade(given("trained", train=train)["trained"], 0)

    def test_solution_of_the_notebook_is_right(self):
        cells = ("momentum-step", "minibatches", "cost-and-gradient", "train", "trained")
        assert ps3.trained.grade(given(*cells)["trained"], 0).points == 7

    @pytest.mark.parametrize("train", training_variants.RIGHT)
    def test_other_styles_are_right(self, train):
        assert self.verdict(train).points == 7

    @pytest.mark.parametrize("what", [None, 3, ("w", "costs"), (), ([], []), (None, None)])
    def test_anything_may_be_returned(self, what):
        assert self.verdict(lambda *arguments: what).points == 0

    def test_notebook_and_grader_mean_the_same_cost(self):
        names, rng = given("cost-and-gradient"), np.random.default_rng(0)
        w, X, t = rng.normal(size=3), rng.normal(size=(5, 3)), rng.normal(size=5)
        assert names["cost"](w, X, t) == training_variants.cost(w, X, t)
        slopes = training_variants.gradient(w, X, t)
        assert (names["gradient"](w, X, t) == slopes).all()
        for i, nudge in enumerate(1e-6 * np.eye(3)):
            rise = training_variants.cost(w + nudge, X, t) - training_variants.cost(w - nudge, X, t)
            assert rise / 2e-6 == pytest.approx(slopes[i], abs=1e-6)

    def test_visible_data_set_is_learned_to_the_error_it_says(self):
        example = next(each for each in ps3.trained.examples if "learned" in each.title)
        _, costs = ps3.trained.reference(*example.arguments)
        assert costs[-1] <= 0.001 < costs[-2]
        assert len(costs) < len(example.arguments[6])


class TestRates:
    """The numbers of the mark scheme."""

    descend = staticmethod(given("cost-and-gradient", "rates")["descend"])

    def test_limit(self):
        steps = 20_000
        assert self.descend(0.2, steps=steps)[-1] == pytest.approx(0.1778, abs=1e-4)
        assert self.descend(0.21)[100] > 10_000
        assert np.argmin(self.descend(0.21)) == 17

    def test_stalls(self):
        costs = self.descend(0.001)
        assert (np.diff(costs) < 0).all()
        assert costs[-1] == pytest.approx(1.195, abs=5e-4)
        halfway = (1.3333 + 0.1778) / 2
        assert self.descend(0.0057)[-1] > halfway > self.descend(0.0059)[-1]

    def test_momentum(self):
        without, with_it = self.descend(0.03, steps=400), self.descend(0.03, 0.9, steps=400)
        first = [int(np.nonzero(costs < 0.18)[0][0]) for costs in (without, with_it)]
        assert first == [351, 25]
        assert with_it[25:].max() == pytest.approx(0.197, abs=5e-4)
