"""Grades one notebook: a function of the submission, the assignment and a secret.

The same input gives the same result, wherever and beside whatever it is computed.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode

from autograder.intake import Rebuilt, Refused, rebuild
from autograder.sandbox import outputs
from autograder.sandbox.bubblewrap import SandboxUnavailable
from autograder.sandbox.kernel import KernelDied, KernelLost, StudentKernel
from autograder.sandbox.limits import Limits
from autograder.template import Template, identity, role
from autograder.testing.cell_texts import CellTexts
from autograder.testing.outside import Bench, no_credit
from autograder.testing.reference import AuthorError
from autograder.testing.remote import Names

MOST_RESTARTS = 12

Outputs = list[NotebookNode]

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Settings:
    """How to grade.

    Attributes:
        limits: how much a submission may use.
        secret: what the tests' random numbers are drawn from; the students must not know it.
        walls: False runs students' code with no sandbox at all. Only for code that you trust.
    """

    limits: Limits = field(default_factory=Limits)
    secret: bytes = b""
    walls: bool = True


@dataclass(frozen=True)
class Result:
    """A graded submission.

    Attributes:
        notebook: the instructor's notebook with the student's work, the outputs of the student's
            cells, and in each test cell the outputs by which nbgrader knows the points. Remarks for
            the instructor are in its metadata, under "autograder".
        peak_memory: the most memory that the student's processes were seen to hold, in bytes.
        seconds: processor time by part: "start", "cells" and "tests".
    """

    notebook: NotebookNode
    peak_memory: int
    seconds: Mapping[str, float]


def grade(
    content: bytes | Refused,
    template: Template,
    settings: Settings,
    kept: Mapping[str, Outputs] | None = None,
) -> Result:
    """Grades what one student handed in.

    Args:
        content: the notebook file, or why there is none.
        template: the instructor's copy.
        settings: limits and secret.
        kept: for tests that are not to be run again, what they gave before.

    Raises:
        SandboxUnavailable: this machine cannot build the walls.
    """
    rebuilt = rebuild(content, template)
    digest = hashlib.sha256(content if isinstance(content, bytes) else b"").digest()
    secret = hmac.digest(settings.secret, digest, "sha256")
    # The tests run in this process, and it has one current folder and one standard output.
    with _one_at_a_time:
        run = _Run(rebuilt, template, settings, secret, kept or {})
        if rebuilt.refused:
            run.refuse(rebuilt.refused)
        else:
            run.grade_all()
    rebuilt.notebook.metadata["autograder"] = {"remarks": rebuilt.remarks}
    return Result(rebuilt.notebook, run.kernel.peak_memory, run.seconds)


class _Run:
    """One notebook being graded, cell by cell, in the order of the notebook."""

    def __init__(
        self,
        rebuilt: Rebuilt,
        template: Template,
        settings: Settings,
        secret: bytes,
        kept: Mapping[str, Outputs],
    ) -> None:
        self.rebuilt, self.template, self.secret, self.kept = rebuilt, template, secret, kept
        self.kernel = StudentKernel(settings.limits, template.view, settings.walls)
        names, classes = template.students_names, template.students_classes
        self.bench = Bench(Names(self.kernel, names, self._why_missing, classes))
        self.bench.prepare(template.imports)
        self.ran: list[str] = []
        self.errors: dict[str, str] = {}
        self.starts, self.started = 0, False
        self.texts = CellTexts()
        self.seconds: dict[str, float] = {}

    def grade_all(self) -> None:
        try:
            with _folder_with(self.template.view.files):
                for cell in self.rebuilt.notebook.cells:
                    if role(cell) == "test":
                        cell.outputs = self._test(cell)
                    elif cell.cell_type == "code":
                        self._run(cell)
        finally:
            self.kernel.stop()
            self.texts.forget()

    def refuse(self, reason: str) -> None:
        """Gives every test no credit, with one reason."""
        for cell in self.rebuilt.notebook.cells:
            if role(cell) == "test":
                cell.outputs = [no_credit("NotGraded", reason)]

    def _run(self, cell: NotebookNode) -> None:
        """Runs a cell of the student's, or one that was given; the latter on our side too."""
        name = identity(cell)
        if name in self.rebuilt.missing:
            return
        try:
            cell.outputs = self._twice(lambda: self._run_source(cell.source))
        except KernelLost as lost:
            cell.outputs = [no_credit("KernelLost", str(lost))]
        error = outputs.error_name(cell.outputs)
        if error not in ("KernelLost", "TooLong", "TooMuch"):
            self.ran.append(cell.source)
        if error:
            said = outputs.error_text(cell.outputs)
            self.errors[name or cell.id] = f"{error}: {said}"
            if error in ("KernelLost", "TooLong", "TooMuch"):
                self._remark(f"{name or 'A cell that was added'}: {said}.")
        if role(cell) == "given" and not cell.id.startswith("added-"):
            self.bench.prepare(cell.source)

    def _test(self, cell: NotebookNode) -> Outputs:
        if identity(cell) in self.kept:
            return self.kept[identity(cell) or ""]
        try:
            return self._twice(lambda: self._verdict(cell))
        except KernelLost as lost:
            self._remark(f"{identity(cell)}: {lost}.")
            return [no_credit("KernelLost", str(lost))]
        except AuthorError as error:
            # The others go on: it may be that only this submission brings the fault to light.
            self.rebuilt.remark("fault", f"{identity(cell)}: the test is at fault: {error}")
            return [no_credit("TestAtFault", str(error))]

    def _run_source(self, source: str) -> Outputs:
        self.texts.add(source)
        with self._timed("cells"):
            return self.kernel.run(source)

    def _verdict(self, cell: NotebookNode) -> Outputs:
        self.kernel.begin_cell()
        with self._timed("tests"), _seeded(self.secret, identity(cell) or ""):
            return self.bench.verdict(cell.source, float(cell.metadata.nbgrader.points))

    def _twice(self, action: Callable[[], Outputs]) -> Outputs:
        """Does something with a kernel that runs; again if the kernel dies of it.

        A machine that is short of memory kills kernels too. Only what kills two is the code.
        """
        try:
            self._wake()
            return action()
        except KernelDied:
            self._wake()
            return action()

    def _wake(self) -> None:
        """Starts the kernel if there is none; one that was lost gets back what it had run.

        Raises:
            KernelLost: it was lost too often, or again at once.
            SandboxUnavailable: it never started, which is not the student's doing.
        """
        if self.kernel.alive:
            return
        if self.starts > MOST_RESTARTS:
            raise KernelLost("the kernel was lost too often")
        self.starts += 1
        try:
            with self._timed("start"):
                self.kernel.start()
        except KernelLost as lost:
            if self.started or (self.starts == 1 and isinstance(lost, KernelDied)):
                raise
            raise SandboxUnavailable(str(lost)) from lost
        self.started = True
        self.texts.forget()
        for source in self.ran:
            self.texts.add(source)
            self.kernel.run(source)

    def _why_missing(self, name: str) -> str:
        cell = self.template.students_names.get(name, "")
        if cell in self.rebuilt.missing:
            return f"'{name}' is not there: its cell was not in the notebook that was handed in"
        if cell in self.errors:
            return f"'{name}' is not there: its cell stopped with {self.errors[cell]}"
        return f"'{name}' is not there: no cell of the notebook defines it"

    @contextlib.contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        before = time.process_time() + self.kernel.processor_seconds()
        try:
            yield
        finally:
            spent = time.process_time() + self.kernel.processor_seconds() - before
            self.seconds[part] = self.seconds.get(part, 0.0) + spent

    def _remark(self, text: str) -> None:
        self.rebuilt.remark("lost", text)


@contextlib.contextmanager
def _folder_with(files: Mapping[str, bytes]) -> Iterator[None]:
    """A folder with the assignment's files, for the tests to run in."""
    with tempfile.TemporaryDirectory(prefix="tests-") as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with contextlib.chdir(folder):
            yield


@contextlib.contextmanager
def _seeded(secret: bytes, cell: str) -> Iterator[None]:
    """Seeds the global generators, so that a test's random cases are secret and yet repeatable."""
    seed = hmac.digest(secret, cell.encode(), "sha256")
    states: tuple[Any, Any] = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(np.frombuffer(seed, dtype=np.uint32))
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
