"""A small class that is graded already: a real gradebook and real files, and no sandbox."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output

from assignments.exercises.verdict import AspectResult, Verdict
from autograder import course as courses
from autograder import intake
from autograder.course import Course, Submission
from autograder.gradebook import Writer
from autograder.intake import Refused
from autograder.marks import marks_of
from autograder.template import Template, role
from autograder.testing.outside import no_credit
from tests.grading import notebooks

ROOT = Path(__file__).resolve().parents[2]


def nbgrader(course: Path, *words: str) -> str:
    """Runs one of nbgrader's commands in a course; returns what it says."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


def release(folder: Path, *cells: NotebookNode) -> tuple[Course, Template]:
    """A course with one assignment, ps, of one notebook."""
    assignment = notebooks.instructors(folder / "source" / "ps", *cells)
    shutil.copy(ROOT / "assignments" / "nbgrader_config.py", folder)
    nbgrader(folder, "generate_assignment", "ps")
    return courses.open_course(folder), assignment


def keep(
    course: Course,
    assignment: Template,
    student: str,
    content: bytes | Refused,
    **outputs: list[NotebookNode],
) -> None:
    """Saves a submission as if it had been graded.

    Args:
        course: the course.
        assignment: its assignment.
        student: who.
        content: what was handed in.
        outputs: of the cells, by name, with _ for -; a test without any passes.
    """
    rebuilt = intake.rebuild(content, assignment)
    for cell in rebuilt.notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = outputs.get(cell.id.replace("-", "_"), [])
            if rebuilt.refused and role(cell) == "test":
                cell.outputs = [no_credit("NotGraded", rebuilt.refused)]
    rebuilt.notebook.metadata["autograder"] = {"remarks": rebuilt.remarks}
    folder = course.path("submitted", student, "ps")
    folder.mkdir(parents=True, exist_ok=True)
    with Writer(course.gradebook(), course.config) as writer:
        text = nbformat.writes(rebuilt.notebook)
        submission = Submission(student, "ps", "ps", folder)
        courses.save(course, writer, submission, text, marks_of(rebuilt.notebook))


def error(name: str, words: str) -> NotebookNode:
    """The output of a cell that ended in an error."""
    return new_output("error", ename=name, evalue=words, traceback=[f"{name}: {words}"])


def verdict(points: float, most: float, **changes: Any) -> list[NotebookNode]:
    """The outputs of a test that says what is wrong."""
    aspect = AspectResult("numbers", points, most, points == most, changes.pop("reason", ""))
    said = Verdict("area", changes.pop("attempted", True), (aspect,), **changes)
    bundle = said._repr_mimebundle_()
    return [new_output("execute_result", bundle, execution_count=None)]
