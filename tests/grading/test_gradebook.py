"""What is written into the gradebook, and what stays there."""

from __future__ import annotations

import pytest
from nbgrader.api import SubmittedNotebook

from autograder.course import Course
from autograder.gradebook import Writer
from autograder.marks import Marks
from tests.grading import classes, notebooks

FIRST = Marks(
    {"test-area": 3.0, "test-ring": 2.0, "why": 0.0}, {"area": None, "why": "No response."}
)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course, _ = classes.release(
        tmp_path_factory.mktemp("gradebook") / "course",
        notebooks.solution("area", "def area(r):\n    return 3.14 * r**2"),
        notebooks.test("test-area", "assert area(1)", points=4),
        notebooks.test("test-ring", "assert area(2)", points=2),
        notebooks.answer("why"),
    )
    return course


def write(course: Course, student: str, marks: Marks, only: str | None = None) -> None:
    with Writer(course.gradebook(), course.config) as writer:
        writer.save(student, "ps", {"ps": marks}, None, only)


def saved(course: Course, student: str) -> dict[str, tuple[object, ...]]:
    """By cell: the score of the grader, that of a person, and whether a person is awaited."""
    with course.gradebook() as gradebook:
        notebook: SubmittedNotebook = gradebook.find_submission_notebook("ps", "ps", student)
        return {
            g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in notebook.grades
        }


def test_a_first_result_is_written_with_all_its_parts(course: Course) -> None:
    write(course, "anna", FIRST)
    assert saved(course, "anna") == {
        "test-area": (3.0, None, False),
        "test-ring": (2.0, None, False),
        "why": (0.0, None, False),
    }
    with course.gradebook() as gradebook:
        comments = gradebook.find_submission_notebook("ps", "ps", "anna").comments
        assert {c.name: c.auto_comment for c in comments} == {"area": None, "why": "No response."}


def test_what_a_person_gave_stays_and_is_looked_at_again(course: Course) -> None:
    write(course, "ben", FIRST)
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("test-area", "ps", "ps", "ben")
        grade.manual_score, grade.extra_credit = 1.5, 0.5
        gradebook.db.commit()
    write(course, "ben", Marks({**FIRST.scores, "test-area": 4.0, "why": None}, FIRST.comments))
    after = saved(course, "ben")
    assert after["test-area"] == (4.0, 1.5, True)
    assert after["why"] == (None, None, True)
    with course.gradebook() as gradebook:
        assert gradebook.find_submission("ps", "ben").score == 1.5 + 0.5 + 2


def test_of_one_cell_alone_the_others_keep_what_they_had(course: Course) -> None:
    write(course, "cleo", FIRST)
    write(
        course,
        "cleo",
        Marks({"test-area": 0.0, "test-ring": 0.0, "why": 0.0}, {}),
        only="test-ring",
    )
    assert {name: score for name, (score, *_) in saved(course, "cleo").items()} == {
        "test-area": 3.0,
        "test-ring": 0.0,
        "why": 0.0,
    }


def test_a_result_that_cannot_be_written_leaves_nothing(course: Course) -> None:
    unknown = Marks({"test-unheard-of": 1.0}, {})
    with pytest.raises(KeyError, match="test-unheard-of"):
        write(course, "dora", unknown)
    with course.gradebook() as gradebook:
        assert "dora" not in [student.id for student in gradebook.students]
