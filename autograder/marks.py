"""What of a graded notebook goes into the gradebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

from autograder.template import identity


@dataclass(frozen=True)
class Marks:
    """What came of a notebook.

    Attributes:
        scores: for each cell with points, by its name, how many it got; None if a person decides.
        comments: for each cell that is answered, by its name, what the feedback is to remark.
    """

    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]


def marks_of(graded: NotebookNode) -> Marks:
    """What came of a notebook, decided as nbgrader's SaveAutoGrades does."""
    scores: dict[str, float | None] = {}
    comments: dict[str, str | None] = {}
    for cell in graded.cells:
        name = identity(cell) or ""
        if is_grade(cell):
            scores[name], _ = determine_grade(cell)
        if is_solution(cell) or is_task(cell):
            untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            comments[name] = "No response." if untouched and not is_task(cell) else None
    return Marks(scores, comments)
