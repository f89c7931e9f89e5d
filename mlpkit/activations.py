"""What a unit does with its net input z: the activation a = f(z), and its slope f'(z).

Each formula stands beside its own derivative. A slope is given both z and a = f(z), because the
forward pass has computed a already: the slope of the sigmoid is then two operations, a (1 - a),
and no exponential.

Every function takes net inputs of any shape, up to the largest float, and returns activations of
the same shape, library and precision. At a kink, where there is no derivative, the slope is 0.
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
        slope: f'; takes z and a = f(z) of any one shape, returns da/dz of that shape. None if each
            activation depends on all net inputs, as softmax does: such a layer can only be the
            last, under a loss that knows it.
    """

    name: str
    function: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array] | None


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), between 0 and 1: the probability whose log odds are z.

    The exponential is only ever taken of -abs(z), so it cannot overflow, and very negative z keep
    all their digits.
    """
    z = as_floats(z)
    xp = namespace(z)
    small = xp.exp(-xp.abs(z))
    return xp.where(z >= 0, 1.0, small) / (1.0 + small)


def _sigmoid_slope(z: Array, a: Array) -> Array:
    return a * (1.0 - a)


def tanh(z: Array) -> Array:
    """The hyperbolic tangent, between -1 and 1; equal to 2 sigmoid(2z) - 1."""
    z = as_floats(z)
    return namespace(z).tanh(z)


def _tanh_slope(z: Array, a: Array) -> Array:
    return (1.0 - a) * (1.0 + a)


def relu(z: Array) -> Array:
    """z where it is positive, else 0: the rectified linear unit."""
    z = as_floats(z)
    return namespace(z).maximum(z, 0.0)


def _relu_slope(z: Array, a: Array) -> Array:
    return namespace(z).astype(z > 0, z.dtype)


def softplus(z: Array) -> Array:
    """log(1 + exp(z)): a relu with its corner rounded off, always above 0.

    Written as max(z, 0) + log(1 + exp(-abs(z))), which cannot overflow.
    """
    z = as_floats(z)
    xp = namespace(z)
    return xp.maximum(z, 0.0) + xp.log1p(xp.exp(-xp.abs(z)))


def _softplus_slope(z: Array, a: Array) -> Array:
    # sigmoid(z) = 1 - 1 / (1 + exp(z)), and 1 + exp(z) is exp(a).
    return -namespace(a).expm1(-a)


def identity(z: Array) -> Array:
    """z itself: a linear unit, for regression."""
    return as_floats(z)


def _identity_slope(z: Array, a: Array) -> Array:
    return namespace(z).ones_like(z)


def absolute(z: Array) -> Array:
    """z without its sign: a unit that finds symmetries."""
    z = as_floats(z)
    return namespace(z).abs(z)


def _absolute_slope(z: Array, a: Array) -> Array:
    return namespace(z).sign(z)


def softmax(z: Array, temperature: float = 1.0, axis: int = -1) -> Array:
    """exp(z / T), divided by its sum: positive numbers that add up to 1.

    Adding a constant to all z changes nothing. So the largest is subtracted, before dividing by T,
    and no exponential is ever above 1.

    Args:
        z: net inputs (scores, log odds), any shape with at least one axis.
        temperature: T, not negative. The lower, the more the largest z takes. At 0 it takes all,
            and equals share; at infinity every z has the same share. (A T that the precision of z
            cannot hold counts as 0 or infinity.)
        axis: along which the shares add up to 1.

    Raises:
        ValueError: the temperature is negative or NaN.
    """
    z = as_floats(z)
    xp = namespace(z)
    if not temperature >= 0:
        raise ValueError(f"the temperature is {temperature}; expected 0, infinity or in between.")
    below_largest = z - xp.max(z, axis=axis, keepdims=True)
    if temperature < float(xp.finfo(z.dtype).smallest_normal):
        share = xp.astype(below_largest == 0, z.dtype)
    elif temperature > float(xp.finfo(z.dtype).max):
        share = xp.ones_like(z)
    else:
        share = xp.exp(below_largest / temperature)
    return share / xp.sum(share, axis=axis, keepdims=True)


def log_softmax(z: Array, axis: int = -1) -> Array:
    """The logarithm of softmax(z): z - log(sum of exp(z)), to the last digit even near 0.

    Args:
        z: net inputs, any shape with at least one axis.
        axis: along which the shares would add up to 1.
    """
    z = as_floats(z)
    xp = namespace(z)
    largest = xp.max(z, axis=axis, keepdims=True)
    below_largest = z - largest
    # The largest ones, each exp(0) = 1, are counted; the rest may be far too small to be added to
    # them, and log1p keeps it.
    is_rest = z < largest
    count = xp.sum(xp.where(is_rest, 0.0, xp.ones_like(z)), axis=axis, keepdims=True)
    rest = xp.sum(xp.where(is_rest, xp.exp(below_largest), 0.0), axis=axis, keepdims=True)
    return below_largest - (xp.log(count) + xp.log1p(rest / count))


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("sigmoid", sigmoid, _sigmoid_slope),
        Activation("tanh", tanh, _tanh_slope),
        Activation("relu", relu, _relu_slope),
        Activation("softplus", softplus, _softplus_slope),
        Activation("identity", identity, _identity_slope),
        Activation("absolute", absolute, _absolute_slope),
        Activation("softmax", softmax, None),
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
