"""What the runs of the grader took, kept for the report."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.course import Course

MOST_RUNS = 20


@dataclass(frozen=True)
class Run:
    """One run of the grader.

    Attributes:
        ended: when, in local time, as text.
        submissions: how many it graded.
        seconds: wall time.
        peak_memory: the most memory of a student's processes, in bytes.
    """

    ended: str
    submissions: int
    seconds: float
    peak_memory: int


def _runs_file(course: Course, assignment: str) -> Path:
    folder = course.folder / course.directory.autograded_directory
    return folder / f".{assignment}.runs.json"


def record(course: Course, assignment: str, run: Run) -> None:
    """Keeps what a run took, for the report."""
    path = _runs_file(course, assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    runs = [asdict(each) for each in (*runs_of(course, assignment), run)][-MOST_RUNS:]
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(runs), encoding="utf-8")
    beside.replace(path)


def runs_of(course: Course, assignment: str) -> list[Run]:
    """The runs that were kept, the last one last."""
    path = _runs_file(course, assignment)
    if not path.exists():
        return []
    return [Run(**each) for each in json.loads(path.read_text(encoding="utf-8"))]
