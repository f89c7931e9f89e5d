"""The table of numbers that goes out with an assignment: fresh, and without a line of code."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

from assignments.exercises import bake
from mlpkit.check.table import find

FOLDER = Path(__file__).parents[1] / "assignments" / "exercises"
ASSIGNMENTS = sorted(path.parent.name for path in FOLDER.glob("*/__init__.py"))
EXERCISES = [each for assignment in ASSIGNMENTS for each in bake.exercises_of(assignment)]


class TestBaked:
    @pytest.mark.parametrize("assignment", ASSIGNMENTS)
    def test_is_up_to_date(self, assignment, request):
        path = request.config.rootpath / "assignments" / "source" / assignment / "checks.json"
        old = json.loads(path.read_bytes())
        new = bake.bake(bake.exercises_of(assignment))
        command = f"python -m assignments.exercises.bake {assignment}"
        assert same(old, json.loads(json.dumps(new))), f"{path.name} is stale: run {command}"

    def test_same_bytes_every_time(self):
        assert bake.as_bytes(bake.bake(EXERCISES)) == bake.as_bytes(bake.bake(EXERCISES))

    def test_holds_no_code(self):
        text = bake.as_bytes(bake.bake(EXERCISES)).decode()
        for fragment in ("def ", "lambda", "import ", "np.", " @ ", "1 - ", ".T", "** "):
            assert fragment not in text.replace("A @ B", ""), fragment
        for exercise in EXERCISES:
            for function in (exercise.reference, *exercise.right):
                for line in inspect.getsource(function).splitlines()[1:]:
                    assert len(line.strip()) < 8 or line.strip() not in text

    def test_hook_bakes_beside_the_notebooks(self, tmp_path):
        bake.bake_for_release(assignment="ps2", student=".", notebooks=[str(tmp_path / "a.ipynb")])
        assert [path.name for path in tmp_path.iterdir()] == ["checks.json"]
        assert find("training_step", tmp_path).results == ["new W1", "new b1", "new W2", "new b2"]

    def test_hook_complains_aloud(self, tmp_path, caplog):
        with pytest.raises(ModuleNotFoundError):
            bake.bake_for_release(assignment="ps999", student=".", notebooks=[])
        assert "ps999 was NOT baked" in caplog.text


def same(old, new):
    """Whether two tables are equal, numbers up to rounding."""
    if isinstance(old, dict):
        return list(old) == list(new) and all(same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    if isinstance(old, float) and isinstance(new, float):
        return abs(old - new) < 1e-9
    return old == new
