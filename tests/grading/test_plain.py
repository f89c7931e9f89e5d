"""Plain data crosses the wall unchanged, and nothing else crosses it."""

from __future__ import annotations

import base64
import contextlib
import json
import time

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox import plain
from autograder.sandbox.plain import Based, Handle, Imported, NotPlain, Source, TooLarge

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
        | st.sets(st.text(max_size=3))
        | st.integers(0, 9).map(range)
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
    [object(), len, np.array([object()]), np.zeros(1, "M8[s]"), np.zeros(1, "V4"), 1 << 40_000],
    ids=["object", "function", "objects", "dates", "records", "large"],
)
def test_what_is_not_plain_is_refused(value: object) -> None:
    with pytest.raises(NotPlain):
        plain.write(value)


@given(arrays.arrays(np.dtype("U4"), arrays.array_shapes(min_dims=0, min_side=0)))
def test_arrays_of_text_come_back_as_they_were(array: np.ndarray) -> None:
    returned = plain.read(plain.write(array))
    assert returned.dtype.kind == "U"
    assert returned.shape == array.shape
    assert returned.tolist() == array.tolist()


def test_slices_and_the_ellipsis_cross() -> None:
    for value in (slice(1, None, 2), slice("a", (1, 2)), Ellipsis):
        assert plain.read(plain.write(value)) == value


def wide_and_cyclic() -> list[object]:
    cycle: list[object] = []
    cycle += [cycle, cycle, cycle]
    return cycle


TOO_MUCH = {
    "cyclic": [wide_and_cyclic()],
    "deep": json.loads("[" * 900 + "]" * 900),
    "bytes": [bytes(2**24)],
    "one text, often": ["x" * 10**6] * 10**4,
    "array": [np.broadcast_to(np.float64(1), (2**40,))],
    "keys": dict.fromkeys(range(10**6)),
    "digits": 10 ** (10**6),
}


@pytest.mark.parametrize("value", TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_is_refused_before_it_is_written(value: object) -> None:
    start = time.process_time()
    with pytest.raises(TooLarge):
        plain.write(value)
    # Far more than it takes anywhere: what is walked to its end would take minutes.
    assert time.process_time() - start < 30


def test_objects_that_stay_behind_are_handles() -> None:
    handle = Handle(7, "function", False, (), ("__call__",))
    assert plain.read(plain.write([1, print], keep=lambda _: handle)) == [1, handle]
    kind = Handle(8, "Mine", True, ("ValueError", "Exception"), ("__call__",))
    assert plain.read(plain.write(kind)) == kind


def test_functions_for_the_kernel_cross_as_their_names_and_sources() -> None:
    source = Source("lambda x: f(x)", "<lambda>", {"f": Imported("math", "sin")})
    assert plain.read(plain.write([source])) == [source]


def test_subclasses_cross_as_what_they_are_made_of() -> None:
    class Loud(list):
        def __eq__(self, other: object) -> bool:
            return True

    class Lying:
        __class__ = property(lambda self: float)  # type: ignore[assignment]

        def __float__(self) -> float:
            return 1.0

    assert type(plain.read(plain.write(Loud([1])))) is list
    handle = Handle(7, "Loud")
    assert plain.read(plain.write(Loud([1]), lambda _: handle)) == Based(handle, [1])
    assert plain.read(plain.write(Lying(), lambda _: handle)) == handle
    matrix = plain.read(plain.write(np.ma.masked_array([1.0, 2.0])))
    assert type(matrix) is np.ndarray


def test_a_truth_value_is_0_or_1() -> None:
    content = base64.b64encode(b"\x02\x00").decode()
    array = plain.read(json.dumps(["array", "|b1", [2], content]))
    assert array.tobytes() == b"\x01\x00"


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
    '["handle", "0", "function", true, [], []]',
    '["handle", 0, "function", true, [0], []]',
    '["handle", 0, "function", true, [], ' + json.dumps(["x"] * 1000) + "]",
    '["handle", true, "function", true, [], []]',
    '["scalar", "<f8", [2], "AAAAAAAAAAAAAAAAAAAAAA=="]',
    '["array", "<f8", [0, 1000000000000], ""]',
    '["texts", [3], ["a"]]',
    '["texts", [1], [1]]',
    '["range", 0, 1000000000000, 1]',
    '["range", 0, 1, 0]',
    '["range", 0, "1", 1]',
    '["based", ["list", []], 1]',
    '["set", [["array", "<f8", [], "AAAAAAAAAAA="]]]',
    '["dict", [[["slice", 1, 2, 3], 1]]]',
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


def written(start: str, item: str, count: int) -> str:
    return start + ",".join([item] * count) + "]]"


SLOW = {
    "numbers": written('["list",[', "0", 4_000_000),
    "lists": written('["list",[', "[]", 2_700_000),
    "tagged lists": written('["list",[', '["list",[]]', 130_000),
    "objects": written('["list",[', '{"":0}', 1_000_000),
    "arrays": written('["list",[', '["array","<f8",[0],""]', 130_000),
    "pairs": written('["dict",[', "[1,0]", 500_000),
    "keys that are pairs": written('["dict",[', '[["tuple",[1]],0]', 130_000),
    "deep": written('["list",[', '["tuple",[' * 37 + "]]" * 37, 3500),
    "integers": written('["list",[', "9" * 4300, 1900),
    "long texts": '["texts",[100001],["' + "x" * 10**6 + '"' + ',""' * 10**5 + "]]",
    "surrogates": '"' + "\\ud800" * 1_300_000 + '"',
    "keys with one hash": json.dumps(
        ["set", [["int", hex(k * (2**61 - 1))] for k in range(1, 120_000)]]
    ),
    "values with one hash": json.dumps(
        ["dict", [[["complex", -1_000_003 * k, k], 0] for k in range(120_000)]]
    ),
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_nothing_takes_long_to_read(text: str) -> None:
    seconds = []
    # The best of three, for the machine may be busy.
    for _ in range(3):
        start = time.process_time()
        with contextlib.suppress(NotPlain):
            plain.read(text)
        seconds.append(time.process_time() - start)
    assert min(seconds) < 10


TAGS = (
    "int complex bytes list tuple set frozenset dict range slice array scalar texts ellipsis "
    "handle based imported source"
).split()
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=16).map(lambda b: base64.b64encode(b).decode())
    | st.sampled_from(["<f8", "|b1", ">i4", "|O", "<U4", "<c16", "0xff", "__call__"])
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.builds(lambda tag, rest: [tag, *rest], st.sampled_from(TAGS), st.lists(inner))
        | st.builds(lambda tag, rest: [tag, rest], st.sampled_from(TAGS), st.lists(inner))
        | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=30,
)


@given(TREES)
def test_any_tree_is_read_or_refused(tree: object) -> None:
    with contextlib.suppress(NotPlain):
        plain.read(json.dumps(tree))


@given(st.text() | st.binary() | st.integers() | st.none())
def test_any_text_is_read_or_refused(text: object) -> None:
    with contextlib.suppress(NotPlain):
        plain.read(text)


@given(VALUES, st.data())
def test_a_damaged_text_is_read_or_refused(value: object, data: st.DataObject) -> None:
    text = plain.write(value)
    place = data.draw(st.integers(0, len(text)))
    damage = data.draw(st.text(max_size=3) | st.sampled_from(['"', "[", "]", ",", "1e999", "-"]))
    with contextlib.suppress(NotPlain):
        plain.read(text[:place] + damage + text[place + data.draw(st.integers(0, 3)) :])
