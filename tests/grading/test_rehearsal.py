"""The instructor's own solutions are graded first: what they do not pass, nobody can."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.__main__ import main
from tests.grading import classes, notebooks

pytestmark = pytest.mark.sandbox

RIGHT = "def area(a, b):\n    return a * b"
CELLS = (
    notebooks.given("setup", "import math"),
    notebooks.solution("area", RIGHT),
    notebooks.test("test-area", "assert area(2, 3) == 6", points=2),
)
GRADED = Path("autograded", "ann", "ps", "ps.ipynb")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which one student has handed in a right solution."""
    folder = tmp_path_factory.mktemp("class") / "course"
    _, assignment = classes.release(folder, *CELLS)
    place = folder / "submitted" / "ann" / "ps"
    place.mkdir(parents=True)
    (place / "ps.ipynb").write_bytes(notebooks.handed_in(assignment, area=RIGHT))
    return folder


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Path:
    """A copy of it, not graded yet."""
    return Path(shutil.copytree(released, tmp_path / "course"))


def change(course: Path, **sources: str) -> Path:
    """Gives cells of the instructor's notebook other sources; returns its path."""
    path = course / "source" / "ps" / "ps.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = sources.get(cell.id.replace("-", "_"), cell.source)
    nbformat.write(notebook, path)
    return path


def grade(course: Path, *options: str) -> int:
    return main(["grade", "ps", "--quiet", "--workers", "1", "--course", str(course), *options])


def test_a_sound_assignment_is_graded(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert grade(course) == 0
    assert (course / GRADED).exists()
    assert "1 graded" in capsys.readouterr().out
    # Of the rehearsal nothing is left.
    assert [path.name for path in (course / "autograded").glob("[!.]*")] == ["ann"]
    # Where there is nothing to do, nothing is rehearsed.
    change(course, area="def area(a, b):\n    return a + b")
    assert grade(course) == 0
    assert grade(course, "--force") == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"setup": "import numpy\nimport no_such_package"},
         ["setup stopped with ModuleNotFoundError: No module named 'no_such_package'"]),
        ({"test_area": "assert area(2, 3) == 5, 'too large'"},
         ["test-area: 0 of 2 points: too large"]),
        ({"test_area": "area(2, 3) / 4"}, ["test-area: 1.5 of 2 points"]),
        ({"area": "area = 1 / 0"},
         ["area stopped with ZeroDivisionError", "test-area: 0 of 2 points: 'area' is not there"]),
    ],
)  # fmt: skip
def test_one_that_nobody_can_pass_is_not(
    course: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, str], said: list[str]
) -> None:
    path = change(course, **changed)
    assert grade(course) == 2
    told = capsys.readouterr().err
    assert str(path) in told
    assert all(words in told for words in said), told
    assert not (course / GRADED).exists()


def test_it_can_be_left_out(course: Path) -> None:
    change(course, test_area="assert area(2, 3) == 5")
    assert grade(course, "--without-rehearsal") == 0
    assert (course / GRADED).exists()
