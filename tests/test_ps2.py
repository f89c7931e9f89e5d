"""What assignment 2 has besides its exercises: a sheet by hand, and later ones on earlier ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from assignments.exercises import ps2
from assignments.exercises.ps2 import by_hand, following
from mlpkit.gradcheck import check_network
from mlpkit.network import Network
from tests.grading.points import automatic
from tests.sources import STUDENTS, cells, given, graded

CELLS = cells("ps2")
POINTS = automatic("ps2")
BLANK = "raise NotImplementedError"
OUTPUT, HIDDEN = "def output_error_term(o, t):", "def hidden_error_terms(h, W, delta_output):"


@pytest.mark.parametrize("student", STUDENTS)
def test_rounding_at_every_step_by_hand_is_right(student):
    W1, b1, W2, b2, x, t = by_hand.my_step(student)
    h = np.round(expit(np.round(W1 @ x + b1, 4)), 4)
    o = np.round(expit(np.round(W2 @ h + b2, 4)), 4)
    delta_o = np.round(np.round(o * (1 - o), 4) * (t - o), 4)
    delta_h = np.round(np.round(h * (1 - h), 4) * np.round(W2[0] * delta_o, 4), 4)
    new = W2[0, 0] + np.round(0.5 * np.round(delta_o * h[0], 4), 4)
    verdict = by_hand.grade_by_hand(lambda: (student, *map(float, (*delta_o, *delta_h, *new))))
    assert (verdict.points, verdict.max_points, verdict.mistake) == (4.0, 4.0, None)


def test_by_hand_is_a_step_of_the_training_step():
    for student in STUDENTS:
        W1, b1, W2, b2, x, t = by_hand.my_step(student)
        new = ps2.training_step.reference(W1, b1, W2, b2, x[None], t[None], by_hand.RATE)
        assert new[2][0, 0] == pytest.approx(by_hand.by_hand(W1, b1, W2, b2, x, t)[3])


def test_references_agree_with_the_package():
    rng = np.random.default_rng(0)
    W1, b1, W2, b2, W3, b3, x, t = ps2.gradients.aspects[1].draw(rng)
    network = Network.from_layers([W1, W2, W3], [b1, b2, b3])
    report = check_network(network, x, t)
    found = ps2.gradients.reference(W1, b1, W2, b2, W3, b3, x, t)
    flat = np.concatenate([part.ravel() for part in found])
    np.testing.assert_allclose(flat, report.analytic, atol=1e-12)
    np.testing.assert_allclose(flat, report.numerical, atol=1e-8)


def test_the_students_checker_judges_the_students_gradient(capsys):
    solved = given("ps2", "numerical-gradient", "gradients", "gradients-try")
    solved["judged_by_your_checker"]()
    right = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert len(right) == 6
    assert max(right) < 1e-8
    source = CELLS["gradients"].replace("a2 * (1 - a2) * (delta3 @ W3)", "delta3 @ W3")
    exec(source, solved)
    solved["judged_by_your_checker"]()
    wrong = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert max(wrong) > 1e-3


def test_hand_and_code_meet(capsys):
    cells = ("my-step", "by-hand", "output-error-term", "hidden-error-terms", "error-terms")
    given("ps2", *cells, "training-step", "hand-and-code")["hand_and_code"]()
    for line in capsys.readouterr().out.splitlines():
        *_, hand, _, _, _, code = line.split()
        assert float(hand) == pytest.approx(float(code), abs=1e-4)


@pytest.mark.parametrize("kind", [list, tuple, np.array, np.float32])
def test_a_gradient_of_any_kind_is_right(kind):
    def numerical_gradient(J, w, step):
        moves = step * np.eye(w.size).reshape(-1, *w.shape)
        flat = [(J(w + move) - J(w - move)) / (2 * step) for move in moves]
        found = np.reshape(flat, w.shape)
        return kind(found.tolist()) if kind is not np.float32 else found

    names = given("ps2", "numerical-slopes", numerical_gradient=numerical_gradient)
    assert ps2.numerical_slopes.grade(names["numerical_slopes"], 0).points == 4


def only_lost(points) -> set[str]:
    return {name for name, most in POINTS.items() if points[name] < most}


@pytest.mark.sandbox
class TestNothingCostsTwice:
    @pytest.mark.parametrize("body", [BLANK, "return t - o", "return (", "return o.tolist()"])
    def test_an_output_error_term_that_is_wrong(self, body):
        points, _ = graded("ps2", output_error_term=f"{OUTPUT}\n    {body}")
        assert only_lost(points) == {"test-output-error-term"}

    @pytest.mark.parametrize(
        "body", [BLANK, "return delta_output @ W.T", "return delta_output @ W", "return h[7]"]
    )
    def test_hidden_error_terms_that_are_wrong(self, body):
        points, notebook = graded("ps2", hidden_error_terms=f"{HIDDEN}\n    {body}")
        assert only_lost(points) == {"test-hidden-error-terms"}
        tests = {cell.id: str(cell.get("outputs")) for cell in notebook.cells}
        assert following.NOTE in tests["test-training-step"]
        assert following.NOTE not in tests["test-numerical-slopes"]

    def test_what_makes_up_for_a_mistake_is_right(self):
        turned = f"{OUTPUT}\n    return o * (1 - o) * (o - t)"
        training = CELLS["training-step"].replace("W1 + step", "W1 - step")
        for name in ("b1", "W2", "b2"):
            training = training.replace(f"{name} + step", f"{name} - step")
        deltas = CELLS["deltas"].replace("-delta_hidden, -delta", "delta_hidden, delta")
        points, _ = graded("ps2", output_error_term=turned, training_step=training, deltas=deltas)
        assert only_lost(points) == {"test-output-error-term"}

    def test_the_own_functions_are_there_again(self):
        """Exercise 3 is wrong by itself; exercise 4 still makes up for exercise 1."""
        turned = f"{OUTPUT}\n    return o * (1 - o) * (o - t)"
        training = CELLS["training-step"].replace("+ step *", "- step *")
        wrong = "def deltas(z1, z2, W2, t):\n    return z1, z2"
        points, _ = graded("ps2", output_error_term=turned, training_step=training, deltas=wrong)
        assert only_lost(points) == {"test-output-error-term", "test-deltas"}

    def test_a_later_exercise_has_still_to_be_right(self):
        blank = f"{OUTPUT}\n    {BLANK}"
        wrong = CELLS["training-step"].replace("rate / len(x)", "rate")
        points, notebook = graded("ps2", output_error_term=blank, training_step=wrong)
        assert only_lost(points) == {"test-output-error-term", "test-training-step"}
        outputs = {cell.id: str(cell.get("outputs")) for cell in notebook.cells}
        assert "summed-not-averaged" in outputs["test-training-step"]


@pytest.mark.parametrize("missing", [OUTPUT, HIDDEN])
def test_without_exercises_one_and_two_the_others_say_so(missing):
    names = given("ps2", "output-error-term", "hidden-error-terms", "error-terms", "deltas")
    exec(f"{missing}\n    {BLANK}", names)
    verdict = ps2.deltas.grade(names["deltas"], 0)
    assert (verdict.points, verdict.attempted) == (0.0, True)
    assert "ExercisesOneAndTwoComeFirst" in verdict.aspects[0].reason
