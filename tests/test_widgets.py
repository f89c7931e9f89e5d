"""The Python side of the widgets: what is known, said and shown, without a browser."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mlpkit import lab
from mlpkit.lab import PromptConnection, ZMQChannelsWebsocketConnection
from mlpkit.network import Network
from mlpkit.widgets import Stepper, question
from mlpkit.widgets.judging import ChoiceQuestion, NumberQuestion, OrderQuestion
from mlpkit.widgets.page import inline_markup
from mlpkit.widgets.question import QuestionWidget
from mlpkit.widgets.question_file import load_all_questions, load_question, load_questions
from mlpkit.worked import Worked, work

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "tests" / "questions"


@pytest.fixture
def worked() -> Worked:
    network = Network.from_layers([[[0.1, 0.2], [0.3, -0.4]], [[0.5, 0.6]]], [[0.1, 0.1], [0.2]])
    return work(network, [1, 0], [1], rate=0.1, momentum=0.9)


def sample(name: str) -> QuestionWidget:
    return QuestionWidget(load_question(name, SAMPLES))


def test_the_stepper_begins_before_the_first_line(worked: Worked) -> None:
    stepper = Stepper(worked)
    assert stepper.step == 0
    assert "h1: " not in stepper.pictures[0]["alt"]


def test_a_step_shows_what_is_known_by_then_and_no_more(worked: Worked) -> None:
    description = Stepper(worked).pictures[1]["alt"]
    assert "h1: 0.5498" in description
    assert "h2: " not in description
    assert "Highlighted: h1" in description


def test_the_last_step_shows_the_updated_weights(worked: Worked) -> None:
    pictures = Stepper(worked).pictures
    assert len(pictures) == len(worked.lines) + 1
    assert "w_o1,0 = 0.2." in pictures[0]["alt"]
    assert "w_o1,0 = 0.2064." in pictures[-1]["alt"]
    assert "0.2064" in pictures[-1]["svg"]


@pytest.mark.parametrize(("asked", "got"), [(-3, 0), (1000, 24)])
def test_a_step_outside_the_calculation_becomes_the_nearest(
    worked: Worked, asked: int, got: int
) -> None:
    stepper = Stepper(worked)
    stepper.step = asked
    assert stepper.step == got


def test_a_step_sends_its_number_and_nothing_else(
    worked: Worked, monkeypatch: pytest.MonkeyPatch
) -> None:
    stepper = Stepper(worked)
    sent: list[str] = []
    monkeypatch.setattr(stepper, "send_state", lambda key: sent.append(key))
    stepper.step = 1
    assert sent == ["step"]


def test_stepping_leaves_no_thread(worked: Worked) -> None:
    before = threading.active_count()
    stepper = Stepper(worked)
    for stepper.step in range(len(worked.lines) + 1):
        pass
    assert threading.active_count() == before


def test_every_line_is_spoken_in_words(worked: Worked) -> None:
    assert Stepper(worked).lines[0]["spoken"] == "forward, layer 1, unit 1: h1 = 0.5498339973"


@pytest.mark.parametrize("kind", ["stepper", "choice", "line", "number", "order"])
def test_outputs_without_a_kernel_say_everything_and_are_the_same_each_time(
    kind: str, worked: Worked
) -> None:
    def bundle() -> dict[str, Any]:
        widget = Stepper(worked) if kind == "stepper" else sample(f"99-{kind}")
        data, _ = widget._repr_mimebundle_()
        del data["application/vnd.jupyter.widget-view+json"]
        return data

    first = bundle()
    assert first == bundle()
    assert set(first) == {"text/plain", "text/html"}
    assert "object at 0x" not in first["text/plain"]


def test_a_stepper_without_a_kernel_shows_lines_and_pictures(worked: Worked) -> None:
    data, _ = Stepper(worked)._repr_mimebundle_()
    assert "0.2063915705" in data["text/plain"]
    assert data["text/html"].count("<img alt=") == 4


def test_a_question_without_a_kernel_shows_the_choices_but_no_answer() -> None:
    text = sample("99-order").static_text()
    assert text.splitlines() == [
        "Question. Put the steps in order.",
        "  (1) update of $w$",
        "  (2) forward pass",
        "  (3) error terms",
    ]
    assert "Right" not in sample("99-choice").static_html()


@pytest.mark.parametrize(
    ("name", "answer", "state", "feedback"),
    [
        ("99-choice", 0, "right", "More net input"),
        ("99-choice", 1, "wrong", "would raise"),
        ("99-choice", 2, "wrong", "not in"),
        ("99-choice", None, "unread", "Choose one"),
        ("99-line", 0, "wrong", "definition"),
        ("99-line", 1, "right", "slope"),
        ("99-number", "0.25", "right", "steepest"),
        ("99-number", " 0,255 ", "right", "steepest"),
        ("99-number", "0.256", "wrong", "Multiply"),
        ("99-number", "0.5", "wrong", "missing"),
        ("99-number", "\N{MINUS SIGN}0.25", "wrong", "Multiply"),
        ("99-number", "a quarter", "unread", "Write a number"),
        ("99-number", "nan", "wrong", "Multiply"),
        ("99-number", None, "unread", "Write a number"),
        ("99-order", [1, 2, 0], "right", "before it"),
        ("99-order", [1, 0, 2], "wrong", "old weights"),
        ("99-order", [2, 1, 0], "wrong", "does each step need"),
        ("99-order", [0, 0, 2], "unread", "all of the steps"),
    ],
)
def test_each_answer_has_its_feedback(name: str, answer: Any, state: str, feedback: str) -> None:
    widget = sample(name)
    widget.check(answer)
    assert widget.state == state
    assert feedback in widget.feedback


def test_the_answers_stay_in_the_kernel() -> None:
    for name in ("99-choice", "99-line", "99-number", "99-order"):
        state = json.dumps({k: v for k, v in sample(name).get_state().items() if k[0] != "_"})
        assert "right" not in state
        assert "0.25" not in state


def test_a_text_is_escaped_and_code_is_marked() -> None:
    widget = sample("99-choice")
    assert "<code>J</code>" in widget.text
    assert widget.text.count("<p>") == 2
    assert widget.options[0] == "negative: $a - t &lt; 0$"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("the last *step*, not *this one*", "the last <em>step</em>, not <em>this one</em>"),
        ("`a * b` and $a * b$ and $c * d$", "<code>a * b</code> and $a * b$ and $c * d$"),
        ("3 * 4 * 5", "3 * 4 * 5"),
        ("`x < 1`", "<code>x &lt; 1</code>"),
    ],
)
def test_stress_and_code_and_formulas_are_told_apart(text: str, html: str) -> None:
    assert inline_markup(text) == html


def test_every_question_of_the_package_tells_right_from_wrong() -> None:
    for name, asked in load_all_questions().items():
        if isinstance(asked, ChoiceQuestion):
            states = [asked.judge(number).state for number in range(len(asked.options))]
            assert states.count("right") == 1, name
            assert len(set(asked.feedback)) == len(asked.feedback), name
        elif isinstance(asked, NumberQuestion):
            assert asked.judge(f"{asked.answer:.12g}").state == "right", name
            for value, said in asked.mistakes:
                assert asked.judge(f"{value:.12g}") == ("wrong", said), (name, value)
        elif isinstance(asked, OrderQuestion):
            right = [asked.steps.index(place) for place in range(len(asked.steps))]
            assert asked.judge(right).state == "right", name
            assert asked.judge(list(range(len(right)))).state == "wrong", name


def test_an_unknown_question_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no question '99-nothing'.*99-choice, 99-line"):
        load_question("99-nothing", SAMPLES)
    known = next(iter(load_all_questions()))
    with pytest.raises(ValueError, match=known):
        question("nothing")


CHOICE: dict[str, Any] = {
    "kind": "choice",
    "text": "Which?",
    "choices": [
        {"text": "this", "right": True, "feedback": "Yes."},
        {"text": "that", "feedback": "No."},
    ],
}
NUMBER: dict[str, Any] = {
    "kind": "number",
    "text": "How much?",
    "answer": 1,
    "tolerance": 0.1,
    "right": "Yes.",
    "wrong": "No.",
}
ORDER: dict[str, Any] = {
    "kind": "order",
    "text": "In which order?",
    "steps": ["one", "two"],
    "shown": [1, 0],
    "right": "Yes.",
    "wrong": "No.",
}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ([], "07.json: expected an object"),
        ({"06-x": CHOICE}, "07.json: 06-x: the name does not begin with 07-"),
        ({"07-x": 3}, "07.json: 07-x: expected an object, got 3"),
        ({"07-x": {"text": "?"}}, '07.json: 07-x: expected a "kind"'),
        ({"07-x": {**CHOICE, "kind": "riddle"}}, "07.json: 07-x: kind: .*choice, line"),
        ({"07-x": {**CHOICE, "text": ""}}, "07.json: 07-x: text: expected a text"),
        ({"07-x": {**CHOICE, "hint": "?"}}, '07.json: 07-x: unknown field "hint"'),
        ({"07-x": {**CHOICE, "choices": []}}, "07-x: choices: expected a list of 2 or more"),
        (
            {"07-x": {**CHOICE, "choices": [{"text": "a", "feedback": "b"}] * 2}},
            '07-x: choices: expected "right": true in exactly one, got 0',
        ),
        (
            {"07-x": {**CHOICE, "choices": [*CHOICE["choices"], {"text": "a"}]}},
            r'07-x: choices\[2\]: the field "feedback" is missing',
        ),
        ({"07-x": {**NUMBER, "answer": "1"}}, "07-x: answer: expected a number, got '1'"),
        ({"07-x": {**NUMBER, "tolerance": -1}}, "07-x: tolerance: expected 0 or more"),
        (
            {"07-x": {**NUMBER, "mistakes": [{"value": 2}]}},
            r'07-x: mistakes\[0\]: the field "feedback" is missing',
        ),
        ({"07-x": {**ORDER, "shown": [0, 0]}}, "07-x: shown: expected each of 0 to 1 once"),
        ({"07-x": {**ORDER, "shown": [0, 1]}}, "07-x: shown: this is the right order already"),
        (
            {"07-x": {**ORDER, "mistakes": [{"step": 2, "before": 0, "feedback": "No."}]}},
            r"07-x: mistakes\[0\]: step: expected a number from 0 to 1, got 2",
        ),
    ],
)
def test_a_malformed_question_is_named_with_its_file_and_field(
    content: Any, complaint: str, tmp_path: Path
) -> None:
    file = tmp_path / "07.json"
    file.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=complaint):
        load_questions(file)


def test_a_file_that_is_not_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "07.json").write_text('{"07-x": ')
    with pytest.raises(ValueError, match="07.json is not JSON"):
        load_question("07-x", tmp_path)


@pytest.mark.parametrize("chosen", [ZMQChannelsWebsocketConnection, int])
def test_another_connection_that_was_chosen_stays(chosen: type) -> None:
    server = SimpleNamespace(web_app=SimpleNamespace(settings={lab.SETTING: chosen}))
    lab._load_jupyter_server_extension(server)
    wanted = PromptConnection if chosen is ZMQChannelsWebsocketConnection else chosen
    assert server.web_app.settings[lab.SETTING] is wanted


def test_the_connection_sends_small_messages_at_once() -> None:
    class FarEnough(Exception):
        pass

    class Handler:
        def set_nodelay(self, value: bool) -> None:
            assert value
            raise FarEnough

    with pytest.raises(FarEnough):
        PromptConnection.connect(SimpleNamespace(websocket_handler=Handler()))  # type: ignore
