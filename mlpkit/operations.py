"""What a computation graph is made of: operations, each beside its own derivative.

An operation needs to know nothing of the graph. It turns operands into a result y, and on the way
back it turns the error signal d of y, the derivative of the whole by y, into a message for each
operand. (After micrograd, by A. Karpathy.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mlpkit.activations import Activation, activation_named
from mlpkit.arrays import Array, namespace


class Operation(NamedTuple):
    """An operation and its derivative.

    Attributes:
        symbol: how it is written, for instance "+".
        function: takes the operands, returns the result y.
        messages: takes the error signal d of y, then y and the operands; returns what is sent to
            each operand: d times the derivative of y by it. (Where broadcasting repeated an
            operand, ``mlpkit.graph`` adds its messages up.)
    """

    symbol: str
    function: Callable[..., Array]
    messages: Callable[..., tuple[Array, ...]]


ADD = Operation("+", lambda a, b: a + b, lambda d, y, a, b: (d, d))
SUBTRACT = Operation("−", lambda a, b: a - b, lambda d, y, a, b: (d, -d))
MULTIPLY = Operation("×", lambda a, b: a * b, lambda d, y, a, b: (d * b, d * a))
DIVIDE = Operation("÷", lambda a, b: a / b, lambda d, y, a, b: (d / b, -d * y / b))
NEGATE = Operation("−", lambda a: -a, lambda d, y, a: (-d,))
EXP = Operation("exp", lambda a: namespace(a).exp(a), lambda d, y, a: (d * y,))
LOG = Operation("log", lambda a: namespace(a).log(a), lambda d, y, a: (d / a,))
# It routes the signal to the larger operand; equal ones share it, as central differences would.
MAX = Operation(
    "max",
    lambda a, b: namespace(a).maximum(a, b),
    lambda d, y, a, b: (d * (1 + _sign(a - b)) / 2, d * (1 + _sign(b - a)) / 2),
)
SUM = Operation("sum", lambda a: namespace(a).sum(a), lambda d, y, a: (_repeat(d, a),))
MEAN = Operation("mean", lambda a: namespace(a).mean(a), lambda d, y, a: (_repeat(d / a.size, a),))
MATMUL = Operation(
    "@",
    lambda a, b: _product(a, b),
    lambda d, y, a, b: _through_product(d, a, b),
)


def power(exponent: float) -> Operation:
    """To a constant power c; the derivative is c a^(c - 1)."""
    c = float(exponent)
    # At x = 0, the slope 0 of x^0 would be 0 times infinity.
    below = c - 1 if c else 0.0
    return Operation(f"^{c:g}", lambda a: a**c, lambda d, y, a: (d * c * a**below,))


def activation(name: str | Activation) -> Operation:
    """An activation of ``mlpkit.activations``, with its own slope.

    Raises:
        ValueError: there is none of that name, or it is softmax, which has no slope for each unit.
    """
    name, function, slope = activation_named(name)
    if slope is None:
        raise ValueError(f"{name} has no slope for each unit: build it from exp and sum.")
    return Operation(name, function, lambda d, y, z: (d * slope(z, y),))


def _sign(a: Array) -> Array:
    return namespace(a).sign(a)


def _repeat(d: Array, a: Array) -> Array:
    return d + namespace(a).zeros_like(a)


def _product(a: Array, b: Array) -> Array:
    if a.ndim > 2 or b.ndim > 2:
        raise ValueError("a product is made of vectors and matrices")
    return a @ b


def _through_product(d: Array, a: Array, b: Array) -> tuple[Array, Array]:
    # A vector is a row on the left of a product, and a column on its right.
    reshape = namespace(a).reshape
    A, B = reshape(a, (-1, a.shape[-1])), reshape(b, (b.shape[0], -1))
    d = reshape(d, (A.shape[0], B.shape[1]))
    return reshape(d @ B.T, a.shape), reshape(A.T @ d, b.shape)
