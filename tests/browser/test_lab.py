"""The lectures in JupyterLab, as a student meets them."""

from __future__ import annotations

import re
from collections.abc import Callable

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from mlpkit.widgets.judging import ChoiceQuestion
from mlpkit.widgets.question_file import load_question
from tests.browser.lab import ROOT, Lab, OpenNotebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LECTURE = ROOT / "lectures" / "05_backpropagation_by_hand.ipynb"


@pytest.fixture(scope="module")
def lecture(lab: Lab, open_notebook: Callable[[str], OpenNotebook]) -> OpenNotebook:
    lecture = open_notebook(lab.add(LECTURE))
    lecture.run_all()
    return lecture


@pytest.fixture(scope="module")
def questions(lecture: OpenNotebook) -> dict[str, Locator]:
    """The questions on the page, by name."""
    cells = nbformat.read(LECTURE, as_version=4).cells
    sources = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    names = re.findall(r'^question\("([^"]+)"\)', sources, flags=re.MULTILINE)
    forms = lecture.widgets(".mlp-question")
    expect(forms).to_have_count(len(names))
    return {name: forms.nth(i) for i, name in enumerate(names)}


def test_all_cells_run_without_an_error_and_without_the_network(lecture: OpenNotebook) -> None:
    assert any(lecture.outputs())
    assert lecture.complaints == []


def test_the_stepper_reaches_the_updated_weight(lecture: OpenNotebook) -> None:
    stepper = lecture.widgets(".mlp-stepper").first
    picture, slider = stepper.locator(".mlp-picture"), stepper.get_by_role("slider")
    before = picture.get_attribute("aria-label") or ""
    stepper.get_by_role("button", name="Next").click()
    expect(stepper.get_by_role("status")).to_contain_text("forward, layer 1, unit 1")
    expect(picture).to_have_attribute("aria-label", re.compile("Highlighted: h1"))
    slider.press("ArrowRight")
    expect(stepper.locator(".mlp-count")).to_contain_text("step 2")
    slider.press("End")
    expect(stepper.get_by_role("status")).to_contain_text("update, layer 1")
    after = picture.get_attribute("aria-label") or ""
    assert weights(before).keys() == weights(after).keys()
    assert weights(before) != weights(after)


def weights(description: str) -> dict[str, str]:
    """The weights that a picture's description gives."""
    return dict(re.findall(r"(w_[\w,]+)'? = (\S+)\.(?= |$)", description))


def test_each_answer_to_a_choice_has_its_own_feedback(questions: dict[str, Locator]) -> None:
    for name, form in questions.items():
        question = load_question(name)
        if isinstance(question, ChoiceQuestion):
            for number, said in enumerate(question.feedback):
                form.get_by_role("radio").nth(number).check()
                form.get_by_role("button", name="Check").click()
                expect_feedback(form, said, right=number == question.answer)


def test_a_question_is_answered_by_keyboard_alone(
    lecture: OpenNotebook, questions: dict[str, Locator]
) -> None:
    question = load_question("05-output-sign")
    assert isinstance(question, ChoiceQuestion)
    form, keyboard = questions["05-output-sign"], lecture.page.keyboard
    number = 0
    form.get_by_role("radio").first.check()
    for wanted in ((question.answer + 1) % len(question.options), question.answer):
        for _ in range((wanted - number) % len(question.options)):
            keyboard.press("ArrowDown")
        keyboard.press("Tab")
        keyboard.press("Enter")
        expect_feedback(form, question.feedback[wanted], right=wanted == question.answer)
        keyboard.press("Shift+Tab")
        number = wanted


def expect_feedback(form: Locator, said: str, *, right: bool) -> None:
    feedback = form.locator(".mlp-feedback")
    expect(feedback).to_contain_text("✓" if right else "✗ Not")
    # Up to the first formula; that one is typeset.
    expect(feedback).to_contain_text(re.split(r"[$`]", said)[0].strip())
