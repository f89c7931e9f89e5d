"""Who got what, and why: read from the graded notebooks and the gradebook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.utils import determine_grade
from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from autograder.course import Course, Submission, destination_of
from autograder.reporting import telling
from autograder.sandbox.outputs import clean_text
from autograder.template import identity, role

VERDICT = telling.VERDICT


@dataclass(frozen=True)
class Mark:
    """What one test cell gave.

    Attributes:
        cell: nbgrader's name of the test.
        points: what it gave.
        most: what it could have given.
        mistake: the name of the mistake that was recognised, if any.
        reason: why points are missing, for the instructor; empty if none are.
        says: what the student is told; no hidden case is in it.
        attempted: whether anything was written.
        solutions: names of the cells that are tested: those between this test and the one before.
    """

    cell: str
    points: float
    most: float
    mistake: str | None
    reason: str
    says: str = ""
    attempted: bool = True
    solutions: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name of the test, for people."""
        return self.cell.removeprefix("test-").removeprefix("test_").replace("-", " ")


@dataclass(frozen=True)
class Remark:
    """Something that was noticed; see ``intake.Rebuilt``."""

    kind: str
    text: str


@dataclass(frozen=True)
class Row:
    """One student's result.

    Attributes:
        student: nbgrader's name of the student.
        score: by the gradebook, with what was graded by hand so far.
        most: the most that the assignment gives.
        by_hand: whether something waits to be graded by hand.
        marks: one for each test.
        remarks: what was noticed about the file, and while it ran.
        notebook: the name of the notebook.
        code: the student's own cells, by name, in their order.
    """

    student: str
    score: float
    most: float
    by_hand: bool
    marks: list[Mark]
    remarks: list[Remark]
    notebook: str = ""
    code: dict[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether the file could not be graded at all."""
        return any(remark.kind == "refused" for remark in self.remarks)


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
            found.append(
                Row(
                    submission.student,
                    saved.score,
                    saved.max_score,
                    saved.needs_manual_grade,
                    _marks(notebook),
                    _remarks(notebook),
                    submission.notebook,
                    _code(notebook),
                )
            )
    return found


def _marks(notebook: NotebookNode) -> list[Mark]:
    marks: list[Mark] = []
    tested: list[str] = []
    new, known = True, telling.heard(notebook)
    for cell in notebook.cells:
        if role(cell) == "solution":
            # A second test of the same cells has no solution between it and the first.
            tested = ([] if new else tested) + [identity(cell) or cell.id]
            new = False
        elif role(cell) == "test":
            marks.append(mark_of(cell, tuple(tested), known))
            new = True
    return marks


def _remarks(notebook: NotebookNode) -> list[Remark]:
    remarks = notebook.metadata.get("autograder", {}).get("remarks", [])
    return [Remark(clean_text(each["kind"]), clean_text(each["text"])) for each in remarks]


def _code(notebook: NotebookNode) -> dict[str, str]:
    return {
        identity(cell) or cell.id: cell.source
        for cell in notebook.cells
        if cell.cell_type == "code"
        and (role(cell) in ("solution", "answer") or cell.id.startswith("added-"))
    }


def mark_of(
    cell: NotebookNode, solutions: tuple[str, ...] = (), known: frozenset[str] = frozenset()
) -> Mark:
    """What a test cell gave, and why.

    Args:
        cell: the test, graded.
        solutions: the cells that it tests.
        known: what may be told; see ``telling.heard``.
    """
    points, most = determine_grade(cell)
    name, mistake, reason, says, attempted = identity(cell) or cell.id, None, "", "", True
    for output in cell.outputs:
        if output.output_type == "error":
            reason = f"{output.ename}: {output.evalue}"
            says = telling.error(output, cell, known)
            attempted = output.ename != "NotImplementedError"
        verdict = output.get("data", {}).get(VERDICT)
        if verdict:
            mistake, reason, attempted = _reason(verdict)
            says = verdict["mistake"]["says"] if mistake else reason
    if points < most and not reason:
        reason = says = f"the test gave {points:g} of {most:g} points"
    return Mark(name, points, most, mistake, clean_text(reason), says, attempted, solutions)


def _reason(verdict: dict[str, Any]) -> tuple[str | None, str, bool]:
    """The mistake, the reason, and whether anything was attempted."""
    if verdict["points"] == verdict["max_points"]:
        return None, "", True
    if not verdict["attempted"]:
        return None, "not attempted", False
    if verdict["mistake"]:
        return verdict["mistake"]["name"], verdict["mistake"]["name"], True
    if verdict["error"]:
        slow = "it takes too long: " if verdict["error"] == "TooLong" else ""
        return None, f"{slow}it ends in {verdict['error']}", True
    failed = [aspect for aspect in verdict["aspects"] if not aspect["passed"]]
    return None, "wrong: " + ", ".join(aspect["name"] for aspect in failed), True


def print_table(results: list[Row], console: Console) -> None:
    """The class as a table: a line for each student, and below it why points are missing."""
    if not results:
        console.print("Nothing has been graded yet.")
        return
    for notebook in dict.fromkeys(row.notebook for row in results):
        _print_notebook([row for row in results if row.notebook == notebook], console)
    if any(row.by_hand for row in results):
        console.print("+ an answer waits to be graded by hand, in the formgrader\n")
    _print_reasons(results, console)


def _print_notebook(results: list[Row], console: Console) -> None:
    tests = [(mark.title, f"of {mark.most:g}") for mark in results[0].marks]
    table = _table(results, [f"{title}\n{most}" for title, most in tests])
    anywhere = console.options.update(width=10_000)
    if Measurement.get(console, anywhere, table).minimum > console.width:
        table = _table(results, [str(number) for number, _ in enumerate(tests, start=1)])
        named = (f"{number}: {title}, {most}" for number, (title, most) in enumerate(tests, 1))
        table.caption, table.caption_justify = "; ".join(named), "left"
    console.print(table)


def _table(results: list[Row], headings: list[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    students = [Text(clean_text(row.student)) for row in results]
    scores = [f"{row.score:g} of {row.most:g}" + (" +" if row.by_hand else "  ") for row in results]
    # Both: what does not wrap is not counted as needed otherwise.
    longest = max(student.cell_len for student in students)
    table.add_column("student", no_wrap=True, min_width=longest)
    for heading in headings:
        table.add_column(heading, justify="right")
    table.add_column("score", justify="right", no_wrap=True, min_width=max(map(len, scores)))
    for student, row, score in zip(students, results, scores):
        table.add_row(student, *(f"{mark.points:g}" for mark in row.marks), score)
    return table


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
            groups.setdefault(mark.reason, []).append(mark.title)
    everything = len(row.marks)
    return {
        "everything" if len(cells) == everything else ", ".join(cells): reason
        for reason, cells in groups.items()
    }
