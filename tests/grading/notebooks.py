"""Small notebooks to grade: an instructor's, and what students might hand in for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.utils import determine_grade, is_grade

from autograder import grading, template
from autograder.grading import Settings
from autograder.sandbox.limits import Limits
from autograder.template import Template

QUICK = Settings(Limits(cell_seconds=3.0, notebook_seconds=40.0, memory_bytes=2**30), b"secret")


def solution(name: str, source: str) -> NotebookNode:
    """A cell in which students write code."""
    body = f"### BEGIN SOLUTION\n{source}\n### END SOLUTION"
    return new_code_cell(body, id=name, metadata=_marks(name, solution=True))


def test(name: str, source: str, points: float = 1.0) -> NotebookNode:
    """A cell that tests."""
    marks = _marks(name, grade=True, locked=True, points=points)
    return new_code_cell(source, id=name, metadata=marks)


def given(name: str, source: str) -> NotebookNode:
    """A cell of the instructor's that is not graded."""
    return new_code_cell(source, id=name, metadata=_marks(name, locked=True))


def answer(name: str, points: float = 2.0) -> NotebookNode:
    """A question to be graded by hand."""
    marks = _marks(name, solution=True, grade=True, points=points)
    return new_markdown_cell("YOUR ANSWER HERE", id=name, metadata=marks)


def _marks(name: str, **marks: Any) -> dict[str, Any]:
    plain = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {"schema_version": 3, "grade_id": name, **plain, **marks}}


def instructors(folder: Path, *cells: NotebookNode, modules: tuple[str, ...] = ()) -> Template:
    """The instructor's notebook, written to disk and read as grading reads it."""
    notebook = new_notebook(cells=list(cells), metadata={"autograder": {"modules": list(modules)}})
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ps.ipynb"
    nbformat.write(notebook, path)
    return template.load(path, "ps")


def handed_in(assignment: Template, **sources: str) -> bytes:
    """The released notebook, with these sources in its cells."""
    notebook = json.loads(nbformat.writes(assignment.notebook))
    for cell in notebook["cells"]:
        cell["source"] = sources.get(cell["id"].replace("-", "_"), cell["source"])
    return json.dumps(notebook).encode()


def grade(
    assignment: Template, content: bytes, settings: Settings = QUICK
) -> tuple[dict[str, float | None], NotebookNode]:
    """The points of each test as nbgrader reads them, and the graded notebook."""
    notebook = grading.grade(content, assignment, settings).notebook
    nbformat.validate(notebook)
    points = {
        cell.metadata.nbgrader.grade_id: determine_grade(cell)[0]
        for cell in notebook.cells
        if is_grade(cell)
    }
    return points, notebook


def reason(notebook: NotebookNode, name: str) -> str:
    """What the error in a cell's outputs says."""
    cell = next(cell for cell in notebook.cells if cell.id == name)
    return " ".join(f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error")
