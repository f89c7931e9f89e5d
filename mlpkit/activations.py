"""What a unit does with its net input z: the activation a = f(z), and its slope f'(z).

Each formula stands beside its own derivative. A slope is given both z and a = f(z), because the
forward pass has computed a already: the slope of the sigmoid is then two operations, a (1 - a),
and no exponential.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mlpkit.arrays import Array, as_floats, namespace


class Activation(NamedTuple):
    """An activation function and its derivative.

    Attributes:
        name: what it is called, for instance "sigmoid".
        function: f; takes z of any shape, returns a of the same shape.
        slope: f'; takes z and a = f(z) of any one shape, returns da/dz of that shape.
    """

    name: str
    function: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), between 0 and 1.

    The exponential is only ever taken of -abs(z), so it cannot overflow, and very negative z keep
    all their digits.

    Args:
        z: net input, any shape.
    """
    z = as_floats(z)
    xp = namespace(z)
    small = xp.exp(-xp.abs(z))
    return xp.where(z >= 0, 1.0, small) / (1.0 + small)


def _sigmoid_slope(z: Array, a: Array) -> Array:
    return a * (1.0 - a)


def tanh(z: Array) -> Array:
    """The hyperbolic tangent, between -1 and 1; equal to 2 sigmoid(2z) - 1.

    Args:
        z: net input, any shape.
    """
    z = as_floats(z)
    return namespace(z).tanh(z)


def _tanh_slope(z: Array, a: Array) -> Array:
    return (1.0 - a) * (1.0 + a)


def identity(z: Array) -> Array:
    """z itself: a linear unit, for regression.

    Args:
        z: net input, any shape.
    """
    return as_floats(z)


def _identity_slope(z: Array, a: Array) -> Array:
    return namespace(z).ones_like(z)


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("sigmoid", sigmoid, _sigmoid_slope),
        Activation("tanh", tanh, _tanh_slope),
        Activation("identity", identity, _identity_slope),
    )
}


def activation_named(name: str | Activation) -> Activation:
    """The activation of that name; an Activation of your own is returned as it is.

    Raises:
        ValueError: there is none of that name.
    """
    if isinstance(name, Activation):
        return name
    if name not in ACTIVATIONS:
        known = ", ".join(sorted(ACTIVATIONS))
        raise ValueError(f"there is no activation named {name!r}. The known ones are: {known}.")
    return ACTIVATIONS[name]
