"""The widgets in JupyterLab, moved by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab, OpenNotebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SAMPLES = Path(__file__).parents[1] / "questions"
LINES = 24
KINDS = ("choice", "line", "number", "order")
CELLS = [
    """
from pathlib import Path
from mlpkit.network import Network
from mlpkit.widgets import Stepper
from mlpkit.widgets.question import QuestionWidget
from mlpkit.widgets.question_file import load_question
from mlpkit.worked import work

network = Network.from_layers([[[0.1, 0.2], [0.3, -0.4]], [[0.5, 0.6]]], [[0.1, 0.1], [0.2]])
worked = work(network, [1, 0], [1], rate=0.1, momentum=0.9)
stepper = Stepper(worked)
stepper
""",
    "Stepper(worked)",
    *(f"QuestionWidget(load_question('99-{kind}', Path({str(SAMPLES)!r})))" for kind in KINDS),
]


@pytest.fixture(scope="module")
def notebook(lab: Lab, open_notebook: Callable[[str], OpenNotebook]) -> OpenNotebook:
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS]
    content = nbformat.v4.new_notebook(cells=cells)
    content.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    notebook = open_notebook(lab.write(content, "widgets.ipynb"))
    notebook.run_all()
    return notebook


@pytest.fixture
def stepper(notebook: OpenNotebook) -> Locator:
    stepper = notebook.widgets(".mlp-stepper").first
    stepper.get_by_role("button", name="Restart").click()
    expect_step(stepper, 0)
    expect_picture(stepper, r"^(?!.*Highlighted)")
    return stepper


@pytest.fixture
def questions(notebook: OpenNotebook) -> dict[str, Locator]:
    forms = notebook.widgets(".mlp-question")
    return {kind: forms.nth(i) for i, kind in enumerate(KINDS)}


def expect_step(stepper: Locator, number: int) -> None:
    expect(stepper.locator(".mlp-count")).to_have_text(f"step {number} of {LINES}")
    expect(stepper.get_by_role("slider")).to_have_value(str(number))
    expect(stepper.locator("li:visible")).to_have_count(max(number, 1))


def expect_picture(stepper: Locator, description: str) -> None:
    expect(stepper.locator(".mlp-picture")).to_have_accessible_name(re.compile(description))


def expect_feedback(question: Locator, *texts: str) -> None:
    for text in texts:
        expect(question.locator(".mlp-feedback")).to_contain_text(text)


def test_next_shows_the_next_line_and_points_out_its_unit(stepper: Locator) -> None:
    expect(stepper.get_by_role("listitem")).to_have_text(
        "Nothing is calculated yet. What comes first?"
    )
    stepper.get_by_role("button", name="Next").click()
    expect_step(stepper, 1)
    expect(stepper.get_by_role("status")).to_have_text(
        "forward, layer 1, unit 1: h1 = 0.5498339973"
    )
    expect_picture(stepper, "h1: 0.5498.*Highlighted: h1")
    stepper.get_by_role("button", name="Next").click()
    expect_picture(stepper, "h2: 0.5987.*Highlighted: h2")
    stepper.get_by_role("button", name="Back").click()
    expect_step(stepper, 1)
    expect_picture(stepper, "Highlighted: h1")


def test_the_formulae_are_typeset(stepper: Locator) -> None:
    stepper.get_by_role("button", name="Next").click()
    expect(stepper.locator("li:visible mjx-container")).to_have_count(4)
    assert "$" not in stepper.locator(".mlp-lines").inner_text()


def test_a_phase_has_a_button_that_goes_to_its_first_line(stepper: Locator) -> None:
    button = stepper.get_by_role("button", name="error terms")
    button.click()
    expect_step(stepper, 4)
    expect(button).to_have_attribute("aria-current", "step")
    expect_picture(stepper, "error term 0.0639.*Highlighted: o1")


def test_the_stepper_works_by_keyboard_alone(notebook: OpenNotebook, stepper: Locator) -> None:
    keyboard = notebook.page.keyboard
    stepper.get_by_role("button", name="Restart").focus()
    before = notebook.mode_and_cell()
    for keys, step in (
        (["Tab", "Tab", "Enter"], 1),
        (["Space"], 2),
        (["Tab", "ArrowRight"], 3),
        (["ArrowUp"], 4),
        (["ArrowLeft", "ArrowDown"], 2),
        (["End"], LINES),
        (["Home"], 0),
        (["Shift+Tab", "Shift+Tab", "Enter"], 0),
    ):
        for key in keys:
            keyboard.press(key)
        expect_step(stepper, step)
    assert notebook.mode_and_cell() == before, "the notebook took a key that was the widget's"


def test_the_last_step_shows_the_updated_weights(stepper: Locator) -> None:
    stepper.get_by_role("slider").press("End")
    expect_step(stepper, LINES)
    expect_picture(stepper, r"w_o1,0 = 0\.2064\.")
    expect(stepper.locator("svg")).to_contain_text("0.2064")
    expect(stepper.locator("li").last).to_be_in_viewport()
    stepper.get_by_role("button", name="Next").press("Enter")
    expect_step(stepper, LINES)


def test_steppers_on_one_page_do_not_disturb_each_other(
    notebook: OpenNotebook, stepper: Locator
) -> None:
    other = notebook.widgets(".mlp-stepper").nth(1)
    stepper.get_by_role("slider").press("End")
    expect_step(stepper, LINES)
    expect_step(other, 0)


def test_setting_the_step_in_python_moves_the_widget(
    notebook: OpenNotebook, stepper: Locator
) -> None:
    notebook.execute("stepper.step = 3")
    expect_step(stepper, 3)
    expect_picture(stepper, "Highlighted: o1")


def test_time_from_slider_to_picture(
    notebook: OpenNotebook, stepper: Locator, record_property: Callable[[str, object], None]
) -> None:
    times = notebook.page.evaluate(MEASURE)
    typical, slow = median(times), quantiles(times, n=20)[-1]
    record_property(
        "measured: slider to picture, a stepper",
        f"median {typical:.0f} ms, 95th percentile {slow:.0f} ms of {len(times)}",
    )
    # Far above what it takes, for machines that do other things at the same time.
    assert typical < 500


@pytest.mark.parametrize(
    ("kind", "wrong", "right"),
    [
        ("choice", ("positive", "would raise the loss"), ("negative", "lowers the loss")),
        ("line", ("1", "This is the definition"), ("2", "The slope is")),
    ],
)
def test_a_choice_is_told_what_is_wrong_and_what_is_right(
    questions: dict[str, Locator], kind: str, wrong: tuple[str, str], right: tuple[str, str]
) -> None:
    question = questions[kind]
    for (option, said), mark in ((wrong, "✗ Not"), (right, "✓")):
        question.get_by_role("radio", name=re.compile(f"^{option}")).check()
        expect(question.locator(".mlp-feedback")).to_be_hidden()
        question.get_by_role("button", name="Check").click()
        expect_feedback(question, mark, said)


def test_a_choice_works_by_keyboard_alone(
    notebook: OpenNotebook, questions: dict[str, Locator]
) -> None:
    keyboard, question = notebook.page.keyboard, questions["choice"]
    question.get_by_role("radio").first.focus()
    before = notebook.mode_and_cell()
    keyboard.press("Space")
    keyboard.press("ArrowDown")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect_feedback(question, "Not yet", "would raise the loss")
    keyboard.press("Shift+Tab")
    keyboard.press("ArrowUp")
    keyboard.press("Enter")
    expect_feedback(question, "Right", "lowers the loss")
    assert notebook.mode_and_cell() == before, "the notebook took a key that was the widget's"


def test_a_number_is_checked_with_enter(questions: dict[str, Locator]) -> None:
    field = questions["number"].get_by_label("Your number")
    for typed, said in (
        ("abc", "Write a number"),
        ("0.5", "is missing"),
        ("7", "Multiply"),
        ("0,25", "Right."),
    ):
        field.fill(typed)
        field.press("Enter")
        expect_feedback(questions["number"], said)


def test_steps_are_put_in_order_by_keyboard(
    notebook: OpenNotebook, questions: dict[str, Locator]
) -> None:
    question = questions["order"]
    up = question.get_by_role("listitem").nth(1).get_by_role("button", name="Move up")
    up.focus()
    notebook.page.keyboard.press("Enter")
    expect(question.get_by_role("listitem").first).to_contain_text("forward pass")
    question.get_by_role("button", name="Check").press("Enter")
    expect_feedback(question, "Not yet", "need the old weights")
    question.get_by_role("listitem").nth(1).get_by_role("button", name="Move down").press("Space")
    question.get_by_role("button", name="Check").press("Enter")
    expect_feedback(question, "Right", "Each needs the one before it")


def test_everything_that_can_be_operated_has_a_name(notebook: OpenNotebook) -> None:
    controls = notebook.page.locator(".mlp-widget").locator("button, input, [tabindex]")
    for control in controls.all():
        expect(control).to_have_accessible_name(re.compile(r"\S"))


# Moves the slider and waits for the frame that shows the new picture, 60 times. No two of the first
# six steps have the same picture.
MEASURE = """async () => {
  const stepper = document.querySelector('.mlp-stepper');
  const slider = stepper.querySelector('input');
  const picture = stepper.querySelector('.mlp-picture');
  const times = [];
  for (let i = 1; i <= 60; i++) {
    const drawn = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error('no new picture')), 10000);
      const observer = new MutationObserver(() => {
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.now()));
      });
      observer.observe(picture, { childList: true });
    });
    const start = performance.now();
    slider.value = 1 + i % 6;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    times.push(await drawn - start);
    await new Promise(resolve => setTimeout(resolve, 30));
  }
  return times;
}"""
