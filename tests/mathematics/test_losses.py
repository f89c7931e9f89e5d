"""Losses and penalties: their values, their derivatives, and the targets that they accept."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import array_api_strict
import mpmath
import numpy as np
import pytest
from array_api_compat import array_namespace
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from mlpkit.activations import ACTIVATIONS, sigmoid, softmax
from mlpkit.arrays import to_device
from mlpkit.gradcheck import numerical_gradient
from mlpkit.guards import as_targets
from mlpkit.losses import (
    LOSSES,
    Loss,
    cross_entropy,
    loss_named,
    negative_log_likelihood,
    squared_error,
)
from mlpkit.network import Network, cost, deltas, forward, gradients
from mlpkit.penalties import Penalty, l1, l2

ALL = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
RNG = np.random.default_rng(0)
VALUES = RNG.normal(0, 2, (5, 3))
TARGETS = {
    "squared_error": RNG.normal(0, 2, (5, 3)),
    "negative_log_likelihood": RNG.uniform(0, 1, (5, 3)),
    "cross_entropy": softmax(RNG.normal(0, 2, (5, 3))),
}


# Values


def test_values_are_those_of_the_definitions() -> None:
    t = TARGETS["squared_error"]
    error = VALUES - t
    assert squared_error.function(VALUES, t) == pytest.approx((error**2).sum(axis=1) / 2)
    t, a = TARGETS["negative_log_likelihood"], sigmoid(VALUES)
    likelihood = -(t * np.log(a) + (1 - t) * np.log(1 - a)).sum(axis=1)
    assert negative_log_likelihood.function(VALUES, t) == pytest.approx(likelihood, rel=1e-14)
    t, a = TARGETS["cross_entropy"], softmax(VALUES)
    assert cross_entropy.function(VALUES, t) == pytest.approx(-(t * np.log(a)).sum(axis=1))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_likelihood_as_scipy_on_a_million_points(dtype: type) -> None:
    limits, rng = np.finfo(dtype), np.random.default_rng(0)
    sizes = np.exp2(rng.uniform(np.log2(float(limits.smallest_normal)), limits.maxexp - 1, 500_000))
    z = np.concatenate([sizes, -sizes, [limits.max, -limits.max, 0.0]]).astype(dtype)
    for target in (0, 0.25, 1):
        t = np.full_like(z, target)
        ours = negative_log_likelihood.function(z[:, None], t[:, None])
        wide = z.astype(np.float64)
        theirs = -(target * special.log_expit(wide) + (1 - target) * special.log_expit(-wide))
        assert ours.dtype == dtype
        error = np.abs(ours - theirs) / np.maximum(theirs, limits.smallest_normal)
        assert error.max() <= 4 * limits.eps


@pytest.mark.parametrize("z", [(40.0, -3.0, 0.0), (700.0, 0.0, 1.0), (-5.0, -50.0, 1e-3)])
@pytest.mark.parametrize("right", [0, 1, 2])
def test_losses_of_the_nearly_certain_keep_their_digits(z: tuple[float, ...], right: int) -> None:
    t = np.eye(3)[right]
    with mpmath.workdps(400):
        exp = [mpmath.exp(mpmath.mpf(number)) for number in z]
        exact = float(mpmath.log(mpmath.fsum(exp) / exp[right]))
        terms = (mpmath.log(1 + e) - mpmath.log(e) * int(yes) for e, yes in zip(exp, t))
        likelihood = float(mpmath.fsum(terms))
    assert cross_entropy.function(np.array(z), t) == pytest.approx(exact, rel=1e-15)
    ours = negative_log_likelihood.function(np.array(z), t)
    assert ours == pytest.approx(likelihood, rel=1e-15)


@pytest.mark.filterwarnings("ignore:overflow")
def test_the_largest_net_inputs_there_are() -> None:
    largest = np.finfo(np.float64).max
    z = np.array([largest, -largest])
    assert negative_log_likelihood.function(z, np.array([1.0, 0.0])) == 0
    assert negative_log_likelihood.function(z, np.array([1.0, 1.0])) == largest
    assert cross_entropy.function(z, np.array([1.0, 0.0])) == 0
    assert cross_entropy.function(z / 2, np.array([0.0, 1.0])) == largest
    assert cross_entropy.slope(z, np.array([0.0, 1.0])).tolist() == [1, -1]


# Derivatives


@ALL
def test_slopes_are_the_derivatives(loss: Loss) -> None:
    for values, t in zip(VALUES, TARGETS[loss.name]):
        difference = numerical_gradient(lambda v, t=t: loss.function(v, t), values)
        assert loss.slope(values, t) == pytest.approx(difference, rel=1e-8, abs=1e-9)


def test_error_terms_of_the_losses_that_look_at_z_are_a_minus_t() -> None:
    for loss in (negative_log_likelihood, cross_entropy):
        t = TARGETS[loss.name]
        a = ACTIVATIONS[str(loss.output)].function(VALUES)
        assert loss.slope(VALUES, t).tolist() == (a - t).tolist()


def test_squared_error_stalls_where_the_likelihood_does_not() -> None:
    # One sigmoid unit, entirely wrong.
    network = Network((1, 1), "sigmoid", [1.0, -21.0])
    trace = forward(network, [1.0])
    stalled = deltas(network, trace, [1.0], squared_error)[-1][0]
    pulling = deltas(network, trace, [1.0], negative_log_likelihood)[-1][0]
    assert -3e-9 < stalled < -1e-9
    assert pulling == pytest.approx(-1)


def test_squared_error_in_the_scalings_of_others() -> None:
    """Each of them written out, with the factor that the docstring of squared_error gives."""
    x, t, k, m = RNG.normal(size=(7, 3)), RNG.uniform(size=(7, 2)), 2, 7
    network = Network((3, 4, 2), "tanh", RNG.normal(size=26))
    decay = l2(0.3)

    def outputs(parameters: np.ndarray) -> np.ndarray:
        return forward(network.with_parameters(parameters), x).output

    def weights(parameters: np.ndarray) -> np.ndarray:
        return np.concatenate([W.ravel() for W, _, _ in network.with_parameters(parameters).layers])

    trace = forward(network, x)
    gradient = gradients(trace, deltas(network, trace, t))
    penalty = decay.slope(network.parameters * network.weight_mask)
    for factor, theirs, also in (
        (1, lambda p: sum(0.5 * ((outputs(p) - t) ** 2).sum(axis=1)) / m, 0),
        (2 / k, lambda p: np.mean((outputs(p) - t) ** 2), 0),
        (2, lambda p: np.mean(np.linalg.norm(outputs(p) - t, axis=1) ** 2), 0),
        (
            1,
            lambda p: (
                sum(0.5 * np.linalg.norm(outputs(p) - t, axis=1) ** 2) / m
                + 0.3 / 2 * np.sum(weights(p) ** 2)
            ),
            1,
        ),
    ):
        expected = factor * gradient + also * penalty
        assert numerical_gradient(theirs, network.parameters) == pytest.approx(expected, abs=1e-8)
        ours = factor * cost(network, x, t) + also * decay.function(weights(network.parameters))
        assert theirs(network.parameters) == pytest.approx(float(ours))


# In any library


@pytest.mark.parametrize("precision", ["float64", "float32"])
@ALL
def test_library_and_precision_are_those_of_the_values(
    xp: ModuleType, loss: Loss, precision: str
) -> None:
    dtype = getattr(xp, precision)
    t = TARGETS[loss.name]
    values, targets = xp.asarray(VALUES, dtype=dtype), xp.asarray(t, dtype=dtype)
    for result, reference in (
        (loss.function(values, targets), loss.function(VALUES, t)),
        (loss.slope(values, targets), loss.slope(VALUES, t)),
    ):
        assert array_namespace(result) is array_namespace(values)
        assert result.dtype == dtype
        tolerance = 1e-12 if precision == "float64" else 1e-5
        assert to_device(result, "cpu") == pytest.approx(reference, rel=tolerance, abs=tolerance)
    one = loss.function(values[0, :], targets[0, :])
    assert one.shape == ()
    assert float(one) == pytest.approx(float(loss.function(VALUES[0], t[0])), rel=1e-5)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_targets_become_floats_like_the_outputs(xp: ModuleType, precision: str) -> None:
    like = xp.zeros((2, 3), dtype=getattr(xp, precision))
    one_hot = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    for targets in (
        one_hot,
        xp.asarray(one_hot, dtype=xp.float64),
        xp.asarray(one_hot, dtype=xp.float32),
        xp.asarray(one_hot, dtype=xp.int64),
        [2, 0],
        xp.asarray([2, 0]),
        xp.asarray([2.0, 0.0]),
    ):
        made = as_targets(targets, like, cross_entropy)
        assert array_namespace(made) is array_namespace(like)
        assert made.dtype == like.dtype
        assert to_device(made, "cpu").tolist() == one_hot
    right = xp.asarray(one_hot, dtype=like.dtype)
    assert as_targets(right, like, cross_entropy) is right  # large data are not copied
    assert to_device(as_targets(1, like[0, :], cross_entropy), "cpu").tolist() == [0, 1, 0]


# Targets that are none

OUTPUTS = np.zeros((3, 2))


@ALL
def test_targets_of_another_shape(loss: Loss) -> None:
    for targets in ([1, 0], [[1, 0]], [[1], [0], [1]], 1.0, np.zeros((3, 2, 1)), np.zeros((0, 2))):
        with pytest.raises(ValueError, match=r"outputs have the shape \(3, 2\).*; got \("):
            as_targets(targets, OUTPUTS, loss)


def test_class_numbers_are_for_cross_entropy_alone() -> None:
    assert as_targets([1, 0, 1], OUTPUTS, cross_entropy).tolist() == [[0, 1], [1, 0], [0, 1]]
    for loss in (squared_error, negative_log_likelihood):
        with pytest.raises(ValueError, match=r"have it too; got \(3,\)"):
            as_targets([1, 0, 1], OUTPUTS, loss)
    with pytest.raises(ValueError, match=r"\(or \(3,\), as class numbers\); got \(2,\)"):
        as_targets([1, 0], OUTPUTS, cross_entropy)


@pytest.mark.parametrize(
    ("loss", "targets", "message"),
    [
        (squared_error, [[0, 1], [np.nan, 0], [np.inf, 0]], "row 1 of the targets holds a NaN"),
        (squared_error, [[0, 1], [2, 0], [0, -np.inf]], "row 2 of the targets holds a NaN"),
        (negative_log_likelihood, [[0, 1], [1, 0], [0, 1.5]], "row 2 of the targets, 0, 1.5, has"),
        (negative_log_likelihood, [[0, 1], [-0.1, 0], [2, 2]], r"row 1 .*outside \[0, 1\]"),
        (cross_entropy, [[0.5, 0.5], [1.5, -0.5], [2, 2]], r"row 1 .*outside \[0, 1\]"),
        (cross_entropy, [[1, 0], [1, 0], [1, 1]], "row 2 of the targets, 1, 1, does not add up"),
        (cross_entropy, [[1, 0], [0.5, 0.4999], [1, 0]], "row 1 .* does not add up to 1"),
        (cross_entropy, [1, 2, 3], "row 1 of the targets, 2, is no class; those are 0 to 1"),
        (cross_entropy, [0, 0, -1], "row 2 of the targets, -1, is no class"),
        (cross_entropy, [0.5, 0, 0], "row 0 of the targets, 0.5, is no class"),
        (cross_entropy, [0, np.nan, 0], "row 1 of the targets, nan, is no class"),
    ],
)
def test_targets_outside_the_domain_are_named(loss: Loss, targets: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_targets(targets, OUTPUTS, loss)


@pytest.mark.parametrize(
    ("dtype", "near", "off"), [(np.float64, 1e-9, 1e-6), (np.float32, 1e-4, 1e-3)]
)
def test_probabilities_may_be_rounded_but_not_wrong(dtype: type, near: float, off: float) -> None:
    like = np.zeros(3, dtype=dtype)
    for sign in (-1, 1):
        as_targets([0.5, 0.25 + sign * near, 0.25], like, cross_entropy)
        with pytest.raises(ValueError, match="row 0 .* does not add up to 1"):
            as_targets([0.5, 0.25 + sign * off, 0.25], like, cross_entropy)


def test_targets_of_a_single_example_and_of_none() -> None:
    with pytest.raises(ValueError, match="row 0 of the targets, 5, is no class"):
        as_targets(5, OUTPUTS[0], cross_entropy)
    with pytest.raises(ValueError, match="row 0 of the targets, 0, 2, has numbers outside"):
        as_targets([0, 2], OUTPUTS[0], negative_log_likelihood)
    assert as_targets([-3, 2], OUTPUTS[0], squared_error).tolist() == [-3, 2]
    for loss in LOSSES.values():
        assert as_targets(np.zeros((0, 2)), np.zeros((0, 2)), loss).shape == (0, 2)


def test_targets_of_another_library() -> None:
    with pytest.raises(TypeError, match="targets: Array of array_api_strict, outputs: ndarray of"):
        as_targets(array_api_strict.zeros((3, 2)), OUTPUTS, squared_error)


@given(st.integers(1, 6), st.integers(1, 5), st.data())
def test_one_bad_number_among_good_ones_is_found(rows: int, outputs: int, data: Any) -> None:
    like = np.zeros((rows, outputs))
    loss = data.draw(st.sampled_from(list(LOSSES.values())))
    targets = np.eye(outputs)[
        data.draw(st.lists(st.integers(0, outputs - 1), min_size=rows))[:rows]
    ]
    assert as_targets(targets, like, loss).tolist() == targets.tolist()
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, outputs - 1))
    worse = [np.nan, np.inf, -np.inf] + [-1e-3, 1.1, 1e300] * (loss.output is not None)
    targets[row, column] = data.draw(st.sampled_from(worse))
    with pytest.raises(ValueError, match=f"row {row} of the targets"):
        as_targets(targets, like, loss)


def test_losses_by_name() -> None:
    for name, loss in LOSSES.items():
        assert loss_named(name) is loss_named(loss) is loss
    assert [loss.output for loss in LOSSES.values()] == [None, "sigmoid", "softmax"]
    with pytest.raises(ValueError, match="named 'mse'.*cross_entropy, negative_log_likelihood"):
        loss_named("mse")


# Penalties


def test_values_of_the_penalties() -> None:
    weights = np.array([3.0, -4.0, 0.0])
    assert l2(0.1).function(weights) == pytest.approx(0.5 * 0.1 * 25)
    assert l2(0.1).slope(weights) == pytest.approx(0.1 * weights)
    assert l1(0.1).function(weights) == pytest.approx(0.1 * 7)
    assert l1(0.1).slope(weights).tolist() == [0.1, -0.1, 0]
    assert (l1(1).name, l2(1).name) == ("l1", "l2")
    assert l1(0).function(weights) == l2(0).function(weights) == 0


@pytest.mark.parametrize("penalty", [l1(0.3), l2(0.3)], ids=["l1", "l2"])
def test_penalties_in_any_library(xp: ModuleType, penalty: Penalty) -> None:
    for dtype in (xp.float64, xp.float32):
        weights = xp.asarray([[1.5, -2.0], [0.0, 3.0]], dtype=dtype)
        for result in (penalty.function(weights), penalty.slope(weights)):
            assert array_namespace(result) is array_namespace(weights)
            assert result.dtype == dtype
        difference = numerical_gradient(penalty.function, [1.5, -2.0, 0.0, 3.0])
        slope = to_device(penalty.slope(weights), "cpu").ravel()
        assert slope == pytest.approx(difference, rel=1e-6)


@pytest.mark.parametrize("penalty", [l1(0.3), l2(0.3)], ids=["l1", "l2"])
def test_biases_are_spared(penalty: Penalty) -> None:
    network = Network((3, 2, 1), "sigmoid", np.arange(1.0, 12.0))
    pull = network.with_parameters(penalty.slope(network.parameters * network.weight_mask))
    for layer, its in zip(pull.layers, network.layers):
        assert layer.W.tolist() == penalty.slope(its.W).tolist()
        assert layer.b.tolist() == [0.0] * len(layer.b)


@pytest.mark.parametrize("strength", [-1, -1e-9, np.nan, np.inf])
def test_strengths_that_are_none(strength: float) -> None:
    for penalty in (l1, l2):
        with pytest.raises(ValueError, match="expected 0 or more"):
            penalty(strength)
