"""nbgrader's gradebook, read as a plain database, so that no code of the graders' is relied on."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

SCORES = """
SELECT submitted_assignment.student_id, base_cell.name,
       grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade,
       submitted_notebook.late_submission_penalty
FROM grade
JOIN base_cell ON base_cell.id = grade.cell_id
JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
JOIN assignment ON assignment.id = submitted_assignment.assignment_id
WHERE assignment.name = ?
ORDER BY 1, 2
"""
COMMENTS = """
SELECT submitted_assignment.student_id, base_cell.name,
       comment.auto_comment, comment.manual_comment
FROM comment
JOIN base_cell ON base_cell.id = comment.cell_id
JOIN submitted_notebook ON submitted_notebook.id = comment.notebook_id
JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
ORDER BY 1, 2
"""
COURSE = (
    "SELECT base_cell.name, max_score FROM grade_cells "
    "JOIN base_cell ON base_cell.id = grade_cells.id ORDER BY 1",
    "SELECT name, source, checksum FROM source_cell ORDER BY 1",
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
)

Scores = dict[str, dict[str, float | None]]


def read(path: Path, assignment: str) -> tuple[Scores, dict[str, Any], Any]:
    """The automatic scores by student and cell, all that is known by student, and the rest."""
    scores: Scores = {}
    rows: dict[str, Any] = {}
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as database:
            for student, cell, score, *others in database.execute(SCORES, (assignment,)):
                scores.setdefault(student, {})[cell] = score
                rows.setdefault(student, []).append([cell, score, *others])
            for student, *comment in database.execute(COMMENTS):
                rows.setdefault(student, []).append(comment)
            course = [database.execute(query).fetchall() for query in COURSE]
    except sqlite3.Error as error:
        return scores, rows, f"the gradebook cannot be read: {error}"
    return scores, rows, course
