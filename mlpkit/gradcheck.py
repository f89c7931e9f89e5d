"""Why you may believe the gradient: the same derivatives, found without back-propagation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mlpkit.losses import Loss, squared_error
from mlpkit.network import Network, cost, deltas, forward, gradients


def numerical_gradient(
    function: Callable[[np.ndarray], float], parameters: Any, step: float = 1e-5
) -> np.ndarray:
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
    gradient = np.empty_like(parameters)
    for i, value in enumerate(parameters):
        parameters[i] = value + step
        above = float(function(parameters))
        parameters[i] = value - step
        below = float(function(parameters))
        parameters[i] = value
        gradient[i] = (above - below) / (2 * step)
    return gradient


def gradient_error(
    network: Network, x: Any, targets: Any, loss: Loss = squared_error, step: float = 1e-5
) -> float:
    """How far back-propagation is from central differences, relative to the larger of the two.

    Args:
        network: the network, in double precision.
        x: one example or a batch, as for ``forward``.
        targets: of the shape of the outputs.
        loss: the loss of one example.
        step: as for ``numerical_gradient``.

    Returns:
        The length of the difference over the length of the longer gradient: about 1e-9 when all is
        well, and above 1e-4 when a formula is wrong.
    """
    trace = forward(network, x)
    analytic = np.asarray(gradients(trace, deltas(network, trace, targets, loss)))
    numerical = numerical_gradient(
        lambda p: cost(network.with_parameters(p), x, targets, loss), network.parameters, step
    )
    scale = max(np.linalg.norm(analytic), np.linalg.norm(numerical))
    return float(np.linalg.norm(analytic - numerical) / scale) if scale else 0.0
