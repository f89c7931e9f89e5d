"""nbgrader's course directory: what was handed in, and where the results go."""

from __future__ import annotations

import datetime
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.collecting.attempts import TIME_FILE, read_time
from autograder.gradebook import Writer, connect
from autograder.intake import Refused, read_file, refusal_in
from autograder.marks import Marks
from autograder.nbgrader_exporter import content_of, template_of
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
        """nbgrader's gradebook, to be used in a ``with``.

        Raises:
            CannotGrade: what its address asks for is not installed.
        """
        try:
            return connect(self.directory.db_url, self.directory.course_id)
        except ImportError as error:
            raise CannotGrade(
                f"the gradebook's address in {CONFIG_FILE} needs a package that is missing: "
                f"{error}. For PostgreSQL: pip install 'mlpkit-autograder[postgresql]'."
            ) from error

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
        if problem := _problem_of(self.folder):
            return Refused(problem)
        path = self.folder / f"{self.notebook}.ipynb"
        if os.path.lexists(path):
            return content_of(path)
        if reason := refusal_in(self.folder):
            return reason
        others = sorted(other.name for other in self.folder.iterdir())[:5]
        there = ", ".join(others) or "nothing"
        return Refused(f"there is no {path.name} in what was handed in; there is: {there!r:.200}")

    def handed_in_at(self) -> datetime.datetime | None:
        """When it was handed in, in UTC, if a file says so as nbgrader writes it."""
        if _problem_of(self.folder):
            return None
        return _time_in(self.folder)


def _problem_of(folder: Path) -> str | None:
    """What is wrong with a student's folder itself."""
    if folder.is_symlink() or folder.parent.is_symlink():
        return "its folder is a link, not a folder"
    if not folder.is_dir():
        return "there is a file where its folder should be"
    if _name_of(folder) != folder.parent.name:
        return "the name of its folder is not UTF-8: rename it, and grade again"
    return None


def _name_of(folder: Path) -> str:
    """The student's name, made such that it can be written anywhere."""
    return os.fsencode(folder.parent.name).decode(errors="backslashreplace")


def _time_in(folder: Path) -> datetime.datetime | None:
    try:
        time = read_time(read_file(folder / TIME_FILE))
    except Refused:
        return None
    return time.replace(tzinfo=None) if time else None


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
        Submission(_name_of(folder), assignment, notebook, folder)
        for folder in folders
        for notebook in notebooks
    ]


def is_done(course: Course, submission: Submission) -> bool:
    """Whether it was graded, and nothing newer was handed in since."""
    done = destination_of(course, submission)
    if not done.exists():
        return False
    newer, known = submission.handed_in_at(), _time_in(done.parent)
    return not (newer and known and newer > known)


def template_for(course: Course, submission: Submission) -> Template:
    """The instructor's copy of a submission's notebook.

    Raises:
        CannotGrade: it is broken, or has changed since its release.
    """
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


def save(
    course: Course,
    writer: Writer,
    submission: Submission,
    text: str,
    marks: Marks,
    only: str | None = None,
) -> None:
    """Writes one result: its marks into the gradebook, then the text of the graded notebook.

    In this order, for the notebook's presence says that the submission is done. If only one cell's
    grade is to be saved, the others keep theirs.

    Raises:
        OperationalError: there is no space left, or another program has locked the gradebook.
    """
    timestamp = submission.handed_in_at()
    graded = {submission.notebook: marks}
    writer.save(submission.student, submission.assignment, graded, timestamp, only)
    destination = destination_of(course, submission)
    destination.parent.mkdir(parents=True, exist_ok=True)
    if timestamp:
        _write(destination.with_name(TIME_FILE), timestamp.isoformat(sep=" ") + " UTC\n")
    _write(destination, text + "\n")


def destination_of(course: Course, submission: Submission) -> Path:
    """Where the graded notebook of a submission goes."""
    folder = course.path(
        course.directory.autograded_directory, submission.student, submission.assignment
    )
    return folder / f"{submission.notebook}.ipynb"


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
