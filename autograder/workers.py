"""Where submissions are graded: on all cores of this machine, or on many machines by Dask.

A worker turns bytes into bytes and touches nothing else: it needs no file of the course.
"""

from __future__ import annotations

import contextlib
import functools
import math
import multiprocessing
import os
import pickle
import resource
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Any

import nbformat
import psutil

from autograder import grading
from autograder.grading import Outputs, Settings
from autograder.intake import Refused
from autograder.marks import Marks, marks_of
from autograder.sandbox.bubblewrap import SandboxUnavailable
from autograder.template import Template

WORKER_MEMORY = 8 * 2**30
"""Far more than a worker needs; less than what would make the machine kill others."""

LOCAL_DASK = {
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.tick.interval": "1s",
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.worker.profile.enabled": False,
}
"""Dask looks at itself fifty times a second, mostly for a dashboard; our own cluster has none."""


@dataclass(frozen=True)
class Job:
    """What a worker needs to grade one notebook; see ``grading.grade``."""

    content: bytes | Refused
    template: Template
    settings: Settings
    kept: Mapping[str, Outputs]


@dataclass(frozen=True)
class Outcome:
    """What a worker made of a job.

    Attributes:
        text: the graded notebook, as a file holds it.
        marks: what of it goes into the gradebook.
        seconds: wall time.
        peak_memory: the most memory that the student's processes were seen to hold, in bytes.
        parts: processor time by part.
        host: the machine that did it.
        failed: whether the grader itself failed, so that somebody has to look at it.
    """

    text: str
    marks: Marks
    seconds: float
    peak_memory: int
    parts: Mapping[str, float]
    host: str
    failed: bool = False


def work(template: bytes, rest: bytes) -> bytes:
    """What a worker does: a written ``Job`` in, in two parts, and a written ``Outcome`` out.

    Raises:
        SandboxUnavailable: the worker's machine cannot build the walls.
    """
    start, before = time.perf_counter(), time.process_time()
    content, settings, kept = pickle.loads(rest)
    # What a student's function returns can keep a test busy for ever, in C where nothing else gets
    # a turn. The machine then ends this process, which is a dead worker like any other.
    limits = settings.limits
    signal.alarm(math.ceil(limits.notebook_seconds + limits.tests_seconds))
    try:
        result = grading.grade(content, _template(template), settings, kept)
    except SandboxUnavailable as error:
        raise SandboxUnavailable(f"{socket.gethostname()}: {error}") from error
    finally:
        signal.alarm(0)
    parts = dict(result.seconds)
    written = time.process_time()
    text, marks = nbformat.writes(result.notebook), marks_of(result.notebook)
    parts["conversion"] = time.process_time() - written
    parts["worker"] = time.process_time() - before
    seconds = time.perf_counter() - start
    outcome = Outcome(text, marks, seconds, result.peak_memory, parts, socket.gethostname())
    return pickle.dumps(outcome)


@functools.lru_cache(maxsize=16)
def _template(written: bytes) -> Template:
    """An assignment's notebook, read once for all submissions; grading works on a copy."""
    found: Template = pickle.loads(written)
    return found


def _rest(job: Job) -> bytes:
    """What of a job is another for each submission."""
    return pickle.dumps((job.content, job.settings, job.kept))


class Workers:
    """Takes jobs and gives outcomes, whatever happens to the processes that do the work.

    Args:
        count: how many there are.

    Attributes:
        ended_at_once: whether any were, since this process began.
    """

    ended_at_once = False

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool: Executor = self._new_pool(count)
        self._sent: dict[int, tuple[Template, Any]] = {}

    def submit(self, job: Job) -> Future[bytes]:
        """Begins a job."""
        number = id(job.template)
        if number not in self._sent:
            self._sent[number] = job.template, self._send(pickle.dumps(job.template))
        arguments = self._sent[number][1], _rest(job)
        try:
            return self._pool.submit(work, *arguments)
        except BrokenProcessPool:
            self.close(at_once=True)
            self._pool = self._new_pool(self.count)
            return self._pool.submit(work, *arguments)

    def outcome(self, job: Job, future: Future[bytes]) -> Outcome:
        """What came of a job; whatever happened to the worker, there is an outcome.

        Raises:
            SandboxUnavailable: the worker's machine cannot build the walls.
        """
        try:
            try:
                return _read(future.result())
            except BrokenProcessPool:
                # One dead worker breaks the whole pool, so this one may be innocent.
                return self._alone(job)
        except SandboxUnavailable:
            raise
        except Exception as error:
            return _given_up(job, _why(error))

    def close(self, at_once: bool = False) -> None:
        """Ends the workers; at once, if something went wrong."""
        assert isinstance(self._pool, ProcessPoolExecutor)
        if not at_once:
            self._pool.shutdown()
            return
        Workers.ended_at_once = True
        # Not waiting: Python before 3.11.5 waits for ever if workers died (cpython issue 94777).
        self._pool.shutdown(wait=False, cancel_futures=True)
        # They are children of the server that forks them. Their sandboxes die with them.
        for server in psutil.Process().children():
            for worker in server.children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    worker.kill()

    def _send(self, template: bytes) -> Any:
        """What stands for a template in the jobs."""
        return template

    def _new_pool(self, count: int) -> Executor:
        context = multiprocessing.get_context("forkserver")
        # What takes seconds to load is loaded once, and not by each worker.
        context.set_forkserver_preload([__name__])
        return ProcessPoolExecutor(
            count, mp_context=context, initializer=_begin_worker, initargs=(os.getpid(),)
        )

    def _alone(self, job: Job) -> Outcome:
        with self._new_pool(1) as pool:
            return _read(pool.submit(work, pickle.dumps(job.template), _rest(job)).result())


class ClusterWorkers(Workers):
    """The workers of a Dask cluster. What a lost one was doing, Dask has another one do.

    Args:
        scheduler: the address of Dask's scheduler, "tcp://10.0.0.1:8786" for instance, or "local"
            for a cluster on this machine.
        count: how many workers a local cluster has.
    """

    def __init__(self, scheduler: str, count: int) -> None:
        try:
            import dask.config
            from distributed import Client, LocalCluster
        except ImportError:
            raise SandboxUnavailable(
                "--scheduler needs Dask. Install it: pip install 'mlpkit-autograder[cluster]'"
            ) from None
        self._cluster: Any = None
        address: Any = scheduler
        if scheduler == "local":
            with dask.config.set(LOCAL_DASK):
                address = self._cluster = LocalCluster(
                    n_workers=count, threads_per_worker=1, dashboard_address=None
                )
        self._client = Client(address)
        self._client.wait_for_workers(1, timeout=60)
        super().__init__(sum(self._client.nthreads().values()))

    def close(self, at_once: bool = False) -> None:
        """Leaves the cluster, and ends it if it is our own."""
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()

    def _send(self, template: bytes) -> Any:
        # It stays on the workers, which get it from one another; if it is lost, Dask makes it anew.
        return self._client.submit(bytes, template)

    def _new_pool(self, count: int) -> Executor:
        executor: Executor = self._client.get_executor(pure=False)
        return executor


@contextlib.contextmanager
def workers(count: int | None, scheduler: str | None) -> Iterator[Workers]:
    """Workers, ended with the block.

    Args:
        count: how many; one for each core if None. Dask's scheduler knows how many it has.
        scheduler: of Dask, or None for this machine's cores.
    """
    count = count or os.cpu_count() or 1
    team = ClusterWorkers(scheduler, count) if scheduler else Workers(count)
    try:
        yield team
    except BaseException:
        team.close(at_once=True)
        raise
    team.close()


def _read(outcome: bytes) -> Outcome:
    found: Outcome = pickle.loads(outcome)
    return found


def _why(error: Exception) -> str:
    if isinstance(error, BrokenProcessPool) or type(error).__name__ == "KilledWorker":
        return "the process that graded it died; please look at it by hand"
    return f"the grader itself failed ({error!r:.200}); please look at it by hand"


def _given_up(job: Job, reason: str) -> Outcome:
    refused = Job(Refused(reason), job.template, job.settings, job.kept)
    outcome = _read(work(pickle.dumps(job.template), _rest(refused)))
    return replace(outcome, failed=True)


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
