"""Before a class is graded, the instructor's own solutions are, as if a student had handed them in.

What they do not pass, no student can: a test is wrong, or something that the notebook imports is
not permitted in the sandbox or not installed on this machine. It is better known at once than in
the morning, from a class without points.
"""

from __future__ import annotations

from collections.abc import Iterator

from nbformat import NotebookNode
from nbformat.v4 import nbjson
from nbgrader.utils import determine_grade

from autograder.batch import settings_of
from autograder.course import CannotGrade, Course, Submission, template_for
from autograder.nbgrader_exporter import source_of
from autograder.sandbox import outputs
from autograder.template import identity, role
from autograder.workers import Job, Workers


def rehearse(
    course: Course, to_grade: list[Submission], workers: Workers, walls: bool = True
) -> None:
    """Grades the instructor's solutions of the notebooks that are to be graded; keeps nothing.

    Raises:
        CannotGrade: they do not get all points.
        SandboxUnavailable: this machine cannot build the walls.
    """
    settings = settings_of(course, walls)
    for submission in {each.notebook: each for each in to_grade}.values():
        path = source_of(course.directory, submission.assignment, submission.notebook)
        job = Job(path.read_bytes(), template_for(course, submission), settings, {})
        outcome = workers.outcome(job, workers.submit(job))
        if problems := list(_problems(nbjson.reads(outcome.text))):
            raise CannotGrade(
                f"the instructor's own solutions in {path} do not pass their tests, so nobody's "
                "would:\n  " + "\n  ".join(problems) + "\n"
                "Correct them, or permit in the notebook's metadata what it imports; then release "
                "it again if it has changed. To grade all the same: --without-rehearsal."
            )


def _problems(graded: NotebookNode) -> Iterator[str]:
    """Each test that did not give all its points, and each cell that ended in an error."""
    for cell in graded.cells:
        if cell.cell_type != "code":
            continue
        said = outputs.error_text(cell.outputs)
        if role(cell) == "test":
            points, most = determine_grade(cell)
            if points != most:
                reason = f": {said}" if said else ""
                yield f"{identity(cell)}: {points:g} of {most:g} points{reason}"
        elif error := outputs.error_name(cell.outputs):
            yield f"{identity(cell) or cell.id} stopped with {error}: {said}"
