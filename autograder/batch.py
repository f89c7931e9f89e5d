"""A class, graded: workers compute, and this process alone writes.

Stopped at any moment and started again, it goes on where it was, and ends with the same result.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass

import nbformat

from autograder.course import Course, Submission, destination_of, save, template_for
from autograder.gradebook import Writer
from autograder.grading import Outputs, Settings
from autograder.nbgrader_exporter import settings_for
from autograder.template import identity, role
from autograder.workers import Job, Outcome, Workers

JOBS_FOR_EACH_WORKER = 3


@dataclass(frozen=True)
class Graded:
    """A submission that was graded, and what it took.

    Attributes:
        submission: what was graded.
        seconds: wall time.
        peak_memory: the most memory that the student's processes were seen to hold, in bytes.
        parts: processor time by part.
        failed: whether it could not be graded, by whosever fault.
    """

    submission: Submission
    seconds: float
    peak_memory: int
    parts: Mapping[str, float]
    failed: bool


def grade_class(
    course: Course,
    to_grade: list[Submission],
    workers: Workers,
    *,
    walls: bool = True,
    only: str | None = None,
) -> Iterator[Graded]:
    """Grades submissions, and saves each as soon as it is done.

    Args:
        course: the course.
        to_grade: what to grade.
        workers: who does it.
        walls: False runs students' code with no sandbox at all.
        only: the name of one test; the others keep what they gave before.

    Yields:
        The graded submissions, in the order in which they were done.

    Raises:
        CannotGrade: the assignment's own notebook is broken, or has changed since its release.
        OperationalError: the gradebook cannot be used.
        SandboxUnavailable: this machine cannot build the walls.
    """
    settings = settings_of(course, walls)
    one_of_each = {submission.notebook: submission for submission in to_grade}
    templates = {name: template_for(course, one) for name, one in one_of_each.items()}
    waiting = iter(to_grade)
    under_way: dict[Future[bytes], tuple[Submission, Job]] = {}
    with Writer(course.gradebook(), course.config) as writer:
        while True:
            # Not all at once: what was handed in may be large, and may be much.
            while len(under_way) < JOBS_FOR_EACH_WORKER * workers.count:
                submission = next(waiting, None)
                if submission is None:
                    break
                kept = _outputs_but_of(only, course, submission) if only else {}
                template = templates[submission.notebook]
                job = Job(submission.content(), template, settings, kept)
                under_way[workers.submit(job)] = submission, job
            if not under_way:
                return
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                submission, job = under_way.pop(future)
                outcome = workers.outcome(job, future)
                yield _finish(course, writer, submission, job, outcome, only)


def settings_of(course: Course, walls: bool) -> Settings:
    """How a course is graded; without walls, students' code runs with no sandbox at all."""
    limits = course.config.GradingExporter.get("limits", {})
    return settings_for(course.directory, limits, walls)


def _finish(
    course: Course,
    writer: Writer,
    submission: Submission,
    job: Job,
    outcome: Outcome,
    only: str | None,
) -> Graded:
    before = time.process_time()
    save(course, writer, submission, outcome.text, outcome.marks, only)
    parts = {**outcome.parts, "database": time.process_time() - before}
    failed = outcome.failed or not isinstance(job.content, bytes)
    return Graded(submission, outcome.seconds, outcome.peak_memory, parts, failed)


def _outputs_but_of(test: str, course: Course, submission: Submission) -> dict[str, Outputs]:
    """What all tests but one gave before; nothing if it was never graded."""
    path = destination_of(course, submission)
    if not path.exists():
        return {}
    cells = nbformat.read(path, as_version=4).cells
    found = {identity(cell) or "": cell.outputs for cell in cells if role(cell) == "test"}
    return {name: outputs for name, outputs in found.items() if name != test}
