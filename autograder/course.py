"""A class: all that was handed in for an assignment, graded on all cores, into the gradebook.

Workers turn a submission into a graded notebook and touch nothing. This process alone writes: first
the scores into nbgrader's gradebook, then the graded notebook, whose presence says that the
submission is done. Stopped at any moment and started again, it goes on where it was.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder import grading
from autograder.grading import Settings
from autograder.intake import Refused
from autograder.nbgrader_exporter import content_of, settings_for, template_of
from autograder.template import BrokenAssignment, Template, identity

CONFIG_FILE = "nbgrader_config.py"


class CannotGrade(RuntimeError):
    """Something is missing before anything can be graded; the message says what to do."""


@dataclass(frozen=True)
class Course:
    """nbgrader's course directory, with its configuration.

    Attributes:
        folder: where nbgrader_config.py is.
        config: what it says.
        directory: nbgrader's view of the folders.
    """

    folder: Path
    config: Config
    directory: CourseDirectory

    def gradebook(self) -> Gradebook:
        """nbgrader's gradebook, to be used in a ``with``."""
        return Gradebook(self.directory.db_url, self.directory.course_id)

    def path(self, step: str, student: str, assignment: str) -> Path:
        """The folder of a student's assignment in a step, "submitted" for instance."""
        return Path(self.directory.format_path(step, student, assignment))


def open_course(folder: Path) -> Course:
    """Reads a course directory.

    Raises:
        CannotGrade: there is no course there.
    """
    if not (folder / CONFIG_FILE).is_file():
        raise CannotGrade(
            f"{folder} is no course directory: it has no {CONFIG_FILE}. Go to the folder that has "
            "it, or name it with --course."
        )
    # nbgrader calls alembic by its name when it makes a gradebook.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    config = PyFileConfigLoader(CONFIG_FILE, path=str(folder)).load_config()
    config.CourseDirectory.root = str(folder.resolve())
    return Course(folder.resolve(), config, CourseDirectory(config=config))


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one notebook of an assignment."""

    student: str
    assignment: str
    notebook: str
    folder: Path

    def content(self) -> bytes | Refused:
        """The notebook file, or why it cannot be graded."""
        path = self.folder / f"{self.notebook}.ipynb"
        if os.path.lexists(path):
            return content_of(path)
        others = sorted(other.name for other in self.folder.iterdir())[:5]
        there = ", ".join(others) or "nothing"
        return Refused(f"there is no {path.name} in what was handed in; there is: {there!r:.200}")


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


def submissions(course: Course, assignment: str, student: str = "*") -> list[Submission]:
    """All that was handed in for an assignment, by student.

    Raises:
        CannotGrade: the assignment was not released, or nobody has handed in anything.
    """
    with course.gradebook() as gradebook:
        try:
            notebooks = sorted(n.name for n in gradebook.find_assignment(assignment).notebooks)
        except MissingEntry as error:
            raise CannotGrade(
                f"the gradebook has no assignment {assignment!r}. Release it first: "
                f"'nbgrader generate_assignment {assignment}' in {course.folder}."
            ) from error
    pattern = course.path(course.directory.submitted_directory, student, assignment)
    folders = sorted(Path("/").glob(str(pattern.relative_to("/"))))
    if not folders:
        raise CannotGrade(f"nobody has handed in anything: there is no {pattern}.")
    return [
        Submission(folder.parent.name, assignment, notebook, folder)
        for folder in folders
        if folder.is_dir() and not folder.is_symlink()
        for notebook in notebooks
    ]


def is_done(course: Course, submission: Submission) -> bool:
    """Whether it was graded, and nothing newer was handed in since."""
    done = _destination(course, submission)
    if not done.exists():
        return False
    newer = course.directory.get_existing_timestamp(str(submission.folder))
    known = course.directory.get_existing_timestamp(str(done.parent))
    return not (newer and known and newer > known)


def grade_class(
    course: Course,
    to_grade: list[Submission],
    *,
    walls: bool = True,
    workers: int | None = None,
    finished: Callable[[], object] = lambda: None,
) -> Iterator[Graded]:
    """Grades submissions on all cores, and saves them one by one, in their order.

    Args:
        course: the course.
        to_grade: what to grade.
        walls: False runs students' code with no sandbox at all.
        workers: how many at a time; one for each core if not given.
        finished: called whenever one is graded, for a progress bar.

    Raises:
        CannotGrade: the assignment's own notebook is broken, or has changed since its release.
    """
    settings = settings_for(
        course.directory, course.config.GradingExporter.get("limits", {}), walls
    )
    templates = {s.notebook: _template(course, s) for s in to_grade}
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=context) as pool:
        futures: list[Future[tuple[str, float, int]]] = []
        for submission in to_grade:
            future = pool.submit(
                _work, submission.content(), templates[submission.notebook], settings
            )
            future.add_done_callback(lambda _: finished())
            futures.append(future)
        try:
            for submission, future in zip(to_grade, futures, strict=True):
                text, seconds, memory = future.result()
                notebook = nbformat.reads(text, as_version=4)
                save(course, submission, notebook)
                yield Graded(submission, notebook, seconds, memory)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _work(
    content: bytes | Refused, template: Template, settings: Settings
) -> tuple[str, float, int]:
    """What a worker does; its result depends on nothing but its arguments."""
    start = time.perf_counter()
    result = grading.grade(content, template, settings)
    return nbformat.writes(result.notebook), time.perf_counter() - start, result.peak_memory


def _template(course: Course, submission: Submission) -> Template:
    try:
        template = template_of(course.directory, submission.assignment, submission.notebook)
    except (BrokenAssignment, OSError) as error:
        raise CannotGrade(str(error)) from error
    with course.gradebook() as gradebook:
        released = gradebook.find_notebook(submission.notebook, submission.assignment)
        known = {cell.name for cell in released.source_cells}
    cells = {identity(cell) for cell in template.notebook.cells} - {None}
    if not cells <= known:
        changed = ", ".join(sorted(map(str, cells - known)))
        raise CannotGrade(
            f"{submission.assignment} has cells that the gradebook does not know ({changed}): it "
            "was changed since its release. Run 'nbgrader generate_assignment "
            f"{submission.assignment} --force', then grade again."
        )
    return template


def save(course: Course, submission: Submission, notebook: NotebookNode) -> None:
    """Writes one result: the scores into the gradebook, then the graded notebook."""
    student, assignment = submission.student, submission.assignment
    timestamp = course.directory.get_existing_timestamp(str(submission.folder))
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student(student)
        when = {"timestamp": timestamp} if timestamp else {}
        gradebook.update_or_create_submission(assignment, student, **when)
    names = {"student": student, "assignment": assignment, "notebook": submission.notebook}
    resources = {"nbgrader": {**names, "db_url": course.directory.db_url}}
    for step in (SaveAutoGrades, AssignLatePenalties):
        notebook, resources = step(config=course.config).preprocess(notebook, resources)
    destination = _destination(course, submission)
    destination.parent.mkdir(parents=True, exist_ok=True)
    if timestamp:
        _write(destination.with_name("timestamp.txt"), timestamp.isoformat(sep=" ") + " UTC\n")
    _write(destination, nbformat.writes(notebook) + "\n")


def _destination(course: Course, submission: Submission) -> Path:
    folder = course.path(
        course.directory.autograded_directory, submission.student, submission.assignment
    )
    return folder / f"{submission.notebook}.ipynb"


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
