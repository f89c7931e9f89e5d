"""The assignments as nbgrader sees them: released, validated blank and solved."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import nbformat
import pytest

from assignments.exercises import bake

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "assignments" / "source"
ASSIGNMENTS = sorted(path.parent.name for path in SOURCES.glob("*/*.ipynb"))
EXERCISES = [(name, each) for name in ASSIGNMENTS for each in bake.exercises_of(name)]
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "test"
c.CourseDirectory.root = {root!r}
c.GenerateAssignment.pre_convert_hook = "assignments.exercises.bake.bake_for_release"
"""
REGION = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS)\n(.*?)### END \1", re.DOTALL)
SHORTEST_SECRET = 14
"""A line of a solution that is shorter may stand in a text by chance."""


def nbgrader(*arguments: str, folder: Path) -> str:
    """Runs nbgrader in a folder and returns all that it says."""
    # It calls alembic by name, so the environment's programs have to be found first.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-u", "-m", "nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=170,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of its own, with all assignments released."""
    root = tmp_path_factory.mktemp("course")
    for name in ASSIGNMENTS:
        shutil.copytree(SOURCES / name, root / "source" / name)
        (root / "source" / name / "checks.json").unlink()
    (root / "nbgrader_config.py").write_text(CONFIG.format(root=str(root)))
    for name in ASSIGNMENTS:
        nbgrader("generate_assignment", name, folder=root)
    return root


@pytest.fixture(scope="module")
def validated(course):
    """What nbgrader says to each notebook, by its path in the course.

    All in one command: most of what a command takes is to start.
    """
    paths = [f"{stage}/{a}/{a}.ipynb" for stage in ("release", "source") for a in ASSIGNMENTS]
    said = nbgrader("validate", *paths, folder=course)
    _, *parts = re.split(r"Validating '.*'", said)
    return dict(zip(paths, parts, strict=True))


def read(assignment: str, folder: Path = SOURCES) -> nbformat.NotebookNode:
    return nbformat.read(folder / assignment / f"{assignment}.ipynb", as_version=4)


def cells_with(notebook, **marks):
    """The cells of which nbgrader knows these things, by their names."""
    found = {}
    for cell in notebook.cells:
        known = cell.metadata.get("nbgrader", {})
        if known and all(known.get(key) == value for key, value in marks.items()):
            found[known.grade_id] = cell
    return found


def label(value):
    return getattr(value, "name", None)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_source_is_in_order(assignment):
    notebook = read(assignment)
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


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_points_are_those_of_the_table_at_the_top(assignment):
    notebook = read(assignment)
    rows = re.findall(r"^\| \d+ \| .* \| (\d+) \|$", notebook.cells[0].source, re.MULTILINE)
    graded = [cell.metadata.nbgrader.points for cell in cells_with(notebook, grade=True).values()]
    assert list(map(int, rows)) == graded


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_one_answer_at_least_is_in_words_and_has_a_mark_scheme(assignment):
    answers = cells_with(read(assignment), grade=True, cell_type="markdown").values()
    assert answers
    assert all(cell.source.count("### BEGIN MARK SCHEME") == 1 for cell in answers)
    assert all(cell.source.startswith("### BEGIN SOLUTION") for cell in answers)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_modules_that_hold_the_answers_are_withheld(assignment):
    """What is handed out is enough for the instructor's solutions, and never the mathematics."""
    modules = read(assignment).metadata.autograder.modules
    assert "mlpkit.check" in modules
    withheld = {"mlpkit", "mlpkit.network", "mlpkit.gradcheck", "mlpkit.training", "mlpkit.worked"}
    assert not withheld & set(modules)
    needed = {
        name
        for cell in read(assignment).cells
        if cell.cell_type == "code" and "HIDDEN TESTS" not in cell.source
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.ImportFrom) and node.module.startswith("mlpkit")
        for name in [node.module]
    }
    assert needed <= set(modules)
    # mlpkit.activations needs mlpkit.arrays, which holds no answer.
    assert set(modules) - needed <= {"mlpkit.arrays"}


@pytest.mark.parametrize(("assignment", "exercise"), EXERCISES, ids=label)
def test_each_exercise_has_its_cells(assignment, exercise):
    notebook = read(assignment)
    # A hidden test may put a right one in the place of the student's.
    cells = [cell for cell in notebook.cells if "HIDDEN TESTS" not in cell.source]
    cells = [cell for cell in cells if f"def {exercise.name}(" in cell.source]
    (cell,) = [cell for cell in cells if cell.cell_type == "code"]
    (function,) = [each for each in ast.parse(cell.source).body if name_of(each) == exercise.name]
    assert tuple(each.arg for each in function.args.args) == exercise.arguments
    if not cell.metadata.nbgrader.solution:
        # It is given, and runs what the student has written.
        theirs = cells_with(notebook, solution=True, cell_type="code").values()
        written = {name_of(each) for other in theirs for each in ast.parse(other.source).body}
        used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        assert used & written
    test = cells_with(notebook, grade=True)["test-" + exercise.name.replace("_", "-")]
    assert test.metadata.nbgrader.points == exercise.max_points
    assert test.source.splitlines()[0] == f"check({exercise.name})"
    assert f"{assignment}.{exercise.name}.grade({exercise.name})" in test.source
    package = import_module(f"assignments.exercises.{assignment}")
    assert getattr(package, exercise.name) is exercise


def name_of(node: ast.AST) -> str:
    return getattr(node, "name", "")


def secrets(notebook) -> set[str]:
    """The lines of all solutions, hidden tests and mark schemes."""
    lines = set()
    for cell in notebook.cells:
        for _, region in REGION.findall(cell.source):
            lines |= {line.strip() for line in region.splitlines()}
    # How a function is called stands above the solution as well.
    return {line for line in lines if len(line) >= SHORTEST_SECRET and line[:4] != "def "}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_released_notebook_gives_nothing_away(assignment, course):
    folder = course / "release" / assignment
    files = sorted(path.name for path in folder.iterdir())
    assert files == ["checks.json", f"{assignment}.ipynb"]
    released = read(assignment, course / "release")
    text = "\n".join(cell.source for cell in released.cells)
    text += str(released.metadata) + (folder / "checks.json").read_text()
    marks = {"HIDDEN TESTS", "BEGIN SOLUTION", "MARK SCHEME", "assignments.exercises", ".grade("}
    source = read(assignment)
    assert len(secrets(source)) > 20
    for secret in marks | secrets(source):
        assert secret not in text, secret
    to_write = cells_with(source, solution=True, cell_type="code")
    assert text.count("YOUR CODE HERE") == len(to_write) + 1  # and where it is explained
    exercises = bake.exercises_of(assignment)
    permitted = bake.permitted_in(SOURCES / assignment / f"{assignment}.ipynb")
    table = bake.as_bytes(bake.bake(exercises, permitted))
    assert (folder / "checks.json").read_bytes() == table


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_blank_notebook_does_not_validate(assignment, validated):
    said = validated[f"release/{assignment}/{assignment}.ipynb"]
    exercises = bake.exercises_of(assignment)
    in_words = cells_with(read(assignment), grade=True, cell_type="markdown")
    assert f"VALIDATION FAILED ON {len(exercises) + len(in_words)} CELL(S)" in said
    for exercise in exercises:
        assert f"{exercise.name}: not attempted yet" in said


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_solved_notebook_validates(assignment, validated):
    said = validated[f"source/{assignment}/{assignment}.ipynb"]
    assert "Success! Your notebook passes all the tests." in said
