"""The texts of the student's cells, where ``inspect.getsource`` looks for them.

A function says itself from which cell it is, so a student can make it name another one. What a test
reads here is as good as reading the notebook: no proof of what is run.
"""

from __future__ import annotations

import io
import itertools
import linecache
import re
import sys
from typing import Any

_CELL = re.compile(r"cell \d{1,9}")


class CellTexts:
    """The cells that a kernel has run, under the names by which it calls them: "cell 1" ..."""

    def __init__(self) -> None:
        self._count = 0

    def add(self, source: str) -> None:
        """Keeps the text of a cell that is about to be run."""
        # As IPython does: it leaves out empty lines at the beginning, and counts no empty cells.
        lines = list(itertools.dropwhile(lambda line: not line.strip(), io.StringIO(source)))
        if lines:
            self._count += 1
            # No time, so that nobody looks for a file of this name.
            linecache.cache[f"cell {self._count}"] = (len(source), None, lines, "")

    def forget(self) -> None:
        """Forgets them all, for another kernel or another student."""
        for number in range(1, self._count + 1):
            linecache.cache.pop(f"cell {number}", None)
        self._count = 0


def file_of(said: Any) -> str:
    """The file that some code may be said to be from: a cell that was run, and none of ours."""
    known = isinstance(said, str) and _CELL.fullmatch(said) and said in linecache.cache
    return said if known else "<unknown>"


def module_of(said: Any) -> str:
    """The module that something may be said to be from: none whose source is to stay here."""
    public = isinstance(said, str) and said.partition(".")[0] in {*sys.stdlib_module_names, "numpy"}
    return said if public else "__main__"
