"""What follows the reader's hand, in JupyterLab: by mouse, by keyboard, and by itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab, OpenNotebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CELLS = [
    """
from mlpkit.figures import Chart
from mlpkit.widgets import choice, explore, number, slider
from mlpkit.worked.tables import Table

def picture(place, kind, size):
    if size < 0:
        raise ValueError("a size is not negative")
    return Chart(x=(0, 10), y=(0, 1)).mark(place, 0.5).figure(
        f"A {kind} of the size {size} stands at {place}.")

explorer = explore(picture, place=slider(0, 10, start=2, play=True),
                   kind=choice("dot", "ring"), size=number(1))
explorer
""",
    """
explore(lambda n: Table(("$n$", "$n^2$"), [(f"${n}$", f"${n * n}$")]), n=slider(1, 9))
""",
]


@pytest.fixture(scope="module")
def notebook(lab: Lab, open_notebook: Callable[[str], OpenNotebook]) -> OpenNotebook:
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS]
    content = nbformat.v4.new_notebook(cells=cells)
    content.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    notebook = open_notebook(lab.write(content, "explorer.ipynb"))
    notebook.run_all()
    return notebook


@pytest.fixture
def explorer(notebook: OpenNotebook) -> Locator:
    explorer = notebook.widgets(".mlp-explorer").first
    explorer.get_by_role("button", name="Reset").click()
    expect_picture(explorer, "A dot of the size 1.0 stands at 2.")
    return explorer


def expect_picture(explorer: Locator, text: str) -> None:
    expect(explorer.locator(".mlp-picture")).to_have_attribute("aria-label", text)


def test_the_slider_by_mouse(notebook: OpenNotebook, explorer: Locator) -> None:
    slider = explorer.get_by_role("slider")
    box = slider.bounding_box()
    assert box is not None
    notebook.page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    expect_picture(explorer, "A dot of the size 1.0 stands at 10.")
    expect(explorer.locator("output")).to_have_text("10")


def test_everything_by_keyboard(notebook: OpenNotebook, explorer: Locator) -> None:
    keyboard = notebook.page.keyboard
    explorer.get_by_role("slider").focus()
    before = notebook.mode_and_cell()
    keyboard.press("ArrowRight")
    expect_picture(explorer, "A dot of the size 1.0 stands at 3.")
    for key in ("Tab", "Tab", "ArrowDown"):
        keyboard.press(key)
    expect_picture(explorer, "A ring of the size 1.0 stands at 3.")
    keyboard.press("Tab")
    keyboard.type("0,25")
    expect_picture(explorer, "A ring of the size 0.25 stands at 3.")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect_picture(explorer, "A dot of the size 1.0 stands at 2.")
    assert notebook.mode_and_cell() == before, "the notebook took a key that was the widget's"


def test_what_is_no_number_is_marked_and_changes_nothing(explorer: Locator) -> None:
    field = explorer.get_by_role("textbox", name="size")
    field.fill("a lot")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect_picture(explorer, "A dot of the size 1.0 stands at 2.")
    field.fill("−0.5")
    expect(explorer.get_by_role("alert")).to_have_text("Cannot be shown: a size is not negative")
    field.fill("4")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect_picture(explorer, "A dot of the size 4.0 stands at 2.")


def test_play_goes_to_the_end_and_pause_stops_it(notebook: OpenNotebook, explorer: Locator) -> None:
    explorer.get_by_role("button", name="Play").click()
    explorer.get_by_role("button", name="Pause").click()
    expect(explorer.get_by_role("button", name="Play")).to_be_visible()
    stopped = explorer.locator("output").text_content()
    notebook.page.wait_for_timeout(400)
    expect(explorer.locator("output")).to_have_text(stopped or "")
    explorer.get_by_role("button", name="Play").click()
    expect_picture(explorer, "A dot of the size 1.0 stands at 10.")
    expect(explorer.get_by_role("button", name="Play")).to_be_visible()


def test_setting_the_values_in_python_moves_the_controls(
    notebook: OpenNotebook, explorer: Locator
) -> None:
    notebook.execute("explorer.values = {'place': 6, 'kind': 'ring', 'size': 3}")
    expect_picture(explorer, "A ring of the size 3.0 stands at 6.")
    expect(explorer.get_by_role("slider")).to_have_value("6")
    expect(explorer.get_by_role("radio", name="ring")).to_be_checked()
    expect(explorer.get_by_role("textbox", name="size")).to_have_value("3")


def test_formulas_are_typeset_at_each_move(notebook: OpenNotebook) -> None:
    table = notebook.widgets(".mlp-explorer").nth(1)
    for n in (1, 2):
        expect(table.locator("td mjx-container")).to_have_count(2)
        expect(table.locator("td").nth(1)).to_contain_text(re.compile(str(n * n)))
        table.get_by_role("slider").press("ArrowRight")


def test_controls_have_names(notebook: OpenNotebook) -> None:
    for control in notebook.page.locator(".mlp-explorer").locator("button, input").all():
        expect(control).to_have_accessible_name(re.compile(r"\S"))
    assert notebook.complaints == []


def test_no_answer_of_the_kernel_is_held_back(lab: Lab, notebook: OpenNotebook) -> None:
    assert "mlpkit.lab | extension was successfully loaded" in lab.log.read_text()
