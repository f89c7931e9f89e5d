"""Files for learning platforms: what they must hold, and what no spreadsheet may run."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import course as courses
from autograder.course import CannotGrade, Course
from autograder.intake import Refused
from autograder.reporting import exports, morning, report
from autograder.reporting.exports import Grade
from tests.grading import classes, notebooks

FORMULA = '=HYPERLINK("http://example.org")'


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Three submissions, one of them refused, and a student who handed in nothing."""
    course, assignment = classes.release(
        tmp_path_factory.mktemp("exports") / "course",
        notebooks.solution("area", "def area(r):\n    return 3"),
        notebooks.test("test-area", "assert area(1)", points=4),
        notebooks.answer("why"),
    )
    for student, details in {
        "u1": {"first_name": "Zoë", "last_name": "Łuk, 'Q'", "email": "zoe@example.org"},
        "u2": {"first_name": FORMULA, "last_name": "@SUM(1)", "lms_user_id": "77"},
        "u4": {"first_name": "Nobody"},
    }.items():
        with course.gradebook() as gradebook:
            gradebook.add_student(student, **details)
    said = classes.verdict(1.5, 4, mistake=("radius-left-out", "Which length is squared?"))
    content = notebooks.handed_in(assignment, area="def area(r):\n    return 1", why="So.")
    classes.keep(course, assignment, "u1", content, test_area=said)
    classes.keep(course, assignment, "u2", notebooks.handed_in(assignment))
    classes.keep(course, assignment, "u3", Refused("it is a link, not a file"))
    return course


def lines(
    course: Course, folder: Path, platform: str, column: str | None = None
) -> list[list[str]]:
    """The file that the command writes, read again."""
    path = folder / "grades.csv"
    wish = argparse.Namespace(assignment="ps", html=None, csv=[platform, str(path)], column=column)
    assert morning.show(course, courses.submissions(course, "ps"), wish) == 0
    assert [file.name for file in folder.iterdir()] == ["grades.csv"]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_moodle(course: Course, tmp_path: Path) -> None:
    head, first, second, third = lines(course, tmp_path, "moodle")
    assert head == ["ID number", "First name", "Last name", "Email address", "ps", "Feedback"]
    assert first[:5] == ["u1", "Zoë", "Łuk, 'Q'", "zoe@example.org", "1.5"]
    assert "area: 1.5 of 4. This looks like “radius left out”. Which length is squared?" in first[5]
    assert "graded by hand" in first[5]
    assert second[:5] == ["77", f"'{FORMULA}", "'@SUM(1)", "", "4.0"]
    assert third[5] == "Not graded: it is a link, not a file."


def test_canvas(course: Course, tmp_path: Path) -> None:
    head, points, first, second, _ = lines(course, tmp_path, "canvas", "1234")
    identity = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert head == [*identity, "ps (1234)"]
    assert points == ["    Points Possible", "", "", "", "", "6.0"]
    assert first == ["Łuk, 'Q', Zoë", "", "u1", "u1", "", "1.5"]
    assert second[1] == "77"


def test_blackboard(course: Course, tmp_path: Path) -> None:
    head, first, *_ = lines(course, tmp_path, "blackboard", "123")
    assert head == ["Last Name", "First Name", "Username", "ps [Total Pts: 6] |123"]
    assert first == ["Łuk, 'Q'", "Zoë", "u1", "1.5"]
    text = (tmp_path / "grades.csv").read_text()
    assert all(line.startswith('"') and line.endswith('"') for line in text.splitlines())


def test_plain_holds_all_whose_work_was_graded(course: Course, tmp_path: Path) -> None:
    _, *rest = lines(course, tmp_path, "plain")
    assert [line[1] for line in rest] == ["u1", "u2", "u3"]


def test_who_waits_is_said(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines(course, tmp_path, "plain")
    assert "1 student has an answer that waits to be graded by hand" in capsys.readouterr().err


def test_errors_say_what_to_do(course: Course, tmp_path: Path) -> None:
    with pytest.raises(CannotGrade, match="knows no platform 'ilias'; it knows plain, moodle"):
        lines(course, tmp_path, "ilias")
    with pytest.raises(CannotGrade, match="cannot be written"):
        lines(course, tmp_path / "absent", "plain")


def test_no_hidden_test_is_told(course: Course) -> None:
    rows = report.rows(course, courses.submissions(course, "ps"))
    row = next(row for row in rows if row.student == "u2")
    mark = report.Mark("test-x", 0, 1, None, "ValueError: area(7) is 147", "a test failed")
    told = exports.feedback([report.Row(row.student, 0, 1, False, [mark], [])])
    assert told == "x: 0 of 1. A test failed."


DANGEROUS = st.builds(
    lambda space, sign, rest: space + sign + rest,
    st.text("  \t\r\n\u200b\ufeff\u00a0", max_size=4),
    st.sampled_from("=+-@＝＋－＠|%"),
    st.text(max_size=10),
)


@given(DANGEROUS, st.sampled_from(sorted(exports.PLATFORMS)))
def test_no_field_is_a_formula(
    tmp_path_factory: pytest.TempPathFactory, text: str, to: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "grades.csv"
    exports.write(path, to, text, [Grade(text, text, text, text, text, 1.0, 2.0, text)], text)
    with path.open(encoding="utf-8", newline="") as file:
        fields = [field for line in csv.reader(file) for field in line]
    assert len(fields) > 7
    for field in fields:
        seen = field.translate(dict.fromkeys(map(ord, " \t\r\n\u200b\ufeff\u00a0")))
        assert seen[:1] not in set("=+-@＝＋－＠|%")
