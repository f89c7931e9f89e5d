"""Which hints a class has asked for.

In a notebook of this course ``check(area, hint=2)``, in a cell of the student's own, shows the
second hint to the exercise ``area``. A hint costs nothing, so there is no reason to delete the
cell, and what is left of such cells is counted. That is all it is good for: no score knows of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nbformat import NotebookNode

MOST = 3
"""So many hints has an exercise at most."""

CHECK = re.compile(r"^[ \t]*check\(\s*([^\W\d]\w*)\s*[,)]", re.MULTILINE)
ASKED = re.compile(
    r"^[ \t]*check\(\s*([^\W\d]\w*)\s*,\s*(?:hint\s*=\s*)?([1-9]\d?)\s*[,)]", re.MULTILINE
)


@dataclass(frozen=True)
class Asked:
    """How many students asked for hints to an exercise.

    Attributes:
        name: of the function that is to be written.
        counts: how many asked for the first hint, for the second, and so on.
    """

    name: str
    counts: tuple[int, ...]


def checked(notebook: NotebookNode) -> list[str]:
    """The functions that an assignment has checked, in its order; from the instructor's copy."""
    sources = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    return list(dict.fromkeys(name for source in sources for name in CHECK.findall(source)))


def asked(names: Iterable[str], codes: Iterable[Iterable[str]]) -> list[Asked]:
    """How many students asked for which hint.

    Args:
        names: of the functions that are checked; others are not counted, whatever a student wrote.
        codes: for each student, their own cells.
    """
    seen = [
        {(name, int(number)) for source in sources for name, number in ASKED.findall(source)}
        for sources in codes
    ]
    found = []
    for name in names:
        counts = [sum((name, number) in each for each in seen) for number in range(1, MOST + 1)]
        if any(counts):
            found.append(Asked(name, tuple(counts)))
    return found
