"""nbgrader's own sample course, as its package ships it: ours and nbgrader's give the same scores.

The course is made by ``nbgrader quickstart``; the two students of nbgrader's documentation hand in
what the package has of them. All of it is trusted sample code, so plain nbgrader may run it here.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import sync_playwright

from autograder import course as courses
from tests.browser.lab import launch, running_lab
from tests.tools import printed_by

pytestmark = pytest.mark.sandbox

SOLVED = ("squares", "sum_of_squares")
"""The solution cells of the first notebook that are graded by tests."""

Scores = dict[tuple[str, str, str], tuple[float, float, bool]]


def without_markers(source: str) -> str:
    return re.sub(r"^ *### (BEGIN|END) SOLUTION\n?", "", source, flags=re.MULTILINE)


def hand_in(course: Path, student: str, solved: tuple[str, ...] | None) -> None:
    """A submission in which these cells, or all, are solved as in the instructor's notebook."""
    place = course / "submitted" / student / "ps1"
    place.mkdir(parents=True)
    for released in sorted((course / "release" / "ps1").glob("*.ipynb")):
        notebook = nbformat.read(released, as_version=4)
        source = nbformat.read(course / "source" / "ps1" / released.name, as_version=4)
        solutions = {
            cell.metadata.nbgrader.grade_id: without_markers(cell.source)
            for cell in source.cells
            if cell.metadata.get("nbgrader", {}).get("solution")
        }
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in solutions and (solved is None or name in solved):
                cell.source = solutions[name]
        nbformat.write(notebook, place / released.name)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample course with five submissions, nothing graded yet."""
    above = tmp_path_factory.mktemp("peers")
    printed_by(above, "nbgrader", "quickstart", "course")
    course = above / "course"
    printed_by(course, "nbgrader", "generate_assignment", "ps1")
    hand_in(course, "solved", None)
    hand_in(course, "half", SOLVED[:1])
    hand_in(course, "blank", ())
    spec = importlib.util.find_spec("nbgrader")
    assert spec is not None and spec.origin is not None
    theirs = Path(spec.origin).parent / "docs/source/user_guide/submitted"
    for folder in sorted(theirs.iterdir()):
        shutil.copytree(folder, course / "submitted" / folder.name)
    return course


@pytest.fixture(scope="module")
def graded(course: Path) -> Path:
    """The same course, graded by ours."""
    ours = course.with_name("ours")
    shutil.copytree(course, ours)
    printed_by(ours, "autograder", "grade", "ps1", "--quiet")
    return ours


def scores(folder: Path) -> Scores:
    """By student, notebook and cell: points of the tests, the most, and if it waits for a hand."""
    with courses.open_course(folder).gradebook() as gradebook:
        return {
            (submission.student.id, notebook.name, grade.name): (
                grade.auto_score,
                grade.max_score,
                grade.needs_manual_grade,
            )
            for submission in gradebook.assignment_submissions("ps1")
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def of(student: str, found: Scores) -> list[float | None]:
    """What the four tests gave a student."""
    tests = "correct_squares squares_invalid_input correct_sum_of_squares"
    names = (*tests.split(), "sum_of_squares_uses_squares")
    return [found[student, "problem1", name][0] for name in names]


def test_ours_and_nbgraders_give_the_same_scores(course: Path, graded: Path) -> None:
    printed_by(course, "nbgrader", "autograde", "ps1")
    ours, theirs = scores(graded), scores(course)
    assert {student for student, _, _ in ours} == {"solved", "half", "blank", "bitdiddle", "hacker"}
    assert len(ours) >= 5 * 7
    assert ours == theirs
    # That both are what a reader of the notebooks expects:
    assert of("solved", ours) == of("hacker", ours) == [1, 1, 0.5, 0.5]
    assert of("half", ours) == [1, 1, 0, 0]
    assert of("blank", ours) == [0, 0, 0, 0]
    assert of("bitdiddle", ours) == [0, 1, 0, 0.5]


@pytest.mark.browser
def test_formgrader_shows_the_scores(graded: Path) -> None:
    with running_lab(graded.parent / "server", root=graded) as lab, sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(60_000)
            page.goto(lab.page("lab"))
            page.goto(lab.page("formgrader/manage_submissions/ps1"))
            for student, points in (("solved", "3"), ("half", "2"), ("blank", "0")):
                row = page.locator("tr", has=page.get_by_text(student, exact=True))
                row.locator("td.score").wait_for()
                assert row.locator("td.score").inner_text().startswith(f"{points} / ")
        finally:
            browser.close()
