"""What an attack is, and how its submission is made from the released notebook."""

from __future__ import annotations

import copy
import json
import os
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Attack:
    """A submission that tries something.

    Attributes:
        row: the number of its row in the specification.
        name: a short name, for the table and for --only.
        gain: what it would gain, or what harm it would do.
        reason: a pattern that the reasons given by ours must contain, if any point is missing.
        cells: what stands in the solution cells, by their names.
        first: a cell added at the top.
        last: a cell added at the end.
        solved: the solution cells that are filled in rightly; "all" for every one.
        change: changes the notebook, or gives the bytes of a file that is none.
        hand_in: puts files into the folder of the submission, given the notebook's bytes.
        exported: makes of the notebook's bytes a zip, which a learning platform exports.
        deserves: the points that the honest part of it is worth.
        at_least: the points below which the honest part was robbed; ``deserves`` if not given.
        course: which of the courses it is handed in for.
        folder: the name of the student's folder, if it is not an ordinary one.
        device: whether its notebook is a device, which only the outer wall can make.
        feedback: whether the feedback is made and looked at as well.
        tells: a pattern of what must not be shown to anybody, besides the canaries.
    """

    row: int
    name: str
    gain: str
    reason: str
    cells: Mapping[str, str] = field(default_factory=dict)
    first: str = ""
    last: str = ""
    solved: tuple[str, ...] | str = ()
    change: Callable[[Notebook], Notebook | bytes] | None = None
    hand_in: Callable[[Path, bytes], None] | None = None
    exported: Callable[[bytes], bytes] | None = None
    deserves: float = 0.0
    at_least: float | None = None
    course: str = "small"
    folder: str = ""
    device: bool = False
    feedback: bool = False
    tells: str = ""

    @property
    def student(self) -> str:
        """Who hands it in: some of the honest ones come before in the alphabet, some after."""
        return self.folder or f"m-{self.name}"

    @property
    def known_as(self) -> str:
        """What the gradebook calls the student: a folder's name may be none that can be written."""
        return os.fsencode(self.student).decode(errors="backslashreplace")

    @property
    def place(self) -> Path:
        """Where its notebook goes, below the course."""
        return Path("submitted", self.student, self.course, f"{self.course}.ipynb")

    @property
    def least(self) -> float:
        """The points that it must not be robbed of."""
        return self.deserves if self.at_least is None else self.at_least


def write(attack: Attack, course: Path) -> None:
    """Hands an attack in: puts its files where nbgrader's exchange would."""
    place = course / attack.place
    content = content_of(attack, course)
    if attack.exported is not None:
        # Where ours is told to look, and where nbgrader looks by itself.
        for folder in (course / "exported", course / "downloaded" / attack.course / "archive"):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{attack.student}.zip").write_bytes(attack.exported(content))
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    if attack.hand_in is not None:
        attack.hand_in(place.parent, content)
    elif not attack.device:
        place.write_bytes(content)


def content_of(attack: Attack, course: Path) -> bytes:
    """The file that an attack hands in."""
    notebook = filled(course, attack.course, attack.solved, attack.cells)
    if attack.first:
        notebook["cells"].insert(0, code_cell(attack.first, "attack-first"))
    if attack.last:
        notebook["cells"].append(code_cell(attack.last, "attack-last"))
    changed = attack.change(notebook) if attack.change else notebook
    return changed if isinstance(changed, bytes) else json.dumps(changed).encode()


def filled(
    course: Path,
    assignment: str,
    solved: tuple[str, ...] | str,
    cells: Mapping[str, str] | None = None,
) -> Notebook:
    """The released notebook with right solutions and other sources in its solution cells."""
    path = Path(assignment, f"{assignment}.ipynb")
    notebook: Notebook = json.loads((course / "release" / path).read_text(encoding="utf-8"))
    right = solutions(json.loads((course / "source" / path).read_text(encoding="utf-8")))
    wanted = tuple(right) if solved == "all" else solved
    sources = {name: right[name] for name in wanted} | dict(cells or {})
    for cell in notebook["cells"]:
        source = sources.pop(name_of(cell) or "", None)
        if source is not None:
            cell["source"] = textwrap.dedent(source).strip()
    if sources:
        raise KeyError(f"no such solution cell in {assignment}: {', '.join(sources)}")
    return notebook


def solutions(source: Notebook) -> dict[str, str]:
    """What stands in the instructor's solution cells."""
    found = {}
    for cell in source["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution"):
            text, _, _ = "".join(cell["source"]).partition("### BEGIN MARK SCHEME")
            lines = [line for line in text.splitlines() if "### " not in line]
            found[marks["grade_id"]] = "\n".join(lines)
    return found


def code_cell(source: str, name: str) -> Notebook:
    """A code cell as a student would add it."""
    source = textwrap.dedent(source).strip()
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def name_of(cell: Notebook) -> str | None:
    """nbgrader's name of a cell."""
    name = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return name if isinstance(name, str) else None


def is_test(cell: Notebook) -> bool:
    """Whether a cell is an automatic test."""
    marks = cell["metadata"].get("nbgrader", {})
    return bool(marks.get("grade")) and not marks.get("solution")


def for_each_test(change: Callable[[Notebook], None]) -> Callable[[Notebook], Notebook]:
    """A change of the notebook that does something to each test cell."""

    def changed(notebook: Notebook) -> Notebook:
        for cell in filter(is_test, notebook["cells"]):
            change(cell)
        return notebook

    return changed


def for_each_cell(change: Callable[[Notebook], None]) -> Callable[[Notebook], Notebook]:
    """A change of the notebook that does something to each cell."""

    def changed(notebook: Notebook) -> Notebook:
        for cell in notebook["cells"]:
            change(cell)
        return notebook

    return changed


def twin(cell: Notebook, **changes: Any) -> Notebook:
    """A copy of a cell with some of its fields changed."""
    return copy.deepcopy(cell) | changes
