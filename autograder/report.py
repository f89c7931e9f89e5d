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

from autograder.course import Course, Submission, _destination
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
            path = _destination(course, submission)
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
    failed = [aspect for aspect in verdict["aspects"] if not aspect["passed"]]
    return None, "wrong: " + ", ".join(aspect["name"] for aspect in failed)


def print_table(results: list[Row], console: Console) -> None:
    """The class as a table: a line for each student, and the reasons below it."""
    if not results:
        console.print("Nothing has been graded yet.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("student", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    for number, mark in enumerate(results[0].marks, start=1):
        table.add_column(f"{number}\nof {mark.most:g}", justify="right", no_wrap=True)
    table.add_column("why points are missing", overflow="fold", ratio=1)
    for row in results:
        marks = [f"{mark.points:g}" for mark in row.marks]
        score = f"{row.score:g}/{row.most:g}" + ("+" if row.by_hand else " ")
        table.add_row(Text(clean_text(row.student)), score, *marks, Text(_why(row)))
    console.print(table)
    for number, mark in enumerate(results[0].marks, start=1):
        console.print(f"{number}: {mark.cell}", highlight=False)
    console.print("+: an answer waits to be graded by hand, in the formgrader", highlight=False)


def _why(row: Row) -> str:
    reasons: dict[str, list[str]] = {}
    for number, mark in enumerate(row.marks, start=1):
        if mark.points < mark.most:
            reasons.setdefault(mark.reason, []).append(str(number))
    everywhere = [r for r, tests in reasons.items() if len(tests) == len(row.marks)]
    if everywhere:
        return everywhere[0]
    return "\n".join(f"{', '.join(tests)}: {reason}" for reason, tests in reasons.items())
