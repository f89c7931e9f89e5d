"""The folders of what students handed in: ``submitted/STUDENT/ASSIGNMENT``.

A folder is written beside and renamed, so it is the old one or the new one, whenever the program is
stopped. A newer submission replaces an older one, never the other way round; one that was refused
replaces nothing that can be graded.
"""

from __future__ import annotations

import contextlib
import glob
import shutil
from datetime import UTC, datetime
from pathlib import Path

from autograder.collecting.attempts import TIME_FILE, Chosen, read_time
from autograder.collecting.entries import folder_entries, time_of
from autograder.course import Course
from autograder.intake import REFUSED_FILE, Refused, read_file
from autograder.sandbox.outputs import clean_text


class Shelf:
    """What was handed in for one assignment.

    Args:
        course: where it lies.
        assignment: its name.
        dry_run: nothing is to be written.
    """

    def __init__(self, course: Course, assignment: str, dry_run: bool = False) -> None:
        self._course = course
        self._assignment = assignment
        self._dry_run = dry_run
        self.root = self.place("student").parents[1]
        if not dry_run:
            self._tidy()

    def place(self, student: str) -> Path:
        """Where a student's submission lies."""
        step = self._course.directory.submitted_directory
        return self._course.path(step, student, self._assignment)

    def students(self) -> set[str]:
        """Who has a folder, of this or another assignment."""
        return {path.name for path in self.root.glob("*/") if path.is_dir()}

    def put(self, student: str, chosen: Chosen) -> tuple[str, list[str]]:
        """Lays a submission where the grader finds it, if it is new or newer.

        Returns:
            What became of it, and what the instructor may want to know.
        """
        place = self.place(student)
        present = _contents(place)
        remarks = list(chosen.remarks)
        if chosen.refused:
            remarks.insert(0, chosen.refused)
            if present and REFUSED_FILE not in present:
                return "refused", [*remarks, "what was collected before stays"]
            reason = " ".join(clean_text(chosen.refused).split())
            wanted: dict[str, bytes | None] = {REFUSED_FILE: f"{reason}\n".encode()}
        else:
            wanted = {**chosen.files}
        what = "refused" if chosen.refused else "replaced" if present else "new"
        if present == wanted:
            return "refused" if chosen.refused else "unchanged", remarks
        before = _time_of(place) if present else None
        newer = before is None or (chosen.time is not None and chosen.time > before)
        same_time = before is not None and chosen.time == before
        if present and REFUSED_FILE not in present and not newer and not same_time:
            return "kept", [
                *remarks,
                f"what is there is not older ({before:%Y-%m-%d %H:%M:%S} UTC)",
            ]
        if not self._dry_run:
            _write(place, wanted, chosen.time)
        if present and not newer and self._is_graded(student):
            again = f"grade {self._assignment} --student {student} --force"
            remarks.append(f"it is not newer than what was graded: autograder {again}")
        return what, remarks

    def _is_graded(self, student: str) -> bool:
        step = self._course.directory.autograded_directory
        return self._course.path(step, student, self._assignment).exists()

    def _tidy(self) -> None:
        """Puts back what a run that was killed had moved away."""
        name = glob.escape(self._assignment)
        for old in self.root.glob(f"*/.{name}.old"):
            place = old.with_name(self._assignment)
            shutil.rmtree(old) if place.exists() else old.rename(place)
        for new in self.root.glob(f"*/.{name}.new"):
            shutil.rmtree(new)


def _contents(place: Path) -> dict[str, bytes | None]:
    """What lies in a folder, but for the time; None for what is no readable file."""
    if not place.is_dir():
        return {}
    contents: dict[str, bytes | None] = {}
    for entry in folder_entries(place):
        if entry.path != TIME_FILE:
            try:
                contents[entry.path] = None if entry.refused else entry.read()
            except Refused:
                contents[entry.path] = None
    return contents


def _time_of(place: Path) -> datetime | None:
    with contextlib.suppress(Refused):
        if written := read_time(read_file(place / TIME_FILE)):
            return written
    return max(filter(None, (time_of(path.lstat()) for path in place.iterdir())), default=None)


def _write(place: Path, contents: dict[str, bytes | None], time: datetime | None) -> None:
    new, old = (place.with_name(f".{place.name}.{state}") for state in ("new", "old"))
    try:
        for path, content in contents.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_bytes(content or b"")
        if time:
            stamp = time.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
            (new / TIME_FILE).write_text(f"{stamp} UTC\n", encoding="utf-8")
        if place.exists():
            place.rename(old)
        new.rename(place)
    except BaseException:
        if old.exists() and not place.exists():
            old.rename(place)
        shutil.rmtree(new, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)
