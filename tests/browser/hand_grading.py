"""Grading by hand in nbgrader's formgrader, as an instructor does."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from autograder import course as courses
from tests.browser.lab import Lab


def open_submission(
    page: Page, server: Lab, course: courses.Course, name: str, student: str
) -> list[Locator]:
    """Open a student's `name` in the formgrader; returns its boxes for scores."""
    with course.gradebook() as gradebook:
        number = gradebook.find_submission_notebook(name, name, student).id
    page.goto(server.page(f"formgrader/submissions/{number}"))
    # A box holds what is typed only once its grade has come; then this placeholder is set.
    for box in page.locator("input.extra-credit").all():
        expect(box).to_have_attribute("placeholder", "0")
    boxes = page.locator("input.score").all()
    assert boxes
    return boxes


def give(page: Page, box: Locator, points: str) -> None:
    """Type `points` into a box for a score, and wait until the gradebook has them."""
    with page.expect_response(lambda response: response.request.method == "PUT") as saved:
        box.fill(points)
        box.press("Tab")
    assert saved.value.ok
