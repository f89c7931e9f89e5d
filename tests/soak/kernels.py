"""A student's kernel killed at any moment changes no result: python -m tests.soak.kernels

A kernel and the grader take turns. So all moments at which it can be killed are those between two
messages, and each of them is tried: before each that is sent to it, and before each that is awaited
from it, beginning with the one by which it says that it has started. Killed are the kernel itself,
the sandbox around it, and the process from which kernels are forked.
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
from autograder.sandbox import forking
from autograder.sandbox.kernel import StudentKernel
from autograder.sandbox.launch import Kernel
from autograder.template import Template
from tests.honest_class import HONEST, make_class


def kill_kernel(kernel: Kernel) -> None:
    """The process that runs the student's code."""
    if kernel._pidfd is not None:
        signal.pidfd_send_signal(kernel._pidfd, signal.SIGKILL)


def kill_sandbox(kernel: Kernel) -> None:
    """The sandbox with all that is in it."""
    if kernel._box is not None:
        kernel._box.process.kill()


def kill_zygote(_: Kernel) -> None:
    """The process from which kernels are forked."""
    for zygote in forking._zygotes.values():
        zygote._process.kill()


Kill = Callable[[Kernel], None]
KILLS: dict[Kill, int] = {kill_kernel: 1, kill_sandbox: 10, kill_zygote: 20}
"""Whom to kill, and at which share of the messages: a new kernel is there at once, a zygote not."""


class Assassin:
    """Kills at one of the messages, and counts them.

    Args:
        kill: whom.
        victim: the number of the message; 0 lets all pass.
    """

    def __init__(self, kill: Kill, victim: int = 0) -> None:
        self.kill, self.victim, self.seen = kill, victim, 0

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """All kernels within the block are its prey."""
        with contextlib.ExitStack() as patches:
            for name in ("_send", "_next"):
                method = self._before(getattr(StudentKernel, name))
                patches.enter_context(mock.patch.object(StudentKernel, name, method))
            yield

    def _before(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def watched(kernel: StudentKernel, *arguments: Any) -> Any:
            self.seen += 1
            if self.seen == self.victim and kernel._kernel is not None:
                self.kill(kernel._kernel)
            return method(kernel, *arguments)

        return watched


def differences(
    content: bytes,
    assignment: Template,
    settings: Settings,
    kill: Kill = kill_kernel,
    every: int = 1,
    what: str = "",
) -> tuple[int, list[int]]:
    """Grades one submission again and again, and kills at another message each time.

    Args:
        content: what was handed in.
        assignment: the instructor's copy.
        settings: how it is graded.
        kill: kills something.
        every: 10 kills at each tenth message.
        what: the name of the progress bar; none is shown if empty.

    Returns:
        How many kills there were, and before which messages one changed the result.
    """
    undisturbed = Assassin(kill)
    expected = _graded(undisturbed, content, assignment, settings)
    victims = tqdm(range(1, undisturbed.seen + 1, every), desc=what, unit="kill", disable=not what)
    wrong = [
        victim
        for victim in victims
        if _graded(Assassin(kill, victim), content, assignment, settings) != expected
    ]
    return len(victims), wrong


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
        settings = Settings(secret=b"secret")
        for kind, folder in zip(HONEST, sorted((course / "submitted").iterdir()), strict=True):
            content = (folder / name / f"{name}.ipynb").read_bytes()
            for kill, every in KILLS.items():
                what = f"{kind}, {kill.__name__}"
                count, wrong = differences(content, assignment, settings, kill, every, what)
                changed = f"{len(wrong)} changed the result: {wrong}" if wrong else "all equal"
                print(f"{what}: {count} times, {changed}", flush=True)
                fallen += len(wrong)
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
