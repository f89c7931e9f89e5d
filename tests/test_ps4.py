"""What assignment 4 has besides its exercises: a class of the student's, and a study of depth."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from assignments.exercises import ps4
from assignments.exercises.ps4 import by_hand
from tests.sources import cells, given, graded

CELLS = cells("ps4")
STEPS = ("node", "topological-order", "backward")
OVERWRITTEN = CELLS["backward"].replace("parent.gradient +=", "parent.gradient =")


def blank(name: str) -> str:
    """A cell as it is handed out."""
    head, _, _ = CELLS[name].partition("### BEGIN SOLUTION")
    return head + "raise NotImplementedError"


@pytest.mark.parametrize("shifted", [False, True])
def test_rounding_at_every_step_by_hand_is_right(shifted):
    for student in map(str, range(500)):
        scores, right, u, v = by_hand.my_numbers(student)
        scores = scores - scores.max() if shifted else scores
        cold, hot = (
            np.round(powers / powers.sum(), 3)
            for powers in (np.round(np.exp(scores / temperature), 3) for temperature in (1, 2))
        )
        p = float(cold[right])
        sheet = student, p, round(-math.log(p), 3), p - 1, float(max(hot)), u + 2 * v
        verdict = by_hand.grade_by_hand(lambda sheet=sheet: sheet)
        assert (verdict.points, verdict.max_points, verdict.mistake) == (5.0, 5.0, None)


class TestGraph:
    def graded(self, *sources: str):
        space = given("ps4")
        for source in (*sources, *(CELLS[n] for n in ("number-in-order", "if-written"))):
            exec(source, space)
        exec(CELLS["graph-results"], space)
        return ps4.graph_results.grade(space["graph_results"], 0)

    @pytest.mark.parametrize(("written", "points"), [(0, 0), (1, 7 / 3), (2, 14 / 3), (3, 7)])
    def test_each_step_counts_by_itself(self, written, points):
        sources = [CELLS[n] if i < written else blank(n) for i, n in enumerate(STEPS)]
        verdict = self.graded(*sources)
        assert verdict.points == pytest.approx(points, abs=0.01)
        assert verdict.attempted == (written > 0)
        assert verdict.mistake is None

    @pytest.mark.parametrize("mistake", ps4.graph_results.mistakes, ids=lambda each: each.name)
    def test_other_parts_keep_their_points(self, mistake):
        assert ps4.graph_results.grade(mistake.solution, 0).points > 7 / 3 - 0.01

    @pytest.mark.parametrize(
        "order",
        ["return None", "return 3", "return []", "return [result] * 2", "return [None, result]"],
    )
    def test_a_nonsensical_order_earns_nothing_for_itself(self, order):
        source = f"def topological_order(result):\n    {order}"
        verdict = self.graded(CELLS["node"], source, blank("backward"))
        assert verdict.points <= 7 / 3 + 0.01

    @pytest.mark.parametrize(
        "body",
        [
            "return [result]",
            "return right(result)[::-1]",
            "return right(result) + [result]",
            "return right(result)[1:]",
            "return sorted(right(result), key=lambda node: node is result)[::-1][1:] + [result]",
        ],
    )
    def test_an_order_that_is_nearly_right_is_wrong(self, body):
        right = CELLS["topological-order"] + "\nright = topological_order"
        order = f"def topological_order(result):\n    {body}"
        verdict = self.graded(CELLS["node"], right, order, blank("backward"))
        assert verdict.points == pytest.approx(7 / 3, abs=0.01)


@pytest.mark.sandbox
class TestAcrossTheWall:
    """The nodes are objects in the student's process, and read from outside."""

    def test_the_instructors_solutions_have_full_marks(self):
        points, _ = graded("ps4")
        expected = {f"test-{e.replace('_', '-')}": getattr(ps4, e).max_points for e in ps4.__all__}
        assert points == {**expected, "test-by-hand": by_hand.POINTS, "twenty-layers": None}

    def test_a_mistake_in_the_way_back_is_named(self):
        points, notebook = graded("ps4", backward=OVERWRITTEN)
        assert points["test-graph-results"] < 7
        (cell,) = [cell for cell in notebook.cells if cell.id == "test-graph-results"]
        assert "gradient-overwritten" in json.dumps(cell.outputs)

    def test_withheld_modules_do_not_help(self):
        points, _ = graded("ps4", node="from mlpkit.graph import Node")
        assert points["test-graph-results"] == 0
        assert points["test-softmax"] == 5


class TestStudy:
    """The answers and the marking of part 7 rest on these numbers."""

    def norms(self, activation, scale):
        seen = []

        def kept(*arguments):
            seen.append((ps4.gradient_norms.reference(*arguments), arguments))
            return seen[-1][0]

        space = given("ps4", "activation-functions", "study", gradient_norms=kept)
        space["study"](activation, scale)
        return seen[0]

    def test_the_scales_that_suit(self, capsys):
        for activation, scale in [("tanh", 1.0), ("tanh", 1.4), ("relu", 1.4)]:
            norms, _ = self.norms(activation, scale)
            assert 0.3 < norms.min() < norms.max() < 6
        assert capsys.readouterr().out.count("layer") == 15

    def test_relu_is_level_at_every_scale(self):
        sizes = {}
        for scale in (0.5, 1, 1.4, 2, 4):
            norms, _ = self.norms("relu", scale)
            assert norms.max() < 2.5 * norms.min()
            sizes[scale] = norms[0]
        assert sizes[4] / sizes[0.5] == pytest.approx(8**19, rel=1e-6)

    def test_saturation_holds_tanh_back(self):
        norms, (A, D, _, _) = self.norms("tanh", 4)
        assert norms[0] / norms[-1] == pytest.approx(2000, rel=0.05)
        assert D.mean() == pytest.approx(0.2, abs=0.02)
        assert np.sqrt(np.mean(A[-1] ** 2)) == pytest.approx(0.89, abs=0.02)

    @pytest.mark.parametrize(("scale", "least"), [(0.5, 1e16), (1, 1e11), (2, 1e6), (4, 2500)])
    def test_the_sigmoid_vanishes_at_every_scale(self, scale, least):
        norms, (A, _, _, _) = self.norms("sigmoid", scale)
        assert norms[-1] / norms[0] > least
        assert 0.4 < np.sqrt(np.mean(A[1:] ** 2)) < 0.7
