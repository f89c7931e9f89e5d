"""What assignment 1 has besides its exercises: a sheet by hand, and weights of any choice."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from assignments.exercises import ps1
from assignments.exercises.ps1 import by_hand
from assignments.exercises.ps1.xor import PATTERNS, answers
from tests.sources import STUDENTS, given


@pytest.mark.parametrize("student", STUDENTS[::5])
def test_rounding_at_every_step_by_hand_is_right(student):
    W1, b1, W2, b2, x = by_hand.my_network(student)
    h = np.round(1 / (1 + np.exp(-np.round(W1 @ x + b1, 3))), 3)
    (o,) = np.round(1 / (1 + np.exp(-np.round(W2 @ h + b2, 3))), 3)
    verdict = by_hand.grade_by_hand(lambda: [student, *h.tolist(), float(o)])
    assert (verdict.points, verdict.max_points, verdict.mistake) == (3.0, 3.0, None)


def mirrored(W1, b1, W2, b2, unit):
    """The same answers: one hidden unit says the opposite, and the output believes the opposite."""
    W1, b1, W2, b2 = (np.array(each, dtype=float) for each in (W1, b1, W2, b2))
    b2 = b2 + W2[:, unit]
    for array in (W1[unit], b1[unit : unit + 1], W2[:, unit]):
        array *= -1
    return W1, b1, W2, b2


class TestXor:
    def verdict(self, *parameters):
        """Of the notebook's own xor_answers, with these weights."""
        names = given("ps1", "xor-answers", xor_network=lambda: parameters)
        return ps1.xor_answers.grade(names["xor_answers"], 0)

    def test_all_weights_that_do_it_are_right(self):
        rng = np.random.default_rng(0)
        for _ in range(40):
            net = [[20, 20], [-20, -20]], [-10, 30], [[20, 20]], [-30]
            for unit in np.flatnonzero(rng.random(2) < 0.5):
                net = mirrored(*net, unit)
            order = rng.permutation(2)
            W1, b1, W2, b2 = (np.array(each, dtype=float) for each in net)
            net = W1[order], b1[order], W2[:, order], b2
            net = [each * rng.uniform(0.9, 1.1, each.shape) for each in net]
            assert self.verdict(*net).points == 4

    @pytest.mark.parametrize("b2", [-30, [-30], [[-30]], np.array(-30)])
    @pytest.mark.parametrize("W2", [[20, 20], [[20, 20]], (20.0, 20.0), np.full((2, 1), 20)])
    def test_the_shapes_of_the_last_two_may_be_simpler(self, W2, b2):
        assert self.verdict([[20, 20], [-20, -20]], [-10, 30], W2, b2).points == 4

    @pytest.mark.parametrize("scale", [0.1, 0.2])
    def test_sides_of_a_half_are_not_enough(self, scale):
        net = [[20, 20], [-20, -20]], [-10, 30], [[20, 20]], [-30]
        verdict = self.verdict(*(scale * np.array(each, dtype=float) for each in net))
        assert verdict.points == 0

    @pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
    def test_what_is_no_number_earns_nothing(self, number):
        for place in range(4):
            plain = [[9, 9], [-9, -9]], [-4, 13], [[9, 9]], [-13]
            net = [np.array(each, dtype=float) for each in plain]
            net[place].flat[0] = number
            assert self.verdict(*net).points == 0

    @pytest.mark.parametrize("net", [(), (1, 2, 3, 4), ("W1", "b1", "W2", "b2"), ([], [], [], [])])
    def test_anything_may_be_returned(self, net):
        assert self.verdict(*net).points == 0

    def test_notebook_and_grader_run_the_same_network(self):
        rng = np.random.default_rng(1)
        for _ in range(50):
            net = [rng.normal(0, 5, shape) for shape in ((2, 2), 2, (1, 2), 1)]
            names = given("ps1", "xor-answers", xor_network=lambda net=net: net)
            assert (names["xor_answers"](PATTERNS) == answers(PATTERNS, *net)).all()


def blank(z):
    raise NotImplementedError


@pytest.mark.parametrize(
    "first",
    [blank, np.tanh, lambda z: None, lambda z: (1 + np.exp(-z), z), lambda z: 1 / (1 + np.exp(-z))],
)
def test_without_exercise_one_the_others_say_so(first):
    names = given("ps1", "sigmoid", "unit", sigmoid_and_slope=first)
    verdict = ps1.unit.grade(names["unit"], 0)
    assert (verdict.points, verdict.attempted) == (0.0, True)
    assert "ExerciseOneComesFirst" in verdict.aspects[0].reason


@pytest.mark.parametrize("exercise", ps1.__all__[1:4])
@pytest.mark.parametrize("first", [*ps1.sigmoid_and_slope.right, lambda z: (expit(z), None)])
def test_any_right_activation_serves_the_others(exercise, first):
    cell = exercise.replace("_", "-")
    names = given("ps1", "sigmoid", cell, sigmoid_and_slope=first)
    description = getattr(ps1, exercise)
    assert description.grade(names[exercise], 0).points == description.max_points
