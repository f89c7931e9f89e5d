"""Writes results into nbgrader's gradebook: one connection, one transaction a submission.

What nbgrader's own ``autograde`` writes in some fifteen transactions, each with a connection of
its own, stands here in one: after an interruption a submission is there whole or not at all.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import insert, make_url, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from traitlets.config import Config

from autograder.marks import Marks

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
        graded: Mapping[str, Marks],
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
        graded: Mapping[str, Marks],
        submitted: datetime.datetime | None,
        only: str | None,
    ) -> None:
        if assignment not in self._structures:
            self._structures[assignment] = _Structure(session, assignment)
        structure = self._structures[assignment]
        entry = structure.entry_of(session, student)
        if submitted is not None:
            _change(session, SubmittedAssignment, [{"id": entry, "timestamp": submitted}])
        saved = _saved_notebooks(session, entry)
        for name, marks in graded.items():
            number = structure.numbers[name]
            _save_marks(session, saved[number], structure.cells[number], marks, only)
            self._save_penalty(session, saved[number], structure.has_due_date)

    def _save_penalty(self, session: Session, notebook: str, has_due_date: bool) -> None:
        penalty = None
        if has_due_date and (saved := session.get(SubmittedNotebook, notebook)):
            late = saved.assignment.total_seconds_late
            if late > 0:
                rule = AssignLatePenalties(config=self._config)
                rule.init_plugin()
                student = saved.assignment.student_id
                penalty = rule.plugin_inst.late_submission_penalty(student, saved.score, late)
                if penalty is not None:
                    penalty = rule._check_late_penalty(saved, penalty)
        _change(session, SubmittedNotebook, [{"id": notebook, "late_submission_penalty": penalty}])


class _Cells(NamedTuple):
    """The cells of a notebook that have a grade, and those that have a comment.

    Each by its name, with its number in the database.
    """

    graded: dict[str, str]
    commented: dict[str, str]


class _Structure:
    """Which notebooks and cells an assignment has, by the gradebook.

    Attributes:
        numbers: for the name of a notebook, its number in the database.
        cells: for the number of a notebook, its cells.
        has_due_date: whether anything can be late.
    """

    def __init__(self, session: Session, assignment: str) -> None:
        found = session.scalars(select(Assignment).where(Assignment.name == assignment)).one()
        self._assignment = found.id
        self.has_due_date = found.duedate is not None
        self.numbers = {notebook.name: notebook.id for notebook in found.notebooks}
        self.cells = {notebook.id: _cells(notebook) for notebook in found.notebooks}

    def entry_of(self, session: Session, student: str) -> str:
        """The number of a student's submission in the database; if new, made with all its parts."""
        # Numbers, not objects: with a student or an entry come the sums of all their scores.
        if session.scalar(select(Student.id).where(Student.id == student)) is None:
            _add(session, Student, [{"id": student}])
        key = {"assignment_id": self._assignment, "student_id": student}
        known: str | None = session.scalar(select(SubmittedAssignment.id).filter_by(**key))
        if known is not None:
            return known
        entry = new_uuid()
        _add(session, SubmittedAssignment, [{"id": entry, **key}])
        for number, cells in self.cells.items():
            own = new_uuid()
            row = {"id": own, "notebook_id": number, "assignment_id": entry}
            _add(session, SubmittedNotebook, [row])
            for kind, names in ((Grade, cells.graded), (Comment, cells.commented)):
                _add(session, kind, [{"cell_id": c, "notebook_id": own} for c in names.values()])
        return entry


def _saved_notebooks(session: Session, entry: str) -> dict[str, str]:
    """For the number of a notebook, the number of what is saved of it in a submission."""
    both = select(SubmittedNotebook.notebook_id, SubmittedNotebook.id)
    rows = session.execute(both.filter_by(assignment_id=entry))
    return {row.notebook_id: row.id for row in rows}


def _cells(notebook: Notebook) -> _Cells:
    graded = [*notebook.grade_cells, *notebook.task_cells]
    commented = [*notebook.solution_cells, *notebook.task_cells]
    return _Cells({cell.name: cell.id for cell in graded}, {c.name: c.id for c in commented})


def _save_marks(
    session: Session, notebook: str, cells: _Cells, marks: Marks, only: str | None
) -> None:
    grades = select(Grade.cell_id, Grade.id, Grade.manual_score).filter_by(notebook_id=notebook)
    known = {row.cell_id: row for row in session.execute(grades)}
    rows: list[dict[str, Any]] = []
    for name, score in marks.scores.items():
        if only in (None, name):
            grade = known[cells.graded[name]]
            for_a_person = grade.manual_score is not None or score is None
            rows.append({"id": grade.id, "auto_score": score, "needs_manual_grade": for_a_person})
    _change(session, Grade, rows)
    comments = select(Comment.cell_id, Comment.id).filter_by(notebook_id=notebook)
    numbers = {row.cell_id: row.id for row in session.execute(comments)}
    rows = [
        {"id": numbers[cells.commented[name]], "auto_comment": comment}
        for name, comment in marks.comments.items()
        if only in (None, name)
    ]
    _change(session, Comment, rows)


def _add(session: Session, kind: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(kind.__table__), rows)


def _change(session: Session, kind: type[Any], rows: list[dict[str, Any]]) -> None:
    """Of what is in the database under each row's "id", what else the row says."""
    if rows:
        session.execute(update(kind), rows)


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
