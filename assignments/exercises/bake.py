"""Baking: from the exercises to the table of numbers that goes out with an assignment.

    python -m assignments.exercises.bake ps2

writes ``assignments/source/ps2/checks.json``. It holds the visible cases, what is expected, what
each known mistake returns, the tutor's sentences and the hints; no code. nbgrader runs
``bake_for_release`` whenever the assignment is released, so that it is never stale.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from assignments.exercises.exercise import Example, Exercise
from assignments.exercises.grading import result_or_none
from autograder.sandbox.limits import View
from mlpkit.check.comparing import NotNumbers, as_numbers
from mlpkit.check.table import FILE_NAME, FORMAT

DECIMALS = 12  # rounding differs between machines after that, and the file should not
log = logging.getLogger(__name__)


def exercises_of(assignment: str) -> list[Exercise]:
    """The exercises of an assignment, in the order of its ``__all__``.

    Raises:
        ModuleNotFoundError: it has none.
    """
    module = import_module(f"assignments.exercises.{assignment}")
    return [getattr(module, name) for name in module.__all__]


def bake(exercises: Iterable[Exercise], permitted: Iterable[str] | None = None) -> dict[str, Any]:
    """The table, as strings, numbers, lists and dicts.

    Args:
        exercises: what it is about.
        permitted: what may be imported when they are graded, if the table is to say so.
    """
    said = {} if permitted is None else {"permitted": list(permitted)}
    entries = {each.name: _entry(each) for each in exercises}
    return {"format": FORMAT, **said, "exercises": entries}


def permitted_in(notebook: Path) -> list[str] | None:
    """What may be imported when a notebook is graded; None if there is no such notebook."""
    if not notebook.is_file():
        return None
    wishes = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("autograder", {})
    distributions = wishes.get("distributions", View.distributions)
    return ["numpy", *distributions, *wishes.get("modules", [])]


def _entry(exercise: Exercise) -> dict[str, Any]:
    return {
        "title": exercise.title,
        "arguments": list(exercise.arguments),
        "results": list(exercise.results),
        "hints": list(exercise.hints),
        "mistakes": [{"name": each.name, "says": each.says} for each in exercise.mistakes],
        "cases": [_case(exercise, example) for example in exercise.examples],
    }


def _case(exercise: Exercise, example: Example) -> dict[str, Any]:
    several = len(exercise.results) > 1
    wrong = {
        mistake.name: _plain(result_or_none(mistake.solution, example.arguments), several)
        for mistake in exercise.mistakes
    }
    return {
        "title": example.title,
        "arguments": [_numbers(argument) for argument in example.arguments],
        "expected": _plain(exercise.reference(*example.arguments), several),
        "wrong": wrong,
    }


def _plain(result: Any, several: bool) -> Any:
    """A result as lists of numbers; None where a mistake gives no numbers."""
    try:
        return [_numbers(part) for part in result] if several else _numbers(result)
    except (NotNumbers, TypeError):
        return None


def _numbers(value: Any) -> Any:
    numbers = as_numbers(value)
    if not np.isfinite(numbers).all():
        raise NotNumbers("numbers that are not finite")
    return (np.round(numbers, DECIMALS) + 0.0).tolist()  # + 0.0 makes -0.0 plain 0.0


def as_bytes(table: dict[str, Any]) -> bytes:
    """The table as the bytes of its file: the same for the same table, always."""
    text = json.dumps(table, ensure_ascii=False, allow_nan=False, indent=1)
    return (text + "\n").encode("utf-8")


def write(path: Path, content: bytes) -> bool:
    """Writes a file if its content is new; a reader never sees half of it.

    Returns:
        Whether it was new.
    """
    if path.exists() and path.read_bytes() == content:
        return False
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)
    return True


def bake_for_release(
    assignment: str, student: str = "", notebooks: Iterable[str] = (), **_: Any
) -> None:
    """nbgrader's pre_convert_hook: bakes the table into the source folder being released.

    nbgrader swallows what a hook raises, so what goes wrong is logged as an error as well. Where it
    releases all assignments at once, it calls each of them "*".
    """
    try:
        exercises = [] if assignment == "*" else exercises_of(assignment)
        for notebook in map(Path, notebooks):
            path = notebook.resolve().with_name(FILE_NAME)
            table = bake(exercises or exercises_of(path.parent.name), permitted_in(notebook))
            new = write(path, as_bytes(table))
            log.info("%s %s", path, "baked anew" if new else "is up to date")
    except Exception:
        log.exception(
            "The table of checks of %s was NOT baked: students would get an old one or none.",
            assignment,
        )
        raise


def main() -> None:
    """Bakes the assignments named on the command line."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m assignments.exercises.bake ASSIGNMENT...")
    for assignment in sys.argv[1:]:
        path = Path(__file__).parents[1] / "source" / assignment / FILE_NAME
        permitted = permitted_in(path.with_name(f"{assignment}.ipynb"))
        new = write(path, as_bytes(bake(exercises_of(assignment), permitted)))
        print(f"{path} {'baked anew' if new else 'is up to date'}")


if __name__ == "__main__":
    main()
