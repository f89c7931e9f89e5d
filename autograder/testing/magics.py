"""IPython's magics in the instructor's cells.

A test that hides in a magic must not be passed over: what is not run has no verdict. So those that
only frame what they run are left out, those that only set something do nothing, and of all others
the author is told.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

from autograder.testing.reference import AuthorError, Wall

FRAMES = ("capture", "prun", "time", "timeit")
SETTINGS = ("autoreload", "config", "load_ext", "matplotlib", "precision", "reload_ext", "xmode")

_FRAME = re.compile(rf"\s*%%({'|'.join(FRAMES)})\b[^\n]*")


def without_frames(source: str) -> str:
    """A cell without ``%%time`` and the like above it; what is below them is on the same lines."""
    lines = 0
    while found := _FRAME.match(source):
        lines += found.group().count("\n")
        source = source[found.end() :]
    return "\n" * lines + source


class Magics:
    """Stands for IPython in the tests: ``%matplotlib inline`` and its like do nothing.

    Args:
        wall: is told of what cannot be done, for the test may catch it.
    """

    def __init__(self, wall: Wall) -> None:
        self._wall = wall

    def run_line_magic(self, name: str, line: str, *_: Any, **__: Any) -> None:
        """Does nothing for a setting.

        Raises:
            AuthorError: it is none.
        """
        if name not in SETTINGS:
            self._refuse(f"%{name}")

    def run_cell_magic(self, name: str, *_: Any, **__: Any) -> NoReturn:
        """Raises AuthorError."""
        self._refuse(f"%%{name}")

    def system(self, *_: Any, **__: Any) -> NoReturn:
        """Raises AuthorError."""
        self._refuse("a line that begins with '!'")

    getoutput = system

    def _refuse(self, what: str) -> NoReturn:
        self._wall.authors_error = AuthorError(
            f"{what} is not run in a test: write what it is to do as plain Python"
        )
        raise self._wall.authors_error
