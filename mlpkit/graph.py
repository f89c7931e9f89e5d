"""A computation graph: what was computed from what, and back-propagation over it.

Calculating with nodes builds the graph: ``s = w * x + b`` remembers its operation and its parents.
On the way back a node adds up the messages of its children: that is its error signal, the
derivative of the result by the node. To each parent it sends this signal times the derivative of
its own operation, and needs to know nothing else of the graph. (After micrograd, by A. Karpathy.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from mlpkit import guards
from mlpkit.activations import Activation, activation_named
from mlpkit.arrays import Array, as_floats, namespace


class Operation(NamedTuple):
    """An operation, the symbol for it, and its derivative.

    ``function`` takes the operands and returns the result y. ``messages`` takes the error signal d
    of y, then y and the operands, and returns what is sent to each operand: d times the derivative
    of y by it. (Where broadcasting repeated an operand, ``backpropagate`` adds its messages up.)
    """

    symbol: str
    function: Callable[..., Array]
    messages: Callable[..., tuple[Array, ...]]


def _max_messages(d: Array, y: Array, a: Array, b: Array) -> tuple[Array, Array]:
    # The signal goes to the larger operand; equal ones share it, as central differences would.
    sign = namespace(d).sign(a - b)
    return d * (1 + sign) / 2, d * (1 - sign) / 2


def _product(a: Array, b: Array) -> Array:
    if a.ndim > 2 or b.ndim > 2:
        raise ValueError("a product is made of vectors and matrices")
    return a @ b


def _product_messages(d: Array, y: Array, a: Array, b: Array) -> tuple[Array, Array]:
    # A vector is a row on the left of a product, and a column on its right.
    reshape = namespace(a).reshape
    A, B = reshape(a, (-1, a.shape[-1])), reshape(b, (b.shape[0], -1))
    d = reshape(d, (A.shape[0], B.shape[1]))
    return reshape(d @ B.T, a.shape), reshape(A.T @ d, b.shape)


ADD = Operation("+", lambda a, b: a + b, lambda d, y, a, b: (d, d))
SUBTRACT = Operation("−", lambda a, b: a - b, lambda d, y, a, b: (d, -d))
MULTIPLY = Operation("×", lambda a, b: a * b, lambda d, y, a, b: (d * b, d * a))
DIVIDE = Operation("÷", lambda a, b: a / b, lambda d, y, a, b: (d / b, -d * y / b))
NEGATE = Operation("−", lambda a: -a, lambda d, y, a: (-d,))
MATMUL = Operation("@", _product, _product_messages)
MAX = Operation("max", lambda a, b: namespace(a).maximum(a, b), _max_messages)
EXP = Operation("exp", lambda a: namespace(a).exp(a), lambda d, y, a: (d * y,))
LOG = Operation("log", lambda a: namespace(a).log(a), lambda d, y, a: (d / a,))
# Adding 0 * a gives a message the shape of a.
SUM = Operation("sum", lambda a: namespace(a).sum(a), lambda d, y, a: (d + 0 * a,))
MEAN = Operation("mean", lambda a: namespace(a).mean(a), lambda d, y, a: (d / a.size + 0 * a,))


def _method(operation: Operation, swap: bool = False) -> Any:
    return lambda *operands: apply(operation, *(operands[::-1] if swap else operands))


@dataclass(eq=False)
class Node:
    """A value in a computation graph, to calculate with: + - * / @ **, and the methods below.

    Attributes:
        value: a number or an array, of any library and shape (for @, of one or two axes). It has to
            be finite: the logarithm of 0 is refused.
        name: what pictures and tables call it; may be empty.
        operation, parents: what made it, and from what. A leaf, which was given, has none.
        gradient: its error signal, of the shape of its value; None before ``backpropagate``.
    """

    value: Array
    name: str = ""
    operation: Operation | None = field(default=None, repr=False)
    parents: tuple[Node, ...] = field(default=(), repr=False)
    gradient: Array = field(default=None, init=False)

    # Otherwise NumPy's arrays would take the node in ``array + node`` for an element.
    __array_ufunc__ = None

    __add__, __radd__ = _method(ADD), _method(ADD, swap=True)
    __sub__, __rsub__ = _method(SUBTRACT), _method(SUBTRACT, swap=True)
    __mul__, __rmul__ = _method(MULTIPLY), _method(MULTIPLY, swap=True)
    __truediv__, __rtruediv__ = _method(DIVIDE), _method(DIVIDE, swap=True)
    __matmul__, __rmatmul__ = _method(MATMUL), _method(MATMUL, swap=True)
    __neg__, max = _method(NEGATE), _method(MAX)
    exp, log, sum, mean = _method(EXP), _method(LOG), _method(SUM), _method(MEAN)

    def __post_init__(self) -> None:
        if self.operation is None:
            self.value = as_floats(self.value)
        guards.check_node(self)

    def __pow__(self, exponent: float) -> Node:
        c = float(exponent)
        below = c - 1 if c else 0.0  # at x = 0, the slope 0 of x^0 would be 0 times infinity
        power = Operation(f"^{c:g}", lambda a: a**c, lambda d, y, a: (d * c * a**below,))
        return apply(power, self)

    def activated(self, activation: str | Activation) -> Node:
        """An activation of the node, for instance "sigmoid", with its own slope; not softmax."""
        name, function, slope = activation_named(activation)
        if slope is None:
            raise ValueError(f"{name} has no slope for each unit: build it from exp and sum.")
        return apply(Operation(name, function, lambda d, y, z: (d * slope(z, y),)), self)

    def named(self, name: str) -> Node:
        """The node itself, with a name: ``s = (w * x + b).named("s")``."""
        self.name = name
        return self


def apply(operation: Operation, *operands: Any) -> Node:
    """What an operation makes of nodes and numbers, which join the library of the first node."""
    like = next(operand.value for operand in operands if isinstance(operand, Node))
    parents = [o if isinstance(o, Node) else Node(as_floats(o, like)) for o in operands]
    values = [parent.value for parent in parents]
    namespace(*values)
    try:
        with np.errstate(all="ignore"):  # what NumPy would warn of, the node raises an error for
            result = operation.function(*values)
    except (TypeError, ValueError) as error:
        shapes = " and ".join(str(tuple(value.shape)) for value in values)
        raise ValueError(f"{operation.symbol} cannot take the shapes {shapes}: {error}") from error
    return Node(result, operation=operation, parents=tuple(parents))


def topological_order(result: Node) -> list[Node]:
    """All nodes that a result was made from, parents before children, and the result at the end."""
    # A list of what is left to do, because calls cannot be nested a hundred thousand deep.
    order, seen, left = [], set(), [(result, False)]
    while left:
        node, parents_are_in = left.pop()
        if parents_are_in:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            left += [(node, True), *((parent, False) for parent in reversed(node.parents))]
    return order


class Message(NamedTuple):
    """What a node sends to a parent, and what the parent has got with it so far."""

    sender: Node
    receiver: Node
    value: Array
    so_far: Array


def backpropagate(result: Node) -> list[Message]:
    """Gives every node of a number's graph its gradient, anew; returns the messages as sent."""
    if result.value.ndim:
        raise ValueError(f"expected a single number, got the shape {tuple(result.value.shape)}.")
    order, sent = topological_order(result), []
    for node in order:
        node.gradient = namespace(node.value).zeros_like(node.value)
    result.gradient = result.gradient + 1
    for node in reversed(order):
        if node.operation is not None:
            operands = [parent.value for parent in node.parents]
            values = node.operation.messages(node.gradient, node.value, *operands)
            for parent, value in zip(node.parents, values, strict=True):
                value = _summed_to(parent.value.shape, value)
                parent.gradient = parent.gradient + value
                sent.append(Message(node, parent, value, parent.gradient))
    return sent


def _summed_to(shape: tuple[int, ...], message: Array) -> Array:
    if message.shape == shape:
        return message
    extra = message.ndim - len(shape)
    ones = [axis + extra for axis, size in enumerate(shape) if size == 1]
    xp = namespace(message)
    return xp.reshape(xp.sum(message, axis=(*range(extra), *ones)), shape)
