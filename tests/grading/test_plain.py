"""Plain data crosses the wall unchanged, and nothing else crosses it."""

from __future__ import annotations

import contextlib
import json

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import plain
from autograder.plain import Handle, NotPlain

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text(), inner)
        | st.frozensets(st.integers())
    ),
    max_leaves=20,
)
NUMBERS = arrays.boolean_dtypes() | arrays.integer_dtypes() | arrays.floating_dtypes()


@given(VALUES)
def test_values_come_back_as_they_were(value: object) -> None:
    returned = plain.read(plain.write(value))
    assert returned == value
    assert type(returned) is type(value)


@given(arrays.arrays(NUMBERS, arrays.array_shapes(min_dims=0, min_side=0)))
def test_arrays_come_back_as_they_were(array: np.ndarray) -> None:
    returned = plain.read(plain.write(array))
    assert returned.dtype == array.dtype
    assert returned.shape == array.shape
    assert returned.tobytes() == array.tobytes()
    assert returned.flags.writeable


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float32("nan")])
def test_nan_and_infinity_cross(value: float) -> None:
    assert repr(plain.read(plain.write(value))) == repr(value)


@pytest.mark.parametrize(
    "value",
    [object(), len, np.array([object()]), np.array(["text"]), np.zeros(1, "M8[s]"), 1 << 40_000],
    ids=["object", "function", "objects", "texts", "dates", "large"],
)
def test_what_is_not_plain_is_refused(value: object) -> None:
    with pytest.raises(NotPlain):
        plain.write(value)


def test_what_refers_to_itself_is_refused() -> None:
    cycle: list[object] = []
    cycle.append(cycle)
    with pytest.raises(NotPlain, match="nested"):
        plain.write(cycle)


def test_objects_that_stay_behind_are_handles() -> None:
    text = plain.write([1, print], keep=lambda value: Handle(7, "function", True))
    assert plain.read(text) == [1, Handle(7, "function", True)]


def test_subclasses_cross_as_what_they_are_made_of() -> None:
    class Loud(list):
        def __eq__(self, other: object) -> bool:
            return True

    assert type(plain.read(plain.write(Loud([1])))) is list
    matrix = plain.read(plain.write(np.ma.masked_array([1.0, 2.0])))
    assert type(matrix) is np.ndarray


HOSTILE = [
    "",
    "nonsense",
    "[" * 100_000,
    "9" * 100_000,
    '["array", "O", [1], "AAAAAAAAAAA="]',
    '["array", "<f8", [1000000000], "AAAAAAAAAAA="]',
    '["array", "<f8", [-1], ""]',
    '["array", "<f8", [true], "AAAAAAAAAAA="]',
    '["array", "<f8", [0, 1e9], ""]',
    '["array", "<f8,<f8", [1], "AAAAAAAAAAAAAAAAAAAAAA=="]',
    '["scalar", "<f9", [], "AAAAAAAAAAA="]',
    '["bytes", "not base64!"]',
    '["dict", [[["list", []], 1]]]',
    '["dict", [1]]',
    '["set", [["list", []]]]',
    '["handle", "0", "function", true]',
    '["pickle", "gASVHAAAAAAAAACMCGJ1aWx0aW5zlIwFcHJpbnSUk5QpUpQu"]',
    '["int", "' + "f" * 100_000 + '"]',
    '{"a": 1}',
    "[]",
    "[1]",
    json.dumps(["list"] * 3),
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_refused(text: str) -> None:
    with pytest.raises(NotPlain):
        plain.read(text)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=8), st.lists, max_leaves=30))
def test_any_json_is_read_or_refused(tree: object) -> None:
    with contextlib.suppress(NotPlain):
        plain.read(json.dumps(tree))
