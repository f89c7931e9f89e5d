"""Sheets that are worked on paper, of all assignments: numbers of one's own, and what they earn."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from tests.sources import STUDENTS, cells, given

ROOT = Path(__file__).parents[1] / "assignments"
ASSIGNMENTS = sorted(path.parent.name for path in ROOT.glob("exercises/*/by_hand.py"))
SHEETS = {
    name: import_module(f"assignments.exercises.{name}.by_hand").SHEET for name in ASSIGNMENTS
}
MISTAKES = [(sheet, mistake) for sheet in SHEETS.values() for mistake in sheet.mistakes]
EACH = pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)


def plain(numbers):
    """What was drawn, so that it can be compared."""
    return tuple(np.asarray(number).tolist() for number in numbers)


def on_paper(sheet, student, solution=None):
    """What a student would write, with the last digit that counts at the end."""
    digits = 3 if sheet.close > 0.001 else 4
    numbers = (solution or sheet.reference)(*sheet.draw(student))
    return student, *(round(float(number), digits) for number in numbers)


def test_there_are_some():
    assert {"ps1", "ps2", "ps3", "ps4"} <= set(ASSIGNMENTS)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_notebook_draws_the_same_numbers(assignment):
    draw = SHEETS[assignment].draw
    names = given(assignment, draw.__name__.replace("_", "-"))
    for student in STUDENTS:
        assert plain(names[draw.__name__](student)) == plain(draw(student))
    exec(cells(assignment)["by-hand"], names)
    verdict = SHEETS[assignment].grade(names["by_hand"])
    assert verdict.points == verdict.max_points, "the instructor's own sheet is wrong"


@EACH
def test_hardly_two_students_have_the_same_numbers(sheet):
    drawn = {str(plain(sheet.draw(student))) for student in STUDENTS}
    assert len(drawn) >= 0.95 * len(STUDENTS)


@EACH
def test_how_the_number_is_typed_does_not_matter(sheet):
    assert len({str(plain(sheet.draw(typed))) for typed in ("S12", " s12 ", "s12")}) == 1


@EACH
def test_rounded_results_are_right(sheet):
    for student in STUDENTS:
        written = on_paper(sheet, student)
        verdict = sheet.grade(lambda written=written: written)
        assert (verdict.points, verdict.max_points) == (sheet.points, sheet.points)
        assert verdict.mistake is None


@pytest.mark.parametrize(("sheet", "mistake"), MISTAKES, ids=lambda each: getattr(each, "name", ""))
def test_mistake_is_named(sheet, mistake):
    written = [on_paper(sheet, student, mistake.solution) for student in STUDENTS]
    verdicts = [sheet.grade(lambda written=each: written) for each in written]
    names = [verdict.mistake and verdict.mistake[0] for verdict in verdicts]
    assert set(names) <= {mistake.name, None}
    assert names.count(mistake.name) >= 0.95 * len(names)
    assert sum(verdict.points == sheet.points for verdict in verdicts) <= 0.05 * len(names)


@EACH
def test_each_number_counts(sheet):
    student, *numbers = on_paper(sheet, "s1")
    for place in range(len(numbers)):
        written = [student, *numbers]
        written[place + 1] += 0.1
        verdict = sheet.grade(lambda written=written: written)
        share = 1 - 1 / len(numbers)
        assert verdict.points == pytest.approx(sheet.points * share, abs=0.01)


@EACH
def test_the_numbers_of_somebody_else_are_wrong(sheet):
    _, *theirs = on_paper(sheet, "s1")
    others = [sheet.grade(lambda own=own: (own, *theirs)).points for own in STUDENTS]
    # A whole number may be the same by chance.
    assert np.median(others) == 0
    assert np.mean(others) < 0.1 * sheet.points


@EACH
def test_anything_may_be_written(sheet):
    count = len(sheet.results)
    nonsense = [None, True, {}, 1e400, "x", [1], np.nan, object()]
    whole = [("s1", *nonsense[start : start + count]) for start in range(len(nonsense) - count + 1)]
    for written in (None, 3, "s1", (), ("s1",), ("s1", 1), *whole):
        verdict = sheet.grade(lambda written=written: written)
        assert (verdict.points, verdict.attempted) == (0.0, True)
        assert verdict.panel.text


@EACH
def test_not_attempted(sheet):
    def blank():
        raise NotImplementedError

    assert not sheet.grade(blank).attempted


@EACH
def test_a_dead_process_is_the_graders_business(sheet):
    def dead():
        raise ConnectionError

    with pytest.raises(ConnectionError):
        sheet.grade(dead)
