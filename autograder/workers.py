"""A class, graded on all cores.

Workers turn a submission into a graded notebook and touch nothing. This process alone writes.
Stopped at any moment and started again, it goes on where it was.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

import nbformat
import psutil
from nbformat import NotebookNode

from autograder import grading
from autograder.course import Course, Submission, save, template_for
from autograder.gradebook import Writer
from autograder.grading import Settings
from autograder.intake import Refused
from autograder.nbgrader_exporter import settings_for
from autograder.sandbox import SandboxUnavailable
from autograder.template import Template

WORKER_MEMORY = 8 * 2**30
"""Far more than a worker needs; less than what would make the machine kill others."""

Job = tuple[bytes | Refused, Template, Settings]
Outcome = tuple[str, float, int]


@dataclass(frozen=True)
class Graded:
    """A submission that was graded, and what it took.

    Attributes:
        submission: what was graded.
        notebook: the graded notebook.
        seconds: wall time.
        peak_memory: the most memory that the student's processes were seen to hold, in bytes.
    """

    submission: Submission
    notebook: NotebookNode
    seconds: float
    peak_memory: int


def grade_class(
    course: Course,
    to_grade: list[Submission],
    *,
    walls: bool = True,
    workers: int | None = None,
) -> Iterator[Graded]:
    """Grades submissions on all cores, and saves each as soon as it is done.

    Args:
        course: the course.
        to_grade: what to grade.
        walls: False runs students' code with no sandbox at all.
        workers: how many at a time; one for each core if not given.

    Yields:
        The graded submissions, in the order in which they were done.

    Raises:
        CannotGrade: the assignment's own notebook is broken, or has changed since its release.
        SandboxUnavailable: this machine cannot build the walls.
    """
    limits = course.config.GradingExporter.get("limits", {})
    settings = settings_for(course.directory, limits, walls)
    templates = {s.notebook: template_for(course, s) for s in to_grade}
    pool = _pool(workers or os.cpu_count() or 1)
    under_way: dict[Future[Outcome], tuple[Submission, Job]] = {}
    for submission in to_grade:
        job = submission.content(), templates[submission.notebook], settings
        under_way[pool.submit(_work, *job)] = submission, job
    try:
        with Writer(course.gradebook(), course.config) as writer:
            for future in as_completed(under_way):
                submission, job = under_way[future]
                text, seconds, memory = _outcome(job, future)
                notebook = nbformat.reads(text, as_version=4)
                save(course, writer, submission, notebook)
                yield Graded(submission, notebook, seconds, memory)
    except BaseException:
        _end_at_once(pool)
        raise
    if any(isinstance(future.exception(), BrokenProcessPool) for future in under_way):
        _end_at_once(pool)
    else:
        pool.shutdown()


def _outcome(job: Job, future: Future[Outcome], alone: bool = False) -> Outcome:
    """What a worker made of a job; whatever happened to the worker, there is a result."""
    try:
        return future.result()
    except SandboxUnavailable:
        raise
    except BrokenProcessPool:
        # One dead worker breaks the whole pool, so this one may be innocent: try it by itself.
        if not alone:
            with _pool(1) as pool:
                return _outcome(job, pool.submit(_work, *job), alone=True)
        reason = "the process that graded it died; please look at it by hand"
    except Exception as error:
        reason = f"the grader itself failed ({error!r:.200}); please look at it by hand"
    return _work(Refused(reason), *job[1:])


def _pool(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(
        workers, mp_context=context, initializer=_begin_worker, initargs=(os.getpid(),)
    )


def _end_at_once(pool: ProcessPoolExecutor) -> None:
    # Not waiting: Python before 3.11.5 waits for ever if workers died (cpython issue 94777).
    pool.shutdown(wait=False, cancel_futures=True)
    # They are children of the server that forks them. Their sandboxes die with them.
    for server in psutil.Process().children():
        for worker in server.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.kill()


def _begin_worker(writer: int) -> None:
    # Ctrl-C is for the process that writes; a worker that it hits while it holds a lock would
    # leave that process waiting for ever.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with, args=(psutil.Process(writer),), daemon=True).start()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = WORKER_MEMORY if hard == resource.RLIM_INFINITY else min(WORKER_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _die_with(writer: psutil.Process) -> None:
    """Ends this process as soon as the one is gone that would have taken its results."""
    with contextlib.suppress(psutil.NoSuchProcess):
        # It may stay a zombie for as long as its own parent reads what this process could print.
        while writer.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.5)
    os._exit(1)


def _work(content: bytes | Refused, template: Template, settings: Settings) -> Outcome:
    """What a worker does; its result depends on nothing but its arguments."""
    start = time.perf_counter()
    result = grading.grade(content, template, settings)
    return nbformat.writes(result.notebook), time.perf_counter() - start, result.peak_memory
