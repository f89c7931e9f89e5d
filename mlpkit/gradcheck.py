"""Why you may believe the gradient: the same derivatives, found without back-propagation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpkit.arrays import to_device
from mlpkit.losses import Loss, squared_error
from mlpkit.network import Network, cost, deltas, forward, gradients
from mlpkit.penalties import Penalty

Function = Callable[[np.ndarray], Any]


def numerical_gradient(function: Function, parameters: Any, step: float = 1e-5) -> np.ndarray:
    """The gradient of a function by central differences, in double precision.

    Each parameter in turn is moved a little up and a little down, and the slope read off. It takes
    two evaluations for each parameter: right, but far too slow to learn with.

    Args:
        function: takes a vector of shape (n,), returns a number.
        parameters: where to take the gradient, shape (n,).
        step: how far to move. The error is of the order of step squared, plus rounding.
    """
    parameters = np.array(parameters, dtype=np.float64)
    pairs = (_moved(function, parameters, i, (step, -step)) for i in range(len(parameters)))
    return np.array([(float(above) - float(below)) / (2 * step) for above, below in pairs])


def complex_step_gradient(function: Function, parameters: Any, step: float = 1e-200) -> np.ndarray:
    """The gradient of an analytic function, right to its last digits.

    Each parameter in turn is moved in the imaginary direction: f(x + ih) = f(x) + ih f'(x) + ...,
    so the imaginary part over h is the slope. Nothing is subtracted, so nothing is lost, however
    small h is (Squire and Trapp, Using complex variables to estimate derivatives, 1998).

    The function takes a complex vector and returns a complex number. It is made of sums, products,
    powers, exp, log and tanh, not of abs, max or comparisons, which are not analytic. (Where these
    touch only a part of it, that goes unnoticed.)
    """
    parameters = np.array(parameters, dtype=np.complex128)
    try:
        values = [_moved(function, parameters, i, [1j * step])[0] for i in range(len(parameters))]
        if not all(map(np.iscomplexobj, values)):
            raise TypeError("it returns a real number, so there is an abs or the like in it")
    except TypeError as error:
        raise ValueError(
            f"a complex step is not possible with this function: {error}. Use central differences."
        ) from error
    return np.array([np.imag(value) / step for value in values])


def _moved(
    function: Function, parameters: np.ndarray, i: int, moves: Sequence[complex]
) -> list[Any]:
    """The function's values with parameter i moved by each of the moves."""
    start, values = parameters[i], []
    for move in moves:
        parameters[i] = start + move
        values.append(function(parameters))
    parameters[i] = start
    return values


@dataclass(frozen=True)
class GradientReport:
    """A gradient beside the same gradient found numerically, parameter by parameter.

    Attributes:
        names: of the n parameters.
        analytic: what is checked, shape (n,).
        numerical: what it is checked against, shape (n,).
        at_kink: whether there is a kink within a step, and so no derivative, shape (n,). Such
            parameters are left out of all errors.
        method: how the numerical gradient was found.
    """

    names: tuple[str, ...]
    analytic: np.ndarray
    numerical: np.ndarray
    at_kink: np.ndarray
    method: str

    @property
    def error(self) -> float:
        """The length of the difference over the length of the longer gradient.

        About 1e-9 when all is well (1e-15 by complex step; 1e-6 if back-propagation ran in single
        precision), and above 1e-4 when a formula is wrong.
        """
        analytic, numerical = self.analytic[~self.at_kink], self.numerical[~self.at_kink]
        scale = max(np.linalg.norm(analytic), np.linalg.norm(numerical))
        return float(np.linalg.norm(analytic - numerical) / scale) if scale else 0.0

    @property
    def errors(self) -> np.ndarray:
        """Each parameter's difference relative to the larger of its derivatives, shape (n,).

        Derivatives below a thousandth of the largest are measured against that thousandth: what
        they differ by is rounding.
        """
        size = np.maximum(np.abs(self.analytic), np.abs(self.numerical))
        scale = np.maximum(size, 1e-3 * size.max(initial=1e-300))
        return np.where(self.at_kink, 0.0, np.abs(self.analytic - self.numerical) / scale)

    def worst(self, count: int = 5) -> list[tuple[str, float, float, float]]:
        """Name, analytic and numerical derivative and error of those that differ most."""
        rows = zip(self.names, self.analytic, self.numerical, self.errors, self.at_kink)
        checked = [(name, float(a), float(n), float(e)) for name, a, n, e, kink in rows if not kink]
        return sorted(checked, key=lambda row: -row[-1])[:count]

    def __str__(self) -> str:
        kinks = np.count_nonzero(self.at_kink)
        lines = [
            f"{len(self.names)} parameters, checked by {self.method}; {kinks} skipped at kinks",
            f"relative error of the whole gradient: {self.error:.1e}",
            f"{'the worst':24}{'analytic':>14}{'numerical':>14}{'error':>10}",
        ]
        lines += [f"{name:24}{a:14.6g}{n:14.6g}{e:10.1e}" for name, a, n, e in self.worst()]
        return "\n".join(lines)


def check_gradient(
    function: Function,
    gradient: Any,
    parameters: Any,
    *,
    names: Sequence[str] | None = None,
    step: float = 1e-5,
    complex_step: bool = False,
) -> GradientReport:
    """Compares the gradient of a function with a numerical one.

    Args:
        function: takes a vector of shape (n,), returns a number.
        gradient: what is to be checked, shape (n,).
        parameters: where the gradient was taken, shape (n,).
        names: of the parameters; ``[0]``, ``[1]`` and so on if not given.
        step: as for ``numerical_gradient``.
        complex_step: use ``complex_step_gradient`` instead, if the function is analytic.
    """
    parameters = np.array(to_device(parameters, "cpu"), dtype=np.float64)
    analytic = np.array(to_device(gradient, "cpu"), dtype=np.float64)
    names = tuple(names or (f"[{i}]" for i in range(len(parameters))))
    if not parameters.shape == analytic.shape == (len(names),):
        raise ValueError(
            "parameters, gradient and names are vectors of one length; got the shapes "
            f"{parameters.shape}, {analytic.shape} and ({len(names)},)."
        )
    at_kink = np.zeros(len(names), dtype=bool)
    if complex_step:
        numerical = complex_step_gradient(function, parameters)
        return GradientReport(names, analytic, numerical, at_kink, "complex step")
    numerical = numerical_gradient(function, parameters, step)
    rounding = 100 * np.finfo(np.float64).eps * abs(float(function(parameters))) / step
    tolerance = 1e-7 * np.abs(numerical).max(initial=0.0) + rounding
    for i in np.flatnonzero(np.abs(analytic - numerical) > tolerance).tolist():
        # Along four half steps a smooth function bends evenly. A kink bends one or two of them.
        values = _moved(function, parameters, i, [half * step / 2 for half in (-2, -1, 0, 1, 2)])
        bends = np.diff(np.array(values, dtype=np.float64), n=2) / (step / 2)
        at_kink[i] = np.ptp(bends) > tolerance
    return GradientReport(names, analytic, numerical, at_kink, "central differences")


def check_network(
    network: Network,
    x: Any,
    targets: Any,
    loss: Loss = squared_error,
    penalty: Penalty | None = None,
    step: float = 1e-5,
) -> GradientReport:
    """Compares a network's gradient, found by back-propagation, with central differences.

    Back-propagation runs in the network's own library and precision; the differences are taken by
    NumPy in double precision. The parameters are named as they are found in the network:
    ``layers[0].W[2, 1]`` is the first layer's weight to its unit 2 from input 1.
    """
    trace = forward(network, x)
    gradient = gradients(trace, deltas(network, trace, targets, loss))
    if penalty is not None:
        gradient = gradient + penalty.slope(network.parameters * network.weight_mask)

    plain = network.with_parameters(np.array(to_device(network.parameters, "cpu"), np.float64))
    x, targets = np.array(to_device(x, "cpu"), np.float64), to_device(targets, "cpu")

    def total(parameters: np.ndarray) -> Any:
        value = cost(plain.with_parameters(parameters), x, targets, loss)
        return value + penalty.function(parameters * plain.weight_mask) if penalty else value

    names = [
        f"layers[{number}].{name}{list(place)}"
        for number, layer in enumerate(plain.layers)
        for name, array in (("W", layer.W), ("b", layer.b))
        for place in np.ndindex(array.shape)
    ]
    return check_gradient(total, gradient, plain.parameters, names=names, step=step)


def gradient_error(
    network: Network, x: Any, targets: Any, loss: Loss = squared_error, step: float = 1e-5
) -> float:
    """How far back-propagation is from central differences: the error of ``check_network``."""
    return check_network(network, x, targets, loss, step=step).error
