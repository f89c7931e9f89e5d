"""The table of numbers that goes out with an assignment: fresh, and without a line of code."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest

from assignments.exercises import bake
from mlpkit.check.table import find

FOLDER = Path(__file__).parents[1] / "assignments" / "exercises"
ASSIGNMENTS = sorted(path.parent.name for path in FOLDER.glob("*/__init__.py"))
EXERCISES = [each for assignment in ASSIGNMENTS for each in bake.exercises_of(assignment)]

TOKEN = re.compile(r"\w+|[^\w\s]")


class TestBaked:
    @pytest.mark.parametrize("assignment", ASSIGNMENTS)
    def test_is_up_to_date(self, assignment, request):
        path = request.config.rootpath / "assignments" / "source" / assignment / "checks.json"
        old = json.loads(path.read_bytes())
        permitted = bake.permitted_in(path.with_name(f"{assignment}.ipynb"))
        new = bake.bake(bake.exercises_of(assignment), permitted)
        command = f"python -m assignments.exercises.bake {assignment}"
        assert same(old, json.loads(json.dumps(new))), f"{path.name} is stale: run {command}"

    def test_same_bytes_every_time(self):
        assert bake.as_bytes(bake.bake(EXERCISES)) == bake.as_bytes(bake.bake(EXERCISES))

    def test_holds_no_code(self):
        text = bake.as_bytes(bake.bake(EXERCISES)).decode()
        for fragment in ("def ", "lambda", "import ", "np.", " @ ", "1 - ", ".T", "** "):
            assert fragment not in text.replace("A @ B", ""), fragment

    @pytest.mark.parametrize("assignment", ASSIGNMENTS)
    def test_holds_no_line_of_any_solution(self, assignment):
        text = bake.as_bytes(bake.bake(bake.exercises_of(assignment))).decode()
        own = bake.exercises_of(assignment)
        for exercise in EXERCISES:
            assert lines_in(text, exercise, 4 if exercise in own else 6) == []

    def test_a_line_of_a_solution_would_be_found(self):
        (first, *_) = bake.exercises_of("ps1")
        text = bake.as_bytes(bake.bake([first])).decode()
        for line in ("a=1/(1+np.exp(-z))", "return  a, a*(1 - a)"):
            assert lines_in(text.replace('"hints"', json.dumps(line) + ', "hints"'), first, 4)

    def test_hook_bakes_beside_the_notebooks(self, tmp_path):
        bake.bake_for_release(assignment="ps2", student=".", notebooks=[str(tmp_path / "a.ipynb")])
        assert [path.name for path in tmp_path.iterdir()] == ["checks.json"]
        assert find("training_step", tmp_path).results == ["new W1", "new b1", "new W2", "new b2"]

    def test_hook_takes_each_assignment_where_all_are_released_at_once(self, tmp_path):
        for name in ("ps1", "ps2"):
            (tmp_path / name).mkdir()
            bake.bake_for_release("*", ".", [str(tmp_path / name / "a.ipynb")])
        assert find("training_step", tmp_path / "ps2").results == [
            "new W1", "new b1", "new W2", "new b2",
        ]  # fmt: skip
        assert "sigmoid_and_slope" in (tmp_path / "ps1" / "checks.json").read_text()

    def test_hook_complains_aloud(self, tmp_path, caplog):
        with pytest.raises(ModuleNotFoundError):
            bake.bake_for_release(assignment="ps999", student=".", notebooks=[])
        assert "ps999 was NOT baked" in caplog.text


def lines_in(text, exercise, tokens):
    """The lines of an exercise's solutions, right and wrong, that stand in a text, however spaced.

    A line of fewer tokens than this may be there by chance: "return h", for instance.
    """
    solutions = [exercise.reference, *exercise.right]
    # The source of a lambda would be that of the whole list of mistakes, sentences and all.
    solutions += [m.solution for m in exercise.mistakes if m.solution.__name__ != "<lambda>"]
    bare = "".join(text.split())
    lines = {line for each in solutions for line in inspect.getsource(each).splitlines()[1:]}
    long = (line for line in lines if len(TOKEN.findall(line)) >= tokens)
    return sorted(line for line in long if "".join(line.split()) in bare)


def same(old, new):
    """Whether two tables are equal, numbers up to rounding."""
    if isinstance(old, dict):
        return list(old) == list(new) and all(same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    if isinstance(old, float) and isinstance(new, float):
        return abs(old - new) < 1e-9
    return old == new
