"""A student's kernel that is killed changes no result, at whatever moment: python -m tests.soak.kernels

A kernel and the grader take turns. So all moments at which it can be killed are those between two
messages, and each of them is tried: before each that is sent to it, and before each that is awaited
from it, beginning with the one by which it says that it has started.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
from tqdm import tqdm

from assignments import demo
from autograder import grading, template
from autograder.grading import Settings
from autograder.kernel import StudentKernel
from autograder.template import Template
from tests.honest_class import HONEST, make_class


class Assassin:
    """Kills the kernel at one of its messages, and counts them.

    Args:
        victim: the number of the message before which the kernel is killed; 0 kills none.
    """

    def __init__(self, victim: int = 0) -> None:
        self.victim, self.seen = victim, 0

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """All kernels within the block are its prey."""
        names = ("_send", "_next")
        with contextlib.ExitStack() as patches:
            for name in names:
                method = self._before(getattr(StudentKernel, name))
                patches.enter_context(mock.patch.object(StudentKernel, name, method))
            yield

    def _before(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def watched(kernel: StudentKernel, *arguments: Any) -> Any:
            self.seen += 1
            if self.seen == self.victim:
                _kill(kernel)
            return method(kernel, *arguments)

        return watched


def _kill(kernel: StudentKernel) -> None:
    """As a machine does that has no memory left."""
    process = kernel._kernel and kernel._kernel._pidfd
    if process is not None:
        signal.pidfd_send_signal(process, signal.SIGKILL)


def differences(
    content: bytes, assignment: Template, settings: Settings, what: str = ""
) -> tuple[int, list[int]]:
    """Grades one submission again and again, its kernel killed at another message each time.

    Args:
        content: what was handed in.
        assignment: the instructor's copy.
        settings: how it is graded.
        what: the name of the progress bar; none is shown if empty.

    Returns:
        How many messages there were, and before which of them a kill changed the result.
    """
    undisturbed = Assassin()
    expected = _graded(undisturbed, content, assignment, settings)
    victims = range(1, undisturbed.seen + 1)
    bar = tqdm(victims, desc=what, unit="kill", disable=not what)
    wrong = [v for v in bar if _graded(Assassin(v), content, assignment, settings) != expected]
    return undisturbed.seen, wrong


def _graded(assassin: Assassin, content: bytes, assignment: Template, settings: Settings) -> str:
    with assassin.at_work():
        return nbformat.writes(grading.grade(content, assignment, settings).notebook)


def main() -> int:
    """Tries all kinds of honest work; returns the exit status."""
    fallen = 0
    with tempfile.TemporaryDirectory(prefix="kernels-") as above:
        course, name = Path(above, "course"), demo.ASSIGNMENT
        make_class(course, len(HONEST))
        assignment = template.load(course / "source" / name / f"{name}.ipynb", name)
        for kind, folder in zip(HONEST, sorted((course / "submitted").iterdir()), strict=True):
            content = (folder / name / f"{name}.ipynb").read_bytes()
            count, wrong = differences(content, assignment, Settings(secret=b"secret"), kind)
            print(f"{kind}: {count} kills, {len(wrong)} changed the result {wrong or ''}")
            fallen += len(wrong)
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
