"""Forging the verdict: by the file that is handed in."""

from __future__ import annotations

from collections.abc import Callable

from tests.attacks.attack import (
    Attack,
    Notebook,
    code_cell,
    for_each_cell,
    for_each_test,
    is_test,
    name_of,
    twin,
)
from tests.attacks.rows.sources import NOT_ATTEMPTED


def _tag(*tags: str) -> Callable[[Notebook], Notebook]:
    return for_each_cell(lambda cell: cell["metadata"].update(tags=list(tags)))


def _marks(**marks: object) -> Callable[[Notebook], Notebook]:
    return for_each_test(lambda cell: cell["metadata"]["nbgrader"].update(marks))


def _without_tests(notebook: Notebook) -> Notebook:
    return notebook | {"cells": [cell for cell in notebook["cells"] if not is_test(cell)]}


def _twice(notebook: Notebook) -> Notebook:
    cells = []
    for cell in notebook["cells"]:
        if is_test(cell):
            cells += [twin(cell, source="pass", id="first"), twin(cell), twin(cell, source="4.0")]
        else:
            cells.append(cell)
    return notebook | {"cells": cells}


def _reversed(notebook: Notebook) -> Notebook:
    return notebook | {"cells": notebook["cells"][::-1]}


def _tests_first(notebook: Notebook) -> Notebook:
    return notebook | {"cells": sorted(notebook["cells"], key=is_test, reverse=True)}


def _names_swapped(notebook: Notebook) -> Notebook:
    swap = {"test-momentum": "test-slope", "test-slope": "test-momentum"}
    for cell in notebook["cells"]:
        name = name_of(cell)
        if name in swap:
            cell["metadata"]["nbgrader"] |= {"grade_id": swap[name], "points": 4}
            cell["id"] = swap[name]
    return notebook


def _solutions_as_tests(notebook: Notebook) -> Notebook:
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["metadata"]["nbgrader"] |= {"grade": True, "points": 100}
    return notebook


def _as_markdown(cell: Notebook) -> None:
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]


def _test_of_its_own(notebook: Notebook) -> Notebook:
    marks = {"schema_version": 3, "grade": True, "solution": False, "locked": True, "task": False}
    cell = code_cell("100.0", "bonus")
    cell["metadata"] = {"nbgrader": {**marks, "grade_id": "bonus", "points": 100}}
    notebook["cells"].append(cell)
    return notebook


ATTACKS = (
    Attack(1, "skip-execution", "all points", NOT_ATTEMPTED, change=_tag("skip-execution")),
    Attack(
        1,
        "raises-exception",
        "errors are expected",
        NOT_ATTEMPTED,
        change=_tag("raises-exception", "nbgrader-ignore", "hide-output"),
    ),
    Attack(
        2,
        "tests-edited",
        "tests that pass",
        NOT_ATTEMPTED,
        change=for_each_test(lambda c: c.update(source="pass")),
    ),
    Attack(2, "tests-deleted", "no test, no error", NOT_ATTEMPTED, change=_without_tests),
    Attack(2, "tests-doubled", "the last copy counts", NOT_ATTEMPTED, change=_twice),
    Attack(2, "cells-reversed", "tests after the end", NOT_ATTEMPTED, change=_reversed),
    Attack(
        2, "tests-moved-to-the-top", "tests before the errors", NOT_ATTEMPTED, change=_tests_first
    ),
    Attack(
        2,
        "points-raised",
        "a thousand points",
        NOT_ATTEMPTED,
        solved=("slope",),
        deserves=2,
        change=_marks(points=1000),
    ),
    Attack(2, "tests-not-graded", "the old score stays", NOT_ATTEMPTED, change=_marks(grade=False)),
    Attack(
        2,
        "tests-as-solutions",
        "tests may be edited",
        NOT_ATTEMPTED,
        change=_marks(solution=True, locked=False),
    ),
    Attack(
        2, "tests-renamed", "tests that nobody knows", NOT_ATTEMPTED, change=_marks(grade_id="mine")
    ),
    Attack(
        2,
        "tests-swapped",
        "4 points for the easy one",
        NOT_ATTEMPTED,
        solved=("slope",),
        deserves=2,
        change=_names_swapped,
    ),
    Attack(
        2,
        "checksums-altered",
        "tests taken for changed",
        NOT_ATTEMPTED,
        change=_marks(checksum="0" * 32),
    ),
    Attack(
        2,
        "tests-as-markdown",
        "tests that are not run",
        NOT_ATTEMPTED,
        change=for_each_test(_as_markdown),
    ),
    Attack(
        2, "solutions-as-tests", "100 points a solution", NOT_ATTEMPTED, change=_solutions_as_tests
    ),
    Attack(2, "test-added", "100 points more", NOT_ATTEMPTED, change=_test_of_its_own),
)
