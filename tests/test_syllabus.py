"""The lectures teach what the syllabus says: every row, with its numbers and its proofs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest

LECTURES = Path(__file__).parents[1] / "lectures"


class Row(NamedTuple):
    """A row of the syllabus, as it is written there."""

    name: str
    lecture: str
    needs: tuple[str, ...]
    numbers: tuple[str, ...]
    proof: bool


@cache
def syllabus() -> list[Row]:
    rows, lecture = [], ""
    for line in (LECTURES / "SYLLABUS.md").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## \d+ \[[^\]]+\]\((\w+\.ipynb)\)", line):
            lecture = heading[1]
        elif line.startswith("## "):
            lecture = ""
        elif lecture and (row := re.match(r"\| ([A-Z]\d) \|([^|]+)\|([^|]*)\|([^|]*)\|$", line)):
            shown = row[4].split()
            numbers = tuple(word for word in shown if word != "proof")
            rows.append(Row(row[1], lecture, tuple(row[3].split()), numbers, "proof" in shown))
    return rows


@cache
def cells(lecture: str) -> list[nbformat.NotebookNode]:
    notebook = nbformat.read(LECTURES / lecture, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def of_row(row: Row) -> list[nbformat.NotebookNode]:
    return [cell for cell in cells(row.lecture) if row.name in cell.metadata.get("syllabus", ())]


def printed(row: Row) -> str:
    """All that the cells of a row show as text."""
    outputs = [output for cell in of_row(row) for output in cell.outputs]
    texts = [o.get("text", "") + o.get("data", {}).get("text/plain", "") for o in outputs]
    return "\n".join(texts).replace("\N{MINUS SIGN}", "-")


def is_printed(number: str, text: str) -> bool:
    """Whether a number is there: as it is, or with more digits that round to it."""
    decimals = len(number.partition(".")[2])
    for found in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", text):
        enough = "e" in found or len(found.partition(".")[2]) >= decimals
        if enough and f"{float(found):.{decimals}f}" == f"{float(number):.{decimals}f}":
            return True
    return False


ROWS = pytest.mark.parametrize("row", syllabus(), ids=lambda row: row.name)


def test_every_lecture_is_in_the_syllabus():
    lectures = [path.name for path in sorted(LECTURES.glob("*.ipynb"))]
    assert sorted({row.lecture for row in syllabus()}) == lectures
    assert [name[:2] for name in lectures] == [*(f"{n:02}" for n in range(10)), "15"]
    assert len({row.name for row in syllabus()}) == len(syllabus()) == 53


def test_no_row_needs_a_later_one():
    known: set[str] = set()
    for row in syllabus():
        assert set(row.needs) <= known, f"{row.name} needs {set(row.needs) - known}"
        known.add(row.name)


@ROWS
def test_a_row_is_computed_where_the_syllabus_says(row: Row):
    assert of_row(row), f"no cell of {row.lecture} names {row.name} in its metadata"
    text = printed(row)
    assert row.proof or re.search(r"\d", text), f"{row.name} has neither a number nor a proof"


@ROWS
def test_the_numbers_of_a_row_are_printed(row: Row):
    text = printed(row)
    assert [number for number in row.numbers if not is_printed(number, text)] == []


@ROWS
def test_what_is_to_be_proved_is_proved(row: Row):
    if row.proof:
        proofs = [cell for cell in of_row(row) if "proved(" in cell.source]
        assert proofs, f"{row.name} has no proof: no cell that names it calls proved()"
        assert all(cell.outputs for cell in proofs)


def test_cells_name_only_rows_of_their_lecture():
    known = {row.name: row.lecture for row in syllabus()}
    for lecture in sorted(LECTURES.glob("*.ipynb")):
        for cell in cells(lecture.name):
            for name in cell.metadata.get("syllabus", ()):
                assert known.get(name) == lecture.name, (lecture.name, cell.id, name)
