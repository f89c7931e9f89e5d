"""What a student's file says otherwise than the file that was released.

Nothing of it is believed, so nothing here changes a grade. It is for the instructor to know: a
changed test is an attempt to gain points, or somebody's editor, or an older release.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import compute_checksum

from autograder.template import Template, identity, role

FLAGS = ("grade", "solution", "locked", "task")
MOST_NAMES = 6


def noticed(template: Template, cells: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """What is different, as kinds ("attack" or "odd") and sentences.

    Args:
        template: the instructor's copy.
        cells: those of the file, each with a "source" that is text, a "grade_id" that is text or
            None, a "cell_type", and the "metadata" as it was found.
    """
    released = {cell.metadata.nbgrader.grade_id: cell for cell in _released(template)}
    found: dict[tuple[str, str], list[str]] = {}
    seen: set[str] = set()
    for cell in cells:
        name = cell["grade_id"]
        marks = cell["metadata"].get("nbgrader")
        if name is None or not isinstance(marks, dict):
            continue
        if name in seen:
            found.setdefault(("odd", "more than one cell of this name"), []).append(name)
        elif name in released:
            for change in _changes(released[name], cell, marks):
                found.setdefault(change, []).append(name)
        elif marks.get("grade") is True:
            change = "attack", "a graded cell that the assignment does not have"
            found.setdefault(change, []).append(name)
        seen.add(name)
    for (kind, what), names in found.items():
        yield kind, f"Changed in the file, and not believed: {what} ({_listed(names)})."


def _released(template: Template) -> Iterator[NotebookNode]:
    """The cells with a name, as students got them."""
    clear = ClearHiddenTests()
    for cell in template.notebook.cells:
        if identity(cell):
            released, _ = clear.preprocess_cell(copy.deepcopy(cell), {}, 0)
            released.metadata.nbgrader.checksum = compute_checksum(released)
            yield released


def _changes(
    released: NotebookNode, cell: dict[str, Any], marks: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    known = released.metadata.nbgrader
    is_test = role(released) == "test"
    if "skip-execution" in _tags(cell):
        yield "attack", "a tag that says not to run the cell"
    if any(marks.get(flag, False) != known.get(flag, False) for flag in FLAGS):
        yield "attack", "what the cell is for"
    if marks.get("points") != known.get("points"):
        yield "attack", "the points"
    if marks.get("schema_version") != known.get("schema_version"):
        yield "attack", "the version of nbgrader's marks"
    if role(released) in ("test", "given") and released.cell_type == "code":
        same = _lines(cell["source"]) == _lines(released.source)
        if not same and not is_test:
            yield "odd", "code that was given"
        elif not same and marks.get("checksum") == _checksum(cell, marks):
            yield "odd", "the test, with a checksum that fits: perhaps from an older release"
        elif not same:
            yield "attack", "the test"
        elif is_test and marks.get("checksum") != known.checksum:
            yield "odd", "the checksum of the test"


def _tags(cell: dict[str, Any]) -> list[Any]:
    tags = cell["metadata"].get("tags")
    return tags if isinstance(tags, list) else []


def _lines(source: str) -> list[str]:
    """Without what editors change by themselves."""
    return [line.rstrip() for line in source.strip().splitlines()]


def _checksum(cell: dict[str, Any], marks: dict[str, Any]) -> str | None:
    """nbgrader's checksum of a cell of the file, if it can have one."""
    plain = {key: marks.get(key) for key in (*FLAGS, "grade_id", "points")}
    # Anything may stand there, and JSON knows half characters that cannot be encoded.
    try:
        return compute_checksum(
            NotebookNode(
                source=cell["source"],
                cell_type=str(cell["cell_type"]),
                metadata=NotebookNode(nbgrader=plain),
            )
        )
    except (TypeError, ValueError):
        return None


def _listed(names: list[str]) -> str:
    different = sorted({name[:40] for name in names})
    more = len(different) - MOST_NAMES
    return ", ".join(different[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
