"""The playground's widget without a page: each message in, through its real channel, and out."""

from __future__ import annotations

import inspect
import json
import math
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlpkit.activations import softmax
from mlpkit.network import forward
from mlpkit.training import train
from mlpkit.widgets import Challenge, Playground, side_by_side
from mlpkit.widgets.playground.features import FEATURES, features_of
from mlpkit.widgets.playground.messages import ACTIONS
from mlpkit.widgets.playground.settings import CHOICES, PARTS
from mlpkit.widgets.playground.widget import MODULES

GRID, PLANE = 50, 6.0


class Page:
    """The other end of a widget's channel: keeps what is sent to it."""

    def __init__(self, playground: Playground) -> None:
        self.comm = playground.comm
        self.sent: list[dict[str, Any]] = []
        self.buffers: list[list[Any]] = []
        self.traits: dict[str, Any] = {}
        self.comm.publish_msg = self._receive

    def _receive(self, kind: str, data: Any = None, buffers: Any = None, **rest: Any) -> None:
        if kind == "comm_msg" and data["method"] == "custom":
            # A page cannot read NaN.
            self.sent.append(json.loads(json.dumps(data["content"], allow_nan=False)))
            self.buffers.append([bytes(buffer) for buffer in buffers or []])
        elif kind == "comm_msg" and data["method"] == "update":
            self.traits |= data["state"]
            for (name, key), buffer in zip(data["buffer_paths"], buffers or []):
                self.traits[name][key] = bytes(buffer)

    def ask(self, **message: Any) -> dict[str, Any]:
        return self.say({"id": 7, **message})

    def say(self, content: Any) -> dict[str, Any]:
        """Sends a message, and returns its only answer."""
        count = len(self.sent)
        message = {"data": {"method": "custom", "content": content}}
        self.comm.handle_msg({"content": message, "buffers": []})
        assert len(self.sent) == count + 1, "each message gets exactly one answer"
        return self.sent[-1]

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Maps, parameters, gradient and curves of the last frame."""
        maps, *numbers = self.buffers[-1]
        parameters, gradient, curves = (np.frombuffer(part, np.float32) for part in numbers)
        planes = np.frombuffer(maps, np.uint8).reshape(-1, GRID, GRID)
        return planes, parameters, gradient, curves.reshape(3, -1)


def opened(*data: Any, **options: Any) -> tuple[Playground, Page]:
    playground = Playground(*data, **options)
    return playground, Page(playground)


def place_of(playground: Playground, index: int) -> list[float]:
    x = np.frombuffer(playground.points["x"], np.float32).reshape(-1, 2)
    return x[index].astype(float).tolist()


MESSAGES: dict[str, dict[str, Any]] = {
    "draw": {},
    "play": {},
    "step": {"what": "batch"},
    "reset": {"new": True},
    "regenerate": {},
    "set": {"name": "hidden", "value": [3]},
    "edit": {"place": [1, 0, 1], "value": 0.25},
    "add": {"x": [1.5, -2], "class": 1},
    "erase": {"x": [0.0, 0.0]},
    "clear": {},
    "undo": {},
    "restore": {"state": "data=spiral"},
}


def test_all_messages_are_tried_here() -> None:
    assert set(MESSAGES) == set(ACTIONS)


@pytest.mark.parametrize("do", MESSAGES)
def test_each_message_is_answered_by_a_frame(do: str) -> None:
    playground, page = opened()
    page.ask(do="step", what="epoch")
    page.ask(do="add", x=[0.1, 0.1], **{"class": 0})
    answer = page.ask(do=do, **MESSAGES[do])
    assert answer["kind"] == "frame"
    assert answer["id"] == 7
    maps, parameters, gradient, curves = page.arrays()
    sizes = answer["sizes"]
    assert len(maps) == sum(sizes[1:])
    count = sum(b * (a + 1) for a, b in zip(sizes, sizes[1:]))
    assert len(parameters) == len(gradient) == count
    assert np.array_equal(parameters, playground.network.parameters.astype(np.float32))
    assert curves.shape[1] >= 1
    assert len(answer["norms"]) == len(sizes) - 1


def test_a_frame_says_where_the_experiment_stands() -> None:
    _, page = opened(features=("x1", "x2^2"), hidden=(3,), output="softmax")
    answer = page.ask(do="draw")
    assert {key: answer[key] for key in ("epoch", "seen", "examples", "sizes", "features")} == {
        "epoch": 0, "seen": 0, "examples": 250, "sizes": [2, 3, 2], "features": ["x1", "x2^2"],
    }  # fmt: skip
    assert answer["train"] == pytest.approx(math.log(2), rel=0.2)
    assert (answer["output"], answer["problem"], answer["can_undo"]) == ("softmax", "", False)
    assert answer["goal"] is None
    assert answer["example"] is None
    assert set(answer["ms"]) == {"learn", "look"}
    answer = page.ask(do="step", what="example")
    assert (answer["epoch"], answer["seen"], answer["can_undo"]) == (0, 1, True)
    assert page.arrays()[3].shape == (3, 2)
    assert answer["example"] in range(500)


def test_messages_are_few_and_traits_go_out_only_when_they_change() -> None:
    _, page = opened()
    page.ask(do="play")
    assert page.traits == {}
    page.ask(do="set", name="rate", value=0.1)
    assert set(page.traits) == {"settings", "state"}
    assert page.traits["state"] == "rate=0.1"
    assert page.traits["settings"]["rate"] == 0.1
    page.ask(do="set", name="data", value="plane")
    assert set(page.traits) == {"settings", "state", "choices", "points"}
    assert page.traits["choices"]["output"]["values"] == ["identity"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"do": "dance"}, "It can ask for: draw, play, step"),
        ({"do": None}, "not known"),
        ({"do": ["play"]}, "not known"),
        ({"do": {}}, "not known"),
        ({}, "not known"),
        ([], "not known"),
        ("play", "not known"),
        (None, "not known"),
        (3, "not known"),
        ({"do": "step"}, "asked for 'step' without what"),
        (
            {"do": "step", "what": "leap"},
            "A step is 'leap'. Expected one of: example, batch, epoch",
        ),
        ({"do": "step", "what": ["epoch"]}, "Expected one of: example"),
        ({"do": "set"}, "without name and value"),
        ({"do": "set", "name": "rate"}, "without value"),
        ({"do": "set", "name": "speed", "value": 1}, "no setting 'speed'"),
        ({"do": "set", "name": "rate", "value": float("nan")}, "Rate is nan. Expected one of"),
        ({"do": "set", "name": "rate", "value": 10**400}, "Rate is 1000"),
        ({"do": "set", "name": "hidden", "value": "8,8"}, "Hidden is '8,8'. Expected up to 6"),
        ({"do": "set", "name": "hidden", "value": [10**9]}, "Expected up to 6"),
        ({"do": "set", "name": "data", "value": "own"}, "no data of your own. Draw a point"),
        ({"do": "edit", "place": [1, 0, 0]}, "without value"),
        ({"do": "edit", "place": [0, 0, 0], "value": 1}, "no parameter at [0, 0, 0]"),
        ({"do": "edit", "place": [1, 4, 0], "value": 1}, "no parameter at [1, 4, 0]"),
        ({"do": "edit", "place": [1, 0, 2], "value": 1}, "no parameter at"),
        ({"do": "edit", "place": [1, -1], "value": 1}, "no parameter at"),
        ({"do": "edit", "place": [4, 0], "value": 1}, "these units: (4, 2, 1)"),
        ({"do": "edit", "place": [1, 0.0], "value": 1}, "no parameter at"),
        ({"do": "edit", "place": [True, 0], "value": 1}, "no parameter at"),
        ({"do": "edit", "place": "10", "value": 1}, "no parameter at"),
        ({"do": "edit", "place": [1], "value": 1}, "no parameter at"),
        ({"do": "edit", "place": [1, 0], "value": None}, "Value is None; expected a number"),
        ({"do": "edit", "place": [1, 0], "value": "1"}, "Value is '1'; expected a number"),
        ({"do": "edit", "place": [1, 0], "value": float("inf")}, "Value is inf"),
        ({"do": "edit", "place": [1, 0], "value": float("nan")}, "Value is nan"),
        ({"do": "edit", "place": [1, 0], "value": 10**400}, "expected a number within 1e+06"),
        ({"do": "add", "x": [1, 2]}, "without class"),
        ({"do": "add", "x": [1, 2], "class": 4}, "The class is 4; expected a whole number below 4"),
        ({"do": "add", "x": [1, 2], "class": -1}, "The class is -1"),
        ({"do": "add", "x": [1, 2], "class": 1.0}, "The class is 1.0"),
        ({"do": "add", "x": [1, 2], "class": True}, "The class is True"),
        ({"do": "add", "x": [1], "class": 0}, "The place is [1]; expected two numbers"),
        ({"do": "add", "x": [7, 0], "class": 0}, "A coordinate is 7; expected a number within 6"),
        ({"do": "add", "x": [None, 0], "class": 0}, "A coordinate is None"),
        ({"do": "add", "x": {"0": 1}, "class": 0}, "expected two numbers"),
        ({"do": "erase", "x": [6, -6]}, "no point within 0.5 of here"),
        ({"do": "erase", "x": [float("nan"), 0]}, "A coordinate is nan"),
        ({"do": "undo"}, "There is nothing to undo."),
        ({"do": "restore", "state": 5}, "The state is 5; expected a text"),
        ({"do": "restore", "state": "x" * 100_000}, "The state holds 'xxx"),
        ({"do": "restore", "state": "data=own"}, "There are no data of your own"),
        ({"do": "restore", "state": "rate=0.1 seed=x"}, "Seed is 'x'"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(content: Any, complaint: str) -> None:
    playground, page = opened()
    before = playground.get_state(), playground.network.parameters.tolist()
    answer = page.say(content)
    assert answer["kind"] == "error"
    assert complaint in answer["text"]
    assert len(answer["text"]) < 400
    after = playground.get_state(), playground.network.parameters.tolist()
    assert before[1] == after[1]
    assert before[0] == after[0]
    assert not page.traits
    assert not page.ask(do="draw")["can_undo"]


def test_an_answer_carries_the_number_of_its_message() -> None:
    _, page = opened()
    assert page.say({"do": "draw"})["id"] is None
    assert page.say({"do": "draw", "id": "a"})["id"] == "a"
    assert page.say({"do": "dance", "id": 3})["id"] == 3
    assert page.say({"do": "picture", "id": 4})["id"] == 4


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"hidden": (), "data": "plane"},
        {"activation": "relu", "output": "sigmoid", "features": tuple(FEATURES)},
        {"activation": "sigmoid", "hidden": (8,) * 6, "data": "three classes", "temperature": 5},
    ],
    ids=str,
)
def test_the_map_of_each_unit_is_what_the_network_says_on_the_grid(options: dict) -> None:
    playground, page = opened(**options)
    answer = page.ask(do="step", what="epoch")
    network = playground.network
    maps = page.arrays()[0]
    unit = 0
    side = np.linspace(-PLANE, PLANE, GRID)
    for row, column in ((0, 0), (0, 49), (49, 0), (13, 31), (49, 49)):
        x = features_of(np.array([[side[column], side[row]]]), answer["features"])
        trace = forward(network, x)
        values = [*trace.a[:-1], trace.a[-1]]
        if answer["output"] == "softmax":
            values[-1] = softmax(trace.z[-1], playground.settings["temperature"])
        unit = 0
        for activation, a in zip(network.activations, values, strict=True):
            low = 0.0 if activation.name in ("sigmoid", "softmax") else -1.0
            for value in a[0]:
                expected = 254 * (min(max(value, low), 1.0) - low) / (1.0 - low)
                assert abs(int(maps[unit, row, column]) - expected) <= 0.51
                unit += 1
    assert unit == len(maps)


def test_heights_of_ones_own_have_the_colours_of_their_range() -> None:
    x = [[0, 0], [1, 1], [2, 2], [3, 3]]
    playground, page = opened(x, [2.0, 4.0, 6.0, 3.0], hidden=(), initial="zero")
    page.ask(do="edit", place=[1, 0], value=4.0)
    assert set(page.arrays()[0].ravel()) == {127}
    assert np.frombuffer(playground.points["label"], np.float32).tolist() == [-1, 0, 1, -0.5]
    assert playground.points["classes"] == 0


def test_what_is_not_a_number_has_a_byte_of_its_own() -> None:
    _, page = opened(activation="identity", rate=10, data="plane")
    answer: dict[str, Any] = {"problem": ""}
    while not answer["problem"]:
        answer = page.ask(do="step", what="epoch")
    for _ in range(3):
        answer = page.ask(do="play")
    assert (page.arrays()[0][-1] == 255).any()
    assert answer["train"] is None
    assert None in answer["norms"] or all(map(math.isfinite, answer["norms"]))
    page.ask(do="undo")
    answer = page.ask(do="reset")
    assert answer["problem"] == ""
    assert (page.arrays()[0] != 255).all()


def test_the_norms_are_those_of_the_gradient_by_layer() -> None:
    playground, page = opened()
    answer = page.ask(do="step", what="batch")
    gradient = page.arrays()[2].astype(float)
    layers = playground.network.with_parameters(gradient).layers
    expected = [math.hypot(np.linalg.norm(W), np.linalg.norm(b)) for W, b, _ in layers]
    assert answer["norms"] == pytest.approx(expected, rel=1e-5)


def test_maps_of_features_have_the_lowest_x2_first() -> None:
    maps = np.frombuffer(Playground().feature_maps, np.uint8).reshape(7, GRID, GRID)
    by_name = dict(zip(FEATURES, maps, strict=True))
    assert by_name["x1"][3].tolist() == sorted(by_name["x1"][3].tolist())
    assert (by_name["x1"][:, 0] == 0).all()
    assert (by_name["x2"][0] == 0).all()
    assert (by_name["x2"][-1] == 254).all()
    assert by_name["x1*x2"][0, 0] == 254
    assert by_name["x1^2"].min() >= 127


def test_points_on_the_page_are_those_of_the_experiment() -> None:
    playground, page = opened()
    page.ask(do="add", x=[1.25, -3.5], **{"class": 2})
    points = page.traits["points"]
    assert points["classes"] == 3
    assert np.frombuffer(points["x"], np.float32)[-2:].tolist() == [1.25, -3.5]
    assert np.frombuffer(points["label"], np.float32)[-1] == 2
    assert len(np.frombuffer(points["test"], np.uint8)) == 501
    assert playground.settings["data"] == "own"
    assert "own" in playground.choices["data"]["values"]
    page.ask(do="erase", x=place_of(playground, 3))
    assert len(page.traits["points"]["test"]) == 500


def test_data_of_ones_own_can_be_left_and_taken_again() -> None:
    x = np.array([[100.0, 0.0], [300.0, 1.0]] * 10)
    playground, page = opened(x, [0, 1] * 10)
    assert playground.points["ranges"][0] == [80, 320]
    assert playground.settings["data"] == "own"
    page.ask(do="set", name="data", value="spiral")
    assert page.traits["points"]["ranges"][0] == [-6, 6]
    answer = page.ask(do="set", name="data", value="own")
    assert answer["examples"] == 10


def test_python_sees_what_the_page_does_and_the_page_what_python_does() -> None:
    playground, page = opened(data="Gaussian", momentum=0.9)
    playground.step("epoch", times=3)
    assert page.sent[-1]["kind"] == "frame"
    assert page.sent[-1]["id"] is None
    assert page.sent[-1]["epoch"] == 3
    page.ask(do="step", what="epoch")
    assert playground.history_columns["epoch"].tolist() == [0, 1, 2, 3, 4]
    assert playground.history.heading == ("epoch", "training loss", "test loss")
    assert playground.history.rows[-1][0] == "4"
    playground.set("rate", 0.1)
    assert page.traits["state"] == "data=Gaussian rate=0.1 momentum=0.9"
    playground.undo()
    assert playground.state == "data=Gaussian momentum=0.9"
    playground.reset(new=True)
    assert page.sent[-1]["epoch"] == 0
    playground.restore("data=spiral")
    assert playground.settings["data"] == "spiral"
    with pytest.raises(ValueError, match="rate is 7. Expected"):
        playground.set("rate", 7)
    with pytest.raises(ValueError, match="times is 0"):
        playground.step(times=0)


def test_the_network_and_the_training_are_copies_that_mlpkit_goes_on_with() -> None:
    playground, page = opened(momentum=0.5)
    page.ask(do="step", what="epoch")
    network, training = playground.network, playground.training
    network.parameters[:] = 0
    training.last.parameters[:] += 1
    assert playground.network.parameters.any()
    points = playground.points
    test = np.frombuffer(points["test"], np.uint8)
    assert test.sum() == 250
    x = np.frombuffer(points["x"], np.float32).reshape(-1, 2)[test == 0]
    t = 2.0 * np.frombuffer(points["label"], np.float32)[test == 0, None] - 1
    gone_on = train(playground.training, x, t, rate=0.03, momentum=0.5, batch_size=10, epochs=1)
    page.ask(do="step", what="epoch")
    # The page's points are rounded to 32 bits.
    np.testing.assert_allclose(playground.network.parameters, gone_on.last.parameters, atol=1e-5)


def test_a_pause_parts_two_runs_of_play() -> None:
    playground, page = opened()
    playground.playing = True
    page.ask(do="play")
    playground.playing = False
    playground.playing = True
    page.ask(do="play")
    page.ask(do="play")
    assert page.ask(do="undo")["epoch"] == 1


def test_a_challenge_is_told_with_each_frame() -> None:
    playground, page = opened(data="Gaussian", challenge=Challenge(0.1))
    assert playground.challenge == {"text": "Reach a test loss below 0.1."}
    assert not page.ask(do="draw")["goal"]["reached"]
    for _ in range(20):
        answer = page.ask(do="play")
    assert answer["goal"]["reached"]
    assert "Reached: a test loss of 0.0" in answer["goal"]["text"]


def test_a_lesson_chooses_what_is_seen() -> None:
    playground = Playground(hide=("data", "curves"), view={"lines": "gradients"})
    assert playground.hidden_parts == ["data", "curves"]
    assert playground.view["lines"] == "gradients"
    assert playground.view["discretise"] is False
    assert playground.challenge is None


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"hide": ("sound",)}, f"no part to hide 'sound'. The known ones are: {', '.join(PARTS)}"),
        ({"hide": "data"}, "no part to hide 'd'"),
        ({"view": {"colour": 1}}, "no choice of view 'colour'. The known ones are: discretise"),
        ({"rate": 2}, "rate is 2. Expected one of"),
        ({"speed": 2}, "no setting 'speed'"),
        ({"x": [[0, 1]]}, "x and t come together"),
        ({"t": [0]}, "x and t come together"),
        ({"data": "own"}, "no data of your own"),
    ],
)
def test_a_playground_that_cannot_be_is_refused(options: dict, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Playground(**options)


def test_the_page_gets_a_label_and_values_for_each_setting() -> None:
    playground = Playground()
    assert set(playground.choices) == set(CHOICES) == set(playground.settings)
    assert "own" not in playground.choices["data"]["values"]
    assert playground.choices["output"]["values"] == ["tanh", "sigmoid", "softmax"]
    assert playground.choices["noise"]["texts"][1] == "5 %"
    json.dumps(playground.choices)


def test_two_beside_each_other_stay_at_one_epoch() -> None:
    first, second = Playground(rate=0.1), Playground(momentum=0.9, epochs_per_frame=5)
    first.step("epoch")
    box = side_by_side(first, second)
    one, other = Page(first), Page(second)

    def epochs() -> tuple[int, int]:
        return one.sent[-1]["epoch"], other.sent[-1]["epoch"]

    assert box.children == (first, second)
    one.ask(do="draw")
    assert epochs() == (0, 0)
    one.ask(do="play")
    assert epochs() == (1, 1)
    assert (one.sent[-1]["id"], other.sent[-1]["id"]) == (7, None)
    other.ask(do="play")
    assert epochs() == (6, 6)
    for what in ("example", "batch", "epoch"):
        one.ask(do="step", what=what)
        assert one.sent[-1]["seen"] == other.sent[-1]["seen"]
    assert epochs() == (7, 7)
    one.ask(do="undo")
    assert epochs()[0] == epochs()[1]
    one.ask(do="edit", place=[1, 0], value=1.0)
    assert epochs() == (6, 6)
    one.ask(do="set", name="hidden", value=[2])
    assert epochs() == (0, 0)
    assert other.sent[-1]["sizes"] == [2, 4, 2, 1]
    one.ask(do="play")
    other.ask(do="reset", new=True)
    assert epochs() == (0, 0)
    assert first.settings["seed"] == second.settings["seed"] == 1
    assert first.settings["rate"] == 0.1
    assert second.settings["rate"] == 0.03
    expected = Playground(rate=0.1, hidden=(2,), seed=1)
    one.ask(do="step", what="epoch")
    expected.step("epoch")
    assert np.array_equal(first.network.parameters, expected.network.parameters)


def test_if_one_of_two_diverges_neither_goes_on() -> None:
    first, second = Playground(data="plane"), Playground(data="plane", rate=10)
    side_by_side(first, second)
    one, other = Page(first), Page(second)
    for _ in range(200):
        one.ask(do="play")
    assert other.sent[-1]["problem"]
    assert one.sent[-1]["epoch"] == other.sent[-1]["epoch"] < 200


def test_two_beside_each_other_pause_and_part_together() -> None:
    first, second = Playground(), Playground()
    box = side_by_side(first, second)
    first.playing = True
    assert second.playing
    with pytest.raises(ValueError, match="neither in step with another"):
        side_by_side(first, Playground())
    with pytest.raises(ValueError, match="two different playgrounds"):
        side_by_side(third := Playground(), third)
    assert repr(box).count("epoch 0") == 2
    data, _ = box._repr_mimebundle_()
    assert data["text/html"].count("<img alt=") == 2
    page = Page(second)
    first.close()
    assert page.ask(do="play")["epoch"] == 1
    assert first.training.epochs == 0
    second.playing = False


def test_an_output_without_a_kernel_says_everything_and_is_the_same_each_time() -> None:
    def bundle() -> dict[str, Any]:
        playground = Playground(data="spiral", hidden=(8, 8), features=tuple(FEATURES))
        playground.step("epoch", times=2)
        data, _ = playground._repr_mimebundle_()
        del data["application/vnd.jupyter.widget-view+json"]
        return data

    first = bundle()
    assert first == bundle()
    assert set(first) == {"text/plain", "text/html"}
    for said in ("spiral", "x₁x₂", "8, 8 hidden units", "epoch 2", "training loss", "test loss"):
        assert said in first["text/plain"], said
    assert '<img alt="' in first["text/html"]
    assert "<script" not in first["text/html"]


def test_a_picture_is_sent_when_asked_for() -> None:
    playground, page = opened()
    answer = page.ask(do="picture")
    assert answer["kind"] == "picture"
    assert answer["svg"] == playground.figure.svg
    assert answer["alt"] == playground.figure.alt
    assert f'viewBox="0 0 {answer["width"]} {answer["height"]}"' in answer["svg"]


def test_a_closed_playground_is_silent() -> None:
    playground, page = opened()
    count = len(page.sent)
    playground.close()
    playground.step("epoch")
    assert len(page.sent) == count


def test_the_page_is_made_of_all_its_modules_each_after_those_it_imports() -> None:
    folder = Path(inspect.getfile(Playground)).parent
    assert sorted(MODULES) == sorted(file.stem for file in folder.glob("*.js"))
    for number, name in enumerate(MODULES):
        source = (folder / f"{name}.js").read_text(encoding="utf-8")
        for imported in re.findall(r'from "\./(\w+)\.js"', source):
            assert imported in MODULES[:number], f"{name} imports {imported}"


def test_playing_starts_no_thread() -> None:
    before = threading.active_count()
    playground, page = opened()
    playground.playing = True
    for _ in range(20):
        page.ask(do="play")
    assert threading.active_count() == before
    assert not inspect.iscoroutinefunction(playground.step)


def test_a_fault_of_ours_is_answered_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the page would wait for a frame for ever."""
    playground, page = opened()

    def fail() -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(playground._experiment, "clear", fail)
    answer = page.ask(do="clear")
    assert answer == {"kind": "error", "id": 7, "text": "Out of order"}


def test_the_inputs_of_the_network_are_made_from_the_readers_numbers():
    generator = np.random.default_rng(0)
    x = generator.uniform((300, 900), (800, 2600), (40, 2))
    widget = Playground(x, np.arange(40) % 3, features=("x1", "x1*x2"), hidden=(3,))
    low, high = x.min(axis=0), x.max(axis=0)
    scaled = 10 * (x - low) / (high - low) - 5
    expected = np.stack([scaled[:, 0], scaled[:, 0] * scaled[:, 1]], axis=1)
    np.testing.assert_allclose(widget.inputs(x), expected, rtol=0, atol=1e-9)
    assert forward(widget.network, widget.inputs(x)).output.shape == (40, 3)
    with pytest.raises(ValueError, match=r"shape \(2,\); expected \(places, 2\)"):
        widget.inputs([500, 1500])
