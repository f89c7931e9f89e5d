"""What can be set in the playground, the text that holds it, and data of the reader's own."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpkit.widgets.playground.points import PLANE, own_points
from mlpkit.widgets.playground.settings import CHOICES, DEFAULTS, Choice, Settings


def values_of(choice: Choice) -> st.SearchStrategy[Any]:
    if choice.kind == "seed":
        return st.integers(0, 2**31 - 1)
    if choice.kind == "layers":
        return st.lists(st.sampled_from(choice.values), max_size=6)
    if choice.kind == "subset":
        return st.lists(st.sampled_from(choice.values), min_size=1)
    return st.sampled_from(choice.values)


ANY_SETTINGS = st.fixed_dictionaries({name: values_of(c) for name, c in CHOICES.items()})


@given(ANY_SETTINGS)
def test_settings_come_back_from_their_text(values: dict[str, Any]) -> None:
    settings = DEFAULTS
    for name, value in values.items():
        settings = settings.changed(name, value)
    text = settings.to_text()
    assert Settings.from_text(text) == settings
    assert len(text.split()) == sum(
        getattr(settings, name) != getattr(DEFAULTS, name) for name in CHOICES
    )


def test_the_text_is_short_and_can_be_read() -> None:
    settings = DEFAULTS.changed("data", "exclusive or").changed("hidden", [8, 8])
    settings = settings.changed("rate", 0.00001).changed("features", ["sin(x1)", "x1"])
    text = "data=exclusive_or features=x1,sin(x1) hidden=8,8 rate=1e-05"
    assert settings.to_text() == text
    assert DEFAULTS.to_text() == ""
    assert DEFAULTS.changed("hidden", ()).to_text() == "hidden="
    assert Settings.from_text("  rate=0.1\n") == DEFAULTS.changed("rate", 0.1)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (3, "the state is 3; expected a text"),
        ("spiral", "the state holds 'spiral'; expected words like rate=0.1"),
        ("colour=red", "no setting 'colour'. The known ones are: data, noise"),
        ("rate=fast", "rate is 'fast'. Expected one of: 1e-05, 0.0001"),
        ("rate=0.05", "rate is 0.05. Expected one of"),
        ("rate=nan", "rate is nan. Expected one of"),
        ("data=circle data=moons", "data is 'moons'. Expected one of: circle, exclusive or"),
        ("hidden=8,8,8,8,8,8,8", "Expected up to 6 whole numbers from 1 to 8"),
        ("hidden=0", "Expected up to 6 whole numbers from 1 to 8"),
        ("hidden=a", "hidden is 'a'. Expected up to 6"),
        ("features=", "features is ['']. Expected some of: x1, x2"),
        ("features=x3", "features is ['x3']. Expected some of"),
        ("seed=-1", "seed is -1. Expected a whole number from 0 on"),
        ("seed=1.5", "seed is '1.5'. Expected a whole number"),
        ("rate=" + 10_000 * "9", "rate is inf. Expected one of"),
        ("hidden=" + 5_000 * "9", "Expected up to 6"),
    ],
)
def test_a_text_that_is_none_is_refused(text: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)) as caught:
        Settings.from_text(text)
    assert len(str(caught.value)) < 250


def test_every_value_that_is_offered_is_taken_as_it_is() -> None:
    for name, choice in CHOICES.items():
        if choice.kind in ("choice", "slider"):
            for value in choice.values:
                assert getattr(DEFAULTS.changed(name, value), name) is value
        shown = choice.for_the_page(choice.values)
        assert len(shown["texts"]) == len(shown["values"]), name
        assert len(set(shown["texts"])) == len(choice.values), name


GARBAGE: list[Any] = [
    None, True, "", "no such value", -1, 1e300, 10**400, float("nan"), float("inf"), [], {}, [[]],
    [None], [1.5], [True], b"x", object(), np.array([1, 2]), {"a": 1}, ["x1", 3], [9], 7 * [1],
]  # fmt: skip


@pytest.mark.parametrize("name", CHOICES)
def test_what_cannot_be_set_is_refused_and_known_values_are_named(name: str) -> None:
    for value in GARBAGE:
        if name == "hidden" and isinstance(value, list) and not value:
            continue  # no hidden layer
        with pytest.raises(ValueError, match=f"^{name} is .*Expected"):
            DEFAULTS.changed(name, value)


@pytest.mark.parametrize("name", ["learning_rate", None, 3, ["rate"], ""])
def test_an_unknown_setting_is_refused_and_known_ones_are_named(name: Any) -> None:
    with pytest.raises(ValueError, match="there is no setting .*The known ones are: data, noise"):
        DEFAULTS.changed(name, 1)


def test_numbers_of_numpy_are_numbers() -> None:
    assert DEFAULTS.changed("rate", np.float64(0.1)).rate == 0.1
    assert type(DEFAULTS.changed("noise", np.int64(10)).noise) is int
    assert DEFAULTS.changed("rate", 1.0).rate == 1


X = [[0.0, 1.0], [2.0, -3.0], [4.0, 5.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    ("t", "labels", "classes"),
    [
        ([0, 1, 0, 1], [0, 1, 0, 1], 2),
        ([True, False, True, True], [1, 0, 1, 1], 2),
        ([-1, 1, 1, -1], [0, 1, 1, 0], 2),
        ([-1.0, 1.0, 1.0, -1.0], [0, 1, 1, 0], 2),
        ([[-1], [1], [1], [-1]], [0, 1, 1, 0], 2),
        ([0, 1, 4, 2], [0, 1, 4, 2], 5),
        ([0, 0, 0, 0], [0, 0, 0, 0], 2),
        ([[1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]], [0, 2, 1, 0], 3),
        ([0.5, 1.5, -2.0, 0.0], [0.5, 1.5, -2.0, 0.0], 0),
        ([[0.5], [1.5], [-2.0], [0.0]], [0.5, 1.5, -2.0, 0.0], 0),
    ],
)
def test_targets_of_every_kind_are_understood(t: Any, labels: list[float], classes: int) -> None:
    for given_t in (t, np.array(t)):
        points = own_points(X, given_t)
        assert points.labels.tolist() == labels
        assert points.classes == classes


def test_points_that_leave_the_plane_are_scaled_and_keep_their_numbers() -> None:
    x = np.array([[1000.0, 0.1], [3000.0, 0.2], [2000.0, 0.3]])
    points = own_points(x, [0, 1, 1])
    assert points.x[:, 0].tolist() == [-5, 5, 0]
    assert points.x[:, 1].tolist() == [0.1, 0.2, 0.3]
    assert points.ranges == ((800, 3200), (-PLANE, PLANE))
    share = (points.x[:, 0] + PLANE) / (2 * PLANE)
    np.testing.assert_allclose(800 + share * 2400, x[:, 0])
    assert own_points([[7.0, 0], [7.0, 0]], [0, 1]).x[:, 0].tolist() == [0, 0]
    huge = own_points([[-1e308, 0], [1e308, 0]], [0, 1])
    assert huge.x[:, 0].tolist() == [-5, 5]


def test_heights_have_a_range_of_colours() -> None:
    assert own_points(X, [0.5, -0.25, 0, 1]).heights == (-1, 1)
    assert own_points(X, [0.5, 2.5, 0, 1]).heights == (0, 2.5)
    assert own_points(X, [3.5] * 4).heights == (3.5, 4.5)


def test_columns_of_a_frame_give_their_names() -> None:
    class Frame(list):
        columns = ("length", "width")

    assert own_points(Frame(X), [0, 1, 0, 1]).names == ("length", "width")
    assert own_points(X, [0, 1, 0, 1]).names == ("x1", "x2")


@pytest.mark.parametrize(
    ("x", "t", "complaint"),
    [
        (np.ones((4, 3)), [0, 1, 0, 1], "x has the shape (4, 3); expected (examples, 2)"),
        (np.ones(4), [0, 1, 0, 1], "x has the shape (4,); expected (examples, 2)"),
        (np.ones((0, 2)), [], "x has the shape (0, 2)"),
        ("text", [0], "x is 'text'; expected an array of numbers"),
        ([[1, 2], [3]], [0, 1], "expected an array of numbers, all rows of one length"),
        ([[0, 1], [2, float("nan")]], [0, 1], "row 1 of x holds a NaN"),
        (X, [0, 1, float("inf"), 0], "row 2 of t holds a NaN or an infinity"),
        (X, [0, 1], "x has 4 examples and t has 2"),
        (X, 1, "t has the shape (); expected (examples,)"),
        (X, [[0.5, 0.5]] * 4, "t has the shape (4, 2); expected (examples,), or one-hot"),
        (X, [-2, 0, 1, 2], "t holds the class -2; classes are numbered from 0"),
        (X, [0, 1, 2, 30], "t has 31 classes; expected 2 to 8"),
        (X, [0.5, 1e6, 0, 0], "t reaches from 0 to 1e+06; expected heights within 10 of 0"),
        (X, ["a", "b", "a", "b"], "t is ['a', 'b', 'a', 'b']; expected an array of numbers"),
    ],
)
def test_data_that_are_none_are_refused(x: Any, t: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        own_points(x, t)
