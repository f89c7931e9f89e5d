"""When two results agree, and what is said when they do not."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mlpkit.check import agrees, describe_difference

NUMBERS = arrays(
    np.float64, array_shapes(min_dims=0, max_dims=3, max_side=4), elements=st.floats(-1e3, 1e3)
)


@given(NUMBERS)
def test_containers_count_alike(numbers):
    as_tuples = json.loads(json.dumps(numbers.tolist()), object_hook=tuple)
    for same in (numbers, numbers.tolist(), as_tuples, numbers.copy(order="F")):
        assert agrees(same, numbers)


@given(NUMBERS)
def test_rounding_is_forgiven_and_no_more(numbers):
    scale = np.max(np.abs(numbers)) + 0.01
    assert agrees(numbers + 1e-14 * scale, numbers)
    assert not agrees(numbers + 1e-4 * scale, numbers)
    assert not agrees(numbers.astype(np.float32) + np.float32(1e-3 * scale), numbers)


@given(NUMBERS)
def test_single_precision_is_forgiven(numbers):
    assert agrees(numbers.astype(np.float32), numbers)
    assert agrees(numbers.astype(np.float32).tolist(), numbers)


@given(NUMBERS, NUMBERS)
def test_shapes_are_never_broadcast(one, other):
    if one.shape != other.shape:
        assert not agrees(np.zeros(one.shape), np.zeros(other.shape))
        assert "shape" in describe_difference(np.zeros(one.shape), np.zeros(other.shape))


@given(NUMBERS.filter(lambda numbers: numbers.size > 0), st.sampled_from([np.nan, np.inf]))
def test_what_is_not_finite_agrees_with_nothing(numbers, bad):
    wrong = numbers.copy()
    wrong.flat[0] = bad
    assert not agrees(wrong, numbers)
    assert not agrees(wrong, wrong)


@given(NUMBERS, NUMBERS)
def test_several_results(one, other):
    assert agrees([one.tolist(), other], (one, other))
    assert not agrees((one,), (one, other))
    assert not agrees((one, other, one), (one, other))


def test_integers_and_booleans_where_the_numbers_are_exact():
    assert agrees(np.array([1, 0]), np.array([1.0, 0.0]))
    assert agrees(True, 1.0)
    assert not agrees(0, 0.5)


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        (None, 1.0, "return at the end"),
        ("1", 1.0, "a str, not numbers"),
        (len, 1.0, "parentheses"),
        ([1j], 1.0, "complex"),
        ([[1.0], [1.0, 2.0]], 1.0, "rectangular"),
        ([np.nan], [1.0], "NaN"),
        ([np.inf], [1.0], "infinity"),
        ([-1.0, 2.0], [1.0, -2.0], "opposite sign"),
        ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 3.0], [2.0, 4.0]], "transposed"),
        ([0.12, 0.35], [0.1234, 0.3456], "rounded"),
        ([[1.0, 2.0, 3.0]], [1.0, 2.0, 3.0], "The numbers are right"),
        ([1.0, 2.0], [1.0, 4.0], "1 of 2 numbers differ. The largest difference is 2 at [1]"),
        ((1.0,), (1.0, 2.0), "2 results are expected. What came back is a tuple of 1."),
        ((1.0, 3.0), (1.0, 2.0), "Right already: result 1"),
    ],
)
def test_differences_in_words(actual, expected, words):
    assert words in describe_difference(actual, expected)
    numbers_hidden = describe_difference(actual, expected, reveal=False)
    assert "largest" not in numbers_hidden
