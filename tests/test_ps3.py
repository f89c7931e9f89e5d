"""What assignment 3 has besides its exercises: a sheet by hand, and cells that are given."""

from __future__ import annotations

import numpy as np
import pytest

from assignments.exercises import ps3
from assignments.exercises.ps3 import by_hand, training_variants
from tests.sources import STUDENTS, given


@pytest.mark.parametrize("student", STUDENTS)
def test_rounding_at_every_step_by_hand_is_right(student):
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


class TestMinibatches:
    def verdict(self, minibatches):
        """Of the notebook's own batch_table, with this function."""
        names = given("ps3", "batch-table", minibatches=minibatches)
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
        return ps3.trained.grade(given("ps3", "trained", train=train)["trained"], 0)

    def test_solution_of_the_notebook_is_right(self):
        cells = ("momentum-step", "minibatches", "cost-and-gradient", "train", "trained")
        assert ps3.trained.grade(given("ps3", *cells)["trained"], 0).points == 7

    @pytest.mark.parametrize("train", training_variants.RIGHT)
    def test_other_styles_are_right(self, train):
        assert self.verdict(train).points == 7

    @pytest.mark.parametrize("what", [None, 3, ("w", "costs"), (), ([], []), (None, None)])
    def test_anything_may_be_returned(self, what):
        assert self.verdict(lambda *arguments: what).points == 0

    def test_notebook_and_grader_mean_the_same_cost(self):
        names, rng = given("ps3", "cost-and-gradient"), np.random.default_rng(0)
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

    descend = staticmethod(given("ps3", "cost-and-gradient", "rates")["descend"])

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
