"""Why you may believe the gradient: the same derivatives, found without back-propagation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from mlpkit.arrays import to_device
from mlpkit.losses import Loss, as_targets, squared_error
from mlpkit.network import Network, cost, deltas, forward, gradients
from mlpkit.penalties import Penalty

Function = Callable[[np.ndarray], Any]


def numerical_gradient(function: Function, parameters: Any, step: float = 1e-5) -> np.ndarray:
    """The gradient of a function by central differences.

    Each parameter in turn is moved a little up and a little down, and the slope read off. It takes
    two evaluations for each parameter: right, but far too slow to learn with.

    Args:
        function: takes a vector of shape (n,), returns a number.
        parameters: where to take the gradient, shape (n,).
        step: how far to move. The error is of the order of step squared, plus rounding.

    Returns:
        Shape (n,), in double precision.
    """
    parameters = np.array(parameters, dtype=np.float64)
    pairs = (_moved(function, parameters, i, (step, -step)) for i in range(len(parameters)))
    return np.array([(float(above) - float(below)) / (2 * step) for above, below in pairs])


def complex_step_gradient(function: Function, parameters: Any, step: float = 1e-200) -> np.ndarray:
    """The gradient of an analytic function, right to its last digits.

    Each parameter in turn is moved in the imaginary direction: f(x + ih) = f(x) + ih f'(x) + ...,
    so the imaginary part over h is the slope. Nothing is subtracted, so nothing is lost, however
    small h is (Squire and Trapp, Using complex variables to estimate derivatives, 1998).

    Args:
        function: takes a complex vector of shape (n,), returns a complex number. It is made of
            sums, products, powers, exp, log and tanh, not of abs, max or comparisons, which are not
            analytic. (Where these touch only a part of it, that goes unnoticed.)
        parameters: where to take the gradient, shape (n,).
        step: h.

    Returns:
        Shape (n,), in double precision.

    Raises:
        ValueError: the function does not take complex numbers, or does not return one.
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
    """Compares a gradient with a numerical one.

    Args:
        function: takes a vector of shape (n,), returns a number.
        gradient: what is to be checked, shape (n,).
        parameters: where the gradient was taken, shape (n,).
        names: of the parameters; ``[0]``, ``[1]`` and so on if not given.
        step: as for ``numerical_gradient``.
        complex_step: use ``complex_step_gradient`` instead.

    Raises:
        ValueError: gradient, parameters and names are not of one length; or a complex step is asked
            for, and the function is not analytic.
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
    *,
    step: float = 1e-5,
    complex_step: bool = False,
) -> GradientReport:
    """Compares a network's gradient, found by back-propagation, with a numerical one.

    Back-propagation runs in the network's own library and precision; the numerical gradient is
    calculated by NumPy in double precision. The parameters are named as they are found in the
    network: ``layers[0].W[2, 1]`` is the first layer's weight to its unit 2 from input 1.

    Args:
        network: a single network.
        x, targets, loss: as for ``deltas`` and ``forward``.
        penalty: what the weights cost in addition.
        step, complex_step: as for ``check_gradient``.

    Raises:
        ValueError: a complex step is asked for, and something here is not analytic: an activation
            or loss of your own, or the penalty ``l1``.
    """
    trace = forward(network, x)
    gradient = gradients(trace, deltas(network, trace, targets, loss))
    if penalty is not None:
        gradient = gradient + penalty.slope(network.parameters * network.weight_mask)

    parameters = np.array(to_device(network.parameters, "cpu"), dtype=np.float64)
    x = np.array(to_device(x, "cpu"), dtype=np.float64)
    plain = Network(network.sizes, network.activations, parameters)
    targets = as_targets(to_device(targets, "cpu"), forward(plain, x).output, loss)

    def total(parameters: np.ndarray) -> Any:
        if np.iscomplexobj(parameters):
            value = _analytic_cost(plain, parameters, x, targets, loss)
        else:
            value = cost(plain.with_parameters(parameters), x, targets, loss)
        if penalty is None:
            return value
        of_weights = penalty.function(parameters * plain.weight_mask)
        if np.iscomplexobj(value) and not np.iscomplexobj(of_weights):
            raise TypeError(f"the penalty {penalty.name!r} is not analytic")
        return value + of_weights

    names = [
        f"layers[{number}].{name}{list(place)}"
        for number, layer in enumerate(plain.layers)
        for name, array in (("W", layer.W), ("b", layer.b))
        for place in np.ndindex(array.shape)
    ]
    return check_gradient(
        total, gradient, parameters, names=names, step=step, complex_step=complex_step
    )


def gradient_error(
    network: Network, x: Any, targets: Any, loss: Loss = squared_error, step: float = 1e-5
) -> float:
    """How far back-propagation is from central differences: the error of ``check_network``."""
    return check_network(network, x, targets, loss, step=step).error


# The formulas as they are defined. They are not safe from overflow, but analytic: relu and absolute
# on either side of their kink.
_ANALYTIC: dict[str, Callable[..., Any]] = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: z * (z.real > 0),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "identity": lambda z: z,
    "absolute": lambda z: z * np.sign(z.real),
    "squared_error": lambda a, t: np.sum((a - t) ** 2, axis=-1) / 2,
    "negative_log_likelihood": lambda z, t: np.sum(np.log(1 + np.exp(z)) - t * z, axis=-1),
    "cross_entropy": lambda z, t: np.log(np.sum(np.exp(z), axis=-1)) - np.sum(t * z, axis=-1),
}


def _analytic_cost(
    network: Network, parameters: np.ndarray, x: np.ndarray, targets: np.ndarray, loss: Loss
) -> Any:
    """``cost`` for complex parameters."""
    # A loss that looks at the net inputs leaves the last activation out.
    last = "identity" if loss.output else network.activations[-1].name
    names = [*(activation.name for activation in network.activations[:-1]), last]
    unknown = [name for name in (*names, loss.name) if name not in _ANALYTIC]
    if unknown:
        raise TypeError(f"nothing is known about {unknown[0]!r} of complex numbers")
    a, start = x, 0
    for (inputs, units), name in zip(pairwise(network.sizes), names, strict=True):
        middle, end = start + units * inputs, start + units * (inputs + 1)
        W = parameters[start:middle].reshape(units, inputs)
        a, start = _ANALYTIC[name](a @ W.T + parameters[middle:end]), end
    return np.mean(_ANALYTIC[loss.name](a, targets))
