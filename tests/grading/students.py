"""A student's kernel in a real sandbox, and tests that are run outside of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from nbformat import NotebookNode

from autograder.sandbox.kernel import StudentKernel
from autograder.sandbox.limits import Limits, View
from autograder.testing.outside import Bench
from autograder.testing.remote import Names, defined_classes, defined_names

IMPORTS = """
import builtins, collections, copy, inspect, math, operator, types, unittest
import numpy as np
is_equal = unittest.TestCase().assertEqual
is_almost_equal = unittest.TestCase().assertAlmostEqual
"""


class Student:
    """A student's kernel, and the bench on which tests of it are run.

    Args:
        code: what the student's cells hold.
        instructors: what the solution cells of the instructor hold, if they differ.
    """

    def __init__(self, code: str, instructors: str | None = None, limits: Limits | None = None):
        kernel = StudentKernel(limits or Limits(cell_seconds=5), View())
        kernel.start()
        self.kernel, known = kernel, code if instructors is None else instructors
        missing = "there is no {}".format
        self.names = Names(kernel, defined_names(known), missing, defined_classes(known))
        self.bench = Bench(self.names)
        self.bench.prepare(IMPORTS)
        errors = [o.evalue for o in kernel.run(code) if o.output_type == "error"]
        assert errors == []

    def outputs(self, test: str) -> list[NotebookNode]:
        """The outputs of a test cell."""
        self.kernel.begin_cell()
        return self.bench.verdict(test, 1.0)

    def verdict(self, test: str) -> str:
        """Why a test cell fails; empty if it does not."""
        errors = [o for o in self.outputs(test) if o.output_type == "error"]
        return " ".join(f"{error.ename}: {error.evalue}" for error in errors)


@contextmanager
def student(code: str, instructors: str | None = None) -> Iterator[Student]:
    """A student's kernel, until the end of the block."""
    made = Student(code, instructors)
    try:
        yield made
    finally:
        made.kernel.stop()


def shared(code: str, instructors: str | None = None) -> Callable[[], Iterator[Student]]:
    """A fixture: one kernel for all tests of this file that ask for it."""

    @pytest.fixture(scope="module")
    def made() -> Iterator[Student]:
        with student(code, instructors) as it:
            yield it

    return made
