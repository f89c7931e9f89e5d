"""What a unit does with its net input z: the activation a = f(z), and its slope f'(z).

A slope is given both z and a = f(z), because the forward pass has computed a already: the slope of
the sigmoid is then two operations, a (1 - a), and no exponential.

Every function takes net inputs of any shape, up to the largest float, and returns activations of
the same shape, library and precision. At a kink, where there is no derivative, the slope is 0.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from mlpkit.arrays import Array, as_floats, namespace


class Activation(NamedTuple):
    """An activation function and its derivative.

    ``function`` takes z and returns a; ``slope`` takes z and a and returns da/dz. All have one
    shape. The slope is None if each activation depends on all net inputs, as softmax does (along
    the last axis): such a layer can only be the last, under a loss that knows it.
    """

    name: str
    function: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array] | None

    def __reduce__(self) -> tuple[Any, ...]:
        # Those of this package are pickled by their names.
        known = ACTIVATIONS.get(self.name) == self
        return (activation_named, (self.name,)) if known else (Activation, tuple(self))


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), between 0 and 1: the probability whose log odds are z."""
    z = as_floats(z)
    xp = namespace(z)
    # No exponential of a positive number, so that none overflows.
    small = xp.exp(-xp.abs(z))
    return xp.where(z >= 0, 1.0, small) / (1.0 + small)


def tanh(z: Array) -> Array:
    """The hyperbolic tangent, between -1 and 1; equal to 2 sigmoid(2z) - 1."""
    z = as_floats(z)
    return namespace(z).tanh(z)


def relu(z: Array) -> Array:
    """z where it is positive, else 0: the rectified linear unit."""
    z = as_floats(z)
    return namespace(z).maximum(z, 0.0)


def softplus(z: Array) -> Array:
    """log(1 + exp(z)): a relu with its corner rounded off, always above 0."""
    z = as_floats(z)
    xp = namespace(z)
    # Here, too, no exponential overflows.
    return xp.maximum(z, 0.0) + xp.log1p(xp.exp(-xp.abs(z)))


def identity(z: Array) -> Array:
    """z itself: a linear unit, for regression."""
    return as_floats(z)


def absolute(z: Array) -> Array:
    """z without its sign: a unit that finds symmetries."""
    z = as_floats(z)
    return namespace(z).abs(z)


def softmax(z: Array, temperature: float = 1.0, axis: int = -1) -> Array:
    """exp(z / T), divided by its sum along the axis: positive numbers that add up to 1.

    The lower the temperature T, the more the largest z takes. At 0 it takes all, and equals share;
    at infinity every z has the same share. (A T that the precision of z cannot hold counts as 0 or
    infinity.) A negative one is a ValueError.
    """
    z = as_floats(z)
    xp = namespace(z)
    if not temperature >= 0:
        raise ValueError(f"the temperature is {temperature}; expected 0, infinity or in between.")
    # Adding a constant to all z changes nothing. With the largest at 0, no exponential overflows.
    below_largest = z - xp.max(z, axis=axis, keepdims=True)
    if temperature < float(xp.finfo(z.dtype).smallest_normal):
        share = xp.astype(below_largest == 0, z.dtype)
    elif temperature > float(xp.finfo(z.dtype).max):
        share = xp.ones_like(z)
    else:
        share = xp.exp(below_largest / temperature)
    return share / xp.sum(share, axis=axis, keepdims=True)


def log_softmax(z: Array, axis: int = -1) -> Array:
    """The logarithm of softmax(z): z - log(sum of exp(z)), to the last digit even near 0."""
    z = as_floats(z)
    xp = namespace(z)
    below_largest = z - xp.max(z, axis=axis, keepdims=True)
    # The largest ones, each exp(0) = 1, are counted; the rest may be far too small to be added to
    # them, and log1p keeps it.
    is_rest = xp.astype(below_largest < 0, z.dtype)
    count = xp.sum(1.0 - is_rest, axis=axis, keepdims=True)
    rest = xp.sum(xp.exp(below_largest) * is_rest, axis=axis, keepdims=True)
    return below_largest - (xp.log(count) + xp.log1p(rest / count))


ACTIVATIONS = {
    f.name: f
    for f in (
        Activation("sigmoid", sigmoid, lambda z, a: a * (1.0 - a)),
        Activation("tanh", tanh, lambda z, a: (1.0 - a) * (1.0 + a)),
        Activation("relu", relu, lambda z, a: namespace(z).astype(z > 0, z.dtype)),
        # It is sigmoid(z) = 1 - 1 / (1 + exp(z)), and 1 + exp(z) is exp(a).
        Activation("softplus", softplus, lambda z, a: -namespace(a).expm1(-a)),
        Activation("identity", identity, lambda z, a: namespace(z).ones_like(z)),
        Activation("absolute", absolute, lambda z, a: namespace(z).sign(z)),
        Activation("softmax", softmax, None),
    )
}


def activation_named(name: str | Activation) -> Activation:
    """The activation of that name; an Activation of your own is returned as it is."""
    return name if isinstance(name, Activation) else named("activation", name, ACTIVATIONS)


def named(kind: str, name: str, known: dict[str, Any]) -> Any:
    """What has that name; a ValueError lists the known names if there is no such."""
    if name not in known:
        names = ", ".join(sorted(known))
        raise ValueError(f"there is no {kind} named {name!r}. The known ones are: {names}.")
    return known[name]
