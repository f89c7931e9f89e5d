"""Each assignment goes all the way: released, solved and validated in JupyterLab, handed in, graded
by machine and by hand, given back.

EVERY_ASSIGNMENT=1 takes them all this way, a minute and a half longer. Otherwise it is the last
one, in which most can go wrong.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from assignments import demo
from autograder import course as courses
from autograder.reporting import report
from tests.browser import hand_grading
from tests.browser.lab import ROOT, Lab, OpenNotebook, running_lab

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]

ASSIGNMENTS = sorted(p.parent.name for p in (ROOT / "assignments/source").glob("*/*.ipynb"))
if os.environ.get("EVERY_ASSIGNMENT") != "1":
    ASSIGNMENTS = ASSIGNMENTS[-1:]
STUDENT = "one"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with all assignments released; a student has copied them to a desk."""
    folder = tmp_path_factory.mktemp("assignments") / "course"
    demo.make_course(folder)
    for name in ASSIGNMENTS:
        demo.command(folder, "nbgrader", "generate_assignment", name)
        shutil.copytree(folder / "release" / name, folder / "desk" / name)
    return folder


@pytest.fixture(scope="module")
def server(course: Path) -> Iterator[Lab]:
    with running_lab(course.parent / "server", root=course) as lab:
        yield lab


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_an_assignment_goes_all_the_way(
    name: str, browser: Browser, server: Lab, course: Path
) -> None:
    path = course / "desk" / name / f"{name}.ipynb"
    source = (course / "source" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    released = path.read_text(encoding="utf-8")

    path.write_text(demo.with_cells(released, demo.solutions_of(source)), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    notebook = OpenNotebook(page, server.link(f"desk/{name}/{name}.ipynb"))
    notebook.run_all()
    panels = [o["data"]["text/plain"] for cell in notebook.outputs() for o in cell if "data" in o]
    assert any("right on all" in panel for panel in panels)
    assert [panel for panel in panels if panel.startswith("✗")] == []
    assert "Success" in validated(notebook)
    assert notebook.complaints == []
    notebook.shut_down()
    page.close()

    shutil.copytree(path.parent, course / "submitted" / STUDENT / name)
    demo.command(course, "autograder", "grade", name)
    opened = courses.open_course(course)
    (row,) = report.rows(opened, courses.submissions(opened, name))
    assert [mark.reason for mark in row.marks if mark.points < mark.most] == []
    assert row.by_hand

    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    page.goto(server.page("lab"))
    for box in hand_grading.open_submission(page, server, opened, name, STUDENT):
        if box.input_value() == "" and box.get_attribute("placeholder") is None:
            hand_grading.give(page, box, "1")
    (row,) = report.rows(opened, courses.submissions(opened, name))
    assert not row.by_hand
    page.close()

    demo.command(course, "nbgrader", "generate_feedback", name)
    page = browser.new_page()
    page.goto((course / "feedback" / STUDENT / name / f"{name}.html").as_uri())
    expect(page.locator("body")).to_contain_text(f"{row.score:g}")
    page.close()


def validated(notebook: OpenNotebook) -> str:
    """What the Validate button says."""
    notebook.page.get_by_role("button", name="Validate").first.click()
    dialog = notebook.page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Validation Results", timeout=90_000)
    said = dialog.inner_text()
    dialog.get_by_role("button").last.click()
    expect(dialog).to_have_count(0)
    return said
