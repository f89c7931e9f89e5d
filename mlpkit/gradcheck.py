"""Why you may believe the gradient: the same derivatives, found without back-propagation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpkit.arrays import to_device
from mlpkit.guards import check_same_shape
from mlpkit.losses import Loss, squared_error
from mlpkit.network import Network, cost, deltas, forward, gradients
from mlpkit.penalties import Penalty, l2

# It takes a vector of shape (n,) and returns a number.
Function = Callable[[np.ndarray], Any]


def numerical_gradient(function: Function, parameters: Any, step: float = 1e-5) -> np.ndarray:
    """The gradient of a function by central differences, in double precision, shape (n,).

    Each parameter in turn is moved a step up and a step down, and the slope read off: right, but
    far too slow to learn with. The error is of the order of step squared, plus rounding.
    """
    parameters = np.array(parameters, dtype=np.float64)
    pairs = (_moved(function, parameters, i, (step, -step)) for i in range(len(parameters)))
    return np.array([(float(above) - float(below)) / (2 * step) for above, below in pairs])


def complex_step_gradient(function: Function, parameters: Any, step: float = 1e-200) -> np.ndarray:
    """The gradient of an analytic function, right to its last digits, shape (n,).

    Each parameter in turn is moved in the imaginary direction: f(x + ih) = f(x) + ih f'(x) + ...,
    so the imaginary part over h is the slope. Nothing is subtracted, so nothing is lost, however
    small h is (Squire and Trapp, Using complex variables to estimate derivatives, 1998).

    The function gets a complex vector, and is refused with a ValueError if it has an abs, max or
    comparison in it, which are not analytic. (In a part of it, that goes unnoticed.)
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


def _moved(function: Function, vector: np.ndarray, i: int, moves: Sequence[complex]) -> list[Any]:
    """The function's values with component i of the vector moved by each of the moves."""
    start, values = vector[i], []
    for move in moves:
        vector[i] = start + move
        values.append(function(vector))
    vector[i] = start
    return values


@dataclass(frozen=True)
class GradientReport:
    """What is checked, analytic, beside what it is checked against, numerical; shapes (n,).

    Parameters with a kink within a step, and so without a derivative, are left out of all errors.
    """

    names: tuple[str, ...]
    analytic: np.ndarray
    numerical: np.ndarray
    at_kink: np.ndarray
    method: str

    @property
    def error(self) -> float:
        """The length of the difference over the length of the longer gradient.

        About 1e-9 when all is well (1e-15 by complex step, 1e-6 of a network in single precision),
        and above 1e-4 when a formula is wrong.
        """
        analytic, numerical = self.analytic[~self.at_kink], self.numerical[~self.at_kink]
        scale = max(np.linalg.norm(analytic), np.linalg.norm(numerical))
        return float(np.linalg.norm(analytic - numerical) / scale) if scale else 0.0

    @property
    def errors(self) -> np.ndarray:
        """Each parameter's difference relative to the larger of its derivatives, shape (n,).

        What is below a thousandth of the largest derivative is measured against that thousandth.
        """
        size = np.maximum(np.abs(self.analytic), np.abs(self.numerical))
        scale = np.maximum(size, 1e-3 * size.max(initial=1e-300))
        return np.where(self.at_kink, 0.0, np.abs(self.analytic - self.numerical) / scale)

    def __str__(self) -> str:
        kinks = np.count_nonzero(self.at_kink)
        lines = [
            f"{len(self.names)} parameters, checked by {self.method}; {kinks} skipped at kinks",
            f"relative error of the whole gradient: {self.error:.1e}",
            f"{'the worst':24}{'analytic':>14}{'numerical':>14}{'error':>10}",
        ]
        checked = np.flatnonzero(~self.at_kink)
        for i in checked[np.argsort(-self.errors[checked])][:5].tolist():
            a, n, error = self.analytic[i], self.numerical[i], self.errors[i]
            lines.append(f"{self.names[i]:24}{a:14.6g}{n:14.6g}{error:10.1e}")
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
    """Compares the gradient of a function, shape (n,), with central differences or a complex step.

    The gradient was taken where the parameters are, shape (n,); the n names are for the report.
    """
    parameters = np.array(to_device(parameters, "cpu"), dtype=np.float64)
    analytic = np.array(to_device(gradient, "cpu"), dtype=np.float64)
    names = tuple(names or (f"[{i}]" for i in range(len(parameters))))
    check_same_shape(parameters=parameters, gradient=analytic, names=np.array(names))
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
) -> GradientReport:
    """Compares a network's gradient, found by back-propagation, with central differences.

    Back-propagation runs in the network's own library and precision; the differences are taken by
    NumPy in double precision. The parameters have names such as ``layers[0].W[2, 1]``.
    """
    penalty = penalty or l2(0.0)
    trace = forward(network, x)
    gradient = gradients(trace, deltas(network, trace, targets, loss))
    gradient = gradient + penalty.slope(network.parameters * network.weight_mask)

    plain = network.with_parameters(np.array(to_device(network.parameters, "cpu"), np.float64))
    x, targets = np.array(to_device(x, "cpu"), np.float64), to_device(targets, "cpu")
    mask = plain.weight_mask

    def total(parameters: np.ndarray) -> Any:
        value = cost(plain.with_parameters(parameters), x, targets, loss)
        return value + penalty.function(parameters * mask)

    names = [
        f"layers[{number}].{name}{list(place)}"
        for number, layer in enumerate(plain.layers)
        for name, array in (("W", layer.W), ("b", layer.b))
        for place in np.ndindex(array.shape)
    ]
    return check_gradient(total, gradient, plain.parameters, names=names)
