"""What assignment 1 has besides its exercises: a sheet by hand, and weights of any choice."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pytest
from scipy.special import expit

from assignments.exercises import ps1
from assignments.exercises.ps1 import by_hand
from assignments.exercises.ps1.xor import PATTERNS, answers

SOURCE = Path(__file__).parents[1] / "assignments" / "source" / "ps1" / "ps1.ipynb"
STUDENTS = [f"s{number}" for number in range(4711, 4761)]


def given(*cells: str, **names: object) -> dict[str, object]:
    """The namespace of some of the notebook's cells."""
    sources = {cell.id: cell.source for cell in nbformat.read(SOURCE, as_version=4).cells}
    for cell in ("setup", *cells):
        exec(sources[cell], names)
    return names


def on_paper(student, solution=by_hand.by_hand):
    """What a student would write, with three digits at the end."""
    numbers = solution(*by_hand.my_network(student))
    return student, *(round(float(number), 3) for number in numbers)


def test_no_module_with_the_answers_is_there_when_it_is_graded():
    notebook = nbformat.read(SOURCE, as_version=4)
    assert notebook.metadata.autograder == {"modules": ["mlpkit.check"]}


class TestByHand:
    def test_notebook_draws_the_same_numbers(self):
        notebooks = given("my-network")["my_network"]
        for student in STUDENTS:
            for one, other in zip(notebooks(student), by_hand.my_network(student), strict=True):
                assert one.shape == other.shape
                assert (one == other).all()

    def test_each_student_has_numbers_of_their_own(self):
        networks = [by_hand.my_network(student) for student in STUDENTS]
        drawn = {tuple(np.concatenate([part.ravel() for part in each])) for each in networks}
        assert len(drawn) == len(STUDENTS)
        assert all(0 < abs(number) < 1 for numbers in drawn for number in numbers)

    def test_how_the_number_is_typed_does_not_matter(self):
        networks = [by_hand.my_network(typed) for typed in ("S12", " s12 ", "s12")]
        shown = [[part.tolist() for part in network] for network in networks]
        assert shown[0] == shown[1] == shown[2]

    @pytest.mark.parametrize("student", STUDENTS[::5])
    def test_rounding_at_every_step_is_right(self, student):
        W1, b1, W2, b2, x = by_hand.my_network(student)
        h = np.round(1 / (1 + np.exp(-np.round(W1 @ x + b1, 3))), 3)
        (o,) = np.round(1 / (1 + np.exp(-np.round(W2 @ h + b2, 3))), 3)
        verdict = by_hand.grade_by_hand(lambda: [student, *h.tolist(), float(o)])
        assert (verdict.points, verdict.max_points, verdict.mistake) == (3.0, 3.0, None)

    @pytest.mark.parametrize("mistake", by_hand.MISTAKES, ids=lambda mistake: mistake.name)
    def test_mistake_is_named(self, mistake):
        written = [on_paper(student, mistake.solution) for student in STUDENTS]
        verdicts = [by_hand.grade_by_hand(lambda sheet=sheet: sheet) for sheet in written]
        names = [verdict.mistake and verdict.mistake[0] for verdict in verdicts]
        assert set(names) <= {mistake.name, None}
        assert names.count(mistake.name) >= 0.95 * len(names)
        assert sum(verdict.points == 3 for verdict in verdicts) <= 0.05 * len(names)

    def test_each_number_counts(self):
        student, h1, h2, o = on_paper("s1")
        for sheet in ((h1, h2, 0.1), (h1, 0.1, o), (0.1, h2, o)):
            assert by_hand.grade_by_hand(lambda sheet=sheet: (student, *sheet)).points == 2

    def test_the_numbers_of_somebody_else_are_wrong(self):
        _, *theirs = on_paper("s1")
        assert by_hand.grade_by_hand(lambda: ("s2", *theirs)).points == 0

    @pytest.mark.parametrize(
        "sheet",
        [None, 3, "s1", (), ("s1",), ("s1", 1, 2), ("s1", None, "x", [1]), (None, True, {}, 1e400)],
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
        names = given("xor-answers", xor_network=lambda: parameters)
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
            names = given("xor-answers", xor_network=lambda net=net: net)
            assert (names["xor_answers"](PATTERNS) == answers(PATTERNS, *net)).all()


def blank(z):
    raise NotImplementedError


@pytest.mark.parametrize(
    "first",
    [blank, np.tanh, lambda z: None, lambda z: (1 + np.exp(-z), z), lambda z: 1 / (1 + np.exp(-z))],
)
def test_without_exercise_one_the_others_say_so(first):
    names = given("sigmoid", "unit", sigmoid_and_slope=first)
    verdict = ps1.unit.grade(names["unit"], 0)
    assert (verdict.points, verdict.attempted) == (0.0, True)
    assert "ExerciseOneComesFirst" in verdict.aspects[0].reason


@pytest.mark.parametrize("exercise", ps1.__all__[1:4])
@pytest.mark.parametrize("first", [*ps1.sigmoid_and_slope.right, lambda z: (expit(z), None)])
def test_any_right_activation_serves_the_others(exercise, first):
    cell = exercise.replace("_", "-")
    names = given("sigmoid", cell, sigmoid_and_slope=first)
    description = getattr(ps1, exercise)
    assert description.grade(names[exercise], 0).points == description.max_points
