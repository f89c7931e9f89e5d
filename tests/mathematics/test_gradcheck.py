"""The gradient check: that it is right, that it notices, and that kinks do not mislead it."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from mlpkit.activations import ACTIVATIONS, Activation, sigmoid
from mlpkit.gradcheck import (
    GradientReport,
    check_gradient,
    check_network,
    complex_step_gradient,
    numerical_gradient,
)
from mlpkit.losses import LOSSES, Loss, cross_entropy, negative_log_likelihood, squared_error
from mlpkit.network import Network, cost, deltas, forward, gradients
from mlpkit.penalties import l1, l2

RNG = np.random.default_rng(0)
X, T = RNG.normal(size=(5, 3)), RNG.uniform(size=(5, 2))


def network(*activations: str | Activation) -> Network:
    return Network((3, 4, 2), activations, RNG.normal(size=26))


def smooth(p: np.ndarray) -> np.ndarray:
    return np.exp(p[0]) * p[1] ** 3 + p[0] / p[1]


POINT = [0.5, 1.7]
SLOPES = [np.exp(0.5) * 1.7**3 + 1 / 1.7, np.exp(0.5) * 3 * 1.7**2 - 0.5 / 1.7**2]


def test_numerical_gradients_of_a_known_function() -> None:
    before = list(POINT)
    assert numerical_gradient(smooth, POINT) == pytest.approx(np.array(SLOPES), rel=1e-9)
    assert complex_step_gradient(smooth, POINT) == pytest.approx(np.array(SLOPES), rel=1e-15)
    assert before == POINT
    # The error grows with the square of the step.
    errors = [abs(numerical_gradient(smooth, POINT, h)[1] - SLOPES[1]) for h in (0.1, 0.01)]
    assert errors[0] / errors[1] == pytest.approx(100, rel=1e-3)
    assert numerical_gradient(smooth, POINT).dtype == np.float64


def test_steps_are_a_hundred_thousandth_unless_another_is_asked_for() -> None:
    by_default = numerical_gradient(smooth, POINT)
    assert (by_default == numerical_gradient(smooth, POINT, 1e-5)).all()
    assert (by_default != numerical_gradient(smooth, POINT, 2e-5)).any()
    assert (check_gradient(smooth, SLOPES, POINT).numerical == by_default).all()
    other = check_gradient(smooth, SLOPES, POINT, step=2e-5).numerical
    assert (other == numerical_gradient(smooth, POINT, 2e-5)).all()
    checked = network("tanh", "tanh")
    report = check_network(checked, X, T)
    by_default = numerical_gradient(
        lambda p: cost(checked.with_parameters(p), X, T), checked.parameters
    )
    assert (report.numerical == by_default).all()


@pytest.mark.parametrize(
    "function",
    [
        lambda p: np.sum(np.abs(p)),
        lambda p: sum(float(number) for number in p.real),
        lambda p: sigmoid(p).sum(),
    ],
)
def test_where_a_complex_step_is_not_possible(function: Callable[[np.ndarray], float]) -> None:
    with pytest.raises(ValueError, match=r"complex step is not possible.*Use central differences"):
        complex_step_gradient(function, POINT)


# Reports


def test_report_of_a_function() -> None:
    wrong = [SLOPES[0], -SLOPES[1]]
    report = check_gradient(smooth, wrong, POINT)
    assert report.names == ("[0]", "[1]")
    assert report.analytic.tolist() == wrong
    assert report.numerical == pytest.approx(np.array(SLOPES))
    assert report.at_kink.tolist() == [False, False]
    length = np.hypot(*SLOPES)
    assert report.error == pytest.approx(2 * SLOPES[1] / length)
    assert report.errors == pytest.approx(np.array([0, 2]), abs=1e-9)
    assert check_gradient(smooth, SLOPES, POINT, complex_step=True).error < 1e-15
    assert check_gradient(smooth, wrong, POINT, complex_step=True).error > 0.1


def test_report_as_text() -> None:
    report = GradientReport(
        names=("a", "b", "c"),
        analytic=np.array([1.0, 2.0, 5.0]),
        numerical=np.array([1.5, 2.0, 7.0]),
        at_kink=np.array([False, False, True]),
        method="central differences",
    )
    assert str(report).splitlines() == [
        "3 parameters, checked by central differences; 1 skipped at kinks",
        "relative error of the whole gradient: 2.0e-01",
        "the worst                     analytic     numerical     error",
        "a                                    1           1.5   3.3e-01",
        "b                                    2             2   0.0e+00",
    ]
    assert report.error == pytest.approx(0.5 / 2.5)


def test_small_derivatives_are_measured_against_the_largest() -> None:
    kinks = np.zeros(3, dtype=bool)
    a, n = np.array([1e-9, 0, -1000.0]), np.array([2e-9, 0, -1000.0])
    assert GradientReport(("a", "b", "c"), a, n, kinks, "").errors.tolist() == [1e-9, 0, 0]
    a, n = np.array([1e-6, 0, 0]), np.array([2e-6, 0, 0])
    assert GradientReport(("a", "b", "c"), a, n, kinks, "").errors.tolist() == [0.5, 0, 0]
    zeros = np.zeros(3)
    flat = GradientReport(("a", "b", "c"), zeros, zeros, kinks, "")
    assert (flat.error, flat.errors.tolist()) == (0.0, [0, 0, 0])
    empty = GradientReport((), zeros[:0], zeros[:0], kinks[:0], "")
    assert (empty.error, empty.errors.tolist()) == (0.0, [])
    assert len(str(empty).splitlines()) == 3


def test_lengths_that_do_not_fit() -> None:
    for gradient, names in (([1.0], None), (SLOPES, ["a"]), ([[1.0, 2.0]], None)):
        with pytest.raises(ValueError, match=r"gradient and names have one shape; got \(2,\), "):
            check_gradient(smooth, gradient, POINT, names=names)


# Kinks


@pytest.mark.parametrize("offset", [0, 1e-9, 1e-6, 3.3e-6, 5e-6, 7e-6, 9.9e-6])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_kink_within_a_step_is_skipped(offset: float, side: int) -> None:
    def bent(p: np.ndarray) -> float:
        return float(np.maximum(p[0] - side * offset, 0) * 3 + p[1] ** 3)

    slope = 3.0 if offset and side < 0 else 0.0
    report = check_gradient(bent, [slope, 3.0], [0.0, 1.0])
    assert report.at_kink.tolist() == [True, False]
    assert report.error < 1e-9
    assert report.errors[0] == 0
    assert [line[:3] for line in str(report).splitlines()[3:]] == ["[1]"]


def test_a_wrong_slope_without_a_kink_is_not_skipped() -> None:
    for slope in (2.9999, 3.001, -3, 0):
        report = check_gradient(lambda p: 3 * np.sin(p[0]) + p[0] ** 4, [slope], [0.0])
        assert not report.at_kink.any()
        assert report.error > 1e-5


def test_rounding_is_not_taken_for_a_kink() -> None:
    # Of a large value, the last digits of which are all that a step changes.
    report = check_gradient(lambda p: 1e6 + np.sin(p[0]), [np.cos(1.0)], [1.0])
    assert not report.at_kink.any()
    assert 1e-8 < report.error < 1e-3


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_kinks_and_slips_of_any_size(size: float) -> None:
    report = check_gradient(lambda p: size * max(p[0], 0.0), [0.0], [0.0])
    assert report.at_kink.tolist() == [True]
    report = check_gradient(lambda p: size * np.exp(p[0]), [1.1 * size], [0.0])
    assert report.at_kink.tolist() == [False]
    assert report.error == pytest.approx(0.1 / 1.1)


def test_kinks_further_away_do_no_harm() -> None:
    report = check_gradient(lambda p: np.abs(p).sum(), [1.0, -1.0], [2e-5, -2e-5])
    assert not report.at_kink.any()
    assert report.error < 1e-9


def test_kinks_in_a_network() -> None:
    start = Network((1, 2, 1), ["relu", "identity"], [1.0, 1.0, 0.0, 2.0, 3.0, 4.0, 0.5])
    report = check_network(start, [0.0], [1.0])
    # The first unit is at its corner: moving its bias bends the cost. Its weight, from an input
    # that is 0, moves nothing.
    assert [name for name, kink in zip(report.names, report.at_kink) if kink] == ["layers[0].b[0]"]
    assert report.error < 1e-9
    for name in ("relu", "absolute"):
        assert check_network(network(name, "identity"), X, T).error < 1e-8


# Networks


def test_parameters_are_named_as_in_the_network() -> None:
    checked = network("tanh", "sigmoid")
    report = check_network(checked, X, T)
    assert len(report.names) == 26
    # The worst five are shown, below a heading of three lines.
    worst = sorted(range(26), key=lambda i: -report.errors[i])[:5]
    shown = [line[:24].strip() for line in str(report).splitlines()[3:]]
    assert shown == [report.names[i] for i in worst]
    assert report.names[0] == "layers[0].W[0, 0]"
    for name, derivative in zip(report.names, report.analytic):
        found = eval(f"network.{name}", {"network": checked.with_parameters(report.analytic)})
        assert found == derivative


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("hidden", [name for name in ACTIVATIONS if name != "softmax"])
def test_every_activation_under_every_loss(hidden: str, loss: Loss) -> None:
    targets = [0, 1, 1, 0, 1] if loss is cross_entropy else T
    checked = network(hidden, loss.output or hidden)
    for penalty in (None, l2(0.1), l1(0.1)):
        assert check_network(checked, X, targets, loss, penalty).error < 1e-8
    # And of one example.
    assert check_network(checked, X[0], targets[0], loss).error < 1e-8


def test_wrong_formulas_are_noticed() -> None:
    true = ACTIVATIONS["sigmoid"]
    without_slope = Activation("sigmoid", true.function, lambda z, a: np.ones_like(a))
    turned = Loss("squared_error", squared_error.function, lambda a, t: t - a)
    for checked, loss in (
        (network(without_slope, "sigmoid"), squared_error),
        (network("tanh", "sigmoid"), turned),
    ):
        report = check_network(checked, X, T, loss)
        assert not report.at_kink.any()
        assert report.error > 1e-2
        assert report.errors.max() > 1e-2


def test_a_network_of_smooth_formulas_by_complex_steps() -> None:
    """Back-propagation to its last digits: the network is written a second time, for complex."""
    checked = network("tanh", "identity")
    trace = forward(checked, X)

    def formulas(p: np.ndarray) -> complex:
        hidden = np.tanh(X @ p[:12].reshape(4, 3).T + p[12:16])
        error = hidden @ p[16:24].reshape(2, 4).T + p[24:] - T
        return np.mean(np.sum(error**2, axis=1)) / 2

    gradient = gradients(trace, deltas(checked, trace, T))
    report = check_gradient(formulas, gradient, checked.parameters, complex_step=True)
    assert report.method == "complex step"
    assert report.error < 1e-15


def test_activations_and_losses_of_your_own() -> None:
    own = Activation("cubic", lambda z: z**3, lambda z, a: 3 * z**2)
    mine = Loss("mine", squared_error.function, squared_error.slope)
    assert check_network(network(own, "tanh"), X, T, mine, l1(0.1)).error < 1e-8


def test_networks_of_any_library_and_precision(xp: ModuleType) -> None:
    numbers = RNG.normal(size=26)
    for dtype, least, most in ((xp.float64, 0, 1e-8), (xp.float32, 1e-9, 1e-5)):
        parameters = xp.asarray(numbers, dtype=dtype)
        x, t = xp.asarray(X, dtype=dtype), xp.asarray(T, dtype=dtype)
        checked = Network((3, 4, 2), ["softplus", "sigmoid"], parameters)
        report = check_network(checked, x, t, negative_log_likelihood, l2(0.1))
        assert type(report.analytic) is type(report.numerical) is np.ndarray
        assert least <= report.error < most


def test_the_network_is_left_as_it_was() -> None:
    checked = network("tanh", "tanh")
    before, outputs = checked.parameters.copy(), forward(checked, X).output.copy()
    check_network(checked, X, T)
    assert checked.parameters.tolist() == before.tolist()
    assert forward(checked, X).output.tolist() == outputs.tolist()
