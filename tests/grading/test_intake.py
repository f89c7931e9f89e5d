"""Whatever is handed in, the notebook that is graded is the instructor's."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbconvert import HTMLExporter
from nbformat.v4 import new_notebook

from autograder import intake
from autograder.intake import NOT_HANDED_IN, Refused
from autograder.template import Template
from tests.grading import notebooks


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return notebooks.instructors(
        tmp_path_factory.mktemp("intake"),
        notebooks.given("imports", "import math"),
        notebooks.solution("area", "def area(r):\n    return math.pi * r**2"),
        notebooks.test("test-area", "assert area(0) == 0\nassert area(1)", points=3),
        notebooks.answer("why"),
    )


def change(content: bytes, edit: object) -> bytes:
    notebook = json.loads(content)
    edit(notebook)  # type: ignore[operator]
    return json.dumps(notebook).encode()


def sources(rebuilt: intake.Rebuilt) -> list[str]:
    return [cell.source for cell in rebuilt.notebook.cells]


def test_only_work_is_taken(assignment: Template) -> None:
    mine = notebooks.handed_in(assignment, area="def area(r):\n    return 3", why="because")
    rebuilt = intake.rebuild(mine, assignment)
    assert sources(rebuilt)[1] == "def area(r):\n    return 3"
    assert sources(rebuilt)[3] == "because"
    assert rebuilt.remarks == []


def test_tests_points_and_tags_are_the_instructors(assignment: Template) -> None:
    def forge(notebook: dict) -> None:
        test = notebook["cells"][2]
        test["source"] = "pass"
        test["metadata"]["tags"] = ["skip-execution"]
        test["metadata"]["nbgrader"].update(points=100, schema_version=99, locked=False)
        test["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "3"}]
        notebook["metadata"]["kernelspec"] = {"name": "bash"}

    rebuilt = intake.rebuild(change(notebooks.handed_in(assignment), forge), assignment)
    test = rebuilt.notebook.cells[2]
    assert test == assignment.notebook.cells[2]
    assert rebuilt.notebook.metadata == assignment.notebook.metadata
    attacks = " ".join(r["text"] for r in rebuilt.remarks if r["kind"] == "attack")
    for words in ("not to run", "what the cell is for", "points", "version", "the test ("):
        assert words in attacks


def test_html_in_answers_and_added_text_is_shown_as_text(assignment: Template) -> None:
    attack = "1 < 2, a<b: <script>alert(1)</script><img src=x onerror=alert(1)>"

    def add(notebook: dict) -> None:
        notebook["cells"].append({"cell_type": "markdown", "source": attack, "metadata": {}})

    mine = change(notebooks.handed_in(assignment, why=attack), add)
    rebuilt = intake.rebuild(mine, assignment)
    for cell in rebuilt.notebook.cells[-2:]:
        page, _ = HTMLExporter().from_notebook_node(new_notebook(cells=[cell]))
        body = page[page.index("<main") :]
        assert "<script>alert" not in body
        assert "<img" not in body
        assert "onerror=alert(1)" in body


def test_added_cells_keep_their_place_and_nothing_else(assignment: Template) -> None:
    def add(notebook: dict) -> None:
        cell = {"cell_type": "code", "source": "HELP = 1", "metadata": {"tags": ["x"]}}
        notebook["cells"].insert(1, {**cell, "outputs": [], "execution_count": 3})

    rebuilt = intake.rebuild(change(notebooks.handed_in(assignment), add), assignment)
    added = rebuilt.notebook.cells[1]
    assert (added.source, added.metadata, added.id) == ("HELP = 1", {}, "added-0")


def test_half_a_character_stops_nobody(assignment: Template) -> None:
    mine = notebooks.handed_in(assignment, area="x = '\ud800'", why="\udfff")
    rebuilt = intake.rebuild(mine, assignment)
    assert nbformat.writes(rebuilt.notebook).encode()
    assert sources(rebuilt)[1] == "x = '?'"


def test_a_copied_test_does_not_run_as_the_students(assignment: Template) -> None:
    copy_test = lambda notebook: notebook["cells"].append(notebook["cells"][2])  # noqa: E731
    rebuilt = intake.rebuild(change(notebooks.handed_in(assignment), copy_test), assignment)
    assert len(rebuilt.notebook.cells) == 4
    (remark,) = rebuilt.remarks
    assert remark["kind"] == "odd"
    assert "more than one cell of this name (test-area)" in remark["text"]


def test_what_editors_do_is_no_attack(assignment: Template) -> None:
    def edit(notebook: dict) -> None:
        test = notebook["cells"][2]
        test["source"] = "".join(test["source"]).replace("\n", "  \n") + "\n\n"
        notebook["cells"][0]["source"] = "import math, os"
        notebook["cells"][1]["metadata"]["collapsed"] = True

    rebuilt = intake.rebuild(change(notebooks.handed_in(assignment), edit), assignment)
    assert {remark["kind"] for remark in rebuilt.remarks} == {"odd"}
    assert "code that was given (imports)" in rebuilt.remarks[0]["text"]


def test_a_graded_cell_of_the_students_own_is_noticed(assignment: Template) -> None:
    def forge(notebook: dict) -> None:
        forged = json.loads(json.dumps(notebook["cells"][2]))
        forged["metadata"]["nbgrader"]["grade_id"] = "test-\ud800"
        notebook["cells"].append(forged)

    rebuilt = intake.rebuild(change(notebooks.handed_in(assignment), forge), assignment)
    (remark,) = rebuilt.remarks
    assert remark["kind"] == "attack"
    assert "a graded cell that the assignment does not have (test-?)" in remark["text"]


def test_metadata_lost_by_copying_is_found_by_the_cells_id(assignment: Template) -> None:
    def strip(notebook: dict) -> None:
        for cell in notebook["cells"]:
            cell["metadata"] = {}

    mine = notebooks.handed_in(assignment, area="def area(r):\n    return 3")
    rebuilt = intake.rebuild(change(mine, strip), assignment)
    assert sources(rebuilt)[1] == "def area(r):\n    return 3"


def test_a_deleted_solution_is_missing_and_said_so(assignment: Template) -> None:
    delete = lambda notebook: notebook["cells"].pop(1)  # noqa: E731
    rebuilt = intake.rebuild(change(notebooks.handed_in(assignment), delete), assignment)
    assert rebuilt.missing == {"area"}
    assert sources(rebuilt)[1] == NOT_HANDED_IN
    assert [remark["kind"] for remark in rebuilt.remarks] == ["odd"]
    assert "area" in rebuilt.remarks[0]["text"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"not json {", "JSON"),
        (b"[" * 200_000, "JSON"),
        (b"\xff\xfe\x00", "JSON"),
        (b"[]", "not a notebook"),
        (b'{"cells": []}', "no cells"),
        (b'{"cells": 3}', "no cells"),
        (b'{"worksheets": [], "nbformat": 3}', "old format"),
        (b'{"cells": [' + b"{}," * 3000 + b"{}]}", "most"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(
    assignment: Template, content: bytes, why: str
) -> None:
    rebuilt = intake.rebuild(content, assignment)
    assert why in (rebuilt.refused or "")
    assert rebuilt.missing == {"area"}


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(["source", "metadata", "id", "cell_type", "nbgrader"]), junk=JUNK)
def test_any_field_may_hold_anything(assignment: Template, field: str, junk: object) -> None:
    def spoil(notebook: dict) -> None:
        for cell in notebook["cells"]:
            (cell["metadata"] if field == "nbgrader" else cell)[field] = junk

    rebuilt = intake.rebuild(change(notebooks.handed_in(assignment), spoil), assignment)
    tests = [cell for cell in rebuilt.notebook.cells if cell.id == "test-area"]
    assert tests == [assignment.notebook.cells[2]]


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("{}")
    link, pipe, large = tmp_path / "link", tmp_path / "pipe", tmp_path / "large"
    link.symlink_to(secret)
    os.mkfifo(pipe)
    with large.open("wb") as file:
        file.truncate(intake.LARGEST_FILE + 1)
    for path, why in ((link, "link"), (pipe, "regular"), (large, "bytes"), (tmp_path, "regular")):
        with pytest.raises(Refused, match=why):
            intake.read_file(path)
    with pytest.raises(Refused, match="opened"):
        intake.read_file(tmp_path / "absent")
    assert intake.read_file(secret) == b"{}"
