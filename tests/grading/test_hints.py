"""Which hints a class has asked for, from the cells in its notebooks to the instructor's page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook
from rich.console import Console

from autograder import course as courses
from autograder.reporting import hints, morning, page, report
from autograder.reporting.hints import Asked
from autograder.reporting.overview import Overview, print_overview
from tests.grading import classes, notebooks

NAMES = ["area", "ring"]


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        ([["check(area, hint=1)", "check(area, hint=2)"]], [Asked("area", (1, 1, 0))]),
        ([["check(area, hint=1)"] * 5], [Asked("area", (1, 0, 0))]),
        ([["check(area, 3)"], ["x = 1\n  check( area , hint = 3 )"]], [Asked("area", (0, 0, 2))]),
        ([["check(area)", "# check(area, hint=1)", "print('check(area, hint=1)')"]], []),
        ([["check(secret, hint=1)", "check(area, hint=9)"]], []),
        ([["not Python at all ((\ncheck(ring, hint=1, name='ring')"]], [Asked("ring", (1, 0, 0))]),
        ([], []),
    ],
)
def test_a_student_counts_once_for_each_hint(sources, found) -> None:
    assert hints.asked(NAMES, sources) == found


def test_functions_are_those_that_the_instructor_has_checked() -> None:
    sources = ["from mlpkit.check import check", "check(ring)", "def f(): ...\ncheck(area)"]
    cells = [new_code_cell(source) for source in [*sources, "check(ring)", "checked(a)"]]
    assert hints.checked(new_notebook(cells=cells)) == ["ring", "area"]


@pytest.fixture(scope="module")
def overview(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    """A class of two, one of whom asked for hints in cells of her own."""
    course, assignment = classes.release(
        tmp_path_factory.mktemp("hints") / "course",
        notebooks.solution("area", "def area(r):\n    return 3 * r**2"),
        notebooks.given("try", "check(area)"),
        notebooks.test("test-area", "assert area(1)", points=4),
    )
    content = json.loads(notebooks.handed_in(assignment))
    for number in (1, 2):
        cell = new_code_cell(f"check(area, hint={number})", id=f"mine-{number}")
        content["cells"].insert(1, {**cell, "outputs": []})
    classes.keep(course, assignment, "one", json.dumps(content).encode())
    classes.keep(course, assignment, "two", notebooks.handed_in(assignment))
    return morning.of_class(course, "ps", report.rows(course, courses.submissions(course, "ps")))


def test_the_instructor_sees_how_many_asked(overview: Overview, tmp_path: Path) -> None:
    assert overview.hints == [Asked("area", (1, 1, 0))]
    console = Console(record=True, width=100)
    print_overview(overview, console)
    assert "area 1 / 1 / 0" in console.export_text()
    page.write(tmp_path / "page.html", overview)
    shown = BeautifulSoup((tmp_path / "page.html").read_text(), "html.parser")
    row = shown.find("section", {"aria-labelledby": "hints"}).find("tbody").find("tr")
    assert [cell.text for cell in row.find_all("td")] == ["area", "1", "1", "0"]
