"""Who got what, and why: read from the graded notebooks and the gradebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.utils import determine_grade
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.course import Course, Submission, destination_of
from autograder.outputs import clean_text
from autograder.template import identity, role

VERDICT = "application/vnd.exercise.verdict+json"


@dataclass(frozen=True)
class Mark:
    """What one test cell gave.

    Attributes:
        cell: nbgrader's name of the test.
        points: what it gave.
        most: what it could have given.
        mistake: the name of the mistake that was recognised, if any.
        reason: why points are missing; empty if none are.
    """

    cell: str
    points: float
    most: float
    mistake: str | None
    reason: str


@dataclass(frozen=True)
class Row:
    """One student's result.

    Attributes:
        student: nbgrader's name of the student.
        score: by the gradebook, with what was graded by hand so far.
        most: the most that the assignment gives.
        by_hand: whether something waits to be graded by hand.
        marks: one for each test.
        remarks: what was odd about the file.
    """

    student: str
    score: float
    most: float
    by_hand: bool
    marks: list[Mark]
    remarks: list[str]


def rows(course: Course, handed_in: list[Submission]) -> list[Row]:
    """The results of all submissions that have been graded."""
    found = []
    with course.gradebook() as gradebook:
        for submission in handed_in:
            path = destination_of(course, submission)
            try:
                saved = gradebook.find_submission_notebook(
                    submission.notebook, submission.assignment, submission.student
                )
                notebook = nbformat.read(path, as_version=4)
            except (MissingEntry, FileNotFoundError):
                continue
            marks = [mark_of(cell) for cell in notebook.cells if role(cell) == "test"]
            remarks = notebook.metadata.get("autograder", {}).get("remarks", [])
            found.append(
                Row(
                    submission.student,
                    saved.score,
                    saved.max_score,
                    saved.needs_manual_grade,
                    marks,
                    remarks,
                )
            )
    return found


def mark_of(cell: NotebookNode) -> Mark:
    """What a test cell gave, and why."""
    points, most = determine_grade(cell)
    mistake, reason = None, ""
    for output in cell.outputs:
        if output.output_type == "error":
            reason = f"{output.ename}: {output.evalue}"
        verdict = output.get("data", {}).get(VERDICT)
        if verdict:
            mistake, reason = _reason(verdict)
    return Mark(identity(cell) or cell.id, points, most, mistake, clean_text(reason))


def _reason(verdict: dict[str, Any]) -> tuple[str | None, str]:
    if verdict["points"] == verdict["max_points"]:
        return None, ""
    if not verdict["attempted"]:
        return None, "not attempted"
    if verdict["mistake"]:
        return verdict["mistake"]["name"], verdict["mistake"]["name"]
    if verdict["error"]:
        return None, f"it ends in {verdict['error']}"
    failed = [aspect for aspect in verdict["aspects"] if not aspect["passed"]]
    return None, "wrong: " + ", ".join(aspect["name"] for aspect in failed)


def print_table(results: list[Row], console: Console) -> None:
    """The class as a table: a line for each student, and below it why points are missing."""
    if not results:
        console.print("Nothing has been graded yet.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("student", no_wrap=True)
    for mark in results[0].marks:
        table.add_column(f"{_short(mark.cell)}\nof {mark.most:g}", justify="right")
    table.add_column("score", justify="right", no_wrap=True)
    for row in results:
        marks = [f"{mark.points:g}" for mark in row.marks]
        score = f"{row.score:g} of {row.most:g}" + (" +" if row.by_hand else "  ")
        table.add_row(Text(clean_text(row.student)), *marks, score)
    console.print(table)
    if any(row.by_hand for row in results):
        console.print("+ an answer waits to be graded by hand, in the formgrader\n")
    _print_reasons(results, console)


def _short(cell: str) -> str:
    return cell.removeprefix("test-").replace("-", " ")


def _print_reasons(results: list[Row], console: Console) -> None:
    table = Table(box=None, pad_edge=False, show_header=False, title_justify="left")
    table.title = "Why points are missing"
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in results:
        for cells, reason in _reasons(row).items():
            table.add_row(Text(clean_text(row.student)), Text(f"{cells}: {reason}"))
    if table.row_count:
        console.print(table)
        console.print()


def _reasons(row: Row) -> dict[str, str]:
    """For each group of tests that lost points for one reason, the reason."""
    groups: dict[str, list[str]] = {}
    for mark in row.marks:
        if mark.points < mark.most:
            groups.setdefault(mark.reason, []).append(_short(mark.cell))
    everything = len(row.marks)
    return {
        "everything" if len(cells) == everything else ", ".join(cells): reason
        for reason, cells in groups.items()
    }
