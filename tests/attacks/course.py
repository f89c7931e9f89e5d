"""The courses that attacks are handed in for: a small one of ordinary nbgrader cells, and ps2.

Both are released once, by nbgrader; every grading works on a copy.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from tests.attacks.attack import filled
from tests.attacks.wall import ROOT
from tests.grading.points import automatic

COURSES = ("small", "ps2")

HONEST: dict[str, tuple[str, ...] | str] = {
    "a-perfect": "all",
    "b-loops": "all",
    "z-half": ("slope", "error-term"),
}
HALF_OF_PS2 = ("output-error-term", "hidden-error-terms")

HIDDEN_TEST = "CANARY-HIDDEN-TEST"
HIDDEN_CASE = 0.31415926
SOLUTION = "CANARY-SOLUTION"
NEIGHBOUR = "CANARY-NEIGHBOUR"

OUR_CONFIGURATION = """
c.GradingExporter.limits = {
    "cell_seconds": 3,
    "notebook_seconds": 25,
    "memory_bytes": 768 * 2**20,
    "file_bytes": 16 * 2**20,
}
"""
PLAIN_CONFIGURATION = """
c = get_config()
c.CourseDirectory.course_id = "multi-layer-networks"
# The one thing changed: nbgrader's own limit is 30 seconds a cell.
c.ExecutePreprocessor.timeout = 5
"""

SETUP = """
import numpy as np
from numpy.testing import assert_allclose
"""
SOLUTIONS = {
    "slope": """
def slope(o):
    ### BEGIN SOLUTION
    return o * (1 - o)  # CANARY-SOLUTION
    ### END SOLUTION
""",
    "error-term": """
def error_term(o, t):
    ### BEGIN SOLUTION
    return o * (1 - o) * (t - o)
    ### END SOLUTION
""",
    "halves": """
def halves(numbers):
    ### BEGIN SOLUTION
    return [number / 2 for number in numbers]
    ### END SOLUTION
""",
    "momentum": """
def momentum(w, last, gradient, rate):
    ### BEGIN SOLUTION
    step = 0.9 * last - rate * gradient
    return w + step, step
    ### END SOLUTION
""",
}
TESTS = {
    "slope": (
        2.0,
        """
assert slope(0.5) == 0.25
### BEGIN HIDDEN TESTS
assert abs(slope(0.31415926) - 0.21546322) < 1e-6  # CANARY-HIDDEN-TEST
case = np.linspace(0.05, 0.95, 7)
assert_allclose(slope(case), case * (1 - case))
### END HIDDEN TESTS
""",
    ),
    "error-term": (
        3.0,
        """
### BEGIN HIDDEN TESTS
o, t = np.random.rand(2, 6)  # CANARY-HIDDEN-TEST
expected = o * (1 - o) * (t - o)
result = error_term(o.copy(), t.copy())
assert isinstance(result, np.ndarray)
assert len(result) == 6
assert np.allclose(result, expected)
assert_allclose(result, expected)
### END HIDDEN TESTS
""",
    ),
    "halves": (
        3.0,
        """
assert halves([2.0, 4.0]) == [1.0, 2.0]
### BEGIN HIDDEN TESTS
numbers = [float(number) for number in np.random.randint(1, 90, 5)]  # CANARY-HIDDEN-TEST
expected = [number * 0.5 for number in numbers]
result = halves(list(numbers))
assert isinstance(result, list)
assert len(result) == len(expected)
assert all(abs(a - b) < 1e-9 for a, b in zip(result, expected))
### END HIDDEN TESTS
""",
    ),
    "momentum": (
        4.0,
        """
### BEGIN HIDDEN TESTS
w, last, gradient = np.random.normal(size=(3, 4))  # CANARY-HIDDEN-TEST
expected = 0.9 * last - 0.1 * gradient
new, step = momentum(w.copy(), last.copy(), gradient.copy(), 0.1)
assert np.shape(new) == np.shape(step) == (4,)
points = 2.0 if np.allclose(step, expected) else 0.0
points += 2.0 if np.allclose(new, w + expected) else 0.0
points
### END HIDDEN TESTS
""",
    ),
}
LOOPS = {
    "slope": "def slope(o):\n    return o - o * o",
    "error-term": """
def error_term(o, t):
    return np.array([o_k * (1 - o_k) * (t_k - o_k) for o_k, t_k in zip(o, t)])
""",
    "halves": """
def halves(numbers):
    found = []
    for number in numbers:
        found.append(number * 0.5)
    return found
""",
    "momentum": """
def momentum(w, last, gradient, rate):
    step = np.array([0.9 * l - rate * g for l, g in zip(last, gradient)])
    return w + step, step
""",
}


@cache
def points(name: str) -> float:
    """What the automatic tests of a course's assignment give in all.

    Asked for outside the wall alone: inside, the assignments' sources are not there.
    """
    if name == "small":
        return sum(points for points, _ in TESTS.values())
    return sum(automatic(name).values())


def prepare(folder: Path, courses: tuple[str, ...] = COURSES) -> None:
    """Releases the courses and lets the honest ones hand in, in a folder for each course."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda name: _prepare(folder / name, name), courses))


def _prepare(folder: Path, name: str) -> None:
    assignments = ROOT / "assignments"
    source = folder / "source" / name
    if name == "small":
        source.mkdir(parents=True)
        (source / "small.ipynb").write_text(json.dumps(_small()), encoding="utf-8")
    else:
        shutil.copytree(assignments / "source" / name, source)
    ours = (assignments / "nbgrader_config.py").read_text(encoding="utf-8")
    (folder / "nbgrader_config.py").write_text(ours, encoding="utf-8")
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", name]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    (folder / "ours.py").write_text(ours + OUR_CONFIGURATION, encoding="utf-8")
    (folder / "nbgraders.py").write_text(PLAIN_CONFIGURATION, encoding="utf-8")
    (folder / "nbgrader_config.py").unlink()
    # With a key of its own each run would draw other cases, and the graded notebooks would differ.
    (folder / "grading.key").write_text("5a" * 32, encoding="utf-8")
    (folder / "grading.key").chmod(0o600)
    _hand_in_honest_ones(folder, name)


def _hand_in_honest_ones(folder: Path, name: str) -> None:
    for student, solved in HONEST.items():
        if student == "z-half" and name == "ps2":
            solved = HALF_OF_PS2
        cells = LOOPS if student == "b-loops" and name == "small" else {}
        notebook = filled(folder, name, solved, cells)
        notebook["metadata"]["name"] = NEIGHBOUR
        for cell in notebook["cells"]:
            if cell["id"] in ("slope", "output-error-term"):
                cell["source"] += f"\n# {NEIGHBOUR}"
        place = folder / "submitted" / student / name
        place.mkdir(parents=True)
        (place / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def _small() -> dict[str, Any]:
    cells = [_code("setup", SETUP, locked=True)]
    for name, source in SOLUTIONS.items():
        points, test = TESTS[name]
        cells.append(_code(name, source, solution=True))
        cells.append(_code(f"test-{name}", test, grade=True, locked=True, points=points))
    essay = _code("essay", "Why?", solution=True, grade=True, points=2.0)
    cells.append(essay | {"cell_type": "markdown"})
    for key in ("outputs", "execution_count"):
        del cells[-1][key]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "cells": cells,
    }


def _code(name: str, source: str, **marks: Any) -> dict[str, Any]:
    plain = {"grade": False, "solution": False, "locked": False, "task": False}
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"nbgrader": {"schema_version": 3, "grade_id": name, **plain, **marks}},
        "source": source.strip(),
        "outputs": [],
        "execution_count": None,
    }
