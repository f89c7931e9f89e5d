"""The command ``report``: the table, the morning page, and the files for learning platforms."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from rich.console import Console

from autograder.course import CannotGrade, Course, Submission
from autograder.nbgrader_exporter import template_of
from autograder.reporting import exports, hints, page, report
from autograder.reporting.overview import Overview, overview, print_overview
from autograder.reporting.report import Row
from autograder.reporting.similarity import Pair, near_identical
from autograder.runs import runs_of
from autograder.template import role


def add_options(command: argparse.ArgumentParser) -> None:
    """Adds what the command understands besides the assignment, the course and the student."""
    command.add_argument(
        "--html", type=Path, metavar="FILE", help="write the class, with its mistakes, as a page"
    )
    command.add_argument(
        "--csv",
        nargs=2,
        metavar=("PLATFORM", "FILE"),
        help=f"write the scores for {', '.join(exports.PLATFORMS)}",
    )
    command.add_argument(
        "--column",
        help="the number by which Canvas or Blackboard knows the assignment; see a file that you "
        "downloaded there",
    )


def show(course: Course, handed_in: list[Submission], wish: argparse.Namespace) -> int:
    """Prints the table, and writes the files that were asked for.

    Raises:
        CannotGrade: a file cannot be written, or is for a platform that is not known.
    """
    results = report.rows(course, handed_in)
    found = of_class(course, wish.assignment, results, len(handed_in) - len(results))
    console = Console()
    report.print_table(results, console)
    print_overview(found, console)
    try:
        if wish.html:
            page.write(wish.html, found)
            print(f"Page: {wish.html}")
        if wish.csv:
            platform, file = wish.csv
            _export(course, wish.assignment, results, platform, file, wish.column)
    except OSError as error:
        folder = Path(error.filename or "").parent
        raise CannotGrade(f"a file cannot be written in {folder}: {error.strerror}.") from error
    return 0


def _export(
    course: Course,
    assignment: str,
    results: list[Row],
    platform: str,
    file: str,
    column: str | None,
) -> None:
    if platform not in exports.PLATFORMS:
        known = ", ".join(exports.PLATFORMS)
        raise CannotGrade(f"--csv knows no platform {platform!r}; it knows {known}.")
    exports.write(
        Path(file), platform, assignment, exports.grades(course, assignment, results), column
    )
    waiting = len({row.student for row in results if row.by_hand})
    if waiting:
        who = "1 student has" if waiting == 1 else f"{waiting} students have"
        print(
            f"autograder: {who} an answer that waits to be graded by hand; {file} holds the points "
            "so far.",
            file=sys.stderr,
        )


def of_class(course: Course, assignment: str, results: list[Row], ungraded: int = 0) -> Overview:
    """The overview of a class.

    Args:
        course: the course.
        assignment: its name.
        results: of all notebooks of the assignment.
        ungraded: how many handed in something that was not graded yet.
    """
    codes: dict[str, list[str]] = {}
    for row in results:
        codes.setdefault(row.student, []).extend(row.code.values())
    released = [
        template_of(course.directory, assignment, notebook).notebook
        for notebook in sorted({row.notebook for row in results})
    ]
    return overview(
        assignment,
        results,
        _alike(codes, released),
        runs_of(course, assignment),
        _names(course, results),
        hints.asked([name for each in released for name in hints.checked(each)], codes.values()),
        ungraded,
    )


def _alike(codes: Mapping[str, list[str]], released: list[NotebookNode]) -> list[Pair]:
    given = [
        cell.source
        for notebook in released
        for cell in notebook.cells
        if cell.cell_type == "code" and role(cell) != "test"
    ]
    return near_identical(codes, given)


def _names(course: Course, results: list[Row]) -> dict[str, list[str]]:
    """For each student, what would give them away."""
    found = {}
    with course.gradebook() as gradebook:
        for name in {row.student for row in results}:
            try:
                known = gradebook.find_student(name)
            except MissingEntry:
                continue
            every = (name, known.first_name, known.last_name, known.email, known.lms_user_id)
            found[name] = [each for each in every if each]
    return found
