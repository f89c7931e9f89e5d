"""Truth tables: the right answers, in the right order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpkit.datasets import logic


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("AND", "0001"),
        ("OR", "0111"),
        ("NAND", "1110"),
        ("NOR", "1000"),
        ("XOR", "0110"),
        ("XNOR", "1001"),
        ("IMPLIES", "1101"),
        ("NOT", "10"),
    ],
)
def test_gates(name, answers):
    data = logic.gate(name)
    assert data.t[:, 0].tolist() == [float(bit) for bit in answers]
    assert np.array_equal(data.t, logic.gate(name.lower()).t)


def test_rows_count_up_with_the_first_input_as_the_highest_digit():
    assert logic.exclusive_or().x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert logic.binary_rows(3)[4].tolist() == [1, 0, 0]
    assert logic.exclusive_or().inputs == ("x1", "x2")


def test_gates_of_many_inputs():
    assert logic.gate("AND", 3).t[:, 0].tolist() == [0, 0, 0, 0, 0, 0, 0, 1]
    assert logic.gate("NOR", 3).t[:, 0].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]


@given(st.integers(1, 8))
def test_parity_changes_with_every_bit(inputs):
    data = logic.parity(inputs)
    for bit in range(inputs):
        flipped = np.arange(2**inputs) ^ (1 << bit)
        assert np.array_equal(data.t[flipped], 1 - data.t)
    assert data.t[0, 0] == 0
    assert np.array_equal(data.t, logic.gate("XOR", inputs).t)


@given(st.integers(1, 5).flatmap(lambda n: st.text("01", min_size=2**n, max_size=2**n)))
def test_a_column_of_answers_and_the_function_it_stands_for_agree(column):
    data = logic.truth_table(column)
    inputs = data.x.shape[1]
    assert "".join(str(int(answer)) for answer in data.t[:, 0]) == column

    def looked_up(*bits):
        return column[int("".join(map(str, bits)), 2)] == "1"

    assert np.array_equal(logic.truth_table(looked_up, inputs).t, data.t)


def test_targets_that_a_sigmoid_can_reach():
    assert logic.exclusive_or(low=0.1, high=0.9).t[:, 0].tolist() == [0.1, 0.9, 0.9, 0.1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: logic.gate("MAYBE"), "no gate 'MAYBE'.*AND, OR"),
        (lambda: logic.gate("NOT", 2), "NOT has 1 input; got inputs=2"),
        (lambda: logic.gate("IMPLIES", 3), "IMPLIES has 2 inputs"),
        (lambda: logic.truth_table("011"), "'011'; expected zeros and ones, and 2, 4, 8"),
        (lambda: logic.truth_table("0120"), "expected zeros and ones"),
        (lambda: logic.truth_table(""), "expected zeros and ones"),
        (lambda: logic.truth_table("0110", 3), "4 answers belong to 2 inputs, but inputs is 3"),
        (lambda: logic.truth_table(any), "does not tell how many inputs"),
        (lambda: logic.truth_table(lambda a: a + 0.5, 1), r"inputs \(0,\) .* returned 0.5"),
        (lambda: logic.parity(0), "inputs is 0; expected a whole number from 1 to 16"),
        (lambda: logic.parity(17), "from 1 to 16"),
        (lambda: logic.parity(True), "inputs is True"),
    ],
)
def test_what_does_not_fit_is_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()
