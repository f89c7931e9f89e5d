"""How fast a class is graded, beside nbgrader: python -m tests.benchmarks.grading.

Makes a class of honest submissions, grades the same files by plain ``nbgrader autograde`` and by
ours with all walls up, and prints rates, their ratio, where the processor time goes, and memory.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
import psutil

from assignments import demo
from autograder import batch, course
from autograder.workers import workers
from tests.honest_class import make_class

# How fast a machine is changes by a tenth from one minute to the next, and so do these ratios.
DASK_PAIRS = 5
PARTS = ("start", "cells", "tests", "conversion", "database")


@dataclass
class Run:
    """What a run of the grading took.

    Attributes:
        submissions: how many there were.
        seconds: wall time.
        processor: processor time of the whole machine, in seconds.
        parts: processor time by part, all submissions together.
        worker: the most memory that a worker held, in bytes.
        writer: the most memory that this process held beyond what it held before, in bytes.
    """

    submissions: int
    seconds: float = 0.0
    processor: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)
    worker: int = 0
    writer: int = 0

    @property
    def rate(self) -> float:
        """Submissions a second."""
        return self.submissions / self.seconds


def _forget_what_was_graded(folder: Path) -> None:
    shutil.rmtree(folder / "autograded", ignore_errors=True)
    shutil.copy(folder / "gradebook.new", folder / "gradebook.db")


def nbgrader(folder: Path, students: int) -> float:
    """Seconds that plain nbgrader takes, with its own configuration, one after the other."""
    copy = folder.with_name("nbgrader")
    shutil.copytree(folder, copy)
    _forget_what_was_graded(copy)
    settings = (copy / "nbgrader_config.py").read_text().splitlines()
    kept = [line for line in settings if "CourseDirectory" in line or "get_config" in line]
    (copy / "nbgrader_config.py").write_text("\n".join(kept) + "\n")
    for place in sorted((copy / "submitted").iterdir())[students:]:
        shutil.rmtree(place)
    root = str(Path(demo.__file__).parents[1])
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", demo.ASSIGNMENT],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": root},
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - start


def ours(folder: Path, count: int, scheduler: str | None = None, pinned: bool = False) -> Run:
    """Grades the class anew and measures it; pinned, with a core for each worker.

    Pinned workers have graded something before the clock starts.
    """
    _forget_what_was_graded(folder)
    opened = course.open_course(folder)
    to_grade = course.submissions(opened, demo.ASSIGNMENT)
    first = 4 if pinned else 0
    run = Run(len(to_grade) - first)
    before = psutil.Process().memory_info().rss
    # Looking at all processes takes a core's attention, which a pinned run has none to spare of.
    watching = nullcontext() if pinned else _watching(run)
    with workers(count, scheduler) as team, watching:
        if pinned:
            _pin(psutil.Process())
            list(batch.grade_class(opened, to_grade[:first], team))
        start, spent = time.perf_counter(), _processor_seconds()
        for graded in batch.grade_class(opened, to_grade[first:], team):
            for part in PARTS:
                run.parts[part] = run.parts.get(part, 0.0) + graded.parts.get(part, 0.0)
        run.seconds = time.perf_counter() - start
        run.processor = _processor_seconds() - spent
    run.writer = psutil.Process().memory_info().rss - before
    return run


def _processor_seconds() -> float:
    times = psutil.cpu_times()
    return times.user + times.system


def _pin(process: psutil.Process) -> None:
    """Gives each worker a core, which all that it starts has to share with it."""
    core = 0
    for child in process.children(recursive=True):
        if "multiprocessing.spawn" in " ".join(child.cmdline()):
            child.cpu_affinity([core % (os.cpu_count() or 1)])
            core += 1


@contextmanager
def _watching(run: Run) -> Iterator[None]:
    """Looks at the workers' memory twice a second."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.5):
            for process in psutil.Process().children(recursive=True):
                try:
                    if "multiprocessing" in " ".join(process.cmdline()):
                        run.worker = max(run.worker, process.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def feedback(folder: Path, students: int) -> float:
    """Seconds a submission that writing the feedback takes."""
    start = time.perf_counter()
    demo.command(
        folder, "nbgrader", "generate_feedback", demo.ASSIGNMENT, "--student", f"student000{'?'}"
    )
    return (time.perf_counter() - start) / min(10, students)


def _print_run(title: str, run: Run) -> None:
    print(
        f"{title:34}{run.seconds:7.1f} s {run.rate:7.2f} a second; a submission: "
        f"{1e3 * run.processor / run.submissions:5.0f} ms of processor time, "
        f"writer {run.writer / run.submissions / 1024:+.0f} KiB"
        + (f"; a worker: {run.worker / 2**20:.0f} MiB" if run.worker else ""),
        flush=True,
    )


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=200, help="how large the class is")
    parser.add_argument("--many", type=int, default=1000, help="how large the larger one is")
    parser.add_argument("--peers", type=int, help="how many nbgrader grades (default: all)")
    parser.add_argument("--without-dask", action="store_true", help="leave the cluster out")
    wish = parser.parse_args()
    cores = os.cpu_count() or 1
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {cores} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.2f} at the start", flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-grading-") as above:
        folder = Path(above, "course")
        make_class(folder, wish.students)
        ours(folder, cores)  # Once unmeasured: what is compiled and cached is ready for both.
        first = ours(folder, cores)
        _print_run(f"ours, {wish.students}, {cores} workers", first)
        for part in PARTS:
            spent = 1e3 * first.parts[part] / first.submissions
            print(f"    {part:12}{spent:6.1f} ms a submission")
        peers = wish.peers or wish.students
        theirs = nbgrader(folder, peers)
        print(f"{f'nbgrader autograde, {peers}':34}{theirs:7.1f} s {peers / theirs:7.2f} a second")
        again = ours(folder, cores)
        _print_run(f"ours again, {wish.students}", again)
        low, high = sorted(run.rate / (peers / theirs) for run in (first, again))
        print(f"ratio to nbgrader: {low:.1f} to {high:.1f} (wanted: 10)")
        print(f"nbgrader generate_feedback: {1e3 * feedback(folder, wish.students):.0f} ms each")
        if not wish.without_dask:
            # With the walls' and the writer's share, one worker can use more than one core; as on
            # machines of their own, each has one here.
            ratios = []
            for _ in range(DASK_PAIRS):
                one, two = (ours(folder, count, "local", pinned=True) for count in (1, 2))
                _print_run("Dask, 1 worker", one)
                _print_run("Dask, 2 workers", two)
                ratios.append(two.rate / one.rate)
            print(
                f"two Dask workers to one: {median(ratios):.2f} "
                f"({min(ratios):.2f} to {max(ratios):.2f}; wanted: 1.8)"
            )
        many = Path(above, "many")
        make_class(many, wish.many)
        _print_run(f"ours, {wish.many}", ours(many, cores))


if __name__ == "__main__":
    main()
