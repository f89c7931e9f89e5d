"""Scores as files that learning platforms read.

The platforms know a student by what nbgrader's gradebook says of them: ``nbgrader db student add``
or ``import`` sets the name, the address and the platform's own number (``lms_user_id``). Only those
whose work was graded are in the file, so that nobody gets a zero by accident.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course
from autograder.reporting.report import Mark, Row
from autograder.sandbox.outputs import clean_text

LONGEST_FEEDBACK = 2000
# Some programs trim what is in front, seen or not; some take full-width signs for the plain ones.
_FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@|%＝＋－＠]")


@dataclass(frozen=True)
class Grade:
    """What a student has reached, and how the gradebook knows them.

    Attributes:
        student: nbgrader's name.
        first_name, last_name, email, platform_id: empty where the gradebook does not say.
        score: with what was graded by hand so far, less the penalty for being late.
        most: the most that the assignment gives.
        feedback: a few sentences for the student.
    """

    student: str
    first_name: str
    last_name: str
    email: str
    platform_id: str
    score: float
    most: float
    feedback: str


def grades(course: Course, assignment: str, results: list[Row]) -> list[Grade]:
    """The grades of those whose work was graded, by student."""
    by_student: dict[str, list[Row]] = {}
    for row in results:
        by_student.setdefault(row.student, []).append(row)
    found = []
    with course.gradebook() as gradebook:
        for name, student_rows in sorted(by_student.items()):
            student = gradebook.find_student(name)
            submission = gradebook.find_submission(assignment, name)
            found.append(
                Grade(
                    name,
                    student.first_name or "",
                    student.last_name or "",
                    student.email or "",
                    student.lms_user_id or "",
                    round(max(0.0, submission.score - submission.late_submission_penalty), 4),
                    submission.max_score,
                    feedback(student_rows),
                )
            )
    return found


def feedback(results: list[Row]) -> str:
    """What a student is told in a few sentences; nothing of a hidden case."""
    refused = [r.text for row in results for r in row.remarks if r.kind == "refused"]
    if refused:
        return " ".join(refused)[:LONGEST_FEEDBACK]
    sentences = [_sentence(mark) for row in results for mark in row.marks]
    if any(row.by_hand for row in results):
        sentences.append("An answer is still to be graded by hand.")
    return " ".join(sentences)[:LONGEST_FEEDBACK]


def _sentence(mark: Mark) -> str:
    score = f"{mark.title}: {mark.points:g} of {mark.most:g}."
    if mark.mistake:
        return f"{score} This looks like “{mark.mistake.replace('-', ' ')}”. {mark.says}"
    return f"{score} {mark.says[:1].upper()}{mark.says[1:]}." if mark.says else score


def write(
    path: Path, platform: str, assignment: str, found: list[Grade], column: str | None = None
) -> None:
    """Writes a file for a platform.

    Args:
        path: where to.
        platform: one of ``PLATFORMS``.
        assignment: its name.
        found: the grades.
        column: the number by which Canvas or Blackboard knows the assignment. Without it the
            platform makes a new one.
    """
    text = io.StringIO(newline="")
    # Blackboard wants every field in quotes; the others do not mind.
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for line in PLATFORMS[platform](assignment, found, column):
        writer.writerow([_harmless(field) for field in line])
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(text.getvalue().encode(errors="replace"))
    beside.replace(path)


Line = list[str | float]


def _plain(assignment: str, found: list[Grade], _: str | None) -> Iterator[Line]:
    yield ["assignment", "student", "last name", "first name", "email", "score", "of", "feedback"]
    for g in found:
        names: Line = [g.student, g.last_name, g.first_name, g.email]
        yield [assignment, *names, g.score, g.most, g.feedback]


def _moodle(assignment: str, found: list[Grade], _: str | None) -> Iterator[Line]:
    yield ["ID number", "First name", "Last name", "Email address", assignment, "Feedback"]
    for g in found:
        number = g.platform_id or g.student
        yield [number, g.first_name, g.last_name, g.email, g.score, g.feedback]


def _canvas(assignment: str, found: list[Grade], column: str | None) -> Iterator[Line]:
    title = f"{assignment} ({column})" if column else assignment
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]
    yield ["    Points Possible", "", "", "", "", found[0].most if found else ""]
    for g in found:
        name = ", ".join(filter(None, (g.last_name, g.first_name))) or g.student
        yield [name, g.platform_id, g.student, g.student, "", g.score]


def _blackboard(assignment: str, found: list[Grade], column: str | None) -> Iterator[Line]:
    most = f"{found[0].most:g}" if found else "0"
    title = f"{assignment} [Total Pts: {most}]" + (f" |{column}" if column else "")
    yield ["Last Name", "First Name", "Username", title]
    for g in found:
        yield [g.last_name, g.first_name, g.student, g.score]


PLATFORMS: dict[str, Callable[[str, list[Grade], str | None], Iterator[Line]]] = {
    "plain": _plain,
    "moodle": _moodle,
    "canvas": _canvas,
    "blackboard": _blackboard,
}


def _harmless(field: str | float) -> str | float:
    """A field that no spreadsheet takes for a formula."""
    if not isinstance(field, str):
        return field
    text = clean_text(field.replace("\r", " ").replace("\t", " "))
    return f"'{text}" if _FORMULA.match(text) else text
