"""Networks written by hand answer as they were meant to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpkit.datasets import logic, polygons
from mlpkit.handmade import STEEP, UNITS, bump, from_polygon, from_truth_table, unit
from mlpkit.network import forward, predict

COLUMNS = [f"{n:0{2**k}b}" for k in (1, 2, 3) for n in range(2**2**k)]


@pytest.mark.parametrize("gate", UNITS)
@pytest.mark.parametrize("inputs", [1, 2, 3, 7])
@pytest.mark.parametrize("steepness", [0.1, STEEP, 300])
def test_a_unit_is_its_gate(gate, inputs, steepness):
    network = unit(gate, inputs, steepness)
    table = logic.gate(gate, 1 if gate == "NOT" else inputs)
    assert network.sizes == (table.x.shape[1], 1)
    assert predict(network, table.x).tolist() == table.t[:, 0].tolist()


def test_the_weights_that_the_lecture_shows():
    W, b, activation = unit("AND").layers[0]
    assert (W.tolist(), b.tolist(), activation.name) == ([[20, 20]], [-30], "sigmoid")
    assert unit("NOT").parameters.tolist() == [-20, 10]


def test_steep_units_are_nearly_sure():
    outputs = forward(unit("AND", 5), logic.binary_rows(5)).output[:, 0]
    assert np.all(np.minimum(outputs, 1 - outputs) < 5e-5)


@pytest.mark.parametrize("gate", ["XOR", "XNOR", "and", ""])
def test_what_no_unit_can_do_is_refused(gate):
    with pytest.raises(ValueError, match="The known ones are: AND, OR"):
        unit(gate)


def test_every_table_of_up_to_three_inputs():
    for column in COLUMNS:
        table, network = logic.truth_table(column), from_truth_table(column)
        assert predict(network, table.x).tolist() == table.t[:, 0].tolist(), column
        rarer = min(column.count("0"), column.count("1"))
        assert network.sizes == (table.x.shape[1], max(1, rarer), 1)


@given(st.integers(4, 8), st.integers(0, 2**32 - 1))
def test_larger_tables(inputs, seed):
    bits = np.random.default_rng(seed).integers(0, 2, 2**inputs)
    network = from_truth_table("".join(map(str, bits)))
    assert predict(network, logic.binary_rows(inputs)).tolist() == bits.tolist()


def test_a_python_function_will_do():
    network = from_truth_table(lambda *bits: sum(bits) >= 2, inputs=3)
    assert predict(network, logic.binary_rows(3)).tolist() == [0, 0, 0, 1, 0, 1, 1, 1]


@pytest.mark.parametrize("inputs", [2, 3, 4, 8])
def test_as_much_steepness_as_needed_and_no_more(inputs):
    table = logic.parity(inputs)
    column = "".join(str(int(t)) for t in table.t[:, 0])
    least = 2 * np.log(2 ** (inputs - 1) * 2 - 1)
    network = from_truth_table(column, steepness=least + 1e-6)
    assert predict(network, table.x).tolist() == table.t[:, 0].tolist()
    with pytest.raises(ValueError, match=f"{2 ** (inputs - 1)} rows need more than"):
        from_truth_table(column, steepness=least - 1e-6)


@pytest.mark.parametrize("corners", [3, 4, 5, 9])
def test_a_polygon_has_its_inside(corners):
    border = polygons.regular(corners, radius=2.0)
    W, b = polygons.half_planes(border)
    network = from_polygon(border, steepness=60)
    assert network.sizes == (2, corners, 1)
    points = np.random.default_rng(1).uniform(-2.5, 2.5, (4000, 2))
    clear = np.abs((points @ W.T + b).min(axis=1)) > 0.1
    assert np.array_equal(
        predict(network, points[clear]), polygons.inside(points[clear], border).astype(int)
    )
    assert 0 < predict(network, points).sum() < len(points)


def test_the_border_is_where_the_output_is_one_half():
    border = np.array([[0, 0], [4, 0], [4, 3], [0, 3]])
    sides = (border + np.roll(border, -1, axis=0)) / 2
    assert np.allclose(forward(from_polygon(border), sides).output, 0.5, atol=1e-6)


def test_flat_sides_leave_nothing():
    network = from_polygon(polygons.regular(6), steepness=1)
    assert forward(network, [[0.0, 0.0]]).output.max() < 0.5


def test_a_polygon_that_is_not_convex_is_refused():
    with pytest.raises(ValueError, match="convex"):
        from_polygon([[0, 0], [4, 0], [1, 1], [0, 4]])


@pytest.mark.parametrize("steepness", [2, 20, 400])
@pytest.mark.parametrize(("left", "right", "height"), [(-1, 2, 1), (0, 0.5, 2), (1, 3, -0.25)])
def test_the_area_of_a_bump(left, right, height, steepness):
    x = np.linspace(-20, 20, 400_001)
    answers = forward(bump(left, right, height, steepness), x[:, None]).output[:, 0]
    assert answers.sum() * (x[1] - x[0]) == pytest.approx(height * (right - left), rel=1e-6)


def test_a_steep_bump_is_a_box():
    answers = forward(bump(-1, 2, 3, 200), [[-1.1], [-0.9], [0.5], [1.9], [2.1]]).output[:, 0]
    assert answers == pytest.approx([0, 3, 3, 3, 0], abs=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: unit("OR", 0), "inputs is 0"),
        (lambda: unit("OR", steepness=0), "steepness is 0"),
        (lambda: from_truth_table("011"), "2, 4, 8"),
        (lambda: from_truth_table("01", steepness=-1), "steepness is -1"),
        (lambda: from_polygon([[0, 0], [1, 1]]), "at least three"),
        (lambda: bump(1, 1), "left below right"),
        (lambda: bump(float("nan"), 1), "left below right"),
        (lambda: bump(0, 1, height=float("inf")), "height is inf"),
        (lambda: bump(float("-inf"), 1), "left is -inf"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
