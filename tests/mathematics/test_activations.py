"""Activations against SciPy's special functions, a calculation with many digits, and what the
lectures say of them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest
from array_api_compat import array_namespace
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from mlpkit.activations import (
    ACTIVATIONS,
    Activation,
    absolute,
    activation_named,
    identity,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    softplus,
    tanh,
)
from mlpkit.arrays import to_device

ELEMENTWISE = [activation for activation in ACTIVATIONS.values() if activation.slope]
FLOATS = [np.float64, np.float32]

scores = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6)


def a_million_points(dtype: type) -> np.ndarray:
    """Floats of every size from the smallest subnormal to the largest, and where things happen."""
    rng, limits = np.random.default_rng(0), np.finfo(dtype)
    smallest, largest = float(limits.smallest_subnormal), float(limits.max)
    sizes = np.exp2(rng.uniform(np.log2(smallest), np.log2(largest), 500_000))
    where_exp_ends = 5 - np.log(smallest)
    corners = [0.0, smallest, float(limits.smallest_normal), float(limits.eps), 1, largest, np.inf]
    points = [
        sizes * rng.choice([-1, 1], len(sizes)),
        rng.uniform(-where_exp_ends, where_exp_ends, 300_000),
        rng.normal(0, 3, 200_000),
        np.concatenate([corners, np.negative(corners)]),
    ]
    return np.concatenate(points).astype(dtype)


def ulps(ours: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """How many steps of the precision of ours they lie apart. Subnormal numbers count as one step
    from each other, for SciPy's sigmoid has none."""
    reference = reference.astype(ours.dtype)
    limits = np.finfo(ours.dtype)
    size = np.maximum(np.maximum(np.abs(ours), np.abs(reference)), limits.smallest_normal)
    step = np.maximum(size * limits.eps, limits.smallest_normal)
    both_infinite = (ours == reference) & np.isinf(ours)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(both_infinite, 0.0, np.abs(ours - reference) / step)


# The numbers of the lectures


def test_the_table_of_the_sigmoid() -> None:
    z = np.arange(-2, 2.5, 0.5)
    table = "0.12 0.18 0.27 0.38 0.50 0.62 0.73 0.82 0.88".split()
    assert [f"{a:.2f}" for a in sigmoid(z)] == table


def test_how_the_activations_are_related() -> None:
    z = np.linspace(-30, 30, 601)
    assert tanh(z) == pytest.approx(2 * sigmoid(2 * z) - 1, abs=1e-15)
    assert relu(z).tolist() == [max(number, 0.0) for number in z]
    assert absolute(z).tolist() == [abs(number) for number in z]
    assert identity(z).tolist() == z.tolist()
    assert softplus(z) - softplus(-z) == pytest.approx(z, abs=1e-14)
    # The slope of softplus is the sigmoid.
    assert ACTIVATIONS["softplus"].slope(z, softplus(z)) == pytest.approx(sigmoid(z), rel=1e-14)


# Against references


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(
    ("ours", "reference", "steps"),
    [
        (sigmoid, special.expit, 4),
        (softplus, lambda z: np.logaddexp(0, z), 3),
        (softplus, lambda z: -special.log_expit(-z), 3),
        (tanh, np.tanh, 1),
    ],
)
def test_as_scipy_on_a_million_points(dtype: type, ours: Any, reference: Any, steps: int) -> None:
    z = a_million_points(dtype)
    a = ours(z)
    assert a.dtype == dtype
    assert ulps(a, reference(z.astype(np.float64))).max() <= steps


@pytest.mark.parametrize("dtype", FLOATS)
def test_slope_of_softplus_on_a_million_points(dtype: type) -> None:
    z = a_million_points(dtype)
    slope = ACTIVATIONS["softplus"].slope(z, softplus(z))
    assert ulps(slope, special.expit(z.astype(np.float64))).max() <= 4


def test_very_negative_net_inputs_keep_their_digits() -> None:
    # Where SciPy's sigmoid is 0 already, down to the smallest number there is.
    for z in (-700.0, -720.0, -744.0):
        exact = float(mpmath.exp(z))
        assert sigmoid(z) == pytest.approx(exact, rel=1e-14, abs=5e-324)
        assert softplus(z) == pytest.approx(exact, rel=1e-14, abs=5e-324)
    assert sigmoid(-744.0) > 0


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("outputs", [1, 2, 10, 1000])
def test_softmax_as_scipy(dtype: type, outputs: int) -> None:
    rng = np.random.default_rng(outputs)
    shape = (250_000 // outputs, outputs)
    scale, shift = rng.choice([1e-3, 1, 10, 300], shape[:1]), rng.choice([0, 1e4], shape[:1])
    z = (rng.normal(size=shape) * scale[:, None] + shift[:, None]).astype(dtype)
    z[::7, 0] = -np.inf if outputs > 1 else 0
    limits = np.finfo(dtype)
    assert ulps(softmax(z), special.softmax(z, axis=-1)).max() <= 4
    logarithm, reference = log_softmax(z), special.log_softmax(z.astype(np.float64), axis=-1)
    assert logarithm.dtype == softmax(z).dtype == dtype
    finite = np.isfinite(reference)
    assert np.array_equal(finite, np.isfinite(logarithm))
    logarithm, reference = logarithm[finite], reference[finite]
    error = np.abs(logarithm - reference) / np.maximum(1, np.abs(reference))
    assert error.max() <= 5 * limits.eps


@pytest.mark.parametrize("z", [[0, -40], [0, 0, -50], [1e6, 1e6 - 30, 3], [5, 5], [0, -800], [-3]])
def test_log_softmax_to_the_last_digit_even_near_0(z: list[float]) -> None:
    with mpmath.workdps(400):
        total = mpmath.fsum(mpmath.exp(mpmath.mpf(number)) for number in z)
        exact = [float(mpmath.mpf(number) - mpmath.log(total)) for number in z]
    assert log_softmax(z).tolist() == pytest.approx(exact, rel=1e-15, abs=5e-324)


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda activation: activation.name)
def test_slopes_are_the_derivatives(activation: Activation) -> None:
    z, h = np.linspace(-6, 6, 200), 1e-6  # not at 0
    difference = (activation.function(z + h) - activation.function(z - h)) / (2 * h)
    assert activation.slope is not None
    slope = activation.slope(z, activation.function(z))
    assert slope == pytest.approx(difference, rel=1e-7, abs=1e-9)


def test_slopes_at_the_kinks_are_0() -> None:
    for name in ("relu", "absolute"):
        slope = ACTIVATIONS[name].slope
        assert slope is not None
        assert slope(np.zeros(1), np.zeros(1)).tolist() == [0.0]


# In any library


def same_library(a: Any, b: Any) -> bool:
    return array_namespace(a) is array_namespace(b)


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda activation: activation.name)
def test_library_precision_and_shape_are_those_of_the_input(
    xp: ModuleType, activation: Activation, precision: str
) -> None:
    dtype = getattr(xp, precision)
    numbers = np.array([[-1e30, -3.0, -0.5], [0.0, 0.5, 1e30]])
    z = xp.asarray(numbers, dtype=dtype)
    a = activation.function(z)
    assert activation.slope is not None
    slope = activation.slope(z, a)
    for result, reference in (
        (a, activation.function(numbers)),
        (slope, activation.slope(numbers, activation.function(numbers))),
    ):
        assert same_library(result, z)
        assert result.dtype == dtype
        tolerance = {"rel": 1e-6, "abs": 1e-7} if precision == "float32" else {"rel": 1e-14}
        assert to_device(result, "cpu") == pytest.approx(reference, **tolerance)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_softmax_in_any_library(xp: ModuleType, precision: str) -> None:
    dtype = getattr(xp, precision)
    numbers = np.array([[1.0, 2.0, 2.0], [-1e30, 0.0, 1e30]])
    z = xp.asarray(numbers, dtype=dtype)
    for temperature in (0.0, 0.5, 1.0, np.inf):
        for axis in (0, 1, -1):
            share = softmax(z, temperature, axis)
            assert same_library(share, z)
            assert share.dtype == dtype
            reference = softmax(numbers, temperature, axis)
            assert to_device(share, "cpu") == pytest.approx(reference, rel=1e-6, abs=1e-30)
    logarithm = log_softmax(z)
    assert same_library(logarithm, z)
    assert logarithm.dtype == dtype
    assert to_device(logarithm, "cpu") == pytest.approx(log_softmax(numbers), rel=1e-6)


# Softmax


@given(scores)
def test_softmax_is_positive_and_adds_up_to_1(z: list[float]) -> None:
    share = softmax(z)
    assert (share >= 0).all()
    assert share.sum() == pytest.approx(1, rel=1e-15)


@given(scores, st.integers(-1000, 1000))
def test_adding_a_constant_changes_nothing(z: list[float], constant: int) -> None:
    whole = np.round(z)
    assert softmax(whole + constant).tolist() == softmax(whole).tolist()


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=5))
def test_n_scores_have_n_minus_1_degrees_of_freedom(z: list[float]) -> None:
    # With the last score 0, the others are log odds against the last class.
    share = softmax([*z, 0.0])
    odds = share[:-1] / share[-1]
    assert np.log(odds) == pytest.approx(np.array(z), abs=1e-13)
    if len(z) == 1:
        assert share[0] == pytest.approx(sigmoid(z[0]), rel=1e-14)


def test_scaling_the_scores_is_a_change_of_temperature() -> None:
    z = np.array([1.0, 2.0, 4.0])
    assert softmax(2 * z) != pytest.approx(softmax(z))
    assert softmax(2 * z) == pytest.approx(softmax(z, temperature=0.5), rel=1e-15)


@pytest.mark.parametrize("dtype", FLOATS)
def test_temperature_from_0_to_infinity(dtype: type) -> None:
    z = np.array([1, 3, 3, -np.inf], dtype=dtype)
    winners, even = [0, 0.5, 0.5, 0], [0.25] * 4
    # What the precision cannot hold counts as 0 or infinity, also where Python could hold it.
    for cold in (0, 0.0, 5e-324, 1e-300, 1e-3):
        assert softmax(z, cold).tolist() == winners
    for hot in (np.inf, 10**400 if dtype is np.float64 else 1e60):
        assert softmax(z, hot).tolist() == even
    finite = np.array([1, 3, 3, -5], dtype=dtype)
    for warm in (1e9, 1e30):
        assert softmax(finite, warm) == pytest.approx(np.array(even), rel=1e-6)
    assert softmax(z, 1.0)[3] == 0
    tempered = [softmax(z, temperature)[1] for temperature in (0.1, 1, 2, 10)]
    assert tempered == sorted(tempered, reverse=True)


@pytest.mark.filterwarnings("ignore:overflow")
def test_the_largest_scores_there_are() -> None:
    largest = np.finfo(np.float64).max
    z = np.array([largest, -largest, largest])
    for temperature in (0, 1e-300, 1, 1e300):
        assert softmax(z, temperature).tolist() == [0.5, 0, 0.5]
    assert softmax(z, np.inf) == pytest.approx(np.full(3, 1 / 3))
    assert log_softmax(z).tolist() == [-np.log(2), -np.inf, -np.log(2)]


@pytest.mark.parametrize("temperature", [-1, -1e-300, -np.inf, np.nan])
def test_a_temperature_that_is_none(temperature: float) -> None:
    with pytest.raises(ValueError, match="expected 0, infinity or in between"):
        softmax([1.0, 2.0], temperature)


def test_a_net_input_that_is_not_a_number_is_not_hidden() -> None:
    for function in (sigmoid, tanh, relu, softplus, identity, absolute, softmax, log_softmax):
        assert np.isnan(function(np.array([np.nan, 1.0]))[0])


# Bad input


def test_integers_and_lists_become_floats() -> None:
    for activation in ELEMENTWISE:
        for z in ([-1, 0, 2], np.array([-1, 0, 2]), (-1, 0, 2)):
            a = activation.function(z)
            assert a.dtype == np.float64
            assert a.tolist() == activation.function(np.array([-1.0, 0.0, 2.0])).tolist()


@given(st.sampled_from([f.function for f in ACTIVATIONS.values()] + [log_softmax]), st.data())
def test_what_is_no_number_is_refused(function: Any, data: st.DataObject) -> None:
    no_number = st.one_of(st.text(), st.none(), st.complex_numbers(), st.just({}))
    bad = data.draw(
        st.one_of(
            no_number,
            st.lists(no_number, min_size=1),
            no_number.map(lambda value: [1.0, value]),
            st.just([[1.0], [1.0, 2.0]]),
            st.just(np.array([1j])),
            st.just(np.array(["a"])),
        )
    )
    with pytest.raises(TypeError, match="expected"):
        function(bad)


def test_activations_by_name() -> None:
    assert set(ACTIVATIONS) == set("sigmoid tanh relu softplus identity absolute softmax".split())
    for name, activation in ACTIVATIONS.items():
        assert activation_named(name) is activation
        assert activation_named(activation) is activation
    with pytest.raises(ValueError, match=r"named 'rleu'.*absolute, identity, relu"):
        activation_named("rleu")
