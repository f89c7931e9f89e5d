"""Assignment 2 as nbgrader sees it: released, validated blank and solved."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from assignments.exercises import bake, ps2

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "assignments" / "source" / "ps2"
EXERCISES = bake.exercises_of("ps2")
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "test"
c.CourseDirectory.root = {root!r}
c.GenerateAssignment.pre_convert_hook = "assignments.exercises.bake.bake_for_release"
"""


def nbgrader(*arguments: str, folder: Path) -> str:
    """Runs nbgrader in a folder and returns all that it says."""
    # It calls alembic by name, so the environment's programs have to be found first.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of its own, with assignment 2 released."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(SOURCE, root / "source" / "ps2")
    (root / "source" / "ps2" / "checks.json").unlink()
    (root / "nbgrader_config.py").write_text(CONFIG.format(root=str(root)))
    nbgrader("generate_assignment", "ps2", folder=root)
    return root


def read(folder: Path) -> nbformat.NotebookNode:
    return nbformat.read(folder / "ps2.ipynb", as_version=4)


def grade_cells(notebook):
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells}


def test_source_is_in_order():
    notebook = read(SOURCE)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader")
        assert marks is None or (marks.grade_id == cell.id and marks.schema_version == 3)
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
            assert len(cell.source.splitlines()) <= 20
            ast.parse(cell.source)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_each_exercise_has_its_cells(exercise):
    notebook = read(SOURCE)
    solutions = [cell.source for cell in notebook.cells if f"def {exercise.name}(" in cell.source]
    assert len(solutions) == 1
    (function,) = ast.parse(solutions[0]).body
    assert tuple(each.arg for each in function.args.args) == exercise.arguments
    test = grade_cells(notebook)["test-" + exercise.name.replace("_", "-")]
    assert test.metadata.nbgrader.points == exercise.max_points
    assert test.source.splitlines()[0] == f"check({exercise.name})"
    assert getattr(ps2, exercise.name) is exercise


def test_released_notebook_gives_nothing_away(course):
    folder = course / "release" / "ps2"
    assert sorted(path.name for path in folder.iterdir()) == ["checks.json", "ps2.ipynb"]
    text = (folder / "ps2.ipynb").read_text() + (folder / "checks.json").read_text()
    secrets = ("HIDDEN TESTS", "BEGIN SOLUTION", "MARK SCHEME", "assignments.exercises", ".grade(")
    solutions = ("np.outer(", "delta_output @", "(t - o)\\n", "saturates", "0.045")
    for secret in secrets + solutions:
        assert secret not in text, secret
    assert text.count("YOUR CODE HERE") == len(EXERCISES) + 1  # and where it is explained
    assert (folder / "checks.json").read_bytes() == bake.as_bytes(bake.bake(EXERCISES))


def test_blank_notebook_does_not_validate(course):
    said = nbgrader("validate", "ps2.ipynb", folder=course / "release" / "ps2")
    assert "VALIDATION FAILED ON 5 CELL(S)" in said
    for exercise in EXERCISES:
        assert f"{exercise.name}: not attempted yet" in said


def test_solved_notebook_validates(course):
    said = nbgrader("validate", "ps2.ipynb", folder=course / "source" / "ps2")
    assert "Success! Your notebook passes all the tests." in said
