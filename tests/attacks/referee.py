"""Runs inside the outer sandbox, as its first process: grades one attack and says what happened.

The first process of a namespace cannot be killed from within it, so whatever an attack does, there
is a report.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.attacks import attack as attacks
from tests.attacks import canaries, gradebook
from tests.attacks.canaries import COURSE

SECONDS = {"ours": 60.0, "nbgrader": 45.0}
"""How long grading the honest ones may take, and ..."""

SECONDS_MORE = {"ours": 20.0, "nbgrader": 30.0}
"""... how much longer with each attack beside them."""

GRACE = 3.0
LARGEST_KEPT = 8 * 2**20
MOST_MEMORY = 5 * 2**30


@dataclass
class Observation:
    """What was seen when a class was graded; see ``judge`` for what of it counts as harm."""

    status: int | None = None
    seconds: float = 0.0
    ended: str = ""
    said: str = ""
    scores: dict[str, dict[str, float | None]] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    course_rows: Any = None
    graded: dict[str, str] = field(default_factory=dict)
    feedback: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    reached: dict[str, str] = field(default_factory=dict)
    canary_lives: bool = True
    left_over: list[str] = field(default_factory=list)
    processes: int = 0
    memory: int = 0
    disk: int = 0


def observe(names: list[str], by: str, course: str) -> Observation:
    """Grades the honest ones, and beside them the attacks of these names."""
    from tests.attacks.rows import named

    chosen = [named(name) for name in names]
    _lay_out(by, course)
    for attack in chosen:
        attacks.write(attack, COURSE)
    seen = Observation()
    listeners = canaries.Listeners()
    canary = canaries.start_process()
    seen.before = canaries.snapshot()
    used = shutil.disk_usage(COURSE).used
    place = ["--course", str(COURSE)]
    grade, collect = {
        "ours": (
            ["autograder", "grade", course, *place],
            ["autograder", "collect", course, str(COURSE / "exported"), *place],
        ),
        "nbgrader": (["nbgrader", "autograde", course], ["nbgrader", "zip_collect", course]),
    }[by]
    if any(attack.exported for attack in chosen):
        _run(seen, collect, 60.0, canary.pid, notes=False)
    _run(seen, grade, SECONDS[by] + SECONDS_MORE[by] * len(chosen), canary.pid)
    if not chosen or any(attack.feedback for attack in chosen):
        _run(seen, ["nbgrader", "generate_feedback", course], 90.0, canary.pid, notes=False)
    seen.canary_lives = canary.poll() is None
    seen.left_over = _left_over(canary.pid)
    _end_all()
    seen.disk = max(seen.disk, shutil.disk_usage(COURSE).used - used)
    seen.reached = listeners.reached
    seen.after = canaries.snapshot()
    _read_results(seen, course)
    return seen


def _lay_out(by: str, course: str) -> None:
    shutil.copytree(f"/base/{course}", COURSE, dirs_exist_ok=True)
    configuration = {"ours": "ours.py", "nbgrader": "nbgraders.py"}[by]
    (COURSE / configuration).rename(COURSE / "nbgrader_config.py")
    if by == "nbgrader":
        # It takes more than a second for each.
        shutil.rmtree(COURSE / "submitted" / "b-loops")
    canaries.plant_files()


def _run(
    seen: Observation, command: list[str], seconds: float, canary: int, notes: bool = True
) -> None:
    """Runs a command in the course, watches it, and ends it when its time is over."""
    start = time.monotonic()
    output = Path("/said.txt")
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=COURSE,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    status = None
    disk = shutil.disk_usage(COURSE).used
    while status is None:
        time.sleep(0.1)
        status = _status_of(process.pid)
        _look(seen)
        seen.disk = max(seen.disk, shutil.disk_usage(COURSE).used - disk)
        if seen.memory > MOST_MEMORY or time.monotonic() - start > seconds:
            seen.ended = "memory" if seen.memory > MOST_MEMORY else "time"
            for other in _others(canary):
                os.kill(other.pid, signal.SIGKILL)
            break
    if notes:
        seen.status, seen.seconds = status, time.monotonic() - start
        seen.said = output.read_bytes()[-200_000:].decode(errors="replace")


def _status_of(process: int) -> int | None:
    """The exit status, once it has ended; whatever else has ended is buried on the way."""
    while True:
        try:
            found, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if found == 0:
            return None
        if found == process:
            return os.waitstatus_to_exitcode(status)


def _look(seen: Observation) -> None:
    memory = processes = 0
    for process in psutil.process_iter():
        try:
            memory += process.memory_info().rss
            processes += 1
        except psutil.Error:
            continue
    seen.memory, seen.processes = max(seen.memory, memory), max(seen.processes, processes)


def _others(canary: int) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid not in (1, canary) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def _left_over(canary: int) -> list[str]:
    """What still runs when the grader has ended, after a short grace."""
    deadline = time.monotonic() + GRACE
    while (found := _others(canary)) and time.monotonic() < deadline:
        time.sleep(0.1)
        _status_of(-1)
    names = []
    for process in found:
        try:
            names.append(" ".join(process.cmdline())[:120])
        except psutil.Error:
            continue
    return names


def _end_all() -> None:
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        return
    time.sleep(0.05)
    _status_of(-1)


def _read_results(seen: Observation, course: str) -> None:
    seen.scores, seen.rows, seen.course_rows = gradebook.read(COURSE / "gradebook.db", course)
    for folder, into in (("autograded", seen.graded), ("feedback", seen.feedback)):
        kind = {"autograded": "ipynb", "feedback": "html"}[folder]
        for path in sorted((COURSE / folder).glob(f"*/{course}/{course}.{kind}")):
            if path.is_file() and not path.is_symlink():
                size = path.stat().st_size
                small = size <= LARGEST_KEPT
                student = path.parent.parent.name
                into[student] = path.read_text("utf-8", "replace") if small else f"{size} bytes"


def main() -> None:
    """Prints an observation as JSON."""
    # The first process takes only those signals that it handles.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    by, course, *names = sys.argv[1:]
    print(json.dumps(asdict(observe(names, by, course))))


if __name__ == "__main__":
    main()
