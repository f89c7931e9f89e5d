"""The same grading for nbgrader's own commands and the formgrader's button, by configuration alone.

nbgrader converts a submission twice: once to sanitise it, once to execute it, each time reading the
file anew. Here the first reading grades it, and the second only lets nbgrader save the scores:

    c.Autograde.exporter_class = "autograder.nbgrader_exporter.GradingExporter"
    c.Autograde.sanitize_preprocessors = []
    c.Autograde.autograde_preprocessors = [
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
    ]
"""

from __future__ import annotations

import functools
import os
import secrets
from pathlib import Path
from typing import Any, cast

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from traitlets import Bool, Dict

from autograder import grading, intake, template
from autograder.grading import Settings
from autograder.intake import Refused
from autograder.sandbox.limits import Limits
from autograder.template import Template

KEY_FILE = "grading.key"


class GradingExporter(NotebookExporter):
    """Reads what was handed in as a graded notebook."""

    limits = Dict(
        help="How much a submission may use: the fields of autograder.sandbox.limits.Limits."
    ).tag(config=True)
    without_sandbox = Bool(
        False, help="Run students' code with no sandbox at all. Only for code that you trust."
    ).tag(config=True)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Grades a submission; any other notebook is read as usual."""
        course = cast(BaseConverter, self.parent).coursedir
        path = Path(filename).absolute()
        if not path.is_relative_to(Path(course.format_path(course.submitted_directory, "", ""))):
            return super().from_filename(filename, resources, **kw)
        notebook = self._grade(path, course, resources or {})
        return self.from_notebook_node(notebook, resources, **kw)

    def _grade(
        self, path: Path, course: CourseDirectory, resources: dict[str, Any]
    ) -> NotebookNode:
        names = resources["nbgrader"]
        instructors = template_of(course, names["assignment"], names["notebook"])
        settings = settings_for(course, self.limits, not self.without_sandbox)
        return grading.grade(content_of(path), instructors, settings).notebook


def content_of(path: Path) -> bytes | Refused:
    """What lies at the path, or why it cannot be graded."""
    try:
        return intake.read_file(path)
    except Refused as reason:
        return reason


def source_of(course: CourseDirectory, assignment: str, notebook: str) -> Path:
    """Where the instructor's copy of a notebook is."""
    folder = Path(course.format_path(course.source_directory, ".", assignment))
    return folder / f"{notebook}.ipynb"


def template_of(course: CourseDirectory, assignment: str, notebook: str) -> Template:
    """The instructor's copy of a notebook of an assignment."""
    path = source_of(course, assignment, notebook)
    return _template(path.resolve(), assignment, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=16)
def _template(path: Path, assignment: str, changed: int) -> Template:
    return template.load(path, assignment)


def settings_for(course: CourseDirectory, limits: dict[str, Any], walls: bool) -> Settings:
    """How this course is graded; its secret is made when it is needed for the first time."""
    return Settings(Limits(**limits), secret_of(Path(course.root)), walls)


def secret_of(course: Path) -> bytes:
    """The secret that the tests' random cases are drawn from: a file that only you can read."""
    path = course / KEY_FILE
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        # A link, not a rename: if another process was faster, its key stays.
        try:
            os.link(beside, path)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    return bytes.fromhex(path.read_text().strip())
