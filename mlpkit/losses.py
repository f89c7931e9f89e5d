"""What it costs to be wrong: a loss for each example, and its derivative.

A loss compares the outputs a of one example with its targets t. Over a batch, the cost J is the
mean of its examples' losses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mlpkit.arrays import Array, namespace


class Loss(NamedTuple):
    """A loss and its derivative.

    Attributes:
        name: what it is called, for instance "squared error".
        function: takes a and t of shape (..., outputs), returns the losses, of shape (...).
        slope: takes the same, returns the derivative of each loss with respect to its a,
            of shape (..., outputs).
    """

    name: str
    function: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]


def _half_sum_of_squares(a: Array, t: Array) -> Array:
    error = a - t
    return 0.5 * namespace(error).sum(error * error, axis=-1)


def _error(a: Array, t: Array) -> Array:
    return a - t


squared_error = Loss("squared error", _half_sum_of_squares, _error)
"""Half the sum over the outputs of (a - t) squared (Mitchell, Machine Learning, equation 4.2).

The half is there so that the derivative is a - t, with no factor.
"""
