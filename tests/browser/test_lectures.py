"""Every lecture in JupyterLab, as a student meets it: what moves is moved, what asks is answered.

By mouse and by keyboard. The times from a slider's event to the new picture are printed at the end.
What can be moved in a playground is moved in test_playground_controls.py.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, expect

from mlpkit.widgets.judging import ChoiceQuestion, NumberQuestion, OrderQuestion
from mlpkit.widgets.question_file import load_question
from tests.browser.lab import ROOT, Lab, OpenNotebook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LECTURES = sorted((ROOT / "lectures").glob("*.ipynb"))


@pytest.fixture(scope="module", params=LECTURES, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture(scope="module")
def lecture(path: Path, browser: Browser, lab: Lab) -> Iterator[OpenNotebook]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    lecture = OpenNotebook(page, lab.link(lab.add(path)))
    lecture.run_all()
    yield lecture
    lecture.shut_down()
    page.close()


@pytest.fixture(scope="module")
def questions(path: Path, lecture: OpenNotebook) -> dict[str, Locator]:
    """The questions on the page, by name."""
    cells = nbformat.read(path, as_version=4).cells
    sources = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    names = re.findall(r'^question\("([^"]+)"\)', sources, flags=re.MULTILINE)
    forms = lecture.page.locator(".jp-Notebook .mlp-question")
    expect(forms).to_have_count(len(names))
    return {name: forms.nth(i) for i, name in enumerate(names)}


def explorers(lecture: OpenNotebook) -> list[Locator]:
    return lecture.page.locator(".jp-Notebook .mlp-explorer").all()


def test_all_cells_run_without_an_error_and_without_the_network(lecture: OpenNotebook) -> None:
    assert any(lecture.outputs())
    assert lecture.complaints == []


def test_there_is_something_to_move_and_something_to_answer(
    lecture: OpenNotebook, questions: dict[str, Locator]
) -> None:
    assert questions
    assert lecture.page.locator(":is(.mlp-explorer, .mlp-stepper, .mlp-playground)").count()


def test_formulas_are_typeset(lecture: OpenNotebook) -> None:
    assert lecture.page.locator("mjx-container").count() > 0
    assert lecture.page.locator("mjx-merror").all_inner_texts() == []


def test_every_slider_choice_and_number_changes_what_is_shown(lecture: OpenNotebook) -> None:
    for explorer in explorers(lecture):
        content, at_start = explorer.locator(".mlp-content"), shown(explorer)
        for control in explorer.locator(".mlp-control").all():
            seen = {at_start, *move(lecture, control, content)}
            assert len(seen) > 1, f"{control.inner_text()} changes nothing"
            reset = explorer.get_by_role("button", name="Reset")
            reset.press("Enter")
            expect_shown(explorer, at_start)
        assert content.get_by_role("alert").count() == 0


def move(lecture: OpenNotebook, control: Locator, content: Locator) -> Iterator[str]:
    """Moves a control to several places by mouse and by keyboard; what is shown at each."""
    slider, radios = control.get_by_role("slider"), control.get_by_role("radio")
    explorer = content.locator("..")
    if slider.count():
        slider.press("Home")
        yield settled(lecture, explorer)
        low = slider.input_value()
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        assert box is not None
        lecture.page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + box["height"] / 2)
        assert slider.input_value() != low, "the slider does not follow the mouse"
        yield settled(lecture, explorer)
        slider.press("ArrowLeft")
        yield settled(lecture, explorer)
        slider.press("End")
        yield settled(lecture, explorer)
        written = control.locator("output").inner_text()
        assert written == control.locator("input").get_attribute("aria-valuetext")
    elif radios.count():
        for radio in radios.all():
            radio.check()
            yield settled(lecture, explorer)
        radios.last.press("ArrowUp")
        expect(radios.nth(radios.count() - 2)).to_be_checked()
        yield settled(lecture, explorer)
    else:
        field = control.get_by_role("textbox")
        value = float(field.input_value().replace("−", "-"))
        for other in (value + 0.5, value - 0.25):
            field.fill(str(other))
            yield settled(lecture, explorer)


def shown(explorer: Locator) -> str:
    return explorer.locator(".mlp-content").inner_html()


def settled(lecture: OpenNotebook, explorer: Locator) -> str:
    """What is shown once the kernel has answered."""
    lecture.wait_for_kernel()
    return shown(explorer)


def expect_shown(explorer: Locator, content: str) -> None:
    # Formulas are typeset anew, with other numbers in their elements.
    def plain(html: str) -> str:
        return re.sub(r"<mjx-container.*?</mjx-container>", "", html, flags=re.DOTALL)

    for _ in range(50):
        if plain(shown(explorer)) == plain(content):
            return
        explorer.page.wait_for_timeout(100)
    raise AssertionError("Reset does not bring the start back")


def test_every_stepper_goes_to_its_end_and_back(lecture: OpenNotebook) -> None:
    for stepper in lecture.page.locator(".jp-Notebook .mlp-stepper").all():
        picture, slider = stepper.locator(".mlp-picture"), stepper.get_by_role("slider")
        before = picture.get_attribute("aria-label") or ""
        stepper.get_by_role("button", name="Next").click()
        expect(stepper.locator(".mlp-count")).to_contain_text("step 1")
        slider.press("ArrowRight")
        expect(stepper.locator(".mlp-count")).to_contain_text("step 2")
        slider.press("End")
        expect(picture).not_to_have_attribute("aria-label", before)
        stepper.get_by_role("button", name="Restart").click()
        expect(picture).to_have_attribute("aria-label", before)


def test_a_wrong_answer_is_told_why_and_the_right_one_is_right(
    lecture: OpenNotebook, questions: dict[str, Locator]
) -> None:
    for name, form in one_of_each_kind(questions).items():
        question = load_question(name)
        if isinstance(question, ChoiceQuestion):
            for number in ((question.answer + 1) % len(question.options), question.answer):
                form.get_by_role("radio").nth(number).check()
                form.get_by_role("button", name="Check").click()
                # Playwright looks again only after 100 ms, then 250: this is quicker.
                lecture.wait_for_kernel()
                expect_feedback(form, question.feedback[number], right=number == question.answer)
        elif isinstance(question, NumberQuestion):
            for value, said in [*question.mistakes[:1], (question.answer, question.right)]:
                field = form.get_by_role("textbox")
                field.fill(f"{value:.12g}")
                field.press("Enter")
                lecture.wait_for_kernel()
                expect_feedback(form, said, right=value == question.answer)
        elif isinstance(question, OrderQuestion):
            put_in_order(form, question)
            lecture.wait_for_kernel()
            expect_feedback(form, question.right, right=True)


def one_of_each_kind(questions: dict[str, Locator]) -> dict[str, Locator]:
    """One of each kind is the same widget as the others, whose judging needs no browser.

    EVERY_QUESTION=1 asks them all, which takes two minutes more.
    """
    if os.environ.get("EVERY_QUESTION") == "1":
        return questions
    kinds = {load_question(name).kind: name for name in reversed(questions)}
    return {name: questions[name] for name in kinds.values()}


def put_in_order(form: Locator, question: OrderQuestion) -> None:
    """Moves each option up to its place, by keyboard."""
    for place in range(len(question.steps)):
        option = question.steps.index(place)
        item = form.locator(f'li[data-option="{option}"]')
        items = form.locator(".mlp-steps li")
        for _ in range(len(question.steps)):
            if items.nth(place).get_attribute("data-option") == str(option):
                break
            item.get_by_role("button", name="Move up").press("Enter")
    form.get_by_role("button", name="Check").press("Enter")


def expect_feedback(form: Locator, said: str, *, right: bool) -> None:
    feedback = form.locator(".mlp-feedback")
    expect(feedback).to_contain_text("✓" if right else "✗ Not")
    # Up to the first formula; that one is typeset.
    expect(feedback).to_contain_text(re.split(r"[$`*\n]", said)[0].strip())


def test_a_question_is_answered_by_keyboard_alone(
    lecture: OpenNotebook, questions: dict[str, Locator]
) -> None:
    name, question = next(
        (name, question)
        for name in questions
        if isinstance(question := load_question(name), ChoiceQuestion)
    )
    form, keyboard = questions[name], lecture.page.keyboard
    number = 0
    form.get_by_role("radio").first.focus()
    keyboard.press("Space")
    before = lecture.mode_and_cell()
    for wanted in ((question.answer + 1) % len(question.options), question.answer):
        for _ in range((wanted - number) % len(question.options)):
            keyboard.press("ArrowDown")
        keyboard.press("Tab")
        keyboard.press("Enter")
        expect_feedback(form, question.feedback[wanted], right=wanted == question.answer)
        keyboard.press("Shift+Tab")
        number = wanted
    assert lecture.mode_and_cell() == before, "the notebook took a key that was the widget's"


def test_hints_come_one_at_a_time(questions: dict[str, Locator]) -> None:
    for name, form in questions.items():
        hints = load_question(name).hints
        button = form.get_by_role("button", name="Hint")
        for number in range(len(hints)):
            expect(form.locator(".mlp-hints li")).to_have_count(number)
            button.press("Enter")
        expect(form.locator(".mlp-hints li")).to_have_count(len(hints))


def test_everything_that_can_be_operated_has_a_name(lecture: OpenNotebook) -> None:
    nameless = lecture.page.evaluate(NAMELESS)
    assert nameless == []


def test_time_from_slider_to_picture(
    path: Path, lecture: OpenNotebook, record_property: Callable[[str, object], None]
) -> None:
    times: list[float] = []
    for number in range(len(explorers(lecture))):
        times += lecture.page.evaluate(MEASURE, number)
    if not times:
        pytest.skip("no slider")
    typical, slow = median(times), quantiles(times, n=20)[-1]
    record_property(
        f"measured: slider to picture, {path.stem}",
        f"median {typical:.0f} ms, 95th percentile {slow:.0f} ms of {len(times)}",
    )
    # Far above what it takes, for machines that do other things at the same time.
    assert typical < 500


# What can be operated and has neither a label nor a text nor a name of its own.
NAMELESS = """() =>
  [...document.querySelectorAll('.mlp-widget :is(button, input, [tabindex])')]
    .filter(e => !(e.labels?.length && [...e.labels].some(l => l.textContent.trim()))
      && !e.textContent.trim() && !e.getAttribute('aria-label'))
    .map(e => e.outerHTML)"""

# Moves the first slider of an explorer to and fro, and waits for the frame that shows the picture.
MEASURE = """async number => {
  const explorer = document.querySelectorAll('.jp-Notebook .mlp-explorer')[number];
  const slider = explorer.querySelector('input[type=range]');
  if (!slider) return [];
  const content = explorer.querySelector('.mlp-content');
  const times = [];
  for (let i = 0; i < 8; i++) {
    const drawn = new Promise(resolve => {
      const giveUp = setTimeout(() => { observer.disconnect(); resolve(null); }, 1500);
      const observer = new MutationObserver(() => {
        observer.disconnect();
        clearTimeout(giveUp);
        requestAnimationFrame(() => resolve(performance.now()));
      });
      observer.observe(content, { childList: true });
    });
    const start = performance.now();
    const before = slider.value;
    i % 2 ? slider.stepDown(1 + i % 3) : slider.stepUp(1 + (i + 1) % 3);
    if (slider.value === before) continue;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    const end = await drawn;
    // Two neighbouring positions may have the same picture, and then nothing is sent.
    if (end !== null) times.push(end - start);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return times;
}"""
