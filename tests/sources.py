"""The instructor's notebooks, as tests of single assignments look into them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import nbformat

from autograder import template
from tests.grading import notebooks

SOURCES = Path(__file__).parents[1] / "assignments" / "source"
STUDENTS = [f"s{number}" for number in range(4711, 4761)]


@cache
def notebook(assignment: str) -> nbformat.NotebookNode:
    """An assignment with its solutions and hidden tests; not to be changed."""
    return nbformat.read(SOURCES / assignment / f"{assignment}.ipynb", as_version=4)


def cells(assignment: str) -> dict[str, str]:
    """The source of each cell, by its id."""
    return {cell.id: cell.source for cell in notebook(assignment).cells}


def given(assignment: str, *names: str, **space: object) -> dict[str, object]:
    """The namespace after the set-up and some of the cells, on top of what is there already."""
    sources = cells(assignment)
    for name in ("setup", *names):
        exec(sources[name], space)
    return space


def solutions(assignment: str) -> dict[str, str]:
    """The source of each cell that students fill in, by its id with underscores."""
    return {
        cell.id.replace("-", "_"): cell.source
        for cell in notebook(assignment).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def graded(
    assignment: str, **changed: str
) -> tuple[dict[str, float | None], nbformat.NotebookNode]:
    """The points of each test, and the notebook, of the solutions but for some that are changed."""
    loaded = template.load(SOURCES / assignment / f"{assignment}.ipynb", assignment)
    return notebooks.grade(loaded, notebooks.handed_in(loaded, **solutions(assignment) | changed))
