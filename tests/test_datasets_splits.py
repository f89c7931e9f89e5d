"""Splits and folds: nothing lost, nothing twice, nobody in two parts. And datasets, and digits."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpkit.datasets import Dataset, digits, logic, one_of, rows, splits


def numbered(count, groups=None):
    """Examples that can be recognised; about["person"] has the group of each."""
    x = np.arange(count, dtype=float)[:, None]
    person = np.array([f"p{number}" for number in groups or range(count)], dtype=str)
    return Dataset(x, 2 * x, ("number",), ("twice",), {"person": person})


GROUPS = st.lists(st.integers(0, 12), min_size=5, max_size=60).filter(lambda g: len(set(g)) >= 5)


@given(st.integers(5, 80), st.integers(0, 9))
def test_each_example_is_in_one_part_with_its_target(count, seed):
    parts = splits.split(numbered(count), seed=seed)
    assert len(parts) == 3
    assert sorted(np.concatenate([part.x[:, 0] for part in parts])) == list(range(count))
    for part, share in zip(parts, (0.6, 0.2, 0.2), strict=True):
        assert np.array_equal(part.t, 2 * part.x)
        assert part.about["person"].tolist() == [f"p{int(x)}" for x in part.x[:, 0]]
        assert abs(len(part.x) - share * count) < 1


def test_sizes_are_exact_where_they_can_be():
    assert [len(part.x) for part in splits.split(numbered(10))] == [6, 2, 2]
    assert [len(part.x) for part in splits.split(numbered(30), (0.1, 0.2, 0.7))] == [3, 6, 21]


@given(GROUPS, st.integers(0, 5))
def test_no_person_is_in_two_parts(groups, seed):
    data = numbered(len(groups), groups)
    parts = splits.split(data, by="person", seed=seed)
    people = [set(part.about["person"]) for part in parts]
    assert sum(map(len, people)) == len(set(groups)) == len(set.union(*people))
    assert sum(len(part.x) for part in parts) == len(groups)


def test_the_seed_decides():
    first, again = (splits.split(numbered(50), seed=1) for _ in range(2))
    other = splits.split(numbered(50), seed=2)
    assert all(np.array_equal(a.x, b.x) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0].x, other[0].x)
    # The parts are drawn at random, not cut from the front.
    assert not np.array_equal(first[0].x[:, 0], np.arange(30))


@given(GROUPS, st.integers(2, 5), st.booleans())
def test_folds_hold_out_everything_once(groups, count, by_person):
    data = numbered(len(groups), groups)
    pairs = splits.folds(data, count, by="person" if by_person else None)
    assert len(pairs) == count
    assert sorted(np.concatenate([held.x[:, 0] for _, held in pairs])) == list(range(len(groups)))
    for training, held in pairs:
        assert len(training.x) + len(held.x) == len(groups) and len(held.x)
        assert not set(training.x[:, 0]) & set(held.x[:, 0])
        if by_person:
            assert not set(training.about["person"]) & set(held.about["person"])
    if not by_person:
        sizes = [len(held.x) for _, held in pairs]
        assert max(sizes) - min(sizes) <= 1


def test_standardised_inputs_take_mean_and_deviation_from_training_alone():
    generator = np.random.default_rng(0)
    x = np.column_stack([generator.normal(500, 70, 100), np.full(100, 0.1)])
    data = Dataset(x, x[:, :1], ("F1", "constant"), ("F1",), {})
    training, test = splits.split(data, (0.5, 0.5))
    scaled, other = splits.standardise(training, test)
    assert np.allclose(scaled.x.mean(axis=0), 0)
    assert scaled.x[:, 0].std() == pytest.approx(1)
    assert np.abs(scaled.x[:, 1]).max() < 1e-12
    deviation = training.x[:, 0].std()
    assert np.allclose(other.x[:, 0], (test.x[:, 0] - training.x[:, 0].mean()) / deviation)
    assert np.array_equal(scaled.t, training.t)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: splits.split(numbered(9), (0.5, 0.4)), "two or more above 0 that add up to 1"),
        (lambda: splits.split(numbered(9), (1.0,)), "two or more"),
        (lambda: splits.split(numbered(9), (1.5, -0.5)), "above 0"),
        (lambda: splits.split(numbered(9), (float("nan"), 0.5)), "above 0"),
        (lambda: splits.split(numbered(2)), "2 examples cannot be divided.*would have 1, 1, 0"),
        (lambda: splits.split(numbered(9, [1, 1, 1, 2, 2, 2, 2, 2, 2]), by="person"),
         r"2 groups \(person\) cannot be divided"),
        (lambda: splits.split(numbered(9), by="age"), "nothing named 'age'.*ones are: person"),
        (lambda: splits.split(logic.parity(4), by="age"), "none: it has no groups"),
        (lambda: splits.folds(numbered(9), 1), "count is 1; expected a whole number from 2 on"),
        (lambda: splits.folds(numbered(3), 4), "3 examples cannot be divided into 4 folds"),
        (lambda: splits.standardise(rows(numbered(3), [])), "no training examples"),
        (lambda: splits.standardise(numbered(3), logic.parity(2)), "give parts|Give parts"),
        (lambda: one_of(["a", "z"], "abc"), "'z' is not one of the names.*'a', 'b', 'c'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_rows_by_number_and_by_truth():
    data = numbered(4)
    assert rows(data, [2, 0]).x[:, 0].tolist() == [2, 0]
    assert rows(data, data.x[:, 0] > 1).about["person"].tolist() == ["p2", "p3"]


def test_one_of():
    assert one_of(["b", "a"], "ab").tolist() == [[0, 1], [1, 0]]
    assert one_of([1], range(2), low=0.1, high=0.9).tolist() == [[0.1, 0.9]]


def test_digits_are_those_of_scikit_learn():
    bundle = pytest.importorskip("sklearn.datasets").load_digits()
    data = digits.load()
    assert data.x.shape == (1797, 64) and data.t.shape == (1797, 10)
    assert data.x.min() == 0 and data.x.max() == 1
    assert np.array_equal(data.x * 16, bundle.data)
    assert np.array_equal(data.about["digit"], bundle.target)
    assert np.array_equal(data.t.argmax(axis=1), bundle.target)
    assert np.array_equal(np.unique(digits.load(low=0.1, high=0.9).t), [0.1, 0.9])


def test_digits_of_a_stand_in(monkeypatch):
    module = types.ModuleType("sklearn.datasets")
    bundle = types.SimpleNamespace(data=np.full((2, 64), 8.0), target=np.array([3, 9]))
    module.load_digits = lambda: bundle
    monkeypatch.setitem(sys.modules, "sklearn", types.ModuleType("sklearn"))
    monkeypatch.setitem(sys.modules, "sklearn.datasets", module)
    data = digits.load()
    assert (data.x == 0.5).all() and data.t.argmax(axis=1).tolist() == [3, 9]
    assert data.outputs[9] == "9"


def test_without_scikit_learn_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ModuleNotFoundError, match="python -m pip install scikit-learn"):
        digits.load()
