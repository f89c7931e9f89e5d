"""Runs the tests: the instructor's code, in the grader's own process.

A test cell means here what it means in nbgrader: an exception is no credit, a number as the cell's
value is partial credit, anything else is full credit. But every test cell gets a verdict from here
and from nowhere else; one that has none is worth nothing.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from types import CodeType
from typing import Any

import numpy as np
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import setenv

from autograder.sandbox.outputs import clean_text
from autograder.testing import cells
from autograder.testing.magics import Magics
from autograder.testing.proxies import RemoteObject
from autograder.testing.reference import AuthorError
from autograder.testing.remote import Names, kind_of, same
from autograder.testing.wall import OwnOutput

LONGEST_REASON = 300


class NoVerdict(RuntimeError):
    """A test whose value cannot be a number of points."""


class Bench:
    """A namespace in which the cells of the instructor's notebook are run, one after the other.

    Args:
        names: the namespace; the student's names in it are called across the wall.
    """

    def __init__(self, names: Names) -> None:
        self.names = names
        magics = Magics(names.wall)
        self.names["get_ipython"] = lambda: magics
        self.names[cells.SAME] = same
        self.names[cells.KIND] = kind_of

    def prepare(self, source: str) -> None:
        """Runs what a cell that is no test adds to the namespace: imports, definitions, data.

        An error in it is no verdict on the student; a test that needs the name will say so.
        """
        with contextlib.suppress(Exception), _quiet():
            for part in cells.definitions(source):
                exec(self._code(part), self.names)

    def verdict(self, source: str, points: float) -> list[NotebookNode]:
        """Runs a test cell.

        Returns:
            The outputs by which nbgrader knows the points: an error, a number, or neither.

        Raises:
            KernelLost: the student's kernel was lost in the course of it.
            AuthorError: the cell itself is wrong, and no student can pass it.
        """
        wall = self.names.wall
        wall.authors_error = wall.lost = None
        outputs = self._verdict(source, points)
        # Whatever the cell made of them, they are not the student's answer.
        for end in (wall.authors_error, wall.lost):
            if end is not None:
                raise end
        return outputs

    def _verdict(self, source: str, points: float) -> list[NotebookNode]:
        try:
            with _quiet() as printed:
                value = self._run(source)
                data = None if value is None else _shown(value, points)
        except (ConnectionError, AuthorError):
            raise
        except (Exception, SystemExit) as error:
            return [*_text(printed), no_credit(type(error).__name__, str(error))]
        outputs = _text(printed)
        if data is not None:
            outputs.append(new_output("execute_result", data, execution_count=None))
        return outputs

    def _run(self, source: str) -> Any:
        try:
            code = [self._code(part) for part in cells.body_and_value(source)]
        except SyntaxError as error:
            raise AuthorError(f"the test is not Python: {error}") from error
        exec(code[0], self.names)
        return eval(code[1], self.names)

    def _code(self, part: cells.Part) -> CodeType:
        if out_of_reach := sorted(part.global_names & self.names.students):
            raise AuthorError(
                f"'global {', '.join(out_of_reach)}' in a function of a test does not reach the "
                "student's name. Assign it outside of the function."
            )
        self.names.hand_over.note(part)
        return part.code


def no_credit(name: str, reason: str) -> NotebookNode:
    """The output of a test that gave no points, with its reason in one line."""
    lines = [line.strip() for line in clean_text(reason).splitlines() if line.strip()]
    text = (lines[0] if lines else "")[:LONGEST_REASON]
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])


def _shown(value: Any, points: float) -> dict[str, Any]:
    """How a test's value is shown; its plain text is what nbgrader reads the points from."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        raise NoVerdict(f"the test's value is {value}; expected points, or nothing")
    if isinstance(value, RemoteObject):
        # It is no verdict, and must not choose how it looks: its repr might be a number.
        return {"text/plain": "an object of the student's"}
    bundle = getattr(value, "_repr_mimebundle_", None)
    data = _clean(dict(bundle()) if bundle else {"text/plain": repr(value)})
    try:
        earned = float(data["text/plain"])
    except ValueError:
        return data
    if not 0 <= earned <= points:
        raise NoVerdict(f"the test gave {earned} points; expected 0 to {points:g}")
    return data


def _clean(shown: Any) -> Any:
    """What a test shows, all texts in it made safe: it may quote what the student's code said."""
    if isinstance(shown, dict):
        return {key: _clean(item) for key, item in shown.items()}
    if isinstance(shown, list | tuple):
        return [_clean(item) for item in shown]
    return clean_text(shown) if isinstance(shown, str) else shown


def _text(printed: io.StringIO) -> list[NotebookNode]:
    text = clean_text(printed.getvalue())
    return [new_output("stream", name="stdout", text=text)] if text else []


@contextlib.contextmanager
def _quiet() -> Any:
    # nbgrader takes anything on the error stream for a failed test; a warning is none.
    printed = OwnOutput()
    with (
        setenv(NBGRADER_EXECUTION="autograde"),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(OwnOutput()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield printed
