"""Runs the tests: the instructor's code, in the grader's own process.

A test cell means here what it means in nbgrader: an exception is no credit, a number as the cell's
value is partial credit, anything else is full credit. But every test cell gets a verdict from here
and from nowhere else; one that has none is worth nothing.
"""

from __future__ import annotations

import ast
import contextlib
import io
import warnings
from types import CodeType
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import setenv

from autograder.outputs import clean_text
from autograder.remote import Names

LONGEST_REASON = 300


class NoVerdict(RuntimeError):
    """A test whose value cannot be a number of points."""


class _IgnoresMagics:
    """Stands for IPython in the tests: "%matplotlib inline" and its like do nothing here."""

    def run_line_magic(self, *_: Any, **__: Any) -> None:
        """Does nothing."""

    def run_cell_magic(self, *_: Any, **__: Any) -> None:
        """Does nothing."""


class Bench:
    """A namespace in which the cells of the instructor's notebook are run, one after the other.

    Args:
        names: the namespace; the student's names in it are called across the wall.
    """

    def __init__(self, names: Names) -> None:
        self.names = names
        self.names["get_ipython"] = _IgnoresMagics

    def prepare(self, source: str) -> None:
        """Runs what a cell that is no test adds to the namespace: imports, definitions, data.

        An error in it is no verdict on the student; a test that needs the name will say so.
        """
        body = [s for s in _parse(source).body if not isinstance(s, ast.Expr)]
        with contextlib.suppress(Exception), _quiet():
            for statement in body:
                exec(_compile(ast.Module([statement], [])), self.names)

    def verdict(self, source: str, points: float) -> list[NotebookNode]:
        """Runs a test cell.

        Returns:
            The outputs by which nbgrader knows the points: an error, a number, or neither.

        Raises:
            KernelLost: the student's kernel was lost in the course of it.
        """
        try:
            with _quiet() as printed:
                value = self._run(source)
                data = None if value is None else _shown(value, points)
        except ConnectionError:
            raise
        except (Exception, SystemExit) as error:
            return [*_text(printed), no_credit(type(error).__name__, str(error))]
        outputs = _text(printed)
        if data is not None:
            outputs.append(new_output("execute_result", data, execution_count=None))
        return outputs

    def _run(self, source: str) -> Any:
        *body, last = _parse(source).body or [ast.Pass()]
        if not isinstance(last, ast.Expr):
            body, last = [*body, last], ast.Expr(ast.Constant(None))
        exec(_compile(ast.Module(body, [])), self.names)
        return eval(_compile(ast.Expression(last.value)), self.names)


def no_credit(name: str, reason: str) -> NotebookNode:
    """The output of a test that gave no points, with its reason in one line."""
    lines = [line.strip() for line in clean_text(reason).splitlines() if line.strip()]
    text = (lines[0] if lines else "")[:LONGEST_REASON]
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])


def _shown(value: Any, points: float) -> dict[str, Any]:
    """How a test's value is shown; its plain text is what nbgrader reads the points from."""
    bundle = getattr(value, "_repr_mimebundle_", None)
    data = dict(bundle()) if bundle else {"text/plain": repr(value)}
    if isinstance(value, bool):
        raise NoVerdict(f"the test's value is {value}; expected points, or nothing")
    try:
        earned = float(data["text/plain"])
    except ValueError:
        return data
    if not 0 <= earned <= points:
        raise NoVerdict(f"the test gave {earned} points; expected 0 to {points:g}")
    return data


def _text(printed: io.StringIO) -> list[NotebookNode]:
    text = clean_text(printed.getvalue())
    return [new_output("stream", name="stdout", text=text)] if text else []


@contextlib.contextmanager
def _quiet() -> Any:
    # nbgrader takes anything on the error stream for a failed test; a warning is none.
    printed = io.StringIO()
    with (
        setenv(NBGRADER_EXECUTION="autograde"),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield printed


def _parse(source: str) -> ast.Module:
    return ast.parse(TransformerManager().transform_cell(source))


def _compile(tree: ast.Module | ast.Expression) -> CodeType:
    mode = "eval" if isinstance(tree, ast.Expression) else "exec"
    return compile(ast.fix_missing_locations(tree), "<test>", mode)
