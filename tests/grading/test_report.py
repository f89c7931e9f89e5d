"""What the instructor is told of the class, and what a student is told of a failed test."""

from __future__ import annotations

import numpy as np
import pytest
from nbformat.v4 import new_notebook
from rich.console import Console

from autograder import course as courses
from autograder.course import Course
from autograder.intake import Refused
from autograder.reporting import morning, report, telling
from autograder.reporting.examples import anonymised
from autograder.reporting.overview import Overview, print_overview
from autograder.reporting.similarity import near_identical
from autograder.runs import Run, record, runs_of
from tests.grading import classes, notebooks

SAYS = "You multiplied by the diameter. Which length does the formula want?"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course, assignment = classes.release(
        tmp_path_factory.mktemp("report") / "course",
        notebooks.solution("area", "def area(r):\n    return 3.14 * r**2"),
        notebooks.test("test-area", "assert area(1)", points=4),
        notebooks.solution("ring", "def ring(r, s):\n    return area(s) - area(r)"),
        notebooks.test("test-ring", "assert ring(1, 2)", points=2),
        notebooks.answer("why"),
    )
    mistaken = classes.verdict(1, 4, mistake=("diameter", SAYS))
    blank = classes.verdict(0, 4, attempted=False)
    for student, code in {
        "anna": "# by anna\ndef area(r):\n    '''anna's'''\n    return 3 * (2 * r) ** 2  # anna",
        "ben-7": "def area(ben_r):\n    return ben_r",
        "cleo": "def area(r):\n    print('cleo was here')\n    return 3 * (2 * r) ** 2 + 0 * r",
    }.items():
        content = notebooks.handed_in(assignment, area=code)
        classes.keep(course, assignment, student, content, test_area=mistaken)
    released = notebooks.handed_in(assignment)
    classes.keep(course, assignment, "dora", released, test_area=blank)
    slow = [classes.error("TooLong", "it took more than 10 seconds")]
    classes.keep(course, assignment, "emil", released, test_ring=slow)
    forged = released.replace(b'"points": 4', b'"points": 400')
    classes.keep(course, assignment, "finn", forged)
    classes.keep(course, assignment, "gina", Refused("it is a link, not a file"))
    return course


@pytest.fixture(scope="module")
def overview(course: Course) -> Overview:
    rows = report.rows(course, courses.submissions(course, "ps"))
    return morning.of_class(course, "ps", rows)


def test_the_class_is_counted(overview: Overview) -> None:
    assert overview.scores == [2, 3, 3, 3, 4, 6]
    assert (overview.refused, overview.most) == (1, 8)
    area, ring = overview.exercises
    assert area.counts == {"full": 2, "partial": 3, "none": 0, "not tried": 1}
    assert ring.counts == {"full": 5, "partial": 0, "none": 1, "not tried": 0}
    assert ring.others == [("TooLong: it took more than 10 seconds", 1)]


def test_a_mistake_has_its_sentence_and_an_example_that_names_nobody(overview: Overview) -> None:
    (mistake,) = overview.exercises[0].mistakes
    assert (mistake.name, mistake.count, mistake.says) == ("diameter", 3, SAYS)
    assert mistake.example == "def area(r):\n    return 3 * (2 * r) ** 2"


def test_who_is_to_be_looked_at_is_said_with_the_reason(overview: Overview) -> None:
    assert [each.students for each in overview.attacks] == [["finn"]]
    assert "the points (test-area)" in overview.attacks[0].text
    look = {student: each.text for each in overview.look for student in each.students}
    assert set(look) == {"emil", "gina"}
    assert "more than 10 seconds" in look["emil"]
    assert "it is a link" in look["gina"]


def test_the_terminal_tells_the_same(overview: Overview, course: Course) -> None:
    console = Console(record=True, width=100)
    report.print_table(report.rows(course, courses.submissions(course, "ps")), console)
    print_overview(overview, console)
    printed = console.export_text()
    for words in (
        "Mean 3.5, median 3.0 of 8",
        "3 × diameter (area)",
        "Attacks noticed: finn",
        "To look at: gina, emil",
        "6 graded, 1 refused",
    ):
        assert words in printed


def test_a_terminal_too_narrow_for_the_names_of_the_tests_gets_numbers(course: Course) -> None:
    rows = report.rows(course, courses.submissions(course, "ps"))
    titles = [mark.title for mark in rows[0].marks]
    for width, is_wide in ((100, True), (sum(map(len, titles)) + 25, False)):
        console = Console(record=True, width=width)
        report.print_table(rows, console)
        printed = console.export_text()
        assert ("1: area" not in printed) == is_wide
        assert "…" not in printed
        assert all(title in printed for title in titles)


def test_what_is_not_graded_yet_is_said(course: Course) -> None:
    course.path("submitted", "late", "ps").mkdir(parents=True)
    handed_in = courses.submissions(course, "ps")
    rows = report.rows(course, handed_in)
    found = morning.of_class(course, "ps", rows, len(handed_in) - len(rows))
    assert found.ungraded == 1
    console = Console(record=True, width=100)
    print_overview(found, console)
    assert "1 handed in, and not graded yet: run 'autograder grade'" in console.export_text()


def test_runs_are_kept_in_their_order(course: Course) -> None:
    for number in range(25):
        record(course, "ps", Run("now", number, 1.0, 2**20))
    assert [run.submissions for run in runs_of(course, "ps")] == list(range(5, 25))


@pytest.mark.parametrize(
    "code",
    ["def f(", "x" * 5000, "(" * 3000, "-" * 3000 + "1", "\x00", "f'{a!r:\ud800}'", "smith = 1"],
)
def test_what_cannot_be_shown_safely_is_not_shown(code: str) -> None:
    assert anonymised(code, ["Smith, J."]) == ""


def test_an_example_holds_no_words() -> None:
    code = "x = 'me@home.example'  # me\ny = f'by {x}'\n'me'\nz = b'me'"
    assert anonymised(code, []) == "x = '…'\ny = f'…{x}'\nz = '…'"


HIDDEN = """assert area(1) == 3, "one is the easiest"
### BEGIN HIDDEN TESTS
assert area(7) == 147, "seven gives 147"
### END HIDDEN TESTS"""


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("AssertionError", "one is the easiest", "one is the easiest"),
        ("AssertionError", "seven gives 147", "a test failed"),
        ("ValueError", "I was called with 7", "a test ended in ValueError"),
        ("Called_with_7", "", "a test ended in an exception"),
        ("KernelLost", "I was called with 7", telling.SENTENCES["KernelLost"]),
        ("KernelLost", "the kernel was ended", "the kernel was ended"),
        ("NotGraded", "I was called with 7", "a test ended in an exception"),
        ("NameError", "'area' is not there: its cell stopped with 7", "a test ended in NameError"),
        (
            "NameError",
            "'area' is not there: its cell stopped with E: before",
            "'area' is not there: its cell stopped with E: before",
        ),
        (
            "NameError",
            "'area' is not there: its cell stopped with E: after",
            "a test ended in NameError",
        ),
        ("NotImplementedError", "", "not attempted"),
    ],
)
def test_students_are_told_nothing_of_hidden_tests(name: str, words: str, told: str) -> None:
    test = notebooks.test("test-area", HIDDEN)
    test.outputs = [classes.error(name, words)]
    before, after = notebooks.solution("area", ""), notebooks.solution("late", "")
    before.outputs, after.outputs = [classes.error("E", "before")], [classes.error("E", "after")]
    remarks = [{"kind": "lost", "text": "test-area: the kernel was ended."}]
    remarks.append({"kind": "lost", "text": "late: I was called with 7."})
    notebook = new_notebook(cells=[before, test, after])
    notebook.metadata["autograder"] = {"remarks": remarks}
    assert telling.error(test.outputs[0], test, telling.heard(notebook)) == told


LINES = {
    "mean": ["total = sum({x})", "total = 0", "for value in {x}:\n        total = total + value"],
    "spread": [
        "m = mean({x})",
        "d = [value - m for value in {x}]",
        "s = sum(value**2 for value in d)",
    ],
    "scale": ["low = min({x})", "high = max({x})", "width = high - low", "y = ({x} - low) / width"],
    "smooth": [
        "n = len({x})",
        "y = [0] * n",
        "for i in range(1, n):\n        y[i] = {x}[i] - {x}[i - 1]",
    ],
}


def honest(rng: np.random.Generator) -> list[str]:
    """Four functions as one of many students would write them."""
    cells = []
    for name, lines in LINES.items():
        body = []
        for line in lines:
            for _ in range(rng.integers(0, 3)):
                operation = rng.choice(["+", "-", "*", "/", "**", "//"])
                body.append(f"step = {rng.integers(1, 9)} {operation} len({{x}})")
            body.append(line)
            if rng.random() < 0.3:
                body.append(f"if not {{x}}:\n        return {rng.integers(0, 3)}")
        ends = ["return step", "result = step\n    return result", "return (step + 0.0)"]
        body.append(str(rng.choice(ends)))
        text = "\n    ".join(body).format(x="x")
        cells.append(f"def {name}(x):\n    {text}")
    return cells


def copied(cells: list[str]) -> list[str]:
    """The same with other names, another order, and comments."""
    renamed = [
        cell.replace("total", "acc").replace("step", "h").replace("value", "v").replace("low", "a")
        for cell in cells
    ]
    commented = [f"# my own work\n{cell}\n\n# done" for cell in renamed]
    return ["\n\n".join(reversed(commented)).replace("    return", "    # and back\n    return")]


@pytest.mark.parametrize("seed", range(3))
def test_copies_are_found_and_honest_work_is_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = {f"s{number:02}": honest(rng) for number in range(60)}
    assert near_identical(codes) == []
    codes["copy-1"], codes["copy-2"] = copied(codes["s07"]), copied(codes["s42"])
    found = {(pair.first, pair.second) for pair in near_identical(codes)}
    assert found == {("copy-1", "s07"), ("copy-2", "s42")}


def test_what_everybody_writes_is_no_copy() -> None:
    rng = np.random.default_rng(0)
    usual = honest(rng)
    codes = {f"s{number:02}": usual for number in range(20)}
    codes |= {f"t{number:02}": honest(rng) for number in range(20)}
    assert near_identical(codes) == []


def test_what_everybody_writes_almost_alike_is_no_copy() -> None:
    rng = np.random.default_rng(0)
    usual = honest(rng)
    codes = {
        f"s{number:02}": [f"{cell}\n    # end\n    {rng.integers(10**6)}" for cell in usual]
        for number in range(20)
    }
    assert near_identical(codes) == []


def test_well_known_solutions_in_a_new_combination_are_no_copy() -> None:
    rng = np.random.default_rng(0)
    known = [honest(rng) for _ in range(8)]
    codes = {
        f"s{number:03}": [known[rng.integers(8)][place] for place in range(4)]
        for number in range(200)
    }
    assert near_identical(codes) == []


def test_what_was_given_is_no_copy() -> None:
    rng = np.random.default_rng(0)
    given = honest(rng)
    codes = {"a": [*given, "def f(x):\n    return x"], "b": [*given, "def g(y):\n    return 1"]}
    assert near_identical(codes, given) == []
    assert len(near_identical(codes)) == 1


def test_what_is_short_is_no_copy() -> None:
    code = ["def f(x):\n    return x * (1 - x)"]
    assert near_identical({"a": code, "b": code}) == []


@pytest.mark.parametrize(
    "code",
    ["x" * 10**6, "(" * 10**5, "'''" * 10**4, "\\\n" * 10**4, "\x00", "\ud800", "if 1:\n  x\n y"],
)
def test_what_is_no_python_is_compared_as_far_as_it_goes(code: str) -> None:
    rng = np.random.default_rng(0)
    own = honest(rng)
    codes = {"a": [*own, code], "b": [code, *copied(own)], "c": honest(rng)}
    pairs = {(pair.first, pair.second) for pair in near_identical(codes)}
    assert pairs <= {("a", "b")}
    assert len(code) >= 10**4 or pairs
