"""nbgrader's formgrader on our course: the button that grades, and grading by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assignments import demo
from autograder import course as courses
from autograder.reporting import report
from tests.browser import hand_grading
from tests.browser.lab import ROOT, Lab, running_lab
from tests.grading.points import automatic

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]

STUDENTS = ("perfect", "slope-left-out", "not-json")
POINTS = automatic("ps2")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with ps2 released and three submissions, nothing graded yet."""
    folder = tmp_path_factory.mktemp("formgrader") / "course"
    demo.make_course(folder)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "ps2"],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    released = (folder / "release/ps2/ps2.ipynb").read_text()
    source = (folder / "source/ps2/ps2.ipynb").read_text()
    for student, notebook in demo.submissions(released, source):
        if student in STUDENTS:
            place = folder / "submitted" / student / "ps2"
            place.mkdir(parents=True)
            (place / "ps2.ipynb").write_text(notebook)
    return folder


@pytest.fixture(scope="module")
def server(course: Path) -> Iterator[Lab]:
    with running_lab(course.parent / "server", root=course) as lab:
        yield lab


@pytest.fixture
def page(browser: Browser, server: Lab) -> Iterator[Page]:
    """A page of someone who has logged in to JupyterLab."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    page.goto(server.page("lab"))
    yield page
    page.close()


def test_the_button_grades_in_the_sandbox(page: Page, server: Lab, course: Path) -> None:
    page.goto(server.page("formgrader/manage_submissions/ps2"))
    for student in STUDENTS:
        row = page.locator("tr", has=page.get_by_text(student, exact=True))
        row.locator("td.autograde span.glyphicon").click()
        dialog = page.locator(".modal.in, .modal.show").first
        expect(dialog).to_contain_text("Success", timeout=60_000)
        dialog.locator(
            ".close, .btn-close, [data-dismiss=modal], [data-bs-dismiss=modal]"
        ).first.click()
        expect(page.locator(".modal-backdrop")).to_have_count(0)
    opened = courses.open_course(course)
    rows = {r.student: r for r in report.rows(opened, courses.submissions(opened, "ps2"))}
    assert {mark.cell: mark.points for mark in rows["perfect"].marks} == POINTS
    marks = {mark.cell: mark for mark in rows["slope-left-out"].marks}
    assert marks["test-output-error-term"].mistake == "slope-left-out"
    assert "not JSON" in rows["not-json"].marks[0].reason


def test_a_written_answer_is_graded_by_hand(page: Page, server: Lab, course: Path) -> None:
    opened = courses.open_course(course)
    *_, written = hand_grading.open_submission(page, server, opened, "ps2", "perfect")
    hand_grading.give(page, written, "3")
    (row,) = report.rows(opened, courses.submissions(opened, "ps2", "perfect"))
    assert (row.score, row.by_hand) == (sum(POINTS.values()) + 3, False)
