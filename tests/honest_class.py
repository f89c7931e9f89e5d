"""A class of honest submissions, for what grades many of them: tests, soak runs, benchmarks."""

from __future__ import annotations

import shutil
from pathlib import Path

from assignments import demo

HONEST = ("perfect", "loops", "float32", "slope-left-out", "half-done")


def make_class(folder: Path, students: int) -> None:
    """A course with so many submissions; no two of them are the same file."""
    demo.make_course(folder)
    demo.command(folder, "nbgrader", "generate_assignment", demo.ASSIGNMENT)
    name = f"{demo.ASSIGNMENT}.ipynb"
    released = (folder / "release" / demo.ASSIGNMENT / name).read_text(encoding="utf-8")
    source = (folder / "source" / demo.ASSIGNMENT / name).read_text(encoding="utf-8")
    kinds = dict(demo.submissions(released, source))
    for number in range(students):
        place = folder / "submitted" / f"student{number:04}" / demo.ASSIGNMENT
        place.mkdir(parents=True)
        text = kinds[HONEST[number % len(HONEST)]]
        marked = text.replace("import numpy as np", f"import numpy as np  # {number}", 1)
        (place / name).write_text(marked, encoding="utf-8")
    shutil.copy(folder / "gradebook.db", folder / "gradebook.new")
