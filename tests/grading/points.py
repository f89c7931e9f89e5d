"""What the tests of a released assignment give, read from its source."""

from __future__ import annotations

import json
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "assignments" / "source"


def automatic(assignment: str) -> dict[str, float]:
    """The points of each test, by its cell's name."""
    return {name: points for name, points, solution in _graded(assignment) if not solution}


def by_hand(assignment: str) -> dict[str, float]:
    """The points of each question that a person grades, by its cell's name."""
    return {name: points for name, points, solution in _graded(assignment) if solution}


def _graded(assignment: str) -> list[tuple[str, float, bool]]:
    path = SOURCES / assignment / f"{assignment}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    marks = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    return [(m["grade_id"], m["points"], m["solution"]) for m in marks if m.get("grade")]
