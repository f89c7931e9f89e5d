"""What was handed in, and the notebook that is rebuilt from it.

From the student's file only text is taken: the source of the solution cells, of the answers, and of
cells that the student added. Everything else - tests, points, tags, outputs, metadata - is the
instructor's. Whatever is wrong with a file, it is a result with a reason, and never an exception
that could end the grading of others.
"""

from __future__ import annotations

import copy
import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder import tampering
from autograder.sandbox.outputs import clean_text
from autograder.template import Template, identity, role

LARGEST_FILE = 32 * 2**20
MOST_CELLS = 2000
LONGEST_SOURCE = 2**20
LONGEST_REASON = 500
LONGEST_REMARK = 500
MOST_REMARKS = 50
REFUSED_FILE = "refused.txt"
"""Lies in a submission's folder instead of a notebook, and says why there is none."""
NOT_HANDED_IN = "# This cell was not in the notebook that was handed in."


class Refused(ValueError):
    """A file that cannot be graded; the message says why."""


@dataclass
class Rebuilt:
    """A notebook to grade.

    Attributes:
        notebook: the instructor's, with the student's work in it.
        missing: names of the solution cells that were not handed in.
        remarks: what was noticed, for the instructor: dicts with a "kind" and a "text". The kinds
            are "attack" (would gain points under a grader that believes the file), "odd" (harmless,
            but not as released), "lost" (the student's process hung or was ended), and "refused".
        refused: why the file cannot be graded at all, if so.
    """

    notebook: NotebookNode
    missing: set[str] = field(default_factory=set)
    remarks: list[Any] = field(default_factory=list)
    refused: str | None = None

    def remark(self, kind: str, text: str) -> None:
        """Adds a remark, once."""
        remark = {"kind": kind, "text": clean_text(_whole(text))[:LONGEST_REMARK]}
        if remark not in self.remarks and len(self.remarks) < MOST_REMARKS:
            self.remarks.append(remark)


def read_file(path: Path) -> bytes:
    """The content of a file that was handed in, if it is one.

    Raises:
        Refused: it is a link, a pipe, a device, a folder, too large, or not there.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if path.is_symlink():
            raise Refused("it is a link, not a file") from error
        raise Refused(f"it cannot be opened ({error.strerror})") from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise Refused("it is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_size > LARGEST_FILE:
            raise Refused(f"it has {status.st_size} bytes; the most is {LARGEST_FILE}")
        return file.read(LARGEST_FILE)


def refusal_in(folder: Path) -> Refused | None:
    """Why what a student handed in was not collected, if there is a file that says so."""
    try:
        text = read_file(folder / REFUSED_FILE).decode("utf-8", "replace")
    except Refused:
        return None
    return Refused(" ".join(clean_text(text).split())[:LONGEST_REASON].removesuffix("."))


def rebuild(content: bytes | Refused, template: Template) -> Rebuilt:
    """Puts the student's work into a copy of the instructor's notebook.

    Args:
        content: what was handed in, or why there is nothing.
        template: the instructor's copy.
    """
    try:
        if isinstance(content, Refused):
            raise content
        cells = _cells(content)
    except Refused as reason:
        empty = Rebuilt(copy.deepcopy(template.notebook), refused=str(reason))
        empty.remark("refused", f"Not graded: {reason}.")
        for cell in empty.notebook.cells:
            if role(cell) == "solution":
                _mark_as_missing(cell, empty)
        return empty
    return _fill(template, cells)


def _cells(content: bytes) -> list[dict[str, Any]]:
    """The cells of a notebook file, each with a type, a source, an id and a grade id, all text."""
    if not content.strip():
        raise Refused("the file is empty")
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused("the file is not a notebook: it is not JSON") from error
    if not isinstance(notebook, dict):
        raise Refused("the file is not a notebook")
    if "worksheets" in notebook:
        raise Refused(
            "the notebook has an old format; open it in Jupyter, save it, hand it in again"
        )
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not cells:
        raise Refused("the notebook has no cells")
    if len(cells) > MOST_CELLS:
        raise Refused(f"the notebook has {len(cells)} cells; the most is {MOST_CELLS}")
    return [_plain_cell(cell) for cell in cells if isinstance(cell, dict)]


def _plain_cell(cell: dict[str, Any]) -> dict[str, Any]:
    source = cell.get("source")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = cell.get("metadata")
    grade_id = identity(cell) if isinstance(metadata, dict) else None
    return {
        "cell_type": cell.get("cell_type"),
        "source": _whole(source[:LONGEST_SOURCE]) if isinstance(source, str) else "",
        "id": cell.get("id"),
        "grade_id": grade_id if isinstance(grade_id, str) else None,
        "metadata": metadata if isinstance(metadata, dict) else {},
    }


def _whole(text: str) -> str:
    """The text without the half characters that JSON knows, and no file can hold."""
    return text.encode(errors="replace").decode()


def _fill(template: Template, cells: list[dict[str, Any]]) -> Rebuilt:
    rebuilt = Rebuilt(copy.deepcopy(template.notebook))
    given = rebuilt.notebook.cells
    known = {cell.id: i for i, cell in enumerate(given)}
    known |= {identity(cell): i for i, cell in enumerate(given) if identity(cell)}
    sources = {cell.source.strip() for cell in template.notebook.cells}
    found: set[int] = set()
    added: dict[int, list[NotebookNode]] = {}
    place = -1
    for cell in cells:
        i = known.get(cell["grade_id"] or cell["id"]) if _is_name(cell) else None
        if i is not None and i not in found:
            place = i
            found.add(i)
            if role(given[i]) == "solution":
                given[i].source = cell["source"]
            elif role(given[i]) == "answer":
                given[i].source = _without_html(cell["source"])
        elif cell["source"].strip() and cell["source"].strip() not in sources:
            added.setdefault(place, []).append(_added_cell(cell, sum(map(len, added.values()))))
    for i, cell in enumerate(given):
        if i not in found and role(cell) == "solution":
            _mark_as_missing(cell, rebuilt)
    rebuilt.notebook.cells = added.get(-1, []) + [
        cell for i, original in enumerate(given) for cell in (original, *added.get(i, []))
    ]
    lost = sorted(
        identity(c) or c.id for i, c in enumerate(given) if i not in found and identity(c)
    )
    if lost:
        rebuilt.remark("odd", "Cells missing from the file: " + ", ".join(lost) + ".")
    for kind, text in tampering.noticed(template, cells):
        rebuilt.remark(kind, text)
    return rebuilt


def _is_name(cell: dict[str, Any]) -> bool:
    return isinstance(cell["grade_id"] or cell["id"], str)


def _added_cell(cell: dict[str, Any], number: int) -> NotebookNode:
    if cell["cell_type"] == "code":
        return new_code_cell(cell["source"], id=f"added-{number}")
    return new_markdown_cell(_without_html(cell["source"]), id=f"added-{number}")


def _without_html(text: str) -> str:
    # Markdown lets HTML through, scripts too, into the page of whoever reads the feedback.
    return re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text)


def _mark_as_missing(cell: NotebookNode, rebuilt: Rebuilt) -> None:
    rebuilt.missing.add(cell.metadata.nbgrader.grade_id)
    cell.source = NOT_HANDED_IN
