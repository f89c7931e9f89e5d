"""Every lecture is well-formed, carries its outputs, and can be read by everybody."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from mlpkit.widgets.question_file import load_question

ROOT = Path(__file__).parents[1]
LECTURES = sorted((ROOT / "lectures").glob("*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(params=LECTURES, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [(cell, output) for cell in code_cells(notebook) for output in cell.outputs]


class Images(HTMLParser):
    """Collects the alternative texts of the images in HTML; None where there is none."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "img":
            self.found.append(attributes.get("alt"))
        elif tag == "svg":
            hidden = attributes.get("aria-hidden") == "true"
            self.found.append(
                "decoration, hidden from readers" if hidden else attributes.get("aria-label")
            )


def test_there_are_lectures():
    assert LECTURES


def test_names_say_number_and_subject(path):
    assert re.fullmatch(r"\d\d_[a-z0-9_]+", path.stem)


def test_format(notebook):
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


def test_ids_can_be_read_and_are_unique(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert [i for i in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", i)] == []
    # Jupyter's own ids are eight random hexadecimal digits.
    assert [i for i in ids if re.fullmatch(r"[0-9a-f]{8}", i)] == []


def test_nothing_in_it_depends_on_who_ran_it(notebook):
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert set(notebook.metadata.get("language_info", {})) <= {"name"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"syllabus", "tags"}, cell.id


def test_opens_with_what_it_is_about(notebook):
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert re.match(r"# \d+ \S", first.source)
    for promise in ("you can", "You need", "Time"):
        assert promise in first.source


def test_closes_with_what_was_done_exercises_and_where_to_go_on(notebook):
    starts = [cell.source.splitlines()[0] for cell in notebook.cells]
    done, exercises = starts.index("## What we did"), starts.index("## Exercises")
    assert done < exercises
    assert starts[-1] == "## Where to go on"
    given = [c.source for c in notebook.cells[exercises:] if c.cell_type == "code"]
    names = re.findall(r'^question\("(\d\d-exercise-[^"]+)"\)', "\n".join(given), re.MULTILINE)
    assert len(names) >= 3
    for name in names:
        assert len(load_question(name).hints) == 3, f"{name} has no ladder of three hints"


def test_cells_are_short(notebook):
    long = {cell.id: cell.source.count("\n") + 1 for cell in code_cells(notebook)}
    assert {i: lines for i, lines in long.items() if lines > 20} == {}


def test_was_run_from_top_to_bottom(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_errors_and_no_warnings_in_outputs(notebook):
    for cell, output in outputs(notebook):
        assert output.output_type != "error", cell.id
        assert output.get("name") != "stderr", cell.id


def test_widgets_leave_their_content_to_a_page_without_a_kernel(notebook):
    # A saved reference to a widget shows as "Loading widget...", for ever, instead of the content.
    assert [cell.id for cell, output in outputs(notebook) if WIDGET in output.get("data", {})] == []


def test_every_picture_has_a_text(notebook):
    for cell, output in outputs(notebook):
        data = output.get("data", {})
        # Jupyter shows these without any alternative text: they have to come as HTML.
        assert not [kind for kind in data if kind.startswith("image/")], cell.id
        for alt in Images(data.get("text/html", "")).found:
            assert alt is not None and len(alt.split()) >= 5, (cell.id, alt)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            shown = Images(cell.source).found + re.findall(r"!\[([^\]]*)\]", cell.source)
            for alt in shown:
                assert alt and len(alt.split()) >= 5, (cell.id, alt)


def test_text_outputs_are_the_same_on_every_machine(notebook):
    for cell, output in outputs(notebook):
        data = output.get("data", {})
        text = output.get("text", "") + data.get("text/plain", "")
        assert " at 0x" not in text, cell.id
        assert "np.float64" not in text, cell.id
        assert str(ROOT) not in text, cell.id


def test_syllabus_rows_are_where_something_is_computed(notebook):
    rows = {row: cell for cell in notebook.cells for row in cell.metadata.get("syllabus", ())}
    assert rows
    for cell in notebook.cells:
        for row in cell.metadata.get("syllabus", ()):
            assert re.fullmatch(r"[A-Z]\d", row), cell.id
            assert cell.cell_type == "code", cell.id
    for row in rows:
        shows = [c for c in code_cells(notebook) if row in c.metadata.get("syllabus", ())]
        assert any(cell.outputs for cell in shows), row


def test_reads_nothing_from_the_network(notebook):
    for cell in code_cells(notebook):
        assert not re.search(r"https?://|urllib|requests|!pip|%pip|!wget", cell.source), cell.id
