"""Every control of the playground in JupyterLab, by mouse and by keyboard; what it does is asked of
the kernel. A control that no test here names fails the last one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab, OpenNotebook
from tests.browser.playground_effects import EFFECTS, Effect, operate
from tests.browser.playground_page import FOCUSABLE, PlaygroundPage, notebook_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

by_either = pytest.mark.parametrize("way", ("mouse", "keyboard"))


COVERED = {(effect.role, effect.name) for effect in EFFECTS}


def covers(*names: tuple[str, str]) -> Callable[[Any], Any]:
    """Notes that a test operates these, and has it do so by mouse and by keyboard."""
    COVERED.update(names)
    return by_either


@pytest.fixture(scope="module")
def notebook(lab: Lab, open_notebook: Callable[[str], OpenNotebook]) -> OpenNotebook:
    cell = "from mlpkit.widgets import Playground\np = Playground()\np"
    notebook = open_notebook(lab.write(notebook_of(cell), "controls.ipynb"))
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.run_all()
    return notebook


@pytest.fixture
def playground(notebook: OpenNotebook) -> PlaygroundPage:
    playground = PlaygroundPage(notebook, "p")
    playground.begin_anew()
    return playground


@by_either
@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: f"{effect.role} {effect.name}")
def test_what_a_control_does(playground: PlaygroundPage, effect: Effect, way: str) -> None:
    if effect.state or effect.learned:
        playground.begin_anew(effect.state, effect.learned)
    assert playground.kernel(effect.asked) != effect.value
    operate(playground, effect, way)
    playground.expect_in_kernel(effect.asked, effect.value)
    expect(playground.alert).to_have_text("")
    # What changed is shown, and in the text of the settings as well.
    text = playground.control("textbox", "Settings as a text")
    expect(text).to_have_value(playground.kernel("p.state"))
    if way == "keyboard" and effect.name != "Undo":
        assert playground.root.evaluate("root => root.contains(document.activeElement)")


@covers(
    ("textbox", "Bias"),
    ("textbox", "Weight from x₁"),
    ("textbox", "Weight from x₂"),
    *(("button", f"Unit {unit} of layer 1") for unit in (1, 2, 3, 4)),
    ("button", "Close"),
)
def test_a_weight_and_a_bias_of_each_unit(playground: PlaygroundPage, way: str) -> None:
    learned = playground.kernel("p.training.epochs")
    for unit in range(4):
        playground.press("button", f"Unit {unit + 1} of layer 1", way)
        expect(playground.inspector()).to_contain_text(f"Unit {unit + 1} of layer 1")
        playground.write("Bias", f"0.{unit + 1}5", way)
        playground.write("Weight from x₁", f"-1.{unit}", way)
        playground.write("Weight from x₂", f"2,{unit}", way)
        layer = "[p.network.layers[0].b.tolist(), p.network.layers[0].W.tolist()]"
        row = f"[{layer}[0][{unit}], {layer}[1][{unit}]]"
        playground.expect_in_kernel(row, [(unit + 1.5) / 10, [-1 - unit / 10, 2 + unit / 10]])
        playground.press("button", "Close", way)
        expect(playground.inspector()).to_be_hidden()
    assert playground.kernel("p.training.epochs") == learned


@covers(("button", "Unit 1 of layer 2"), ("button", "Unit 2 of layer 2"), ("button", "Output"))
def test_units_further_on(playground: PlaygroundPage, way: str) -> None:
    for name, layer, unit, sources in (
        ("Unit 1 of layer 2", 1, 0, 4),
        ("Unit 2 of layer 2", 1, 1, 4),
        ("Output", 2, 0, 2),
    ):
        playground.press("button", name, way)
        fields = playground.inspector().get_by_role("textbox")
        expect(fields).to_have_count(1 + sources)
        playground.write(f"Weight from unit {sources} of layer {layer}", "0.75", way)
        weight = f"p.network.layers[{layer}].W[{unit}, {sources - 1}]"
        playground.expect_in_kernel(f"float({weight})", 0.75)


@covers(("button", "Output 1"), ("button", "Output 2"))
def test_outputs_of_classes(playground: PlaygroundPage, way: str) -> None:
    playground.begin_anew("output=softmax")
    for number in (1, 2):
        playground.press("button", f"Output {number}", way)
        playground.write("Bias", "0.5", way)
        playground.expect_in_kernel(f"float(p.network.layers[2].b[{number - 1}])", 0.5)


def test_a_line_opens_its_weight_by_mouse(playground: PlaygroundPage) -> None:
    first = playground.control("button", "Feature x₁").bounding_box()
    second = playground.control("button", "Unit 1 of layer 1").bounding_box()
    assert first is not None and second is not None
    middle = [
        (first[x] + first[size] / 2 + second[x] + second[size] / 2) / 2
        for x, size in (("x", "width"), ("y", "height"))
    ]
    playground.page.mouse.click(*middle)
    expect(playground.inspector()).to_be_visible()
    expect(playground.control("textbox", "Weight from x₁")).to_be_focused()


@covers(("combobox", "Lines show"))
def test_lines_show_weights_or_gradients(playground: PlaygroundPage, way: str) -> None:
    lines = playground.control("combobox", "Lines show")
    weights = playground.canvas(".mlp-edges")
    if way == "mouse":
        lines.select_option("gradients")
    else:
        lines.press("ArrowDown")
    expect(lines).to_have_value("gradients")
    assert playground.canvas(".mlp-edges") != weights
    lines.select_option("weights")
    assert playground.canvas(".mlp-edges") == weights


@covers(("checkbox", "Discretise"), ("checkbox", "Test points"))
def test_what_the_picture_shows(playground: PlaygroundPage, way: str) -> None:
    colours = """canvas => new Set(new Uint32Array(canvas.getContext('2d')
      .getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    big = playground.root.locator("canvas.mlp-map")
    assert big.evaluate(colours) > 10
    playground.press("checkbox", "Discretise", way)
    assert big.evaluate(colours) == 2
    playground.press("checkbox", "Discretise", way)
    assert big.evaluate(colours) > 10
    before = playground.canvas(".mlp-dots")
    playground.press("checkbox", "Test points", way)
    assert playground.canvas(".mlp-dots") != before
    playground.press("checkbox", "Test points", way)
    assert playground.canvas(".mlp-dots") == before


POINTS = "len(p._experiment.now.points.x)"
LAST = """(lambda points: [points.x[-1].round(2).tolist(), float(points.labels[-1])])(
  p._experiment.now.points)"""


@covers(
    ("button", "Draw points"),
    ("application", "Output over the plane of x₁ and x₂, with the points"),
    ("combobox", "Class of a new point"),
    ("button", "Clear all"),
    ("radio", "your own"),
)
def test_drawing_points(playground: PlaygroundPage, way: str) -> None:
    playground.press("button", "Draw points", way)
    keyboard, mouse = playground.page.keyboard, playground.page.mouse
    area = playground.root.get_by_role("application")
    kind = playground.control("combobox", "Class of a new point")
    playground.press("button", "Clear all", way)
    playground.expect_in_kernel(POINTS, 0)
    expect(playground.control("radio", "your own")).to_be_checked()
    for number, name in enumerate(("● 0", "■ 1", "▲ 2", "◆ 3")):
        if way == "mouse":
            kind.select_option(name)
            area.scroll_into_view_if_needed()
            box = area.bounding_box()
            assert box is not None
            at = box["x"] + box["width"] * (number + 2) / 8, box["y"] + box["height"] / 4
            mouse.click(*at)
            place = [6 * (2 * (number + 2) / 8 - 1), 3.0]
        else:
            if number == 0:
                area.focus()
                for key in ("Shift+ArrowLeft", "Shift+ArrowDown") * 12:
                    keyboard.press(key)
            kind.focus()
            keyboard.press("Home")
            for _ in range(number):
                keyboard.press("ArrowDown")
            area.focus()
            before = playground.notebook.mode_and_cell()
            for key in ("Shift+ArrowRight", "ArrowRight", "ArrowUp", "Enter"):
                keyboard.press(key)
            assert playground.notebook.mode_and_cell() == before, "the notebook took a key"
            place = [1.25 * (number + 1) - 6, 0.25 * (number + 1) - 6]
        playground.expect_in_kernel(POINTS, number + 1)
        last, label = playground.kernel(LAST)
        assert last == pytest.approx(place, abs=0.05) and label == number
    if way == "mouse":
        keyboard.down("Shift")
        mouse.click(*at)
        keyboard.up("Shift")
    else:
        keyboard.press("Delete")
    playground.expect_in_kernel(POINTS, 3)
    playground.press("button", "Draw points", way)
    expect(area).to_have_count(0)
    # And back to it from other data.
    playground.begin_anew("data=three_classes")
    if way == "mouse":
        playground.control("radio", "your own").click()
    else:
        playground.control("radio", "three classes").press("ArrowDown")
    playground.expect_in_kernel("p.settings['data']", "own")


@covers(("textbox", "Settings as a text"), ("button", "Copy"), ("button", "Restore"))
def test_the_settings_as_a_text(playground: PlaygroundPage, way: str) -> None:
    wanted = "data=spiral hidden=8,3 rate=0.1"
    playground.write("Settings as a text", wanted, way)
    playground.press("button", "Restore", way)
    playground.expect_in_kernel("p.state", wanted)
    playground.notebook.execute("p.set('momentum', 0.9)")
    playground.press("button", "Copy", way)
    copied = playground.page.evaluate("navigator.clipboard.readText()")
    assert copied == playground.kernel("p.state") != wanted
    playground.write("Settings as a text", "data=nonsense", way)
    playground.press("button", "Restore", way)
    expect(playground.alert).to_contain_text("nonsense")
    assert playground.kernel("p.state") == copied


@covers(("button", "PNG"), ("button", "SVG"))
def test_the_picture_as_a_file(playground: PlaygroundPage, way: str, tmp_path: Path) -> None:
    for kind in ("PNG", "SVG"):
        with playground.page.expect_download() as download:
            playground.press("button", kind, way)
        assert download.value.suggested_filename == f"playground.{kind.lower()}"
        download.value.save_as(tmp_path / kind)
    png = (tmp_path / "PNG").read_bytes()
    assert png.startswith(b"\x89PNG") and len(png) > 20_000
    svg = ElementTree.fromstring((tmp_path / "SVG").read_text("utf-8"))
    assert svg.tag.endswith("svg")


def test_the_tab_key_comes_to_every_control(playground: PlaygroundPage) -> None:
    """But to one unit only and to one data set, from which arrow keys lead to the others."""
    playground.open_inspector()
    playground.open_drawing()
    focusable = playground.root.evaluate(FOCUSABLE)
    keyboard = playground.page.keyboard
    playground.play.focus()
    before = playground.notebook.mode_and_cell()
    tell = """root => root.contains(document.activeElement)
      ? [document.activeElement.type ?? '', document.activeElement.className] : null"""
    reached = []
    while (now := playground.root.evaluate(tell)) is not None and len(reached) < 100:
        reached.append(now)
        keyboard.press("Tab")
    assert playground.notebook.mode_and_cell() == before
    disabled = playground.root.locator(":is(button, input, select):disabled").count()
    units = playground.root.locator(".mlp-unit").count()
    radios = playground.root.get_by_role("radio").count()
    assert len(reached) == focusable - disabled - (units - 1) - (radios - 1)


def test_the_arrow_keys_come_to_every_unit(playground: PlaygroundPage) -> None:
    units = playground.root.locator(".mlp-unit")
    playground.control("button", "Feature x₁").focus()
    before = playground.notebook.mode_and_cell()
    tell = "root => [...root.querySelectorAll('.mlp-unit')].indexOf(document.activeElement)"
    reached = set()
    for _ in range(4):
        for key in ("ArrowUp",) * 7 + ("ArrowDown",) * 7:
            reached.add(playground.root.evaluate(tell))
            playground.page.keyboard.press(key)
        reached.add(playground.root.evaluate(tell))
        playground.page.keyboard.press("ArrowRight")
    assert reached == set(range(units.count()))
    assert playground.notebook.mode_and_cell() == before


def test_no_control_is_without_a_test(playground: PlaygroundPage) -> None:
    playground.open_inspector()
    playground.open_drawing()
    seen = set()
    for state in ("", "output=softmax"):
        playground.notebook.execute(f"p.restore({state!r})")
        playground.notebook.wait_for_kernel()
        controls = playground.controls()
        assert playground.root.evaluate(FOCUSABLE) == len(controls) == len(set(controls))
        seen |= set(controls)
    assert seen <= COVERED, "no test operates these"
    assert seen >= COVERED - {("radio", "your own")}, "these are no longer there"
    assert playground.notebook.complaints == []
