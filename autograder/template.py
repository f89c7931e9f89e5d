"""The instructor's copy of an assignment's notebook, and what grading has to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from nbgrader.utils import is_grade, is_solution, is_task

from autograder.sandbox.limits import View
from autograder.testing import remote

LARGEST_PUBLIC_FILE = 16 * 2**20


class BrokenAssignment(ValueError):
    """The instructor's own files are not as they must be; the message says what to mend."""


@dataclass(frozen=True)
class Template:
    """An assignment's notebook, ready to take the work of a student.

    Attributes:
        name: of the assignment.
        folder: where the assignment's source is; the tests run in it.
        notebook: as released, but with the hidden tests.
        students_names: the names that the solution cells define, and the cell that does it.
        students_classes: those of them that are classes.
        imports: what the solution cells of the instructor import.
        view: what the student's kernel sees.
    """

    name: str
    folder: Path
    notebook: NotebookNode
    students_names: Mapping[str, str]
    students_classes: frozenset[str]
    imports: str
    view: View


def load(path: Path, assignment: str) -> Template:
    """Reads the instructor's notebook.

    What students may import of the course's own packages is said in the metadata of that notebook:
    ``{"autograder": {"modules": ["mlpkit.activations", ...]}}``; what else they may import, by
    ``"distributions": ["matplotlib", "scipy"]``.

    Args:
        path: the notebook in nbgrader's source folder.
        assignment: its name.

    Raises:
        BrokenAssignment: it cannot be read, or its cells are not marked as nbgrader wants them.
    """
    try:
        source = nbformat.read(path, as_version=4)
    except Exception as error:
        raise BrokenAssignment(f"{path}: cannot be read as a notebook ({error}).") from error
    _give_ids(source)
    names: dict[str, str] = {}
    classes: set[str] = set()
    imports = []
    for cell in source.cells:
        if cell.cell_type == "code" and is_solution(cell):
            solution_id = cell.metadata.nbgrader.grade_id
            names |= dict.fromkeys(remote.defined_names(cell.source), solution_id)
            classes |= remote.defined_classes(cell.source)
            imports.append(remote.imports(cell.source))
    notebook = _as_released_with_tests(source, path)
    return Template(
        assignment,
        path.parent,
        notebook,
        names,
        frozenset(classes),
        "\n".join(imports),
        _view(source, path),
    )


def _give_ids(notebook: NotebookNode) -> None:
    """Older notebooks have no ids of cells; these are the same whenever it is read."""
    for i, cell in enumerate(notebook.cells):
        cell.setdefault("id", f"cell-{i}")
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)


def _as_released_with_tests(source: NotebookNode, path: Path) -> NotebookNode:
    notebook: NotebookNode = source
    resources: dict[str, Any] = {"nbgrader": {}}
    # As nbgrader releases it, but the hidden tests stay. The checksums come last, so that an answer
    # that was not touched is known by its checksum even if there was a mark scheme in its place.
    clear = (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ClearMarkScheme)
    try:
        for step in (*clear, ComputeChecksums):
            notebook, resources = step().preprocess(notebook, resources)
    except Exception as error:
        raise BrokenAssignment(f"{path}: nbgrader does not accept it: {error}") from error
    return notebook


def _view(source: NotebookNode, path: Path) -> View:
    wishes: dict[str, Any] = source.metadata.get("autograder", {})
    files = {
        str(file.relative_to(path.parent)): file.read_bytes()
        for file in sorted(path.parent.rglob("*"))
        if file.is_file()
        and file.suffix != ".ipynb"
        and not any(part.startswith((".", "__")) for part in file.relative_to(path.parent).parts)
        and file.stat().st_size <= LARGEST_PUBLIC_FILE
    }
    distributions = wishes.get("distributions", View.distributions)
    return View(tuple(wishes.get("modules", [])), tuple(distributions), files)


def identity(cell: Any) -> str | None:
    """nbgrader's name of a cell, if it has one."""
    marks = cell.get("metadata", {}).get("nbgrader", {})
    return marks.get("grade_id") if isinstance(marks, dict) else None


def role(cell: NotebookNode) -> str:
    """What a cell of the instructor's notebook is for.

    Returns:
        "solution" (the student's code), "answer" (graded by hand), "test", or "given".
    """
    if is_task(cell) or (is_solution(cell) and (is_grade(cell) or cell.cell_type != "code")):
        return "answer"
    if is_solution(cell):
        return "solution"
    return "test" if is_grade(cell) else "given"
