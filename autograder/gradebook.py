"""Writes results into nbgrader's gradebook: one connection, one transaction a submission.

What nbgrader's own ``autograde`` writes in some fifteen transactions, each with a connection of
its own, stands here in one: after an interruption a submission is there whole or not at all.
"""

from __future__ import annotations

import datetime
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from sqlalchemy import make_url, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from traitlets.config import Config

from autograder.template import identity

SECONDS_TO_WAIT = 60.0


def connect(url: str, course: str) -> Gradebook:
    """nbgrader's gradebook, waited for if another program is writing to it.

    Args:
        url: where it is, as nbgrader's ``db_url`` says.
        course: nbgrader's name of the course.

    Raises:
        OperationalError: the database is locked for too long, or cannot be reached.
    """
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        where = where.update_query_dict({"timeout": str(SECONDS_TO_WAIT)})
    return Gradebook(where.render_as_string(hide_password=False), course)


class Writer:
    """The one that writes to a gradebook.

    Args:
        gradebook: nbgrader's; it is closed with the writer.
        config: the course's, for penalties on lateness.
    """

    def __init__(self, gradebook: Gradebook, config: Config) -> None:
        self._gradebook, self._config = gradebook, config
        gradebook.db.remove()
        # Read again what others may have changed, and nothing else.
        gradebook.db.configure(expire_on_commit=False)
        self._structures: dict[str, _Structure] = {}

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self._gradebook.close()

    def save(
        self,
        student: str,
        assignment: str,
        graded: dict[str, NotebookNode],
        submitted: datetime.datetime | None,
        only: str | None = None,
    ) -> None:
        """Saves the grades of one submission; grades given by hand stay.

        Args:
            student: its name.
            assignment: its name.
            graded: by its name, each notebook that was graded.
            submitted: when it was handed in, if that is known.
            only: the one cell whose grade is to be saved; all if None.

        Raises:
            OperationalError: the database is locked for too long, or there is no space left.
        """
        session = self._gradebook.db()
        try:
            self._save(session, student, assignment, graded, submitted, only)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.expunge_all()

    def _save(
        self,
        session: Session,
        student: str,
        assignment: str,
        graded: dict[str, NotebookNode],
        submitted: datetime.datetime | None,
        only: str | None,
    ) -> None:
        if assignment not in self._structures:
            self._structures[assignment] = _Structure(session, assignment)
        structure = self._structures[assignment]
        entry = structure.entry_of(session, student)
        if submitted is not None:
            entry.timestamp = submitted
        by_id = {notebook.notebook_id: notebook for notebook in entry.notebooks}
        for name, notebook in graded.items():
            saved = by_id[structure.notebooks[name]]
            cells = [cell for cell in notebook.cells if only in (None, identity(cell))]
            _save_grades(saved, structure.cells[saved.notebook_id], cells)
            saved.late_submission_penalty = None
            if structure.has_due_date:
                self._save_penalty(session, saved, entry, student)

    def _save_penalty(
        self, session: Session, saved: SubmittedNotebook, entry: SubmittedAssignment, student: str
    ) -> None:
        session.flush()
        if entry.total_seconds_late > 0:
            session.refresh(saved)
            rule = AssignLatePenalties(config=self._config)
            rule.init_plugin()
            late = entry.total_seconds_late
            penalty = rule.plugin_inst.late_submission_penalty(student, saved.score, late)
            if penalty is not None:
                saved.late_submission_penalty = rule._check_late_penalty(saved, penalty)


class _Structure:
    """Which notebooks and cells an assignment has, by the gradebook.

    Attributes:
        notebooks: for the name of a notebook, its number in the database.
        cells: for the number of a notebook, the numbers of its cells that have a grade or a
            comment, by kind and name.
        has_due_date: whether anything can be late.
    """

    def __init__(self, session: Session, assignment: str) -> None:
        found = session.scalars(select(Assignment).where(Assignment.name == assignment)).one()
        self._assignment = found.id
        self.has_due_date = found.duedate is not None
        self.notebooks = {notebook.name: notebook.id for notebook in found.notebooks}
        self.cells = {notebook.id: _cells(notebook) for notebook in found.notebooks}

    def entry_of(self, session: Session, student: str) -> SubmittedAssignment:
        """What is saved of a student's submission; made with all its parts if it is new."""
        # Not by session.get: a student is loaded with the sums of all their scores.
        if session.scalar(select(Student.id).where(Student.id == student)) is None:
            session.add(Student(id=student))
        where = (
            SubmittedAssignment.assignment_id == self._assignment,
            SubmittedAssignment.student_id == student,
        )
        entry = session.scalars(select(SubmittedAssignment).where(*where)).one_or_none()
        if entry is None:
            entry = SubmittedAssignment(assignment_id=self._assignment, student_id=student)
            for number in self.notebooks.values():
                notebook = SubmittedNotebook(notebook_id=number, assignment=entry)
                for (kind, _), cell in self.cells[number].items():
                    kind(cell_id=cell, notebook=notebook)
            session.add(entry)
        return entry


def _cells(notebook: Notebook) -> dict[tuple[type[Any], str], str]:
    graded = [*notebook.grade_cells, *notebook.task_cells]
    commented = [*notebook.solution_cells, *notebook.task_cells]
    return {(Grade, cell.name): cell.id for cell in graded} | {
        (Comment, cell.name): cell.id for cell in commented
    }


def _save_grades(
    saved: SubmittedNotebook, known: dict[tuple[type[Any], str], str], cells: list[NotebookNode]
) -> None:
    """As nbgrader's SaveAutoGrades does."""
    grades = {grade.cell_id: grade for grade in saved.grades}
    comments = {comment.cell_id: comment for comment in saved.comments}
    for cell in cells:
        name = identity(cell) or ""
        if is_grade(cell):
            grade = grades[known[Grade, name]]
            grade.auto_score, _ = determine_grade(cell)
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        if is_solution(cell) or is_task(cell):
            untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            answer = "No response." if untouched and not is_task(cell) else None
            comments[known[Comment, name]].auto_comment = answer


def explain(error: OperationalError) -> str:
    """What is the matter with the gradebook, and what to do."""
    if "locked" in str(error):
        remedy = (
            f"Another program has been writing to it for {SECONDS_TO_WAIT:.0f} seconds: end that "
            "program"
        )
    elif "full" in str(error):
        remedy = "The disk is full: make space"
    else:
        remedy = "See that the address in nbgrader_config.py is right and the database runs"
    return (
        f"the gradebook cannot be used: {error.orig}. {remedy}, then give the same command again: "
        "it goes on from here."
    )
